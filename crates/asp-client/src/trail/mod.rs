//! The audit trail of a consent: what was said under it, as one of its two organisations may read it.
//!
//! A file of JSON lines: a head, a statement a line in the order of the log with its receipt and its proof of inclusion,
//! an end with their number. It is written, judged and compared line by line. By itself it shows that nothing in it was
//! changed and that no stream has a gap; that nothing was left out, two of them side by side.

mod compare;
mod file;
mod verify;

use std::collections::{BTreeSet, VecDeque};

use asp_core::bundle::needs;
use asp_core::key::KeyId;
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::receipt::Receipt;
use asp_core::name::{Domain, Origin, StreamId};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::VERSION;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::api::{InclusionProof, Message, SessionView};
use crate::party::{Party, Query};

pub use compare::{TrailComparison, TrailDifference};
pub use file::{TrailFile, TrailUnreadable};
pub use verify::{TrailCheck, TrailReport};

/// What the first line says the file is.
const KIND: &str = "consent-trail";

/// Streams that one trail can rest on: what needs more is refused, never cut short.
const STREAMS_MAX: usize = 100_000;

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

/// A trail that is being read from a node, statement by statement.
#[derive(Debug)]
pub struct Trail {
    party: Party,
    head: TrailHead,
    size: u64,
    messages: VecDeque<Message>,
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
    /// Finds what was said under a consent up to the newest checkpoint.
    pub(crate) async fn find(party: &Party, of: Domain, consent: Hash) -> Result<Self, Error> {
        let client = party.client();
        let head = TrailHead {
            asp: VERSION.to_owned(),
            checkpoint: client.checkpoint().await?,
            consent,
            kind: KIND.to_owned(),
            node_key: client.node_key(),
            of,
            origin: client.origin().clone(),
        };
        let note = head.note().ok_or_else(|| Error::forged("the checkpoint is not signed by the log"))?;
        let size = note.checkpoint.size;
        let mut streams = vec![StreamId::Consent(consent)];
        let mut sessions = std::pin::pin!(party.sessions(Query::new()));
        while let Some(summary) = sessions.try_next().await? {
            let path = format!("/v1/sessions/{}", summary.id.to_hex());
            let view: SessionView = party.get(&path, &Query::new()).await?;
            if view.consents.contains(&consent) {
                streams.push(StreamId::Session(summary.id));
            }
        }
        let messages = reach(party, streams, size).await?;
        Ok(Self { party: party.clone(), head, size, messages: messages.into() })
    }

    /// The first line.
    #[must_use]
    pub const fn head(&self) -> &TrailHead {
        &self.head
    }

    /// The next statement in the order of the log, with its receipt and proof; none after the last.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if the receipt is not the node's.
    pub async fn next_record(&mut self) -> Result<Option<TrailRecord>, Error> {
        let Some(message) = self.messages.pop_front() else { return Ok(None) };
        let query: Query = vec![("index", message.log_index.to_string()), ("size", self.size.to_string())];
        let proof: InclusionProof = self.party.get("/log/proof/inclusion", &query).await?;
        let receipt = self.party.receipt(&message.hash).await?;
        Ok(Some(TrailRecord { message, proof: proof.proof, receipt }))
    }
}

/// The statements of these streams and of all that they rest on, in the order of the log, before a size of it.
///
/// A stream that they rest on and that this party may not read, as a consent of two others in a session of three, is
/// left out; whoever judges the file says what could not be judged for it.
async fn reach(party: &Party, first: Vec<StreamId>, size: u64) -> Result<Vec<Message>, Error> {
    let mut known: BTreeSet<StreamId> = first.iter().cloned().collect();
    let mut left: VecDeque<StreamId> = first.into();
    let mut messages = Vec::new();
    while let Some(stream) = left.pop_front() {
        let read = match party.chained(&stream, None).await {
            Err(Error::Refused(problem)) if problem.code == Code::NotFound => continue,
            read => read?,
        };
        for message in read.into_iter().filter(|message| message.log_index.0 < size) {
            let verified = message
                .verify()
                .map_err(|rejection| Error::forged(format_args!("a message: {rejection}")))?;
            for needed in needs(verified.statement()) {
                if known.insert(needed.clone()) {
                    left.push_back(needed);
                }
            }
            messages.push(message);
        }
        if known.len() > STREAMS_MAX {
            return Err(Error::bad("a trail that rests on more streams than one file can hold"));
        }
    }
    messages.sort_by_key(|message| message.log_index);
    Ok(messages)
}
