//! The answer in full: factors, points that add up, who lends, what limits, what would change it.
//! Words and lists; every number comes from `score.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::evidence::{Question, Record, View};
use super::flow::{Cut, Deal, Edge, SUBJECT};
use super::level::{Consequences, Level};
use super::parameters::{DEAL, LISTED_MAX, Model};
use super::score::{Breach, Factors, Facts, Millionths, Points, Standing};
use crate::amount::{Currency, Decimal, Money};
use crate::name::{Domain, Issuer};
use crate::position::{Hash, LogTime, Position};

/// What the record says about an agent, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// The model, `flow-1`.
    pub model: &'static str,
    /// What was asked: with the model and the log, everything that the digits depend on.
    pub question: Question,
    /// From 0 to 100 points, rounded down.
    pub score: Points,
    /// What the score amounts to.
    pub level: Level,
    /// The level's number, 0 to 4.
    pub level_number: u8,
    /// What follows from the level.
    pub consequences: Consequences,
    /// Five factors; the score is `F · (10 + 90·L·q·D)` of exactly these digits.
    pub factors: Vec<Factor>,
    /// Points that sum to the score.
    pub parts: Vec<Part>,
    /// Who lends to the subject, the largest first.
    pub lenders: Listed<Lender>,
    /// The minimum cut closest to the subject; its capacities sum to the flow.
    pub limited_by: Listed<Limit>,
    /// What would change the score, and by how much.
    pub counterfactuals: Vec<Counterfactual>,
    /// What it kept within 180 days for those whom the observer trusts, as far as they vouch for it: what a cap on
    /// exposure is a share of.
    pub backed: Money,
    /// Settled obligations of the subject that do not count, as the observer has no rate for their currency.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<Currency, u64>,
    /// Statements that count: the subject's breaches first, then the deals it kept, then the latest.
    pub rests_on: Listed<Hash>,
}

/// The first entries of a list, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed<T> {
    /// The number of all.
    pub total: usize,
    /// At most 256 of them.
    pub first: Vec<T>,
}

impl<T> Listed<T> {
    fn of(mut all: Vec<T>) -> Self {
        let total = all.len();
        all.truncate(LISTED_MAX);
        Self { total, first: all }
    }
}

/// One factor of the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Factor {
    /// Its letter in the model: R, L, q, D or F.
    pub symbol: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its value: R in deals of the class's value, the others between 0 and 1.
    pub value: Millionths,
    /// What it says.
    pub meaning: &'static str,
}

/// One step from nothing to the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// `base`, `growth`, `certainty`, `inactivity` or `breaches`.
    pub name: &'static str,
    /// What it adds, or takes if negative.
    pub points: Points,
}

/// An organisation that lends to the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lender {
    /// Whose agents the subject kept deals with.
    pub organisation: Domain,
    /// Whether the observer trusts it without evidence.
    pub seed: bool,
    /// What it lends. The sum over all lenders is the flow; how it is split is one of several ways.
    pub lends: Millionths,
    /// What its kept deals with the subject would let it lend.
    pub capacity: Millionths,
    /// Whether it lends all of that.
    pub saturated: bool,
    /// The kept deals behind it that still count.
    pub deals: u64,
    /// The latest of them.
    pub latest: LogTime,
}

/// Something that must grow before the flow can.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Limit {
    /// What one organisation lends to one debtor.
    Lending {
        /// Who lends.
        creditor: Domain,
        /// To whom: the subject, or an organisation.
        debtor: Issuer,
        /// At most this.
        capacity: Millionths,
    },
    /// What one organisation passes on in all.
    Organisation {
        /// Which.
        organisation: Domain,
        /// At most this.
        capacity: Millionths,
    },
    /// What the observer takes one organisation to be good for.
    Seed {
        /// Which.
        organisation: Domain,
        /// This.
        capacity: Millionths,
    },
}

/// Something that is not so, and the score if it were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counterfactual {
    /// What would be otherwise.
    pub change: Change,
    /// The partner in question, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner: Option<Domain>,
    /// The score then.
    pub score: Points,
    /// How much more that is.
    pub delta: Points,
    /// The change in words.
    pub sentence: &'static str,
}

/// What a counterfactual changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// One more kept deal with a partner that lends already.
    DealWithLender,
    /// A kept deal with a further partner, as trusted as the best lender.
    DealWithAnother,
    /// No breach on record.
    NoBreach,
    /// One breach at the question's instant.
    BreachNow,
}

