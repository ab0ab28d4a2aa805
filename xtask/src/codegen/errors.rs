//! The registry of error codes: from `spec/errors.toml` to Rust and to its reference page.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::rules::{RuleRow, rule_link};
use super::{camel, cell, is_upper_snake, read};

/// Where the codes are written by hand.
pub(super) const SOURCE: &str = "spec/errors.toml";

/// One way to be refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorRow {
    pub(super) code: String,
    status: u16,
    blame: String,
    retry: String,
    rule: Option<String>,
    sentence: String,
    hint: String,
}

/// Reads and checks the registry.
///
/// # Errors
/// A sentence per fault.
pub(super) fn load(root: &Path) -> Result<Vec<ErrorRow>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Errors {
        error: Vec<ErrorRow>,
    }
    let rows = read::<Errors>(root, SOURCE)?.error;
    let faults = faults(&rows);
    if faults.is_empty() { Ok(rows) } else { Err(format!("{SOURCE}:\n  {}", faults.join("\n  "))) }
}

fn faults(rows: &[ErrorRow]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for row in rows {
        let code = &row.code;
        let mut check = |holds: bool, fault: &str| {
            if !holds {
                faults.push(format!("{code}: {fault}"));
            }
        };
        check(is_upper_snake(code), "a code is written in UPPER_SNAKE");
        check(seen.insert(code), "is declared twice");
        check((400..600).contains(&row.status), "the status is not one of an error");
        check(BLAMES.contains(&row.blame.as_str()), "blame is sender, state or node");
        check(RETRIES.iter().any(|(name, _)| *name == row.retry), "retry is never, change or later");
        check(row.sentence.ends_with('.'), "the sentence does not end with a full stop");
        check(row.hint.ends_with('.'), "the hint does not end with a full stop");
    }
    faults
}

/// Holds each code's rule against the rules.
///
/// # Errors
/// A sentence per code whose rule does not name it, or that some rule names and that has none itself.
pub(super) fn check_rules(rows: &[ErrorRow], rules: &[RuleRow]) -> Result<(), String> {
    let unruled = |row: &&ErrorRow| match &row.rule {
        Some(id) => !rules.iter().any(|rule| rule.answers(id, &row.code)),
        None => rules.iter().any(|rule| rule.names(&row.code)),
    };
    let faults: Vec<String> = rows
        .iter()
        .filter(unruled)
        .map(|row| format!("{}: rule is to be one that names this code in spec/rules.toml", row.code))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(format!("{SOURCE}:\n  {}", faults.join("\n  "))) }
}

/// The text of `crates/asp-core/src/rejection/registry.rs`, before it is formatted.
pub(super) fn rust(rows: &[ErrorRow]) -> String {
    let mut out = String::from(
        "//! Every way to be refused. Generated from `spec/errors.toml` by `cargo xtask codegen`; do not edit.\n\n\
         use super::{Blame, Retry};\n\n\
         /// A stable error code; its text form never changes meaning.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]\npub enum Code {\n",
    );
    for row in rows {
        let _ = writeln!(out, "    /// {}\n    {},", row.sentence, camel(&row.code));
    }
    out.push_str(ROW_TYPE);
    for row in rows {
        let _ = writeln!(
            out,
            "    Row {{ code: Code::{}, text: {:?}, status: {}, blame: Blame::{}, retry: Retry::{}, rule: {:?}, sentence: {:?}, hint: {:?} }},",
            camel(&row.code),
            row.code,
            row.status,
            camel(&row.blame),
            camel(&row.retry),
            row.rule,
            row.sentence,
            row.hint
        );
    }
    out.push_str("];\n");
    out
}

/// The text of `docs/reference/errors.md`.
pub(super) fn page(rows: &[ErrorRow]) -> String {
    let mut out = String::from(
        "<!-- Generated from spec/errors.toml by `cargo xtask codegen`; do not edit. -->\n\n\
         # Errors\n\n\
         Whatever is refused is answered with `application/problem+json` (RFC 9457) whose `code` is one of these. \
         A code never changes its meaning. HTTP, WebSocket, the command line and the SDKs use the same ones.\n\n\
         | retry | means |\n|---|---|\n",
    );
    for (name, meaning) in RETRIES {
        let _ = writeln!(out, "| `{name}` | {meaning} |");
    }
    out.push('\n');
    table(&mut out, rows, "rules.md");
    out
}

/// The table of codes, with links into the page of rules.
pub(super) fn table(out: &mut String, rows: &[ErrorRow], rules: &str) {
    out.push_str(
        "| code | status | fault of | retry | rule | what happened | what to do |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = writeln!(
            out,
            "| <a id=\"{}\"></a>`{}` | {} | {} | `{}` | {} | {} | {} |",
            row.code.to_lowercase(),
            row.code,
            row.status,
            row.blame,
            row.retry,
            row.rule.as_deref().map(|rule| rule_link(rules, rule)).unwrap_or_default(),
            cell(&row.sentence),
            cell(&row.hint)
        );
    }
}

const BLAMES: [&str; 3] = ["sender", "state", "node"];

const RETRIES: [(&str, &str); 3] = [
    ("never", "The same intent cannot succeed."),
    ("change", "Something else must be signed or sent."),
    ("later", "The same bytes may succeed later."),
];

const ROW_TYPE: &str = "}

/// One row of the registry.
pub(super) struct Row {
    pub(super) code: Code,
    pub(super) text: &'static str,
    pub(super) status: u16,
    pub(super) blame: Blame,
    pub(super) retry: Retry,
    pub(super) rule: Option<&'static str>,
    pub(super) sentence: &'static str,
    pub(super) hint: &'static str,
}

/// The registry, in the order of its source, which is the order of [`Code`].
pub(super) const ROWS: &[Row] = &[
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_row_is_told_in_sentences() {
        let row = |code: &str, status, retry: &str, hint: &str| ErrorRow {
            code: code.to_owned(),
            status,
            blame: "node".to_owned(),
            retry: retry.to_owned(),
            rule: None,
            sentence: "It broke.".to_owned(),
            hint: hint.to_owned(),
        };
        assert_eq!(faults(&[row("BROKEN", 500, "later", "Wait.")]), Vec::<String>::new());
        assert_eq!(
            faults(&[row("BROKEN", 500, "later", "Wait."), row("BROKEN", 200, "soon", "Wait")]),
            [
                "BROKEN: is declared twice",
                "BROKEN: the status is not one of an error",
                "BROKEN: retry is never, change or later",
                "BROKEN: the hint does not end with a full stop",
            ]
        );
        assert_eq!(
            faults(&[row("Broken", 500, "later", "Wait.")]),
            ["Broken: a code is written in UPPER_SNAKE"]
        );
    }
}
