//! A WebSocket (RFC 6455): statements go in and are acknowledged one after the other, and what one reads comes out, on one
//! connection.
//!
//! Each subscription reads when the frame before is on its way, so a slow reader costs no memory; one that takes nothing for
//! [`SLOW`] is cut off, and resumes after the last id that it has.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use asp_core::name::StreamId;
use asp_core::position::{Position, Sequence};
use asp_core::rejection::Code;
use asp_core::statement::ENVELOPE_BYTES_MAX;
use asp_store::saved::SearchId;
use axum::body::Bytes;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::agents::Following;
use super::reading::{Reading, Source, Told};
use super::sse::HEARTBEAT;
use crate::admission::Encoding;
use crate::auth::Access;
use crate::http::places::Place;
use crate::http::problem::Denial;
use crate::http::{App, blocks};
use crate::quota::Prefix;
use crate::stopped;

/// How long a reader may take nothing.
const SLOW: Duration = Duration::from_secs(30);
/// Subscriptions on one connection.
const SUBSCRIPTIONS_MAX: usize = 32;
/// Bytes of the name of a request.
const ID_BYTES_MAX: usize = 64;
/// Bytes of the largest frame: an envelope and what stands around it.
pub(crate) const FRAME_BYTES_MAX: usize = ENVELOPE_BYTES_MAX + 1024;
/// Frames that wait to be sent.
const WAITING_MAX: usize = 8;

/// What a client asks for, under a name of its own by which it is answered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked<'a> {
    id: String,
    /// An envelope, to be taken in.
    #[serde(borrow)]
    submit: Option<&'a RawValue>,
    /// What is to be told, under this name.
    subscribe: Option<Subscribe>,
    /// The name under which nothing more is to be told.
    unsubscribe: Option<String>,
}

/// A stream after a sequence, a saved search after a place of the log, or everything from a place of the log on, from now on if
/// none is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    stream: Option<StreamId>,
    search: Option<SearchName>,
    after: Option<u64>,
    from: Option<Position>,
}

/// The id of a saved search.
#[derive(Deserialize)]
#[serde(try_from = "&str")]
struct SearchName(SearchId);

impl TryFrom<&str> for SearchName {
    type Error = &'static str;
    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse().map(Self).map_err(|_| "not the id of a search")
    }
}

/// What a subscription tells.
enum Telling {
    Statements(Box<Reading>),
    Agents(Box<Following>),
}

impl Telling {
    /// What is told next; none when it ends.
    async fn next(&mut self) -> Option<Told> {
        match self {
            Self::Statements(reading) => reading.next().await,
            Self::Agents(following) => following.next().await,
        }
    }

    /// The member in which it stands.
    const fn member(&self) -> &'static str {
        match self {
            Self::Statements(_) => "message",
            Self::Agents(_) => "agent",
        }
    }
}

/// One connection.
struct Socket {
    app: Arc<App>,
    access: Access,
    network: Option<Prefix>,
    out: mpsc::Sender<Utf8Bytes>,
    subscriptions: BTreeMap<String, AbortHandle>,
}

/// The connection's whole life: until either end closes it, its token ends, the node stops, or its place is wanted for another.
pub(crate) async fn run(
    app: Arc<App>,
    access: Access,
    (network, place): (Option<Prefix>, Option<Arc<Place>>),
    socket: WebSocket,
) {
    let (sink, frames) = socket.split();
    let (out, waiting) = mpsc::channel(WAITING_MAX);
    let mut stopping = app.stopping.clone();
    let (clock, until) = (app.clock.clone(), access.until);
    let mut socket = Socket { app, access, network, out, subscriptions: BTreeMap::new() };
    tokio::select! {
        () = write(sink, waiting) => {}
        () = socket.listen(frames) => {}
        () = clock.reaches(until) => {}
        () = stopped(&mut stopping) => {}
        () = wanted(place.as_deref()) => {}
    }
    socket.subscriptions.values().for_each(AbortHandle::abort);
}

async fn wanted(place: Option<&Place>) {
    match place {
        Some(place) => place.wanted().await,
        None => std::future::pending().await,
    }
}

