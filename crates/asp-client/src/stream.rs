//! What comes from a stream: server-sent events, resumed where they broke off, as the chain that they must form.

use std::sync::{Arc, Mutex, PoisonError};

use asp_core::name::{Origin, StreamId};
use asp_core::position::{Head, Position, Sequence};
use asp_core::reading::Chain;
use asp_core::statement::Verified;
use futures::Stream;
use reqwest::{Method, Response};

use crate::Error;
use crate::api::{AgentHit, Message, MessagePage};
use crate::party::{Party, Query};
use crate::transport;

/// Bytes of the largest event: a message of the largest statement, and what surrounds it.
const EVENT_BYTES_MAX: usize = 1024 * 1024;
/// How long nothing may come before the connection counts as lost; the node's heartbeats are more frequent.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(45);

/// The head of a stream as far as it is known. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownHead(Arc<Mutex<Option<Head>>>);

impl KnownHead {
    /// The head, if one is known.
    pub(crate) fn get(&self) -> Option<Head> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a head that was seen, unless a later one is known.
    pub(crate) fn learn(&self, seen: Head) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none_or(|known| known.sequence < seen.sequence) {
            *known = Some(seen);
        }
    }

    /// Forgets the head, which has shown itself to be none.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Checks that a message verifies and is the next. Who signed it is checked by `replay::Authors`.
///
/// # Errors
/// [`Error::Forged`] if it is not.
fn checked(chain: &Chain, message: &Message) -> Result<Verified, Error> {
    let verified =
        message.verify().map_err(|rejection| Error::forged(format_args!("a message: {rejection}")))?;
    chain.check(verified.statement(), message.log_index).map_err(Error::forged)?;
    Ok(verified)
}

/// Collects the pages of a stream into one chain.
pub(crate) struct Pages {
    chain: Chain,
    all: Vec<Message>,
    bytes: usize,
    whole: bool,
}

/// Bytes of the statements of one stream that are read: more than anybody has said, so that a node that goes on for ever is left.
const STREAM_BYTES_MAX: usize = 512 * 1024 * 1024;

impl Pages {
    /// Nothing yet of a stream after a place.
    pub(crate) const fn new(origin: Origin, stream: StreamId, after: Option<Sequence>) -> Self {
        Self { chain: Chain::after(origin, stream, after), all: Vec::new(), bytes: 0, whole: false }
    }

    /// After what the next page is to be read; none when all are there.
    pub(crate) const fn next(&self) -> Option<Option<Sequence>> {
        if self.whole { None } else { Some(self.chain.last()) }
    }

    /// Takes a page.
    ///
    /// # Errors
    /// [`Error::Forged`] if it does not follow, [`Error::BadAnswer`] if it promises more and has nothing.
    pub(crate) fn take(&mut self, page: MessagePage) -> Result<(), Error> {
        if page.next_after.is_some() && page.messages.is_empty() {
            return Err(Error::bad("an empty page that is not the last"));
        }
        for message in page.messages {
            let verified = checked(&self.chain, &message)?;
            self.chain.take(verified.statement(), message.log_index);
            self.bytes = self.bytes.saturating_add(message.statement.get().len());
            if self.bytes > STREAM_BYTES_MAX {
                return Err(Error::bad("a stream without an end"));
            }
            self.all.push(message);
        }
        self.whole = page.next_after.is_none();
        Ok(())
    }

    /// The last statement that was taken.
    pub(crate) fn head(&self) -> Option<Head> {
        self.chain.head()
    }

    /// Everything that was taken.
    pub(crate) fn into_messages(self) -> Vec<Message> {
        self.all
    }
}

/// Takes events out of the bytes of an event stream (WHATWG HTML §9.2), as far as this API uses it.
#[derive(Debug, Default)]
struct Events {
    buffer: Vec<u8>,
}

impl Events {
    /// Adds bytes.
    ///
    /// # Errors
    /// [`Error::BadAnswer`] if an event is larger than any can be.
    fn feed(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.buffer.len() + bytes.len() > 2 * EVENT_BYTES_MAX {
            return Err(Error::bad("an event without an end"));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The data of the next whole event; comments and events of other kinds are passed over.
    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let end = self.buffer.windows(2).position(|pair| pair == b"\n\n")?;
            let event: Vec<u8> = self.buffer.drain(..end + 2).collect();
            let mut lines = event.split(|byte| *byte == b'\n');
            if let Some(data) = lines.find_map(|line| line.strip_prefix(b"data:")) {
                return Some(data.strip_prefix(b" ").unwrap_or(data).to_vec());
            }
        }
    }
}

