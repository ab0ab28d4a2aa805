//! Proof of domains: what the node finds under a domain it says once, and again when it changes.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use asp_core::limits;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::{Hash, Millis, Sequence};
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_node::Config;
use axum::http::StatusCode;
use serde_json::{Value, json};

use support::*;

const HOUR: Millis = Millis(3_600_000);

/// What stands under acme.example.
async fn domain_site() -> Site {
    Site::start("/.well-known/asp-configuration").await
}

fn allow(site: &Site, config: &mut Config) {
    site.stands_for("acme.example", config);
}

/// The document with the keys of these names.
fn publishes(site: &Site, keys: &[&str]) {
    site.answers(StatusCode::OK, document("acme.example", keys).to_string());
}

fn document(domain: &str, keys: &[&str]) -> Value {
    let keys: Vec<String> = keys.iter().map(|name| key(name).id().to_string()).collect();
    json!({"organisation": {"domain": domain, "keys": keys}})
}

async fn stage(site: &Site) -> Stage {
    let mut stage = Stage::with(|config| allow(site, config)).await;
    stage.org("acme").await;
    stage
}

fn acme() -> StreamId {
    StreamId::Org(domain("acme"))
}

/// Acme says where its key is published.
async fn asks(stage: &mut Stage, method: VerifyMethod) {
    says(stage, Body::OrgVerify(OrgVerify { key: key("acme").id(), method })).await;
}

async fn says(stage: &mut Stage, body: Body) {
    let statement = stage.author.by("acme", StreamName::Of(acme()), body);
    stage.take(statement).await;
}

/// The node's own words in acme's stream: what it found. Later statements of acme's follow them.
fn checks(stage: &mut Stage) -> Vec<OrgCheck> {
    let entries = stage.node.store().read(|reader| reader.entries(&acme(), None, 1_000)).unwrap();
    let mut checks = Vec::new();
    for entry in &entries {
        let said = entry.statement.statement();
        if let Body::OrgCheck(check) = &said.body {
            assert_eq!(said.issuer, Issuer::Node(stage.node.origin().clone()));
            assert!(entry.statement.signed_by(&stage.node.node_key()));
            checks.push(check.clone());
        }
    }
    stage.author.note(&entries.last().unwrap().statement);
    checks
}

/// Waits until the node has said so many things of acme. What it signed before time was let pass is too old to be taken in,
/// so where nothing comes it gets the time to say it again.
async fn said(stage: &mut Stage, count: usize) -> Vec<OrgCheck> {
    let mut size = stage.node.store().watch();
    for _ in 0..STEPS_MAX {
        size.borrow_and_update();
        let checks = checks(stage);
        if checks.len() >= count {
            return checks;
        }
        if tokio::time::timeout(Duration::from_secs(5), size.changed()).await.is_err() {
            stage.stepper.pass(limits::DOMAIN_CHECK_AGAIN_MS);
        }
    }
    panic!("nothing was said")
}

/// Lets hours pass until what acme's page says is so.
async fn until(stage: &Stage, holds: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..STEPS_MAX {
        let view = stage.get("/v1/organisations/acme.example").await.ok();
        if holds(&view["proof"]) {
            return view["proof"].clone();
        }
        stage.stepper.pass(HOUR);
    }
    panic!("it never was so");
}

