//! What trust rests on: obligations with an outcome, the question asked of them, and which of them it admits.
//! Knows weights, but neither flow nor score.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::fixed::Fixed;
use super::flow::{Belief, Deal, Graph, SUBJECT};
use super::outlook::Outlook;
use super::parameters::{DEAL, Model, days};
use crate::amount::{Currency, Decimal, Money};
use crate::key::KeyId;
use crate::name::{AgentUri, Capability, Domain};
use crate::position::{Hash, LogPoint, LogTime, Millis, Position};

/// An obligation that both sides signed, with its outcome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// Where the log has the outcome; decides order, and whether a prefix contains it.
    pub index: Position,
    /// When the log had it; decides how far it has faded.
    pub at: LogTime,
    /// Who owed.
    pub debtor: AgentUri,
    /// Who was owed.
    pub creditor: AgentUri,
    /// What the obligation was worth.
    pub value: Money,
    /// What it was about; a deal without one counts only when no capability is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<Capability>,
    /// How it ended.
    pub outcome: Outcome,
    /// The statement that ended it.
    pub statement: Hash,
    /// The signatures that it rests on; it counts as long as all of them do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub grounds: BTreeSet<Ground>,
    /// Where and when the first of them was distrusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<LogPoint>,
}

/// A signature in the log that evidence rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ground {
    /// Where the log has the statement that was signed.
    pub at: Position,
    /// The agent whose key it is.
    pub by: AgentUri,
    /// The key.
    pub key: KeyId,
}

/// How an obligation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Fulfilled, and acknowledged or not contested in time.
    Fulfilled,
    /// Breached, by rule or by ruling.
    Breached,
}

/// May I trust `subject` with a deal of this size?
///
/// Together with the model and the log it determines every digit of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// The agent asked about.
    pub subject: AgentUri,
    /// Who looks: one's own organisation, or others through whose eyes one asks. What they lend has no bound.
    pub observer: BTreeSet<Domain>,
    /// The value class: the size of the deal in mind. Deals in currencies without a rate do not count.
    pub class: Money,
    /// What the observer's policy says beside; nothing where several look.
    #[serde(default, skip_serializing_if = "Outlook::is_empty")]
    pub outlook: Outlook,
    /// Counts only deals within this subtree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<Capability>,
    /// The log time at which the answer holds; what came later does not count.
    pub instant: LogTime,
    /// The size of the log that is looked at: evidence from this index on does not count.
    pub prefix: Position,
}

impl Question {
    /// Whether the question lets this evidence count, if its currency does.
    fn looks_at(&self, evidence: &Evidence) -> bool {
        let stands = |void: LogPoint| void.index >= self.prefix || void.time > self.instant; // ASP-TRU-003
        let asked = |wanted: &Capability| evidence.capability.as_ref().is_some_and(|it| it.is_within(wanted));
        evidence.index < self.prefix
            && evidence.void.is_none_or(stands)
            && evidence.at <= self.instant
            && self.capability.as_ref().is_none_or(asked)
    }

    /// Whether this evidence counts: it is admitted, and those whom it binds are of different organisations.
    pub(super) fn counts(&self, evidence: &Evidence) -> bool {
        self.looks_at(evidence)
            && self.worth(&evidence.value).is_some()
            && domain_of(&evidence.debtor) != domain_of(&evidence.creditor)
    }

    /// What an amount is worth in the currency of the class, in billionths, rounded down; none without a rate.
    pub(super) fn worth(&self, value: &Money) -> Option<u128> {
        self.outlook.worth(value, &self.class.currency)
    }

    /// An amount in units of flow, rounded down.
    fn given(&self, worth: Decimal, units: Units) -> u64 {
        let flow = match units {
            // At most 10²⁷ · 2³², within 128 bits.
            Units::Deals => worth.nanos() * u128::from(DEAL) / self.class_nanos(),
            Units::Value { .. } => worth.nanos() / 1_000,
        };
        u64::try_from(flow).unwrap_or(u64::MAX)
    }

    /// The value of what was kept, in millionths, if that is no longer ago.
    fn value_within(&self, kept: &Evidence, span: Millis) -> u64 {
        if self.instant.since(kept.at) > span {
            return 0;
        }
        u64::try_from(self.worth(&kept.value).unwrap_or(0) / 1_000).unwrap_or(u64::MAX)
    }

