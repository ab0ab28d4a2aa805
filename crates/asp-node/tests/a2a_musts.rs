//! What A2A 1.0 demands of whoever answers, on both bindings and over HTTP: what is refused and how, shapes, cards, who may what.
//! Each case begins with the section that demands it; `docs/reference/a2a.md` has all of them in one table.
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

use std::collections::BTreeSet;
use std::fmt::{Debug, Write};
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asp_core::limits;
use asp_core::position::Millis;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use clients::*;
use support::*;

/// The errors of A2A by their reasons, with their numbers in JSON-RPC and their statuses in HTTP (A2A §5.4 and §9.5).
const ERRORS: [(&str, i64, i64); 7] = [
    ("TASK_NOT_FOUND", -32001, 404),
    ("TASK_NOT_CANCELABLE", -32002, 400),
    ("UNSUPPORTED_OPERATION", -32004, 400),
    ("CONTENT_TYPE_NOT_SUPPORTED", -32005, 400),
    ("VERSION_NOT_SUPPORTED", -32009, 400),
    ("INVALID_PARAMS", -32602, 400),
    ("INVALID_REQUEST", -32600, 400),
];

/// Every operation, with what names this task.
fn operations(task: &str) -> Vec<(&'static str, Value)> {
    let (named, of_task) = (json!({ "id": task }), json!({ "taskId": task, "id": "x" }));
    let said = within(message("said", json!([{ "text": "hello" }])), task);
    vec![
        ("SendMessage", said.clone()),
        ("SendStreamingMessage", said),
        ("GetTask", named.clone()),
        ("ListTasks", json!({})),
        ("CancelTask", named.clone()),
        ("SubscribeToTask", named),
        ("CreateTaskPushNotificationConfig", json!({ "taskId": task, "url": "https://hooks.example/" })),
        ("GetTaskPushNotificationConfig", of_task.clone()),
        ("ListTaskPushNotificationConfigs", json!({ "taskId": task })),
        ("DeleteTaskPushNotificationConfig", of_task),
        ("GetExtendedAgentCard", json!({})),
    ]
}

/// A conformance agent with two tasks: one that has ended, and one that waits for its client.
async fn played() -> (Stage, Client, String, String) {
    let stage = Stage::with(|config| {
        config.a2a_conformance = true;
        config.fetch_allow = "127.0.0.0/8".parse().unwrap();
    })
    .await;
    let guest = Client::guest();
    let mut ids = Vec::new();
    for name in ["tck-artifact-text", "tck-input-required"] {
        let send = waiting(message(name, json!([{ "text": "go" }])));
        let task = guest.rpc(&stage, "SendMessage", send).await["task"].clone();
        ids.push(task["id"].as_str().unwrap().to_owned());
    }
    let (open, ended) = (ids.pop().unwrap(), ids.pop().unwrap());
    (stage, guest, ended, open)
}

/// Messages that nobody takes, with their reasons; `ended` and `open` are tasks.
fn messages(ended: &str, open: &str) -> Vec<(&'static str, Value, &'static str)> {
    let hello = || json!([{ "text": "hello" }]);
    let of = |parts: Value| message("m", parts);
    let changed = |name: &str, value: Value| {
        let mut send = of(hello());
        send["message"][name] = value;
        send
    };
    let (params, unknown) = ("INVALID_PARAMS", "0".repeat(64));
    let mut elsewhere = within(of(hello()), open);
    elsewhere["message"]["contextId"] = json!("another");
    let negative = json!({ "message": of(hello())["message"], "configuration": { "historyLength": -1 } });
    let listed = json!({ "message": of(hello())["message"], "configuration": [] });
    vec![
        ("3.1.1 to a task that has ended", within(of(hello()), ended), "UNSUPPORTED_OPERATION"),
        (
            "3.1.1 a file",
            of(json!([{ "raw": "dGNr", "mediaType": "image/png" }])),
            "CONTENT_TYPE_NOT_SUPPORTED",
        ),
        ("3.1.1 a file elsewhere", of(json!([{ "url": "http://127.0.0.1/" }])), "CONTENT_TYPE_NOT_SUPPORTED"),
        (
            "3.1.1 words of an unknown type",
            of(json!([{ "text": "x", "mediaType": "application/x" }])),
            "CONTENT_TYPE_NOT_SUPPORTED",
        ),
        ("3.2.4 a negative length", negative, params),
        ("3.3.2 no message", json!({}), params),
        ("3.3.2 a configuration that is a list", listed, params),
        ("3.3.2 a message that is a list", json!({ "message": ["m", "", "", "ROLE_USER", hello()] }), params),
        ("3.3.2 a part that is a list", of(json!([["hello"]])), params),
        ("3.3.2 words that are a number", of(json!([{ "text": 5 }])), params),
        ("3.3.2 parts that are none", changed("parts", json!("hello")), params),
        ("3.4.1 a context that is too long", changed("contextId", json!("x".repeat(300))), params),
        ("3.4.2 in a task that there is not", within(of(hello()), &unknown), "TASK_NOT_FOUND"),
        ("3.4.2 in what can be no task", within(of(hello()), "my-task"), "TASK_NOT_FOUND"),
        ("3.4.3 in a task of another context", elsewhere, params),
        ("4.1.5 nobody speaks", changed("role", Value::Null), params),
        ("4.1.5 in the agent's place", changed("role", json!("ROLE_AGENT")), params),
        ("4.1.6 a part without content", of(json!([{ "filename": "x" }])), params),
        ("4.1.6 a part with two contents", of(json!([{ "text": "x", "url": "https://x.example/" }])), params),
        ("5.5 a role by another name", changed("role", json!("user")), params),
        ("5.7 no id", changed("messageId", json!("")), params),
        ("5.7 no parts", of(json!([])), params),
    ]
}

