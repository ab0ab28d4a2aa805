//! Money outside: a provider that is heard by signed messages alone, and that is late, repeats itself, falls silent, takes
//! another amount or another currency. Whatever it does, nothing is credited or paid twice.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asp_core::account::Account;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::statement::Body;
use asp_core::statement::body::*;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use support::*;
use tokio::sync::watch;

const KEY: &[u8] = b"a key of thirty-two bytes, or so";

/// A request that the node made.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    what: String,
    key: String,
    body: Value,
}

/// A settlement provider: hears everything, and says what a test lets it say.
#[derive(Clone)]
struct Provider {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    count: watch::Sender<usize>,
    /// Whether it hears nothing at present.
    deaf: Arc<AtomicBool>,
}

impl Provider {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let provider =
            Self { address, asked: Arc::default(), count: watch::Sender::new(0), deaf: Arc::default() };
        let served = provider.clone();
        let hear = move |Path(what): Path<String>, headers: HeaderMap, body: axum::body::Bytes| {
            if served.deaf.load(Ordering::SeqCst) {
                return std::future::ready((StatusCode::INTERNAL_SERVER_ERROR, axum::Json(json!({}))));
            }
            let header = |name: &str| headers[name].to_str().unwrap().to_owned();
            let key = header("idempotency-key");
            // The node signs as the provider does.
            let signed = signature(&header("webhook-id"), &header("webhook-timestamp"), &body);
            assert_eq!(header("webhook-signature"), signed);
            let body = serde_json::from_slice(&body).unwrap();
            served.asked.lock().unwrap().push(Asked { what, key, body });
            served.count.send_modify(|count| *count += 1);
            std::future::ready((StatusCode::ACCEPTED, axum::Json(json!({}))))
        };
        let router = Router::new().route("/{what}", axum::routing::post(hear));
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    fn all(&self, what: &str) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.what == what).cloned().collect()
    }

    /// Lets time pass until it was asked for this so often.
    async fn until(&self, stage: &Stage, what: &str, count: usize) -> Asked {
        let mut asked = self.count.subscribe();
        for _ in 0..STEPS_MAX {
            if let Some(found) = self.all(what).get(count - 1) {
                return found.clone();
            }
            if tokio::time::timeout(Duration::from_millis(100), asked.changed()).await.is_err() {
                stage.stepper.pass(Millis(5_000));
            }
        }
        panic!("nobody asked for {what}");
    }
}

fn signature(id: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(KEY).unwrap();
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// A node with a provider, and an organisation with an account in dollars.
async fn stage() -> (Stage, Provider, tempfile::TempDir) {
    let provider = Provider::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, format!("whsec_{}\n", STANDARD.encode(KEY))).unwrap();
    let url = format!("http://{}", provider.address);
    let mut stage = Stage::with(|config| {
        config.settlement_url = Some(url);
        config.settlement_key_file = Some(file);
        config.fetch_allow = "127.0.0.1/32".parse().unwrap();
    })
    .await;
    stage.org("acme").await;
    say(&mut stage, Body::AccountOpen(AccountOpen { currency: text("USD") })).await;
    (stage, provider, folder)
}

async fn say(stage: &mut Stage, body: Body) -> Hash {
    // The node speaks there too.
    let stream = StreamId::Account(domain("acme"));
    if let Some(account) = account(stage) {
        stage.author.heads.insert(stream.clone(), account.head());
    }
    let statement = stage.author.by("acme", StreamName::Of(stream), body);
    stage.take(statement).await
}

async fn deposit(stage: &mut Stage, amount: &str) -> Hash {
    let amount = text(amount);
    say(stage, Body::AccountDeposit(AccountDeposit { amount, reference: text("order 7") })).await
}

async fn withdraw(stage: &mut Stage, amount: &str) -> Hash {
    let amount = text(amount);
    say(stage, Body::AccountWithdraw(AccountWithdraw { amount, destination: text("the bank") })).await
}

fn account(stage: &Stage) -> Option<Account> {
    stage.node.store().read(|reader| reader.custody(&domain("acme"))).unwrap()
}

/// Available and on its way out, in cents; and how many transfers wait.
fn money(stage: &Stage) -> (u64, u64, usize) {
    let account = account(stage).unwrap();
    let balance = account.balance(&text("USD")).unwrap();
    (balance.available.0, balance.withdrawing.0, account.transfers().len())
}

/// A message of the provider, sent as it is signed about now.
async fn tell(stage: &Stage, id: &str, event: Value) -> Answer {
    let body = event.to_string().into_bytes();
    let timestamp = (stage.now().millis() / 1_000).to_string();
    let signature = signature(id, &timestamp, &body);
    send(
        stage,
        [("webhook-id", id), ("webhook-timestamp", &timestamp), ("webhook-signature", &signature)],
        body,
    )
    .await
}

