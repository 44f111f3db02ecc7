//! Forms that people send. One that cannot be read gets a page that says so.

use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use serde::de::DeserializeOwned;

use super::{failure::Failure, visitor::Visitor};
use crate::state::App;

/// The fields of a form.
pub(super) struct Fields<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequest<App> for Fields<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        match Form::from_request(request, app).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => {
                let visitor = Visitor::from_request_parts(&mut parts, app).await?;
                Err(Failure::form(&visitor, &rejection))
            }
        }
    }
}
