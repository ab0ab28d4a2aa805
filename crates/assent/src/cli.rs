//! The command line: what can be asked, and the help that teaches it. Does nothing itself.

use std::net::SocketAddr;
use std::path::PathBuf;

use asp_core::key::KeyId;
use asp_core::name::{AgentUri, Issuer};
use asp_core::position::Hash;
use asp_core::statement::Trace;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::printer::Colour;
use crate::read;

mod a2a;
mod account;
mod accounts;
mod bundle;
mod deal;
mod dispute;
mod inbox;
mod keys;
mod lab;
mod people;
mod policy;
mod tck;
mod tender;
mod trust;
mod webhook;

pub(crate) use a2a::{A2aClientCommand, A2aCommand, A2aTalk};
pub(crate) use account::{AccountCommand, AccountTransfer};
pub(crate) use accounts::{Console, PeopleCommand, PeopleInvite, PeopleKey, PeopleOperator};
pub(crate) use bundle::{BundleCommand, Disclose, Verify};
pub(crate) use deal::{
    Attest, Close, CommitmentCommand, HandOver, Offering, Open, Say, SchemaCommand, SchemaRegistration,
    SessionCommand, TraceArgs, Watch,
};
pub(crate) use dispute::{
    Disclosing, DisputeBallot, DisputeCommand, DisputeFiling, DisputeRuling, DisputeSettlement, Exhibits,
};
pub(crate) use inbox::{InboxCommand, InboxGroupName, InboxTake};
pub(crate) use keys::{
    AgentKeyCommand, KeyAddition, KeyCommand, KeyKind, KeyRevocation, KeyRotation, OrgKeyCommand, Preparing,
    Sign,
};
pub(crate) use lab::{LabCommand, LabTrust};
pub(crate) use people::{
    AgentCommand, AgentRegister, CardCommand, CardExport, CardMembers, CardPart, CardSet, ConsentCommand,
    ConsentRequest, Discover, DiscoverCommand, Less, OrgActivity, OrgCommand, OrgVerifying, Sort, Wanted,
    WatchSearch,
};
pub(crate) use policy::{PolicyCommand, PolicyPart, PolicySetting};
pub(crate) use tck::Tck;
pub(crate) use tender::{TenderAward, TenderCommand, TenderDecline, TenderName, TenderOpen};
pub(crate) use trust::{
    Observe, TrustCommand, TrustEndorse, TrustHistory, TrustRate, TrustVerify, TrustWithdraw,
};
pub(crate) use webhook::{WebhookAdd, WebhookCommand, WebhookReplay};

const AFTER: &str = "\
Exit codes:
  0  done; for verify and log audit: nothing is refuted
  1  the answer is no: refuted, refused by a rule, not found
  2  the command is wrong, or what it should read cannot be read
  3  the node cannot be reached or is overloaded: try again
  4  a fault of this program, its disk, or an answer that no node should give

Data goes to stdout, talk to stderr. With --json each datum is one line of JSON.

Start here:  assent demo";

