//! Sessions: lists that wait for news, one session whole, its statements, its events.

use std::sync::Arc;

use asp_client::api::{MessagePage, Problem, SessionPage, SessionSummary, SessionView};
use asp_core::name::StreamId;
use asp_core::position::Sequence;
use asp_core::rejection::Code;
use asp_store::{Admitted, Reader, SessionQuery, SessionRow, Tenant};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use tokio::time::Instant;

use super::App;
use super::extract::{self, Envelope, Id, Network, Params};
use super::messages::{self, Question, moved_before};
use super::problem::Denial;
use super::statements::submit;
use crate::auth::{Access, Credentials};
use crate::delivery::reading::Source;
use crate::delivery::{Topic, sse};

/// Which sessions to list.
#[derive(Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only sessions that moved since the log had this size: the `size` of the answer before.
    pub(super) after: Option<u64>,
    /// Wait up to so many seconds (0 to 30) until one moves, if none has.
    pub(super) wait_seconds: Option<u64>,
    /// How many at most, 1 to 1000; 50 if absent.
    pub(super) page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    pub(super) page_token: Option<String>,
}

/// List one's sessions.
///
/// Those moved last come first. With `after` and `waitSeconds` this answers as soon as a session of the caller moves:
/// a way to wait for invitations.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", params(Which),
    responses((status = 200, description = "Sessions of the caller, or of its organisation's agents",
        body = SessionPage)),
    security(("dpop" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Network(network): Network,
    Params(which): Params<Which>,
) -> Result<Json<SessionPage>, Denial> {
    let size = extract::page_size(which.page_size, usize::MAX)?;
    let wait = extract::wait(which.wait_seconds)?;
    let before = extract::place(which.page_token.as_deref())?;
    let query = SessionQuery { moved_since: which.after.unwrap_or(0), limit: size.saturating_add(1), before };
    let first = move |reader: &Reader<'_>, access: &Access| {
        read(reader, &access.tenant, query).map(|page| (access.clone(), page))
    };
    let (access, page) = app.read_as(credentials, first).await?;
    if !page.sessions.is_empty() || wait.is_zero() {
        return Ok(Json(page));
    }
    let topic = Topic::Sessions(access.tenant.clone());
    let subscription = app.hub.subscribe(topic, app.who(Some(&access), network))?;
    let until = Instant::now() + wait;
    // Each turn waits for a wake-up or the end of the time.
    loop {
        let (reading, access) = (Arc::clone(&app), access.clone());
        let again = move |reader: &Reader<'_>| {
            reading.auth.check(reader, &access)?;
            read(reader, &access.tenant, query)
        };
        let page = app.reads.run(again).await?;
        if !page.sessions.is_empty() || !moved_before(&app, &subscription, until).await {
            return Ok(Json(page));
        }
    }
}

fn read(reader: &Reader<'_>, tenant: &Tenant, query: SessionQuery) -> Result<SessionPage, Denial> {
    let rows = reader.sessions(tenant, query)?;
    let rows = rows.into_iter().map(|row| (row.position, summary(row))).collect();
    let (sessions, next_page_token) = extract::page(rows, query.limit.saturating_sub(1));
    Ok(SessionPage { sessions, next_page_token, size: reader.size()? })
}

fn summary(row: SessionRow) -> SessionSummary {
    let SessionRow { id, state, capability, initiator, opened_at, updated_at, position } = row;
    SessionSummary { id, state, capability, initiator, opened_at, updated_at, position }
}

/// See a session.
#[utoipa::path(get, path = "/v1/sessions/{id}", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The session, whole", body = SessionView)),
    security(("dpop" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
) -> Result<Json<SessionView>, Denial> {
    let now = app.clock.now();
    let read = move |reader: &Reader<'_>, access: &Access| {
        let session = reader.session(&access.tenant, &id)?.ok_or(Code::NotFound)?;
        let Admitted { index, judged_at, floors } = reader.admitted(&session)?;
        let narrowed = reader.narrowed(&session, now)?;
        Ok(SessionView::from(&session).narrowed_by(narrowed).admitted_by(index, judged_at, floors))
    };
    app.read_as(credentials, read).await.map(Json)
}

/// Say something in a session.
///
/// The same as `POST /v1/statements`, for a statement of this very session.
#[utoipa::path(post, path = "/v1/sessions/{id}/messages", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits: the stream that is signed")),
    request_body(content = serde_json::Value, content_type = "application/json", description = "The envelope"),
    responses((status = 202, description = "The receipt, signed by the node", body = serde_json::Value),
        (status = 409, description = "Somebody else spoke first, or a rule forbids it now", body = Problem)))]
pub(super) async fn post_message(
    State(app): State<Arc<App>>,
    Id(id): Id,
    envelope: Envelope,
) -> Result<Response, Denial> {
    submit(&app, envelope, Some(StreamId::Session(id))).await
}

/// Which statements of a session to read.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct WhichMessages {
    /// Only statements after this sequence.
    #[param(value_type = Option<u64>)]
    pub(super) after: Option<Sequence>,
    /// How many at most, 1 to 1000; 50 if absent.
    pub(super) limit: Option<usize>,
    /// Wait up to so many seconds (0 to 30) for a statement if there is none.
    pub(super) wait_seconds: Option<u64>,
}

/// Read a session's statements.
#[utoipa::path(get, path = "/v1/sessions/{id}/messages", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits"), WhichMessages),
    responses((status = 200, description = "The statements in order, byte for byte", body = MessagePage)),
    security(("dpop" = [])))]
pub(super) async fn messages(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
    Network(network): Network,
    Params(which): Params<WhichMessages>,
) -> Result<Json<MessagePage>, Denial> {
    let question = Question {
        stream: StreamId::Session(id),
        after: which.after,
        limit: extract::page_size(which.limit, usize::MAX)?,
        wait: extract::wait(which.wait_seconds)?,
        unknown: Code::NotFound,
        network,
    };
    messages::page(&app, Some(credentials), question).await.map(Json)
}

/// From where on to follow a session.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct From {
    /// Only statements after this sequence; the header `Last-Event-ID` outranks it.
    #[param(value_type = Option<u64>)]
    pub(super) after: Option<Sequence>,
}

/// Follow a session.
///
/// Server-sent events: `id` is the sequence, `event` is `message`, `data` is the message on one line. Resumes exactly
/// after `Last-Event-ID`. Ends with the token; a session that has ended still gets countersignatures.
#[utoipa::path(get, path = "/v1/sessions/{id}/events", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits"), From,
        ("Last-Event-ID" = Option<u64>, Header, description = "The id of the last event that was received")),
    responses((status = 200, description = "The statements as they come", body = String,
        content_type = "text/event-stream")),
    security(("dpop" = [])))]
pub(super) async fn events(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
    Network(network): Network,
    Params(from): Params<From>,
    headers: HeaderMap,
) -> Result<Response, Denial> {
    let after = extract::last_event(&headers)?.map(Sequence).or(from.after);
    sse::events(app, credentials, Source::Stream(StreamId::Session(id), after), network).await
}
