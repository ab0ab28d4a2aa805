//! The binary: reads the command line, runs the command, answers with an exit code.

mod cli;
mod commands;
mod failure;
mod home;
mod narrate;
mod page;
mod printer;
mod read;
mod terms;
mod words;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            printer::Printer::new(false, false, printer::Colour::Auto).clap(&error);
            return ExitCode::from(2);
        }
    };
    println!("{cli:?}");
    ExitCode::SUCCESS
}
