//! A bundle: one file that proves a commitment to somebody who has never seen the node.
//!
//! The file is canonical JSON as a whole: white space or another order of names is another file, and is refused.

mod report;
mod verify;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use report::{Check, ObligationLine, Report, Summary, Verdict};

use crate::key::KeyId;
use crate::limits;
use crate::log::receipt::Receipt;
use crate::name::Origin;
use crate::position::{Hash, LogTime, Position};
use crate::statement::draft::canonical;
use crate::statement::{Signature, VERSION, Verified};

/// The kind that the file says it is.
const KIND: &str = "commitment-bundle";

/// What the reader knows from elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Anchors {
    /// The key of the log that the reader trusts; without it the bundle's own word is taken, and said so.
    pub node_key: Option<KeyId>,
}

/// An entry of the log with its proof.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    index: Position,
    log_time: LogTime,
    proof: Vec<Hash>,
    receipt: Receipt,
    signatures: Vec<Signature>,
    statement: Box<RawValue>,
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
    /// The proof that the checkpoint's tree has it (RFC 6962 §2.1.1).
    pub proof: Vec<Hash>,
}

/// A file that can be read as a bundle; nothing in it is believed before [`Bundle::verify`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bundle {
    asp: String,
    checkpoint: String,
    commitment: Hash,
    entries: Vec<Entry>,
    kind: String,
    node_key: KeyId,
    origin: Origin,
}

/// Why a file is no bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is larger than [`limits::BUNDLE_BYTES_MAX`].
    TooLarge,
    /// It is not JSON of this form.
    Form {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is of another version or kind.
    Kind,
    /// It is of this form, but not in its one spelling.
    NotCanonical {
        /// The first byte that differs.
        offset: usize,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "larger than {} bytes", limits::BUNDLE_BYTES_MAX),
            Self::Form { line, column } => write!(f, "not a bundle (line {line}, column {column})"),
            Self::Kind => f.write_str("not a bundle of a commitment, or of another version"),
            Self::NotCanonical { offset } => {
                write!(f, "not canonical JSON from byte {offset} on: it was changed after it was made")
            }
        }
    }
}

impl std::error::Error for Unreadable {}

impl Bundle {
    /// Puts a bundle together; the pieces are in the order of their indexes.
    #[must_use]
    pub fn build(
        commitment: Hash,
        origin: Origin,
        node_key: KeyId,
        checkpoint: String,
        pieces: Vec<Piece>,
    ) -> Option<Self> {
        let entries: Option<Vec<Entry>> = pieces.into_iter().map(entry).collect();
        Some(Self {
            asp: VERSION.to_owned(),
            checkpoint,
            commitment,
            entries: entries?,
            kind: KIND.to_owned(),
            node_key,
            origin,
        })
    }

    /// Reads a file. Says nothing of whether it holds.
    ///
    /// # Errors
    /// See [`Unreadable`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > limits::BUNDLE_BYTES_MAX {
            return Err(Unreadable::TooLarge);
        }
        let bundle: Self = serde_json::from_slice(bytes)
            .map_err(|error| Unreadable::Form { line: error.line(), column: error.column() })?;
        if bundle.asp != VERSION || bundle.kind != KIND {
            return Err(Unreadable::Kind);
        }
        let written = bundle.to_bytes();
        if written != bytes {
            let same = written.iter().zip(bytes).take_while(|(one, other)| one == other).count();
            return Err(Unreadable::NotCanonical { offset: same });
        }
        Ok(bundle)
    }

    /// The file: canonical JSON, but for the statements, which stand as they were received and are canonical too.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let text = |value: &str| canonical(&value);
        let mut out = b"{\"asp\":".to_vec();
        out.extend(text(&self.asp));
        out.extend(b",\"checkpoint\":");
        out.extend(text(&self.checkpoint));
        out.extend(b",\"commitment\":");
        out.extend(canonical(&self.commitment));
        out.extend(b",\"entries\":[");
        for (number, entry) in self.entries.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            entry.write(&mut out);
        }
        out.extend(b"],\"kind\":");
        out.extend(text(&self.kind));
        out.extend(b",\"nodeKey\":");
        out.extend(canonical(&self.node_key));
        out.extend(b",\"origin\":");
        out.extend(canonical(&self.origin));
        out.push(b'}');
        out
    }

    /// Checks everything, and says for each check whether it is proved, refuted or not shown.
    #[must_use]
    pub fn verify(&self, anchors: &Anchors) -> Report {
        verify::verify(self, anchors)
    }
}

impl Entry {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(b"{\"index\":");
        out.extend(canonical(&self.index));
        out.extend(b",\"logTime\":");
        out.extend(canonical(&self.log_time));
        out.extend(b",\"proof\":");
        out.extend(canonical(&self.proof));
        out.extend(b",\"receipt\":");
        out.extend(canonical(&self.receipt));
        out.extend(b",\"signatures\":");
        out.extend(canonical(&self.signatures));
        out.extend(b",\"statement\":");
        out.extend(self.statement.get().as_bytes());
        out.push(b'}');
    }
}

fn entry(piece: Piece) -> Option<Entry> {
    let Piece { index, log_time, statement, receipt, proof } = piece;
    let text = std::str::from_utf8(statement.statement().bytes()).ok()?.to_owned();
    let signatures = statement.signatures().to_vec();
    Some(Entry { index, log_time, proof, receipt, signatures, statement: RawValue::from_string(text).ok()? })
}
