//! The node itself: how it starts, stops, describes and counts itself; and that the client understands it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use asp_client::{Client, Opening};
use asp_core::key::SecretKey;
use asp_core::position::Millis;
use asp_node::{Config, IdentityError, Node, StartError};
use serde_json::Value;

use support::*;

/// What is served; nothing else is.
const ROUTES: &str = "
    get /v1/organisations/{domain}/activity
    get /v1/organisations/{domain}/agents
    get /v1/organisations/{domain}/limits
    delete /a2a/{domain}/{path}
    get /a2a/{domain}/{path}
    post /a2a/{domain}/{path}
    delete /v1/people/{id}
    delete /v1/searches/{id}
    get /
    get /.well-known/agent-card.json
    get /.well-known/asp-configuration
    get /.well-known/did.json
    get /docs
    get /healthz
    get /join/{secret}
    get /log/checkpoint
    get /log/proof/consistency
    get /log/proof/inclusion
    get /log/tile/{tile}
    get /metrics
    get /openapi.json
    get /readyz
    get /signin
    get /signin/oidc
    get /signin/oidc/callback
    get /signin/{secret}
    get /spec
    get /spec/differences
    get /v1/accounts/{domain}
    get /v1/accounts/{domain}/entries
    get /v1/agents
    get /v1/agents/{domain}/{path}
    get /v1/commitments
    get /v1/commitments/{id}
    get /v1/commitments/{id}/bundle
    get /v1/consents
    get /v1/consents/{id}
    get /v1/consents/{id}/sessions
    get /v1/consents/{id}/trail
    get /v1/disputes
    get /v1/disputes/{id}
    get /v1/disputes/{id}/bundle
    get /v1/disputes/{id}/statements
    post /v1/disputes/{id}/ruling
    delete /v1/inbox/{group}
    get /v1/events
    get /v1/socket
    get /v1/inbox
    get /v1/inbox/{group}/dead
    post /v1/inbox/{group}/confirm
    post /v1/inbox/{group}/discard
    post /v1/inbox/{group}/lease
    post /v1/inbox/{group}/refuse
    post /v1/inbox/{group}/replay
    get /v1/me
    get /v1/node
    get /v1/organisations/{domain}
    get /v1/organisations/{domain}/did.json
    get /v1/people
    get /v1/people/{id}
    get /v1/receipts/{hash}
    get /v1/schemas
    get /v1/schemas/{hash}
    get /v1/searches
    get /v1/searches/{id}
    get /v1/searches/{id}/events
    get /v1/sessions
    get /v1/sessions/{id}
    get /v1/sessions/{id}/chunks/{digest}
    get /v1/sessions/{id}/digest
    get /v1/sessions/{id}/events
    get /v1/sessions/{id}/messages
    get /v1/sessions/{id}/trace
    get /v1/statements
    get /v1/trust
    get /v1/trust/history
    get /v1/trust/profile
    put /v1/sessions/{id}/chunks/{digest}
    post /v1/key-packages/claim
    post /join
    post /oauth/token
    post /signin
    post /signout
    post /v1/people/invitations
    post /v1/people/invitations:accept
    post /v1/people/links
    post /v1/search
    post /v1/searches
    post /v1/sessions/{id}/messages
    post /v1/settlement
    post /v1/statements
    delete /v1/webhooks/{id}
    get /assets/{name}
    get /console/agent
    get /console/agents
    get /console/commitments
    get /console/commitments/{id}
    get /console/consents
    get /console/consents/{id}
    get /console/consents/{id}/decision
    get /console/disputes
    get /console/disputes/{id}
    get /console/log
    get /console/sessions/{id}
    get /console/sessions/{id}/trace
    get /console/settings
    get /console/webhooks/{id}
    get /v1/webhooks
    get /v1/webhooks/{id}
    get /v1/webhooks/{id}/dead
    get /v1/webhooks/{id}/key
    post /console/consents/{id}/decision
    post /console/disputes/{id}/ruling
    post /console/webhooks
    post /console/webhooks/{id}
    post /v1/consents/{id}/decision
    post /v1/webhooks
    post /v1/webhooks/{id}/dead
    post /v1/webhooks/{id}/resume
    post /v1/webhooks/{id}/test
    post /mcp
";

