//! Commands about proofs in files: who is shown what of them, and checking them.

use std::path::PathBuf;

use asp_core::key::KeyId;
use clap::{Args, Subcommand};

use crate::read::{self, Receiver};

/// `assent bundle`
#[derive(Debug, Subcommand)]
pub(crate) enum BundleCommand {
    /// Show somebody what was said in sealed messages of a deal: shut to a key, in the proof of the deal
    #[command(
        long_about = "Show somebody what was said in sealed messages of a deal: shut to a key, in the proof of the deal.\n\n\
        The proof of a sealed deal shows that it was agreed on, not what. This opens the messages that you name with what \
        your home keeps of the session, and shuts each anew so that the receiver's key alone opens it. The receiver checks \
        that this is what was signed, with `assent verify OUT --key KEYFILE`. Every other message stays sealed. What has been \
        shown cannot be taken back.",
        after_help = "Examples:\n  assent session show 3f9a1c --messages\n  assent commitment bundle 77b0e2 -o deal.json\n  \
        assent bundle disclose deal.json --message 4 --to court.example/judge -o case.json\n  \
        assent bundle disclose deal.json --message 4 6 --to did:key:z6Mk… -o case.json"
    )]
    Disclose(Disclose),
}

/// `assent bundle disclose`
#[derive(Debug, Args)]
pub(crate) struct Disclose {
    /// The proof, as `assent commitment bundle` wrote it; - for stdin
    pub(crate) file: PathBuf,
    /// The numbers of the messages in the session, as `assent session show ID --messages` lists them
    #[arg(long, value_name = "NUMBER", required = true, num_args = 1.., value_parser = read::message)]
    pub(crate) message: Vec<u64>,
    /// To whom: a key of Ed25519, or an agent or an organisation of which the node knows one
    #[arg(long, value_name = "WHO", value_parser = read::receiver)]
    pub(crate) to: Receiver,
    /// Where to write; - for stdout
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// `assent verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The bundle; - for stdin
    pub(crate) file: PathBuf,
    /// The node's key as you know it from elsewhere
    #[arg(long, value_name = "KEY")]
    pub(crate) node_key: Option<KeyId>,
    /// The private key that opens what was disclosed to you; may be repeated [default: those of the home]
    #[arg(long, value_name = "KEYFILE")]
    pub(crate) key: Vec<PathBuf>,
}
