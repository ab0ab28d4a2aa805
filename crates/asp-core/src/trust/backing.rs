//! What stands behind an agent in money: the value that it kept of late, as far as those whom the observer trusts vouch
//! for it. Knows no cap.

use super::evidence::{Evidence, Question, Units, View};
use super::flow::{Graph, SUBJECT};
use super::parameters::{BACKING_DAYS, Model, days};
use super::score::Points;
use crate::amount::Decimal;

/// What the log says of an agent in the eyes of an observer, where a statement rests on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// The score.
    pub points: Points,
    /// What stands behind it, in the currency of the class.
    pub backed: Decimal,
}

/// Answers a question with the score, and with what stands behind it.
#[must_use]
pub fn worth(evidence: &[Evidence], question: &Question) -> Worth {
    Worth { points: super::score(evidence, question), backed: backed(evidence, question) }
}

/// The maximum flow of value that was kept within the last 180 days, from those whom the observer trusts (ASP-TRU-012).
///
/// As in the score a set of fresh identities has no more of it than one agent with the deals of all: nobody passes on
/// more than reached it.
#[must_use]
pub fn backed(evidence: &[Evidence], question: &Question) -> Decimal {
    let model = &Model::VALUE;
    let span = days(BACKING_DAYS);
    let view = View::counted_in(Units::Value { span }, model, evidence, question);
    let mut record = view.record(&question.subject);
    record.keep_relevant(model);
    let flow = Graph::of(record.kept.iter(), &record.seeds, model).flow_to(SUBJECT).value;
    Decimal::saturating(u128::from(flow) * 1_000)
}
