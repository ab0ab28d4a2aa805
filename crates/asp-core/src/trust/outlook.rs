//! What an observer's policy says about the world it judges from: what other currencies are worth to it, and whom it
//! takes to be good for something before there is any evidence.
//!
//! Part of each question, so an answer names all that it rests on beside the log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::{Currency, Decimal, Money};
use crate::name::Domain;
use crate::statement::body::PolicySet;

/// How an observer looks at a value class, by its own policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outlook {
    /// What one unit of other currencies is worth in that of the class.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rates: BTreeMap<Currency, Decimal>,
    /// What organisations are taken to be good for, in the class's currency.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seeds: BTreeMap<Domain, Decimal>,
}

impl Outlook {
    /// How an organisation of this policy looks at amounts of a currency; what it does not say does not count.
    #[must_use]
    pub fn of(policy: Option<&PolicySet>, class: &Currency) -> Self {
        let rates = policy.and_then(|policy| policy.rates.as_ref());
        let rates = rates.map(|rates| rates.in_terms_of(class)).unwrap_or_default(); // ASP-TRU-009
        let mut outlook = Self { rates, seeds: BTreeMap::new() };
        for seed in policy.and_then(|policy| policy.seeds.as_ref()).into_iter().flatten() {
            let worth = outlook.worth(&seed.worth, class).and_then(Decimal::from_nanos);
            let Some(worth) = worth else { continue };
            let known = outlook.seeds.entry(seed.organisation.clone()).or_insert(worth);
            *known = worth.min(*known); // ASP-TRU-010
        }
        outlook
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty() && self.seeds.is_empty()
    }

    /// What an amount is worth in the currency of the class, in billionths, rounded down; none without a rate.
    pub(crate) fn worth(&self, value: &Money, class: &Currency) -> Option<u128> {
        if value.currency == *class {
            return Some(value.amount.nanos());
        }
        self.rates.get(&value.currency).map(|rate| value.amount.nanos_times(*rate))
    }
}