fn found(checks: &[OrgCheck]) -> Vec<bool> {
    checks.iter().map(|check| check.found).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_is_said_once_and_again_when_it_changes() {
    // ASP-ORG-009, THR-FALSE-DOMAIN: with its own key there the organisation is proved.
    let site = domain_site().await;
    let mut stage = stage(&site).await;
    assert!(stage.get("/v1/organisations/acme.example").await.ok().get("proof").is_none(), "nobody asked");
    asks(&mut stage, VerifyMethod::WellKnown).await;
    let first = said(&mut stage, 1).await;
    let key_id = key("acme").id();
    let expected = OrgCheck { evidence: None, found: false, key: key_id, method: VerifyMethod::WellKnown };
    assert_eq!(first, [expected]);
    let proof = until(&stage, |proof| proof["lookedAt"].is_string()).await;
    assert_eq!((proof["proved"].as_bool(), proof["found"].as_bool()), (Some(false), Some(false)));
    assert_eq!(proof["saw"], "it answers 404");

    publishes(&site, &["other", "acme"]);
    let proof = until(&stage, |proof| proof["proved"] == true && proof["saw"] == "the key is there").await;
    assert_eq!(proof["method"], "well-known");
    let second = said(&mut stage, 2).await;
    let text = document("acme.example", &["other", "acme"]).to_string();
    assert_eq!(second[1].evidence, Some(Hash::of(&[text.as_bytes()])));
    assert_eq!(proof["checkedIn"], 3);

    // What stays as it is is looked at, and not said again.
    let asked = site.asked();
    site.until_asked(&stage, asked + 3, HOUR).await;
    assert_eq!(checks(&mut stage).len(), 2);
    publishes(&site, &["other"]);
    let proof = until(&stage, |proof| proof["proved"] == false).await;
    assert_eq!(proof["found"], false);
    let third = said(&mut stage, 3).await;
    assert_eq!(found(&third), [false, true, false]);
    assert!(third[2].evidence.is_some(), "what was read instead of the key");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_under_a_domain_for_another_proves_nothing() {
    // THR-FALSE-DOMAIN
    let site = domain_site().await;
    let mut stage = stage(&site).await;
    // The attack: whoever registers a domain first is not its owner.
    for (text, saw) in [
        (document("acme.example", &["globex"]), "another key is there"),
        (document("globex.example", &["acme"]), "the document has no member `organisation` of this domain"),
        (
            json!({"nodeKey": key("acme").id(), "origin": "acme.example"}),
            "the document has no member `organisation` of this domain",
        ),
        (json!({"organisation": "acme.example"}), "the document cannot be read"),
    ] {
        site.answers(StatusCode::OK, text.to_string());
        asks(&mut stage, VerifyMethod::WellKnown).await;
        let proof = until(&stage, |proof| proof["saw"] == saw).await;
        assert_eq!(proof["proved"], false, "{text}");
        said(&mut stage, 1).await;
    }
    assert_eq!(found(&checks(&mut stage)), [false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_for_a_day_does_not_lose_its_domain() {
    let site = domain_site().await;
    let mut stage = stage(&site).await;
    publishes(&site, &["acme"]);
    asks(&mut stage, VerifyMethod::WellKnown).await;
    said(&mut stage, 1).await;
    site.answers(StatusCode::SERVICE_UNAVAILABLE, "{}");
    let asked = site.asked();
    site.until_asked(&stage, asked + 2, HOUR).await;
    assert_eq!(found(&checks(&mut stage)), [true]);
    until(&stage, |proof| proof["proved"] == false && proof["saw"] == "it answers 503").await;
    assert!(site.asked() >= asked + 3);
    publishes(&site, &["acme"]);
    until(&stage, |proof| proof["proved"] == true).await;
    assert_eq!(found(&said(&mut stage, 3).await), [true, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_while_the_node_looks_is_not_overtaken() {
    let site = domain_site().await;
    let mut stage = stage(&site).await;
    publishes(&site, &["acme"]);
    site.held.send_replace(true);
    asks(&mut stage, VerifyMethod::WellKnown).await;
    site.until_asked(&stage, 1, HOUR).await;
    says(&mut stage, Body::OrgPolicySet(PolicySet::of(vec![text("Ada")]))).await;
    site.held.send_replace(false);
    assert_eq!(found(&said(&mut stage, 1).await), [true]);
    let entries = stage.node.store().read(|reader| reader.entries(&acme(), Some(Sequence(1)), 10)).unwrap();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.statement.statement().kind.as_str()).collect();
    assert_eq!(kinds, ["org.policy.set", "org.check"], "signed anew on the new head");

    // Who names another place meanwhile is answered for that one.
    site.held.send_replace(true);
    asks(&mut stage, VerifyMethod::WellKnown).await;
    site.until_asked(&stage, 2, HOUR).await;
    let (key_id, method) = (key("acme's second").id(), VerifyMethod::WellKnown);
    let add = stage.author.draft("acme", acme(), Body::OrgKeyAdd(KeyAdd { key: key_id }));
    let add = stage.author.sign(&add, &[&key("acme"), &key("acme's second")]);
    stage.take(add).await;
    says(&mut stage, Body::OrgVerify(OrgVerify { key: key_id, method })).await;
    site.held.send_replace(false);
    stage.stepper.pass(limits::DOMAIN_LOOKS_APART_MS);
    let last = said(&mut stage, 2).await.pop().unwrap();
    assert_eq!((last.found, last.key), (false, key_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_forgets_nobody_and_begins_nothing_anew() {
    let site = domain_site().await;
    let mut stage = stage(&site).await;
    publishes(&site, &["acme"]);
    site.held.send_replace(true);
    asks(&mut stage, VerifyMethod::WellKnown).await;
    site.until_asked(&stage, 1, HOUR).await;
    // It stops before it knows.
    let mut stage = stage.restart(Millis(0)).await;
    site.held.send_replace(false);
    assert_eq!(found(&said(&mut stage, 1).await), [true]);
    let asked = site.asked();
    let stage = stage.restart(Millis(0)).await;
    stage.get("/v1/organisations/acme.example").await.ok();
    assert_eq!(site.asked(), asked, "what was found is looked at when its time comes");
    site.until_asked(&stage, asked + 1, HOUR).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_has_ended_is_not_looked_for() {
    let site = domain_site().await;
    let mut stage = stage(&site).await;
    publishes(&site, &["acme"]);
    asks(&mut stage, VerifyMethod::WellKnown).await;
    said(&mut stage, 1).await;
    let (old_key, new_key) = (key("acme").id(), key("acme's second").id());
    let rotate = stage.author.draft("acme", acme(), Body::OrgKeyRotate(KeyRotate { new_key, old_key }));
    let rotate = stage.author.sign(&rotate, &[&key("acme"), &key("acme's second")]);
    stage.take(rotate).await;
    let view = stage.get("/v1/organisations/acme.example").await.ok();
    assert_eq!(view["proof"]["proved"], false);
    let asked = site.asked();
    for _ in 0..72 {
        stage.stepper.pass(HOUR);
        stage.get("/v1/organisations/acme.example").await.ok();
    }
    assert_eq!((site.asked(), checks(&mut stage).len()), (asked, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_told_to_looks_at_nobody() {
    let site = domain_site().await;
    let mut stage = Stage::with(|config| {
        allow(&site, config);
        config.domain_check_ms = 0;
    })
    .await;
    stage.org("acme").await;
    asks(&mut stage, VerifyMethod::WellKnown).await;
    stage.stepper.pass(Millis(30 * 86_400_000));
    let view = stage.get("/v1/organisations/acme.example").await.ok();
    assert_eq!(view["proof"]["proved"], false);
    assert!(view["proof"].get("found").is_none() && site.asked() == 0, "{view}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_leads_the_node_to_nobody_within() {
    // THR-SSRF-DOMAIN
    let site = domain_site().await;
    publishes(&site, &["acme"]);
    // The attack: the name of a stranger's domain is an address of this machine, where the key would stand.
    let server = name_server(Arc::default()).await;
    let mut stage = Stage::with(|config| config.name_server = Some(server)).await;
    stage.org("acme").await;
    asks(&mut stage, VerifyMethod::WellKnown).await;
    assert_eq!(found(&said(&mut stage, 1).await), [false]);
    until(&stage, |proof| proof["saw"] == "it cannot be reached").await;
    assert_eq!(site.asked(), 0);
    // Nor by a detour over a server that may be reached.
    let detour = domain_site().await;
    detour.leads(&format!("http://{}/.well-known/asp-configuration", site.address));
    let mut stage = self::stage(&detour).await;
    asks(&mut stage, VerifyMethod::WellKnown).await;
    assert_eq!(found(&said(&mut stage, 1).await), [false]);
    until(&stage, |proof| proof["saw"] == "it leads elsewhere").await;
    assert_eq!((detour.asked() > 0, site.asked()), (true, 0));
    // The control: one word of the operator, and the same address is reached.
    let mut stage = self::stage(&site).await;
    asks(&mut stage, VerifyMethod::WellKnown).await;
    assert_eq!(found(&said(&mut stage, 1).await), [true]);
    assert!(site.asked() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_the_domain_is_as_good_as_a_document() {
    let texts = Arc::new(Mutex::new(vec!["v=spf1 -all".to_owned()]));
    let server = name_server(Arc::clone(&texts)).await;
    let mut stage = Stage::with(|config| config.name_server = Some(server)).await;
    stage.org("acme").await;
    asks(&mut stage, VerifyMethod::Dns).await;
    assert_eq!(found(&said(&mut stage, 1).await), [false]);
    until(&stage, |proof| proof["saw"] == "there is no record").await;
    texts.lock().unwrap().push(format!("asp1 key={}", key("globex").id()));
    until(&stage, |proof| proof["saw"] == "another key is there").await;
    let record = format!("asp1 key={}", key("acme").id());
    texts.lock().unwrap().push(record.clone());
    until(&stage, |proof| proof["proved"] == true).await;
    let checks = said(&mut stage, 2).await;
    assert_eq!(checks[1].evidence, Some(Hash::of(&[record.as_bytes()])));
    assert_eq!((found(&checks), checks[1].method), (vec![false, true], VerifyMethod::Dns));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_serves_the_keys_of_its_own_organisation_beside_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acme.json");
    std::fs::write(&path, document("acme.example", &["acme"]).to_string()).unwrap();
    let home = Stage::with(|config| config.organisation_document = Some(path.clone())).await;
    let configuration = home.get("/.well-known/asp-configuration").await.ok();
    assert_eq!(configuration["organisation"], document("acme.example", &["acme"])["organisation"]);
    assert!(configuration["nodeKey"].is_string());
    // Another node finds them there.
    let allow = format!("acme.example=http://{}", home.node.address());
    let mut stage = Stage::with(|config| config.fetch_allow = allow.parse().unwrap()).await;
    stage.org("acme").await;
    asks(&mut stage, VerifyMethod::WellKnown).await;
    assert_eq!(found(&said(&mut stage, 1).await), [true]);

    for wrong in ["", "{}", r#"{"organisation":{"domain":"acme.example","keys":["did:key:z"]}}"#] {
        std::fs::write(&path, wrong).unwrap();
        let other = tempfile::tempdir().unwrap();
        let config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            organisation_document: Some(path.clone()),
            ..Config::new(other.path())
        };
        let refused = asp_node::Node::start(config).await.unwrap_err();
        assert!(refused.to_string().contains("is not what `assent org publish` prints"), "{refused}");
    }
}
