//! Trust: may I trust an agent with a deal of this size? A score with its reasons, model `flow-1`.
//!
//! Pure: evidence and a question in, an [`Assessment`] out, in integers throughout. Equal questions of equal
//! evidence get equal digits on every machine, whatever the order in which the evidence comes.
//!
//! # The model
//!
//! - **Evidence** is an obligation that both sides signed, with its outcome. It counts if its index lies within
//!   the prefix, its time not after the instant, its currency is the class's or one that the observer has a rate for, its
//!   capability lies in the subtree asked for, and debtor and creditor are of different organisations. It rests on signatures, and counts no
//!   more from where one of them was distrusted: see [`Settled`].
//! - **Lending.** A kept deal of value v weighs `min(1, v/V) · log₂(1+min(v,V)) / log₂(1+V)` in class V and
//!   halves every 180 days. An organisation lends a debtor the sum of the weights of that debtor's deals with
//!   its agents, at most 3. It passes on at most 3 in all. For an observer neither bound holds. Whom the observer's policy
//!   takes to be good for w is lent w besides, and has the greater of w and 3 as both bounds.
//! - **Flow.** R is the maximum flow from the seeds to the subject. Debtors are organisations with all their
//!   agents, but for the subject, which stands alone: what its organisation's other agents were lent does not
//!   reach it, neither directly nor through third parties.
//! - **Growth** `L = min(1, ln(1+R) / ln 31)`. **Certainty** `q = min(1, β(R, B) / β(30, 0))`, where β is the
//!   10 % quantile of Beta(1+R, 1+B).
//! - **Inactivity** `D = 2^(−max(0, idle − 30 d) / 120 d)`. Idle is the time since the latest instant such that
//!   deals after it alone still connect a seed with the subject. So a partner is as fresh as its own connection.
//! - **Breaches** of the subject count whoever the creditor is, for both have signed. Each multiplies F by
//!   `1 − (1 − 0.6^m) · severity · keep` and adds `2 · severity · keep · n` to B. n counts the breaches of the four
//!   years (1460 days) up to it, itself included, and `m = min(n, 4)`. `severity = clamp(v / V, ¼, 1)`.
//!   `keep = 2^(−age / 365 d) / (1 + (R′ / 12m²)²)`, R′ being the maximum flow of the deals after the breach alone.
//! - **Score** `F · (10 + 90·L·q·D)`, from factors rounded to millionths, rounded down to a thousandth.
//!
//! # What follows
//!
//! Let fresh identities, one per organisation or many, make any deals among themselves. Then none of them has a
//! greater R, a fresher clock or a greater R′ than a single agent that had made all their deals with outsiders. Nothing
//! else of what they do among themselves counts: how severe a breach is follows from its value and the question alone.
//! For follow any flow to one of them from a seed to where it first enters the set: it leaves an outsider by a
//! deal with a member. The single agent has that deal too, so it can be lent as much: what an observer lends it has
//! no bound, and what another outsider lends to all members together is at most its own bound. The same
//! holds for the deals after any instant, which are all that clock and R′ see. Were an observer's lending to one
//! debtor bounded, ten identities could take ten times what one can.

mod answer;
mod backing;
mod conduct;
mod evidence;
mod explain;
mod fixed;
mod flow;
mod history;
mod level;
mod outlook;
pub mod parameters;
mod profile;
mod quantile;
mod score;
mod settled;

pub use answer::{ANSWER_BYTES_MAX, Answer, Comparison, NoAnswer, Unjudged};
pub use backing::{Worth, backed, worth};
pub use conduct::{Conduct, Watch};
pub use evidence::{Evidence, Ground, Outcome, Question, View};
pub use explain::{Assessment, Change, Counterfactual, Factor, Lender, Limit, Listed, Part};
pub use history::{History, Moment, STEPS_MAX, STEPS_MIN, history};
pub use level::{Consequences, Cover, Level};
pub use outlook::Outlook;
pub use parameters::Model;
pub use profile::{
    Claims, Component, Dossier, Fact, Notes, PROFILE_CLAIMS_MAX, PROFILE_SESSIONS_MAX, Praise, Profile,
    conduct_of, profile,
};
pub use score::{Millionths, Points};
pub use settled::{Distrust, Settled};

use crate::name::AgentUri;

/// Answers `question` from `evidence` (ASP-TRU-001).
///
/// Total: whatever the evidence, there is an answer. The work grows with the evidence and with up to 16
/// breaches of the subject, each of which needs a maximum flow.
#[must_use]
pub fn assess(evidence: &[Evidence], question: &Question) -> Assessment {
    assess_with(&Model::FLOW_1, evidence, question)
}

/// The answer by other numbers than those of the protocol: for the laboratory, never for a decision.
#[must_use]
pub fn assess_with(model: &Model, evidence: &[Evidence], question: &Question) -> Assessment {
    explain::explain(&View::of(model, evidence, question), backed(evidence, question))
}

/// The score that [`assess_with`] gives, without its reasons.
#[must_use]
pub fn score_with(model: &Model, evidence: &[Evidence], question: &Question) -> Points {
    View::of(model, evidence, question).score(&question.subject)
}

impl View<'_> {
    /// The score of one agent, whoever the question is about: what [`score_with`] gives for it.
    #[must_use]
    pub fn score(&self, subject: &AgentUri) -> Points {
        explain::score(self.record(subject), self.question, self.model)
    }
}

/// The score that [`assess`] gives, without its reasons: a fraction of the work.
#[must_use]
pub fn score(evidence: &[Evidence], question: &Question) -> Points {
    score_with(&Model::FLOW_1, evidence, question)
}
