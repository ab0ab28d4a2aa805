//! A whole deal over HTTP, and everything that can be read of it, by whom.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_client::api::{ConsistencyProof, InclusionProof, MessagePage, SessionView};
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::leaf::Leaf;
use asp_core::log::proof::{verify_consistency, verify_inclusion};
use asp_core::log::receipt::Receipt;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::{Hash, Position};
use asp_core::session::table::State;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use serde_json::json;

use support::*;

/// A deal from the invitation to the countersigned receipt: session, consent, commitment.
async fn whole_deal(stage: &mut Stage) -> (Hash, Hash, Hash) {
    let (session, consent) = stage.session().await;
    let commitment = stage.deal(session).await;
    let obligation: ObligationId = text("delivery");
    let fulfilment = Inform::Fulfilment(Fulfilment {
        commitment,
        evidence: Evidence::Acknowledgement { text: text("there") },
        obligation: obligation.clone(),
        stage: None,
    });
    stage.say(session, "globex/seller", Body::Inform(fulfilment)).await;
    let thanks = Inform::Acknowledgement(ObligationRef::whole(commitment, obligation));
    stage.say(session, "acme/buyer", Body::Inform(thanks)).await;
    let buyer = stage.reader("acme/buyer").await;
    let view = stage.get_as(&buyer, &format!("/v1/sessions/{}", session.to_hex())).await.ok();
    let receipt: SessionReceipt = serde_json::from_value(view["receipt"].clone()).unwrap();
    let closing = |receipt| Body::Close(Close::Receipt(Closing { reason: text("done"), receipt }));
    stage.say(session, "acme/buyer", closing(receipt.clone())).await;
    stage.say(session, "globex/seller", closing(receipt)).await;
    (session, consent, commitment)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_is_made_kept_closed_and_read_by_its_parties() {
    let mut stage = Stage::new().await;
    let (session, consent, commitment) = whole_deal(&mut stage).await;
    for name in ["acme/buyer", "globex/seller", "acme", "globex"] {
        let reader = stage.reader(name).await;
        let view = stage.get_as(&reader, &format!("/v1/sessions/{}", session.to_hex())).await;
        let view: SessionView = serde_json::from_slice(&view.bytes).unwrap();
        assert_eq!(view.state, State::Closed);
        assert!(view.participants.iter().all(|party| party.joined && party.countersigned), "{view:?}");
        let list = stage.get_as(&reader, "/v1/sessions").await.ok();
        assert_eq!(list["sessions"][0]["id"], json!(session));
        assert_eq!(list["sessions"].as_array().unwrap().len(), 1);
        let list = stage.get_as(&reader, "/v1/consents").await.ok();
        assert_eq!(list["consents"][0]["id"], json!(consent));
        let one = stage.get_as(&reader, &format!("/v1/consents/{}", consent.to_hex())).await.ok();
        assert_eq!(one["standing"], "GRANTED");
        let list = stage.get_as(&reader, "/v1/commitments").await.ok();
        assert_eq!(
            (&list["commitments"][0]["id"], &list["commitments"][0]["state"]),
            (&json!(commitment), &json!("FULFILLED"))
        );
        let one = stage.get_as(&reader, &format!("/v1/commitments/{}", commitment.to_hex())).await.ok();
        assert_eq!(one["session"], json!(session));
        let bundle = stage.get_as(&reader, &format!("/v1/commitments/{}/bundle", commitment.to_hex())).await;
        assert!(bundle.header("content-disposition").starts_with("attachment; filename=\"commitment-"));
        assert_eq!(bundle.ok()["commitment"], json!(commitment));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_earns_trust_as_the_other_side_sees_it() {
    // ASP-TRU-001, ASP-TRU-002
    let mut stage = Stage::new().await;
    whole_deal(&mut stage).await;
    let buyer = stage.reader("acme/buyer").await;
    let path = "/v1/trust?agent=agent://globex.example/seller&capability=provision";
    let seen = stage.get_as(&buyer, path).await.ok();
    assert_eq!(seen["question"]["observer"], json!(["acme.example"]));
    assert_eq!(seen["question"]["class"], json!({ "amount": "1000", "currency": "USD" }));
    assert_eq!(seen["lenders"]["total"], 1);
    let stranger =
        stage.get_as(&buyer, &format!("{path}&observer=initech.example&amount=5&currency=EUR")).await.ok();
    assert_eq!((&stranger["score"], &stranger["lenders"]["total"]), (&json!("10.000"), &json!(0)));
    for (wrong, code) in [
        ("agent=agent://globex.example/seller&amount=-1", "INVALID_QUERY"),
        ("agent=agent://globex.example/seller&amount=1&amount=2", "INVALID_QUERY"),
        ("agent=agent://globex.example/seller&wish=1", "INVALID_QUERY"),
        ("amount=1", "INVALID_QUERY"),
        ("agent=agent://globex.example/nobody", "NOT_FOUND"),
    ] {
        assert_eq!(stage.get_as(&buyer, &format!("/v1/trust?{wrong}")).await.code(), code, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stolen_key_praised_earns_nothing_wherever_it_is_asked() {
    // ASP-TRU-003
    let mut stage = Stage::new().await;
    whole_deal(&mut stage).await;
    let acme = stage.reader("acme").await;
    let asked = async |stage: &Stage| -> (String, String) {
        let path = "/v1/trust?agent=agent://globex.example/seller";
        let seen = stage.get_as(&acme, path).await.ok();
        let query =
            json!({ "organisation": "globex.example", "value": { "amount": "1000", "currency": "USD" } });
        let request = stage.post_as(&acme, "/v1/search").header("content-type", "application/json");
        let found = Answer::of(request.body(query.to_string())).await.ok();
        let of_search = &found["agents"][0]["trust"]["score"];
        (seen["score"].as_str().unwrap().to_owned(), of_search.as_str().unwrap().to_owned())
    };
    let (score, searched) = asked(&stage).await;
    assert!(score != "10.000" && searched != "10.000", "{score} {searched}");
    let key = key("acme/buyer").id();
    let revoke = KeyRevoke { from_index: Some(Position(0)), key, reason: text("stolen") };
    let stream = StreamName::Of(StreamId::Agent(agent_uri("acme/buyer")));
    let statement = stage.author.by("acme", stream, Body::AgentKeyRevoke(revoke));
    stage.take(statement).await;
    assert_eq!(asked(&stage).await, ("10.000".to_owned(), "10.000".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_party_finds_nothing_of_others_anywhere() {
    // ASP-AUT-001, ASP-AUT-005
    let mut stage = Stage::new().await;
    let (session, consent, commitment) = whole_deal(&mut stage).await;
    let of_session = stage.author.heads[&Stage::stream(session)].hash;
    let missing = Hash::of(&[b"nothing"]);
    for name in ["initech/clerk", "initech"] {
        let reader = stage.reader(name).await;
        for (path, hidden) in [
            ("/v1/sessions/{}", session),
            ("/v1/sessions/{}/messages", session),
            ("/v1/sessions/{}/messages?waitSeconds=1", session),
            ("/v1/sessions/{}/events", session),
            ("/v1/consents/{}", consent),
            ("/v1/commitments/{}", commitment),
            ("/v1/commitments/{}/bundle", commitment),
            ("/v1/receipts/{}", of_session),
            ("/v1/statements?stream=session:{}", session),
            ("/v1/statements?stream=consent:{}", consent),
        ] {
            // What is hidden and what is not there are told apart by nobody.
            let told = stage.get_as(&reader, &path.replace("{}", &hidden.to_hex())).await;
            let not_there = stage.get_as(&reader, &path.replace("{}", &missing.to_hex())).await;
            assert_eq!(told.status, 404, "{path}");
            assert_eq!((told.text(), told.status), (not_there.text(), not_there.status), "{path}");
        }
        for (path, list) in
            [("/v1/sessions", "sessions"), ("/v1/consents", "consents"), ("/v1/commitments", "commitments")]
        {
            assert_eq!(stage.get_as(&reader, path).await.ok()[list], json!([]), "{path}");
        }
    }
    // Without a token there is not even that.
    for path in
        ["/v1/sessions", "/v1/consents", "/v1/commitments", "/v1/trust?agent=agent://acme.example/buyer"]
    {
        assert_eq!(stage.get(path).await.code(), "UNAUTHENTICATED");
    }
    for stream in ["session", "consent"] {
        let path = format!("/v1/statements?stream={stream}:{}", session.to_hex());
        assert_eq!(stage.get(&path).await.code(), "UNAUTHENTICATED");
    }
    let receipt = format!("/v1/receipts/{}", of_session.to_hex());
    assert_eq!(stage.get(&receipt).await.code(), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_registered_is_public() {
    // ASP-API-004
    let mut stage = Stage::new().await;
    stage.people().await;
    let organisation = stage.get("/v1/organisations/acme.example").await.ok();
    assert_eq!(organisation["keys"][0]["key"], json!(key("acme").id()));
    let agent = stage.get("/v1/agents/acme.example/buyer").await.ok();
    assert_eq!(agent["agent"], "agent://acme.example/buyer");
    let first = stage.get("/v1/agents?capability=provision.compute&pageSize=2").await.ok();
    assert_eq!(first["agents"].as_array().unwrap().len(), 2);
    let token = first["nextPageToken"].as_str().unwrap();
    let second = stage
        .get(&format!("/v1/agents?capability=provision.compute&pageSize=2&pageToken={token}"))
        .await
        .ok();
    assert_eq!(second["agents"].as_array().unwrap().len(), 1);
    assert!(second["nextPageToken"].is_null());
    let found = stage.get("/v1/agents?text=initech&organisation=initech.example").await.ok();
    assert_eq!(found["agents"][0]["agent"], "agent://initech.example/clerk");
    for nobody in [
        "/v1/organisations/nobody.example",
        "/v1/organisations/x",
        "/v1/agents/acme.example/nobody",
        "/v1/agents/acme.example/%2e%2e/x",
    ] {
        assert_eq!(stage.get(nobody).await.code(), "NOT_FOUND", "{nobody}");
    }
    let stream = stage.get("/v1/statements?stream=agent:agent://acme.example/buyer").await;
    let page: MessagePage = serde_json::from_slice(&stream.bytes).unwrap();
    page.messages[0].verify().unwrap();
    assert!(page.next_after.is_none());
    assert_eq!(stage.get("/v1/statements?stream=org:nobody.example").await.code(), "UNKNOWN_STREAM");
    let receipt = stage.get(&format!("/v1/receipts/{}", page.messages[0].hash.to_hex())).await;
    Receipt::from_json(&receipt.bytes).unwrap().verify(&stage.node.node_key()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_read_in_pages_byte_for_byte() {
    // ASP-DLV-001
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    for number in 0..70 {
        stage.say(session, "acme/buyer", note(&format!("note {number}"))).await;
    }
    let buyer = stage.reader("acme/buyer").await;
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let path = format!("/v1/sessions/{}/messages?limit=33{after}", session.to_hex());
        let page: MessagePage = serde_json::from_slice(&stage.get_as(&buyer, &path).await.bytes).unwrap();
        assert!(page.messages.len() <= 33);
        seen.extend(page.messages.iter().map(|message| message.verify().unwrap().statement().sequence.0));
        match page.next_after {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..72).collect::<Vec<u64>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_get_the_same_receipt() {
    // ASP-RCT-001, ASP-RCT-002
    let mut stage = Stage::new().await;
    let statement = stage.author.org("acme");
    let first = stage.post(&statement).await;
    let second = stage.post(&statement).await;
    assert_eq!((first.status, &first.bytes), (second.status, &second.bytes));
    let stored = stage.get(&format!("/v1/receipts/{}", statement.statement().hash.to_hex())).await;
    assert_eq!(stored.bytes, first.bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_proves_every_statement_and_that_it_only_grew() {
    // ASP-LOG-001, ASP-LOG-003, ASP-LOG-004, ASP-LOG-005, ASP-API-005
    let mut stage = Stage::new().await;
    assert_eq!(stage.get("/log/checkpoint").await.code(), "NOT_FOUND");
    stage.people().await;
    let name = NoteKey { name: stage.node.origin().clone(), key: stage.node.node_key() };
    let configuration = stage.get("/.well-known/asp-configuration").await.ok();
    assert_eq!(configuration["noteKey"], name.to_string());
    let before = Note::open(&stage.get("/log/checkpoint").await.text(), &name).unwrap().checkpoint;
    let statement = stage.author.consent_request("acme", "initech");
    stage.take(statement.clone()).await;
    let after = Note::open(&stage.get("/log/checkpoint").await.text(), &name).unwrap().checkpoint;
    assert_eq!((before.size, after.size), (8, 9));

    let path = format!("/log/proof/consistency?from={}&to={}", before.size, after.size);
    let proof: ConsistencyProof = serde_json::from_value(stage.get(&path).await.ok()).unwrap();
    assert_eq!(verify_consistency(8, 9, &before.root, &after.root, &proof.proof), Ok(()));
    let leaf = Leaf {
        statement: statement.statement().hash,
        signatures: statement.signatures_hash(),
        log_time: stage.now(),
    };
    let path = "/log/proof/inclusion?index=8&size=9";
    let proof: InclusionProof = serde_json::from_value(stage.get(path).await.ok()).unwrap();
    assert_eq!(verify_inclusion(&leaf.hash(), 8, 9, &proof.proof, &after.root), Ok(()));

    let tile = stage.get("/log/tile/0/000.p/9").await;
    assert_eq!((tile.bytes.len(), tile.header("content-type")), (9 * 32, "application/octet-stream"));
    assert!(!tile.header("cache-control").contains("immutable"));
    assert_eq!(stage.get("/log/tile/entries/000.p/9").await.status, 200);
    for nothing in
        ["/log/tile/0/000", "/log/tile/0/000.p/10", "/log/tile/0/0", "/log/tile/9/000", "/log/tile/x"]
    {
        assert_eq!(stage.get(nothing).await.code(), "NOT_FOUND", "{nothing}");
    }
    for nothing in [
        "inclusion?index=9&size=9",
        "inclusion?index=0&size=10",
        "consistency?from=9&to=8",
        "consistency?from=1&to=10",
    ] {
        assert_eq!(stage.get(&format!("/log/proof/{nothing}")).await.code(), "NOT_FOUND", "{nothing}");
    }
}
