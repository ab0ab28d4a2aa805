//! What others know agents and organisations by: Agent Cards of A2A and documents of did:web.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_core::a2a::Received;
use asp_core::name::{StreamId, StreamName};
use asp_core::statement::Body;
use asp_core::statement::body::*;
use serde_json::Value;

use support::*;

const CARD: &str = "/.well-known/agent-card.json";
const DID: &str = "/.well-known/did.json";

async fn card(stage: &Stage, path: &str) -> (Received, Value) {
    let answer = stage.get(path).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("cache-control"), "public, max-age=60");
    let received = Received::read(&answer.bytes).unwrap();
    assert_eq!(answer.header("etag"), format!("\"{}\"", received.digest().to_hex()));
    (received, answer.ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_has_a_card_and_signs_that_of_each_agent() {
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    stage.agent("acme/sales/gpu").await;
    let (node, shown) = card(&stage, CARD).await;
    assert_eq!(node.signers(), [stage.node.node_key()].into());
    assert_eq!((node.agent(), node.log()), (None, Some(stage.node.origin().clone())));
    assert_eq!(shown["supportedInterfaces"][0]["url"], stage.node.url());

    let agent = agent_uri("acme/sales/gpu");
    let path = format!("/v1/agents/{}/sales/gpu", agent.organisation());
    let (of_agent, shown) = card(&stage, &format!("{path}{CARD}")).await;
    assert_eq!(of_agent.signers(), [stage.node.node_key()].into());
    assert_eq!((of_agent.agent(), of_agent.log()), (Some(agent), Some(stage.node.origin().clone())));
    assert_eq!(shown["skills"][0]["id"], "provision.compute.gpu");
    assert_eq!(stage.get(&path).await.ok()["name"], shown["name"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_brings_the_address_that_the_node_signs() {
    let stage = Stage::new().await;
    let request = stage.http.get(stage.url(CARD)).header("host", "evil.example");
    let shown = Answer::of(request).await.ok();
    assert_eq!(shown["supportedInterfaces"][0]["url"], stage.node.url());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_there_or_has_retired_has_no_card() {
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    stage.agent("acme/gpu").await;
    let domain = domain("acme");
    let unknown = stage.get(&format!("/v1/agents/{domain}/none")).await;
    for path in
        [format!("none{CARD}"), format!("gpu/agent-card.json{CARD}"), CARD.trim_start_matches('/').to_owned()]
    {
        let answer = stage.get(&format!("/v1/agents/{domain}/{path}")).await;
        assert_eq!((answer.status, answer.text()), (unknown.status, unknown.text()), "{path}");
    }
    let stream = StreamName::Of(StreamId::Agent(agent_uri("acme/gpu")));
    let retire = stage.author.by("acme/gpu", stream, Body::AgentRetire(Because { reason: text("done") }));
    stage.take(retire).await;
    let answer = stage.get(&format!("/v1/agents/{domain}/gpu{CARD}")).await;
    assert_eq!((answer.status, answer.text()), (unknown.status, unknown.text()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_a_public_name_has_documents_of_did_web() {
    let mut stage = Stage::with(|config| config.public_url = Some("https://node.example".to_owned())).await;
    stage.org("acme").await;
    let domain = domain("acme");
    let node = stage.get(DID).await;
    assert_eq!(node.header("content-type"), "application/did+json");
    let node = node.ok();
    assert_eq!(node["id"], "did:web:node.example");
    let node_key = stage.node.node_key().to_string();
    assert_eq!(
        node["verificationMethod"][0]["publicKeyMultibase"],
        node_key.strip_prefix("did:key:").unwrap()
    );

    let path = format!("/v1/organisations/{domain}/did.json");
    let keys = |document: &Value| {
        let methods = document["verificationMethod"].as_array().unwrap();
        let key = |method: &Value| format!("did:key:{}", method["publicKeyMultibase"].as_str().unwrap());
        methods.iter().map(key).collect::<Vec<_>>()
    };
    let document = stage.get(&path).await.ok();
    assert_eq!(document["id"], format!("did:web:node.example:v1:organisations:{domain}"));
    assert_eq!(document["alsoKnownAs"][0], format!("did:web:{domain}"));
    assert_eq!(keys(&document), [key("acme").id().to_string()]);

    // A key that was replaced is in the log for ever, and in no document.
    let rotate = KeyRotate { old_key: key("acme").id(), new_key: key("acme-2").id() };
    let stream = StreamName::Of(StreamId::Org(domain.clone()));
    let draft = asp_core::statement::draft::Draft::new(
        stream,
        stage.node.origin().clone(),
        issuer("acme"),
        Body::OrgKeyRotate(rotate),
    );
    let rotated = stage.author.sign(&draft, &[&key("acme"), &key("acme-2")]);
    stage.take(rotated).await;
    assert_eq!(keys(&stage.get(&path).await.ok()), [key("acme-2").id().to_string()]);
    let none = stage.get("/v1/organisations/none.example/did.json").await;
    let unknown = stage.get("/v1/organisations/none.example").await;
    assert_eq!((none.status, none.text()), (unknown.status, unknown.text()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_only_this_machine_reaches_has_no_did_web() {
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    for path in [DID.to_owned(), format!("/v1/organisations/{}/did.json", domain("acme"))] {
        assert_eq!(stage.get(&path).await.code(), "NOT_FOUND");
    }
}
