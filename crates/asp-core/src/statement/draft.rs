//! Making one's own statements: fields to canonical bytes, bytes to an envelope.
//! Time and the id's random bits come in as arguments.

use serde::Serialize;

use super::{Body, Kind, Received, Signature, Trace, VERSION, Verified, signing_input};
use crate::key::{KeyId, SecretKey};
use crate::name::{Issuer, Origin, StreamKind, StreamName};
use crate::position::{Hash, Head, LogTime, Sequence};
use crate::rejection::Rejection;
use crate::seal::Seal;

/// A statement that nobody has signed yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The stream, or the bare kind for a statement that opens one.
    pub stream: StreamName,
    /// The log it is meant for.
    pub audience: Origin,
    /// Who says it.
    pub issuer: Issuer,
    /// What it says.
    pub body: Body,
    /// The statement it answers.
    pub in_reply_to: Option<Hash>,
    /// When it stops being admissible.
    pub expires_at: Option<LogTime>,
    /// The mandates under which it is said.
    pub on_behalf_of: Vec<Hash>,
    /// What it says to the members of its session's group alone.
    pub seal: Option<Seal>,
    /// Where it belongs in a distributed trace.
    pub trace: Option<Trace>,
}

/// What the outside gives to a statement when it is signed.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// The issuer's clock.
    pub issued_at: LogTime,
    /// 74 random bits of it go into the id.
    pub random: [u8; 10],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    asp: &'static str,
    audience: &'a Origin,
    body: &'a Body,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<LogTime>,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_reply_to: Option<Hash>,
    issued_at: LogTime,
    issuer: &'a Issuer,
    #[serde(skip_serializing_if = "<[Hash]>::is_empty")]
    on_behalf_of: &'a [Hash],
    previous_hash: Hash,
    #[serde(skip_serializing_if = "Option::is_none")]
    seal: Option<&'a Seal>,
    sequence: Sequence,
    stream: &'a StreamName,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a Trace>,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Draft {
    /// A draft with the fields that every statement has.
    #[must_use]
    pub const fn new(stream: StreamName, audience: Origin, issuer: Issuer, body: Body) -> Self {
        Self {
            stream,
            audience,
            issuer,
            body,
            in_reply_to: None,
            expires_at: None,
            on_behalf_of: Vec::new(),
            seal: None,
            trace: None,
        }
    }

    /// The same draft as an answer to a statement.
    #[must_use]
    pub fn replying_to(mut self, statement: Hash) -> Self {
        self.in_reply_to = Some(statement);
        self
    }

    /// Places the statement after `head` (none: it opens its stream) and signs it with each key.
    ///
    /// # Errors
    /// The rule that the statement itself would break.
    pub fn sign(&self, head: Option<Head>, stamp: Stamp, keys: &[&SecretKey]) -> Result<Verified, Rejection> {
        let kind = self.body.kind();
        let bytes = self.bytes(kind, head, stamp);
        let input = signing_input(kind, &bytes);
        let mut signatures: Vec<Signature> =
            keys.iter().map(|key| Signature { key_id: key.id(), value: key.sign(&input) }).collect();
        signatures.sort_by_key(|signature| signature.key_id);
        signatures.dedup_by_key(|signature| signature.key_id);
        // The own signatures need no check; everything else is held to what a stranger would be.
        Ok(Received::from_parts(&bytes, signatures)?.read()?.assume_verified())
    }

    /// The canonical bytes of the statement after `head`, which somebody will sign elsewhere.
    #[must_use]
    pub fn unsigned(&self, head: Option<Head>, stamp: Stamp) -> Vec<u8> {
        self.bytes(self.body.kind(), head, stamp)
    }

    fn bytes(&self, kind: Kind, head: Option<Head>, stamp: Stamp) -> Vec<u8> {
        let stream_kind: StreamKind = kind.stream();
        let fields = Fields {
            asp: VERSION,
            audience: &self.audience,
            body: &self.body,
            expires_at: self.expires_at,
            id: uuid::Builder::from_unix_timestamp_millis(stamp.issued_at.millis(), &stamp.random)
                .into_uuid()
                .as_hyphenated()
                .to_string(),
            in_reply_to: self.in_reply_to,
            issued_at: stamp.issued_at,
            issuer: &self.issuer,
            on_behalf_of: &self.on_behalf_of,
            previous_hash: head.map_or_else(|| stream_kind.genesis(), |head| head.hash),
            seal: self.seal.as_ref(),
            sequence: head.map_or(Sequence(0), |head| head.sequence.next()),
            stream: &self.stream,
            trace: self.trace.as_ref(),
            kind: kind.as_str(),
        };
        canonical(&fields)
    }
}

/// The canonical JSON (RFC 8785) of one of this crate's own types.
#[must_use]
pub fn canonical(value: &impl Serialize) -> Vec<u8> {
    // Own types have string keys and neither floats nor failing serialisers, the only causes of an error.
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// An envelope in canonical form from its parts.
#[must_use]
pub fn envelope(statement: &[u8], signatures: &[Signature]) -> Vec<u8> {
    [b"{\"signatures\":", canonical(&signatures).as_slice(), b",\"statement\":", statement, b"}"].concat()
}

impl Verified {
    /// Adds the signature of another party's key to a statement that it countersigns.
    ///
    /// # Errors
    /// When there would be more signatures than a statement may have.
    pub fn countersign(&self, key: &SecretKey) -> Result<Self, Rejection> {
        let id: KeyId = key.id();
        let input = signing_input(self.statement.kind, self.statement.bytes());
        let mut signatures: Vec<Signature> =
            self.signatures.iter().filter(|signature| signature.key_id != id).cloned().collect();
        signatures.push(Signature { key_id: id, value: key.sign(&input) });
        signatures.sort_by_key(|signature| signature.key_id);
        Ok(Received::from_parts(self.statement.bytes(), signatures)?.read()?.assume_verified())
    }
}
