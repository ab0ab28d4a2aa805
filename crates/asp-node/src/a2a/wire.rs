//! What A2A 1.0 says on the wire, as far as it is said here: messages, tasks, events, and errors by their names.
//!
//! Types of our own, since both bindings share the JSON of the proto: unknown members are passed over, `null` is as good
//! as absent. Knows no sessions and no HTTP beyond the numbers of errors.

#![expect(clippy::wildcard_enum_match_arm, reason = "most codes are of what was asked for")]

use asp_core::limits;
use asp_core::rejection::{Code, Rejection};
use asp_core::session::table::State;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use crate::http::problem::Denial;

/// The type of the one detail that every error has.
const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";
/// Whose reasons those of errors are.
const DOMAIN: &str = "a2a-protocol.org";

/// Reads a member of which `null` is as good as its absence.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Declares messages of A2A: every member may be absent, and what is empty is not written.
macro_rules! messages {
    ($($(#[$doc:meta])* struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub(crate) struct $name { $($(#[$field_doc])* #[serde(deserialize_with = "lenient")] pub(crate) $field: $type,)* }
    )+};
}

messages! {
    /// What somebody says to somebody.
    struct Message {
        message_id: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        context_id: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        task_id: String,
        role: Role,
        parts: Vec<Part>,
        #[serde(skip_serializing_if = "Map::is_empty")]
        metadata: Map<String, Value>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        extensions: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        reference_task_ids: Vec<String>,
    }
    /// A part of a message or an artifact: one of text, bytes, an address and data.
    struct Part {
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        raw: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<Value>,
        #[serde(skip_serializing_if = "Map::is_empty")]
        metadata: Map<String, Value>,
        #[serde(skip_serializing_if = "String::is_empty")]
        filename: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        media_type: String,
    }
    /// Something that came of a task.
    struct Artifact {
        artifact_id: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        name: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        description: String,
        parts: Vec<Part>,
        #[serde(skip_serializing_if = "Map::is_empty")]
        metadata: Map<String, Value>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        extensions: Vec<String>,
    }
    /// How a task stands.
    struct Status {
        state: TaskState,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<Message>,
        timestamp: String,
    }
    /// A task.
    struct Task {
        id: String,
        context_id: String,
        status: Status,
        #[serde(skip_serializing_if = "Option::is_none")]
        artifacts: Option<Vec<Artifact>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        history: Option<Vec<Message>>,
        #[serde(skip_serializing_if = "Map::is_empty")]
        metadata: Map<String, Value>,
    }
    /// That a task stands otherwise.
    struct StatusUpdate {
        task_id: String,
        context_id: String,
        status: Status,
    }
    /// That something came of a task.
    struct ArtifactUpdate {
        task_id: String,
        context_id: String,
        artifact: Artifact,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        append: bool,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        last_chunk: bool,
    }
    /// How somebody who is told of a task is authenticated to.
    struct Authentication {
        scheme: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        credentials: String,
    }
    /// Where a client is told of a task.
    struct PushConfig {
        #[serde(skip_serializing_if = "String::is_empty")]
        tenant: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        id: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        task_id: String,
        url: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        token: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        authentication: Option<Authentication>,
    }
    /// How SendMessage is answered.
    struct Configuration {
        task_push_notification_config: Option<PushConfig>,
        history_length: Option<i64>,
        return_immediately: bool,
    }
    /// SendMessage and SendStreamingMessage.
    struct Send {
        message: Option<Message>,
        configuration: Configuration,
    }
    /// Whatever names a task, or what is kept with it.
    struct Named {
        id: String,
        task_id: String,
        history_length: Option<i64>,
    }
    /// ListTasks.
    struct List {
        context_id: String,
        status: String,
        page_size: Option<i64>,
        page_token: String,
        history_length: Option<i64>,
        status_timestamp_after: String,
        include_artifacts: bool,
    }
}

/// Who says something: the client, or the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Role {
    #[default]
    #[serde(rename = "ROLE_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "ROLE_USER")]
    User,
    #[serde(rename = "ROLE_AGENT")]
    Agent,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum TaskState {
    #[default]
    #[serde(rename = "TASK_STATE_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "TASK_STATE_SUBMITTED")]
    Submitted,
    #[serde(rename = "TASK_STATE_WORKING")]
    Working,
    #[serde(rename = "TASK_STATE_COMPLETED")]
    Completed,
    #[serde(rename = "TASK_STATE_FAILED")]
    Failed,
    #[serde(rename = "TASK_STATE_CANCELED")]
    Canceled,
    #[serde(rename = "TASK_STATE_INPUT_REQUIRED")]
    InputRequired,
    #[serde(rename = "TASK_STATE_REJECTED")]
    Rejected,
    #[serde(rename = "TASK_STATE_AUTH_REQUIRED")]
    AuthRequired,
}

impl TaskState {
    /// Whether nothing follows.
    pub(crate) const fn is_terminal(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Canceled | Self::Rejected => true,
            Self::Unspecified
            | Self::Submitted
            | Self::Working
            | Self::InputRequired
            | Self::AuthRequired => false,
        }
    }

    /// Whether the client has no answer to wait for.
    pub(crate) const fn rests(self) -> bool {
        self.is_terminal() || matches!(self, Self::InputRequired | Self::AuthRequired)
    }
}

