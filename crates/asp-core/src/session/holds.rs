//! Money that a commitment holds: asked for in its package, taken when it becomes active, let go by how its obligations end.
//! Knows no account; what it moves others take, and whether there is enough they say.

use std::collections::BTreeMap;

use super::{Commitment, Duty, Progress};
use crate::account::{Account, Movement, Place, Why};
use crate::amount::{Currency, Minor, Money};
use crate::limits;
use crate::name::Domain;
use crate::position::{Hash, LogPoint, LogTime};
use crate::rejection::{Code, Rejection};
use crate::statement::body::{
    AwardPayment, Due, Hold, Obligation, ObligationEnd, ObligationId, OnFulfilled, Package, Share,
};

/// What became of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// The money is held.
    Held,
    /// All of it went to the payee.
    Paid,
    /// All of it went back to the payer.
    Returned,
    /// The payee got this much, the payer the rest.
    Divided(Minor),
}

impl HoldState {
    /// The word that reading shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "HELD",
            Self::Paid => "PAID",
            Self::Returned => "RETURNED",
            Self::Divided(_) => "DIVIDED",
        }
    }
}

/// A hold of a commitment and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What was agreed.
    pub hold: Hold,
    /// How much.
    pub amount: Minor,
    /// What became of it.
    pub state: HoldState,
}

impl Held {
    fn place(&self, commitment: Hash) -> Place {
        Place::Held { of: self.hold.payer.organisation(), commitment, hold: self.hold.id.clone() }
    }

    fn movement(&self, from: Place, to: Place, amount: Minor, why: Why) -> Option<Movement> {
        let currency = self.hold.amount.currency.clone();
        (amount > Minor(0)).then_some(Movement { from, to, currency, amount, why })
    }

    /// Lets it go: so much to the payee, the rest back.
    fn divide(&mut self, commitment: Hash, payee: Minor, why: Why) -> Vec<Movement> {
        let payee = payee.min(self.amount);
        let back = self.amount.minus(payee);
        self.state = match (payee, back) {
            (Minor(0), _) => HoldState::Returned,
            (_, Minor(0)) => HoldState::Paid,
            _ => HoldState::Divided(payee),
        };
        let place = self.place(commitment);
        let to_payee = Place::Available(self.hold.payee.organisation());
        let to_payer = Place::Available(self.hold.payer.organisation());
        let paid = self.movement(place.clone(), to_payee, payee, why);
        paid.into_iter().chain(self.movement(place, to_payer, back, Why::Released)).collect()
    }
}

impl Commitment {
    /// The money that it holds, or held.
    #[must_use]
    pub fn holds(&self) -> &[Held] {
        &self.holds
    }

    /// Takes what its package asks to hold.
    pub(super) fn hold(&mut self) -> Vec<Movement> {
        let asked = self.package.holds.iter().flatten();
        let held = |hold: &Hold| {
            Some(Held { hold: hold.clone(), amount: hold.amount.minor()?, state: HoldState::Held })
        };
        self.holds = asked.filter_map(held).collect();
        let from = |held: &Held| Place::Available(held.hold.payer.organisation());
        let taken = |held: &Held| held.movement(from(held), held.place(self.id), held.amount, Why::Held);
        self.holds.iter().filter_map(taken).collect()
    }

    /// Lets go what nothing waits for any more, and fulfils the obligations to pay that are paid by it.
    pub(super) fn release(&mut self, at: LogPoint) -> Vec<Movement> {
        let mut moved = Vec::new();
        // What is paid can let go another hold; each turn lets go at least one.
        for _ in 0..self.holds.len() {
            let mut holds = std::mem::take(&mut self.holds);
            let mut settled = Vec::new();
            for held in holds.iter_mut().filter(|held| held.state == HoldState::Held) {
                let Some((share, why)) = self.share(held, at.time) else { continue };
                moved.extend(held.divide(self.id, share, why));
                let paid = why == Why::Paid;
                settled.extend(held.hold.settles.clone().filter(|_| paid));
            }
            self.holds = holds;
            if settled.is_empty() {
                break;
            }
            for obligation in settled {
                self.settle_by_hold(&obligation, at); // ASP-ESC-012
            }
        }
        moved
    }

