//! Statements, from received bytes to something verified.
//!
//! `Received` (bounded, canonical) → `Signed` (typed) → `Verified` (signatures hold): each step consumes the one
//! before, so none can be skipped. Whether a key counts for its issuer is decided later, at a position of the log.

pub mod body;
mod card;
pub mod draft;
mod kind;
mod reference;
pub mod scan;
mod spelling;
mod text;

use std::borrow::Cow;
use std::str::FromStr;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

pub use body::Body;
pub use kind::Kind;

use crate::key::{Algorithm, KeyCache, KeyId, SignatureBytes};
use crate::limits;
use crate::name::{Issuer, Origin, StreamId, StreamKind, StreamName};
use crate::position::{Hash, LogTime, Sequence};
use crate::rejection::{Code, Rejection};
use crate::seal::Seal;
use scan::Bounds;

/// The protocol version that this crate speaks.
pub const VERSION: &str = "1.0";

/// Bytes of a `tracestate` that others have to pass on (W3C Trace Context §3.3.1.5).
const TRACESTATE_BYTES_MAX: usize = 512;

/// Bytes of an envelope around the statement: signatures, names, white space.
const ENVELOPE_OVERHEAD_MAX: usize = 4096;

/// The largest envelope that is read: a statement of the largest size and its signatures.
pub const ENVELOPE_BYTES_MAX: usize = limits::STATEMENT_BYTES_MAX + ENVELOPE_OVERHEAD_MAX;

/// One signature of an envelope. Its algorithm is that of the key, which the wire says once more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireSignature<'_>")]
pub struct Signature {
    /// The key that signed.
    pub key_id: KeyId,
    /// The signature over the tagged bytes.
    pub value: SignatureBytes,
}

/// A signature as it stands on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireSignature<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow)]
    key_id: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

impl Serialize for Signature {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Signature", 3)?;
        members.serialize_field("alg", &self.key_id.algorithm())?;
        members.serialize_field("keyId", &self.key_id)?;
        members.serialize_field("value", &self.value)?;
        members.end()
    }
}

impl TryFrom<WireSignature<'_>> for Signature {
    type Error = Code;

    fn try_from(wire: WireSignature<'_>) -> Result<Self, Code> {
        let alg: Algorithm = wire.alg.parse().map_err(|_| Code::UnsupportedAlgorithm)?; // ASP-STM-003
        let key_id: KeyId = wire.key_id.parse().map_err(|_| Code::InvalidKey)?; // ASP-STM-006
        if key_id.algorithm() != alg {
            return Err(Code::UnsupportedAlgorithm); // ASP-STM-003
        }
        Ok(Self { key_id, value: wire.value.parse().map_err(|_| Code::InvalidEnvelope)? })
    }
}

/// The outer object; only `statement` has to be in canonical form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    statement: &'a RawValue,
    #[serde(borrow)]
    signatures: &'a RawValue,
}

/// An envelope whose statement is canonical and within bounds; nothing else is known of it.
#[derive(Debug)]
pub struct Received<'a> {
    statement: &'a [u8],
    signatures: Vec<Signature>,
}

impl<'a> Received<'a> {
    /// Takes an envelope apart and checks the form of its statement, byte by byte.
    ///
    /// # Errors
    /// The code of the first rule of the grammar that the bytes break.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Rejection> {
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(Code::StatementTooLarge.at(""));
        }
        let envelope: Envelope<'_> =
            serde_json::from_slice(bytes).map_err(|error| envelope_error(bytes, &error))?;
        // The reader takes a list for an object.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(Code::InvalidEnvelope.at(""));
        }
        let statement = envelope.statement.get().as_bytes();
        scan::scan(statement, &Bounds::STATEMENT)?; // ASP-STM-001
        Self::of_parts(statement, read_signatures(envelope.signatures.get())?)
    }

    /// Takes a statement and its signatures that were kept apart, as a store or an export does.
    ///
    /// # Errors
    /// As [`Received::parse`].
    pub fn from_parts(statement: &'a [u8], signatures: Vec<Signature>) -> Result<Self, Rejection> {
        scan::scan(statement, &Bounds::STATEMENT)?;
        Self::of_parts(statement, signatures)
    }

    fn of_parts(statement: &'a [u8], signatures: Vec<Signature>) -> Result<Self, Rejection> {
        let bounded = (1..=limits::SIGNATURES_MAX).contains(&signatures.len());
        let ordered = signatures.windows(2).all(|pair| match pair {
            [first, second] => first.key_id < second.key_id,
            _ => true,
        });
        // One order and no repetition: the set of signatures has one spelling, which the log's leaf binds.
        if bounded && ordered {
            Ok(Self { statement, signatures })
        } else {
            Err(Code::InvalidEnvelope.at("/signatures"))
        } // ASP-STM-002
    }

    /// Reads the statement into types.
    ///
    /// # Errors
    /// A code and a pointer for the first field or body member that does not fit.
    pub fn read(self) -> Result<Signed, Rejection> {
        let statement = Statement::read(self.statement)?;
        Ok(Signed { statement, signatures: self.signatures })
    }
}

