//! Commands about money: the account of your organisation, and what the operator of a node says of deposits.

use std::path::PathBuf;

use asp_core::amount::{Currency, Money};
use asp_core::name::Domain;
use asp_core::statement::body::{Name, Text};
use clap::{Args, Subcommand};

use crate::read::{self, Id};

/// `assent account`
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Open the account of your organisation, or a further currency of it
    #[command(
        after_help = "Examples:\n  assent account open USD\n  assent account open EUR --as acme.example"
    )]
    Open {
        /// The currency, such as USD
        currency: Currency,
    },
    /// Show what is available, held and on its way out, and what waits
    #[command(
        after_help = "Examples:\n  assent account show\n  assent account show --json | jq '.balances[0].available'"
    )]
    Show,
    /// Ask that money be taken in; the node says whether it came
    #[command(
        long_about = "Ask that money be taken in; the node says whether it came.\n\n\
        With a settlement provider the node asks it for the money; without one the node's operator looks whether it came \
        and says so by `assent account credit`.",
        after_help = "Examples:\n  assent account deposit \"2550 USD\" --reference \"order 7\""
    )]
    Deposit {
        /// How much, in whole cents or whatever the currency's smallest unit is
        #[arg(value_parser = read::money)]
        amount: Money,
        /// Your word for it, which the settlement provider may be told
        #[arg(long, default_value = "deposit", value_name = "TEXT")]
        reference: Name,
    },
    /// Ask that money be paid out; from then on it is not available
    #[command(
        after_help = "Examples:\n  assent account withdraw \"100 USD\" --to \"iban:DE02120300000000202051\""
    )]
    Withdraw {
        /// How much
        #[arg(value_parser = read::money)]
        amount: Money,
        /// Where to, in words that the settlement provider knows
        #[arg(long, value_name = "TEXT")]
        to: Name,
    },
    /// List what moved in the account, newest first
    #[command(after_help = "Examples:\n  assent account history\n  assent account history --limit 5 --json")]
    History {
        /// How many at most
        #[arg(long, default_value = "50", value_name = "NUMBER")]
        limit: usize,
    },
    /// List, as the operator of a node, the deposits and withdrawals that wait for your word
    #[command(
        after_help = "Examples:\n  assent account waiting\n  assent account waiting --data /var/lib/assent --json"
    )]
    Waiting {
        /// The data folder of the node [default: that of `assent serve`]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Say, as the operator of a node, that money for a deposit has come
    #[command(
        long_about = "Say, as the operator of a node, that money for a deposit has come.\n\n\
        Signs with the node's key, which lies in its data folder: for a node without a settlement provider, and for what \
        one could not settle. The node goes on running.",
        after_help = "Examples:\n  assent account credit acme.example\n  \
        assent account credit acme.example 3f9a1c --amount \"99.50 USD\" --evidence \"bank, 27 November\" \\\n    \
        --data /var/lib/assent"
    )]
    Credit(AccountCredit),
    /// Say, as the operator of a node, that nothing will come of a deposit
    #[command(
        after_help = "Examples:\n  assent account refuse acme.example --reason \"the bank declined it\""
    )]
    Refuse(AccountEnd),
    /// Say, as the operator of a node, that a withdrawal was paid out
    #[command(after_help = "Examples:\n  assent account paid acme.example --evidence \"bank, 27 November\"")]
    Paid(AccountPaid),
    /// Say, as the operator of a node, that a withdrawal was not paid out: the money is available again
    #[command(after_help = "Examples:\n  assent account returned acme.example --reason \"no such account\"")]
    Returned(AccountEnd),
}

/// Which deposit or withdrawal of whose account, at which node.
#[derive(Debug, Args)]
pub(crate) struct AccountTransfer {
    /// Whose account
    pub(crate) domain: Domain,
    /// The deposit or withdrawal, or the first digits of it [default: the only one that waits]
    pub(crate) id: Option<Id>,
    /// The data folder of the node [default: that of `assent serve`]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// What came.
#[derive(Debug, Args)]
pub(crate) struct AccountCredit {
    #[command(flatten)]
    pub(crate) which: AccountTransfer,
    /// How much really came [default: what was asked for]
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) amount: Option<Money>,
    /// What shows it, for people
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: Option<Name>,
}

/// What went out.
#[derive(Debug, Args)]
pub(crate) struct AccountPaid {
    #[command(flatten)]
    pub(crate) which: AccountTransfer,
    /// What shows it, for people
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: Option<Name>,
}

/// Why nothing came of it.
#[derive(Debug, Args)]
pub(crate) struct AccountEnd {
    #[command(flatten)]
    pub(crate) which: AccountTransfer,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Text,
}