#[tokio::test(flavor = "multi_thread")]
async fn the_description_names_every_route_and_only_what_is_there() {
    let stage = Stage::new().await;
    let document = stage.get("/openapi.json").await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    let routes: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect();
    assert_eq!(
        routes,
        ROUTES.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    );
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is there twice");
            assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{path}");
            assert!(
                operation["summary"].is_string() && operation["responses"]["default"].is_object(),
                "{path}"
            );
            // Each is served: nothing described is answered as not there by the router itself.
            let url = stage.url(&path.replace(['{', '}'], ""));
            let method: reqwest::Method = method.to_uppercase().parse().unwrap();
            let answer = Answer::of(stage.http.request(method, url)).await;
            assert_ne!(answer.status, 405, "{path}");
            assert_ne!(answer.status, 500, "{path}");
        }
    }
    check_references(&document, &document);
    // What was made is led on to by operations that are there.
    let links = document["paths"]["/v1/webhooks"]["post"]["responses"]["201"]["links"].as_object().unwrap();
    assert!(links.len() > 1 && links.keys().all(|link| names.contains(link)), "{links:?}");
}

/// Every reference of the document leads somewhere.
fn check_references(document: &Value, value: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            members.values().for_each(|member| check_references(document, member));
        }
        Value::Array(items) => items.iter().for_each(|item| check_references(document, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_load_nothing_and_say_everything() {
    let stage = Stage::new().await;
    let document = stage.get("/openapi.json").await.ok();
    let docs = stage.get("/docs").await;
    assert_eq!(docs.header("content-type"), "text/html; charset=utf-8");
    for page in [&docs, &stage.get("/").await] {
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        for outside in ["src=", "<script", "<link", "@import", "url(", "http://", "https://"] {
            assert!(!page.text().contains(outside), "{outside}");
        }
    }
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(docs.text().contains(&format!("<code>{path}</code>")), "{path}");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(docs.text().contains(&format!("id=\"schema-{name}\"")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_specification_is_a_page_that_loads_nothing() {
    let stage = Stage::new().await;
    let (page, differences) = (stage.get("/spec").await, stage.get("/spec/differences").await);
    for page in [&page, &differences] {
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        let text = page.text();
        for tag in ["<script", "<link", "@import", "<img", "src=", "style=", ".md\"", "<!--"] {
            assert!(!text.contains(tag), "{tag}");
        }
        // Every link within the page leads to something on it.
        for target in text.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(text.contains(&format!("id=\"{target}\"")), "{target}");
        }
    }
    let text = page.text();
    for part in [
        "<h1 id=\"the-agent-session-protocol-version-10\">",
        "id=\"asp-ses-013\"",
        "<svg ",
        "id=\"overloaded\"",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(differences.text().contains("<td>ACCEPT</td>"));
    for page in ["/", "/docs"] {
        assert!(stage.get(page).await.text().contains("href=\"/spec\""), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_and_counters_tell_how_it_is() {
    let mut stage = Stage::new().await;
    stage.people().await;
    assert_eq!(
        (stage.get("/healthz").await.text(), stage.get("/readyz").await.text()),
        ("ok\n".into(), "ready\n".into())
    );
    stage.get("/nothing").await;
    let metrics = stage.get("/metrics").await.text();
    for line in [
        "assent_log_size 8",
        "assent_statements_accepted_total 8",
        "assent_writable 1",
        "assent_http_responses_total{class=\"4xx\"} 1",
        "assent_problems_total{code=\"NOT_FOUND\"} 1",
    ] {
        assert!(metrics.lines().any(|known| known == line), "{line}\n{metrics}");
    }
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("assent_") && value.parse::<u64>().is_ok(), "{line}");
    }
    // A store that takes nothing more makes the node not ready; reading goes on.
    stage.node.store().stop();
    assert_eq!(stage.get("/readyz").await.status, 503);
    assert_eq!(stage.get("/healthz").await.status, 200);
    assert_eq!(stage.get("/v1/organisations/acme.example").await.status, 200);
    let statement = stage.author.org("late");
    let refused = stage.post(&statement).await;
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("STOPPING", "1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_start_says_why() {
    let stage = Stage::new().await;
    let start = |change: fn(&mut Config)| {
        let mut config = stage.config.clone();
        change(&mut config);
        Node::start(config)
    };
    assert!(matches!(start(|_| {}).await, Err(StartError::Store(asp_store::Fault::InUse { .. }))));
    let other = start(|config| config.origin = Some(text("assent.example/other"))).await;
    assert!(matches!(other, Err(StartError::Identity(IdentityError::OtherOrigin { .. }))));
    let address = start(|config| config.public_url = Some("node.example".to_owned())).await;
    assert!(matches!(address, Err(StartError::PublicUrl { .. })));
    // Who may reach its own machine is not reached from elsewhere.
    let tried = start(|config| {
        (config.a2a_conformance, config.listen) = (true, "0.0.0.0:0".parse().unwrap());
    })
    .await;
    assert!(matches!(tried, Err(StartError::Conformance { .. })));
    let elsewhere = tempfile::tempdir().unwrap();
    let config = Config { listen: stage.node.address(), ..Config::new(elsewhere.path()) };
    assert!(matches!(Node::start(config).await, Err(StartError::Listen { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_connect_at_once() {
    let stage = Stage::with(|config| config.connections_max = 2).await;
    let connect = || tokio::net::TcpStream::connect(stage.node.address());
    let (first, _second) = (connect().await.unwrap(), connect().await.unwrap());
    // Connections are accepted in their order, so these two have the places.
    let third = stage.get("/healthz").await;
    assert_eq!((third.code().as_str(), third.header("retry-after")), ("OVERLOADED", "1"));
    assert_eq!(third.status, 503);
    drop(first);
    let metrics = loop {
        let answer = stage.get("/metrics").await;
        if answer.status == 200 {
            break answer.text();
        }
        // The node has not noticed yet that there is a place.
        assert_eq!(answer.code(), "OVERLOADED");
    };
    let count =
        |name: &str| metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
    assert_eq!(count("assent_connections "), Some(2));
    assert!(count("assent_connections_refused_total ") > Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_node_is_the_same_node() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let (origin, node_key) = (stage.node.origin().clone(), stage.node.node_key());
    let mut stage = stage.restart(Millis(0)).await;
    assert_eq!((stage.node.origin(), stage.node.node_key()), (&origin, node_key));
    stage.say(session, "acme/buyer", note("where were we?")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_and_the_node_understand_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { listen: "127.0.0.1:0".parse().unwrap(), ..Config::new(folder.path()) };
    let node = Node::start(config).await.unwrap();
    let client = Client::connect(&node.url()).await.unwrap();
    assert_eq!((client.origin(), client.node_key()), (node.origin(), node.node_key()));
    let mut agents = Vec::new();
    for (organisation, agent) in [("acme", "acme/buyer"), ("globex", "globex/seller")] {
        let party = client.organisation_with(domain(organisation), key(organisation));
        party.register(text(organisation)).await.unwrap();
        let agent_key: SecretKey = key(agent);
        let capabilities = [text("provision.compute.gpu")].into();
        let card = asp_core::statement::body::Card::of(text(agent), text("trades"), capabilities);
        party.register_agent(&agent_uri(agent), &agent_key, card).await.unwrap();
        agents.push((party, client.agent_with(agent_uri(agent), agent_key)));
    }
    let [(acme, buyer), (globex, seller)] = &agents[..] else { panic!("two") };
    let consent = acme
        .request_consent(asp_client::ConsentTerms::about(
            domain("globex"),
            [text("provision")].into(),
            text("to trade"),
            asp_core::position::LogTime::MAX,
        ))
        .await
        .unwrap();
    globex.grant_consent(&consent).await.unwrap();
    let waiting = seller.next_invitation(Duration::from_secs(20));
    use asp_core::statement::body::{Invitee, ParticipantRole};
    let opening = buyer.open_session(Opening {
        with: vec![Invitee::of(agent_uri("globex/seller"), ParticipantRole::Party)],
        capability: text("provision.compute.gpu"),
        purpose: text("eight GPUs"),
        consents: Vec::new(),
        limits: asp_core::statement::body::Limits::defaults(),
        mode: asp_core::statement::body::Mode::Open,
        schemas: Vec::new(),
    });
    let (invited, opened) = tokio::join!(waiting, opening);
    let (invited, opened) = (invited.unwrap(), opened.unwrap());
    assert_eq!(invited.id(), opened.id());
    invited.introduce().await.unwrap();
    let mut events = Box::pin(opened.watch(None));
    use futures::StreamExt;
    for sequence in 0..2 {
        let message = events.next().await.unwrap().unwrap();
        assert_eq!(message.verify().unwrap().statement().sequence.0, sequence);
    }
    node.stop().await;
}
