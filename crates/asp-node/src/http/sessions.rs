//! Sessions, for those who take part in them.

use asp_client::api::{MessagePage, Problem, SessionPage, SessionSummary, SessionView};
use asp_core::log::receipt::Receipt;
use asp_core::name::StreamId;
use asp_core::position::{Position, Sequence};
use asp_core::rejection::Code;
use asp_store::SessionQuery;
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::{Answer, Caller, Params, State, id, page_size, statements, wait_until};
use crate::delivery::sse;

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListParams {
    /// Only sessions that moved since the log had this size.
    after: Option<u64>,
    /// How long to wait for one, 0 to 30 seconds.
    wait_seconds: Option<u64>,
    /// How many at most.
    page_size: Option<usize>,
    /// The page after one that was read before.
    page_token: Option<u64>,
}

/// The caller's sessions, those moved last first; with `waitSeconds`, as soon as one moved since `after`.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", params(ListParams), security(("dpop" = [])),
    responses((status = 200, description = "Sessions", body = SessionPage),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn list(
    state: State,
    Caller(tenant): Caller,
    Params(params): Params<ListParams>,
) -> Answer<Json<SessionPage>> {
    let (limit, until) = (page_size(params.page_size)?, wait_until(params.wait_seconds)?);
    let mut woken = state.hub.sessions();
    loop {
        woken.mark_unchanged();
        let by = tenant.clone();
        let query = SessionQuery {
            moved_since: params.after.unwrap_or(0),
            limit,
            before: params.page_token.map(Position),
        };
        let (rows, size) =
            state.read(move |reader| Ok((reader.sessions(&by, query)?, reader.size()?))).await?;
        if rows.is_empty() && state.wait(&mut woken, until).await {
            continue;
        }
        let next_page_token = rows.last().filter(|_| rows.len() >= limit).map(|row| row.position.to_string());
        let sessions = rows
            .into_iter()
            .map(|row| SessionSummary {
                id: row.id,
                state: row.state,
                capability: row.capability,
                initiator: row.initiator,
                opened_at: row.opened_at,
                updated_at: row.updated_at,
                position: row.position,
            })
            .collect();
        return Ok(Json(SessionPage { sessions, next_page_token, size }));
    }
}

/// A session as it stands.
#[utoipa::path(get, path = "/v1/sessions/{id}", tag = "sessions", security(("dpop" = [])),
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The session", body = SessionView),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn show(
    state: State,
    Caller(tenant): Caller,
    Path(text): Path<String>,
) -> Answer<Json<SessionView>> {
    let id = id(&text)?;
    let found = state.read(move |reader| reader.session(&tenant, &id)).await?;
    Ok(Json(SessionView::from(&found.ok_or(Code::NotFound)?)))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MessagesParams {
    /// Only statements after this sequence.
    after: Option<u64>,
    /// How many at most.
    limit: Option<usize>,
    /// How long to wait for one, 0 to 30 seconds.
    wait_seconds: Option<u64>,
}

/// What was said in a session.
#[utoipa::path(get, path = "/v1/sessions/{id}/messages", tag = "sessions", security(("dpop" = [])),
    params(MessagesParams, ("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "Statements in order", body = MessagePage),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn messages(
    state: State,
    Caller(tenant): Caller,
    Path(text): Path<String>,
    Params(params): Params<MessagesParams>,
) -> Answer<Json<MessagePage>> {
    let stream = StreamId::Session(id(&text)?);
    let MessagesParams { after, limit, wait_seconds } = params;
    let (limit, wait) = (page_size(limit)?, wait_until(wait_seconds)?);
    statements::page(&state, Some(tenant), stream, after.map(Sequence), limit, wait).await
}

/// Say something in a session: as `POST /v1/statements`, and the statement has to be of this session.
#[utoipa::path(post, path = "/v1/sessions/{id}/messages", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    request_body(content = Object, description = "`{\"statement\": …, \"signatures\": […]}`"),
    responses((status = 202, description = "The receipt", body = Object),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn post(
    state: State,
    Path(text): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<(StatusCode, Json<Receipt>)> {
    let stream = StreamId::Session(id(&text)?);
    statements::take(&state, &headers, body, Some(stream)).await
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EventsParams {
    /// Only statements after this sequence; `Last-Event-ID` goes before it.
    after: Option<u64>,
}

/// What is said in a session, as server-sent events: `id` is the sequence, `data` a message.
#[utoipa::path(get, path = "/v1/sessions/{id}/events", tag = "sessions", security(("dpop" = [])),
    params(EventsParams, ("id" = String, Path, description = "64 hexadecimal digits"),
        ("Last-Event-ID" = Option<u64>, Header, description = "The sequence of the last event that was received")),
    responses((status = 200, description = "Events", body = String, content_type = "text/event-stream"),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn events(
    state: State,
    Caller(tenant): Caller,
    Path(text): Path<String>,
    Params(params): Params<EventsParams>,
    headers: HeaderMap,
) -> Answer<impl IntoResponse> {
    let stream = StreamId::Session(id(&text)?);
    let after = match headers.get("last-event-id") {
        Some(value) => {
            let text = value.to_str().map_err(|_| Code::InvalidQuery)?;
            Some(text.parse().map_err(|_| Code::InvalidQuery)?)
        }
        None => params.after,
    };
    let woken = state.hub.subscribe(&stream).ok_or(Code::Overloaded)?;
    let of = stream.clone();
    let readable = state.read(move |reader| reader.may_read(Some(&tenant), &of)).await?;
    if !readable {
        return Err(Code::NotFound.into());
    }
    let axum::extract::State(shared) = state;
    Ok(sse::events(shared, stream, after.map(Sequence), woken))
}
