//! One statement of the vectors: its members, its canonical text, its envelope, and what has to come of them.
//!
//! Bytes are put together and signed here by hand. The core is asked only whether it judges them as is stated.

use asp_core::key::SecretKey;
use asp_core::name::StreamKind;
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::Verified;
use asp_core::statement::draft::canonical;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::people::{AUDIENCE, ISSUED_AT, hash, key};

/// A statement that is in order, as it is written down.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The text of `type`.
    pub(super) kind: &'static str,
    /// What the statement shows.
    pub(super) name: String,
    /// Whose keys sign, by their names.
    pub(super) signers: Vec<&'static str>,
    /// The members of the statement.
    pub(super) statement: Map<String, Value>,
    /// Changes of this statement that no table of changes has.
    pub(super) changes: Vec<Change>,
}

/// A change of one place of a statement, and what it breaks.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) name: String,
    pub(super) words: String,
    /// Where in the statement, as an RFC 6901 pointer.
    pub(super) at: String,
    /// What stands there then; nothing if it is taken away.
    pub(super) value: Option<Value>,
    pub(super) code: Code,
    /// The rule, where it is not the code's own.
    pub(super) rule: Option<&'static str>,
}

/// A vector of something that is taken.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Accept {
    pub(super) name: String,
    pub(super) envelope: String,
    pub(super) hash: String,
    pub(super) signatures_hash: String,
}

/// A vector of something that is refused.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reject {
    pub(super) name: String,
    pub(super) of: String,
    pub(super) change: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) envelope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) envelope_base64: Option<String>,
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) pointer: String,
}

/// A statement that opens its stream, by whoever signs first.
pub(super) fn opening(kind: &'static str, name: &str, stream: &str, by: &'static str, body: Value) -> Case {
    let genesis = match stream.split(':').next() {
        Some("org") => StreamKind::Org,
        Some("agent") => StreamKind::Agent,
        Some("consent") => StreamKind::Consent,
        Some("account") => StreamKind::Account,
        Some("dispute") => StreamKind::Dispute,
        _ => StreamKind::Session,
    };
    Case::of(kind, name, by, [("stream", json!(stream)), ("sequence", json!(0))], body)
        .with("previousHash", json!(genesis.genesis()))
}

/// A statement that continues its stream, by whoever signs first.
pub(super) fn continuing(
    kind: &'static str,
    name: &str,
    stream: &str,
    by: &'static str,
    body: Value,
) -> Case {
    Case::of(kind, name, by, [("stream", json!(stream)), ("sequence", json!(3))], body)
        .with("previousHash", json!(hash("the statement before")))
}

impl Case {
    fn of(kind: &'static str, name: &str, by: &'static str, place: [(&str, Value); 2], body: Value) -> Self {
        let case = Self {
            kind,
            name: name.to_owned(),
            signers: vec![by],
            statement: Map::new(),
            changes: Vec::new(),
        };
        let [stream, sequence] = place;
        [
            ("asp", json!("1.0")),
            ("audience", json!(AUDIENCE)),
            ("body", body),
            ("id", json!(id(&format!("{kind}/{name}")))),
            ("issuedAt", json!(ISSUED_AT)),
            ("issuer", json!(by)),
            stream,
            sequence,
            ("type", json!(kind)),
        ]
        .into_iter()
        .fold(case, |case, (member, value)| case.with(member, value))
    }

    /// The same with a member more, or another value of it.
    pub(super) fn with(mut self, member: &str, value: Value) -> Self {
        self.statement.insert(member.to_owned(), value);
        self
    }

    /// The same, signed with this key too.
    pub(super) fn and(mut self, signer: &'static str) -> Self {
        self.signers.push(signer);
        self
    }

