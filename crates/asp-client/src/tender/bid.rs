//! What each supplier of a tender has on the table, read from its session and made comparable.

use std::collections::BTreeSet;
use std::time::Duration;

use asp_core::amount::Money;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, LogTime};
use asp_core::rejection::Code;
use asp_core::session::table::State;
use asp_core::statement::body::{CommitmentState, Due, Obligation, Package};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{AT_ONCE, Supplier, Tender};
use crate::Error;
use crate::agent::AgentParty;
use crate::api::{CommitmentView, EndView, OfferView, SessionView};

/// How far a supplier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A commitment with it stands.
    Awarded,
    /// Terms are agreed on and wait for signatures.
    Agreed,
    /// It has offers on the table that await the buyer's answer.
    Offered,
    /// An offer of the buyer's awaits its answer.
    Countered,
    /// It asks for other conditions than those of the invitation, and awaits the buyer's answer.
    Conditions,
    /// It came in and has offered nothing.
    In,
    /// It has not come in.
    Invited,
    /// The session has ended without a commitment.
    Ended,
    /// It could not be invited.
    NotInvited,
    /// Its session could not be read.
    Unknown,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Awarded => "awarded",
            Self::Agreed => "agreed",
            Self::Offered => "offered",
            Self::Countered => "countered",
            Self::Conditions => "conditions",
            Self::In => "in",
            Self::Invited => "invited",
            Self::Ended => "ended",
            Self::NotInvited => "not-invited",
            Self::Unknown => "unknown",
        }
    }

    /// Whether something of the supplier's is still waited for.
    #[must_use]
    pub const fn is_awaited(self) -> bool {
        match self {
            Self::Countered | Self::In | Self::Invited => true,
            Self::Awarded
            | Self::Agreed
            | Self::Offered
            | Self::Conditions
            | Self::Ended
            | Self::NotInvited
            | Self::Unknown => false,
        }
    }
}

/// One supplier of a tender, as its session stands.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bid {
    /// Who.
    pub supplier: AgentUri,
    /// The session with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Hash>,
    /// How far it is.
    pub standing: Standing,
    /// The session's state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// How the session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<EndView>,
    /// The packages that await the buyer's answer, those first that cost the buyer least.
    pub offers: Vec<OfferedPackage>,
    /// The commitments that stand or stood.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Hash>,
    /// Why it could not be invited or read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A package that a supplier offers.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferedPackage {
    /// The offer that has it.
    pub offer: Hash,
    /// The hash of its terms, by which it is accepted.
    pub terms: Hash,
    /// Whether acceptance alone binds.
    pub binding: bool,
    /// Until when it can be accepted.
    pub valid_until: LogTime,
    /// What the buyer would owe, summed per currency.
    pub buyer_owes: Vec<Money>,
    /// What the supplier would owe, summed per currency.
    pub supplier_owes: Vec<Money>,
    /// When the last of what the supplier owes is due; none if all of that waits for something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<LogTime>,
    /// The package.
    pub package: Package,
}

impl Tender {
    /// How far each supplier is, in the order of the record. One that cannot be read stops no other.
    pub async fn bids(&self, buyer: &AgentParty) -> Vec<Bid> {
        stream::iter(&self.suppliers)
            .map(|supplier| Bid::read(buyer, supplier))
            .buffered(AT_ONCE)
            .collect()
            .await
    }

    /// Waits until every supplier has an offer on the table or is out, at most so long. `told` hears of each change.
    ///
    /// # Errors
    /// As every call, if the node cannot be asked what moved.
    pub async fn gather(
        &self,
        buyer: &AgentParty,
        at_most: Duration,
        mut told: impl FnMut(&[Bid]),
    ) -> Result<Vec<Bid>, Error> {
        let until = tokio::time::Instant::now() + at_most;
        // The size first: what moves meanwhile is seen twice and not missed.
        let mut seen = buyer.wait_for_move(None, Duration::ZERO).await?;
        let mut bids = self.bids(buyer).await;
        loop {
            told(&bids);
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            if left.is_zero() || !bids.iter().any(|bid| bid.standing.is_awaited()) {
                return Ok(bids);
            }
            let size = buyer.wait_for_move(Some(seen), left).await?;
            let moved = buyer.party().sessions(vec![("after", seen.to_string())]);
            let moved: BTreeSet<Hash> = moved.map_ok(|session| session.id).try_collect().await?;
            seen = size;
            for (bid, supplier) in bids.iter_mut().zip(&self.suppliers) {
                if supplier.session.is_some_and(|session| moved.contains(&session)) {
                    *bid = Bid::read(buyer, supplier).await;
                }
            }
        }
    }
}

