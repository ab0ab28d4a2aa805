//! Commands about who there is: organisations, agents, consents.

use std::net::SocketAddr;
use std::path::PathBuf;

use asp_core::amount::Money;
use asp_core::display::DisplayName;
use asp_core::key::KeyId;
use asp_core::name::{AgentUri, Capability, Domain, Language, WebAddress};
use asp_core::position::Millis;
use asp_core::session::table::Performative;
use asp_core::statement::Kind;
use asp_core::statement::body::{Availability, DataClass, Mode, Name, Text, VerifyMethod};
use clap::{Args, Subcommand, ValueEnum};

use super::keys::{AgentKeyCommand, OrgKeyCommand, Preparing};
use super::policy::PolicyCommand;
use crate::read::{self, Id};

/// `assent org`
#[derive(Debug, Subcommand)]
pub(crate) enum OrgCommand {
    /// Register your organisation with the node, under its root key
    #[command(after_help = "Examples:\n  assent org register acme.example --name \"Acme Inc.\"")]
    Register {
        /// The organisation [default: that of the identity in use]; a missing key is made
        domain: Option<Domain>,
        /// What people call it [default: the domain]
        #[arg(long)]
        name: Option<DisplayName>,
        /// The name of a root key that is kept elsewhere; with --prepare
        #[arg(long, value_name = "KEY", requires = "prepare")]
        key: Option<KeyId>,
        #[command(flatten)]
        preparing: Preparing,
    },
    /// Show that your domain is your own: say where its key is published, and have the node look there
    #[command(
        long_about = "Show that your domain is your own: say where its key is published, and have the node look there.\n\n\
        `assent org publish` prints what to publish. The node looks at once, and from then on by itself: once in a while \
        where it found the key, and after pauses that grow where it did not. What it finds it says in the log, the first \
        time and whenever that changes. This ends with 1 where the key is not there.",
        after_help = "Examples:\n  assent org verify acme.example\n  assent org verify acme.example --method dns\n  \
        assent org verify acme.example --key did:key:z6Mk… --prepare verify.json"
    )]
    Verify(OrgVerifying),
    /// Print what has to stand under your domain: a document, or records of DNS
    #[command(after_help = "Examples:\n  assent org publish acme.example\n  \
        assent org publish acme.example --output asp-configuration\n  \
        assent org publish acme.example --json | jq -r '.texts[]'")]
    Publish {
        /// The organisation [default: that of the identity in use]
        domain: Option<Domain>,
        /// Write the document to this file too: to serve it, or for `organisation_document` of a node
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// List, add, replace and revoke the keys of your organisation
    #[command(subcommand)]
    Key(OrgKeyCommand),
    /// Show an organisation: whether its domain is its own, its policy, the history of its keys
    #[command(
        after_help = "Examples:\n  assent org show volt.example\n  assent org show volt.example --json | jq .keys"
    )]
    Show {
        /// The organisation
        domain: Domain,
    },
    /// List the agents of your organisation with what they are about: sessions, commitments, what is owed and when
    #[command(
        long_about = "List the agents of your organisation with what they are about: whether they answer, sessions, \
        commitments, what they owe and are owed, when the next of that is due, and when they last said something.\n\n\
        Sessions and commitments are counted back to the 10,000th, and what is owed is read of the last 100 commitments that \
        are active or breached; `partial` says where there is more. Only the organisation and its people see this.",
        after_help = "Examples:\n  assent org agents\n  assent org agents --json | jq 'select(.commitments.breached > 0)'"
    )]
    Agents,
    /// Show what your organisation and its agents said, newest first
    #[command(
        long_about = "Show what your organisation and its agents said, newest first.\n\n\
        Each line is a statement of the log: where it stands, when, who said it, its type and its stream. What it says stands \
        there: `assent session show ID --messages`. Only the organisation and its people see this.",
        after_help = "Examples:\n  assent org activity\n  assent org activity --agent acme.example/buyer --since 24h\n  \
        assent org activity --type PROPOSE --limit 5\n  assent org activity --after 1042 --json | jq .hash"
    )]
    Activity(OrgActivity),
    /// Show or change what an organisation lets others do with its agents
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Show what your organisation may ask of the node, and what is left of that
    #[command(
        after_help = "Examples:\n  assent org limits\n  assent org limits --json | jq '.limits[] | select(.left == 0)'"
    )]
    Limits,
}

