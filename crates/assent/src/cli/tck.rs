//! The words of `assent tck`.

use std::path::PathBuf;

use asp_tck::rules::Level;
use clap::{Args, ValueEnum};

/// `assent tck`
#[derive(Debug, Args)]
pub(crate) struct Tck {
    /// Try this rule alone, such as ASP-SES-013; can be given more than once
    #[arg(long = "rule", value_name = "RULE", value_parser = rule)]
    pub(crate) rules: Vec<String>,
    /// Try the rules of this level and those below it [default: full]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) level: Option<UpTo>,
    /// Write the cases as a JUnit file
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write what was seen of the node, statements, receipts and proofs, as lines of JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) transcript: Option<PathBuf>,
    /// Print the cases that would be played, and play none
    #[arg(long)]
    pub(crate) list: bool,
}

/// How much of the protocol is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UpTo {
    /// Signed statements of organisations and agents, and the log.
    Core,
    /// Sessions between two, commitments, and who may read what.
    Standard,
    /// All of it.
    Full,
}

impl From<UpTo> for Level {
    fn from(level: UpTo) -> Self {
        match level {
            UpTo::Core => Self::Core,
            UpTo::Standard => Self::Standard,
            UpTo::Full => Self::Full,
        }
    }
}

fn rule(text: &str) -> Result<String, String> {
    let id = text.to_ascii_uppercase();
    match asp_tck::rules::find(&id) {
        Some(_) => Ok(id),
        None => Err("no rule has this number; `assent tck --list` names all that are tried".to_owned()),
    }
}
