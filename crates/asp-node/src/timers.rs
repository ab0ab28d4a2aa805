//! What time alone decides: the node says it, in the session's stream, as soon as it is due.
//!
//! Deadlines are read from the store, so they survive restarts, and what fell due meanwhile is said first.

use std::time::Duration;

use asp_core::key::SecretKey;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::statement::draft::{Draft, Stamp};
use asp_store::{Clock, Due, Fault, Refusal, Store};
use tokio::sync::watch;

/// How many statements are made in one go.
const BATCH: usize = 256;
/// The longest sleep: a clock that is set forward is noticed after this.
const SLEEP_MAX: Duration = Duration::from_secs(1);
/// The wait after a failure, or after somebody else spoke first.
const PAUSE: Duration = Duration::from_millis(25);

/// Says what falls due until the node stops.
pub(crate) async fn run(store: Store, key: SecretKey, clock: Clock, mut stopping: watch::Receiver<bool>) {
    let mut size = store.watch();
    loop {
        let work = turn(&store, &key, &clock);
        let wait = tokio::select! {
            wait = work => wait,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            // A new statement may bring a nearer deadline.
            changed = size.changed(), if wait > PAUSE => if changed.is_err() { return },
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// Says all that is due, and how long to sleep then.
async fn turn(store: &Store, key: &SecretKey, clock: &Clock) -> Duration {
    let now = clock();
    let reading = store.clone();
    let read = tokio::task::spawn_blocking(move || {
        reading.read(|reader| Ok((reader.due(now, BATCH)?, reader.next_deadline()?)))
    });
    let (due, next) = match read.await {
        Ok(Ok(found)) => found,
        Ok(Err(fault)) => return paused(&fault),
        Err(error) => {
            tracing::error!(%error, "the timers could not read");
            return SLEEP_MAX;
        }
    };
    if due.is_empty() {
        let until = next.map_or(SLEEP_MAX, |next| Duration::from_millis(next.since(clock()).0.max(1)));
        return until.min(SLEEP_MAX);
    }
    for Due { session, head, body } in due {
        let mut random = [0; 10];
        if let Err(error) = getrandom::fill(&mut random) {
            tracing::error!(%error, "no random bytes");
            return SLEEP_MAX;
        }
        let stream = StreamName::Of(StreamId::Session(session));
        let draft = Draft::new(stream, store.origin().clone(), Issuer::Node(store.origin().clone()), body);
        let signed = draft.sign(Some(head), Stamp { issued_at: clock(), random }, &[key]);
        let statement = match signed {
            Ok(statement) => statement,
            Err(rejection) => {
                tracing::error!(%rejection, %session, "what is due cannot be said");
                return SLEEP_MAX;
            }
        };
        match store.submit(statement).await {
            Ok(receipt) => tracing::info!(%session, index = %receipt.receipt.log_index, "said what was due"),
            // Somebody spoke first; what is due then is read anew.
            Err(Refusal::Rejected(rejection)) => tracing::debug!(%rejection, %session, "not due any more"),
            Err(Refusal::Full | Refusal::Stopping) => {}
            Err(Refusal::Fault(fault)) => return paused(&fault),
        }
    }
    PAUSE
}

fn paused(fault: &Fault) -> Duration {
    tracing::error!(%fault, "the timers rest");
    SLEEP_MAX
}
