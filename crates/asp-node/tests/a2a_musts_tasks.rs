//! What A2A 1.0 demands of the life of tasks, on both bindings and over HTTP: waiting, streams, histories, lists, being told
//! elsewhere. Each case begins with the section that demands it; `docs/reference/a2a.md` has all of them in one table.
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
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asp_core::position::{Hash, Millis};
use asp_core::statement::Body;
use asp_core::statement::body::*;
use axum::http::HeaderMap;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use clients::*;
use support::*;

type Hears = UnboundedReceiver<(HeaderMap, Value)>;

/// A node with the conformance agent, which may tell clients on this machine.
async fn playing() -> (Stage, Client) {
    let stage = Stage::with(|config| {
        config.a2a_conformance = true;
        config.fetch_allow = "127.0.0.0/8".parse().unwrap();
    })
    .await;
    (stage, Client::guest())
}

fn go(name: &str) -> Value {
    waiting(message(name, json!([{ "text": "go" }])))
}

/// The task of a message that is said and waited for.
async fn played(stage: &Stage, guest: &Client, binding: Binding, send: &Value) -> Value {
    guest.does(stage, binding, "SendMessage", send).await.unwrap()["task"].clone()
}

/// Lets time pass on the node until something has come to its end.
async fn passing<T>(stage: &Stage, awaited: impl Future<Output = T>) -> T {
    tokio::pin!(awaited);
    for _ in 0..LOOKS_MAX {
        tokio::select! {
            done = &mut awaited => return done,
            () = tokio::time::sleep(Duration::from_millis(20)) => stage.stepper.pass(Millis(500)),
        }
    }
    panic!("nothing came of it")
}

/// The next that is told elsewhere.
async fn heard(hears: &mut Hears) -> (HeaderMap, Value) {
    tokio::time::timeout(Duration::from_secs(60), hears.recv()).await.unwrap().unwrap()
}