    /// The value class in billionths; a class of nothing is the smallest amount there is.
    pub(super) fn class_nanos(&self) -> u128 {
        self.class.amount.nanos().max(1)
    }
}

/// The evidence as one observer sees it at one instant, read once to judge many agents.
///
/// Whose trust is asked about in the question does not matter here.
pub struct View<'a> {
    pub(super) question: &'a Question,
    pub(super) model: &'a Model,
    /// Kept deals between organisations, by debtor, creditor and place in the log; each with the agent that owed.
    kept: Vec<(Deal<'a>, &'a AgentUri)>,
    /// Broken ones, in log order.
    broken: Vec<&'a Evidence>,
    /// By organisation: its number as a node.
    numbers: BTreeMap<&'a str, usize>,
    /// Those that do not count, as their currency has no rate.
    unrated: Vec<&'a Evidence>,
    /// By node number: what the observer believes of it.
    seeds: Vec<Belief>,
    /// By node number less one: an agent of the organisation, which names it.
    organisations: Vec<&'a AgentUri>,
}

impl<'a> View<'a> {
    /// Reads evidence for a question.
    #[must_use]
    pub fn of(model: &'a Model, evidence: &'a [Evidence], question: &'a Question) -> Self {
        Self::counted_in(Units::Deals, model, evidence, question)
    }

    /// The same, with flow in other units.
    pub(super) fn counted_in(
        units: Units,
        model: &'a Model,
        evidence: &'a [Evidence],
        question: &'a Question,
    ) -> Self {
        let observers: BTreeSet<&str> = question.observer.iter().map(Domain::as_str).collect();
        let (mut broken, mut lending, mut unrated) = (Vec::new(), Vec::new(), Vec::new());
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut agents: BTreeMap<&str, &AgentUri> = BTreeMap::new();
        for item in evidence.iter().filter(|item| question.looks_at(item)) {
            let (debtor, creditor) = (domain_of(&item.debtor), domain_of(&item.creditor));
            if debtor == creditor {
                continue;
            }
            if question.worth(&item.value).is_none() {
                unrated.push(item);
                continue;
            }
            match item.outcome {
                Outcome::Breached => broken.push(item),
                Outcome::Fulfilled => {
                    agents.entry(creditor).or_insert(&item.creditor);
                    agents.entry(debtor).or_insert(&item.debtor);
                    lending.push((item, debtor, creditor));
                }
            }
        }
        broken.sort_unstable();
        numbers.extend(agents.keys().copied().zip(SUBJECT + 1..));
        let number = |domain: &&'a str| numbers.get(domain).copied().unwrap_or(SUBJECT);
        let weights = Weights::of(question, model);
        let deal = |(item, debtor, creditor): &(&'a Evidence, &'a str, &'a str)| {
            let deal = Deal {
                debtor: number(debtor),
                creditor: number(creditor),
                weight: match units {
                    Units::Deals => weights.weigh(item),
                    Units::Value { span } => question.value_within(item, span),
                },
                index: item.index,
                at: item.at,
                statement: Some(&item.statement),
            };
            (deal, &item.debtor)
        };
        let mut kept: Vec<_> = lending.iter().map(deal).filter(|(deal, _)| deal.weight > 0).collect();
        kept.sort_unstable();
        let worths = question.outlook.seeds.iter();
        let given: BTreeMap<&str, u64> =
            worths.map(|(name, worth)| (name.as_str(), question.given(*worth, units))).collect();
        let belief = |name: &&str| match given.get(name) {
            _ if observers.contains(name) => Belief::Whole,
            Some(given) => Belief::Given(*given),
            None => Belief::Earned,
        };
        let seeds = std::iter::once(Belief::Earned).chain(agents.keys().map(belief)).collect();
        let organisations = agents.into_values().collect();
        Self { question, model, kept, broken, unrated, numbers, seeds, organisations }
    }

