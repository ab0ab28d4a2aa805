//! Why the core refuses: a code of the registry, where it struck, and the head to continue from.
//! Failures of the node itself (a full disk, say) are not told with these types.

mod registry;

use std::fmt;
use std::str::FromStr;

pub use registry::Code;

use crate::amount::Money;
use crate::position::{Head, InvalidText, text_serde};

/// Whose doing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The input is wrong whatever the state.
    Sender,
    /// The input does not fit what stands.
    State,
    /// The node.
    Node,
}

/// Whether a retry can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same intent cannot succeed.
    Never,
    /// Something else must be signed or sent.
    Change,
    /// The same bytes may succeed later.
    Later,
}

impl Code {
    /// All codes, in the order of the registry.
    pub fn all() -> impl Iterator<Item = Self> {
        registry::ROWS.iter().map(|row| row.code)
    }

    fn row(self) -> &'static registry::Row {
        // The rows stand in the order of the enum: a test holds that.
        #[expect(clippy::indexing_slicing, reason = "generated together: one row per variant, in order")]
        &registry::ROWS[self as usize]
    }

    /// The stable text, such as `NOT_YOUR_TURN`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().text
    }

    /// The HTTP status that carries it.
    #[must_use]
    pub fn status(self) -> u16 {
        self.row().status
    }

    /// Whose doing it is.
    #[must_use]
    pub fn blame(self) -> Blame {
        self.row().blame
    }

    /// Whether a retry can help.
    #[must_use]
    pub fn retry(self) -> Retry {
        self.row().retry
    }

    /// What happened, as a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        self.row().sentence
    }

    /// What to do about it, as a sentence.
    #[must_use]
    pub fn hint(self) -> &'static str {
        self.row().hint
    }

    /// This refusal, at a place of the statement: an RFC 6901 pointer such as `/body/termsHash`.
    #[must_use]
    pub fn at(self, pointer: impl Into<String>) -> Rejection {
        Rejection { pointer: Some(pointer.into()), ..self.into() }
    }

    /// This refusal, by a more precise rule than the code's own.
    #[must_use]
    pub fn by(self, rule: &'static str) -> Rejection {
        Rejection::from(self).by(rule)
    }

    /// The number of the rule that a refusal with this code names where the check names none more precise.
    #[must_use]
    pub fn rule(self) -> Option<&'static str> {
        self.row().rule
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::all().find(|code| code.as_str() == text).ok_or(InvalidText("a code of the registry"))
    }
}

text_serde!(Code);

/// A refusal: the statement was not taken, nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// What went wrong.
    pub code: Code,
    /// The number of the rule that is broken, such as `ASP-SES-013`; a refusal of a statement always has one.
    pub rule: Option<&'static str>,
    /// Where in the statement, as an RFC 6901 pointer.
    pub pointer: Option<String>,
    /// The stream's head, where signing anew on it may help.
    pub head: Option<Head>,
    /// What could still be owed, where more would be.
    pub room: Option<Box<Money>>,
}

impl From<Code> for Rejection {
    fn from(code: Code) -> Self {
        Self { code, rule: code.rule(), pointer: None, head: None, room: None }
    }
}

impl Rejection {
    /// The same refusal, by a more precise rule than the code's own.
    #[must_use]
    pub const fn by(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }

    /// The same refusal, at a place of the statement where none is named.
    #[must_use]
    pub fn or_at(mut self, pointer: &str) -> Self {
        self.pointer.get_or_insert_with(|| pointer.to_owned());
        self
    }

    /// The same refusal with what could still be owed.
    #[must_use]
    pub fn with_room(mut self, room: Money) -> Self {
        self.room = Some(Box::new(room));
        self
    }

    /// The same refusal with the head to continue from.
    #[must_use]
    pub fn with_head(mut self, head: Option<Head>) -> Self {
        self.head = head;
        self
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.code.sentence())?;
        match (self.rule, &self.pointer) {
            (Some(rule), Some(pointer)) => write!(f, " ({rule} at {pointer})"),
            (Some(rule), None) => write!(f, " ({rule})"),
            (None, Some(pointer)) => write!(f, " (at {pointer})"),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for Rejection {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_own_row_and_reads_back() {
        for code in Code::all() {
            assert_eq!(code.row().code, code);
            assert_eq!(code.as_str().parse(), Ok(code));
            assert!(code.sentence().ends_with('.') && code.hint().ends_with('.'));
        }
    }
}
