//! The agents that are new to a saved search as server-sent events (WHATWG HTML §9.2): `id` is the position of the card,
//! so a reader resumes exactly.
//!
//! As with sessions, what is told is read when the reader's connection takes it, a few agents at a time. A stream ends
//! with its token, its search, or the node.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use asp_client::api::AgentHit;
use asp_store::Reader;
use asp_store::saved::SearchId;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::unfold;

use super::sse::HEARTBEAT;
use super::{Subscription, Topic};
use crate::auth::{Access, Credentials};
use crate::http::App;
use crate::http::problem::Denial;
use crate::quota::Prefix;
use crate::registry::Followed;
use crate::stopped;

/// One reader of one search.
struct Reading {
    app: Arc<App>,
    followed: Followed,
    subscription: Subscription,
    ready: VecDeque<Event>,
}

/// Answers with the agents that are new to a search after a position, or since it was saved, and those to come.
///
/// # Errors
/// That the search is not there for this reader, that the position is not there, or that too many read.
pub(crate) async fn events(
    app: Arc<App>,
    credentials: Credentials,
    (search, after): (SearchId, Option<u64>),
    network: Option<Prefix>,
) -> Result<Response, Denial> {
    let (of_thread, alarms) = (Arc::clone(&app), app.hub.alarms());
    let follow = move |_: &Reader<'_>, access: &Access| {
        of_thread.saved.follow(&of_thread, access.clone(), (search, after), alarms)
    };
    let followed = app.read_as(credentials, follow).await?;
    let subscription = app.hub.subscribe(Topic::Search(search), app.who(Some(&followed.access), network))?;
    let reading = Reading { app, followed, subscription, ready: VecDeque::new() };
    let events = unfold(reading, |mut reading| async move {
        reading.next().await.map(|event| (Ok::<_, Infallible>(event), reading))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

impl Reading {
    /// The next event; none when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        let mut stopping = self.app.stopping.clone();
        loop {
            if self.app.is_stopping() {
                return None;
            }
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let size = *self.app.store.watch().borrow();
            let mut indexed = self.app.store.search_size();
            tokio::select! {
                seen = indexed.wait_for(|seen| seen.is_some_and(|seen| seen >= size)) => drop(seen.ok()?),
                () = self.app.clock.reaches(self.followed.access.until) => return None,
                () = stopped(&mut stopping) => return None,
            }
            if self.read().await? {
                continue;
            }
            tokio::select! {
                () = self.subscription.woken() => {}
                () = self.app.clock.reaches(self.followed.access.until) => return None,
                () = stopped(&mut stopping) => return None,
            }
        }
    }

    /// Looks on from where it was (ASP-REG-010); whether anybody was there who may be told.
    ///
    /// None if the reader may not read any more, or the search is not there any more.
    async fn read(&mut self) -> Option<bool> {
        let app = Arc::clone(&self.app);
        let new = app.saved.look(&app, &mut self.followed).await.ok()?;
        if new.is_empty() {
            return Some(false);
        }
        let turn = match self.followed.class() {
            Some(_) => Some(Arc::clone(&app.assessing).acquire_owned().await.ok()?),
            None => None,
        };
        let (of_thread, followed) = (Arc::clone(&app), self.followed.clone());
        let tell = move |reader: &Reader<'_>| {
            let _turn = turn;
            let hits = followed.told(&of_thread, reader, &new)?;
            hits.iter().map(event).collect::<Result<Vec<_>, _>>()
        };
        // A subscriber has its place already: under load it is late, not refused.
        self.ready.extend(app.reads.wait_and_run(tell).await.ok()?);
        Some(true)
    }
}

fn event(hit: &AgentHit) -> Result<Event, Denial> {
    let data = serde_json::to_string(hit).map_err(|_| Denial::Internal)?;
    Ok(Event::default().id(hit.set_at.to_string()).event("agent").data(data))
}
