//! Pinned cards: looks where agents say that they serve their card for A2A, and says in the log what it found.
//!
//! What it found is said once and again only when it changes (ASP-AGT-013). Whom to look at follows from the cards in the
//! log, so that a restart forgets nobody. Which addresses may be reached is `fetch`'s, what a statement may say asp-core's.

mod schedule;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use asp_core::a2a::Received;
use asp_core::agent::Agent;
use asp_core::limits;
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::rejection::Code;
use asp_core::statement::body::{A2aPin, Body, CardCheck};
use asp_store::{Reader, Refusal};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use self::schedule::Schedule;
use crate::fetch::FetchError;
use crate::http::App;
use crate::http::problem::Denial;
use crate::waiting::{grown, reached};
use crate::{stopped, timers};

/// Cards that are looked at at once: less than the requests that may be out, so that others get their turn.
const LOOKS_AT_ONCE: usize = 4;
/// Rows that are read at once.
const PAGE: usize = 256;
/// How often what was found is signed anew because somebody spoke in between.
const CONFLICTS_MAX: usize = 5;
/// The pause after the store could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// What came of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    /// The pinned card is there, and the log has that.
    Found,
    /// Another card is there, and the log has that.
    Swapped,
    /// What is there is no card; the log has that once it was so often enough.
    Absent,
    /// Nobody answered, or what was found could not be said.
    Unknown,
    /// Nothing is pinned any more, or something else.
    Moot,
}

/// Who pins a card.
struct Pinning {
    agent: AgentUri,
    /// Where the log has its card.
    set_at: u64,
    /// Whether the node had said before this start that the card is there.
    found: bool,
}

/// The task's whole life: until the node stops, or its store takes nothing more.
pub(crate) async fn run(app: Arc<App>, interval: Millis) {
    // With no interval nobody is looked at.
    if interval.0 == 0 {
        return;
    }
    let (mut stopping, mut size) = (app.stopping.clone(), app.store.watch());
    let mut schedule = Schedule::new(interval);
    let mut looks = FuturesUnordered::new();
    let (mut read, started) = (0, *size.borrow());
    while !app.is_stopping() && app.store.is_writable() {
        let end = *size.borrow_and_update();
        match news(&app, read..end, started).await {
            Ok(rows) => {
                let last = rows.last().filter(|_| rows.len() == PAGE).map(|row| row.set_at.saturating_add(1));
                read = last.unwrap_or(end);
                rows.into_iter().for_each(|row| take_in(&mut schedule, row, app.clock.now()));
            }
            Err(denial) => {
                tracing::error!(?denial, "whose card is to be looked at is not known");
                tokio::time::sleep(PAUSE).await;
            }
        }
        if read < end {
            continue;
        }
        while looks.len() < LOOKS_AT_ONCE {
            let Some(agent) = schedule.take_due(app.clock.now()) else { break };
            let (app, absent) = (Arc::clone(&app), schedule.absent(&agent));
            looks.push(async move {
                let done = look_at(&app, &agent, absent).await;
                (agent, done)
            });
        }
        let next = schedule.next().filter(|_| looks.len() < LOOKS_AT_ONCE);
        tokio::select! {
            Some((agent, done)) = looks.next() => schedule.done(agent, done, app.clock.now()),
            () = grown(&mut size) => {}
            () = reached(&app.clock, next) => {}
            () = stopped(&mut stopping) => {}
        }
    }
}

/// Whose card was found before this start waits for some part of the interval, so that a start is no flood; others do not.
fn take_in(schedule: &mut Schedule, row: Pinning, now: LogTime) {
    if row.found {
        let mut chance = [0];
        // Without chance it is looked at at once, as others are.
        let _filled = getrandom::fill(&mut chance);
        schedule.put_within(row.agent, now, chance[0]);
    } else {
        schedule.put(row.agent, now);
    }
}

/// Who has set a card with a pin since, in the order of the log.
async fn news(app: &Arc<App>, places: Range<u64>, started: u64) -> Result<Vec<Pinning>, Denial> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let read = move |reader: &Reader<'_>| {
        let mut rows = Vec::new();
        for (set_at, agent) in reader.pinning(places.start, places.end, PAGE)? {
            let known = if set_at < started { reader.agent(&agent)? } else { None };
            let found = known.is_some_and(|known| known.card_check().is_some_and(|check| check.matches));
            rows.push(Pinning { agent, set_at, found });
        }
        Ok(rows)
    };
    app.reads.wait_and_run(read).await
}

