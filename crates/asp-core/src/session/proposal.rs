//! Open offers: packages, whose answer is awaited, until when.

use std::collections::{BTreeMap, BTreeSet};

use super::holds;
use super::milestone::stages_fit;
use crate::amount::Minor;
use crate::dispute::arbiter_apart;
use crate::limits;
use crate::name::AgentUri;
use crate::position::{Hash, LogTime, Millis};
use crate::session::table::Performative;
use crate::statement::body::{Admission, Due, Mode, ObligationId, Package, Text};
use crate::trust::Ground;

/// What an offer would do once everybody awaited has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferKind {
    /// Business on one of several packages.
    Business {
        /// Whether acceptance alone binds.
        binding: bool,
    },
    /// Other terms for a commitment.
    Amendment {
        /// Which.
        commitment: Hash,
    },
    /// The end of a commitment.
    Termination {
        /// Which.
        commitment: Hash,
        /// What of each hold goes to its payee.
        shares: BTreeMap<ObligationId, Minor>,
    },
    /// One more participant.
    Admission(Admission),
}

/// An offer that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenOffer {
    /// Who made it.
    pub by: AgentUri,
    /// What it would do.
    pub kind: OfferKind,
    /// The alternatives by the hash of their terms.
    pub packages: BTreeMap<Hash, Package>,
    /// Whose answer is awaited.
    pub awaits: BTreeSet<AgentUri>,
    /// How many of them have to accept one package.
    pub quorum: usize,
    /// What they may answer besides REJECT.
    pub answers: BTreeSet<Performative>,
    /// Who has accepted, and which package.
    pub accepted: BTreeMap<AgentUri, Hash>,
    /// By what signatures who made it and those who accepted it did so.
    pub grounds: BTreeMap<AgentUri, Vec<Ground>>,
    /// Who has declined, where others can still make it good.
    pub declined: BTreeSet<AgentUri>,
    /// The last instant at which it can be answered.
    pub respond_by: LogTime,
}

impl OpenOffer {
    /// An offer that has just been made and that everybody awaited has to accept.
    #[must_use]
    pub fn new(
        by: AgentUri,
        kind: OfferKind,
        packages: BTreeMap<Hash, Package>,
        awaits: BTreeSet<AgentUri>,
        respond_by: LogTime,
    ) -> Self {
        Self {
            by,
            kind,
            packages,
            quorum: awaits.len(),
            awaits,
            answers: [Performative::Accept, Performative::Counter].into(),
            accepted: BTreeMap::new(),
            grounds: BTreeMap::new(),
            declined: BTreeSet::new(),
            respond_by,
        }
    }

    /// Whether an acceptance binds by itself once it is the last.
    #[must_use]
    pub const fn binds(&self) -> bool {
        match self.kind {
            OfferKind::Business { binding } => binding,
            OfferKind::Amendment { .. } | OfferKind::Termination { .. } => true,
            OfferKind::Admission(_) => false,
        }
    }

    /// Whether the answer of `agent` is still awaited.
    #[must_use]
    pub fn awaits(&self, agent: &AgentUri) -> bool {
        let first = match &self.kind {
            // The newcomer is asked once all who are in have admitted it.
            OfferKind::Admission(admission) => admission.agent != *agent || self.admitted(),
            OfferKind::Business { .. } | OfferKind::Amendment { .. } | OfferKind::Termination { .. } => true,
        };
        let silent = !self.accepted.contains_key(agent) && !self.declined.contains(agent);
        first && self.awaits.contains(agent) && silent
    }

    /// Whether all who are in have admitted the newcomer whom this offer is about.
    #[must_use]
    pub fn admitted(&self) -> bool {
        let OfferKind::Admission(admission) = &self.kind else { return false };
        self.awaits.iter().all(|agent| *agent == admission.agent || self.accepted.contains_key(agent))
    }

    /// Who will have signed the package: who made the offer and all who accepted it.
    #[must_use]
    pub fn signers(&self, terms: &Hash) -> BTreeSet<AgentUri> {
        let accepted = self.accepted.iter().filter(|(_, chosen)| *chosen == terms).map(|(agent, _)| agent);
        accepted.chain([&self.by]).cloned().collect()
    }

    /// [`OpenOffer::signers`] with the signatures of each.
    #[must_use]
    pub fn signed(&self, terms: &Hash) -> BTreeMap<AgentUri, Vec<Ground>> {
        let grounds = |signer: &AgentUri| self.grounds.get(signer).cloned().unwrap_or_default();
        self.signers(terms).into_iter().map(|signer| (signer.clone(), grounds(&signer))).collect()
    }

    /// Everybody who can be bound by it.
    #[must_use]
    pub fn parties(&self) -> BTreeSet<AgentUri> {
        self.awaits.iter().chain([&self.by]).cloned().collect()
    }

    /// Whether nobody else is needed for the package once `agent` has accepted it.
    #[must_use]
    pub fn completed_by(&self, agent: &AgentUri, terms: &Hash) -> bool {
        let signs =
            |party: &AgentUri| party == agent || *party == self.by || self.accepted.get(party) == Some(terms);
        let enough = self.awaits.iter().filter(|awaited| signs(awaited)).count() >= self.quorum;
        enough && self.packages.get(terms).is_some_and(|package| package.parties().all(signs)) // ASP-SES-036
    }

