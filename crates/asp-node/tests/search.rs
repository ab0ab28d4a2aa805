//! Finding agents over HTTP: what fits, in what order, how far each is trusted by whoever asks, and what is refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_core::statement::draft::Draft;
use serde_json::{Value, json};

use support::*;

/// Registers an agent with a card, and waits until it can be found.
async fn list(stage: &mut Stage, name: &str, card: Card) {
    let agent = agent_uri(name);
    let body = Body::AgentRegister(AgentRegister { card, key: key(name).id() });
    let stream = StreamName::Of(StreamId::Agent(agent.clone()));
    let draft = Draft::new(stream, stage.node.origin().clone(), Issuer::Agent(agent), body);
    let organisation = name.split('/').next().unwrap();
    let statement = stage.author.sign(&draft, &[&key(name), &key(organisation)]);
    stage.take(statement).await;
}

fn card(name: &str, description: &str, capabilities: &[&str]) -> Card {
    Card::of(text(name), text(description), capabilities.iter().map(|it| text(it)).collect())
}

/// Four agents of two organisations.
async fn market() -> Stage {
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    stage.org("globex").await;
    let gpu = card("GPU hours", "Rents graphics cards", &["provision.compute.gpu"]);
    let gpu = Card { price: Some(text("2.5 USD")), languages: [text("de-AT")].into(), ..gpu };
    list(&mut stage, "acme/gpu", gpu).await;
    let compute = card("Machines", "Rents machines and graphics", &["provision.compute"]);
    let compute = Card { price: Some(text("1 USD")), availability: Some(Availability::Busy), ..compute };
    list(&mut stage, "acme/compute", compute).await;
    let words = card("Words", "Translates contracts", &["translate.legal"]);
    let words = Card { languages: [text("de"), text("en")].into(), schemas: [schema()].into(), ..words };
    list(&mut stage, "globex/words", words).await;
    let seller = card("Seller", "Sells graphics cards", &["sell.hardware"]);
    let seller = Card { price: Some(text("900 EUR")), availability: Some(Availability::Available), ..seller };
    list(&mut stage, "globex/seller", seller).await;
    seen(&stage).await;
    stage
}

fn schema() -> Hash {
    Hash::of(&[b"a schema"])
}

/// Waits until the index has seen the whole log, by asking for its last position.
async fn seen(stage: &Stage) {
    let last = *stage.node.store().watch().borrow() - 1;
    search(stage, json!({ "after": last })).await.ok();
}

async fn search(stage: &Stage, query: Value) -> Answer {
    stage.send("/v1/search", query.to_string()).await
}

async fn search_as(stage: &Stage, reader: &Reader, query: &Value) -> Answer {
    let request = stage.post_as(reader, "/v1/search");
    Answer::of(request.header("content-type", "application/json").body(query.to_string())).await
}