impl Change {
    const fn sentence(self) -> &'static str {
        match self {
            Self::DealWithLender => {
                "One more kept deal of the class's value with a partner that lends already."
            }
            Self::DealWithAnother => {
                "A kept deal of the class's value with another partner, trusted as much as the best lender."
            }
            Self::NoBreach => "The same record without its breaches.",
            Self::BreachNow => "A breach of a deal of the class's value now.",
        }
    }
}

/// The score, from the evidence that a question admits.
pub(super) fn score(mut record: Record<'_>, question: &Question, model: &Model) -> Points {
    record.keep_relevant(model);
    let breaches = Breach::among(&record.broken, question, model);
    let standing = Standing::of(&record.kept, &breaches, &record.seeds, model);
    Factors::of(&standing.facts, question.instant, model).score(model)
}

/// Answers a question from the evidence it admits.
pub(super) fn explain(view: &View<'_>, backed: Decimal) -> Assessment {
    let (question, model) = (view.question, view.model);
    let mut record = view.record(&question.subject);
    record.keep_relevant(model);
    let breaches = Breach::among(&record.broken, question, model);
    let standing = Standing::of(&record.kept, &breaches, &record.seeds, model);
    let factors = Factors::of(&standing.facts, question.instant, model);
    let score = factors.score(model);
    Assessment {
        model: model.name,
        question: question.clone(),
        score,
        level: Level::of(score),
        level_number: Level::of(score).number(),
        consequences: Level::of(score).consequences(),
        factors: described(&factors),
        parts: parts(&factors, model),
        lenders: lenders(&record, &standing),
        limited_by: limits(&record, &standing, question),
        counterfactuals: counterfactuals(&record, &standing, &breaches, question, model),
        rests_on: rests_on(&record),
        backed: Money { amount: backed, currency: question.class.currency.clone() },
        left_out: record.unrated,
    }
}

fn described(factors: &Factors) -> Vec<Factor> {
    let factor = |symbol, name, value, meaning| Factor { symbol, name, value, meaning };
    vec![
        factor(
            "R",
            "flow",
            factors.flow,
            "Kept deals of the class's value that those the observer trusts vouch for.",
        ),
        factor("L", "growth", factors.growth, "How much of the growth that flow can bring is reached."),
        factor(
            "q",
            "certainty",
            factors.certainty,
            "How surely the record shows deals kept rather than broken.",
        ),
        factor("D", "inactivity", factors.inactivity, "What idleness beyond the free days has left."),
        factor("F", "breach", factors.breach, "What breaches have left, after time and later flow."),
    ]
}

fn parts(factors: &Factors, model: &Model) -> Vec<Part> {
    let mut before = Points::default();
    let names = ["base", "growth", "certainty", "inactivity", "breaches"];
    names
        .into_iter()
        .zip(factors.fall(model))
        .map(|(name, after)| Part { name, points: after.less(std::mem::replace(&mut before, after)) })
        .collect()
}

fn lenders(record: &Record<'_>, standing: &Standing<'_>) -> Listed<Lender> {
    let mut lenders: Vec<Lender> = lending(standing)
        .filter_map(|(edge, carried)| {
            Some(Lender {
                organisation: record.organisation(edge.creditor)?,
                seed: standing.graph.is_seed(edge.creditor),
                lends: Millionths::of_flow(carried),
                capacity: Millionths::of_flow(edge.capacity),
                saturated: carried == edge.capacity,
                deals: edge.deals,
                latest: edge.latest,
            })
        })
        .collect();
    // Nodes are numbered by name, and sorting keeps that order among equals.
    lenders.sort_by_key(|lender| std::cmp::Reverse(lender.lends));
    Listed::of(lenders)
}

/// What each creditor of the subject lends to it.
fn lending<'s>(standing: &'s Standing<'_>) -> impl Iterator<Item = (&'s Edge, u64)> {
    let carried = |number: usize| standing.flow.carried.get(number).copied().unwrap_or(0);
    standing.graph.lent_to(SUBJECT).map(move |(number, edge)| (edge, carried(number)))
}

