//! Commands about deals: sessions, what is said in them, and commitments.

use std::path::PathBuf;

use asp_core::amount::{Decimal, Money};
use asp_core::name::{AgentUri, Capability, Domain, Issuer, Origin};
use asp_core::position::{Hash, Millis};
use asp_core::session::table::Performative;
use asp_core::statement::body::{
    FileName, MediaType, Mode, Name, ObligationId, ParticipantRole, SchemaAlias, Text, TrustFloor,
};
use clap::{Args, Subcommand};

use super::tender::TenderCommand;
use crate::read::{self, Id, SchemaName};

/// `assent session`
#[derive(Debug, Subcommand)]
pub(crate) enum SessionCommand {
    /// Invite agents to a session
    #[command(after_help = "Examples:\n  \
        assent session open --with volt.example/sales/gpu --capability provision.compute.gpu \\\n    \
        --purpose \"1,000 GPU hours\"")]
    Open(Box<Open>),
    /// Ask many suppliers at once, compare their offers, take one
    #[command(subcommand)]
    Tender(TenderCommand),
    /// List your sessions, those moved last first
    #[command(
        after_help = "Examples:\n  assent session list --json | jq -r 'select(.state==\"INVITED\") | .id'"
    )]
    List,
    /// Show a session: its state, whose turn it is, open offers, commitments
    #[command(after_help = "Examples:\n  assent session show 3f9a1c --messages")]
    Show {
        /// The session's id, or the first digits of it
        id: Id,
        /// Also show everything that was said
        #[arg(long)]
        messages: bool,
    },
    /// Say something in a session: one of the thirteen performatives
    #[command(
        long_about = "Say something in a session: one of the thirteen performatives.\n\n\
        What is missing is looked up in the session, as long as only one thing can be meant: the offer that awaits \
        you, the commitment that stands. With several, --reply-to, --terms or --commitment says which. --body sends \
        any body of the protocol as it stands in a file.",
        after_help = "Examples:\n  \
        assent session say 3f9a1c accept                      come in, or accept the one open offer\n  \
        assent session say 3f9a1c propose --buy \"GPU hours\" --quantity 1000 --price \"2.40 USD\"\n  \
        assent session say 3f9a1c counter --sell \"GPU hours\" --quantity 1000 --price \"2.80 USD\" --firm\n  \
        assent session say 3f9a1c inform --fulfil delivery --artefact ./result.tar\n  \
        assent session say 3f9a1c inform --fulfil report --stage draft --result ./figures.json\n  \
        assent session say 3f9a1c inform --fulfil steel --attestation ./assay.json\n  \
        assent session say 3f9a1c inform --acknowledge delivery\n  \
        assent session say 3f9a1c query --text \"Which region?\" --ask volt.example/sales/gpu\n  \
        assent session say 3f9a1c propose --admit bank.example/escrow --role observer\n  \
        assent session say 3f9a1c withdraw --leave"
    )]
    Say(Box<Say>),
    /// Send a file to the participants of a hybrid or sealed session, which the node cannot read
    #[command(
        long_about = "Send a file to the participants of a hybrid or sealed session: up to 64 MiB, in encrypted chunks that \
        the node keeps and cannot read. What broke off goes on when it is sent again.",
        after_help = "Examples:\n  assent session send 3f9a1c ./drawing.pdf --text \"as agreed\""
    )]
    Send {
        /// The session's id, or the first digits of it
        id: Id,
        /// The file
        file: PathBuf,
        /// What it is called there [default: the name of the file]
        #[arg(long)]
        name: Option<FileName>,
        /// What kind of file it is, such as application/pdf
        #[arg(long, value_name = "TYPE")]
        media_type: Option<MediaType>,
        /// Words to it
        #[arg(long, default_value = "", hide_default_value = true)]
        text: Text,
    },
    /// Fetch a file that was sent in a hybrid or sealed session, and check it
    #[command(
        after_help = "Examples:\n  assent session show 3f9a1c --messages            shows which message has a file\n  \
        assent session fetch 3f9a1c 7 -o drawing.pdf       goes on where it broke off"
    )]
    Fetch {
        /// The session's id, or the first digits of it
        id: Id,
        /// The number of the message that it came with
        #[arg(value_parser = read::message)]
        message: u64,
        /// Where to write it
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// Follow a session as it happens
    #[command(
        after_help = "Examples:\n  assent session watch 3f9a1c\n  assent session watch 3f9a1c --until-end --json"
    )]
    Watch(Watch),
    /// Close a session: sign the receipt of what it came to
    #[command(after_help = "Examples:\n  assent session close 3f9a1c --reason \"all delivered\"\n\n\
        Run by the other side on a closed session, it countersigns the receipt.")]
    Close(Close),
    /// Write a session to a file, with all that it rests on
    #[command(
        after_help = "Examples:\n  assent session export 3f9a1c -o session.json && assent session replay session.json"
    )]
    Export {
        /// The session's id, or the first digits of it
        id: Id,
        /// Where to write; - for stdout
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// See what a session teaches: the path of prices, who gave way, how fast everybody answered, what it came to
    #[command(
        long_about = "See what a session teaches: the path of prices, who gave way, how fast everybody answered, what it came \
        to.\n\nHeld against the last 64 sessions of your agent with the same organisations about the same capability. A \
        price is the most that one party would owe under the first package of an offer.",
        after_help = "Examples:\n  assent session digest 3f9a1c\n  \
        assent session digest 3f9a1c --json | jq .mine.concededPermille"
    )]
    Digest {
        /// The session's id, or the first digits of it
        id: Id,
    },
    /// Judge an exported session again, offline, state by state
    #[command(
        long_about = "Judge an exported session again, offline, state by state.\n\n\
        Needs neither the node nor a home. Every statement is verified and put through the rules from nothing, and \
        what follows is compared with what the node said: the first difference is named.",
        after_help = "Examples:\n  assent session replay session.json\n\n\
        Exit code 0 when the result equals what was recorded, 1 when not, 2 when the file is no export."
    )]
    Replay {
        /// The file; - for stdin
        file: PathBuf,
    },
}

