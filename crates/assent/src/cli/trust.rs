//! The words of `assent trust`.

use std::path::PathBuf;

use asp_core::amount::Money;
use asp_core::key::KeyId;
use asp_core::name::{AgentUri, Capability, Domain};
use asp_core::position::Millis;
use asp_core::statement::body::Text;
use clap::{Args, Subcommand};

use crate::read::{self, Id};

/// `assent trust`
#[derive(Debug, Subcommand)]
pub(crate) enum TrustCommand {
    /// Show the score and the level
    #[command(after_help = "Examples:\n  assent trust show volt.example/sales/gpu --amount \"2550 USD\"")]
    Show(Observe),
    /// Show how the score comes about: parts that add up, who lends, what limits it, what would change it
    #[command(
        after_help = "Examples:\n  assent trust explain volt.example/sales/gpu --capability provision.compute\n  \
        assent trust explain volt.example/sales/gpu --observer northwind.example --json"
    )]
    Explain(Observe),
    /// Show how the score came to be what it is, over time
    #[command(after_help = "Examples:\n  assent trust history volt.example/sales/gpu\n  \
        assent trust history volt.example/sales/gpu --amount \"2550 USD\" --back 365d --steps 52 --json")]
    History(TrustHistory),
    /// Show what else the log tells: eight components, which move no gate, with the facts that they are made of
    #[command(after_help = "Examples:\n  assent trust profile volt.example/sales/gpu\n  \
        assent trust profile volt.example/sales/gpu --json")]
    Profile(Observe),
    /// Speak for another organisation's agent, in all or in one capability
    #[command(
        after_help = "Examples:\n  assent trust endorse volt.example/sales/gpu --capability provision.compute\n  \
        assent trust endorse volt.example/sales/gpu --note \"always on time\""
    )]
    Endorse(TrustEndorse),
    /// Speak for it no more
    #[command(
        after_help = "Examples:\n  assent trust withdraw volt.example/sales/gpu --reason \"they were sold\""
    )]
    Withdraw(TrustWithdraw),
    /// Say how it was to deal with somebody in a session that has ended
    #[command(after_help = "Examples:\n  assent trust rate 3f9c2a1b volt.example/sales/gpu --stars 5\n\n\
        A later rating of the same agent and session replaces the one before.")]
    Rate(TrustRate),
    /// Check an answer against an export of the log, offline
    #[command(
        long_about = "Check an answer against an export of the log, offline.\n\n\
        Takes what show, explain, history or profile printed with --json, and what `assent log export` wrote. Every entry of the \
        export is checked as `assent log audit` does, its evidence is derived anew, and the answer is computed from it: \
        each member has to be the same, digit by digit.",
        after_help = "Examples:\n  assent trust explain volt.example/sales/gpu --json > answer.json\n  \
        assent log export --output log.jsonl\n  \
        assent trust verify answer.json --export log.jsonl --node-key did:key:z6Mk…\n\n\
        Exit code 0 when every digit is the same, 1 when one is not or the export does not hold, 2 when a file cannot be \
        read or the export is too short for the answer."
    )]
    Verify(TrustVerify),
}

/// What `assent trust history` asks.
#[derive(Debug, Args)]
pub(crate) struct TrustHistory {
    #[command(flatten)]
    pub(crate) observe: Observe,
    /// How far back
    #[arg(long, default_value = "180d", value_name = "SPAN", value_parser = read::span)]
    pub(crate) back: Millis,
    /// At how many instants, evenly spaced
    #[arg(long, default_value_t = 25, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(2..=100))]
    pub(crate) steps: u32,
}

/// What `assent trust verify` checks.
#[derive(Debug, Args)]
pub(crate) struct TrustVerify {
    /// The answer, as --json printed it; - for stdin
    pub(crate) answer: PathBuf,
    /// The export of the log
    #[arg(long, value_name = "FILE")]
    pub(crate) export: PathBuf,
    /// The key that you know the node by
    #[arg(long, value_name = "DID")]
    pub(crate) node_key: Option<KeyId>,
}

/// What `assent trust` asks.
#[derive(Debug, Args)]
pub(crate) struct Observe {
    /// The agent asked about
    #[arg(value_parser = read::agent)]
    pub(crate) agent: AgentUri,
    /// The size of the deal in mind
    #[arg(long, default_value = "1000 USD", value_name = "MONEY", value_parser = read::money)]
    pub(crate) amount: Money,
    /// Count only deals within this capability
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Option<Capability>,
    /// Whose eyes to look with; may be repeated [default: your organisation]
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) observer: Vec<Domain>,
}

/// What `assent trust endorse` says.
#[derive(Debug, Args)]
pub(crate) struct TrustEndorse {
    /// For whom
    #[arg(value_parser = read::agent)]
    pub(crate) agent: AgentUri,
    /// In what [default: in all]
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Option<Capability>,
    /// Why, for people
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<Text>,
}

/// What `assent trust withdraw` says.
#[derive(Debug, Args)]
pub(crate) struct TrustWithdraw {
    /// For whom you spoke
    #[arg(value_parser = read::agent)]
    pub(crate) agent: AgentUri,
    /// In what
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Option<Capability>,
    /// Why, for people
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: Text,
}

/// What `assent trust rate` says.
#[derive(Debug, Args)]
pub(crate) struct TrustRate {
    /// The session; a few digits of its id are enough
    pub(crate) session: Id,
    /// Who is rated
    #[arg(value_parser = read::agent)]
    pub(crate) agent: AgentUri,
    /// From 1, as bad as can be, to 5, as good
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=5))]
    pub(crate) stars: u32,
    /// Why, for people
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<Text>,
}
