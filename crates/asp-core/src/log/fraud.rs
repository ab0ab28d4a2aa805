//! Proof that a node lied: two things that it signed and that cannot both be so. Anybody can check one, offline.
//!
//! A node that shows one log to one reader and another to the next signs two receipts for one place, or two checkpoints
//! of one size; who holds both holds this. It says nothing of which of the two is the truth, or of who made them meet.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::checkpoint::{Note, NoteError, NoteKey};
use super::receipt::{Receipt, ReceiptError};
use crate::key::KeyId;
use crate::name::{Origin, StreamId};
use crate::position::{Position, Sequence};

/// Bytes of the longest proof: two notes of which each line break is two bytes, and what stands around them.
pub const FRAUD_BYTES_MAX: usize = 40 * 1024;

/// Tells a proof of fraud from every other document of the protocol.
const FORM: &str = "asp/1.0/fraud";

/// Two things that one key signed, in the order of what they name: a contradiction has one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Receipts, the one of the smaller statement hash first.
    Receipts(Box<[Receipt; 2]>),
    /// Checkpoints with the node's signature alone, the one of the smaller root first.
    Checkpoints(Box<[Note; 2]>),
}

/// What of it cannot be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// Two statements at one place of a stream.
    Place(StreamId, Sequence),
    /// Two statements at one index of the log.
    Index(Position),
    /// Two trees of one size.
    Tree(u64),
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(stream, sequence) => write!(f, "two statements are number {sequence} of {stream}"),
            Self::Index(index) => write!(f, "two statements have the index {index} of the log"),
            Self::Tree(size) => write!(f, "two trees have the size {size}"),
        }
    }
}

/// Why something is no proof of fraud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FraudError {
    /// The bytes are not the canonical JSON of a proof, or too many.
    NotCanonical,
    /// The proof is about another key than the one that is known.
    OtherKey,
    /// A receipt that the node did not give.
    Receipt(ReceiptError),
    /// A checkpoint that the node did not sign.
    Checkpoint(NoteError),
    /// A checkpoint has lines of others, of which the proof says nothing.
    ForeignLines,
    /// The two are of different logs.
    OtherLog,
    /// The two do not contradict each other: they are of different places, or say the same.
    NoContradiction,
    /// The two stand in the wrong order.
    OutOfOrder,
}

impl fmt::Display for FraudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCanonical => f.write_str("not the canonical JSON of a proof of fraud"),
            Self::OtherKey => f.write_str("the proof is about another key"),
            Self::Receipt(error) => write!(f, "a receipt does not hold: {error}"),
            Self::Checkpoint(error) => write!(f, "a checkpoint does not hold: {error}"),
            Self::ForeignLines => f.write_str("a checkpoint has signatures besides the node's"),
            Self::OtherLog => f.write_str("the two are of different logs"),
            Self::NoContradiction => f.write_str("the two do not contradict each other"),
            Self::OutOfOrder => f.write_str("the two stand in the wrong order"),
        }
    }
}

impl std::error::Error for FraudError {}

/// A proof of fraud. What [`FraudProof::from_json`] gives is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FraudProof {
    /// The key that signed both.
    pub node_key: KeyId,
    /// What it signed.
    pub evidence: Evidence,
}

/// The proof as JSON; the fields stand in the order of their names, which makes what serde writes canonical.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkpoints: Option<[String; 2]>,
    node_key: KeyId,
    proof: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receipts: Option<Box<[Receipt; 2]>>,
}

impl FraudProof {
    /// Makes a proof of two receipts by this key, in whatever order.
    ///
    /// # Errors
    /// Why they are no proof.
    pub fn of_receipts(one: Receipt, other: Receipt, node_key: KeyId) -> Result<Self, FraudError> {
        let in_order = one.receipt.statement <= other.receipt.statement;
        let pair = if in_order { [one, other] } else { [other, one] };
        let proof = Self { node_key, evidence: Evidence::Receipts(Box::new(pair)) };
        proof.verify(None).map(|_| proof)
    }

    /// Makes a proof of two checkpoints by this key, in whatever order; signatures of others are left out.
    ///
    /// # Errors
    /// Why they are no proof.
    pub fn of_checkpoints(mut one: Note, mut other: Note, node_key: KeyId) -> Result<Self, FraudError> {
        for note in [&mut one, &mut other] {
            let key = NoteKey { name: note.checkpoint.origin.clone(), key: node_key };
            note.signatures
                .retain(|line| line.name() == key.name.as_str() && line.key_hash() == key.key_hash());
        }
        let in_order = one.checkpoint.root <= other.checkpoint.root;
        let pair = if in_order { [one, other] } else { [other, one] };
        let proof = Self { node_key, evidence: Evidence::Checkpoints(Box::new(pair)) };
        proof.verify(None).map(|_| proof)
    }

