//! Webhooks: what an organisation may read is delivered to the addresses that it names, in the order of the log.
//!
//! Nothing is queued. Each webhook has a place in the log; what stands there is read as its organisation reads it, delivered,
//! and only then is the place moved, so that nothing is lost and what is delivered twice has the same id. Here is who has a
//! turn when; what is done in one is in `turn`, how it is signed in [`crate::signed`], which addresses may be reached in `fetch`.

pub(crate) mod event;
mod pause;
mod turn;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use asp_core::limits;
use asp_core::name::Domain;
use asp_core::position::{LogTime, Position};
use asp_store::Tenant;
use asp_store::webhooks::{Webhook, WebhookId};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use crate::delivery;
use crate::http::App;
use crate::stopped;
use crate::waiting::{grown, reached};
use turn::{Turned, take_turn};

pub(crate) use turn::{send, words};

/// Webhooks that are called at once: less than the requests that may be out, so that others get their turn.
const TURNS_AT_ONCE: usize = 8;
/// Of them those of one organisation, so that slow receivers of one do not keep the others waiting.
const TURNS_OF_ONE: usize = 2;
/// Entries that one question to the store spans.
const SPAN_MAX: u64 = 4096;
/// The pause after the storage could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// A webhook that is not stopped.
#[derive(Debug)]
struct Known {
    webhook: Webhook,
    /// Whether there may be something for it that it has not been told.
    ready: bool,
    /// The task that delivers for it at present.
    busy: Option<AbortHandle>,
    /// The number of its last turn: who waits longest is next.
    turn: u64,
}

/// Every webhook that is not stopped, and the turns that are being taken.
#[derive(Debug, Default)]
struct Turns {
    known: BTreeMap<WebhookId, Known>,
    taken: JoinSet<Turned>,
    /// The number of the last turn.
    last: u64,
    /// Whether other webhooks are kept than are known here.
    changed: bool,
}

/// The task's whole life: until the node stops.
pub(crate) async fn run(app: Arc<App>) {
    let (mut stopping, mut size) = (app.stopping.clone(), app.store.watch());
    let mut turns = Turns { changed: true, ..Turns::default() };
    let mut seen = *size.borrow();
    while !app.is_stopping() {
        if turns.changed {
            turns.load(&app).await;
        }
        let now = *size.borrow_and_update();
        turns.follow(&app, seen, now).await;
        seen = now;
        turns.begin(&app);
        let due = turns.due(app.clock.now());
        tokio::select! {
            Some(turned) = turns.taken.join_next() => turns.end(&app, turned),
            () = grown(&mut size) => {}
            () = app.webhooks_moved.notified() => turns.changed = true,
            () = tokio::time::sleep(PAUSE), if turns.changed => {}
            () = reached(&app.clock, due) => {}
            () = stopped(&mut stopping) => {}
        }
    }
    // Each notes how far it has come.
    while turns.taken.join_next().await.is_some() {}
}

impl Turns {
    /// Reads which webhooks there are. Each looks whether there is something for it.
    async fn load(&mut self, app: &Arc<App>) {
        let of_thread = Arc::clone(app);
        let running = app.reads.wait_and_run(move |_| Ok(of_thread.webhooks.running()?)).await;
        let running = match running {
            Ok(running) => running,
            Err(denial) => {
                tracing::error!(?denial, "webhooks cannot be read");
                return;
            }
        };
        let end = Position(*app.store.watch().borrow());
        let mut before = std::mem::take(&mut self.known);
        for mut webhook in running {
            // A log that was put back from a copy may be shorter than it was.
            webhook.progress.place = webhook.progress.place.min(end);
            let last = before.remove(&webhook.id);
            let (busy, turn) = last.map_or((None, 0), |known| (known.busy, known.turn));
            self.known.insert(webhook.id, Known { ready: true, busy, turn, webhook });
        }
        // Nothing more is delivered to one that is gone.
        before.into_values().filter_map(|known| known.busy).for_each(|busy| busy.abort());
        self.changed = false;
    }

