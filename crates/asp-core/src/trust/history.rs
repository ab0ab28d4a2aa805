//! The score over time: one question asked of one log, at several instants.

use serde::Serialize;

use super::evidence::{Evidence, Outcome, Question};
use super::level::Level;
use super::parameters::Model;
use super::score::Points;
use crate::position::{LogTime, Millis};

/// The fewest instants of a history: where it begins and where it ends.
pub const STEPS_MIN: u32 = 2;
/// The most instants of a history; each costs about as much as an assessment.
pub const STEPS_MAX: u32 = 100;

/// How the answer to a question came to be what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The model, `flow-1`.
    pub model: &'static str,
    /// What was asked; its instant is that of the last moment.
    pub question: Question,
    /// The first moment.
    pub since: LogTime,
    /// Evenly spaced, the earliest first.
    pub moments: Vec<Moment>,
}

/// The answer at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// When.
    pub at: LogTime,
    /// From 0 to 100 points.
    pub score: Points,
    /// What that amounts to.
    pub level: Level,
    /// The level's number, 0 to 4.
    pub level_number: u8,
    /// Obligations of the subject that were kept since the moment before, and count.
    pub kept: u64,
    /// Those that were broken.
    pub broken: u64,
}

/// Asks `question` at `steps` instants from `since` to its own (ASP-TRU-004).
///
/// What a moment shows is what the log knew then: evidence that was settled later does not count, and one that was
/// found void later does. `steps` is taken to lie within [`STEPS_MIN`] and [`STEPS_MAX`].
#[must_use]
pub fn history(evidence: &[Evidence], question: &Question, since: LogTime, steps: u32) -> History {
    let steps = steps.clamp(STEPS_MIN, STEPS_MAX);
    let since = since.min(question.instant);
    let mut before = None;
    let moment = |step: u32| {
        let at = between(since, question.instant, step, steps - 1);
        let asked = Question { instant: at, ..question.clone() };
        let score = super::score(evidence, &asked);
        let level = Level::of(score);
        let (kept, broken) = settled(evidence, &asked, before.replace(at));
        Moment { at, score, level, level_number: level.number(), kept, broken }
    };
    let moments = (0..steps).map(moment).collect();
    History { model: Model::FLOW_1.name, question: question.clone(), since, moments }
}

/// The instant after `step` of `steps` equal parts of a span.
fn between(since: LogTime, until: LogTime, step: u32, steps: u32) -> LogTime {
    let part = u128::from(until.since(since).0) * u128::from(step) / u128::from(steps.max(1));
    since.plus(Millis(u64::try_from(part).unwrap_or(u64::MAX)))
}

/// How many of the subject's obligations were kept and broken after `before`; of all up to then where there is none.
fn settled(evidence: &[Evidence], asked: &Question, before: Option<LogTime>) -> (u64, u64) {
    let (mut kept, mut broken) = (0, 0);
    for item in evidence.iter().filter(|item| item.debtor == asked.subject && asked.counts(item)) {
        if before.is_none_or(|before| item.at > before) {
            match item.outcome {
                Outcome::Fulfilled => kept += 1,
                Outcome::Breached => broken += 1,
            }
        }
    }
    (kept, broken)
}
