//! What happened between numbered agents, and how it reads as evidence of the core. Knows no scores.

use std::collections::BTreeMap;

use asp_core::amount::Money;
use asp_core::name::{AgentUri, Domain};
use asp_core::position::{Hash, LogTime, Position};
use asp_core::trust::{Evidence, Outcome, Question};

/// A number of an agent; each is an organisation of its own.
pub type Agent = u32;

/// An obligation that both sides signed, with its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deal {
    /// Who owed.
    pub debtor: Agent,
    /// Who was owed.
    pub creditor: Agent,
    /// What it was worth, in cents.
    pub cents: u64,
    /// The minute at which it ended.
    pub minute: u64,
    /// Whether it was kept.
    pub kept: bool,
}

/// A rating without a commitment behind it: words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating {
    /// Who rates.
    pub by: Agent,
    /// Whom.
    pub of: Agent,
    /// Whether it praises.
    pub good: bool,
}

/// All that happened.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Deals, in any order.
    pub deals: Vec<Deal>,
    /// Words, which only systems of words count.
    pub ratings: Vec<Rating>,
}

/// What is asked, by whom and when.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The agents that the observer trusts without evidence.
    pub seeds: Vec<Agent>,
    /// The size of the deal in mind, in cents.
    pub cents: u64,
    /// The minute of the question; what came later does not count.
    pub minute: u64,
}

/// Minutes of a day.
pub const DAY: u64 = 24 * 60;

impl Record {
    /// The deals up to a minute as the core's evidence, in the order of time.
    #[must_use]
    pub fn evidence(&self, until: u64) -> Vec<Evidence> {
        let mut deals: Vec<&Deal> = self.deals.iter().filter(|deal| deal.minute <= until).collect();
        deals.sort_by_key(|deal| deal.minute);
        // The same names and amounts come again and again, and reading one takes longer than copying it.
        let mut names: BTreeMap<Agent, Option<AgentUri>> = BTreeMap::new();
        let mut amounts: BTreeMap<u64, Option<Money>> = BTreeMap::new();
        let mut evidence = Vec::with_capacity(deals.len());
        for (index, deal) in (0..).zip(deals) {
            let mut named = |agent| names.entry(agent).or_insert_with(|| uri(agent)).clone();
            let (debtor, creditor) = (named(deal.debtor), named(deal.creditor));
            let value = amounts.entry(deal.cents).or_insert_with(|| money(deal.cents)).clone();
            if let (Some(debtor), Some(creditor), Some(value)) = (debtor, creditor, value) {
                evidence.push(settled(index, deal, debtor, creditor, value));
            }
        }
        evidence
    }

    /// The deals that an agent owed and that ended by then.
    #[must_use]
    pub fn owed(&self, agent: Agent, until: u64) -> usize {
        self.deals.iter().filter(|deal| deal.debtor == agent && deal.minute <= until).count()
    }
}

impl Asked {
    /// The core's question about one agent; none only for a number that makes no name.
    #[must_use]
    pub fn about(&self, subject: Agent) -> Option<Question> {
        Some(Question {
            subject: uri(subject)?,
            observer: self.seeds.iter().filter_map(|seed| domain(*seed)).collect(),
            class: money(self.cents)?,
            outlook: asp_core::trust::Outlook::default(),
            capability: None,
            instant: LogTime::from_millis(self.minute * 60_000),
            prefix: Position(u64::MAX),
        })
    }
}

fn settled(index: u64, deal: &Deal, debtor: AgentUri, creditor: AgentUri, value: Money) -> Evidence {
    Evidence {
        index: Position(index),
        at: LogTime::from_millis(deal.minute * 60_000),
        debtor,
        creditor,
        value,
        capability: None,
        outcome: if deal.kept { Outcome::Fulfilled } else { Outcome::Breached },
        statement: Hash::of(&[&index.to_be_bytes()]),
        grounds: [].into(),
        void: None,
    }
}

/// The name of an agent in the core.
pub(crate) fn uri(agent: Agent) -> Option<AgentUri> {
    format!("agent://a{agent}.example/x").parse().ok()
}

fn domain(agent: Agent) -> Option<Domain> {
    format!("a{agent}.example").parse().ok()
}

fn money(cents: u64) -> Option<Money> {
    let fraction = match cents % 100 {
        0 => String::new(),
        tenths if tenths % 10 == 0 => format!(".{}", tenths / 10),
        hundredths => format!(".{hundredths:02}"),
    };
    format!("{}{fraction} USD", cents / 100).parse().ok()
}
