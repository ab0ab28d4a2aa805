//! The kit's own client: plain requests, kept-alive connections, answers read to their end.
//! It shares nothing with any node, nor with the client library, but the types of the core.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asp_core::key::KeyId;
use asp_core::log::receipt::ReceiptBody;
use asp_core::name::Origin;
use asp_core::position::{Hash, LogTime};
use asp_core::rejection::{Code, Retry};
use reqwest::{Client, Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::finding::Finding;
use crate::transcript::Transcript;

/// Requests that are on their way at once, long ones apart.
const REQUESTS_MAX: usize = 8;
/// How long an answer may take before the node counts as gone.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// How often a node that says that it is overloaded is asked again.
pub(crate) const ATTEMPTS_MAX: u32 = 8;
/// How long it is left alone before that.
pub(crate) const PAUSE: Duration = Duration::from_millis(250);
/// Bytes of the largest answer that is read.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Why nothing could be tried at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable(pub String);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreachable {}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The JSON of a success.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Finding> {
        if !(200..300).contains(&self.status) {
            return Err(Finding::new("a success", self.told()));
        }
        serde_json::from_slice(&self.bytes)
            .map_err(|error| Finding::new("the JSON that the interface describes", error))
    }

    /// One member of the problem that this is, empty if there is none.
    pub(crate) fn member(&self, name: &str) -> String {
        let problem: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The answer in one line: status, and code, rule and pointer of a problem.
    pub(crate) fn told(&self) -> String {
        let mut told = self.status.to_string();
        for name in ["code", "rule", "pointer"] {
            let member = self.member(name);
            if !member.is_empty() {
                told = format!("{told} {member}");
            }
        }
        told
    }
}

/// Every place that the node has given to a statement in this run: of the log, and of each stream.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<BTreeMap<String, Hash>>);

impl Places {
    /// Notes a receipt; a place that another statement has already is a finding.
    pub(crate) fn take(&self, receipt: &ReceiptBody) -> Vec<Finding> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = [
            format!("log index {}", receipt.log_index),
            format!("{} sequence {}", receipt.stream, receipt.sequence),
        ];
        let mut findings = Vec::new();
        for place in named {
            let holder = *places.entry(place.clone()).or_insert(receipt.statement);
            if holder != receipt.statement {
                let came = format!("{place} for {holder} and for {}", receipt.statement);
                findings.push(
                    Finding::new("one statement for a place", came).of(&["ASP-RCT-003"]).at("a receipt"),
                );
            }
        }
        findings
    }
}

/// A node, as the kit speaks to it.
#[derive(Debug)]
pub(crate) struct Wire {
    http: Client,
    base: String,
    pub(crate) origin: Origin,
    pub(crate) node_key: KeyId,
    /// How far the node's clock is ahead of this machine's, in milliseconds.
    ahead_ms: i64,
    turns: Semaphore,
    pub(crate) transcript: Transcript,
    pub(crate) places: Places,
}

impl Wire {
    /// Meets a node: learns its log's name, its key and its clock.
    ///
    /// # Errors
    /// When there is no node at the address, or it does not say who it is.
    pub(crate) async fn meet(url: &str) -> Result<Self, Unreachable> {
        let fault = |error: &dyn fmt::Display| Unreachable(format!("{url}: {error}"));
        let client = Client::builder().timeout(ANSWER_MAX).redirect(reqwest::redirect::Policy::none());
        let http = client.build().map_err(|error| fault(&error))?;
        let base = url.trim_end_matches('/').to_owned();
        let asked = http.get(format!("{base}/.well-known/asp-configuration")).send().await;
        let mut answer =
            asked.and_then(reqwest::Response::error_for_status).map_err(|error| fault(&error))?;
        let bytes = read(&mut answer).await.map_err(|finding| fault(&finding.came))?;
        let said: Value = serde_json::from_slice(&bytes).map_err(|error| fault(&error))?;
        let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
        let origin = text("origin").parse().map_err(|error| fault(&error))?;
        let node_key = text("nodeKey").parse().map_err(|_| fault(&"nodeKey is no key"))?;
        let time: LogTime = text("time").parse().map_err(|error| fault(&error))?;
        let ahead_ms = signed(time.millis()) - signed(here().millis());
        let turns = Semaphore::new(REQUESTS_MAX);
        Ok(Self {
            http,
            base,
            origin,
            node_key,
            ahead_ms,
            turns,
            transcript: Transcript::default(),
            places: Places::default(),
        })
    }

    /// The present by the node's clock, near enough.
    pub(crate) fn now(&self) -> LogTime {
        let millis = signed(here().millis()).saturating_add(self.ahead_ms);
        LogTime::from_millis(u64::try_from(millis).unwrap_or_default())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Sends a request and reads the answer, asking again while the node says that it has too much to do.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, Finding> {
        for _ in 1..ATTEMPTS_MAX {
            let Some(copy) = request.try_clone() else { break };
            let answer = self.send_once(copy).await?;
            if answer.status != 503 {
                return Ok(answer);
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.send_once(request).await
    }

    /// Sends a request once, when its turn comes.
    pub(crate) async fn send_once(&self, request: RequestBuilder) -> Result<Answer, Finding> {
        let _turn = self.turns.acquire().await;
        self.send_waiting(request).await
    }

    /// The same for a request that waits on purpose, and must not take a turn from others.
    pub(crate) async fn send_waiting(&self, request: RequestBuilder) -> Result<Answer, Finding> {
        let gone = |error: reqwest::Error| Finding::new("an answer", format_args!("none: {error}"));
        let mut response = request.send().await.map_err(gone)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = read(&mut response).await?;
        Ok(Answer { status, headers, bytes })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Finding> {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends bytes of a kind to an address.
    pub(crate) async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> Result<Answer, Finding> {
        self.send(self.request(Method::POST, path).header("content-type", kind).body(body)).await
    }
}

/// The body of an answer, unless it has no end.
async fn read(response: &mut reqwest::Response) -> Result<Vec<u8>, Finding> {
    let gone = |error: reqwest::Error| Finding::new("an answer", format_args!("none: {error}"));
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(gone)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(Finding::new("an answer of bounded size", "one without an end"));
        }
    }
    Ok(bytes)
}

/// A problem as every error has to be one; what is missing is told.
pub(crate) fn check_problem(answer: &Answer) -> Result<(), Finding> {
    let kind = answer.header("content-type");
    let problem = |expected: &str| Err(Finding::new(expected, answer.told()).of(&["ASP-API-001"]));
    if !kind.starts_with("application/problem+json") {
        return problem("application/problem+json");
    }
    let value: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    let Ok(code) = answer.member("code").parse::<Code>() else { return problem("a code of the registry") };
    if value.get("status").and_then(Value::as_u64) != Some(answer.status.into()) {
        return problem("the status of the answer in the problem");
    }
    if code.status() != answer.status {
        return problem(&format!("status {} for {code}", code.status()));
    }
    let retry = match code.retry() {
        Retry::Never => "never",
        Retry::Change => "change",
        Retry::Later => "later",
    };
    if answer.member("retry") == retry { Ok(()) } else { problem(&format!("retry {retry} for {code}")) }
}

fn here() -> LogTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    LogTime::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn signed(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}
