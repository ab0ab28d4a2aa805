//! `assent completions`: a script for the shell, made from the command line's own definition.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Prints the script.
///
/// # Errors
/// When stdout does not take it.
pub(super) fn run(context: &Context, shell: Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "assent", &mut script);
    context.printer.raw(&script).map_err(Failure::fault)
}
