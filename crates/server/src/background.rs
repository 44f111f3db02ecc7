//! What a server does by itself: looking after orders, throwing away what has expired, sealing under
//! a new key. Of several processes on one database, one does the first two at a time.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use freischalt_protocol::UnixTime;
use freischalt_store::{LEASE, StoreError};
use tokio::sync::watch;

use crate::state::{App, AppState};

/// After this a lease is taken anew; well before it ends.
const RENEWAL: Duration = Duration::from_secs(5);
/// How long a job rests when nothing is due.
const REST: Duration = Duration::from_secs(1);
/// How long it rests while another process does it.
const OTHERS: Duration = Duration::from_secs(5);
/// How often what has expired is thrown away.
const CLEANING: Duration = Duration::from_secs(30);
/// How often it is looked whether refused credentials are still to be told of.
const TELLING: Duration = Duration::from_secs(15);
/// Between two batches, so that whoever waits for the store comes first.
const PAUSE: Duration = Duration::from_millis(20);
/// Seconds for which what has expired is kept: whoever is refused because of it is told why.
const KEPT: i64 = 24 * 3600;

const PAYMENTS: &str = "payments";
const CLEAN_UP: &str = "clean-up";

/// Does everything until the server stops.
pub(crate) async fn run(app: App, stopping: watch::Receiver<()>) {
    tokio::join!(
        payments(&app, stopping.clone()),
        clean_up(&app, stopping.clone()),
        tell_refused(&app, stopping.clone()),
        reseal(&app, stopping)
    );
    if let Err(error) = app.store.release(app.process).await {
        // Then they end by themselves.
        tracing::warn!(error = &error as &dyn Error, "leases were not given up");
    }
}

/// Says how many credentials were refused that were not told one by one.
async fn tell_refused(app: &AppState, mut stopping: watch::Receiver<()>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(TELLING) => app.security.tell_rest(),
            _ = stopping.changed() => return,
        }
    }
}

/// Looks after what is due for orders.
async fn payments(app: &AppState, mut stopping: watch::Receiver<()>) {
    let mut lease = Lease::of(PAYMENTS);
    loop {
        let rest = if !lease.is_ours(app).await {
            OTHERS
        } else {
            match app.look_after_all().await {
                Ok(true) => Duration::ZERO,
                Ok(false) => REST,
                Err(error) => {
                    let error = &error as &dyn Error;
                    tracing::error!(error, "orders were not looked after");
                    REST
                }
            }
        };
        if rested(rest, &mut stopping).await {
            return;
        }
    }
}

/// Throws away what has expired, a little at a time.
async fn clean_up(app: &AppState, mut stopping: watch::Receiver<()>) {
    let mut lease = Lease::of(CLEAN_UP);
    loop {
        let rest = if !lease.is_ours(app).await {
            CLEANING
        } else {
            match clean_a_little(app).await {
                Ok(true) => PAUSE,
                Ok(false) => CLEANING,
                Err(error) => {
                    tracing::error!(error = &error as &dyn Error, "nothing was cleaned up");
                    CLEANING
                }
            }
        };
        if rested(rest, &mut stopping).await {
            return;
        }
    }
}

/// After a change of the encryption key, seals again what previous keys have sealed.
async fn reseal(app: &AppState, mut stopping: watch::Receiver<()>) {
    loop {
        let sealed = tokio::select! {
            sealed = app.store.reseal() => sealed,
            _ = stopping.changed() => return,
        };
        match sealed {
            Ok(0) => return,
            Ok(secrets) => {
                tracing::info!(
                    secrets,
                    "everything is sealed under the current encryption key; previous keys can be \
                     dropped"
                );
                return;
            }
            Err(error) => tracing::error!(
                error = &error as &dyn Error,
                "not everything is sealed under the current encryption key yet; keep the previous \
                 keys"
            ),
        }
        if rested(CLEANING, &mut stopping).await {
            return;
        }
    }
}

/// Whether there may be more.
async fn clean_a_little(app: &AppState) -> Result<bool, StoreError> {
    let UnixTime(now) = app.clock.now();
    let thrown = app.store.clean_up(UnixTime(now.saturating_sub(KEPT))).await?;
    Ok(thrown > 0)
}

/// A job that one process does at a time.
struct Lease {
    job: &'static str,
    /// When it was taken last.
    taken: Option<Instant>,
}

impl Lease {
    const fn of(job: &'static str) -> Self {
        Self { job, taken: None }
    }

    /// Takes it or keeps it, which costs nothing while it has long to go.
    async fn is_ours(&mut self, app: &AppState) -> bool {
        if self.taken.is_some_and(|taken| taken.elapsed() < RENEWAL) {
            return true;
        }
        let begun = Instant::now();
        let claimed = app.store.claim(self.job, app.process, app.clock.now(), LEASE).await;
        let is_ours = claimed.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn Error, job = self.job, "a lease was not taken");
            false
        });
        self.taken = is_ours.then_some(begun);
        is_ours
    }
}

/// Rests; whether the server stops.
async fn rested(rest: Duration, stopping: &mut watch::Receiver<()>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(rest) => false,
        _ = stopping.changed() => true,
    }
}
