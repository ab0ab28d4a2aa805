//! Commitments, for those who signed them, and their proof.

use asp_client::api::{CommitmentPage, CommitmentView, Problem};
use asp_core::rejection::Code;
use axum::Json;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::consents::PageParams;
use super::{Answer, Caller, Params, State, id};

/// The caller's commitments, newest first.
#[utoipa::path(get, path = "/v1/commitments", tag = "commitments", params(PageParams), security(("dpop" = [])),
    responses((status = 200, description = "Commitments", body = CommitmentPage),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn list(
    state: State,
    Caller(tenant): Caller,
    Params(params): Params<PageParams>,
) -> Answer<Json<CommitmentPage>> {
    let (limit, before) = params.read()?;
    let rows = state.read(move |reader| reader.commitments(&tenant, limit, before)).await?;
    let next_page_token =
        rows.last().filter(|_| rows.len() >= limit).map(|(position, _, _)| position.to_string());
    let commitments =
        rows.iter().map(|(_, session, commitment)| CommitmentView::of(*session, commitment)).collect();
    Ok(Json(CommitmentPage { commitments, next_page_token }))
}

/// A commitment.
#[utoipa::path(get, path = "/v1/commitments/{id}", tag = "commitments", security(("dpop" = [])),
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The commitment", body = CommitmentView),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn show(
    state: State,
    Caller(tenant): Caller,
    Path(text): Path<String>,
) -> Answer<Json<CommitmentView>> {
    let id = id(&text)?;
    let found = state.read(move |reader| reader.commitment(&tenant, &id)).await?;
    let (session, state) = found.ok_or(Code::NotFound)?;
    let commitment = state.commitments().get(&id).ok_or(Code::NotFound)?;
    Ok(Json(CommitmentView::of(session, commitment)))
}

/// The proof of a commitment: one file that `assent verify` checks offline.
#[utoipa::path(get, path = "/v1/commitments/{id}/bundle", tag = "commitments", security(("dpop" = [])),
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The bundle", body = Object),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn bundle(
    state: State,
    Caller(tenant): Caller,
    Path(text): Path<String>,
) -> Answer<impl IntoResponse> {
    let id = id(&text)?;
    let found = state.read(move |reader| reader.bundle(&tenant, &id)).await?;
    let name = format!("attachment; filename=\"commitment-{}.json\"", text.get(..12).unwrap_or_default());
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, found.ok_or(Code::NotFound)?))
}