async fn agent(app: &Arc<App>, uri: &AgentUri) -> Option<Agent> {
    let uri = uri.clone();
    let found = app.reads.wait_and_run(move |reader| Ok(reader.agent(&uri)?)).await;
    found.inspect_err(|denial| tracing::error!(?denial, "an agent cannot be read")).ok().flatten()
}

fn pinned(agent: &Agent) -> Option<&A2aPin> {
    agent.card().a2a.as_ref().filter(|_| !agent.retired())
}

/// Looks where the card should be, and says what is there where the log does not have it.
///
/// `absent` is how often in a row there was an answer without a card.
async fn look_at(app: &Arc<App>, uri: &AgentUri, absent: usize) -> Done {
    let Some(agent) = agent(app, uri).await else { return Done::Unknown };
    let Some(pin) = pinned(&agent).cloned() else { return Done::Moot };
    let digest = match app.fetch.get(pin.url.as_str(), limits::A2A_CARD_BYTES_MAX).await {
        Ok(fetched) => Received::read(&fetched.bytes).ok().map(|card| card.digest()),
        Err(why) => {
            tracing::debug!(agent = %uri, %why, "no card for A2A");
            if !is_answer(why) {
                return Done::Unknown; // ASP-AGT-014
            }
            None
        }
    };
    // A card that is put in place anew is not there for a moment: that stops nobody's deals.
    if digest.is_none() && absent.saturating_add(1) < limits::CARD_ABSENCES_MAX {
        return Done::Absent;
    }
    say(app, agent, &pin, digest).await
}

/// Whether the address of a card answered, though not with a card. What lies at the network, at names or at what the node
/// may reach says nothing of the card.
const fn is_answer(why: FetchError) -> bool {
    match why {
        FetchError::Redirected | FetchError::MediaType | FetchError::TooLarge => true,
        FetchError::Status(_) => !why.is_passing(),
        FetchError::Url | FetchError::Port | FetchError::Address | FetchError::NoSuchName => false,
        FetchError::NamesSilent | FetchError::Unreachable | FetchError::TooSlow => false,
    }
}

/// Says what was found on the stream's head; where somebody was quicker, on the new one.
async fn say(app: &Arc<App>, first: Agent, pin: &A2aPin, digest: Option<Hash>) -> Done {
    let check = CardCheck { digest, matches: digest == Some(pin.digest), pin: pin.digest };
    let done = match (check.matches, digest) {
        (true, _) => Done::Found,
        (false, Some(_)) => Done::Swapped,
        (false, None) => Done::Absent,
    };
    let mut current = Some(first);
    for _ in 0..CONFLICTS_MAX {
        let Some(agent) = current else { return Done::Unknown };
        // Who has pinned something else meanwhile, or elsewhere, was not looked at.
        if pinned(&agent) != Some(pin) {
            return Done::Moot;
        }
        // ASP-AGT-013
        if agent.card_check().is_some_and(|last| last.matches == check.matches) {
            return done;
        }
        let stream = StreamId::Agent(agent.uri().clone());
        let (origin, now) = (app.store.origin(), app.clock.now());
        let body = Body::AgentCardCheck(check.clone());
        let Ok(statement) = timers::by_node(&stream, agent.head(), body, origin, (&app.key, now)) else {
            return Done::Unknown;
        };
        match app.store.submit(statement).await {
            Ok(_) => {
                app.metrics.issued.fetch_add(1, Ordering::Relaxed);
                tracing::info!(%stream, matches = check.matches, "said what is where a pinned card should be");
                return done;
            }
            Err(Refusal::Rejected(rejection)) if rejection.code == Code::SequenceConflict => {
                current = self::agent(app, agent.uri()).await;
            }
            Err(refusal) => {
                tracing::warn!(%stream, %refusal, "what was found could not be said");
                return Done::Unknown;
            }
        }
    }
    Done::Unknown
}
