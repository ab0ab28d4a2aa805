//! What verifying came to: a verdict for each check, and what the bundle is about.

use serde::Serialize;

use crate::amount::Money;
use crate::name::{AgentUri, Origin};
use crate::position::{Hash, LogTime};
use crate::session::table::State;
use crate::statement::body::CommitmentState;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The bundle shows that it holds.
    Proved,
    /// The bundle shows that it does not hold.
    Refuted,
    /// The bundle shows neither.
    NotShown,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name, for scripts.
    pub rule: &'static str,
    /// What it came to.
    pub verdict: Verdict,
    /// A sentence about it.
    pub detail: String,
}

/// An obligation of the commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObligationLine {
    /// Its name in the commitment.
    pub id: String,
    /// What is owed.
    pub what: String,
    /// Who owes.
    pub debtor: AgentUri,
    /// Who is owed.
    pub creditor: AgentUri,
    /// What it is worth.
    pub value: Money,
    /// `OPEN`, `DELIVERED`, `FULFILLED`, `CONTESTED`, `BREACHED` or `LAPSED`.
    pub state: String,
}

/// What the bundle is about, as far as its statements could be replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The commitment.
    pub commitment: Hash,
    /// The session that formed it.
    pub session: Hash,
    /// The state of the session.
    pub session_state: State,
    /// The state of the commitment.
    pub state: CommitmentState,
    /// Who signed.
    pub signers: Vec<AgentUri>,
    /// When it was formed, in log time.
    pub formed_at: LogTime,
    /// What is owed.
    pub obligations: Vec<ObligationLine>,
    /// The log.
    pub origin: Origin,
    /// The size of the log at the checkpoint.
    pub size: u64,
}

/// Everything that verifying found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The checks, in the order in which they build on one another.
    pub checks: Vec<Check>,
    /// What it is about; none if the statements do not form the commitment.
    pub summary: Option<Summary>,
}

impl Report {
    /// Whether any check is refuted.
    #[must_use]
    pub fn refuted(&self) -> bool {
        self.checks.iter().any(|check| check.verdict == Verdict::Refuted)
    }
}
