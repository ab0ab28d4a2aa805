//! An entry of the log as what is delivered: a CloudEvent in JSON, and the id under which it is delivered once.
//! Knows nothing of who receives it.

use asp_client::api::Message;
use asp_core::name::{Origin, StreamKind};
use asp_core::position::{LogTime, Position};
use asp_core::statement::Kind;
use asp_store::webhooks::{Webhook, WebhookId};
use asp_store::{Entry, Fault};
use serde::Serialize;

use crate::http::message;

/// The kind of what is delivered: a CloudEvent in structured mode (CloudEvents 1.0, HTTP binding §3.2).
pub(crate) const KIND: &str = "application/cloudevents+json";
/// The version of CloudEvents.
const VERSION: &str = "1.0";
/// The type of an event that says nothing.
const TEST: &str = "asp.webhook.test";

/// A CloudEvent, its members as the specification names them.
#[derive(Serialize)]
struct CloudEvent<'a, T> {
    specversion: &'static str,
    id: String,
    source: String,
    r#type: String,
    subject: String,
    time: LogTime,
    datacontenttype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracestate: Option<&'a str>,
    data: T,
}

/// What a test says.
#[derive(Serialize)]
struct Test {
    webhook: String,
}

/// Something to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Where the log has it.
    pub(crate) position: Position,
    /// What is signed and sent.
    pub(crate) body: Vec<u8>,
}

/// Whether a webhook is for an entry.
pub(crate) fn wanted(webhook: &Webhook, entry: &Entry) -> bool {
    let statement = entry.statement.statement();
    wants(webhook, statement.stream.kind(), statement.kind)
}

/// Whether a webhook is for statements of a type in streams of a kind.
pub(crate) fn wants(webhook: &Webhook, stream: StreamKind, kind: Kind) -> bool {
    let any_stream = webhook.streams.is_empty() || webhook.streams.contains(&stream);
    let any_type = webhook.types.is_empty() || webhook.types.contains(&kind);
    any_stream && any_type
}

/// An entry as an event. The log and the position name it, whoever it is delivered to.
///
/// # Errors
/// What is stored is no JSON.
pub(crate) fn of(entry: &Entry, log: &Origin) -> Result<Event, Fault> {
    let statement = entry.statement.statement();
    let trace = statement.trace.as_ref();
    let event: CloudEvent<'_, Message> = CloudEvent {
        specversion: VERSION,
        id: entry.point.index.to_string(),
        source: source(log),
        r#type: format!("asp.{}", statement.kind.as_str()),
        subject: statement.stream.to_string(),
        time: entry.point.time,
        datacontenttype: "application/json",
        traceparent: trace.map(|trace| trace.traceparent.as_str()),
        tracestate: trace.and_then(|trace| trace.tracestate.as_deref()),
        data: message(entry)?,
    };
    Ok(Event { position: entry.point.index, body: bytes(&event) })
}

/// An event that shows that a receiver is there and can check what it receives: its id and what is sent.
pub(crate) fn test(webhook: WebhookId, log: &Origin, now: LogTime) -> (String, Vec<u8>) {
    let id = format!("{webhook}-test-{}", now.millis());
    let event = CloudEvent {
        specversion: VERSION,
        id: id.clone(),
        source: source(log),
        r#type: TEST.to_owned(),
        subject: format!("webhook:{webhook}"),
        time: now,
        datacontenttype: "application/json",
        traceparent: None,
        tracestate: None,
        data: Test { webhook: webhook.to_string() },
    };
    (id, bytes(&event))
}

/// The `webhook-id` of an event: the same whenever it is delivered to the same, so that who gets it twice can tell.
pub(crate) fn id(webhook: WebhookId, position: Position) -> String {
    format!("{webhook}-{position}")
}

fn source(log: &Origin) -> String {
    format!("urn:asp:log:{log}")
}

fn bytes(event: &impl Serialize) -> Vec<u8> {
    // Texts, numbers and JSON as it was received: nothing of it fails.
    serde_json::to_vec(event).unwrap_or_default()
}
