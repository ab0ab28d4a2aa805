//! The numbered rules, as the specification has them: the kit keeps no sentence, code or level of its own.

mod table;

use serde::Serialize;

pub use table::RULES;

/// How much of the protocol a node keeps; each level takes in those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Signed statements of organisations and agents, in a log that can be checked.
    Core,
    /// Sessions between two, commitments, and who may read what.
    Standard,
    /// The whole protocol.
    Full,
}

impl Level {
    /// All, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Core, Self::Standard, Self::Full];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Standard => "standard",
            Self::Full => "full",
        }
    }
}

/// A numbered rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its number, such as `ASP-SES-013`.
    pub id: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// The answers to what breaks it.
    pub codes: &'static [&'static str],
    /// The first level that needs it.
    pub level: Level,
    /// Why it cannot be seen from outside a node, where it cannot.
    pub inside: Option<&'static str>,
}

impl Rule {
    /// The letters of its family, such as `SES`.
    #[must_use]
    pub fn family(&self) -> &'static str {
        self.id.split('-').nth(1).unwrap_or_default()
    }
}

/// The rule of a number.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// Those of some rules that are answered with a code.
pub(crate) fn answered_with(about: &[&'static str], code: &str) -> Vec<&'static str> {
    let answers = |id: &&&'static str| find(id).is_some_and(|rule| rule.codes.contains(&code));
    about.iter().filter(answers).copied().collect()
}