/// Configurations that are not kept, with their reasons.
fn configurations(open: &str) -> Vec<(&'static str, Value, &'static str)> {
    let params = "INVALID_PARAMS";
    let nowhere = json!({ "taskId": "0".repeat(64), "url": "https://hooks.example/" });
    let hook = |more: Value| {
        let mut config = json!({ "taskId": open, "url": "http://127.0.0.1:9/in" });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let shown = |scheme: &str, secret: &str| {
        hook(json!({ "authentication": { "scheme": scheme, "credentials": secret } }))
    };
    vec![
        ("3.1.7 of a task that there is not", nowhere, "TASK_NOT_FOUND"),
        ("5.7 nowhere", hook(json!({ "url": "" })), params),
        ("5.7 no scheme", shown("", "secret"), params),
        ("3.3.2 no header", shown("Bearer", "a\nb"), params),
        ("3.3.2 no header either", hook(json!({ "token": "a\r\nb: c" })), params),
        ("3.3.2 an id without an address", hook(json!({ "id": "a/b" })), params),
        ("13.2 where nobody may be told", hook(json!({ "url": "http://169.254.169.254/" })), params),
    ]
}

/// Everything else that is refused.
fn others(ended: &str, open: &str) -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let (params, none, unknown) = ("INVALID_PARAMS", "TASK_NOT_FOUND", "0".repeat(64));
    let named = |id: &str| json!({ "id": id });
    let of_task = |id: &str| json!({ "taskId": id, "id": "none" });
    vec![
        ("3.1.3 a task that there is not", "GetTask", named(&unknown), none),
        ("3.1.3 what can be no task", "GetTask", named("x"), none),
        ("3.2.4 a negative length", "GetTask", json!({ "id": open, "historyLength": -1 }), params),
        ("3.1.4 no tasks on a page", "ListTasks", json!({ "pageSize": 0 }), params),
        ("3.1.4 more than a page has", "ListTasks", json!({ "pageSize": 101 }), params),
        ("3.1.4 a cursor of nobody", "ListTasks", json!({ "pageToken": "next" }), params),
        ("5.5 a state by another name", "ListTasks", json!({ "status": "working" }), params),
        ("5.6.1 no instant", "ListTasks", json!({ "statusTimestampAfter": "yesterday" }), params),
        (
            "5.6.1 another zone",
            "ListTasks",
            json!({ "statusTimestampAfter": "2026-01-01T00:00:00+02:00" }),
            params,
        ),
        ("3.1.5 a task that there is not", "CancelTask", named(&unknown), none),
        ("3.1.5 a task that has ended", "CancelTask", named(ended), "TASK_NOT_CANCELABLE"),
        ("3.1.6 a task that there is not", "SubscribeToTask", named(&unknown), none),
        ("3.1.6 a task that has ended", "SubscribeToTask", named(ended), "UNSUPPORTED_OPERATION"),
        ("3.1.8 a configuration that there is not", "GetTaskPushNotificationConfig", of_task(open), none),
        ("3.1.8 of a task that there is not", "GetTaskPushNotificationConfig", of_task(&unknown), none),
        (
            "3.1.9 of a task that there is not",
            "ListTaskPushNotificationConfigs",
            json!({ "taskId": unknown }),
            none,
        ),
        ("3.1.10 of a task that there is not", "DeleteTaskPushNotificationConfig", of_task(&unknown), none),
        (
            "3.1.11 3.3.4 13.3 a card that there is not",
            "GetExtendedAgentCard",
            json!({}),
            "UNSUPPORTED_OPERATION",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_refused_alike_on_both_bindings_and_says_nothing() {
    let (stage, guest, ended, open) = played().await;
    let before = (guest.task(&stage, &open).await, guest.rpc(&stage, "ListTasks", json!({})).await);
    let mut cases = others(&ended, &open);
    for (case, config, reason) in configurations(&open) {
        cases.push((case, "CreateTaskPushNotificationConfig", config, reason));
    }
    for (case, send, reason) in messages(&ended, &open) {
        // 3.1.2: whoever wants to hear what follows is refused for the same reasons.
        for method in ["SendMessage", "SendStreamingMessage"] {
            cases.push((case, method, send.clone(), reason));
        }
    }
    for (case, method, params, reason) in cases {
        let (_, number, status) = *ERRORS.iter().find(|(name, ..)| *name == reason).unwrap();
        let mut words = Vec::new();
        for (binding, expected) in [(Binding::Rpc, number), (Binding::Rest, status)] {
            let refused = guest.does(&stage, binding, method, &params).await.unwrap_err();
            assert_eq!(
                (refused.reason.as_str(), refused.number),
                (reason, expected),
                "{case} ({method}, {binding:?}): {}",
                refused.words
            );
            words.push(refused.words);
        }
        assert_eq!(words[0], words[1], "5.1 {case} ({method})");
    }
    // 3.3.2: all of it was looked at before anything was done.
    let after = (guest.task(&stage, &open).await, guest.rpc(&stage, "ListTasks", json!({})).await);
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_are_required_are_missed_in_every_method() {
    let (stage, guest, _, open) = played().await;
    for (case, method, params) in [
        ("5.7 no id", "GetTask", json!({})),
        ("5.7 no id", "CancelTask", json!({ "metadata": {} })),
        ("5.7 no id", "SubscribeToTask", json!({ "id": null })),
        ("5.7 no task", "CreateTaskPushNotificationConfig", json!({ "url": "https://hooks.example/" })),
        ("5.7 no task", "ListTaskPushNotificationConfigs", json!({})),
        ("5.7 no task", "GetTaskPushNotificationConfig", json!({ "id": "x" })),
        ("5.7 no configuration", "GetTaskPushNotificationConfig", json!({ "taskId": open })),
        ("5.7 no configuration", "DeleteTaskPushNotificationConfig", json!({ "taskId": open })),
        ("9.3 parameters by their places", "GetTask", json!([open])),
        ("9.3 parameters that are words", "GetTask", json!(open)),
    ] {
        assert_eq!(guest.refused(&stage, method, params).await, -32602, "{case} ({method})");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_refused_before_anything_else_is_said() {
    let (stage, _, ended, _) = played().await;
    // 3.6, 3.6.2: the last number does not count; nothing is as good as 0.3, whose methods have other names.
    for (version, spoken) in [
        (Some("1.0"), true),
        (Some("1.0.7"), true),
        (Some(""), false),
        (Some("0.3"), false),
        (Some("1.1"), false),
        (Some("99.0"), false),
        (None, false),
    ] {
        for (method, params) in
            [("GetTask", json!({ "id": ended })), ("message/send", json!({})), ("GetTask", json!({}))]
        {
            let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
            let request = stage.http.post(stage.url(PLAYER)).json(&body);
            let request =
                version.into_iter().fold(request, |request, said| request.header("A2A-VERSION", said));
            let answer = Answer::of(request).await.ok();
            assert_eq!(answer["error"]["code"] == -32009, !spoken, "{version:?} {method}: {answer}");
            assert_eq!(answer["id"], 7);
        }
        for path in ["/tasks/x", "/nothing", "/extendedAgentCard"] {
            let request = stage.http.get(stage.url(&format!("{PLAYER}{path}")));
            let request =
                version.into_iter().fold(request, |request, said| request.header("a2a-version", said));
            let error = Answer::of(request).await;
            let refused = error.text().contains("VERSION_NOT_SUPPORTED");
            assert_eq!(
                (refused, error.status == StatusCode::BAD_REQUEST),
                (!spoken, !spoken || path == "/extendedAgentCard"),
                "{version:?} {path}"
            );
        }
    }
    // 3.6.1: the parameter of the address is as good as the header.
    for (version, status) in [("1.0", 200), ("0.3", 400)] {
        let at = stage.url(&format!("{PLAYER}/tasks/{ended}?A2A-Version={version}"));
        assert_eq!(Answer::of(stage.http.get(at)).await.status.as_u16(), status);
    }
    // The card is for whoever does not know yet which versions there are.
    assert!(stage.get(&format!("{PLAYER}/.well-known/agent-card.json")).await.status.is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn extensions_are_used_as_they_are_named_and_members_nobody_knows_are_passed_over() {
    let (stage, guest, ..) = played().await;
    // 3.2.6, 4.6.3: a version of an extension that is not there is none, and no other one takes its place.
    for (asked, used) in [
        ("urn:asp:a2a:1.0", "urn:asp:a2a:1.0"),
        ("https://other.example/v1,urn:asp:a2a:1.0", "urn:asp:a2a:1.0"),
        ("urn:asp:a2a:2.0", ""),
        ("https://other.example/v1, https://other.example/v2", ""),
    ] {
        for binding in BINDINGS {
            let request =
                guest.asks(&stage, binding, "ListTasks", &json!({})).header("A2A-Extensions", asked);
            let answer = Answer::of(request).await;
            assert_eq!((answer.status.as_u16(), answer.header("a2a-extensions")), (200, used), "{asked}");
        }
    }
    // 5.7
    let mut send = waiting(message("tck-complete-task", json!([{ "text": "go", "colour": "red" }])));
    send["message"]["mood"] = json!({ "is": ["good"] });
    send["haste"] = json!(true);
    for binding in BINDINGS {
        let answer = guest.does(&stage, binding, "SendMessage", &send).await.unwrap();
        assert_eq!(state(&answer["task"]), "COMPLETED");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_bindings_answer_the_same() {
    let (stage, guest, ended, open) = played().await;
    let config = json!({ "taskId": open, "id": "mine", "url": "http://127.0.0.1:9/in", "token": "t" });
    guest.does(&stage, Binding::Rest, "CreateTaskPushNotificationConfig", &config).await.unwrap();
    let since = guest.task(&stage, &open).await["status"]["timestamp"].clone();
    for (case, method, params) in [
        ("5.1 a task", "GetTask", json!({ "id": ended })),
        ("5.1 a task with one message", "GetTask", json!({ "id": ended, "historyLength": 1 })),
        ("5.1 all tasks", "ListTasks", json!({})),
        ("5.1 no filter", "ListTasks", json!({ "status": "TASK_STATE_UNSPECIFIED", "contextId": "" })),
        ("11.5 a number", "ListTasks", json!({ "pageSize": 1 })),
        ("11.5 a truth", "ListTasks", json!({ "includeArtifacts": true, "historyLength": 0 })),
        ("11.5 a state", "ListTasks", json!({ "status": "TASK_STATE_INPUT_REQUIRED" })),
        ("11.5 a name that reads as a truth", "ListTasks", json!({ "contextId": "true" })),
        ("11.5 an instant", "ListTasks", json!({ "statusTimestampAfter": since })),
        (
            "11.5 an instant without a fraction",
            "ListTasks",
            json!({ "statusTimestampAfter": "2026-01-01T00:00:00Z" }),
        ),
        ("5.1 a configuration", "GetTaskPushNotificationConfig", json!({ "taskId": open, "id": "mine" })),
        ("5.1 configurations", "ListTaskPushNotificationConfigs", json!({ "taskId": open })),
    ] {
        let [rpc, rest] = BINDINGS.map(|binding| guest.does(&stage, binding, method, &params));
        assert_eq!(rpc.await.unwrap(), rest.await.unwrap(), "{case}");
    }
    let all = guest.rpc(&stage, "ListTasks", json!({ "status": "TASK_STATE_UNSPECIFIED" })).await;
    assert_eq!(all["totalSize"], 2);
    // Both change the same things.
    for (one, other) in [(Binding::Rpc, Binding::Rest), (Binding::Rest, Binding::Rpc)] {
        let send = waiting(message("tck-input-required", json!([{ "text": "go" }])));
        let task = guest.does(&stage, one, "SendMessage", &send).await.unwrap()["task"].clone();
        let named = json!({ "id": task["id"] });
        let canceled = guest.does(&stage, other, "CancelTask", &named).await.unwrap();
        assert_eq!((state(&canceled), &canceled["id"]), ("CANCELED", &task["id"]));
        assert_eq!(guest.does(&stage, one, "GetTask", &named).await.unwrap(), canceled);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_asks_who_it_is_and_tells_no_stranger_what_is_there() {
    let mut stage = Stage::new().await;
    stage.people().await;
    stage.agent("acme/other").await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    // 3.3.2, 7.4, 13.3: who shows nothing, or something wrong, is nobody, whatever is asked.
    for token in [None, Some("a2a_wrong".to_owned())] {
        let nobody = Client { token, ..client.clone() };
        for (method, params) in operations(&id) {
            for binding in BINDINGS {
                let answer = Answer::of(nobody.asks(&stage, binding, method, &params)).await;
                let challenge = answer.header("www-authenticate");
                assert_eq!((answer.status.as_u16(), challenge), (401, "Bearer realm=\"a2a\""), "{method}");
            }
        }
    }
    // 3.3.2, 13.1: another client hears the same of a task that is there and of one that is not.
    let strangers = [Client::of(&stage, "initech/clerk"), Client::of(&stage, "acme/other")];
    for stranger in &strangers {
        let (there, absent) = (operations(&id), operations(&"0".repeat(64)));
        for ((method, params), (_, without)) in there.into_iter().zip(absent) {
            for binding in BINDINGS {
                let heard = stranger.does(&stage, binding, method, &params).await;
                assert_eq!(heard, stranger.does(&stage, binding, method, &without).await, "{method}");
                match method {
                    "ListTasks" => assert_eq!(heard.unwrap()["tasks"], json!([])),
                    "GetExtendedAgentCard" => {}
                    _ => assert_eq!(heard.unwrap_err().reason, "TASK_NOT_FOUND", "{method}"),
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_says_what_the_agent_does_and_where() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    // 8.1, 14.3
    let card = stage.get(&format!("{SELLER}/.well-known/agent-card.json")).await.ok();
    // 4.4.1, 4.4.3, 4.4.4, 4.4.5, 4.4.6, 5.7: what is required is there, and no required list is empty.
    for name in ["name", "description", "version"] {
        assert!(card[name].as_str().is_some_and(|text| !text.is_empty()), "4.4.1 {name}");
    }
    for name in ["supportedInterfaces", "defaultInputModes", "defaultOutputModes", "skills"] {
        assert!(card[name].as_array().is_some_and(|list| !list.is_empty()), "5.7 {name}");
    }
    for skill in card["skills"].as_array().unwrap() {
        for name in ["id", "name", "description"] {
            assert!(skill[name].as_str().is_some_and(|text| !text.is_empty()), "4.4.5 {name}");
        }
        assert!(skill["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "5.7 tags");
    }
    // 3.3.4: what is not declared is refused (above); no extension is required, so none is missed.
    let can = &card["capabilities"];
    assert_eq!((&can["streaming"], &can["pushNotifications"]), (&json!(true), &json!(true)));
    assert_ne!(can["extendedAgentCard"], true);
    assert!(can["extensions"].as_array().unwrap().iter().all(|one| one["required"] != true));
    // 5.2, 8.3, 8.3.1: each binding is declared, and is spoken at its address in its version.
    let spoken: BTreeSet<&str> = ["JSONRPC", "HTTP+JSON"].into();
    let mut declared = BTreeSet::new();
    for interface in card["supportedInterfaces"].as_array().unwrap() {
        let (url, binding) =
            (interface["url"].as_str().unwrap(), interface["protocolBinding"].as_str().unwrap());
        let version = interface["protocolVersion"].as_str().unwrap();
        let request = match binding {
            "JSONRPC" => {
                let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": { "id": id } });
                stage.http.post(url).json(&body)
            }
            "HTTP+JSON" => stage.http.get(format!("{url}/tasks/{id}")),
            other => {
                // 5.8: a binding of our own goes by a URI.
                assert!(other.contains(':'), "{other}");
                continue;
            }
        };
        let request = request.bearer_auth(client.token.clone().unwrap()).header("a2a-version", version);
        let answer = Answer::of(request).await.ok();
        assert_eq!(answer.get("result").unwrap_or(&answer)["id"], id, "{binding}");
        declared.insert(binding);
    }
    assert_eq!(declared, spoken);
    // 5.1: one scheme, for both.
    let schemes: Vec<&str> =
        card["securitySchemes"].as_object().unwrap().keys().map(String::as_str).collect();
    let required = card["securityRequirements"][0]["schemes"].as_object().unwrap();
    assert!(schemes.len() == 1 && required.contains_key(schemes[0]));
    assert_eq!(card["securitySchemes"][schemes[0]]["httpAuthSecurityScheme"]["scheme"], "Bearer");
    check_names(&card);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_answered_is_whole() {
    let (stage, guest, ..) = played().await;
    for name in [
        "tck-complete-task",
        "tck-artifact-text",
        "tck-artifact-file",
        "tck-artifact-file-url",
        "tck-artifact-data",
        "tck-input-required",
        "tck-auth-required",
        "tck-reject-task",
        "tck-message-response",
        "tck-stream-artifact-chunked",
    ] {
        let send =
            waiting(message(name, json!([{ "text": "go", "mediaType": "text/plain" }, { "data": [1] }])));
        for binding in BINDINGS {
            let answer = guest.does(&stage, binding, "SendMessage", &send).await.unwrap();
            // 3.1.1: a task or a message, and not both.
            match (answer.get("task"), answer.get("message")) {
                (Some(task), None) => check_task(task),
                (None, Some(said)) => {
                    check_message(said);
                    assert!(said.get("taskId").is_none(), "{said}");
                }
                (Some(_), Some(_)) | (None, None) => panic!("3.1.1 {answer}"),
            }
            check_names(&answer);
            let events = guest.follows(&stage, binding, "SendStreamingMessage", &send).await.rest().await;
            events.iter().for_each(check_event);
        }
    }
    let list = guest.rpc(&stage, "ListTasks", json!({ "includeArtifacts": true })).await;
    for name in ["nextPageToken", "pageSize", "totalSize"] {
        assert!(list.get(name).is_some(), "3.1.4 {name}");
    }
    list["tasks"].as_array().unwrap().iter().for_each(check_task);
    check_names(&list);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_hands_over_in_no_form_of_a2a_stays_a_message() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    for (case, part) in [
        ("4.1.6 nothing", json!({})),
        ("4.1.6 null", json!({ "data": null })),
        ("4.1.6 two contents", json!({ "text": "x", "data": {} })),
        ("4.1.6 no base64", json!({ "raw": "not base64!" })),
        ("4.1.6 no text", json!({ "text": 5 })),
    ] {
        let artifact = json!({ "artifactId": "report", "parts": [{ "text": "fine" }, part] });
        let data = Map::from_iter([("artifact".to_owned(), artifact)]);
        let note = Body::Inform(Inform::Note(Note { data: Some(data), text: text(case) }));
        seller(&mut stage, &id, note, None).await;
        let task = client.task(&stage, &id).await;
        check_task(&task);
        assert!(task.get("artifacts").is_none(), "{case}: {task}");
        assert_eq!(task["history"].as_array().unwrap().last().unwrap()["parts"][0]["text"], case);
    }
    for raw in ["dGNr", "dGM", "_-8", "/+8="] {
        let artifact = json!({ "artifactId": raw, "parts": [{ "raw": raw }] });
        let data = Map::from_iter([("artifact".to_owned(), artifact)]);
        let note = Body::Inform(Inform::Note(Note { data: Some(data), text: text("") }));
        seller(&mut stage, &id, note, None).await;
        let task = client.task(&stage, &id).await;
        assert_eq!(task["artifacts"].as_array().unwrap().last().unwrap()["parts"], json!([{ "raw": raw }]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_answers_have_the_types_of_their_bindings() {
    let (stage, guest, ended, _) = played().await;
    let body = |binding| match binding {
        Binding::Rpc => json!({ "jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {} }),
        Binding::Rest => json!({}),
    };
    // 9.1, 11.1: JSON is taken, by its own name and by A2A's; nothing else is.
    for (kind, taken) in [
        ("application/json", true),
        ("application/json; charset=utf-8", true),
        ("application/a2a+json", true),
        ("text/plain", false),
        ("application/xml", false),
    ] {
        for (binding, path) in [(Binding::Rpc, ""), (Binding::Rest, "/message:send")] {
            let request = guest.request(&stage, Method::POST, path).header("content-type", kind);
            let answer = Answer::of(request.body(body(binding).to_string())).await;
            let wanted = if taken { "INVALID_PARAMS" } else { "CONTENT_TYPE_NOT_SUPPORTED" };
            assert!(answer.text().contains(wanted), "{kind} {binding:?}: {}", answer.text());
        }
    }
    // 14.1: what is not UTF-8 is no JSON.
    for (path, code) in [("", "-32700"), ("/message:send", "INVALID_REQUEST")] {
        let request = guest.request(&stage, Method::POST, path).header("content-type", "application/json");
        let answer = Answer::of(request.body(b"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\"}".to_vec())).await;
        assert!(answer.text().contains(code), "{}", answer.text());
    }
    // 11.3: each operation has one verb; others find nothing at its address.
    for (verb, path) in [
        (Method::GET, "/message:send".to_owned()),
        (Method::PUT, format!("/tasks/{ended}")),
        (Method::GET, format!("/tasks/{ended}:cancel")),
        (Method::DELETE, format!("/tasks/{ended}/pushNotificationConfigs")),
        (Method::DELETE, "/extendedAgentCard".to_owned()),
    ] {
        let request = guest.request(&stage, verb.clone(), &path);
        let status = Answer::of(request).await;
        assert!(!status.status.is_success(), "{verb} {path}");
    }
    // 11.5: parameters go by their names in JSON, and by no other.
    let listed = guest.rest(&stage, Method::GET, "/tasks?pageSize=1", None).await.ok();
    assert_eq!((&listed["pageSize"], listed["tasks"].as_array().unwrap().len()), (&json!(1), 1));
    let coded = guest.rest(&stage, Method::GET, "/tasks?contextId=a%20%26%20b", None).await.ok();
    assert_eq!(coded["tasks"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_is_read_with_any_fraction() {
    let (stage, guest, ..) = played().await;
    stage.stepper.pass(Millis(1_000));
    let send = waiting(message("tck-complete-task", json!([{ "text": "go" }])));
    let task = guest.rpc(&stage, "SendMessage", send).await["task"].clone();
    let at = task["status"]["timestamp"].as_str().unwrap();
    let (second, _) = at.split_once('.').unwrap();
    for (case, instant, count) in [
        ("5.6.1 as it was told", at.to_owned(), 1),
        ("5.6.1 without a fraction", format!("{second}Z"), 1),
        ("5.6.1 with nine digits", format!("{second}.000000000Z"), 1),
        ("5.6.1 long ago", "2020-01-01T00:00:00.5Z".to_owned(), 3),
        ("5.6.1 to come", "2120-01-01T00:00:00Z".to_owned(), 0),
    ] {
        let found = guest.rpc(&stage, "ListTasks", json!({ "statusTimestampAfter": instant })).await;
        assert_eq!(found["tasks"].as_array().unwrap().len(), count, "{case}: {instant}");
    }
}

/// Keeps what the node logs, however little it matters.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("asp_")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_holds_a_secret() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let mut stage = Stage::with(|config| config.fetch_allow = "127.0.0.0/8".parse().unwrap()).await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    // What nobody takes is logged as that.
    let (url, mut hears) = answering(|_| ready(StatusCode::INTERNAL_SERVER_ERROR)).await;
    let config = json!({ "taskId": id, "url": url, "token": "push-token-secret",
        "authentication": { "scheme": "Bearer", "credentials": "push-credentials-secret" } });
    client.rpc(&stage, "CreateTaskPushNotificationConfig", config).await;
    client.rpc(&stage, "SendMessage", within(message("s", json!([{ "text": "words-secret" }])), &id)).await;
    let (offer, _) = standing(&stage, &id).await;
    seller(&mut stage, &id, Body::Reject(Because { reason: text("reason-secret") }), Some(offer)).await;
    for _ in 0..limits::A2A_PUSH_ATTEMPTS_MAX {
        let told = async {
            while tokio::time::timeout(Duration::from_millis(20), hears.recv()).await.is_err() {
                stage.stepper.pass(Millis(60_000));
            }
        };
        told.await;
    }
    let wrong = Client { token: Some("a2a_wrong-secret".to_owned()), ..client.clone() };
    for (method, params) in operations(&id) {
        for binding in BINDINGS {
            drop(Answer::of(wrong.asks(&stage, binding, method, &params)).await);
        }
    }
    drop(stage.restart(Millis(1)).await);
    let logged = log.0.lock().unwrap().clone();
    assert!(logged.contains("answered") && logged.contains("passed over"), "{logged}");
    assert!(!logged.contains("-secret"), "13.4 {logged}");
    assert!(!logged.contains(client.token.unwrap().as_str()), "13.4 {logged}");
}

#[test]
fn the_table_of_what_a2a_demands_names_tests_that_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/reference/a2a.md")).unwrap();
    let (mut rows, mut tests) = (0, 0);
    for row in page.lines().filter(|line| line.starts_with("| §")) {
        rows += 1;
        let shown = row.trim_end_matches('|').rsplit('|').next().unwrap();
        for named in shown.split('`').skip(1).step_by(2).filter(|named| named.contains(".rs: ")) {
            let (file, test) = named.split_once(": ").unwrap();
            let text = std::fs::read_to_string(root.join("crates").join(file)).unwrap();
            assert!(text.contains(&format!("fn {test}()")), "{row}");
            tests += 1;
        }
        assert!(shown.contains(".rs: ") || shown.contains("not shown"), "{row}");
    }
    assert!(rows > 80 && tests >= rows - 8, "{rows} rows, {tests} tests");
}

/// Names of members are in camel case, below what has names of its own (A2A §5.5).
#[track_caller]
fn check_names(value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                assert!(!name.contains('_'), "5.5 {name}");
                check_names(value);
            }
        }
        Value::Array(items) => items.iter().for_each(check_names),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[track_caller]
fn words<'a>(value: &'a Value, name: &str) -> &'a str {
    let text = value[name].as_str().unwrap_or_else(|| panic!("5.7 {name}: {value}"));
    assert!(!text.is_empty(), "5.7 {name}: {value}");
    text
}

#[track_caller]
fn check_part(part: &Value) {
    let content = ["text", "raw", "url", "data"].into_iter().filter(|name| part.get(name).is_some());
    assert_eq!(content.count(), 1, "4.1.6 {part}");
}

#[track_caller]
fn check_message(message: &Value) {
    words(message, "messageId");
    // The proto says so of what the agent says; what the client said is told as a part of its task.
    words(message, "contextId");
    assert!(["ROLE_USER", "ROLE_AGENT"].contains(&words(message, "role")), "4.1.5 5.5 {message}");
    let parts = message["parts"].as_array().unwrap();
    assert!(!parts.is_empty(), "5.7 {message}");
    parts.iter().for_each(check_part);
}

#[track_caller]
fn check_artifact(artifact: &Value) {
    words(artifact, "artifactId");
    let parts = artifact["parts"].as_array().unwrap();
    assert!(!parts.is_empty(), "4.1.7 5.7 {artifact}");
    parts.iter().for_each(check_part);
}

#[track_caller]
fn check_status(status: &Value) {
    let states = [
        "SUBMITTED",
        "WORKING",
        "COMPLETED",
        "FAILED",
        "CANCELED",
        "INPUT_REQUIRED",
        "REJECTED",
        "AUTH_REQUIRED",
    ];
    let state = words(status, "state").strip_prefix("TASK_STATE_").unwrap_or_default();
    assert!(states.contains(&state), "4.1.3 5.5 {status}");
    let at = words(status, "timestamp");
    let shape: String = at.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z", "5.6.1 {status}");
    if let Some(message) = status.get("message") {
        check_message(message);
        assert_eq!(message["role"], "ROLE_AGENT");
    }
    // 7.6.1
    assert!(state != "AUTH_REQUIRED" || status.get("message").is_some(), "7.6.1 {status}");
}

#[track_caller]
fn check_task(task: &Value) {
    assert_eq!(words(task, "id").len(), 64, "3.4.2 {task}");
    words(task, "contextId");
    check_status(&task["status"]);
    let lists = ["artifacts", "history"].map(|name| task.get(name).map(|list| list.as_array().unwrap()));
    lists[0].into_iter().flatten().for_each(check_artifact);
    lists[1].into_iter().flatten().for_each(check_message);
}

#[track_caller]
fn check_event(event: &Value) {
    let members: Vec<(&String, &Value)> = event.as_object().unwrap().iter().collect();
    let [(name, told)] = members.as_slice() else { panic!("3.2.3 {event}") };
    match name.as_str() {
        "task" => check_task(told),
        "message" => check_message(told),
        "statusUpdate" => {
            words(told, "taskId");
            words(told, "contextId");
            check_status(&told["status"]);
        }
        "artifactUpdate" => {
            words(told, "taskId");
            words(told, "contextId");
            check_artifact(&told["artifact"]);
        }
        other => panic!("3.2.3 {other}"),
    }
    check_names(event);
}
