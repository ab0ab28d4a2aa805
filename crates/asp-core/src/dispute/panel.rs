//! Rung 2: who sits on a panel, how each of them votes in secret first and then in the open, and what the votes come to.
//! Knows whom the lot called, not why.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Phase;
use crate::amount::{Decimal, Money};
use crate::name::AgentUri;
use crate::position::{Hash, LogPoint, LogTime, Millis};
use crate::rejection::{Code, Rejection};
use crate::statement::body::{DisputeDraw, DisputeOutcome, DisputeSeat, DisputeVote, Nonce, Text};
use crate::statement::draft::canonical;

/// What stands before a vote when it is hidden in a hash; no type of statement is called so.
const TAG: &[u8] = b"asp/1.0/vote\n";

/// A seat and what its member has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Who sits there.
    pub member: AgentUri,
    /// The hash in which the vote is hidden; none before the member has committed to one.
    pub commitment: Option<Hash>,
    /// The vote; none before it was shown.
    pub vote: Option<DisputeVote>,
}

/// A panel from its convening on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    size: usize,
    convened: LogPoint,
    ranked: Vec<AgentUri>,
    /// How many of those ranked have been given a seat.
    seated: usize,
    seats: Vec<Seat>,
    phase: Phase,
}

/// What becomes of a panel whose time has passed, or that has shown all its votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Count {
    /// These sit from here on.
    Seats(DisputeSeat),
    /// It has decided.
    Found(Found),
    /// It cannot decide any more.
    Nothing,
}

/// What the votes of a panel come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) outcome: DisputeOutcome,
    pub(super) amount: Option<Money>,
    words: &'static str,
}

impl Found {
    pub(super) fn reasons(&self) -> Text {
        Text::of(self.words)
    }
}

/// All that the hash of a vote hides.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hidden<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<&'a Money>,
    dispute: &'a Hash,
    outcome: DisputeOutcome,
    reasons: &'a Text,
    salt: &'a Nonce,
    voter: &'a AgentUri,
}

/// The hash in which a vote is hidden until all have committed to theirs: of this voter in this dispute alone.
#[must_use]
pub fn hidden(dispute: &Hash, voter: &AgentUri, vote: &DisputeVote) -> Hash {
    let DisputeVote { amount, outcome, reasons, salt } = vote;
    let all = Hidden { amount: amount.as_ref(), dispute, outcome: *outcome, reasons, salt, voter };
    Hash::of(&[TAG, &canonical(&all)])
}

impl Panel {
    /// A panel that the lot has yet to fill.
    pub(super) const fn convened(size: usize, convened: LogPoint) -> Self {
        Self { size, convened, ranked: Vec::new(), seated: 0, seats: Vec::new(), phase: Phase::Drawing }
    }

    /// How many are to sit, 3 or 5.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Where in the log it was convened: the tree that ends there is that of the lot.
    #[must_use]
    pub const fn convened_at(&self) -> LogPoint {
        self.convened
    }

    /// Whom the lot called, in its order.
    #[must_use]
    pub fn ranked(&self) -> &[AgentUri] {
        &self.ranked
    }

    /// Who sits, in the order of the lot.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// Whether somebody sits on it.
    #[must_use]
    pub fn has(&self, agent: &AgentUri) -> bool {
        self.seat(agent).is_some()
    }

