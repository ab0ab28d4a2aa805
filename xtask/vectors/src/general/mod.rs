//! Changes that any statement can suffer: of its text, of its envelope, of its signatures.
//!
//! Each has a row that says what it breaks. One statement suffers all of them, every other one a share.

mod envelope;
mod grammar;
mod signing;

use asp_core::rejection::Code;

use super::case::{Case, Change, Made};

/// A change of any statement.
#[derive(Clone, Copy)]
pub(super) struct Row {
    name: &'static str,
    words: &'static str,
    code: Code,
    /// The changed envelope; nothing if the statement has not what is changed.
    make: fn(&Case) -> Option<Vec<u8>>,
}

/// The type whose first statement suffers every change.
pub(super) const WHOLE: &str = "org.register";

/// Every so many changes another statement suffers one.
const SHARE: usize = 15;

/// The changes of the statement that stands at this place among those of its type; an error where a change found
/// nothing to change.
pub(super) fn changes(case: &Case, place: usize) -> Vec<Result<Made, String>> {
    let whole = case.kind == WHOLE && place == 0;
    let first = case.kind.len() + 4 * place;
    let rows = [grammar::rows(), envelope::rows(), signing::rows()].concat();
    let chosen =
        rows.iter().enumerate().filter(|(number, _)| whole || (first + number).is_multiple_of(SHARE));
    chosen.map(|(_, row)| row.of(case)).collect()
}

/// Whether the statement suffers this change of what its schemas ask: one statement suffers all, every other one those
/// of its body and its seal and a share of the rest.
pub(super) fn has_share(case: &Case, place: usize, change: &Change) -> bool {
    let whole = case.kind == WHOLE;
    let first = case.kind.len() + 4 * place + change.name.len();
    let own = change.at.starts_with("/body/") || change.at.starts_with("/seal/");
    whole || own || first.is_multiple_of(SHARE)
}

impl Row {
    fn of(&self, case: &Case) -> Result<Made, String> {
        let Self { name, words, code, make } = *self;
        let bytes = make(case).ok_or_else(|| format!("{} {}: nothing for {name}", case.kind, case.name))?;
        Ok(Made { name: name.to_owned(), words: words.to_owned(), bytes, code, rule: None })
    }
}

/// The text with the first place of `from` replaced.
fn replaced(text: &[u8], from: &str, to: &[u8]) -> Option<Vec<u8>> {
    let at = text.windows(from.len()).position(|part| part == from.as_bytes())?;
    let (before, rest) = text.split_at_checked(at)?;
    Some([before, to, rest.get(from.len()..)?].concat())
}
