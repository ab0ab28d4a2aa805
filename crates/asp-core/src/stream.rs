//! What all streams share: the chain of statements, and keys with their history.

use std::collections::BTreeMap;

use crate::key::KeyId;
use crate::limits;
use crate::name::StreamKind;
use crate::position::{Head, LogPoint, Position, Sequence};
use crate::rejection::{Code, Rejection};
use crate::statement::body::{Body, KeyRotate};
use crate::statement::{Signed, Statement, Verified};

/// Judges the place that a statement claims in its stream.
///
/// # Errors
/// [`Code::SequenceConflict`] with the head to sign on; [`Code::PreviousHashMismatch`] if only the hash is wrong.
pub fn check_place(statement: &Statement, head: Option<Head>, kind: StreamKind) -> Result<(), Rejection> {
    let next = head.map_or(Sequence(0), |head| head.sequence.next());
    if statement.sequence != next {
        return Err(Code::SequenceConflict.at("/sequence").with_head(head)); // ASP-STM-010
    }
    let previous = head.map_or_else(|| kind.genesis(), |head| head.hash);
    if statement.previous != previous {
        return Err(Code::PreviousHashMismatch.at("/previousHash").with_head(head)); // ASP-STM-011
    }
    Ok(())
}

/// A statement that has been judged and may be applied: the only thing that can be appended.
#[derive(Debug, Clone)]
pub struct Accepted {
    verified: Verified,
    at: LogPoint,
}

impl Accepted {
    /// Only a judge makes one; what a log holds was judged when it came in.
    pub(crate) const fn new(verified: Verified, at: LogPoint) -> Self {
        Self { verified, at }
    }

    /// Takes a statement that a store judged before it kept it.
    #[must_use]
    pub const fn from_store(verified: Verified, at: LogPoint) -> Self {
        Self { verified, at }
    }

    /// The same entry as the members of a session's group know it, who found this body in its seal.
    pub(crate) fn opened(verified: &Verified, body: Body, at: LogPoint) -> Self {
        let mut signed = Signed::from(verified.clone());
        signed.statement.body = body;
        Self::new(signed.assume_verified(), at)
    }

    /// The statement.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        self.verified.statement()
    }

    /// The statement with its signatures.
    #[must_use]
    pub const fn verified(&self) -> &Verified {
        &self.verified
    }

    /// Where and when the log has it.
    #[must_use]
    pub const fn at(&self) -> LogPoint {
        self.at
    }

    /// The head that the stream has with it.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head { sequence: self.statement().sequence, hash: self.statement().hash }
    }
}

/// From where to where a key counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyLife {
    /// The statement that brought the key.
    pub from: Position,
    /// The statement that revoked or replaced it: from there on it signs nothing.
    pub until: Option<Position>,
    /// The position from which it is not to be trusted in hindsight.
    pub distrusted_from: Option<Position>,
}

/// All keys that a stream has ever had. Revoking never erases history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyHistory {
    keys: BTreeMap<KeyId, KeyLife>,
}

impl KeyHistory {
    /// Whether the key could sign a statement at this position of the log.
    #[must_use]
    pub fn valid_at(&self, key: &KeyId, position: Position) -> bool {
        // The statement that brings a key is signed by it, and the one that revokes it may be.
        self.keys
            .get(key)
            .is_some_and(|life| life.from <= position && life.until.is_none_or(|until| position <= until))
    }

    /// Whether a signature by the key at this position still counts today.
    #[must_use]
    pub fn trusted_at(&self, key: &KeyId, position: Position) -> bool {
        self.valid_at(key, position)
            && self.keys.get(key).is_some_and(|life| life.distrusted_from.is_none_or(|from| position < from))
    }

    /// Whether the key can sign the next statement.
    #[must_use]
    pub fn is_current(&self, key: &KeyId) -> bool {
        self.keys.get(key).is_some_and(|life| life.until.is_none())
    }

    /// The keys that can sign, in the order of their bytes.
    pub fn current(&self) -> impl Iterator<Item = &KeyId> {
        self.keys.iter().filter(|(_, life)| life.until.is_none()).map(|(key, _)| key)
    }

    /// The keys that can sign and that nobody has said are not to be trusted, in the order of their bytes.
    pub fn live(&self) -> impl Iterator<Item = &KeyId> {
        let live = |life: &KeyLife| life.until.is_none() && life.distrusted_from.is_none();
        self.keys.iter().filter(move |(_, life)| live(life)).map(|(key, _)| key)
    }