fn envelope_error(bytes: &[u8], error: &serde_json::Error) -> Rejection {
    if std::str::from_utf8(bytes).is_err() {
        return Code::InvalidUtf8.at("");
    }
    if error.is_data() { Code::InvalidEnvelope.at("") } else { Code::NotJson.at("") }
}

fn read_signatures(text: &str) -> Result<Vec<Signature>, Rejection> {
    let malformed = || Code::InvalidEnvelope.at("/signatures");
    // A bound on the text bounds the list before it is built.
    if text.len() > ENVELOPE_OVERHEAD_MAX {
        return Err(malformed());
    }
    let each: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| malformed())?;
    let read = |one: &RawValue| {
        let wire: Option<WireSignature<'_>> = serde_json::from_str(one.get()).ok().filter(|_| is_object(one));
        Signature::try_from(wire.ok_or_else(malformed)?).map_err(|code| code.at("/signatures"))
    };
    each.into_iter().map(read).collect()
}

/// Whether a value is written as an object; the reader takes a list for one.
fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}

/// The W3C trace context of a statement, so that one trace spans both organisations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// `traceparent` as the W3C recommendation writes it.
    pub traceparent: String,
    /// `tracestate`, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "body::some")]
    pub tracestate: Option<String>,
}

/// The fields of `statement` as they stand on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    asp: Cow<'a, str>,
    audience: Origin,
    #[serde(borrow)]
    body: &'a RawValue,
    #[serde(default, deserialize_with = "body::some")]
    expires_at: Option<LogTime>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(default, deserialize_with = "body::some")]
    in_reply_to: Option<Hash>,
    issued_at: LogTime,
    issuer: Issuer,
    #[serde(default, deserialize_with = "body::some")]
    on_behalf_of: Option<Vec<Hash>>,
    previous_hash: Hash,
    #[serde(borrow, default, deserialize_with = "body::some")]
    seal: Option<&'a RawValue>,
    sequence: Sequence,
    stream: StreamName,
    #[serde(borrow, default, deserialize_with = "body::some")]
    trace: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

/// A statement, read. Who signed it is another matter: see [`Signed`] and [`Verified`].
#[derive(Debug, Clone)]
pub struct Statement {
    /// UUIDv7 minted by the issuer; the idempotency key.
    pub id: Uuid,
    /// The stream, with the id that an opening statement gives it.
    pub stream: StreamId,
    /// Whether this statement opens its stream.
    pub opens: bool,
    /// Its place in the stream.
    pub sequence: Sequence,
    /// The statement before it.
    pub previous: Hash,
    /// The log it is meant for.
    pub audience: Origin,
    /// The issuer's clock when it signed.
    pub issued_at: LogTime,
    /// When it stops being admissible.
    pub expires_at: Option<LogTime>,
    /// Who says it.
    pub issuer: Issuer,
    /// The mandates under which it is said, from the principal's own to the issuer's.
    pub on_behalf_of: Vec<Hash>,
    /// The performative, or the statement's kind elsewhere.
    pub kind: Kind,
    /// The statement it answers.
    pub in_reply_to: Option<Hash>,
    /// What it says.
    pub body: Body,
    /// What it says to the members of its session's group alone.
    pub seal: Option<Seal>,
    /// Where it belongs in a distributed trace.
    pub trace: Option<Trace>,
    /// SHA-256 of the tagged bytes.
    pub hash: Hash,
    bytes: Box<[u8]>,
}