/// `assent session open`
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// Whom to invite to negotiate; may be repeated
    #[arg(long, required = true, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) with: Vec<AgentUri>,
    /// Whom to invite to negotiate without waiting for it; may be repeated
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) maybe: Vec<AgentUri>,
    /// Whom to invite to watch; may be repeated
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) observer: Vec<AgentUri>,
    /// Whom to invite to help, and to decide when asked; may be repeated
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) mediator: Vec<AgentUri>,
    /// What the session is about
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Capability,
    /// What for, for people
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) purpose: Text,
    /// The consent it rests on; may be repeated [default: those in force that fit]
    #[arg(long, value_name = "ID", value_parser = read::hash)]
    pub(crate) consent: Vec<Hash>,
    /// The most that one side may owe under one package of terms
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) ceiling: Option<Money>,
    /// Who can read what is said: open (the participants and the node), hybrid (the participants; the node what is owed and by
    /// when) or sealed (the participants)
    #[arg(long, value_name = "MODE", default_value = "open", value_parser = read::mode)]
    pub(crate) mode: Mode,
    /// How long the invitation waits [default: 30s]
    #[arg(long, value_name = "SPAN", value_parser = read::span)]
    pub(crate) invitation_time: Option<Millis>,
    /// How long the session waits for the next statement [default: 5m]
    #[arg(long, value_name = "SPAN", value_parser = read::span)]
    pub(crate) response_time: Option<Millis>,
    /// How long the session may take until a commitment stands [default: 1h]
    #[arg(long, value_name = "SPAN", value_parser = read::span)]
    pub(crate) session_time: Option<Millis>,
    /// How many offers may be made [default: 50]
    #[arg(long)]
    pub(crate) rounds: Option<u32>,
    /// How many statements may be made [default: 1000]
    #[arg(long)]
    pub(crate) messages: Option<u32>,
    /// How many tokens the models of all participants may read and write
    #[arg(long, value_name = "TOKENS")]
    pub(crate) budget_tokens: Option<u64>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// A schema that terms may follow: a starter such as compute-lease, ORGANISATION/ALIAS/VERSION, or a hash; may be
    /// repeated, the preferred first
    #[arg(long, value_name = "SCHEMA", value_parser = read::schema)]
    pub(crate) schema: Vec<SchemaName>,
    /// What inference and tools may cost all participants
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) budget_cost: Option<Money>,
}

/// The trust that who comes in has to have earned
#[derive(Debug, Args)]
pub(crate) struct TrustArgs {
    /// The score that whoever comes in has to have earned, 1 to 100, as the organisation that opens the session sees it
    #[arg(long, value_name = "SCORE", requires = "trust_value", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) trust_floor: Option<u32>,
    /// The size of the deal for which that score is asked
    #[arg(long, value_name = "MONEY", requires = "trust_floor", value_parser = read::money)]
    pub(crate) trust_value: Option<Money>,
}

impl TrustArgs {
    /// The floor, if one is asked for.
    pub(crate) fn floor(self) -> Option<TrustFloor> {
        self.trust_floor.zip(self.trust_value).map(|(score, value)| TrustFloor { score, value })
    }
}

