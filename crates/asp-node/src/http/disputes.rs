//! Disputes, for the two sides, their organisations and who rules.

use std::sync::Arc;

use asp_client::api::{DisputePage, DisputeView, MessagePage};
use asp_core::name::StreamId;
use asp_core::rejection::Code;
use asp_store::Reader;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::Response;

use super::consents::Which;
use super::extract::{self, Id, Network, Params};
use super::messages::{self, Question};
use super::problem::Denial;
use super::sessions::WhichMessages;
use super::{App, plain};
use crate::auth::{Access, Credentials};

/// Disputes of the largest page; each is read from its statements.
const PAGE_MAX: usize = 100;

/// List one's disputes.
#[utoipa::path(get, path = "/v1/disputes", tag = "disputes", params(Which),
    responses((status = 200, description = "The disputes that the caller filed, answers or rules, those filed last first",
        body = DisputePage)),
    security(("dpop" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Params(which): Params<Which>,
) -> Result<Json<DisputePage>, Denial> {
    let size = extract::page_size(which.page_size, PAGE_MAX)?;
    let before = extract::place(which.page_token.as_deref())?;
    let now = app.clock.now();
    let read = move |reader: &Reader<'_>, access: &Access| {
        let found = reader.disputes(&access.tenant, size.saturating_add(1), before)?;
        let found = found.iter().map(|(at, dispute)| (*at, DisputeView::of(dispute, now))).collect();
        let (disputes, next_page_token) = extract::page(found, size);
        Ok(DisputePage { disputes, next_page_token })
    };
    app.read_as(credentials, read).await.map(Json)
}

/// See a dispute: claim, answer, exhibits, offers and rulings on one page.
#[utoipa::path(get, path = "/v1/disputes/{id}", tag = "disputes",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The dispute as it stands", body = DisputeView)),
    security(("dpop" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
) -> Result<Json<DisputeView>, Denial> {
    let now = app.clock.now();
    let read = move |reader: &Reader<'_>, access: &Access| {
        let dispute = reader.dispute(&access.tenant, &id)?.ok_or(Code::NotFound)?;
        Ok(DisputeView::of(&dispute, now))
    };
    app.read_as(credentials, read).await.map(Json)
}

/// Read what was said in a dispute.
#[utoipa::path(get, path = "/v1/disputes/{id}/statements", tag = "disputes",
    params(("id" = String, Path, description = "64 hexadecimal digits"), WhichMessages),
    responses((status = 200, description = "The statements in order, byte for byte", body = MessagePage)),
    security(("dpop" = [])))]
pub(super) async fn statements(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
    Network(network): Network,
    Params(which): Params<WhichMessages>,
) -> Result<Json<MessagePage>, Denial> {
    let question = Question {
        stream: StreamId::Dispute(id),
        after: which.after,
        limit: extract::page_size(which.limit, usize::MAX)?,
        wait: extract::wait(which.wait_seconds)?,
        unknown: Code::NotFound,
        network,
    };
    messages::page(&app, Some(credentials), question).await.map(Json)
}

/// Get the proof of a case.
///
/// One file with the session, the dispute, keys, receipts and proofs: `assent verify` checks it offline. For who may read
/// both, so for who rules until the dispute has ended.
#[utoipa::path(get, path = "/v1/disputes/{id}/bundle", tag = "disputes",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The bundle, canonical JSON", body = serde_json::Value)),
    security(("dpop" = [])))]
pub(super) async fn bundle(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
) -> Result<Response, Denial> {
    let read = move |reader: &Reader<'_>, access: &Access| {
        Ok(reader.case(&access.tenant, &id)?.ok_or(Code::NotFound)?)
    };
    let mut response = plain("application/json", app.read_as(credentials, read).await?);
    let name = format!("attachment; filename=\"dispute-{}.json\"", id.to_hex());
    // The digits of a hash are letters of any header.
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
