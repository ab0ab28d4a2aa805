//! What there is to learn from a session: who conceded how much, how fast everybody answered, what it came to, and how
//! that compares with what one made of such sessions before.
//!
//! Made of a trace, in integers alone. It says what happened and not what to make of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::table::{Performative, Reason, State};
use super::trace::{Awaited, SessionTrace, TraceOffer, TraceStep, WaitEnd};
use crate::amount::{Currency, Decimal, Money};
use crate::name::{AgentUri, Capability, Domain};
use crate::position::{Hash, LogTime, Millis, Position, Sequence};
use crate::statement::body::Outcome as Came;
use crate::trust::Outcome;

/// Sessions of one's own that a digest is compared with: the latest so many.
pub const HISTORY_MAX: usize = 64;

/// What a gap is divided into.
const THOUSAND: i128 = 1_000;

/// Declares what is read by others: camel case, absent members left out.
macro_rules! api {
    ($($(#[$doc:meta])* struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {$(
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        $(#[$doc])*
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )+};
}

api! {
    /// What an organisation can learn from a session of its agents.
    struct SessionDigest {
        /// The session.
        session: Hash,
        /// In whose eyes.
        own: Domain,
        /// The other organisations that spoke in it or were invited.
        others: BTreeSet<Domain>,
        /// What it was about.
        capability: Capability,
        /// Where the log has the invitation.
        opened: Position,
        /// When that was.
        opened_at: LogTime,
        /// Its state.
        state: State,
        /// Why it ended, if it has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What it has come to; absent while that is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Came>,
        /// From the invitation to the last statement.
        duration_ms: Millis,
        /// From the invitation to the first commitment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreed_in_ms: Option<Millis>,
        /// Statements, those of the node among them.
        statements: u64,
        /// Offers that were made before anything was agreed.
        rounds: u64,
        /// The price of each of these offers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        path: Vec<DigestPrice>,
        /// How far the sides were apart by their first offers; absent if not both made one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap: Option<Money>,
        /// The price of the first commitment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreed: Option<Money>,
        /// The own side.
        mine: DigestSide,
        /// The other side, all of it together.
        theirs: DigestSide,
        /// Those who spoke, each by itself.
        agents: Vec<DigestAgent>,
        /// Such sessions before this one; absent if there were none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        history: Option<DigestHistory>,
    }
    /// The price of an offer: the most that one party would owe under it, in the currency of the first offer.
    struct DigestPrice {
        /// The offer's place in the session.
        sequence: Sequence,
        /// When it was made.
        at: LogTime,
        /// Who made it.
        by: AgentUri,
        /// Whether that is the own side.
        own: bool,
        /// The terms of which this is the price: the first of the offer's packages.
        terms: Hash,
        /// The price.
        price: Money,
        /// How many further packages the offer has.
        #[serde(default)]
        alternatives: u64,
    }
    /// What one side did.
    struct DigestSide {
        /// The price of its first offer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first: Option<Money>,
        /// The price of its last offer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<Money>,
        /// What it gave way from its first offer to what was agreed, or else to its last offer, in thousandths of the gap;
        /// less than nothing if it moved away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conceded_permille: Option<i64>,
        /// The offers, questions and commits of others that it answered.
        answers: u64,
        /// How long one of these had waited, half of them longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer_ms: Option<Millis>,
        /// The longest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slowest_ms: Option<Millis>,
        /// Those that it let lapse.
        lapsed: u64,
        /// Obligations that it fulfilled.
        kept: u64,
        /// Obligations that it breached.
        broken: u64,
    }
    /// What one agent did.
    struct DigestAgent {
        /// Who.
        agent: AgentUri,
        /// Whether it is of the own side.
        own: bool,
        /// What it said.
        statements: u64,
        /// The offers among that.
        offers: u64,
        /// What it took back.
        withdrawn: u64,
        /// Tokens that it says it has spent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tokens: Option<u64>,
        /// What it says that inference and tools have cost it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<Money>,
    }
    /// What one made of such sessions before: with one of the same organisations, about the same capability.
    struct DigestHistory {
        /// Those that are looked at, the latest first: 64 at most.
        sessions: Vec<Hash>,
        /// How many of them led to a commitment.
        agreed: u64,
        /// How many of those came to be all fulfilled.
        fulfilled: u64,
        /// How many saw a breach.
        breached: u64,
        /// The usual number of offers: half of the sessions had more. So are all that follow.
        rounds: u64,
        /// The usual time to a commitment, where there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreed_in_ms: Option<Millis>,
        /// The usual price that was agreed on, in the currency of this session.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreed_at: Option<Money>,
        /// The usual concession of the own side, in thousandths of the gap.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conceded_permille: Option<i64>,
        /// The usual concession of the other side.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        they_conceded_permille: Option<i64>,
        /// The usual time until the own side answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer_ms: Option<Millis>,
        /// The usual time until the other side answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        they_answer_ms: Option<Millis>,
    }
}

impl SessionDigest {
    /// What an organisation can learn from a session.
    #[must_use]
    pub fn of(trace: &SessionTrace, own: &Domain) -> Self {
        let bargaining = Bargaining::of(trace, own);
        let last = trace.steps.last().map_or(trace.opened_at, |step| step.log_time);
        let (mine, theirs) = (bargaining.side(trace, own, true), bargaining.side(trace, own, false));
        let agreed_at = bargaining.agreed_at.map(|(_, at)| at.since(trace.opened_at));
        Self {
            session: trace.session,
            own: own.clone(),
            others: others(trace, own),
            capability: trace.capability.clone(),
            opened: trace.opened,
            opened_at: trace.opened_at,
            state: trace.state,
            reason: trace.end.as_ref().map(|end| end.code),
            outcome: trace.outcome,
            duration_ms: last.since(trace.opened_at),
            agreed_in_ms: agreed_at,
            statements: count(trace.steps.len()),
            rounds: bargaining.rounds,
            gap: bargaining.gap(),
            agreed: bargaining.agreed.clone(),
            path: bargaining.path,
            mine,
            theirs,
            agents: agents(trace, own),
            history: None,
        }
    }

    /// The same, compared with earlier ones of the same organisation. Those about something else or with nobody of the
    /// same organisations, and those that began later, are left out.
    #[must_use]
    pub fn against(mut self, earlier: &[Self]) -> Self {
        let alike = |it: &&Self| {
            it.own == self.own
                && it.capability == self.capability
                && it.opened < self.opened
                && !it.others.is_disjoint(&self.others)
        };
        let mut alike: Vec<&Self> = earlier.iter().filter(alike).collect();
        alike.sort_unstable_by_key(|it| std::cmp::Reverse(it.opened));
        alike.truncate(HISTORY_MAX);
        self.history = history(&alike, self.currency());
        self
    }

    /// The currency in which prices are told.
    #[must_use]
    pub fn currency(&self) -> Option<&Currency> {
        self.path.first().map(|price| &price.price.currency)
    }
}

/// What was offered before anything was agreed.
struct Bargaining {
    path: Vec<DigestPrice>,
    rounds: u64,
    agreed: Option<Money>,
    agreed_at: Option<(Sequence, LogTime)>,
}

impl Bargaining {
    fn of(trace: &SessionTrace, own: &Domain) -> Self {
        let forms = |step: &&TraceStep| step.commitments.iter().any(|commitment| commitment.before.is_none());
        let formed = trace.steps.iter().find(forms);
        let agreed_at = formed.map(|step| (step.sequence, step.log_time));
        let before = |step: &&TraceStep| agreed_at.is_none_or(|(agreed, _)| step.sequence < agreed);
        let offering: Vec<&TraceStep> =
            trace.steps.iter().take_while(before).filter(|step| !step.offers.is_empty()).collect();
        let currency = offering.first().and_then(|step| step.offers.first()).and_then(currency);
        let priced = |step: &&TraceStep| {
            let (first, currency) = (step.offers.first()?, currency.as_ref()?);
            let by = step.principal.as_ref().or_else(|| step.issuer.agent())?.clone();
            Some(DigestPrice {
                sequence: step.sequence,
                at: step.log_time,
                own: by.organisation() == *own,
                by,
                terms: first.terms,
                price: price(first, currency)?,
                alternatives: count(step.offers.len().saturating_sub(1)),
            })
        };
        let terms = formed.and_then(|step| step.commitments.first()).map(|commitment| commitment.terms);
        let mut offers = offering.iter().flat_map(|step| &step.offers);
        let taken = offers.find(|offer| Some(offer.terms) == terms);
        Self {
            path: offering.iter().filter_map(priced).collect(),
            rounds: count(offering.len()),
            agreed: taken.zip(currency.as_ref()).and_then(|(offer, currency)| price(offer, currency)),
            agreed_at,
        }
    }

    fn first(&self, own: bool) -> Option<&Money> {
        self.path.iter().find(|price| price.own == own).map(|price| &price.price)
    }

    fn gap(&self) -> Option<Money> {
        let (mine, theirs) = (self.first(true)?, self.first(false)?);
        let nanos = mine.amount.nanos().abs_diff(theirs.amount.nanos());
        Some(Money { amount: Decimal::saturating(nanos), currency: mine.currency.clone() })
    }

    /// What a side gave way, in thousandths of the gap.
    fn conceded(&self, own: bool) -> Option<i64> {
        let nanos = |money: &Money| i128::try_from(money.amount.nanos()).ok();
        let (first, other) = (nanos(self.first(own)?)?, nanos(self.first(!own)?)?);
        let last = self.path.iter().rev().find(|price| price.own == own).map(|price| &price.price);
        let ends = nanos(self.agreed.as_ref().or(last)?)?;
        let gap = other.checked_sub(first).filter(|gap| *gap != 0)?;
        let moved = ends.checked_sub(first)?.checked_mul(THOUSAND)?;
        i64::try_from(moved / gap).ok()
    }

    fn side(&self, trace: &SessionTrace, own: &Domain, mine: bool) -> DigestSide {
        let of_side = |agent: &AgentUri| (agent.organisation() == *own) == mine;
        let asked = |what: Awaited| matches!(what, Awaited::Offer | Awaited::Question | Awaited::Commit);
        let waits =
            trace.waits.iter().filter(|wait| asked(wait.what) && wait.of.agent().is_some_and(of_side));
        let ended = |end: WaitEnd| waits.clone().filter(move |wait| wait.end == Some(end));
        let mut answered: Vec<Millis> = ended(WaitEnd::Answered).filter_map(|wait| wait.waited_ms).collect();
        answered.sort_unstable();
        let outcomes = trace.steps.iter().flat_map(|step| &step.trust);
        let outcomes = outcomes.filter(|it| it.debtor.as_ref().is_some_and(of_side));
        let came =
            |outcome: Outcome| count(outcomes.clone().filter(|it| it.outcome == Some(outcome)).count());
        let last = self.path.iter().rev().find(|price| price.own == mine);
        DigestSide {
            first: self.first(mine).cloned(),
            last: last.map(|price| price.price.clone()),
            conceded_permille: self.conceded(mine),
            answers: count(answered.len()),
            answer_ms: middle(&answered),
            slowest_ms: answered.last().copied(),
            lapsed: count(ended(WaitEnd::Lapsed).count()),
            kept: came(Outcome::Fulfilled),
            broken: came(Outcome::Breached),
        }
    }
}

/// The currency in which the most is owed under a package; by its name, of several alike the first.
fn currency(offer: &TraceOffer) -> Option<Currency> {
    let amounts = offer.owed.iter().flat_map(|owed| &owed.owed);
    let most =
        amounts.max_by(|one, other| one.amount.cmp(&other.amount).then(other.currency.cmp(&one.currency)));
    most.map(|money| money.currency.clone())
}

/// The most that one party would owe in a currency.
fn price(offer: &TraceOffer, currency: &Currency) -> Option<Money> {
    let amounts = offer.owed.iter().flat_map(|owed| &owed.owed).filter(|money| money.currency == *currency);
    amounts.max_by_key(|money| money.amount).cloned()
}

fn others(trace: &SessionTrace, own: &Domain) -> BTreeSet<Domain> {
    let spoke = trace.steps.iter().filter_map(|step| step.issuer.organisation());
    let asked = trace.waits.iter().filter_map(|wait| wait.of.organisation());
    spoke.chain(asked).filter(|domain| domain != own).collect()
}

fn agents(trace: &SessionTrace, own: &Domain) -> Vec<DigestAgent> {
    let mut all: BTreeMap<&AgentUri, DigestAgent> = BTreeMap::new();
    for step in &trace.steps {
        let Some(agent) = step.issuer.agent() else { continue };
        let told = all.entry(agent).or_insert_with(|| DigestAgent {
            agent: agent.clone(),
            own: agent.organisation() == *own,
            statements: 0,
            offers: 0,
            withdrawn: 0,
            tokens: None,
            cost: None,
        });
        told.statements += 1;
        told.offers += u64::from(!step.offers.is_empty());
        told.withdrawn += u64::from(step.performative == Performative::Withdraw);
        if let Some(usage) = &step.usage {
            // Each says all that was spent so far.
            told.tokens = usage.tokens.or(told.tokens);
            told.cost = usage.cost.clone().or_else(|| told.cost.take());
        }
    }
    all.into_values().collect()
}

fn history(alike: &[&SessionDigest], currency: Option<&Currency>) -> Option<DigestHistory> {
    if alike.is_empty() {
        return None;
    }
    let number =
        |wanted: &dyn Fn(&SessionDigest) -> bool| count(alike.iter().filter(|it| wanted(it)).count());
    let prices = alike.iter().filter_map(|it| it.agreed.as_ref());
    let prices = prices.filter(|price| Some(&price.currency) == currency);
    let usual = |of: &dyn Fn(&SessionDigest) -> Option<Millis>| usually(alike.iter().filter_map(|it| of(it)));
    Some(DigestHistory {
        sessions: alike.iter().map(|it| it.session).collect(),
        agreed: number(&|it| it.agreed_in_ms.is_some()),
        fulfilled: number(&|it| it.outcome == Some(Came::Fulfilled)),
        breached: number(&|it| it.outcome == Some(Came::Breached)),
        rounds: usually(alike.iter().map(|it| it.rounds)).unwrap_or_default(),
        agreed_in_ms: usual(&|it| it.agreed_in_ms),
        agreed_at: usually(prices.cloned()),
        conceded_permille: usually(alike.iter().filter_map(|it| it.mine.conceded_permille)),
        they_conceded_permille: usually(alike.iter().filter_map(|it| it.theirs.conceded_permille)),
        answer_ms: usual(&|it| it.mine.answer_ms),
        they_answer_ms: usual(&|it| it.theirs.answer_ms),
    })
}

/// The middle of all values, of two the smaller.
fn usually<T: Ord + Clone>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    middle(&values)
}

/// The middle of sorted values, of two the smaller.
fn middle<T: Clone>(sorted: &[T]) -> Option<T> {
    sorted.get(sorted.len().checked_sub(1)? / 2).cloned()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
