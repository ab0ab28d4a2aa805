//! Consents, for their parties.

use asp_client::api::{ConsentPage, ConsentView, Problem};
use asp_core::position::Position;
use asp_core::rejection::Code;
use axum::Json;
use axum::extract::Path;
use serde::Deserialize;

use super::{Answer, Caller, Params, State, id, page_size};

/// A page of a list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PageParams {
    /// How many at most.
    page_size: Option<usize>,
    /// The page after one that was read before.
    page_token: Option<u64>,
}

impl PageParams {
    /// The size, and the position before which the page begins.
    pub(super) fn read(&self) -> Answer<(usize, Option<Position>)> {
        Ok((page_size(self.page_size)?, self.page_token.map(Position)))
    }
}

/// The token of the page after a full one.
pub(super) fn next_token<T>(rows: &[(Position, T)], limit: usize) -> Option<String> {
    rows.last().filter(|_| rows.len() >= limit).map(|(position, _)| position.to_string())
}

/// The consents of the caller's organisation, newest first.
#[utoipa::path(get, path = "/v1/consents", tag = "consents", params(PageParams), security(("dpop" = [])),
    responses((status = 200, description = "Consents", body = ConsentPage),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn list(
    state: State,
    Caller(tenant): Caller,
    Params(params): Params<PageParams>,
) -> Answer<Json<ConsentPage>> {
    let (limit, before) = params.read()?;
    let rows = state.read(move |reader| reader.consents(&tenant, limit, before)).await?;
    let next_page_token = next_token(&rows, limit);
    let now = (state.clock)();
    let consents = rows.iter().map(|(_, consent)| ConsentView::of(consent, now)).collect();
    Ok(Json(ConsentPage { consents, next_page_token }))
}

/// A consent of the caller's organisation.
#[utoipa::path(get, path = "/v1/consents/{id}", tag = "consents", security(("dpop" = [])),
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The consent", body = ConsentView),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn show(
    state: State,
    Caller(tenant): Caller,
    Path(text): Path<String>,
) -> Answer<Json<ConsentView>> {
    let id = id(&text)?;
    let found = state.read(move |reader| reader.consent(&tenant, &id)).await?;
    Ok(Json(ConsentView::of(&found.ok_or(Code::NotFound)?, (state.clock)())))
}
