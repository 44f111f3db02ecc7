//! What the gateway does without being asked: delivering events, asking again whether a customer
//! still lets it in, finishing unlocks that were cut short, forgetting what is over.

use std::sync::Arc;
use std::time::Duration;

use freischalt_client::{
    Action, CallError, CallErrorKind, Credentials, Secret, UnlockProvider, Verb,
};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::app::App;
use crate::behind::{Behind, NotConfirmed};
use crate::connection::{DOUBT, Verdict};
use crate::store::{DueEvent, Pending, StoreError};

/// How often it looks; events are looked for at once when there are new ones.
const TICK: Duration = Duration::from_secs(1);
/// Time between two rounds of what is not urgent.
const SELDOM: Duration = Duration::from_secs(60);
/// Events that are being sent at the same time.
const AT_ONCE: usize = 16;

/// Runs until it is dropped. Each kind of work goes on by itself: an app that does not answer holds up
/// its own events and nothing else, nor does a marketplace that is silent.
pub(crate) async fn run(app: Arc<App>) {
    let for_the_app = async {
        if let Some(behind) = &app.behind {
            tokio::join!(send_events(&app, behind), ask_regularly(&app, behind));
        }
    };
    tokio::join!(for_the_app, keep_house(&app));
}

/// Finishes unlocks that were cut short, and forgets what is over.
async fn keep_house(app: &App) {
    loop {
        note(finish_unlocks(app).await, "unfinished unlocks");
        tokio::time::sleep(SELDOM).await;
        note(app.store.clean_up((app.clock)()).await, "clean-up");
    }
}

async fn ask_regularly(app: &App, behind: &Behind) {
    loop {
        note(ask_again(app, behind).await, "connections");
        tokio::time::sleep(TICK).await;
    }
}

/// Sends the next event when one is done.
async fn send_events(app: &App, behind: &Behind) {
    let mut under_way = FuturesUnordered::new();
    loop {
        let woken = app.store.told.notified();
        let free = u32::try_from(AT_ONCE.saturating_sub(under_way.len())).unwrap_or_default();
        if free > 0 {
            match app.store.take_due_events((app.clock)(), behind.event_time(), free).await {
                Ok(due) => under_way.extend(due.into_iter().map(|event| send(app, behind, event))),
                Err(error) => note(Err(error), "events"),
            }
        }
        tokio::select! {
            Some(sent) = under_way.next() => note(sent, "events"),
            // Woken or not, the next look is due.
            _ = tokio::time::timeout(TICK, woken) => {}
        }
    }
}

fn note(outcome: Result<(), StoreError>, what: &'static str) {
    if let Err(error) = outcome {
        tracing::error!(%error, what, "background work failed; it is tried again");
    }
}

async fn send(app: &App, behind: &Behind, event: DueEvent) -> Result<(), StoreError> {
    let error = match behind.notify(&event.id, &event.body, (app.clock)()).await {
        Ok(()) => {
            app.metrics.events_delivered.add();
            return app.store.delivered(&event).await;
        }
        Err(error) => error,
    };
    let again = match &error {
        NotConfirmed::Gone => {
            app.metrics.events_unwanted.add();
            app.store.give_up(&event).await?;
            false
        }
        NotConfirmed::Refused { retry_after, .. } => {
            app.metrics.events_postponed.add();
            app.store.postpone(&event, *retry_after, (app.clock)()).await?
        }
        NotConfirmed::NoAnswer(_) | NotConfirmed::Silent => {
            app.metrics.events_postponed.add();
            app.store.postpone(&event, None, (app.clock)()).await?
        }
    };
    tracing::warn!(event.id = %event.id, reason = %error, again, "event not confirmed");
    Ok(())
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
