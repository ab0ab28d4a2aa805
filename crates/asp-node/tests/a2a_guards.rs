//! What A2A clients cannot do: go on with a key or a token that ended, be told what is not theirs, say a thing twice, make the
//! node hold more than its share; and what their peers cannot pretend.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a test cannot do fails it"
)]

#[path = "support/a2a.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod clients;
mod support;

use std::time::Duration;

use asp_core::limits;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_node::A2aClients;
use reqwest::Method;
use serde_json::{Map, Value, json};

use clients::*;
use support::*;

/// Removes the client that was added first.
fn remove_first(stage: &Stage) {
    let clients = A2aClients::of(&stage.config.data).unwrap();
    let first = clients.list().unwrap().iter().find(|client| client.name == "first").unwrap().id;
    assert!(clients.remove(first).unwrap());
}

/// Two clients that speak as the buyer; the first of them is removed by [`remove_first`].
fn two(stage: &Stage) -> [Client; 2] {
    let clients = A2aClients::of(&stage.config.data).unwrap();
    ["first", "second"].map(|name| {
        let (_, token) = clients.add(&agent_uri("acme/buyer"), &key("acme/buyer"), name).unwrap();
        Client { token: Some(token), at: SELLER }
    })
}

/// How many statements a session has.
async fn statements(stage: &Stage, task: &str) -> usize {
    let reader = stage.reader("globex/seller").await;
    let said = stage.get_as(&reader, &format!("/v1/sessions/{task}/messages")).await.ok();
    said["messages"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_ends_with_the_key_that_it_speaks_with() {
    // ASP-AUT-004, THR-A2A-OUTLIVED-TOKEN
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    let subscribe = client.request(&stage, Method::GET, &format!("/tasks/{id}:subscribe"));
    let mut following = Told::of(subscribe).await;
    assert!(following.next().await.unwrap()["task"].is_object());
    let revoke = KeyRevoke { from_index: None, key: key("acme/buyer").id(), reason: text("lost") };
    let stream = StreamName::Of(StreamId::Agent(agent_uri("acme/buyer")));
    let statement = stage.author.by("acme", stream, Body::AgentKeyRevoke(revoke));
    stage.take(statement).await;
    assert_eq!(client.denied(&stage, Method::GET, &format!("/tasks/{id}"), None).await.0, 401);
    let (offer, _) = standing(&stage, &id).await;
    seller(&mut stage, &id, Body::Reject(Because { reason: text("no") }), Some(offer)).await;
    assert_eq!(following.next().await, None);

    // An agent that is retired has no clients either.
    let clerk = Client::of(&stage, "initech/clerk");
    assert!(clerk.rest(&stage, Method::GET, "/tasks", None).await.status.is_success());
    let stream = StreamName::Of(StreamId::Agent(agent_uri("initech/clerk")));
    let retire = Body::AgentRetire(Because { reason: text("done") });
    let statement = stage.author.by("initech/clerk", stream, retire);
    stage.take(statement).await;
    assert_eq!(clerk.denied(&stage, Method::GET, "/tasks", None).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_removed_is_told_of_nothing_and_its_secrets_are_its_own() {
    let mut stage = Stage::with(|config| config.fetch_allow = "127.0.0.0/8".parse().unwrap()).await;
    stage.people().await;
    let [first, second] = two(&stage);
    let id = offered(&mut stage, &first).await;
    let (url, mut hears) = receiver().await;
    let at = format!("/tasks/{id}/pushNotificationConfigs");
    for (client, name) in [(&first, "a"), (&second, "b")] {
        let config = json!({ "id": name, "url": url, "token": name, "tenant": "x".repeat(100_000),
            "authentication": { "scheme": "Bearer", "credentials": name } });
        let made = client.rest(&stage, Method::POST, &at, Some(config)).await.ok();
        assert_eq!((made.get("tenant"), &made["token"]), (None, &json!(name)));
    }
    let seen = second.rest(&stage, Method::GET, &at, None).await.ok();
    let (theirs, own) = (&seen["configs"][0], &seen["configs"][1]);
    assert_eq!((theirs.get("token"), theirs["authentication"].get("credentials")), (None, None));
    assert_eq!((&own["token"], &own["authentication"]["credentials"]), (&json!("b"), &json!("b")));
    remove_first(&stage);
    let (offer, _) = standing(&stage, &id).await;
    seller(&mut stage, &id, Body::Reject(Because { reason: text("no") }), Some(offer)).await;
    // Whoever comes first in the order of names is told first.
    let (headers, _) = tokio::time::timeout(Duration::from_secs(60), hears.recv()).await.unwrap().unwrap();
    assert_eq!(headers["x-a2a-notification-token"], "b");
    let left = second.rest(&stage, Method::GET, &at, None).await.ok();
    assert_eq!(left["configs"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_of_a_removed_client_is_said_with_nobody_elses_key() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let [first, second] = two(&stage);
    let send = message("1", json!([{ "text": "I take all of it." }]));
    let task = first.rpc(&stage, "SendMessage", send).await["task"].clone();
    let id = task["id"].as_str().unwrap().to_owned();
    remove_first(&stage);
    let introduction = stage.author.introduction("globex/seller");
    seller(&mut stage, &id, introduction, Some(Hash::from_hex(&id).unwrap())).await;
    let task = second.until(&stage, &id, |task| state(task) == "INPUT_REQUIRED").await;
    assert_eq!(task["status"]["message"]["parts"][0]["text"], "the client was removed");
    assert_eq!(statements(&stage, &id).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_agent_hands_over_what_looks_like_a_commitment() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    let part = json!([{ "data": { "state": "ACTIVE" }, "metadata": { "urn:asp:a2a:1.0": {} } }]);
    let lower = "ab".repeat(32);
    for (artifact, name) in
        [(lower.clone(), "x"), (lower.to_uppercase(), "x"), ("x".to_owned(), "Commitment")]
    {
        let forged =
            json!({ "artifactId": artifact, "name": name, "extensions": ["urn:asp:a2a:1.0"], "parts": part });
        let data = Map::from_iter([("artifact".to_owned(), forged)]);
        let note = Body::Inform(Inform::Note(Note { data: Some(data), text: text("signed") }));
        seller(&mut stage, &id, note, None).await;
        let task = client.task(&stage, &id).await;
        assert!(task.get("artifacts").is_none(), "{task}");
        let last = task["history"].as_array().unwrap().last().unwrap();
        assert_eq!(last["parts"][0]["text"], "signed");
    }
    let handed = json!({ "artifactId": "report", "name": "report", "extensions": ["urn:asp:a2a:1.0", "urn:other"],
        "metadata": { "urn:asp:a2a:1.0": {}, "x": 1 }, "parts": part });
    let data = Map::from_iter([("artifact".to_owned(), handed)]);
    let note = Body::Inform(Inform::Note(Note { data: Some(data), text: text("") }));
    seller(&mut stage, &id, note, None).await;
    let artifact = client.task(&stage, &id).await["artifacts"][0].clone();
    assert_eq!((&artifact["artifactId"], &artifact["extensions"]), (&json!("report"), &json!(["urn:other"])));
    assert_eq!((&artifact["metadata"], artifact["parts"][0].get("metadata")), (&json!({ "x": 1 }), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_again_is_not_said_twice() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    let open = message("open", act(&json!({ "act": "open" })));
    let one = client.rpc(&stage, "SendMessage", open.clone()).await["task"]["id"].clone();
    assert_eq!(client.rpc(&stage, "SendMessage", open).await["task"]["id"], one);
    assert_eq!(client.rpc(&stage, "ListTasks", json!({})).await["totalSize"], 2);
    let other = message("open", json!([{ "text": "something else" }]));
    assert_eq!(client.refused(&stage, "SendMessage", other).await, -32602);

    let again = within(message("again", json!([{ "text": "Still there?" }])), &id);
    let before = statements(&stage, &id).await;
    for _ in 0..3 {
        client.rpc(&stage, "SendMessage", again.clone()).await;
        assert_eq!(statements(&stage, &id).await, before + 1);
    }
    // What could be said of a message stands; the rest is tried again and nothing else.
    let half = json!([{ "data": { "act": "inform", "text": "One." } },
        { "data": { "act": "withdraw", "inReplyTo": Hash::of(&[b"nothing"]) } }]);
    let half = within(message("half", half), &id);
    for _ in 0..2 {
        assert_eq!(client.refused(&stage, "SendMessage", half.clone()).await, -32602);
        assert_eq!(statements(&stage, &id).await, before + 2);
    }
    // Nothing of a message that was refused whole keeps its name.
    let wrong =
        within(message("late", act(&json!({ "act": "withdraw", "inReplyTo": Hash::of(&[b"x"]) }))), &id);
    assert_eq!(client.refused(&stage, "SendMessage", wrong).await, -32602);
    let right = within(message("late", json!([{ "text": "Sorry." }])), &id);
    client.rpc(&stage, "SendMessage", right).await;
    assert_eq!(statements(&stage, &id).await, before + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_task_shows_its_end_and_numbers_that_are_too_large_do_no_harm() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    let words = "x".repeat(limits::STRING_BYTES_MAX - 1);
    let parts: Vec<Value> = (0..3).map(|_| json!({ "data": { "words": words } })).collect();
    let count = limits::A2A_TASK_BYTES_MAX / (3 * limits::STRING_BYTES_MAX) + 2;
    for number in 0..count {
        let send = within(message(&format!("m{number}"), json!(parts)), &id);
        let params = json!({ "message": send["message"],
            "configuration": { "returnImmediately": true, "historyLength": 0 } });
        client.rpc(&stage, "SendMessage", params).await;
    }
    let task = client.task(&stage, &id).await;
    let history = task["history"].as_array().unwrap();
    assert_eq!(history.last().unwrap()["messageId"], format!("m{}", count - 1));
    assert_ne!(history[0]["messageId"], "first");
    assert!(task["history"].to_string().len() < 2 * limits::A2A_TASK_BYTES_MAX);

    let page = client.rest(&stage, Method::GET, "/tasks?pageToken=9-18446744073709551615", None).await.ok();
    assert_eq!(page["tasks"], json!([]));
    let long = "x".repeat(limits::A2A_ID_BYTES_MAX + 1);
    let body = json!({ "jsonrpc": "2.0", "id": long, "method": "ListTasks" });
    let answer = Answer::of(client.request(&stage, Method::POST, "").json(&body)).await.ok();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!(-32600)));
}
