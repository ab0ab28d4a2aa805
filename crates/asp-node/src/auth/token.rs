//! Access tokens: what each stands for, which proofs it has used, until when. All in memory, all bounded.
//!
//! Where memory ends, whoever holds most of it gives way: one organisation cannot keep another from reading. A token is
//! kept as its hash: who reads the node's memory or a dump of it cannot use it.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::key::KeyId;
use asp_core::name::{Domain, Issuer};
use asp_core::position::{Hash, LogTime, Millis, Sequence};
use asp_core::rejection::Code;

use super::dpop::Proof;
use crate::http::problem::Denial;

/// How long a token lives.
pub(crate) const TOKEN_SECONDS: u64 = 600;
/// The part of all requests for tokens that one organisation may have in memory: they cannot be forgotten early.
const REQUESTS_SHARE: usize = 8;

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) tokens: usize,
    pub(crate) tokens_per_party: usize,
    /// Proofs that tokens have used; as many requests for tokens are remembered beside them.
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

/// Ids that must not come twice before an instant, each with the one that it counts for.
#[derive(Debug)]
struct Once<T> {
    owners: BTreeMap<Hash, (LogTime, T)>,
    by_end: BTreeSet<(LogTime, Hash)>,
}

impl<T> Once<T> {
    const fn new() -> Self {
        Self { owners: BTreeMap::new(), by_end: BTreeSet::new() }
    }

    fn has(&self, id: &Hash) -> bool {
        self.owners.contains_key(id)
    }

    fn remember(&mut self, id: Hash, until: LogTime, owner: T) {
        if let Some((before, _)) = self.owners.insert(id, (until, owner)) {
            self.by_end.remove(&(before, id));
        }
        self.by_end.insert((until, id));
    }

    fn forget(&mut self, id: &Hash) {
        if let Some((until, _)) = self.owners.remove(id) {
            self.by_end.remove(&(until, *id));
        }
    }

    /// Forgets an id whose instant has come, and says whose it was.
    fn forget_one(&mut self, now: LogTime) -> Option<(Hash, T)> {
        let (until, id) = self.by_end.first().copied()?;
        if until > now {
            return None;
        }
        self.by_end.pop_first();
        self.owners.remove(&id).map(|(_, owner)| (id, owner))
    }

    fn len(&self) -> usize {
        self.owners.len()
    }
}

/// How much each organisation holds of something, and which one holds most.
#[derive(Debug, Default)]
struct Shares {
    held: BTreeMap<Domain, usize>,
    by_size: BTreeSet<(usize, Domain)>,
}

impl Shares {
    fn of(&self, domain: &Domain) -> usize {
        self.held.get(domain).copied().unwrap_or(0)
    }

    fn largest(&self) -> Option<&Domain> {
        self.by_size.last().map(|(_, domain)| domain)
    }

    fn add(&mut self, domain: &Domain) {
        self.set(domain, self.of(domain).saturating_add(1));
    }

    fn take(&mut self, domain: &Domain, count: usize) {
        self.set(domain, self.of(domain).saturating_sub(count));
    }

    fn set(&mut self, domain: &Domain, size: usize) {
        self.by_size.remove(&(self.of(domain), domain.clone()));
        if size == 0 {
            self.held.remove(domain);
        } else {
            self.held.insert(domain.clone(), size);
            self.by_size.insert((size, domain.clone()));
        }
    }
}

#[derive(Debug)]
struct Held {
    grant: Grant,
    organisation: Domain,
    /// Proofs that it has used and that could be used again by now. With the token they are worth nothing.
    proofs: BTreeSet<Hash>,
}

/// All tokens.
#[derive(Debug)]
pub(crate) struct Tokens {
    bounds: Bounds,
    held: BTreeMap<Hash, Held>,
    by_end: BTreeSet<(LogTime, Hash)>,
    /// The tokens of each party, oldest first.
    by_party: BTreeMap<Issuer, Vec<Hash>>,
    /// The tokens of each organisation by their ends, its agents' among them.
    by_organisation: BTreeMap<Domain, BTreeSet<(LogTime, Hash)>>,
    tokens_of: Shares,
    /// Assertions that were used, and the proofs beside them.
    requests: Once<Domain>,
    requests_of: Shares,
    /// Proofs that were used with tokens.
    proofs: Once<Hash>,
    proofs_of: Shares,
}

