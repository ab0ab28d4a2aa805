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
    // THR-HALF-OPEN
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

    // The control: where nothing is bounded, as many are taken in as are sent.
    let mut stage =
        Stage::with(|config| (config.half_open_max, config.half_open_per_pair_max) = (0, 0)).await;
    let consent = stage.people().await;
    for _ in 0..5 {
        stage.invite(consent).await;
    }
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

/// A deal of 1000 USD that Globex's seller keeps.
async fn kept_deal(stage: &mut Stage, consent: Hash) {
    let session = stage.invite(consent).await;
    let introduction = stage.author.introduction("globex/seller");
    stage.reply(session, "globex/seller", introduction, session).await;
    let commitment = stage.deal(session).await;
    let obligation: ObligationId = text("delivery");
    let evidence = Evidence::Acknowledgement { text: text("there") };
    let fulfilment =
        Inform::Fulfilment(Fulfilment { commitment, evidence, obligation: obligation.clone(), stage: None });
    stage.say(session, "globex/seller", Body::Inform(fulfilment)).await;
    let thanks = Inform::Acknowledgement(ObligationRef::whole(commitment, obligation));
    stage.say(session, "acme/buyer", Body::Inform(thanks)).await;
}

/// What the limits of an organisation say, for somebody.
async fn limits(stage: &Stage, who: &str, domain: &str) -> Answer {
    let reader = stage.reader(who).await;
    stage.get_as(&reader, &format!("/v1/organisations/{domain}/limits")).await
}

/// One limit of an answer: how much at most, and what is left.
fn limit(answer: &serde_json::Value, what: &str) -> (Option<u64>, Option<u64>) {
    let all = answer["limits"].as_array().unwrap();
    let found = all.iter().find(|limit| limit["what"] == what).unwrap();
    (found["most"].as_u64(), found["left"].as_u64())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_earned_a_level_with_those_whom_the_node_trusts_may_ask_for_more() {
    let mut stage = Stage::with(|config| config.trusted_organisations = text("acme.example")).await;
    let consent = stage.people().await;
    for _ in 0..4 {
        kept_deal(&mut stage, consent).await;
    }
    // What was looked at before counts for a minute.
    stage.stepper.pass(Millis(60_000));
    let told = loop {
        let told = limits(&stage, "globex", "globex.example").await.ok();
        if told["level"] == 1 {
            break told;
        }
        assert_eq!((&told["level"], limit(&told, "statementsPerSecond").0), (&0.into(), Some(100)));
        tokio::task::yield_now().await;
    };
    assert_eq!(told["seenBy"], serde_json::json!(["acme.example"]));
    assert_eq!(limit(&told, "statementsPerSecond").0, Some(200));
    assert_eq!(limit(&told, "invitationsUnanswered"), (Some(2_048), Some(2_048)));
    assert_eq!(limit(&told, "eventStreamsAndPolls"), (Some(1_024), Some(1_024)));
    // Who owed nothing has earned nothing.
    stage.stepper.pass(Millis(60_000));
    let other = limits(&stage, "acme", "acme.example").await.ok();
    assert_eq!((&other["level"], limit(&other, "statementsPerSecond").0), (&0.into(), Some(100)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_sees_its_own_limits_and_nobody_elses() {
    let mut stage = Stage::with(|config| {
        config.organisation_statements_per_second = 2;
        config.half_open_max = 0;
    })
    .await;
    let consent = stage.people().await;
    let (agent, own) = (
        limits(&stage, "acme/buyer", "acme.example").await.ok(),
        limits(&stage, "acme", "acme.example").await.ok(),
    );
    assert_eq!(
        (&own["organisation"], &own["level"], own.get("seenBy")),
        (&"acme.example".into(), &0.into(), None)
    );
    assert_eq!(limit(&agent, "statementsPerSecond"), limit(&own, "statementsPerSecond"));
    assert_eq!(limit(&own, "invitationsUnanswered"), (None, None), "0 bears any number");
    let (most, left) = limit(&own, "statementsPerSecond");
    stage.invite(consent).await;
    let after = limit(&limits(&stage, "acme", "acme.example").await.ok(), "statementsPerSecond");
    assert_eq!(after, (most, left.map(|left| left - 1)));
    assert_eq!(most, Some(2));

    let of_another = limits(&stage, "globex", "acme.example").await;
    let of_nobody = limits(&stage, "globex", "nobody.example").await;
    assert_eq!((of_another.code().as_str(), &of_another.bytes), ("NOT_FOUND", &of_nobody.bytes));
    let unsigned = stage.get("/v1/organisations/acme.example/limits").await;
    assert_eq!(unsigned.code(), "UNAUTHENTICATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_one_organisation_are_bounded_and_another_reads_on() {
    let mut stage = Stage::with(|config| config.organisation_requests_per_second = 1).await;
    stage.people().await;
    let (buyer, acme) = (stage.reader("acme/buyer").await, stage.reader("acme").await);
    for _ in 0..5 {
        stage.get_as(&buyer, "/v1/sessions").await.ok();
        stage.get_as(&acme, "/v1/sessions").await.ok();
    }
    refused_for_now(&stage.get_as(&buyer, "/v1/sessions").await, "RATE_LIMITED");
    refused_for_now(&stage.get_as(&acme, "/v1/consents").await, "RATE_LIMITED");
    let seller = stage.reader("globex/seller").await;
    stage.get_as(&seller, "/v1/sessions").await.ok();
    // What everybody may read is nobody's.
    stage.get("/v1/organisations/acme.example").await.ok();
    stage.stepper.pass(Millis(1_000));
    stage.get_as(&acme, "/v1/consents").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asked_for_too_much_waits_to_be_told_and_nobody_else_does() {
    let mut stage = Stage::with(|config| {
        config.organisation_statements_per_second = 1;
        // Longer than any test: only the end of the node ends it.
        config.refusal_pause_ms = 3_600_000;
    })
    .await;
    for name in ["acme", "globex"] {
        stage.org(name).await;
    }
    for _ in 0..10 {
        let statement = policy(&mut stage, "acme", "acme");
        stage.take(statement).await;
    }
    let beyond = policy(&mut stage, "acme", "acme");
    let url = stage.url("/v1/statements");
    let request = stage.http.post(url).header("content-type", "application/json").body(beyond.envelope());
    let waiting = tokio::spawn(Answer::of(request));
    for _ in 0..10 {
        let statement = policy(&mut stage, "globex", "globex");
        stage.take(statement).await;
    }
    while stage.get("/metrics").await.text().lines().all(|line| line != "assent_quota_refused_total 1") {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    stage.node.stop().await;
    refused_for_now(&waiting.await.unwrap(), "RATE_LIMITED");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_organisations_register_in_an_hour_and_one_that_is_sent_again_is_no_other() {
    let mut stage = Stage::with(|config| config.registrations_per_hour = 2).await;
    let first = stage.author.org("acme");
    stage.take(first.clone()).await;
    stage.stepper.pass(Millis(1));
    for _ in 0..5 {
        stage.take(first.clone()).await;
    }
    stage.org("globex").await;
    let third = stage.author.org("initech");
    refused_for_now(&stage.post(&third).await, "RATE_LIMITED");
    stage.stepper.pass(Millis(3_600_000));
    let third = stage.author.org("initech");
    stage.take(third).await;
}
