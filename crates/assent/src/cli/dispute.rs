//! Commands about disputes.

use std::path::PathBuf;

use asp_core::amount::Money;
use asp_core::name::AgentUri;
use asp_core::position::Hash;
use asp_core::statement::body::{DisputeOutcome, DisputeReason, ObligationId, RulingEffect, Text};
use clap::{Args, Subcommand};

use crate::read::{self, Id, Receiver};

/// `assent dispute`
#[derive(Debug, Subcommand)]
pub(crate) enum DisputeCommand {
    /// Dispute what became of an obligation
    #[command(
        long_about = "Dispute what became of an obligation.\n\n\
        The node says at once what the log alone decides. What it does not decide is for the two sides to settle, then \
        for the arbiter whom the deal names, if it names one. Without --obligation it is about all that the other side \
        owes you under the commitment.",
        after_help = "Examples:\n  \
        assent dispute file 77b0e2 --obligation delivery --reason not-as-agreed --claim \"Half of it is rust\"\n  \
        assent dispute file 77b0e2 --reason non-delivery --claim \"Nothing came\" --amount \"100 USD\" --severity 4"
    )]
    File(Box<DisputeFiling>),
    /// List your disputes, those filed last first
    #[command(
        after_help = "Examples:\n  assent dispute list --json | jq -r 'select(.phase!=\"CLOSED\") | .id'"
    )]
    List,
    /// Show a dispute on one page: claim, answer, exhibits, offers, rulings
    #[command(
        after_help = "Examples:\n  assent dispute show 5ac210\n  assent dispute show 5ac210 --bundle case.json && assent verify case.json"
    )]
    Show {
        #[command(flatten)]
        dispute: DisputeId,
        /// Write the proof of the case to a file that `assent verify` checks offline; - for stdout
        #[arg(long, value_name = "FILE")]
        bundle: Option<PathBuf>,
    },
    /// Answer a dispute that was filed against you
    #[command(
        after_help = "Examples:\n  assent dispute respond 5ac210 --deny --text \"It left us whole\"\n  assent dispute respond 5ac210 --admit"
    )]
    Respond(DisputeAnswer),
    /// Show more: statements of the session, files by their digest
    #[command(
        after_help = "Examples:\n  assent dispute evidence 5ac210 --file photo.jpg --note \"as it came\"\n  assent dispute evidence 5ac210 --disclose 4"
    )]
    Evidence {
        #[command(flatten)]
        dispute: DisputeId,
        #[command(flatten)]
        exhibits: Exhibits,
        #[command(flatten)]
        disclosing: Disclosing,
    },
    /// Offer how to end a dispute, or take the other side's offer
    #[command(
        after_help = "Examples:\n  assent dispute settle 5ac210 --outcome partly --amount \"20 USD\"\n  assent dispute settle 5ac210 --take"
    )]
    Settle(DisputeSettlement),
    /// Rule, as the arbiter whom the deal names
    #[command(
        after_help = "Examples:\n  assent dispute rule 5ac210 --outcome upheld --amount \"40 USD\" --reasons \"The photographs show rust\""
    )]
    Rule(DisputeRuling),
    /// Vote, as a member of the panel that the lot drew: hidden first, then shown
    #[command(
        long_about = "Vote, as a member of the panel that the lot drew.\n\n\
        A vote is hidden in a hash until all members have hidden theirs, so that nobody follows the others. It is kept in \
        your home meanwhile; --reveal shows it, word for word. Who does not hide or show a vote in time is replaced.",
        after_help = "Examples:\n  \
        assent dispute vote 5ac210 --outcome upheld --amount \"40 USD\" --reasons \"The photographs show rust\"\n  \
        assent dispute vote 5ac210 --reveal"
    )]
    Vote(DisputeBallot),
    /// Do not take a ruling that can be appealed
    #[command(
        after_help = "Examples:\n  assent dispute appeal 5ac210 --text \"The log does not know of the telephone call\""
    )]
    Appeal {
        #[command(flatten)]
        dispute: DisputeId,
        /// Why, for people
        #[arg(long, value_name = "WORDS")]
        text: Text,
    },
}

/// Names a dispute.
#[derive(Debug, Args)]
pub(crate) struct DisputeId {
    /// The dispute's id, or the first digits of it
    pub(crate) id: Id,
}

/// What a side shows.
#[derive(Debug, Args)]
pub(crate) struct Exhibits {
    /// A statement of the session, by its hash; may be repeated
    #[arg(long, value_name = "HASH", value_parser = read::hash)]
    pub(crate) statement: Vec<Hash>,
    /// A file, by its SHA-256: it stays here; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Vec<PathBuf>,
    /// What they show, for people
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub(crate) note: Text,
}

impl Exhibits {
    /// Whether nothing is shown.
    pub(crate) const fn is_empty(&self) -> bool {
        self.statement.is_empty() && self.file.is_empty()
    }
}