impl Tokens {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            held: BTreeMap::new(),
            by_end: BTreeSet::new(),
            by_party: BTreeMap::new(),
            by_organisation: BTreeMap::new(),
            tokens_of: Shares::default(),
            requests: Once::new(),
            requests_of: Shares::default(),
            proofs: Once::new(),
            proofs_of: Shares::default(),
        }
    }

    /// How many are in use.
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    /// Notes the one use of an assertion and of the proof beside it, and keeps the token given for them.
    ///
    /// # Errors
    /// [`Code::InvalidClient`] or [`Code::InvalidDpopProof`] for what was used before; the party's organisation asks
    /// too often, or all do.
    pub(crate) fn give(
        &mut self,
        token: &str,
        grant: Grant,
        assertion: (Hash, LogTime),
        proof: &Proof,
        now: LogTime,
    ) -> Result<(), Denial> {
        self.purge(now);
        let organisation = grant.party.organisation().ok_or(Code::InvalidClient)?;
        if self.requests.has(&assertion.0) {
            return Err(Code::InvalidClient.into());
        }
        if self.requests.has(&proof.id) {
            return Err(Code::InvalidDpopProof.into());
        }
        let share = (self.bounds.proofs / REQUESTS_SHARE).max(2);
        let full = self.requests.len().saturating_add(2) > self.bounds.proofs.max(2);
        if full || self.requests_of.of(&organisation).saturating_add(2) > share {
            return Err(Denial::Full);
        }
        for (id, until) in [assertion, (proof.id, proof.until)] {
            self.requests.remember(id, until, organisation.clone());
            self.requests_of.add(&organisation);
        }
        let party =
            self.by_party.get(&grant.party).filter(|of| of.len() >= self.bounds.tokens_per_party.max(1));
        if let Some(oldest) = party.and_then(|tokens| tokens.first().copied()) {
            self.remove(&oldest);
        }
        if self.held.len() >= self.bounds.tokens.max(1) {
            self.remove_of(self.tokens_of.largest().cloned());
        }
        self.keep(name(token), grant, organisation);
        Ok(())
    }

    fn keep(&mut self, name: Hash, grant: Grant, organisation: Domain) {
        self.by_end.insert((grant.until, name));
        self.by_party.entry(grant.party.clone()).or_default().push(name);
        self.by_organisation.entry(organisation.clone()).or_default().insert((grant.until, name));
        self.tokens_of.add(&organisation);
        self.held.insert(name, Held { grant, organisation, proofs: BTreeSet::new() });
    }

    /// What a token stands for.
    ///
    /// # Errors
    /// [`Code::InvalidToken`].
    pub(crate) fn find(&self, token: &str, now: LogTime) -> Result<Grant, Denial> {
        let held = self.held.get(&name(token)).filter(|held| now < held.grant.until);
        held.map(|held| held.grant.clone()).ok_or_else(|| Code::InvalidToken.into())
    }

    /// Notes the one use of a proof. Where too many are remembered, the oldest token of the organisation with most of
    /// them ends: without it they are worth nothing and can be forgotten.
    ///
    /// # Errors
    /// [`Code::InvalidDpopProof`] if it was used before, [`Code::InvalidToken`] if the token has gone meanwhile.
    pub(crate) fn use_proof(&mut self, token: &str, proof: &Proof, now: LogTime) -> Result<(), Denial> {
        self.purge(now);
        let name = name(token);
        if self.proofs.has(&proof.id) {
            return Err(Code::InvalidDpopProof.into());
        }
        while self.proofs.len() >= self.bounds.proofs.max(1) {
            let largest = self.proofs_of.largest().cloned();
            if !self.remove_of(largest) {
                return Err(Denial::Full);
            }
        }
        let held = self.held.get_mut(&name).ok_or(Code::InvalidToken)?;
        held.proofs.insert(proof.id);
        self.proofs_of.add(&held.organisation);
        self.proofs.remember(proof.id, proof.until, name);
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

    /// Ends the oldest token of an organisation, and says whether there was one.
    fn remove_of(&mut self, organisation: Option<Domain>) -> bool {
        let tokens = organisation.and_then(|domain| self.by_organisation.get(&domain));
        let oldest = tokens.and_then(|tokens| tokens.first()).map(|(_, name)| *name);
        oldest.inspect(|name| self.remove(name)).is_some()
    }

    fn remove(&mut self, name: &Hash) {
        let Some(Held { grant, organisation, proofs }) = self.held.remove(name) else { return };
        self.by_end.remove(&(grant.until, *name));
        if let Some(tokens) = self.by_party.get_mut(&grant.party) {
            tokens.retain(|token| token != name);
            if tokens.is_empty() {
                self.by_party.remove(&grant.party);
            }
        }
        if let Some(tokens) = self.by_organisation.get_mut(&organisation) {
            tokens.remove(&(grant.until, *name));
            if tokens.is_empty() {
                self.by_organisation.remove(&organisation);
            }
        }
        self.tokens_of.take(&organisation, 1);
        self.proofs_of.take(&organisation, proofs.len());
        for id in &proofs {
            self.proofs.forget(id);
        }
    }

    fn purge(&mut self, now: LogTime) {
        while let Some((_, organisation)) = self.requests.forget_one(now) {
            self.requests_of.take(&organisation, 1);
        }
        while let Some((id, token)) = self.proofs.forget_one(now) {
            if let Some(held) = self.held.get_mut(&token) {
                held.proofs.remove(&id);
                self.proofs_of.take(&held.organisation, 1);
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
