//! A statement on its way to whoever signs it: made on one machine, signed on another that has no network.
//!
//! What it does is told from its bytes alone; words that stand beside them are held against that and never believed.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a few bodies have words of their own; every other is shown whole"
)]

use std::path::Path;

use asp_core::key::KeyId;
use asp_core::name::{Issuer, StreamId};
use asp_core::statement::body::Body;
use asp_core::statement::draft::{canonical, envelope};
use asp_core::statement::{ENVELOPE_BYTES_MAX, Signature, Statement, Verified};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::{read_input, write_output};
use crate::failure::{Failure, Outcome};
use crate::{narrate, words};

/// The `kind` of the file.
const KIND: &str = "prepared-statement";
/// Bytes of the largest file: a statement in quotes, its signatures and the words beside them.
const FILE_BYTES_MAX: usize = 4 * ENVELOPE_BYTES_MAX;

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Prepared {
    kind: String,
    /// Who has to sign, in words.
    signers: Vec<String>,
    /// Who has signed.
    pub(crate) signatures: Vec<Signature>,
    /// The canonical bytes of the statement as a text.
    statement: String,
    /// What it does, in one sentence.
    what: String,
}

impl Prepared {
    /// Of the bytes of a statement that nobody has signed.
    ///
    /// # Errors
    /// When they are no statement.
    pub(crate) fn of(bytes: Vec<u8>) -> Outcome<Self> {
        let statement = Statement::from_bytes(&bytes).map_err(Failure::usage)?;
        let text = String::from_utf8(bytes).map_err(Failure::usage)?;
        Ok(Self {
            kind: KIND.to_owned(),
            signers: signers(&statement),
            signatures: Vec::new(),
            statement: text,
            what: sentence(&statement),
        })
    }

    /// Reads a file; `-` is stdin.
    ///
    /// # Errors
    /// When it is none, its words are not what its bytes say, or a signature in it does not hold.
    pub(crate) fn read(path: &Path) -> Outcome<(Self, Statement)> {
        let named = |what: &dyn std::fmt::Display| Failure::usage(format_args!("{}: {what}", path.display()));
        let bytes = read_input(path, u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX))?;
        let prepared: Self = serde_json::from_slice(&bytes).map_err(|error| named(&error))?;
        if prepared.kind != KIND {
            return Err(named(&"not a prepared statement"));
        }
        let statement =
            Statement::from_bytes(prepared.statement.as_bytes()).map_err(|rejection| named(&rejection))?;
        if prepared.what != sentence(&statement) || prepared.signers != signers(&statement) {
            return Err(Failure::no(format_args!(
                "{}: what it says beside the statement is not what the statement does",
                path.display()
            ))
            .hint("Somebody has changed the file. Prepare it anew and look where it came from."));
        }
        if !prepared.signatures.is_empty() {
            prepared.verified()?;
        }
        Ok((prepared, statement))
    }

    /// Writes the file.
    ///
    /// # Errors
    /// What the operating system says.
    pub(crate) fn write(&self, path: &Path) -> Outcome {
        let text = serde_json::to_string_pretty(self).map_err(Failure::fault)?;
        write_output(path, format!("{text}\n").as_bytes())
    }

    /// Adds a signature, in place of one by the same key.
    ///
    /// # Errors
    /// When it does not hold, or there are too many.
    pub(crate) fn add(&mut self, signature: Signature) -> Outcome {
        self.signatures.retain(|known| known.key_id != signature.key_id);
        self.signatures.push(signature);
        self.signatures.sort_by_key(|signature| signature.key_id);
        self.verified().map(drop)
    }

    /// The statement with its signatures, each of which holds.
    ///
    /// # Errors
    /// When nobody has signed, or one does not hold.
    pub(crate) fn verified(&self) -> Outcome<Verified> {
        if self.signatures.is_empty() {
            return Err(Failure::no("nobody has signed it").hint("`assent sign FILE` does."));
        }
        Verified::from_envelope(&envelope(self.statement.as_bytes(), &self.signatures))
            .map_err(|rejection| Failure::no(format_args!("it cannot be handed in: {rejection}")))
    }

    /// The canonical bytes of the statement.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.statement.as_bytes()
    }

    /// What it does.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// Who has to sign.
    pub(crate) fn signers(&self) -> &[String] {
        &self.signers
    }
}

