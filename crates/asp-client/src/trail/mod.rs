//! The audit trail of a consent: what was said under it, as one of its two organisations may read it.
//!
//! A file of JSON lines: a head, a statement a line in the order of the log with its receipt and its proof of inclusion,
//! an end with their number. It is written, judged and compared line by line. By itself it shows that nothing in it was
//! changed and that no stream has a gap; that nothing was left out, two of them side by side.

mod compare;
mod file;
mod verify;

use std::collections::VecDeque;

use asp_core::key::KeyId;
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::receipt::Receipt;
use asp_core::name::{Domain, Origin};
use asp_core::position::{Hash, Position};
use asp_core::statement::VERSION;
use reqwest::Response;
use serde::{Deserialize, Serialize};

use crate::api::Message;
use crate::client::Client;
use crate::party::Party;
use crate::{Error, transport};

pub use compare::{TrailComparison, TrailDifference};
pub use file::{TrailFile, TrailUnreadable};
pub use verify::{TrailCheck, TrailReport};

/// What the first line says the file is.
pub const KIND: &str = "consent-trail";

/// The first line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrailHead {
    /// The version of the protocol.
    pub asp: String,
    /// The log's signed note at the time of reading: what is here stands before its size.
    pub checkpoint: String,
    /// The consent.
    pub consent: Hash,
    /// `consent-trail`.
    pub kind: String,
    /// The key of the log.
    pub node_key: KeyId,
    /// The organisation that read it.
    pub of: Domain,
    /// The log.
    pub origin: Origin,
}

/// A line between the first and the last.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailRecord {
    /// The statement and its place in the log.
    pub message: Message,
    /// The proof that the checkpoint's tree has it (RFC 6962 §2.1.1), from the leaf up.
    pub proof: Vec<Hash>,
    /// The node's receipt for it.
    pub receipt: Receipt,
}

/// The last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailEnd {
    /// How many statements there are.
    pub count: u64,
}

/// A trail that is being read from a node, statement by statement: no more than a line of it is in memory.
#[derive(Debug)]
pub struct Trail {
    client: Client,
    head: TrailHead,
    size: u64,
    lines: Lines,
    last: Option<Position>,
    count: u64,
}

/// An answer that is read line by line as it comes.
#[derive(Debug)]
struct Lines {
    response: Response,
    /// What came and was not given yet.
    bytes: VecDeque<u8>,
}

impl TrailHead {
    /// The log's note with the size and root that it signs; none if the log has not signed it.
    #[must_use]
    pub fn note(&self) -> Option<Note> {
        let key = NoteKey { name: self.origin.clone(), key: self.node_key };
        Note::open(&self.checkpoint, &key).ok()
    }
}

impl Trail {
    /// Begins to read what was said under a consent up to the newest checkpoint.
    pub(crate) async fn begin(party: &Party, of: Domain, consent: Hash) -> Result<Self, Error> {
        let response = party.open(&format!("/v1/consents/{}/trail", consent.to_hex())).await?;
        let mut lines = Lines { response, bytes: VecDeque::new() };
        let first = lines.next().await?.ok_or_else(|| Error::bad("a trail without a beginning"))?;
        let head: TrailHead = transport::json(&first)?;
        let client = party.client().clone();
        let note = head.note().ok_or_else(|| Error::forged("the checkpoint is not signed by the log"))?;
        let is_asked = head.asp == VERSION
            && head.kind == KIND
            && head.consent == consent
            && head.of == of
            && head.origin == *client.origin()
            && head.node_key == client.node_key();
        if !is_asked {
            return Err(Error::forged("a trail of something else"));
        }
        let size = note.checkpoint.size;
        Ok(Self { client, head, size, lines, last: None, count: 0 })
    }

    /// The first line.
    #[must_use]
    pub const fn head(&self) -> &TrailHead {
        &self.head
    }

    /// The next statement in the order of the log, with its receipt and proof; none after the last.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if the receipt is not the node's, or the statement nobody's;
    /// [`Error::Unreachable`] if the answer breaks off: what was read then is no whole trail.
    pub async fn next_record(&mut self) -> Result<Option<TrailRecord>, Error> {
        let broken = || Error::Unreachable { why: "the trail broke off".to_owned() };
        let line = self.lines.next().await?.ok_or_else(broken)?;
        if let Ok(TrailEnd { count }) = serde_json::from_slice(&line) {
            let whole = count == self.count && self.lines.next().await?.is_none();
            return if whole { Ok(None) } else { Err(Error::forged("the end of the trail is not its end")) };
        }
        let record: TrailRecord = transport::json(&line)?;
        let message = &record.message;
        message.verify().map_err(|rejection| Error::forged(format_args!("a message: {rejection}")))?;
        self.client.checked(record.receipt.clone(), &message.hash)?;
        let follows = self.last.is_none_or(|last| last < message.log_index);
        if !follows || message.log_index.0 >= self.size {
            return Err(Error::forged("a trail out of the order of the log"));
        }
        self.last = Some(message.log_index);
        self.count = self.count.saturating_add(1);
        Ok(Some(record))
    }
}

impl Lines {
    /// The next line; none at the end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let most = usize::try_from(file::LINE_BYTES_MAX).unwrap_or(usize::MAX);
        let mut looked_at = 0;
        // Each turn reads a piece on, of which there are so many as a line can have bytes.
        loop {
            let end = self.bytes.iter().skip(looked_at).position(|byte| *byte == b'\n');
            if let Some(end) = end {
                let mut line: Vec<u8> = self.bytes.drain(..=looked_at.saturating_add(end)).collect();
                line.pop();
                return Ok(Some(line));
            }
            looked_at = self.bytes.len();
            if looked_at > most {
                return Err(Error::bad("a line that is too long"));
            }
            match transport::piece(&mut self.response).await? {
                Some(piece) => self.bytes.extend(piece),
                None if self.bytes.is_empty() => return Ok(None),
                None => return Err(Error::Unreachable { why: "a line broke off".to_owned() }),
            }
        }
    }
}