    /// Notes for whom there may be something among the entries that came.
    async fn follow(&mut self, app: &Arc<App>, mut seen: u64, now: u64) {
        while seen < now {
            let to = now.min(seen.saturating_add(SPAN_MAX));
            let waiting = self.known.values().filter(|known| !known.ready);
            let waiting: BTreeSet<Tenant> = waiting.map(|known| tenant(&known.webhook)).collect();
            if waiting.is_empty() {
                return;
            }
            let moved =
                app.reads.wait_and_run(move |reader| delivery::feeds_moved(reader, seen, to, waiting));
            let moved = moved.await.inspect_err(|denial| {
                tracing::warn!(?denial, from = seen, to, "for whom it is is not known; every webhook looks");
            });
            for known in self.known.values_mut() {
                known.ready |= moved.as_ref().map_or(true, |moved| moved.contains(&tenant(&known.webhook)));
            }
            seen = to;
        }
    }

    /// Gives turns to those who have waited longest, as far as there are.
    fn begin(&mut self, app: &Arc<App>) {
        let now = app.clock.now();
        let mut of_one: BTreeMap<Domain, usize> = BTreeMap::new();
        for busy in self.known.values().filter(|known| known.busy.is_some()) {
            *of_one.entry(busy.webhook.organisation.clone()).or_default() += 1;
        }
        let is_due = |known: &Known| known.webhook.progress.due.is_none_or(|due| due <= now);
        let ready = self.known.values().filter(|known| known.ready && known.busy.is_none() && is_due(known));
        let mut ready: Vec<(u64, WebhookId)> = ready.map(|known| (known.turn, known.webhook.id)).collect();
        ready.sort_unstable();
        for (_, id) in ready {
            if self.taken.len() >= TURNS_AT_ONCE {
                return;
            }
            let Some(next) = self.known.get_mut(&id) else { continue };
            let own = of_one.entry(next.webhook.organisation.clone()).or_default();
            if *own >= TURNS_OF_ONE {
                continue;
            }
            *own += 1;
            self.last += 1;
            let task = self.taken.spawn(take_turn(Arc::clone(app), next.webhook.clone()));
            (next.busy, next.turn, next.ready) = (Some(task), self.last, false);
        }
    }

    /// When the first of those who wait for a time is due.
    fn due(&self, now: LogTime) -> Option<LogTime> {
        let waiting = self.known.values().filter(|known| known.ready && known.busy.is_none());
        waiting.filter_map(|known| known.webhook.progress.due).filter(|due| *due > now).min()
    }

    fn end(&mut self, app: &App, turned: Result<Turned, JoinError>) {
        let Turned { id, progress, more } = match turned {
            Ok(turned) => turned,
            Err(error) => return self.end_badly(app, &error),
        };
        let Some(known) = self.known.get_mut(&id) else { return };
        if let Some(why) = progress.stopped {
            tracing::info!(webhook = %id, why = why.as_str(), "a webhook is stopped");
            self.known.remove(&id);
            // It may have been resumed since.
            self.changed = true;
            return;
        }
        (known.webhook.progress, known.busy) = (progress, None);
        known.ready |= more;
    }

    /// What came of the turn is not known: what it did not note is done again.
    fn end_badly(&mut self, app: &App, error: &JoinError) {
        if !error.is_cancelled() {
            tracing::error!(%error, "a turn of a webhook ended badly");
        }
        let is_its = |known: &&mut Known| known.busy.as_ref().is_some_and(|busy| busy.id() == error.id());
        if let Some(known) = self.known.values_mut().find(is_its) {
            (known.busy, known.ready) = (None, true);
            known.webhook.progress.due = Some(app.clock.now().plus(limits::WEBHOOK_PAUSE_MS));
        }
    }
}

/// As whom a webhook reads.
fn tenant(webhook: &Webhook) -> Tenant {
    Tenant::Organisation(webhook.organisation.clone())
}
