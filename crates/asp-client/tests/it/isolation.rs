//! A supplier of a tender can tell nothing about the others: the same tender runs with rivals and without, and what one
//! supplier can read is held against each other; then that supplier asks for its rivals' sessions by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asp_client::api::SearchQuery;
use asp_client::{Award, Awarded, Client, Error, Session};
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::{Hash, Head, Sequence};
use asp_core::session::table::State;
use asp_core::statement::Body;
use asp_core::statement::body::{Inform, Note};
use asp_core::statement::draft::{Draft, Stamp};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use crate::support::*;

const REASON: &str = "We do not take this any further.";

/// Letters of a UUID.
const UUID_LENGTH: usize = 36;

/// Everything that one reader was told, request by request.
#[derive(Clone, Default)]
struct Record(Arc<Mutex<Vec<Value>>>);

impl Record {
    /// Between a reader and its node, writes down what passes; events are written down as they are understood.
    async fn of(node: &str) -> (Self, Client) {
        let between = Between::honest(node).await;
        let record = Self::default();
        let into = record.clone();
        between.lie(move |answer| {
            if !answer.request.contains("/events") {
                let told = serde_json::from_slice::<Value>(&answer.bytes);
                let told = told.unwrap_or_else(|_| json!(String::from_utf8_lossy(&answer.bytes)));
                into.add(json!([answer.request.replace("%3A", ":"), answer.status.as_u16(), told]));
            }
        });
        (record, Client::connect(between.url()).await.unwrap())
    }

    fn add(&self, told: Value) {
        self.0.lock().unwrap().push(told);
    }

    /// What was told, without what differs between any two runs: names of statements become numbers in the order in
    /// which they were first told, so that who is who still shows.
    fn whole(&self) -> Vec<Value> {
        let mut names = Names::default();
        self.0.lock().unwrap().iter().map(|told| names.plain(told, "")).collect()
    }
}

/// What random names became.
#[derive(Default)]
struct Names(BTreeMap<String, usize>);

impl Names {
    fn plain(&mut self, value: &Value, under: &str) -> Value {
        match (under, value) {
            // Places in the log and its size are the log's, whoever filled it; of other statements in the same
            // transaction a receipt shows how many leaves the log got at that instant, as the log itself does.
            ("logIndex" | "index" | "position" | "size" | "prefix" | "from" | "until" | "batch", _) => {
                json!("log")
            }
            // The node's keys are made with its folder.
            ("value" | "nonce" | "access_token" | "nodeKey" | "noteKey" | "signature", _)
                if !value.is_object() || under == "signature" =>
            {
                json!("random")
            }
            ("id", Value::String(id)) if id.len() == UUID_LENGTH => json!("random"),
            (_, Value::Array(all)) => all.iter().map(|one| self.plain(one, under)).collect(),
            (_, Value::Object(fields)) => {
                let plain = fields.iter().map(|(name, field)| (self.text(name), self.plain(field, name)));
                Value::Object(plain.collect())
            }
            (_, Value::String(text)) => json!(self.text(text)),
            (_, other) => other.clone(),
        }
    }

    /// A text with its hashes as numbers, and without instants that the client's own clock made.
    fn text(&mut self, text: &str) -> String {
        let mut plain = String::new();
        let mut digits = String::new();
        for letter in text.chars().chain(['\0']) {
            if letter.is_ascii_hexdigit() {
                digits.push(letter);
                continue;
            }
            if digits.len() == 64 {
                let next = self.0.len();
                plain += &format!("#{}", self.0.entry(digits.clone()).or_insert(next));
            } else {
                plain += &digits;
            }
            digits.clear();
            plain.push(letter);
        }
        plain.pop();
        let is_instant = plain.len() == 24 && plain.ends_with('Z') && plain.starts_with("20");
        if is_instant { "instant".to_owned() } else { plain }
    }
}

/// Reads everything that an agent can ask for.
async fn look(client: &Client, session: &Session, record: &Record) {
    let agent = session.agent();
    session.view().await.unwrap();
    session.messages(None).await.unwrap();
    let count = session.view().await.unwrap().head.sequence.0 + 1;
    let events = session.watch(None).take(usize::try_from(count).unwrap());
    for message in events.try_collect::<Vec<_>>().await.unwrap() {
        record.add(serde_json::to_value(message).unwrap());
    }
    agent.sessions().try_collect::<Vec<_>>().await.unwrap();
    agent.commitments().try_collect::<Vec<_>>().await.unwrap();
    let own = client.organisation_with(text("volt.example"), key("volt"));
    own.consents().try_collect::<Vec<_>>().await.unwrap();
    own.commitments().try_collect::<Vec<_>>().await.unwrap();
    client.search(&SearchQuery::default()).await.unwrap();
    client.schemas(&Default::default()).await.unwrap();
    for other in [buyer(), seller(), rival("amp"), rival("ohm"), rival("tesla")] {
        agent.trust(&other, &text("1000 USD"), None, &[]).await.unwrap();
        client.agent(&other).await.unwrap();
        client.organisation(&other.organisation()).await.unwrap();
        client.statements(&StreamId::Agent(other.clone()), None).await.unwrap();
        client.statements(&StreamId::Org(other.organisation()), None).await.unwrap();
    }
}

