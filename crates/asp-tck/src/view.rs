//! What the kit reads of a session: of the node's JSON only what a case asks about.

use std::collections::BTreeMap;

use asp_core::position::{Hash, Head, LogTime};
use asp_core::session::table::State;
use asp_core::statement::body::CommitmentState;
use serde::Deserialize;
use serde_json::Value;

/// A session.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionView {
    pub(crate) state: State,
    pub(crate) head: Head,
    #[serde(default)]
    pub(crate) conditions: Option<Hash>,
    pub(crate) offers: Vec<OfferView>,
    #[serde(default)]
    pub(crate) pending: Option<PendingView>,
    pub(crate) commitments: Vec<CommitmentView>,
    #[serde(default)]
    pub(crate) end: Option<EndView>,
}

/// An offer that can be answered.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OfferView {
    pub(crate) id: Hash,
    pub(crate) packages: BTreeMap<Hash, Value>,
    #[serde(default)]
    pub(crate) accepted: BTreeMap<String, Hash>,
}

/// A commit that awaits signatures.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PendingView {
    pub(crate) id: Hash,
    pub(crate) terms_hash: Hash,
}

/// A commitment.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommitmentView {
    pub(crate) id: Hash,
    pub(crate) state: CommitmentState,
    #[serde(default)]
    pub(crate) disputed: bool,
    pub(crate) formed_at: LogTime,
    pub(crate) obligations: Vec<ObligationView>,
}

/// One party's duty.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ObligationView {
    pub(crate) id: String,
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) stages: Vec<StageView>,
}

/// How far a stage of an obligation is.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StageView {
    pub(crate) id: String,
    pub(crate) state: String,
}

/// How a session ended.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct EndView {
    pub(crate) code: String,
}
