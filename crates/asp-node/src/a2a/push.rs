//! Clients that are told of their tasks elsewhere: each change is sent to the address that they named, in order, until it is
//! taken or has been tried often enough.
//!
//! Nothing is queued: what is sent follows from the session, and how far that came is kept. Which addresses may be reached is
//! for `fetch` to say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use asp_core::limits;
use asp_core::name::{Domain, StreamId};
use asp_core::position::{Hash, LogTime, Millis, Sequence};
use asp_store::a2a::Push;
use asp_store::{Reader, Tenant};
use tokio::task::JoinSet;

use super::course::Course;
use super::talk;
use super::wire::{Event, PushConfig};
use crate::fetch::FetchError;
use crate::http::App;
use crate::http::problem::Denial;
use crate::stopped;

/// The media type of what is told (A2A §4.3.3).
const A2A_JSON: &str = "application/a2a+json";
/// Tasks of which clients are told at once.
const AT_ONCE: usize = 8;
/// The pause after the first attempt that failed; it doubles with each.
const PAUSE: Millis = Millis(500);

/// Who is being told.
#[derive(Debug, Default)]
pub(super) struct Pushing {
    turns: JoinSet<Hash>,
    busy: BTreeMap<Hash, Domain>,
    /// Sessions that moved while there was no place for them, or while they had their turn.
    ready: BTreeMap<Hash, Domain>,
    due: Option<LogTime>,
}

