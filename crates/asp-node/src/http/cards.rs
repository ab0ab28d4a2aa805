//! What others know agents and organisations by: Agent Cards of A2A, and documents of did:web. Public.
//!
//! Signed documents name the address that the node was given, never one that a request brings: whoever sends a Host of
//! his own would else get it signed.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use asp_core::a2a::{self, Host};
use asp_core::did::{self, Subject};
use asp_core::key::KeyId;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, LogTime};
use asp_core::rejection::Code;
use asp_store::Reader;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, LAST_MODIFIED};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::extract::{self, OrganisationName};
use super::problem::Denial;
use super::{App, plain};

/// What changes seldom, and has to be seen soon when it does.
const A_MINUTE: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// Get the node's card for A2A.
///
/// The Agent Card of A2A 1.0 of the node as a directory of agents, signed with the node's key. Each agent's own card is below
/// the agent.
#[utoipa::path(get, path = "/.well-known/agent-card.json", tag = "registry",
    responses((status = 200, description = "The signed Agent Card", body = Object),
        (status = 304, description = "It is the one of the entity tag in `If-None-Match`")))]
pub(super) async fn of_node(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Denial> {
    card(&app, (app.started, &headers), a2a::of_node)
}

/// The card of an agent, signed by the node: it says what the log says, and the agent need not be there. Who has
/// retired shows none.
///
/// # Errors
/// That there is no such agent, or a failure of ours.
pub(super) async fn of_agent(
    app: &Arc<App>,
    agent: AgentUri,
    headers: &HeaderMap,
) -> Result<Response, Denial> {
    let read = move |reader: &Reader<'_>| {
        let found = reader.agent(&agent)?.filter(|agent| !agent.retired()).ok_or(Code::NotFound)?;
        let receipt = reader.receipt(&found.card_set_by())?;
        Ok((receipt.map(|(receipt, _)| receipt.receipt.log_time), found))
    };
    let (set, agent) = app.reads.run(read).await?;
    // Addresses on it are those with which the node was started.
    let since = set.map_or(app.started, |set| set.max(app.started));
    let guests = app.a2a.cast.as_ref().is_some_and(|cast| cast.agent == *agent.uri());
    card(app, (since, headers), |host| {
        let mut card = a2a::of_agent(agent.uri(), agent.card(), host);
        if guests {
            // Who plays in the conformance kit asks nobody for a token.
            card.remove("securityRequirements");
        }
        card
    })
}

fn card(
    app: &App,
    (since, headers): (LogTime, &HeaderMap),
    make: impl FnOnce(&Host<'_>) -> Map<String, Value>,
) -> Result<Response, Denial> {
    let url = app.url();
    let bytes = a2a::sign(make(&Host { log: app.store.origin(), url: &url }), &app.key);
    let tag = format!("\"{}\"", Hash::of(&[&bytes]).to_hex());
    let mut response = if extract::names_tag(headers.get_all(IF_NONE_MATCH), &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        plain("application/json", bytes)
    };
    let since = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(since.millis()));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, A_MINUTE);
    headers.insert(ETAG, HeaderValue::try_from(tag).map_err(|_| Denial::Internal)?);
    headers.insert(LAST_MODIFIED, HeaderValue::try_from(since).map_err(|_| Denial::Internal)?);
    Ok(response)
}

/// Get the node's DID document.
///
/// Of the `did:web` of the node's public address; there is none without an `https` address of a name.
#[utoipa::path(get, path = "/.well-known/did.json", tag = "registry",
    responses((status = 200, description = "The DID document", body = Object,
        content_type = "application/did+json")))]
pub(super) async fn did(State(app): State<Arc<App>>) -> Result<Response, Denial> {
    // Below a path the document is at /did.json, which is for who has the whole site to serve.
    let did =
        did::of_address(&app.url()).filter(|did| did.matches(':').count() == 2).ok_or(Code::NotFound)?;
    document(&app, &did, &[], [app.store.node_key()].iter())
}

/// Get an organisation's DID document.
///
/// Of the `did:web` below this node, with the organisation's current keys. It is the organisation's own, `did:web` and its
/// domain, that others know it by: that document is for the organisation to serve, and has the same keys.
#[utoipa::path(get, path = "/v1/organisations/{domain}/did.json", tag = "registry",
    params(("domain" = String, Path, description = "Its domain")),
    responses((status = 200, description = "The DID document", body = Object,
        content_type = "application/did+json")))]
pub(super) async fn of_organisation(
    State(app): State<Arc<App>>,
    OrganisationName(domain): OrganisationName,
) -> Result<Response, Denial> {
    let did = did::of_address(&format!("{}/v1/organisations/{domain}", app.url())).ok_or(Code::NotFound)?;
    let of = domain.clone();
    let found = app.reads.run(move |reader| Ok(reader.organisation(&of)?)).await?.ok_or(Code::NotFound)?;
    document(&app, &did, &[format!("did:web:{domain}")], found.keys().current())
}

fn document<'a>(
    app: &App,
    did: &str,
    also: &[String],
    keys: impl Iterator<Item = &'a KeyId>,
) -> Result<Response, Denial> {
    let url = app.url();
    let document = did::document(&Subject { did, also, service: Some(&url) }, keys);
    let bytes = serde_json::to_vec(&document).map_err(|_| Denial::Internal)?;
    let mut response = plain("application/did+json", bytes);
    response.headers_mut().insert(CACHE_CONTROL, A_MINUTE);
    Ok(response)
}
