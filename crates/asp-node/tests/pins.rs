//! Pinned cards: what the node finds where a card should be it says once and again when it changes, and it counts.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::time::Duration;

use asp_core::a2a::{self, Host, Received};
use asp_core::limits;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_node::Config;
use axum::http::StatusCode;

use support::*;

/// How often the node looks; the clock goes on by as much at a time.
const STEP: Millis = Millis(1_000);
const URL: &str = "https://globex.example/card.json";

/// Where the seller serves its card.
async fn card_site() -> Site {
    Site::start("/card.json").await
}

fn allow(site: &Site, config: &mut Config) {
    site.stands_for("globex.example", config);
    config.card_check_ms = STEP.0;
}

/// Serves a card of this name, and gives its digest.
fn puts(site: &Site, name: &str) -> Hash {
    let card = Card::of(text(name), text("trades"), [text("provision.compute.gpu")].into());
    let (agent, log) = (agent_uri("globex/seller"), text("node.example"));
    let made = a2a::of_agent(&agent, &card, &Host { log: &log, url: "https://node.example" });
    let bytes = a2a::sign(made, &key("globex/seller"));
    let digest = Received::read(&bytes).unwrap().digest();
    site.answers(StatusCode::OK, bytes);
    digest
}

/// The seller pins a card.
async fn pins(stage: &mut Stage, digest: Hash, url: &str) {
    pins_by(stage, "globex/seller", digest, url).await;
}

async fn pins_by(stage: &mut Stage, agent: &str, digest: Hash, url: &str) {
    let card = Card::of(text(agent), text("trades"), [text("provision.compute.gpu")].into());
    let card = Card { a2a: Some(A2aPin { digest, url: text(url) }), ..card };
    let stream = StreamName::Of(StreamId::Agent(agent_uri(agent)));
    let statement = stage.author.by(agent, stream, Body::AgentCardSet(CardSet { card }));
    stage.take(statement).await;
}

/// The node's own words in the seller's stream. Later statements of the seller's follow them.
fn checks(stage: &mut Stage) -> Vec<CardCheck> {
    checks_of(stage, "globex/seller")
}

fn checks_of(stage: &mut Stage, agent: &str) -> Vec<CardCheck> {
    let stream = StreamId::Agent(agent_uri(agent));
    let entries = stage.node.store().read(|reader| reader.entries(&stream, None, 1_000)).unwrap();
    let mut checks = Vec::new();
    for entry in &entries {
        let said = entry.statement.statement();
        if let Body::AgentCardCheck(check) = &said.body {
            assert_eq!(said.issuer, Issuer::Node(stage.node.origin().clone()));
            assert!(entry.statement.signed_by(&stage.node.node_key()));
            checks.push(check.clone());
        }
    }
    stage.author.note(&entries.last().unwrap().statement);
    checks
}

