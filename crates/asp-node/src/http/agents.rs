//! Agents: found by what they can do, seen with their keys. Public, but for trust, which is asked in somebody's name.

use std::sync::Arc;

use asp_client::api::{AgentPage, AgentView, SearchQuery, SearchSort};
use asp_core::amount::Money;
use asp_core::name::{AgentUri, Capability, Domain, Language};
use asp_core::position::{Hash, Position};
use asp_core::rejection::Code;
use asp_core::statement::body::{Availability, TrustFloor};
use asp_store::Reader;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::extract::{AgentPath, Params, Question};
use super::problem::Denial;
use super::{App, cards};
use crate::auth::Credentials;
use crate::{prober, registry};

/// Which agents to find; the members of a search as parameters.
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
    /// Only agents that speak this terms schema.
    #[param(value_type = Option<String>)]
    schema: Option<Hash>,
    /// Only agents that negotiate in this language: `de` finds `de-AT` too.
    #[param(value_type = Option<String>)]
    language: Option<Language>,
    /// Only agents that say this of themselves: `available`, `busy` or `away`.
    #[param(value_type = Option<String>)]
    availability: Option<Availability>,
    /// Only agents whose offers begin at this or less, such as `2.5 USD`.
    max_price: Option<String>,
    /// Only agents with this many points of trust, 1 to 100, in the class of `value`. Needs a token.
    min_trust: Option<u32>,
    /// The value class in which trust is told, such as `1000 USD`. Needs a token.
    value: Option<String>,
    /// What stands first: `relevance` if absent, `trust` (asks for `value`) or `price` (asks for `maxPrice`).
    sort: Option<SearchSort>,
    /// How many at most, 1 to 1000; 50 if absent. A page has 200 at most.
    page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    page_token: Option<String>,
    /// Waits until the index has seen this position of the log.
    #[param(value_type = Option<u64>)]
    after: Option<u64>,
}

impl Which {
    fn asked(self) -> Option<SearchQuery> {
        let money = |text: Option<String>| text.map(|text| text.parse::<Money>()).transpose().ok();
        let (max_price, value) = (money(self.max_price)?, money(self.value)?);
        let min_trust = match (self.min_trust, &value) {
            (None, _) => None,
            (Some(score), Some(value)) => Some(TrustFloor { score, value: value.clone() }),
            (Some(_), None) => return None,
        };
        Some(SearchQuery {
            text: self.text,
            capability: self.capability,
            organisation: self.organisation,
            schema: self.schema,
            language: self.language,
            availability: self.availability,
            max_price,
            min_trust,
            value,
            sort: self.sort,
            page_size: self.page_size,
            page_token: self.page_token,
            after: self.after.map(Position),
        })
    }
}

/// Find agents.
///
/// What fits best first. Agents that have retired are not found. The same as `POST /v1/search`, with parameters.
#[utoipa::path(get, path = "/v1/agents", tag = "registry", params(Which),
    responses((status = 200, description = "The agents, best first, with the reasons for their place",
        body = AgentPage)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    credentials: Option<Credentials>,
    Params(which): Params<Which>,
) -> Result<Json<AgentPage>, Denial> {
    let asked = which.asked().ok_or(Code::InvalidQuery)?;
    registry::search(app, credentials, asked).await.map(Json)
}

/// Search for agents.
///
/// Everything that is given has to fit. Relevance and trust are separate numbers and are never mixed: relevance follows from
/// the cards alone, trust from the log, as of a place that the answer names. Without `minTrust`, `value` and `sort: trust`
/// no token is needed.
#[utoipa::path(post, path = "/v1/search", tag = "registry", request_body = SearchQuery,
    responses((status = 200, description = "The agents, best first, with the reasons for their place",
        body = AgentPage)))]
pub(super) async fn search(
    State(app): State<Arc<App>>,
    credentials: Option<Credentials>,
    Question(asked): Question<SearchQuery>,
) -> Result<Json<AgentPage>, Denial> {
    registry::search(app, credentials, asked).await.map(Json)
}

/// See an agent, or its card for A2A.
///
/// With `/.well-known/agent-card.json` after the agent's path it is the Agent Card of A2A 1.0, signed by the node: what the
/// log says of the agent, for clients of that protocol. What begins with a dot is no part of an agent's name.
#[utoipa::path(get, path = "/v1/agents/{domain}/{*path}", tag = "registry",
    params(("domain" = String, Path, description = "The domain of its organisation"),
        ("path" = String, Path, description = "What follows the domain in its URI; slashes stay as they are")),
    responses((status = 200, description = "The agent with all keys it ever had", body = AgentView)))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    path: AgentPath,
    headers: HeaderMap,
) -> Result<Response, Denial> {
    let (agent, is_card) = match path {
        AgentPath::View(agent) => (agent, false),
        AgentPath::Card(agent) => (agent, true),
    };
    if is_card {
        return cards::of_agent(&app, agent, &headers).await;
    }
    Ok(Json(view(&app, agent).await?).into_response())
}

/// An agent with what the node has seen of it.
///
/// # Errors
/// That there is none, or a failure of ours.
pub(super) async fn view(app: &Arc<App>, agent: AgentUri) -> Result<AgentView, Denial> {
    let of_thread = Arc::clone(app);
    let read = move |reader: &Reader<'_>| {
        let found = reader.agent(&agent)?.ok_or(Code::NotFound)?;
        let probe = of_thread.probes.of([&agent])?.get(&agent).copied();
        let mistakable_for = reader.agent_mistakable_for(&found)?; // ASP-REG-011
        Ok((found, probe, mistakable_for))
    };
    let (found, probe, mistakable_for) = app.reads.run(read).await?;
    let mut view = AgentView { mistakable_for, ..AgentView::from(&found) };
    if let Some(probe) = probe {
        view.last_answer = probe.answered;
        view.standing = prober::told(app.schedule.standing(&probe, app.clock.now()));
    }
    Ok(view)
}