async fn send(stage: &Stage, headers: [(&str, &str); 3], body: Vec<u8>) -> Answer {
    let request = stage.http.post(stage.url("/v1/settlement")).header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Answer::of(request.body(body)).await
}

#[track_caller]
fn taken(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
}

fn captured(transfer: Hash, amount: &str, currency: &str) -> Value {
    let amount = json!({"amount": amount, "currency": currency});
    json!({"type": "captured", "account": "acme.example", "transfer": transfer, "amount": amount, "evidence": "pay_1"})
}

fn about(what: &str, transfer: Hash) -> Value {
    json!({"type": what, "account": "acme.example", "transfer": transfer})
}

fn because(what: &str, transfer: Hash) -> Value {
    json!({"type": what, "account": "acme.example", "transfer": transfer, "reason": "no money there"})
}

fn paid(transfer: Hash) -> Value {
    json!({"type": "paid", "account": "acme.example", "transfer": transfer, "evidence": "po_1"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_is_authorised_captured_and_credited_once() {
    // ASP-ESC-007, THR-REPLAYED-SETTLEMENT
    let (mut stage, provider, _folder) = stage().await;
    let id = deposit(&mut stage, "100 USD").await;
    let asked = provider.until(&stage, "authorisations", 1).await;
    assert_eq!(asked.key, format!("authorisations:{}", id.to_hex()));
    assert_eq!(asked.body["amount"], json!({"amount": "100", "currency": "USD"}));
    assert_eq!(
        (&asked.body["account"], &asked.body["reference"]),
        (&json!("acme.example"), &json!("order 7"))
    );
    assert!(provider.all("captures").is_empty());
    taken(&tell(&stage, "m1", about("authorised", id)).await);
    provider.until(&stage, "captures", 1).await;
    assert_eq!(money(&stage), (0, 0, 1));
    // The same message twice, and the same outcome under another name: one credit.
    for message in ["m2", "m2", "m3"] {
        taken(&tell(&stage, message, captured(id, "100", "USD")).await);
        assert_eq!(money(&stage), (10_000, 0, 0));
    }
    // Nothing is given back of what was credited.
    assert!(provider.all("refunds").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_amount_is_credited_as_it_came_and_another_currency_given_back() {
    // ASP-ESC-008, THR-OTHER-MONEY
    let (mut stage, provider, _folder) = stage().await;
    let less = deposit(&mut stage, "100 USD").await;
    taken(&tell(&stage, "m1", captured(less, "99.5", "USD")).await);
    assert_eq!(money(&stage), (9_950, 0, 0));
    for (number, (amount, currency)) in
        [("100", "EUR"), ("0.001", "USD"), ("0", "USD")].into_iter().enumerate()
    {
        let id = deposit(&mut stage, "100 USD").await;
        taken(&tell(&stage, &format!("n{number}"), captured(id, amount, currency)).await);
        let refund = provider.until(&stage, "refunds", number + 1).await;
        assert_eq!(refund.body["amount"], json!({"amount": amount, "currency": currency}));
        assert_eq!(money(&stage), (9_950, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_a_refusal_is_given_back() {
    let (mut stage, provider, _folder) = stage().await;
    let id = deposit(&mut stage, "100 USD").await;
    taken(&tell(&stage, "m1", because("declined", id)).await);
    assert_eq!(money(&stage), (0, 0, 0));
    taken(&tell(&stage, "m2", captured(id, "100", "USD")).await);
    let refund = provider.until(&stage, "refunds", 1).await;
    assert_eq!(refund.key, format!("refunds:{}", id.to_hex()));
    assert_eq!(money(&stage), (0, 0, 0));
    taken(&tell(&stage, "m3", about("refunded", id)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_cannot_be_given_back_yet_is_given_back_when_the_message_comes_again() {
    let (mut stage, provider, _folder) = stage().await;
    let id = deposit(&mut stage, "100 USD").await;
    provider.deaf.store(true, Ordering::SeqCst);
    let answer = tell(&stage, "m1", captured(id, "100", "EUR")).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED"));
    assert_eq!(money(&stage), (0, 0, 1));
    provider.deaf.store(false, Ordering::SeqCst);
    taken(&tell(&stage, "m1", captured(id, "100", "EUR")).await);
    provider.until(&stage, "refunds", 1).await;
    assert_eq!(money(&stage), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_provider_is_asked_again_under_the_same_key_after_growing_pauses() {
    let (mut stage, provider, _folder) = stage().await;
    deposit(&mut stage, "100 USD").await;
    provider.until(&stage, "authorisations", 4).await;
    // Ten, twenty and forty seconds lie between them.
    assert!(stage.now().since(START) >= Millis(70_000));
    let asked = provider.all("authorisations");
    assert!(asked.iter().all(|each| *each == asked[0]));
    assert_eq!(money(&stage), (0, 0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_asks_again_for_all_that_waits_and_a_late_word_counts() {
    let (mut stage, provider, _folder) = stage().await;
    let first = deposit(&mut stage, "100 USD").await;
    taken(&tell(&stage, "m1", captured(first, "100", "USD")).await);
    let inward = deposit(&mut stage, "5 USD").await;
    let outward = withdraw(&mut stage, "60 USD").await;
    provider.until(&stage, "payouts", 1).await;
    let before = (provider.all("authorisations").len(), provider.all("payouts").len());
    let stage = stage.restart(Millis(86_400_000)).await;
    provider.until(&stage, "authorisations", before.0 + 1).await;
    provider.until(&stage, "payouts", before.1 + 1).await;
    let payouts = provider.all("payouts");
    assert!(payouts.iter().all(|each| each.key == payouts[0].key && each.body == payouts[0].body));
    taken(&tell(&stage, "m2", captured(inward, "5", "USD")).await);
    taken(&tell(&stage, "m3", paid(outward)).await);
    assert_eq!(money(&stage), (4_500, 0, 0));
    // What was said before the restart is said again by the provider, who forgot: it changes nothing.
    taken(&tell(&stage, "m1", captured(first, "100", "USD")).await);
    assert_eq!(money(&stage), (4_500, 0, 0));
    assert!(provider.all("refunds").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_is_paid_once_or_comes_back_once() {
    // ASP-ESC-007, THR-REPLAYED-SETTLEMENT
    let (mut stage, provider, _folder) = stage().await;
    let id = deposit(&mut stage, "100 USD").await;
    taken(&tell(&stage, "m1", captured(id, "100", "USD")).await);
    let out = withdraw(&mut stage, "60 USD").await;
    let asked = provider.until(&stage, "payouts", 1).await;
    assert_eq!(asked.key, format!("payouts:{}", out.to_hex()));
    assert_eq!((&asked.body["reference"], money(&stage)), (&json!("the bank"), (4_000, 6_000, 1)));
    taken(&tell(&stage, "m2", because("failed", out)).await);
    assert_eq!(money(&stage), (10_000, 0, 0));
    // It cannot have been paid after all.
    taken(&tell(&stage, "m3", paid(out)).await);
    assert_eq!(money(&stage), (10_000, 0, 0));
    let out = withdraw(&mut stage, "60 USD").await;
    for message in ["m4", "m4", "m5"] {
        taken(&tell(&stage, message, paid(out)).await);
        assert_eq!(money(&stage), (4_000, 0, 0));
    }
    taken(&tell(&stage, "m6", because("failed", out)).await);
    assert_eq!(money(&stage), (4_000, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_did_not_sign_about_now_moves_nothing() {
    // ASP-ESC-009, THR-FORGED-SETTLEMENT
    let (mut stage, _provider, _folder) = stage().await;
    let id = deposit(&mut stage, "100 USD").await;
    let body = captured(id, "100", "USD").to_string().into_bytes();
    let now = stage.now().millis() / 1_000;
    let at = |seconds: u64| (seconds.to_string(), signature("m1", &seconds.to_string(), &body));
    let (fresh, good) = at(now);
    let (old, of_old) = at(now - 301);
    let (ahead, of_ahead) = at(now + 302);
    for headers in [
        [("webhook-id", "m1"), ("webhook-timestamp", fresh.as_str()), ("webhook-signature", "v1,AAAA")],
        [("webhook-id", "m2"), ("webhook-timestamp", fresh.as_str()), ("webhook-signature", good.as_str())],
        [("webhook-id", "m1"), ("webhook-timestamp", old.as_str()), ("webhook-signature", of_old.as_str())],
        [
            ("webhook-id", "m1"),
            ("webhook-timestamp", ahead.as_str()),
            ("webhook-signature", of_ahead.as_str()),
        ],
        [("x-id", "m1"), ("x-timestamp", fresh.as_str()), ("x-signature", good.as_str())],
    ] {
        let answer = send(&stage, headers, body.clone()).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
    }
    // Of what it did sign: nonsense, and transfers and accounts that there are not.
    assert_eq!(tell(&stage, "n1", json!({"type": "captured"})).await.code(), "INVALID_BODY");
    assert_eq!(
        tell(&stage, "n2", json!({"type": "gift", "account": "acme.example"})).await.code(),
        "INVALID_BODY"
    );
    let nothing = Hash::of(&[b"nothing"]);
    taken(&tell(&stage, "n3", captured(nothing, "100", "USD")).await);
    taken(&tell(&stage, "n4", paid(id)).await);
    let elsewhere = json!({"type": "authorised", "account": "nobody.example", "transfer": nothing});
    taken(&tell(&stage, "n5", elsewhere).await);
    assert_eq!(money(&stage), (0, 0, 1));
    taken(&tell(&stage, "m1", captured(id, "100", "USD")).await);
    assert_eq!(money(&stage), (10_000, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_a_provider_knows_no_messages_of_one() {
    let stage = Stage::new().await;
    let answer = tell(&stage, "m1", about("authorised", Hash::of(&[b"nothing"]))).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "NOT_FOUND"));
}