/// A connection to an event stream that is made again when it breaks.
struct Feed {
    party: Party,
    path: String,
    /// Asked for where there is no id to go on after.
    begin: Query,
    open: Option<(Response, Events)>,
    failures: u32,
    /// Whether the token was renewed since something came.
    renewed: bool,
}

impl Feed {
    const fn of(party: Party, path: String) -> Self {
        Self { party, path, begin: Query::new(), open: None, failures: 0, renewed: false }
    }

    /// Notes that what came was good.
    const fn heard(&mut self) {
        (self.failures, self.renewed) = (0, false);
    }

    /// Does what can be done about an error before going on.
    ///
    /// # Errors
    /// The error itself, if nothing can.
    async fn mend(&mut self, error: Error) -> Result<(), Error> {
        let status = if let Error::Refused(problem) = &error { Some(problem.status) } else { None };
        if status == Some(503) || matches!(error, Error::Unreachable { .. }) {
            return self.lost().await;
        }
        // A node that began anew has forgotten its tokens.
        if status == Some(401) && !self.renewed {
            self.renewed = true;
            self.party.forget_token().await;
            return Ok(());
        }
        Err(error)
    }

    /// Waits before the next connection.
    async fn lost(&mut self) -> Result<(), Error> {
        self.open = None;
        self.failures = self.failures.saturating_add(1);
        tokio::time::sleep(transport::backoff(self.failures)?).await;
        Ok(())
    }

    /// The data of an event if one is there, after reading on or connecting if none is; `last` is the id of the one
    /// before.
    async fn advance(&mut self, last: Option<String>) -> Result<Option<Vec<u8>>, Error> {
        let Some((response, events)) = &mut self.open else {
            self.open = Some((self.connect(last).await?, Events::default()));
            return Ok(None);
        };
        if let Some(data) = events.next() {
            return Ok(Some(data));
        }
        let lost = |why: &str| Error::Unreachable { why: why.to_owned() };
        let chunk = tokio::time::timeout(SILENCE, response.chunk()).await.map_err(|_| lost("silence"))?;
        let chunk = chunk.map_err(|error| transport::unreachable(&error))?;
        events.feed(&chunk.ok_or_else(|| lost("the stream ended"))?)?;
        Ok(None)
    }

    async fn connect(&self, last: Option<String>) -> Result<Response, Error> {
        let mut request = self.party.transport().open(&self.path).header("accept", "text/event-stream");
        request = match last {
            Some(last) => request.header("last-event-id", last),
            None => request.query(&self.begin),
        };
        let request = self.party.signed(request, &Method::GET, &self.path).await?;
        let answer = async {
            let response = request.send().await.map_err(|error| transport::unreachable(&error))?;
            if response.status().is_success() {
                return Ok(response);
            }
            match transport::read(response).await {
                Err(failure) => Err(failure.into()),
                Ok(_) => Err(Error::bad("no event stream")),
            }
        };
        let silent = |_| Error::Unreachable { why: "silence".to_owned() };
        tokio::time::timeout(SILENCE, answer).await.map_err(silent)?
    }
}

/// The state of a watch between two messages.
struct Watch {
    feed: Feed,
    head: KnownHead,
    chain: Chain,
    ended: bool,
}

/// Messages of a session as they come.
pub(crate) fn watch(
    party: Party,
    path: String,
    chain: Chain,
    head: KnownHead,
) -> impl Stream<Item = Result<Message, Error>> + Send {
    let watch = Watch { feed: Feed::of(party, path), head, chain, ended: false };
    futures::stream::unfold(watch, |mut watch| async move {
        if watch.ended {
            return None;
        }
        let item = watch.next().await;
        watch.ended = item.is_err();
        Some((item, watch))
    })
}

impl Watch {
    async fn next(&mut self) -> Result<Message, Error> {
        loop {
            match self.advance().await {
                Ok(Some(message)) => return Ok(message),
                Ok(None) => {}
                Err(error) => self.feed.mend(error).await?,
            }
        }
    }

    async fn advance(&mut self) -> Result<Option<Message>, Error> {
        let last = self.chain.last().map(|last| last.to_string());
        let Some(data) = self.feed.advance(last).await? else { return Ok(None) };
        let message: Message = transport::json(&data)?;
        let verified = checked(&self.chain, &message)?;
        self.feed.party.client().check_author(&verified, message.log_index).await?;
        self.chain.take(verified.statement(), message.log_index);
        self.chain.head().into_iter().for_each(|head| self.head.learn(head));
        self.feed.heard();
        Ok(Some(message))
    }
}

