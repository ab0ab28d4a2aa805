//! The account of an organisation: what it has in each currency, and what is on its way in or out.
//!
//! Double entry: money moves from a place to a place, and the world outside is one of them, so that the sum over all
//! places is zero at every position of the log. Knows no settlement provider; the node says what one did.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::amount::{Currency, Minor, Money};
use crate::limits;
use crate::name::{Domain, Issuer};
use crate::position::{Hash, Head, LogPoint, Position, Sequence};
use crate::rejection::{Code, Rejection};
use crate::statement::Verified;
use crate::statement::body::{Body, Name, ObligationId};
use crate::stream::Accepted;

mod ledger;

pub use ledger::{Imbalance, Ledger};

/// A place where money can be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The world outside, which has given what is inside: the one place below zero.
    Outside,
    /// At an organisation's disposal.
    Available(Domain),
    /// On its way out to the organisation.
    Withdrawing(Domain),
    /// Held for a commitment.
    Held {
        /// The organisation whose money it is.
        of: Domain,
        /// The commitment.
        commitment: Hash,
        /// The hold in it.
        hold: ObligationId,
    },
}

impl Place {
    /// The organisation in whose account it is.
    #[must_use]
    pub const fn organisation(&self) -> Option<&Domain> {
        match self {
            Self::Outside => None,
            Self::Available(domain) | Self::Withdrawing(domain) | Self::Held { of: domain, .. } => {
                Some(domain)
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside => f.write_str("outside"),
            Self::Available(domain) => write!(f, "available:{domain}"),
            Self::Withdrawing(domain) => write!(f, "withdrawing:{domain}"),
            Self::Held { of, commitment, hold } => write!(f, "held:{of}:{}:{hold}", commitment.to_hex()),
        }
    }
}

impl std::str::FromStr for Place {
    type Err = crate::position::InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = crate::position::InvalidText("a place of money like available:acme.example");
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "outside" if text == "outside" => Ok(Self::Outside),
            "available" => rest.parse().map(Self::Available),
            "withdrawing" => rest.parse().map(Self::Withdrawing),
            "held" => {
                let mut parts = rest.splitn(3, ':');
                let (of, commitment, hold) = (parts.next(), parts.next(), parts.next());
                let commitment = commitment.and_then(Hash::from_hex).ok_or(invalid)?;
                let (of, hold) = of.zip(hold).ok_or(invalid)?;
                Ok(Self::Held { of: of.parse()?, commitment, hold: hold.parse()? })
            }
            _ => Err(invalid),
        }
    }
}

/// Why money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It came in from outside.
    Deposit,
    /// It is to go out.
    Withdrawal,
    /// It has gone out.
    PaidOut,
    /// It did not go out.
    Returned,
    /// A commitment holds it.
    Held,
    /// What it was held for was fulfilled, and it is the price.
    Paid,
    /// What it was held for was breached, and it is the remedy.
    Forfeited,
    /// It is held no longer.
    Released,
    /// Agreed on, or awarded.
    Divided,
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Deposit,
        Self::Withdrawal,
        Self::PaidOut,
        Self::Returned,
        Self::Held,
        Self::Paid,
        Self::Forfeited,
        Self::Released,
        Self::Divided,
    ];

    /// The word that reading shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::PaidOut => "paid-out",
            Self::Returned => "returned",
            Self::Held => "held",
            Self::Paid => "paid",
            Self::Forfeited => "forfeited",
            Self::Released => "released",
            Self::Divided => "divided",
        }
    }
}

/// Money that moves from one place to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Where it was.
    pub from: Place,
    /// Where it is then.
    pub to: Place,
    /// Of which currency.
    pub currency: Currency,
    /// How much, more than nothing.
    pub amount: Minor,
    /// Why.
    pub why: Why,
}

/// What an account has of a currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Balance {
    /// At the organisation's disposal.
    pub available: Minor,
    /// Held for commitments.
    pub held: Minor,
    /// On its way out.
    pub withdrawing: Minor,
}

/// Which way money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// In from outside.
    Deposit,
    /// Out.
    Withdrawal,
}

impl Direction {
    /// The word that reading shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
        }
    }
}

/// A deposit or withdrawal of which the node has not said what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transfer {
    /// How much was asked for.
    pub amount: Money,
    /// Which way.
    pub direction: Direction,
    /// Where the log has it.
    pub index: Position,
    /// The organisation's word for it, or where to.
    pub reference: Name,
}

/// The state of an `account:` stream. Bounded: by currencies, and by transfers that are open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Account {
    balances: BTreeMap<Currency, Balance>,
    domain: Domain,
    head: Hash,
    moved: Position,
    open: BTreeMap<Hash, Transfer>,
    opened: LogPoint,
    sequence: Sequence,
}