/// `assent schema`
#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// List terms schemas: the starters, then what organisations registered
    #[command(
        after_help = "Examples:\n  assent schema list\n  assent schema list --organisation acme.example"
    )]
    List {
        /// Text in alias or description
        text: Option<String>,
        /// The very alias
        #[arg(long)]
        alias: Option<String>,
        /// Only those of this organisation
        #[arg(long)]
        organisation: Option<Domain>,
    },
    /// Show a terms schema
    #[command(
        after_help = "Examples:\n  assent schema show compute-lease\n  assent schema show acme.example/rack/2"
    )]
    Show {
        /// A starter, ORGANISATION/ALIAS/VERSION, or a hash
        #[arg(value_parser = read::schema)]
        schema: SchemaName,
    },
    /// Check a schema against the profile and its budget, and terms against the schema, offline
    #[command(
        after_help = "Examples:\n  assent schema check rack.json\n  assent schema check freight --terms terms.json"
    )]
    Check {
        /// A file with the schema, or a starter; - for stdin
        schema: String,
        /// A file with terms
        #[arg(long, value_name = "FILE")]
        terms: Option<PathBuf>,
    },
    /// Register a terms schema of your organisation
    #[command(after_help = "Examples:\n  assent schema register rack.json --alias rack --version 1")]
    Register(SchemaRegistration),
}

/// `assent schema register`
#[derive(Debug, Args)]
pub(crate) struct SchemaRegistration {
    /// The file with the schema
    pub(crate) file: PathBuf,
    /// What people call it
    #[arg(long)]
    pub(crate) alias: SchemaAlias,
    /// Its version
    #[arg(long)]
    pub(crate) version: u32,
    /// What it is for
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) description: Text,
}

/// `assent session say`
#[derive(Debug, Args)]
pub(crate) struct Say {
    /// The session's id, or the first digits of it
    pub(crate) id: Id,
    /// propose, counter, accept, reject, inform, query, clarify, commit, delegate, escalate, withdraw, observe, close
    #[arg(value_parser = read::performative)]
    pub(crate) performative: Performative,
    /// Words: a note, a question, a reason
    #[arg(long)]
    pub(crate) text: Option<Text>,
    /// The statement that is answered
    #[arg(long, value_name = "HASH", value_parser = read::hash)]
    pub(crate) reply_to: Option<Hash>,
    /// The hash of the terms that are meant (accept, commit)
    #[arg(long, value_name = "HASH", value_parser = read::hash)]
    pub(crate) terms: Option<Hash>,
    /// A file with the body as the protocol has it; - for stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["text", "offer", "buy", "sell", "terms"])]
    pub(crate) body: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) offer: Offering,
    #[command(flatten)]
    pub(crate) about: About,
    #[command(flatten)]
    pub(crate) hand_over: HandOver,
}

/// What propose and counter offer.
#[derive(Debug, Args)]
#[command(next_help_heading = "Offers (propose, counter)")]
pub(crate) struct Offering {
    /// A file with packages of terms: {"packages":[{"obligations":[…],"terms":{…}}]}; - for stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["buy", "sell"])]
    pub(crate) offer: Option<PathBuf>,
    /// What you want: the other side delivers, then you pay
    #[arg(long, value_name = "WHAT", conflicts_with = "sell", requires = "price")]
    pub(crate) buy: Option<Text>,
    /// What you give: you deliver, then the other side pays
    #[arg(long, value_name = "WHAT", requires = "price")]
    pub(crate) sell: Option<Text>,
    /// How many
    #[arg(long, value_parser = read::decimal, default_value = "1", value_name = "NUMBER")]
    pub(crate) quantity: Decimal,
    /// The price of one
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) price: Option<Money>,
    /// When delivery is due, from now
    #[arg(long, value_name = "SPAN", default_value = "1d", value_parser = read::span)]
    pub(crate) due: Millis,
    /// When payment is due, from the acknowledged delivery
    #[arg(long, value_name = "SPAN", default_value = "7d", value_parser = read::span)]
    pub(crate) pay_within: Millis,
    /// Hold the price in escrow until the delivery is acknowledged; it pays then
    #[arg(long, conflicts_with = "offer")]
    pub(crate) escrow: bool,
    /// What who delivers gives as a bond, lost if it does not deliver in time
    #[arg(long, value_name = "MONEY", value_parser = read::money, conflicts_with = "offer")]
    pub(crate) bond: Option<Money>,
    /// Who rules on disputes about it: an agent or organisation that is bound by none of it [default: nobody]
    #[arg(long, value_name = "WHO", value_parser = read::issuer)]
    pub(crate) arbiter: Option<Issuer>,
    /// What who files a dispute gives as a deposit, held from its account: it goes to the other side if the claim is dismissed
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) dispute_deposit: Option<Money>,
    /// How many sit on the panel that rules before, drawn by lot: 3 or 5 [default: no panel]
    #[arg(long, value_name = "NUMBER", value_parser = read::panel)]
    pub(crate) panel: Option<u32>,
    /// The level of trust, 0 to 4, from which on an agent can be drawn for it [default: 2]
    #[arg(long, value_name = "LEVEL", requires = "panel", value_parser = clap::value_parser!(u32).range(0..=4))]
    pub(crate) panel_level: Option<u32>,
    /// How long the parties of a dispute have among themselves before that [default: 72h]
    #[arg(long, value_name = "SPAN", value_parser = read::span)]
    pub(crate) settle_within: Option<Millis>,
    /// Acceptance alone binds
    #[arg(long)]
    pub(crate) firm: bool,
    /// Whose answer is awaited; may be repeated [default: all other parties]
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) awaits: Vec<AgentUri>,
    /// How many of them have to accept [default: all of them]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) quorum: Option<u32>,
    /// What they may answer besides reject: accept, counter; may be repeated [default: both]
    #[arg(long, value_name = "PERFORMATIVE", value_parser = read::performative)]
    pub(crate) answer: Vec<Performative>,
    /// How long the offer, the question or the invitation of a newcomer stands [default: the session's response time]
    #[arg(long, value_name = "SPAN", value_parser = read::span)]
    pub(crate) respond_within: Option<Millis>,
}

