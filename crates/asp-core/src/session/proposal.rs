//! Open offers: packages, whose answer is awaited, until when.

use std::collections::{BTreeMap, BTreeSet};

use crate::limits;
use crate::name::AgentUri;
use crate::position::{Hash, LogTime};
use crate::statement::body::{Due, Package};

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
    },
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
    /// Who has accepted.
    pub accepted: BTreeSet<AgentUri>,
    /// The package that the first acceptance chose.
    pub chosen: Option<Hash>,
    /// The last instant at which it can be answered.
    pub respond_by: LogTime,
}

impl OpenOffer {
    /// Whether an acceptance binds by itself once it is the last.
    #[must_use]
    pub const fn binds(&self) -> bool {
        match self.kind {
            OfferKind::Business { binding } => binding,
            OfferKind::Amendment { .. } | OfferKind::Termination { .. } => true,
        }
    }

    /// Whether the answer of `agent` is still awaited.
    #[must_use]
    pub fn awaits(&self, agent: &AgentUri) -> bool {
        self.awaits.contains(agent) && !self.accepted.contains(agent)
    }

    /// Whether nobody else is awaited once `agent` has accepted.
    #[must_use]
    pub fn completed_by(&self, agent: &AgentUri) -> bool {
        self.awaits.iter().all(|awaited| awaited == agent || self.accepted.contains(awaited))
    }

    /// Everybody who will have signed.
    #[must_use]
    pub fn signers(&self) -> BTreeSet<AgentUri> {
        self.awaits.iter().cloned().chain([self.by.clone()]).collect()
    }

    /// Whether these terms can be accepted: one of the packages, and the one that others have chosen.
    #[must_use]
    pub fn offers(&self, terms: &Hash) -> bool {
        self.packages.contains_key(terms) && self.chosen.is_none_or(|chosen| chosen == *terms)
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
pub(super) fn makes_sense(package: &Package, parties: &BTreeSet<AgentUri>, now: LogTime) -> bool {
    let mut earlier = BTreeSet::new();
    package.obligations.iter().all(|obligation| {
        let between = obligation.debtor != obligation.creditor
            && parties.contains(&obligation.debtor)
            && parties.contains(&obligation.creditor);
        let timely = match &obligation.due {
            Due::At(due) => due.at > now && due.at.since(now) <= limits::SESSION_LIMIT_MS_MAX,
            // Only an obligation named before can be waited for, so there are no circles.
            Due::After(due) => earlier.contains(&due.after) && due.within_ms <= limits::SESSION_LIMIT_MS_MAX,
        };
        let cure = obligation.remedy.as_ref().and_then(|remedy| remedy.cure_ms);
        let spans = [cure, obligation.acknowledge_ms];
        let bounded = spans.iter().flatten().all(|span| *span <= limits::SESSION_LIMIT_MS_MAX);
        between && timely && bounded && earlier.insert(&obligation.id)
    })
}
