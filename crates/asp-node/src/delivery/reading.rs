//! One reader of a stream, or of all that its tenant reads: what is there, then what comes, each once and in order.
//!
//! Statements are read when the reader takes them, a few at a time: a slow reader costs no memory. It ends with its token, its
//! right, or the node.

use std::collections::VecDeque;
use std::sync::Arc;

use asp_core::name::StreamId;
use asp_core::position::{Position, Sequence};
use asp_core::rejection::Code;
use asp_store::{Reader, Tenant};

use super::{Subscription, Topic};
use crate::auth::Access;
use crate::http::App;
use crate::http::problem::Denial;
use crate::quota::Prefix;
use crate::stopped;

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

/// A statement, or an agent, that is told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// By which the reader goes on after it: a statement's sequence in the stream, or its place in the log; of an agent its card's.
    pub(crate) id: u64,
    /// It as JSON, on one line.
    pub(crate) data: String,
}

impl Source {
    fn topic(&self, access: &Access) -> Topic {
        match self {
            Self::Stream(stream, _) => Topic::Stream(stream.clone()),
            Self::Feed(_) => Topic::Feed(access.tenant.clone()),
        }
    }

    /// Whether the tenant may read it.
    ///
    /// # Errors
    /// [`Code::NotFound`], or a failure of ours.
    pub(crate) fn check(&self, reader: &Reader<'_>, tenant: &Tenant) -> Result<(), Denial> {
        match self {
            Self::Stream(stream, _) if !reader.may_read(Some(tenant), stream)? => Err(Code::NotFound.into()),
            Self::Stream(..) | Self::Feed(_) => Ok(()),
        }
    }

    /// What comes next, at most so much, and from where on to read after it.
    fn read(&self, reader: &Reader<'_>, tenant: &Tenant) -> Result<(Vec<Told>, Self), Denial> {
        // An authority or a delegate may have left the session by now.
        self.check(reader, tenant)?;
        let entries = match self {
            Self::Stream(stream, after) => reader.entries(stream, *after, CHUNK)?,
            Self::Feed(from) => reader.feed(tenant, *from, CHUNK)?,
        };
        let mut next = self.clone();
        let mut told = Vec::with_capacity(entries.len());
        for entry in entries {
            let (sequence, index) = (entry.statement.statement().sequence, entry.point.index);
            let data = serde_json::to_string(&crate::http::message(&entry)?).map_err(|_| Denial::Internal)?;
            let id = match &mut next {
                Self::Stream(_, after) => {
                    *after = Some(sequence);
                    sequence.0
                }
                Self::Feed(from) => {
                    *from = Position(index.0.saturating_add(1));
                    index.0
                }
            };
            told.push(Told { id, data });
        }
        Ok((told, next))
    }
}

/// A reader with its place among those who wait.
pub(crate) struct Reading {
    app: Arc<App>,
    access: Access,
    subscription: Subscription,
    source: Source,
    ready: VecDeque<Told>,
}

impl Reading {
    /// Begins to read for who has shown who it is, and that it may.
    ///
    /// # Errors
    /// That too many read.
    pub(crate) fn begin(
        app: Arc<App>,
        access: Access,
        source: Source,
        network: Option<Prefix>,
    ) -> Result<Self, Denial> {
        let subscription = app.hub.subscribe(source.topic(&access), app.who(Some(&access), network))?;
        Ok(Self { app, access, subscription, source, ready: VecDeque::new() })
    }

    /// What is told next; none when it ends.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        let mut stopping = self.app.stopping.clone();
        loop {
            if self.app.is_stopping() {
                return None;
            }
            if let Some(told) = self.ready.pop_front() {
                return Some(told);
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

    /// Reads on from where it was (ASP-DLV-002, ASP-DLV-005); whether anything was there.
    ///
    /// None if the reader may not read any more, or nothing can be read.
    async fn read(&mut self) -> Option<bool> {
        let (app, access, source) = (Arc::clone(&self.app), self.access.clone(), self.source.clone());
        let read = move |reader: &Reader<'_>| {
            app.auth.check(reader, &access)?;
            source.read(reader, &access.tenant)
        };
        // A subscriber has its place already: under load it is late, not refused.
        let (told, next) = self.app.reads.wait_and_run(read).await.ok()?;
        self.source = next;
        self.ready.extend(told);
        Some(!self.ready.is_empty())
    }
}
