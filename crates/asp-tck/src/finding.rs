//! What the kit has to say against a node: which rules are broken, what was expected, what came.

use std::fmt;

/// Something that a node does otherwise than the protocol says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The numbers of the rules that it breaks; those of the case if the place tells no more.
    pub rules: Vec<&'static str>,
    /// What was done, such as the line of a dialogue.
    pub at: String,
    /// What the rules ask for.
    pub expected: String,
    /// What came: code, rule, pointer, status.
    pub came: String,
}

impl Finding {
    /// A finding that the case itself has to give a rule and a place.
    pub(crate) fn new(expected: impl fmt::Display, came: impl fmt::Display) -> Self {
        let (expected, came) = (cut(&expected.to_string()), cut(&came.to_string()));
        Self { rules: Vec::new(), at: String::new(), expected, came }
    }

    /// The same finding, about these rules.
    pub(crate) fn of(mut self, rules: &[&'static str]) -> Self {
        self.rules = rules.to_vec();
        self
    }

    /// The same finding, at a place if it has none yet.
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Self {
        if self.at.is_empty() {
            self.at = cut(&place.to_string());
        }
        self
    }
}

/// Letters of a part of a finding: what a node says may have no end.
const PART_MAX: usize = 600;

fn cut(text: &str) -> String {
    match text.char_indices().nth(PART_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.at.is_empty() {
            write!(f, "{}: ", self.at)?;
        }
        write!(f, "expected {}, came {}", self.expected, self.came)
    }
}

/// A finding unless something holds.
pub(crate) fn hold(holds: bool, expected: impl fmt::Display, came: impl fmt::Display) -> Result<(), Finding> {
    if holds { Ok(()) } else { Err(Finding::new(expected, came)) }
}

/// A finding unless two things are the same.
pub(crate) fn same<T: PartialEq + fmt::Debug>(what: &str, came: &T, expected: &T) -> Result<(), Finding> {
    hold(came == expected, format_args!("{what} {expected:?}"), format_args!("{came:?}"))
}
