//! A card from outside: read within bounds, and whose signatures it really has.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{EXTENSION, payload, signing_input};
use crate::key::{Algorithm, KeyId, PublicKey, SignatureBytes};
use crate::limits;
use crate::name::{AgentUri, Origin};
use crate::position::Hash;
use crate::rejection::Code;
use crate::statement::draft::canonical;
use crate::statement::scan::{Bounds, scan};

/// A card as somebody serves it. Nothing on it is true because it is there.
#[derive(Debug, Clone)]
pub struct Received {
    members: Map<String, Value>,
    canonical: Vec<u8>,
    shape: Shape,
}

/// Why bytes are no card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// They are not JSON as statements have it, or break a bound; order and spaces are free.
    Json(Code),
    /// A member that every card has is not there, or not as it has to be; in the reader's words.
    Shape(String),
    /// There are more signatures than anybody checks.
    Signatures,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(code) => write!(f, "it is not JSON as an Agent Card may be ({})", code.as_str()),
            Self::Shape(what) => write!(f, "it is no Agent Card of A2A 1.0: {what}"),
            Self::Signatures => write!(f, "it has more than {} signatures", limits::A2A_SIGNATURES_MAX),
        }
    }
}

impl std::error::Error for Unreadable {}

/// The members that decide here; A2A has more.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    name: String,
    version: String,
    supported_interfaces: Vec<Interface>,
    #[serde(default)]
    capabilities: Capabilities,
    #[serde(default)]
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Interface {
    url: String,
    protocol_binding: String,
    protocol_version: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Capabilities {
    #[serde(default)]
    extensions: Vec<Extension>,
}

#[derive(Debug, Clone, Deserialize)]
struct Extension {
    #[serde(default)]
    uri: String,
    #[serde(default)]
    params: Map<String, Value>,
}

#[derive(Debug, Clone, Deserialize)]
struct Signature {
    protected: String,
    signature: String,
}

/// How much of everything a card may have.
const BOUNDS: Bounds = Bounds { bytes: limits::A2A_CARD_BYTES_MAX, ..Bounds::STATEMENT };

/// Bytes of the longest header of a signature.
const HEADER_BYTES_MAX: usize = 1024;

/// Reads an object whose members may stand in any order, with any spaces.
fn object(bytes: &[u8], bounds: &Bounds) -> Result<Map<String, Value>, Code> {
    match scan(bytes, bounds) {
        // Told only of what has nothing worse: no name twice, no number that two readers would read in two ways.
        Err(refusal) if refusal.code != Code::NotCanonical => Err(refusal.code),
        Ok(()) | Err(_) => serde_json::from_slice(bytes).map_err(|_| Code::NotJson),
    }
}

impl Received {
    /// Reads a card.
    ///
    /// # Errors
    /// See [`Unreadable`].
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let members = object(bytes, &BOUNDS).map_err(Unreadable::Json)?;
        let shape: Shape = serde_json::from_value(Value::Object(members.clone()))
            .map_err(|error| Unreadable::Shape(error.to_string()))?;
        if shape.supported_interfaces.is_empty() {
            return Err(Unreadable::Shape("no interface is supported".to_owned()));
        }
        if shape.signatures.len() > limits::A2A_SIGNATURES_MAX {
            return Err(Unreadable::Signatures);
        }
        let canonical = canonical(&members);
        Ok(Self { members, canonical, shape })
    }

    /// The SHA-256 of its canonical form, signatures included: what an agent pins.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::of(&[&self.canonical])
    }

    /// What it calls the agent.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shape.name
    }

    /// Which version of the agent it is about, by its own account.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.shape.version
    }

    /// The address at which it says that the agent speaks A2A 1.x by one of these bindings, and by which: the first of the card's.
    #[must_use]
    pub fn interface(&self, bindings: &[&str]) -> Option<(&str, &str)> {
        let mut interfaces = self.shape.supported_interfaces.iter();
        let fits = |it: &&Interface| {
            bindings.contains(&it.protocol_binding.as_str())
                && it.protocol_version.split('.').next() == Some("1")
        };
        interfaces.find(fits).map(|it| (it.protocol_binding.as_str(), it.url.as_str()))
    }

    /// The agent of the log that it says it is of.
    #[must_use]
    pub fn agent(&self) -> Option<AgentUri> {
        self.fact("agent")?.parse().ok()
    }

    /// The log that it says the agent is in.
    #[must_use]
    pub fn log(&self) -> Option<Origin> {
        self.fact("log")?.parse().ok()
    }

    /// None too where a card has the extension twice, since nobody can say which of the two counts.
    fn fact(&self, name: &str) -> Option<&str> {
        let mut extensions = self.shape.capabilities.extensions.iter().filter(|it| it.uri == EXTENSION);
        match (extensions.next(), extensions.next()) {
            (Some(only), None) => only.params.get(name)?.as_str(),
            (None | Some(_), _) => None,
        }
    }

    /// The keys whose signatures hold. Whose keys they are is not said: `jku` and what is not protected are not read.
    #[must_use]
    pub fn signers(&self) -> BTreeSet<KeyId> {
        if self.shape.signatures.is_empty() {
            return BTreeSet::new();
        }
        let payloads = [payload(&self.members), payload(&without_empty(&self.members))];
        self.shape.signatures.iter().filter_map(|signature| signer(signature, &payloads)).collect()
    }
}

/// The key of a signature that holds over one of the payloads.
fn signer(signature: &Signature, payloads: &[Vec<u8>]) -> Option<KeyId> {
    let bounds = Bounds { bytes: HEADER_BYTES_MAX, ..BOUNDS };
    let header = object(&URL_SAFE_NO_PAD.decode(&signature.protected).ok()?, &bounds).ok()?;
    // RFC 7515 §4.1.11: who does not understand what is critical takes nothing; `b64` is critical (RFC 7797 §6).
    if header.contains_key("crit") || header.contains_key("b64") {
        return None;
    }
    let id: KeyId = header.get("kid")?.as_str()?.parse().ok()?;
    let algorithm = match header.get("alg")?.as_str()? {
        "EdDSA" | "Ed25519" => Algorithm::Ed25519,
        "ES256" => Algorithm::Es256,
        _ => return None,
    };
    let value: SignatureBytes = signature.signature.parse().ok()?;
    let key = PublicKey::try_from(&id).ok().filter(|_| id.algorithm() == algorithm)?;
    let holds =
        |payload: &Vec<u8>| key.verify_token(&signing_input(&signature.protected, payload), &value).is_ok();
    payloads.iter().any(holds).then_some(id)
}

/// The card as A2A libraries sign it: whatever is empty left out (A2A §8.4.1), at any depth.
fn without_empty(members: &Map<String, Value>) -> Map<String, Value> {
    let kept = members.iter().filter_map(|(name, value)| Some((name.clone(), filled(value)?)));
    kept.collect()
}

fn filled(value: &Value) -> Option<Value> {
    match value {
        Value::Object(members) => {
            Some(without_empty(members)).filter(|members| !members.is_empty()).map(Value::Object)
        }
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().filter_map(filled).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::String(text) if text.is_empty() => None,
        Value::Null => None,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value.clone()),
    }
}
