//! Agents: found by what they can do, seen with their keys. Public; how far to trust one is asked elsewhere.

use std::sync::Arc;

use asp_client::api::{AgentHit, AgentPage, AgentView};
use asp_core::name::{Capability, Domain};
use asp_core::rejection::Code;
use asp_store::{AgentCursor, AgentQuery, FoundAgent};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::App;
use super::extract::{self, AgentName, Params};
use super::problem::Denial;

/// Bytes of the longest text that is searched for.
const TEXT_BYTES_MAX: usize = 256;
/// Agents of the largest page; a description can have 4 KiB.
const PAGE_MAX: usize = 200;

/// Which agents to find.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// A capability, or a prefix of capabilities, such as `provision.compute`.
    #[param(value_type = Option<String>)]
    capability: Option<Capability>,
    /// Words in name, description, address or capabilities.
    text: Option<String>,
    /// Only agents of this organisation.
    #[param(value_type = Option<String>)]
    organisation: Option<Domain>,
    /// How many at most, 1 to 1000; 50 if absent. A page has 200 at most.
    page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    page_token: Option<String>,
}

/// Find agents.
///
/// Those with the very capability first, then those with one below it. Agents that have retired are not found.
#[utoipa::path(get, path = "/v1/agents", tag = "registry", params(Which),
    responses((status = 200, description = "The agents, best first, with the reason for their place",
        body = AgentPage)))]
pub(super) async fn search(
    State(app): State<Arc<App>>,
    Params(which): Params<Which>,
) -> Result<Json<AgentPage>, Denial> {
    if which.text.as_ref().is_some_and(|text| text.len() > TEXT_BYTES_MAX) {
        return Err(Code::InvalidQuery.into());
    }
    let after = which.page_token.map(|token| token.parse::<AgentCursor>().map_err(|_| Code::InvalidQuery));
    let query = AgentQuery {
        capability: which.capability,
        text: which.text,
        organisation: which.organisation,
        limit: extract::page_size(which.page_size, PAGE_MAX)?,
        after: after.transpose()?,
    };
    let found = app.reads.run(move |reader| Ok(reader.agents(&query)?)).await?;
    let hit = |found: FoundAgent| {
        let FoundAgent { agent, name, description, capabilities, reason } = found;
        AgentHit { agent, name, description, capabilities, reason }
    };
    let agents = found.agents.into_iter().map(hit).collect();
    Ok(Json(AgentPage { agents, next_page_token: found.next.map(|next| next.to_string()) }))
}

/// See an agent.
#[utoipa::path(get, path = "/v1/agents/{domain}/{*path}", tag = "registry",
    params(("domain" = String, Path, description = "The domain of its organisation"),
        ("path" = String, Path, description = "What follows the domain in its URI; slashes stay as they are")),
    responses((status = 200, description = "The agent with all keys it ever had", body = AgentView)))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    AgentName(agent): AgentName,
) -> Result<Json<AgentView>, Denial> {
    let found = app.reads.run(move |reader| Ok(reader.agent(&agent)?)).await?;
    Ok(Json(AgentView::from(&found.ok_or(Code::NotFound)?)))
}
