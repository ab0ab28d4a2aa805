//! Everything that an agent or an organisation reads, as it comes: over server-sent events and over a WebSocket.

use std::sync::Arc;

use asp_core::position::Position;
use asp_core::rejection::Code;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::App;
use super::extract::{self, Network, Params};
use super::problem::Denial;
use crate::auth::Credentials;
use crate::delivery::sse::{self, Source};

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
