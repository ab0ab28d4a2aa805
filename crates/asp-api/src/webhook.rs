//! The JSON about webhooks: where an organisation has what it may read delivered. Nothing of it is a statement.

use super::*;

/// A webhook to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewWebhook {
    /// Where to deliver: `https` of a public host.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub url: WebAddress,
    /// Only events of streams of these kinds: `session`, `consent`, `dispute`, `account`, `agent`, `org`. All if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streams: Option<BTreeSet<String>>,
    /// Only statements of these types, such as `ACCEPT` or `consent.grant`. All if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<BTreeSet<String>>,
    /// From this position of the log on. From here on if absent; 0 for all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
}

/// How a webhook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum WebhookState {
    /// It delivers what comes.
    Running,
    /// The last attempt failed; there is another soon.
    Waiting,
    /// Several failed in a row: a single event is tried now and then until one is delivered.
    Broken,
    /// Nothing is tried until it is resumed.
    Stopped,
}

impl WebhookState {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Broken => "broken",
            Self::Stopped => "stopped",
        }
    }
}

api! {
    /// A webhook and how it is.
    struct WebhookView {
        /// 32 hexadecimal digits; each `webhook-id` begins with it.
        id: String,
        /// Where to.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        url: WebAddress,
        /// Of streams of these kinds; absent for all.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        streams: BTreeSet<String>,
        /// Statements of these types; absent for all.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        types: BTreeSet<String>,
        /// The public half of the key that signs for this webhook alone: `whpk_` and Base64.
        public_key: String,
        /// When it was made.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        created_at: LogTime,
        /// What stands in the log from here on is still to be delivered.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        next: Position,
        /// How it is.
        state: WebhookState,
        /// Why it is stopped: `gone`, `silent`, `refused`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<String>,
        /// Why the last attempt failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// Attempts in a row that failed.
        failures: u64,
        /// When the next attempt is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        due_at: Option<LogTime>,
        /// Since when nobody has answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        silent_since: Option<LogTime>,
        /// When something was delivered last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        delivered_at: Option<LogTime>,
        /// Events that were put aside.
        dead: u64,
    }
    /// The webhooks of an organisation.
    struct Webhooks {
        /// The first made first.
        webhooks: Vec<WebhookView>,
    }
    /// A webhook that was made.
    struct MadeWebhook {
        /// The webhook.
        webhook: WebhookView,
        /// For receivers that can check no public key: `whsec_` and Base64. It is shown this once.
        secret: String,
    }
    /// The key of a webhook.
    struct WebhookKey {
        /// 32 hexadecimal digits.
        id: String,
        /// The public half of the key that signs for this webhook alone: `whpk_` and Base64.
        public_key: String,
    }
    /// What came of a test.
    struct WebhookTest {
        /// Whether the receiver took it.
        delivered: bool,
        /// Why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The `webhook-id` that it had.
        message: String,
    }
    /// An event that was put aside.
    struct DeadEventView {
        /// Where the log has it.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        position: Position,
        /// How often it was refused.
        attempts: u64,
        /// When it was put aside, or refused last.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        aside_at: LogTime,
        /// How it was refused last.
        error: String,
        /// Whether it is about to be delivered once more.
        again: bool,
    }
    /// Events that were put aside.
    struct DeadEvents {
        /// In the order of the log.
        dead: Vec<DeadEventView>,
    }
    /// What came of asking for events once more.
    struct Replayed {
        /// How many are to be delivered once more.
        count: u64,
    }
}

/// Which events to deliver once more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplayDead {
    /// Their positions; all that were put aside if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<BTreeSet<u64>>,
}