/// One thing that a client is told; one of the members of A2A's `StreamResponse`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Event {
    Task(Box<Task>),
    StatusUpdate(Box<StatusUpdate>),
    ArtifactUpdate(Box<ArtifactUpdate>),
}

/// A page of ListTasks.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskPage {
    pub(crate) tasks: Vec<Task>,
    pub(crate) next_page_token: String,
    pub(crate) page_size: usize,
    pub(crate) total_size: usize,
}

impl Part {
    /// Words.
    pub(crate) fn of_text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), media_type: "text/plain".to_owned(), ..Self::default() }
    }

    /// Data.
    pub(crate) fn of_data(data: Value) -> Self {
        Self { data: Some(data), media_type: "application/json".to_owned(), ..Self::default() }
    }
}

impl Message {
    /// The words of its parts, one paragraph each.
    pub(crate) fn words(&self) -> String {
        let words: Vec<&str> = self.parts.iter().filter_map(|part| part.text.as_deref()).collect();
        words.join("\n\n")
    }

    /// Checks what every message of a client has to be.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn check(&self) -> Result<(), A2aError> {
        let id = |text: &str| text.len() <= limits::A2A_ID_BYTES_MAX;
        if self.message_id.is_empty() || !id(&self.message_id) {
            return Err(A2aError::params("message.messageId is missing or too long"));
        }
        if !id(&self.context_id) || !id(&self.task_id) {
            return Err(A2aError::params("message.contextId or message.taskId is too long"));
        }
        if self.role != Role::User {
            return Err(A2aError::params("message.role is not ROLE_USER"));
        }
        if self.parts.is_empty() || self.parts.len() > limits::A2A_PARTS_MAX {
            return Err(A2aError::params("message.parts has none, or too many"));
        }
        self.parts.iter().try_for_each(Part::check)
    }
}

impl Part {
    /// Whether it has just one content, as every part of A2A does, and bytes are base64.
    pub(crate) fn is_one(&self) -> bool {
        let has = [self.text.is_some(), self.raw.is_some(), self.url.is_some(), self.data.is_some()];
        has.into_iter().filter(|has| *has).count() == 1 && self.raw.as_deref().is_none_or(is_base64)
    }

    fn check(&self) -> Result<(), A2aError> {
        let unsupported =
            || A2aError::of(Kind::ContentType, "a part is neither text/plain nor application/json");
        let kind = self.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match (&self.text, &self.data, self.raw.is_some() || self.url.is_some()) {
            (Some(_), None, false) if kind.is_empty() || kind.starts_with("text/") => Ok(()),
            (None, Some(_), false) if kind.is_empty() || kind == "application/json" => Ok(()),
            (Some(_), None, false) | (None, Some(_), false) | (None, None, true) => Err(unsupported()),
            (None, None, false) | (Some(_), _, _) | (_, Some(_), _) => {
                Err(A2aError::params("a part has none or several of text, raw, url and data"))
            }
        }
    }
}

/// Whether a text is bytes as ProtoJSON has them: either alphabet, with padding or without.
fn is_base64(text: &str) -> bool {
    let either = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [&alphabet::STANDARD, &alphabet::URL_SAFE]
        .into_iter()
        .any(|alphabet| GeneralPurpose::new(alphabet, either).decode(text).is_ok())
}

/// What an error is, by the names of A2A and JSON-RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Parse,
    Request,
    Method,
    Params,
    Internal,
    TaskNotFound,
    NotCancelable,
    Unsupported,
    ContentType,
    Version,
    /// Who asks has not shown who it is.
    Unauthenticated,
    /// It asks for more than its share.
    TooMuch,
    /// The node has too much to do, or is stopping.
    Busy,
}

