//! What stands under a consent: its trail and its sessions, for the two organisations and for nobody else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_client::{TrailFile, TrailRecord};
use asp_core::bundle::Anchors;
use asp_core::name::StreamId;
use asp_core::position::Hash;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use serde_json::Value;

use support::*;

/// A session with a deal under a consent of Acme and Globex, and one of Acme and Initech beside it.
async fn deals(stage: &mut Stage) -> (Hash, Hash, [Hash; 2]) {
    let (session, consent) = stage.session().await;
    stage.deal(session).await;
    let beside = stage.consent("acme", "initech").await;
    let invitation = stage.author.invitation("acme/buyer", "initech/clerk", beside);
    let other = stage.take(invitation).await;
    (consent, beside, [session, other])
}

fn path(consent: Hash, what: &str) -> String {
    format!("/v1/consents/{}/{what}", consent.to_hex())
}

/// The records of a trail that holds.
fn records(answer: &Answer) -> Vec<TrailRecord> {
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/x-ndjson"));
    let report = TrailFile::open(answer.bytes.as_slice()).unwrap().verify(&Anchors { node_key: None });
    let report = report.unwrap();
    assert!(!report.refuted(), "{report:?}");
    let mut file = TrailFile::open(answer.bytes.as_slice()).unwrap();
    let mut records = Vec::new();
    while let Some(record) = file.next_record().unwrap() {
        records.push(record);
    }
    assert_eq!(records.len() as u64, report.statements);
    records
}

fn streams(records: &[TrailRecord]) -> Vec<StreamId> {
    records.iter().map(|record| record.message.verify().unwrap().statement().stream.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_is_what_was_said_under_a_consent_in_the_order_of_the_log() {
    let mut stage = Stage::new().await;
    let (consent, beside, [session, other]) = deals(&mut stage).await;
    let mut trails = Vec::new();
    for name in ["acme", "globex"] {
        let reader = stage.reader(name).await;
        trails.push(stage.get_as(&reader, &path(consent, "trail")).await);
    }
    let (ours, theirs) = (records(&trails[0]), records(&trails[1]));
    let hashes =
        |records: &[TrailRecord]| -> Vec<Hash> { records.iter().map(|record| record.message.hash).collect() };
    assert_eq!(hashes(&ours), hashes(&theirs), "both sides have the same");
    assert!(ours.is_sorted_by_key(|record| record.message.log_index));
    let named = streams(&ours);
    let count = |stream: StreamId| named.iter().filter(|it| **it == stream).count();
    assert_eq!(count(StreamId::Session(session)), 4);
    assert_eq!(count(StreamId::Consent(consent)), 2);
    assert_eq!(count(StreamId::Agent(agent_uri("globex/seller"))), 1);
    assert_eq!(
        count(StreamId::Session(other)) + count(StreamId::Consent(beside)),
        0,
        "of the other, nothing"
    );
    // What is said afterwards stands in the next one alone.
    stage.say(session, "acme/buyer", note("more")).await;
    let reader = stage.reader("acme").await;
    let later = records(&stage.get_as(&reader, &path(consent, "trail")).await);
    assert_eq!((hashes(&later[..ours.len()]), later.len()), (hashes(&ours), ours.len() + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_party_is_told_of_a_trail_what_is_told_of_none() {
    let mut stage = Stage::new().await;
    let (consent, ..) = deals(&mut stage).await;
    let nothing = Hash::of(&[b"nothing"]);
    // An agent of a party sees the consent, and its own sessions; the trail is of all agents.
    for name in ["initech", "initech/clerk", "acme/buyer"] {
        let reader = stage.reader(name).await;
        let told = stage.get_as(&reader, &path(consent, "trail")).await;
        let absent = stage.get_as(&reader, &path(nothing, "trail")).await;
        assert_eq!((told.code(), &told.bytes), ("NOT_FOUND".to_owned(), &absent.bytes), "{name}");
    }
    assert_eq!(stage.get(&path(consent, "trail")).await.code(), "UNAUTHENTICATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_ended_stays_in_the_trail_and_in_the_list() {
    let mut stage = Stage::new().await;
    let (consent, ..) = deals(&mut stage).await;
    let ended = stage.invite(consent).await;
    let reason = Because { reason: text("no time") };
    stage.reply(ended, "globex/seller", Body::Reject(reason), ended).await;
    let reader = stage.reader("globex").await;
    let named = streams(&records(&stage.get_as(&reader, &path(consent, "trail")).await));
    assert_eq!(named.iter().filter(|it| **it == StreamId::Session(ended)).count(), 2);
    let page = stage.get_as(&reader, &path(consent, "sessions")).await.ok();
    let states: Vec<&Value> =
        page["sessions"].as_array().unwrap().iter().map(|session| &session["state"]).collect();
    assert_eq!(states, ["FAILED", "EXECUTING"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sessions_under_a_consent_come_in_pages_those_opened_last_first() {
    let mut stage = Stage::new().await;
    let (consent, beside, [session, other]) = deals(&mut stage).await;
    let mut opened = vec![session];
    for _ in 0..2 {
        opened.push(stage.invite(consent).await);
    }
    opened.reverse();
    let reader = stage.reader("globex").await;
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let page = stage.get_as(&reader, &path(consent, &format!("sessions?pageSize=2{token}"))).await.ok();
        found.extend(page["sessions"].as_array().unwrap().clone());
        let Some(next) = page["nextPageToken"].as_str() else { break };
        token = format!("&pageToken={next}");
    }
    let ids: Vec<Value> = found.iter().map(|session| session["id"].clone()).collect();
    let expected: Vec<Value> = opened.iter().map(|id| serde_json::to_value(id).unwrap()).collect();
    assert_eq!(ids, expected);
    let whole = &found[2];
    assert_eq!(
        whole["agents"],
        serde_json::json!(["agent://acme.example/buyer", "agent://globex.example/seller"])
    );
    assert_eq!(whole["commitments"][0]["state"], "ACTIVE");
    for (name, of, count) in
        [("globex/seller", consent, Some(3)), ("acme", beside, Some(1)), ("initech", consent, None)]
    {
        let reader = stage.reader(name).await;
        let answer = stage.get_as(&reader, &path(of, "sessions")).await;
        match count {
            Some(count) => assert_eq!(answer.ok()["sessions"].as_array().unwrap().len(), count, "{name}"),
            None => assert_eq!(answer.code(), "NOT_FOUND", "{name}"),
        }
    }
    let reader = stage.reader("initech").await;
    let page = stage.get_as(&reader, &path(beside, "sessions")).await.ok();
    assert_eq!(page["sessions"][0]["id"], serde_json::to_value(other).unwrap());
    for wrong in ["sessions?pageSize=0", "sessions?pageSize=1001", "sessions?pageToken=x", "sessions?page=1"]
    {
        assert_eq!(stage.get_as(&reader, &path(beside, wrong)).await.code(), "INVALID_QUERY", "{wrong}");
    }
}
