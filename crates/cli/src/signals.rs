//! When to stop: at Ctrl-C, or when the system asks to.

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::failure::Failure;

/// Completes when the process is to stop; each clone does.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<()>);

/// Begins to listen for signals.
pub(crate) fn stop() -> Result<Stop, Failure> {
    let failed = |cause| Failure::System { what: "signals cannot be received", cause };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let (running, stopped) = watch::channel(());
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        drop(running);
    });
    Ok(Stop(stopped))
}

impl Stop {
    /// Waits for the signal.
    pub(crate) async fn wait(mut self) {
        // An error says that the sender is gone, which is the signal.
        let _ = self.0.changed().await;
    }
}