/// `assent org activity`
#[derive(Debug, Args)]
pub(crate) struct OrgActivity {
    /// Only what this agent said
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) agent: Option<AgentUri>,
    /// Only statements of this type: a performative such as PROPOSE, or a name such as consent.grant
    #[arg(long = "type", value_name = "TYPE", value_parser = read::kind)]
    pub(crate) kind: Option<Kind>,
    /// Only what was said within this span, such as 24h
    #[arg(long, value_name = "SPAN", value_parser = read::span)]
    pub(crate) since: Option<Millis>,
    /// Only what stands after this position of the log
    #[arg(long, value_name = "POSITION")]
    pub(crate) after: Option<u64>,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
}

/// `assent org verify`
#[derive(Debug, Args)]
pub(crate) struct OrgVerifying {
    /// The organisation [default: that of the identity in use]
    pub(crate) domain: Option<Domain>,
    /// Where the key is published
    #[arg(long, value_enum, default_value = "well-known")]
    pub(crate) method: DomainMethod,
    /// Which of its keys is published [default: the one in your home]
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<KeyId>,
    /// How long to wait for the node to look; 0s does not wait
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = read::span)]
    pub(crate) wait: Millis,
    #[command(flatten)]
    pub(crate) preparing: Preparing,
}

/// Where an organisation publishes its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DomainMethod {
    /// In https://DOMAIN/.well-known/asp-configuration
    WellKnown,
    /// In a TXT record of _asp.DOMAIN
    Dns,
}

impl From<DomainMethod> for VerifyMethod {
    fn from(method: DomainMethod) -> Self {
        match method {
            DomainMethod::WellKnown => Self::WellKnown,
            DomainMethod::Dns => Self::Dns,
        }
    }
}

/// `assent agent`
#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Register an agent of your organisation: signed by its own key and by the organisation's
    #[command(after_help = "Examples:\n  \
        assent agent register acme.example/procurement/buyer --capability procure.compute --name \"Buyer\"")]
    Register(Box<AgentRegister>),
    /// Show an agent: what it can do, and the history of its keys
    #[command(after_help = "Examples:\n  assent agent show volt.example/sales/gpu")]
    Show {
        /// The agent
        #[arg(value_parser = read::agent)]
        agent: AgentUri,
    },
    /// Answer challenges: say that the agent is there, to whoever asks at the endpoint that its card names
    #[command(after_help = "Examples:\n  assent agent answer acme.example/buyer\n  \
        assent agent answer acme.example/buyer --listen 127.0.0.1:4870")]
    Answer {
        /// The agent [default: the identity in use]
        #[arg(value_parser = read::agent)]
        agent: Option<AgentUri>,
        /// Where to listen; what stands before it brings TLS. Port 0 takes any that is free
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4870")]
        listen: SocketAddr,
    },
    /// Show or set the card: what an agent shows of itself to whoever looks for one
    #[command(subcommand)]
    Card(CardCommand),
    /// List, add, replace and revoke the keys of an agent
    #[command(subcommand)]
    Key(AgentKeyCommand),
}

/// `assent agent register`
#[derive(Debug, Args)]
pub(crate) struct AgentRegister {
    /// The agent, such as acme.example/buyer; a missing key is made
    #[arg(value_parser = read::agent)]
    pub(crate) agent: AgentUri,
    /// What it can do; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Vec<Capability>,
    /// What people call it [default: the last part of its name]
    #[arg(long)]
    pub(crate) name: Option<DisplayName>,
    /// What it is, for people
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) description: Text,
    #[command(flatten)]
    pub(crate) more: CardMembers,
    #[command(flatten)]
    pub(crate) preparing: Preparing,
}

/// What a card can say besides name, description and capabilities.
#[derive(Debug, Args)]
pub(crate) struct CardMembers {
    /// Where the agent answers challenges: https, or http of this machine
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<WebAddress>,
    /// The price from which its offers begin, such as "2.40 USD"
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) price: Option<Money>,
    /// The most that it may agree to owe under one package of terms
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) ceiling: Option<Money>,
    /// A language that it negotiates in, such as de or pt-BR; may be repeated
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Vec<Language>,
    /// A terms schema that it speaks, such as compute-lease/1; may be repeated
    #[arg(long, value_name = "SCHEMA", value_parser = read::schema)]
    pub(crate) schema: Vec<read::SchemaName>,
    /// Whether it takes on work: available, busy or away
    #[arg(long, value_name = "WORD", value_parser = read::availability)]
    pub(crate) availability: Option<Availability>,
}

