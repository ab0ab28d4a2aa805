//! The registry: who is found, in what order, how trust is told, and what is new to a saved search (ASP-REG).
//!
//! Whatever else is registered at a node, the agents of a case are found by a word that no other has: a part of the
//! names of their organisations.

use asp_core::amount::Money;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::body::{AgentRegister, Availability, Because, Body, Card, CardSet};
use reqwest::Method;
use serde_json::{Value, json};

use super::delivery::Events;
use super::{Case, code};
use crate::finding::{Finding, hold, same};
use crate::stage::{Stage, text};
use crate::wire::Answer;

pub(super) const CASES: &[Case] = &[
    code!(["ASP-REG-001"], "a capability finds what lies below it, by the card that stands", capabilities),
    code!(["ASP-REG-002"], "words are found whole or begun, whatever their case", words),
    code!(["ASP-REG-003"], "everything that is asked for has to fit", conditions),
    code!(["ASP-REG-004"], "the best or the cheapest stands first, of equals the older card", order),
    code!(["ASP-REG-005"], "trust does not change relevance, and each place has its reasons", apart),
    code!(["ASP-REG-006"], "trust is told to somebody, of a class, as of a place in the log", trust),
    code!(["ASP-REG-007"], "pages are of one question", pages),
    code!(["ASP-REG-008"], "who names a position finds what the log has there", positions),
    code!(["ASP-REG-011"], "who could be mistaken for an earlier organisation is marked", likeness),
    code!(["ASP-REG-010"], "a saved search tells what is new to it once, in order", saved),
];

fn card(name: &str, description: &str, capability: &str) -> Result<Card, Finding> {
    Ok(Card::of(text(name)?, text(description)?, [text(capability)?].into()))
}

/// The word that the agents of this stage have in common.
fn own(stage: &Stage) -> Result<String, Finding> {
    let domain = stage.domain("x")?;
    let tag = domain.as_str().trim_start_matches("x.tck-").trim_end_matches(".example");
    Ok(tag.to_owned())
}

/// Registers an agent with this card; gives the position that the log has it at.
async fn list(stage: &mut Stage, name: &str, card: Card) -> Result<u64, Finding> {
    stage.organisation(name).await?;
    let body = Body::AgentRegister(AgentRegister { card, key: stage.key(name).id() });
    let draft = stage.draft(name, stage.agent_stream(name)?, body)?;
    let statement = stage.sign(&draft, &[name, &format!("{name}.example")])?;
    let hash = stage.take(statement).await?;
    Ok(position(stage, &hash))
}

/// Has an agent say something in its own stream.
async fn change(stage: &mut Stage, name: &str, body: Body) -> Result<u64, Finding> {
    let stream = StreamName::Of(StreamId::Agent(stage.uri(name)?));
    let statement = stage.by(name, stream, body)?;
    let hash = stage.take(statement).await?;
    Ok(position(stage, &hash))
}

fn position(stage: &Stage, hash: &Hash) -> u64 {
    stage.receipts.get(hash).map_or(0, |receipt| receipt.log_index.0)
}

async fn ask(stage: &Stage, query: &Value) -> Result<Answer, Finding> {
    stage.wire.post("/v1/search", "application/json", query.to_string().into_bytes()).await
}

/// The same in somebody's name.
async fn ask_as(stage: &mut Stage, who: &str, query: &Value) -> Result<Answer, Finding> {
    by(stage, who, Method::POST, "/v1/search", Some(query)).await
}

