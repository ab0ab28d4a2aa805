//! The course of a session as a node tells it, and what each side sees beside it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test whose preparation fails is to stop")]

mod support;

use asp_core::position::{Hash, Millis};
use asp_core::statement::Body;
use asp_core::statement::body::{Accept, Acceptance};
use serde_json::{Value, json};
use support::*;

impl Stage {
    async fn told(&self, name: &str, session: Hash, what: &str) -> Answer {
        let reader = self.reader(name).await;
        self.get_as(&reader, &format!("/v1/sessions/{}/{what}", session.to_hex())).await
    }

    async fn trace(&self, name: &str, session: Hash) -> Value {
        self.told(name, session, "trace").await.ok()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_are_told_the_same_course_and_a_stranger_nothing() {
    let mut stage = Stage::new().await;
    let (session, consent) = stage.session().await;
    let package = package(stage.now(), "globex/seller", "acme/buyer");
    let terms_hash = package.terms_hash();
    let offered = stage.say(session, "globex/seller", offer(package)).await;
    stage.stepper.pass(Millis(7_000));
    let acceptance = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    let accepted = stage.reply(session, "acme/buyer", acceptance, offered).await;

    let told = stage.trace("acme/buyer", session).await;
    for name in ["globex/seller", "acme", "globex"] {
        assert_eq!(stage.trace(name, session).await["trace"], told["trace"], "{name}");
    }
    let trace = &told["trace"];
    assert_eq!((&trace["state"], trace["steps"].as_array().unwrap().len()), (&json!("EXECUTING"), 4));
    assert_eq!(trace["steps"][3]["hash"], json!(accepted));
    let wait = trace["waits"].as_array().unwrap().last().unwrap();
    assert_eq!((&wait["what"], &wait["of"]), (&json!("offer"), &json!(issuer("acme/buyer"))));
    assert_eq!((&wait["waitedMs"], &wait["end"]), (&json!(7_000), &json!("answered")));
    let beside = told["beside"].as_array().unwrap();
    assert!(beside.iter().all(|it| it["stream"] == format!("consent:{}", consent.to_hex())), "{beside:?}");
    assert_eq!(beside.len(), 2);

    for what in ["trace", "digest"] {
        for stranger in ["initech/clerk", "initech"] {
            assert_eq!(stage.told(stranger, session, what).await.code(), "NOT_FOUND", "{what}");
        }
        // What there is not is answered in the same way, and without a token there is no answer.
        assert_eq!(stage.told("acme/buyer", consent, what).await.code(), "NOT_FOUND");
        let path = format!("/v1/sessions/{}/{what}", session.to_hex());
        assert_eq!(stage.get(&path).await.code(), "UNAUTHENTICATED");
    }
    let digest = stage.told("globex/seller", session, "digest").await.ok();
    assert_eq!((&digest["own"], &digest["rounds"]), (&json!("globex.example"), &json!(1)));
    assert_eq!(digest["theirs"]["answerMs"], json!(7_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_told_to_its_own_side_until_the_node_stops() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let package = package(stage.now(), "globex/seller", "acme/buyer");
    let terms_hash = package.terms_hash();
    let offered = stage.say(session, "globex/seller", offer(package)).await;
    let own = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    let own = stage.author.say(session, "globex/seller", own, Some(offered));
    for _ in 0..2 {
        assert_eq!(stage.post(&own).await.code(), "NOT_YOUR_TURN");
    }
    // Whoever takes no part leaves nothing.
    let strange = stage.author.say(session, "initech/clerk", note("let me in"), None);
    assert_eq!(stage.post(&strange).await.code(), "UNKNOWN_STREAM");
    for name in ["globex/seller", "globex"] {
        let refused = stage.trace(name, session).await["refused"].clone();
        assert_eq!(refused.as_array().unwrap().len(), 1, "{refused}");
        assert_eq!(refused[0]["hash"], json!(own.statement().hash));
        assert_eq!((&refused[0]["code"], &refused[0]["times"]), (&json!("NOT_YOUR_TURN"), &json!(2)));
    }
    assert_eq!(stage.trace("acme/buyer", session).await.get("refused"), None);
    let stage = stage.restart(Millis(0)).await;
    assert_eq!(stage.trace("globex/seller", session).await.get("refused"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_inbox_has_in_hand_is_told_until_its_lease_ends() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let take = |stage: &Stage, seller: &Reader| {
        stage.post_as(seller, "/v1/inbox/workers/lease").json(&json!({ "max": 100, "leaseMs": 5_000 }))
    };
    let fares = |told: &Value| -> Vec<(String, u64, bool)> {
        let told = told["deliveries"].as_array().cloned().unwrap_or_default();
        let fares = |it: &Value| {
            let state = it["state"].as_str().unwrap().to_owned();
            (state, it["attempts"].as_u64().unwrap(), it.get("until").is_some())
        };
        told.iter().map(fares).collect()
    };
    assert_eq!(fares(&stage.trace("globex/seller", session).await), []);
    let seller = stage.reader("globex/seller").await;
    let taken = Answer::of(take(&stage, &seller)).await.ok();
    stage.say(session, "acme/buyer", note("what is it like?")).await;
    // The invitation is in hand, what was said after it nobody has asked for.
    let expected = [("leased".to_owned(), 1, true), ("unseen".to_owned(), 0, false)];
    for name in ["globex/seller", "globex"] {
        let told = stage.trace(name, session).await;
        assert_eq!(fares(&told), expected, "{name}");
        assert_eq!(told["deliveries"][0]["party"], json!(issuer("globex/seller")));
    }
    stage.stepper.pass(Millis(5_000));
    let expected = [("waiting".to_owned(), 1, false), ("unseen".to_owned(), 0, false)];
    assert_eq!(fares(&stage.trace("globex/seller", session).await), expected);
    let again = Answer::of(take(&stage, &seller)).await.ok();
    assert_eq!(taken["items"][0]["message"]["logIndex"], again["items"][0]["message"]["logIndex"]);
    let expected = [("leased".to_owned(), 2, true), ("leased".to_owned(), 1, true)];
    assert_eq!(fares(&stage.trace("globex/seller", session).await), expected);
    let all = again["items"].as_array().unwrap().iter();
    let positions: Vec<&Value> = all.map(|item| &item["message"]["logIndex"]).collect();
    let confirmed = json!({ "lease": again["lease"], "positions": positions });
    let confirm = stage.post_as(&seller, "/v1/inbox/workers/confirm").json(&confirmed);
    assert_eq!(Answer::of(confirm).await.status, 204);
    for name in ["globex/seller", "globex", "acme/buyer", "acme"] {
        assert_eq!(fares(&stage.trace(name, session).await), [], "{name}");
    }
}
