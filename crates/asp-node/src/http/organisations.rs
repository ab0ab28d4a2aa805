//! Organisations: public, so that anybody can check who signed.

use std::sync::Arc;

use asp_client::api::OrganisationView;
use asp_core::rejection::Code;
use axum::Json;
use axum::extract::State;

use super::App;
use super::extract::OrganisationName;
use super::problem::Denial;

/// See an organisation.
#[utoipa::path(get, path = "/v1/organisations/{domain}", tag = "registry",
    params(("domain" = String, Path, description = "Its domain")),
    responses((status = 200, description = "The organisation with all keys it ever had", body = OrganisationView)))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    OrganisationName(domain): OrganisationName,
) -> Result<Json<OrganisationView>, Denial> {
    let found = app.reads.run(move |reader| Ok(reader.organisation(&domain)?)).await?;
    Ok(Json(OrganisationView::from(&found.ok_or(Code::NotFound)?)))
}
