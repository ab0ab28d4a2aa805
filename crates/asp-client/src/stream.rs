//! What comes from a stream: server-sent events, resumed where they broke off, and the chain that they must form.

use asp_core::name::StreamId;
use asp_core::position::{Hash, Sequence};
use futures::Stream;
use reqwest::{Method, Response};

use crate::Error;
use crate::api::Message;
use crate::party::Party;
use crate::transport;

/// Bytes of the largest event: a message of the largest statement, and what surrounds it.
const EVENT_BYTES_MAX: usize = 1024 * 1024;
/// How long nothing may come before the connection counts as lost; the node's heartbeats are more frequent.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(45);

/// Checks that messages of a stream follow one another.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    stream: StreamId,
    last: Option<Sequence>,
    hash: Option<Hash>,
}

impl Chain {
    /// A chain from the statement after a place, or from the first.
    pub(crate) const fn after(stream: StreamId, last: Option<Sequence>) -> Self {
        Self { stream, last, hash: None }
    }

    /// The last place that was taken.
    pub(crate) const fn last(&self) -> Option<Sequence> {
        self.last
    }

    /// Takes the next message.
    ///
    /// # Errors
    /// [`Error::Forged`] if it does not verify or does not follow.
    pub(crate) fn take(&mut self, message: &Message) -> Result<(), Error> {
        let verified =
            message.verify().map_err(|rejection| Error::forged(format_args!("a message: {rejection}")))?;
        let statement = verified.statement();
        let next = self.last.map_or(Sequence(0), Sequence::next);
        if statement.stream != self.stream {
            return Err(Error::forged(format_args!("a statement of {}", statement.stream)));
        }
        if statement.sequence != next || self.hash.is_some_and(|hash| hash != statement.previous) {
            return Err(Error::forged(format_args!("statement {} does not follow", statement.sequence)));
        }
        (self.last, self.hash) = (Some(next), Some(statement.hash));
        Ok(())
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

/// The state of a watch between two messages.
struct Watch {
    party: Party,
    path: String,
    chain: Chain,
    open: Option<(Response, Events)>,
    failures: u32,
    ended: bool,
}

/// Messages of a session as they come.
pub(crate) fn watch(
    party: Party,
    path: String,
    chain: Chain,
) -> impl Stream<Item = Result<Message, Error>> + Send {
    let watch = Watch { party, path, chain, open: None, failures: 0, ended: false };
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
                Err(Error::Unreachable { .. }) => self.lost().await?,
                Err(Error::Refused(problem)) if problem.status == 503 => self.lost().await?,
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits before the next connection.
    async fn lost(&mut self) -> Result<(), Error> {
        self.open = None;
        self.failures = self.failures.saturating_add(1);
        tokio::time::sleep(transport::backoff(self.failures)?).await;
        Ok(())
    }

    /// A message if one is there, after reading on or connecting if none is.
    async fn advance(&mut self) -> Result<Option<Message>, Error> {
        let Some((response, events)) = &mut self.open else {
            self.open = Some((self.connect().await?, Events::default()));
            return Ok(None);
        };
        if let Some(data) = events.next() {
            let message: Message = transport::json(&data)?;
            self.chain.take(&message)?;
            self.failures = 0;
            return Ok(Some(message));
        }
        let lost = |why: &str| Error::Unreachable { why: why.to_owned() };
        let chunk = tokio::time::timeout(SILENCE, response.chunk()).await.map_err(|_| lost("silence"))?;
        let chunk = chunk.map_err(|error| transport::unreachable(&error))?;
        events.feed(&chunk.ok_or_else(|| lost("the stream ended"))?)?;
        Ok(None)
    }

    async fn connect(&self) -> Result<Response, Error> {
        let mut request = self.party.transport().open(&self.path).header("accept", "text/event-stream");
        if let Some(last) = self.chain.last() {
            request = request.header("last-event-id", last.to_string());
        }
        let request = self.party.signed(request, &Method::GET, &self.path).await?;
        let response = request.send().await.map_err(|error| transport::unreachable(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        match transport::read(response).await {
            Err(error) => Err(error),
            Ok(_) => Err(Error::bad("no event stream")),
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
    fn a_statement_of_another_stream_is_forged() {
        use asp_core::key::SecretKey;
        use asp_core::name::{Issuer, StreamName};
        use asp_core::position::LogTime;
        use asp_core::statement::body::{Body, OrgRegister};
        use asp_core::statement::draft::{Draft, Stamp};
        let stream = |text: &str| -> StreamId { text.parse().unwrap() };
        let (key, mine) = (SecretKey::from_seed(&[1; 32]), stream("org:acme.example"));
        let body = Body::OrgRegister(OrgRegister { key: key.id(), name: "Acme".parse().unwrap() });
        let issuer = Issuer::Organisation("acme.example".parse().unwrap());
        let draft =
            Draft::new(StreamName::Of(mine.clone()), "node.example/log".parse().unwrap(), issuer, body);
        let stamp = Stamp { issued_at: LogTime::from_millis(1), random: [0; 10] };
        let verified = draft.sign(None, stamp, &[&key]).unwrap();
        let text = std::str::from_utf8(verified.statement().bytes()).unwrap();
        let message: Message = transport::json(
            serde_json::json!({
                "hash": verified.statement().hash,
                "logIndex": 0,
                "logTime": LogTime::from_millis(1),
                "signatures": verified.signatures(),
                "statement": serde_json::from_str::<serde_json::Value>(text).unwrap(),
            })
            .to_string()
            .as_bytes(),
        )
        .unwrap();
        assert!(Chain::after(mine, None).take(&message).is_ok());
        let other = Chain::after(stream("org:globex.example"), None).take(&message);
        assert!(matches!(other, Err(Error::Forged { .. })));
    }

    #[test]
    fn an_event_without_an_end_is_refused() {
        let mut events = Events::default();
        let chunk = vec![b'x'; EVENT_BYTES_MAX];
        assert!(events.feed(&chunk).is_ok() && events.feed(&chunk).is_ok());
        assert!(events.feed(b"x").is_err());
    }
}
