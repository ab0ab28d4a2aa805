//! Everything that an agent or an organisation reads, as it comes: over server-sent events and over a WebSocket.

use std::sync::Arc;

use asp_client::api::Problem;
use asp_core::position::Position;
use asp_core::rejection::Code;
use asp_store::Reader;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::App;
use super::extract::{self, Held, Network, Params};
use super::problem::Denial;
use crate::auth::{Access, Credentials};
use crate::delivery::reading::Source;
use crate::delivery::{socket, sse};

/// From where on to follow the log.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct From {
    /// The first position of the log that is told, 0 for all there are; the header `Last-Event-ID` outranks it. From now on if
    /// absent.
    from: Option<u64>,
}

/// Follow everything that one reads.
///
/// Server-sent events: `id` is the position in the log, `event` is `message`, `data` is the statement with its place on one line. An
/// agent is told of its own stream and of the consents, sessions and disputes that it reads; an organisation of all that its agents
/// are, of its own stream and of its account. Resumes exactly after `Last-Event-ID`. Of a stream that one begins to read later what
/// comes from there on is told. Ends with the token.
#[utoipa::path(get, path = "/v1/events", tag = "delivery", params(From,
        ("Last-Event-ID" = Option<u64>, Header, description = "The id of the last event that was received")),
    responses((status = 200, description = "The statements as they come", body = String,
        content_type = "text/event-stream")),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn follow(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Network(network): Network,
    Params(asked): Params<From>,
    headers: HeaderMap,
) -> Result<Response, Denial> {
    let from = match (extract::last_event(&headers)?, asked.from) {
        (Some(last), _) => last.checked_add(1).ok_or(Code::InvalidQuery)?,
        (None, Some(from)) => from,
        (None, None) => app.reads.run(|reader| Ok(reader.size()?)).await?,
    };
    sse::events(app, credentials, Source::Feed(Position(from)), network).await
}

/// Open a WebSocket.
///
/// Frames are JSON texts. A client sends `{"id", "submit": envelope}`, `{"id", "subscribe": {"stream", "after"}}`,
/// `{"id", "subscribe": {"search", "after"}}` or `{"id", "subscribe": {"from"}}`, `{"id", "unsubscribe": id}`; `id` is a name of its own. It is answered by the same `id` with
/// `receipt`, `subscribed`, `unsubscribed` or `problem`; statements are taken in one after the other. What is told comes as
/// `{"id", "event", "message"}`, of a saved search as `{"id", "event", "agent"}`: `event` is what to resume after, the sequence of a
/// stream or the position in the log. The node
/// pings every 15 seconds, and cuts off who takes nothing for 30. Ends with the token.
#[utoipa::path(get, path = "/v1/socket", tag = "delivery",
    responses((status = 101, description = "The connection is a WebSocket from here on"),
        (status = 426, description = "The request asks for no WebSocket", body = Problem)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn open(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Network(network): Network,
    Held(place): Held,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Denial> {
    let access = app.read_as(credentials, |_: &Reader<'_>, access: &Access| Ok(access.clone())).await?;
    let upgrade = upgrade.map_err(|_| Code::UpgradeRequired)?;
    let upgrade = upgrade
        .max_message_size(socket::FRAME_BYTES_MAX)
        .max_frame_size(socket::FRAME_BYTES_MAX)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0);
    Ok(upgrade.on_upgrade(move |socket| socket::run(app, access, (network, place), socket)))
}

/// Bytes that an idle connection keeps to read into.
const READ_BUFFER: usize = 4096;
