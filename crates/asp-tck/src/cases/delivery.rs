//! Delivery: a stream comes in order, once, byte for byte, and goes on where it stopped (ASP-DLV).

use std::time::Duration;

use asp_core::key::KeyId;
use asp_core::position::{Hash, LogTime, Millis, Sequence};
use asp_core::statement::body::{Body, Inform};
use asp_core::statement::{Received, Signature, Verified};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Case, code};
use crate::dialogue::PATIENCE;
use crate::finding::{Finding, hold, same};
use crate::stage::Stage;

pub(super) const CASES: &[Case] = &[
    code!(["ASP-DLV-001"], "pages of a stream are in order, each statement once, byte for byte", pages),
    code!(["ASP-DLV-001"], "what is read of others' streams is what they signed", public),
    code!(["ASP-DLV-001"], "who waits is told as soon as something is said", waits),
    code!(["ASP-DLV-002"], "events resume after the one that was heard last", resumes),
    code!(["ASP-DLV-001", "ASP-DLV-002"], "events come while they are listened to", listens),
    code!(
        ["ASP-DLV-003"],
        "what comes due is stated under the node's key, in the order of the deadlines",
        due
    ),
    code!(["ASP-DLV-003", "ASP-COM-017"], "a breach says what the remedy makes the debtor owe", breached),
];

/// A statement as a node hands it out.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    log_index: u64,
    log_time: LogTime,
    hash: Hash,
    statement: Box<RawValue>,
    signatures: Vec<Signature>,
}