/// Who has to sign, in words.
fn signers(statement: &Statement) -> Vec<String> {
    let own = |issuer: &Issuer| format!("a current key of {}", words::issuer(issuer));
    let organisation = |stream: &StreamId| match stream {
        StreamId::Agent(agent) => vec![own(&Issuer::Organisation(agent.organisation()))],
        StreamId::Org(_)
        | StreamId::Consent(_)
        | StreamId::Session(_)
        | StreamId::Account(_)
        | StreamId::Dispute(_) => Vec::new(),
    };
    let named = keys(statement).into_iter().map(|key| key.to_string());
    match &statement.body {
        Body::OrgRegister(_) | Body::OrgKeyRotate(_) | Body::AgentKeyRotate(_) => named.collect(),
        Body::AgentRegister(_) => named.chain(organisation(&statement.stream)).collect(),
        Body::OrgKeyAdd(_) | Body::AgentKeyAdd(_) => named.chain([own(&statement.issuer)]).collect(),
        _ => vec![own(&statement.issuer)],
    }
}

/// The keys whose signatures the body asks for by name.
pub(crate) fn keys(statement: &Statement) -> Vec<KeyId> {
    match &statement.body {
        Body::OrgRegister(body) => vec![body.key],
        Body::AgentRegister(body) => vec![body.key],
        Body::OrgKeyAdd(body) | Body::AgentKeyAdd(body) => vec![body.key],
        Body::OrgKeyRotate(body) | Body::AgentKeyRotate(body) => vec![body.old_key, body.new_key],
        _ => Vec::new(),
    }
}

/// What a statement does, told from the statement alone.
pub(crate) fn sentence(statement: &Statement) -> String {
    let who = words::issuer(&statement.issuer);
    let stream = &statement.stream;
    let what = match &statement.body {
        Body::OrgRegister(body) => {
            format!("registers as “{}” with the key {}", words::still(body.name.as_str()), body.key)
        }
        Body::OrgKeyAdd(body) => format!("adds the key {}, which can then sign whatever it says", body.key),
        Body::AgentKeyAdd(body) => format!("adds the key {} to {stream}", body.key),
        Body::OrgKeyRotate(body) => format!("replaces its key {} by {}", body.old_key, body.new_key),
        Body::AgentKeyRotate(body) => {
            format!("replaces the key {} by {} in {stream}", body.old_key, body.new_key)
        }
        Body::OrgKeyRevoke(body) | Body::AgentKeyRevoke(body) => {
            let from =
                body.from_index.map(|from| format!(", not to be trusted from entry {from} of the log on"));
            let reason = words::still(body.reason.as_str());
            format!("revokes the key {} in {stream}{}: “{reason}”", body.key, from.unwrap_or_default())
        }
        Body::AgentRegister(body) => {
            format!("registers with the key {} and the card {}", body.key, json(&body.card))
        }
        Body::AgentRetire(body) => {
            format!("ends {stream} for good: “{}”", words::still(body.reason.as_str()))
        }
        // Whatever else it is, all of it is shown.
        _ => {
            let told = narrate::tell(statement, None);
            let body = serde_json::from_slice::<Value>(statement.bytes()).ok();
            let body = body.and_then(|mut value| value.get_mut("body").map(Value::take)).unwrap_or_default();
            format!("says {} in {stream}: {}", told.verb, words::still(&body.to_string()))
        }
    };
    let end = statement.expires_at.map(|end| format!(", to be handed in before {end}")).unwrap_or_default();
    format!(
        "{who} {what}; statement {} of {stream} in the log {}{end}.",
        statement.sequence, statement.audience
    )
}

fn json(value: &impl Serialize) -> String {
    words::still(&String::from_utf8_lossy(&canonical(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_not_those_of_the_bytes_are_refused() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/statements/org.key.revoke.json");
        let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let signed: Value = serde_json::from_str(vectors["accept"][1]["envelope"].as_str().unwrap()).unwrap();
        let prepared = Prepared::of(canonical(&signed["statement"])).unwrap();
        assert!(prepared.what().contains("not to be trusted from entry 41"), "{}", prepared.what());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("prepared.json");
        prepared.write(&file).unwrap();
        assert!(Prepared::read(&file).is_ok());
        let text = std::fs::read_to_string(&file).unwrap();
        for (from, to) in [
            ("not to be trusted from entry 41", "not to be trusted from entry 42"),
            (r#"\"fromIndex\":41"#, r#"\"fromIndex\":0"#),
            ("a current key of", "any key of"),
            (KIND, "something"),
            (r#""signatures": []"#, r#""signatures": [], "more": 1"#),
        ] {
            assert_ne!(text.replace(from, to), text, "{from}");
            std::fs::write(&file, text.replace(from, to)).unwrap();
            assert!(Prepared::read(&file).is_err(), "{to} for {from}");
        }
    }
}