/// Organisations' agents find each other, negotiate, sign, keep and prove deals.
///
/// Assent speaks the Agent Session Protocol: everything that is said is a signed statement in a log that anybody can
/// check. This program is the node, the client and the verifier.
#[derive(Debug, Parser)]
#[command(name = "assent", version, after_help = AFTER, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Options {
    /// The node to talk to [default: the home's, else http://127.0.0.1:4860]
    #[arg(long, global = true, env = "ASSENT_NODE", value_name = "URL", hide_env_values = true)]
    pub(crate) node: Option<String>,
    /// The folder with the keys and config.toml [default: the platform's configuration folder]
    #[arg(long, global = true, env = "ASSENT_HOME", value_name = "DIR", hide_env_values = true)]
    pub(crate) home: Option<PathBuf>,
    /// Who is speaking: acme.example or acme.example/buyer [default: the home's]
    #[arg(long = "as", global = true, env = "ASSENT_AS", value_name = "WHO", value_parser = read::issuer, hide_env_values = true)]
    pub(crate) identity: Option<Issuer>,
    /// The span that this is a part of (W3C Trace Context): what is signed names it, for all who read it
    #[arg(long, global = true, env = "ASSENT_TRACEPARENT", value_name = "TRACEPARENT", value_parser = read::trace, hide_env_values = true)]
    pub(crate) traceparent: Option<Trace>,
    /// Print data as lines of JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Colour,
    /// Say nothing but data and failures
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// A verb.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Watch two organisations make a deal, keep it, prove it, and break another
    #[command(
        long_about = "Watch two organisations make a deal, keep it, prove it, and break another.\n\n\
        Starts a real node on a fresh folder and two agents that talk to it over HTTP, each with its own keys. \
        Every line that you see is a signed statement in the node's log. Writes the proof of the deal to a file \
        that `assent verify` checks without the node.",
        after_help = "Examples:\n  assent demo\n  assent demo --keep ./demo --serve\n  assent demo --json | jq -r .event"
    )]
    Demo(Demo),
    /// Run a node
    #[command(
        long_about = "Run a node.\n\n\
        Needs no configuration: keeps its log and its key in the platform's data folder and listens on \
        127.0.0.1:4860. SIGINT or SIGTERM stop it in order, a second one at once; started again, everything is there.",
        after_help = "Examples:\n  assent serve\n  assent serve --data /var/lib/assent --listen 0.0.0.0:4860\n  \
        ASSENT_LOG=debug assent serve --log-format json"
    )]
    Serve(Serve),
    /// Prepare this machine: a home, keys for your organisation and a first agent
    #[command(
        long_about = "Prepare this machine: a home, keys for your organisation and a first agent.\n\n\
        Makes the folder and the keys (files that only you can read) and writes config.toml. Talks to no node; \
        what is there already stays as it is.",
        after_help = "Examples:\n  assent init --org acme.example --agent acme.example/buyer\n  \
        assent --node https://node.example init --org acme.example"
    )]
    Init(Init),
    /// Register an organisation, or look at one
    #[command(subcommand)]
    Org(OrgCommand),
    /// Say which people may look at what is your organisation's
    #[command(subcommand)]
    People(PeopleCommand),
    /// Have what happens delivered to an address of your organisation
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Let clients that speak A2A in, and talk to agents that speak nothing else
    #[command(subcommand)]
    A2a(A2aCommand),
    /// Print a link that opens the console in your browser, signed in, once
    #[command(
        long_about = "Print a link that opens the console in your browser, signed in, once.\n\n\
        The console is the node's own pages: sessions as they move, what is owed, disputes, agents, consent, the log. \
        The link is good for ten minutes and for one browser. Without a person it is for the owner that is there longest; \
        your organisation's first owner is made by it. With --operator it is for who runs the node, by the node's folder.",
        after_help = "Examples:\n  assent console\n  assent console --person 5f0c2e9a\n  \
        assent console --operator --data /var/lib/assent\n  assent console --json | jq -r .url"
    )]
    Console(Console),
    /// Register an agent, look at one, or change its key
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Make, show and move keys, as files and in your home
    #[command(subcommand)]
    Key(KeyCommand),
    /// Sign a statement that was prepared on another machine; needs no network
    #[command(
        long_about = "Sign a statement that was prepared on another machine; needs no network.\n\n\
        Shows in words what the statement does, told from its bytes, and asks. The signature is added to the file, \
        which goes back to whoever hands it in. A file whose words are not those of its bytes is refused.",
        after_help = "Examples:\n  assent sign register.json --key root.pem\n  assent sign register.json --yes --json\n  \
        assent sign register.json --input tosign.bin\n  \
        assent sign register.json --signature sig.der --by did:key:zDn…\n\n\
        Exit code 0 when it is signed, 1 when the file is not what it says or the answer was no."
    )]
    Sign(Sign),
    /// Hand in a statement that was prepared and signed
    #[command(after_help = "Examples:\n  assent submit register.json")]
    Submit {
        /// The prepared statement with its signatures
        file: PathBuf,
    },
    /// Find agents by what they can do
    #[command(
        long_about = "Find agents by what they can do.\n\n\
        A capability matches itself and what lies below it. Everything that is given has to fit. Prints the best first, \
        each with the reasons for its place. Relevance and trust are two numbers and are never mixed: relevance comes \
        from the card, trust from what both sides of earlier deals have signed, in the value class that you name.",
        after_help = "Examples:\n  assent discover --capability provision.compute\n  \
        assent discover gpu --organisation volt.example\n  \
        assent discover --capability translate --language de --max-price \"0.10 EUR\" --sort price\n  \
        assent discover --capability provision.compute --value \"5000 USD\" --min-trust 40 --sort trust\n  \
        assent discover --capability provision.compute --save gpu"
    )]
    Discover(Discover),
    /// Ask for consent between two organisations, give it, take it back
    #[command(subcommand)]
    Consent(ConsentCommand),
    /// Find, check and register terms schemas
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Open sessions, speak in them, watch and close them
    #[command(subcommand)]
    Session(SessionCommand),
    /// See the course of a session: who said what, what let it pass, who waited for whom, what came of it
    #[command(
        long_about = "See the course of a session: who said what, what let it pass, who waited for whom, what came of it.\n\n\
        Follows from the session's statements, so both sides see the same; what was refused to your own side stands below, \
        by the node's word. --json prints all of it as one line, which --file reads again; --file also takes what `assent \
        session export` writes, and then judges every statement anew. --otlp sends the session to a collector of \
        OpenTelemetry as spans that say who did what and when, and nothing of what was said.",
        after_help = "Examples:\n  assent trace 3f9a1c\n  assent trace 3f9a1c --guards --check\n  \
        assent trace 3f9a1c --json > trace.json && assent trace --file trace.json\n  \
        assent trace 3f9a1c --otlp http://127.0.0.1:4318\n\n\
        Exit code 0 when it is shown or sent, 1 when there is no such session or the collector refuses some of it, 3 when \
        the node or the collector does not answer, 4 when --check finds that the node tells something else."
    )]
    Trace(TraceArgs),
    /// See what is owed, and get the proof of it
    #[command(subcommand)]
    Commitment(CommitmentCommand),
    /// Show somebody what was said in sealed messages of a deal
    #[command(subcommand)]
    Bundle(BundleCommand),
    /// Open your organisation's account, take money in and out, see what is held
    #[command(subcommand)]
    Account(AccountCommand),
    /// Attest for others that an obligation is fulfilled, or is not; needs no network
    #[command(
        long_about = "Attest for others that an obligation is fulfilled, or is not; needs no network.\n\n\
        Whoever agreed on terms named you as the one who judges the fulfilment. What you sign says which obligation of \
        which commitment in which log you mean; you take no part in the session and are told nothing of it. Give the \
        file to the debtor, who hands it in with the fulfilment: one that is attested is fulfilled at once.",
        after_help = "Examples:\n  \
        assent attest 9c1e…64 digits… steel --log node.example/log -o assay.json\n  \
        assent attest 9c1e…64 digits… steel --stage first --artefact ./sample.csv -o assay.json\n  \
        assent attest 9c1e…64 digits… steel --not -o assay.json"
    )]
    Attest(Attest),
    /// Take what waits for your agent, and confirm it
    #[command(subcommand)]
    Inbox(InboxCommand),
    /// Dispute what became of an obligation, answer, settle, rule
    #[command(subcommand)]
    Dispute(DisputeCommand),
    /// Ask whether an agent can be trusted with a deal of some size, and why
    #[command(subcommand)]
    Trust(TrustCommand),
    /// Look at a node's log, export it, check all of it
    #[command(subcommand)]
    Log(LogCommand),
    /// Check the proof of a deal, offline
    #[command(
        long_about = "Check the proof of a deal, offline.\n\n\
        Needs neither the node nor a home. Prints every check with its verdict: proved, refuted, or not shown. \
        Without --node-key the file's own word is taken for which key the node has; give the key that you know, \
        and a forged log is refuted too.\n\n\
        Messages of a sealed session stay sealed, but for those that were disclosed to a key that is here: --key, or one of \
        the home. Each is opened, checked against what was signed, and shown.",
        after_help = "Examples:\n  assent verify assent-demo-bundle.json\n  \
        assent verify deal.json --node-key did:key:z6Mk… --json\n  \
        assent verify case.json --key judge.pem\n\n\
        Exit code 0 when nothing is refuted, 1 when something is, 2 when the file cannot be read as a bundle."
    )]
    Verify(Verify),
    /// Check the proof that a node lied, or make one of two files, offline
    #[command(
        long_about = "Check the proof that a node lied, or make one of two files, offline.\n\n\
        A node that shows one log to you and another to somebody else has signed two receipts for one place, or two \
        checkpoints of one size. Put together they are a proof that anybody can check without asking anybody. With one \
        file, checks a proof; with two receipts or two checkpoints, as `assent log receipt --json` and `assent log \
        checkpoint --json` print them, says whether they contradict each other.",
        after_help = "Examples:\n  assent verify-fraud proof.json --node-key did:key:z6Mk…\n  \
        assent verify-fraud mine.json theirs.json --output proof.json\n\n\
        Exit code 0 when the node is shown to have lied, 1 when it is not, 2 when a file cannot be read."
    )]
    VerifyFraud(VerifyFraud),
    /// Offer your agent's verbs to a model, as tools over stdio (Model Context Protocol)
    #[command(
        long_about = "Offer your agent's verbs to a model, as tools over stdio (Model Context Protocol).\n\n\
        Started by the program that runs the model, not by hand. Finds, opens, reads, offers, commits, fulfils, disputes \
        and verifies in the name of the identity in use; consents too where the organisation's key is in the home. Keys \
        are read from the home and never leave it. Speaks the versions 2026-07-28, 2025-11-25, 2025-06-18 and 2025-03-26.",
        after_help = "Examples:\n  assent mcp\n  assent --as acme.example/buyer --node https://node.example mcp\n\n\
        In the configuration of a client:\n  {\"mcpServers\": {\"assent\": {\"command\": \"assent\", \"args\": [\"mcp\"]}}}"
    )]
    Mcp,
    /// Try a node, anybody's, against the numbered rules of the protocol
    #[command(
        long_about = "Try a node, anybody's, against the numbered rules of the protocol.\n\n\
        Plays every rule that can be seen from outside with organisations and agents of its own, side by side, and ends \
        with the level that the node reaches: core, standard or full. Knows nothing of the node but its address. What was \
        said stays in the node's log, so try one whose log may keep it.",
        after_help = "Examples:\n  assent tck --node http://127.0.0.1:4860\n  \
        assent tck --node https://node.example --level core --junit tck.xml\n  \
        assent tck --rule ASP-SES-013 --rule ASP-SES-014 --json\n  assent tck --list\n\n\
        Exit code 0 if all that was tried holds, 1 if something does not, 3 if no node answers."
    )]
    Tck(Tck),
    /// Hold the trust model to what it promises
    #[command(subcommand)]
    Lab(LabCommand),
    /// Measure what this machine can do
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Print a completion script for your shell
    #[command(after_help = "Examples:\n  assent completions bash > /etc/bash_completion.d/assent\n  \
        assent completions zsh > \"${fpath[1]}/_assent\"\n  assent completions fish > ~/.config/fish/completions/assent.fish")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// `assent demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Keep the node's folder, the keys and the bundle here; a new or empty folder
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    /// Then let a dozen other organisations trade on the node until Ctrl-C, and print links that show them in its console
    #[arg(long)]
    pub(crate) serve: bool,
}

