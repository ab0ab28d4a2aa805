//! Commands about tenders: one buyer, many suppliers, each in a session of its own.

use std::path::PathBuf;
use std::str::FromStr;

use asp_core::amount::Money;
use asp_core::name::{AgentUri, Capability};
use asp_core::position::{Hash, InvalidText, Millis};
use asp_core::statement::body::Text;
use clap::{Args, Subcommand};

use super::deal::TrustArgs;
use crate::read::{self, Id, SchemaName};

/// Letters of the longest name of a tender.
const NAME_LENGTH_MAX: usize = 64;

/// Where a tender is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TenderName {
    /// In the home, under this name.
    Named(String),
    /// In a file of the user's.
    File(PathBuf),
}

impl FromStr for TenderName {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.contains(['/', '.', '\\']) {
            Ok(Self::File(text.into()))
        } else if (1..=NAME_LENGTH_MAX).contains(&text.len()) && text.bytes().all(letter) {
            Ok(Self::Named(text.to_owned()))
        } else {
            Err(InvalidText("a name of letters, digits, - and _, or a file such as ./gpu.json"))
        }
    }
}

impl std::fmt::Display for TenderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// `assent session tender`
#[derive(Debug, Subcommand)]
pub(crate) enum TenderCommand {
    /// Ask many suppliers for offers, each in a session that knows nothing of the others
    #[command(
        long_about = "Ask many suppliers for offers, each in a session that knows nothing of the others.\n\n\
        Opens a session of two with every supplier under the same conditions. None of them can read who else is \
        asked, how many are, or what they say; two agents of one organisation are one reader. What is kept here is \
        which sessions belong together: under a name in your home, or in a file if the name is one. A supplier that \
        cannot be invited is told and stops no other.\n\n\
        The sessions are ordinary ones: `assent session say` asks questions and makes counter-offers in them.",
        after_help = "Examples:\n  \
        assent session tender open gpu --with volt.example/sales --with amp.example/desk \\\n    \
        --capability provision.compute.gpu --purpose \"1,000 GPU hours in June\" --offers-within 2h\n  \
        assent session tender open ./gpu.json --with volt.example/sales --capability provision.compute"
    )]
    Open(Box<TenderOpen>),
    /// List the tenders of your home
    #[command(after_help = "Examples:\n  assent session tender list\n  assent session tender list --json")]
    List,
    /// Compare what the suppliers offer
    #[command(
        long_about = "Compare what the suppliers offer.\n\n\
        One row a package: what you would owe, when the last of the supplier's duties is due, until when the offer \
        stands, whether your acceptance alone binds. The cheapest of a currency comes first; no amount is converted. \
        With --wait this follows the offers as they come in, until everybody has offered or is out, or the time is \
        over; the time for offers if none is given.",
        after_help = "Examples:\n  assent session tender show gpu\n  assent session tender show gpu --wait\n  \
        assent session tender show gpu --json | jq '{supplier, offers: [.offers[].buyerOwes]}'"
    )]
    Show {
        /// The tender: its name, or its file
        tender: TenderName,
        /// Wait for offers, at most so long [default: until the time for offers is over]
        #[arg(long, value_name = "SPAN", value_parser = read::span, num_args = 0..=1, require_equals = true)]
        wait: Option<Option<Millis>>,
    },
    /// Take one supplier's offer and decline the others
    #[command(
        long_about = "Take one supplier's offer and decline the others.\n\n\
        A firm offer is accepted, and binds both. Another one is accepted and committed to; it binds once the supplier \
        has signed too. The others are declined only when the commitment stands. Run again, the command goes on from \
        where it was and says nothing twice.",
        after_help = "Examples:\n  assent session tender award gpu volt.example/sales\n  \
        assent session tender award gpu volt.example/sales --package 5d1a0c \\\n    \
        --reason \"We have what we need for this quarter.\"\n\n\
        Exit code 0 when the commitment stands and the others are declined, 1 when something of that is missing."
    )]
    Award(TenderAward),
    /// Decline suppliers: refuse their offers, close their sessions
    #[command(
        long_about = "Decline suppliers: refuse their offers, close their sessions.\n\n\
        Who has not come in is uninvited. A supplier with a commitment is left alone. Everybody reads the same reason.",
        after_help = "Examples:\n  assent session tender decline gpu amp.example/desk\n  \
        assent session tender decline gpu --all --reason \"We do not buy this year.\""
    )]
    Decline(TenderDecline),
}

/// `assent session tender open`
#[derive(Debug, Args)]
pub(crate) struct TenderOpen {
    /// What to call it, or the file to keep it in
    pub(crate) tender: TenderName,
    /// Whom to ask; may be repeated
    #[arg(long, required = true, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) with: Vec<AgentUri>,
    /// What it is about
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Capability,
    /// What you want, for people; every supplier reads this
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) purpose: Text,
    /// How long suppliers have to come in and offer
    #[arg(long, value_name = "SPAN", default_value = "1h", value_parser = read::span)]
    pub(crate) offers_within: Millis,
    /// How long you then have to decide
    #[arg(long, value_name = "SPAN", default_value = "1h", value_parser = read::span)]
    pub(crate) decide_within: Millis,
    /// A consent that may be used, each with its own supplier alone; may be repeated [default: those that fit]
    #[arg(long, value_name = "ID", value_parser = read::hash)]
    pub(crate) consent: Vec<Hash>,
    /// The most that one side may owe under one package of terms
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) ceiling: Option<Money>,
    /// How many offers may be made in each session [default: 50]
    #[arg(long)]
    pub(crate) rounds: Option<u32>,
    /// How many statements may be made in each session [default: 1000]
    #[arg(long)]
    pub(crate) messages: Option<u32>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// A schema that terms may follow, as in `assent session open`; may be repeated
    #[arg(long, value_name = "SCHEMA", value_parser = read::schema)]
    pub(crate) schema: Vec<SchemaName>,
}

/// `assent session tender award`
#[derive(Debug, Args)]
pub(crate) struct TenderAward {
    /// The tender: its name, or its file
    pub(crate) tender: TenderName,
    /// Whose offer to take
    #[arg(value_parser = read::agent)]
    pub(crate) supplier: AgentUri,
    /// Which package of it, by the first digits of its terms [default: the only one]
    #[arg(long, value_name = "TERMS")]
    pub(crate) package: Option<Id>,
    /// How long to wait for the supplier's signature under an offer that is not firm
    #[arg(long, value_name = "SPAN", default_value = "1m", value_parser = read::span)]
    pub(crate) wait: Millis,
    /// Leave the others as they are
    #[arg(long)]
    pub(crate) keep_others: bool,
    #[command(flatten)]
    pub(crate) why: Refusal,
}

/// `assent session tender decline`
#[derive(Debug, Args)]
pub(crate) struct TenderDecline {
    /// The tender: its name, or its file
    pub(crate) tender: TenderName,
    /// Whom
    #[arg(value_name = "SUPPLIER", value_parser = read::agent, required_unless_present = "all")]
    pub(crate) suppliers: Vec<AgentUri>,
    /// All that have no commitment
    #[arg(long, conflicts_with = "suppliers")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) why: Refusal,
}

/// What the declined read.
#[derive(Debug, Args)]
pub(crate) struct Refusal {
    /// What each of the declined reads; say nothing in it that one must not know of another
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "We do not take this any further. Thank you for your time."
    )]
    pub(crate) reason: Text,
}
