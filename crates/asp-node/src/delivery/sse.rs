//! A session, or all that a tenant reads, as server-sent events (WHATWG HTML §9.2): `id` is the sequence or the place in the log, so a
//! reader resumes exactly.
//!
//! Statements are read when the reader's connection takes them, a few at a time: a slow reader costs no memory, and
//! one that takes nothing is cut off by its connection. A stream ends with its token, its right, or the node.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use asp_core::name::StreamId;
use asp_core::position::{Position, Sequence};
use asp_core::rejection::Code;
use asp_store::{Reader, Tenant};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::unfold;

use super::{Subscription, Topic};
use crate::auth::{Access, Credentials};
use crate::http::App;
use crate::http::problem::Denial;
use crate::quota::Prefix;
use crate::stopped;

/// How often something is sent, so that both ends and what is between them know that the connection lives.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// Statements that are read at once.
const CHUNK: usize = 16;

/// What is told, and from where on.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// The statements of one stream after a sequence.
    Stream(StreamId, Option<Sequence>),
    /// Whatever the reader's tenant reads, from a place of the log on.
    Feed(Position),
}

impl Source {
    fn topic(&self, access: &Access) -> Topic {
        match self {
            Self::Stream(stream, _) => Topic::Stream(stream.clone()),
            Self::Feed(_) => Topic::Feed(access.tenant.clone()),
        }
    }

    /// What comes next, at most so much, and from where on to read after it.
    fn read(&self, reader: &Reader<'_>, tenant: &Tenant) -> Result<(Vec<Event>, Self), Denial> {
        let entries = match self {
            Self::Stream(stream, after) => {
                // An authority or a delegate may have left the session by now.
                if !reader.may_read(Some(tenant), stream)? {
                    return Err(Code::NotFound.into());
                }
                reader.entries(stream, *after, CHUNK)?
            }
            Self::Feed(from) => reader.feed(tenant, *from, CHUNK)?,
        };
        let mut next = self.clone();
        let mut events = Vec::with_capacity(entries.len());
        for entry in entries {
            let (sequence, index) = (entry.statement.statement().sequence, entry.point.index);
            let data = serde_json::to_string(&crate::http::message(&entry)?).map_err(|_| Denial::Internal)?;
            let id = match &mut next {
                Self::Stream(_, after) => {
                    *after = Some(sequence);
                    sequence.to_string()
                }
                Self::Feed(from) => {
                    *from = Position(index.0.saturating_add(1));
                    index.0.to_string()
                }
            };
            events.push(Event::default().id(id).event("message").data(data));
        }
        Ok((events, next))
    }
}

/// One reader.
struct Reading {
    app: Arc<App>,
    access: Access,
    subscription: Subscription,
    source: Source,
    ready: VecDeque<Event>,
}

/// Answers with what a source has: what is there and what comes.
///
/// # Errors
/// That it is not there for this reader, or that too many read.
pub(crate) async fn events(
    app: Arc<App>,
    credentials: Credentials,
    source: Source,
    network: Option<Prefix>,
) -> Result<Response, Denial> {
    let asked = source.clone();
    let may_read = move |reader: &Reader<'_>, access: &Access| {
        if let Source::Stream(stream, _) = &asked
            && !reader.may_read(Some(&access.tenant), stream)?
        {
            return Err(Code::NotFound.into());
        }
        Ok(access.clone())
    };
    let access = app.read_as(credentials, may_read).await?;
    let subscription = app.hub.subscribe(source.topic(&access), app.who(Some(&access), network))?;
    let reading = Reading { app, access, subscription, source, ready: VecDeque::new() };
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
            if self.read().await? {
                continue;
            }
            tokio::select! {
                () = self.subscription.woken() => {}
                () = self.app.clock.reaches(self.access.until) => return None,
                () = stopped(&mut stopping) => return None,
            }
        }
    }

    /// Reads on from where it was (ASP-DLV-002); whether anything was there.
    ///
    /// None if the reader may not read any more, or nothing can be read.
    async fn read(&mut self) -> Option<bool> {
        let (app, access, source) = (Arc::clone(&self.app), self.access.clone(), self.source.clone());
        let read = move |reader: &Reader<'_>| {
            app.auth.check(reader, &access)?;
            source.read(reader, &access.tenant)
        };
        // A subscriber has its place already: under load it is late, not refused.
        let (events, next) = self.app.reads.wait_and_run(read).await.ok()?;
        self.source = next;
        self.ready.extend(events);
        Some(!self.ready.is_empty())
    }
}