/// What inform says of an obligation.
#[derive(Debug, Args)]
#[command(next_help_heading = "Obligations (inform)")]
#[group(id = "obligation", multiple = false)]
pub(crate) struct About {
    /// That this obligation is fulfilled; show it by --artefact, --digest, --result, --attestation or --text
    #[arg(long, value_name = "OBLIGATION", group = "obligation")]
    pub(crate) fulfil: Option<ObligationId>,
    /// That its fulfilment is in order
    #[arg(long, value_name = "OBLIGATION", group = "obligation")]
    pub(crate) acknowledge: Option<ObligationId>,
    /// That its fulfilment is not in order; --text says why
    #[arg(long, value_name = "OBLIGATION", group = "obligation")]
    pub(crate) contest: Option<ObligationId>,
    /// How far it is; --text says it
    #[arg(long, value_name = "OBLIGATION", group = "obligation")]
    pub(crate) progress: Option<ObligationId>,
}

/// Details of the rarer performatives.
#[derive(Debug, Args)]
#[command(next_help_heading = "Details")]
pub(crate) struct HandOver {
    /// The commitment that is meant [default: the one that stands]
    #[arg(long, value_name = "ID")]
    pub(crate) commitment: Option<Id>,
    /// The stage of the obligation that is meant, where it has stages (inform)
    #[arg(long, value_name = "STAGE")]
    pub(crate) stage: Option<ObligationId>,
    /// A file with the result, JSON that fits the schema agreed; - for stdin (inform --fulfil)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["artefact", "digest", "attestation"])]
    pub(crate) result: Option<PathBuf>,
    /// A file from `assent attest` of who was named to judge the fulfilment (inform --fulfil)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["artefact", "digest"])]
    pub(crate) attestation: Option<PathBuf>,
    /// The file that was delivered: its SHA-256 is the evidence (inform --fulfil)
    #[arg(long, value_name = "FILE", conflicts_with = "digest")]
    pub(crate) artefact: Option<PathBuf>,
    /// The SHA-256 of what was delivered (inform --fulfil)
    #[arg(long, value_name = "HASH", value_parser = read::hash)]
    pub(crate) digest: Option<Hash>,
    /// Who may act for you (delegate)
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) to: Option<AgentUri>,
    /// What the delegate may say; may be repeated (delegate)
    #[arg(long, value_name = "PERFORMATIVE", value_parser = read::performative)]
    pub(crate) may: Vec<Performative>,
    /// Whose answer is awaited (query)
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) ask: Option<AgentUri>,
    /// Who is to come in while the session goes on (propose)
    #[arg(long, value_name = "AGENT", value_parser = read::agent, conflicts_with_all = ["offer", "buy", "sell"])]
    pub(crate) admit: Option<AgentUri>,
    /// As what: party, observer, mediator (propose --admit)
    #[arg(long, value_name = "ROLE", value_parser = read::role, default_value = "party")]
    pub(crate) role: ParticipantRole,
    /// The consent that lets in a newcomer or a delegate; may be repeated (propose --admit, delegate)
    #[arg(long, value_name = "ID", value_parser = read::hash)]
    pub(crate) consent: Vec<Hash>,
    /// Leave the session; the others go on (withdraw)
    #[arg(long)]
    pub(crate) leave: bool,
    /// Tokens that your models have read and written so far (inform)
    #[arg(long, value_name = "TOKENS")]
    pub(crate) tokens: Option<u64>,
    /// What inference and tools have cost you so far (inform)
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) cost: Option<Money>,
    /// How many further mandates may be given below this one (delegate)
    #[arg(long, value_name = "NUMBER")]
    pub(crate) hops: Option<u32>,
    /// The person who is asked, one of the organisation's contacts (escalate), or who decided (accept)
    #[arg(long, value_name = "NAME")]
    pub(crate) person: Option<Name>,
    /// How long the mandate lasts (delegate)
    #[arg(long, value_name = "SPAN", default_value = "1h", value_parser = read::span)]
    pub(crate) mandate_time: Millis,
    /// The most that the delegate may let you owe under one package (delegate)
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) ceiling: Option<Money>,
    /// Who shall decide; --text asks (escalate)
    #[arg(long, value_name = "WHO", value_parser = read::issuer)]
    pub(crate) authority: Option<Issuer>,
}