fn ids(list: &Value) -> Vec<String> {
    let tasks = list["tasks"].as_array().unwrap().iter();
    tasks.map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_gets_the_end_and_who_does_not_gets_the_task_at_once() {
    let (stage, guest) = playing().await;
    for binding in BINDINGS {
        // 3.2.2: the agent goes on after a while that no clock has made pass yet.
        let send = message("tck-delayed-complete", json!([{ "text": "go" }]));
        let task = played(&stage, &guest, binding, &send).await;
        assert!(["SUBMITTED", "WORKING"].contains(&state(&task)), "3.2.2 {task}");
        let task = passing(&stage, played(&stage, &guest, binding, &go("tck-delayed-complete"))).await;
        assert_eq!(state(&task), "COMPLETED", "3.2.2");
        assert_eq!(task["status"]["message"]["parts"][0]["text"], "Done after delay");
        // All artifacts are there with it.
        let task = played(&stage, &guest, binding, &go("tck-artifact-text")).await;
        assert_eq!(task["artifacts"][0]["parts"][0]["text"], "Generated text content", "3.2.2");
        // What rests is as good as an end, and goes on with the next message to it.
        let task = played(&stage, &guest, binding, &go("tck-input-required")).await;
        assert_eq!(state(&task), "INPUT_REQUIRED", "3.2.2");
        let more = within(go("tck-complete-task"), task["id"].as_str().unwrap());
        let task = played(&stage, &guest, binding, &more).await;
        assert_eq!(state(&task), "COMPLETED", "3.2.2");
        let task = played(&stage, &guest, binding, &go("tck-reject-task")).await;
        assert_eq!(state(&task), "REJECTED", "3.2.2");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_says_what_its_clients_side_is_asked_to_allow() {
    let (stage, guest) = playing().await;
    for binding in BINDINGS {
        let task = played(&stage, &guest, binding, &go("tck-auth-required")).await;
        assert_eq!(state(&task), "AUTH_REQUIRED", "7.6.1 {task}");
        assert_eq!(task["status"]["message"]["parts"][0]["text"], "May it be done?");
        let found = guest.does(&stage, binding, "GetTask", &json!({ "id": task["id"] })).await.unwrap();
        assert_eq!(found, task);
        let events = guest.follows(&stage, binding, "SendStreamingMessage", &go("tck-auth-required")).await;
        let last = events.rest().await.pop().unwrap()["statusUpdate"].clone();
        assert_eq!(state(&last), "AUTH_REQUIRED");
        assert_eq!(last["status"]["message"]["parts"][0]["text"], "May it be done?");
    }
    // Whoever asks its own side says what for as well.
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let id = offered(&mut stage, &client).await;
    let body = json!({ "authority": "acme.example", "question": "Is it too dear?" });
    let send = within(waiting(message("ask", act(&json!({ "act": "escalate", "body": body })))), &id);
    let task = played(&stage, &client, Binding::Rpc, &send).await;
    assert_eq!(state(&task), "AUTH_REQUIRED", "{task}");
    assert_eq!(task["status"]["message"]["parts"][0]["text"], "Is it too dear?", "7.6.1");
}

#[tokio::test(flavor = "multi_thread")]
async fn contexts_and_tasks_keep_their_names() {
    let (stage, guest) = playing().await;
    let mut all = BTreeSet::new();
    for binding in BINDINGS {
        // 3.4.1: one is made where none is given, for a message as for a task; one that is given stays.
        let task = played(&stage, &guest, binding, &go("tck-input-required")).await;
        let context = task["contextId"].as_str().unwrap().to_owned();
        assert!(!context.is_empty(), "3.4.1");
        let said = guest.does(&stage, binding, "SendMessage", &go("tck-message-response")).await.unwrap();
        assert!(said["message"]["contextId"].as_str().is_some_and(|it| !it.is_empty()), "3.4.1 {said}");
        for name in ["mine", "mine", "0"] {
            let mut send = go("tck-complete-task");
            send["message"]["contextId"] = json!(name);
            let task = played(&stage, &guest, binding, &send).await;
            assert_eq!(task["contextId"], name, "3.4.1");
            assert!(all.insert(task["id"].as_str().unwrap().to_owned()), "3.4.2");
        }
        // 3.4.3: a task brings its context with it; both together have to fit.
        let id = task["id"].as_str().unwrap().to_owned();
        let mut more = within(go("tck-complete-task"), &id);
        let found = played(&stage, &guest, binding, &more).await;
        assert_eq!((&found["id"], &found["contextId"]), (&json!(id), &json!(context)), "3.4.3");
        for message in found["history"].as_array().unwrap() {
            assert_eq!((&message["taskId"], &message["contextId"]), (&json!(id), &json!(context)), "3.4.3");
        }
        let open = played(&stage, &guest, binding, &go("tck-input-required")).await;
        more = within(go("tck-complete-task"), open["id"].as_str().unwrap());
        more["message"]["contextId"] = open["contextId"].clone();
        assert_eq!(state(&played(&stage, &guest, binding, &more).await), "COMPLETED", "3.4.3");
    }
    assert_eq!(all.len(), 6, "3.4.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_begin_with_the_task_tell_the_same_in_order_and_end_with_it() {
    let (stage, guest) = playing().await;
    for binding in BINDINGS {
        // 3.1.2, 11.7: the task, what comes of it as it comes, its end, and nothing more.
        let send = go("tck-stream-artifact-chunked");
        let events = guest.follows(&stage, binding, "SendStreamingMessage", &send).await.rest().await;
        assert!(events[0]["task"].is_object(), "3.1.2 {events:?}");
        assert!(events[1..].iter().all(|event| event.get("task").is_none()), "3.1.2 {events:?}");
        let ends: Vec<usize> = (0..events.len())
            .filter(|place| events[*place]["statusUpdate"]["status"]["state"] == "TASK_STATE_COMPLETED")
            .collect();
        assert_eq!(ends, [events.len() - 1], "3.1.2 {events:?}");
        let pieces: Vec<&Value> = events.iter().filter_map(|event| event.get("artifactUpdate")).collect();
        let texts: Vec<&Value> = pieces.iter().map(|piece| &piece["artifact"]["parts"][0]["text"]).collect();
        assert_eq!(texts, ["chunk-1 ", "chunk-2"], "3.5.2");
        assert_eq!((pieces[0].get("append"), &pieces[1]["append"]), (None, &json!(true)), "4.2.2");
    }

    // 3.1.6, 3.5.2: many follow one task; who leaves takes nobody along.
    let task = played(&stage, &guest, Binding::Rpc, &go("tck-input-required")).await;
    let named = json!({ "id": task["id"] });
    let mut streams = Vec::new();
    for binding in [Binding::Rpc, Binding::Rest, Binding::Rpc, Binding::Rest] {
        let mut stream = guest.follows(&stage, binding, "SubscribeToTask", &named).await;
        assert_eq!(stream.next().await.unwrap()["task"], task, "3.1.6 {binding:?}");
        streams.push(stream);
    }
    drop(streams.remove(0));
    let more = within(go("tck-artifact-text"), task["id"].as_str().unwrap());
    assert_eq!(state(&played(&stage, &guest, Binding::Rest, &more).await), "COMPLETED");
    let mut told = Vec::new();
    for stream in streams {
        told.push(stream.rest().await);
    }
    assert_eq!(state(&told[0].last().unwrap()["statusUpdate"]), "COMPLETED", "3.1.6");
    let handed = told[0].iter().position(|event| event.get("artifactUpdate").is_some());
    assert!(handed.is_some_and(|place| place < told[0].len() - 1), "3.5.2 {told:?}");
    assert!(told.iter().all(|one| *one == told[0]), "3.5.2 {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_is_no_longer_than_is_wanted() {
    let (stage, guest) = playing().await;
    for binding in BINDINGS {
        let task = played(&stage, &guest, binding, &go("tck-input-required")).await;
        let id = task["id"].as_str().unwrap();
        let mut more = within(go("tck-complete-task"), id);
        more["configuration"] = json!({ "historyLength": 1 });
        let last = played(&stage, &guest, binding, &more).await;
        assert_eq!(last["history"].as_array().unwrap().len(), 1, "3.2.4 {last}");
        for length in [0, 1] {
            let mut send = go("tck-complete-task");
            send["configuration"] = json!({ "historyLength": length });
            let mut stream = guest.follows(&stage, binding, "SendStreamingMessage", &send).await;
            let first = stream.next().await.unwrap()["task"].clone();
            let shown = first.get("history").map_or(0, |history| history.as_array().unwrap().len());
            assert_eq!(shown, length, "3.2.4 {first}");
        }
        let whole = guest.does(&stage, binding, "GetTask", &json!({ "id": id })).await.unwrap();
        let all = whole["history"].as_array().unwrap();
        assert!(all.len() >= 3, "{whole}");
        for length in 0..=all.len() + 1 {
            let asked = json!({ "id": id, "historyLength": length });
            let task = guest.does(&stage, binding, "GetTask", &asked).await.unwrap();
            let shown = task.get("history").map_or(&[][..], |history| history.as_array().unwrap());
            // The newest, in their order; no member at all for none.
            assert_eq!(shown, &all[all.len() - length.min(all.len())..], "3.2.4");
            assert_eq!(task.get("history").is_none(), length == 0, "3.2.4");
            let list = guest.does(&stage, binding, "ListTasks", &json!({ "historyLength": length })).await;
            for task in list.unwrap()["tasks"].as_array().unwrap() {
                let shown = task.get("history").map_or(0, |history| history.as_array().unwrap().len());
                assert!(shown <= length, "3.2.4");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_stand_in_the_order_of_what_was_last_said() {
    let mut stage = Stage::new().await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let mut tasks = Vec::new();
    for number in 0..4 {
        stage.stepper.pass(Millis(1_000));
        let open = message(&format!("open-{number}"), act(&json!({ "act": "open" })));
        let task = client.rpc(&stage, "SendMessage", open).await["task"].clone();
        tasks.push(task["id"].as_str().unwrap().to_owned());
    }
    // What changes no state moves a task too: a second remark, and one of the agent's that hands something over.
    let (first, second) = (tasks[0].clone(), tasks[1].clone());
    for id in [&first, &second] {
        stage.stepper.pass(Millis(1_000));
        let introduction = stage.author.introduction("globex/seller");
        seller(&mut stage, id, introduction, Some(Hash::from_hex(id).unwrap())).await;
        stage.stepper.pass(Millis(1_000));
        let send = within(message(&format!("remark-{id}"), json!([{ "text": "hello" }])), id);
        client.rpc(&stage, "SendMessage", send).await;
    }
    stage.stepper.pass(Millis(1_000));
    let data = json!({ "artifact": { "artifactId": "a", "parts": [{ "text": "there" }] } });
    let note = Note { data: Some(data.as_object().unwrap().clone()), text: text("") };
    seller(&mut stage, &second, Body::Inform(Inform::Note(note)), None).await;
    stage.stepper.pass(Millis(1_000));
    let send = within(message("last", json!([{ "text": "hello" }])), &first);
    client.rpc(&stage, "SendMessage", send).await;

    let expected = [&tasks[0], &tasks[1], &tasks[3], &tasks[2]].map(String::clone);
    for binding in BINDINGS {
        let list = client.does(&stage, binding, "ListTasks", &json!({})).await.unwrap();
        assert_eq!(ids(&list), expected, "3.1.4");
        let times: Vec<&str> = list["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["status"]["timestamp"].as_str().unwrap())
            .collect();
        assert!(times.is_sorted_by(|one, other| one >= other), "3.1.4 {times:?}");
        assert_eq!(list["nextPageToken"], "", "3.1.4");
        // A cursor leads through all of them, each once; the last page says that it is the last.
        let (mut found, mut token) = (Vec::new(), String::new());
        for page in 0..4 {
            let asked = json!({ "pageSize": 1, "pageToken": token });
            let list = client.does(&stage, binding, "ListTasks", &asked).await.unwrap();
            assert_eq!((&list["pageSize"], ids(&list).len()), (&json!(1), 1), "3.1.4");
            found.extend(ids(&list));
            token = list["nextPageToken"].as_str().unwrap().to_owned();
            assert_eq!(token.is_empty(), page == 3, "3.1.4 {list}");
        }
        assert_eq!(found, expected, "3.1.4");
        // Artifacts are shown to who asks for them, and have no member otherwise.
        for (asked, shown) in [
            (json!({}), false),
            (json!({ "includeArtifacts": false }), false),
            (json!({ "includeArtifacts": true }), true),
        ] {
            let list = client.does(&stage, binding, "ListTasks", &asked).await.unwrap();
            let with =
                list["tasks"].as_array().unwrap().iter().filter(|task| task.get("artifacts").is_some());
            assert_eq!(with.count(), usize::from(shown), "3.1.4 {asked}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_to_be_told_with_its_message_is_told_all_that_follows() {
    let (stage, guest) = playing().await;
    for binding in BINDINGS {
        let (url, mut hears) = receiver().await;
        // The agent may be done before the node comes to keep the configuration.
        let mut send = go("tck-artifact-text");
        send["configuration"] = json!({ "taskPushNotificationConfig": { "url": url, "token": "t",
            "authentication": { "scheme": "Bearer", "credentials": "shown" } } });
        let task = played(&stage, &guest, binding, &send).await;
        assert_eq!(state(&task), "COMPLETED");
        let mut events = Vec::new();
        while events
            .last()
            .is_none_or(|event: &Value| event["statusUpdate"]["status"]["state"] != "TASK_STATE_COMPLETED")
        {
            let (headers, event) = heard(&mut hears).await;
            assert_eq!(headers["content-type"], "application/a2a+json", "4.3.3");
            assert_eq!(
                (&headers["authorization"], &headers["x-a2a-notification-token"]),
                (&"Bearer shown".parse().unwrap(), &"t".parse().unwrap()),
                "4.3.3"
            );
            assert_eq!(event.as_object().unwrap().len(), 1, "4.3.3 {event}");
            events.push(event);
        }
        assert!(events.iter().any(|event| event.get("artifactUpdate").is_some()), "4.3.3 {events:?}");

        // In a task that is there it is told of what follows on the message, and not of what was before.
        let task = played(&stage, &guest, binding, &go("tck-input-required")).await;
        let mut more = within(go("tck-complete-task"), task["id"].as_str().unwrap());
        more["configuration"] = send["configuration"].clone();
        assert_eq!(state(&played(&stage, &guest, binding, &more).await), "COMPLETED");
        let mut states = Vec::new();
        while states.last().is_none_or(|state| state != "COMPLETED") {
            states.push(state(&heard(&mut hears).await.1["statusUpdate"]).to_owned());
        }
        assert!(!states.contains(&"INPUT_REQUIRED".to_owned()), "{states:?}");
    }

    // However late the configuration is kept: here the message comes again with it, after the agent has spoken.
    let mut stage = Stage::with(|config| config.fetch_allow = "127.0.0.0/8".parse().unwrap()).await;
    stage.people().await;
    let client = Client::of(&stage, "acme/buyer");
    let mut open = message("open", act(&json!({ "act": "open" })));
    let id = client.rpc(&stage, "SendMessage", open.clone()).await["task"]["id"].as_str().unwrap().to_owned();
    let introduction = stage.author.introduction("globex/seller");
    seller(&mut stage, &id, introduction, Some(Hash::from_hex(&id).unwrap())).await;
    let (url, mut hears) = receiver().await;
    open["configuration"]["taskPushNotificationConfig"] = json!({ "url": url });
    assert_eq!(client.rpc(&stage, "SendMessage", open).await["task"]["id"], id);
    assert_eq!(state(&heard(&mut hears).await.1["statusUpdate"]), "INPUT_REQUIRED", "4.3.3");
}

#[tokio::test(flavor = "multi_thread")]
async fn configurations_are_kept_shown_and_gone_as_asked() {
    let (stage, guest) = playing().await;
    for binding in BINDINGS {
        let (url, mut hears) = receiver().await;
        let task = played(&stage, &guest, binding, &go("tck-input-required")).await;
        let id = task["id"].as_str().unwrap();
        let mut made = Vec::new();
        for name in ["a", "b", "c d"] {
            let config = json!({ "taskId": id, "id": name, "url": url, "token": name });
            made.push(
                guest.does(&stage, binding, "CreateTaskPushNotificationConfig", &config).await.unwrap(),
            );
            assert_eq!(made.last().unwrap()["id"], name, "3.1.7");
            let named = json!({ "taskId": id, "id": name });
            let found = guest.does(&stage, binding, "GetTaskPushNotificationConfig", &named).await.unwrap();
            assert_eq!(Some(&found), made.last(), "3.1.8");
            assert_eq!((&found["url"], &found["taskId"]), (&json!(url), &json!(id)), "3.1.8");
        }
        let of_task = json!({ "taskId": id });
        let list = guest.does(&stage, binding, "ListTaskPushNotificationConfigs", &of_task).await.unwrap();
        assert_eq!(list["configs"], json!(made), "3.1.9");
        for _ in 0..2 {
            let gone = json!({ "taskId": id, "id": "a" });
            guest.does(&stage, binding, "DeleteTaskPushNotificationConfig", &gone).await.expect("3.1.10");
            let refused =
                guest.does(&stage, binding, "GetTaskPushNotificationConfig", &gone).await.unwrap_err();
            assert_eq!(refused.reason, "TASK_NOT_FOUND", "3.1.8");
        }
        let list = guest.does(&stage, binding, "ListTaskPushNotificationConfigs", &of_task).await.unwrap();
        assert_eq!(list["configs"], json!(made[1..]), "3.1.10");
        played(&stage, &guest, binding, &within(go("tck-complete-task"), id)).await;
        // Whoever is gone would be told first.
        let mut ends = BTreeSet::new();
        while ends.len() < 2 {
            let (headers, event) = heard(&mut hears).await;
            let who = headers["x-a2a-notification-token"].to_str().unwrap().to_owned();
            assert_ne!(who, "a", "3.1.10");
            if state(&event["statusUpdate"]) == "COMPLETED" {
                ends.insert(who);
            }
        }
        assert_eq!(ends.into_iter().collect::<Vec<_>>(), ["b", "c d"], "4.3.3");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_be_told_no_more_is_told_no_more_in_the_middle_of_it() {
    let (stage, guest) = playing().await;
    // The first attempt fails, so that there is more than one thing to tell at the next; the second takes the wish back.
    let node: Arc<Mutex<String>> = Arc::default();
    let gone = Arc::clone(&node);
    let (url, mut hears) = answering(move |before| {
        let at = gone.lock().unwrap().clone();
        async move {
            if before == 0 {
                return StatusCode::INTERNAL_SERVER_ERROR;
            }
            let request = reqwest::Client::new().delete(at).header("a2a-version", "1.0");
            assert!(request.send().await.unwrap().status().is_success());
            StatusCode::NO_CONTENT
        }
    })
    .await;
    let task = played(&stage, &guest, Binding::Rpc, &go("tck-input-required")).await;
    let id = task["id"].as_str().unwrap();
    let configs = format!("{PLAYER}/tasks/{id}/pushNotificationConfigs");
    *node.lock().unwrap() = stage.url(&format!("{configs}/mine"));
    let config = json!({ "taskId": id, "id": "mine", "url": url });
    guest.rpc(&stage, "CreateTaskPushNotificationConfig", config).await;
    let task = played(&stage, &guest, Binding::Rpc, &within(go("tck-artifact-text"), id)).await;
    assert_eq!(state(&task), "COMPLETED");
    let first = heard(&mut hears).await.1;
    let again = passing(&stage, heard(&mut hears)).await.1;
    assert_eq!(first, again, "4.3.3");
    // It is gone once the second was answered; another one hears all that happens meanwhile.
    for _ in 0..LOOKS_MAX {
        if guest.rpc(&stage, "ListTaskPushNotificationConfigs", json!({ "taskId": id })).await["configs"]
            == json!([])
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (other, mut told) = receiver().await;
    let mut send = go("tck-artifact-text");
    send["configuration"] = json!({ "taskPushNotificationConfig": { "url": other } });
    played(&stage, &guest, Binding::Rpc, &send).await;
    while passing(&stage, heard(&mut told)).await.1["statusUpdate"]["status"]["state"]
        != "TASK_STATE_COMPLETED"
    {}
    assert!(hears.try_recv().is_err(), "3.1.10");
}
