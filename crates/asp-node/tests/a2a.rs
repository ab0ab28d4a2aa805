//! Agents as A2A 1.0 agents: both bindings, from the first message to a commitment, and whatever may go wrong on the way.
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

use asp_core::position::{Hash, Millis};
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_node::A2aClients;
use reqwest::Method;
use serde_json::{Value, json};

use clients::*;
use support::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_key_opens_a_session_negotiates_and_ends_with_a_commitment() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;

    let (offer, _) = standing(&stage, &id).await;
    let dearer = package(stage.now().plus(Millis(1)), "globex/seller", "acme/buyer");
    let terms_hash = dearer.terms_hash();
    let counter = Body::Counter(Counter::CounterOffer(Offer::of(vec![dearer], true)));
    seller(&mut stage, &id, counter, Some(offer)).await;
    let task = client.until(&stage, &id, |task| state(task) == "INPUT_REQUIRED").await;
    let told = &task["status"]["message"];
    assert_eq!((&told["role"], &told["parts"][0]["data"]["act"]), (&json!("ROLE_AGENT"), &json!("counter")));
    assert_eq!(told["parts"][0]["data"]["termsHashes"], json!([terms_hash]));
    let history: Vec<&Value> = task["history"].as_array().unwrap().iter().collect();
    assert_eq!(history[0]["messageId"], "first");
    assert_eq!(history[0]["parts"][0]["text"], "Eight GPUs, please.");

    // Its acceptance binds, since the offer was firm; the blocking call comes back with the commitment.
    let accept = within(waiting(message("second", act(&json!({ "act": "accept" })))), &id);
    let task = client.rpc(&stage, "SendMessage", accept).await["task"].clone();
    assert_eq!(state(&task), "INPUT_REQUIRED");
    let artifact = &task["artifacts"][0];
    assert_eq!(artifact["name"], "commitment");
    let commitment: Hash = serde_json::from_value(artifact["parts"][0]["data"]["id"].clone()).unwrap();
    assert_eq!(artifact["parts"][0]["data"]["state"], "ACTIVE");
    assert_eq!(client.refused(&stage, "CancelTask", json!({ "id": id })).await, -32002);

    let fulfilment = Inform::Fulfilment(Fulfilment {
        commitment,
        evidence: Evidence::Acknowledgement { text: text("there") },
        obligation: text("delivery"),
        stage: None,
    });
    seller(&mut stage, &id, Body::Inform(fulfilment), None).await;
    let thanks = json!({ "act": "acknowledge", "obligation": "delivery" });
    client.rpc(&stage, "SendMessage", within(message("third", act(&thanks)), &id)).await;
    let close = within(waiting(message("fourth", act(&json!({ "act": "close" })))), &id);
    let task = client.rpc(&stage, "SendMessage", close).await["task"].clone();
    assert_eq!(
        (state(&task), &task["artifacts"][0]["parts"][0]["data"]["state"]),
        ("COMPLETED", &json!("FULFILLED"))
    );
    let late = within(message("fifth", json!([{ "text": "wait" }])), &id);
    assert_eq!(client.refused(&stage, "SendMessage", late).await, -32004);
    assert_eq!(client.refused(&stage, "SubscribeToTask", json!({ "id": id })).await, -32004);

    // Everything stands in the log, signed by the buyer's own key, and is there after a restart.
    let stage = stage.restart(Millis(1)).await;
    let again = client.task(&stage, &id).await;
    assert_eq!(again, task);
    let reader = stage.reader("acme/buyer").await;
    let messages = stage.get_as(&reader, &format!("/v1/sessions/{id}/messages")).await.ok();
    assert_eq!(messages["messages"][0]["signatures"][0]["keyId"], json!(key("acme/buyer").id()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_agent_outlives_the_node_and_what_cannot_be_said_is_told() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let wrong =
        json!({ "act": "accept", "inReplyTo": Hash::of(&[b"nothing"]), "termsHash": Hash::of(&[b"x"]) });
    let task = client.rpc(&stage, "SendMessage", message("1", act(&wrong))).await["task"].clone();
    let id = task["id"].as_str().unwrap().to_owned();
    let mut stage = stage.restart(Millis(1)).await;
    let introduction = stage.author.introduction("globex/seller");
    seller(&mut stage, &id, introduction, Some(Hash::from_hex(&id).unwrap())).await;
    let task = client.until(&stage, &id, |task| state(task) == "INPUT_REQUIRED").await;
    let why = task["status"]["message"]["parts"][0]["text"].as_str().unwrap();
    assert!(why.starts_with("NOT_ALLOWED:") || why.starts_with("PROPOSAL_NOT_OPEN:"), "{why}");
    let task = client.rpc(&stage, "CancelTask", json!({ "id": id })).await;
    assert_eq!(state(&task), "CANCELED");
    // Once more changes nothing.
    assert_eq!(state(&client.rpc(&stage, "CancelTask", json!({ "id": id })).await), "CANCELED");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_never_reads_what_is_anothers() {
    let mut stage = Stage::new().await;
    stage.people().await;
    stage.agent("acme/other").await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    let strangers = [Client::of(&stage, "initech/clerk"), Client::of(&stage, "acme/other")];
    let elsewhere = Client { at: "/a2a/initech.example/clerk", ..client.clone() };
    let none = "0".repeat(64);
    for stranger in strangers.iter().chain([&elsewhere]) {
        for (method, params) in [
            ("GetTask", json!({ "id": id })),
            ("CancelTask", json!({ "id": id })),
            ("SubscribeToTask", json!({ "id": id })),
            ("SendMessage", within(message("x", json!([{ "text": "hello" }])), &id)),
            ("CreateTaskPushNotificationConfig", json!({ "taskId": id, "url": "https://hooks.example/" })),
            ("ListTaskPushNotificationConfigs", json!({ "taskId": id })),
            ("GetTaskPushNotificationConfig", json!({ "taskId": id, "id": "x" })),
            ("DeleteTaskPushNotificationConfig", json!({ "taskId": id, "id": "x" })),
        ] {
            let there = stranger.call(&stage, method, params.clone()).await;
            let text = params.to_string().replace(&id, &none);
            let absent = stranger.call(&stage, method, serde_json::from_str(&text).unwrap()).await;
            assert_eq!(there["error"]["code"], -32001, "{method}: {there}");
            assert_eq!(there, absent, "{method}");
        }
        let listed = stranger.rpc(&stage, "ListTasks", json!({})).await;
        assert_eq!(listed, json!({ "tasks": [], "nextPageToken": "", "pageSize": 50, "totalSize": 0 }));
        let list = stranger.rest(&stage, Method::GET, "/tasks", None).await.ok();
        assert_eq!(list["tasks"], json!([]));
    }
    assert_eq!(client.rpc(&stage, "ListTasks", json!({})).await["totalSize"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_no_token_or_a_wrong_one_is_nobody() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    for token in [None, Some("a2a_wrong".to_owned()), Some(String::new()), Some("x".repeat(300))] {
        let nobody = Client { token, ..client.clone() };
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ListTasks" });
        let answer = Answer::of(nobody.request(&stage, Method::POST, "").json(&body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("www-authenticate")),
            (401, "Bearer realm=\"a2a\"")
        );
        assert_eq!(nobody.rest(&stage, Method::GET, "/tasks", None).await.status.as_u16(), 401);
    }
    // One that is removed is nobody from then on.
    let clients = A2aClients::of(&stage.config.data).unwrap();
    for known in clients.list().unwrap() {
        assert!(clients.remove(known.id).unwrap());
    }
    assert_eq!(client.rest(&stage, Method::GET, "/tasks", None).await.status.as_u16(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_none_have_their_error_on_both_bindings() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let post = async |body: String| {
        let request = client.request(&stage, Method::POST, "").header("content-type", "application/json");
        Answer::of(request.body(body)).await.ok()["error"]["code"].as_i64().unwrap()
    };
    for (body, code) in [
        ("", -32700),
        ("{", -32700),
        ("\u{0}", -32700),
        ("[]", -32600),
        ("7", -32600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"GetTask"}"#, -32600),
        (r#"{"jsonrpc":"2.0","method":"GetTask"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":true,"method":"GetTask"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"GetTask"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"message/send"}"#, -32601),
        (r#"{"jsonrpc":"2.0","id":1,"method":"GetTask","params":[1]}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":5}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"x"}}"#, -32001),
        (r#"{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"x","historyLength":-1}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{"pageSize":0}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{"pageSize":101}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{"status":"working"}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{"pageToken":"next"}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"GetExtendedAgentCard"}"#, -32004),
    ] {
        assert_eq!(post(body.to_owned()).await, code, "{body}");
    }
    let deep = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{}}}"#, "[".repeat(100_000));
    assert_eq!(post(deep).await, -32700);
    let large = json!({ "jsonrpc": "2.0", "id": 1, "method": "x".repeat(300_000) });
    let answer = Answer::of(client.request(&stage, Method::POST, "").json(&large)).await;
    assert_eq!(answer.ok()["error"]["code"], -32602);
    for (method, path, status, reason) in [
        (Method::GET, "/tasks/none", 404, "TASK_NOT_FOUND"),
        (Method::POST, "/tasks/none:cancel", 404, "TASK_NOT_FOUND"),
        (Method::POST, "/tasks/none:subscribe", 404, "TASK_NOT_FOUND"),
        (Method::GET, "/tasks/none/pushNotificationConfigs", 404, "TASK_NOT_FOUND"),
        (Method::DELETE, "/tasks/none/pushNotificationConfigs/x", 404, "TASK_NOT_FOUND"),
        (Method::GET, "/tasks?pageSize=0", 400, "INVALID_PARAMS"),
        (Method::GET, "/tasks?pageSize=many", 400, "INVALID_PARAMS"),
        (Method::GET, "/tasks?statusTimestampAfter=yesterday", 400, "INVALID_PARAMS"),
        (Method::GET, "/extendedAgentCard", 400, "UNSUPPORTED_OPERATION"),
        (Method::DELETE, "/tasks/none", 404, "METHOD_NOT_FOUND"),
        (Method::GET, "", 404, "METHOD_NOT_FOUND"),
    ] {
        let denied = client.denied(&stage, method.clone(), path, None).await;
        assert_eq!(denied, (status, reason.to_owned()), "{method} {path}");
    }
    let none = stage.http.get(stage.url("/a2a/globex.example/none/tasks/x")).header("a2a-version", "1.0");
    let token = client.token.clone().unwrap();
    assert_eq!(Answer::of(none.bearer_auth(token)).await.status.as_u16(), 404);
    let text =
        client.request(&stage, Method::POST, "/message:send").header("content-type", "text/plain").body("{}");
    let answer = Answer::of(text).await;
    assert!(answer.text().contains("CONTENT_TYPE_NOT_SUPPORTED"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_not_spoken_and_the_extension_is_when_it_is_asked_for() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    for (version, spoken) in [
        (Some("1.0"), true),
        (Some("1.0.1"), true),
        (Some("0.3"), false),
        (Some("2.0"), false),
        (Some("x"), false),
        (None, false),
    ] {
        let request = stage.http.get(stage.url(&format!("{SELLER}/tasks")));
        let request = request.bearer_auth(client.token.clone().unwrap());
        let request = request.header("a2a-extensions", "https://other.example, urn:asp:a2a:1.0");
        let answer = Answer::of(match version {
            Some(version) => request.header("a2a-version", version),
            None => request,
        })
        .await;
        assert_eq!(answer.status.is_success(), spoken, "{version:?}");
        assert_eq!(answer.text().contains("VERSION_NOT_SUPPORTED"), !spoken, "{version:?}");
        assert_eq!(answer.header("a2a-extensions"), "urn:asp:a2a:1.0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_no_session_takes_are_refused_with_a_reason() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    let data = |value: Value| message("m", act(&value));
    for (send, code) in [
        (json!({ "message": { "role": "ROLE_USER", "parts": [{ "text": "x" }] } }), -32602),
        (
            json!({ "message": { "messageId": "m", "role": "ROLE_AGENT", "parts": [{ "text": "x" }] } }),
            -32602,
        ),
        (json!({ "message": { "messageId": "m", "role": "user", "parts": [{ "text": "x" }] } }), -32602),
        (message("m", json!([])), -32602),
        (message("m", json!([{}])), -32602),
        (message("m", json!([{ "text": "x", "data": {} }])), -32602),
        (message(&"m".repeat(300), json!([{ "text": "x" }])), -32602),
        (message("m", json!([{ "raw": "AAAA", "mediaType": "image/png" }])), -32005),
        (message("m", json!([{ "text": "x", "mediaType": "application/x-unsupported" }])), -32005),
        (data(json!({ "act": "sing" })), -32602),
        (data(json!({ "act": "open", "capability": "Not A Name" })), -32602),
        (within(data(json!({ "act": "accept" })), &id), -32602),
        (within(data(json!({ "act": "propose" })), &id), -32602),
        (within(data(json!({ "act": "open" })), &"0".repeat(64)), -32001),
        // No consent is about this.
        (data(json!({ "act": "open", "capability": "translate.german" })), -32602),
    ] {
        let code_found = client.refused(&stage, "SendMessage", send.clone()).await;
        assert_eq!(code_found, code, "{send}");
    }
    let mut other = within(message("m", json!([{ "text": "x" }])), &id);
    other["message"]["contextId"] = json!("another");
    assert_eq!(client.refused(&stage, "SendMessage", other).await, -32602);
    // The rule that refuses is named with the protocol's own code.
    let unconsented = data(json!({ "act": "open", "capability": "translate.german" }));
    let answer = client.call(&stage, "SendMessage", unconsented).await;
    assert!(answer["error"]["data"][0]["metadata"]["code"].is_string(), "{answer}");
    let own = Client { at: "/a2a/acme.example/buyer", ..client.clone() };
    assert_eq!(own.refused(&stage, "SendMessage", message("m", json!([{ "text": "x" }]))).await, -32602);
    let nobody = Client { at: "/a2a/globex.example/nobody", ..client };
    assert_eq!(nobody.refused(&stage, "SendMessage", message("m", json!([{ "text": "x" }]))).await, -32001);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_listed_by_what_moved_last_page_by_page() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let mut ids = Vec::new();
    for number in 0..3 {
        let mut send = message(&number.to_string(), act(&json!({ "act": "open" })));
        send["message"]["contextId"] = json!(format!("context-{}", number % 2));
        let task = client.rest(&stage, Method::POST, "/message:send", Some(send)).await.ok()["task"].clone();
        assert_eq!(task["contextId"], format!("context-{}", number % 2));
        ids.insert(0, task["id"].clone());
        stage.stepper.pass(Millis(1_000));
    }
    let page = client.rest(&stage, Method::GET, "/tasks?pageSize=2&historyLength=0", None).await.ok();
    assert_eq!((&page["totalSize"], &page["pageSize"]), (&json!(3), &json!(2)));
    let tasks = page["tasks"].as_array().unwrap();
    assert_eq!([&tasks[0]["id"], &tasks[1]["id"]], [&ids[0], &ids[1]]);
    assert!(tasks[0].get("history").is_none() && tasks[0].get("artifacts").is_none());
    let next = page["nextPageToken"].as_str().unwrap();
    let page =
        client.rest(&stage, Method::GET, &format!("/tasks?pageSize=2&pageToken={next}"), None).await.ok();
    assert_eq!((&page["tasks"][0]["id"], &page["nextPageToken"]), (&ids[2], &json!("")));
    let of = async |query: Value| {
        let found = client.rpc(&stage, "ListTasks", query).await;
        found["tasks"].as_array().unwrap().iter().map(|task| task["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(json!({ "contextId": "context-1" })).await, [ids[1].clone()]);
    assert_eq!(of(json!({ "status": "TASK_STATE_SUBMITTED" })).await.len(), 3);
    assert_eq!(of(json!({ "status": "TASK_STATE_COMPLETED" })).await.len(), 0);
    let since = client.task(&stage, ids[0].as_str().unwrap()).await["status"]["timestamp"].clone();
    assert_eq!(of(json!({ "statusTimestampAfter": since })).await, [ids[0].clone()]);
    let state_of =
        client.rest(&stage, Method::POST, &format!("/tasks/{}:cancel", ids[0].as_str().unwrap()), None).await;
    assert_eq!(state(&state_of.ok()), "CANCELED");
    assert_eq!(of(json!({ "status": "TASK_STATE_CANCELED" })).await, [ids[0].clone()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_begins_with_the_task_and_ends_when_the_task_rests() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    let subscribe = |method: Method| client.request(&stage, method, &format!("/tasks/{id}:subscribe"));
    let mut followers = [Told::of(subscribe(Method::GET)).await, Told::of(subscribe(Method::POST)).await];
    for follower in &mut followers {
        assert_eq!(follower.next().await.unwrap()["task"]["id"], json!(id));
    }
    let ask = within(message("ask", json!([{ "text": "When?" }])), &id);
    let mut asking = Told::of(client.request(&stage, Method::POST, "/message:stream").json(&ask)).await;
    let first = asking.next().await.unwrap();
    assert_eq!((&first["task"]["id"], state(&first["task"])), (&json!(id), "WORKING"));
    let (offer, _) = standing(&stage, &id).await;
    let no = Body::Reject(Because { reason: text("tomorrow") });
    seller(&mut stage, &id, no, Some(offer)).await;
    let heard = asking.rest().await;
    let last = &heard.last().unwrap()["statusUpdate"];
    assert_eq!(
        (state(last), &last["status"]["message"]["parts"][0]["text"]),
        ("INPUT_REQUIRED", &json!("tomorrow"))
    );
    client.rpc(&stage, "CancelTask", json!({ "id": id })).await;
    // Both hear the same in the same order.
    let [one, other] = followers;
    let (one, other) = (one.rest().await, other.rest().await);
    assert_eq!(one, other);
    assert_eq!(state(&one.last().unwrap()["statusUpdate"]), "CANCELED");
    let denied = client.denied(&stage, Method::POST, &format!("/tasks/{id}:subscribe"), None).await;
    assert_eq!(denied, (400, "UNSUPPORTED_OPERATION".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_told_elsewhere_in_order_as_they_are_configured() {
    let mut stage = Stage::with(|config| config.fetch_allow = "127.0.0.0/8".parse().unwrap()).await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    let (url, mut hears) = receiver().await;
    let config = json!({ "id": "mine", "url": url, "token": "secret",
        "authentication": { "scheme": "Bearer", "credentials": "shown" } });
    let at = format!("/tasks/{id}/pushNotificationConfigs");
    let made = client.rest(&stage, Method::POST, &at, Some(config)).await.ok();
    assert_eq!((&made["id"], &made["taskId"], &made["url"]), (&json!("mine"), &json!(id), &json!(url)));
    let named = json!({ "taskId": id, "id": "mine" });
    assert_eq!(client.rpc(&stage, "GetTaskPushNotificationConfig", named.clone()).await, made);
    let listed = client.rpc(&stage, "ListTaskPushNotificationConfigs", json!({ "taskId": id })).await;
    assert_eq!(listed["configs"], json!([made]));
    // Without an id one is made; what the node may not reach is refused at once.
    let other = client.rest(&stage, Method::POST, &at, Some(json!({ "url": url }))).await.ok();
    assert_eq!(other["id"].as_str().unwrap().len(), 64);
    let gone = format!("{at}/{}", other["id"].as_str().unwrap());
    for _ in 0..2 {
        assert!(client.rest(&stage, Method::DELETE, &gone, None).await.status.is_success());
    }
    assert_eq!(client.denied(&stage, Method::GET, &gone, None).await.0, 404);
    for inside in ["http://10.0.0.1/", "https://user:word@hooks.example/", "ftp://hooks.example/", ""] {
        let denied = client.denied(&stage, Method::POST, &at, Some(json!({ "url": inside }))).await;
        assert_eq!(denied, (400, "INVALID_PARAMS".to_owned()), "{inside}");
    }

    let (offer, _) = standing(&stage, &id).await;
    let no = Body::Reject(Because { reason: text("tomorrow") });
    seller(&mut stage, &id, no, Some(offer)).await;
    let (headers, event) =
        tokio::time::timeout(Duration::from_secs(60), hears.recv()).await.unwrap().unwrap();
    let shown = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(shown("x-a2a-notification-token"), "secret");
    assert_eq!(shown("authorization"), "Bearer shown");
    assert_eq!(state(&event["statusUpdate"]), "INPUT_REQUIRED");
    // A node that was stopped goes on where it was.
    let stage = stage.restart(Millis(1)).await;
    client.rpc(&stage, "CancelTask", json!({ "id": id })).await;
    let (_, event) = tokio::time::timeout(Duration::from_secs(60), hears.recv()).await.unwrap().unwrap();
    assert_eq!((state(&event["statusUpdate"]), &event["statusUpdate"]["taskId"]), ("CANCELED", &json!(id)));
    assert!(hears.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_leave_tells_nobody_on_its_own_machine() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let mut send = message("1", act(&json!({ "act": "open" })));
    send["configuration"]["taskPushNotificationConfig"] = json!({ "url": "http://127.0.0.1:9/" });
    assert_eq!(client.refused(&stage, "SendMessage", send).await, -32602);
    assert_eq!(client.rpc(&stage, "ListTasks", json!({})).await["totalSize"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_conformance_agent_plays_each_part() {
    let stage = Stage::with(|config| config.a2a_conformance = true).await;
    let guest = Client::guest();
    for (id, wanted, part) in [
        ("tck-complete-task", "COMPLETED", ""),
        ("tck-artifact-text-1", "COMPLETED", "text"),
        ("tck-artifact-file-1", "COMPLETED", "raw"),
        ("tck-artifact-file-url-1", "COMPLETED", "url"),
        ("tck-artifact-data-1", "COMPLETED", "data"),
        ("tck-input-required-1", "INPUT_REQUIRED", ""),
        ("tck-reject-task-1", "REJECTED", ""),
        ("anything", "COMPLETED", ""),
    ] {
        let send = waiting(message(id, json!([{ "text": "go" }])));
        let task = guest.rpc(&stage, "SendMessage", send).await["task"].clone();
        assert_eq!(state(&task), wanted, "{task}");
        let shown = &task["artifacts"][0]["parts"][0];
        assert!(part.is_empty() || shown.get(part).is_some(), "{id}: {task}");
    }
    let send = waiting(message("tck-message-response-1", json!([{ "text": "go" }])));
    let answer = guest.rpc(&stage, "SendMessage", send).await;
    assert_eq!(answer["message"]["parts"][0]["text"], "Direct message response", "{answer}");
    for (id, text) in [
        ("tck-stream-001-1", "Stream hello from TCK"),
        ("tck-stream-ordering-001-1", "Ordered output"),
        ("tck-stream-artifact-text-1", "Streamed text content"),
    ] {
        let send = message(id, json!([{ "text": "go" }]));
        let heard = events(guest.request(&stage, Method::POST, "/message:stream").json(&send)).await;
        assert!(heard[0]["task"].is_object(), "{heard:?}");
        let handed: Vec<&Value> = heard.iter().filter_map(|event| event.get("artifactUpdate")).collect();
        assert_eq!(handed[0]["artifact"]["parts"][0]["text"], text);
        assert_eq!(state(&heard.last().unwrap()["statusUpdate"]), "COMPLETED");
    }
    let send = message("tck-stream-artifact-chunked-1", json!([{ "text": "go" }]));
    let body = json!({ "jsonrpc": "2.0", "id": 9, "method": "SendStreamingMessage", "params": send });
    let heard = events(guest.request(&stage, Method::POST, "").json(&body)).await;
    assert!(heard.iter().all(|event| event["id"] == 9 && event["result"].is_object()));
    let chunks: Vec<&Value> =
        heard.iter().filter_map(|event| event["result"].get("artifactUpdate")).collect();
    assert_eq!(
        (chunks.len(), &chunks[1]["append"], &chunks[1]["lastChunk"]),
        (2, &json!(true), &json!(true))
    );
    let id = heard[0]["result"]["task"]["id"].as_str().unwrap();
    let task = guest.task(&stage, id).await;
    assert_eq!(task["artifacts"][0]["parts"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_conformance_agent_keeps_a_task_open_for_who_comes_back() {
    let stage = Stage::with(|config| config.a2a_conformance = true).await;
    let guest = Client::guest();
    let send = message("test-resubscribe-message-id-1", json!([{ "text": "go" }]));
    let task = guest.rpc(&stage, "SendMessage", send).await["task"].clone();
    let id = task["id"].as_str().unwrap().to_owned();
    guest
        .until(&stage, &id, |task| {
            state(task) == "WORKING" && task["metadata"]["urn:asp:a2a:1.0"]["state"] == "CONVERSING"
        })
        .await;
    let following =
        tokio::spawn(events(guest.request(&stage, Method::POST, &format!("/tasks/{id}:subscribe"))));
    for _ in 0..LOOKS_MAX {
        if following.is_finished() {
            break;
        }
        stage.stepper.pass(Millis(500));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let heard = following.await.unwrap();
    assert_eq!(state(&heard[0]["task"]), "WORKING");
    assert_eq!(state(&heard.last().unwrap()["statusUpdate"]), "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_nobody_plays_and_no_guest_comes_in() {
    let stage = Stage::new().await;
    let request = Client::guest().request(&stage, Method::GET, "/tasks");
    assert_eq!(Answer::of(request).await.status.as_u16(), 401);
    assert_eq!(stage.get(&format!("{PLAYER}/.well-known/agent-card.json")).await.code(), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_names_both_bindings_and_is_known_by_its_tag() {
    let mut stage = Stage::with(|config| config.a2a_conformance = true).await;
    stage.people().await;
    let at = format!("{SELLER}/.well-known/agent-card.json");
    let answer = stage.get(&at).await;
    let card = answer.ok();
    let url = stage.url(SELLER);
    for (place, binding) in ["JSONRPC", "HTTP+JSON"].iter().enumerate() {
        let interface = &card["supportedInterfaces"][place];
        assert_eq!((&interface["protocolBinding"], &interface["url"]), (&json!(binding), &json!(url)));
        assert_eq!(interface["protocolVersion"], "1.0");
    }
    let capabilities = &card["capabilities"];
    assert_eq!(
        (&capabilities["streaming"], &capabilities["pushNotifications"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(capabilities["extensions"][0]["uri"], "urn:asp:a2a:1.0");
    assert!(card["securitySchemes"]["client"]["httpAuthSecurityScheme"].is_object());
    assert_eq!(card, stage.get("/v1/agents/globex.example/seller/.well-known/agent-card.json").await.ok());
    assert!(answer.header("last-modified").ends_with(" GMT"), "{}", answer.header("last-modified"));
    let again = stage.http.get(stage.url(&at)).header("if-none-match", answer.header("etag"));
    let again = Answer::of(again).await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
    let player = stage.get(&format!("{PLAYER}/.well-known/agent-card.json")).await.ok();
    assert!(player.get("securityRequirements").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_commitment_can_name_what_was_only_heard() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let package = package(stage.now(), "globex/seller", "acme/buyer");
    let terms_hash = package.terms_hash();
    let quote = json!({ "from": "https://peer.example/a2a", "signed": false,
        "quote": serde_json::to_string(&package).unwrap() });
    let data = serde_json::Map::from_iter([("hearsay".to_owned(), quote)]);
    let heard = Body::Inform(Inform::Note(Note { data: Some(data), text: text("Heard: I agree.") }));
    let heard = stage.say(session, "acme/buyer", heard).await;
    for (who, body) in [
        ("acme/buyer", Body::Accept(Accept::Acceptance(Acceptance { terms_hash }))),
        ("globex/seller", Body::Accept(Accept::Acceptance(Acceptance { terms_hash }))),
        ("acme/buyer", Body::Commit(Commit { terms_hash })),
        ("globex/seller", Body::Commit(Commit { terms_hash })),
    ] {
        let statement = stage.author.say(session, who, body, Some(heard));
        let answer = stage.post(&statement).await;
        assert!(!answer.status.is_success(), "{who}: {}", answer.text());
    }
    let buyer = stage.reader("acme/buyer").await;
    let view = stage.get_as(&buyer, &format!("/v1/sessions/{}", session.to_hex())).await.ok();
    assert_eq!(
        (&view["commitments"], &view["agreed"], &view["offers"]),
        (&json!([]), &json!([]), &json!([]))
    );
}
