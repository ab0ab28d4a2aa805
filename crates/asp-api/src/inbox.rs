//! The words of the API about inboxes.

use asp_core::position::{LogTime, Millis, Position};
use serde::{Deserialize, Serialize};

use super::Message;

api! {
    /// What a worker asks for.
    #[serde(deny_unknown_fields)]
    struct LeaseRequest {
        /// How many at most, 1 to 100; 10 if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<usize>,
        /// For how long nobody else is given them, in milliseconds, 1,000 to 3,600,000; 60,000 if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
        lease_ms: Option<Millis>,
        /// Waits up to so many seconds, 0 to 30, if nothing is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait_seconds: Option<u64>,
        /// Where in the log a group begins that is not there yet; at the beginning if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
        from: Option<Position>,
    }
    /// What a worker is given.
    struct LeaseView {
        /// Proves that it was given to this worker; none if nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lease: Option<String>,
        /// When it ends.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        until: LogTime,
        /// The messages, in the order of the log.
        items: Vec<InboxItem>,
    }
    /// A message in an inbox.
    struct InboxItem {
        /// How often it was handed out, this time included.
        attempt: usize,
        /// The statement with its place in the log, by which it is confirmed.
        message: Message,
    }
    /// What was handled.
    #[serde(deny_unknown_fields)]
    struct InboxConfirmation {
        /// The lease that it was given under.
        lease: String,
        /// The positions in the log, 1 to 100.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<u64>))]
        positions: Vec<Position>,
    }
    /// What cannot be handled.
    #[serde(deny_unknown_fields)]
    struct InboxRefusal {
        /// The lease that it was given under.
        lease: String,
        /// Its position in the log.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        position: Position,
        /// Why, in up to 1,024 bytes.
        reason: String,
    }
    /// Names a dead letter.
    #[serde(deny_unknown_fields)]
    struct DeadLetterRef {
        /// Its position in the log.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        position: Position,
    }
    /// A message that was given up.
    struct DeadLetterView {
        /// How often it was handed out.
        attempts: usize,
        /// Why it was given up.
        reason: String,
        /// The statement with its place in the log.
        message: Message,
    }
    /// Dead letters of a group, in the order of the log.
    struct DeadLetterPage {
        /// The letters.
        letters: Vec<DeadLetterView>,
        /// Where to go on; none at the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
    /// How a group of workers stands.
    struct InboxGroup {
        /// Its name.
        name: String,
        /// The first position of the log that it has not looked at.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        next: Position,
        /// When it was made.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        made_at: LogTime,
        /// How many its workers have in hand.
        leased: u64,
        /// How many wait behind those, or come again.
        waiting: u64,
        /// How many it gave up.
        dead: u64,
    }
    /// The groups of an inbox.
    struct InboxView {
        /// The groups, by name.
        groups: Vec<InboxGroup>,
        /// How many entries the log has.
        size: u64,
    }
}
