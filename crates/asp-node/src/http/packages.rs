//! Key packages: handed out to who wants to add an agent to a sealed session, each for a single use once.
//!
//! What agents have published stands in their streams; whom what was handed out to stands beside the log. What a package
//! holds is not looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use asp_client::api::{ClaimPackages, ClaimedPackage, ClaimedPackages, KeyPackageView};
use asp_core::key::KeyId;
use asp_core::limits;
use asp_core::name::{AgentUri, Domain, StreamId};
use asp_core::position::Sequence;
use asp_core::rejection::Code;
use asp_core::statement::body::{Body, KeyPackages, PublishedPackage};
use asp_store::packages::{Packages, Published};
use asp_store::{Entry, Fault, Reader};
use axum::Json;
use axum::extract::State;

use super::App;
use super::extract::Claim;
use super::messages::message;
use super::problem::Denial;
use crate::auth::{Access, Credentials};

/// Statements of an agent that are read at once.
const CHUNK: usize = 64;

/// Claim key packages.
///
/// One of each agent, to add it to a group. A package for a single use is given to nobody else; who gets none is given the
/// agent's last resort, as is an organisation that was given 32 of one agent's within a day. The statement is the agent's own
/// word that the package is its: check its signature.
#[utoipa::path(post, path = "/v1/key-packages/claim", tag = "sessions", request_body = ClaimPackages,
    responses((status = 200, description = "What there is for the caller", body = ClaimedPackages)),
    security(("dpop" = [])))]
pub(super) async fn claim(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Claim(ClaimPackages { agents }): Claim<ClaimPackages>,
) -> Result<Json<ClaimedPackages>, Denial> {
    let different = agents.iter().collect::<BTreeSet<_>>().len();
    if different != agents.len() || !(1..=limits::KEY_PACKAGES_CLAIMED_MAX).contains(&different) {
        return Err(Code::InvalidBody.at("/agents").into());
    }
    let claiming = Arc::clone(&app);
    let claim = move |reader: &Reader<'_>, access: &Access| {
        let to = access.tenant.organisation();
        let claimed = agents.into_iter().map(|agent| one(&claiming, reader, agent, &to));
        Ok(ClaimedPackages { claimed: claimed.collect::<Result<_, Denial>>()? })
    };
    app.read_as(credentials, claim).await.map(Json)
}

/// Claims a package of one agent.
fn one(app: &App, reader: &Reader<'_>, agent: AgentUri, to: &Domain) -> Result<ClaimedPackage, Denial> {
    let none = |agent| ClaimedPackage { agent, package: None, statement: None };
    let Some(found) = reader.agent(&agent)?.filter(|found| !found.retired()) else { return Ok(none(agent)) };
    follow(reader, &app.packages, &agent)?;
    let keys: Vec<KeyId> = found.keys().current().copied().collect();
    let Some(given) = app.packages.hand_out(&agent, &keys, to, app.clock.now())? else {
        return Ok(none(agent));
    };
    let lost = || Fault::Corrupt { index: None, what: "a key package is not where it was".to_owned() };
    let before = given.at.0.checked_sub(1).map(Sequence);
    let entries = reader.entries(&StreamId::Agent(agent.clone()), before, 1)?;
    let entry = entries.first().ok_or_else(lost)?;
    let published = contents(entry).get(given.item).ok_or_else(lost)?;
    let content = published.content.to_string();
    let package = KeyPackageView { content, hash: given.hash, last_resort: given.last_resort };
    Ok(ClaimedPackage { agent, package: Some(package), statement: Some(message(entry)?) })
}

/// Takes in what an agent has published since it was last looked.
fn follow(reader: &Reader<'_>, packages: &Packages, agent: &AgentUri) -> Result<(), Fault> {
    let stream = StreamId::Agent(agent.clone());
    let before = packages.seen(agent)?;
    let (mut seen, mut all) = (before, Vec::new());
    // Each turn reads on, so the end of the stream ends it.
    loop {
        let entries = reader.entries(&stream, seen, CHUNK)?;
        let Some(last) = entries.last() else { break };
        seen = Some(last.statement.statement().sequence);
        all.extend(entries.iter().flat_map(published));
    }
    match seen {
        Some(last) if seen != before => packages.learn(agent, last, &all),
        Some(_) | None => Ok(()),
    }
}

/// The key packages that a statement of an agent's stream publishes.
fn published(entry: &Entry) -> Vec<Published> {
    let Some(key) = entry.statement.signatures().first().map(|signature| signature.key_id) else {
        return Vec::new();
    };
    let at = entry.statement.statement().sequence;
    let package = |(item, package): (usize, &PublishedPackage)| {
        let last_resort = package.last_resort.is_some();
        Published { hash: package.hash(), at, item, last_resort, key }
    };
    contents(entry).iter().enumerate().map(package).collect()
}

/// The packages that a statement of an agent's stream publishes.
fn contents(entry: &Entry) -> &[PublishedPackage] {
    let Body::AgentKeypackagePublish(KeyPackages { packages }) = &entry.statement.statement().body else {
        return &[];
    };
    packages
}
