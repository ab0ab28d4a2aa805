//! The binary: reads the command line, runs the command, answers with an exit code.

mod cli;
mod commands;
mod context;
mod failure;
mod home;
#[cfg(feature = "misbehave")]
mod misbehave;
mod narrate;
mod page;
mod prepared;
mod printer;
mod read;
mod tenders;
mod terms;
mod votes;
mod words;

use std::process::ExitCode;

use clap::Parser;

use context::Context;
use printer::{Colour, Printer};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return Printer::new(false, false, Colour::Auto).clap(&error),
    };
    let context = Context::new(cli.options);
    match commands::run(&context, cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            context.printer.failure(&failure);
            ExitCode::from(failure.exit.code())
        }
    }
}
