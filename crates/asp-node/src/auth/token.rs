//! Access tokens: what each stands for, which proofs it has used, until when. All in memory, all bounded.
//!
//! A token is kept as its hash: who reads the node's memory or a dump of it cannot use it.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::key::KeyId;
use asp_core::name::Issuer;
use asp_core::position::{Hash, LogTime, Millis, Sequence};
use asp_core::rejection::Code;

use super::dpop::Proof;
use crate::http::problem::Denial;

/// How long a token lives.
pub(crate) const TOKEN_SECONDS: u64 = 600;

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) tokens: usize,
    pub(crate) tokens_per_party: usize,
    pub(crate) proofs: usize,
}

/// What a token stands for.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    /// Who may read what it may read.
    pub(crate) party: Issuer,
    /// The key of the party that asked for it: the token dies with it.
    pub(crate) key: KeyId,
    /// The last statement of the party's stream at which the key was looked up.
    pub(crate) seen: Sequence,
    /// The key that its use has to be proved with.
    pub(crate) bound_to: KeyId,
    /// When it ends.
    pub(crate) until: LogTime,
}

/// Ids that must not come twice before an instant, each with the token that it counts for, if any.
#[derive(Debug, Default)]
struct Once {
    owners: BTreeMap<Hash, Option<Hash>>,
    by_end: BTreeSet<(LogTime, Hash)>,
}

impl Once {
    /// Whether the id is new; from here on it is not.
    fn is_new(&mut self, id: Hash, until: LogTime, owner: Option<Hash>) -> bool {
        if self.owners.contains_key(&id) {
            return false;
        }
        self.owners.insert(id, owner);
        self.by_end.insert((until, id))
    }

    /// Forgets an id whose instant has come, and says whose it was; none if there is no such id.
    fn forget_one(&mut self, now: LogTime) -> Option<Option<Hash>> {
        let (until, id) = self.by_end.first().copied()?;
        if until > now {
            return None;
        }
        self.by_end.pop_first();
        self.owners.remove(&id)
    }

    fn len(&self) -> usize {
        self.owners.len()
    }
}

#[derive(Debug)]
struct Held {
    grant: Grant,
    /// Proofs that it has used and that could be used again by now.
    proofs: usize,
}

/// All tokens.
#[derive(Debug)]
pub(crate) struct Tokens {
    bounds: Bounds,
    held: BTreeMap<Hash, Held>,
    by_end: BTreeSet<(LogTime, Hash)>,
    /// The tokens of each party, oldest first.
    by_party: BTreeMap<Issuer, Vec<Hash>>,
    /// Proofs and assertions that were used.
    used: Once,
}

impl Tokens {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            held: BTreeMap::new(),
            by_end: BTreeSet::new(),
            by_party: BTreeMap::new(),
            used: Once::default(),
        }
    }

    /// How many are in use.
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    /// Notes the one use of an assertion and of the proof beside it, and keeps the token given for them.
    ///
    /// # Errors
    /// [`Code::InvalidClient`] or [`Code::InvalidDpopProof`] for what was used before; too many are in use.
    pub(crate) fn give(
        &mut self,
        token: &str,
        grant: Grant,
        assertion: (Hash, LogTime),
        proof: &Proof,
        now: LogTime,
    ) -> Result<(), Denial> {
        self.purge(now);
        if self.used.len().saturating_add(2) > self.bounds.proofs || self.held.len() >= self.bounds.tokens {
            return Err(Denial::Full);
        }
        if !self.used.is_new(assertion.0, assertion.1, None) {
            return Err(Code::InvalidClient.into());
        }
        if !self.used.is_new(proof.id, proof.until, None) {
            return Err(Code::InvalidDpopProof.into());
        }
        let name = name(token);
        let tokens = self.by_party.entry(grant.party.clone()).or_default();
        tokens.push(name);
        let oldest = (tokens.len() > self.bounds.tokens_per_party.max(1)).then(|| tokens.first().copied());
        self.by_end.insert((grant.until, name));
        self.held.insert(name, Held { grant, proofs: 0 });
        if let Some(oldest) = oldest.flatten() {
            self.remove(&oldest);
        }
        Ok(())
    }

    /// What a token stands for.
    ///
    /// # Errors
    /// [`Code::InvalidToken`].
    pub(crate) fn find(&self, token: &str, now: LogTime) -> Result<Grant, Denial> {
        let held = self.held.get(&name(token)).filter(|held| now < held.grant.until);
        held.map(|held| held.grant.clone()).ok_or_else(|| Code::InvalidToken.into())
    }

    /// Notes the one use of a proof.
    ///
    /// # Errors
    /// [`Code::InvalidDpopProof`] if it was used before, [`Code::InvalidToken`] if the token has gone meanwhile;
    /// too many proofs are remembered, of this token or of all.
    pub(crate) fn use_proof(&mut self, token: &str, proof: &Proof, now: LogTime) -> Result<(), Denial> {
        self.purge(now);
        let name = name(token);
        let full = self.used.len() >= self.bounds.proofs;
        let held = self.held.get_mut(&name).ok_or(Code::InvalidToken)?;
        // One token cannot use up the memory of all.
        if full || held.proofs >= (self.bounds.proofs / 8).max(1) {
            return Err(Denial::Full);
        }
        if !self.used.is_new(proof.id, proof.until, Some(name)) {
            return Err(Code::InvalidDpopProof.into());
        }
        held.proofs += 1;
        Ok(())
    }

    /// Notes up to where the party's stream was looked at.
    pub(crate) fn saw(&mut self, token: &str, seen: Sequence) {
        if let Some(held) = self.held.get_mut(&name(token)) {
            held.grant.seen = held.grant.seen.max(seen);
        }
    }

    /// Ends a token.
    pub(crate) fn end(&mut self, token: &str) {
        self.remove(&name(token));
    }

    fn remove(&mut self, name: &Hash) {
        let Some(Held { grant, .. }) = self.held.remove(name) else { return };
        self.by_end.remove(&(grant.until, *name));
        if let Some(tokens) = self.by_party.get_mut(&grant.party) {
            tokens.retain(|token| token != name);
            if tokens.is_empty() {
                self.by_party.remove(&grant.party);
            }
        }
    }

    fn purge(&mut self, now: LogTime) {
        while let Some(owner) = self.used.forget_one(now) {
            if let Some(held) = owner.and_then(|owner| self.held.get_mut(&owner)) {
                held.proofs = held.proofs.saturating_sub(1);
            }
        }
        while let Some((_, name)) = self.by_end.first().filter(|(until, _)| *until <= now).copied() {
            self.remove(&name);
        }
    }
}

/// The name under which a token is kept.
fn name(token: &str) -> Hash {
    Hash::of(&[b"asp-node/token\n", token.as_bytes()])
}

/// The instant at which a token given now ends.
pub(crate) fn end(now: LogTime) -> LogTime {
    now.plus(Millis(TOKEN_SECONDS * 1000))
}
