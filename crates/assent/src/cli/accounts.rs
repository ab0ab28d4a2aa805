//! Commands about people: who may look at what is an organisation's, and who runs a node.

use std::path::PathBuf;

use asp_client::api::PersonRole;
use asp_core::name::Domain;
use asp_core::statement::body::Name;
use clap::{Args, Subcommand};

use crate::read;

/// `assent people`
#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// Invite a person of your organisation; prints the link to hand on
    #[command(
        long_about = "Invite a person of your organisation; prints the link to hand on.\n\n\
        Whoever opens the link within a week gets the account, so hand it on as you would a key; it is shown this once. \
        People sign nothing: what your organisation says is said with its key.",
        after_help = "Examples:\n  assent people invite --role auditor --name \"Ann Lee\"\n  \
        assent people invite --role owner --role arbiter\n  \
        assent people invite --role auditor --email ann@acme.example --json | jq -r .url"
    )]
    Invite(PeopleInvite),
    /// List the people of your organisation, and who is invited
    #[command(after_help = "Examples:\n  assent people list\n  assent people list --json | jq .people")]
    List,
    /// Remove a person, who is signed out at once, or take an invitation back
    #[command(after_help = "Examples:\n  assent people remove 5f0c2e9a")]
    Remove {
        /// The first digits of the id that the list shows
        #[arg(value_name = "PERSON")]
        id: String,
    },
    /// Print a link that signs a person in, once, within ten minutes
    #[command(
        long_about = "Print a link that signs a person in, once, within ten minutes.\n\n\
        Without a person it is for the owner that is there longest; your organisation's first owner is made by it.",
        after_help = "Examples:\n  assent people link --as acme.example\n  assent people link 5f0c2e9a\n  \
        assent people link --json | jq -r .url"
    )]
    Link {
        /// The first digits of the person's id [default: the first owner]
        #[arg(value_name = "PERSON")]
        id: Option<String>,
    },
    /// Print a link that signs an operator of a node in, by the node's folder
    #[command(
        long_about = "Print a link that signs an operator of a node in, by the node's folder.\n\n\
        Works on the folder itself, which the node may be using: whoever has it runs the node. An operator sees how the \
        node is set and stands, and nothing of what organisations have in it.",
        after_help = "Examples:\n  assent people operator\n  \
        assent people operator --data /var/lib/assent --name Ann --node https://node.example\n  \
        assent people operator --name Ann --remove"
    )]
    Operator(PeopleOperator),
    /// Keep a key of an organisation at a node, so that its people can rule from a page, by the node's folder
    #[command(
        long_about = "Keep a key of an organisation at a node, so that its people can rule from a page, by the node's folder.\n\n\
        What is signed with it counts as the organisation's own word, so keep a key that was added for this and can be revoked: \
        `assent org key add`. Whoever has the node's folder has the key. Without an organisation it lists those that are kept. \
        The node may be running.",
        after_help = "Examples:\n  assent people key\n  \
        assent people key court.example --from court.pem --data /var/lib/assent\n  \
        assent people key court.example --remove"
    )]
    Key(PeopleKey),
}

/// `assent people invite`
#[derive(Debug, Args)]
pub(crate) struct PeopleInvite {
    /// What the person is here for: owner, auditor or arbiter; may be repeated
    #[arg(long, required = true, value_name = "ROLE", value_parser = read::person_role)]
    pub(crate) role: Vec<PersonRole>,
    /// What the person is called [default: what it says itself]
    #[arg(long)]
    pub(crate) name: Option<Name>,
    /// Who may accept by the node's OpenID Connect provider
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
}

/// `assent people operator`
#[derive(Debug, Args)]
pub(crate) struct PeopleOperator {
    /// The data folder of the node [default: that of `assent serve`]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// What the operator is called; one of a new name is made
    #[arg(long, default_value = "Operator")]
    pub(crate) name: Name,
    /// Remove the operator instead
    #[arg(long)]
    pub(crate) remove: bool,
}

/// `assent console`
#[derive(Debug, Args)]
pub(crate) struct Console {
    /// The first digits of the person's id [default: the first owner]
    #[arg(long, value_name = "PERSON")]
    pub(crate) person: Option<String>,
    /// For who runs the node, by its folder
    #[arg(long, conflicts_with = "person")]
    pub(crate) operator: bool,
    /// The data folder of the node [default: that of `assent serve`]
    #[arg(long, value_name = "DIR", requires = "operator")]
    pub(crate) data: Option<PathBuf>,
    /// What the operator is called; one of a new name is made
    #[arg(long, default_value = "Operator", requires = "operator")]
    pub(crate) name: Name,
}

/// `assent people key`
#[derive(Debug, Args)]
pub(crate) struct PeopleKey {
    /// Whose people are to act [default: list whose keys are kept]
    #[arg(value_name = "DOMAIN")]
    pub(crate) organisation: Option<Domain>,
    /// The key's file, as `assent key export` writes it
    #[arg(long, value_name = "FILE", requires = "organisation")]
    pub(crate) from: Option<PathBuf>,
    /// Take the key away instead
    #[arg(long, requires = "organisation", conflicts_with = "from")]
    pub(crate) remove: bool,
    /// The data folder of the node [default: that of `assent serve`]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}
