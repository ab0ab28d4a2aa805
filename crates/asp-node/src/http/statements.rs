//! Statements: taken in from anybody, since each authenticates itself; streams read by who may read them.

use std::sync::Arc;

use asp_client::api::{MessagePage, Problem};
use asp_core::name::StreamId;
use asp_core::position::Sequence;
use asp_core::rejection::Code;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::extract::{Envelope, Network, Params};
use super::messages::{self, Question};
use super::problem::Denial;
use super::{App, extract};
use crate::auth::Credentials;

/// Submit a statement.
///
/// A statement is signed by the party that it binds and needs no login. `202` and the receipt mean that it is
/// durable and has its place in the log; they are no ACCEPT of anybody. The same bytes get the same receipt again.
/// The envelope may come as `application/asp+msgpack` too.
#[utoipa::path(post, path = "/v1/statements", tag = "statements",
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "The envelope: `{\"statement\": {…}, \"signatures\": [{\"keyId\", \"alg\", \"value\"}]}`"),
    responses((status = 202, description = "The receipt, signed by the node", body = serde_json::Value),
        (status = 409, description = "Somebody else spoke first, or a rule forbids it now", body = Problem)))]
pub(super) async fn post(State(app): State<Arc<App>>, envelope: Envelope) -> Result<Response, Denial> {
    submit(&app, envelope, None).await
}

/// Takes a statement in; `expected` is the stream that the address names.
pub(super) async fn submit(
    app: &App,
    Envelope { bytes, encoding, from, share }: Envelope,
    expected: Option<StreamId>,
) -> Result<Response, Denial> {
    if app.is_stopping() {
        return Err(Denial::Stopping);
    }
    let receipt = app.admission.admit((bytes, encoding), expected, (from, share)).await?;
    Ok((StatusCode::ACCEPTED, Json(receipt)).into_response())
}

/// Which statements to read.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The stream, such as `org:acme.example` or `session:<64 hexadecimal digits>`.
    #[param(value_type = String)]
    stream: StreamId,
    /// Only statements after this sequence.
    #[param(value_type = Option<u64>)]
    after: Option<Sequence>,
    /// How many at most, 1 to 1000; 50 if absent.
    limit: Option<usize>,
    /// Wait up to so many seconds (0 to 30) for a statement if there is none.
    wait_seconds: Option<u64>,
}

/// Read a stream.
///
/// Streams of organisations and agents are public; those of consents, sessions and disputes need the token of a party,
/// that of an account the token of its organisation.
#[utoipa::path(get, path = "/v1/statements", tag = "statements", params(Which),
    responses((status = 200, description = "The statements in order, byte for byte", body = MessagePage)),
    security((), ("dpop" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    credentials: Option<Credentials>,
    Network(network): Network,
    Params(which): Params<Which>,
) -> Result<Json<MessagePage>, Denial> {
    let public = match which.stream {
        StreamId::Org(_) | StreamId::Agent(_) => true,
        StreamId::Consent(_) | StreamId::Session(_) | StreamId::Account(_) | StreamId::Dispute(_) => false,
    };
    if !public && credentials.is_none() {
        return Err(Code::Unauthenticated.into());
    }
    let question = Question {
        stream: which.stream,
        after: which.after,
        limit: extract::page_size(which.limit, usize::MAX)?,
        wait: extract::wait(which.wait_seconds)?,
        unknown: Code::UnknownStream,
        network,
    };
    messages::page(&app, credentials, question).await.map(Json)
}
