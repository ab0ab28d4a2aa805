//! Clients that are told of their tasks elsewhere: each change is sent to the address that they named, in order, until it is
//! taken or has been tried often enough.
//!
//! Nothing is queued: what is sent follows from the session, and how far that came is kept. Which addresses may be reached is
//! for `fetch` to say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use asp_core::limits;
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::{Hash, LogTime, Millis, Sequence};
use asp_store::a2a::Push;
use asp_store::{Reader, Tenant};
use tokio::task::JoinSet;

use super::course::Course;
use super::wire::{Event, PushConfig};
use super::{by_session, talk};
use crate::http::App;
use crate::http::problem::Denial;
use crate::stopped;

/// Tasks of which clients are told at once.
const AT_ONCE: usize = 8;
/// The pause after the first attempt that failed; it doubles with each.
const PAUSE: Millis = Millis(500);

/// Who is being told.
#[derive(Debug, Default)]
pub(super) struct Pushing {
    turns: JoinSet<Hash>,
    busy: BTreeSet<Hash>,
    /// Sessions that moved while there was no place for them, or while they had their turn.
    ready: BTreeSet<Hash>,
    due: Option<LogTime>,
}

impl Pushing {
    /// Tells of those that moved, or of all; as many as there are places.
    pub(super) async fn begin(&mut self, app: &Arc<App>, moved: Option<&BTreeSet<Hash>>) {
        let of_thread = Arc::clone(app);
        let known = match app.reads.wait_and_run(move |_| Ok(of_thread.a2a.desk.all_pushes()?)).await {
            Ok(pushes) => by_session(pushes),
            Err(denial) => return tracing::error!(?denial, "where A2A clients are told cannot be read"),
        };
        let now = app.clock.now();
        let is_due = |push: &Push| push.due.is_some_and(|due| due <= now);
        let wanted = known
            .iter()
            .filter(|(id, pushes)| moved.is_none_or(|moved| moved.contains(id)) || pushes.iter().any(is_due));
        self.ready.extend(wanted.map(|(id, _)| *id));
        self.ready.retain(|id| known.contains_key(id));
        self.start(app, &known);
        let waiting = known.iter().filter(|(id, _)| !self.busy.contains(id)).flat_map(|(_, pushes)| pushes);
        self.due = waiting.filter_map(|push| push.due).filter(|due| *due > now).min();
    }

    fn start(&mut self, app: &Arc<App>, known: &BTreeMap<Hash, Vec<Push>>) {
        let next: Vec<Hash> = self.ready.iter().filter(|id| !self.busy.contains(id)).copied().collect();
        for id in next.into_iter().take(AT_ONCE.saturating_sub(self.busy.len())) {
            self.ready.remove(&id);
            self.busy.insert(id);
            let pushes = known.get(&id).cloned().unwrap_or_default();
            let app = Arc::clone(app);
            self.turns.spawn(async move {
                tell(&app, id, pushes).await;
                id
            });
        }
    }

    /// When the first that waits for a time is due.
    pub(super) const fn due(&self) -> Option<LogTime> {
        self.due
    }

    /// Waits for the end of a turn; for ever if none is being taken.
    pub(super) async fn ended(&mut self) {
        match self.turns.join_next().await {
            Some(Ok(id)) => {
                self.busy.remove(&id);
            }
            Some(Err(error)) => {
                tracing::error!(%error, "telling an A2A client ended badly");
                self.busy.clear();
            }
            None => std::future::pending().await,
        }
    }

    /// Waits for those that are being told.
    pub(super) async fn stop(&mut self) {
        while self.turns.join_next().await.is_some() {}
    }
}

/// Tells everybody who is to be told of a task what they have not been told.
async fn tell(app: &Arc<App>, id: Hash, pushes: Vec<Push>) {
    let Some(agent) = pushes.first().map(|push| push.agent.clone()) else { return };
    let of_thread = Arc::clone(app);
    let read = move |reader: &Reader<'_>| events(&of_thread, reader, &agent, id);
    let events = match app.reads.wait_and_run(read).await {
        Ok(events) => events,
        Err(denial) => {
            return tracing::warn!(?denial, "a task of which a client is to be told cannot be read");
        }
    };
    for push in pushes {
        one(app, push, &events).await;
    }
}

/// What there is to tell of a session, by the statements that it follows from.
fn events(
    app: &App,
    reader: &Reader<'_>,
    agent: &AgentUri,
    id: Hash,
) -> Result<Vec<(Sequence, Event)>, Denial> {
    if !reader.may_read(Some(&Tenant::Agent(agent.clone())), &StreamId::Session(id))? {
        return Ok(Vec::new());
    }
    let context = app.a2a.desk.context(&id)?.unwrap_or_else(|| id.to_hex());
    let mut course = Course::new(agent.clone(), context, app.a2a.desk.said(&id)?);
    let mut events = Vec::new();
    while talk::read_on(reader, &id, &mut course, |place, event| events.push((place, event)))? {}
    Ok(events)
}

async fn one(app: &Arc<App>, mut push: Push, events: &[(Sequence, Event)]) {
    let mut stopping = app.stopping.clone();
    let Ok(config) = serde_json::from_str::<PushConfig>(&push.config) else { return };
    if push.due.is_some_and(|due| due > app.clock.now()) {
        return;
    }
    let mut changes: BTreeMap<Sequence, Vec<&Event>> = BTreeMap::new();
    for (place, event) in events.iter().filter(|(place, _)| *place > push.place) {
        changes.entry(*place).or_default().push(event);
    }
    for (place, events) in changes {
        for event in events {
            let body = serde_json::to_vec(event).unwrap_or_default();
            let headers = headers(&config);
            let heard = tokio::select! {
                heard = app.fetch.tell(&config.url, ("application/json", &headers), body) => heard,
                () = stopped(&mut stopping) => return,
            };
            if let Err(error) = heard {
                push.attempts = push.attempts.saturating_add(1);
                if (push.attempts as usize) < limits::A2A_PUSH_ATTEMPTS_MAX {
                    let pause = PAUSE.0.saturating_mul(1 << push.attempts.min(10));
                    push.due = Some(app.clock.now().plus(Millis(pause)));
                    return note(app, push).await;
                }
                tracing::info!(%error, "an A2A client does not take what it is to be told; it is passed over");
                break;
            }
        }
        (push.place, push.attempts, push.due) = (place, 0, None);
        note(app, push.clone()).await;
    }
}

/// By what who is told knows that it is meant.
fn headers(config: &PushConfig) -> Vec<(&'static str, String)> {
    let mut headers = vec![("A2A-Version", asp_core::a2a::VERSION.to_owned())];
    if !config.token.is_empty() {
        headers.push(("X-A2A-Notification-Token", config.token.clone()));
    }
    if let Some(shown) = config.authentication.as_ref().filter(|shown| !shown.credentials.is_empty()) {
        headers.push(("Authorization", format!("{} {}", shown.scheme, shown.credentials)));
    }
    headers
}

async fn note(app: &Arc<App>, push: Push) {
    let of_thread = Arc::clone(app);
    let noted = app.reads.wait_and_run(move |_| Ok(of_thread.a2a.desk.note_push(&push)?)).await;
    if let Err(denial) = noted {
        tracing::error!(?denial, "how far an A2A client was told is not noted");
    }
}
