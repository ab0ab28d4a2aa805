//! Traces of sessions as spans of OpenTelemetry, in the JSON of OTLP/HTTP 1.x, and the way to a collector.
//!
//! A span says who did what and when, never what was said or what it costs: a collector is not a party. Ids follow from
//! the hashes of statements, so that both sides of a session, and whoever exports it twice, name the same spans.

use asp_core::name::Origin;
use asp_core::position::{Hash, LogTime, Position};
use asp_core::session::table::{Guard, State};
use asp_core::session::trace::{SessionTrace, TraceStep, TraceWait, WaitEnd};
use serde::{Deserialize, Serialize};

use crate::{Error, transport};

/// Where a collector takes spans, behind its address (OTLP §4.3.1).
const PATH: &str = "/v1/traces";
/// Bytes of the longest answer of a collector that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// `SPAN_KIND_INTERNAL`.
const INTERNAL: u32 = 1;
/// `STATUS_CODE_ERROR`.
const FAILED: u32 = 2;
/// Nanoseconds in a millisecond.
const NANOS: u128 = 1_000_000;

/// Declares a message of OTLP as its JSON has it.
macro_rules! messages {
    ($($(#[$doc:meta])* struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {$(
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        $(#[$doc])*
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )+};
}

messages! {
    /// `ExportTraceServiceRequest`.
    struct ExportRequest {
        /// Spans by what made them.
        resource_spans: Vec<ResourceSpans>,
    }
    /// `ResourceSpans`.
    struct ResourceSpans {
        /// What made them.
        resource: Resource,
        /// The spans.
        scope_spans: Vec<ScopeSpans>,
    }
    /// `Resource`.
    struct Resource {
        /// What it is.
        attributes: Vec<KeyValue>,
    }
    /// `ScopeSpans`.
    struct ScopeSpans {
        /// By what means they were made.
        scope: Scope,
        /// The spans.
        spans: Vec<Span>,
    }
    /// `InstrumentationScope`.
    struct Scope {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
    }
    /// `Span`.
    struct Span {
        /// 32 hexadecimal digits.
        trace_id: String,
        /// 16 hexadecimal digits.
        span_id: String,
        /// The span that it is a part of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent_span_id: Option<String>,
        /// What happened.
        name: String,
        /// `SpanKind` as its number.
        kind: u32,
        /// When it began: nanoseconds since 1970, in decimal digits.
        start_time_unix_nano: String,
        /// When it ended.
        end_time_unix_nano: String,
        /// What is known of it.
        attributes: Vec<KeyValue>,
        /// What happened within it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        events: Vec<SpanEvent>,
        /// Spans of other traces that it belongs to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        links: Vec<SpanLink>,
        /// Whether it went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<SpanStatus>,
    }
    /// `Span.Event`.
    struct SpanEvent {
        /// When.
        time_unix_nano: String,
        /// What.
        name: String,
        /// What is known of it.
        attributes: Vec<KeyValue>,
    }
    /// `Span.Link`.
    struct SpanLink {
        /// The other trace.
        trace_id: String,
        /// The span in it.
        span_id: String,
    }
    /// `Status`.
    struct SpanStatus {
        /// `StatusCode` as its number.
        code: u32,
        /// Why.
        message: String,
    }
    /// `KeyValue`.
    struct KeyValue {
        /// The attribute.
        key: String,
        /// Its value.
        value: AnyValue,
    }
    /// What a collector answers: `ExportTraceServiceResponse`.
    struct ExportResponse {
        /// What it did not take.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        partial_success: Option<PartialSuccess>,
    }
    /// `ExportTracePartialSuccess`.
    struct PartialSuccess {
        /// How many spans, in decimal digits or as a number.
        #[serde(default)]
        rejected_spans: serde_json::Value,
        /// Why.
        #[serde(default)]
        error_message: String,
    }
    /// `ArrayValue`.
    struct ArrayValue {
        /// Its values.
        values: Vec<AnyValue>,
    }
}

/// `AnyValue`, as far as it is used here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AnyValue {
    /// Text.
    StringValue(String),
    /// A number, in decimal digits.
    IntValue(String),
    /// Several.
    ArrayValue(ArrayValue),
}

impl ExportRequest {
    /// Spans of one log.
    #[must_use]
    pub fn of(origin: &Origin, spans: Vec<Span>) -> Self {
        let resource =
            Resource { attributes: vec![text("service.name", "assent"), text("asp.log.origin", origin)] };
        let (name, version) = ("assent".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        let scope_spans = vec![ScopeSpans { scope: Scope { name, version }, spans }];
        Self { resource_spans: vec![ResourceSpans { resource, scope_spans }] }
    }

    /// How many spans it has.
    #[must_use]
    pub fn count(&self) -> usize {
        let scopes = self.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
        scopes.map(|scope| scope.spans.len()).sum()
    }
}

/// The spans of a session: one of each statement, of each wait that has ended, and of the session.
///
/// With `from` only those that ended at this place of the log or later; that of the session only if it ended there.
#[must_use]
pub fn spans(trace: &SessionTrace, from: Option<Position>) -> Vec<Span> {
    let root = Root::of(trace);
    let fresh = |step: &&TraceStep| from.is_none_or(|from| step.log_index >= from);
    let steps: Vec<&TraceStep> = trace.steps.iter().filter(fresh).collect();
    let ends = |step: &&TraceStep| !is_over(step.before) && is_over(step.after);
    let whole = from.is_none() || steps.iter().any(ends);
    let waits = trace
        .waits
        .iter()
        .filter(|wait| wait.ended_by.is_some_and(|by| steps.iter().any(|step| step.hash == by)));
    let whole = whole.then(|| root.session(trace));
    let said = steps.iter().map(|step| root.statement(trace, step));
    whole.into_iter().chain(said).chain(waits.map(|wait| root.wait(wait))).collect()
}

/// Sends spans to a collector: `url` is its address, with or without `/v1/traces`. Says how many it took.
///
/// For addresses that who runs this program chose.
///
/// # Errors
/// [`Error::Unreachable`] when nobody answers, [`Error::BadAnswer`] for anything but success.
pub async fn send(url: &str, request: &ExportRequest) -> Result<usize, Error> {
    let base = url.trim_end_matches('/');
    let address = if base.ends_with(PATH) { base.to_owned() } else { format!("{base}{PATH}") };
    let body = serde_json::to_vec(request).map_err(Error::bad)?;
    let answer = transport::post_document(&address, body, ANSWER_BYTES_MAX).await?;
    let response: ExportResponse =
        serde_json::from_slice(&answer).unwrap_or(ExportResponse { partial_success: None });
    let rejected = response.partial_success.map_or(0, |partial| number(&partial.rejected_spans));
    Ok(request.count().saturating_sub(rejected))
}

/// A number of 64 bits, as the JSON of Protocol Buffers writes it.
fn number(value: &serde_json::Value) -> usize {
    let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0)
}

/// The ids of a session's spans.
struct Root {
    session: Hash,
    trace: String,
    span: String,
    /// The span of somebody else that the invitation names.
    parent: Option<String>,
}

impl Root {
    /// A session whose invitation belongs to a trace belongs to that; others are traces of their own.
    fn of(trace: &SessionTrace) -> Self {
        let digits = trace.session.to_hex();
        let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default().to_owned();
        let asked = trace.steps.first().and_then(context);
        let (other, parent) = asked.unzip();
        Self {
            session: trace.session,
            trace: other.unwrap_or_else(|| part(0..32)),
            span: part(32..48),
            parent,
        }
    }

    fn session(&self, trace: &SessionTrace) -> Span {
        let last = trace.steps.last().map_or(trace.opened_at, |step| step.log_time);
        let mut attributes = vec![
            text("gen_ai.operation.name", "invoke_agent"),
            text("gen_ai.conversation.id", self.session.to_hex()),
            text("gen_ai.agent.id", &trace.initiator),
            text("asp.session.id", self.session.to_hex()),
            text("asp.session.state", trace.state),
            text("asp.capability", &trace.capability),
            integer("asp.statements", trace.steps.len()),
            integer("asp.log.index", trace.opened.0),
        ];
        attributes.extend(trace.end.as_ref().map(|end| text("asp.session.reason", end.code)));
        let failed = trace.end.as_ref().filter(|_| trace.state == State::Failed);
        Span {
            trace_id: self.trace.clone(),
            span_id: self.span.clone(),
            parent_span_id: self.parent.clone(),
            name: format!("session {}", trace.capability),
            kind: INTERNAL,
            start_time_unix_nano: nanos(trace.opened_at),
            end_time_unix_nano: nanos(last),
            attributes,
            events: trace.steps.iter().filter(|step| step.before != step.after).map(entered).collect(),
            links: Vec::new(),
            status: failed.map(|end| SpanStatus { code: FAILED, message: end.code.to_string() }),
        }
    }

    fn statement(&self, trace: &SessionTrace, step: &TraceStep) -> Span {
        // The invitation's own context is the parent of the whole session.
        let context = context(step).filter(|_| step.hash != trace.session);
        let within = context.as_ref().filter(|(trace, _)| *trace == self.trace).map(|(_, span)| span.clone());
        let outside = context.filter(|(trace, _)| *trace != self.trace);
        Span {
            trace_id: self.trace.clone(),
            span_id: span_of(&step.hash),
            parent_span_id: Some(within.unwrap_or_else(|| self.span.clone())),
            name: named(step),
            kind: INTERNAL,
            start_time_unix_nano: nanos(step.log_time),
            end_time_unix_nano: nanos(step.log_time),
            attributes: self.said(step),
            events: step.obligations.iter().map(|it| obligation(step, it)).collect(),
            links: outside.map(|(trace_id, span_id)| SpanLink { trace_id, span_id }).into_iter().collect(),
            status: None,
        }
    }

    fn said(&self, step: &TraceStep) -> Vec<KeyValue> {
        let mut all = vec![
            text("gen_ai.conversation.id", self.session.to_hex()),
            text("asp.session.id", self.session.to_hex()),
            text("asp.statement.hash", step.hash),
            text("asp.statement.type", step.performative),
            integer("asp.statement.sequence", step.sequence.0),
            integer("asp.log.index", step.log_index.0),
            text("asp.issuer", &step.issuer),
            text("asp.role", step.role),
            text("asp.state.before", step.before),
            text("asp.state.after", step.after),
        ];
        all.extend(step.issuer.agent().map(|agent| text("gen_ai.agent.id", agent)));
        all.extend(step.principal.as_ref().map(|principal| text("asp.principal", principal)));
        all.extend(step.kind.as_ref().map(|kind| text("asp.statement.kind", kind)));
        all.extend(step.in_reply_to.map(|asked| text("asp.statement.in_reply_to", asked)));
        let tokens = step.usage.as_ref().and_then(|usage| usage.tokens);
        all.extend(tokens.map(|tokens| integer("asp.usage.tokens", tokens)));
        if !step.guards.is_empty() {
            let guards = step.guards.iter().map(|guard: &Guard| AnyValue::StringValue(guard.to_string()));
            let value = AnyValue::ArrayValue(ArrayValue { values: guards.collect() });
            all.push(KeyValue { key: "asp.guards".to_owned(), value });
        }
        all
    }

    fn wait(&self, wait: &TraceWait) -> Span {
        let ended = wait.ended_at.unwrap_or(wait.since);
        let end = wait.end.map(|end| match end {
            WaitEnd::Answered => "answered",
            WaitEnd::Lapsed => "lapsed",
            WaitEnd::Overtaken => "overtaken",
        });
        let mut attributes = vec![
            text("gen_ai.conversation.id", self.session.to_hex()),
            text("asp.session.id", self.session.to_hex()),
            text("asp.wait.for", wait.what.as_str()),
            text("asp.wait.by", &wait.by),
            text("asp.wait.of", &wait.of),
        ];
        attributes.extend(end.map(|end| text("asp.wait.end", end)));
        let lapsed = wait.end == Some(WaitEnd::Lapsed);
        Span {
            trace_id: self.trace.clone(),
            span_id: span_of(&Hash::of(&[b"wait\n", wait.asked.as_bytes(), wait.of.to_string().as_bytes()])),
            parent_span_id: Some(span_of(&wait.asked)),
            name: format!("await {}", wait.what.as_str()),
            kind: INTERNAL,
            start_time_unix_nano: nanos(wait.since),
            end_time_unix_nano: nanos(ended),
            attributes,
            events: Vec::new(),
            links: Vec::new(),
            status: lapsed
                .then(|| SpanStatus { code: FAILED, message: "nobody answered in time".to_owned() }),
        }
    }
}

const fn is_over(state: State) -> bool {
    matches!(state, State::Closed | State::Failed)
}

/// The id of a statement's span.
fn span_of(hash: &Hash) -> String {
    hash.to_hex().get(..16).unwrap_or_default().to_owned()
}

/// The trace and the span that a statement belongs to, if it names some that can be (W3C Trace Context §3.2.2).
fn context(step: &TraceStep) -> Option<(String, String)> {
    let mut parts = step.traceparent.as_deref()?.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let means = |digits: &str| digits.bytes().any(|digit| digit != b'0');
    (version != "ff" && means(trace) && means(span)).then(|| (trace.to_owned(), span.to_owned()))
}

fn named(step: &TraceStep) -> String {
    match &step.kind {
        Some(kind) => format!("{} {kind}", step.performative),
        None => step.performative.to_string(),
    }
}

fn entered(step: &TraceStep) -> SpanEvent {
    let attributes = vec![text("asp.state.before", step.before), text("asp.state.after", step.after)];
    SpanEvent { time_unix_nano: nanos(step.log_time), name: "asp.state".to_owned(), attributes }
}

fn obligation(step: &TraceStep, it: &asp_core::session::trace::TraceObligation) -> SpanEvent {
    let mut attributes = vec![
        text("asp.commitment.id", it.commitment.to_hex()),
        text("asp.obligation.id", &it.obligation),
        text("asp.obligation.debtor", &it.debtor),
        text("asp.obligation.state", &it.after),
    ];
    attributes.extend(it.stage.as_ref().map(|stage| text("asp.obligation.stage", stage)));
    SpanEvent { time_unix_nano: nanos(step.log_time), name: "asp.obligation".to_owned(), attributes }
}

fn text(key: &str, value: impl ToString) -> KeyValue {
    KeyValue { key: key.to_owned(), value: AnyValue::StringValue(value.to_string()) }
}

fn integer(key: &str, value: impl ToString) -> KeyValue {
    KeyValue { key: key.to_owned(), value: AnyValue::IntValue(value.to_string()) }
}

fn nanos(time: LogTime) -> String {
    (u128::from(time.millis()) * NANOS).to_string()
}

#[cfg(test)]
mod tests;