impl Kind {
    /// The number in JSON-RPC, the status in HTTP, the word for the status, and the reason.
    pub(crate) const fn row(self) -> (i32, u16, &'static str, &'static str) {
        match self {
            Self::Parse => (-32700, 400, "INVALID_ARGUMENT", "INVALID_REQUEST"),
            Self::Request => (-32600, 400, "INVALID_ARGUMENT", "INVALID_REQUEST"),
            Self::Method => (-32601, 404, "NOT_FOUND", "METHOD_NOT_FOUND"),
            Self::Params => (-32602, 400, "INVALID_ARGUMENT", "INVALID_PARAMS"),
            Self::Internal => (-32603, 500, "INTERNAL", "INTERNAL_ERROR"),
            Self::TaskNotFound => (-32001, 404, "NOT_FOUND", "TASK_NOT_FOUND"),
            Self::NotCancelable => (-32002, 400, "FAILED_PRECONDITION", "TASK_NOT_CANCELABLE"),
            Self::Unsupported => (-32004, 400, "FAILED_PRECONDITION", "UNSUPPORTED_OPERATION"),
            Self::ContentType => (-32005, 400, "INVALID_ARGUMENT", "CONTENT_TYPE_NOT_SUPPORTED"),
            Self::Version => (-32009, 400, "FAILED_PRECONDITION", "VERSION_NOT_SUPPORTED"),
            Self::Unauthenticated => (-32600, 401, "UNAUTHENTICATED", "UNAUTHENTICATED"),
            Self::TooMuch => (-32603, 429, "RESOURCE_EXHAUSTED", "RATE_LIMITED"),
            Self::Busy => (-32603, 503, "UNAVAILABLE", "OVERLOADED"),
        }
    }
}

/// Why a request of an A2A client has no other answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct A2aError {
    pub(crate) kind: Kind,
    detail: String,
    /// The code of our own that says it more exactly.
    code: Option<Code>,
}

impl A2aError {
    pub(crate) fn of(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), code: None }
    }

    pub(crate) fn params(detail: impl Into<String>) -> Self {
        Self::of(Kind::Params, detail)
    }

    /// Nothing that this client may see has this id.
    pub(crate) fn no_task() -> Self {
        Self::of(Kind::TaskNotFound, "there is no such task")
    }

    /// A rule that what the client said breaks.
    pub(crate) fn refused(kind: Kind, rejection: &Rejection) -> Self {
        let code = rejection.code;
        let place = rejection.pointer.as_deref().map(|at| format!(" (at {at})")).unwrap_or_default();
        let detail = format!("{}{place} {}", code.sentence(), code.hint());
        Self { kind, detail, code: Some(code) }
    }

    /// The same error as another.
    pub(crate) fn into_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// What is wrong, for people, with our code before it where there is one.
    pub(crate) fn words(&self) -> String {
        self.code.map_or_else(|| self.detail.clone(), |code| format!("{code}: {}", self.detail))
    }

    fn details(&self) -> Value {
        let (_, _, _, reason) = self.kind.row();
        let code = self.code.map(|code| ("code".to_owned(), json!(code.as_str())));
        let metadata: Map<String, Value> = code.into_iter().collect();
        json!([{ "@type": ERROR_INFO, "reason": reason, "domain": DOMAIN, "metadata": metadata }])
    }

    /// As JSON-RPC has it.
    pub(crate) fn of_rpc(&self) -> Value {
        let (code, ..) = self.kind.row();
        json!({ "code": code, "message": self.words(), "data": self.details() })
    }

    /// As HTTP+JSON has it.
    pub(crate) fn of_http(&self) -> Value {
        let (_, code, status, _) = self.kind.row();
        json!({ "error": { "code": code, "status": status, "message": self.words(), "details": self.details() } })
    }
}

impl From<Denial> for A2aError {
    fn from(denial: Denial) -> Self {
        let rejection = denial.told();
        match rejection.code {
            Code::NotFound | Code::UnknownStream => Self::no_task(),
            Code::Unauthenticated | Code::InvalidToken => Self::refused(Kind::Unauthenticated, &rejection),
            Code::RateLimited => Self::refused(Kind::TooMuch, &rejection),
            Code::Overloaded | Code::Stopping => Self::refused(Kind::Busy, &rejection),
            Code::StorageFault | Code::Internal => Self::refused(Kind::Internal, &rejection),
            Code::UnsupportedMediaType => Self::refused(Kind::ContentType, &rejection),
            Code::NotJson => Self::refused(Kind::Parse, &rejection),
            _ => Self::refused(Kind::Params, &rejection),
        }
    }
}

/// Whether a session has ended.
pub(crate) const fn has_ended(state: State) -> bool {
    matches!(state, State::Closed | State::Failed)
}
