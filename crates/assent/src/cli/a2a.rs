//! Commands about A2A: clients without a key of their own, and agents that speak nothing else.

use std::path::PathBuf;

use asp_core::name::{AgentUri, Capability, WebAddress};
use clap::{Args, Subcommand};

use crate::read::{self, Id};

/// `assent a2a`
#[derive(Debug, Subcommand)]
pub(crate) enum A2aCommand {
    /// Clients that have no key of their own, and the agents as which they speak
    #[command(subcommand)]
    Client(A2aClientCommand),
    /// Say something to an agent elsewhere that speaks nothing but A2A, and record its answer as hearsay
    #[command(
        long_about = "Say something to an agent elsewhere that speaks nothing but A2A, and record its answer as hearsay.\n\n\
        What you say and what you hear stands in a session of your own as remarks of your agent, so that it is kept, in order, \
        and both your organisation and an auditor see it. The answer is signed by nobody: it binds nobody, and no commitment can \
        name it. The session is one that is open, or one that is opened with another agent of yours, which is a witness.",
        after_help = "Examples:\n  assent a2a talk https://agent.example/a2a \"What do eight GPUs cost?\" --witness acme.example/clerk\n  \
        assent a2a talk https://agent.example/a2a \"And four?\" --session 3f9a1c --task 7c1d… --token $TOKEN\n  \
        assent a2a talk https://agent.example/a2a --data question.json --session 3f9a1c --json | jq -r .task"
    )]
    Talk(Box<A2aTalk>),
}

/// `assent a2a client`
#[derive(Debug, Subcommand)]
pub(crate) enum A2aClientCommand {
    /// Let a client speak as one of your agents: leave the agent's key at the node, and get the token that the client shows
    #[command(
        long_about = "Let a client speak as one of your agents: leave the agent's key at the node, and get the token that the \
        client shows.\n\n\
        Whoever has the token speaks as the agent, over A2A alone, until the client is removed: what it says is signed by the node \
        with the key that you leave there. Give it an agent of its own, whose policy lets it do no more than it should. For who \
        runs the node: writes into the node's folder.",
        after_help = "Examples:\n  assent a2a client add acme.example/guest\n  \
        assent a2a client add acme.example/guest --name \"the shop\" --data /var/lib/assent\n  \
        assent a2a client add acme.example/guest --json | jq -r .token"
    )]
    Add {
        /// The agent as which it speaks; its key is taken from your home
        #[arg(value_parser = read::agent)]
        agent: AgentUri,
        /// What you call the client
        #[arg(long, default_value = "client")]
        name: String,
        /// The folder of the node [default: that of `assent serve`]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// List the clients: as whom they speak, since when
    #[command(
        after_help = "Examples:\n  assent a2a client list\n  assent a2a client list --json | jq -r .agent"
    )]
    List {
        /// The folder of the node [default: that of `assent serve`]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Remove a client: its token is good for nothing any more, and the key that was left for it is gone
    #[command(after_help = "Examples:\n  assent a2a client remove 5f0c2e9a")]
    Remove {
        /// Its id, or the beginning of it
        id: String,
        /// The folder of the node [default: that of `assent serve`]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
}

/// `assent a2a talk`
#[derive(Debug, Args)]
pub(crate) struct A2aTalk {
    /// Where the agent is, or its card
    pub(crate) url: WebAddress,
    /// What to say
    pub(crate) text: Option<String>,
    /// A file with data to say, as JSON; - for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
    /// The session of yours in which it is recorded
    #[arg(long, value_name = "ID", conflicts_with = "witness", required_unless_present = "witness")]
    pub(crate) session: Option<Id>,
    /// Open a session for it with this other agent of yours
    #[arg(long, value_name = "AGENT", value_parser = read::agent)]
    pub(crate) witness: Option<AgentUri>,
    /// What that session is about [default: the first thing that your agent offers]
    #[arg(long, value_name = "CAPABILITY")]
    pub(crate) capability: Option<Capability>,
    /// The task of the other agent that this belongs to
    #[arg(long, value_name = "ID")]
    pub(crate) task: Option<String>,
    /// The conversation that this belongs to
    #[arg(long, value_name = "ID")]
    pub(crate) context: Option<String>,
    /// A token that the other agent wants to see
    #[arg(long, env = "ASSENT_A2A_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}
