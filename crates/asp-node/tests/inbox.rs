//! Inboxes and the feed that they are made of: what was not confirmed comes again, wherever the connection or the node broke.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test whose preparation fails is to stop")]

mod support;

use asp_core::position::{Hash, Millis};
use serde_json::{Value, json};
use support::*;

impl Stage {
    async fn inbox(&self, reader: &Reader, what: &str, body: Value) -> Answer {
        Answer::of(self.post_as(reader, &format!("/v1/inbox/{what}")).json(&body)).await
    }

    /// What a worker is given: its lease and the positions.
    async fn leased(&self, reader: &Reader, body: Value) -> (Value, Vec<u64>) {
        let view = self.inbox(reader, "workers/lease", body).await.ok();
        let positions = view["items"].as_array().unwrap().iter();
        let positions = positions.map(|item| item["message"]["logIndex"].as_u64().unwrap()).collect();
        (view["lease"].clone(), positions)
    }

    async fn remarks(&mut self, session: Hash, count: usize) {
        for number in 0..count {
            self.say(session, "acme/buyer", note(&format!("remark {number}"))).await;
        }
    }
}

fn ids(page: &Value) -> Vec<u64> {
    page["messages"].as_array().unwrap().iter().map(|it| it["logIndex"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_confirmed_comes_again_also_after_a_restart() {
    // ASP-DLV-006
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    stage.remarks(session, 3).await;
    let seller = stage.reader("globex/seller").await;
    let told: Vec<u64> = {
        let page = stage.get_as(&seller, &format!("/v1/sessions/{}/messages", session.to_hex())).await.ok();
        ids(&page)
    };
    let (lease, taken) = stage.leased(&seller, json!({ "max": 100 })).await;
    // Its own words are not told to it, those of its consent's parties are.
    let own = told[1];
    assert!(
        !taken.contains(&own) && told.iter().filter(|it| **it != own).all(|it| taken.contains(it)),
        "{taken:?}"
    );
    assert!(taken.windows(2).all(|pair| pair[0] < pair[1]), "in the order of the log: {taken:?}");
    let confirmed = json!({ "lease": lease, "positions": &taken[..2] });
    assert_eq!(stage.inbox(&seller, "workers/confirm", confirmed.clone()).await.status, 204);
    assert_eq!(stage.inbox(&seller, "workers/confirm", confirmed).await.code(), "LEASE_LOST");
    assert_eq!(stage.leased(&seller, json!({})).await.1, [0_u64; 0], "it is in somebody's hand");
    let stage = stage.restart(Millis(60_001)).await;
    let seller = stage.reader("globex/seller").await;
    let (lease, again) = stage.leased(&seller, json!({ "max": 100 })).await;
    assert_eq!(again, taken[2..]);
    let confirmed = json!({ "lease": lease, "positions": again });
    assert_eq!(stage.inbox(&seller, "workers/confirm", confirmed).await.status, 204);
    let stage = stage.restart(Millis(60_001)).await;
    let seller = stage.reader("globex/seller").await;
    assert_eq!(stage.leased(&seller, json!({ "max": 100 })).await.1, [0_u64; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_handled_is_a_dead_letter_until_it_is_replayed() {
    // ASP-DLV-006
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let seller = stage.reader("globex/seller").await;
    let (lease, taken) = stage.leased(&seller, json!({ "max": 100 })).await;
    let confirmed = json!({ "lease": lease, "positions": taken });
    assert_eq!(stage.inbox(&seller, "workers/confirm", confirmed).await.status, 204);
    stage.remarks(session, 2).await;
    let (lease, taken) = stage.leased(&seller, json!({ "max": 1 })).await;
    let refusal = |reason: &str| json!({ "lease": lease, "position": taken[0], "reason": reason });
    assert_eq!(
        stage.inbox(&seller, "workers/refuse", refusal(&"x".repeat(1025))).await.code(),
        "INVALID_BODY"
    );
    assert_eq!(stage.inbox(&seller, "workers/refuse", refusal("no model for it")).await.status, 204);
    assert_eq!(stage.leased(&seller, json!({})).await.1.len(), 1, "the stream goes on");
    let dead = stage.get_as(&seller, "/v1/inbox/workers/dead").await.ok();
    assert_eq!(dead["letters"][0]["reason"], "no model for it");
    assert_eq!(dead["letters"][0]["message"]["logIndex"], taken[0]);
    let groups = stage.get_as(&seller, "/v1/inbox").await.ok();
    assert_eq!((&groups["groups"][0]["dead"], &groups["groups"][0]["leased"]), (&json!(1), &json!(1)));
    let which = json!({ "position": taken[0] });
    assert_eq!(stage.inbox(&seller, "workers/replay", which.clone()).await.status, 204);
    assert_eq!(stage.inbox(&seller, "workers/replay", which.clone()).await.code(), "NOT_FOUND");
    assert_eq!(stage.leased(&seller, json!({})).await.1, taken);
    // Nobody else has any of it.
    let buyer = stage.reader("acme/buyer").await;
    assert_eq!(stage.get_as(&buyer, "/v1/inbox").await.ok()["groups"], json!([]));
    assert_eq!(stage.get_as(&buyer, "/v1/inbox/workers/dead").await.code(), "NOT_FOUND");
    assert_eq!(stage.inbox(&buyer, "workers/discard", which).await.code(), "NOT_FOUND");
    let stranger = stage.reader("initech/clerk").await;
    let (_, strange) = stage.leased(&stranger, json!({ "max": 100 })).await;
    assert!(strange.iter().all(|at| !taken.contains(at)));
    for wrong in [
        json!({ "max": 0 }),
        json!({ "max": 101 }),
        json!({ "leaseMs": 999 }),
        json!({ "leaseMs": 3_600_001 }),
    ] {
        assert_eq!(
            stage.inbox(&seller, "workers/lease", wrong.clone()).await.code(),
            "INVALID_BODY",
            "{wrong}"
        );
    }
    assert_eq!(stage.inbox(&seller, "Workers/lease", json!({})).await.code(), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_an_inbox_hears_of_it_at_once() {
    // ASP-DLV-006
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let seller = stage.reader("globex/seller").await;
    let (lease, taken) = stage.leased(&seller, json!({ "max": 100 })).await;
    stage.inbox(&seller, "workers/confirm", json!({ "lease": lease, "positions": taken })).await;
    let waiting =
        stage.post_as(&seller, "/v1/inbox/workers/lease").json(&json!({ "waitSeconds": 30 })).send();
    let waiting = tokio::spawn(waiting);
    stage.remarks(session, 1).await;
    let answer = waiting.await.unwrap().unwrap();
    assert_eq!(answer.status(), 200);
    let view: Value = answer.json().await.unwrap();
    assert_eq!(view["items"].as_array().unwrap().len(), 1, "{view}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_of_a_party_is_the_log_as_it_reads_it_resumed_exactly() {
    // ASP-DLV-005
    let mut stage = Stage::new().await;
    let (session, consent) = stage.session().await;
    stage.remarks(session, 2).await;
    let acme = stage.reader("acme").await;
    let all = {
        let mut events = EventStream::open(&stage, &acme, "/v1/events?from=0", None).await;
        let mut all = Vec::new();
        // The organisation's own stream, its agent's, the consent's two and the session's four.
        for _ in 0..8 {
            all.push(events.next("message").await.unwrap());
        }
        all
    };
    let places: Vec<u64> = all.iter().map(|(id, _)| *id).collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
    let streams: Vec<String> = all
        .iter()
        .map(|(_, data)| serde_json::from_str::<Value>(data).unwrap()["statement"]["stream"].to_string())
        .collect();
    assert!(
        streams.iter().all(|stream| !stream.contains("globex") && !stream.contains("initech")),
        "{streams:?}"
    );
    let _ = consent;
    // Broken off after each, it goes on with the next: nothing is missing, nothing comes twice.
    for (place, (id, _)) in all.iter().enumerate() {
        let mut events = EventStream::open(&stage, &acme, "/v1/events", Some(*id)).await;
        for (next, _) in all.iter().skip(place + 1) {
            assert_eq!(events.next("message").await.unwrap().0, *next);
        }
    }
    // From now on: what is there is not told, what comes is.
    let mut live = EventStream::open(&stage, &acme, "/v1/events", None).await;
    stage.remarks(session, 1).await;
    let (id, data) = live.next("message").await.unwrap();
    assert!(id > *places.last().unwrap() && data.contains("remark 0"), "{data}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_no_log_reaches_is_no_failure_of_the_node() {
    let mut stage = Stage::new().await;
    stage.session().await;
    let seller = stage.reader("globex/seller").await;
    let lease = "0".repeat(32);
    for beyond in [1_u64 << 62, u64::MAX] {
        let from = json!({ "from": beyond });
        assert_eq!(stage.inbox(&seller, "workers/lease", from).await.code(), "INVALID_BODY");
    }
    let (_, taken) = stage.leased(&seller, json!({ "max": 100 })).await;
    assert!(!taken.is_empty());
    let beyond = u64::MAX;
    let confirmed = json!({ "lease": lease, "positions": [beyond] });
    assert_eq!(stage.inbox(&seller, "workers/confirm", confirmed).await.code(), "LEASE_LOST");
    let refused = json!({ "lease": lease, "position": beyond, "reason": "none" });
    assert_eq!(stage.inbox(&seller, "workers/refuse", refused).await.code(), "LEASE_LOST");
    let which = json!({ "position": beyond });
    assert_eq!(stage.inbox(&seller, "workers/replay", which.clone()).await.code(), "NOT_FOUND");
    assert_eq!(stage.inbox(&seller, "workers/discard", which).await.code(), "NOT_FOUND");
    let page = format!("/v1/inbox/workers/dead?pageToken={beyond}");
    let answer = stage.get_as(&seller, &page).await;
    assert!(!answer.status.is_server_error(), "{}", answer.status);
}