/// `assent agent card`
#[derive(Debug, Subcommand)]
pub(crate) enum CardCommand {
    /// Show the card of an agent
    #[command(after_help = "Examples:\n  assent agent card show volt.example/sales/gpu --json")]
    Show {
        /// The agent [default: the identity in use]
        #[arg(value_parser = read::agent)]
        agent: Option<AgentUri>,
    },
    /// Set what is named on the agent's card, and leave the rest as it is
    ///
    /// In a session that was opened before, nobody can be bound to an agent whose card says something else since
    /// (CARD_CHANGED); availability alone may change at any time.
    #[command(after_help = "Examples:\n  \
        assent agent card set volt.example/sales/gpu --price \"2.40 USD\" --language en --language de\n  \
        assent agent card set volt.example/sales/gpu --availability away\n  \
        assent agent card set volt.example/sales/gpu --a2a-url https://volt.example/.well-known/agent-card.json\n  \
        assent agent card set volt.example/sales/gpu --without price --without endpoint")]
    Set(Box<CardSet>),
    /// Write the card for clients of A2A, signed with the agent's key: to be served from an address of its own
    ///
    /// The Agent Card of A2A 1.0: what the log says of the agent, but for its availability, which changes at any time.
    /// Serve the file as it is, then pin it with `assent agent card set --a2a-url`.
    #[command(after_help = "Examples:\n  \
        assent agent card export volt.example/sales/gpu --a2a -o agent-card.json\n  \
        assent agent card export --a2a | jq .skills")]
    Export(CardExport),
    /// Check a card for A2A: whom it names, whose key signed it, and whether it is the one that the agent has pinned
    #[command(after_help = "Examples:\n  \
        assent agent card verify https://volt.example/.well-known/agent-card.json\n  \
        assent agent card verify agent-card.json --agent volt.example/sales/gpu")]
    Verify {
        /// A file, - for stdin, or an address: https, or http of this machine
        #[arg(value_name = "URL|FILE")]
        card: String,
        /// The agent that it has to be of [default: the one that it names]
        #[arg(long, value_parser = read::agent)]
        agent: Option<AgentUri>,
    },
}

/// `assent agent card export`
#[derive(Debug, Args)]
pub(crate) struct CardExport {
    /// The agent [default: the identity in use]
    #[arg(value_parser = read::agent)]
    pub(crate) agent: Option<AgentUri>,
    /// As an Agent Card of A2A 1.0, the one form that there is
    #[arg(long, required = true)]
    pub(crate) a2a: bool,
    /// The file [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `assent agent card set`
#[derive(Debug, Args)]
pub(crate) struct CardSet {
    /// The agent [default: the identity in use]
    #[arg(value_parser = read::agent)]
    pub(crate) agent: Option<AgentUri>,
    /// What it can do, in place of all named before; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Vec<Capability>,
    /// What people call it
    #[arg(long)]
    pub(crate) name: Option<DisplayName>,
    /// What it is, for people
    #[arg(long)]
    pub(crate) description: Option<Text>,
    /// Where it serves its card for A2A: what is there now is pinned by its digest
    #[arg(long, value_name = "URL")]
    pub(crate) a2a_url: Option<WebAddress>,
    #[command(flatten)]
    pub(crate) more: CardMembers,
    /// A part to take off the card; may be repeated
    #[arg(long, value_name = "PART", value_enum)]
    pub(crate) without: Vec<CardPart>,
}

/// A part that a card can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CardPart {
    /// The pinned A2A card
    A2a,
    /// Availability
    Availability,
    /// All capabilities
    Capabilities,
    /// The ceiling
    Ceiling,
    /// The endpoint
    Endpoint,
    /// All languages
    Languages,
    /// The price
    Price,
    /// All terms schemas
    Schemas,
}

/// `assent discover`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Discover {
    #[command(subcommand)]
    pub(crate) command: Option<DiscoverCommand>,
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    /// How many at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Keep the search at the node under this name, to follow it
    #[arg(long, value_name = "NAME")]
    pub(crate) save: Option<Name>,
}

