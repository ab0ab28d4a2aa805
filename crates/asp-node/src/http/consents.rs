//! Consents between organisations, for those two and their agents.

use std::sync::Arc;

use asp_client::api::{ConsentPage, ConsentSession, ConsentSessionPage, ConsentView};
use asp_core::rejection::Code;
use asp_store::Reader;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::App;
use super::extract::{self, Id, Params};
use super::problem::Denial;
use crate::auth::{Access, Credentials};

/// Consents of the largest page; each is read from its statements.
const PAGE_MAX: usize = 100;
/// Sessions of the largest page; each is read from its statements, of which it has more.
const SESSIONS_MAX: usize = 50;

/// Which part of a list to read.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// How many at most, 1 to 1000; 50 if absent. A page has 100 at most.
    pub(super) page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    pub(super) page_token: Option<String>,
}

/// List one's consents.
#[utoipa::path(get, path = "/v1/consents", tag = "consents", params(Which),
    responses((status = 200, description = "The consents of the caller's organisation, newest first",
        body = ConsentPage)),
    security(("dpop" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Params(which): Params<Which>,
) -> Result<Json<ConsentPage>, Denial> {
    let size = extract::page_size(which.page_size, PAGE_MAX)?;
    let before = extract::place(which.page_token.as_deref())?;
    let now = app.clock.now();
    let read = move |reader: &Reader<'_>, access: &Access| {
        let consents = reader.consents(&access.tenant, size.saturating_add(1), before)?;
        let consents = consents.iter().map(|(at, consent)| (*at, ConsentView::of(consent, now))).collect();
        let (consents, next_page_token) = extract::page(consents, size);
        Ok(ConsentPage { consents, next_page_token })
    };
    app.read_as(credentials, read).await.map(Json)
}

/// See a consent.
#[utoipa::path(get, path = "/v1/consents/{id}", tag = "consents",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The consent as it stands", body = ConsentView)),
    security(("dpop" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
) -> Result<Json<ConsentView>, Denial> {
    let now = app.clock.now();
    let read = move |reader: &Reader<'_>, access: &Access| {
        let consent = reader.consent(&access.tenant, &id)?.ok_or(Code::NotFound)?;
        Ok(ConsentView::of(&consent, now))
    };
    app.read_as(credentials, read).await.map(Json)
}

/// Which part of the sessions under a consent to read.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct WhichSessions {
    /// How many at most, 1 to 1000; 50 if absent. A page has 50 at most.
    pub(super) page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    pub(super) page_token: Option<String>,
}

/// List the sessions under a consent.
#[utoipa::path(get, path = "/v1/consents/{id}/sessions", tag = "consents",
    params(("id" = String, Path, description = "64 hexadecimal digits"), WhichSessions),
    responses((status = 200, description = "The sessions that rest on it and that the caller may read, those opened last first",
        body = ConsentSessionPage)),
    security(("dpop" = [])))]
pub(super) async fn sessions(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
    Params(which): Params<WhichSessions>,
) -> Result<Json<ConsentSessionPage>, Denial> {
    let size = extract::page_size(which.page_size, SESSIONS_MAX)?;
    let before = extract::place(which.page_token.as_deref())?;
    let read = move |reader: &Reader<'_>, access: &Access| {
        let found = reader.sessions_under(&access.tenant, &id, size.saturating_add(1), before)?;
        let found = found.ok_or(Code::NotFound)?;
        let found = found.iter().map(|(at, session)| (*at, ConsentSession::from(session))).collect();
        let (sessions, next_page_token) = extract::page(found, size);
        Ok(ConsentSessionPage { sessions, next_page_token })
    };
    app.read_as(credentials, read).await.map(Json)
}
