//! All movements of a log added up: what an audit compares with the accounts. Shares no arithmetic with them.

use std::collections::BTreeMap;
use std::fmt;

use super::{Account, Movement, Place};
use crate::amount::Currency;
use crate::name::Domain;

/// What does not add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imbalance {
    /// The sum over all places is not zero.
    Sum(Currency, i128),
    /// A place inside has less than nothing.
    Below(Place, Currency, i128),
    /// An account says something else than what was moved.
    Account(Domain, Currency),
}

impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sum(currency, sum) => {
                write!(f, "the sum over all accounts is {sum} minor units of {currency}, not zero")
            }
            Self::Below(place, currency, sum) => {
                write!(f, "{place} has {sum} minor units of {currency}, less than nothing")
            }
            Self::Account(domain, currency) => {
                write!(f, "the account of {domain} says of {currency} something else than was moved")
            }
        }
    }
}

/// The sums of all movements so far.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    places: BTreeMap<(Place, Currency), i128>,
    /// What is in each currency over all places.
    sums: BTreeMap<Currency, i128>,
    movements: u64,
}

impl Ledger {
    /// Adds what one entry moved.
    ///
    /// # Errors
    /// The first thing that does not add up with it.
    pub fn post(&mut self, movements: &[Movement]) -> Result<(), Imbalance> {
        for Movement { from, to, currency, amount, .. } in movements {
            self.add(from, currency, -i128::from(amount.0))?;
            self.add(to, currency, i128::from(amount.0))?;
            self.movements += 1;
        }
        match self.sums.iter().find(|(_, sum)| **sum != 0) {
            Some((currency, sum)) => Err(Imbalance::Sum(currency.clone(), *sum)), // ASP-ESC-014
            None => Ok(()),
        }
    }

    fn add(&mut self, place: &Place, currency: &Currency, amount: i128) -> Result<(), Imbalance> {
        *self.sums.entry(currency.clone()).or_default() += amount;
        let sum = self.places.entry((place.clone(), currency.clone())).or_default();
        *sum += amount;
        let (sum, empty) = (*sum, *sum == 0);
        if empty {
            self.places.remove(&(place.clone(), currency.clone()));
        }
        if sum < 0 && *place != Place::Outside {
            return Err(Imbalance::Below(place.clone(), currency.clone(), sum));
        }
        Ok(())
    }

    /// Compares an account with what was moved.
    ///
    /// # Errors
    /// That it says something else.
    pub fn agrees(&self, account: &Account) -> Result<(), Imbalance> {
        for (currency, balance) in account.balances() {
            let of = |place: Place| self.places.get(&(place, currency.clone())).copied().unwrap_or(0);
            let domain = account.domain().clone();
            let available = of(Place::Available(domain.clone())) == i128::from(balance.available.0);
            let withdrawing = of(Place::Withdrawing(domain.clone())) == i128::from(balance.withdrawing.0);
            if !(available && withdrawing) {
                return Err(Imbalance::Account(domain, currency.clone()));
            }
        }
        Ok(())
    }

    /// How many movements there were.
    #[must_use]
    pub const fn movements(&self) -> u64 {
        self.movements
    }

    /// What is inside: by currency, what the world outside has given.
    pub fn inside(&self) -> impl Iterator<Item = (&Currency, i128)> {
        self.sums.keys().map(|currency| {
            let outside = self.places.get(&(Place::Outside, currency.clone())).copied().unwrap_or(0);
            (currency, -outside)
        })
    }

    /// What is held for commitments, by place and currency.
    pub fn held(&self) -> impl Iterator<Item = (&Place, &Currency, i128)> {
        let held = self.places.iter().filter(|((place, _), _)| matches!(place, Place::Held { .. }));
        held.map(|((place, currency), sum)| (place, currency, *sum))
    }
}