async fn by(
    stage: &mut Stage,
    who: &str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Answer, Finding> {
    let reader = stage.reader(who).await?;
    let request = stage.wire.request_by(&reader, method, path)?;
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    stage.wire.send_once(request).await
}

/// A question about the agents of this stage, answered by an index that has seen a position.
fn question(stage: &Stage, seen: u64, more: Value) -> Result<Value, Finding> {
    let mut query = json!({ "text": own(stage)?, "after": seen });
    if let (Some(query), Value::Object(more)) = (query.as_object_mut(), more) {
        for (name, value) in more {
            let value = match (name.as_str(), &value) {
                ("text", Value::String(words)) => Value::from(format!("{} {words}", own(stage)?)),
                _ => value,
            };
            query.insert(name, value);
        }
    }
    Ok(query)
}

/// The names of those on a page, in its order.
fn names(page: &Value) -> Vec<String> {
    let hits = page.get("agents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let name = |hit: &Value| hit.get("agent").and_then(Value::as_str).unwrap_or_default().to_owned();
    let first =
        |uri: String| uri.trim_start_matches("agent://").split('.').next().unwrap_or_default().to_owned();
    hits.iter().map(name).map(first).collect()
}

/// Holds that a question finds these agents in this order.
async fn finds(stage: &Stage, seen: u64, more: Value, expected: &[&str]) -> Result<(), Finding> {
    let query = question(stage, seen, more)?;
    let page: Value = ask(stage, &query).await?.json().map_err(|finding| finding.at(&query))?;
    let expected: Vec<String> = expected.iter().map(|name| (*name).to_owned()).collect();
    same("the agents", &names(&page), &expected).map_err(|finding| finding.at(&query))
}

fn refused(answer: &Answer, code: Code, query: &Value) -> Result<(), Finding> {
    let right = answer.member("code") == code.as_str() && answer.status == code.status();
    hold(right, code, answer.told()).map_err(|finding| finding.at(query))
}

async fn capabilities(stage: &mut Stage) -> Result<(), Finding> {
    list(stage, "seller", card("One", "does it", "provision.compute.gpu")?).await?;
    list(stage, "carrier", card("Two", "does it", "provision.computer")?).await?;
    let seen = list(stage, "clerk", card("Three", "does it", "provision.compute")?).await?;
    for (capability, expected) in [
        ("provision.compute", &["clerk", "seller"][..]),
        ("provision.compute.gpu", &["seller"]),
        ("provision.comput", &[]),
        ("compute", &[]),
    ] {
        finds(stage, seen, json!({ "capability": capability }), expected).await?;
    }
    let set = CardSet { card: card("Two", "does it", "provision.compute.cpu")? };
    let seen = change(stage, "carrier", Body::AgentCardSet(set)).await?;
    finds(stage, seen, json!({ "capability": "provision.computer" }), &[]).await?;
    finds(stage, seen, json!({ "capability": "provision.compute" }), &["clerk", "seller", "carrier"]).await?;
    let seen = change(stage, "clerk", Body::AgentRetire(Because { reason: text("done")? })).await?;
    finds(stage, seen, json!({ "capability": "provision.compute" }), &["seller", "carrier"]).await
}

async fn words(stage: &mut Stage) -> Result<(), Finding> {
    list(stage, "seller", card("Zürich Sea", "Keeps things cold.", "freight.sea")?).await?;
    let seen = list(stage, "carrier", card("Road", "Season tickets, colder", "freight.road")?).await?;
    for (words, expected) in [
        ("zürich", &["seller"][..]),
        ("ZÜRICH", &["seller"]),
        ("sea", &["seller", "carrier"]),
        ("sea cold", &["seller", "carrier"]),
        ("cold things", &["seller"]),
        ("seas", &["carrier"]),
        ("se", &[]),
        ("old", &[]),
        ("sea warm", &[]),
        ("freight", &["seller", "carrier"]),
        ("carrier", &["carrier"]),
    ] {
        finds(stage, seen, json!({ "text": words }), expected).await?;
    }
    Ok(())
}

fn money(money: &str) -> Result<Money, Finding> {
    text(money)
}

async fn conditions(stage: &mut Stage) -> Result<(), Finding> {
    let schema = Hash::of(&[b"a schema that somebody speaks"]);
    let one = Card {
        price: Some(money("2.5 USD")?),
        languages: [text("de-AT")?].into(),
        schemas: [schema].into(),
        availability: Some(Availability::Available),
        ..card("One", "does it", "test.it")?
    };
    list(stage, "seller", one).await?;
    let two = Card {
        price: Some(money("2 EUR")?),
        languages: [text("den")?, text("en")?].into(),
        availability: Some(Availability::Away),
        ..card("Two", "does it", "test.it")?
    };
    list(stage, "carrier", two).await?;
    let seen = list(stage, "clerk", card("Three", "does it", "test.it")?).await?;
    let domain = stage.domain("clerk")?;
    for (asked, expected) in [
        (json!({ "organisation": domain }), &["clerk"][..]),
        (json!({ "schema": schema }), &["seller"]),
        (json!({ "language": "de" }), &["seller"]),
        (json!({ "language": "de-CH" }), &[]),
        (json!({ "language": "en" }), &["carrier"]),
        (json!({ "availability": "away" }), &["carrier"]),
        (json!({ "availability": "busy" }), &[]),
        (json!({ "maxPrice": { "amount": "2.5", "currency": "USD" } }), &["seller"]),
        (json!({ "maxPrice": { "amount": "2.499999999", "currency": "USD" } }), &[]),
        (json!({ "maxPrice": { "amount": "100", "currency": "EUR" } }), &["carrier"]),
        (json!({ "language": "de", "availability": "away" }), &[]),
        (json!({ "organisation": domain, "capability": "test" }), &["clerk"]),
    ] {
        finds(stage, seen, asked, expected).await?;
    }
    Ok(())
}

/// Three who offer the same, the last the cheapest and the most exact.
async fn three(stage: &mut Stage) -> Result<u64, Finding> {
    let priced = |name: &str, capability: &str, price: &str| -> Result<Card, Finding> {
        Ok(Card { price: Some(money(price)?), ..card(name, "does it", capability)? })
    };
    list(stage, "seller", priced("One", "test.it.slowly", "3 USD")?).await?;
    list(stage, "carrier", priced("Two", "test.it.quickly", "3 USD")?).await?;
    list(stage, "clerk", priced("Three", "test.it", "0.5 USD")?).await
}

async fn order(stage: &mut Stage) -> Result<(), Finding> {
    let seen = three(stage).await?;
    let price = json!({ "amount": "9", "currency": "USD" });
    finds(stage, seen, json!({ "capability": "test.it" }), &["clerk", "seller", "carrier"]).await?;
    let cheapest = json!({ "capability": "test", "maxPrice": price, "sort": "price" });
    finds(stage, seen, cheapest, &["clerk", "seller", "carrier"]).await?;
    finds(stage, seen, json!({ "capability": "test" }), &["seller", "carrier", "clerk"]).await?;
    let query = question(stage, seen, json!({ "sort": "price" }))?;
    refused(&ask(stage, &query).await?, Code::InvalidQuery, &query)
}

/// The members of those on a page that have this name.
fn members<'a>(page: &'a Value, name: &str) -> Vec<&'a Value> {
    let hits = page.get("agents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    hits.iter().filter_map(|hit| hit.get(name)).collect()
}

async fn apart(stage: &mut Stage) -> Result<(), Finding> {
    let seen = three(stage).await?;
    stage.member("buyer").await?;
    let asked = json!({ "capability": "test.it" });
    let query = question(stage, seen, asked.clone())?;
    let plain: Value = ask(stage, &query).await?.json()?;
    let value = json!({ "amount": "1000", "currency": "USD" });
    let query = question(stage, seen, json!({ "capability": "test.it", "value": value }))?;
    let told: Value = ask_as(stage, "buyer", &query).await?.json()?;
    same("the relevance", &members(&told, "relevance"), &members(&plain, "relevance"))?;
    let scale = members(&plain, "relevance").into_iter().all(|it| it.as_u64().is_some_and(|it| it <= 100));
    hold(scale, "a relevance of 0 to 100", format_args!("{plain}"))?;
    let falls =
        |page: &Value| members(page, "relevance").into_iter().filter_map(Value::as_u64).rev().is_sorted();
    hold(falls(&plain), "the most relevant first", format_args!("{plain}"))?;
    hold(members(&plain, "trust").is_empty(), "no trust where none is asked for", format_args!("{plain}"))?;
    let reasons = members(&plain, "reasons");
    let reasoned = reasons.iter().all(|it| it.as_array().is_some_and(|reasons| !reasons.is_empty()));
    hold(reasons.len() == 3 && reasoned, "reasons for each place", format_args!("{plain}"))
}

async fn trust(stage: &mut Stage) -> Result<(), Finding> {
    let seen = three(stage).await?;
    stage.member("buyer").await?;
    let value = json!({ "amount": "1000", "currency": "USD" });
    for asked in [json!({ "value": value }), json!({ "minTrust": { "score": 5, "value": value } })] {
        let query = question(stage, seen, asked)?;
        refused(&ask(stage, &query).await?, Code::Unauthenticated, &query)?;
    }
    // Whoever has no record has ten points.
    for (least, expected) in [(10, 3), (11, 0)] {
        let asked = json!({ "capability": "test", "minTrust": { "score": least, "value": value } });
        let query = question(stage, seen, asked)?;
        let page: Value = ask_as(stage, "buyer", &query).await?.json()?;
        same("as many agents as", &names(&page).len(), &expected).map_err(|finding| finding.at(&query))?;
        let scores = members(&page, "trust");
        let ten = scores.iter().all(|trust| trust.get("score") == Some(&json!("10.000")));
        hold(ten && scores.len() == expected, "a score of 10.000 each", format_args!("{scores:?}"))?;
        let of = page.get("trust").cloned().unwrap_or_default();
        let named = ["instant", "prefix"].iter().all(|name| of.get(name).is_some());
        let observer =
            of.get("observer") == Some(&json!(stage.domain("buyer")?)) && of.get("value") == Some(&value);
        hold(named && observer, "observer, value, instant and prefix", format_args!("{of}"))?;
    }
    Ok(())
}

async fn pages(stage: &mut Stage) -> Result<(), Finding> {
    let seen = three(stage).await?;
    stage.member("buyer").await?;
    let value = json!({ "amount": "1000", "currency": "USD" });
    let asked = json!({ "capability": "test", "pageSize": 1 });
    let mut tokens = Vec::new();
    for of_trust in [false, true] {
        let mut asked = asked.clone();
        if of_trust && let Some(asked) = asked.as_object_mut() {
            asked.insert("value".to_owned(), value.clone());
        }
        let (mut found, mut told, mut token) = (Vec::new(), Vec::new(), None::<String>);
        for _ in 0..5 {
            let mut query = question(stage, seen, asked.clone())?;
            if let (Some(query), Some(token)) = (query.as_object_mut(), &token) {
                query.insert("pageToken".to_owned(), token.as_str().into());
            }
            let page: Value =
                ask_as(stage, "buyer", &query).await?.json().map_err(|finding| finding.at(&query))?;
            found.extend(names(&page));
            told.extend(page.get("trust").cloned());
            token = page.get("nextPageToken").and_then(Value::as_str).map(str::to_owned);
            match &token {
                Some(token) => tokens.push(token.clone()),
                None => break,
            }
        }
        let expected = ["seller", "carrier", "clerk"].map(str::to_owned).to_vec();
        same("each agent once", &found, &expected)?;
        told.dedup();
        same("as many questions of trust as", &told.len(), &usize::from(of_trust))?;
    }
    let (of_relevance, of_trust) = (tokens.first().cloned(), tokens.last().cloned());
    let swapped = [(of_relevance, Some(value)), (of_trust, None), (Some("nothing".to_owned()), None)];
    for (token, value) in swapped {
        let mut query = question(stage, seen, json!({ "pageToken": token.unwrap_or_default() }))?;
        if let (Some(query), Some(value)) = (query.as_object_mut(), value) {
            query.insert("value".to_owned(), value);
        }
        refused(&ask_as(stage, "buyer", &query).await?, Code::InvalidQuery, &query)?;
    }
    Ok(())
}

async fn positions(stage: &mut Stage) -> Result<(), Finding> {
    let mut seen = list(stage, "seller", card("Number 0", "does it", "test.it")?).await?;
    for number in 1..8 {
        let set = CardSet { card: card(&format!("Number {number}"), "does it", "test.it")? };
        seen = change(stage, "seller", Body::AgentCardSet(set)).await?;
        let query = question(stage, seen, json!({}))?;
        let page: Value = ask(stage, &query).await?.json().map_err(|finding| finding.at(&query))?;
        let name = format!("Number {number}");
        same("the card", &members(&page, "name"), &vec![&json!(name)])
            .map_err(|finding| finding.at(&query))?;
        same("its place", &members(&page, "setAt"), &vec![&json!(seen)])
            .map_err(|finding| finding.at(&query))?;
    }
    // Others may have something said meanwhile, but not so much.
    let query = question(stage, seen.saturating_add(1 << 40), json!({}))?;
    refused(&ask(stage, &query).await?, Code::InvalidQuery, &query)
}

async fn saved(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    list(stage, "seller", card("One", "does it", "test.it")?).await?;
    let asked = json!({ "name": "kit", "query": { "text": own(stage)?, "capability": "test" } });
    let answer = by(stage, "buyer", Method::POST, "/v1/searches", Some(&asked)).await?;
    let search: Value = answer.json()?;
    let id = search.get("id").and_then(Value::as_str).unwrap_or_default();
    let path = format!("/v1/searches/{id}");
    let events = format!("{path}/events");
    let mut open = Events::open(stage, "buyer", &events, None).await?;
    let mut expected = vec![list(stage, "carrier", card("Two", "does it", "test.it")?).await?];
    list(stage, "clerk", card("Three", "does it", "other")?).await?;
    let set = CardSet { card: card("One", "does it well", "test.it")? };
    expected.push(change(stage, "seller", Body::AgentCardSet(set)).await?);
    for position in &expected {
        let (id, _) = open.next_data().await?;
        same("the position", &id, position).map_err(|finding| finding.at(&events))?;
    }
    drop(open);
    let set = CardSet { card: card("Three", "does it", "test.it")? };
    expected.push(change(stage, "clerk", Body::AgentCardSet(set)).await?);
    for from in 0..expected.len() {
        let last = from.checked_sub(1).and_then(|last| expected.get(last)).copied();
        let mut again = Events::open(stage, "buyer", &events, last).await?;
        for position in expected.iter().skip(from) {
            let (id, data) = again.next_data().await?;
            let place = format!("{events} after {last:?}");
            same("the position", &id, position).map_err(|finding| finding.at(&place))?;
            let hit: Value =
                serde_json::from_str(&data).map_err(|error| Finding::new("an agent as data", error))?;
            same("its place", &hit.get("setAt").and_then(Value::as_u64), &Some(id))?;
        }
    }
    stage.member("stranger").await?;
    let theirs = by(stage, "stranger", Method::GET, &path, None).await?;
    let nobodys =
        by(stage, "stranger", Method::GET, &format!("/v1/searches/{}", "0".repeat(32)), None).await?;
    refused(&theirs, Code::NotFound, &json!(path))?;
    hold(theirs.bytes == nobodys.bytes, "404 as of no search", theirs.text())?;
    let gone = by(stage, "buyer", Method::DELETE, &path, None).await?;
    hold(gone.status == 204, "204", gone.told())
}

/// The agents of two organisations: one is called as the first of them is, in letters that look alike.
async fn likeness(stage: &mut Stage) -> Result<(), Finding> {
    // A name that nobody else has who ever tried this node.
    let name = format!("e{}", own(stage)?);
    stage.member(&name).await?;
    let first = stage.domain(&name)?;
    let alike = name.replacen('e', "\u{435}", 1);
    let after = list(stage, "y", card(&alike, "", "provision")?).await?;
    let marked = json!([first]);
    let agent = stage.wire.get(&path_of(stage, "y")?).await?;
    marks("an agent that is shown", &agent, "/mistakableFor", Some(&marked))?;
    let question = json!({ "after": after, "organisation": stage.domain("y")? });
    let found = ask(stage, &question).await?;
    marks("an agent that is found", &found, "/agents/0/mistakableFor", Some(&marked))?;
    for unmarked in [path_of(stage, &name)?, format!("/v1/organisations/{first}")] {
        let shown = stage.wire.get(&unmarked).await?;
        marks("who came first", &shown, "/mistakableFor", None)?;
    }
    Ok(())
}

/// Holds that an answer has these marks, or none, at a place.
fn marks(what: &str, answer: &Answer, place: &str, expected: Option<&Value>) -> Result<(), Finding> {
    let told: Value = answer.json()?;
    same("the marks", &told.pointer(place), &expected).map_err(|finding| finding.at(what))
}

fn path_of(stage: &Stage, name: &str) -> Result<String, Finding> {
    Ok(stage.uri(name)?.to_string().replacen("agent://", "/v1/agents/", 1))
}