    /// The same, signed with these keys and no others.
    pub(super) fn signed_by(mut self, signers: &[&'static str]) -> Self {
        self.signers = signers.to_vec();
        self
    }

    /// The same as an answer.
    pub(super) fn replying(self) -> Self {
        self.with("inReplyTo", json!(hash("what is answered")))
    }

    /// The same with a change of its body that breaks the schema of its type.
    pub(super) fn but(self, name: &str, words: &str, at: &str, value: Value) -> Self {
        self.changed(name, words, &format!("/body{at}"), Some(value), Code::InvalidBody, None)
    }

    /// The same with a number that does not fit its stream: 0 opens one, and nothing else does.
    pub(super) fn but_numbered(self, name: &str, words: &str, sequence: u64) -> Self {
        self.changed(name, words, "/sequence", Some(json!(sequence)), Code::InvalidField, Some("ASP-STM-005"))
    }

    /// The same with a type that another kind of stream has.
    pub(super) fn but_of_type(self, kind: &str) -> Self {
        let words = format!("the type {kind}, which this kind of stream has not");
        self.changed("type of another stream", &words, "/type", Some(json!(kind)), Code::UnknownType, None)
    }

    /// The same with a change of any kind.
    pub(super) fn changed(
        mut self,
        name: &str,
        words: &str,
        at: &str,
        value: Option<Value>,
        code: Code,
        rule: Option<&'static str>,
    ) -> Self {
        let (name, words, at) = (name.to_owned(), words.to_owned(), at.to_owned());
        self.changes.push(Change { name, words, at, value, code, rule });
        self
    }

    /// The text of the statement.
    pub(super) fn text(&self) -> Vec<u8> {
        canonical(&self.statement)
    }

    /// The keys that sign.
    pub(super) fn keys(&self) -> Vec<SecretKey> {
        self.signers.iter().map(|name| key(name)).collect()
    }

    /// The envelope of a text in place of the statement's, signed anew as of the same type.
    pub(super) fn resigned(&self, text: &[u8]) -> Vec<u8> {
        self.resigned_as(self.kind, text)
    }

    /// The envelope of a text in place of the statement's, signed anew as of this type.
    pub(super) fn resigned_as(&self, kind: &str, text: &[u8]) -> Vec<u8> {
        envelope(text, &signatures(kind, text, &self.keys()))
    }

    /// The vector of the statement as it is.
    ///
    /// # Errors
    /// That the core does not take it.
    pub(super) fn accept(&self) -> Result<Accept, String> {
        let text = self.text();
        let bytes = self.resigned(&text);
        let verified = Verified::from_envelope(&bytes)
            .map_err(|rejection| format!("{} {}: {rejection}", self.kind, self.name))?;
        // Said once more by other words than the core's: what is hashed, and in which order.
        let tag = format!("asp/1.0/{}\n", self.kind);
        let own = Hash::of(&[tag.as_bytes(), &text]);
        if verified.statement().hash != own {
            return Err(format!("{} {}: the core has another hash", self.kind, self.name));
        }
        Ok(Accept {
            name: self.name.clone(),
            envelope: String::from_utf8(bytes).map_err(|error| error.to_string())?,
            hash: own.to_string(),
            signatures_hash: verified.signatures_hash().to_string(),
        })
    }

    /// The vector of changed bytes.
    ///
    /// # Errors
    /// That the core takes them, or refuses them by another code or rule than is stated.
    pub(super) fn reject(&self, made: Made) -> Result<Reject, String> {
        let Made { name, words, bytes, code, rule } = made;
        let told = |what: &str| format!("{} {}, {name} ({words}): {what}", self.kind, self.name);
        let rule = rule.or(code.rule()).ok_or_else(|| told("no rule is stated"))?;
        let rejection = match Verified::from_envelope(&bytes) {
            Ok(_) => return Err(told(&format!("the core takes it, not {code}"))),
            Err(rejection) => rejection,
        };
        if (rejection.code, rejection.rule) != (code, Some(rule)) {
            return Err(told(&format!("the core says {rejection}, not {code} ({rule})")));
        }
        let text = String::from_utf8(bytes);
        let base64 = text.as_ref().err().map(|error| base64(error.as_bytes()));
        Ok(Reject {
            name,
            of: self.name.clone(),
            change: words,
            envelope: text.ok(),
            envelope_base64: base64,
            code: code.as_str(),
            rule,
            pointer: rejection.pointer.unwrap_or_default(),
        })
    }

    /// The bytes of one change of a place.
    ///
    /// # Errors
    /// That there is no such place, or that the change changes nothing.
    pub(super) fn make(&self, change: &Change) -> Result<Made, String> {
        let mut statement = Value::Object(self.statement.clone());
        set(&mut statement, &change.at, change.value.clone())
            .ok_or_else(|| format!("{} {}: no place {}", self.kind, self.name, change.at))?;
        let text = canonical(&statement);
        if text == self.text() {
            return Err(format!("{} {}: {} changes nothing", self.kind, self.name, change.name));
        }
        // A changed type is signed as what it says to be, so that the signature is not what fails.
        let kind = statement.get("type").and_then(Value::as_str).unwrap_or(self.kind).to_owned();
        Ok(Made {
            name: change.name.clone(),
            words: change.words.clone(),
            bytes: self.resigned_as(&kind, &text),
            code: change.code,
            rule: change.rule,
        })
    }
}

/// Changed bytes with what has to come of them.
pub(super) struct Made {
    pub(super) name: String,
    pub(super) words: String,
    pub(super) bytes: Vec<u8>,
    pub(super) code: Code,
    /// The rule, where it is not the code's own.
    pub(super) rule: Option<&'static str>,
}

/// Puts a value at a place, or takes away what is there; `None` if the place's parent is not there.
pub(super) fn set(root: &mut Value, pointer: &str, value: Option<Value>) -> Option<()> {
    let (parent, name) = pointer.rsplit_once('/')?;
    match (root.pointer_mut(parent)?, value) {
        (Value::Object(members), Some(value)) => {
            members.insert(name.to_owned(), value);
        }
        (Value::Object(members), None) => {
            members.remove(name)?;
        }
        (Value::Array(items), value) => {
            let place: usize = name.parse().ok()?;
            match value {
                Some(value) if place < items.len() => *items.get_mut(place)? = value,
                Some(value) => items.push(value),
                None if place < items.len() => drop(items.remove(place)),
                None => return None,
            }
        }
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_), _) => return None,
    }
    Some(())
}

/// The signatures of a text as of this type, ordered by key.
pub(super) fn signatures(kind: &str, text: &[u8], keys: &[SecretKey]) -> Vec<Value> {
    let input = [b"asp/1.0/", kind.as_bytes(), b"\n", text].concat();
    let mut keys: Vec<&SecretKey> = keys.iter().collect();
    keys.sort_by_key(|key| key.id());
    let signature =
        |key: &&SecretKey| json!({"alg": key.id().algorithm(), "keyId": key.id(), "value": key.sign(&input)});
    keys.iter().map(signature).collect()
}

/// An envelope of a text and signatures.
pub(super) fn envelope(text: &[u8], signatures: &[Value]) -> Vec<u8> {
    [b"{\"signatures\":", canonical(&signatures).as_slice(), b",\"statement\":", text, b"}"].concat()
}

/// A `UUIDv7` of the instant at which all is issued, the rest of it from a name.
fn id(name: &str) -> String {
    let digits = Hash::of(&[name.as_bytes()]).to_hex();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let millis = ISSUED_AT.millis();
    let (high, low) = (millis >> 16, millis & 0xffff);
    format!("{high:08x}-{low:04x}-7{}-8{}-{}", part(0, 3), part(3, 6), part(6, 18))
}

/// Base64 with padding (RFC 4648 §4).
fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
