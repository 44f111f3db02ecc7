//! The runtime for commands that make a call and are done. Servers need one of their own.

use tokio::runtime::Builder;

use crate::failure::Failure;

/// Waits for a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .map_err(|cause| Failure::System { what: "the runtime cannot be started", cause })?;
    Ok(runtime.block_on(future))
}