impl Bid {
    async fn read(buyer: &AgentParty, supplier: &Supplier) -> Self {
        let Supplier { agent, session, failure } = supplier;
        let without = |standing, session, failure| Self {
            supplier: agent.clone(),
            session,
            standing,
            state: None,
            end: None,
            offers: Vec::new(),
            commitments: Vec::new(),
            failure,
        };
        let Some(id) = session else { return without(Standing::NotInvited, None, failure.clone()) };
        match buyer.session(id).view().await {
            // The record is a file, which somebody may have changed.
            Ok(view) if !is_between(&view, buyer.agent(), agent) => {
                without(Standing::Unknown, Some(*id), Some("the session is not between these two".to_owned()))
            }
            Ok(view) => Self::of(agent, buyer.agent(), view),
            // What was handed in and never answered for did not arrive.
            Err(error) if error.code() == Some(Code::NotFound) => {
                without(Standing::NotInvited, None, failure.clone().or_else(|| Some(error.to_string())))
            }
            Err(error) => without(Standing::Unknown, Some(*id), Some(error.to_string())),
        }
    }

    /// The bid that a session shows.
    fn of(supplier: &AgentUri, buyer: &AgentUri, view: SessionView) -> Self {
        let theirs = |offer: &&OfferView| {
            offer.by == *supplier && offer.kind == "business" && offer.awaits.contains(buyer)
        };
        let packages = |offer: &OfferView| {
            let of = |(terms, package): (&Hash, &Package)| OfferedPackage::of(offer, *terms, package, buyer);
            offer.packages.iter().map(of).collect::<Vec<_>>()
        };
        let mut offers: Vec<OfferedPackage> = view.offers.iter().filter(theirs).flat_map(packages).collect();
        offers.sort_by_cached_key(OfferedPackage::cost);
        let standing = match view.state {
            _ if view.commitments.iter().any(stands) => Standing::Awarded,
            State::Closed | State::Failed => Standing::Ended,
            State::Idle | State::Invited if view.conditions.is_some_and(|asked| asked != view.id) => {
                Standing::Conditions
            }
            State::Idle | State::Invited => Standing::Invited,
            State::Introduced | State::Conversing | State::Agreeing | State::Executing | State::Escalated => {
                if view.pending.is_some() || !view.agreed.is_empty() {
                    Standing::Agreed
                } else if !offers.is_empty() {
                    Standing::Offered
                } else if view.offers.iter().any(|offer| offer.by == *buyer) {
                    Standing::Countered
                } else {
                    Standing::In
                }
            }
        };
        Self {
            supplier: supplier.clone(),
            session: Some(view.id),
            standing,
            state: Some(view.state),
            end: view.end,
            offers,
            commitments: view
                .commitments
                .iter()
                .filter(|formed| stands(formed))
                .map(|formed| formed.id)
                .collect(),
            failure: None,
        }
    }

    /// Orders bids for comparison: the furthest first, those with offers by what the buyer would owe. Amounts of one
    /// currency are never held against those of another.
    #[must_use]
    pub fn rank(&self) -> impl Ord + use<> {
        (self.standing, self.offers.first().map(OfferedPackage::cost), self.supplier.clone())
    }
}

/// Whether the buyer opened this session with the supplier alone.
pub(super) fn is_between(view: &SessionView, buyer: &AgentUri, supplier: &AgentUri) -> bool {
    view.initiator == *buyer
        && view.participants.len() == 2
        && view.participants.iter().any(|participant| participant.agent == *supplier)
}

/// Whether a commitment binds or has been kept: what was ended, replaced or broken leaves the tender open.
pub(super) fn stands(commitment: &CommitmentView) -> bool {
    match commitment.state {
        CommitmentState::Active | CommitmentState::Fulfilled => true,
        CommitmentState::Breached | CommitmentState::Terminated | CommitmentState::Amended => false,
    }
}

impl OfferedPackage {
    fn of(offer: &OfferView, terms: Hash, package: &Package, buyer: &AgentUri) -> Self {
        let owed_by =
            |buyers: bool| package.obligations.iter().filter(move |owed| (owed.debtor == *buyer) == buyers);
        let due = |owed: &Obligation| match &owed.due {
            Due::At(due) => Some(due.at),
            Due::After(_) | Due::Withheld(_) => None,
        };
        Self {
            offer: offer.id,
            terms,
            binding: offer.binding,
            valid_until: offer.respond_by,
            buyer_owes: summed(owed_by(true)),
            supplier_owes: summed(owed_by(false)),
            due: owed_by(false).filter_map(due).max(),
            package: package.clone(),
        }
    }

    /// What it costs the buyer, in an order that compares within one currency: by its name first.
    fn cost(&self) -> Vec<(String, asp_core::amount::Decimal)> {
        self.buyer_owes.iter().map(|money| (money.currency.to_string(), money.amount)).collect()
    }
}

/// Values summed per currency, in the order of their names; what cannot be written as one sum stands apart.
fn summed<'a>(owed: impl Iterator<Item = &'a Obligation>) -> Vec<Money> {
    let mut sums: Vec<Money> = Vec::new();
    for Obligation { value, .. } in owed {
        let same = |sum: &&mut Money| sum.currency == value.currency;
        let found = sums.iter_mut().find(same);
        match found.and_then(|sum| Some((sum.amount.checked_add(value.amount)?, sum))) {
            Some((total, sum)) => sum.amount = total,
            None => sums.push(value.clone()),
        }
    }
    sums.sort_by_cached_key(|money| money.currency.to_string());
    sums
}
