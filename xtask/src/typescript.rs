//! The SDK in TypeScript: its own checks without a node, then against the program as it is built here.

use std::path::Path;
use std::process::Command;

use crate::command::{cargo, program, run};
use crate::console;

/// Where it stands.
const SDK: &str = "sdk/typescript";
/// Its tests in a browser, seen from there.
const BROWSER: &str = "tests/browser/browser.test.mjs";
/// By what its tests learn which program to serve.
const BINARY: &str = "ASSENT_BINARY";

/// Installs what its lock file names, by hash, compiles it, and runs its tests: vectors and units, then a real node with the
/// guide's program as it is printed. Nothing that is installed runs a program of its own meanwhile.
///
/// # Errors
/// What does not hold, or that the libraries cannot be had.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let sdk = root.join(SDK);
    run(&mut npm(&sdk, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    run(&mut npm(&sdk, &["test"]))?;
    // As the tests are built, so that no library is built a second time with other features.
    run(&mut cargo(root, &["build", "--workspace", "--tests"]))?;
    run(npm(&sdk, &["run", "test:node"]).env(BINARY, root.join("target/debug/assent")))
}

/// Runs the package as it was built by [`check`] in the browser of the machine, at the program that was built.
///
/// # Errors
/// What does not hold, or that what drives the browser cannot be had.
pub(crate) fn browse(root: &Path) -> Result<(), String> {
    console::driver(root)?;
    let mut node = program("node", &root.join(SDK), &["--test", BROWSER]);
    run(node.env(BINARY, root.join("target/debug/assent")))
}

fn npm(folder: &Path, arguments: &[&str]) -> Command {
    program("npm", folder, arguments)
}
