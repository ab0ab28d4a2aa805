//! Runs other programs at the root of the repository; whatever they print goes straight through.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Cargo with these arguments, at the root.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root);
    command
}

/// Python 3 with these arguments, in a folder; it leaves nothing there.
pub(crate) fn python(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = program("python3", folder, arguments);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A program with these arguments, in a folder.
pub(crate) fn program(name: impl AsRef<OsStr>, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(folder);
    command
}

/// Whether a program is installed.
pub(crate) fn has_program(root: &Path, name: &str) -> bool {
    let mut command = program(name, root, &["--version"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Whether `cargo <subcommand>` is installed.
pub(crate) fn has_subcommand(root: &Path, subcommand: &str) -> bool {
    let mut command = cargo(root, &[subcommand, "--version"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Runs it to its end.
///
/// # Errors
/// A sentence if it cannot be started or says that it failed.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let line = line(command);
    println!("$ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` failed ({status})")),
        Err(error) => Err(format!("`{line}` could not be started: {error}")),
    }
}

/// Runs it to its end and gives what it wrote to its standard output.
///
/// # Errors
/// A sentence if it cannot be started, says that it failed, or writes something that is not UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let line = line(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("`{line}` could not be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{line}` failed ({})", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("`{line}`: {error}"))
}

/// As one would type it, with what it adds to the environment.
fn line(command: &Command) -> String {
    let added = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}={:?}", name.to_string_lossy(), value?)));
    // Cargo tells a task the whole path of itself; its name says enough.
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let program = program.to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    added.chain([program]).chain(arguments).collect::<Vec<_>>().join(" ")
}