impl Statement {
    /// Reads a statement that nobody has signed yet.
    ///
    /// # Errors
    /// As [`Received::parse`] and [`Received::read`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Rejection> {
        scan::scan(bytes, &Bounds::STATEMENT)?;
        Self::read(bytes)
    }

    fn read(bytes: &[u8]) -> Result<Self, Rejection> {
        let wire: Wire<'_> =
            serde_json::from_slice(bytes).map_err(|_| pointed(bytes, Code::InvalidField, ""))?;
        if !bytes.starts_with(b"{") {
            return Err(Code::InvalidField.at(""));
        }
        if wire.asp != VERSION {
            return Err(Code::UnsupportedVersion.at("/asp"));
        }
        let id = read_id(&wire.id).ok_or_else(|| Code::InvalidField.at("/id"))?;
        let (opens, stream_kind) = match &wire.stream {
            StreamName::Opens(kind) => (true, *kind),
            StreamName::Of(stream) => (wire.sequence == Sequence(0), stream.kind()),
        };
        let kind = Kind::read(&wire.kind, stream_kind).ok_or_else(|| Code::UnknownType.at("/type"))?; // ASP-STM-004
        let bounded = |chain: &Vec<Hash>| (1..=limits::DELEGATION_HOPS_MAX).contains(&chain.len());
        if !wire.on_behalf_of.as_ref().is_none_or(bounded) {
            return Err(Code::InvalidField.at("/onBehalfOf"));
        }
        let trace = wire.trace.map(read_trace).transpose()?;
        let seal = wire.seal.map(read_seal).transpose()?;
        if seal.is_some() && (stream_kind != StreamKind::Session || opens) {
            return Err(Code::InvalidField.at("/seal").by("ASP-SEA-001"));
        }
        let body = Body::read(kind, wire.body.get().as_bytes())?;
        let hash = tagged_hash(kind, bytes);
        let stream = match wire.stream {
            StreamName::Of(stream) => stream,
            StreamName::Opens(StreamKind::Consent) => StreamId::Consent(hash),
            StreamName::Opens(StreamKind::Dispute) => StreamId::Dispute(hash),
            StreamName::Opens(
                StreamKind::Org | StreamKind::Agent | StreamKind::Session | StreamKind::Account,
            ) => StreamId::Session(hash),
        };
        // What is named by what opens it has a first statement that cannot already use the name.
        let (self_named, names_itself) = match &stream {
            StreamId::Session(name) | StreamId::Consent(name) | StreamId::Dispute(name) => {
                (*name == hash, true)
            }
            StreamId::Org(_) | StreamId::Agent(_) | StreamId::Account(_) => (false, false),
        };
        if (wire.sequence == Sequence(0)) != opens || (opens && names_itself && !self_named) {
            return Err(Code::InvalidField.at("/stream").by("ASP-STM-005"));
        }
        Ok(Self {
            id,
            stream,
            opens,
            sequence: wire.sequence,
            previous: wire.previous_hash,
            audience: wire.audience,
            issued_at: wire.issued_at,
            expires_at: wire.expires_at,
            issuer: wire.issuer,
            on_behalf_of: wire.on_behalf_of.unwrap_or_default(),
            kind,
            in_reply_to: wire.in_reply_to,
            body,
            seal,
            trace,
            hash,
            bytes: bytes.into(),
        })
    }

    /// The same statement, with the body that was found in its seal: what the members of the group judge.
    #[must_use]
    pub fn opened(&self, body: Body) -> Self {
        Self { body, ..self.clone() }
    }

    /// The exact bytes received: canonical JSON.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A UUID of version 7 in its one spelling: lower case, with hyphens.
fn read_id(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    let canonical = id.get_version_num() == 7
        && id.get_variant() == uuid::Variant::RFC4122
        && id.as_hyphenated().to_string() == text;
    canonical.then_some(id)
}

fn read_trace(value: &RawValue) -> Result<Trace, Rejection> {
    let trace: Option<Trace> = serde_json::from_str(value.get()).ok().filter(|_| is_object(value));
    trace.filter(Trace::fits).ok_or_else(|| Code::InvalidField.at("/trace"))
}

fn read_seal(value: &RawValue) -> Result<Seal, Rejection> {
    let seal: Option<Seal> = serde_json::from_str(value.get()).ok().filter(|_| is_object(value));
    seal.ok_or_else(|| Code::InvalidField.at("/seal").by("ASP-SEA-001"))
}

impl Trace {
    fn fits(&self) -> bool {
        is_traceparent(&self.traceparent)
            && self.tracestate.as_ref().is_none_or(|state| state.len() <= TRACESTATE_BYTES_MAX)
    }
}

impl FromStr for Trace {
    type Err = Rejection;
    /// Reads a `traceparent`.
    fn from_str(traceparent: &str) -> Result<Self, Rejection> {
        let trace = Self { traceparent: traceparent.to_owned(), tracestate: None };
        if trace.fits() { Ok(trace) } else { Err(Code::InvalidField.at("/trace")) }
    }
}