impl Account {
    /// Judges the statement that would open the stream.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide_opening(domain: &Domain, verified: &Verified) -> Result<(), Rejection> {
        match &verified.statement().body {
            Body::AccountOpen(_) => check_issuer(domain, verified),
            _ => Err(Code::UnknownStream.at("/stream").by("ASP-ESC-001")),
        }
    }

    /// The account after its first statement; none if that does not open it.
    #[must_use]
    pub fn open(domain: &Domain, accepted: &Accepted) -> Option<Self> {
        let Body::AccountOpen(open) = &accepted.statement().body else { return None };
        let Head { sequence, hash } = accepted.head();
        Some(Self {
            balances: BTreeMap::from([(open.currency.clone(), Balance::default())]),
            domain: domain.clone(),
            head: hash,
            moved: accepted.at().index,
            open: BTreeMap::new(),
            opened: accepted.at(),
            sequence,
        })
    }

    /// Judges a further statement at this point of the stream. Changes nothing.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide(&self, verified: &Verified) -> Result<(), Rejection> {
        let body = &verified.statement().body;
        match body {
            Body::AccountOpen(_) | Body::AccountDeposit(_) | Body::AccountWithdraw(_) => {
                check_issuer(&self.domain, verified)?;
            }
            Body::AccountCredit(_)
            | Body::AccountRefuse(_)
            | Body::AccountPaid(_)
            | Body::AccountReturned(_) => {
                if !matches!(verified.statement().issuer, Issuer::Node(_)) {
                    return Err(Code::NotAParty.at("/issuer").by("ASP-ESC-006"));
                }
            }
            _ => return Err(Code::UnknownType.at("/type")),
        }
        match body {
            Body::AccountOpen(open) if self.balances.contains_key(&open.currency) => {
                Err(Code::NothingChanged.at("/body/currency").by("ASP-ESC-002"))
            }
            Body::AccountOpen(_) if self.balances.len() >= limits::CURRENCIES_MAX => {
                Err(Code::TooManyOpen.at("/body/currency").by("ASP-ESC-002"))
            }
            Body::AccountDeposit(deposit) => self.decide_transfer(&deposit.amount).map(drop),
            Body::AccountWithdraw(withdraw) => {
                let (amount, balance) = self.decide_transfer(&withdraw.amount)?;
                let covered = amount <= balance.available;
                if covered { Ok(()) } else { Err(Code::InsufficientFunds.at("/body/amount")) } // ASP-ESC-005
            }
            Body::AccountCredit(credit) => {
                let asked = self.transfer(&credit.deposit, Direction::Deposit, "/body/deposit")?;
                let amount = whole(&credit.amount)?;
                let balance = self.balance(&credit.amount.currency).unwrap_or_default();
                let same = asked.amount.currency == credit.amount.currency;
                // What came is credited, be it more or less than was asked for.
                let fits = balance.available.plus(amount).0 <= limits::INTEGER_MAX;
                if same && fits {
                    Ok(())
                } else {
                    Err(Code::InvalidBody.at("/body/amount").by("ASP-ESC-008"))
                }
            }
            Body::AccountRefuse(refuse) => {
                self.transfer(&refuse.deposit, Direction::Deposit, "/body/deposit").map(drop)
            }
            Body::AccountPaid(paid) => {
                self.transfer(&paid.withdrawal, Direction::Withdrawal, "/body/withdrawal").map(drop)
            }
            Body::AccountReturned(returned) => {
                self.transfer(&returned.withdrawal, Direction::Withdrawal, "/body/withdrawal").map(drop)
            }
            _ => Ok(()),
        }
    }

    /// A deposit or withdrawal of this much can be asked for.
    fn decide_transfer(&self, amount: &Money) -> Result<(Minor, Balance), Rejection> {
        let minor = whole(amount)?;
        let balance = self.balance(&amount.currency);
        let balance = balance.ok_or_else(|| Code::UnknownAccount.at("/body/amount/currency"))?; // ASP-ESC-003
        if self.open.len() >= limits::TRANSFERS_OPEN_MAX {
            return Err(Code::TooManyOpen.at("/type").by("ASP-ESC-004"));
        }
        Ok((minor, balance))
    }

    /// The open transfer that the node speaks of.
    fn transfer(&self, id: &Hash, direction: Direction, place: &str) -> Result<&Transfer, Rejection> {
        let open = self.open.get(id).filter(|open| open.direction == direction);
        open.ok_or_else(|| Code::TransferNotOpen.at(place)) // ASP-ESC-007
    }

    /// Applies a further statement; says what money it moved. Total: what is passed in has been judged.
    pub fn apply(&mut self, accepted: &Accepted) -> Vec<Movement> {
        let index = accepted.at().index;
        let statement = accepted.statement();
        let ask = |amount: &Money, direction, reference: &Name| Transfer {
            amount: amount.clone(),
            direction,
            index,
            reference: reference.clone(),
        };
        let mut moved = None;
        match &statement.body {
            Body::AccountOpen(open) => {
                self.balances.entry(open.currency.clone()).or_default();
            }
            Body::AccountDeposit(deposit) => {
                let transfer = ask(&deposit.amount, Direction::Deposit, &deposit.reference);
                self.open.insert(statement.hash, transfer);
            }
            Body::AccountWithdraw(withdraw) => {
                let transfer = ask(&withdraw.amount, Direction::Withdrawal, &withdraw.destination);
                self.open.insert(statement.hash, transfer);
                moved = self.movement(&withdraw.amount, Why::Withdrawal);
            }
            Body::AccountCredit(credit) => {
                self.open.remove(&credit.deposit);
                moved = self.movement(&credit.amount, Why::Deposit);
            }
            Body::AccountRefuse(refuse) => drop(self.open.remove(&refuse.deposit)),
            Body::AccountPaid(paid) => {
                let transfer = self.open.remove(&paid.withdrawal);
                moved = transfer.and_then(|transfer| self.movement(&transfer.amount, Why::PaidOut));
            }
            Body::AccountReturned(returned) => {
                let transfer = self.open.remove(&returned.withdrawal);
                moved = transfer.and_then(|transfer| self.movement(&transfer.amount, Why::Returned));
            }
            _ => {}
        }
        let Head { sequence, hash } = accepted.head();
        (self.sequence, self.head) = (sequence, hash);
        let moved: Vec<Movement> = moved.into_iter().collect();
        self.take(index, &moved);
        moved
    }

    fn movement(&self, amount: &Money, why: Why) -> Option<Movement> {
        let (available, withdrawing) =
            (Place::Available(self.domain.clone()), Place::Withdrawing(self.domain.clone()));
        let (from, to) = match why {
            Why::Deposit => (Place::Outside, available),
            Why::Withdrawal => (available, withdrawing),
            Why::PaidOut => (withdrawing, Place::Outside),
            Why::Returned => (withdrawing, available),
            Why::Held | Why::Paid | Why::Forfeited | Why::Released | Why::Divided => return None,
        };
        Some(Movement { from, to, currency: amount.currency.clone(), amount: amount.minor()?, why })
    }

    /// Takes what an entry moved, unless that entry or a later one has been taken already.
    ///
    /// A session that is read again moves everything again; what was taken is not taken twice.
    pub fn take(&mut self, index: Position, movements: &[Movement]) {
        // Nothing comes before the statement that opened it.
        if index <= self.moved {
            return;
        }
        self.moved = index;
        for Movement { from, to, currency, amount, .. } in movements {
            if let Some(part) = self.part(from, currency) {
                *part = part.minus(*amount);
            }
            if let Some(part) = self.part(to, currency) {
                *part = part.plus(*amount);
            }
        }
    }

    fn part(&mut self, place: &Place, currency: &Currency) -> Option<&mut Minor> {
        if place.organisation() != Some(&self.domain) {
            return None;
        }
        let balance = self.balances.entry(currency.clone()).or_default();
        match place {
            Place::Outside => None,
            Place::Available(_) => Some(&mut balance.available),
            Place::Withdrawing(_) => Some(&mut balance.withdrawing),
            Place::Held { .. } => Some(&mut balance.held),
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// What it has of a currency; none if that was never opened.
    #[must_use]
    pub fn balance(&self, currency: &Currency) -> Option<Balance> {
        self.balances.get(currency).copied()
    }

    /// What it has, by currency.
    #[must_use]
    pub const fn balances(&self) -> &BTreeMap<Currency, Balance> {
        &self.balances
    }

    /// Deposits and withdrawals of which the node has not said what became of them, by their statements.
    #[must_use]
    pub const fn transfers(&self) -> &BTreeMap<Hash, Transfer> {
        &self.open
    }

    /// Where in the log it was opened.
    #[must_use]
    pub const fn opened(&self) -> LogPoint {
        self.opened
    }

    /// The last entry that it has taken: one of its stream, or one that moved money of it.
    #[must_use]
    pub const fn moved(&self) -> Position {
        self.moved
    }

    /// The last statement of its stream.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head { sequence: self.sequence, hash: self.head }
    }
}

fn check_issuer(domain: &Domain, verified: &Verified) -> Result<(), Rejection> {
    if verified.statement().issuer == Issuer::Organisation(domain.clone()) {
        Ok(())
    } else {
        Err(Code::NotAParty.at("/issuer").by("ASP-ESC-001"))
    }
}

/// An amount that can be moved: more than nothing, in whole minor units.
fn whole(amount: &Money) -> Result<Minor, Rejection> {
    amount.minor().ok_or_else(|| Code::InvalidBody.at("/body/amount/amount").by("ASP-ESC-003"))
}
