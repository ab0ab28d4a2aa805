//! Consents between organisations, for those two and their agents.

use std::sync::Arc;

use asp_client::api::{
    ConsentDecision, ConsentPage, ConsentSession, ConsentSessionPage, ConsentView, NewConsentDecision,
    Problem,
};
use asp_core::log::receipt::Receipt;
use asp_core::name::StreamId;
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::body::{Because, Empty};
use asp_core::statement::{Body, Verified};
use asp_store::{Reader, Tenant};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::extract::{self, Acting, Id, Params, Small};
use super::problem::Denial;
use super::{App, speaking};
use crate::auth::rights::Right;
use crate::auth::{Access, Caller, Credentials};

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

/// Decide about a consent as a person.
///
/// For an owner of one of its two organisations, from a page of the node. What is decided is a statement of that organisation, signed
/// with the key that it keeps at the node for this; nothing of the person is in it.
#[utoipa::path(post, path = "/v1/consents/{id}/decision", tag = "consents",
    params(("id" = String, Path, description = "64 hexadecimal digits")), request_body = NewConsentDecision,
    responses((status = 202, description = "The receipt of the statement, signed by the node", body = serde_json::Value),
        (status = 409, description = "No key is kept, somebody spoke first, or a rule forbids it now", body = Problem)),
    security(("session" = [])))]
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    Id(id): Id,
    Small(decision): Small<NewConsentDecision>,
) -> Result<(StatusCode, Json<Receipt>), Denial> {
    let receipt = carry_out(&app, credentials, id, decision).await?;
    Ok((StatusCode::ACCEPTED, Json(receipt)))
}

/// Decides in the name of who has shown that it comes from a page of this node.
///
/// # Errors
/// That it may not, that no key is kept, or what the log says of the statement.
pub(super) async fn carry_out(
    app: &Arc<App>,
    credentials: Credentials,
    id: Hash,
    decision: NewConsentDecision,
) -> Result<Receipt, Denial> {
    let said =
        move |app: &App, reader: &Reader<'_>, caller: &Caller| decided(app, reader, caller, &id, decision);
    speaking::say(app, credentials, said).await
}

/// The statement of a person's decision, signed (ASP-AUT-016).
fn decided(
    app: &App,
    reader: &Reader<'_>,
    caller: &Caller,
    id: &Hash,
    decision: NewConsentDecision,
) -> Result<Verified, Denial> {
    let organisation = caller.may(Right::Consent)?.ok_or(Code::NotPermitted)?;
    app.quotas.read(&organisation, app.clock.now())?;
    let tenant = Tenant::Organisation(organisation.clone());
    let consent = reader.consent(&tenant, id)?.ok_or(Code::NotFound)?;
    let body = match (decision.decision, decision.reason) {
        (ConsentDecision::Grant, None) => Body::ConsentGrant(Empty {}),
        (ConsentDecision::Acknowledge, None) => Body::ConsentAcknowledge(Empty {}),
        (ConsentDecision::Revoke, Some(reason)) => Body::ConsentRevoke(Because { reason }),
        (ConsentDecision::Grant | ConsentDecision::Acknowledge, Some(_))
        | (ConsentDecision::Revoke, None) => {
            return Err(Code::InvalidBody.at("/reason").into());
        }
    };
    speaking::signed(app, organisation, (StreamId::Consent(*id), consent.head()), body)
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
