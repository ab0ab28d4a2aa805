//! What time alone decides: the node says it, in the session's stream, with its own key.
//!
//! The store knows when the next session is due and what is to be said; after a time of standing still everything
//! that came due is said in the order in which it did. Nothing is kept here: a restart begins by asking again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use asp_core::key::SecretKey;
use asp_core::name::{Issuer, Origin, StreamId, StreamName};
use asp_core::position::{Head, LogTime};
use asp_core::rejection::Code;
use asp_core::statement::draft::{Draft, Stamp};
use asp_core::statement::{Body, Verified};
use asp_store::{Due, Refusal};
use tokio::sync::watch;

use crate::http::App;
use crate::http::problem::Denial;
use crate::stopped;

/// Statements that are prepared at once.
const ROUND_MAX: usize = 64;
/// How often it is looked for nearer deadlines while the log grows.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The pause after something could not be said: the same would happen at once.
const PAUSE: Duration = Duration::from_secs(1);

/// What one look at the store found.
struct Look {
    statements: Vec<Verified>,
    next: Option<LogTime>,
}

/// How a round went.
enum Round {
    /// Something was said, by the node or by somebody before it; more may be due.
    Said,
    /// Nothing is due until then.
    Nothing(Option<LogTime>),
    /// Something was due and could not be said.
    Failed,
}

/// The task's whole life: until the node stops, or its store takes nothing more.
pub(crate) async fn run(app: Arc<App>, key: SecretKey) {
    let (mut stopping, mut size) = (app.stopping.clone(), app.store.watch());
    let key = Arc::new(key);
    while !app.is_stopping() && app.store.is_writable() {
        size.borrow_and_update();
        let pause = match round(&app, &key).await {
            Round::Said => continue,
            Round::Nothing(next) => wait(&app, &mut size, next).await,
            Round::Failed => Some(PAUSE),
        };
        let rest = async {
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
        };
        tokio::select! {
            () = rest => {}
            () = stopped(&mut stopping) => {}
        }
    }
}

/// Waits for the next deadline, or until the log has grown; then for a little while, so that each look sees many.
async fn wait(app: &App, size: &mut watch::Receiver<u64>, next: Option<LogTime>) -> Option<Duration> {
    let mut stopping = app.stopping.clone();
    let due = async {
        match next {
            Some(next) => app.clock.reaches(next).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = due => None,
        _ = size.changed() => Some(LOOK_EVERY),
        () = stopped(&mut stopping) => None,
    }
}

/// One look at what is due, and the saying of it (ASP-DLV-003).
async fn round(app: &Arc<App>, key: &Arc<SecretKey>) -> Round {
    let now = app.clock.now();
    let (origin, signing) = (app.store.origin().clone(), Arc::clone(key));
    let look = app.reads.wait_and_run(move |reader| {
        let due = reader.due(now, ROUND_MAX)?;
        #[cfg(feature = "misbehave")]
        let due = crate::misbehave::stated(due);
        let statements: Result<Vec<Verified>, Denial> =
            due.iter().map(|due| statement(due, &origin, &signing, now)).collect();
        Ok(Look { statements: statements?, next: reader.next_deadline()? })
    });
    match look.await {
        Ok(Look { statements, next }) if statements.is_empty() => match next {
            // What is due by the index but has nothing to be said would be found again at once.
            Some(next) if next <= now => Round::Failed,
            next => Round::Nothing(next),
        },
        Ok(Look { statements, .. }) => say(app, statements).await,
        Err(denial) => {
            tracing::error!(?denial, "what is due is not known");
            Round::Failed
        }
    }
}

fn statement(due: &Due, origin: &Origin, key: &SecretKey, now: LogTime) -> Result<Verified, Denial> {
    by_node(&due.stream, due.head, due.body.clone(), origin, (key, now))
}

/// A statement of the node's own, on the head of a stream.
///
/// # Errors
/// That there is no randomness, or that the statement breaks a rule of form.
pub(crate) fn by_node(
    stream: &StreamId,
    head: Head,
    body: Body,
    origin: &Origin,
    (key, now): (&SecretKey, LogTime),
) -> Result<Verified, Denial> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|_| Denial::Internal)?;
    let issuer = Issuer::Node(origin.clone());
    let draft = Draft::new(StreamName::Of(stream.clone()), origin.clone(), issuer, body);
    Ok(draft.sign(Some(head), Stamp { issued_at: now, random }, &[key])?)
}

/// Says one after the other: their order in the log is that of their deadlines.
async fn say(app: &App, statements: Vec<Verified>) -> Round {
    let mut round = Round::Failed;
    for statement in statements {
        let (stream, kind) = (statement.statement().stream.clone(), statement.statement().kind);
        match app.store.submit(statement).await {
            Ok(receipt) => {
                app.metrics.issued.fetch_add(1, Ordering::Relaxed);
                tracing::info!(%stream, kind = kind.as_str(), index = receipt.receipt.log_index.0, "time passed");
                round = Round::Said;
            }
            // Somebody spoke in between: whether it is still due, the next look tells.
            Err(Refusal::Rejected(rejection)) if rejection.code == Code::SequenceConflict => {
                round = Round::Said;
            }
            Err(Refusal::Rejected(rejection)) => {
                tracing::error!(%stream, %rejection, "what is due was refused");
            }
            Err(refusal @ (Refusal::Full | Refusal::Stopping | Refusal::Fault(_))) => {
                tracing::warn!(%stream, %refusal, "what is due could not be said");
                return Round::Failed;
            }
        }
    }
    round
}