/// Four fields in lower-case hexadecimal digits (W3C Trace Context §3.2.2); what they say is not read here.
fn is_traceparent(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.split('-').map(str::len).eq([2, 32, 16, 2]) && text.split('-').all(digits)
}

/// Reads again, slowly, to say where it fails; an error path only.
fn pointed(bytes: &[u8], code: Code, prefix: &str) -> Rejection {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, Wire<'_>>(&mut reader) {
        Ok(_) => code.at(prefix),
        Err(error) => code.at(body::pointer(prefix, error.path())),
    }
}

/// The hash of a statement: SHA-256 over `asp/1.0/<type>`, a newline and the canonical bytes.
#[must_use]
pub fn tagged_hash(kind: Kind, bytes: &[u8]) -> Hash {
    Hash::of(&[b"asp/1.0/", kind.as_str().as_bytes(), b"\n", bytes])
}

/// What is signed: the same tagged bytes that are hashed, so a signature for one type is none for another.
#[must_use]
pub fn signing_input(kind: Kind, bytes: &[u8]) -> Vec<u8> {
    [b"asp/1.0/", kind.as_str().as_bytes(), b"\n", bytes].concat()
}

/// A statement with signatures that nobody has checked.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The statement.
    pub statement: Statement,
    signatures: Vec<Signature>,
}

impl Signed {
    /// The signatures, ordered by key.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Checks each signature strictly under the key that it names.
    ///
    /// # Errors
    /// [`Code::InvalidKey`], [`Code::WeakKey`] or [`Code::InvalidSignature`].
    pub fn verify(self) -> Result<Verified, Rejection> {
        self.verify_with(&mut KeyCache::new(0))
    }

    /// [`Signed::verify`] for many statements one after the other: keys that come again are read once.
    ///
    /// # Errors
    /// As [`Signed::verify`].
    pub fn verify_with(self, keys: &mut KeyCache) -> Result<Verified, Rejection> {
        let input = signing_input(self.statement.kind, self.statement.bytes());
        for signature in &self.signatures {
            let key = keys.read(&signature.key_id).map_err(|code| code.at("/signatures"))?; // ASP-STM-006
            key.verify(&input, &signature.value).map_err(|code| code.at("/signatures"))?; // ASP-STM-007
        }
        Ok(Verified { statement: self.statement, signatures: self.signatures })
    }

    /// Takes the signatures as checked before: for what a store verified when it took it in.
    ///
    /// Reading one's own store back must not cost a verification each; an audit uses [`Signed::verify`].
    #[must_use]
    pub fn assume_verified(self) -> Verified {
        Verified { statement: self.statement, signatures: self.signatures }
    }
}

/// Forgets that the signatures hold: for handing a statement on to somebody who has to see for himself.
impl From<Verified> for Signed {
    fn from(verified: Verified) -> Self {
        Self { statement: verified.statement, signatures: verified.signatures }
    }
}

/// A statement each of whose signatures holds.
#[derive(Debug, Clone)]
pub struct Verified {
    statement: Statement,
    signatures: Vec<Signature>,
}

impl Verified {
    /// All steps at once, from an envelope's bytes.
    ///
    /// # Errors
    /// The first rule that is broken, in the order: grammar, fields, body, signatures.
    pub fn from_envelope(bytes: &[u8]) -> Result<Self, Rejection> {
        Received::parse(bytes)?.read()?.verify()
    }

    /// The statement.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The signatures, ordered by key.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Whether `key` signed.
    #[must_use]
    pub fn signed_by(&self, key: &KeyId) -> bool {
        self.signatures.iter().any(|signature| signature.key_id == *key)
    }

    /// The hash of the set of signatures in its one spelling; the log's leaf binds it.
    #[must_use]
    pub fn signatures_hash(&self) -> Hash {
        signatures_hash(&self.signatures)
    }

    /// The envelope in canonical form.
    #[must_use]
    pub fn envelope(&self) -> Vec<u8> {
        draft::envelope(self.statement.bytes(), &self.signatures)
    }
}

/// The hash of a set of signatures: SHA-256 over `asp/1.0/signatures`, a newline, then key and value of each.
///
/// Keys of 32 bytes come before those of 33, so the bytes can be taken apart in one way alone.
#[must_use]
pub fn signatures_hash(signatures: &[Signature]) -> Hash {
    let mut parts: Vec<&[u8]> = vec![b"asp/1.0/signatures\n"];
    for signature in signatures {
        parts.push(signature.key_id.as_bytes());
        parts.push(signature.value.as_bytes());
    }
    Hash::of(&parts)
}
