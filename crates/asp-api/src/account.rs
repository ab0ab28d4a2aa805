//! The JSON about money: accounts for their organisations, and what commitments hold.

use asp_core::account::{Account, Movement, Transfer};
use asp_core::amount::Currency;
use asp_core::session::{Held, HoldState};
use asp_core::statement::body::OnFulfilled;

use super::*;

api! {
    /// What an account has of a currency.
    struct BalanceView {
        /// At the organisation's disposal.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        available: Money,
        /// Held for commitments.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        held: Money,
        /// On its way out.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        withdrawing: Money,
    }
    /// A deposit or withdrawal of which the node has not said what became of it.
    struct TransferView {
        /// The statement that asked for it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        statement: Hash,
        /// `deposit` or `withdrawal`.
        direction: String,
        /// How much was asked for.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        amount: Money,
        /// The organisation's word for it, or where to.
        reference: String,
        /// Where the log has it.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        log_index: Position,
    }
    /// An account.
    struct AccountView {
        /// Whose it is.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        domain: Domain,
        /// What it has, one entry a currency.
        balances: Vec<BalanceView>,
        /// What waits for the node's word.
        transfers: Vec<TransferView>,
        /// When it was opened.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        opened_at: LogTime,
        /// The last entry of the log that changed it.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        moved: Position,
        /// The last statement of its stream.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        head: Head,
    }
    /// Money that moved.
    struct PostingView {
        /// The entry that moved it.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        log_index: Position,
        /// When.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        log_time: LogTime,
        /// Where it was: `outside`, `available:`, `withdrawing:` or `held:` and whose it is.
        from: String,
        /// Where it is then.
        to: String,
        /// How much.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        amount: Money,
        /// Why.
        why: String,
    }
    /// A page of what moved.
    struct PostingPage {
        /// The movements, newest first.
        entries: Vec<PostingView>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
    /// Money that a commitment holds, or held.
    struct HoldView {
        /// Its name in the package.
        id: String,
        /// The obligation that it waits for.
        obligation: String,
        /// Whose organisation's money it is.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        payer: AgentUri,
        /// Who gets it, or what of it a remedy says.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        payee: AgentUri,
        /// How much.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        amount: Money,
        /// What becomes of it on fulfilment.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        on_fulfilled: OnFulfilled,
        /// What became of it: `HELD`, `PAID`, `RETURNED` or `DIVIDED`.
        state: String,
        /// What the payee got, where it was divided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        paid: Option<Money>,
    }
}

impl AccountView {
    /// An account as it stands.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let balance = |(currency, balance): (&Currency, &asp_core::account::Balance)| BalanceView {
            available: balance.available.of(currency),
            held: balance.held.of(currency),
            withdrawing: balance.withdrawing.of(currency),
        };
        let transfer = |(statement, transfer): (&Hash, &Transfer)| TransferView {
            statement: *statement,
            direction: transfer.direction.as_str().to_owned(),
            amount: transfer.amount.clone(),
            reference: transfer.reference.to_string(),
            log_index: transfer.index,
        };
        let mut transfers: Vec<TransferView> = account.transfers().iter().map(transfer).collect();
        transfers.sort_by_key(|transfer| transfer.log_index);
        Self {
            domain: account.domain().clone(),
            balances: account.balances().iter().map(balance).collect(),
            transfers,
            opened_at: account.opened().time,
            moved: account.moved(),
            head: account.head(),
        }
    }
}

impl PostingView {
    /// A movement by an entry of the log.
    #[must_use]
    pub fn of(log_index: Position, log_time: LogTime, movement: &Movement) -> Self {
        Self {
            log_index,
            log_time,
            from: movement.from.to_string(),
            to: movement.to.to_string(),
            amount: movement.amount.of(&movement.currency),
            why: movement.why.as_str().to_owned(),
        }
    }
}

impl HoldView {
    /// A hold of a commitment.
    #[must_use]
    pub fn of(held: &Held) -> Self {
        let paid = match held.state {
            HoldState::Divided(payee) => Some(payee.of(&held.hold.amount.currency)),
            HoldState::Held | HoldState::Paid | HoldState::Returned => None,
        };
        Self {
            id: held.hold.id.to_string(),
            obligation: held.hold.obligation.to_string(),
            payer: held.hold.payer.clone(),
            payee: held.hold.payee.clone(),
            amount: held.hold.amount.clone(),
            on_fulfilled: held.hold.on_fulfilled,
            state: held.state.as_str().to_owned(),
            paid,
        }
    }
}
