//! Who gets a token, what it is good for, and when it dies.

mod support;

use asp_core::key::SecretKey;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::Millis;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use support::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_of_one_party_for_this_log_and_short() {
    // ASP-AUT-002
    let mut stage = Stage::new().await;
    stage.people().await;
    let now = stage.seconds();
    let good = || stage.assertion("acme/buyer");
    let accepted = [
        good(),
        stage.assertion("acme"),
        good().claim("aud", json!([stage.author.origin])),
        good().claim("exp", json!(now + 300)),
        good().claim("iat", json!(now + 100)).claim("exp", json!(now + 160)),
        good().head("typ", json!(null)).claim("scope", json!("more")),
    ];
    let refused = [
        // For somebody else, somewhere else, by somebody else.
        good().claim("aud", json!("assent.example/other")),
        good().claim("aud", json!([stage.author.origin, "assent.example/other"])),
        good().claim("aud", json!([])),
        good().claim("aud", json!(null)),
        good().claim("sub", json!("agent://globex.example/seller")),
        good().claim("iss", json!("agent://globex.example/seller")),
        good().claim("iss", json!("acme.example")).claim("sub", json!("acme.example")),
        good()
            .claim("iss", json!("node:assent.example/test"))
            .claim("sub", json!("node:assent.example/test")),
        stage.assertion("acme/nobody"),
        // At another time, or for longer than is good.
        good().claim("exp", json!(now)),
        good().claim("iat", json!(now - 400)).claim("exp", json!(now - 350)),
        good().claim("exp", json!(now + 301)),
        good().claim("iat", json!(now + 200)).claim("exp", json!(now + 260)),
        good().claim("exp", json!(u64::MAX)),
        good().claim("exp", json!("soon")),
        good().claim("iat", json!(null)),
        good().claim("jti", json!(null)),
        good().claim("jti", json!("")),
        good().claim("jti", json!("x".repeat(129))),
        // Signed by another key, or by none.
        good().signed_by(key("globex/seller")),
        good().head("kid", json!(key("globex/seller").id())),
        good().head("kid", json!(null)),
        good().head("alg", json!("none")),
        good().head("alg", json!("HS256")),
        good().head("alg", json!("Ed25519")),
        good().head("crit", json!(["exp"])),
        good().head("crit", json!([])),
    ];
    for assertion in &accepted {
        let proof = stage.proof(&key("dpop"), "POST", "/oauth/token", None).text();
        let answer = stage.ask(&assertion.text(), &proof).await;
        assert_eq!(answer.status, 200, "{assertion:?}: {}", answer.text());
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let mut shapes = std::collections::BTreeSet::new();
    for assertion in
        refused.iter().map(Jwt::text).chain(["", "a.b.c", "a.b", "..", "a.b.c.d"].map(str::to_owned))
    {
        let proof = stage.proof(&key("dpop"), "POST", "/oauth/token", None).text();
        let answer = stage.ask(&assertion, &proof).await;
        assert_eq!(answer.code(), "INVALID_CLIENT", "{assertion}");
        assert!(answer.header("www-authenticate").starts_with("DPoP "));
        shapes.insert(answer.text());
    }
    assert_eq!(shapes.len(), 1, "a refusal tells that it is one, not why");
    // Each is good for once.
    let twice = good().text();
    for (time, code) in [("first", None), ("second", Some("INVALID_CLIENT"))] {
        let proof = stage.proof(&key("dpop"), "POST", "/oauth/token", None).text();
        let answer = stage.ask(&twice, &proof).await;
        assert_eq!((!answer.status.is_success()).then(|| answer.code()).as_deref(), code, "{time}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_asks_for_client_credentials() {
    // ASP-AUT-002
    let mut stage = Stage::new().await;
    stage.people().await;
    let assertion = stage.assertion("acme/buyer").text();
    let good = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion.as_str()),
    ];
    let with = |index: usize, value: &'static str| {
        let mut form = good.to_vec();
        form[index].1 = value;
        form
    };
    let twice = good.iter().copied().chain([("grant_type", "client_credentials")]).collect::<Vec<_>>();
    for (form, code) in [
        (with(0, "authorization_code"), "UNSUPPORTED_GRANT_TYPE"),
        (good[1..].to_vec(), "UNSUPPORTED_GRANT_TYPE"),
        (with(1, "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"), "INVALID_CLIENT"),
        (good[..2].to_vec(), "INVALID_CLIENT"),
        (good.iter().copied().chain([("client_id", "globex.example")]).collect(), "INVALID_CLIENT"),
        (twice, "INVALID_QUERY"),
    ] {
        let proof = stage.proof(&key("dpop"), "POST", "/oauth/token", None).text();
        let request = stage.http.post(stage.url("/oauth/token")).header("dpop", proof).form(&form);
        assert_eq!(Answer::of(request).await.code(), code, "{form:?}");
    }
    let request =
        stage.http.post(stage.url("/oauth/token")).header("content-type", "application/json").body("{}");
    assert_eq!(Answer::of(request).await.code(), "UNSUPPORTED_MEDIA_TYPE");
    let request = stage.http.post(stage.url("/oauth/token")).form(&good);
    assert_eq!(Answer::of(request).await.code(), "INVALID_DPOP_PROOF");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_for_one_request_of_one_token() {
    // ASP-AUT-003
    let mut stage = Stage::new().await;
    stage.people().await;
    let reader = stage.reader("acme/buyer").await;
    let (token, path, now) = (reader.token.as_str(), "/v1/sessions", stage.seconds());
    let good = || stage.proof(&reader.dpop, "GET", path, Some(token));
    let accepted = [
        good(),
        good().claim("iat", json!(now - 60)),
        good().claim("iat", json!(now + 60)),
        good().claim("htu", json!(format!("{}?after=3#x", stage.url(path)))),
        good().claim("htu", json!(stage.url(path).replace("http://", "HTTP://"))),
        good().claim("nonce", json!("passed over")),
    ];
    let mut private = jwk(&reader.dpop);
    private["d"] = json!("AAAA");
    let mut p256 = jwk(&reader.dpop);
    p256["crv"] = json!("P-256");
    // The identity point: of small order, any message verifies under it.
    let weak = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" });
    let refused = [
        good().claim("htm", json!("POST")),
        good().claim("htm", json!("get")),
        good().claim("htm", json!(null)),
        good().claim("htu", json!(stage.url("/v1/consents"))),
        good().claim("htu", json!("http://evil.example/v1/sessions")),
        good().claim("htu", json!(path)),
        good().claim("htu", json!(null)),
        good().claim("iat", json!(now - 61)),
        good().claim("iat", json!(now + 61)),
        good().claim("iat", json!(null)),
        good().claim("jti", json!(null)),
        good().claim("jti", json!("")),
        good().claim("ath", json!(null)),
        good().claim("ath", json!(ath("another"))),
        good().claim("ath", json!(token)),
        good().head("typ", json!("JWT")),
        good().head("typ", json!(null)),
        good().head("alg", json!("none")),
        good().head("alg", json!("ES256")),
        good().head("jwk", json!(null)),
        good().head("jwk", private),
        good().head("jwk", p256),
        good().head("jwk", weak),
        good().head("jwk", jwk(&key("another"))),
        good().signed_by(key("another")),
        good().head("crit", json!(["b64"])),
    ];
    for proof in &accepted {
        let answer = ask(&stage, path, token, &proof.text()).await;
        assert_eq!(answer.status, 200, "{proof:?}: {}", answer.text());
    }
    for proof in &refused {
        assert_eq!(ask(&stage, path, token, &proof.text()).await.code(), "INVALID_DPOP_PROOF", "{proof:?}");
    }
    // Once, and with the key that the token is bound to.
    let once = good().text();
    assert_eq!(ask(&stage, path, token, &once).await.status, 200);
    assert_eq!(ask(&stage, path, token, &once).await.code(), "INVALID_DPOP_PROOF");
    let other = stage.proof(&key("another"), "GET", path, Some(token)).text();
    assert_eq!(ask(&stage, path, token, &other).await.code(), "INVALID_TOKEN");
    // None, or two.
    let request = || stage.http.get(stage.url(path)).header("authorization", format!("DPoP {token}"));
    assert_eq!(Answer::of(request()).await.code(), "INVALID_DPOP_PROOF");
    let two = request().header("dpop", good().text()).header("dpop", good().text());
    assert_eq!(Answer::of(two).await.code(), "INVALID_DPOP_PROOF");
}

async fn ask(stage: &Stage, path: &str, token: &str, proof: &str) -> Answer {
    let authorization = format!("DPoP {token}");
    Answer::of(stage.http.get(stage.url(path)).header("authorization", authorization).header("dpop", proof))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_ours_unexpired_and_spelled_as_given() {
    // ASP-AUT-001
    let mut stage = Stage::new().await;
    stage.people().await;
    let reader = stage.reader("acme/buyer").await;
    let path = "/v1/consents";
    for (authorization, code) in [
        (format!("Bearer {}", reader.token), "INVALID_TOKEN"),
        (reader.token.clone(), "INVALID_TOKEN"),
        (format!("DPoP {}", "0".repeat(64)), "INVALID_TOKEN"),
        (format!("DPoP {}", "0".repeat(5000)), "INVALID_TOKEN"),
        (format!("DPoP  {}", reader.token), "INVALID_TOKEN"),
    ] {
        let proof = stage.proof(&reader.dpop, "GET", path, Some(&reader.token)).text();
        let request =
            stage.http.get(stage.url(path)).header("authorization", &authorization).header("dpop", proof);
        let answer = Answer::of(request).await;
        assert_eq!(answer.code(), code, "{authorization}");
        assert!(answer.header("www-authenticate").contains("invalid_token"));
    }
    stage.stepper.pass(Millis(599_000));
    assert_eq!(stage.get_as(&reader, path).await.status, 200);
    stage.stepper.pass(Millis(1_000));
    assert_eq!(stage.get_as(&reader, path).await.code(), "INVALID_TOKEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_dies_with_the_key_or_the_agent() {
    // ASP-AUT-004
    let mut stage = Stage::new().await;
    stage.people().await;
    let path = "/v1/sessions";
    // Something else in the stream costs nothing.
    let reader = stage.reader("acme/buyer").await;
    let stream = |name: &str| StreamName::Of(StreamId::Agent(agent_uri(name)));
    let card = Card::of(text("buyer"), text("changed"), [].into());
    let statement = stage.author.by("acme/buyer", stream("acme/buyer"), Body::AgentCardSet(CardSet { card }));
    stage.take(statement).await;
    assert_eq!(stage.get_as(&reader, path).await.status, 200);

    // Rotated by the agent.
    let new = key("acme/buyer, later");
    let body = Body::AgentKeyRotate(KeyRotate { new_key: new.id(), old_key: key("acme/buyer").id() });
    let draft = asp_core::statement::draft::Draft::new(
        stream("acme/buyer"),
        stage.author.origin.clone(),
        issuer("acme/buyer"),
        body,
    );
    let statement = stage.author.sign(&draft, &[&key("acme/buyer"), &new]);
    stage.take(statement).await;
    assert_eq!(stage.get_as(&reader, path).await.code(), "INVALID_TOKEN");
    let proof = stage.proof(&key("dpop"), "POST", "/oauth/token", None).text();
    let old = stage.assertion("acme/buyer").text();
    assert_eq!(stage.ask(&old, &proof).await.code(), "INVALID_CLIENT");
    let proof = stage.proof(&key("dpop"), "POST", "/oauth/token", None).text();
    let by_new = stage.assertion("acme/buyer").head("kid", json!(new.id())).signed_by(new).text();
    assert_eq!(stage.ask(&by_new, &proof).await.status, 200);

    // Revoked by its organisation.
    let reader = stage.reader("globex/seller").await;
    let revoke = KeyRevoke { from_index: None, key: key("globex/seller").id(), reason: text("lost") };
    let statement = stage.author.by("globex", stream("globex/seller"), Body::AgentKeyRevoke(revoke));
    stage.take(statement).await;
    assert_eq!(stage.get_as(&reader, path).await.code(), "INVALID_TOKEN");

    // Retired.
    let reader = stage.reader("initech/clerk").await;
    let because = Because { reason: text("the office closes") };
    let statement = stage.author.by("initech/clerk", stream("initech/clerk"), Body::AgentRetire(because));
    stage.take(statement).await;
    assert_eq!(stage.get_as(&reader, path).await.code(), "INVALID_TOKEN");
    let proof = stage.proof(&key("dpop"), "POST", "/oauth/token", None).text();
    assert_eq!(stage.ask(&stage.assertion("initech/clerk").text(), &proof).await.code(), "INVALID_CLIENT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_hardware_opens_as_another_does() {
    // ASP-AUT-002, ASP-AUT-003
    let mut stage = Stage::new().await;
    stage.people().await;
    let hardware = SecretKey::from_scalar(&[9; 32]).unwrap();
    let stream = StreamName::Of(StreamId::Org(domain("acme")));
    let body = Body::OrgKeyAdd(KeyAdd { key: hardware.id() });
    let origin = stage.author.origin.clone();
    let draft = asp_core::statement::draft::Draft::new(stream, origin, issuer("acme"), body);
    let statement = stage.author.sign(&draft, &[&key("acme"), &hardware]);
    stage.take(statement).await;

    let asked = || stage.assertion("acme").head("kid", json!(hardware.id())).signed_by(hardware.clone());
    let proof = || stage.proof(&hardware, "POST", "/oauth/token", None).head("alg", json!("ES256"));
    let good = asked().head("alg", json!("ES256"));
    let answer = stage.ask(&good.text(), &proof().text()).await.ok();
    let token = answer["access_token"].as_str().unwrap().to_owned();
    // Hardware gives either s, and no log binds a token.
    let other = asked().head("alg", json!("ES256")).text();
    assert_eq!(stage.ask(&with_the_larger_s(&other), &with_the_larger_s(&proof().text())).await.status, 200);
    for (assertion, proof, code) in [
        (asked(), proof(), "INVALID_CLIENT"),
        (asked().head("alg", json!("none")), proof(), "INVALID_CLIENT"),
        (asked().head("alg", json!("HS256")), proof(), "INVALID_CLIENT"),
        (good.clone().signed_by(SecretKey::from_scalar(&[8; 32]).unwrap()), proof(), "INVALID_CLIENT"),
        (good.clone().signed_by(key("acme")), proof(), "INVALID_CLIENT"),
        (good.clone(), proof().head("alg", json!("EdDSA")), "INVALID_DPOP_PROOF"),
        (good.clone(), proof().head("jwk", jwk(&key("acme"))), "INVALID_DPOP_PROOF"),
        (good.clone(), proof().signed_by(key("acme")), "INVALID_DPOP_PROOF"),
    ] {
        let answer = stage.ask(&assertion.text(), &proof.text()).await;
        assert_eq!(answer.code(), code, "{assertion:?} {proof:?}");
    }
    let use_of = stage.proof(&hardware, "GET", "/v1/consents", Some(&token)).head("alg", json!("ES256"));
    let request = stage.http.get(stage.url("/v1/consents")).header("dpop", use_of.text());
    let answer = Answer::of(request.header("authorization", format!("DPoP {token}"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_memory_for_tokens_ends_the_greediest_gives_way() {
    let mut stage = Stage::with(|config| {
        config.tokens_per_party_max = 2;
        config.tokens_max = 3;
        config.proofs_max = 64;
    })
    .await;
    stage.people().await;
    let path = "/v1/sessions";
    let first = stage.reader("acme/buyer").await;
    let second = stage.reader("acme/buyer").await;
    stage.stepper.pass(Millis(1));
    let third = stage.reader("acme/buyer").await;
    // The party's oldest has given way.
    assert_eq!(stage.get_as(&first, path).await.code(), "INVALID_TOKEN");
    assert_eq!(stage.get_as(&second, path).await.status, 200);
    // Nobody else is kept from reading: the oldest of the organisation with most tokens gives way.
    let globex = stage.reader("globex/seller").await;
    let initech = stage.reader("initech/clerk").await;
    assert_eq!(stage.get_as(&second, path).await.code(), "INVALID_TOKEN");
    for reader in [&third, &globex, &initech] {
        assert_eq!(stage.get_as(reader, path).await.status, 200);
    }
    // One organisation may ask for so many tokens in a time and no more; the others do not feel it.
    let mut asked = 3;
    let refused = loop {
        let proof = stage.proof(&key("dpop"), "POST", "/oauth/token", None).text();
        let answer = stage.ask(&stage.assertion("acme/buyer").text(), &proof).await;
        if answer.status != 200 {
            break answer;
        }
        asked += 1;
    };
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("OVERLOADED", "1"));
    assert_eq!(asked, 4, "two ids each, an eighth of 64");
    assert_eq!(stage.get_as(&globex, path).await.status, 200);
    stage.stepper.pass(Millis(600_000));
    stage.reader("acme/buyer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_uses_up_the_memory_for_proofs_loses_the_token() {
    let mut stage = Stage::with(|config| config.proofs_max = 24).await;
    stage.people().await;
    let path = "/v1/sessions";
    let greedy = stage.reader("acme/buyer").await;
    let modest = stage.reader("globex/seller").await;
    let used = stage.proof(&modest.dpop, "GET", path, Some(&modest.token)).text();
    assert_eq!(ask(&stage, path, &modest.token, &used).await.status, 200);
    for _ in 0..23 {
        assert_eq!(stage.get_as(&greedy, path).await.status, 200);
    }
    assert_eq!(stage.get_as(&modest, path).await.status, 200);
    assert_eq!(stage.get_as(&greedy, path).await.code(), "INVALID_TOKEN");
    // Making room has not made a used proof good again.
    assert_eq!(ask(&stage, path, &modest.token, &used).await.code(), "INVALID_DPOP_PROOF");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_a_public_address_is_meant_by_that_address() {
    let url = "https://node.example/assent/".to_owned();
    let mut stage = Stage::with(|config| config.public_url = Some(url)).await;
    stage.people().await;
    assert_eq!(stage.node.url(), "https://node.example/assent");
    let reader = stage.reader("acme/buyer").await;
    let path = "/v1/sessions";
    let proof = |htu: String| {
        stage.proof(&reader.dpop, "GET", path, Some(&reader.token)).claim("htu", json!(htu)).text()
    };
    let public = proof("https://node.example/assent/v1/sessions".to_owned());
    assert_eq!(ask(&stage, path, &reader.token, &public).await.status, 200);
    // Whoever makes a client talk to another name cannot use its proof here.
    for htu in [
        "https://evil.example/v1/sessions",
        "https://node.example/v1/sessions",
        "http://node.example/assent/v1/sessions",
    ] {
        let authorization = format!("DPoP {}", reader.token);
        let request = stage.http.get(stage.url(path)).header("host", "evil.example");
        let request = request.header("authorization", authorization).header("dpop", proof(htu.to_owned()));
        assert_eq!(Answer::of(request).await.code(), "INVALID_DPOP_PROOF", "{htu}");
    }
}

/// PKCS #8 of an Ed25519 seed (RFC 8410 §7).
fn pkcs8(key: &SecretKey) -> EncodingKey {
    let prefix = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    EncodingKey::from_ed_der(&[&prefix[..], &key.seed()].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_another_implementation_are_understood() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(key("acme/buyer").id().to_string());
    let assertion =
        encode(&header, &stage.assertion("acme/buyer").claims, &pkcs8(&key("acme/buyer"))).unwrap();
    let dpop = key("dpop");
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("dpop+jwt".to_owned());
    header.jwk = Some(serde_json::from_value::<Jwk>(jwk(&dpop)).unwrap());
    let claims = stage.proof(&dpop, "POST", "/oauth/token", None).claims;
    let proof = encode(&header, &claims, &pkcs8(&dpop)).unwrap();
    let token = stage.ask(&assertion, &proof).await.ok()["access_token"].as_str().unwrap().to_owned();
    let claims = stage.proof(&dpop, "GET", "/v1/sessions", Some(&token)).claims;
    let proof = encode(&header, &claims, &pkcs8(&dpop)).unwrap();
    assert_eq!(ask(&stage, "/v1/sessions", &token, &proof).await.status, 200);
}
