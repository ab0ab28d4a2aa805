//! Commitments, for who signed them and who may read their session.

use std::sync::Arc;

use asp_client::api::{CommitmentPage, CommitmentView};
use asp_core::rejection::Code;
use asp_store::Reader;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::Response;

use super::consents::Which;
use super::extract::{self, Id, Params};
use super::problem::Denial;
use super::{App, plain};
use crate::auth::{Access, Credentials};

/// Commitments of the largest page; each is read from its session's statements.
const PAGE_MAX: usize = 100;

/// List one's commitments.
#[utoipa::path(get, path = "/v1/commitments", tag = "commitments", params(Which),
    responses((status = 200, description = "The commitments that the caller signed, newest first",
        body = CommitmentPage)),
    security(("dpop" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Params(which): Params<Which>,
) -> Result<Json<CommitmentPage>, Denial> {
    let size = extract::page_size(which.page_size, PAGE_MAX)?;
    let before = extract::place(which.page_token.as_deref())?;
    let now = app.clock.now();
    let read = move |reader: &Reader<'_>, access: &Access| {
        let found = reader.commitments(&access.tenant, size.saturating_add(1), before)?;
        let found = found
            .iter()
            .map(|(at, session, commitment)| (*at, CommitmentView::of(*session, commitment, now)))
            .collect();
        let (commitments, next_page_token) = extract::page(found, size);
        Ok(CommitmentPage { commitments, next_page_token })
    };
    app.read_as(credentials, read).await.map(Json)
}

/// See a commitment.
#[utoipa::path(get, path = "/v1/commitments/{id}", tag = "commitments",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The commitment as it stands", body = CommitmentView)),
    security(("dpop" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
) -> Result<Json<CommitmentView>, Denial> {
    let now = app.clock.now();
    let read = move |reader: &Reader<'_>, access: &Access| {
        let (session, found) = reader.commitment(&access.tenant, &id)?.ok_or(Code::NotFound)?;
        let commitment = found.commitments().get(&id).ok_or(Code::NotFound)?;
        Ok(CommitmentView::of(session, commitment, now))
    };
    app.read_as(credentials, read).await.map(Json)
}

/// Get the proof of a commitment.
///
/// One file with the statements, keys, receipts and proofs: `assent verify` checks it offline.
#[utoipa::path(get, path = "/v1/commitments/{id}/bundle", tag = "commitments",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The bundle, canonical JSON", body = serde_json::Value)),
    security(("dpop" = [])))]
pub(super) async fn bundle(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
) -> Result<Response, Denial> {
    let read = move |reader: &Reader<'_>, access: &Access| {
        Ok(reader.bundle(&access.tenant, &id)?.ok_or(Code::NotFound)?)
    };
    let mut response = plain("application/json", app.read_as(credentials, read).await?);
    let name = format!("attachment; filename=\"commitment-{}.json\"", id.to_hex());
    // The digits of a hash are letters of any header.
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
