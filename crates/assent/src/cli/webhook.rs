//! Commands about webhooks: where an organisation has what happens delivered.

use asp_core::name::WebAddress;
use asp_core::statement::Kind;
use clap::{Args, Subcommand, ValueEnum};

use crate::read;

/// `assent webhook`
#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// Have what your organisation may read delivered to an address
    #[command(
        long_about = "Have what your organisation may read delivered to an address.\n\n\
        Each entry of the log that your organisation may read is delivered as a CloudEvent, in the order of the log, at least \
        once, signed by the scheme of Standard Webhooks. Prints the public key that signs for this webhook alone (v1a), and a \
        secret for receivers whose library knows no public keys (v1); the secret is shown this once.",
        after_help = "Examples:\n  assent webhook add https://hooks.acme.example/assent\n  \
        assent webhook add https://hooks.acme.example/deals --type accept --type commit\n  \
        assent webhook add https://hooks.acme.example/all --stream session --stream dispute --from 0\n  \
        assent webhook add https://hooks.acme.example/assent --json | jq -r .secret"
    )]
    Add(WebhookAdd),
    /// List the webhooks of your organisation: how far each has come, and what keeps it
    #[command(after_help = "Examples:\n  assent webhook list\n  \
        assent webhook list --json | jq 'select(.state != \"running\")'")]
    List,
    /// Deliver a test now, and say whether it was taken
    #[command(
        after_help = "Examples:\n  assent webhook test 5f0c2e9a\n\nExit code 0 when it was taken, 1 when it was not."
    )]
    Test(WebhookName),
    /// List the events that a receiver refused until they were put aside
    #[command(after_help = "Examples:\n  assent webhook dead 5f0c2e9a\n  \
        assent webhook dead 5f0c2e9a --json | jq .position")]
    Dead(WebhookName),
    /// Deliver events that were put aside once more
    #[command(
        long_about = "Deliver events that were put aside once more.\n\n\
        Before whatever comes next, each once, under the webhook-id that it had. One that is refused again stays put aside.",
        after_help = "Examples:\n  assent webhook replay 5f0c2e9a\n  assent webhook replay 5f0c2e9a --position 1042"
    )]
    Replay(WebhookReplay),
    /// Have a webhook that waits or is stopped try again at once
    #[command(after_help = "Examples:\n  assent webhook resume 5f0c2e9a")]
    Resume(WebhookName),
    /// Remove a webhook, with what was put aside of it
    #[command(after_help = "Examples:\n  assent webhook remove 5f0c2e9a")]
    Remove(WebhookName),
}

/// `assent webhook add`
#[derive(Debug, Args)]
pub(crate) struct WebhookAdd {
    /// Where to: https of a public host
    pub(crate) url: WebAddress,
    /// Only of streams of this kind; may be repeated
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) stream: Vec<HookStream>,
    /// Only statements of this type: a performative such as ACCEPT, or a name such as consent.grant; may be repeated
    #[arg(long = "type", value_name = "TYPE", value_parser = read::kind)]
    pub(crate) types: Vec<Kind>,
    /// From this position of the log on [default: from now on]; 0 for all there is
    #[arg(long, value_name = "POSITION")]
    pub(crate) from: Option<u64>,
}

/// Which webhook is meant.
#[derive(Debug, Args)]
pub(crate) struct WebhookName {
    /// The first digits of the id that the list shows
    #[arg(value_name = "WEBHOOK")]
    pub(crate) id: String,
}

/// `assent webhook replay`
#[derive(Debug, Args)]
pub(crate) struct WebhookReplay {
    #[command(flatten)]
    pub(crate) name: WebhookName,
    /// Only the event at this position; may be repeated
    #[arg(long, value_name = "POSITION")]
    pub(crate) position: Vec<u64>,
}

/// A kind of stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HookStream {
    /// Your organisation's account
    Account,
    /// Your agents' keys and cards
    Agent,
    /// Consents with other organisations
    Consent,
    /// Disputes
    Dispute,
    /// Your organisation's keys and policy
    Org,
    /// Sessions, with commitments and what becomes of them
    Session,
}

impl HookStream {
    /// As the API names it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Agent => "agent",
            Self::Consent => "consent",
            Self::Dispute => "dispute",
            Self::Org => "org",
            Self::Session => "session",
        }
    }
}
