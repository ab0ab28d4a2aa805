//! Webhooks: whatever a receiver does (late, refusing, closed, slow, leading elsewhere) and whenever the node stops, what its
//! organisation may read comes, in the order of the log, signed, and nothing else does.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asp_core::key::{KeyId, PublicKey, SignatureBytes};
use asp_core::position::{Millis, Position};
use asp_store::Tenant;
use axum::Router;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use support::*;
use tokio::sync::watch;

/// How far time passes while nothing happens.
const STEP: Millis = Millis(600_000);

/// What a receiver does with what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Take,
    Answer(u16),
    Lead(SocketAddr),
    Hang,
    Break,
}

/// Something that a receiver was told, whether it took it or not.
#[derive(Debug, Clone)]
struct Told {
    headers: HeaderMap,
    body: Vec<u8>,
    taken: bool,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Where the log has it.
    fn position(&self) -> u64 {
        self.event()["data"]["logIndex"].as_u64().unwrap()
    }

    /// What was signed.
    fn signed(&self) -> Vec<u8> {
        let head = format!("{}.{}.", self.header("webhook-id"), self.header("webhook-timestamp"));
        [head.as_bytes(), &self.body].concat()
    }

    /// The bytes of the signature of a scheme.
    fn signature(&self, scheme: &str) -> Vec<u8> {
        let all = self.header("webhook-signature").split(' ');
        let mut these = all.filter_map(|one| one.strip_prefix(scheme)?.strip_prefix(','));
        STANDARD.decode(these.next().unwrap()).unwrap()
    }
}

type Choice = Arc<dyn Fn(usize, &Value) -> Does + Send + Sync>;

/// A receiver that does what a test chooses.
#[derive(Clone)]
struct Receiver {
    address: SocketAddr,
    told: Arc<Mutex<Vec<Told>>>,
    count: watch::Sender<usize>,
    choice: Arc<Mutex<Choice>>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let choice: Choice = Arc::new(|_, _| Does::Take);
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            told: Arc::default(),
            count: watch::Sender::new(0),
            choice: Arc::new(Mutex::new(choice)),
        };
        let served = receiver.clone();
        let hear = move |headers: HeaderMap, body: axum::body::Bytes| {
            let does = served.hear(headers, body.to_vec());
            async move {
                match does {
                    Does::Take => StatusCode::NO_CONTENT.into_response(),
                    Does::Answer(status) => StatusCode::from_u16(status).unwrap().into_response(),
                    Does::Lead(to) => {
                        (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, format!("http://{to}/in"))])
                            .into_response()
                    }
                    Does::Hang => std::future::pending().await,
                    Does::Break => panic!("the connection breaks"),
                }
            }
        };
        let router = Router::new().route("/in", axum::routing::post(hear));
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn hear(&self, headers: HeaderMap, body: Vec<u8>) -> Does {
        let choice = Arc::clone(&self.choice.lock().unwrap());
        let mut told = self.told.lock().unwrap();
        let does = choice(told.len(), &serde_json::from_slice(&body).unwrap());
        told.push(Told { headers, body, taken: does == Does::Take });
        self.count.send_replace(told.len());
        does
    }

    /// From here on it chooses by how much it was told before, and by what it is told.
    fn does(&self, choice: impl Fn(usize, &Value) -> Does + Send + Sync + 'static) {
        *self.choice.lock().unwrap() = Arc::new(choice);
    }

    fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    /// Positions of what it took, as it took them.
    fn taken(&self) -> Vec<u64> {
        self.told().iter().filter(|told| told.taken).map(Told::position).collect()
    }

    /// Lets time pass until this holds.
    async fn until(&self, stage: &Stage, holds: impl Fn(&Self) -> bool) {
        let mut count = self.count.subscribe();
        for _ in 0..STEPS_MAX {
            if holds(self) {
                return;
            }
            if tokio::time::timeout(Duration::from_millis(100), count.changed()).await.is_err() {
                stage.stepper.pass(STEP);
            }
        }
        panic!("it was told {} times", self.told().len());
    }

    async fn until_taken(&self, stage: &Stage, count: usize) {
        self.until(stage, |receiver| receiver.taken().len() >= count).await;
    }

    fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }
}