/// Sends frames, and pings between them; ends when the reader takes nothing.
async fn write(mut sink: SplitSink<WebSocket, Message>, mut waiting: mpsc::Receiver<Utf8Bytes>) {
    let mut beat = interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let frame = tokio::select! {
            frame = waiting.recv() => match frame {
                Some(text) => Message::Text(text),
                None => return,
            },
            _ = beat.tick() => Message::Ping(Bytes::new()),
        };
        match timeout(SLOW, sink.send(frame)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}

impl Socket {
    /// Answers one frame after the other, so that statements are taken in in the order in which they came.
    async fn listen(&mut self, mut frames: SplitStream<WebSocket>) {
        while let Some(Ok(frame)) = frames.next().await {
            let answer = match frame {
                Message::Text(text) => self.answer(&text).await,
                Message::Binary(_) => Some(refused(&Value::Null, Code::UnsupportedMediaType.into())),
                Message::Ping(_) | Message::Pong(_) => None,
                Message::Close(_) => return,
            };
            if let Some(answer) = answer
                && self.out.send(answer.to_string().into()).await.is_err()
            {
                return;
            }
        }
    }

    async fn answer(&mut self, text: &str) -> Option<Value> {
        let Ok(asked) = serde_json::from_str::<Asked<'_>>(text) else {
            return Some(refused(&Value::Null, Code::NotJson.into()));
        };
        let id = Value::from(asked.id.as_str());
        if asked.id.len() > ID_BYTES_MAX {
            return Some(refused(&Value::Null, Code::InvalidBody.into()));
        }
        let done = match (asked.submit, asked.subscribe, asked.unsubscribe) {
            (Some(envelope), None, None) => self.submit(envelope.get()).await,
            (None, Some(what), None) => self.subscribe(asked.id, what).await,
            (None, None, Some(name)) => self.unsubscribe(&name),
            _ => Err(Code::InvalidBody.into()),
        };
        Some(match done {
            Ok(said) => {
                let mut answer = said;
                if let Some(members) = answer.as_object_mut() {
                    members.insert("id".to_owned(), id);
                }
                answer
            }
            Err(denial) => refused(&id, denial),
        })
    }

    /// Takes a statement in; the answer has its receipt.
    async fn submit(&self, envelope: &str) -> Result<Value, Denial> {
        if self.app.is_stopping() {
            return Err(Denial::Stopping);
        }
        let room = u32::try_from(blocks(envelope.len())).unwrap_or(u32::MAX);
        let share = Arc::clone(&self.app.bodies).try_acquire_many_owned(room).map_err(|_| Denial::Full)?;
        let bytes = Bytes::copy_from_slice(envelope.as_bytes());
        let admitted = self.app.admission.admit((bytes, Encoding::Json), None, (self.network, share)).await;
        let receipt = serde_json::to_value(admitted?).map_err(|_| Denial::Internal)?;
        Ok(json!({ "receipt": receipt }))
    }

    /// Begins to tell what a source has, each with the name of the request.
    async fn subscribe(&mut self, name: String, what: Subscribe) -> Result<Value, Denial> {
        self.subscriptions.retain(|_, task| !task.is_finished());
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX || self.subscriptions.contains_key(&name) {
            return Err(Code::InvalidBody.into());
        }
        let mut telling = self.telling(what).await?;
        let (out, told_as) = (self.out.clone(), Value::from(name.as_str()));
        let tell = async move {
            let member = telling.member();
            while let Some(Told { id, data }) = telling.next().await {
                // The parts are JSON already.
                let frame = format!("{{\"id\":{told_as},\"event\":{id},\"{member}\":{data}}}");
                if out.send(frame.into()).await.is_err() {
                    return;
                }
            }
            // That the other end hears of it or not, it is over.
            let _ = out.send(json!({ "id": told_as, "ended": true }).to_string().into()).await;
        };
        self.subscriptions.insert(name, tokio::spawn(tell).abort_handle());
        Ok(json!({ "subscribed": true }))
    }

    /// Begins to read what is asked for.
    async fn telling(&self, what: Subscribe) -> Result<Telling, Denial> {
        let (app, access) = (Arc::clone(&self.app), self.access.clone());
        let (stream, after, from) = match what {
            Subscribe { search: Some(SearchName(search)), after, stream: None, from: None } => {
                let following = Following::begin(app, access, (search, after), self.network).await?;
                return Ok(Telling::Agents(Box::new(following)));
            }
            Subscribe { search: None, stream, after, from } => (stream, after.map(Sequence), from),
            Subscribe { .. } => return Err(Code::InvalidBody.into()),
        };
        let begin = move |reader: &asp_store::Reader<'_>| {
            app.auth.check(reader, &access)?;
            let source = match (stream, after, from) {
                (Some(stream), after, None) => Source::Stream(stream, after),
                (None, None, Some(from)) => Source::Feed(from),
                (None, None, None) => Source::Feed(Position(reader.size()?)),
                _ => return Err(Code::InvalidBody.into()),
            };
            source.check(reader, &access.tenant)?;
            Ok(source)
        };
        let source = self.app.reads.run(begin).await?;
        let reading = Reading::begin(Arc::clone(&self.app), self.access.clone(), source, self.network)?;
        Ok(Telling::Statements(Box::new(reading)))
    }

    fn unsubscribe(&mut self, name: &str) -> Result<Value, Denial> {
        self.subscriptions.remove(name).ok_or(Code::NotFound)?.abort();
        Ok(json!({ "unsubscribed": name }))
    }
}

/// The answer to what was refused.
fn refused(id: &Value, denial: Denial) -> Value {
    json!({ "id": id, "problem": denial.described() })
}
