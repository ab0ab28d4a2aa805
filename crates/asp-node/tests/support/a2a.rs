//! A2A clients: what they ask, and what they are told.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use asp_core::name::StreamId;
use asp_core::position::{Hash, Head};
use asp_core::statement::Body;
use asp_node::A2aClients;
use axum::http::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::*;

/// The seller, as an A2A agent.
pub const SELLER: &str = "/a2a/globex.example/seller";
/// The agent that plays in the conformance kit.
pub const PLAYER: &str = "/a2a/a2a-conformance.invalid/agent";
/// Looks at something that follows by itself.
pub const LOOKS_MAX: usize = 600;

/// A client without a key, at one agent's address.
#[derive(Clone)]
pub struct Client {
    pub token: Option<String>,
    pub at: &'static str,
}

impl Client {
    /// One that speaks as this agent with the seller.
    pub fn of(stage: &Stage, name: &str) -> Self {
        let clients = A2aClients::of(&stage.config.data).unwrap();
        let (_, token) = clients.add(&agent_uri(name), &key(name), name).unwrap();
        Self { token: Some(token), at: SELLER }
    }

    pub fn guest() -> Self {
        Self { token: None, at: PLAYER }
    }

    pub fn request(&self, stage: &Stage, method: Method, path: &str) -> RequestBuilder {
        let request = stage.http.request(method, stage.url(&format!("{}{path}", self.at)));
        let request = request.header("a2a-version", "1.0");
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn call(&self, stage: &Stage, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": "one", "method": method, "params": params });
        let answer = Answer::of(self.request(stage, Method::POST, "").json(&body)).await;
        let answer = answer.ok();
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!("one")));
        answer
    }

    /// The result of a call that succeeds.
    pub async fn rpc(&self, stage: &Stage, method: &str, params: Value) -> Value {
        let answer = self.call(stage, method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The number of the error of a call that does not.
    pub async fn refused(&self, stage: &Stage, method: &str, params: Value) -> i64 {
        let answer = self.call(stage, method, params).await;
        let error = &answer["error"];
        assert_eq!(error["data"][0]["domain"], "a2a-protocol.org", "{method}: {answer}");
        error["code"].as_i64().unwrap()
    }

    /// An answer over HTTP+JSON.
    pub async fn rest(&self, stage: &Stage, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(stage, method, path);
        let answer = Answer::of(match body {
            Some(body) => request.header("content-type", "application/a2a+json").body(body.to_string()),
            None => request,
        })
        .await;
        if answer.header("content-type") != "text/event-stream" {
            assert_eq!(answer.header("content-type"), "application/a2a+json", "{}", answer.text());
        }
        answer
    }

    /// Status and reason of an error over HTTP+JSON.
    pub async fn denied(
        &self,
        stage: &Stage,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, String) {
        let answer = self.rest(stage, method, path, body).await;
        let error: Value = serde_json::from_slice(&answer.bytes).unwrap();
        assert_eq!(error["error"]["code"], answer.status.as_u16(), "{error}");
        let reason = error["error"]["details"][0]["reason"].as_str().unwrap_or_default().to_owned();
        (answer.status.as_u16(), reason)
    }

    pub async fn task(&self, stage: &Stage, id: &str) -> Value {
        self.rpc(stage, "GetTask", json!({ "id": id })).await
    }

    /// Looks at a task until it is as asked; what follows by itself takes a moment.
    pub async fn until(&self, stage: &Stage, id: &str, holds: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..LOOKS_MAX {
            let task = self.task(stage, id).await;
            if holds(&task) {
                return task;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{}", self.task(stage, id).await)
    }
}

pub fn message(id: &str, parts: Value) -> Value {
    json!({ "message": { "messageId": id, "role": "ROLE_USER", "parts": parts },
        "configuration": { "returnImmediately": true } })
}

pub fn waiting(mut send: Value) -> Value {
    send.as_object_mut().unwrap().remove("configuration");
    send
}

pub fn within(mut send: Value, task: &str) -> Value {
    send["message"]["taskId"] = json!(task);
    send
}

pub fn act(act: &Value) -> Value {
    json!([{ "data": act }])
}

pub fn state(task: &Value) -> &str {
    task["status"]["state"].as_str().unwrap().trim_start_matches("TASK_STATE_")
}

/// Says something as the seller, on the head that the session has.
pub async fn seller(stage: &mut Stage, task: &str, body: Body, replies: Option<Hash>) -> Hash {
    let session = Hash::from_hex(task).unwrap();
    let reader = stage.reader("globex/seller").await;
    let view = stage.get_as(&reader, &format!("/v1/sessions/{task}")).await.ok();
    let head: Head = serde_json::from_value(view["head"].clone()).unwrap();
    stage.author.heads.insert(StreamId::Session(session), head);
    let statement = stage.author.say(session, "globex/seller", body, replies);
    stage.take(statement).await
}

/// A task in which the buyer's client has offered to buy, and the seller has come in.
pub async fn offered(stage: &mut Stage, client: &Client) -> String {
    let package = package(stage.now(), "globex/seller", "acme/buyer");
    let open = json!({ "act": "open", "capability": "provision.compute.gpu", "purpose": "eight GPUs" });
    let propose = json!({ "act": "propose", "package": package, "text": "for a day" });
    let send =
        message("first", json!([{ "text": "Eight GPUs, please." }, { "data": open }, { "data": propose }]));
    let task = client.rpc(stage, "SendMessage", send).await["task"].clone();
    assert_eq!(state(&task), "SUBMITTED");
    assert_eq!(task["contextId"], task["id"]);
    let id = task["id"].as_str().unwrap().to_owned();
    let introduction = stage.author.introduction("globex/seller");
    seller(stage, &id, introduction, Some(Hash::from_hex(&id).unwrap())).await;
    let said = |task: &Value| task["metadata"]["urn:asp:a2a:1.0"]["state"] == "CONVERSING";
    let task = client.until(stage, &id, said).await;
    assert_eq!(state(&task), "WORKING");
    id
}

/// The offer that stands in a session, and the hash of its terms.
pub async fn standing(stage: &Stage, task: &str) -> (Hash, Hash) {
    let reader = stage.reader("globex/seller").await;
    let view = stage.get_as(&reader, &format!("/v1/sessions/{task}")).await.ok();
    let offer = &view["offers"][0];
    let terms = offer["packages"].as_object().unwrap().keys().next().unwrap();
    (serde_json::from_value(offer["id"].clone()).unwrap(), text(terms))
}

/// One of the two bindings of A2A that a node speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    Rpc,
    Rest,
}

pub const BINDINGS: [Binding; 2] = [Binding::Rpc, Binding::Rest];

/// How an operation was refused: the number of JSON-RPC or the status of HTTP, and the reason, which both have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub number: i64,
    pub reason: String,
    pub words: String,
}

impl Client {
    /// The request for an operation, by its name and its message in A2A.
    pub fn asks(&self, stage: &Stage, binding: Binding, method: &str, params: &Value) -> RequestBuilder {
        if binding == Binding::Rpc {
            let body = json!({ "jsonrpc": "2.0", "id": "one", "method": method, "params": params });
            return self.request(stage, Method::POST, "").json(&body);
        }
        let (verb, path, body) = address(method, params);
        let request = self.request(stage, verb, &path);
        match body {
            Some(body) => request.header("content-type", "application/a2a+json").body(body.to_string()),
            None => request,
        }
    }

    /// Carries an operation out, and holds the answer against the shape that its binding gives it (A2A §9 and §11).
    pub async fn does(
        &self,
        stage: &Stage,
        binding: Binding,
        method: &str,
        params: &Value,
    ) -> Result<Value, Refused> {
        let answer = Answer::of(self.asks(stage, binding, method, params)).await;
        let body: Value = serde_json::from_slice(&answer.bytes).unwrap_or_else(|_| panic!("{answer:?}"));
        let (status, kind) = (i64::from(answer.status.as_u16()), answer.header("content-type"));
        let of = |error: &Value, details: &str| {
            for detail in error[details].as_array().unwrap() {
                assert!(detail["@type"].as_str().unwrap().starts_with("type.googleapis.com/"), "{error}");
            }
            let info = &error[details][0];
            assert_eq!(info["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
            assert_eq!(info["domain"], "a2a-protocol.org");
            let (number, words) = (error["code"].as_i64().unwrap(), error["message"].as_str().unwrap());
            assert!(!words.is_empty(), "{error}");
            Refused { number, reason: info["reason"].as_str().unwrap().to_owned(), words: words.to_owned() }
        };
        if binding == Binding::Rpc {
            assert_eq!(kind, "application/json");
            assert_eq!((&body["jsonrpc"], &body["id"]), (&json!("2.0"), &json!("one")), "{body}");
            return match (body.get("result"), body.get("error")) {
                (Some(result), None) => Ok(result.clone()),
                (None, Some(error)) => Err(of(error, "data")),
                (Some(_), Some(_)) | (None, None) => panic!("{body}"),
            };
        }
        assert_eq!(kind, "application/a2a+json");
        match body.get("error") {
            None => {
                assert_eq!(status, 200, "{body}");
                Ok(body)
            }
            Some(error) => {
                assert_eq!(error["code"], status, "{body}");
                assert!(
                    error["status"].as_str().unwrap().bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
                );
                Err(of(error, "details"))
            }
        }
    }

    /// What is told on a stream, without what the binding puts around it.
    pub async fn follows(&self, stage: &Stage, binding: Binding, method: &str, params: &Value) -> Told {
        let mut told = Told::of(self.asks(stage, binding, method, params)).await;
        told.wrapped = binding == Binding::Rpc;
        told
    }
}

/// Where an operation has its place in HTTP+JSON (A2A §5.3), and what is sent there.
fn address(method: &str, params: &Value) -> (Method, String, Option<Value>) {
    let of = |name: &str| params[name].as_str().unwrap_or_default().to_owned();
    let query = |path: String, in_path: &str| {
        let members = params.as_object().unwrap().iter().filter(|(name, _)| *name != in_path);
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs: Vec<(&String, String)> = members.map(|(name, value)| (name, text(value))).collect();
        let encoded = reqwest::Url::parse_with_params("http://x/", pairs).unwrap();
        match encoded.query().filter(|query| !query.is_empty()) {
            Some(query) => format!("{path}?{query}"),
            None => path,
        }
    };
    let configs = format!("/tasks/{}/pushNotificationConfigs", of("taskId"));
    match method {
        "SendMessage" => (Method::POST, "/message:send".to_owned(), Some(params.clone())),
        "SendStreamingMessage" => (Method::POST, "/message:stream".to_owned(), Some(params.clone())),
        "GetTask" => (Method::GET, query(format!("/tasks/{}", of("id")), "id"), None),
        "ListTasks" => (Method::GET, query("/tasks".to_owned(), ""), None),
        "CancelTask" => (Method::POST, format!("/tasks/{}:cancel", of("id")), Some(json!({}))),
        "SubscribeToTask" => (Method::POST, format!("/tasks/{}:subscribe", of("id")), None),
        "CreateTaskPushNotificationConfig" => (Method::POST, configs, Some(params.clone())),
        "ListTaskPushNotificationConfigs" => (Method::GET, configs, None),
        "GetTaskPushNotificationConfig" => (Method::GET, format!("{configs}/{}", of("id")), None),
        "DeleteTaskPushNotificationConfig" => (Method::DELETE, format!("{configs}/{}", of("id")), None),
        "GetExtendedAgentCard" => (Method::GET, "/extendedAgentCard".to_owned(), None),
        other => panic!("{other} has no address"),
    }
}

/// What a client is told on one connection.
pub struct Told {
    response: reqwest::Response,
    text: String,
    /// Whether each event is an answer of JSON-RPC.
    wrapped: bool,
}

impl Told {
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new(), wrapped: false }
    }

    /// The next event; none when the stream ends.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                if let Some(data) = event.strip_prefix("data:") {
                    let event: Value = serde_json::from_str(data).unwrap();
                    if !self.wrapped {
                        return Some(event);
                    }
                    assert_eq!((&event["jsonrpc"], &event["id"]), (&json!("2.0"), &json!("one")), "{event}");
                    return Some(event["result"].clone());
                }
            } else {
                let chunk = self.response.chunk().await.ok()??;
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        }
    }

    /// All that is told until it ends.
    pub async fn rest(mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(event) = self.next().await {
            all.push(event);
        }
        all
    }
}

pub async fn events(request: RequestBuilder) -> Vec<Value> {
    Told::of(request).await.rest().await
}

/// A receiver of what clients are told, and what it was told.
pub async fn receiver() -> (String, mpsc::UnboundedReceiver<(HeaderMap, Value)>) {
    answering(|_| std::future::ready(reqwest::StatusCode::NO_CONTENT)).await
}

/// The same, which answers by how often it was told before.
pub async fn answering<F>(
    answer: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
) -> (String, mpsc::UnboundedReceiver<(HeaderMap, Value)>)
where
    F: Future<Output = reqwest::StatusCode> + Send,
{
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let (told, hears) = mpsc::unbounded_channel();
    let often = Arc::new(AtomicUsize::new(0));
    let hear = move |headers: HeaderMap, body: axum::body::Bytes| {
        let _gone = told.send((headers, serde_json::from_slice(&body).unwrap()));
        answer(often.fetch_add(1, Ordering::SeqCst))
    };
    let router = axum::Router::new().route("/in", axum::routing::post(hear));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, hears)
}
