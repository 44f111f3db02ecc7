//! Event loops: a small one for commands that make a call and are done, one with threads for
//! servers.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// Waits for a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .map_err(|cause| Failure::System { what: "the runtime cannot be started", cause })?;
    Ok(runtime.block_on(future))
}

/// How long what was begun on other threads may take once a server is done: looking up a name, for
/// instance, which nobody needs any more.
const LEFTOVERS: Duration = Duration::from_secs(1);

/// Runs a server on an event loop of its own.
pub(crate) fn serve(server: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = servers()?;
    let served = runtime.block_on(server);
    runtime.shutdown_timeout(LEFTOVERS);
    served
}

/// An event loop with as many threads as a server runs best with.
pub(crate) fn servers() -> Result<Runtime, Failure> {
    let threads = freischalt_server::event_loop_threads();
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    runtime.map_err(|cause| Failure::System { what: "the runtime cannot be started", cause })
}
