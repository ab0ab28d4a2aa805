//! Challenges: does whoever has an agent's key answer? Somebody asks, the agent signs what was asked.
//!
//! Nothing of it is a statement or enters the log. What is signed begins with a tag that no statement begins with, so an
//! answer never says anything else. Who asks, when, and what follows from silence is not known here.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::key::{KeyId, PublicKey, SecretKey, SignatureBytes};
use crate::limits;
use crate::name::{AgentUri, Origin};
use crate::position::LogTime;
use crate::statement::body::Nonce;
use crate::statement::draft::canonical;

/// What stands before the canonical bytes when they are signed; no type of statement is called so.
const TAG: &[u8] = b"asp/1.0/challenge\n";

/// What an agent is asked to sign. The fields stand in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Challenge {
    /// Who is asked.
    pub agent: AgentUri,
    /// The log in whose name it is asked.
    pub audience: Origin,
    /// 128 random bits, so that nobody has the answer beforehand.
    pub challenge: Nonce,
    /// When it was asked, by the clock of who asks.
    pub issued_at: LogTime,
}

/// A challenge, signed. What [`ChallengeAnswer::from_json`] gives is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChallengeAnswer {
    /// The key that signed; the algorithm follows from it.
    pub key_id: KeyId,
    /// Over `asp/1.0/challenge`, a newline and the challenge's canonical bytes.
    pub signature: SignatureBytes,
}

/// Why a challenge is not answered, or an answer is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeError {
    /// The bytes are not the canonical JSON of a challenge, or too many.
    NotCanonical,
    /// Another agent is asked.
    OtherAgent,
    /// It is asked in the name of another log.
    OtherLog,
    /// It was asked too long ago, or will be asked.
    OtherTime,
    /// The bytes are no answer, or too many.
    NoAnswer,
    /// The key is none of the agent's, or not any more.
    OtherKey,
    /// The signature is of something else.
    InvalidSignature,
}

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotCanonical => "not the canonical JSON of a challenge",
            Self::OtherAgent => "the challenge is for another agent",
            Self::OtherLog => "the challenge is of another log",
            Self::OtherTime => "the challenge is of another time",
            Self::NoAnswer => "not an answer to a challenge",
            Self::OtherKey => "the key is not one of the agent's",
            Self::InvalidSignature => "the signature is of something else",
        })
    }
}

impl std::error::Error for ChallengeError {}

impl Challenge {
    /// Reads canonical JSON (RFC 8785) of the four members and nothing else.
    ///
    /// # Errors
    /// [`ChallengeError::NotCanonical`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, ChallengeError> {
        if bytes.len() > limits::CHALLENGE_BYTES_MAX {
            return Err(ChallengeError::NotCanonical);
        }
        let challenge: Self = serde_json::from_slice(bytes).map_err(|_| ChallengeError::NotCanonical)?;
        if challenge.bytes() == bytes { Ok(challenge) } else { Err(ChallengeError::NotCanonical) }
    }

    /// Its canonical JSON: what is sent.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        canonical(self)
    }

    /// What is signed: no statement, receipt or token begins so.
    #[must_use]
    pub fn signing_input(&self) -> Vec<u8> {
        [TAG, &self.bytes()].concat()
    }

    /// Whether this agent, which works with this log, may sign it at `now` (ASP-AGT-009).
    ///
    /// # Errors
    /// That it is for another agent, of another log, or not of within two minutes of `now`.
    pub fn check(&self, agent: &AgentUri, audience: &Origin, now: LogTime) -> Result<(), ChallengeError> {
        if self.agent != *agent {
            return Err(ChallengeError::OtherAgent);
        }
        if self.audience != *audience {
            return Err(ChallengeError::OtherLog);
        }
        if self.issued_at.since(now).max(now.since(self.issued_at)) > limits::CLOCK_SKEW_MS {
            return Err(ChallengeError::OtherTime);
        }
        Ok(())
    }

    /// Signs it as this agent, which works with this log.
    ///
    /// # Errors
    /// As [`Challenge::check`]; then nothing is signed.
    pub fn answer(
        &self,
        agent: &AgentUri,
        audience: &Origin,
        now: LogTime,
        key: &SecretKey,
    ) -> Result<ChallengeAnswer, ChallengeError> {
        self.check(agent, audience, now)?;
        Ok(ChallengeAnswer { key_id: key.id(), signature: key.sign(&self.signing_input()) })
    }
}

impl ChallengeAnswer {
    /// Reads JSON of the two members and no other, spelt in any way; verifies nothing.
    ///
    /// # Errors
    /// [`ChallengeError::NoAnswer`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, ChallengeError> {
        // The reader would take a list of the two for the object.
        let is_object = bytes.trim_ascii_start().first() == Some(&b'{');
        if bytes.len() > limits::CHALLENGE_BYTES_MAX || !is_object {
            return Err(ChallengeError::NoAnswer);
        }
        serde_json::from_slice(bytes).map_err(|_| ChallengeError::NoAnswer)
    }

    /// Its canonical JSON.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Judges it as the answer to what was asked (ASP-AGT-010); `is_current` says whether a key is the agent's now.
    ///
    /// # Errors
    /// [`ChallengeError::OtherKey`] or [`ChallengeError::InvalidSignature`].
    pub fn verify(
        &self,
        asked: &Challenge,
        is_current: impl FnOnce(&KeyId) -> bool,
    ) -> Result<(), ChallengeError> {
        if !is_current(&self.key_id) {
            return Err(ChallengeError::OtherKey);
        }
        let key = PublicKey::try_from(&self.key_id).map_err(|_| ChallengeError::OtherKey)?;
        let signed = key.verify(&asked.signing_input(), &self.signature);
        signed.map_err(|_| ChallengeError::InvalidSignature)
    }
}
