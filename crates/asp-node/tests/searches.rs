//! Saved searches over HTTP: whose they are, what is told to whom follows one, once and in order, and what is refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::Millis;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_core::statement::draft::Draft;
use reqwest::Method;
use serde_json::{Value, json};

use support::*;

/// Registers an agent with a capability.
async fn list(stage: &mut Stage, name: &str, capability: &str) -> u64 {
    let agent = agent_uri(name);
    let body = Body::AgentRegister(AgentRegister { card: card(name, capability), key: key(name).id() });
    let stream = StreamName::Of(StreamId::Agent(agent.clone()));
    let draft = Draft::new(stream, stage.node.origin().clone(), Issuer::Agent(agent), body);
    let organisation = name.split('/').next().unwrap();
    let statement = stage.author.sign(&draft, &[&key(name), &key(organisation)]);
    stage.take(statement).await;
    last(stage)
}

/// Has an agent set another card.
async fn change(stage: &mut Stage, name: &str, capability: &str) -> u64 {
    let stream = StreamName::Of(StreamId::Agent(agent_uri(name)));
    let body = Body::AgentCardSet(CardSet { card: card(name, capability) });
    let statement = stage.author.by(name, stream, body);
    stage.take(statement).await;
    last(stage)
}

fn card(name: &str, capability: &str) -> Card {
    Card::of(text(name), text("does it"), [text(capability)].into())
}

/// The last position of the log.
fn last(stage: &Stage) -> u64 {
    *stage.node.store().watch().borrow() - 1
}

