//! Handing statements in, reading streams, getting a receipt again.

use asp_client::api::{MessagePage, Problem};
use asp_core::log::receipt::Receipt;
use asp_core::name::StreamId;
use asp_core::position::Sequence;
use asp_core::rejection::Code;
use asp_core::statement::ENVELOPE_BYTES_MAX;
use asp_store::Tenant;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::{Answer, Failure, MaybeCaller, Params, State, id, messages, next_after, page_size, wait_until};

/// Media types under which an envelope comes.
const MEDIA_TYPES: [&str; 2] = ["application/json", "application/asp+json"];

/// Hand in a signed statement. No login: a statement authenticates itself. `202` with the receipt once it is durable.
#[utoipa::path(post, path = "/v1/statements", tag = "statements",
    request_body(content = Object, description = "`{\"statement\": …, \"signatures\": […]}`"),
    responses((status = 202, description = "The receipt", body = Object),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn post(
    state: State,
    headers: HeaderMap,
    body: Body,
) -> Answer<(StatusCode, Json<Receipt>)> {
    take(&state, &headers, body, None).await
}

/// Reads, judges, stores: the one way in.
pub(super) async fn take(
    state: &State,
    headers: &HeaderMap,
    body: Body,
    expected: Option<StreamId>,
) -> Answer<(StatusCode, Json<Receipt>)> {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = named.split(';').next().unwrap_or_default().trim();
    if !MEDIA_TYPES.contains(&media_type) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let envelope: Bytes =
        axum::body::to_bytes(body, ENVELOPE_BYTES_MAX).await.map_err(|_| Code::StatementTooLarge)?;
    let statement = state.admission.admit(envelope, expected).await?;
    let receipt = state.store.submit(statement).await?;
    Ok((StatusCode::ACCEPTED, Json(receipt)))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListParams {
    /// The stream, such as `org:acme.example`.
    #[param(value_type = String)]
    stream: StreamId,
    /// Only statements after this sequence.
    after: Option<u64>,
    /// How many at most.
    limit: Option<usize>,
    /// How long to wait for one, 0 to 30 seconds.
    wait_seconds: Option<u64>,
}

/// Read a stream. Those of organisations and agents are public; those of consents and sessions are their parties'.
#[utoipa::path(get, path = "/v1/statements", tag = "statements", params(ListParams),
    responses((status = 200, description = "Statements in order", body = MessagePage),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn list(
    state: State,
    MaybeCaller(tenant): MaybeCaller,
    Params(params): Params<ListParams>,
) -> Answer<Json<MessagePage>> {
    let ListParams { stream, after, limit, wait_seconds } = params;
    let (limit, wait) = (page_size(limit)?, wait_until(wait_seconds)?);
    page(&state, tenant, stream, after.map(Sequence), limit, wait).await
}

/// A page of a stream for whoever may read it, after waiting for something to be on it.
pub(super) async fn page(
    state: &State,
    tenant: Option<Tenant>,
    stream: StreamId,
    after: Option<Sequence>,
    limit: usize,
    until: tokio::time::Instant,
) -> Answer<Json<MessagePage>> {
    let mut woken = state.hub.subscribe(&stream).ok_or(Code::Overloaded)?;
    loop {
        let (of, by) = (stream.clone(), tenant.clone());
        let found = state
            .read(move |reader| match reader.may_read(by.as_ref(), &of)? {
                true => Ok(Some(reader.entries(&of, after, limit)?)),
                false => Ok(None),
            })
            .await?;
        let messages = messages(found.ok_or(Code::UnknownStream)?)?;
        if messages.is_empty() && state.wait(&mut woken, until).await {
            continue;
        }
        let next_after = next_after(&messages, after, limit);
        return Ok(Json(MessagePage { messages, next_after }));
    }
}

/// The receipt of a statement that the caller may read, byte for byte as it was given.
#[utoipa::path(get, path = "/v1/receipts/{statement}", tag = "statements",
    params(("statement" = String, Path, description = "The statement's hash, 64 hexadecimal digits")),
    responses((status = 200, description = "The receipt", body = Object),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn receipt(
    state: State,
    MaybeCaller(tenant): MaybeCaller,
    Path(statement): Path<String>,
) -> Answer<Json<Receipt>> {
    let statement = id(&statement)?;
    let found = state
        .read(move |reader| {
            let Some((receipt, stream)) = reader.receipt(&statement)? else { return Ok(None) };
            Ok(reader.may_read(tenant.as_ref(), &stream)?.then_some(receipt))
        })
        .await?;
    found.map(Json).ok_or_else(|| Failure::from(Code::NotFound))
}
