//! A session as server-sent events (WHATWG HTML §9.2): `id` is the sequence, so a reader resumes exactly.
//!
//! Statements are read when the reader's connection takes them, a few at a time: a slow reader costs no memory, and
//! one that takes nothing is cut off by its connection. A stream ends with its token, its right, or the node.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use asp_core::name::StreamId;
use asp_core::position::Sequence;
use asp_core::rejection::Code;
use asp_store::Reader;
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

/// One reader of one stream.
struct Reading {
    app: Arc<App>,
    access: Access,
    stream: StreamId,
    subscription: Subscription,
    after: Option<Sequence>,
    ready: VecDeque<Event>,
}

/// Answers with the statements of a session after a sequence, those that are there and those to come.
///
/// # Errors
/// That the session is not there for this reader, or that too many read.
pub(crate) async fn events(
    app: Arc<App>,
    credentials: Credentials,
    (stream, after): (StreamId, Option<Sequence>),
    network: Option<Prefix>,
) -> Result<Response, Denial> {
    let asked = stream.clone();
    let may_read = move |reader: &Reader<'_>, access: &Access| {
        let may = reader.may_read(Some(&access.tenant), &asked)?;
        if may { Ok(access.clone()) } else { Err(Code::NotFound.into()) }
    };
    let access = app.read_as(credentials, may_read).await?;
    let subscription = app.hub.subscribe(Topic::Stream(stream.clone()), app.who(Some(&access), network))?;
    let reading = Reading { app, access, stream, subscription, after, ready: VecDeque::new() };
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
        let (app, access) = (Arc::clone(&self.app), self.access.clone());
        let (stream, after) = (self.stream.clone(), self.after);
        let read = move |reader: &Reader<'_>| {
            app.auth.check(reader, &access)?;
            // An authority or a delegate may have left the session by now.
            if !reader.may_read(Some(&access.tenant), &stream)? {
                return Err(Code::NotFound.into());
            }
            let mut ready = Vec::new();
            for entry in reader.entries(&stream, after, CHUNK)? {
                let sequence = entry.statement.statement().sequence;
                let data =
                    serde_json::to_string(&crate::http::message(&entry)?).map_err(|_| Denial::Internal)?;
                ready.push((sequence, Event::default().id(sequence.to_string()).event("message").data(data)));
            }
            Ok(ready)
        };
        // A subscriber has its place already: under load it is late, not refused.
        let ready = self.app.reads.wait_and_run(read).await.ok()?;
        self.after = ready.last().map(|(sequence, _)| *sequence).or(self.after);
        self.ready.extend(ready.into_iter().map(|(_, event)| event));
        Some(!self.ready.is_empty())
    }
}
