//! Writes the generated files of asp-core from the data under `spec/`, or says which have drifted.

mod table;
mod transitions;

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use transitions::Transitions;

/// What a run of the generator may do to the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write what differs.
    Write,
    /// Only name what differs.
    Check,
}

#[derive(Deserialize)]
struct Errors {
    error: Vec<ErrorRow>,
}

#[derive(Deserialize)]
struct ErrorRow {
    code: String,
    status: u16,
    blame: String,
    retry: String,
    sentence: String,
    hint: String,
}

#[derive(Deserialize)]
struct LimitRow {
    value: u64,
    unit: String,
    hard: bool,
    reason: String,
}

/// `NOT_YOUR_TURN` or `not-your-turn` as `NotYourTurn`.
fn camel(name: &str) -> String {
    name.split(['_', '-'])
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_uppercase() + &rest.to_lowercase()
        })
        .collect()
}

fn read_text(root: &Path, path: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

fn read<T: serde::de::DeserializeOwned>(root: &Path, path: &str) -> Result<T, String> {
    toml::from_str(&read_text(root, path)?).map_err(|error| format!("{path}: {error}"))
}

fn rejection(rows: &[ErrorRow]) -> String {
    let mut out = String::from(
        "//! Every way to be refused. Generated from `spec/errors.toml` by `cargo xtask codegen`; do not edit.\n\n\
         use super::{Blame, Retry};\n\n\
         /// A stable error code; its text form never changes meaning.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]\npub enum Code {\n",
    );
    for row in rows {
        let _ = writeln!(out, "    /// {}\n    {},", row.sentence, camel(&row.code));
    }
    out.push_str("}\n\n/// One row of the registry.\npub(super) struct Row {\n    pub(super) code: Code,\n    pub(super) text: &'static str,\n    pub(super) status: u16,\n    pub(super) blame: Blame,\n    pub(super) retry: Retry,\n    pub(super) sentence: &'static str,\n    pub(super) hint: &'static str,\n}\n\n/// The registry, in the order of its source, which is the order of [`Code`].\npub(super) const ROWS: &[Row] = &[\n");
    for row in rows {
        let _ = writeln!(
            out,
            "    Row {{ code: Code::{}, text: {:?}, status: {}, blame: Blame::{}, retry: Retry::{}, sentence: {:?}, hint: {:?} }},",
            camel(&row.code),
            row.code,
            row.status,
            camel(&row.blame),
            camel(&row.retry),
            row.sentence,
            row.hint
        );
    }
    out.push_str("];\n");
    out
}

fn limits(root: &Path) -> Result<String, String> {
    let rows: toml::Table = read(root, "spec/limits.toml")?;
    let mut out = String::from(
        "//! Every number of the protocol. Generated from `spec/limits.toml` by `cargo xtask codegen`; do not edit.\n\n",
    );
    for (name, row) in rows {
        let row: LimitRow = row.try_into().map_err(|error| format!("spec/limits.toml {name}: {error}"))?;
        let kind = if row.hard { "A bound" } else { "A default" };
        let (kind_of, value) = match row.unit.as_str() {
            "milliseconds" => ("Millis", format!("Millis({})", row.value)),
            "number" => ("u64", row.value.to_string()),
            _ => ("usize", row.value.to_string()),
        };
        let _ = writeln!(
            out,
            "/// {kind}, in {}. {}\npub const {}: {kind_of} = {value};\n",
            row.unit,
            row.reason,
            name.to_uppercase()
        );
    }
    let uses = "use crate::position::Millis;\n\n";
    let end_of_head = out.find("\n\n").map_or(0, |at| at + 2);
    out.insert_str(end_of_head, uses);
    Ok(out)
}

/// Formats Rust text as the repository's own settings say.
fn rustfmt(root: &Path, text: &str) -> Result<String, String> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("rustfmt: {error}"))?;
    let mut input = child.stdin.take().ok_or("rustfmt took no input")?;
    input.write_all(text.as_bytes()).map_err(|error| format!("rustfmt: {error}"))?;
    drop(input);
    let output = child.wait_with_output().map_err(|error| format!("rustfmt: {error}"))?;
    String::from_utf8(output.stdout).map_err(|error| format!("rustfmt: {error}"))
}

/// Generates all; returns the paths that differed.
///
/// # Errors
/// A sentence naming the file that cannot be read, generated or written.
pub fn run(root: &Path, mode: Mode) -> Result<Vec<String>, String> {
    let errors = read::<Errors>(root, "spec/errors.toml")?.error;
    let codes = errors.iter().map(|row| row.code.as_str()).collect();
    let mut files = vec![
        ("crates/asp-core/src/rejection/registry.rs", rustfmt(root, &rejection(&errors))?),
        ("crates/asp-core/src/limits.rs", rustfmt(root, &limits(root)?)?),
    ];
    if let Some(transitions) = Transitions::read(root, &codes)? {
        files.push(("crates/asp-core/src/session/table.rs", rustfmt(root, &table::rust(&transitions))?));
    }
    let mut drifted = Vec::new();
    for (path, text) in files {
        let target = root.join(path);
        if std::fs::read_to_string(&target).is_ok_and(|present| present == text) {
            continue;
        }
        if mode == Mode::Write {
            let folder = target.parent().unwrap_or(root);
            std::fs::create_dir_all(folder).map_err(|error| format!("{path}: {error}"))?;
            std::fs::write(&target, text).map_err(|error| format!("{path}: {error}"))?;
        }
        drifted.push(path.to_owned());
    }
    Ok(drifted)
}