/// Runs a tender to its end, in which the seller loses; gives what the seller was told, from the first to the last.
async fn run(rivals: &[&str]) -> Vec<Value> {
    let (stage, client) = market().await;
    let buyer = buyer_at(&client);
    let asked = rivals.iter().map(|name| rival(name)).chain([seller()]);
    let tender = tender(&buyer, asked).await;
    let (record, seat) = Record::of(&stage.url()).await;
    let session = theirs(&tender, &seller_at(&seat));
    let of_rivals: Vec<Session> =
        rivals.iter().map(|name| theirs(&tender, &rival_at(&client, name))).collect();
    // The rivals come in and offer before the seller, between what it says, and after it.
    for (place, theirs) in of_rivals.iter().enumerate() {
        theirs.introduce().await.unwrap();
        if place > 0 {
            theirs.propose(sale(theirs.agent().agent(), "777", true)).await.unwrap();
        }
    }
    look(&seat, &session, &record).await;
    session.introduce().await.unwrap();
    look(&seat, &session, &record).await;
    let ours = buyer.session(&session.id());
    ours.ask(seller(), text("from when on?"), None).await.unwrap();
    session.view().await.unwrap();
    let question = session.view().await.unwrap().questions[0].id;
    session.clarify(text("from tomorrow on"), Some(question)).await.unwrap();
    session.propose(sale(&seller(), "900", true)).await.unwrap();
    look(&seat, &session, &record).await;

    let mut lost = vec![seller()];
    if let Some(first) = of_rivals.first() {
        let offer = sale(first.agent().agent(), "640", true);
        first.propose(offer.clone()).await.unwrap();
        let award = Award { supplier: first.agent().agent().clone(), terms: terms_hash(&offer) };
        let awarded = tender.award(&buyer, &award, Duration::ZERO).await.unwrap();
        assert!(matches!(awarded, Awarded::Stands(_)));
        lost.extend(of_rivals.iter().skip(1).map(|session| session.agent().agent().clone()));
    }
    tender.decline(&buyer, &lost, &text(REASON), |_, _| {}).await;
    assert_eq!(session.view().await.unwrap().state, State::Closed);
    look(&seat, &session, &record).await;
    session.close(text("another time")).await.unwrap();
    look(&seat, &session, &record).await;
    record.whole()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_rivals_and_without_a_supplier_reads_the_same() {
    let (alone, among) = tokio::join!(run(&[]), run(&RIVALS));
    for (place, (one, other)) in alone.iter().zip(&among).enumerate() {
        assert_eq!(one, other, "told as number {place}");
    }
    assert_eq!(alone.len(), among.len());
    let told = serde_json::to_string(&among).unwrap();
    assert!(
        told.contains(REASON) && told.contains("from tomorrow on") && told.contains("900"),
        "it reads its own"
    );
    assert!(!told.contains("777") && !told.contains("640"));
    assert!(among.len() > 150, "{} answers", among.len());
}

/// The node's answer to something that it refuses, without the way in which it was asked.
#[track_caller]
fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> Value {
    match answer {
        Err(Error::Refused(problem)) => serde_json::to_value(problem).unwrap(),
        other => panic!("not refused: {other:?}"),
    }
}

/// All answers of the node to a supplier that names a stream or statement which is not its own.
async fn pry(client: &Client, name: Hash, head: Head) -> Vec<Value> {
    let agent = seller_at(client);
    let session = agent.session(&name);
    let own = client.organisation_with(text("volt.example"), key("volt"));
    let mut told = vec![
        refusal(session.view().await),
        refusal(session.messages(None).await),
        refusal(std::pin::pin!(session.watch(None)).next().await.unwrap()),
        refusal(agent.commitment(&name).await),
        refusal(agent.bundle(&name).await),
        refusal(own.consent(&name).await),
        refusal(client.statements(&StreamId::Session(name), None).await),
    ];
    let stream = StreamName::Of(StreamId::Session(name));
    for (number, head) in (0..).zip([head, Head { sequence: Sequence(0), hash: name }]) {
        let body = Body::Inform(Inform::Note(Note { data: None, text: text("who is there?") }));
        let draft = Draft::new(stream.clone(), client.origin().clone(), Issuer::Agent(seller()), body);
        let stamp = Stamp { issued_at: START, random: [number; 10] };
        told.push(refusal(client.submit(&draft.sign(Some(head), stamp, &[&key("seller")]).unwrap()).await));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rival_s_session_is_answered_like_one_that_does_not_exist() {
    // ASP-SES-002
    let (_stage, client) = market().await;
    let buyer = buyer_at(&client);
    let tender = tender(&buyer, [seller(), rival("amp")]).await;
    let theirs = theirs(&tender, &rival_at(&client, "amp"));
    theirs.introduce().await.unwrap();
    let offer = sale(&rival("amp"), "640", true);
    let offered = theirs.propose(offer.clone()).await.unwrap().receipt.statement;
    let award = Award { supplier: rival("amp"), terms: terms_hash(&offer) };
    let Awarded::Stands(commitment) = tender.award(&buyer, &award, Duration::ZERO).await.unwrap() else {
        panic!("it binds")
    };
    let head = theirs.view().await.unwrap().head;
    let consent = theirs.view().await.unwrap().consents.first().copied().unwrap();
    let nothing = pry(&client, Hash::of(&[b"nothing"]), head).await;
    // All of these stand in the log for everybody to see, but for what they are.
    for name in [theirs.id(), offered, commitment, consent] {
        assert_eq!(pry(&client, name, head).await, nothing, "{name}");
    }
}
