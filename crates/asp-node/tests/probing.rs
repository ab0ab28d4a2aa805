//! Whether those who are listed are there: asked on a schedule, by stepped time, at a server that the test runs itself.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asp_core::challenge::Challenge;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::Millis;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_core::statement::draft::Draft;
use asp_node::Config;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use support::*;

/// A little more than an hour and the tenth that chance can add.
const HOUR: Millis = Millis(66 * 60_000);

/// What the endpoints of the test were asked, by path, and whether those that answer do.
#[derive(Default)]
struct Told {
    asked: BTreeMap<String, Vec<Challenge>>,
    silent: bool,
}

type Shared = Arc<Mutex<Told>>;

/// A server at which every agent has a path that says how it answers.
struct Endpoints {
    address: std::net::SocketAddr,
    told: Shared,
}

impl Endpoints {
    async fn start() -> Self {
        let told = Shared::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/{manner}", post(answer)).with_state(Arc::clone(&told));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, told }
    }

    fn allowed(&self, config: &mut Config) {
        config.fetch_allow = text(&format!("volt.example=http://{}", self.address));
        config.probe_stale_ms = 2 * 3_600_000;
        config.probe_gone_ms = 9 * 3_600_000;
    }

    fn silence(&self, silent: bool) {
        self.told.lock().unwrap().silent = silent;
    }

    fn asked(&self, path: &str) -> Vec<Challenge> {
        self.told.lock().unwrap().asked.get(path).cloned().unwrap_or_default()
    }
}

fn signed(name: &str, input: &[u8]) -> Value {
    json!({ "keyId": key(name).id(), "signature": key(name).sign(input) })
}

async fn answer(State(told): State<Shared>, Path(manner): Path<String>, body: Bytes) -> Response {
    let challenge = Challenge::from_json(&body).unwrap();
    let mut told = told.lock().unwrap();
    let all = told.asked.entry(manner.clone()).or_default();
    all.push(challenge.clone());
    let first = all[0].clone();
    if told.silent {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let name = format!("volt/{manner}");
    let good = signed(&name, &challenge.signing_input());
    let json = [("content-type", "application/json")];
    match manner.as_str() {
        "other-key" => (json, signed("volt/another", &challenge.signing_input()).to_string()).into_response(),
        "organisation" => (json, signed("volt", &challenge.signing_input()).to_string()).into_response(),
        "no-tag" => (json, signed(&name, &body).to_string()).into_response(),
        "other-challenge" => {
            let other = Challenge { challenge: Nonce([0; 16]), ..first };
            (json, signed(&name, &other.signing_input()).to_string()).into_response()
        }
        "list" => (json, json!([good["keyId"], good["signature"]]).to_string()).into_response(),
        "long" => (json, format!("{good}{}", " ".repeat(1024))).into_response(),
        "text" => ([("content-type", "text/plain")], good.to_string()).into_response(),
        "status" => (StatusCode::ACCEPTED, json, String::new()).into_response(),
        "elsewhere" => (StatusCode::TEMPORARY_REDIRECT, [("location", "/good")]).into_response(),
        _ => (json, good.to_string()).into_response(),
    }
}

fn card(name: &str, endpoint: Option<&str>) -> Card {
    let card = Card::of(text(name), text("trades"), [text("provision.compute")].into());
    Card { endpoint: endpoint.map(text), ..card }
}

fn draft(stage: &Stage, name: &str, body: Body) -> Draft {
    let stream = StreamName::Of(StreamId::Agent(agent_uri(name)));
    Draft::new(stream, stage.node.origin().clone(), Issuer::Agent(agent_uri(name)), body)
}

async fn register(stage: &mut Stage, name: &str, endpoint: Option<&str>) {
    let body = Body::AgentRegister(AgentRegister { card: card(name, endpoint), key: key(name).id() });
    let draft = draft(stage, name, body);
    let statement = stage.author.sign(&draft, &[&key(name), &key("volt")]);
    stage.take(statement).await;
}

async fn view(stage: &Stage, name: &str) -> Value {
    stage.get(&format!("/v1/agents/volt.example/{name}")).await.ok()
}

/// Asks until it is so; what never is fails.
async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), found).await.unwrap()
}

/// Waits until so many agents in all answered, and so many did not.
async fn probed(stage: &Stage, answered: u64, silent: u64) {
    let line = |word: &str, count| format!("assent_probes_total{{answered=\"{word}\"}} {count}\n");
    let [heard, missed] = [line("true", answered), line("false", silent)];
    until(async || {
        let page = stage.get("/metrics").await.text();
        (page.contains(&heard) && page.contains(&missed)).then_some(())
    })
    .await;
}

