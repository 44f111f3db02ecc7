//! What the gateway does without being asked: delivering events, asking again whether a customer
//! still lets it in, finishing unlocks that were cut short, forgetting what is over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use freischalt_client::{
    Action, CallError, CallErrorKind, Credentials, Secret, UnlockProvider, Verb,
};

use crate::app::App;
use crate::behind::Behind;
use crate::connection::{DOUBT, Verdict};
use crate::store::{DueEvent, Pending, StoreError};

/// How often it looks; events wake it at once.
const TICK: Duration = Duration::from_secs(1);
/// Time between two rounds of what is not urgent.
const SELDOM: Duration = Duration::from_secs(60);

/// Runs until it is dropped.
pub(crate) async fn run(app: Arc<App>) {
    note(finish_unlocks(&app).await, "unfinished unlocks");
    let mut last_round = Instant::now();
    loop {
        let woken = app.store.told.notified();
        if let Some(behind) = &app.behind {
            note(deliver(&app, behind).await, "events");
            note(ask_again(&app, behind).await, "connections");
        }
        if last_round.elapsed() >= SELDOM {
            note(finish_unlocks(&app).await, "unfinished unlocks");
            note(app.store.clean_up((app.clock)()).await, "clean-up");
            last_round = Instant::now();
        }
        // Woken or not, the next look is due.
        _ = tokio::time::timeout(TICK, woken).await;
    }
}

fn note(outcome: Result<(), StoreError>, what: &'static str) {
    if let Err(error) = outcome {
        tracing::error!(%error, what, "background work failed; it is tried again");
    }
}

async fn deliver(app: &App, behind: &Behind) -> Result<(), StoreError> {
    let due = app.store.take_due_events((app.clock)(), behind.event_time()).await?;
    let sending = due.iter().map(|event| send(app, behind, event));
    for outcome in futures_util::future::join_all(sending).await {
        outcome?;
    }
    Ok(())
}

async fn send(app: &App, behind: &Behind, event: &DueEvent) -> Result<(), StoreError> {
    match behind.notify(&event.id, &event.body, (app.clock)()).await {
        Ok(()) => {
            app.metrics.events_delivered.add();
            app.store.delivered(event).await
        }
        Err(error) => {
            app.metrics.events_postponed.add();
            let again = app.store.postpone(event, (app.clock)()).await?;
            tracing::warn!(event.id = %event.id, reason = %error, again, "event not confirmed");
            Ok(())
        }
    }
}

/// Any call tells whether token and key are accepted, also one that is refused for another reason.
async fn ask_again(app: &App, behind: &Behind) -> Result<(), StoreError> {
    let now = (app.clock)();
    let checked_before = match behind.poll_every {
        0 => now.plus(-i64::MAX),
        seconds => now.plus(-seconds),
    };
    for (customer, user) in app.store.due_checks(now.plus(-DOUBT), checked_before).await? {
        let Some(caller) = app.store.caller(&customer, &user).await? else { continue };
        let question = Action::new(Verb::Read, "basicsettings");
        let claim = caller.claim;
        let answer = app.client.call(&caller.credentials, &question, claim.as_ref()).await;
        let verdict = match &answer {
            Ok(_) => Verdict::LetIn,
            Err(error) => Verdict::of_error(error),
        };
        app.store.conclude(&customer, &user, &caller.credentials, verdict, (app.clock)()).await?;
    }
    Ok(())
}

/// Calls again for each unlock whose answer nobody heard: the same values may be sent twice. A
/// refusal says that the customer has to activate again.
async fn finish_unlocks(app: &App) -> Result<(), StoreError> {
    for pending in app.store.take_unfinished_unlocks((app.clock)()).await? {
        match unlock(app, &pending).await {
            Ok(()) => {
                finish(app, &pending).await?;
                tracing::info!(customer.id = %pending.customer, "an interrupted activation is done");
            }
            Err(error) if error.kind() == CallErrorKind::Unreachable => {
                app.store.leave_unlock(&pending.launch_id).await?;
            }
            Err(CallError::Refused(refusal)) => {
                app.store.drop_unlock(&pending.launch_id).await?;
                tracing::warn!(
                    customer.id = %pending.customer,
                    code = refusal.code.0,
                    "an interrupted activation was refused: the customer has to activate again"
                );
            }
            Err(error) => {
                app.store.leave_unlock(&pending.launch_id).await?;
                tracing::warn!(reason = %error, "an interrupted activation waits");
            }
        }
    }
    Ok(())
}

/// The call itself.
pub(crate) async fn unlock(app: &App, pending: &Pending) -> Result<(), CallError> {
    let key = Secret::new(pending.key.expose());
    let credentials = Credentials::new(pending.token.expose(), key);
    let unlock = UnlockProvider {
        parameter_cache_id: pending.parameter_cache_id.clone(),
        claim: pending.claim.clone(),
        is_regular_customer: pending.is_regular,
    };
    app.client.unlock_provider(&credentials, &unlock).await
}

/// Keeps what a confirmed unlock brought.
pub(crate) async fn finish(app: &App, pending: &Pending) -> Result<(), StoreError> {
    let kept_until = pending.signed_at.plus(app.page_ends_after());
    app.store.finish_unlock(pending, kept_until, (app.clock)()).await?;
    app.metrics.activations.add();
    Ok(())
}
