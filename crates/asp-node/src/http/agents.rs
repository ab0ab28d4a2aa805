//! Organisations and agents: what anybody may see, and finding them.

use asp_client::api::{AgentHit, AgentPage, AgentView, OrganisationView, Problem};
use asp_core::name::{Capability, Domain};
use asp_core::rejection::Code;
use asp_store::{AgentCursor, AgentQuery};
use axum::Json;
use axum::extract::Path;
use serde::Deserialize;

use super::{Answer, Params, State, page_size};

/// The longest text that is searched for.
const TEXT_BYTES_MAX: usize = 256;

/// An organisation.
#[utoipa::path(get, path = "/v1/organisations/{domain}", tag = "registry",
    params(("domain" = String, Path, description = "Its domain")),
    responses((status = 200, description = "The organisation", body = OrganisationView),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn organisation(state: State, Path(domain): Path<String>) -> Answer<Json<OrganisationView>> {
    let domain: Domain = domain.parse().map_err(|_| Code::NotFound)?;
    let found = state.read(move |reader| reader.organisation(&domain)).await?;
    Ok(Json(OrganisationView::from(&found.ok_or(Code::NotFound)?)))
}

/// An agent.
#[utoipa::path(get, path = "/v1/agents/{domain}/{*path}", tag = "registry",
    params(("domain" = String, Path, description = "Its organisation"),
        ("path" = String, Path, description = "The rest of its URI")),
    responses((status = 200, description = "The agent", body = AgentView),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn agent(
    state: State,
    Path((domain, path)): Path<(String, String)>,
) -> Answer<Json<AgentView>> {
    let agent = format!("agent://{domain}/{path}").parse().map_err(|_| Code::NotFound)?;
    let found = state.read(move |reader| reader.agent(&agent)).await?;
    Ok(Json(AgentView::from(&found.ok_or(Code::NotFound)?)))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SearchParams {
    /// A capability; those below it fit too.
    #[param(value_type = Option<String>)]
    capability: Option<Capability>,
    /// Words of the name, the description, the URI or the capabilities.
    text: Option<String>,
    /// The organisation.
    #[param(value_type = Option<String>)]
    organisation: Option<Domain>,
    /// How many at most.
    page_size: Option<usize>,
    /// The page after one that was read before.
    page_token: Option<String>,
}

/// Find agents, best first, each with the reason for its place.
#[utoipa::path(get, path = "/v1/agents", tag = "registry", params(SearchParams),
    responses((status = 200, description = "Agents", body = AgentPage),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn search(state: State, Params(params): Params<SearchParams>) -> Answer<Json<AgentPage>> {
    let SearchParams { capability, text, organisation, page_size: size, page_token } = params;
    if text.as_ref().is_some_and(|text| text.len() > TEXT_BYTES_MAX) {
        return Err(Code::InvalidQuery.into());
    }
    let after: Option<AgentCursor> =
        page_token.map(|token| token.parse()).transpose().map_err(|_| Code::InvalidQuery)?;
    let query = AgentQuery { capability, text, organisation, limit: page_size(size)?, after };
    let found = state.read(move |reader| reader.agents(&query)).await?;
    let agents = found
        .agents
        .into_iter()
        .map(|hit| AgentHit {
            agent: hit.agent,
            name: hit.name,
            description: hit.description,
            capabilities: hit.capabilities,
            reason: hit.reason,
        })
        .collect();
    Ok(Json(AgentPage { agents, next_page_token: found.next.map(|cursor| cursor.to_string()) }))
}