/// `assent serve`
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The folder of the log and the node's key [default: the platform's data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:4860]; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// A configuration file in TOML; flags and ASSENT_… variables go before it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The address under which others reach the node, if it is not the one it listens on
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Add an agent that plays the other side of the public conformance kit of A2A, and let the node reach this machine to tell
    /// the kit of tasks
    #[arg(long)]
    pub(crate) a2a_conformance: bool,
    /// How to write the log of events on stderr; ASSENT_LOG chooses what, such as debug
    #[arg(long, value_enum, default_value = "human", value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
    /// Break a rule on purpose
    #[cfg(feature = "misbehave")]
    #[arg(long, value_name = "KIND", long_help = crate::misbehave::help())]
    pub(crate) misbehave: Option<crate::misbehave::Asked>,
}

/// How events are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// `assent init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Make the root key of this organisation
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) org: Option<asp_core::name::Domain>,
    /// Make the key of a first agent of it, such as acme.example/buyer
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) agent: Option<AgentUri>,
}

/// `assent log`
#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Print the node's signed checkpoint: how long its log is, and its root
    #[command(after_help = "Examples:\n  assent log checkpoint\n  assent log checkpoint --json | jq .size")]
    Checkpoint,
    /// Get the node's receipt of a statement again, and check it
    #[command(
        long_about = "Get the node's receipt of a statement again, and check it.\n\n\
        Statements of organisations and agents are anybody's to ask about; for the others who is speaking has to be \
        one who may read them.",
        after_help = "Examples:\n  assent log receipt 9c1e…64 digits…\n  assent log receipt sha256:9c1e… --json > receipt.json"
    )]
    Receipt {
        /// The hash of the statement, whole
        #[arg(value_name = "HASH", value_parser = read::hash)]
        statement: Hash,
    },
    /// Re-derive everything from a data folder or an export, and name the first entry that does not hold
    #[command(
        long_about = "Re-derive everything from a data folder or an export, and name the first entry that does not hold.\n\n\
        Checks every signature, replays every rule, rebuilds the tree and the views. The folder may belong to a \
        node that runs; the audit reads what was durable when it began.",
        after_help = "Examples:\n  assent log audit --data ~/.local/share/assent\n  assent log audit --export log.jsonl --json\n\n\
        Exit code 0 when everything holds, 1 when something does not, 2 when it cannot be read."
    )]
    Audit(Audit),
    /// Write a node's whole log as lines of JSON that can be audited anywhere
    #[command(
        after_help = "Examples:\n  assent log export --data ./demo/node -o log.jsonl\n  assent log export | gzip > log.jsonl.gz"
    )]
    Export(Export),
}

