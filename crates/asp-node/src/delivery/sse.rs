//! A session's stream as server-sent events: `id` is the sequence, so that a client resumes exactly.
//!
//! A subscriber holds a cursor and one page; who reads slowly is not read for, and loses nothing.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use asp_client::api::Message;
use asp_core::name::StreamId;
use asp_core::position::Sequence;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use tokio::sync::watch;

use crate::http::{Shared, messages};

/// Entries read at once.
const PAGE: usize = 64;
/// How often a quiet stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

struct Subscriber {
    shared: Arc<Shared>,
    stream: StreamId,
    cursor: Option<Sequence>,
    page: VecDeque<Message>,
    woken: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
}

/// The events after a sequence, and those to come.
pub(crate) fn events(
    shared: Arc<Shared>,
    stream: StreamId,
    cursor: Option<Sequence>,
    woken: watch::Receiver<u64>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stopping = shared.stopping.clone();
    let subscriber = Subscriber { shared, stream, cursor, page: VecDeque::new(), woken, stopping };
    let events = futures::stream::unfold(subscriber, |mut subscriber| async move {
        let event = subscriber.next().await?;
        Some((Ok(event), subscriber))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

impl Subscriber {
    /// The next event; none when the node stops or the store cannot be read: the client comes again.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(message) = self.page.pop_front() {
                let sequence = self.cursor.map_or(Sequence(0), Sequence::next);
                self.cursor = Some(sequence);
                let data = serde_json::to_string(&message).ok()?;
                return Some(Event::default().id(sequence.to_string()).event("message").data(data));
            }
            // Marked before reading, so that what comes meanwhile wakes again.
            self.woken.mark_unchanged();
            let (stream, after) = (self.stream.clone(), self.cursor);
            let read = self.shared.read(move |reader| reader.entries(&stream, after, PAGE)).await;
            self.page = messages(read.ok()?).ok()?.into();
            if self.page.is_empty() {
                tokio::select! {
                    changed = self.woken.changed() => changed.ok()?,
                    _ = self.stopping.wait_for(|stop| *stop) => return None,
                }
            }
        }
    }
}