impl Stage {
    /// Asks as a party.
    async fn call(&self, name: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        // Time passes in these tests, and tokens with it.
        let reader = self.reader(name).await;
        let proof = self.proof(&reader.dpop, method.as_str(), path, Some(&reader.token)).text();
        let request = self.http.request(method, self.url(path));
        let request = request.header("authorization", format!("DPoP {}", reader.token)).header("dpop", proof);
        Answer::of(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// Makes a webhook; gives what the node says of it.
    async fn hook(&self, name: &str, asked: Value) -> Value {
        self.call(name, Method::POST, "/v1/webhooks", Some(asked)).await.ok()
    }

    async fn see(&self, name: &str, made: &Value) -> Value {
        self.call(name, Method::GET, &path(made, ""), None).await.ok()
    }

    /// Lets time pass until a webhook is in this state.
    async fn until_it_is(&self, name: &str, made: &Value, state: &str) -> Value {
        for _ in 0..STEPS_MAX {
            let seen = self.see(name, made).await;
            if seen["state"] == state {
                return seen;
            }
            // By less, so that what is late is not taken for silent.
            self.stepper.pass(Millis(60_000));
        }
        panic!("it is never {state}: {}", self.see(name, made).await);
    }

    /// Asks for what was put aside until that is one event which was refused so often.
    async fn until_refused(&self, name: &str, made: &Value, attempts: usize) -> Value {
        for _ in 0..STEPS_MAX {
            let dead = self.call(name, Method::GET, &path(made, "/dead"), None).await.ok();
            if let [letter] = &dead["dead"].as_array().unwrap()[..]
                && letter["attempts"] == attempts
            {
                return letter.clone();
            }
        }
        panic!("it was not refused {attempts} times");
    }

    /// Where the log has what an organisation may read.
    fn feed(&self, name: &str) -> Vec<u64> {
        let tenant = Tenant::Organisation(domain(name));
        let read = |reader: &asp_store::Reader<'_>| reader.feed(&tenant, Position(0), 1_000);
        self.node.store().read(read).unwrap().iter().map(|entry| entry.point.index.0).collect()
    }
}

fn path(made: &Value, end: &str) -> String {
    format!("/v1/webhooks/{}{end}", made["webhook"]["id"].as_str().unwrap())
}

/// A node that may call this machine, and soon gives up on who does not answer.
async fn stage() -> Stage {
    Stage::with(|config| {
        config.fetch_allow = "127.0.0.1/32".parse().unwrap();
        config.fetch_timeout_ms = 300;
    })
    .await
}

fn all(receiver: &Receiver) -> Value {
    json!({ "url": receiver.url(), "from": 0 })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_organisation_may_read_is_delivered_in_the_order_of_the_log_and_nothing_else() {
    // ASP-DLV-010
    let mut stage = stage().await;
    let (session, _) = stage.session().await;
    let (acme, initech) = (Receiver::start().await, Receiver::start().await);
    stage.hook("acme", all(&acme)).await;
    stage.hook("initech", all(&initech)).await;
    stage.deal(session).await;
    let expected = stage.feed("acme");
    acme.until_taken(&stage, expected.len()).await;
    // The node may have said something since.
    assert!(acme.taken().starts_with(&expected));
    let other = stage.feed("initech");
    initech.until_taken(&stage, other.len()).await;
    assert_eq!(initech.taken(), other);
    assert!(other.len() < expected.len());
    let told = acme.told().remove(expected.len() - 1);
    let event = told.event();
    assert_eq!(told.header("content-type"), "application/cloudevents+json");
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["type"], "asp.ACCEPT");
    assert_eq!(event["source"], "urn:asp:log:assent.example/test");
    assert_eq!(event["subject"], Stage::stream(session).to_string());
    assert_eq!(event["id"], told.position().to_string());
    assert_eq!(event["time"], event["data"]["logTime"]);
    let message: asp_client::api::Message = serde_json::from_value(event["data"].clone()).unwrap();
    message.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_delivery_is_signed_with_the_webhooks_own_key_and_with_the_secret() {
    // ASP-DLV-011
    let mut stage = stage().await;
    stage.people().await;
    let receivers = [Receiver::start().await, Receiver::start().await];
    let mut keys = BTreeSet::new();
    for receiver in &receivers {
        let made = stage.hook("acme", all(receiver)).await;
        receiver.until_taken(&stage, 1).await;
        let told = receiver.told().remove(0);
        let id = made["webhook"]["id"].as_str().unwrap();
        assert_eq!(told.header("webhook-id"), format!("{id}-{}", told.position()));
        // Whoever receives asks for the key, and needs nothing for it.
        let key = stage.get(&path(&made, "/key")).await.ok();
        assert_eq!(key["publicKey"], made["webhook"]["publicKey"]);
        let bytes = STANDARD.decode(key["publicKey"].as_str().unwrap().strip_prefix("whpk_").unwrap());
        let public = PublicKey::try_from(&KeyId::Ed25519(bytes.unwrap().try_into().unwrap())).unwrap();
        let signature = SignatureBytes::from_bytes(told.signature("v1a").try_into().unwrap());
        assert_eq!(public.verify_token(&told.signed(), &signature), Ok(()));
        let secret = STANDARD.decode(made["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap());
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&secret.unwrap()).unwrap();
        mac.update(&told.signed());
        mac.verify_slice(&told.signature("v1")).unwrap();
        keys.insert(key["publicKey"].to_string());
        // The secret is told once.
        assert!(!stage.see("acme", &made).await.to_string().contains("whsec_"));
    }
    assert_eq!(keys.len(), 2, "each has a key of its own");
    assert_eq!(stage.get(&format!("/v1/webhooks/{}/key", "0".repeat(32))).await.code(), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_order_is_kept_whatever_a_receiver_does_and_though_the_node_restarts() {
    // ASP-DLV-010
    let mut stage = stage().await;
    stage.people().await;
    let receiver = Receiver::start().await;
    // Each event meets each way to fail before it is taken.
    let lead = Does::Lead(receiver.address);
    let ways = [Does::Answer(500), lead, Does::Break, Does::Answer(503), Does::Hang, Does::Take];
    receiver.does(move |count, _| ways[count % ways.len()]);
    stage.hook("acme", all(&receiver)).await;
    let half = stage.feed("acme").len() / 2;
    receiver.until_taken(&stage, half).await;
    let mut stage = stage.restart(Millis(1)).await;
    for name in ["acme/clerk", "acme/guard", "acme/porter"] {
        stage.agent(name).await;
    }
    let expected = stage.feed("acme");
    receiver.until(&stage, |receiver| receiver.taken().last() == expected.last()).await;
    // What was taken twice has the same id, and is left out by whoever remembers ids.
    let told: Vec<Told> = receiver.told();
    let ids: BTreeSet<&str> = told.iter().map(|told| told.header("webhook-id")).collect();
    assert_eq!(ids.len(), expected.len());
    let positions: Vec<u64> = told.iter().map(Told::position).collect();
    assert!(positions.is_sorted(), "{positions:?}");
    let mut taken = receiver.taken();
    taken.dedup();
    assert_eq!(taken, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_not_there_is_waited_for_and_told_all_from_its_place() {
    let mut stage = stage().await;
    stage.people().await;
    let receiver = Receiver::start().await;
    // Somebody has had this port.
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let closed = format!("http://{}/in", listener.local_addr().unwrap());
    drop(listener);
    let away = stage.hook("acme", json!({ "url": closed, "from": 0 })).await;
    let seen = stage.until_it_is("acme", &away, "broken").await;
    assert_eq!((&seen["next"], &seen["dead"]), (&json!(stage.feed("acme")[0]), &json!(0)), "{seen}");
    assert_eq!(seen["error"], "it cannot be reached");
    // After five days nobody calls there any more, and still nothing is lost.
    receiver.does(|_, _| Does::Answer(503));
    let made = stage.hook("acme", all(&receiver)).await;
    receiver.until(&stage, |receiver| receiver.told().len() >= 5).await;
    stage.stepper.pass(Millis(5 * 24 * 3_600_000));
    let seen = stage.until_it_is("acme", &made, "stopped").await;
    assert_eq!((&seen["stopped"], &seen["dead"]), (&json!("silent"), &json!(0)));
    let attempts = receiver.told().len();
    stage.agent("acme/clerk").await;
    receiver.does(|_, _| Does::Take);
    assert_eq!(receiver.told().len(), attempts);
    stage.call("acme", Method::POST, &path(&made, "/resume"), None).await.ok();
    let expected = stage.feed("acme");
    receiver.until_taken(&stage, expected.len()).await;
    assert_eq!(receiver.taken(), expected);
    assert_eq!(stage.until_it_is("acme", &made, "running").await["failures"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_refused_again_and_again_is_put_aside_and_delivered_when_it_is_asked_for() {
    // ASP-DLV-010
    let mut stage = stage().await;
    stage.people().await;
    let receiver = Receiver::start().await;
    let expected = stage.feed("acme");
    let poison = expected[2];
    receiver.does(move |_, event| match event["data"]["logIndex"].as_u64() {
        Some(index) if index == poison => Does::Answer(400),
        _ => Does::Take,
    });
    let made = stage.hook("acme", all(&receiver)).await;
    receiver.until_taken(&stage, expected.len() - 1).await;
    let rest: Vec<u64> = expected.iter().copied().filter(|index| *index != poison).collect();
    assert_eq!(receiver.taken(), rest);
    let refused = |receiver: &Receiver| receiver.told().iter().filter(|told| !told.taken).count();
    let most = asp_core::limits::WEBHOOK_ATTEMPTS_MAX;
    assert_eq!(refused(&receiver), most);
    let letter = stage.until_refused("acme", &made, most).await;
    assert_eq!((&letter["position"], &letter["error"]), (&json!(poison), &json!("it answers 400")));
    // Asked for while it is still refused it stays where it is, and what comes next does not wait for it.
    let replay = json!({ "positions": [poison, poison + 1] });
    let again = stage.call("acme", Method::POST, &path(&made, "/dead"), Some(replay)).await.ok();
    assert_eq!(again["count"], 1);
    assert_eq!(stage.until_refused("acme", &made, most + 1).await["again"], false);
    let seen = stage.see("acme", &made).await;
    assert_eq!((&seen["state"], &seen["dead"]), (&json!("running"), &json!(1)));
    receiver.does(|_, _| Does::Take);
    stage.call("acme", Method::POST, &path(&made, "/dead"), Some(json!({}))).await.ok();
    receiver.until(&stage, |receiver| receiver.taken().last() == Some(&poison)).await;
    assert_eq!(stage.until_it_is("acme", &made, "running").await["dead"], 0);
    let ids = receiver.told().into_iter().filter(|told| told.position() == poison);
    let ids: BTreeSet<String> = ids.map(|told| told.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 1, "it keeps its id");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_that_it_is_gone_is_called_no_more_until_its_organisation_says_so() {
    let mut stage = stage().await;
    stage.people().await;
    let receiver = Receiver::start().await;
    receiver.does(|_, _| Does::Answer(410));
    let made = stage.hook("acme", all(&receiver)).await;
    let seen = stage.until_it_is("acme", &made, "stopped").await;
    assert_eq!(seen["stopped"], "gone");
    assert_eq!(receiver.told().len(), 1);
    receiver.does(|_, _| Does::Take);
    let stage = stage.restart(Millis(24 * 3_600_000)).await;
    assert_eq!(receiver.told().len(), 1);
    stage.call("acme", Method::POST, &path(&made, "/resume"), None).await.ok();
    let expected = stage.feed("acme");
    receiver.until_taken(&stage, expected.len()).await;
    assert_eq!(receiver.taken(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_asked_for_is_delivered_and_only_from_where_it_is_asked_for() {
    let mut stage = stage().await;
    let (session, _) = stage.session().await;
    let [consents, accepts, later] =
        [Receiver::start().await, Receiver::start().await, Receiver::start().await];
    stage.hook("acme", json!({ "url": consents.url(), "streams": ["consent"], "from": 0 })).await;
    stage.hook("acme", json!({ "url": accepts.url(), "types": ["ACCEPT"], "from": 0 })).await;
    stage.hook("acme", json!({ "url": later.url() })).await;
    let size = stage.feed("acme").len();
    stage.deal(session).await;
    let expected = stage.feed("acme");
    later.until_taken(&stage, expected.len() - size).await;
    assert!(later.taken().starts_with(&expected[size..]));
    accepts.until_taken(&stage, 1).await;
    consents.until_taken(&stage, 2).await;
    let types = |receiver: &Receiver| {
        let told = receiver.told();
        told.iter().map(|told| told.event()["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(types(&consents), ["asp.consent.request", "asp.consent.grant"]);
    assert_eq!(types(&accepts).last().unwrap(), "asp.ACCEPT");
    assert!(types(&accepts).iter().all(|kind| kind == "asp.ACCEPT"));
    for wrong in [
        json!({ "url": later.url(), "streams": ["people"] }),
        json!({ "url": later.url(), "streams": [] }),
        json!({ "url": later.url(), "types": ["consent.eat"] }),
        json!({ "url": later.url(), "from": 1_000_000 }),
        json!({ "url": later.url(), "secret": "mine" }),
        json!({ "url": "ftp://hooks.example" }),
        json!({}),
    ] {
        let answer = stage.call("acme", Method::POST, "/v1/webhooks", Some(wrong.clone())).await;
        assert_eq!(answer.code(), "INVALID_BODY", "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_at_once_whether_it_was_taken_and_moves_nothing() {
    let mut stage = stage().await;
    stage.people().await;
    let receiver = Receiver::start().await;
    let made = stage.hook("acme", json!({ "url": receiver.url() })).await;
    for (does, delivered, error) in [
        (Does::Take, true, Value::Null),
        (Does::Answer(404), false, json!("it answers 404")),
        (Does::Lead(receiver.address), false, json!("it leads elsewhere")),
        (Does::Hang, false, json!("it does not answer in time")),
    ] {
        receiver.does(move |_, _| does);
        let test = stage.call("acme", Method::POST, &path(&made, "/test"), None).await.ok();
        assert_eq!((&test["delivered"], &test["error"]), (&json!(delivered), &error));
        let told = receiver.told().pop().unwrap();
        assert_eq!(told.event()["type"], "asp.webhook.test");
        assert_eq!(told.header("webhook-id"), test["message"].as_str().unwrap());
    }
    let seen = stage.see("acme", &made).await;
    assert_eq!((&seen["state"], &seen["failures"]), (&json!("running"), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_leads_the_node_to_nobody_within() {
    // THR-SSRF-WEBHOOK
    let names = name_server(Arc::default()).await;
    let mut stage = Stage::with(|config| config.name_server = Some(names)).await;
    stage.people().await;
    let within = Receiver::start().await;
    // The attack: an address of the node's own machine or network, in any spelling, or another port than that of https.
    for (wrong, code) in [
        (within.url().as_str(), "WEBHOOK_ADDRESS"),
        ("http://localhost:443/in", "WEBHOOK_ADDRESS"),
        ("http://[::1]/in", "WEBHOOK_ADDRESS"),
        ("https://hooks.acme.example:8443/in", "WEBHOOK_ADDRESS"),
        ("http://hooks.acme.example/in", "INVALID_BODY"),
        ("https://localhost/in", "INVALID_BODY"),
        ("https://127.0.0.1/in", "INVALID_BODY"),
        ("https://127.1/in", "INVALID_BODY"),
        ("https://2130706433/in", "INVALID_BODY"),
        ("https://0x7f.0x1/in", "INVALID_BODY"),
        ("https://[::ffff:127.0.0.1]/in", "INVALID_BODY"),
        ("https://10.0.0.7/in", "INVALID_BODY"),
        ("https://169.254.169.254/latest/meta-data/", "INVALID_BODY"),
        ("https://hooks@acme.example/in", "INVALID_BODY"),
    ] {
        let answer = stage.call("acme", Method::POST, "/v1/webhooks", Some(json!({ "url": wrong }))).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, code), "{wrong}");
    }
    // A name that means the node's own machine: it is known when the node would call, and nobody learns it.
    let named = json!({ "url": "https://hooks.acme.example/in", "from": 0 });
    let made = stage.hook("acme", named).await;
    let test = stage.call("acme", Method::POST, &path(&made, "/test"), None).await.ok();
    assert_eq!((&test["delivered"], &test["error"]), (&json!(false), &json!("it cannot be reached")));
    assert_eq!(stage.until_it_is("acme", &made, "broken").await["error"], "it cannot be reached");
    // The control: one word of the operator, and the same address is reached.
    stage.config.fetch_allow = "127.0.0.1/32".parse().unwrap();
    let stage = stage.restart(Millis(1)).await;
    let made = stage.hook("acme", all(&within)).await;
    within.until_taken(&stage, stage.feed("acme").len()).await;
    // A detour over a receiver that may be reached.
    let (detour, told) = (Receiver::start().await, within.told().len());
    let to = within.address;
    detour.does(move |_, _| Does::Lead(to));
    let led = stage.hook("acme", all(&detour)).await;
    assert_eq!(stage.until_it_is("acme", &led, "broken").await["error"], "it leads elsewhere");
    assert!(detour.told().len() >= 5 && within.told().len() == told);
    // And what was allowed once is looked at each time.
    let mut stage = stage;
    stage.config.fetch_allow = Default::default();
    let mut stage = stage.restart(Millis(1)).await;
    stage.agent("acme/clerk").await;
    assert_eq!(stage.until_it_is("acme", &made, "broken").await["error"], "it cannot be reached");
    assert_eq!(within.told().len(), told);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_receivers_of_one_organisation_keep_nobody_else_waiting() {
    let mut stage = Stage::with(|config| {
        config.fetch_allow = "127.0.0.1/32".parse().unwrap();
        config.fetch_timeout_ms = 3_600_000;
    })
    .await;
    stage.people().await;
    let slow = Receiver::start().await;
    slow.does(|_, _| Does::Hang);
    for _ in 0..12 {
        stage.hook("acme", all(&slow)).await;
    }
    slow.until(&stage, |slow| slow.told().len() == 2).await;
    let other = Receiver::start().await;
    stage.hook("globex", all(&other)).await;
    let expected = stage.feed("globex");
    other.until_taken(&stage, expected.len()).await;
    assert_eq!(other.taken(), expected);
    assert_eq!(slow.told().len(), 2, "two of one organisation at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_more_is_delivered_to_a_webhook_that_is_removed() {
    let mut stage = Stage::with(|config| {
        config.fetch_allow = "127.0.0.1/32".parse().unwrap();
        config.fetch_timeout_ms = 3_600_000;
    })
    .await;
    stage.people().await;
    let (slow, other) = (Receiver::start().await, Receiver::start().await);
    slow.does(|count, _| if count == 0 { Does::Hang } else { Does::Take });
    let made = stage.hook("acme", all(&slow)).await;
    slow.until(&stage, |slow| slow.told().len() == 1).await;
    let gone = stage.call("acme", Method::DELETE, &path(&made, ""), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    stage.agent("acme/clerk").await;
    // One that is made after has all of it, so the first has had its time.
    stage.hook("acme", all(&other)).await;
    other.until_taken(&stage, stage.feed("acme").len()).await;
    assert_eq!(slow.told().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_their_organisations_and_nobody_elses() {
    let mut stage = stage().await;
    stage.people().await;
    let receiver = Receiver::start().await;
    let made = stage.hook("acme", json!({ "url": receiver.url() })).await;
    for (ends, method, body) in [
        ("", Method::GET, None),
        ("", Method::DELETE, None),
        ("/test", Method::POST, None),
        ("/resume", Method::POST, None),
        ("/dead", Method::GET, None),
        ("/dead", Method::POST, Some(json!({}))),
    ] {
        let strange = stage.call("globex", method.clone(), &path(&made, ends), body.clone()).await;
        assert_eq!(strange.code(), "NOT_FOUND", "{method} {ends}");
        // An agent has none, also of its own organisation.
        let agent = stage.call("acme/buyer", method.clone(), &path(&made, ends), body).await;
        let denied = if method == Method::GET { "NOT_FOUND" } else { "NOT_PERMITTED" };
        assert_eq!(agent.code(), denied, "{method} {ends}");
    }
    assert_eq!(stage.call("globex", Method::GET, "/v1/webhooks", None).await.ok()["webhooks"], json!([]));
    assert!(receiver.told().is_empty());
    let gone = stage.call("acme", Method::DELETE, &path(&made, ""), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(stage.call("acme", Method::GET, &path(&made, ""), None).await.code(), "NOT_FOUND");
    for number in 0..asp_core::limits::WEBHOOKS_MAX {
        let asked = json!({ "url": format!("{}?{number}", receiver.url()) });
        stage.hook("acme", asked).await;
    }
    let full = stage.call("acme", Method::POST, "/v1/webhooks", Some(json!({ "url": receiver.url() }))).await;
    assert_eq!(full.code(), "WEBHOOK_LIMIT");
}

/// What is told of the webhooks in the trace of a session: the place, the state, how often it was refused.
async fn undelivered(
    stage: &Stage,
    name: &str,
    session: asp_core::position::Hash,
) -> Vec<(u64, String, u64)> {
    let path = format!("/v1/sessions/{}/trace", session.to_hex());
    let told = stage.call(name, Method::GET, &path, None).await.ok();
    let told = told["deliveries"].as_array().cloned().unwrap_or_default();
    let fares = |it: &Value| {
        let (at, attempts) = (it["logIndex"].as_u64().unwrap(), it["attempts"].as_u64().unwrap());
        (at, it["state"].as_str().unwrap().to_owned(), attempts)
    };
    told.iter().filter(|it| it.get("webhook").is_some()).map(fares).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_of_a_session_tells_its_organisation_what_was_not_delivered() {
    let mut stage = stage().await;
    let (session, _) = stage.session().await;
    let receiver = Receiver::start().await;
    receiver.does(|_, _| Does::Answer(410));
    let asked = json!({ "url": receiver.url(), "from": 0, "streams": ["session"] });
    let made = stage.hook("acme", asked).await;
    stage.until_it_is("acme", &made, "stopped").await;
    let stopped = undelivered(&stage, "acme", session).await;
    let [(first, ..), (second, ..), ..] = stopped[..] else { panic!("{stopped:?}") };
    assert!(stopped.iter().all(|(_, state, attempts)| state == "stopped" && *attempts == 0), "{stopped:?}");
    // Webhooks are the organisation's own.
    for other in ["acme/buyer", "globex", "globex/seller"] {
        assert_eq!(undelivered(&stage, other, session).await, [], "{other}");
    }
    receiver.does(
        move |_, event| {
            if event["data"]["logIndex"] == first { Does::Answer(500) } else { Does::Take }
        },
    );
    stage.call("acme", Method::POST, &path(&made, "/resume"), None).await;
    receiver.until(&stage, |receiver| receiver.taken().contains(&second)).await;
    let attempts = stage.until_refused("acme", &made, 12).await["attempts"].as_u64().unwrap();
    let dead = (first, "dead".to_owned(), attempts);
    // That the second was delivered is noted a moment after it was taken.
    for _ in 0..STEPS_MAX {
        if undelivered(&stage, "acme", session).await.len() == 1 {
            break;
        }
    }
    assert_eq!(undelivered(&stage, "acme", session).await, [dead]);
}
