//! The words of `assent lab`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `assent lab`
#[derive(Debug, Subcommand)]
pub(crate) enum LabCommand {
    /// Hold the trust model to its goals, against people who cheat
    #[command(
        long_about = "Hold the trust model to its goals, against people who cheat.\n\n\
        Seeded populations deal with one another: honest, unreliable, rings, whitewashers, on-off, imbalanced, bad-mouthers \
        and redeemers. Prints each goal with what was reached, the same attacks on three other reputation systems, and for \
        each mechanism of the model the goals that break without it. With --otc it also tells how well each system foresees \
        negative ratings in a file of real ones, from the first 70 % by time. Needs no node and no network. The same seed \
        gives the same answer.",
        after_help = "Examples:\n  assent lab trust\n  assent lab trust --quick --seed 7\n  \
        assent lab trust --otc bitcoin-otc.csv --out plots\n  assent lab trust --goal on-off-50 --json\n\n\
        Exit code 0 if every goal is held, 1 if one is missed."
    )]
    Trust(LabTrust),
}

/// `assent lab trust`
#[derive(Debug, Args)]
pub(crate) struct LabTrust {
    /// What all chance follows from
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub(crate) seed: u64,
    /// Smaller worlds and fewer graphs, for a quick look
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure this goal alone; the names are in the first column of the table
    #[arg(long, value_name = "NAME", value_parser = goal)]
    pub(crate) goal: Option<String>,
    /// Real ratings, as lines of source,target,rating,time below a line of names
    #[arg(long, value_name = "FILE")]
    pub(crate) otc: Option<PathBuf>,
    /// Write the plots (SVG) and report.json into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

fn goal(text: &str) -> Result<String, String> {
    if asp_sim::report::names().any(|name| name == text) {
        return Ok(text.to_owned());
    }
    let names: Vec<&str> = asp_sim::report::names().collect();
    Err(format!("the goals are {}", names.join(", ")))
}
