//! Attestations: somebody named in advance signs, away from any session, that an obligation is fulfilled or is not.
//!
//! It is no statement and enters the log only inside one, carried by whom it concerns: who attests takes no part in the
//! session and learns nothing of it. What is signed begins with a tag that no statement begins with.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::key::{KeyId, PublicKey, SecretKey, SignatureBytes};
use crate::limits;
use crate::name::{AgentUri, Origin};
use crate::position::Hash;
use crate::statement::body::{ObligationId, some};
use crate::statement::draft::canonical;

/// What stands before the canonical bytes when they are signed; no type of statement is called so.
const TAG: &[u8] = b"asp/1.0/attestation\n";

/// What is attested. The fields stand in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claim {
    /// Who attests it.
    pub attester: AgentUri,
    /// The log that has the commitment.
    pub audience: Origin,
    /// The commitment.
    pub commitment: Hash,
    /// The SHA-256 of what was looked at, if it can be named.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub digest: Option<Hash>,
    /// Whether it is fulfilled.
    pub fulfilled: bool,
    /// The obligation.
    pub obligation: ObligationId,
    /// The stage of it, where it has stages.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub stage: Option<ObligationId>,
}

/// A claim, signed. Nothing of it is verified by reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attestation {
    /// What is attested.
    pub claim: Claim,
    /// The key that signed; the algorithm follows from it.
    pub key_id: KeyId,
    /// Over `asp/1.0/attestation`, a newline and the claim's canonical bytes.
    pub signature: SignatureBytes,
}

/// The bytes are no attestation, or too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAttestation;

impl fmt::Display for NoAttestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the canonical JSON of an attestation")
    }
}

impl std::error::Error for NoAttestation {}

impl Claim {
    /// What is signed: no statement, receipt, token or answer begins so.
    #[must_use]
    pub fn signing_input(&self) -> Vec<u8> {
        [TAG, &canonical(self)].concat()
    }

    /// Signs it; that the key is the attester's is for whoever takes it to judge.
    #[must_use]
    pub fn sign(self, key: &SecretKey) -> Attestation {
        let signature = key.sign(&self.signing_input());
        Attestation { claim: self, key_id: key.id(), signature }
    }
}

impl Attestation {
    /// Reads canonical JSON (RFC 8785) of the three members and nothing else.
    ///
    /// # Errors
    /// [`NoAttestation`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, NoAttestation> {
        if bytes.len() > limits::ATTESTATION_BYTES_MAX {
            return Err(NoAttestation);
        }
        let read: Self = serde_json::from_slice(bytes).map_err(|_| NoAttestation)?;
        if read.bytes() == bytes { Ok(read) } else { Err(NoAttestation) }
    }

    /// Its canonical JSON: what is handed on.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Whether the key that it names signed it; whose key that is, is not asked.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let key = PublicKey::try_from(&self.key_id);
        key.is_ok_and(|key| key.verify(&self.claim.signing_input(), &self.signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        Claim {
            attester: "agent://lab.example/assay".parse().unwrap(),
            audience: "node.example/log".parse().unwrap(),
            commitment: Hash::of(&[b"a commitment"]),
            digest: None,
            fulfilled: true,
            obligation: "steel".parse().unwrap(),
            stage: None,
        }
    }

    #[test]
    fn an_attestation_has_one_spelling() {
        let signed = claim().sign(&SecretKey::from_seed(&[7; 32]));
        let bytes = signed.bytes();
        assert_eq!(Attestation::from_json(&bytes), Ok(signed));
        let text = String::from_utf8(bytes).unwrap();
        for other in [
            text.replace("{\"claim\"", "{ \"claim\""),
            text.replace("\"steel\"", "\"steel\",\"stage\":null"),
            text.replace("\"fulfilled\":true", "\"fulfilled\":\"true\""),
            text.replace(",\"obligation\":\"steel\"", ""),
            text.replace("\"obligation\"", "\"obligations\""),
            format!("[{text}]"),
            text.replace("steel", &"s".repeat(9_000)),
        ] {
            assert_eq!(Attestation::from_json(other.as_bytes()), Err(NoAttestation), "{other}");
        }
    }

    #[test]
    fn whatever_is_changed_is_not_signed() {
        let signed = claim().sign(&SecretKey::from_seed(&[7; 32]));
        assert!(signed.is_signed());
        let changed: [fn(&mut Claim); 6] = [
            |claim| claim.fulfilled = false,
            |claim| claim.stage = "steel".parse().ok(),
            |claim| claim.digest = Some(Hash::of(&[])),
            |claim| claim.commitment = Hash::of(&[]),
            |claim| claim.audience = "other.example/log".parse().unwrap(),
            |claim| claim.attester = "agent://lab.example/other".parse().unwrap(),
        ];
        for change in changed {
            let mut signed = signed.clone();
            change(&mut signed.claim);
            assert!(!signed.is_signed(), "{:?}", signed.claim);
        }
        let other_key = Attestation { key_id: SecretKey::from_seed(&[8; 32]).id(), ..signed };
        assert!(!other_key.is_signed());
    }
}