/// The view once it says this of how the agent stands.
async fn standing(stage: &Stage, name: &str, standing: &str) -> Value {
    until(async || Some(view(stage, name).await).filter(|view| view["standing"] == standing)).await
}

async fn found(stage: &Stage) -> Vec<(String, Value)> {
    let page = stage.get("/v1/agents?capability=provision.compute").await.ok();
    let hits = page["agents"].as_array().unwrap();
    hits.iter().map(|hit| (hit["name"].as_str().unwrap().to_owned(), hit.clone())).collect()
}

fn names(found: &[(String, Value)]) -> String {
    found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_is_shown_with_the_time_of_its_last_answer() {
    // ASP-AGT-010
    let endpoints = Endpoints::start().await;
    let mut stage = Stage::with(|config| endpoints.allowed(config)).await;
    stage.org("volt").await;
    register(&mut stage, "volt/unasked", None).await;
    register(&mut stage, "volt/good", Some("https://volt.example/good")).await;
    let seen = standing(&stage, "good", "answering").await;
    assert_eq!(seen["lastAnswer"], json!(START));
    let challenge = endpoints.asked("good").remove(0);
    assert_eq!(
        (&challenge.agent, &challenge.audience, challenge.issued_at),
        (&agent_uri("volt/good"), stage.node.origin(), START)
    );
    let unasked = view(&stage, "unasked").await;
    assert_eq!((&unasked["standing"], &unasked["lastAnswer"]), (&Value::Null, &Value::Null));

    let hits = found(&stage).await;
    assert_eq!(names(&hits), "volt/good volt/unasked", "who answers stands before who was not asked");
    assert_eq!(hits[0].1["lastAnswer"], json!(START));
    assert_eq!(hits[0].1["standing"], "answering");
    assert_eq!((&hits[1].1["standing"], &hits[1].1["lastAnswer"]), (&Value::Null, &Value::Null));

    stage.stepper.pass(Millis(59 * 60_000));
    stage.stepper.pass(Millis(7 * 60_000 + 1));
    probed(&stage, 2, 0).await;
    assert_eq!(view(&stage, "good").await["lastAnswer"], json!(stage.now()));
    let asked = endpoints.asked("good");
    assert_ne!(asked[0].challenge, asked[1].challenge, "nobody has the answer beforehand");
    assert_eq!(asked[1].issued_at, stage.now());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_silent_sinks_then_vanishes_and_comes_back_when_it_answers() {
    let endpoints = Endpoints::start().await;
    let mut stage = Stage::with(|config| endpoints.allowed(config)).await;
    stage.org("volt").await;
    register(&mut stage, "volt/good", Some("https://volt.example/good")).await;
    register(&mut stage, "volt/unasked", None).await;
    standing(&stage, "good", "answering").await;
    let last = json!(stage.now());

    endpoints.silence(true);
    stage.stepper.pass(HOUR);
    probed(&stage, 1, 1).await;
    assert_eq!(view(&stage, "good").await["standing"], "answering", "one silence is not much");
    stage.stepper.pass(HOUR);
    probed(&stage, 1, 2).await;
    stage.stepper.pass(HOUR);
    let seen = standing(&stage, "good", "stale").await;
    assert_eq!(seen["lastAnswer"], last);
    probed(&stage, 1, 3).await;
    let hits =
        until(async || Some(found(&stage).await).filter(|hits| names(hits) == "volt/unasked volt/good"))
            .await;
    assert_eq!(hits[1].1["reasons"], json!(["offers provision.compute", "did not answer lately"]));
    assert_eq!(hits[1].1["lastAnswer"], last);

    // Who is stale is asked a quarter as often.
    stage.stepper.pass(Millis(4 * HOUR.0));
    probed(&stage, 1, 4).await;
    stage.stepper.pass(Millis(4 * HOUR.0));
    probed(&stage, 1, 5).await;
    assert_eq!(view(&stage, "good").await["standing"], "gone", "who asks for it by name still sees it");
    until(async || Some(found(&stage).await).filter(|hits| names(hits) == "volt/unasked")).await;

    // What was seen outlives the process.
    let stage = stage.restart(Millis(0)).await;
    until(async || Some(found(&stage).await).filter(|hits| names(hits) == "volt/unasked")).await;
    assert_eq!(view(&stage, "good").await["lastAnswer"], last);

    endpoints.silence(false);
    stage.stepper.pass(Millis(24 * HOUR.0));
    standing(&stage, "good", "answering").await;
    until(async || Some(found(&stage).await).filter(|hits| names(hits) == "volt/good volt/unasked")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_its_own_signature_over_what_was_asked_is_an_answer() {
    // ASP-AGT-010
    let manners = [
        "other-key",
        "organisation",
        "no-tag",
        "other-challenge",
        "list",
        "long",
        "text",
        "status",
        "elsewhere",
    ];
    let endpoints = Endpoints::start().await;
    let mut stage = Stage::with(|config| endpoints.allowed(config)).await;
    stage.org("volt").await;
    for manner in manners {
        register(&mut stage, &format!("volt/{manner}"), Some(&format!("https://volt.example/{manner}")))
            .await;
    }
    // Signs as another agent of the same organisation: its key is not this one's.
    register(&mut stage, "volt/impostor", Some("https://volt.example/good")).await;
    probed(&stage, 0, manners.len() as u64 + 1).await;
    for name in manners.into_iter().chain(["impostor"]) {
        let view = view(&stage, name).await;
        assert_eq!((&view["standing"], &view["lastAnswer"]), (&Value::Null, &Value::Null), "{name}");
    }
    assert_eq!(endpoints.asked("good").len(), 1, "nobody is led there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_replaced_answers_no_more() {
    // ASP-AGT-010
    let endpoints = Endpoints::start().await;
    let mut stage = Stage::with(|config| endpoints.allowed(config)).await;
    stage.org("volt").await;
    register(&mut stage, "volt/good", Some("https://volt.example/good")).await;
    standing(&stage, "good", "answering").await;
    let (old, new) = (key("volt/good"), key("volt/next"));
    let rotate = KeyRotate { new_key: new.id(), old_key: old.id() };
    let draft = draft(&stage, "volt/good", Body::AgentKeyRotate(rotate));
    let statement = stage.author.sign(&draft, &[&old, &new]);
    stage.take(statement).await;
    stage.stepper.pass(HOUR);
    probed(&stage, 1, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_no_endpoint_any_more_is_forgotten_and_a_new_one_is_asked_soon() {
    let endpoints = Endpoints::start().await;
    let mut stage = Stage::with(|config| endpoints.allowed(config)).await;
    stage.org("volt").await;
    register(&mut stage, "volt/good", Some("https://volt.example/status")).await;
    probed(&stage, 0, 1).await;
    let set = |stage: &mut Stage, endpoint: Option<&str>| {
        let body = Body::AgentCardSet(CardSet { card: card("volt/good", endpoint) });
        let draft = draft(stage, "volt/good", body);
        stage.author.sign(&draft, &[&key("volt/good")])
    };
    let statement = set(&mut stage, Some("https://volt.example/good"));
    stage.take(statement).await;
    // Not at once: else each card would send a request to wherever it likes.
    stage.stepper.pass(Millis(60_000));
    standing(&stage, "good", "answering").await;
    let statement = set(&mut stage, None);
    stage.take(statement).await;
    until(async || Some(view(&stage, "good").await).filter(|view| view["standing"].is_null())).await;
    let asked = endpoints.asked("good").len();
    stage.stepper.pass(HOUR);
    register(&mut stage, "volt/two", Some("https://volt.example/two")).await;
    probed(&stage, 2, 1).await;
    assert_eq!(endpoints.asked("good").len(), asked);
}

// THR-SSRF-ENDPOINT
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_where_the_node_must_not_go() {
    let endpoints = Endpoints::start().await;
    // The second is the control: its operator allows this machine, and the same endpoint is reached.
    for (allowed, met) in [("", 0), ("127.0.0.0/8", 1)] {
        let mut stage = Stage::with(|config| config.fetch_allow = text(allowed)).await;
        stage.org("volt").await;
        let own = format!("http://{}/good", endpoints.address);
        register(&mut stage, "volt/good", Some(&own)).await;
        probed(&stage, met, 1 - met).await;
        assert_eq!(endpoints.asked("good").len() as u64, met, "{allowed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interval_of_nothing_asks_nobody() {
    let endpoints = Endpoints::start().await;
    let mut stage = Stage::with(|config| {
        endpoints.allowed(config);
        config.probe_interval_ms = 0;
    })
    .await;
    stage.org("volt").await;
    register(&mut stage, "volt/good", Some("https://volt.example/good")).await;
    stage.stepper.pass(HOUR);
    // Whoever asks would have by the time that another node on the same clock has.
    let mut other = Stage::with(|config| endpoints.allowed(config)).await;
    other.org("volt").await;
    register(&mut other, "volt/two", Some("https://volt.example/two")).await;
    probed(&other, 1, 0).await;
    probed(&stage, 0, 0).await;
    assert_eq!(endpoints.asked("good").len(), 0);
}