/// The last parts of the names of those on a page.
fn names(page: &Value) -> String {
    let hits = page["agents"].as_array().unwrap();
    let name = |hit: &Value| hit["agent"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    hits.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_asked_has_to_fit_and_the_best_stands_first() {
    // ASP-REG-001, ASP-REG-002, ASP-REG-003, ASP-REG-004
    let stage = market().await;
    for (query, expected) in [
        (json!({}), "seller gpu words compute"),
        (json!({ "capability": "provision.compute" }), "compute gpu"),
        (json!({ "capability": "provision.comput" }), ""),
        (json!({ "text": "graphics" }), "seller gpu compute"),
        (json!({ "text": "graph rents" }), "gpu compute"),
        (json!({ "organisation": "globex.example" }), "seller words"),
        (json!({ "language": "de" }), "gpu words"),
        (json!({ "language": "de-AT" }), "gpu"),
        (json!({ "schema": schema() }), "words"),
        (json!({ "availability": "busy" }), "compute"),
        (json!({ "maxPrice": { "amount": "2.5", "currency": "USD" } }), "gpu compute"),
        (json!({ "maxPrice": { "amount": "2.4", "currency": "USD" } }), "compute"),
        (json!({ "maxPrice": { "amount": "9999", "currency": "GBP" } }), ""),
        (json!({ "maxPrice": { "amount": "9", "currency": "USD" }, "sort": "price" }), "compute gpu"),
        (
            json!({ "text": "graphics", "organisation": "globex.example", "availability": "available" }),
            "seller",
        ),
    ] {
        assert_eq!(names(&search(&stage, query.clone()).await.ok()), expected, "{query}");
    }
    let found = search(&stage, json!({ "capability": "provision.compute", "text": "machines" })).await.ok();
    let hit = &found["agents"][0];
    assert_eq!(hit["reasons"], json!(["offers provision.compute", "has the words machines", "is busy"]));
    assert_eq!((&hit["relevance"], &found["total"], &hit["trust"]), (&json!(89), &json!(1), &Value::Null));
    assert_eq!(hit["price"], json!({ "amount": "1", "currency": "USD" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_ask_what_a_body_asks_and_pages_give_each_agent_once() {
    // ASP-API-004
    let stage = market().await;
    for (parameters, query) in [
        (
            "capability=provision.compute&maxPrice=2.5%20USD&sort=price",
            json!({
                "capability": "provision.compute",
                "maxPrice": { "amount": "2.5", "currency": "USD" },
                "sort": "price",
            }),
        ),
        (
            "text=graphics&language=de&pageSize=1",
            json!({ "text": "graphics", "language": "de", "pageSize": 1 }),
        ),
    ] {
        let by_parameters = stage.get(&format!("/v1/agents?{parameters}")).await.ok();
        assert_eq!(by_parameters, search(&stage, query).await.ok(), "{parameters}");
    }
    for order in ["relevance", "price"] {
        let (mut all, mut token) = (Vec::new(), Value::Null);
        loop {
            let price = json!({ "amount": "1000", "currency": "USD" });
            let mut query = json!({ "pageSize": 1, "sort": order, "maxPrice": price });
            if token.is_string() {
                query["pageToken"] = token;
            }
            let page = search(&stage, query).await.ok();
            all.push(names(&page));
            token = page["nextPageToken"].clone();
            if token.is_null() {
                break;
            }
        }
        let expected = if order == "price" { ["compute", "gpu"] } else { ["gpu", "compute"] };
        assert_eq!(all, expected, "{order}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_none_is_refused() {
    let stage = market().await;
    let money = json!({ "amount": "1", "currency": "USD" });
    let end = *stage.node.store().watch().borrow();
    for query in [
        json!([]),
        json!({ "colour": "red" }),
        json!({ "text": "x".repeat(257) }),
        json!({ "capability": "Fly" }),
        json!({ "language": "deutsche sprache" }),
        json!({ "availability": "maybe" }),
        json!({ "maxPrice": { "amount": "1.0", "currency": "USD" } }),
        json!({ "sort": "price" }),
        json!({ "sort": "trust" }),
        json!({ "sort": "beauty" }),
        json!({ "minTrust": { "score": 0, "value": money } }),
        json!({ "minTrust": { "score": 101, "value": money } }),
        json!({ "pageSize": 0 }),
        json!({ "pageSize": 1001 }),
        json!({ "pageToken": "7" }),
        json!({ "pageToken": "5-0-m" }),
        json!({ "after": end }),
    ] {
        assert_eq!(search(&stage, query.clone()).await.code(), "INVALID_QUERY", "{query}");
    }
    for parameters in ["minTrust=5", "maxPrice=cheap", "value=1000", "capability=a&capability=b", "x=1"] {
        let answer = stage.get(&format!("/v1/agents?{parameters}")).await;
        assert_eq!(answer.code(), "INVALID_QUERY", "{parameters}");
    }
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(9000));
    assert_eq!(stage.send("/v1/search", long).await.code(), "STATEMENT_TOO_LARGE");
    let plain = stage.http.post(stage.url("/v1/search")).body("{}");
    assert_eq!(Answer::of(plain).await.code(), "UNSUPPORTED_MEDIA_TYPE");
    // Whose eyes?
    for query in [json!({ "value": money }), json!({ "minTrust": { "score": 5, "value": money } })] {
        assert_eq!(search(&stage, query.clone()).await.code(), "UNAUTHENTICATED", "{query}");
    }
}

/// A deal that the seller keeps, with further agents of whom nothing is known.
async fn trusted() -> Stage {
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
    seen(&stage).await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn trust_is_told_beside_relevance_as_the_trust_of_that_question_is() {
    // ASP-TRU-001, ASP-REG-005, ASP-REG-006
    let stage = trusted().await;
    let buyer = stage.reader("acme/buyer").await;
    let value = json!({ "amount": "1000", "currency": "USD" });
    let page = search_as(&stage, &buyer, &json!({ "value": value })).await.ok();
    assert_eq!(page["trust"]["observer"], "acme.example");
    assert_eq!(names(&page), "buyer seller clerk");
    let scores: Vec<&str> = page["agents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["trust"]["score"].as_str().unwrap())
        .collect();
    let path = "/v1/trust?agent=agent://globex.example/seller&amount=1000&currency=USD";
    let alone = stage.get_as(&buyer, path).await.ok();
    // Nothing has faded within the minute that searches are rounded to.
    assert_eq!(scores, ["10.000", alone["score"].as_str().unwrap(), "10.000"]);
    let points: f64 = scores[1].parse().unwrap();
    assert!(points > 10.0);
    for (query, expected) in [
        (json!({ "value": value, "sort": "trust" }), "seller buyer clerk"),
        (json!({ "minTrust": { "score": 11, "value": value } }), "seller"),
        (json!({ "minTrust": { "score": 10, "value": value } }), "buyer seller clerk"),
        (json!({ "minTrust": { "score": 99, "value": value } }), ""),
        (json!({ "minTrust": { "score": 11, "value": value }, "organisation": "acme.example" }), ""),
        (json!({ "minTrust": { "score": 11, "value": value }, "sort": "trust" }), "seller"),
        // Deals in other currencies do not count.
        (json!({ "minTrust": { "score": 11, "value": { "amount": "1000", "currency": "EUR" } } }), ""),
    ] {
        assert_eq!(names(&search_as(&stage, &buyer, &query).await.ok()), expected, "{query}");
    }
    // Nobody whom the clerk's organisation knows has dealt with the seller.
    let clerk = stage.reader("initech/clerk").await;
    let floor = json!({ "minTrust": { "score": 11, "value": value } });
    assert_eq!(names(&search_as(&stage, &clerk, &floor).await.ok()), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_by_trust_give_each_agent_once_as_of_one_instant() {
    // ASP-API-004, ASP-REG-007
    let stage = trusted().await;
    let buyer = stage.reader("acme/buyer").await;
    let value = json!({ "amount": "1000", "currency": "USD" });
    for size in 1..=3 {
        let (mut all, mut query, mut asked) =
            (Vec::new(), json!({ "value": value, "sort": "trust", "pageSize": size }), Vec::new());
        loop {
            let page = search_as(&stage, &buyer, &query).await.ok();
            all.extend(names(&page).split_whitespace().map(str::to_owned));
            asked.push(page["trust"].clone());
            let token = page["nextPageToken"].clone();
            if token.is_null() {
                break;
            }
            query["pageToken"] = token;
            stage.stepper.pass(asp_core::position::Millis(90_000));
        }
        assert_eq!(all.join(" "), "seller buyer clerk", "{size}");
        assert!(asked.iter().all(|it| *it == asked[0]), "{asked:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_registers_finds_itself_with_the_position_of_its_receipt_also_after_a_restart() {
    // ASP-REG-008
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    for number in 0..20 {
        let name = format!("acme/agent{number}");
        list(&mut stage, &name, card(&name, "does it", &["test.it"])).await;
        let last = *stage.node.store().watch().borrow() - 1;
        let query = json!({ "text": format!("agent{number}"), "after": last });
        let found = search(&stage, query).await.ok();
        assert!(names(&found).split_whitespace().any(|found| found == format!("agent{number}")), "{found}");
        assert!(found["size"].as_u64().unwrap() > last);
    }
    let stage = stage.restart(asp_core::position::Millis(1000)).await;
    seen(&stage).await;
    assert_eq!(search(&stage, json!({ "capability": "test" })).await.ok()["total"], 20);
}