/// `assent log audit`
#[derive(Debug, Args)]
#[group(required = false, multiple = false)]
pub(crate) struct Audit {
    /// The data folder of a node [default: that of `assent serve`]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// An export instead of a folder; - for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,
}

/// `assent log export`
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The data folder of a node, which may run [default: that of `assent serve`]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Where to write; - for stdout
    #[arg(short, long, default_value = "-", value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// `assent verify-fraud`
#[derive(Debug, Args)]
pub(crate) struct VerifyFraud {
    /// A proof, or two receipts or checkpoints; - for stdin
    #[arg(required = true, num_args = 1..=2, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The node's key as you know it from elsewhere
    #[arg(long, value_name = "KEY")]
    pub(crate) node_key: Option<KeyId>,
    /// Write the proof that two files make
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `assent bench`
#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Send a node signed statements as fast as it takes them
    #[command(
        long_about = "Send a node signed statements as fast as it takes them.\n\n\
        Starts a node in this process on a fresh folder, prepares sessions and signs their notes of about 1 KiB \
        beforehand, then sends them from kept-alive connections over HTTP. Everything counted is on disk. Prints \
        what one core can verify, what the disk's own sync takes in the same folder, and the ratios: figures of \
        one run on one machine, held against each other rather than against a promise.",
        after_help = "Examples:\n  assent bench ingest\n  assent bench ingest --seconds 5 --connections 64\n  \
        assent bench ingest --dir /mnt/disk/bench --json"
    )]
    Ingest(Ingest),
    /// Fill a registry with agents and ask it questions
    #[command(
        long_about = "Fill a registry with agents and ask it questions.\n\n\
        Starts a node in this process on a fresh folder, registers agents that look like real ones (capabilities, words, \
        organisations with the skew that such things have, several languages, all from a seed) with signed statements \
        over HTTP, then asks a mix of questions in memory and over HTTP. Prints how long they take, whether \
        registering slows down as the registry fills, and how long a restart takes.",
        after_help = "Examples:\n  assent bench search\n  assent bench search --agents 1000000 --queries 5000 --json"
    )]
    Search(SearchBench),
    /// How long an organisation waits for its receipts while another floods the node
    #[command(
        long_about = "How long an organisation waits for its receipts while another floods the node, and how long when \
        it does not.\n\nStarts a node in this process with the limits that a node has by default. One organisation sends \
        200 statements a second, first alone, then while another sends as much as it can on many connections and sends \
        again at once whatever is refused. Node and both loads share this machine.",
        after_help = "Examples:\n  assent bench flood\n  assent bench flood --seconds 5 --connections 64 --json\n  \
        assent bench flood --no-limits"
    )]
    Flood(Flood),
    /// What those who listen cost a node, and how long they wait
    #[command(
        long_about = "What those who listen cost a node, and how long they wait when something is said.\n\n\
        Starts a node in a process of its own, on a fresh folder, and opens event streams to it in the name of agents: \
        each hears everything that its agent reads. Prints what each costs in memory while nothing is said, and how \
        long one statement takes to reach all that it is for. The process that listens needs a descriptor for each, and \
        so does the node (ulimit -n).",
        after_help = "Examples:\n  assent bench subscribers\n  assent bench subscribers --count 1000 --agents 10 --json"
    )]
    Subscribers(Subscribers),
}

