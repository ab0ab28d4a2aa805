//! The specification: prose by hand, and between markers what is made from the data under `spec/`.
//! What a block says comes from the files of its subject; which blocks there are stands here.

use std::fmt::Write as _;
use std::path::Path;

use super::errors::{self, ErrorRow};
use super::limits::{self, LimitRow};
use super::proofs::Proofs;
use super::rules::{self, RuleRow};
use super::transitions::Transitions;
use super::{members, page, views};

/// The page that people write and the generator fills.
pub(super) const TARGET: &str = "spec/asp-1.0.md";

const OPEN: &str = "<!-- generated: ";
const CLOSE: &str = "<!-- end -->";

/// Everything that blocks are made from.
pub(super) struct Sources<'a> {
    pub(super) root: &'a Path,
    pub(super) rules: &'a [RuleRow],
    pub(super) errors: &'a [ErrorRow],
    pub(super) limits: &'a [LimitRow],
    pub(super) transitions: &'a Transitions,
    pub(super) proofs: &'a Proofs,
}

/// The specification with every block as its source says.
///
/// # Errors
/// A sentence with the marker that is not closed, or the block that nothing makes.
pub(super) fn filled(present: &str, sources: &Sources<'_>) -> Result<String, String> {
    filled_by(TARGET, present, |name| sources.block(name))
}

/// A page with every block as `block` says.
///
/// # Errors
/// As [`filled`].
pub(super) fn filled_by(
    target: &str,
    present: &str,
    block: impl Fn(&str) -> Result<String, String>,
) -> Result<String, String> {
    let fault = |what: String| format!("{target}: {what}");
    let mut out = String::new();
    let mut lines = present.lines();
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        let Some(name) = line.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(" -->")) else { continue };
        if !lines.by_ref().any(|line| line == CLOSE) {
            return Err(fault(format!("the block {name} is not closed")));
        }
        let text = block(name).map_err(fault)?;
        let _ = write!(out, "\n{}\n\n{CLOSE}\n", text.trim());
    }
    Ok(out)
}

impl Sources<'_> {
    fn block(&self, name: &str) -> Result<String, String> {
        let (kind, of) = name.split_once(' ').unwrap_or((name, ""));
        let mut out = String::new();
        match (kind, of) {
            ("rules", family) => return rules::list(self.rules, family, self.proofs),
            ("members", file) => return members::tables(self.root, file),
            ("views", "") => return views::tables(self.root),
            ("errors", "") => errors::table(&mut out, self.errors, ""),
            ("limits", "") => limits::table(&mut out, self.limits),
            ("states", "") => page::states(&mut out),
            ("performatives", "") => page::performatives(&mut out),
            ("roles", "") => page::roles(&mut out),
            ("rows", "") => {
                page::rows(&mut out, self.transitions);
                // A level deeper than on a page of its own.
                out = out.replace("### ", "#### ");
            }
            ("selectors", "") => page::selectors(&mut out, self.transitions),
            ("guards", "") => page::guards(&mut out, self.transitions, ("", "")),
            ("reasons", "") => page::reasons(&mut out, self.transitions),
            _ => return Err(format!("nothing makes the block {name}")),
        }
        Ok(out)
    }
}
