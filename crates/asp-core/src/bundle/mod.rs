//! Offline evidence: one file with a commitment, all that it rests on, and the log's proofs of it.
//!
//! Reading checks the form alone; what the file proves is told by [`Bundle::verify`]. Where its parts come from is not
//! known here.

mod opening;
mod reading;
mod replay;
mod report;
mod verify;

use std::collections::BTreeMap;
use std::fmt;

use crate::key::KeyId;
use crate::limits;
use crate::log::receipt::Receipt;
use crate::name::{Origin, StreamId};
use crate::position::{Hash, LogPoint, LogTime, Position};
use crate::rejection::{Code, Rejection};
use crate::seal::Opened;
use crate::statement::body::{Body, Disclosure};
use crate::statement::draft::canonical;
use crate::statement::{Signed, Statement, VERSION, Verified};

pub use opening::Tried;
pub use report::{
    Anchors, Check, CouldNotRead, Disclosed, DisclosedStatement, ObligationLine, Party, Report, Rule,
    SealRule, SignatureCheck, SignatureLine, Subject, Summary, Verdict,
};

/// The `kind` of the file.
const KIND: &str = "commitment-bundle";

/// What is known of sealed statements, by their hashes: the text, or why what was disclosed of one is none.
pub type Openings = BTreeMap<Hash, Result<Opened, Code>>;

/// A bundle that has been read, and of which nothing has been verified.
#[derive(Debug, Clone)]
pub struct Bundle {
    origin: Origin,
    node_key: KeyId,
    commitment: Hash,
    checkpoint: String,
    /// By statement and receiver, each once.
    disclosures: BTreeMap<(Hash, KeyId), Disclosure>,
    entries: Vec<Entry>,
}

/// An entry of the log as a bundle shows it.
#[derive(Debug, Clone)]
struct Entry {
    at: LogPoint,
    proof: Vec<Hash>,
    receipt: Receipt,
    signed: Signed,
}

/// What goes into a bundle of each entry.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Its index in the log.
    pub index: Position,
    /// When the node took it in.
    pub log_time: LogTime,
    /// The statement with its signatures.
    pub statement: Verified,
    /// The node's receipt for it.
    pub receipt: Receipt,
    /// The proof that the checkpoint's tree has it (RFC 6962 §2.1.1), from the leaf up; at most 64 hashes.
    pub proof: Vec<Hash>,
}

/// Why bytes are no bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// More than [`limits::BUNDLE_BYTES_MAX`] bytes or [`limits::BUNDLE_ENTRIES_MAX`] entries.
    TooLarge,
    /// Not canonical JSON (RFC 8785) in the protocol's narrower grammar: the rule and where it is broken.
    NotCanonical(Rejection),
    /// A member is missing, is unknown or has a value that cannot stand there.
    Member {
        /// Where, as an RFC 6901 pointer.
        pointer: String,
    },
    /// What stands as a statement, or its signatures, cannot be read as such.
    Statement {
        /// Which entry, counted from zero.
        entry: usize,
        /// Why.
        rejection: Rejection,
    },
}

impl Unreadable {
    /// Where in the file, as an RFC 6901 pointer; none if that cannot be said.
    #[must_use]
    pub fn pointer(&self) -> Option<String> {
        match self {
            Self::TooLarge => None,
            Self::NotCanonical(rejection) => rejection.pointer.clone(),
            Self::Member { pointer } => Some(pointer.clone()),
            Self::Statement { entry, rejection } => {
                let inner = rejection.pointer.as_deref().unwrap_or_default();
                // A statement's own refusals point from the statement; those of its signatures stand beside it.
                let part = if inner.starts_with("/signatures") { "" } else { "/statement" };
                Some(format!("/entries/{entry}{part}{inner}"))
            }
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "the file is larger than a bundle can be")?,
            Self::NotCanonical(rejection) => {
                write!(f, "the file is not canonical JSON ({})", rejection.code)?
            }
            Self::Member { .. } => write!(f, "the file has not the members of a bundle")?,
            Self::Statement { rejection, .. } => {
                write!(f, "an entry is no statement ({}: {})", rejection.code, rejection.code.sentence())?;
            }
        }
        match self.pointer() {
            Some(pointer) if !pointer.is_empty() => write!(f, " at {pointer}"),
            Some(_) | None => Ok(()),
        }
    }
}

impl std::error::Error for Unreadable {}

impl Bundle {
    /// Puts a bundle together, its entries in the order of the log. Verifies nothing.
    ///
    /// `commitment` is the statement that completed it, `checkpoint` a signed note with the log's own signature alone;
    /// the pieces are all entries of the session's stream and of every stream that [`needs`] leads to. `None` if the
    /// file would be larger than anybody reads.
    #[must_use]
    pub fn build(
        commitment: Hash,
        origin: Origin,
        node_key: KeyId,
        checkpoint: String,
        pieces: Vec<Piece>,
    ) -> Option<Self> {
        let mut entries: Vec<Entry> = pieces.into_iter().map(Entry::from).collect();
        entries.sort_by_key(|entry| entry.at.index);
        let disclosures = BTreeMap::new();
        Self { origin, node_key, commitment, checkpoint, disclosures, entries }.bounded()
    }