    /// Whether some package can still find the acceptances that it needs.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        if matches!(self.kind, OfferKind::Admission(_)) {
            return self.declined.is_empty();
        }
        self.packages.iter().any(|(terms, package)| {
            let may = |party: &AgentUri| {
                !self.declined.contains(party)
                    && self.accepted.get(party).is_none_or(|chosen| chosen == terms)
            };
            let enough = self.awaits.iter().filter(|awaited| may(awaited)).count() >= self.quorum;
            enough && package.parties().all(may)
        })
    }

    /// Whether everybody awaited has to accept, so that the first acceptance chooses for all.
    #[must_use]
    pub fn needs_all(&self) -> bool {
        self.quorum >= self.awaits.len()
    }

    /// Whether these terms can be accepted: one of the packages, and where all have to agree the one chosen first.
    #[must_use]
    pub fn offers(&self, terms: &Hash) -> bool {
        let chosen = self.accepted.values().next().filter(|_| self.needs_all());
        self.packages.contains_key(terms) && chosen.is_none_or(|chosen| chosen == terms)
    }
}

/// A question that waits for somebody's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestion {
    /// Who asked.
    pub by: AgentUri,
    /// Whose answer is awaited.
    pub awaits: AgentUri,
    /// The offer whose time stands still until the answer.
    pub about: Option<Hash>,
    /// What is asked, for people.
    pub text: Text,
    /// The last instant at which it is awaited.
    pub respond_by: LogTime,
}

impl OpenQuestion {
    /// The time that an answer at `now` gives back to the offer that it is about.
    #[must_use]
    pub fn unused(&self, now: LogTime) -> Millis {
        self.respond_by.since(now)
    }
}

/// A commit that awaits signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingCommit {
    /// The statement.
    pub statement: Hash,
    /// Who committed first.
    pub by: AgentUri,
    /// To what.
    pub terms_hash: Hash,
    /// The same, in full.
    pub package: Package,
    /// Whose signature is awaited.
    pub awaits: BTreeSet<AgentUri>,
    /// Who has signed besides.
    pub accepted: BTreeSet<AgentUri>,
    /// By what signatures who committed first and those who have signed besides did so.
    pub grounds: BTreeMap<AgentUri, Vec<Ground>>,
}

/// Terms that were agreed on and bind nobody yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The terms.
    pub package: Package,
    /// Who agreed.
    pub parties: BTreeSet<AgentUri>,
}

/// Whether a package makes sense between `parties` at an instant: what no schema can say.
#[must_use]
pub(super) fn makes_sense(package: &Package, parties: &BTreeSet<AgentUri>, now: LogTime, mode: Mode) -> bool {
    let mut earlier = BTreeSet::new();
    let parts = package.obligations.iter().map(|obligation| obligation.stages.as_ref().map_or(1, Vec::len));
    // Each may become a timer.
    if parts.sum::<usize>() > limits::OBLIGATIONS_MAX {
        return false; // ASP-COM-015
    }
    if mode == Mode::Sealed && !is_sealable(package) {
        return false; // ASP-SEA-011
    }
    let owed = package.obligations.iter().all(|obligation| {
        let between = obligation.debtor != obligation.creditor
            && parties.contains(&obligation.debtor)
            && parties.contains(&obligation.creditor);
        let timely = match &obligation.due {
            Due::At(due) => due.at > now && due.at.since(now) <= limits::SESSION_LIMIT_MS_MAX,
            // Only an obligation named before can be waited for, so there are no circles.
            Due::After(due) => earlier.contains(&due.after) && due.within_ms <= limits::SESSION_LIMIT_MS_MAX,
            Due::Withheld(_) => mode == Mode::Sealed && package.hidden.is_some(),
        };
        let cure = obligation.remedy.as_ref().and_then(|remedy| remedy.cure_ms);
        let spans = [cure, obligation.acknowledge_ms];
        let bounded = spans.iter().flatten().all(|span| *span <= limits::SESSION_LIMIT_MS_MAX);
        let parts = obligation.stages.as_ref().map_or(1, Vec::len);
        let sound = obligation.remedy.as_ref().is_none_or(|remedy| remedy.is_sound(parts)); // ASP-COM-011
        let staged = stages_fit(obligation, now); // ASP-COM-015
        between && timely && bounded && sound && staged && earlier.insert(&obligation.id)
    });
    owed && holds::make_sense(package) && arbiter_apart(package) // ASP-DIS-015
}

/// What the node does not know it neither holds money for nor keeps in order; and it reads a deposit, which is an amount.
fn is_sealable(package: &Package) -> bool {
    let staged = package.obligations.iter().any(|obligation| obligation.stages.is_some());
    let deposit = package.disputes.as_ref().is_some_and(|terms| terms.deposit.is_some());
    !staged && !deposit && package.holds.is_none()
}
