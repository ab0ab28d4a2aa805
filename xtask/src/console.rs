//! The console in a real browser: walks that must hold, and pictures of every page. Both serve a node as it ships, let a market
//! happen at it by the commands that people type, and look with the browser of the machine.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{cargo, run};

/// Where the walks stand.
const WALKS: &str = "tests/console";
/// Where the page's own verifier is held to the vectors, without a browser.
const VERIFIER: &str = "crates/asp-node/tests/pages/check.test.mjs";
/// What a browser may be called.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// What the machine lacks for it, after Debian's package manager was asked for a browser where there is none.
pub(crate) fn lacks(root: &Path) -> Option<&'static str> {
    let has = |program: &str| {
        let mut command = Command::new(program);
        command.arg("--version").current_dir(root).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !has("node") || !has("npm") {
        return Some("Node.js is not installed");
    }
    let browser = || BROWSERS.iter().any(|browser| has(browser));
    if browser() || (fetch_browser(root).is_ok() && browser()) {
        None
    } else {
        Some("no Chromium is installed")
    }
}

/// Installs Debian's browser, which only root can.
fn fetch_browser(root: &Path) -> Result<(), String> {
    let wanted = ["install", "--yes", "--quiet=2", "--no-install-recommends", "chromium"];
    for arguments in [&["update", "--quiet=2"][..], &wanted] {
        let mut apt = Command::new("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").current_dir(root).stdout(Stdio::null());
        run(&mut apt)?;
    }
    Ok(())
}

/// The page's verifier against the vectors, then the walks.
///
/// # Errors
/// What does not hold, or that the libraries of the walks cannot be had.
pub(crate) fn walk(root: &Path) -> Result<(), String> {
    run(&mut node(root, &["--test", VERIFIER]))?;
    prepare(root)?;
    run(&mut node(root, &["--test", &format!("{WALKS}/walk.test.mjs")]))
}

/// Draws every page in both themes.
///
/// # Errors
/// As [`walk`].
pub(crate) fn screens(root: &Path) -> Result<(), String> {
    prepare(root)?;
    run(&mut node(root, &[&format!("{WALKS}/screens.mjs")]))
}

/// The program, and what drives a browser.
fn prepare(root: &Path) -> Result<(), String> {
    // As the tests are built, so that no library is built a second time with other features.
    run(&mut cargo(root, &["build", "--workspace", "--tests"]))?;
    driver(root)
}

/// What drives a browser, as the lock file of the walks names it.
///
/// # Errors
/// That it cannot be had.
pub(crate) fn driver(root: &Path) -> Result<(), String> {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(root.join(WALKS));
    run(&mut npm)
}

fn node(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("node");
    command.args(arguments).current_dir(root);
    command
}