impl Pushing {
    /// Tells of those that moved, or of all; as many as there are places.
    pub(super) async fn begin(&mut self, app: &Arc<App>, moved: Option<&BTreeSet<Hash>>) {
        let (of_thread, moved) = (Arc::clone(app), moved.cloned());
        let read = move |_: &Reader<'_>| {
            let desk = &of_thread.a2a.desk;
            Ok((desk.told_of(moved.as_ref())?, desk.due_pushes()?))
        };
        let (told_of, waiting) = match app.reads.wait_and_run(read).await {
            Ok(read) => read,
            Err(denial) => return tracing::error!(?denial, "where A2A clients are told cannot be read"),
        };
        let now = app.clock.now();
        let due = waiting.iter().filter(|(_, _, due)| *due <= now).map(|(id, agent, _)| (*id, agent.clone()));
        let wanted = told_of.into_iter().chain(due);
        self.ready.extend(wanted.map(|(id, agent)| (id, agent.organisation())));
        self.start(app);
        let later = waiting.iter().filter(|(id, _, due)| *due > now && !self.busy.contains_key(id));
        self.due = later.map(|(_, _, due)| *due).min();
    }

    fn start(&mut self, app: &Arc<App>) {
        for (id, organisation) in self.ready.clone() {
            let of_one = self.busy.values().filter(|busy| **busy == organisation).count();
            let busy = self.busy.contains_key(&id) || of_one >= limits::A2A_PUSHING_OF_ORGANISATION_MAX;
            if busy || self.busy.len() >= AT_ONCE {
                continue;
            }
            self.ready.remove(&id);
            self.busy.insert(id, organisation);
            let app = Arc::clone(app);
            self.turns.spawn(async move {
                tell(&app, id).await;
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

/// Tells everybody who is to be told of a task what they have not been told. Who is slow ends the turn: the others have the
/// next.
async fn tell(app: &Arc<App>, id: Hash) {
    let of_thread = Arc::clone(app);
    let begin = move |reader: &Reader<'_>| begun(&of_thread, reader, id);
    let (mut course, mut pushes) = match app.reads.wait_and_run(begin).await {
        Ok(Some(begun)) => begun,
        Ok(None) => return,
        Err(denial) => return unread(&denial),
    };
    let mut more = true;
    while more && !pushes.is_empty() {
        let from = pushes.iter().map(|push| push.place).min().unwrap_or(Sequence(0));
        let read = move |reader: &Reader<'_>| {
            let mut events = Vec::new();
            let more = talk::read_on(reader, &id, &mut course, |place, event| {
                if place > from {
                    events.push((place, event));
                }
            })?;
            Ok((course, events, more))
        };
        let events;
        (course, events, more) = match app.reads.wait_and_run(read).await {
            Ok(read) => read,
            Err(denial) => return unread(&denial),
        };
        let mut next = Vec::new();
        let mut rest = std::mem::take(&mut pushes).into_iter();
        while let Some(push) = rest.next() {
            match one(app, push, &events).await {
                Told::All(push) => next.push(push),
                Told::Later => {}
                Told::TooSlow => return put_off(app, next.into_iter().chain(rest)).await,
            }
        }
        pushes = next;
    }
    // Who was put off and then had nothing to hear waits for no time any more.
    for push in pushes.into_iter().filter(|push| push.due.is_some()) {
        note(app, Push { due: None, ..push }).await;
    }
}

fn unread(denial: &Denial) {
    tracing::warn!(?denial, "a task of which a client is to be told cannot be read");
}

/// The beginning of a task and those who are to be told of it now. Where nobody may be told any more is forgotten.
fn begun(app: &App, reader: &Reader<'_>, id: Hash) -> Result<Option<(Course, Vec<Push>)>, Denial> {
    let desk = &app.a2a.desk;
    let (mut pushes, now) = (Vec::new(), app.clock.now());
    for push in desk.pushes(&id)? {
        if !may_be_told(app, reader, &push)? {
            desk.remove_push(&id, &push.id)?;
        } else if push.due.is_none_or(|due| due <= now) {
            pushes.push(push);
        }
    }
    let Some(agent) = pushes.first().map(|push| push.agent.clone()) else { return Ok(None) };
    let context = desk.context(&id)?.unwrap_or_else(|| id.to_hex());
    let mut course = Course::new(agent, context, desk.said_first(&id)?);
    course.forget_past();
    Ok(Some((course, pushes)))
}

/// Whether the client that asked to be told still speaks for an agent that may read the task.
fn may_be_told(app: &App, reader: &Reader<'_>, push: &Push) -> Result<bool, Denial> {
    let stands = match push.client {
        Some(client) => match app.a2a.desk.client_by_id(client)? {
            Some(client) => {
                client.agent == push.agent && talk::is_current(reader, &client.agent, &client.key)?
            }
            None => false,
        },
        None => app.a2a.cast.as_ref().is_some_and(|cast| cast.guest == push.agent),
    };
    Ok(stands
        && reader.may_read(Some(&Tenant::Agent(push.agent.clone())), &StreamId::Session(push.session))?)
}

/// Whether the client still wants to be told, and in the same way.
fn is_kept(app: &App, push: &Push) -> Result<bool, Denial> {
    let kept = app.a2a.desk.pushes(&push.session)?;
    Ok(kept.iter().any(|kept| kept.id == push.id && kept.config == push.config))
}

/// How it went to tell a client.
enum Told {
    /// It was told everything; it is told of what follows.
    All(Push),
    /// It is told another time, or never.
    Later,
    /// It did not answer in time.
    TooSlow,
}

async fn one(app: &Arc<App>, mut push: Push, events: &[(Sequence, Event)]) -> Told {
    let mut stopping = app.stopping.clone();
    let Ok(config) = serde_json::from_str::<PushConfig>(&push.config) else { return Told::Later };
    let mut changes: BTreeMap<Sequence, Vec<&Event>> = BTreeMap::new();
    for (place, event) in events.iter().filter(|(place, _)| *place > push.place) {
        changes.entry(*place).or_default().push(event);
    }
    for (place, events) in changes {
        let (of_thread, asked) = (Arc::clone(app), push.clone());
        let look = move |reader: &Reader<'_>| {
            Ok(is_kept(&of_thread, &asked)? && may_be_told(&of_thread, reader, &asked)?)
        };
        if !app.reads.wait_and_run(look).await.unwrap_or(false) {
            return Told::Later;
        }
        let mut slow = false;
        for event in events {
            let body = serde_json::to_vec(event).unwrap_or_default();
            let headers = told_by(&config);
            let heard = tokio::select! {
                heard = app.fetch.tell(&config.url, (A2A_JSON, &headers), body) => heard,
                () = stopped(&mut stopping) => return Told::Later,
            };
            if let Err(error) = heard {
                slow = error == FetchError::TooSlow;
                push.attempts = push.attempts.saturating_add(1);
                if (push.attempts as usize) < limits::A2A_PUSH_ATTEMPTS_MAX {
                    let pause = PAUSE.0.saturating_mul(1 << push.attempts.min(10));
                    push.due = Some(app.clock.now().plus(Millis(pause)));
                    note(app, push).await;
                    return if slow { Told::TooSlow } else { Told::Later };
                }
                tracing::info!(%error, "an A2A client does not take what it is to be told; it is passed over");
                break;
            }
        }
        (push.place, push.attempts, push.due) = (place, 0, None);
        if slow {
            put_off(app, [push]).await;
            return Told::TooSlow;
        }
        note(app, push.clone()).await;
    }
    Told::All(push)
}

/// Leaves those whose turn ended early for the next one.
async fn put_off(app: &Arc<App>, pushes: impl IntoIterator<Item = Push>) {
    let due = Some(app.clock.now().plus(PAUSE));
    for push in pushes {
        note(app, Push { due, ..push }).await;
    }
}

/// By what who is told knows that it is meant.
pub(crate) fn told_by(config: &PushConfig) -> Vec<(&'static str, String)> {
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
