//! One reader of the agents that are new to a saved search: each by the position of its card, so a reader resumes exactly.
//!
//! As with sessions, what is told is read when the reader's connection takes it, a few agents at a time. It ends with its
//! token, its search, or the node.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use asp_client::api::AgentHit;
use asp_store::Reader;
use asp_store::saved::SearchId;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::unfold;

use super::reading::Told;
use super::sse::HEARTBEAT;
use super::{Subscription, Topic};
use crate::auth::{Access, Credentials};
use crate::http::App;
use crate::http::problem::Denial;
use crate::quota::Prefix;
use crate::registry::Followed;
use crate::stopped;

/// Answers with the agents that are new to a search after a position, or since it was saved, and those to come, as
/// server-sent events (WHATWG HTML §9.2).
///
/// # Errors
/// That the search is not there for this reader, that the position is not there, or that too many read.
pub(crate) async fn events(
    app: Arc<App>,
    credentials: Credentials,
    which: (SearchId, Option<u64>),
    network: Option<Prefix>,
) -> Result<Response, Denial> {
    let access = app.read_as(credentials, |_: &Reader<'_>, access: &Access| Ok(access.clone())).await?;
    let following = Following::begin(app, access, which, network).await?;
    let events = unfold(following, |mut following| async move {
        let told = following.next().await?;
        let event = Event::default().id(told.id.to_string()).event("agent").data(told.data);
        Some((Ok::<_, Infallible>(event), following))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

/// One reader of one search.
pub(crate) struct Following {
    app: Arc<App>,
    followed: Followed,
    subscription: Subscription,
    ready: VecDeque<Told>,
}

impl Following {
    /// Begins to read for who has shown who it is.
    ///
    /// # Errors
    /// As [`events`].
    pub(crate) async fn begin(
        app: Arc<App>,
        access: Access,
        (search, after): (SearchId, Option<u64>),
        network: Option<Prefix>,
    ) -> Result<Self, Denial> {
        let (of_thread, alarms) = (Arc::clone(&app), app.hub.alarms());
        let follow = move |reader: &Reader<'_>| {
            of_thread.auth.check(reader, &access)?;
            of_thread.saved.follow(&of_thread, access, (search, after), alarms)
        };
        let followed = app.reads.run(follow).await?;
        let who = app.who(Some(&followed.access), network);
        let subscription = app.hub.subscribe(Topic::Search(search), who)?;
        Ok(Self { app, followed, subscription, ready: VecDeque::new() })
    }

    /// The agent that is told next; none when it ends.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        let mut stopping = self.app.stopping.clone();
        loop {
            if self.app.is_stopping() {
                return None;
            }
            if let Some(told) = self.ready.pop_front() {
                return Some(told);
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
            hits.iter().map(told).collect::<Result<Vec<_>, _>>()
        };
        // A subscriber has its place already: under load it is late, not refused.
        self.ready.extend(app.reads.wait_and_run(tell).await.ok()?);
        Some(true)
    }
}

fn told(hit: &AgentHit) -> Result<Told, Denial> {
    let data = serde_json::to_string(hit).map_err(|_| Denial::Internal)?;
    Ok(Told { id: hit.set_at.0, data })
}
