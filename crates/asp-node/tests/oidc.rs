//! Signing in by a provider of identities, against one that the test runs itself: real HTTP, real RS256 and ES256.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test whose preparation fails is to stop")]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use asp_core::position::{Hash, Millis};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Url;
use serde_json::{Value, json};

use support::*;

const CLIENT: &str = "assent node";
const SECRET: &str = "a secret: with spaces";
const CODE: &str = "the code";

/// Keys made for this test alone.
fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_der(&STANDARD.decode(include_str!("keys/rsa.b64").trim()).unwrap())
}

fn other_rsa() -> EncodingKey {
    EncodingKey::from_rsa_der(&STANDARD.decode(include_str!("keys/rsa-other.b64").trim()).unwrap())
}

fn ec() -> EncodingKey {
    EncodingKey::from_ec_der(&STANDARD.decode(include_str!("keys/ec.b64").trim()).unwrap())
}

fn jwk(key: &EncodingKey, algorithm: Algorithm, id: &str) -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap();
    jwk["kid"] = id.into();
    jwk
}

fn sign(key: &EncodingKey, algorithm: Algorithm, id: Option<&str>, claims: &Value) -> String {
    let header = Header { kid: id.map(str::to_owned), ..Header::new(algorithm) };
    encode(&header, claims, key).unwrap()
}

/// What the provider says next.
#[derive(Default)]
struct Told {
    discovery: Value,
    keys: Value,
    endless: bool,
    token: String,
    /// What the last code has to be asked for with.
    challenge: String,
    /// How often the keys were asked for.
    asked: usize,
}

type Shared = Arc<Mutex<Told>>;

async fn keys(State(told): State<Shared>) -> Response {
    let mut told = told.lock().unwrap();
    told.asked += 1;
    if told.endless {
        let piece = || Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 4096]));
        return Body::from_stream(futures::stream::repeat_with(piece)).into_response();
    }
    Json(told.keys.clone()).into_response()
}