/// What is done with searches that are kept.
#[derive(Debug, Subcommand)]
pub(crate) enum DiscoverCommand {
    /// List the searches that are kept: an agent's own, or with --as all of an organisation
    #[command(
        after_help = "Examples:\n  assent discover saved\n  assent discover saved --as acme.example --json"
    )]
    Saved,
    /// Follow a search: each agent that is registered, or changes its card, and fits
    #[command(
        long_about = "Follow a search: each agent that is registered, or changes its card, and fits.\n\n\
        Goes on where it stopped the last time, which your home remembers; the first time, from when the search was saved. \
        Each change is told once. That trust in an agent changes is no news by itself.",
        after_help = "Examples:\n  assent discover watch gpu\n  assent discover watch gpu --idle 10s --json\n  \
        assent discover watch gpu --after 0 --limit 5"
    )]
    Watch(WatchSearch),
    /// Forget a search
    #[command(after_help = "Examples:\n  assent discover forget gpu")]
    Forget {
        /// Its name, or the first digits of its id
        name: String,
    },
}

/// `assent discover watch`
#[derive(Debug, Args)]
pub(crate) struct WatchSearch {
    /// Its name, or the first digits of its id
    pub(crate) name: String,
    /// Tell what came after this position of the log, instead of where it stopped; 0 for all there are
    #[arg(long, value_name = "POSITION")]
    pub(crate) after: Option<u64>,
    /// End after so many agents
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// End when nothing came for so long, such as 10s
    #[arg(long, value_name = "SPAN", value_parser = read::span)]
    pub(crate) idle: Option<Millis>,
}

/// What is looked for among agents.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// Words of its name, description, address or capabilities; three letters are enough of one
    pub(crate) text: Option<String>,
    /// What it can do, or what lies above that: provision.compute finds provision.compute.gpu
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Option<Capability>,
    /// Only agents of this organisation
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) organisation: Option<Domain>,
    /// Only agents that speak this terms schema, such as compute-lease/1
    #[arg(long, value_name = "SCHEMA", value_parser = read::schema)]
    pub(crate) schema: Option<read::SchemaName>,
    /// Only agents that negotiate in this language: de finds de-AT too
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<Language>,
    /// Only agents that are available, busy or away
    #[arg(long, value_name = "WORD", value_parser = read::availability)]
    pub(crate) availability: Option<Availability>,
    /// Only agents whose offers begin at this price or less, such as "2.40 USD"
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) max_price: Option<Money>,
    /// Only agents with this many points of trust, 1 to 100, in the class of --value
    #[arg(long, value_name = "POINTS", value_parser = clap::value_parser!(u32).range(1..=100), requires = "value")]
    pub(crate) min_trust: Option<u32>,
    /// Tell trust for deals of this size, such as "1000 USD"
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) value: Option<Money>,
    /// What stands first; trust needs --value, price needs --max-price
    #[arg(long, value_enum, default_value = "relevance", value_name = "ORDER")]
    pub(crate) sort: Sort,
}

/// What stands first among agents that were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// What fits best.
    Relevance,
    /// Who can be trusted most.
    Trust,
    /// The least price.
    Price,
}