/// `assent trace`
#[derive(Debug, Args)]
pub(crate) struct TraceArgs {
    /// The session's id, or the first digits of it
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub(crate) id: Option<Id>,
    /// Also show the conditions that let each statement pass
    #[arg(long)]
    pub(crate) guards: bool,
    /// Judge every statement again here, and hold the answer of the node against that
    #[arg(long, conflicts_with = "file")]
    pub(crate) check: bool,
    /// Read a trace that --json printed, or a session that was exported; - for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Send it to the collector at this address by OTLP/HTTP, instead of showing it
    #[arg(long, value_name = "URL")]
    pub(crate) otlp: Option<String>,
}

/// `assent session watch`
#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// The session's id, or the first digits of it
    pub(crate) id: Id,
    /// Show only what follows this sequence
    #[arg(long, value_name = "SEQUENCE")]
    pub(crate) after: Option<u64>,
    /// Stop when the session has ended
    #[arg(long)]
    pub(crate) until_end: bool,
}

/// `assent session close`
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// The session's id, or the first digits of it
    pub(crate) id: Id,
    /// Why, for people
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) reason: Text,
}

/// `assent commitment`
#[derive(Debug, Subcommand)]
pub(crate) enum CommitmentCommand {
    /// List your commitments, newest first
    #[command(
        after_help = "Examples:\n  assent commitment list --json | jq -r 'select(.state==\"ACTIVE\") | .id'"
    )]
    List,
    /// Show a commitment: who owes what to whom by when, and how far it is
    #[command(after_help = "Examples:\n  assent commitment show 77b0e2")]
    Show(CommitmentId),
    /// Write the proof of a commitment to a file that `assent verify` checks offline
    #[command(
        after_help = "Examples:\n  assent commitment bundle 77b0e2 -o deal.json && assent verify deal.json"
    )]
    Bundle {
        #[command(flatten)]
        commitment: CommitmentId,
        /// Where to write; - for stdout
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

/// `assent attest`
#[derive(Debug, Args)]
pub(crate) struct Attest {
    /// The commitment's id, whole
    #[arg(value_name = "COMMITMENT", value_parser = read::hash)]
    pub(crate) commitment: Hash,
    /// The obligation in it
    pub(crate) obligation: ObligationId,
    /// The stage of the obligation, where it has stages
    #[arg(long, value_name = "STAGE")]
    pub(crate) stage: Option<ObligationId>,
    /// Attest that it is not fulfilled
    #[arg(long)]
    pub(crate) not: bool,
    /// The file that you looked at: its SHA-256 is named
    #[arg(long, value_name = "FILE", conflicts_with = "digest")]
    pub(crate) artefact: Option<PathBuf>,
    /// The SHA-256 of what you looked at
    #[arg(long, value_name = "HASH", value_parser = read::hash)]
    pub(crate) digest: Option<Hash>,
    /// The log that has the commitment, such as node.example/log; needs no network then [default: the node's]
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) log: Option<Origin>,
    /// Where to write; - for stdout
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// Names a commitment.
#[derive(Debug, Args)]
pub(crate) struct CommitmentId {
    /// The commitment's id, or the first digits of it
    pub(crate) id: Id,
}