/// Gives the token for the code, the verifier and the secret, and else nothing.
async fn token(State(told): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let form = Url::parse(&format!("http://form/?{body}")).unwrap();
    let form: BTreeMap<String, String> = form.query_pairs().into_owned().collect();
    let told = told.lock().unwrap();
    let verifier = Hash::of(&[form["code_verifier"].as_bytes()]);
    let basic = STANDARD.encode("assent%20node:a%20secret%3A%20with%20spaces");
    let right = form["code"] == CODE
        && form["grant_type"] == "authorization_code"
        && form["client_id"] == CLIENT
        && form["redirect_uri"].ends_with("/signin/oidc/callback")
        && URL_SAFE_NO_PAD.encode(verifier.as_bytes()) == told.challenge
        && headers["authorization"] == format!("Basic {basic}");
    if right {
        Json(json!({ "id_token": told.token, "access_token": "unused", "token_type": "Bearer" }))
            .into_response()
    } else {
        (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response()
    }
}

/// A node, a provider and an organisation with an invitation for Ann.
struct Place {
    stage: Stage,
    issuer: String,
    told: Shared,
}

/// A browser that has been sent to the provider.
struct Away {
    cookie: String,
    state: String,
    nonce: String,
}

impl Place {
    async fn with(change: impl FnOnce(&mut asp_node::Config)) -> Self {
        let told = Shared::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        told.lock().unwrap().discovery = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorise?tenant=acme"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
        });
        told.lock().unwrap().keys = json!({ "keys": [
            jwk(&rsa(), Algorithm::RS256, "rsa"),
            jwk(&ec(), Algorithm::ES256, "ec"),
            { "kty": "oct", "kid": "shared", "k": "AAAA", "alg": "HS256" },
        ] });
        let discovery = async |State(told): State<Shared>| Json(told.lock().unwrap().discovery.clone());
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&told));
        tokio::spawn(async move { axum_serve(listener, router).await });
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), format!("{SECRET}\n")).unwrap();
        let mut stage = Stage::with(|config| {
            config.oidc_issuer = Some(issuer.clone());
            config.oidc_client_id = Some(CLIENT.to_owned());
            config.oidc_client_secret_file = Some(secret.path().to_owned());
            config.oidc_organisation = Some("acme.example".parse().unwrap());
            change(config);
        })
        .await;
        stage.org("acme").await;
        Self { stage, issuer, told }
    }

    async fn invite(&self, email: &str) {
        let acme = self.stage.reader("acme").await;
        let path = "/v1/people/invitations";
        let proof = self.stage.proof(&acme.dpop, "POST", path, Some(&acme.token)).text();
        let request = self.stage.http.post(self.stage.url(path)).header("dpop", proof);
        let request = request.header("authorization", format!("DPoP {}", acme.token));
        Answer::of(request.json(&json!({ "roles": ["owner"], "email": email }))).await.ok();
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Answer::of(http.get(self.stage.url(path)).header("cookie", cookie)).await
    }

    /// Sends a browser to the provider.
    async fn go(&self) -> Away {
        let answer = self.get("/signin/oidc", "").await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let address = Url::parse(answer.header("location")).unwrap();
        assert!(address.as_str().starts_with(&format!("{}/authorise?tenant=acme&", self.issuer)));
        let query: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!(
            (query["response_type"].as_str(), query["code_challenge_method"].as_str()),
            ("code", "S256")
        );
        assert_eq!(query["redirect_uri"], self.stage.url("/signin/oidc/callback"));
        self.told.lock().unwrap().challenge = query["code_challenge"].clone();
        let (cookie, how) = answer.header("set-cookie").split_once("; ").unwrap();
        assert_eq!(how, "Path=/; Max-Age=600; HttpOnly; SameSite=Lax");
        Away { cookie: cookie.to_owned(), state: query["state"].clone(), nonce: query["nonce"].clone() }
    }

    /// What a good token for this attempt says.
    fn claims(&self, away: &Away) -> Value {
        let now = self.stage.seconds();
        json!({
            "iss": self.issuer, "sub": "ann", "aud": CLIENT, "nonce": away.nonce, "iat": now, "exp": now + 300,
            "email": "Ann@acme.example", "email_verified": true, "name": "Ann Lee",
        })
    }

    /// The browser comes back.
    async fn back(&self, cookie: &str, state: &str) -> Answer {
        let mut address = Url::parse("http://node/signin/oidc/callback").unwrap();
        address.query_pairs_mut().append_pair("code", CODE).append_pair("state", state);
        self.get(&format!("{}?{}", address.path(), address.query().unwrap()), cookie).await
    }

    /// A whole attempt with these claims changed; `null` takes one away.
    async fn attempt(&self, changes: Value) -> Answer {
        let away = self.go().await;
        let mut claims = self.claims(&away);
        for (name, value) in changes.as_object().unwrap() {
            let claims = claims.as_object_mut().unwrap();
            claims.insert(name.clone(), value.clone());
            claims.retain(|_, value| !value.is_null());
        }
        self.told.lock().unwrap().token = sign(&rsa(), Algorithm::RS256, Some("rsa"), &claims);
        self.back(&away.cookie, &away.state).await
    }

    /// The cookie of who has been signed in.
    fn session(answer: &Answer) -> String {
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "../../"), "{}", answer.text());
        let cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
        let session = cookies.filter_map(|cookie| cookie.split(';').next());
        session.filter(|cookie| cookie.starts_with("assent=")).collect()
    }

    /// Who has been signed in.
    async fn who(&self, answer: &Answer) -> Value {
        self.get("/v1/me", &Self::session(answer)).await.ok()["person"].clone()
    }
}

