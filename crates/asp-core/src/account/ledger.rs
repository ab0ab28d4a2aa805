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
    /// What is held of each organisation's money, over all commitments.
    held_of: BTreeMap<(Domain, Currency), i128>,
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
        if let Place::Held { of, .. } = place {
            *self.held_of.entry((of.clone(), currency.clone())).or_default() += amount;
        }
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
            let held = self.held_of.get(&(domain.clone(), currency.clone())).copied().unwrap_or(0);
            if !(available && withdrawing && held == i128::from(balance.held.0)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Balance, Why};
    use crate::amount::Minor;
    use crate::position::Hash;

    #[test]
    fn an_account_that_says_something_else_in_any_part_is_found() {
        // ASP-ESC-014
        let (domain, currency): (Domain, Currency) =
            ("acme.example".parse().unwrap(), "USD".parse().unwrap());
        let held = |name: &str| Place::Held {
            of: domain.clone(),
            commitment: Hash::of(&[name.as_bytes()]),
            hold: "price".parse().unwrap(),
        };
        let moves = |from: Place, to: Place, amount: u64, why: Why| Movement {
            from,
            to,
            currency: currency.clone(),
            amount: Minor(amount),
            why,
        };
        let available = || Place::Available(domain.clone());
        let mut ledger = Ledger::default();
        let moved = [
            moves(Place::Outside, available(), 100, Why::Deposit),
            moves(available(), held("one"), 20, Why::Held),
            moves(available(), held("another"), 30, Why::Held),
            moves(available(), Place::Withdrawing(domain.clone()), 10, Why::Withdrawal),
        ];
        ledger.post(&moved).unwrap();
        let account = |available: u64, held: u64, withdrawing: u64| Account {
            balances: BTreeMap::from([(
                currency.clone(),
                Balance { available: Minor(available), held: Minor(held), withdrawing: Minor(withdrawing) },
            )]),
            domain: domain.clone(),
            head: Hash::of(&[]),
            moved: crate::position::Position(4),
            open: BTreeMap::new(),
            opened: crate::position::LogPoint {
                index: crate::position::Position(0),
                time: crate::position::LogTime::from_millis(0),
            },
            sequence: crate::position::Sequence(1),
        };
        assert_eq!(ledger.agrees(&account(40, 50, 10)), Ok(()));
        let differs = Err(Imbalance::Account(domain.clone(), currency.clone()));
        for (available, held, withdrawing) in
            [(41, 50, 10), (40, 49, 10), (40, 20, 10), (40, 50, 9), (50, 40, 10)]
        {
            assert_eq!(ledger.agrees(&account(available, held, withdrawing)), differs);
        }
    }
}