    /// What of a hold its payee gets, and why; none as long as it is held.
    fn share(&self, held: &Held, at: LogTime) -> Option<(Minor, Why)> {
        let duty = self.duty(&held.hold.obligation)?;
        let settled = held.hold.settles.as_ref().and_then(|id| self.duty(id));
        // What was paid in another way is not paid twice.
        if settled.is_some_and(|duty| matches!(duty.progress, Progress::Fulfilled { .. })) {
            return Some((Minor(0), Why::Released));
        }
        match (&duty.progress, held.hold.on_fulfilled) {
            (Progress::Open | Progress::Delivered { .. } | Progress::Contested, _) => None,
            (Progress::Fulfilled { .. }, OnFulfilled::Pay) => Some((held.amount, Why::Paid)),
            (Progress::Fulfilled { .. } | Progress::Breached, OnFulfilled::Return) => {
                Some(self.forfeit(duty, held, at))
            }
            (Progress::Lapsed, OnFulfilled::Return)
            | (Progress::Breached | Progress::Lapsed, OnFulfilled::Pay) => Some((Minor(0), Why::Released)),
        }
    }

    /// What of a bond is the remedy: what being late and a breach cost, as far as the bond goes.
    fn forfeit(&self, duty: &Duty, held: &Held, at: LogTime) -> (Minor, Why) {
        let owed = self.penalty(duty, at).filter(|owed| owed.currency == held.hold.amount.currency);
        match owed.map_or(Minor(0), |owed| owed.minor_at_most(held.amount)) {
            Minor(0) => (Minor(0), Why::Released),
            owed => (owed, Why::Forfeited),
        }
    }

    /// Divides what is held: so much of each hold to its payee, the rest back. What is not named stays held, and a
    /// hold that was let go stays so. For ends by consent, and for awards.
    pub fn divide(&mut self, shares: &BTreeMap<ObligationId, Minor>) -> Vec<Movement> {
        let id = self.id;
        let held = self.holds.iter_mut().filter(|held| held.state == HoldState::Held);
        held.filter_map(|held| Some(held.divide(id, *shares.get(&held.hold.id)?, Why::Divided)))
            .flatten()
            .collect()
    }

    /// What the payees get of what is held for an obligation by what an award lets be paid: of a bond so much instead of
    /// the remedy, of the price so much less, or so much, where the obligation is neither fulfilled nor breached. What is
    /// not named goes as the obligation ends.
    pub(super) fn awarded_shares(
        &self,
        obligation: &ObligationId,
        pays: &AwardPayment,
        end: ObligationEnd,
    ) -> BTreeMap<ObligationId, Minor> {
        let held = self.holds.iter().filter(|held| {
            let hold = &held.hold;
            let same = hold.obligation == *obligation && hold.amount.currency == pays.amount.currency;
            same && held.state == HoldState::Held
        });
        let mut left = pays.amount.minor_at_most(Minor(limits::INTEGER_MAX));
        let mut shares = BTreeMap::new();
        for held in held {
            let hold = &held.hold;
            let with_it = (&hold.payer, &hold.payee) == (&pays.from, &pays.to);
            let against_it = (&hold.payer, &hold.payee) == (&pays.to, &pays.from);
            let part = left.min(held.amount);
            let share = match (hold.on_fulfilled, end) {
                (OnFulfilled::Return, ObligationEnd::Breached | ObligationEnd::Lapsed) if with_it => part,
                (OnFulfilled::Pay, ObligationEnd::Lapsed) if with_it => part,
                (OnFulfilled::Pay, ObligationEnd::Lapsed) if against_it => held.amount.minus(part),
                (OnFulfilled::Return | OnFulfilled::Pay, _) => continue,
            };
            left = left.minus(part);
            shares.insert(hold.id.clone(), share);
        }
        shares
    }

    /// What comes back to its payers if the commitment is replaced.
    fn kept(&self) -> BTreeMap<(Domain, Currency), Minor> {
        summed(self.holds.iter().filter(|held| held.state == HoldState::Held).map(|held| &held.hold))
    }
}

fn summed<'a>(holds: impl Iterator<Item = &'a Hold>) -> BTreeMap<(Domain, Currency), Minor> {
    let mut sums: BTreeMap<(Domain, Currency), Minor> = BTreeMap::new();
    for hold in holds {
        let sum = sums.entry((hold.payer.organisation(), hold.amount.currency.clone())).or_default();
        *sum = sum.plus(hold.amount.minor().unwrap_or_default());
    }
    sums
}

/// What is known of the accounts of who takes part.
#[derive(Debug, Clone)]
pub enum Funds<'a> {
    /// Those that there are.
    Accounts(BTreeMap<Domain, &'a Account>),
    /// They follow from more than is here; what is asked for then counts as covered.
    NotShown,
}