/// Serves until the test ends.
async fn axum_serve(listener: tokio::net::TcpListener, router: Router) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = hyper_util::service::TowerToHyperService::new(router.clone());
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(hyper_util::rt::TokioIo::new(stream), service);
        tokio::spawn(async move { drop(connection.await) });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_provider_vouches_for_comes_in_once_for_each_attempt() {
    // ASP-AUT-013, THR-CODE-INJECTION
    let place = Place::with(|_| {}).await;
    place.invite("ann@acme.example").await;
    let away = place.go().await;
    place.told.lock().unwrap().token = sign(&rsa(), Algorithm::RS256, Some("rsa"), &place.claims(&away));
    // Another browser has another cookie, and one that began nothing has none.
    let other = place.go().await;
    place.told.lock().unwrap().challenge = String::new();
    for (cookie, state) in [
        (other.cookie.as_str(), away.state.as_str()),
        (&away.cookie, &other.state),
        ("", &away.state),
        ("assent-signing-in=00", &away.state),
        (&away.cookie, ""),
        (&format!("{}; {}", away.cookie, other.cookie), &away.state),
    ] {
        assert_eq!(place.back(cookie, state).await.code(), "SIGN_IN_REFUSED", "{cookie} {state}");
    }
    // A code that was put under the browser's own state needs the browser's own verifier.
    assert_eq!(place.back(&away.cookie, &away.state).await.code(), "SIGN_IN_REFUSED");
    let away = place.go().await;
    place.told.lock().unwrap().token = sign(&rsa(), Algorithm::RS256, Some("rsa"), &place.claims(&away));
    let answer = place.back(&away.cookie, &away.state).await;
    let ann = place.who(&answer).await;
    assert_eq!((&ann["name"], &ann["roles"]), (&json!("Ann Lee"), &json!(["owner"])));
    assert_eq!((&ann["email"], &ann["organisation"]), (&json!("ann@acme.example"), &json!("acme.example")));
    assert_eq!(place.back(&away.cookie, &away.state).await.code(), "SIGN_IN_REFUSED", "again");
    // From then on she is known by her subject, whatever her address; ES256 is as good.
    let away = place.go().await;
    let mut claims = place.claims(&away);
    claims["email"] = json!("lee@elsewhere.example");
    claims["aud"] = json!([CLIENT, "another"]);
    claims["azp"] = json!(CLIENT);
    place.told.lock().unwrap().token = sign(&ec(), Algorithm::ES256, Some("ec"), &claims);
    let answer = place.back(&away.cookie, &away.state).await;
    assert_eq!(place.who(&answer).await["id"], ann["id"]);
    // Not after ten minutes, not without a code.
    let away = place.go().await;
    let path = format!("/signin/oidc/callback?error=access_denied&state={}", away.state);
    assert_eq!(place.get(&path, &away.cookie).await.code(), "SIGN_IN_REFUSED");
    place.stage.stepper.pass(Millis(600_000));
    place.told.lock().unwrap().token = sign(&rsa(), Algorithm::RS256, Some("rsa"), &place.claims(&away));
    assert_eq!(place.back(&away.cookie, &away.state).await.code(), "SIGN_IN_REFUSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_is_the_providers_for_this_node_this_attempt_and_now() {
    // ASP-AUT-013, THR-ID-TOKEN
    let place = Place::with(|config| config.oidc_email_domain = Some("acme.example".to_owned())).await;
    let now = place.stage.seconds();
    for wrong in [
        json!({ "iss": "https://login.evil.example" }),
        json!({ "iss": format!("{}/", place.issuer) }),
        json!({ "iss": null }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "s".repeat(256) }),
        json!({ "aud": "another" }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
        json!({ "aud": [CLIENT, "another"] }),
        json!({ "aud": [CLIENT, "another"], "azp": "another" }),
        json!({ "azp": "another" }),
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "exp": now - 60 }),
        json!({ "exp": null }),
        json!({ "exp": "soon" }),
        json!({ "iat": now + 61 }),
        json!({ "iat": null }),
        json!({ "email_verified": false }),
        json!({ "email_verified": "true" }),
        json!({ "email_verified": null }),
        json!({ "email": "ann@acme.example.evil.example" }),
        json!({ "email": "ann@evil.example@acme.example" }),
    ] {
        assert_eq!(place.attempt(wrong.clone()).await.code(), "SIGN_IN_REFUSED", "{wrong}");
    }
    let public = jwk(&rsa(), Algorithm::RS256, "rsa");
    let modulus = URL_SAFE_NO_PAD.decode(public["n"].as_str().unwrap()).unwrap();
    for number in 0..8 {
        let away = place.go().await;
        let claims = place.claims(&away);
        let unsigned = |header: Value| {
            let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", encode(&header), encode(&claims))
        };
        let token = match number {
            0 => unsigned(json!({ "alg": "none", "kid": "rsa" })),
            1 => unsigned(json!({ "alg": "RS256", "kid": "rsa" })),
            // What is public is no secret.
            2 => sign(&EncodingKey::from_secret(&modulus), Algorithm::HS256, Some("rsa"), &claims),
            3 => sign(&EncodingKey::from_secret(&[0; 3]), Algorithm::HS256, Some("shared"), &claims),
            4 => sign(&other_rsa(), Algorithm::RS256, Some("rsa"), &claims),
            5 => sign(&rsa(), Algorithm::RS256, Some("unknown"), &claims),
            6 => sign(&rsa(), Algorithm::RS512, Some("rsa"), &claims),
            // Of several keys none is meant.
            _ => sign(&rsa(), Algorithm::RS256, None, &claims),
        };
        place.told.lock().unwrap().token = token;
        assert_eq!(place.back(&away.cookie, &away.state).await.code(), "SIGN_IN_REFUSED", "{number}");
    }
    assert_eq!(place.told.lock().unwrap().asked, 1, "who invents names of keys does not make us ask");
    // All that was refused for one thing alone.
    assert_eq!(place.who(&place.attempt(json!({})).await).await["roles"], json!(["auditor"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_neither_known_nor_invited_nor_let_in_stays_out() {
    // ASP-AUT-013
    let place = Place::with(|_| {}).await;
    assert_eq!(place.attempt(json!({})).await.code(), "SIGN_IN_REFUSED");
    place.invite("bob@acme.example").await;
    assert_eq!(place.attempt(json!({})).await.code(), "SIGN_IN_REFUSED", "somebody else is invited");
    let place = Place::with(|config| config.oidc_role_claim = Some("assent".to_owned())).await;
    for nothing in [json!(null), json!([]), json!("operator"), json!(["king"]), json!(7)] {
        assert_eq!(place.attempt(json!({ "assent": nothing })).await.code(), "SIGN_IN_REFUSED");
    }
    let roles = async |claim: Value| {
        place.who(&place.attempt(json!({ "assent": claim })).await).await["roles"].clone()
    };
    assert_eq!(roles(json!(["owner", "operator", "else"])).await, json!(["owner"]));
    // What the provider says counts each time anew.
    assert_eq!(roles(json!("auditor arbiter")).await, json!(["arbiter", "auditor"]));
    let session = Place::session(&place.attempt(json!({ "assent": "auditor" })).await);
    assert_eq!(place.get("/v1/sessions", &session).await.status, 200);
    assert_eq!(place.attempt(json!({})).await.code(), "SIGN_IN_REFUSED");
    // What is open goes with it.
    assert_eq!(place.get("/v1/sessions", &session).await.code(), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_none_costs_little_and_lets_nobody_in() {
    // ASP-AUT-013
    let place = Place::with(|config| config.oidc_email_domain = Some("acme.example".to_owned())).await;
    let good = place.told.lock().unwrap().discovery.clone();
    for (member, value) in [
        ("issuer", json!("https://login.evil.example")),
        ("token_endpoint", json!("http://169.254.169.254/token")),
        ("jwks_uri", json!("file:///etc/passwd")),
        ("authorization_endpoint", json!(null)),
    ] {
        let mut wrong = good.clone();
        wrong[member] = value;
        place.told.lock().unwrap().discovery = wrong;
        assert_eq!(place.get("/signin/oidc", "").await.code(), "PROVIDER_FAULT", "{member}");
    }
    place.told.lock().unwrap().discovery = good;
    place.told.lock().unwrap().endless = true;
    assert_eq!(place.attempt(json!({})).await.code(), "PROVIDER_FAULT", "keys without an end");
    place.told.lock().unwrap().endless = false;
    let keys = std::mem::replace(&mut place.told.lock().unwrap().keys, json!({ "keys": "none" }));
    assert_eq!(place.attempt(json!({})).await.code(), "PROVIDER_FAULT");
    place.told.lock().unwrap().keys = keys;
    place.who(&place.attempt(json!({})).await).await;
    // Without a provider there is no such way.
    let stage = Stage::new().await;
    for path in ["/signin/oidc", "/signin/oidc/callback?code=a&state=b"] {
        assert_eq!(stage.get(path).await.code(), "NOT_FOUND");
    }
    assert!(!stage.get("/signin").await.text().contains("signin/oidc"));
    assert!(place.stage.get("/signin").await.text().contains("signin/oidc"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_set_by_half_stops_the_start() {
    let start = async |change: fn(&mut asp_node::Config)| {
        let folder = tempfile::tempdir().unwrap();
        let mut config = asp_node::Config::new(folder.path());
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.oidc_issuer = Some("https://login.acme.example".to_owned());
        config.oidc_client_id = Some(CLIENT.to_owned());
        config.oidc_organisation = Some("acme.example".parse().unwrap());
        change(&mut config);
        asp_node::Node::start(config).await
    };
    assert!(start(|_| {}).await.is_ok());
    let wrong: [fn(&mut asp_node::Config); 4] = [
        |config| config.oidc_client_id = None,
        |config| config.oidc_organisation = None,
        |config| config.oidc_issuer = Some("http://login.acme.example".to_owned()),
        |config| config.oidc_client_secret_file = Some("/nowhere/at/all".into()),
    ];
    for change in wrong {
        assert!(matches!(start(change).await, Err(asp_node::StartError::Provider { .. })));
    }
}
