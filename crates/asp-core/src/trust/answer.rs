//! An answer about trust as it was told, and whether a log gives it. Believes neither the node nor the answer.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Question, STEPS_MAX, STEPS_MIN, assess, history, profile};
use crate::audit::{Basis, Examined, Finding};
use crate::key::KeyId;
use crate::position::{LogTime, Position};

/// Bytes of the longest answer that is read: lists in it are bounded, and this is far beyond.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An answer as it was told: an assessment, a profile, or the history of a score.
#[derive(Debug, Clone)]
pub struct Answer {
    question: Question,
    members: Map<String, Value>,
}

/// What only the history of a score has.
#[derive(Deserialize)]
struct Span {
    since: LogTime,
    moments: Vec<Value>,
}

/// What a log gives to the question of an answer, beside that answer.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The answer that the log gives.
    pub derived: Map<String, Value>,
    /// The members that are not the same on both sides; none if the log gives this answer, digit by digit.
    pub differing: BTreeSet<String>,
}

/// Why something is no answer about trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// It is longer than [`ANSWER_BYTES_MAX`].
    TooLong,
    /// It names no question.
    NoQuestion,
    /// It is not what is answered.
    Form(String),
}

/// Why nothing is known of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unjudged {
    /// The export does not hold.
    Export(Finding),
    /// The export is of another node, which has this key.
    OtherNode(KeyId),
    /// The export has fewer entries than the answer looked at.
    Short {
        /// As many it has.
        entries: u64,
        /// As many the answer looked at.
        prefix: Position,
    },
    /// The log had no such agent by then.
    NoAgent,
    /// The history has no span, or too many moments, or too few.
    History(String),
    /// What follows from the log cannot be written.
    Unwritable,
}

impl Answer {
    /// Reads an answer as `GET /v1/trust` and `assent trust … --json` give it.
    ///
    /// # Errors
    /// That these bytes are none.
    pub fn read(bytes: &[u8]) -> Result<Self, NoAnswer> {
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(NoAnswer::TooLong);
        }
        let form = |error: serde_json::Error| NoAnswer::Form(error.to_string());
        let members: Map<String, Value> = serde_json::from_slice(bytes).map_err(form)?;
        let question = members.get("question").ok_or(NoAnswer::NoQuestion)?;
        Ok(Self { question: Question::deserialize(question).map_err(form)?, members })
    }

    /// What was asked.
    #[must_use]
    pub const fn question(&self) -> &Question {
        &self.question
    }

    /// Compares it with what an export of the log gives, which was examined with its question in mind.
    /// `node_key` is the node's key as one knows it from elsewhere.
    ///
    /// # Errors
    /// Why that cannot be said.
    pub fn compare(&self, examined: &Examined, node_key: Option<KeyId>) -> Result<Comparison, Unjudged> {
        if let Some(finding) = &examined.finding {
            return Err(Unjudged::Export(finding.clone()));
        }
        if node_key.is_some_and(|known| known != examined.node_key) {
            return Err(Unjudged::OtherNode(examined.node_key));
        }
        let (entries, prefix) = (examined.entries, self.question.prefix);
        if entries < prefix.0 {
            return Err(Unjudged::Short { entries, prefix });
        }
        let derived = self.derive(&examined.basis)?;
        let names = self.members.keys().chain(derived.keys());
        let differing = names.filter(|name| self.members.get(*name) != derived.get(*name)).cloned().collect();
        Ok(Comparison { derived, differing })
    }

    /// The answer that the log gives to the same question, with how its observer looked at it by the log (ASP-TRU-009).
    fn derive(&self, basis: &Basis) -> Result<Map<String, Value>, Unjudged> {
        let evidence = basis.settled.evidence();
        let question = &Question { outlook: basis.outlook.clone(), ..self.question.clone() };
        if self.members.contains_key("moments") {
            let span = Span::deserialize(&Value::Object(self.members.clone()))
                .map_err(|error| Unjudged::History(error.to_string()))?;
            let steps = u32::try_from(span.moments.len()).unwrap_or(u32::MAX);
            if !(STEPS_MIN..=STEPS_MAX).contains(&steps) {
                return Err(Unjudged::History(format!("it has {steps} moments")));
            }
            return members(&history(evidence, question, span.since, steps));
        }
        if self.members.contains_key("components") {
            let dossier = basis.dossier.as_ref().ok_or(Unjudged::NoAgent)?;
            return members(&profile(evidence, dossier, question));
        }
        members(&assess(evidence, question))
    }
}

fn members(value: &impl Serialize) -> Result<Map<String, Value>, Unjudged> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(Unjudged::Unwritable),
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no answer about trust: ")?;
        match self {
            Self::TooLong => write!(f, "it has more than {ANSWER_BYTES_MAX} bytes"),
            Self::NoQuestion => f.write_str("it names no question"),
            Self::Form(why) => f.write_str(why),
        }
    }
}

impl fmt::Display for Unjudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Export(finding) => write!(f, "the export does not hold: {finding}"),
            Self::OtherNode(key) => write!(f, "the export is of another node: {key}"),
            Self::Short { entries, prefix } => {
                write!(f, "the export has {entries} entries, and the answer looked at {prefix}")
            }
            Self::NoAgent => f.write_str("the log had no such agent by then"),
            Self::History(why) => write!(f, "the history cannot be read: {why}"),
            Self::Unwritable => f.write_str("the answer cannot be written"),
        }
    }
}

impl std::error::Error for NoAnswer {}
impl std::error::Error for Unjudged {}
