//! What one organisation may ask of a node, and that another does not notice.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use std::collections::BTreeSet;

use asp_core::name::{StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::statement::body::*;
use asp_core::statement::draft::Draft;
use asp_core::statement::{Body, Verified};
use reqwest::StatusCode;

use support::*;

/// A statement in an organisation's own stream, signed by a key of this name.
fn policy(stage: &mut Stage, name: &str, signer: &str) -> Verified {
    let stream = StreamName::Of(StreamId::Org(domain(name)));
    let body = Body::OrgPolicySet(PolicySet::of(vec![text("somebody")]));
    let draft = Draft::new(stream, stage.author.origin.clone(), issuer(name), body);
    stage.author.sign(&draft, &[&key(signer)])
}

/// That an answer is a refusal for now.
#[track_caller]
fn refused_for_now(answer: &Answer, code: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text());
    assert_eq!((answer.code().as_str(), answer.header("retry-after")), (code, "1"));
}

fn invitation(stage: &mut Stage, consent: Hash) -> Verified {
    stage.author.invitation("acme/buyer", "globex/seller", consent)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_one_organisation_is_refused_and_another_is_taken_in() {
    let mut stage = Stage::with(|config| config.organisation_statements_per_second = 2).await;
    for name in ["acme", "globex"] {
        stage.org(name).await;
    }
    let mut taken = 0;
    let flood = loop {
        let statement = policy(&mut stage, "acme", "acme");
        let answer = stage.post(&statement).await;
        if answer.status != StatusCode::ACCEPTED {
            refused_for_now(&answer, "RATE_LIMITED");
            break statement;
        }
        taken += 1;
        assert!(taken <= 20, "ten seconds' allowance is all that is saved up");
    };
    assert_eq!(taken, 20);
    for _ in 0..15 {
        refused_for_now(&stage.post(&flood).await, "RATE_LIMITED");
        let statement = policy(&mut stage, "globex", "globex");
        stage.take(statement).await;
    }
    // A second brings two more, of which the first is the very bytes that were refused.
    stage.stepper.pass(Millis(1_000));
    stage.take(flood).await;
    let statement = policy(&mut stage, "acme", "acme");
    stage.take(statement).await;
    let statement = policy(&mut stage, "acme", "acme");
    refused_for_now(&stage.post(&statement).await, "RATE_LIMITED");
    let metrics = stage.get("/metrics").await.text();
    assert!(metrics.lines().any(|line| line.ends_with(" 17") && line.contains("quota")), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_spends_the_share_of_another_by_writing_its_name() {
    let mut stage = Stage::with(|config| {
        config.organisation_statements_per_second = 1;
        config.half_open_max = 1;
    })
    .await;
    let consent = stage.people().await;
    stage.stepper.pass(Millis(10_000));
    for _ in 0..30 {
        let forged = policy(&mut stage, "globex", "mallory");
        assert_eq!(stage.post(&forged).await.code(), "KEY_NOT_VALID");
        // In the name of the buyer, by a key that is nobody's.
        let honest = invitation(&mut stage, consent);
        let stream = StreamName::Opens(StreamKind::Session);
        let body = honest.statement().body.clone();
        let draft = Draft::new(stream, stage.author.origin.clone(), issuer("acme/buyer"), body);
        let forged = stage.author.sign(&draft, &[&key("mallory")]);
        assert_eq!(stage.post(&forged).await.code(), "KEY_NOT_VALID");
    }
    for _ in 0..10 {
        let statement = policy(&mut stage, "globex", "globex");
        stage.take(statement).await;
    }
    stage.invite(consent).await;
    let further = invitation(&mut stage, consent);
    refused_for_now(&stage.post(&further).await, "TOO_MANY_HALF_OPEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_beyond_the_limit_wait_until_one_was_answered() {
    let mut stage = Stage::with(|config| config.half_open_per_pair_max = 2).await;
    let consent = stage.people().await;
    let first = invitation(&mut stage, consent);
    let answered = stage.take(first.clone()).await;
    let withdrawn = stage.invite(consent).await;
    let further = invitation(&mut stage, consent);
    refused_for_now(&stage.post(&further).await, "TOO_MANY_HALF_OPEN");
    // Sent again it is the same invitation, and makes no room.
    stage.take(first).await;
    refused_for_now(&stage.post(&further).await, "TOO_MANY_HALF_OPEN");

    let introduction = stage.author.introduction("globex/seller");
    stage.reply(answered, "globex/seller", introduction, answered).await;
    stage.take(further).await;
    let further = invitation(&mut stage, consent);
    refused_for_now(&stage.post(&further).await, "TOO_MANY_HALF_OPEN");

    // The other way: who invited takes it back, which ends the session.
    let because = Because { reason: text("changed my mind") };
    stage.say(withdrawn, "acme/buyer", Body::Withdraw(Withdraw::Withdrawal(because))).await;
    stage.take(further).await;
    let further = invitation(&mut stage, consent);
    refused_for_now(&stage.post(&further).await, "TOO_MANY_HALF_OPEN");

    // Time ends them as well.
    stage.stepper.pass(Millis(30_000));
    stage.take(further).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_inviting_organisation_says_itself_is_no_answer() {
    let mut stage = Stage::with(|config| config.half_open_max = 1).await;
    let consent = stage.people().await;
    stage.agent("acme/helper").await;
    let party = |name: &str, role| Invitee { agent: agent_uri(name), required: None, role };
    let body = Body::Propose(Propose::Invitation(Invitation {
        capability: text("provision.compute.gpu"),
        consents: BTreeSet::from([consent]),
        limits: Limits::defaults(),
        mode: Mode::Open,
        nonce: Nonce([7; 16]),
        participants: vec![
            party("acme/buyer", ParticipantRole::Initiator),
            party("acme/helper", ParticipantRole::Party),
            party("globex/seller", ParticipantRole::Party),
        ],
        purpose: text("eight GPUs for a day"),
        schemas: None,
    }));
    let opening = stage.author.by("acme/buyer", StreamName::Opens(StreamKind::Session), body);
    let session = stage.take(opening).await;
    let introduction = stage.author.introduction("acme/helper");
    stage.reply(session, "acme/helper", introduction, session).await;
    let further = invitation(&mut stage, consent);
    refused_for_now(&stage.post(&further).await, "TOO_MANY_HALF_OPEN");
    let refusal = Body::Reject(Because { reason: text("no time") });
    stage.reply(session, "globex/seller", refusal, session).await;
    stage.take(further).await;
}