    /// Reads canonical JSON (RFC 8785) and nothing else; verifies nothing.
    ///
    /// # Errors
    /// [`FraudError::NotCanonical`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, FraudError> {
        if bytes.len() > FRAUD_BYTES_MAX {
            return Err(FraudError::NotCanonical);
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(|_| FraudError::NotCanonical)?;
        let evidence = match (wire.receipts, wire.checkpoints) {
            (Some(receipts), None) => Evidence::Receipts(receipts),
            (None, Some([first, second])) => {
                let read = |text: &str| text.parse::<Note>().map_err(|_| FraudError::NotCanonical);
                Evidence::Checkpoints(Box::new([read(&first)?, read(&second)?]))
            }
            (Some(_), Some(_)) | (None, None) => return Err(FraudError::NotCanonical),
        };
        let proof = Self { node_key: wire.node_key, evidence };
        // serde is lax about space, order and escapes; writing again shows all of them, and the form.
        let same = wire.proof == FORM && proof.to_json().as_bytes() == bytes;
        if same { Ok(proof) } else { Err(FraudError::NotCanonical) }
    }

    /// The canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let (receipts, checkpoints) = match &self.evidence {
            Evidence::Receipts(receipts) => (Some(receipts.clone()), None),
            Evidence::Checkpoints(notes) => (None, Some(notes.each_ref().map(Note::to_string))),
        };
        let wire = Wire { checkpoints, node_key: self.node_key, proof: FORM.to_owned(), receipts };
        // Texts and numbers alone, in structs: nothing that serialising could fail at.
        serde_json::to_string(&wire).unwrap_or_default()
    }

    /// The log that it is about.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        match &self.evidence {
            Evidence::Receipts(pair) => {
                let [first, _] = pair.as_ref();
                &first.receipt.origin
            }
            Evidence::Checkpoints(pair) => {
                let [first, _] = pair.as_ref();
                &first.checkpoint.origin
            }
        }
    }

    /// Verifies that one key signed two things that cannot both be so (ASP-RCT-004); that key is `known`, if it is given.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub fn verify(&self, known: Option<&KeyId>) -> Result<Contradiction, FraudError> {
        if known.is_some_and(|known| *known != self.node_key) {
            return Err(FraudError::OtherKey);
        }
        match &self.evidence {
            Evidence::Receipts(pair) => contradicting_receipts(pair, &self.node_key),
            Evidence::Checkpoints(pair) => contradicting_checkpoints(pair, &self.node_key),
        }
    }
}

/// Breaks ASP-RCT-003: one index, or one place of a stream, for two statements.
fn contradicting_receipts(pair: &[Receipt; 2], key: &KeyId) -> Result<Contradiction, FraudError> {
    for receipt in pair {
        receipt.verify(key).map_err(FraudError::Receipt)?;
    }
    let [first, second] = pair.each_ref().map(|receipt| &receipt.receipt);
    if first.origin != second.origin {
        return Err(FraudError::OtherLog);
    }
    let contradiction = if first.stream == second.stream && first.sequence == second.sequence {
        Contradiction::Place(first.stream.clone(), first.sequence)
    } else if first.log_index == second.log_index {
        Contradiction::Index(first.log_index)
    } else {
        return Err(FraudError::NoContradiction);
    };
    // The same statement twice is the same word twice.
    in_order(&first.statement, &second.statement).map(|()| contradiction)
}

/// Breaks ASP-LOG-004: one size of two trees.
fn contradicting_checkpoints(pair: &[Note; 2], key: &KeyId) -> Result<Contradiction, FraudError> {
    for note in pair {
        note.verify(&NoteKey { name: note.checkpoint.origin.clone(), key: *key })
            .map_err(FraudError::Checkpoint)?;
        if note.signatures.len() != 1 {
            return Err(FraudError::ForeignLines);
        }
    }
    let [first, second] = pair.each_ref().map(|note| &note.checkpoint);
    if first.origin != second.origin {
        return Err(FraudError::OtherLog);
    }
    if first.size != second.size {
        return Err(FraudError::NoContradiction);
    }
    in_order(&first.root, &second.root).map(|()| Contradiction::Tree(first.size))
}

fn in_order<T: Ord>(first: &T, second: &T) -> Result<(), FraudError> {
    match first.cmp(second) {
        std::cmp::Ordering::Less => Ok(()),
        std::cmp::Ordering::Equal => Err(FraudError::NoContradiction),
        std::cmp::Ordering::Greater => Err(FraudError::OutOfOrder),
    }
}