impl Message {
    /// The statement, checked byte for byte.
    fn verify(&self) -> Result<Verified, Finding> {
        let broken = |rejection| Finding::new("a statement as it was signed", rejection);
        let received = Received::from_parts(self.statement.get().as_bytes(), self.signatures.clone());
        let verified = received.and_then(Received::read).and_then(asp_core::statement::Signed::verify);
        let verified = verified.map_err(broken)?;
        same("the hash", &self.hash, &verified.statement().hash)?;
        Ok(verified)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    messages: Vec<Message>,
    #[serde(default)]
    next_after: Option<Sequence>,
}

/// A session with remarks in it: all statements' hashes in the order in which they were said.
async fn chatter(stage: &mut Stage, remarks: usize) -> Result<(Hash, Vec<Hash>), Finding> {
    stage.play("buyer PROPOSE with seller\n seller ACCEPT -> INTRODUCED").await?;
    let session = stage.session.ok_or_else(|| Finding::new("a session", "none"))?;
    let named = |stage: &Stage, name: &str| stage.names.get(name).map(|head| head.hash);
    let mut said: Vec<Hash> = ["#0", "#1"].iter().filter_map(|name| named(stage, name)).collect();
    for number in 0..remarks {
        let who = if number % 2 == 0 { "buyer" } else { "seller" };
        let note = stage.note(who, session)?;
        said.push(stage.take(note).await?);
    }
    Ok((session, said))
}

async fn pages(stage: &mut Stage) -> Result<(), Finding> {
    let (session, said) = chatter(stage, 12).await?;
    for (who, address) in [
        ("buyer", format!("/v1/sessions/{}/messages?limit=5", session.to_hex())),
        ("seller", format!("/v1/statements?stream=session:{}&limit=3", session.to_hex())),
        ("seller.example", format!("/v1/sessions/{}/messages?limit=1000", session.to_hex())),
    ] {
        let (mut after, mut seen, mut times) = (String::new(), Vec::new(), Vec::new());
        for _ in 0..40 {
            let path = format!("{address}{after}");
            let page: Page = stage.get_as(who, &path).await?.json().map_err(|finding| finding.at(&path))?;
            for message in &page.messages {
                let verified = message.verify().map_err(|finding| finding.at(&path))?;
                same("the sequence", &verified.statement().sequence.0, &(seen.len() as u64))
                    .map_err(|finding| finding.at(&path))?;
                seen.push(message.hash);
                times.push((message.log_index, message.log_time));
            }
            match page.next_after {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        same("the statements", &seen, &said).map_err(|finding| finding.at(&address))?;
        hold(times.is_sorted(), "places that rise", format_args!("{times:?}"))?;
    }
    Ok(())
}

async fn public(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let agent = stage.uri("buyer")?;
    let path = format!("/v1/statements?stream=agent:{agent}");
    let page: Page = stage.wire.get(&path).await?.json().map_err(|finding| finding.at(&path))?;
    let first = page.messages.first().ok_or_else(|| Finding::new("the registration", "nothing").at(&path))?;
    let verified = first.verify().map_err(|finding| finding.at(&path))?;
    let card = stage.cards.get("buyer").copied();
    hold(Some(verified.statement().hash) == card, format_args!("{card:?}"), verified.statement().hash)
}

async fn waits(stage: &mut Stage) -> Result<(), Finding> {
    let (session, said) = chatter(stage, 1).await?;
    let path = format!("/v1/sessions/{}/messages?after={}&waitSeconds=20", session.to_hex(), said.len() - 1);
    let reader = stage.reader("seller").await?;
    let waiting = stage.wire.send_waiting(stage.wire.request_as(&reader, &path)?);
    let note = stage.note("buyer", session)?;
    let speaking = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stage.send(note.envelope()).await
    };
    let started = std::time::Instant::now();
    let (heard, spoken) = futures::future::join(waiting, speaking).await;
    hold(spoken?.status == 202, "202", "a refusal")?;
    let page: Page = heard?.json()?;
    let hashes: Vec<Hash> = page.messages.iter().map(|message| message.hash).collect();
    same("what was said", &hashes, &vec![note.statement().hash])?;
    let seconds = started.elapsed().as_secs();
    hold(seconds < 15, "an answer as soon as it is said", format_args!("one after {seconds} s"))
}

/// Bytes that are kept of a stream until an event is whole: more than one event can have.
const EVENT_BYTES_MAX: usize = 4 << 20;

/// Events of one connection, taken out of its bytes.
pub(super) struct Events {
    response: reqwest::Response,
    /// What came and is no whole character or end of a line yet.
    bytes: Vec<u8>,
    text: String,
}

impl Events {
    async fn of(stage: &mut Stage, who: &str, session: Hash, last: Option<u64>) -> Result<Self, Finding> {
        Self::open(stage, who, &format!("/v1/sessions/{}/events", session.to_hex()), last).await
    }

    /// Opens a stream of events, after the one that was heard last.
    pub(super) async fn open(
        stage: &mut Stage,
        who: &str,
        path: &str,
        last: Option<u64>,
    ) -> Result<Self, Finding> {
        let reader = stage.reader(who).await?;
        let mut request = stage.wire.request_as(&reader, path)?;
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let gone = |error| Finding::new("a stream of events", format_args!("none: {error}")).at(path);
        let response = request.send().await.map_err(gone)?;
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        let right = response.status() == 200 && kind.starts_with("text/event-stream");
        hold(right, "200 and text/event-stream", format_args!("{} {kind}", response.status()))
            .map_err(|finding| finding.at(path))?;
        Ok(Self { response, bytes: Vec::new(), text: String::new() })
    }

    /// The next statement, with the id of its event.
    async fn next(&mut self) -> Result<(u64, Message), Finding> {
        let (id, data) = self.next_data().await?;
        let unreadable = |error| Finding::new("a message as data", error);
        let message: Message = serde_json::from_str(&data).map_err(unreadable)?;
        let verified = message.verify()?;
        same("the id", &id, &verified.statement().sequence.0)?;
        Ok((id, message))
    }

    /// The next event that has data: its id, and the data.
    pub(super) async fn next_data(&mut self) -> Result<(u64, String), Finding> {
        let wait = tokio::time::timeout(PATIENCE, self.next_event()).await;
        wait.unwrap_or_else(|_| {
            Err(Finding::new(format_args!("an event within {} s", PATIENCE.as_secs()), "none"))
        })
    }

    /// Adds what came to the text: whole characters, any end of a line as a line feed, no more than one event may have.
    fn take(&mut self, chunk: &[u8]) -> Result<(), Finding> {
        self.bytes.extend_from_slice(chunk);
        if self.bytes.len() + self.text.len() > EVENT_BYTES_MAX {
            return Err(Finding::new(format_args!("an event of at most {EVENT_BYTES_MAX} bytes"), "more"));
        }
        // A carriage return at the end may be the first half of a line's end.
        let whole = match self.bytes.utf8_chunks().next() {
            Some(valid) => valid.valid().trim_end_matches('\r').len(),
            None => 0,
        };
        let rest = self.bytes.split_off(whole);
        let text = String::from_utf8_lossy(&self.bytes).replace("\r\n", "\n").replace('\r', "\n");
        self.text.push_str(&text);
        self.bytes = rest;
        Ok(())
    }

    async fn next_event(&mut self) -> Result<(u64, String), Finding> {
        loop {
            let Some((event, rest)) = self.text.split_once("\n\n") else {
                let chunk = self.response.chunk().await;
                let chunk = chunk.map_err(|error| Finding::new("an event", error))?;
                let chunk = chunk.ok_or_else(|| Finding::new("an event", "the end"))?;
                self.take(&chunk)?;
                continue;
            };
            let (event, rest) = (event.to_owned(), rest.to_owned());
            self.text = rest;
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
            if let Some(data) = field("data:") {
                let unreadable = |_| Finding::new("a number as id", &event);
                let id = field("id:").unwrap_or_default().parse().map_err(unreadable)?;
                return Ok((id, data.to_owned()));
            }
        }
    }
}

/// Hears as many events as are expected: these statements in this order.
async fn hear(events: &mut Events, expected: &[Hash]) -> Result<(), Finding> {
    for (number, hash) in expected.iter().enumerate() {
        let (id, message) =
            events.next().await.map_err(|finding| finding.at(format_args!("event {number}")))?;
        hold(
            message.hash == *hash,
            format_args!("statement {hash}"),
            format_args!("id {id}: {}", message.hash),
        )?;
    }
    Ok(())
}

async fn resumes(stage: &mut Stage) -> Result<(), Finding> {
    let (session, said) = chatter(stage, 8).await?;
    let mut all = Events::of(stage, "seller", session, None).await?;
    hear(&mut all, &said).await?;
    for last in [0, 3, 7] {
        let mut events = Events::of(stage, "buyer", session, Some(last)).await?;
        let from = usize::try_from(last).unwrap_or_default() + 1;
        let rest = said.get(from..).unwrap_or_default();
        hear(&mut events, rest).await.map_err(|finding| finding.at(format_args!("Last-Event-ID: {last}")))?;
    }
    Ok(())
}

async fn listens(stage: &mut Stage) -> Result<(), Finding> {
    let (session, mut said) = chatter(stage, 0).await?;
    let mut events = Events::of(stage, "seller", session, None).await?;
    hear(&mut events, &said).await?;
    for round in 0..3 {
        // Some are said while it listens, some while it does not.
        for _ in 0..3 {
            let note = stage.note("buyer", session)?;
            said.push(stage.take(note).await?);
            let newest = said.last().copied().unwrap_or_else(|| Hash::of(&[]));
            hear(&mut events, &[newest]).await?;
        }
        let last = said.len() as u64 - 1;
        drop(events);
        let note = stage.note("seller", session)?;
        said.push(stage.take(note).await?);
        events = Events::of(stage, "seller", session, Some(last)).await?;
        let newest = said.last().copied().unwrap_or_else(|| Hash::of(&[]));
        hear(&mut events, &[newest]).await.map_err(|finding| finding.at(format_args!("round {round}")))?;
    }
    Ok(())
}

/// The last statement of a session, as the buyer reads it.
async fn last(stage: &mut Stage, session: &Hash) -> Result<Verified, Finding> {
    let path = format!("/v1/sessions/{}/messages?after=0", session.to_hex());
    let page: Page = stage.get_as("buyer", &path).await?.json()?;
    let last = page.messages.last().ok_or_else(|| Finding::new("the node's statement", "none").at(&path))?;
    last.verify().map_err(|finding| finding.at(&path))
}

async fn breached(stage: &mut Stage) -> Result<(), Finding> {
    stage.enter("buyer seller").await?;
    for (remedy, owed) in [("penalty 7 cap 9", "7 USD"), ("cure 1s daily 5 cap 9", "5 USD"), ("cure 1s", "")]
    {
        stage
            .go_on(&format!(
                "deal = seller owes buyer goods 100 within 2s {remedy}
                 buyer PROPOSE with seller
                 seller ACCEPT
                 buyer PROPOSE firm deal
                 seller ACCEPT                      -> EXECUTING
                 +3s                                -> EXECUTING [BREACHED: goods BREACHED]"
            ))
            .await?;
        let session = stage.session.ok_or_else(|| Finding::new("a session", "none"))?;
        let verified = last(stage, &session).await?;
        let Body::Inform(Inform::Breach(breach)) = &verified.statement().body else {
            return Err(Finding::new("a breach", verified.statement().kind.as_str()));
        };
        let found = breach.owed.as_ref().map(ToString::to_string).unwrap_or_default();
        same("what is owed", &found, &owed.to_owned())?;
    }
    Ok(())
}

async fn due(stage: &mut Stage) -> Result<(), Finding> {
    let mut ended = Vec::new();
    stage.enter("buyer seller").await?;
    let mut sessions = Vec::new();
    for limit in [1_500, 1_000, 2_000] {
        stage.go_on(&format!("buyer PROPOSE with seller invitation={limit}ms")).await?;
        let session = stage.session.ok_or_else(|| Finding::new("a session", "none"))?;
        let opened = stage.receipts.get(&session).map(|receipt| receipt.log_time);
        sessions.push((opened.map(|time| time.plus(Millis(limit))), session));
    }
    sessions.sort();
    for (_, session) in sessions {
        stage.session = Some(session);
        stage.go_on("+10ms -> FAILED(INVITATION_TIMEOUT)").await?;
        let path = format!("/v1/sessions/{}/messages?after=0", session.to_hex());
        let page: Page = stage.get_as("buyer", &path).await?.json()?;
        let last =
            page.messages.last().ok_or_else(|| Finding::new("the node's statement", "none").at(&path))?;
        let verified = last.verify().map_err(|finding| finding.at(&path))?;
        let signers: Vec<KeyId> = verified.signatures().iter().map(|signature| signature.key_id).collect();
        same("signed by the node alone:", &signers, &vec![stage.wire.node_key])?;
        ended.push((last.log_index, last.log_time));
    }
    hold(ended.is_sorted(), "the order of the deadlines", format_args!("{ended:?}"))
}
