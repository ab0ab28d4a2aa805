//! Commands about inboxes.

use asp_core::position::{Millis, Position};
use clap::{Args, Subcommand};

use crate::read;

/// `assent inbox`
#[derive(Debug, Subcommand)]
pub(crate) enum InboxCommand {
    /// Take messages that nobody has in hand yet
    #[command(
        long_about = "Take messages that nobody has in hand yet.\n\n\
        What you take is kept from the other workers of the group until the lease ends. Confirm it once it is handled: what is not \
        confirmed comes again, and is given up after 16 times. Of one session one worker at a time has something, in its order. \
        Ends with 1 if nothing was there.",
        after_help = "Examples:\n  assent inbox take --max 10 --wait 30s --json\n  \
        assent inbox take --group billing --lease 5m"
    )]
    Take(InboxTake),
    /// Confirm messages that you have handled: they do not come again
    #[command(after_help = "Examples:\n  assent inbox confirm 8f0c41d2a7b94e6d8f0c41d2a7b94e6d 1042 1043")]
    Confirm {
        #[command(flatten)]
        group: InboxGroupName,
        /// The lease under which you took them
        lease: String,
        /// Their positions in the log
        #[arg(required = true, value_name = "POSITION")]
        positions: Vec<u64>,
    },
    /// Give a message up: it becomes a dead letter
    #[command(
        after_help = "Examples:\n  assent inbox refuse 8f0c41d2a7b94e6d8f0c41d2a7b94e6d 1042 --reason \"no model for it\""
    )]
    Refuse {
        #[command(flatten)]
        group: InboxGroupName,
        /// The lease under which you took it
        lease: String,
        /// Its position in the log
        position: u64,
        /// Why
        #[arg(long, value_name = "WORDS")]
        reason: String,
    },
    /// List dead letters
    #[command(after_help = "Examples:\n  assent inbox dead\n  assent inbox dead --group billing --json")]
    Dead {
        #[command(flatten)]
        group: InboxGroupName,
    },
    /// Let a dead letter come again
    #[command(after_help = "Examples:\n  assent inbox replay 1042")]
    Replay {
        #[command(flatten)]
        group: InboxGroupName,
        /// Its position in the log
        position: u64,
    },
    /// Forget a dead letter
    #[command(after_help = "Examples:\n  assent inbox discard 1042")]
    Discard {
        #[command(flatten)]
        group: InboxGroupName,
        /// Its position in the log
        position: u64,
    },
    /// List the groups of workers and how far each has come
    #[command(after_help = "Examples:\n  assent inbox groups --json | jq 'select(.dead > 0)'")]
    Groups,
    /// Forget a group with all that its workers have in hand
    #[command(after_help = "Examples:\n  assent inbox forget --group billing")]
    Forget {
        #[command(flatten)]
        group: InboxGroupName,
    },
}

/// Names a group of workers.
#[derive(Debug, Args)]
pub(crate) struct InboxGroupName {
    /// The group of workers, which has its own place in the log
    #[arg(long = "group", value_name = "NAME", default_value = "default")]
    pub(crate) name: String,
}

/// `assent inbox take`
#[derive(Debug, Args)]
pub(crate) struct InboxTake {
    #[command(flatten)]
    pub(crate) group: InboxGroupName,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    pub(crate) max: usize,
    /// For how long nobody else is given them
    #[arg(long, value_name = "SPAN", default_value = "1m", value_parser = read::span)]
    pub(crate) lease: Millis,
    /// How long to wait if nothing is there, up to 30s
    #[arg(long, value_name = "SPAN", default_value = "0s", value_parser = read::span)]
    pub(crate) wait: Millis,
    /// Where in the log a new group begins [default: at the beginning]
    #[arg(long, value_name = "POSITION", value_parser = position)]
    pub(crate) from: Option<Position>,
}

fn position(text: &str) -> Result<Position, std::num::ParseIntError> {
    text.parse().map(Position)
}
