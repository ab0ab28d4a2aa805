//! An HTTP server between a client and its node, which passes on what it likes.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde_json::Value;

/// What the node was asked and answers.
pub struct Answer {
    /// Method and address, such as `POST /v1/statements`.
    pub request: String,
    /// What was sent.
    pub sent: Bytes,
    /// The status of the answer.
    pub status: StatusCode,
    /// The body of the answer.
    pub bytes: Vec<u8>,
    /// Seconds of `Retry-After`.
    pub retry_after: Option<u64>,
}

impl Answer {
    /// Whether it is the receipt of a statement.
    pub fn is_receipt(&self) -> bool {
        self.request == "POST /v1/statements" && self.status.is_success()
    }

    /// Changes a JSON answer.
    pub fn change(&mut self, change: impl FnOnce(&mut Value)) {
        let mut value = serde_json::from_slice(&self.bytes).unwrap();
        change(&mut value);
        self.bytes = serde_json::to_vec(&value).unwrap();
    }

    /// Replaces the answer by a problem.
    pub fn refuse(&mut self, code: asp_core::rejection::Code, retry_after: Option<u64>) {
        let problem = asp_client::api::Problem::from(&code.into());
        self.status = StatusCode::from_u16(problem.status).unwrap();
        self.bytes = serde_json::to_vec(&problem).unwrap();
        self.retry_after = retry_after;
    }
}

type Change = Box<dyn FnMut(&mut Answer) + Send>;

struct Shared {
    node: String,
    http: reqwest::Client,
    change: Mutex<Change>,
}

/// The server. It ends with the runtime of its test.
#[derive(Clone)]
pub struct Between {
    url: String,
    shared: Arc<Shared>,
}

impl Between {
    /// A server that passes on everything as it is.
    pub async fn honest(node: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            node: node.to_owned(),
            http: reqwest::Client::new(),
            change: Mutex::new(Box::new(|_| {})),
        });
        let router = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on answers are changed like this.
    pub fn lie(&self, change: impl FnMut(&mut Answer) + Send + 'static) {
        *self.shared.change.lock().unwrap() = Box::new(change);
    }
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let sent = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let path = parts.uri.path_and_query().unwrap().as_str().to_owned();
    let name = format!("{} {path}", parts.method);
    let asked = shared.http.request(parts.method, format!("{}{path}", shared.node));
    let answer = asked.headers(parts.headers).body(sent.clone()).send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    if content_type(&headers).starts_with("text/event-stream") {
        let events = answer.bytes_stream().map(move |chunk| {
            let bytes = chunk.unwrap_or_default().to_vec();
            Ok::<_, std::convert::Infallible>(shared.changed(&name, &sent, status, bytes).bytes)
        });
        return ([("content-type", "text/event-stream")], Body::from_stream(events)).into_response();
    }
    let bytes = answer.bytes().await.unwrap().to_vec();
    let answer = shared.changed(&name, &sent, status, bytes);
    let mut response = (answer.status, answer.bytes).into_response();
    if let Some(seconds) = answer.retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

impl Shared {
    fn changed(&self, request: &str, sent: &Bytes, status: StatusCode, bytes: Vec<u8>) -> Answer {
        let mut answer =
            Answer { request: request.to_owned(), sent: sent.clone(), status, bytes, retry_after: None };
        (self.change.lock().unwrap())(&mut answer);
        answer
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get("content-type").map_or("", |value| value.to_str().unwrap())
}