/// `assent bench subscribers`
#[derive(Debug, Clone, Args)]
pub(crate) struct Subscribers {
    /// Event streams
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) count: u32,
    /// Agents in whose names they are opened
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) agents: u32,
    /// A fresh folder on the disk to measure [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// `assent bench search`
#[derive(Debug, Clone, Args)]
pub(crate) struct SearchBench {
    /// Agents
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(10..=4_000_000))]
    pub(crate) agents: u32,
    /// Questions
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub(crate) queries: u32,
    /// What the agents and the questions follow from
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub(crate) seed: u64,
    /// A fresh folder on the disk to measure [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// `assent bench flood`
#[derive(Debug, Clone, Args)]
pub(crate) struct Flood {
    /// Seconds without the flood, and as many with it
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(crate) seconds: u32,
    /// Connections of the flood, each with one statement in flight
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) connections: u32,
    /// Statements of one organisation in a second that the node bears [default: as many as it does]
    #[arg(long, value_name = "STATEMENTS", conflicts_with = "no_limits",
        value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) per_second: Option<u64>,
    /// Leave the limits of organisations out, to see what they are good for
    #[arg(long)]
    pub(crate) no_limits: bool,
    /// A fresh folder on the disk to measure [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// `assent bench ingest`
#[derive(Debug, Clone, Args)]
pub(crate) struct Ingest {
    /// Seconds at full load; as many again follow at half of it
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(crate) seconds: u32,
    /// Connections, each with one statement in flight
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) connections: u32,
    /// Statements at most at full load [default: as many as the seconds take]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    pub(crate) statements: Option<u32>,
    /// A fresh folder on the disk to measure [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// What all sign with
    #[arg(long, value_enum, default_value = "ed25519")]
    pub(crate) alg: SignedWith,
}

/// An algorithm of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SignedWith {
    /// Ed25519
    Ed25519,
    /// ECDSA over P-256, which hardware has
    Es256,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does_and_every_argument_what_it_means() {
        fn check(command: &clap::Command, path: &str) {
            assert!(command.get_about().is_some(), "{path} has no about");
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                assert!(argument.get_help().is_some(), "{path} {} has no help", argument.get_id());
            }
            let leaf = !command.has_subcommands();
            assert!(!leaf || command.get_after_help().is_some(), "{path} has no examples");
            for sub in command.get_subcommands() {
                check(sub, &format!("{path} {}", sub.get_name()));
            }
        }
        check(&Cli::command(), "assent");
    }
}
