//! The JSON of what a node tells of a session's course: the trace itself, what stands beside it, what was refused.

use asp_core::name::StreamId;
use asp_core::session::table::Guard;
use asp_core::session::trace::SessionTrace;

use super::*;

api! {
    /// The course of a session, as far as who asks may see it.
    struct TraceView {
        /// What follows from the session's statements; everybody who has them tells the same.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        trace: SessionTrace,
        /// What was said elsewhere that the session rests on or that is about it, in the order of the log: in its consents
        /// and in disputes, as far as the reader reads those.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        beside: Vec<BesideView>,
        /// What the node refused to take from the reader's own side since it was started: the last 64 of the session. By the
        /// word of this node alone, since no log has it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<RefusedView>,
        /// How what was said fares in the inboxes of the reader's side until it is confirmed there, and, for the organisation
        /// itself, on its way to its webhooks until it is delivered.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        deliveries: Vec<DeliveryView>,
    }
    /// A statement that an inbox has not confirmed, or a webhook not delivered.
    struct DeliveryView {
        /// Where the log has the statement.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        log_index: Position,
        /// Whose inbox or webhook it is.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        party: Issuer,
        /// The group of workers, of an inbox.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
        /// The id of the webhook, if it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        webhook: Option<String>,
        /// How it stands: `unseen`, `leased`, `waiting`, `stopped` or `dead`.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        state: DeliveryState,
        /// How often it was handed out, or refused.
        attempts: u64,
        /// Until when a worker has it in hand, or no attempt is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        until: Option<LogTime>,
        /// Why it was given up, or not delivered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    }
    /// A statement of another stream: where it stands, and not what it says.
    struct BesideView {
        /// The stream.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        stream: StreamId,
        /// Where the log has it.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        log_index: Position,
        /// When the log took it in.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        log_time: LogTime,
        /// Its hash.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        hash: Hash,
        /// Who said it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        issuer: Issuer,
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
    }
    /// A statement that the node did not take, with the rule that forbade it.
    struct RefusedView {
        /// When, by the node's clock.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        at: LogTime,
        /// Its hash.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        hash: Hash,
        /// Who said it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        issuer: Issuer,
        /// Its type.
        #[serde(rename = "type")]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        performative: Performative,
        /// The place that it claimed in the session.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        sequence: Sequence,
        /// What it answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        in_reply_to: Option<Hash>,
        /// Why it was refused.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        code: Code,
        /// The numbered rule that it broke.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// Where in the statement, as an RFC 6901 pointer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pointer: Option<String>,
        /// The condition of the transition table that did not hold, where it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        guard: Option<Guard>,
        /// How often the very same statement was refused one time after the other.
        times: u64,
    }
}

/// How a statement stands in an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// Nobody has asked for it yet, or what comes before it is not delivered.
    Unseen,
    /// A worker has it in hand.
    Leased,
    /// It comes when somebody asks or its time has come: again, or after what comes before it in the session.
    Waiting,
    /// Its webhook delivers nothing until its organisation says so.
    Stopped,
    /// It was given up.
    Dead,
}

impl DeliveryState {
    /// The word that reading shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unseen => "unseen",
            Self::Leased => "leased",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::Dead => "dead",
        }
    }
}
