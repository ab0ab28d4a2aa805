//! Disputes, for the two sides, their organisations and who rules.

use std::sync::Arc;

use asp_client::api::{DisputePage, DisputeView, MessagePage, NewRuling, Problem};
use asp_core::dispute::{Dispute, Side};
use asp_core::log::receipt::Receipt;
use asp_core::name::{Issuer, StreamId};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::body::{DisputeRule, Rung};
use asp_core::statement::{Body, Verified};
use asp_store::{Docket, Reader, Tenant};
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::consents::Which;
use super::extract::{self, Acting, Id, Network, Params, Small};
use super::messages::{self, Question};
use super::problem::Denial;
use super::sessions::WhichMessages;
use super::{App, plain, speaking};
use crate::auth::rights::Right;
use crate::auth::{Caller, Credentials};

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
    let read = move |reader: &Reader<'_>, tenant: &Tenant, docket| {
        let found = reader.disputes(tenant, docket, size.saturating_add(1), before)?;
        let found = found.iter().map(|(at, dispute)| (*at, DisputeView::of(dispute, now))).collect();
        let (disputes, next_page_token) = extract::page(found, size);
        Ok(DisputePage { disputes, next_page_token })
    };
    on_cases(&app, credentials, read).await.map(Json)
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
    let read = move |reader: &Reader<'_>, tenant: &Tenant, docket| {
        Ok(DisputeView::of(&find(reader, tenant, docket, &id)?, now))
    };
    on_cases(&app, credentials, read).await.map(Json)
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
    let mut response = plain("application/json", case(&app, credentials, id).await?);
    let name = format!("attachment; filename=\"dispute-{}.json\"", id.to_hex());
    // The digits of a hash are letters of any header.
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// The proof of a case, as canonical JSON.
///
/// # Errors
/// That it is not there for who asks, or a failure of ours.
pub(super) async fn case(app: &Arc<App>, credentials: Credentials, id: Hash) -> Result<Vec<u8>, Denial> {
    let read = move |reader: &Reader<'_>, tenant: &Tenant, docket| {
        find(reader, tenant, docket, &id)?;
        Ok(reader.case(tenant, &id)?.ok_or(Code::NotFound)?)
    };
    on_cases(app, credentials, read).await
}

/// Rule as a person.
///
/// For who has the role of an arbiter in the organisation that the deal names as arbiter, from a page of the node. The ruling is a
/// statement of that organisation, signed with the key that it keeps at the node for this; nothing of the person is in it.
#[utoipa::path(post, path = "/v1/disputes/{id}/ruling", tag = "disputes",
    params(("id" = String, Path, description = "64 hexadecimal digits")), request_body = NewRuling,
    responses((status = 202, description = "The receipt of the ruling, signed by the node", body = serde_json::Value),
        (status = 409, description = "No key is kept, somebody spoke first, or a rule forbids it now", body = Problem)),
    security(("session" = [])))]
pub(super) async fn rule(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    Id(id): Id,
    Small(ruling): Small<NewRuling>,
) -> Result<(StatusCode, Json<Receipt>), Denial> {
    let receipt = carry_out(&app, credentials, id, ruling).await?;
    Ok((StatusCode::ACCEPTED, Json(receipt)))
}

/// Rules in the name of who has shown that it comes from a page of this node.
///
/// # Errors
/// That it may not, that no key is kept, or what the log says of the statement.
pub(super) async fn carry_out(
    app: &Arc<App>,
    credentials: Credentials,
    id: Hash,
    ruling: NewRuling,
) -> Result<Receipt, Denial> {
    let said = move |app: &App, reader: &Reader<'_>, caller: &Caller| ruled(app, reader, caller, &id, ruling);
    speaking::say(app, credentials, said).await
}

/// The statement of a person's ruling, signed (ASP-AUT-015).
fn ruled(
    app: &App,
    reader: &Reader<'_>,
    caller: &Caller,
    id: &Hash,
    ruling: NewRuling,
) -> Result<Verified, Denial> {
    let organisation = caller.may(Right::Rule)?.ok_or(Code::NotPermitted)?;
    app.quotas.read(&organisation, app.clock.now())?;
    let issuer = Issuer::Organisation(organisation.clone());
    let tenant = Tenant::Organisation(organisation.clone());
    let dispute = find(reader, &tenant, Docket::Arbiter, id)?;
    if dispute.side(&issuer) != Some(Side::Arbiter) {
        return Err(Code::NotPermitted.into());
    }
    let NewRuling { outcome, effect, amount, reasons } = ruling;
    let effect = effect.unwrap_or_else(|| dispute.ladder().effect());
    let rule = DisputeRule { amount, effect, outcome, reasons, rung: Rung::Arbiter };
    speaking::signed(app, organisation, (StreamId::Dispute(*id), dispute.head()), Body::DisputeRule(rule))
}

/// Reads disputes: the caller's own, or for a person who is here for nothing else those in which its organisation rules.
async fn on_cases<T: Send + 'static>(
    app: &Arc<App>,
    credentials: Credentials,
    read: impl FnOnce(&Reader<'_>, &Tenant, Docket) -> Result<T, Denial> + Send + 'static,
) -> Result<T, Denial> {
    let reading = Arc::clone(app);
    let whole = move |reader: &Reader<'_>| {
        let (tenant, docket) = reading.auth.on_cases(reader, &credentials)?;
        reading.quotas.read(&tenant.organisation(), reading.clock.now())?;
        read(reader, &tenant, docket)
    };
    app.reads.run(whole).await
}

/// A dispute that is on the docket; any other is not there (ASP-DIS-016).
fn find(reader: &Reader<'_>, tenant: &Tenant, docket: Docket, id: &Hash) -> Result<Dispute, Denial> {
    let dispute = reader.dispute(tenant, id)?.ok_or(Code::NotFound)?;
    let ruled_by = dispute.ladder().arbiter().and_then(Issuer::organisation);
    match docket {
        Docket::Arbiter if ruled_by != Some(tenant.organisation()) => Err(Code::NotFound.into()),
        Docket::All | Docket::Arbiter => Ok(dispute),
    }
}
