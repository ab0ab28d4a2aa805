//! Organisations: public, so that anybody can check who signed.

use std::sync::Arc;

use asp_client::api::{LimitView, LimitsView, OrganisationView};
use asp_core::rejection::Code;
use asp_store::Reader;
use axum::Json;
use axum::extract::State;

use super::App;
use super::extract::OrganisationName;
use super::problem::Denial;
use crate::auth::{Access, Credentials};

/// See an organisation.
#[utoipa::path(get, path = "/v1/organisations/{domain}", tag = "registry",
    params(("domain" = String, Path, description = "Its domain")),
    responses((status = 200, description = "The organisation with all keys it ever had", body = OrganisationView)))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    OrganisationName(domain): OrganisationName,
) -> Result<Json<OrganisationView>, Denial> {
    // Before the log is read, which then has what came of that look.
    let look = app.sights.last(&domain);
    let read = move |reader: &Reader<'_>| {
        let found = reader.organisation(&domain)?.ok_or(Code::NotFound)?;
        let mistakable_for = reader.organisation_mistakable_for(&found)?; // ASP-REG-011
        Ok((found, mistakable_for))
    };
    let (organisation, mistakable_for) = app.reads.run(read).await?;
    let mut view = OrganisationView { mistakable_for, ..OrganisationView::from(&organisation) };
    // What was seen where it does not send anybody any more is past.
    let look = look.filter(|look| organisation.evidence() == Some(&look.wanted));
    if let Some((proof, look)) = view.proof.as_mut().zip(look) {
        proof.looked_at = Some(look.at);
        proof.saw = Some(look.sight.to_string());
    }
    Ok(Json(view))
}

/// See what an organisation may ask of this node.
///
/// For itself and its agents: whoever else asks finds nothing there.
#[utoipa::path(get, path = "/v1/organisations/{domain}/limits", tag = "registry",
    params(("domain" = String, Path, description = "Its domain")),
    responses((status = 200, description = "Its level, what it may ask for, and what is left of that", body = LimitsView)),
    security(("dpop" = [])))]
pub(super) async fn limits(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    OrganisationName(domain): OrganisationName,
) -> Result<Json<LimitsView>, Denial> {
    let asked = domain.clone();
    let own = move |_: &Reader<'_>, access: &Access| {
        if access.tenant.organisation() == asked { Ok(()) } else { Err(Code::NotFound.into()) }
    };
    app.read_as(credentials, own).await?;
    let now = app.clock.now();
    let level = app.levels.level(&domain, now);
    let mut limits = app.quotas.standing(&domain, app.attachments.used_by(&domain), now);
    let (waiting, most) = app.hub.of_organisation(&domain, app.levels.factor(&domain, now));
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    limits.push(LimitView {
        what: "eventStreamsAndPolls".to_owned(),
        most: (most > 0).then(|| number(most)),
        left: (most > 0).then(|| number(most.saturating_sub(waiting))),
    });
    let seen_by = app.levels.observers().clone();
    Ok(Json(LimitsView { organisation: domain, level: level.number(), seen_by, limits }))
}