/// Whatever a party reads, in the order of the log from a position on, as it comes.
pub(crate) fn events(
    party: Party,
    from: Position,
) -> impl Stream<Item = Result<Message, Error>> + Send + use<> {
    let state = (Feed::of(party, "/v1/events".to_owned()), from, false);
    futures::stream::unfold(state, |(mut feed, mut next, ended)| async move {
        if ended {
            return None;
        }
        let item = next_event(&mut feed, &mut next).await;
        let ended = item.is_err();
        Some((item, (feed, next, ended)))
    })
}

/// The next event at the place or after it, which is moved on.
async fn next_event(feed: &mut Feed, next: &mut Position) -> Result<Message, Error> {
    let from = *next;
    feed.begin = vec![("from", from.to_string())];
    loop {
        match event(feed, from).await {
            Ok(Some(message)) => {
                feed.heard();
                *next = Position(message.log_index.0.saturating_add(1));
                return Ok(message);
            }
            Ok(None) => {}
            Err(error) => feed.mend(error).await?,
        }
    }
}

/// An event that is signed by who could sign it then, and was not told before.
async fn event(feed: &mut Feed, from: Position) -> Result<Option<Message>, Error> {
    let last = from.0.checked_sub(1).map(|last| last.to_string());
    let Some(data) = feed.advance(last).await? else { return Ok(None) };
    let message: Message = transport::json(&data)?;
    if message.log_index < from {
        return Err(Error::bad("a statement that was told before"));
    }
    let verified =
        message.verify().map_err(|rejection| Error::forged(format_args!("a message: {rejection}")))?;
    if verified.statement().audience != *feed.party.client().origin() {
        return Err(Error::forged("a statement of another log"));
    }
    feed.party.client().check_author(&verified, message.log_index).await?;
    Ok(Some(message))
}

/// Agents that are new to a saved search, as they come: the node's word, as every search is.
pub(crate) fn follow(
    party: Party,
    path: String,
    after: Option<Position>,
) -> impl Stream<Item = Result<AgentHit, Error>> + Send {
    let state = (Feed::of(party, path), after, false);
    futures::stream::unfold(state, |(mut feed, mut last, ended)| async move {
        if ended {
            return None;
        }
        let item = next_agent(&mut feed, last).await;
        if let Ok(hit) = &item {
            last = Some(hit.set_at);
        }
        let ended = item.is_err();
        Some((item, (feed, last, ended)))
    })
}

async fn next_agent(feed: &mut Feed, last: Option<Position>) -> Result<AgentHit, Error> {
    loop {
        match feed.advance(last.map(|last| last.to_string())).await {
            Ok(Some(data)) => {
                let hit: AgentHit = transport::json(&data)?;
                if last.is_some_and(|last| hit.set_at <= last) {
                    return Err(Error::bad("an agent that was told before"));
                }
                feed.heard();
                return Ok(hit);
            }
            Ok(None) => {}
            Err(error) => feed.mend(error).await?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(chunks: &[&str], expected: &[&str]) {
        let mut events = Events::default();
        let mut found = Vec::new();
        for chunk in chunks {
            events.feed(chunk.as_bytes()).unwrap();
            while let Some(data) = events.next() {
                found.push(String::from_utf8(data).unwrap());
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn events_come_whole_however_they_are_cut() {
        let text =
            ": hello\n\nid: 3\nevent: message\ndata: {\"a\":1}\n\n: beat\n\nid: 4\ndata:b\n\nid: 5\ndata: c";
        check(&[text], &["{\"a\":1}", "b"]);
        let bytes: Vec<String> = text.chars().map(String::from).collect();
        check(&bytes.iter().map(String::as_str).collect::<Vec<_>>(), &["{\"a\":1}", "b"]);
        check(&[text, "d\n", "\n"], &["{\"a\":1}", "b", "cd"]);
    }

    #[test]
    fn an_event_without_an_end_is_refused() {
        let mut events = Events::default();
        let chunk = vec![b'x'; EVENT_BYTES_MAX];
        assert!(events.feed(&chunk).is_ok() && events.feed(&chunk).is_ok());
        assert!(events.feed(b"x").is_err());
    }
}