impl Funds<'_> {
    /// Whether everybody can give what a package asks to hold, and take what it may bring.
    ///
    /// `replaced` is the commitment in whose place it comes, whose money is free then.
    ///
    /// # Errors
    /// [`Code::UnknownAccount`] or [`Code::InsufficientFunds`].
    pub(super) fn cover(&self, package: &Package, replaced: Option<&Commitment>) -> Result<(), Rejection> {
        let Self::Accounts(accounts) = self else { return Ok(()) };
        let holds = || package.holds.iter().flatten();
        let balance =
            |domain: &Domain, currency: &Currency| accounts.get(domain).and_then(|it| it.balance(currency));
        let opened = |hold: &Hold| {
            let parties = [&hold.payer, &hold.payee].map(|agent| agent.organisation());
            parties.iter().all(|domain| balance(domain, &hold.amount.currency).is_some())
        };
        let deposit = package.disputes.as_ref().and_then(|terms| terms.deposit.as_ref());
        let gives = |deposit: &Money| {
            package.parties().all(|party| balance(&party.organisation(), &deposit.currency).is_some())
        };
        if !holds().all(opened) || !deposit.is_none_or(gives) {
            return Err(Code::UnknownAccount.at("/type").by("ASP-ESC-011"));
        }
        let freed = replaced.map(Commitment::kept).unwrap_or_default();
        // Several holds of one organisation add up, whichever of its agents they are of.
        let covered = summed(holds()).iter().all(|(key, asked)| {
            let available = balance(&key.0, &key.1).unwrap_or_default().available;
            available.plus(freed.get(key).copied().unwrap_or_default()) >= *asked
        });
        if covered { Ok(()) } else { Err(Code::InsufficientFunds.at("/type").by("ASP-ESC-011")) }
    }
}

/// Whether the holds of a package make sense: what no schema can say.
pub(super) fn make_sense(package: &Package) -> bool {
    let mut ids = std::collections::BTreeSet::new();
    let mut settled = std::collections::BTreeSet::new();
    let named = |id: &ObligationId| package.obligations.iter().find(|obligation| obligation.id == *id);
    package.holds.iter().flatten().all(|hold| {
        let Some(obligation) = named(&hold.obligation) else { return false };
        let Obligation { debtor, creditor, .. } = obligation;
        let between = match hold.on_fulfilled {
            OnFulfilled::Pay => (&hold.payer, &hold.payee) == (creditor, debtor),
            OnFulfilled::Return => (&hold.payer, &hold.payee) == (debtor, creditor),
        };
        let settles = hold.settles.as_ref().is_none_or(|id| {
            hold.on_fulfilled == OnFulfilled::Pay
                && settled.insert(id)
                && named(id).is_some_and(|payment| is_paid_by(payment, hold))
        });
        between && settles && hold.amount.minor().is_some() && ids.insert(&hold.id) // ASP-ESC-010
    })
}

/// Whether a hold is exactly what the obligation to pay asks for, when it asks for it.
fn is_paid_by(payment: &Obligation, hold: &Hold) -> bool {
    let after = match &payment.due {
        Due::At(_) | Due::Withheld(_) => false,
        Due::After(due) => due.after == hold.obligation,
    };
    after
        && payment.value == hold.amount
        && (&payment.debtor, &payment.creditor) == (&hold.payer, &hold.payee)
}

/// Whether shares of an end by consent are of what the commitment holds, each once and none more than there is.
pub(super) fn shares_make_sense(commitment: &Commitment, shares: &[Share]) -> bool {
    let mut named = std::collections::BTreeSet::new();
    shares.iter().all(|share| {
        let held = commitment.holds().iter().find(|held| held.hold.id == share.hold);
        let fits = held.is_some_and(|held| {
            let same = held.hold.amount.currency == share.payee.currency;
            let some = share.payee.minor().is_some_and(|minor| minor <= held.amount);
            held.state == HoldState::Held && same && some
        });
        fits && named.insert(&share.hold) // ASP-ESC-013
    })
}

/// Shares by their holds.
pub(super) fn shares_of(shares: Option<&[Share]>) -> BTreeMap<ObligationId, Minor> {
    let share = |share: &Share| Some((share.hold.clone(), share.payee.minor()?));
    shares.unwrap_or_default().iter().filter_map(share).collect()
}
