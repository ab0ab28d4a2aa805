//! Reputation systems side by side: the model of the protocol, and three that are well known. All see the same record
//! and answer from 0 to 100; only the others count words. Knows no attack and no goal.

use std::collections::BTreeMap;

use asp_core::trust::{Model, View, score_with};
use serde::Serialize;

use crate::record::{Agent, Asked, Record, uri};
use crate::workers::each;

/// A way to judge agents by a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum System {
    /// The model of the protocol.
    Flow,
    /// The mean of Beta(1 + good, 1 + bad) (Jøsang and Ismail, 2002).
    Beta,
    /// The share of good outcomes.
    Average,
    /// The principal vector of what each thinks of whom, with seeds trusted beforehand (Kamvar and others, 2003).
    EigenTrust,
}

impl System {
    /// All of them, the protocol's first.
    pub const ALL: [Self; 4] = [Self::Flow, Self::Beta, Self::Average, Self::EigenTrust];

    /// Its name in a table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flow => "flow-1",
            Self::Beta => "Beta",
            Self::Average => "average",
            Self::EigenTrust => "EigenTrust",
        }
    }

    /// What it says of each subject, from 0 to 100.
    #[must_use]
    pub fn judge(self, model: &Model, record: &Record, asked: &Asked, subjects: &[Agent]) -> Vec<f64> {
        match self {
            Self::Flow => flow(model, record, asked, subjects),
            Self::Beta => tallied(record, asked, subjects, |good, bad| (1.0 + good) / (2.0 + good + bad)),
            Self::Average => {
                tallied(
                    record,
                    asked,
                    subjects,
                    |good, bad| {
                        if good + bad == 0.0 { 0.5 } else { good / (good + bad) }
                    },
                )
            }
            Self::EigenTrust => eigen(record, asked, subjects),
        }
    }
}

/// The scores of the protocol's model, or of one with other numbers.
#[must_use]
pub fn flow(model: &Model, record: &Record, asked: &Asked, subjects: &[Agent]) -> Vec<f64> {
    let evidence = record.evidence(asked.minute);
    let Some(question) = subjects.first().and_then(|subject| asked.about(*subject)) else {
        return subjects.iter().map(|_| 0.0).collect();
    };
    let view = View::of(model, &evidence, &question);
    let score =
        |subject: &Agent| uri(*subject).map_or(0.0, |subject| points(view.score(&subject).thousandths()));
    // A thread for each of a few agents costs more than it saves.
    if subjects.len() < FEW { subjects.iter().map(score).collect() } else { each(subjects, score) }
}

/// The scores of one agent as several questions find it, by the protocol's model.
#[must_use]
pub fn through(model: &Model, record: &Record, asked: &[Asked], subject: Agent) -> Vec<f64> {
    let last = asked.iter().map(|asked| asked.minute).max().unwrap_or(0);
    let evidence = record.evidence(last);
    each(asked, |asked| {
        let question = asked.about(subject);
        question.map_or(0.0, |question| points(score_with(model, &evidence, &question).thousandths()))
    })
}

/// Thousandths of points as points.
#[must_use]
pub fn points(thousandths: i64) -> f64 {
    i32::try_from(thousandths).map_or(0.0, f64::from) / 1000.0
}

/// Good and bad words of one agent about another; what somebody says of itself does not count anywhere.
fn opinions(record: &Record, until: u64) -> impl Iterator<Item = (Agent, Agent, bool)> {
    let deals = record.deals.iter().filter(move |deal| deal.minute <= until);
    let deals = deals.map(|deal| (deal.creditor, deal.debtor, deal.kept));
    let ratings = record.ratings.iter().map(|rating| (rating.by, rating.of, rating.good));
    deals.chain(ratings).filter(|(by, of, _)| by != of)
}

fn tallied(record: &Record, asked: &Asked, subjects: &[Agent], share: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let mut tally: BTreeMap<Agent, (f64, f64)> = BTreeMap::new();
    for (_, of, good) in opinions(record, asked.minute) {
        let entry = tally.entry(of).or_default();
        *(if good { &mut entry.0 } else { &mut entry.1 }) += 1.0;
    }
    let of = |subject: &Agent| {
        let (good, bad) = tally.get(subject).copied().unwrap_or_default();
        100.0 * share(good, bad)
    };
    subjects.iter().map(of).collect()
}

/// `t = 0.85 · Cᵀt + 0.15 · p`, where C has each one's good minus bad words, cut off at nothing and normalised.
///
/// A share of trust is no score. An agent with an even share of it has 50 here, one with three shares 75.
fn eigen(record: &Record, asked: &Asked, subjects: &[Agent]) -> Vec<f64> {
    let mut balance: BTreeMap<(Agent, Agent), f64> = BTreeMap::new();
    for (by, of, good) in opinions(record, asked.minute) {
        *balance.entry((by, of)).or_default() += if good { 1.0 } else { -1.0 };
    }
    balance.retain(|_, sum| *sum > 0.0);
    let mut given: BTreeMap<Agent, f64> = BTreeMap::new();
    let mut known: BTreeMap<Agent, f64> = BTreeMap::new();
    for ((by, of), sum) in &balance {
        *given.entry(*by).or_default() += sum;
        known.insert(*by, 0.0);
        known.insert(*of, 0.0);
    }
    let share = 1.0 / count(asked.seeds.len());
    let before: BTreeMap<Agent, f64> = asked.seeds.iter().map(|seed| (*seed, share)).collect();
    let mut trust = before.clone();
    for _ in 0..ROUNDS {
        let mut next: BTreeMap<Agent, f64> =
            before.iter().map(|(seed, part)| (*seed, (1.0 - KEPT) * part)).collect();
        let mut passed = 0.0;
        for ((by, of), sum) in &balance {
            let total = given.get(by).copied().unwrap_or(1.0);
            let part = KEPT * trust.get(by).copied().unwrap_or(0.0) * sum / total;
            passed += part;
            *next.entry(*of).or_default() += part;
        }
        // What was given to somebody who trusts nobody goes back to the seeds.
        for (seed, part) in &before {
            *next.entry(*seed).or_default() += (KEPT - passed).max(0.0) * part;
        }
        trust = next;
    }
    let shares = count(known.len());
    let of = |subject: &Agent| {
        let own = trust.get(subject).copied().unwrap_or(0.0) * shares;
        100.0 * own / (own + 1.0)
    };
    subjects.iter().map(of).collect()
}

fn count(size: usize) -> f64 {
    u32::try_from(size).map_or(1.0, f64::from).max(1.0)
}

/// So few agents are judged on one thread.
const FEW: usize = 8;
/// What is passed on rather than given back to the seeds in each round.
const KEPT: f64 = 0.85;
/// Rounds of the power iteration; what is left out after them is below 0.85⁵⁰ < 0.0003.
const ROUNDS: usize = 50;