    /// Every key with its life.
    pub fn all(&self) -> impl Iterator<Item = (&KeyId, &KeyLife)> {
        self.keys.iter()
    }

    /// Whether the key may be added.
    ///
    /// # Errors
    /// [`Code::KeyAlreadyUsed`] or [`Code::KeyLimit`].
    pub fn decide_add(&self, key: &KeyId) -> Result<(), Code> {
        if self.keys.contains_key(key) {
            return Err(Code::KeyAlreadyUsed);
        }
        if self.keys.len() >= limits::KEYS_MAX { Err(Code::KeyLimit) } else { Ok(()) }
    }

    /// Whether the key may be revoked, and from where in hindsight.
    ///
    /// # Errors
    /// [`Code::UnknownKey`], [`Code::InvalidBody`] for a position that lies ahead, or [`Code::LastKey`].
    ///
    /// A key that has ended can be distrusted from further back: a theft may be found out after the key was replaced.
    pub fn decide_revoke(&self, key: &KeyId, from: Option<Position>, now: Position) -> Result<(), Code> {
        let life = self.keys.get(key).ok_or(Code::UnknownKey)?;
        // Whoever may take a last key may still not distrust what has not been said.
        if from.is_some_and(|from| from > now) {
            return Err(Code::InvalidBody);
        }
        match life.until {
            // No trust comes back, and nothing is said twice.
            Some(until) => {
                let known = life.distrusted_from.unwrap_or(Position(until.0.saturating_add(1)));
                if from.is_some_and(|from| from < known) { Ok(()) } else { Err(Code::UnknownKey) }
            }
            None if self.current().count() == 1 => Err(Code::LastKey),
            None => Ok(()),
        }
    }

    /// Adds a key.
    pub fn add(&mut self, key: KeyId, at: Position) {
        self.keys.entry(key).or_insert(KeyLife { from: at, until: None, distrusted_from: None });
    }

    /// Ends a key, and notes from where it is distrusted.
    pub fn revoke(&mut self, key: &KeyId, distrusted_from: Option<Position>, at: Position) {
        if let Some(life) = self.keys.get_mut(key) {
            life.until = life.until.or(Some(at));
            let from = distrusted_from.unwrap_or(at);
            life.distrusted_from = Some(life.distrusted_from.map_or(from, |known| known.min(from)));
        }
    }

    /// Judges the replacement of a key by another: both sign, the old one is current, the new one is new.
    ///
    /// # Errors
    /// The rule that is broken; `rule` is the number for this kind of stream.
    pub(crate) fn decide_rotate(
        &self,
        verified: &Verified,
        rotate: &KeyRotate,
        rule: &'static str,
    ) -> Result<(), Rejection> {
        let refused = |refusal: Rejection| refusal.by(rule);
        self.decide_add(&rotate.new_key).map_err(|code| refused(code.at("/body/newKey")))?;
        if !self.is_current(&rotate.old_key) {
            return Err(refused(Code::UnknownKey.at("/body/oldKey")));
        }
        require_signatures(verified, &[&rotate.old_key, &rotate.new_key]).map_err(refused)?;
        self.check_signers(verified, &[&rotate.new_key])
    }

    /// Ends a key that was replaced in order: what it signed stays trusted.
    pub fn retire(&mut self, key: &KeyId, at: Position) {
        if let Some(life) = self.keys.get_mut(key) {
            life.until = Some(at);
        }
    }

    /// Checks that one current key of this history signed, and that every signer is current here or among `others`.
    ///
    /// # Errors
    /// [`Code::KeyNotValid`].
    pub fn check_signers(&self, verified: &Verified, others: &[&KeyId]) -> Result<(), Rejection> {
        let own = verified.signatures().iter().filter(|signature| self.is_current(&signature.key_id)).count();
        let known = verified
            .signatures()
            .iter()
            .all(|signature| self.is_current(&signature.key_id) || others.contains(&&signature.key_id));
        if own >= 1 && known { Ok(()) } else { Err(Code::KeyNotValid.at("/signatures")) } // ASP-KEY-001
    }
}

/// Checks that each of `keys` signed.
///
/// # Errors
/// [`Code::SignatureMissing`].
pub(crate) fn require_signatures(verified: &Verified, keys: &[&KeyId]) -> Result<(), Rejection> {
    if keys.iter().all(|key| verified.signed_by(key)) {
        Ok(())
    } else {
        Err(Code::SignatureMissing.at("/signatures"))
    }
}