    /// What the evidence says of one agent.
    pub(super) fn record(&self, subject: &AgentUri) -> Record<'a> {
        let own = self.numbers.get(domain_of(subject)).copied().unwrap_or(SUBJECT);
        // What others of the subject's organisation were lent is not lent to the subject, and must not reach it a second
        // time through third parties; what a seed was lent, it does not need.
        let (mut kept, mut others) = (Vec::new(), Vec::new());
        for (deal, debtor) in &self.kept {
            if deal.debtor == own {
                if *debtor == subject {
                    kept.push(Deal { debtor: SUBJECT, ..*deal });
                }
            } else if self.seeds.get(deal.debtor) != Some(&Belief::Whole) {
                others.push(*deal);
            }
        }
        // The subject has the lowest number, and each part is sorted already.
        kept.append(&mut others);
        let broken = self.broken.iter().copied().filter(|item| item.debtor == *subject).collect();
        let mut unrated = BTreeMap::new();
        for item in self.unrated.iter().filter(|item| item.debtor == *subject) {
            *unrated.entry(item.value.currency.clone()).or_default() += 1;
        }
        let (seeds, organisations) = (self.seeds.clone(), self.organisations.clone());
        Record { kept, broken, unrated, seeds, organisations }
    }
}

/// The evidence that a question admits, sorted so that the order in which it came cannot matter.
pub(super) struct Record<'a> {
    /// Kept deals that can carry flow, by debtor, creditor and place in the log.
    pub kept: Vec<Deal<'a>>,
    /// What the subject owed to other organisations and broke, in log order.
    pub broken: Vec<&'a Evidence>,
    /// How many settled obligations of the subject do not count, as their currency has no rate.
    pub unrated: BTreeMap<Currency, u64>,
    /// By node number: what the observer believes of it. The subject has the number [`SUBJECT`] and has to earn it.
    pub seeds: Vec<Belief>,
    /// By node number less one: an agent of the organisation, which names it.
    organisations: Vec<&'a AgentUri>,
}

/// In what flow is counted.
#[derive(Clone, Copy)]
pub(super) enum Units {
    /// Deals of the class's value.
    Deals,
    /// Value that was kept within a span, in millionths of the currency's unit.
    Value {
        /// How far back.
        span: Millis,
    },
}

impl Record<'_> {
    /// Leaves out the deals that lie on no way from a seed to the subject.
    pub(super) fn keep_relevant(&mut self, model: &Model) {
        let relevant = Graph::of(self.kept.iter(), &self.seeds, model).relevant();
        let on_the_way = |node: usize| relevant.get(node).copied().unwrap_or(false);
        self.kept.retain(|deal| on_the_way(deal.debtor) && on_the_way(deal.creditor));
    }

    /// The organisation with this node number; none for the subject.
    pub(super) fn organisation(&self, node: usize) -> Option<Domain> {
        self.organisations.get(node.checked_sub(1)?).map(|agent| agent.organisation())
    }
}

/// The organisation of an agent as a part of its URI: a hundred thousand comparisons need no copies.
fn domain_of(agent: &AgentUri) -> &str {
    agent.as_str().split('/').nth(2).unwrap_or_default()
}

/// The weight of a kept deal, as seen for one value class at one instant.
struct Weights<'a> {
    model: &'a Model,
    question: &'a Question,
    class: u128,
    /// log₂(1 + V)
    class_size: Fixed,
    instant: LogTime,
}

impl<'a> Weights<'a> {
    fn of(question: &'a Question, model: &'a Model) -> Self {
        let class = question.class_nanos();
        Self { model, question, class, class_size: size(class), instant: question.instant }
    }

    /// `min(1, v/V) · log₂(1 + min(v, V)) / log₂(1 + V)`, faded; in units of flow.
    fn weigh(&self, evidence: &Evidence) -> u64 {
        let value = self.question.worth(&evidence.value).unwrap_or(0);
        let whole = if value >= self.class || self.model.value_power == 0 {
            Fixed::ONE
        } else {
            Fixed::share(value, self.class).power(self.model.value_power) * (size(value) / self.class_size)
        };
        let age = self.instant.since(evidence.at);
        let faded = whole * Fixed::spans(age, days(self.model.deal_half_life_days)).half_to();
        u64::try_from(faded.steps() >> 16).unwrap_or(0)
    }
}

/// log₂(1 + v) for a value in billionths.
fn size(nanos: u128) -> Fixed {
    (Fixed::ONE + Fixed::from_nanos(nanos)).log2()
}
