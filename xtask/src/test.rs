//! Everything that must hold before a change lands, one step after the other, the quick ones first.
//! The runners' own output goes through untouched, so that their closing lines are seen.

use std::path::Path;
use std::time::Instant;

use crate::command::{cargo, has_program, has_subcommand, python as python_in, run as run_command};
use crate::{collector, console, interop, libraries, sdk, tidy, torture, typescript};

/// What to leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    /// Whether the node is killed at the end.
    pub(crate) torture: bool,
    /// Whether more is done than running tests.
    pub(crate) lint: bool,
}

/// Runs the steps; one that fails does not hide what the others find, but spares the torture.
///
/// # Errors
/// The steps that failed; what each of them found has been printed.
pub(crate) fn run(root: &Path, options: Options) -> Result<(), String> {
    let steps: Vec<&Step> = STEPS.iter().filter(|step| options.includes(step.kind)).collect();
    let mut done = Vec::new();
    let mut failed = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        println!("\n==> {}/{} {}: {}", number + 1, steps.len(), step.name, step.meaning);
        let start = Instant::now();
        let outcome = match step.kind {
            Kind::Torture if !failed.is_empty() => Ok(Outcome::Skipped("something failed before it")),
            Kind::Lint | Kind::Test | Kind::Torture => (step.run)(root),
        };
        let seconds = start.elapsed().as_secs_f64();
        match &outcome {
            Ok(Outcome::Passed) => println!("    {} held, {seconds:.1} s", step.name),
            Ok(Outcome::Skipped(why)) => println!("    {} skipped: {why}", step.name),
            Err(fault) => {
                println!("    {} FAILED, {seconds:.1} s: {fault}", step.name);
                failed.push(step.name);
            }
        }
        done.push((step.name, outcome.ok(), seconds));
    }
    print!("{}", summary(&done));
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// A step that came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Skipped(&'static str),
}

/// What a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lint,
    Test,
    Torture,
}

struct Step {
    name: &'static str,
    meaning: &'static str,
    kind: Kind,
    run: fn(&Path) -> Result<Outcome, String>,
}

impl Options {
    fn includes(self, kind: Kind) -> bool {
        match kind {
            Kind::Lint => self.lint,
            Kind::Test => true,
            Kind::Torture => self.torture,
        }
    }
}

/// The steps with their times, and a closing line that counts them; a step without outcome has failed.
fn summary(done: &[(&str, Option<Outcome>, f64)]) -> String {
    let mut out = String::from("\n");
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, outcome, seconds) in done {
        let (count, word) = match outcome {
            Some(Outcome::Passed) => (&mut passed, "passed"),
            Some(Outcome::Skipped(_)) => (&mut skipped, "skipped"),
            None => (&mut failed, "FAILED"),
        };
        *count += 1;
        out.push_str(&format!("{name:<10} {word:<8} {seconds:>7.1} s\n"));
    }
    out.push_str(&format!("steps: {passed} passed, {failed} failed, {skipped} skipped\n"));
    out
}

const STEPS: [Step; 16] = [
    Step { name: "format", meaning: "the code is laid out as rustfmt does", kind: Kind::Lint, run: format },
    Step { name: "tidy", meaning: "the rules that no compiler knows", kind: Kind::Lint, run: tidy },
    Step { name: "clippy", meaning: "no warning in any target", kind: Kind::Lint, run: clippy },
    Step {
        name: "docs",
        meaning: "the documentation builds, its links resolve",
        kind: Kind::Lint,
        run: docs,
    },
    Step { name: "deny", meaning: "bans, licences and sources of libraries", kind: Kind::Lint, run: deny },
    Step { name: "examples", meaning: "the documentation's examples run", kind: Kind::Test, run: examples },
    Step { name: "tests", meaning: "every test of every crate", kind: Kind::Test, run: tests },
    Step {
        name: "console",
        meaning: "people walk through every page in a browser",
        kind: Kind::Test,
        run: console,
    },
    Step {
        name: "faults",
        meaning: "the kit finds every planted fault, and attacks succeed where a defence is off",
        kind: Kind::Test,
        run: faults,
    },
    Step {
        name: "python",
        meaning: "an independent verifier agrees with the vectors",
        kind: Kind::Test,
        run: python,
    },
    Step {
        name: "sdk",
        meaning: "the package for Python installs, is typed, and trades at a node",
        kind: Kind::Test,
        run: python_sdk,
    },
    Step {
        name: "typescript",
        meaning: "the SDK agrees with the vectors, and makes a deal at a node, as its guide prints it and in a browser",
        kind: Kind::Test,
        run: typescript,
    },
    Step {
        name: "collector",
        meaning: "a collector of OpenTelemetry that is not ours takes what is told of sessions",
        kind: Kind::Test,
        run: collector,
    },
    Step {
        name: "libraries",
        meaning: "published libraries believe what webhooks are told",
        kind: Kind::Test,
        run: others,
    },
    Step {
        name: "interop",
        meaning: "clients of others use the program as they are published",
        kind: Kind::Test,
        run: clients,
    },
    Step { name: "torture", meaning: "kills lose nothing acknowledged", kind: Kind::Torture, run: kill },
];

