//! Commands about keys: making and moving them, and the statements that bring, replace and end them.

use std::path::PathBuf;

use asp_core::key::KeyId;
use asp_core::name::{AgentUri, Domain, Issuer};
use asp_core::position::Millis;
use asp_core::statement::body::Text;
use clap::{Args, Subcommand, ValueEnum};

use crate::read;

/// What a key is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyKind {
    /// Ed25519
    Ed25519,
    /// P-256, which hardware has; signs with ES256
    P256,
}

/// `assent key`
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key in a file of its own, which only you can read
    #[command(after_help = "Examples:\n  assent key new root.pem\n  assent key new token.pem --kind p256")]
    New {
        /// The file, in PKCS#8 PEM; it must not be there yet
        file: PathBuf,
        /// What the key is of
        #[arg(long, value_enum, default_value = "ed25519")]
        kind: KeyKind,
    },
    /// Show the name of a key: of a file, or of somebody in your home
    #[command(after_help = "Examples:\n  assent key show root.pem\n  assent key show --of acme.example")]
    Show(KeyPlace),
    /// Take a key over into your home: PKCS#8 or SEC 1 in PEM or DER, as openssl makes them, or 32 bytes
    #[command(after_help = "Examples:\n  assent key import root.pem --for acme.example\n  \
        openssl genpkey -algorithm ed25519 | assent key import - --for acme.example/buyer")]
    Import {
        /// The file; - for stdin
        file: PathBuf,
        /// Whose key it is
        #[arg(long = "for", value_name = "WHO", value_parser = read::issuer)]
        of: Issuer,
        /// What the key is of, where the file has 32 bare bytes or 64 hexadecimal digits
        #[arg(long, value_enum, default_value = "ed25519")]
        kind: KeyKind,
    },
    /// Write a key of your home to a file in PKCS#8 PEM, which openssl reads
    #[command(after_help = "Examples:\n  assent key export acme.example -o root.pem")]
    Export {
        /// Whose key
        #[arg(value_parser = read::issuer)]
        of: Issuer,
        /// The file, which must not be there yet
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

/// A key file, or somebody's key in the home.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct KeyPlace {
    /// A key file
    pub(crate) file: Option<PathBuf>,
    /// Whose key in your home
    #[arg(long, value_name = "WHO", value_parser = read::issuer)]
    pub(crate) of: Option<Issuer>,
}

/// Making a statement for somebody to sign elsewhere.
#[derive(Debug, Clone, Args)]
pub(crate) struct Preparing {
    /// Write the statement to this file for `assent sign` on another machine, and hand nothing in
    #[arg(long, value_name = "FILE")]
    pub(crate) prepare: Option<PathBuf>,
    /// How long it can be handed in once it is prepared; seven days at most
    #[arg(long, default_value = "7d", value_name = "SPAN", value_parser = read::span, requires = "prepare")]
    pub(crate) lasts: Millis,
}

/// `assent org key`
#[derive(Debug, Subcommand)]
pub(crate) enum OrgKeyCommand {
    /// List the keys of an organisation with their history
    #[command(after_help = "Examples:\n  assent org key list\n  assent org key list volt.example --json")]
    List {
        /// The organisation [default: that of the identity in use]
        domain: Option<Domain>,
    },
    /// Add a key; a current key and the added one sign
    #[command(after_help = "Examples:\n  assent org key add --key second.pem\n  \
        assent org key add --id did:key:zDn… --prepare add.json")]
    Add(KeyAddition),
    /// Replace the key in your home by another; both sign
    #[command(after_help = "Examples:\n  assent org key rotate\n  assent org key rotate --key next.pem")]
    Rotate(KeyRotation),
    /// Revoke a key, from now on or from an index of the log on
    #[command(after_help = "Examples:\n  assent org key revoke did:key:z6Mk… --reason lost\n  \
        assent org key revoke did:key:z6Mk… --from-index 4711 --reason stolen")]
    Revoke(KeyRevocation),
}

/// `assent agent key`
#[derive(Debug, Subcommand)]
pub(crate) enum AgentKeyCommand {
    /// List the keys of an agent with their history
    #[command(after_help = "Examples:\n  assent agent key list acme.example/buyer")]
    List {
        /// The agent [default: the identity in use]
        #[arg(value_parser = read::agent)]
        agent: Option<AgentUri>,
    },
    /// Add a key; the agent's, or with --by-organisation its organisation's, and the added one sign
    #[command(after_help = "Examples:\n  assent agent key add acme.example/buyer --key second.pem\n  \
        assent agent key add acme.example/buyer --key new.pem --by-organisation")]
    Add {
        /// The agent [default: the identity in use]
        #[arg(value_parser = read::agent)]
        agent: Option<AgentUri>,
        #[command(flatten)]
        addition: KeyAddition,
        /// Speak as the agent's organisation: for an agent that has lost its keys
        #[arg(long)]
        by_organisation: bool,
    },
    /// Replace the key in your home by another; both sign
    #[command(after_help = "Examples:\n  assent agent key rotate acme.example/buyer")]
    Rotate {
        /// The agent [default: the identity in use]
        #[arg(value_parser = read::agent)]
        agent: Option<AgentUri>,
        #[command(flatten)]
        rotation: KeyRotation,
    },
    /// Revoke a key, from now on or from an index of the log on
    #[command(after_help = "Examples:\n  \
        assent agent key revoke acme.example/buyer did:key:z6Mk… --by-organisation --from-index 4711 --reason stolen")]
    Revoke {
        /// The agent
        #[arg(value_parser = read::agent)]
        agent: AgentUri,
        #[command(flatten)]
        revocation: KeyRevocation,
        /// Speak as the agent's organisation, which may revoke the last key too
        #[arg(long)]
        by_organisation: bool,
    },
}

/// The key that is added.
#[derive(Debug, Args)]
pub(crate) struct KeyAddition {
    /// The file of the key, which signs too
    #[arg(long, value_name = "FILE", required_unless_present = "id")]
    pub(crate) key: Option<PathBuf>,
    /// The name of a key that is elsewhere and signs there; with --prepare
    #[arg(long, value_name = "KEY", conflicts_with = "key", requires = "prepare")]
    pub(crate) id: Option<KeyId>,
    #[command(flatten)]
    pub(crate) preparing: Preparing,
}

/// The key that takes the place.
#[derive(Debug, Args)]
pub(crate) struct KeyRotation {
    /// The file of the new key [default: one is made]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

/// The key that ends.
#[derive(Debug, Args)]
pub(crate) struct KeyRevocation {
    /// The key
    pub(crate) id: KeyId,
    /// The log index from which it is not to be trusted, where that is not now: what it signed there and later is void
    #[arg(long, value_name = "INDEX")]
    pub(crate) from_index: Option<u64>,
    /// Why
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) reason: Text,
    #[command(flatten)]
    pub(crate) preparing: Preparing,
}

/// `assent sign`
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The prepared statement; the signature is added to it
    pub(crate) file: PathBuf,
    /// A key file to sign with; may be repeated [default: the keys of your home that the statement asks for]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Vec<PathBuf>,
    /// Sign without being asked
    #[arg(long)]
    pub(crate) yes: bool,
    /// Write the bytes that have to be signed to this file, for hardware and other programs, and sign nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "signature"])]
    pub(crate) input: Option<PathBuf>,
    /// A file with a signature made elsewhere: 64 bytes, or DER of ES256
    #[arg(long, value_name = "FILE", requires = "by")]
    pub(crate) signature: Option<PathBuf>,
    /// The key that made it
    #[arg(long, value_name = "KEY", requires = "signature")]
    pub(crate) by: Option<KeyId>,
}
