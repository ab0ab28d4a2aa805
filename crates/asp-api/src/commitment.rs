//! What is owed, as the API shows it: commitments, their obligations and the stages of these.

use super::HoldView;
use std::collections::BTreeSet;

use asp_core::amount::Money;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::statement::body::{CommitmentState, DisputeTerms, Remedy, Showing};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

api! {
    /// One party's duty.
    struct ObligationView {
        /// Its name in the commitment.
        id: String,
        /// What is owed.
        what: String,
        /// Who owes.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        debtor: AgentUri,
        /// Who is owed.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        creditor: AgentUri,
        /// What it is worth.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        value: Money,
        /// `OPEN`, `DELIVERED`, `FULFILLED`, `CONTESTED`, `BREACHED` or `LAPSED`.
        state: String,
        /// Its stages, each fulfilled by itself; none if it is fulfilled as a whole.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stages: Vec<StageView>,
        /// How fulfilment is shown.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        shown_by: Showing,
        /// What follows if it is not met in time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        remedy: Option<Remedy>,
        /// What the remedy makes the debtor owe, as a session shows it when something was last said there; absent for nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        penalty: Option<Money>,
        /// When being late costs as much as it ever can; absent without days, cap or due time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        capped_at: Option<LogTime>,
        /// How late its fulfilment was stated, in milliseconds; absent if it was not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
        late_ms: Option<Millis>,
        /// When it is due; absent while it waits for another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        due: Option<LogTime>,
        /// The last instant at which it can be met.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        met_until: Option<LogTime>,
    }
    /// A stage of an obligation.
    struct StageView {
        /// Its name in the obligation.
        id: String,
        /// What is owed by then.
        what: String,
        /// What it is worth of the obligation's value.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        value: Money,
        /// `OPEN`, `DELIVERED`, `FULFILLED`, `CONTESTED`, `BREACHED` or `LAPSED`.
        state: String,
        /// How its fulfilment is shown.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        shown_by: Showing,
        /// When it is due; absent while the obligation waits for another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        due: Option<LogTime>,
        /// The last instant at which it can be met.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        met_until: Option<LogTime>,
        /// How late its fulfilment was stated, in milliseconds; absent if it was not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
        late_ms: Option<Millis>,
    }
    /// A commitment.
    struct CommitmentView {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// The session that formed it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        session: Hash,
        /// The hash of what was signed.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        terms_hash: Hash,
        /// The terms for the parties' domain.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        terms: Map<String, Value>,
        /// What was agreed on disputes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        disputes: Option<DisputeTerms>,
        /// Where it stands.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        state: CommitmentState,
        /// Whether a fulfilment is contested.
        disputed: bool,
        /// Who signed.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        signers: BTreeSet<AgentUri>,
        /// When it was formed.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        formed_at: LogTime,
        /// The commitment that it replaces.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        replaces: Option<Hash>,
        /// What is owed.
        obligations: Vec<ObligationView>,
        /// The money that it holds, or held.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        holds: Vec<HoldView>,
    }
    /// A page of commitments.
    struct CommitmentPage {
        /// The commitments, newest first.
        commitments: Vec<CommitmentView>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
}