/// Compiles what no other step has: what makes a node wrong on purpose, and the test that runs libraries of others.
const APART: [&str; 2] = ["--features", "assent/misbehave,assent/libraries"];

fn format(root: &Path) -> Result<Outcome, String> {
    run_command(&mut cargo(root, &["fmt", "--all", "--check"])).map(|()| Outcome::Passed)
}

fn tidy(root: &Path) -> Result<Outcome, String> {
    tidy::run(root).map(|()| Outcome::Passed)
}

/// What ships, then what is compiled apart.
fn clippy(root: &Path) -> Result<Outcome, String> {
    let check = ["clippy", "--workspace", "--all-targets"];
    for which in [&[][..], &APART] {
        run_command(&mut cargo(root, &[&check[..], which, &["--", "-D", "warnings"]].concat()))?;
    }
    Ok(Outcome::Passed)
}

fn docs(root: &Path) -> Result<Outcome, String> {
    let mut command = cargo(root, &["doc", "--workspace", "--no-deps"]);
    run_command(command.env("RUSTDOCFLAGS", "-D warnings")).map(|()| Outcome::Passed)
}

/// Needs no network: advisories are left to those who have one.
fn deny(root: &Path) -> Result<Outcome, String> {
    if !has_subcommand(root, "deny") {
        return Ok(Outcome::Skipped("cargo-deny is not installed"));
    }
    let arguments = ["deny", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    run_command(&mut cargo(root, &arguments)).map(|()| Outcome::Passed)
}

fn examples(root: &Path) -> Result<Outcome, String> {
    run_command(&mut cargo(root, &["test", "--workspace", "--doc"])).map(|()| Outcome::Passed)
}

fn tests(root: &Path) -> Result<Outcome, String> {
    let arguments: &[&str] = if has_subcommand(root, "nextest") {
        &["nextest", "run", "--workspace"]
    } else {
        // Without `--all-targets`, which would run the benchmarks too.
        &["test", "--workspace", "--lib", "--bins", "--tests"]
    };
    run_command(&mut cargo(root, arguments)).map(|()| Outcome::Passed)
}

/// Of the whole workspace, so that no library is built a second time with other features; one test after the other, since
/// each runs many nodes, and the kit has cases in which time counts.
fn faults(root: &Path) -> Result<Outcome, String> {
    let test = ["--workspace", "--test", "misbehave", "--test", "threats", "--test", "tenancy"];
    let (runner, alone): (&[&str], &[&str]) = if has_subcommand(root, "nextest") {
        // Its tables are what one wants to see.
        (&["nextest", "run", "--success-output", "final"], &["--test-threads", "1"])
    } else {
        (&["test"], &["--", "--test-threads", "1", "--nocapture"])
    };
    run_command(&mut cargo(root, &[runner, &test[..], &APART, alone].concat())).map(|()| Outcome::Passed)
}

/// A desk may be without a browser; CI may not.
fn console(root: &Path) -> Result<Outcome, String> {
    match console::lacks(root) {
        Some(what) => missing(what, is_ci()),
        None => console::walk(root).map(|()| Outcome::Passed),
    }
}

/// Where the independent verifier stands.
const INDEPENDENT: &str = "sdk/python/independent";

/// A desk may be without Python; who answers for all of it, CI, may not.
fn python(root: &Path) -> Result<Outcome, String> {
    if !has_program(root, "python3") {
        return missing("python3 is not installed", is_ci());
    }
    let folder = root.join(INDEPENDENT);
    run_command(&mut python_in(&folder, &["-m", "tests"]))?;
    run_command(&mut python_in(&folder, &["verify.py", "vectors"])).map(|()| Outcome::Passed)
}

/// The same of what is installed beside Python.
fn python_sdk(root: &Path) -> Result<Outcome, String> {
    if !has_program(root, "python3") {
        return missing("python3 is not installed", is_ci());
    }
    sdk::check(root).map(|()| Outcome::Passed)
}

/// As the independent verifier, with what is installed from a registry of packages.
fn typescript(root: &Path) -> Result<Outcome, String> {
    if ["node", "npm"].into_iter().any(|name| !has_program(root, name)) {
        return missing("Node.js is not installed", is_ci());
    }
    typescript::check(root)?;
    // What is left out without a browser is a small part of the step.
    match console::lacks(root) {
        Some(what) if is_ci() => return Err(what.to_owned()),
        Some(what) => println!("    in no browser: {what}"),
        None => typescript::browse(root)?,
    }
    Ok(Outcome::Passed)
}

/// Needs a registry of packages once; a desk may be without.
fn collector(root: &Path) -> Result<Outcome, String> {
    let Ok(program) = collector::install(root) else {
        return missing("the collector could not be fetched", is_ci());
    };
    apart(root, "collector", (collector::PROGRAM, &program))
}

/// The same of Node.js, and of what is installed from the registries of both.
fn others(root: &Path) -> Result<Outcome, String> {
    if ["python3", "node", "npm"].into_iter().any(|name| !has_program(root, name)) {
        return missing("python3 or Node.js is not installed", is_ci());
    }
    let folder = libraries::install(root)?;
    apart(root, "libraries", (libraries::VARIABLE, &folder))
}

/// The same of clients of others, each in an environment of its own.
fn clients(root: &Path) -> Result<Outcome, String> {
    if ["python3", "node", "npm"].into_iter().any(|name| !has_program(root, name)) {
        return missing("python3 or Node.js is not installed", is_ci());
    }
    interop::check(root).map(|()| Outcome::Passed)
}

/// Runs a test that needs something of others, and is told where it is.
fn apart(root: &Path, test: &str, (variable, place): (&str, &Path)) -> Result<Outcome, String> {
    let runner: &[&str] = if has_subcommand(root, "nextest") { &["nextest", "run"] } else { &["test"] };
    let mut command = cargo(root, &[runner, &["--workspace", "--test", test], &APART].concat());
    run_command(command.env(variable, place)).map(|()| Outcome::Passed)
}

/// Whether this runs for all, not for the one at a desk.
fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// What it means that a tool is not there.
fn missing(what: &'static str, needed: bool) -> Result<Outcome, String> {
    if needed { Err(what.to_owned()) } else { Ok(Outcome::Skipped(what)) }
}

fn kill(root: &Path) -> Result<Outcome, String> {
    torture::run(root, torture::CYCLES, torture::Profile::Dev).map(|()| Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_steps_in_its_last_line() {
        let done = [("format", Some(Outcome::Passed), 1.26), ("deny", Some(Outcome::Skipped("why")), 0.0)];
        let text = "\nformat     passed       1.3 s\ndeny       skipped      0.0 s\nsteps: 1 passed, 0 failed, 1 skipped\n";
        assert_eq!(summary(&done), text);
        assert!(summary(&[("clippy", None, 2.0)]).ends_with("\nsteps: 0 passed, 1 failed, 0 skipped\n"));
    }

    #[test]
    fn options_leave_out_what_they_name() {
        let names = |torture, lint| -> Vec<&str> {
            let options = Options { torture, lint };
            STEPS.iter().filter(|step| options.includes(step.kind)).map(|step| step.name).collect()
        };
        assert_eq!(names(true, true).len(), STEPS.len());
        let all = [
            "format",
            "tidy",
            "clippy",
            "docs",
            "deny",
            "examples",
            "tests",
            "console",
            "faults",
            "python",
            "sdk",
            "typescript",
            "collector",
            "libraries",
            "interop",
        ];
        assert_eq!(names(false, true), all);
        let tests = [
            "examples",
            "tests",
            "console",
            "faults",
            "python",
            "sdk",
            "typescript",
            "collector",
            "libraries",
            "interop",
        ];
        assert_eq!(names(false, false), tests);
        assert_eq!(names(true, false), [&tests[..], &["torture"]].concat());
    }

    #[test]
    fn what_is_missing_is_a_failure_where_it_is_needed() {
        assert_eq!(missing("it is not there", false), Ok(Outcome::Skipped("it is not there")));
        assert_eq!(missing("it is not there", true), Err("it is not there".to_owned()));
    }
}
