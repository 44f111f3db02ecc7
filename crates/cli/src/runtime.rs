//! Event loops: a small one for commands that make a call and are done, one with threads for
//! servers.

use std::{num::NonZero, thread};

use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// Waits for a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .map_err(|cause| Failure::System { what: "the runtime cannot be started", cause })?;
    Ok(runtime.block_on(future))
}

/// An event loop with a thread for each core but one, which is the store's: its writer is as busy as
/// they are, and with a thread more than cores everybody waits for everybody.
pub(crate) fn servers() -> Result<Runtime, Failure> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.saturating_sub(1).max(1);
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    runtime.map_err(|cause| Failure::System { what: "the runtime cannot be started", cause })
}