/// Lets time pass until the node has said so many things of the seller's card.
async fn said(stage: &mut Stage, count: usize) -> Vec<CardCheck> {
    let mut size = stage.node.store().watch();
    for _ in 0..STEPS_MAX {
        size.borrow_and_update();
        let checks = checks(stage);
        if checks.len() >= count {
            return checks;
        }
        if tokio::time::timeout(Duration::from_millis(50), size.changed()).await.is_err() {
            stage.stepper.pass(STEP);
        }
    }
    panic!("nobody said it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_is_said_once_and_again_when_it_changes() {
    // ASP-AGT-012, ASP-AGT-013
    let site = card_site().await;
    let mut stage = Stage::with(|config| allow(&site, config)).await;
    stage.org("globex").await;
    stage.agent("globex/seller").await;
    let pin = puts(&site, "Seller");
    pins(&mut stage, pin, URL).await;
    assert_eq!(said(&mut stage, 1).await, [CardCheck { digest: Some(pin), matches: true, pin }]);
    let asked = site.asked();
    site.until_asked(&stage, asked + 3, STEP).await;
    assert_eq!(checks(&mut stage).len(), 1, "what stays as it is is looked at, and not said again");
    let other = puts(&site, "Another");
    assert_eq!(said(&mut stage, 2).await[1], CardCheck { digest: Some(other), matches: false, pin });
    site.answers(StatusCode::OK, "no card");
    let asked = site.asked();
    site.until_asked(&stage, asked + 2, STEP).await;
    assert_eq!(checks(&mut stage).len(), 2, "it is missing as before");
    // Another pin is looked for at once, and a node that starts anew goes on.
    pins(&mut stage, other, URL).await;
    said(&mut stage, 3).await;
    let mut stage = stage.restart(STEP).await;
    puts(&site, "Another");
    let all = said(&mut stage, 4).await;
    assert_eq!(all[2], CardCheck { digest: None, matches: false, pin: other });
    assert_eq!(all[3], CardCheck { digest: Some(other), matches: true, pin: other });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_a_card_counts_when_it_came_three_times_in_a_row() {
    // ASP-AGT-012, ASP-AGT-014
    for (status, bytes) in [
        (StatusCode::NOT_FOUND, Vec::new()),
        (StatusCode::FOUND, Vec::new()),
        (StatusCode::OK, b"{\"name\":1,\"name\":2}".to_vec()),
        (StatusCode::OK, vec![b' '; limits::A2A_CARD_BYTES_MAX + 1]),
    ] {
        let site = card_site().await;
        let mut stage = Stage::with(|config| allow(&site, config)).await;
        stage.org("globex").await;
        stage.agent("globex/seller").await;
        let pin = puts(&site, "Seller");
        site.answers(status, bytes);
        pins(&mut stage, pin, URL).await;
        site.until_asked(&stage, limits::CARD_ABSENCES_MAX - 1, STEP).await;
        assert_eq!(checks(&mut stage), [], "{status} can be a card that is put in place anew");
        let none = CardCheck { digest: None, matches: false, pin };
        assert_eq!(said(&mut stage, 1).await, [none], "{status}");
        assert_eq!(site.asked(), limits::CARD_ABSENCES_MAX);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_not_said_to_serve_another_card() {
    // ASP-AGT-014
    for (status, held) in
        [(StatusCode::BAD_GATEWAY, false), (StatusCode::TOO_MANY_REQUESTS, false), (StatusCode::OK, true)]
    {
        let site = card_site().await;
        let mut stage = Stage::with(|config| {
            allow(&site, config);
            if held {
                config.fetch_timeout_ms = 20;
            }
        })
        .await;
        stage.org("globex").await;
        stage.agent("globex/seller").await;
        let pin = puts(&site, "Seller");
        site.answers(status, "no card");
        site.held.send_replace(held);
        pins(&mut stage, pin, URL).await;
        site.until_asked(&stage, 3 * limits::CARD_ABSENCES_MAX, STEP).await;
        assert_eq!(checks(&mut stage), [], "{status}");
        // It is looked for again, however long that went on.
        site.held.send_replace(false);
        let other = puts(&site, "Another");
        assert_eq!(said(&mut stage, 1).await, [CardCheck { digest: Some(other), matches: false, pin }]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pinned_anew_during_a_look_is_not_said_of_the_new_pin() {
    // ASP-AGT-012
    let site = card_site().await;
    let mut stage = Stage::with(|config| allow(&site, config)).await;
    stage.org("globex").await;
    stage.agent("globex/seller").await;
    let pin = Hash::of(&[b"a card that nobody serves"]);
    let served = puts(&site, "Seller");
    site.held.send_replace(true);
    pins(&mut stage, pin, URL).await;
    site.until_asked(&stage, 1, STEP).await;
    pins(&mut stage, served, URL).await;
    site.held.send_replace(false);
    assert_eq!(said(&mut stage, 1).await, [CardCheck { digest: Some(served), matches: true, pin: served }]);
    assert_eq!(site.asked(), 2, "one after the other, and not twice");
    // The same card at another address is another pin: what was found at the first says nothing of it.
    puts(&site, "Another");
    site.held.send_replace(true);
    site.until_asked(&stage, 3, STEP).await;
    pins(&mut stage, served, "https://globex.example/elsewhere.json").await;
    site.held.send_replace(false);
    let none = CardCheck { digest: None, matches: false, pin: served };
    assert_eq!(said(&mut stage, 2).await[1], none);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_is_said_on_the_head_that_there_is() {
    // ASP-AGT-012
    let site = card_site().await;
    let mut stage = Stage::with(|config| allow(&site, config)).await;
    stage.org("globex").await;
    stage.agent("globex/seller").await;
    let pin = puts(&site, "Seller");
    site.held.send_replace(true);
    pins(&mut stage, pin, URL).await;
    site.until_asked(&stage, 1, STEP).await;
    // The head that the look began with is not the head any more when it ends.
    pins(&mut stage, pin, URL).await;
    site.held.send_replace(false);
    assert_eq!(said(&mut stage, 1).await, [CardCheck { digest: Some(pin), matches: true, pin }]);
}

/// What is served when a deal is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Serves {
    Pinned,
    Another,
    /// Another one, and nobody looks.
    Unseen,
    /// Nothing, after the pinned one was found.
    Silence,
}

/// The buyer accepts a firm offer of the seller, who has pinned a card.
async fn accepted(serves: Serves) -> Answer {
    let site = card_site().await;
    let mut stage = Stage::with(|config| {
        allow(&site, config);
        if serves == Serves::Unseen {
            config.card_check_ms = 0;
        }
    })
    .await;
    let consent = stage.people().await;
    let pin = puts(&site, "Seller");
    pins(&mut stage, pin, URL).await;
    if serves != Serves::Unseen {
        said(&mut stage, 1).await;
    }
    let session = stage.invite(consent).await;
    let introduction = stage.author.introduction("globex/seller");
    stage.reply(session, "globex/seller", introduction, session).await;
    let asked = site.asked();
    match serves {
        Serves::Pinned => {}
        Serves::Unseen => drop(puts(&site, "Another")),
        Serves::Another => {
            puts(&site, "Another");
            said(&mut stage, 2).await;
        }
        Serves::Silence => {
            site.answers(StatusCode::SERVICE_UNAVAILABLE, "");
            site.until_asked(&stage, asked + limits::CARD_ABSENCES_MAX + 1, STEP).await;
        }
    }
    let package = package(stage.now(), "globex/seller", "acme/buyer");
    let terms_hash = package.terms_hash();
    let offered = stage.say(session, "globex/seller", offer(package)).await;
    let acceptance = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    let statement = stage.author.say(session, "acme/buyer", acceptance, Some(offered));
    stage.send("/v1/statements", statement.envelope()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_bound_to_an_agent_that_serves_another_card_than_it_pinned() {
    // THR-CARD-SWAP, ASP-SES-048
    assert_eq!(accepted(Serves::Another).await.code(), "CARD_CHANGED");
    assert_eq!(accepted(Serves::Pinned).await.status.as_u16(), 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_looks_another_card_binds_as_the_pinned_one() {
    // THR-CARD-SWAP: the same deal at a node that does not look.
    assert_eq!(accepted(Serves::Unseen).await.status.as_u16(), 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_network_stops_nobody_from_signing() {
    // ASP-AGT-014
    assert_eq!(accepted(Serves::Silence).await.status.as_u16(), 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_leads_the_node_to_nobody_within() {
    // THR-SSRF-CARD, ASP-AGT-014
    for allowed in [false, true] {
        let (inner, site) = (card_site().await, card_site().await);
        let mut stage = Stage::with(|config| {
            allow(&site, config);
            if allowed {
                let both = format!("globex.example=http://{},127.0.0.0/8", site.address);
                config.fetch_allow = both.parse().unwrap();
            }
        })
        .await;
        stage.org("globex").await;
        // The agents of one organisation are looked at one after the other: once the second was, the first was.
        for agent in ["globex/first", "globex/seller"] {
            stage.agent(agent).await;
        }
        let pin = puts(&inner, "First");
        pins_by(&mut stage, "globex/first", pin, &format!("http://{}/card.json", inner.address)).await;
        let other = puts(&site, "Seller");
        pins(&mut stage, other, URL).await;
        assert_eq!(said(&mut stage, 1).await, [CardCheck { digest: Some(other), matches: true, pin: other }]);
        let found = vec![CardCheck { digest: Some(pin), matches: true, pin }];
        let expected = if allowed { found } else { Vec::new() };
        assert_eq!(checks_of(&mut stage, "globex/first"), expected);
        assert_eq!(inner.asked() > 0, allowed, "with the operator's leave the same address is reached");
    }
}
