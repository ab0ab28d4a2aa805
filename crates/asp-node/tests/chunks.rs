//! Chunks of files and key packages over HTTP: who may put and get them, how much, for how long.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_client::{Client, Error};
use asp_core::limits;
use asp_core::position::{Hash, Millis};
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_seal::folder::Folder;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use support::*;

fn path(session: &Hash, bytes: &[u8]) -> String {
    format!("/v1/sessions/{}/chunks/{}", session.to_hex(), Hash::of(&[bytes]).to_hex())
}

/// Asks as a reader, with bytes if any are sent.
async fn act(stage: &Stage, reader: &Reader, method: Method, path: &str, bytes: Option<&[u8]>) -> Answer {
    let proof = stage.proof(&reader.dpop, method.as_str(), path, Some(&reader.token)).text();
    let request = stage.http.request(method, stage.url(path));
    let request = request.header("authorization", format!("DPoP {}", reader.token)).header("dpop", proof);
    Answer::of(match bytes {
        Some(bytes) => request.header("content-type", "application/octet-stream").body(bytes.to_vec()),
        None => request,
    })
    .await
}

async fn put(stage: &Stage, reader: &Reader, session: &Hash, bytes: &[u8]) -> Answer {
    act(stage, reader, Method::PUT, &path(session, bytes), Some(bytes)).await
}

async fn get(stage: &Stage, reader: &Reader, session: &Hash, bytes: &[u8]) -> Answer {
    act(stage, reader, Method::GET, &path(session, bytes), None).await
}

/// The node's answer about something that is not there.
async fn nothing(stage: &Stage, reader: &Reader) -> Answer {
    get(stage, reader, &Hash::of(&[b"no session"]), b"").await
}

/// A sealed session to which the seller is invited.
async fn invited(stage: &mut Stage, consent: Hash) -> Hash {
    let invitation = stage.author.invitation_in(Mode::Sealed, "acme/buyer", "globex/seller", consent);
    stage.take(invitation).await
}

async fn introduce(stage: &mut Stage, session: Hash) {
    let introduction = stage.author.introduction("globex/seller");
    stage.reply(session, "globex/seller", introduction, session).await;
}

/// A sealed session in which both have come in.
async fn sealed(stage: &mut Stage) -> Hash {
    let consent = stage.people().await;
    let session = invited(stage, consent).await;
    introduce(stage, session).await;
    session
}

