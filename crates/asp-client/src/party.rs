//! What organisations and agents share: signing, handing in, and reading what is theirs.

use std::sync::Arc;

use asp_core::amount::Money;
use asp_core::key::SecretKey;
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, Capability, Domain, Issuer, StreamId, StreamName};
use asp_core::position::{Hash, Head, LogTime, Sequence};
use asp_core::seal::Seal;
use asp_core::statement::Verified;
use asp_core::statement::body::Body;
use asp_core::statement::draft::Draft;
use futures::Stream;
use reqwest::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::api::{
    AgentPage, AssessmentView, CommitmentPage, CommitmentView, ConsentPage, ConsentSession,
    ConsentSessionPage, ConsentView, HistoryView, Message, ProfileView, SearchQuery, SessionPage,
    SessionSummary,
};
use crate::client::Client;
use crate::list::entries;
use crate::stream::Pages;
use crate::token::{Claimant, Tokens};
use crate::transport::{self, Attempts, Transport};
use crate::{Error, clock};

/// How often a statement is signed anew because the node said what it found.
const CONFLICTS_MAX: usize = 3;

/// Somebody with a key at a node. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    issuer: Issuer,
    key: SecretKey,
    tokens: Option<Tokens>,
}

/// The parameters that are added to an address.
pub(crate) type Query = Vec<(&'static str, String)>;

impl Party {
    pub(crate) fn new(client: &Client, issuer: Issuer, key: SecretKey) -> Self {
        // Without randomness there is no token; the first read says so.
        let tokens = clock::random().ok().map(Tokens::new);
        Self { inner: Arc::new(Inner { client: client.clone(), issuer, key, tokens }) }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    pub(crate) fn key(&self) -> &SecretKey {
        &self.inner.key
    }

    /// Makes and signs a statement of this party.
    pub(crate) fn draft(
        &self,
        stream: StreamName,
        head: Option<Head>,
        body: Body,
        reply: Option<Hash>,
        others: &[&SecretKey],
    ) -> Result<Verified, Error> {
        let client = &self.inner.client;
        let mut draft = Draft::new(stream, client.origin().clone(), self.inner.issuer.clone(), body);
        draft.in_reply_to = reply;
        draft.trace.clone_from(&client.trace);
        let keys: Vec<&SecretKey> = [&self.inner.key].into_iter().chain(others.iter().copied()).collect();
        Ok(draft.sign(head, client.inner.offset.stamp()?, &keys)?)
    }

    /// Makes and signs a statement of this party with what it says to the members of a group alone.
    pub(crate) fn draft_sealed(
        &self,
        stream: StreamName,
        head: Option<Head>,
        body: Body,
        seal: Option<Seal>,
        reply: Option<Hash>,
    ) -> Result<Verified, Error> {
        let client = &self.inner.client;
        let mut draft = Draft::new(stream, client.origin().clone(), self.inner.issuer.clone(), body);
        draft.in_reply_to = reply;
        draft.seal = seal;
        draft.trace.clone_from(&client.trace);
        Ok(draft.sign(head, client.inner.offset.stamp()?, &[&self.inner.key])?)
    }

    /// Makes, signs and hands in.
    pub(crate) async fn say(
        &self,
        stream: StreamName,
        head: Option<Head>,
        body: Body,
        others: &[&SecretKey],
    ) -> Result<Receipt, Error> {
        let statement = self.draft(stream, head, body, None, others)?;
        self.inner.client.submit(&statement).await
    }

    /// The same in a stream in which the node speaks too: where it alone spoke in between, it is signed anew.
    pub(crate) async fn say_beside_node(
        &self,
        stream: StreamId,
        mut head: Head,
        body: Body,
        others: &[&SecretKey],
    ) -> Result<Receipt, Error> {
        for _ in 0..CONFLICTS_MAX {
            let name = StreamName::Of(stream.clone());
            let said = self.say(name, Some(head), body.clone(), others).await;
            let Err(Error::Conflict { head: Some(new) }) = said else { return said };
            let between = match &stream {
                StreamId::Org(_) | StreamId::Agent(_) => {
                    self.client().chained(&stream, Some(head.sequence)).await?
                }
                StreamId::Consent(_) | StreamId::Session(_) | StreamId::Account(_) | StreamId::Dispute(_) => {
                    self.chained(&stream, Some(head.sequence)).await?
                }
            };
            if !between.iter().all(by_node) {
                return said;
            }
            head = new;
        }
        Err(Error::Conflict { head: Some(head) })
    }

    fn claimant(&self) -> Claimant<'_> {
        let client = &self.inner.client;
        Claimant {
            issuer: &self.inner.issuer,
            key: &self.inner.key,
            origin: client.origin(),
            offset: client.inner.offset,
        }
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.inner.client.inner.transport
    }

    /// Adds this party's token to a request.
    pub(crate) async fn signed(
        &self,
        request: reqwest::RequestBuilder,
        method: &Method,
        path: &str,
    ) -> Result<reqwest::RequestBuilder, Error> {
        let tokens = self.inner.tokens.as_ref().ok_or(Error::NoRandomness)?;
        tokens.sign(self.transport(), self.claimant(), request, (method, path)).await
    }

    /// Forgets the token, which the node no longer takes.
    pub(crate) async fn forget_token(&self) {
        if let Some(tokens) = &self.inner.tokens {
            tokens.forget().await;
        }
    }

    /// Reads bytes that are this party's own.
    pub(crate) async fn bytes(&self, path: &str, query: &Query) -> Result<Vec<u8>, Error> {
        self.ask(&Method::GET, path, |request| request.query(query)).await
    }

    /// Asks something in this party's name; a token that the node forgot is renewed once. What is asked may be asked twice.
    pub(crate) async fn ask(
        &self,
        method: &Method,
        path: &str,
        with: impl Fn(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Result<Vec<u8>, Error> {
        let mut attempts = Attempts::default();
        let mut renewed = false;
        loop {
            // Each attempt has a proof of its own: a proof is good for one request.
            let request = with(self.transport().request(method.clone(), path));
            match transport::send(self.signed(request, method, path).await?).await {
                Err(failure) if !renewed && failure.is_unauthorised() => {
                    renewed = true;
                    self.forget_token().await;
                }
                Err(failure) => attempts.again(failure).await?,
                Ok(answer) => return Ok(answer),
            }
        }
    }

    /// Whether something is there that is this party's to read, without reading it.
    pub(crate) async fn is_there(&self, path: &str) -> Result<bool, Error> {
        let mut attempts = Attempts::default();
        let mut renewed = false;
        loop {
            let request =
                self.signed(self.transport().request(Method::HEAD, path), &Method::HEAD, path).await?;
            match transport::look(request).await {
                Ok(StatusCode::NOT_FOUND) => return Ok(false),
                Ok(StatusCode::UNAUTHORIZED) if !renewed => {
                    renewed = true;
                    self.forget_token().await;
                }
                Ok(status) if status.is_success() => return Ok(true),
                Ok(status) => attempts.again(transport::unanswered(status)).await?,
                Err(failure) => attempts.again(failure).await?,
            }
        }
    }

    /// Begins to read something long that is this party's own; as [`Party::ask`], but the rest is the caller's.
    pub(crate) async fn open(&self, path: &str) -> Result<Response, Error> {
        let mut attempts = Attempts::default();
        let mut renewed = false;
        loop {
            let request = self.signed(self.transport().open(path), &Method::GET, path).await?;
            match transport::begin(request).await {
                Err(failure) if !renewed && failure.is_unauthorised() => {
                    renewed = true;
                    self.forget_token().await;
                }
                Err(failure) => attempts.again(failure).await?,
                Ok(response) => return Ok(response),
            }
        }
    }

    /// Reads JSON that is this party's own.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str, query: &Query) -> Result<T, Error> {
        transport::json(&self.bytes(path, query).await?)
    }

    /// The statements of a stream that this party may read, after a place: without a gap, but who signed is not
    /// checked.
    pub(crate) async fn chained(
        &self,
        stream: &StreamId,
        after: Option<Sequence>,
    ) -> Result<Vec<Message>, Error> {
        let mut pages = Pages::new(self.client().origin().clone(), stream.clone(), after);
        while let Some(after) = pages.next() {
            let mut query: Query = vec![("stream", stream.to_string())];
            query.extend(after.map(|last| ("after", last.to_string())));
            pages.take(self.get("/v1/statements", &query).await?)?;
        }
        Ok(pages.into_messages())
    }

    /// The consents of this party's organisation, newest first.
    pub(crate) fn consents(&self) -> impl Stream<Item = Result<ConsentView, Error>> + Send + use<> {
        entries::<ConsentPage>(self.clone(), "/v1/consents", Query::new())
    }

    pub(crate) async fn consent(&self, id: &Hash) -> Result<ConsentView, Error> {
        self.get(&format!("/v1/consents/{}", id.to_hex()), &Vec::new()).await
    }

    /// The sessions under a consent that this party may read, those opened last first.
    pub(crate) fn consent_sessions(
        &self,
        id: &Hash,
    ) -> impl Stream<Item = Result<ConsentSession, Error>> + Send + use<> {
        let path = format!("/v1/consents/{}/sessions", id.to_hex());
        entries::<ConsentSessionPage>(self.clone(), path, Query::new())
    }

    /// The commitments that this party or one of its agents signed, newest first.
    pub(crate) fn commitments(&self) -> impl Stream<Item = Result<CommitmentView, Error>> + Send + use<> {
        entries::<CommitmentPage>(self.clone(), "/v1/commitments", Query::new())
    }

    /// The sessions of this party or of its agents, those moved last first.
    pub(crate) fn sessions(
        &self,
        query: Query,
    ) -> impl Stream<Item = Result<SessionSummary, Error>> + Send + use<> {
        entries::<SessionPage>(self.clone(), "/v1/sessions", query)
    }

    pub(crate) async fn commitment(&self, id: &Hash) -> Result<CommitmentView, Error> {
        self.get(&format!("/v1/commitments/{}", id.to_hex()), &Vec::new()).await
    }

    /// The receipt of a statement that this party may read, verified.
    pub(crate) async fn receipt(&self, statement: &Hash) -> Result<Receipt, Error> {
        let receipt = self.get(&format!("/v1/receipts/{}", statement.to_hex()), &Vec::new()).await?;
        self.client().checked(receipt, statement)
    }

    pub(crate) async fn bundle(&self, id: &Hash) -> Result<Vec<u8>, Error> {
        self.bytes(&format!("/v1/commitments/{}/bundle", id.to_hex()), &Vec::new()).await
    }

    pub(crate) async fn search(&self, search: &SearchQuery) -> Result<AgentPage, Error> {
        let bytes = self.ask(&Method::POST, "/v1/search", |request| request.json(search)).await?;
        transport::json(&bytes)
    }

    pub(crate) async fn trust(
        &self,
        agent: &AgentUri,
        class: &Money,
        capability: Option<Capability>,
        observers: &[Domain],
    ) -> Result<AssessmentView, Error> {
        self.get("/v1/trust", &of_trust(agent, class, capability, observers)).await
    }

    pub(crate) async fn trust_profile(
        &self,
        agent: &AgentUri,
        class: &Money,
        capability: Option<Capability>,
        observers: &[Domain],
    ) -> Result<ProfileView, Error> {
        self.get("/v1/trust/profile", &of_trust(agent, class, capability, observers)).await
    }

    pub(crate) async fn trust_history(
        &self,
        agent: &AgentUri,
        class: &Money,
        capability: Option<Capability>,
        observers: &[Domain],
        (since, steps): (LogTime, u32),
    ) -> Result<HistoryView, Error> {
        let mut query = of_trust(agent, class, capability, observers);
        query.extend([("since", since.to_string()), ("steps", steps.to_string())]);
        self.get("/v1/trust/history", &query).await
    }
}

/// A question of trust as the node reads it.
fn of_trust(agent: &AgentUri, class: &Money, capability: Option<Capability>, observers: &[Domain]) -> Query {
    let mut query: Query = vec![
        ("agent", agent.to_string()),
        ("amount", class.amount.to_string()),
        ("currency", class.currency.to_string()),
    ];
    query.extend(capability.map(|it| ("capability", it.to_string())));
    query.extend(observers.iter().map(|it| ("observer", it.to_string())));
    query
}

/// Whether the node said it; who signed it has been judged by the node, and changes nothing of what is said after it.
fn by_node(message: &Message) -> bool {
    message.verify().is_ok_and(|said| matches!(said.statement().issuer, Issuer::Node(_)))
}
