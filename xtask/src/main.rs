//! The repository's own tasks: `cargo xtask <task>`. Nothing that ships depends on this package.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task talks to the person who runs it")]

mod codegen;
mod collector;
mod command;
mod console;
mod interop;
mod libraries;
mod picture;
mod test;
mod tidy;
mod torture;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <task>

  codegen [--check]                       write what is made from spec/, or only say what has drifted
  vectors [--check]                       write the test vectors under spec/vectors, or only say what has drifted
  tidy                                    the rules that no compiler knows
  test [--fast] [--no-lint] [--interop]   everything that must hold before a change lands;
                                          --fast leaves out the torture, --no-lint all but the tests;
                                          --interop runs clients of others against the program, and nothing else
  screens                                 draw every page of the console, for the README and the guide
  picture                                 draw what `assent demo` prints, for the README
  torture kill [--cycles N] [--release]   kill the node while it writes, N times (200), and count what is lost

Exit codes: 0 all is well, 1 something does not hold, 2 the task was not understood.
";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    Help,
    Codegen(codegen::Mode),
    Vectors(codegen::Mode),
    Tidy,
    Test(test::Options),
    Interop,
    Picture,
    Screens,
    Torture(u32, torture::Profile),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let task = match parse(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(task) => task,
        Err(misunderstood) => {
            eprint!("{misunderstood}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match perform(&task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: &Task) -> Result<(), String> {
    match task {
        Task::Help => {
            print!("{USAGE}");
            Ok(())
        }
        Task::Codegen(mode) => report_drift(*mode, &codegen::run(&root(), *mode)?),
        Task::Vectors(mode) => vectors(*mode),
        Task::Tidy => tidy::run(&root()),
        Task::Test(options) => test::run(&root(), *options),
        Task::Interop => interop::check(&root()),
        Task::Picture => picture::run(&root()),
        Task::Screens => console::screens(&root()),
        Task::Torture(cycles, profile) => torture::run(&root(), *cycles, *profile),
    }
}

/// In a program of its own, which links the core.
fn vectors(mode: codegen::Mode) -> Result<(), String> {
    let check: &[&str] = match mode {
        codegen::Mode::Write => &[],
        codegen::Mode::Check => &["--", "--check"],
    };
    let run = ["run", "--quiet", "--package", "xtask-vectors"];
    command::run(&mut command::cargo(&root(), &[&run, check].concat()))
}

fn report_drift(mode: codegen::Mode, drifted: &[&str]) -> Result<(), String> {
    let paths = drifted.join(", ");
    match mode {
        _ if drifted.is_empty() => println!("codegen: all generated files are as their sources say"),
        codegen::Mode::Write => println!("codegen: wrote {paths}"),
        codegen::Mode::Check => return Err(format!("drifted: {paths}; run `cargo xtask codegen`")),
    }
    Ok(())
}

fn parse(arguments: &[&str]) -> Result<Task, String> {
    let unknown = |argument: &&str| Err(format!("{argument:?} is not understood here"));
    match arguments {
        [] | ["help" | "--help" | "-h"] => Ok(Task::Help),
        ["picture"] => Ok(Task::Picture),
        ["screens"] => Ok(Task::Screens),
        ["codegen"] => Ok(Task::Codegen(codegen::Mode::Write)),
        ["codegen", "--check"] => Ok(Task::Codegen(codegen::Mode::Check)),
        ["vectors"] => Ok(Task::Vectors(codegen::Mode::Write)),
        ["vectors", "--check"] => Ok(Task::Vectors(codegen::Mode::Check)),
        ["codegen" | "vectors", _, .., other] | ["codegen" | "vectors", other] => unknown(other),
        ["tidy"] => Ok(Task::Tidy),
        ["tidy", other, ..] => unknown(other),
        ["test", "--interop"] => Ok(Task::Interop),
        ["test", options @ ..] => parse_test(options).map(Task::Test),
        ["torture", "kill", options @ ..] => parse_torture(options),
        ["torture", ..] => Err("torture needs a kind; there is one, `kill`".to_owned()),
        [other, ..] => Err(format!("there is no task {other:?}")),
    }
}

fn parse_test(arguments: &[&str]) -> Result<test::Options, String> {
    let mut options = test::Options { torture: true, lint: true };
    for argument in arguments {
        match *argument {
            "--fast" => options.torture = false,
            "--no-lint" => options.lint = false,
            other => return Err(format!("test has no option {other:?}")),
        }
    }
    Ok(options)
}

fn parse_torture(arguments: &[&str]) -> Result<Task, String> {
    let mut cycles = torture::CYCLES;
    let mut profile = torture::Profile::Dev;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--release" => profile = torture::Profile::Release,
            "--cycles" => {
                let number = rest.next().and_then(|text| text.parse().ok()).filter(|number| *number > 0);
                cycles = number.ok_or("--cycles needs a number above zero")?;
            }
            other => return Err(format!("torture has no option {other:?}")),
        }
    }
    Ok(Task::Torture(cycles, profile))
}

/// The repository's root.
fn root() -> PathBuf {
    // The manifest's folder is absolute and has a parent: the workspace.
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package.parent().map_or_else(|| package.clone(), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_of_the_usage_is_understood() {
        let profile = torture::Profile::Dev;
        for (line, task) in [
            ("", Task::Help),
            ("--help", Task::Help),
            ("codegen", Task::Codegen(codegen::Mode::Write)),
            ("codegen --check", Task::Codegen(codegen::Mode::Check)),
            ("vectors", Task::Vectors(codegen::Mode::Write)),
            ("vectors --check", Task::Vectors(codegen::Mode::Check)),
            ("tidy", Task::Tidy),
            ("test", Task::Test(test::Options { torture: true, lint: true })),
            ("test --fast --no-lint", Task::Test(test::Options { torture: false, lint: false })),
            ("test --interop", Task::Interop),
            ("torture kill", Task::Torture(torture::CYCLES, profile)),
            ("torture kill --cycles 7 --release", Task::Torture(7, torture::Profile::Release)),
        ] {
            assert_eq!(parse(&line.split_whitespace().collect::<Vec<_>>()), Ok(task), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, fault) in [
            ("tset", "there is no task \"tset\""),
            ("codegen --chekc", "\"--chekc\" is not understood here"),
            ("codegen --check twice", "\"twice\" is not understood here"),
            ("vectors all", "\"all\" is not understood here"),
            ("tidy all", "\"all\" is not understood here"),
            ("test --slow", "test has no option \"--slow\""),
            ("torture", "torture needs a kind; there is one, `kill`"),
            ("torture kill --cycles", "--cycles needs a number above zero"),
            ("torture kill --cycles 0", "--cycles needs a number above zero"),
            ("torture kill --cycles many", "--cycles needs a number above zero"),
        ] {
            let misunderstood = parse(&line.split_whitespace().collect::<Vec<_>>());
            assert_eq!(misunderstood, Err(fault.to_owned()), "{line}");
        }
    }
}
