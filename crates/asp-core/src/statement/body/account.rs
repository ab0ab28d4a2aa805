//! What is said in the stream of an account, and what money a package asks to hold.

use serde::{Deserialize, Serialize};

use super::{Name, ObligationId, Text, some};
use crate::amount::{Currency, Money};
use crate::limits;
use crate::name::AgentUri;
use crate::position::Hash;
use crate::rejection::{Code, Rejection};

bodies! {
    /// `account.open`: the organisation opens its account, or a further currency of it.
    struct AccountOpen {
        /// The currency.
        currency: Currency,
    }
    /// `account.deposit`: the organisation asks that money be taken in from outside.
    struct AccountDeposit {
        /// How much: more than nothing, in whole minor units.
        amount: Money,
        /// Its own word for it, which the settlement provider may be told.
        reference: Name,
    }
    /// `account.credit`: the node says that money for a deposit has come.
    struct AccountCredit {
        /// How much really came, in the currency that was asked for.
        amount: Money,
        /// The deposit.
        deposit: Hash,
        /// The settlement provider's word for it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        evidence: Option<Name>,
    }
    /// `account.refuse`: the node says that nothing will come of a deposit.
    struct AccountRefuse {
        /// The deposit.
        deposit: Hash,
        /// Why.
        reason: Text,
    }
    /// `account.withdraw`: the organisation asks that money be paid out.
    struct AccountWithdraw {
        /// How much: more than nothing, in whole minor units.
        amount: Money,
        /// Where to, in words that the settlement provider knows.
        destination: Name,
    }
    /// `account.paid`: the node says that a withdrawal was paid out.
    struct AccountPaid {
        /// The settlement provider's word for it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        evidence: Option<Name>,
        /// The withdrawal.
        withdrawal: Hash,
    }
    /// `account.returned`: the node says that a withdrawal was not paid out, and that the money is available again.
    struct AccountReturned {
        /// Why.
        reason: Text,
        /// The withdrawal.
        withdrawal: Hash,
    }
    /// Money that is held while a commitment is active.
    struct Hold {
        /// How much: more than nothing, in whole minor units.
        amount: Money,
        /// Its name in the package.
        id: ObligationId,
        /// The obligation that it waits for.
        obligation: ObligationId,
        /// What becomes of it when that is fulfilled.
        on_fulfilled: OnFulfilled,
        /// Who gets it, or what of it a remedy says: the other one of debtor and creditor.
        payee: AgentUri,
        /// Whose organisation's money it is: the creditor, where fulfilment pays, the debtor, where it gives back.
        payer: AgentUri,
        /// The obligation to pay that is fulfilled with it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        settles: Option<ObligationId>,
    }
    /// What of a hold goes to its payee when a commitment ends by consent.
    struct Share {
        /// The hold.
        hold: ObligationId,
        /// How much of it; the rest goes back.
        payee: Money,
    }
}

/// What becomes of a hold when its obligation is fulfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFulfilled {
    /// It goes to the payee: a price.
    Pay,
    /// It goes back to the payer: a bond.
    Return,
}

/// Holds or shares at this place, if there are any, are some and not too many.
pub(super) fn holds_bounded<T>(pointer: &str, items: Option<&[T]>) -> Result<(), Rejection> {
    match items {
        Some(items) if !(1..=limits::HOLDS_MAX).contains(&items.len()) => Err(Code::InvalidBody.at(pointer)),
        Some(_) | None => Ok(()),
    }
}