#[tokio::test(flavor = "multi_thread")]
async fn into_a_sealed_session_that_has_begun_who_has_come_in_puts_chunks_and_nobody_else() {
    // THR-SEAL-CHUNK-CROWD
    let mut stage = Stage::new().await;
    let (open, consent) = stage.session().await;
    let session = invited(&mut stage, consent).await;
    let (buyer, seller) = (stage.reader("acme/buyer").await, stage.reader("globex/seller").await);
    for (reader, of) in [(&buyer, &open), (&seller, &open), (&buyer, &session), (&seller, &session)] {
        let refused = put(&stage, reader, of, b"a").await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "NOT_ALLOWED"));
        assert_eq!(get(&stage, reader, of, b"a").await.code(), "NOT_FOUND");
    }
    introduce(&mut stage, session).await;
    for (reader, bytes) in [(&buyer, b"a"), (&seller, b"b")] {
        assert_eq!(put(&stage, reader, &session, bytes).await.status, StatusCode::CREATED);
    }
    // Who was let in reads the session, and has not come in yet.
    let with = stage.consent("acme", "initech").await;
    let (agent, consents) = (agent_uri("initech/clerk"), [with].into());
    let asked = Admission { agent, consents, respond_by: None, role: ParticipantRole::Party };
    let asked = stage.say(session, "acme/buyer", Body::Propose(Propose::Admission(asked))).await;
    stage.reply(session, "globex/seller", Body::Accept(Accept::Admission(Empty {})), asked).await;
    let clerk = stage.reader("initech/clerk").await;
    assert_eq!(get(&stage, &clerk, &session, b"a").await.bytes, b"a");
    let refused = put(&stage, &clerk, &session, b"c").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "NOT_A_PARTY"));
    let introduction = stage.author.introduction("initech/clerk");
    stage.reply(session, "initech/clerk", introduction, asked).await;
    assert_eq!(put(&stage, &clerk, &session, b"c").await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_part_puts_and_gets_chunks_and_nobody_else_learns_of_them() {
    // THR-SEAL-CHUNK-PROBE, THR-SEAL-CHUNK-CROWD
    let mut stage = Stage::new().await;
    let session = sealed(&mut stage).await;
    let (buyer, seller, clerk) = (
        stage.reader("acme/buyer").await,
        stage.reader("globex/seller").await,
        stage.reader("initech/clerk").await,
    );
    let globex = stage.reader("globex").await;
    let chunk = vec![7; limits::CHUNK_BYTES_MAX];
    let made = put(&stage, &buyer, &session, &chunk).await;
    assert_eq!((made.status, made.bytes.len()), (StatusCode::CREATED, 0));
    for reader in [&buyer, &seller, &globex] {
        let got = get(&stage, reader, &session, &chunk).await;
        assert_eq!((got.status, got.bytes == chunk), (StatusCode::OK, true));
        assert_eq!(got.header("content-type"), "application/octet-stream");
        assert_eq!(got.header("cache-control"), "private, max-age=31536000, immutable");
        assert_eq!(got.header("etag"), format!("\"{}\"", Hash::of(&[&chunk]).to_hex()));
    }
    // What others have is for who is none of them as what does not exist, and nothing is put there.
    let absent = nothing(&stage, &clerk).await;
    assert_eq!(absent.code(), "NOT_FOUND");
    for answer in [
        get(&stage, &clerk, &session, &chunk).await,
        put(&stage, &clerk, &session, b"from a stranger").await,
        put(&stage, &clerk, &Hash::of(&[b"no session"]), b"from a stranger").await,
        act(&stage, &buyer, Method::GET, "/v1/sessions/x/chunks/y", None).await,
    ] {
        assert_eq!((answer.status, answer.bytes), (absent.status, absent.bytes.clone()));
    }
    let head = act(&stage, &clerk, Method::HEAD, &path(&session, &chunk), None).await;
    assert_eq!(head.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&stage, &buyer, &session, b"from a stranger").await.code(), "NOT_FOUND");
    assert_eq!(stage.get(&path(&session, &chunk)).await.code(), "UNAUTHENTICATED");
    let request = stage.http.put(stage.url(&path(&session, b"a"))).body("a");
    let nobody = Answer::of(request.header("content-type", "application/octet-stream")).await;
    assert_eq!(nobody.code(), "UNAUTHENTICATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_is_what_it_is_called_and_no_longer_than_it_may_be() {
    // THR-SEAL-FILE
    let mut stage = Stage::new().await;
    let session = sealed(&mut stage).await;
    let buyer = stage.reader("acme/buyer").await;
    let long = vec![7; limits::CHUNK_BYTES_MAX + 1];
    assert_eq!(put(&stage, &buyer, &session, &long).await.code(), "CHUNK_TOO_LARGE");
    let other = act(&stage, &buyer, Method::PUT, &path(&session, b"a"), Some(b"b")).await;
    assert_eq!((other.status, other.code().as_str()), (StatusCode::BAD_REQUEST, "CHUNK_DIGEST"));
    let place = path(&session, b"a");
    let proof = stage.proof(&buyer.dpop, "PUT", &place, Some(&buyer.token)).text();
    let request = stage.http.put(stage.url(&place)).header("authorization", format!("DPoP {}", buyer.token));
    let json = Answer::of(request.header("dpop", proof).json(&json!({}))).await;
    assert_eq!(json.code(), "UNSUPPORTED_MEDIA_TYPE");
    for bytes in [b"a".as_slice(), b"b", &long] {
        assert_eq!(get(&stage, &buyer, &session, bytes).await.code(), "NOT_FOUND");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_broke_off_goes_on_and_what_is_there_stays_over_a_restart() {
    let mut stage = Stage::new().await;
    let session = sealed(&mut stage).await;
    let buyer = stage.reader("acme/buyer").await;
    assert_eq!(put(&stage, &buyer, &session, b"first").await.status, StatusCode::CREATED);
    let stage = stage.restart(Millis(1)).await;
    let seller = stage.reader("globex/seller").await;
    let there = act(&stage, &seller, Method::HEAD, &path(&session, b"first"), None).await;
    assert_eq!((there.status, there.header("content-length"), there.bytes.len()), (StatusCode::OK, "5", 0));
    let missing = act(&stage, &seller, Method::HEAD, &path(&session, b"second"), None).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    // Either side can send what is missing, and sending it again changes nothing.
    assert_eq!(put(&stage, &seller, &session, b"second").await.status, StatusCode::CREATED);
    for bytes in [b"first".as_slice(), b"second"] {
        assert_eq!(put(&stage, &seller, &session, bytes).await.status, StatusCode::NO_CONTENT);
        assert_eq!(get(&stage, &seller, &session, bytes).await.bytes, bytes);
    }
    let place = path(&session, b"first");
    let tag = there.header("etag").to_owned();
    for (known, status) in [(tag.as_str(), 304), ("*", 304), ("\"another\"", 200)] {
        let request = stage.request_as(&seller, &place).header("if-none-match", known);
        let answer = Answer::of(request).await;
        assert_eq!((answer.status.as_u16(), answer.header("etag")), (status, tag.as_str()), "{known}");
    }
}

/// A session that its initiator closes.
async fn ended(stage: &mut Stage, consent: Hash, bytes: &[u8]) -> Hash {
    let session = invited(stage, consent).await;
    introduce(stage, session).await;
    let buyer = stage.reader("acme/buyer").await;
    assert_eq!(put(stage, &buyer, &session, bytes).await.status, StatusCode::CREATED);
    let client = Client::connect(&stage.url("")).await.unwrap();
    let name = agent_uri("acme/buyer");
    let vault = std::sync::Arc::new(Folder::in_memory(name.clone()));
    client
        .agent_with(name, key("acme/buyer"))
        .with_vault(vault)
        .session(&session)
        .close(text(""))
        .await
        .unwrap();
    session
}

#[tokio::test(flavor = "multi_thread")]
async fn into_a_session_that_has_ended_nothing_is_put_and_its_chunks_go_after_a_while() {
    let mut stage = Stage::new().await;
    let consent = stage.people().await;
    let session = ended(&mut stage, consent, b"a").await;
    let buyer = stage.reader("acme/buyer").await;
    let late = put(&stage, &buyer, &session, b"b").await;
    assert_eq!((late.status, late.code().as_str()), (StatusCode::CONFLICT, "SESSION_ENDED"));
    assert_eq!(get(&stage, &buyer, &session, b"a").await.bytes, b"a");

    // A look just before their time leaves them.
    stage.stepper.pass(Millis(limits::CHUNKS_KEEP_MS.0 - 1));
    let stage = stage.restart(Millis(0)).await;
    let buyer = stage.reader("acme/buyer").await;
    assert_eq!(get(&stage, &buyer, &session, b"a").await.bytes, b"a");
    stage.stepper.pass(Millis(3_600_000));
    let buyer = stage.reader("acme/buyer").await;
    while get(&stage, &buyer, &session, b"a").await.status == StatusCode::OK {
        tokio::task::yield_now().await;
    }
    assert_eq!(get(&stage, &buyer, &session, b"a").await.code(), "NOT_FOUND");

    // The control: where they are kept for good, they stay.
    let mut stage = Stage::with(|config| config.chunks_keep_ms = 0).await;
    let consent = stage.people().await;
    let session = ended(&mut stage, consent, b"a").await;
    let stage = stage.restart(Millis(10 * limits::CHUNKS_KEEP_MS.0)).await;
    let buyer = stage.reader("acme/buyer").await;
    assert_eq!(get(&stage, &buyer, &session, b"a").await.bytes, b"a");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_puts_so_many_and_so_much_and_its_statements_are_taken_in_all_the_same() {
    let mut stage = Stage::with(|config| {
        config.organisation_chunks_per_second = 1;
        config.organisation_chunks_bytes_max = 12 * 64 * 1024;
    })
    .await;
    let session = sealed(&mut stage).await;
    let (buyer, seller) = (stage.reader("acme/buyer").await, stage.reader("globex/seller").await);
    for number in 0..10_u8 {
        assert_eq!(put(&stage, &buyer, &session, &[number]).await.status, StatusCode::CREATED);
    }
    let flood = put(&stage, &buyer, &session, &[10]).await;
    assert_eq!((flood.code().as_str(), flood.header("retry-after")), ("RATE_LIMITED", "1"));
    stage.say(session, "acme/buyer", note("")).await;
    assert_eq!(put(&stage, &seller, &session, &[10]).await.status, StatusCode::CREATED);

    stage.stepper.pass(Millis(5_000));
    for number in 11..13_u8 {
        assert_eq!(put(&stage, &buyer, &session, &[number]).await.status, StatusCode::CREATED);
    }
    let full = put(&stage, &buyer, &session, &[13]).await;
    assert_eq!((full.status, full.code().as_str()), (StatusCode::CONFLICT, "CHUNK_LIMIT"));
    let told = stage.get_as(&buyer, "/v1/organisations/acme.example/limits").await.ok();
    let limits = told["limits"].as_array().unwrap();
    let limit = |what: &str| limits.iter().find(|limit| limit["what"] == what).unwrap();
    assert_eq!(limit("chunkBytes"), &json!({ "what": "chunkBytes", "most": 786_432, "left": 0 }));
    assert_eq!(limit("chunksPerSecond"), &json!({ "what": "chunksPerSecond", "most": 1, "left": 2 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_chunk_is_our_fault_and_keeps_nothing_else_from_being_done() {
    let mut stage = Stage::new().await;
    let session = sealed(&mut stage).await;
    let buyer = stage.reader("acme/buyer").await;
    let in_the_way = stage.config.data.join("chunks").join(session.to_hex());
    std::fs::write(&in_the_way, b"").unwrap();
    let fault = put(&stage, &buyer, &session, b"a").await;
    assert_eq!((fault.status, fault.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "STORAGE_FAULT"));
    stage.say(session, "acme/buyer", note("")).await;
    std::fs::remove_file(&in_the_way).unwrap();
    assert_eq!(put(&stage, &buyer, &session, b"a").await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_puts_looks_for_and_gets_chunks() {
    let mut stage = Stage::with(|config| config.organisation_chunks_per_second = 0).await;
    let id = sealed(&mut stage).await;
    let client = Client::connect(&stage.url("")).await.unwrap();
    let session = |name: &str| client.agent_with(agent_uri(name), key(name)).session(&id);
    let (buyer, seller, clerk) = (session("acme/buyer"), session("globex/seller"), session("initech/clerk"));
    let digest = Hash::of(&[b"sealed"]);
    assert!(!seller.has_chunk(&digest).await.unwrap());
    assert_eq!(buyer.put_chunk(b"sealed").await.unwrap(), digest);
    assert_eq!(buyer.put_chunk(b"sealed").await.unwrap(), digest);
    assert!(seller.has_chunk(&digest).await.unwrap());
    assert_eq!(seller.get_chunk(&digest).await.unwrap(), b"sealed");
    assert!(!clerk.has_chunk(&digest).await.unwrap());
    for refused in [clerk.get_chunk(&digest).await.map(drop), clerk.put_chunk(b"a").await.map(drop)] {
        assert!(matches!(&refused, Err(Error::Refused(problem)) if problem.status == 404), "{refused:?}");
    }
}

async fn claim(stage: &Stage, reader: &Reader, agents: Value) -> Answer {
    Answer::of(stage.post_as(reader, "/v1/key-packages/claim").json(&json!({ "agents": agents }))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_claims_of_agents_without_key_packages_is_told_that_there_are_none() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let names = ["agent://globex.example/seller", "agent://nobody.example/at-all"];
    let none = json!({ "claimed": [{ "agent": names[0] }, { "agent": names[1] }] });
    for name in ["acme/buyer", "acme"] {
        let reader = stage.reader(name).await;
        assert_eq!(claim(&stage, &reader, json!(names)).await.ok(), none, "{name}");
    }
    let client = Client::connect(&stage.url("")).await.unwrap();
    let buyer = client.agent_with(agent_uri("acme/buyer"), key("acme/buyer"));
    let claimed = buyer.claim_packages(&names.map(text)).await.unwrap();
    assert!(claimed.len() == 2 && claimed.iter().all(|one| one.package.is_none() && one.statement.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_claims_of_so_many_agents_each_once_and_says_who_asks() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let buyer = stage.reader("acme/buyer").await;
    // The longest names that there are.
    let whole = "a".repeat(64);
    let long = |number: usize| {
        let name = format!("agent://globex.example/{whole}/{whole}/{whole}/{}{number:02}", "a".repeat(35));
        assert_eq!(name.len(), limits::URI_BYTES_MAX);
        name
    };
    let most: Vec<String> = (0..limits::KEY_PACKAGES_CLAIMED_MAX).map(long).collect();
    assert_eq!(claim(&stage, &buyer, json!(most)).await.ok()["claimed"].as_array().unwrap().len(), 32);
    let more: Vec<String> =
        (0..=limits::KEY_PACKAGES_CLAIMED_MAX).map(|number| format!("agent://a.example/b{number}")).collect();
    let twice = ["agent://a.example/b", "agent://a.example/b"];
    for wrong in [json!([]), json!(more), json!(twice), json!(["acme.example"]), json!("agent://a.example/b")]
    {
        assert_eq!(claim(&stage, &buyer, wrong.clone()).await.code(), "INVALID_BODY", "{wrong}");
    }
    let request = stage.http.post(stage.url("/v1/key-packages/claim")).json(&json!({ "agents": twice[..1] }));
    assert_eq!(Answer::of(request).await.code(), "UNAUTHENTICATED");
}
