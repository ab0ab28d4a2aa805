//! Tools about who is there, whom to trust, and what is proved.

use std::time::Duration;

use asp_client::api::{AgentHit, SearchQuery};
use asp_core::bundle::{Anchors, Bundle};
use asp_core::name::Capability;
use asp_core::statement::Received;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::super::args::{agent, id, maybe, parsed, read};
use super::super::failure::Failure;
use super::super::schema::members;
use super::super::words;
use super::limit;
use crate::door::Door;

/// Checks of signatures at once.
const CHECKS_MAX: usize = 2;
/// The places for them.
static CHECKS: Semaphore = Semaphore::const_new(CHECKS_MAX);
/// How long one waits for its place.
const MOMENT: Duration = Duration::from_secs(1);

pub(super) async fn whoami<D: Door>(door: &D, arguments: Map<String, Value>) -> Result<Value, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    let Nothing {} = read(arguments)?;
    let node = door.configuration().await?;
    Ok(json!({
        "identity": door.who(),
        "signs": door.own().is_some(),
        "signsForOrganisation": door.own().is_some_and(|own| own.organisation().is_some()),
        "node": { "log": node.origin, "key": node.node_key, "time": node.time },
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    text: Option<String>,
    capability: Option<String>,
    organisation: Option<String>,
    language: Option<String>,
    max_price: Option<String>,
    value: Option<String>,
    limit: Option<usize>,
}

pub(super) async fn discover<D: Door>(door: &D, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let wanted: Wanted = read(arguments)?;
    let query = SearchQuery {
        text: wanted.text,
        capability: maybe("capability", wanted.capability.as_deref())?,
        organisation: maybe("organisation", wanted.organisation.as_deref())?,
        language: maybe("language", wanted.language.as_deref())?,
        max_price: maybe("maxPrice", wanted.max_price.as_deref())?,
        value: maybe("value", wanted.value.as_deref())?,
        page_size: Some(limit(wanted.limit)),
        ..SearchQuery::default()
    };
    let page = door.search(query).await?;
    let agents = page.agents.iter().map(hit).collect::<Vec<_>>();
    Ok(json!({ "agents": agents, "total": page.total }))
}

fn hit(found: &AgentHit) -> Value {
    let mut told = members(json!({
        "agent": found.agent, "capabilities": found.capabilities, "relevance": found.relevance,
        "availability": found.availability, "languages": found.languages,
        "price": found.price.as_ref().map(ToString::to_string),
        "trust": found.trust, "standing": found.standing, "mistakableFor": found.mistakable_for,
    }));
    let said = json!({ "name": found.name, "description": found.description, "reasons": found.reasons });
    told.extend(words::foreign(found.agent.as_str(), said));
    Value::Object(told)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whom {
    agent: String,
    value: String,
    capability: Option<String>,
}

pub(super) async fn trust<D: Door>(door: &D, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let whom: Whom = read(arguments)?;
    let subject = agent("agent", &whom.agent)?;
    let capability: Option<Capability> = maybe("capability", whom.capability.as_deref())?;
    let found = door.trust(&subject, &parsed("value", &whom.value)?, capability).await?;
    let factors =
        found.factors.iter().map(|it| json!({ "name": it.name, "value": it.value, "meaning": it.meaning }));
    let changes = found.counterfactuals.iter().map(|it| json!(it));
    Ok(json!({
        "agent": subject, "score": found.score, "level": found.level_number, "levelName": found.level,
        "factors": factors.collect::<Vec<_>>(), "whatWouldChangeIt": changes.collect::<Vec<_>>(),
        "backed": found.backed.to_string(), "consequences": found.consequences,
        "asOf": { "instant": found.question.instant, "logSize": found.question.prefix },
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Proof {
    commitment: Option<String>,
    bundle: Option<String>,
    statement: Option<String>,
    node_key: Option<String>,
}

pub(super) async fn verify<D: Door>(door: &D, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let Proof { commitment, bundle, statement, node_key } = read(arguments)?;
    let node_key = maybe("nodeKey", node_key.as_deref())?;
    match (commitment, bundle, statement) {
        (Some(commitment), None, None) => {
            let bytes = door.bundle(&id("commitment", &commitment)?).await?;
            let known = door.configuration().await?.node_key;
            let anchors = Anchors { node_key: Some(node_key.unwrap_or(known)) };
            aside(&CHECKS, move || bundled(&bytes, anchors)).await
        }
        (None, Some(text), None) => {
            aside(&CHECKS, move || bundled(text.as_bytes(), Anchors { node_key })).await
        }
        (None, None, Some(text)) => aside(&CHECKS, move || stated(&text)).await,
        _ => Err(Failure::arguments("give one of commitment, bundle and statement")),
    }
}

/// Checks something where it holds up nobody: a bundle may have thousands of signatures, and whoever sends one need not say
/// who it is.
async fn aside(
    places: &'static Semaphore,
    check: impl FnOnce() -> Result<Value, Failure> + Send + 'static,
) -> Result<Value, Failure> {
    let place = timeout(MOMENT, places.acquire()).await;
    let place = place.ok().and_then(Result::ok).ok_or_else(Failure::busy)?;
    let checked = tokio::task::spawn_blocking(move || {
        let found = check();
        // Not before: what was begun cannot be given up, though nobody may wait for it any more.
        drop(place);
        found
    });
    checked.await.unwrap_or_else(|_| Err(Failure::defect()))
}

fn bundled(bytes: &[u8], anchors: Anchors) -> Result<Value, Failure> {
    let report = Bundle::parse(bytes)?.verify(&anchors);
    let checks = report.checks.iter().map(|check| {
        json!({ "check": check.rule, "claim": check.claim, "verdict": check.verdict, "detail": check.detail })
    });
    Ok(json!({
        "holds": !report.refuted(),
        "checks": checks.collect::<Vec<_>>(),
        "commitment": report.subject.commitment,
        "log": report.subject.origin,
        "nodeKeyKnownBeforehand": anchors.node_key.is_some(),
    }))
}

/// A statement by itself: its form and its signatures, not whether its key was its issuer's.
fn stated(text: &str) -> Result<Value, Failure> {
    let verified = Received::parse(text.trim().as_bytes())?.read()?.verify();
    let claim = "The form is canonical and every signature holds under the key that it names.";
    let check = |verdict: &str, detail: String| json!([{ "check": "signatures", "claim": claim, "verdict": verdict, "detail": detail }]);
    Ok(match verified {
        Ok(verified) => {
            let said = verified.statement();
            json!({
                "holds": true, "checks": check("proved", String::new()), "statement": said.hash,
                "issuer": said.issuer, "type": said.kind.as_str(), "log": said.audience,
                "note": "Whether the key was the issuer's at that place of the log is shown by a bundle.",
            })
        }
        Err(refused) => {
            json!({ "holds": false, "checks": check("refuted", refused.code.as_str().to_owned()) })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn proofs_are_checked_aside_and_not_more_at_once_than_there_are_places() {
        static PLACES: Semaphore = Semaphore::const_new(1);
        let here = std::thread::current().id();
        let there = aside(&PLACES, move || Ok(json!(std::thread::current().id() != here))).await;
        assert_eq!(there, Ok(json!(true)));
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let held = tokio::spawn(aside(&PLACES, move || {
            let _ = wait.recv();
            Ok(Value::Null)
        }));
        while PLACES.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        // Whoever asks and goes away does not make room for another.
        held.abort();
        assert!(held.await.unwrap_err().is_cancelled());
        let told = aside(&PLACES, || Ok(Value::Null)).await.unwrap_err().to_string();
        assert!(told.starts_with("code: busy\n") && told.ends_with("retry: later"), "{told}");
        drop(go);
        while PLACES.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(aside(&PLACES, || stated("{}")).await.unwrap_err(), stated("{}").unwrap_err());
    }

    #[tokio::test]
    async fn a_check_that_breaks_gives_its_place_back() {
        static PLACES: Semaphore = Semaphore::const_new(1);
        let broken = aside(&PLACES, || panic!("a defect")).await.unwrap_err().to_string();
        assert!(broken.starts_with("code: INTERNAL\n"), "{broken}");
        assert_eq!(PLACES.available_permits(), 1);
    }
}