/// What of a session that the node cannot read is disclosed, and to whom.
#[derive(Debug, Args)]
pub(crate) struct Disclosing {
    /// Disclose what was sealed in this message of the session, by its number; may be repeated
    #[arg(long, value_name = "NUMBER", value_parser = read::message)]
    pub(crate) disclose: Vec<u64>,
    /// To whom: a key, an agent or an organisation, with all keys that it has [default: the arbiter whom the deal names]
    #[arg(long, value_name = "WHOM", value_parser = read::receiver, requires = "disclose")]
    pub(crate) disclose_to: Option<Receiver>,
}

/// What is filed.
#[derive(Debug, Args)]
pub(crate) struct DisputeFiling {
    /// The commitment's id, or the first digits of it
    pub(crate) commitment: Id,
    /// The obligation [default: all that the other side owes you]
    #[arg(long, value_name = "OBLIGATION")]
    pub(crate) obligation: Option<ObligationId>,
    /// The other side, where several could be meant
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) against: Option<AgentUri>,
    /// non-delivery, late, not-as-agreed, escrow-violation, unauthorised-change or impersonation
    #[arg(long, value_name = "REASON", value_parser = read::spelled::<DisputeReason>)]
    pub(crate) reason: DisputeReason,
    /// What you claim, for people
    #[arg(long, value_name = "WORDS")]
    pub(crate) claim: Text,
    /// What you ask for, at most [default: what it is worth]
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) amount: Option<Money>,
    /// How grave it is to you, 1 to 5
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=5))]
    pub(crate) severity: u32,
    #[command(flatten)]
    pub(crate) exhibits: Exhibits,
    #[command(flatten)]
    pub(crate) disclosing: Disclosing,
}

/// The answer to a filing.
#[derive(Debug, Args)]
pub(crate) struct DisputeAnswer {
    #[command(flatten)]
    pub(crate) dispute: DisputeId,
    /// The claim holds, which ends the dispute
    #[arg(long, conflicts_with = "deny", required_unless_present = "deny")]
    pub(crate) admit: bool,
    /// It does not
    #[arg(long)]
    pub(crate) deny: bool,
    /// Your words, for people
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub(crate) text: Text,
    #[command(flatten)]
    pub(crate) exhibits: Exhibits,
    #[command(flatten)]
    pub(crate) disclosing: Disclosing,
}

/// An offer to end a dispute, or the taking of one.
#[derive(Debug, Args)]
pub(crate) struct DisputeSettlement {
    #[command(flatten)]
    pub(crate) dispute: DisputeId,
    /// Take the other side's last offer
    #[arg(long, conflicts_with_all = ["outcome", "amount"], required_unless_present = "outcome")]
    pub(crate) take: bool,
    /// How it would end: upheld, partly or dismissed
    #[arg(long, value_name = "OUTCOME", value_parser = read::spelled::<DisputeOutcome>)]
    pub(crate) outcome: Option<DisputeOutcome>,
    /// What would be paid to who filed
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) amount: Option<Money>,
    /// Your words, for people
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub(crate) text: Text,
}

/// A vote of a panel.
#[derive(Debug, Args)]
pub(crate) struct DisputeBallot {
    #[command(flatten)]
    pub(crate) dispute: DisputeId,
    /// Show the vote that was hidden
    #[arg(long, conflicts_with_all = ["outcome", "amount", "reasons"], required_unless_present = "outcome")]
    pub(crate) reveal: bool,
    /// What you find of the claim: upheld, partly, dismissed or abusive
    #[arg(long, value_name = "OUTCOME", value_parser = read::spelled::<DisputeOutcome>, requires = "reasons")]
    pub(crate) outcome: Option<DisputeOutcome>,
    /// What is to be paid: to who filed, or to the other side if the filing was abusive
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) amount: Option<Money>,
    /// Why, for people
    #[arg(long, value_name = "WORDS")]
    pub(crate) reasons: Option<Text>,
}

/// A ruling.
#[derive(Debug, Args)]
pub(crate) struct DisputeRuling {
    #[command(flatten)]
    pub(crate) dispute: DisputeId,
    /// What you find of the claim: upheld, partly, dismissed or abusive
    #[arg(long, value_name = "OUTCOME", value_parser = read::spelled::<DisputeOutcome>)]
    pub(crate) outcome: DisputeOutcome,
    /// What is paid: to who filed, or to the other side if the filing was abusive
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) amount: Option<Money>,
    /// How far it binds: advisory, presumptive or binding [default: as far as was agreed]
    #[arg(long, value_name = "EFFECT", value_parser = read::spelled::<RulingEffect>)]
    pub(crate) effect: Option<RulingEffect>,
    /// Why, for people
    #[arg(long, value_name = "WORDS")]
    pub(crate) reasons: Text,
}
