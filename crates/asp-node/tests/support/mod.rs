//! A stage for the tests: a real node on a real store in a temporary folder, with a clock that is stepped by hand.
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]
#![allow(unreachable_pub, reason = "what a test file includes is its own")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test whose preparation fails is to stop"
)]

mod author;
mod events;
mod names;
mod reader;
mod site;

use asp_core::log::receipt::Receipt;
use asp_core::name::StreamId;
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::statement::body::*;
use asp_core::statement::{Body, Verified};
use asp_node::{Clock, Config, Node, Stepper};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

pub use author::*;
pub use events::*;
pub use names::*;
pub use reader::*;
pub use site::*;

/// The instant at which every stage begins.
pub const START: LogTime = LogTime::from_millis(1_795_449_312_000);

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a problem that has the shape of all problems.
    #[track_caller]
    pub fn code(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}: {}",
            self.status,
            self.text()
        );
        let problem: asp_client::api::Problem = serde_json::from_slice(&self.bytes).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.title, problem.code.as_str());
        assert_eq!(problem.kind, format!("urn:asp:error:{}", problem.title));
        problem.title
    }
}

/// A node and everything that is needed to talk to it.
pub struct Stage {
    pub node: Node,
    pub clock: Clock,
    pub stepper: Stepper,
    pub http: reqwest::Client,
    pub author: Author,
    pub config: Config,
    folder: tempfile::TempDir,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            origin: Some("assent.example/test".parse().unwrap()),
            // Nobody who tests has time for that; one test asks for it.
            refusal_pause_ms: 0,
            ..Config::new(folder.path().join("data"))
        };
        change(&mut config);
        let (clock, stepper) = Clock::stepped(START);
        let node = Node::start_at(config.clone(), clock.clone()).await.unwrap();
        let author = Author::new(node.origin().clone(), clock.clone());
        Self { node, clock, stepper, http: reqwest::Client::new(), author, config, folder }
    }

    /// Stops the node and starts it again; time may pass in between.
    pub async fn restart(mut self, pause: Millis) -> Self {
        self.node.stop().await;
        self.stepper.pass(pause);
        self.node = Node::start_at(self.config.clone(), self.clock.clone()).await.unwrap();
        self
    }

    pub fn now(&self) -> LogTime {
        self.clock.now()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.node.address())
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(self.url(path))).await
    }

    /// Sends an envelope to an address.
    pub async fn send(&self, path: &str, envelope: impl Into<reqwest::Body>) -> Answer {
        let request = self.http.request(Method::POST, self.url(path));
        Answer::of(request.header("content-type", "application/json").body(envelope)).await
    }

    pub async fn post(&mut self, verified: &Verified) -> Answer {
        let answer = self.send("/v1/statements", verified.envelope()).await;
        if answer.status == StatusCode::ACCEPTED {
            self.author.note(verified);
        }
        answer
    }

    /// Has a statement taken in, and checks the receipt.
    pub async fn take(&mut self, verified: Verified) -> Hash {
        let answer = self.post(&verified).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let receipt = Receipt::from_json(&answer.bytes).unwrap();
        receipt.verify(&self.node.node_key()).unwrap();
        assert_eq!(receipt.receipt.statement, verified.statement().hash);
        receipt.receipt.statement
    }

    pub async fn org(&mut self, name: &str) {
        let statement = self.author.org(name);
        self.take(statement).await;
    }

    pub async fn agent(&mut self, name: &str) {
        let statement = self.author.agent(name);
        self.take(statement).await;
    }

    pub async fn consent(&mut self, by: &str, with: &str) -> Hash {
        let request = self.author.consent_request(by, with);
        let consent = self.take(request).await;
        let grant = self.author.consent_grant(with, consent);
        self.take(grant).await;
        consent
    }

    pub async fn say(&mut self, session: Hash, name: &str, body: Body) -> Hash {
        let statement = self.author.say(session, name, body, None);
        self.take(statement).await
    }

    pub async fn reply(&mut self, session: Hash, name: &str, body: Body, to: Hash) -> Hash {
        let statement = self.author.say(session, name, body, Some(to));
        self.take(statement).await
    }

    /// Acme's buyer and Globex's seller with a consent; a third, Initech's clerk, is registered too.
    pub async fn people(&mut self) -> Hash {
        for name in ["acme", "globex", "initech"] {
            self.org(name).await;
        }
        for name in ["acme/buyer", "globex/seller", "initech/clerk"] {
            self.agent(name).await;
        }
        self.consent("acme", "globex").await
    }

    pub async fn invite(&mut self, consent: Hash) -> Hash {
        let invitation = self.author.invitation("acme/buyer", "globex/seller", consent);
        self.take(invitation).await
    }

    /// A session in which both have come in: its id and the consent's.
    pub async fn session(&mut self) -> (Hash, Hash) {
        let consent = self.people().await;
        let session = self.invite(consent).await;
        let introduction = self.author.introduction("globex/seller");
        self.reply(session, "globex/seller", introduction, session).await;
        (session, consent)
    }

    /// A firm offer of the seller and its acceptance: the commitment.
    pub async fn deal(&mut self, session: Hash) -> Hash {
        let package = package(self.now(), "globex/seller", "acme/buyer");
        self.agreed(session, package).await
    }

    /// The same with other terms.
    pub async fn agreed(&mut self, session: Hash, package: Package) -> Hash {
        let terms_hash = package.terms_hash();
        let offer = self.say(session, "globex/seller", offer(package)).await;
        let acceptance = Accept::Acceptance(Acceptance { terms_hash });
        self.reply(session, "acme/buyer", Body::Accept(acceptance), offer).await
    }

    pub fn stream(session: Hash) -> StreamId {
        StreamId::Session(session)
    }
}