    fn seat(&self, agent: &AgentUri) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.member == *agent)
    }

    /// Where it stands, time aside.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// More than half of the seats that there should be.
    const fn majority(&self) -> usize {
        self.size / 2 + 1
    }

    /// A member hides its vote, once, while there is time.
    pub(super) fn decide_commit(&self, voter: &AgentUri, phase: Phase) -> Result<(), Rejection> {
        let open = matches!(phase, Phase::Committing { .. });
        let first = self.seat(voter).is_some_and(|seat| seat.commitment.is_none());
        if open && first { Ok(()) } else { Err(Code::NotAllowed.at("/type").by("ASP-DIS-022")) }
    }

    /// A member shows the vote that it hid, once, after all have hidden theirs and while there is time.
    pub(super) fn decide_vote(
        &self,
        dispute: &Hash,
        voter: &AgentUri,
        vote: &DisputeVote,
        phase: Phase,
    ) -> Result<(), Rejection> {
        let seat = self.seat(voter).filter(|seat| seat.vote.is_none());
        let (Some(seat), Phase::Revealing { .. }) = (seat, phase) else {
            return Err(Code::NotAllowed.at("/type").by("ASP-DIS-023"));
        };
        if seat.commitment == Some(hidden(dispute, voter, vote)) {
            Ok(())
        } else {
            Err(Code::VoteMismatch.at("/body").by("ASP-DIS-023"))
        }
    }

    /// The lot has called: the first sit. With too few nobody does.
    pub(super) fn draw(&mut self, draw: &DisputeDraw, now: LogTime, window: Millis) {
        self.ranked.clone_from(&draw.ranked);
        if self.ranked.len() < self.size {
            self.phase = Phase::Counting;
            return;
        }
        let members = self.ranked.iter().take(self.size).cloned().collect();
        self.sit(&DisputeSeat { members }, now, window);
    }

    /// Who is not named gives up the seat; who is new takes one, in the order of the lot.
    pub(super) fn sit(&mut self, seat: &DisputeSeat, now: LogTime, window: Millis) {
        self.seats.retain(|it| seat.members.contains(&it.member));
        let known: BTreeSet<AgentUri> = self.seats.iter().map(|it| it.member.clone()).collect();
        for (place, member) in self.ranked.iter().enumerate() {
            if seat.members.contains(member) && !known.contains(member) {
                self.seats.push(Seat { member: member.clone(), commitment: None, vote: None });
                self.seated = self.seated.max(place + 1);
            }
        }
        self.phase = Phase::Committing { until: now.plus(window) };
        self.go_on(now, window);
    }

    pub(super) fn commit(&mut self, voter: &AgentUri, commitment: Hash, now: LogTime, window: Millis) {
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.member == *voter) {
            seat.commitment = Some(commitment);
        }
        self.go_on(now, window);
    }

    pub(super) fn vote(&mut self, voter: &AgentUri, vote: &DisputeVote, now: LogTime, window: Millis) {
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.member == *voter) {
            seat.vote = Some(vote.clone());
        }
        self.go_on(now, window);
    }

    /// All have said what is awaited: the next step begins before its time.
    fn go_on(&mut self, now: LogTime, window: Millis) {
        match self.phase {
            Phase::Committing { .. } if self.silent().count() == 0 => {
                self.phase = Phase::Revealing { until: now.plus(window) };
            }
            Phase::Revealing { .. } if self.silent().count() == 0 => self.phase = Phase::Counting,
            Phase::Replaying
            | Phase::Settling { .. }
            | Phase::Convening
            | Phase::Drawing
            | Phase::Committing { .. }
            | Phase::Revealing { .. }
            | Phase::Counting
            | Phase::Arbitrating { .. }
            | Phase::Ruled { .. }
            | Phase::Decided
            | Phase::Closed => {}
        }
    }

    /// The seats whose member has not said what is awaited.
    fn silent(&self) -> impl Iterator<Item = &Seat> {
        let hides = matches!(self.phase, Phase::Committing { .. });
        self.seats
            .iter()
            .filter(move |seat| if hides { seat.commitment.is_none() } else { seat.vote.is_none() })
    }

    /// What follows once its time has passed or all is shown: others for those who are silent, as long as the lot has called
    /// any; then those who are there decide if they are a majority of all seats.
    pub(super) fn count(&self) -> Count {
        if self.seats.is_empty() {
            return Count::Nothing;
        }
        let silent: BTreeSet<&AgentUri> = self.silent().map(|seat| &seat.member).collect();
        let fresh = self.ranked.iter().skip(self.seated).take(silent.len());
        let fresh: BTreeSet<AgentUri> = fresh.cloned().collect();
        let stay = self.seats.iter().filter(|seat| !silent.contains(&seat.member));
        let stay: BTreeSet<AgentUri> = stay.map(|seat| seat.member.clone()).collect();
        let hides = matches!(self.phase, Phase::Committing { .. });
        if !fresh.is_empty() {
            return Count::Seats(DisputeSeat { members: stay.into_iter().chain(fresh).collect() });
        }
        if stay.len() < self.majority() {
            return Count::Nothing;
        }
        if hides { Count::Seats(DisputeSeat { members: stay }) } else { Count::Found(self.found()) }
    }

    /// The outcome in the middle, which is that of the majority where there is one: of two in the middle the one that gives
    /// less to who filed. That a filing is abusive needs a majority. The amount is the one in the middle of that outcome's.
    fn found(&self) -> Found {
        let mut votes: Vec<&DisputeVote> = self.seats.iter().filter_map(|seat| seat.vote.as_ref()).collect();
        // From all for who filed to all against: in the order of the words.
        votes.sort_by_key(|vote| vote.outcome);
        let middle = votes.get(votes.len() / 2).map_or(DisputeOutcome::Undecided, |vote| vote.outcome);
        let most = |outcome| votes.iter().filter(|vote| vote.outcome == outcome).count() * 2 > votes.len();
        if most(middle) {
            let words = "More than half of the votes of the panel find so.";
            return Found { outcome: middle, amount: amount(&votes, middle), words };
        }
        let outcome = if middle == DisputeOutcome::Abusive { DisputeOutcome::Dismissed } else { middle };
        let words = "No outcome has more than half of the votes of the panel: the one in the middle stands.";
        Found { outcome, amount: amount(&votes, outcome), words }
    }
}

/// The amount in the middle of the votes for an outcome, the lower of two; none where that is nothing.
fn amount(votes: &[&DisputeVote], outcome: DisputeOutcome) -> Option<Money> {
    let like = || votes.iter().filter(|vote| vote.outcome == outcome);
    // All are of the currency of the claim, or they were not taken.
    let currency = like().find_map(|vote| vote.amount.as_ref())?.currency.clone();
    let mut amounts: Vec<Decimal> =
        like().map(|vote| vote.amount.as_ref().map_or(Decimal::ZERO, |it| it.amount)).collect();
    amounts.sort_unstable();
    let amount = *amounts.get(amounts.len().saturating_sub(1) / 2)?;
    (amount > Decimal::ZERO).then_some(Money { amount, currency })
}