fn limits(record: &Record<'_>, standing: &Standing<'_>, question: &Question) -> Listed<Limit> {
    let limit = |cut: &Cut| match cut {
        Cut::Edge(number) => {
            let edge = standing.graph.edges.get(*number)?;
            let debtor = record
                .organisation(edge.debtor)
                .map_or_else(|| Issuer::Agent(question.subject.clone()), Issuer::Organisation);
            let capacity = Millionths::of_flow(edge.capacity);
            Some(Limit::Lending { creditor: record.organisation(edge.creditor)?, debtor, capacity })
        }
        Cut::Organisation(node) => {
            let capacity = Millionths::of_flow(standing.graph.limit_of(*node));
            Some(Limit::Organisation { organisation: record.organisation(*node)?, capacity })
        }
        Cut::Given(node) => {
            let capacity = Millionths::of_flow(standing.graph.given(*node));
            Some(Limit::Seed { organisation: record.organisation(*node)?, capacity })
        }
    };
    Listed::of(standing.flow.cut.iter().filter_map(limit).collect())
}

fn counterfactuals(
    record: &Record<'_>,
    standing: &Standing<'_>,
    breaches: &[Breach],
    question: &Question,
    model: &Model,
) -> Vec<Counterfactual> {
    let score = Factors::of(&standing.facts, question.instant, model).score(model);
    let suppose = |change: Change, partner: Option<Domain>, facts: &Facts| {
        let then = Factors::of(facts, question.instant, model).score(model);
        Counterfactual { change, partner, score: then, delta: then.less(score), sentence: change.sentence() }
    };
    let mut all = Vec::new();
    if let Some(lender) = lender_with_room(standing) {
        let facts = with_deal(record, breaches, lender, question.instant, model);
        all.push(suppose(Change::DealWithLender, record.organisation(lender), &facts));
    }
    let facts = with_partner(standing, question.instant);
    all.push(suppose(Change::DealWithAnother, None, &facts));
    if !breaches.is_empty() {
        let facts = Facts { breaches: Vec::new(), ..standing.facts.clone() };
        all.push(suppose(Change::NoBreach, None, &facts));
    }
    let mut facts = standing.facts.clone();
    facts.breaches.push((Breach::supposed(breaches, question, model), 0));
    all.push(suppose(Change::BreachNow, None, &facts));
    all
}

/// The creditor that lends most among those that could lend more, or else among all.
fn lender_with_room(standing: &Standing<'_>) -> Option<usize> {
    lending(standing)
        .filter(|(_, carried)| *carried > 0)
        .max_by_key(|(edge, carried)| {
            let room = edge.capacity < standing.graph.limit_of(edge.creditor);
            (room, *carried, std::cmp::Reverse(edge.creditor))
        })
        .map(|(edge, _)| edge.creditor)
}

/// The facts if the subject kept one more deal with `creditor` now.
fn with_deal(
    record: &Record<'_>,
    breaches: &[Breach],
    creditor: usize,
    instant: LogTime,
    model: &Model,
) -> Facts {
    let index = Position(u64::MAX);
    let deal = Deal { debtor: SUBJECT, creditor, index, at: instant, weight: DEAL, statement: None };
    let mut deals = record.kept.clone();
    deals.insert(deals.partition_point(|other| *other < deal), deal);
    Standing::of(&deals, breaches, &record.seeds, model).facts
}

/// The facts if the subject kept a deal now with a partner to which seeds lend what they lend to the best
/// lender, over ways of its own. Without any lender it is a deal with a seed.
fn with_partner(standing: &Standing<'_>, instant: LogTime) -> Facts {
    let best = lending(standing).max_by_key(|(edge, carried)| (*carried, std::cmp::Reverse(edge.creditor)));
    let backing = match best {
        Some((edge, _)) if !standing.graph.is_observer(edge.creditor) => {
            standing.graph.flow_to(edge.creditor).value
        }
        Some(_) | None => DEAL,
    };
    let gain = backing.min(DEAL);
    let mut facts = standing.facts.clone();
    facts.flow = facts.flow.saturating_add(gain);
    facts.latest = Some(instant);
    for (_, earned) in &mut facts.breaches {
        *earned = earned.saturating_add(gain);
    }
    facts
}

/// The statements that count.
fn rests_on(record: &Record<'_>) -> Listed<Hash> {
    let mut seen = BTreeSet::new();
    let mut statements: Vec<Hash> = Vec::new();
    let own = record.broken.iter().rev().map(|evidence| evidence.statement);
    let mut kept: Vec<&Deal<'_>> = record.kept.iter().collect();
    kept.sort_unstable_by_key(|deal| (deal.debtor != SUBJECT, std::cmp::Reverse(deal.index), deal.statement));
    for statement in own.chain(kept.iter().filter_map(|deal| deal.statement.copied())) {
        if seen.insert(statement) {
            statements.push(statement);
        }
    }
    Listed::of(statements)
}