    fn bounded(self) -> Option<Self> {
        let counts = [self.entries.len(), self.disclosures.len()];
        let bounded = counts.iter().all(|count| *count <= limits::BUNDLE_ENTRIES_MAX)
            && self.to_bytes().len() <= limits::BUNDLE_BYTES_MAX;
        bounded.then_some(self)
    }

    /// The same bundle with these disclosures, each in the place of one of the same statement to the same key. `None` if
    /// the file would be larger than anybody reads.
    #[must_use]
    pub fn disclosing(mut self, disclosures: impl IntoIterator<Item = Disclosure>) -> Option<Self> {
        let keyed = disclosures.into_iter().map(|shown| ((shown.statement, shown.to), shown));
        self.disclosures.extend(keyed);
        self.bounded()
    }

    /// What was disclosed in the file itself, each shut to one key.
    pub fn disclosures(&self) -> impl Iterator<Item = &Disclosure> {
        self.disclosures.values()
    }

    /// A statement of the bundle; nothing of it has been verified.
    #[must_use]
    pub fn statement(&self, hash: &Hash) -> Option<&Statement> {
        self.statements().map(|(_, statement)| statement).find(|statement| statement.hash == *hash)
    }

    /// The file: canonical JSON. What was read is written again byte for byte.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let text = |bytes: &mut Vec<u8>, text: &str| bytes.extend_from_slice(text.as_bytes());
        text(&mut bytes, "{\"asp\":\"");
        text(&mut bytes, VERSION);
        text(&mut bytes, "\",\"checkpoint\":");
        bytes.extend(canonical(&self.checkpoint));
        text(&mut bytes, &format!(",\"commitment\":\"{}\"", self.commitment));
        if !self.disclosures.is_empty() {
            text(&mut bytes, ",\"disclosures\":");
            bytes.extend(canonical(&self.disclosures.values().collect::<Vec<_>>()));
        }
        text(&mut bytes, ",\"entries\":[");
        for (place, entry) in self.entries.iter().enumerate() {
            text(&mut bytes, if place == 0 { "" } else { "," });
            entry.write(&mut bytes);
        }
        let Self { origin, node_key, .. } = self;
        let end = format!("],\"kind\":\"{KIND}\",\"nodeKey\":\"{node_key}\",\"origin\":\"{origin}\"}}");
        text(&mut bytes, &end);
        bytes
    }

    /// The commitment that the bundle is about.
    #[must_use]
    pub const fn commitment(&self) -> Hash {
        self.commitment
    }

    /// The log that it names.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The log's key that it names.
    #[must_use]
    pub const fn node_key(&self) -> &KeyId {
        &self.node_key
    }
}

impl From<Piece> for Entry {
    fn from(piece: Piece) -> Self {
        let Piece { index, log_time, statement, receipt, proof } = piece;
        Self { at: LogPoint { index, time: log_time }, proof, receipt, signed: statement.into() }
    }
}

impl Entry {
    fn write(&self, bytes: &mut Vec<u8>) {
        let start = format!("{{\"index\":{},\"logTime\":\"{}\",\"proof\":", self.at.index, self.at.time);
        bytes.extend(start.into_bytes());
        bytes.extend(canonical(&self.proof));
        bytes.extend_from_slice(b",\"receipt\":");
        bytes.extend(canonical(&self.receipt));
        bytes.extend_from_slice(b",\"signatures\":");
        bytes.extend(canonical(&self.signed.signatures()));
        bytes.extend_from_slice(b",\"statement\":");
        bytes.extend_from_slice(self.signed.statement.bytes());
        bytes.push(b'}');
    }
}

/// The streams that have to be known to judge a statement in its stream, that stream among them.
///
/// A bundle holds what can be reached from the session's stream: asked of each of its statements, then of those of the
/// streams that were named, until there are no others.
#[must_use]
pub fn needs(statement: &Statement) -> Vec<StreamId> {
    let mut streams = vec![statement.stream.clone()];
    if let Some(agent) = statement.issuer.agent() {
        streams.push(StreamId::Agent(agent.clone()));
    }
    streams.extend(statement.issuer.organisation().map(StreamId::Org));
    if let StreamId::Agent(agent) = &statement.stream {
        streams.push(StreamId::Org(agent.organisation()));
    }
    if let Body::ConsentRequest(request) = &statement.body {
        streams.push(StreamId::Org(request.with.clone()));
    }
    streams.extend(statement.body.stream_named());
    streams.extend(statement.body.consents_named().into_iter().copied().map(StreamId::Consent));
    let registrants = statement.body.schemas_offered().iter().filter_map(|schema| schema.by.clone());
    streams.extend(registrants.map(StreamId::Org));
    streams.extend(statement.body.shown_with());
    for agent in statement.body.lets_in() {
        streams.push(StreamId::Org(agent.organisation()));
        streams.push(StreamId::Agent(agent.clone()));
    }
    streams
}