async fn act(stage: &Stage, reader: &Reader, method: Method, path: &str, body: Option<Value>) -> Answer {
    let proof = stage.proof(&reader.dpop, method.as_str(), path, Some(&reader.token)).text();
    let request = stage.http.request(method, stage.url(path));
    let request = request.header("authorization", format!("DPoP {}", reader.token)).header("dpop", proof);
    Answer::of(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

async fn save(stage: &Stage, reader: &Reader, name: &str, query: Value) -> Answer {
    act(stage, reader, Method::POST, "/v1/searches", Some(json!({ "name": name, "query": query }))).await
}

/// Saves a search that is one; gives its address.
async fn saved(stage: &Stage, reader: &Reader, name: &str, query: Value) -> String {
    let saved = save(stage, reader, name, query).await.ok();
    format!("/v1/searches/{}", saved["id"].as_str().unwrap())
}

/// Events of one connection, taken out of its bytes.
struct Events(EventStream);

impl Events {
    async fn open(stage: &Stage, reader: &Reader, search: &str, last: Option<u64>) -> Self {
        Self(EventStream::open(stage, reader, &format!("{search}/events"), last).await)
    }

    /// The next event's id and agent; none when the stream ends.
    async fn next(&mut self) -> Option<(u64, Value)> {
        let (id, agent) = self.0.next("agent").await?;
        let agent: Value = serde_json::from_str(&agent).unwrap();
        assert_eq!(agent["setAt"], id);
        Some((id, agent))
    }

    /// The next so many, as the last parts of their names with the ids.
    async fn take(&mut self, count: usize) -> Vec<(u64, String)> {
        let mut taken = Vec::new();
        for _ in 0..count {
            let (id, agent) = self.next().await.unwrap();
            taken.push((id, agent["agent"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()));
        }
        taken
    }
}

/// Two organisations with a buyer and a clerk, and a seller.
async fn market() -> Stage {
    let mut stage = Stage::new().await;
    for name in ["acme", "globex"] {
        stage.org(name).await;
    }
    for name in ["acme/buyer", "acme/clerk", "globex/seller"] {
        stage.agent(name).await;
    }
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_new_or_changed_and_fits_is_told_once_and_exactly_resumed() {
    // ASP-REG-010
    let mut stage = market().await;
    list(&mut stage, "globex/old", "provision.compute.gpu").await;
    let buyer = stage.reader("acme/buyer").await;
    let query = json!({ "capability": "provision.compute" });
    let search = saved(&stage, &buyer, "gpu", query).await;
    // What was there before is no news.
    let mut events = Events::open(&stage, &buyer, &search, None).await;
    list(&mut stage, "globex/words", "translate.legal").await;
    let first = list(&mut stage, "globex/gpu", "provision.compute.gpu").await;
    let second = change(&mut stage, "globex/words", "provision.compute").await;
    assert_eq!(events.take(2).await, [(first, "gpu".to_owned()), (second, "words".to_owned())]);
    // One that changes so that it does not fit is not told, whoever changes and still fits is told again.
    change(&mut stage, "globex/gpu", "translate.legal").await;
    let third = change(&mut stage, "globex/old", "provision.compute.cpu").await;
    assert_eq!(events.take(1).await, [(third, "old".to_owned())]);
    drop(events);
    let fourth = list(&mut stage, "acme/more", "provision.compute").await;
    let mut events = Events::open(&stage, &buyer, &search, Some(third)).await;
    assert_eq!(events.take(1).await, [(fourth, "more".to_owned())]);
    // From before: the cards that stand, each once.
    let mut events = Events::open(&stage, &buyer, &search, Some(first - 1)).await;
    let stand = [(second, "words".to_owned()), (third, "old".to_owned()), (fourth, "more".to_owned())];
    assert_eq!(events.take(3).await, stand);
    let again = stage.request_as(&buyer, &format!("{search}/events?after={second}"));
    let mut again = Events(EventStream::of(again.send().await.unwrap()));
    assert_eq!(again.take(2).await, stand[1..]);
    // It outlives the node.
    drop((events, again));
    let mut stage = stage.restart(Millis(1000)).await;
    let buyer = stage.reader("acme/buyer").await;
    let mut events = Events::open(&stage, &buyer, &search, Some(fourth)).await;
    let fifth = list(&mut stage, "globex/last", "provision.compute").await;
    assert_eq!(events.take(1).await, [(fifth, "last".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_come_at_once_are_told_in_the_order_of_the_log() {
    let mut stage = market().await;
    let buyer = stage.reader("acme/buyer").await;
    let search = saved(&stage, &buyer, "all", json!({ "text": "does it" })).await;
    let mut events = Events::open(&stage, &buyer, &search, None).await;
    let mut expected = Vec::new();
    for number in 0..50 {
        let name = format!("globex/agent{number}");
        expected.push((list(&mut stage, &name, "test.it").await, format!("agent{number}")));
    }
    assert_eq!(events.take(50).await, expected);
    let mut late = Events::open(&stage, &buyer, &search, None).await;
    assert_eq!(late.take(50).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn trust_that_is_asked_for_is_told_and_without_it_nothing_is() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let commitment = stage.deal(session).await;
    let obligation: ObligationId = text("delivery");
    let evidence = Evidence::Acknowledgement { text: text("there") };
    let fulfilment =
        Inform::Fulfilment(Fulfilment { commitment, evidence, obligation: obligation.clone(), stage: None });
    stage.say(session, "globex/seller", Body::Inform(fulfilment)).await;
    let thanks = Inform::Acknowledgement(ObligationRef::whole(commitment, obligation));
    stage.say(session, "acme/buyer", Body::Inform(thanks)).await;
    let value = json!({ "amount": "1000", "currency": "USD" });
    let (buyer, clerk) = (stage.reader("acme/buyer").await, stage.reader("initech/clerk").await);
    let floor = json!({ "minTrust": { "score": 11, "value": value } });
    let trusted = saved(&stage, &buyer, "trusted", floor.clone()).await;
    let strangers = saved(&stage, &clerk, "trusted", floor).await;
    let told = saved(&stage, &clerk, "told", json!({ "value": value })).await;
    let mut of_buyer = Events::open(&stage, &buyer, &trusted, None).await;
    let mut of_clerk = Events::open(&stage, &clerk, &strangers, None).await;
    let mut all = Events::open(&stage, &clerk, &told, None).await;
    change(&mut stage, "initech/clerk", "test.it").await;
    let second = change(&mut stage, "globex/seller", "test.it").await;
    let (id, hit) = of_buyer.next().await.unwrap();
    assert_eq!((id, &hit["agent"]), (second, &json!("agent://globex.example/seller")));
    assert!(hit["trust"]["score"].as_str().unwrap().parse::<f64>().unwrap() >= 11.0, "{hit}");
    assert_eq!(all.take(2).await.len(), 2);
    let (_, hit) = Events::open(&stage, &clerk, &told, None).await.next().await.unwrap();
    assert_eq!(hit["trust"], json!({ "score": "10.000", "level": 0 }));
    // Nobody whom the clerk's organisation knows has dealt with the seller.
    let forget = act(&stage, &clerk, Method::DELETE, &strangers, None).await;
    assert_eq!(forget.status, 204);
    assert!(of_clerk.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_its_savers_and_its_organisations_and_for_others_not_there() {
    // ASP-AUT-005
    let stage = market().await;
    let buyer = stage.reader("acme/buyer").await;
    let search = saved(&stage, &buyer, "gpu", json!({ "text": "gpu" })).await;
    let unknown = format!("/v1/searches/{}", "0".repeat(32));
    let organisation = stage.reader("acme").await;
    for reader in [&buyer, &organisation] {
        let listed = stage.get_as(reader, "/v1/searches").await.ok();
        assert_eq!(listed["searches"][0], stage.get_as(reader, &search).await.ok());
        assert_eq!(listed["searches"][0]["savedBy"], "agent://acme.example/buyer");
    }
    for stranger in ["acme/clerk", "globex", "globex/seller"] {
        let stranger = stage.reader(stranger).await;
        assert_eq!(stage.get_as(&stranger, "/v1/searches").await.ok()["searches"], json!([]));
        for (method, end) in [(Method::GET, ""), (Method::GET, "/events"), (Method::DELETE, "")] {
            let [theirs, nobodys] = [&search, &unknown].map(|it| format!("{it}{end}"));
            let theirs = act(&stage, &stranger, method.clone(), &theirs, None).await;
            let nobodys = act(&stage, &stranger, method.clone(), &nobodys, None).await;
            assert_eq!(theirs.code(), "NOT_FOUND");
            assert_eq!(theirs.bytes, nobodys.bytes);
            let names = |answer: &Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&theirs), names(&nobodys));
        }
    }
    for path in ["/v1/searches", &search, &format!("{search}/events")] {
        assert_eq!(stage.get(path).await.code(), "UNAUTHENTICATED");
    }
    assert_eq!(stage.send("/v1/searches", "{}").await.code(), "UNAUTHENTICATED");
    assert_eq!(stage.get_as(&buyer, "/v1/searches/x").await.code(), "NOT_FOUND");
    // The organisation may forget what its agents saved.
    let mut events = Events::open(&stage, &buyer, &search, None).await;
    assert_eq!(act(&stage, &organisation, Method::DELETE, &search, None).await.status, 204);
    assert!(events.next().await.is_none());
    assert_eq!(act(&stage, &organisation, Method::DELETE, &search, None).await.code(), "NOT_FOUND");
    assert_eq!(stage.get_as(&buyer, "/v1/searches").await.ok()["searches"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_none_is_not_saved() {
    let stage = market().await;
    let buyer = stage.reader("acme/buyer").await;
    let kept = save(&stage, &buyer, "gpu", json!({ "text": "gpu", "pageSize": 3 })).await.ok();
    assert_eq!(kept["query"], json!({ "text": "gpu" }));
    // The same again is the same, another is not.
    let again = save(&stage, &buyer, "gpu", json!({ "text": "gpu" })).await.ok();
    assert_eq!(again, kept);
    assert_eq!(save(&stage, &buyer, "gpu", json!({})).await.code(), "SEARCH_NAME_TAKEN");
    for (name, query, code) in [
        ("", json!({}), "INVALID_BODY"),
        ("x", json!({ "colour": "red" }), "INVALID_BODY"),
        ("x", json!([]), "INVALID_BODY"),
        ("x", json!({ "text": "x".repeat(257) }), "INVALID_QUERY"),
        ("x", json!({ "sort": "price" }), "INVALID_QUERY"),
        ("x", json!({ "sort": "trust" }), "INVALID_QUERY"),
        (
            "x",
            json!({ "minTrust": { "score": 0, "value": { "amount": "1", "currency": "USD" } } }),
            "INVALID_QUERY",
        ),
    ] {
        assert_eq!(save(&stage, &buyer, name, query.clone()).await.code(), code, "{name} {query}");
    }
    let path = format!("/v1/searches/{}/events", kept["id"].as_str().unwrap());
    let end = last(&stage) + 1;
    for wrong in [format!("{path}?after={end}"), format!("{path}?after=-1"), format!("{path}?before=1")] {
        assert_eq!(stage.get_as(&buyer, &wrong).await.code(), "INVALID_QUERY", "{wrong}");
    }
    let wrong = stage.request_as(&buyer, &path).header("last-event-id", "soon");
    assert_eq!(Answer::of(wrong).await.code(), "INVALID_QUERY");
    // With the one that is there, as many as an organisation may have.
    let clerk = stage.reader("acme/clerk").await;
    for number in 1..asp_core::limits::SAVED_SEARCHES_MAX {
        save(&stage, &clerk, &format!("s{number}"), json!({})).await.ok();
    }
    for reader in [&buyer, &clerk] {
        assert_eq!(save(&stage, reader, "one more", json!({})).await.code(), "SEARCH_LIMIT");
    }
    let seller = stage.reader("globex/seller").await;
    save(&stage, &seller, "gpu", json!({})).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_any_more_is_told_nothing_more() {
    // ASP-AUT-004
    let mut stage = market().await;
    let buyer = stage.reader("acme/buyer").await;
    let search = saved(&stage, &buyer, "all", json!({ "text": "does" })).await;
    let mut events = Events::open(&stage, &buyer, &search, None).await;
    let stream = StreamName::Of(StreamId::Agent(agent_uri("acme/buyer")));
    let revoke = KeyRevoke { from_index: None, key: key("acme/buyer").id(), reason: text("lost") };
    let statement = stage.author.by("acme", stream, Body::AgentKeyRevoke(revoke));
    stage.take(statement).await;
    list(&mut stage, "globex/new", "test.it").await;
    assert!(events.next().await.is_none());
    // A token that ends, ends what it opened.
    let clerk = stage.reader("acme/clerk").await;
    let search = saved(&stage, &clerk, "all", json!({ "text": "does" })).await;
    let mut events = Events::open(&stage, &clerk, &search, None).await;
    stage.stepper.pass(Millis(600_000));
    assert!(events.next().await.is_none());
}
