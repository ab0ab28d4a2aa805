//! What time alone decides, also when the node was not there while it passed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_client::api::SessionView;
use asp_core::position::{Hash, Millis};
use asp_core::session::table::State;
use asp_core::statement::Body;
use asp_core::statement::body::*;

use support::*;

/// The session as one of its parties sees it, once it has this many statements.
async fn view_of(stage: &Stage, name: &str, session: Hash, statements: u64) -> SessionView {
    let reader = stage.reader(name).await;
    let path = format!(
        "/v1/sessions/{}/messages?after={}&waitSeconds=30",
        session.to_hex(),
        statements.saturating_sub(2)
    );
    assert_eq!(stage.get_as(&reader, &path).await.ok()["messages"].as_array().unwrap().len(), 1);
    let view = stage.get_as(&reader, &format!("/v1/sessions/{}", session.to_hex())).await;
    serde_json::from_slice(&view.bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_nobody_answers_ends() {
    // ASP-DLV-003
    let mut stage = Stage::new().await;
    let consent = stage.people().await;
    let session = stage.invite(consent).await;
    stage.stepper.pass(Millis(30_000));
    let view = view_of(&stage, "acme/buyer", session, 2).await;
    assert_eq!((view.state, view.end.unwrap().code.as_str()), (State::Failed, "INVITATION_TIMEOUT"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nearer_deadline_is_not_slept_through() {
    // ASP-DLV-003
    let mut stage = Stage::new().await;
    let (far, consent) = stage.session().await;
    // The timers wait for the first session's five minutes by now, or are about to; the invitation has thirty seconds.
    let near = stage.invite(consent).await;
    stage.stepper.pass(Millis(30_000));
    assert_eq!(view_of(&stage, "acme/buyer", near, 2).await.state, State::Failed);
    stage.stepper.pass(Millis(270_000));
    let view = view_of(&stage, "acme/buyer", far, 3).await;
    assert_eq!(view.end.unwrap().code, "RESPONSE_TIMEOUT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breach_is_found_after_the_node_was_away() {
    // ASP-DLV-003
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let commitment = stage.deal(session).await;
    let stage = stage.restart(Millis(7_200_000)).await;
    let view = view_of(&stage, "acme/buyer", session, 5).await;
    let commitment = view.commitments.iter().find(|known| known.id == commitment).unwrap();
    assert_eq!(commitment.state, CommitmentState::Breached);
    assert_eq!(commitment.obligations[0].state, "BREACHED");
    // It is said by the node, under its own key, and counts against the debtor.
    let buyer = stage.reader("acme/buyer").await;
    let path = format!("/v1/sessions/{}/messages?after=3", session.to_hex());
    let page: asp_client::api::MessagePage =
        serde_json::from_slice(&stage.get_as(&buyer, &path).await.bytes).unwrap();
    let breach = page.messages[0].verify().unwrap();
    assert!(breach.signed_by(&stage.node.node_key()));
    assert!(matches!(breach.statement().body, Body::Inform(Inform::Breach(_))));
    let trust = stage.get_as(&buyer, "/v1/trust?agent=agent://globex.example/seller").await.ok();
    assert_eq!(trust["restsOn"]["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_due_while_the_node_was_away_is_said_in_order() {
    // ASP-DLV-003
    let mut stage = Stage::new().await;
    let consent = stage.people().await;
    let mut sessions = Vec::new();
    for _ in 0..5 {
        sessions.push(stage.invite(consent).await);
        stage.stepper.pass(Millis(1_000));
    }
    let stage = stage.restart(Millis(3_600_000)).await;
    let mut indices = Vec::new();
    for session in &sessions {
        assert_eq!(view_of(&stage, "acme/buyer", *session, 2).await.state, State::Failed);
        let reader = stage.reader("acme/buyer").await;
        let path = format!("/v1/sessions/{}/messages?after=0", session.to_hex());
        let page = stage.get_as(&reader, &path).await.ok();
        indices.push(page["messages"][0]["logIndex"].as_u64().unwrap());
    }
    assert!(indices.is_sorted(), "{indices:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_acknowledges_a_fulfilment() {
    // ASP-DLV-003
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let commitment = stage.deal(session).await;
    let fulfilment = Inform::Fulfilment(Fulfilment {
        commitment,
        evidence: Evidence::Acknowledgement { text: text("there") },
        obligation: text("delivery"),
        stage: None,
    });
    stage.say(session, "globex/seller", Body::Inform(fulfilment)).await;
    stage.stepper.pass(Millis(72 * 3_600_000));
    let view = view_of(&stage, "globex/seller", session, 6).await;
    assert_eq!(view.commitments[0].state, CommitmentState::Fulfilled);
}
