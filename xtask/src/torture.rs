//! Kills the node while it writes, again and again; what it acknowledged must still be there.
//! The torture itself is a test of the binary; this builds what it needs and says how often.

use std::path::Path;

use crate::command::{cargo, run as run_command};

/// Kills of one run when nobody says otherwise.
pub(crate) const CYCLES: u32 = 200;

/// How the binary is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build.
    Dev,
    /// As it ships.
    Release,
}

/// Builds the binary and runs the torture with this many kills.
///
/// # Errors
/// A sentence if the build fails or something acknowledged was lost.
pub(crate) fn run(root: &Path, cycles: u32, profile: Profile) -> Result<(), String> {
    let release: &[&str] = match profile {
        Profile::Dev => &[],
        Profile::Release => &["--release"],
    };
    let build = ["build", "--package", "assent", "--bin", "assent"];
    run_command(&mut cargo(root, &[&build, release].concat()))?;
    let test = ["test", "--package", "assent", "--test", "torture"];
    let mut command = cargo(root, &[&test, release, &["--", "--nocapture"]].concat());
    run_command(command.env("ASSENT_TORTURE_CYCLES", cycles.to_string()))
}
