//! The JSON about what an organisation's own agents are about and what was said by them: for the organisation alone.

use asp_core::name::StreamId;

use super::*;

api! {
    /// How many commitments stand how.
    struct CommitmentCountsView {
        /// Something is owed.
        active: u64,
        /// All that was owed was given.
        fulfilled: u64,
        /// A due time passed.
        breached: u64,
        /// Ended by every signer.
        terminated: u64,
        /// Replaced by other terms.
        amended: u64,
    }
    /// What one side owes under commitments that are active or breached.
    struct DutiesView {
        /// Obligations that are not yet fulfilled.
        open: u64,
        /// Those that are said to be fulfilled, which nobody has acknowledged yet.
        delivered: u64,
        /// Those whose fulfilment is contested.
        contested: u64,
        /// Those that were not fulfilled in time.
        breached: u64,
        /// When the next of the open ones is due; absent if none has a time yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        next_due: Option<LogTime>,
        /// What the open ones are worth, one sum a currency.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
        worth: Vec<Money>,
    }
    /// A statement of an organisation or one of its agents: where it stands, and not what it says.
    struct ActView {
        /// Where the log has it.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        log_index: Position,
        /// When the log took it in.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        log_time: LogTime,
        /// Its hash, which names its receipt.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        hash: Hash,
        /// Its type: a performative in a session, a dotted name elsewhere.
        #[serde(rename = "type")]
        kind: String,
        /// Who said it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        issuer: Issuer,
        /// In which stream.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        stream: StreamId,
        /// Its place there.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        sequence: Sequence,
    }
    /// An agent of one's own, with what it is about.
    struct OwnAgentView {
        /// Its URI.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        agent: AgentUri,
        /// What its card calls it.
        name: String,
        /// Whether it has ended.
        retired: bool,
        /// When it registered.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        registered_at: LogTime,
        /// Whether it answers this node at the endpoint that its card names; absent if it names none, or before it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        standing: Option<AgentStanding>,
        /// When it answered the node last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        last_answer: Option<LogTime>,
        /// The keys that sign for it.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        keys: Vec<KeyId>,
        /// Its sessions that go on.
        sessions_open: u64,
        /// Its sessions that were closed or failed.
        sessions_ended: u64,
        /// The commitments that it signed.
        commitments: CommitmentCountsView,
        /// What it owes.
        owes: DutiesView,
        /// What it is owed.
        owed: DutiesView,
        /// The last thing that it said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<ActView>,
        /// Whether there is more than these numbers count, which is older; absent if not.
        #[serde(default, skip_serializing_if = "is_false")]
        partial: bool,
    }
    /// A page of one's own agents.
    struct OwnAgentPage {
        /// The agents, in the order of their names.
        agents: Vec<OwnAgentView>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
    /// A page of what an organisation and its agents said.
    struct ActivityPage {
        /// The statements, newest first.
        statements: Vec<ActView>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
}
