//! A router that remembers its paths, so that a test can ask for each of them as a stranger, and
//! a route that nobody decided about is found.

use axum::{Router, routing::MethodRouter};

use crate::state::App;

/// Routes that can be named later.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<App>,
    paths: Vec<String>,
}

impl Routes {
    /// Adds a route.
    pub(crate) fn route(mut self, path: &str, methods: MethodRouter<App>) -> Self {
        self.paths.push(path.to_owned());
        Self { router: self.router.route(path, methods), ..self }
    }

    /// Their paths, with parameters in braces.
    pub(crate) fn into_paths(self) -> Vec<String> {
        self.paths
    }

    /// What serves them.
    pub(crate) fn into_router(self) -> Router<App> {
        self.router
    }
}
