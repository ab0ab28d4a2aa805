//! What an observer's policy says about the world it judges from: what other currencies are worth to it.
//!
//! Part of each question, so an answer names all that it rests on beside the log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::{Currency, Decimal, Money};
use crate::statement::body::PolicySet;

/// How an observer looks at a value class, by its own policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outlook {
    /// What one unit of other currencies is worth in that of the class.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rates: BTreeMap<Currency, Decimal>,
}

impl Outlook {
    /// How an organisation of this policy looks at amounts of a currency; what it does not say does not count.
    #[must_use]
    pub fn of(policy: Option<&PolicySet>, class: &Currency) -> Self {
        let rates = policy.and_then(|policy| policy.rates.as_ref());
        Self { rates: rates.map(|rates| rates.in_terms_of(class)).unwrap_or_default() } // ASP-TRU-009
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty()
    }

    /// What an amount is worth in the currency of the class, in billionths, rounded down; none without a rate.
    pub(super) fn worth(&self, value: &Money, class: &Currency) -> Option<u128> {
        if value.currency == *class {
            return Some(value.amount.nanos());
        }
        self.rates.get(&value.currency).map(|rate| value.amount.nanos_times(*rate))
    }
}