/// `assent consent`
#[derive(Debug, Subcommand)]
pub(crate) enum ConsentCommand {
    /// Ask another organisation; the request is your own side's grant
    #[command(after_help = "Examples:\n  \
        assent consent request --with volt.example --capability provision.compute \\\n    \
        --purpose \"GPU capacity for training\" --ceiling \"10000 USD\" --expires 90d\n  \
        assent consent request --with volt.example --capability provision.compute --data-class public \\\n    \
        --data-class internal --field resource --field price --performative propose --performative accept")]
    Request(ConsentRequest),
    /// Give the consent that was asked for
    #[command(after_help = "Examples:\n  assent consent grant 3f9a1c")]
    Grant {
        /// The consent's id, or the first digits of it
        id: Id,
    },
    /// Take a part of a consent away: what is named takes the place of what was, and has to be less
    #[command(after_help = "Examples:\n  assent consent narrow 3f9a1c --ceiling \"5000 USD\"\n  \
        assent consent narrow 3f9a1c --capability provision.compute.gpu --data-class public\n  \
        assent consent narrow 3f9a1c --expires 7d --reason \"winding down\"")]
    Narrow(ConsentNarrow),
    /// Take a consent back: no new sessions, open ones end, obligations stay
    #[command(after_help = "Examples:\n  assent consent revoke 3f9a1c --reason \"contract ended\"")]
    Revoke {
        /// The consent's id, or the first digits of it
        id: Id,
        /// Why
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: Text,
    },
    /// Confirm that you have seen the other side's revocation
    #[command(after_help = "Examples:\n  assent consent acknowledge 3f9a1c")]
    Acknowledge {
        /// The consent's id, or the first digits of it
        id: Id,
    },
    /// Show a consent: what each side may do, until when, whether a revocation was acknowledged, and the sessions under it
    #[command(
        after_help = "Examples:\n  assent consent show 3f9a1c\n  assent consent show 3f9a1c --sessions 100 --json"
    )]
    Show {
        /// The consent's id, or the first digits of it
        id: Id,
        /// How many of the sessions under it to show at most, those opened last first
        #[arg(long, default_value_t = 10, value_name = "COUNT")]
        sessions: usize,
    },
    /// Export what was said under a consent, check such a file offline, or compare the files of both sides
    ///
    /// Exits with 1 if something is refuted, or if the two files differ.
    #[command(after_help = "Examples:\n  assent consent audit 3f9a1c --export ours.jsonl\n  \
        assent consent audit ours.jsonl\n  assent consent audit ours.jsonl --against theirs.jsonl")]
    Audit {
        /// The consent's id, or the first digits of it, to export; else a file
        what: String,
        /// Write the trail of the consent to this file
        #[arg(long, value_name = "FILE", conflicts_with_all = ["against", "node_key"])]
        export: Option<PathBuf>,
        /// The other side's file, to compare with
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
        /// The key of the log that you trust
        #[arg(long, value_name = "KEY")]
        node_key: Option<KeyId>,
    },
    /// List your organisation's consents, newest first
    #[command(after_help = "Examples:\n  assent consent list --as acme.example")]
    List,
}

/// `assent consent request`
#[derive(Debug, Args)]
pub(crate) struct ConsentRequest {
    /// The organisation that is asked
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) with: Domain,
    /// What sessions may be about; may be repeated
    #[arg(long, required = true, value_name = "NAME")]
    pub(crate) capability: Vec<Capability>,
    /// What for, for people
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) purpose: Text,
    /// How closed sessions have to be at least: hybrid or sealed [default: any will do]
    #[arg(long, value_name = "MODE", value_parser = read::mode)]
    pub(crate) mode: Option<Mode>,
    /// The most that one side may owe under one package of terms
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) ceiling: Option<Money>,
    /// A class of data that may flow: public, internal, confidential, personal or special; may be repeated [default: all]
    #[arg(long, value_name = "CLASS")]
    pub(crate) data_class: Vec<DataClass>,
    /// The name of a member that data and terms may have; may be repeated [default: any]
    #[arg(long, value_name = "NAME")]
    pub(crate) field: Vec<Name>,
    /// Let no members of data or terms flow at all
    #[arg(long, conflicts_with = "field")]
    pub(crate) no_fields: bool,
    /// What may be said, such as PROPOSE; may be repeated [default: everything]
    #[arg(long, value_name = "PERFORMATIVE", value_parser = read::performative)]
    pub(crate) performative: Vec<Performative>,
    /// How long it lasts, such as 90d
    #[arg(long, default_value = "90d", value_name = "SPAN", value_parser = read::span)]
    pub(crate) expires: Millis,
}

/// `assent consent narrow`
#[derive(Debug, Args)]
pub(crate) struct ConsentNarrow {
    /// The consent's id, or the first digits of it
    pub(crate) id: Id,
    /// Why, for people
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) reason: Text,
    #[command(flatten)]
    pub(crate) less: Less,
}

/// What is to be left of a consent.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Less {
    /// What sessions may still be about; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) capability: Vec<Capability>,
    /// The most that one side may still owe under one package of terms
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) ceiling: Option<Money>,
    /// A class of data that may still flow; may be repeated
    #[arg(long, value_name = "CLASS")]
    pub(crate) data_class: Vec<DataClass>,
    /// The name of a member that data and terms may still have; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) field: Vec<Name>,
    /// Let no members of data or terms flow any more
    #[arg(long, conflicts_with = "field")]
    pub(crate) no_fields: bool,
    /// What may still be said, such as PROPOSE; may be repeated
    #[arg(long, value_name = "PERFORMATIVE", value_parser = read::performative)]
    pub(crate) performative: Vec<Performative>,
    /// How much longer it lasts, such as 7d
    #[arg(long, value_name = "SPAN", value_parser = read::span)]
    pub(crate) expires: Option<Millis>,
}
