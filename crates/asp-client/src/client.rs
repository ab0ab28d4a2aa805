//! A node as anybody can use it: what is public, and handing in statements.

use std::sync::Arc;

use asp_core::key::{KeyId, SecretKey};
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, Domain, Issuer, Origin, StreamId};
use asp_core::position::{Hash, Head, LogTime, Millis, Position, Sequence};
use asp_core::statement::draft::Draft;
use asp_core::statement::{Trace, Verified};
use asp_core::terms::TermsSchema;
use reqwest::Method;

use crate::agent::AgentParty;
use crate::api::{
    AgentPage, AgentView, Configuration, Message, MessagePage, OrganisationView, SchemaPage, SchemaView,
    SearchQuery,
};
use crate::clock::{self, Offset};
use crate::organisation::OrganisationParty;
use crate::party::Party;
use crate::replay::Authors;
use crate::transport::{self, Attempts, Transport};
use crate::{Error, stream};

/// A node. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
    /// What every statement that is signed here belongs to.
    pub(crate) trace: Option<Trace>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) transport: Transport,
    pub(crate) offset: Offset,
    authors: Authors,
    configuration: Configuration,
}

/// Pages of schemas that are read at most.
const SCHEMA_PAGES_MAX: usize = 1_000;

/// Which terms schemas to find.
#[derive(Debug, Clone, Default)]
pub struct SchemaSearch {
    /// The very alias.
    pub alias: Option<String>,
    /// Text in alias or description.
    pub text: Option<String>,
    /// Only those that this organisation registered.
    pub organisation: Option<Domain>,
}

impl Client {
    /// Connects to the node at this address and reads what it says of itself.
    ///
    /// # Errors
    /// [`Error::Unreachable`] or [`Error::BadAnswer`].
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let transport = Transport::new(url)?;
        let mut attempts = Attempts::default();
        let (bytes, between) = loop {
            // Waiting for another attempt must not look like a clock that is off.
            let before = clock::now();
            match transport::send(transport.request(Method::GET, "/.well-known/asp-configuration")).await {
                Err(failure) => attempts.again(failure).await?,
                Ok(bytes) => break (bytes, (before, clock::now())),
            }
        };
        let configuration: Configuration = transport::json(&bytes)?;
        let offset = Offset::measured(between, configuration.time);
        let authors = Authors::default();
        let inner = Arc::new(Inner { transport, offset, authors, configuration });
        Ok(Self { inner, trace: None })
    }

    /// The same node for work that belongs to a distributed trace: every statement that its parties sign says so, to
    /// everybody who reads it and for ever.
    #[must_use]
    pub fn in_trace(&self, trace: Trace) -> Self {
        Self { inner: Arc::clone(&self.inner), trace: Some(trace) }
    }

    /// What the node says of itself.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.inner.configuration
    }

    /// The name of the node's log.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.inner.configuration.origin
    }

    /// The key that signs receipts and checkpoints.
    #[must_use]
    pub fn node_key(&self) -> KeyId {
        self.inner.configuration.node_key
    }

    /// Hands a statement in and verifies the receipt. Sends the same bytes again while the node cannot be reached.
    ///
    /// # Errors
    /// [`Error::Refused`] or [`Error::Conflict`]: not taken in. [`Error::Unreachable`]: not known.
    /// [`Error::Forged`]: the receipt is not one.
    pub async fn submit(&self, statement: &Verified) -> Result<Receipt, Error> {
        let envelope = statement.envelope();
        let bytes = {
            let request = self.inner.transport.request(Method::POST, "/v1/statements");
            transport::repeat(request.header("content-type", "application/json").body(envelope)).await?
        };
        let receipt: Receipt = transport::json(&bytes)?;
        receipt.verify(&self.node_key()).map_err(|_| Error::forged("the receipt's signature"))?;
        let signed = statement.statement();
        let body = &receipt.receipt;
        let fits = body.statement == signed.hash
            && body.sequence == signed.sequence
            && body.stream == signed.stream
            && body.origin == *self.origin();
        if fits { Ok(receipt) } else { Err(Error::forged("the receipt is of another statement")) }
    }

    /// The canonical bytes of a statement after `head`, for somebody to sign elsewhere.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn unsigned(&self, draft: &Draft, head: Option<Head>) -> Result<Vec<u8>, Error> {
        Ok(draft.unsigned(head, self.inner.offset.stamp()?))
    }

    /// The instant so long from now by the node's clock.
    #[must_use]
    pub fn after(&self, span: Millis) -> LogTime {
        self.inner.offset.now().plus(span)
    }

    /// Signs a draft with these keys and hands it in.
    ///
    /// # Errors
    /// As [`Client::submit`].
    pub async fn say(
        &self,
        draft: &Draft,
        head: Option<Head>,
        keys: &[&SecretKey],
    ) -> Result<Receipt, Error> {
        self.submit(&draft.sign(head, self.inner.offset.stamp()?, keys)?).await
    }

    /// Reads JSON that anybody may read.
    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let bytes = transport::repeat(self.inner.transport.request(Method::GET, path)).await?;
        transport::json(&bytes)
    }

    /// An organisation.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if there is none.
    pub async fn organisation(&self, domain: &Domain) -> Result<OrganisationView, Error> {
        self.get(&format!("/v1/organisations/{domain}")).await
    }

    /// An agent.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if there is none.
    pub async fn agent(&self, agent: &AgentUri) -> Result<AgentView, Error> {
        self.get(&format!("/v1/agents/{}/{}", agent.organisation(), agent.path())).await
    }

    /// Agents that fit, best first. What asks for trust needs a party: [`crate::AgentParty::search`].
    ///
    /// # Errors
    /// As every call.
    pub async fn search(&self, search: &SearchQuery) -> Result<AgentPage, Error> {
        let request = self.inner.transport.request(Method::POST, "/v1/search").json(search);
        transport::json(&transport::repeat(request).await?)
    }

    /// Terms schemas that fit: the starters first, then those registered last. Their text is left out.
    ///
    /// # Errors
    /// As every call.
    pub async fn schemas(&self, search: &SchemaSearch) -> Result<Vec<SchemaView>, Error> {
        let mut asked = Vec::new();
        asked.extend(search.alias.as_ref().map(|it| ("alias", it.clone())));
        asked.extend(search.text.as_ref().map(|it| ("text", it.clone())));
        asked.extend(search.organisation.as_ref().map(|it| ("organisation", it.to_string())));
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        // An organisation has few; a node that gives pages without an end is none.
        for _ in 0..SCHEMA_PAGES_MAX {
            let mut query = asked.clone();
            query.extend(next.take().map(|token| ("pageToken", token)));
            let request = self.inner.transport.request(Method::GET, "/v1/schemas").query(&query);
            let page: SchemaPage = transport::json(&transport::repeat(request).await?)?;
            found.extend(page.schemas);
            next = page.next_page_token;
            if next.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// A terms schema with its text, which has been checked to be the one that the hash names.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if it is another.
    pub async fn schema(&self, hash: &Hash) -> Result<SchemaView, Error> {
        let view: SchemaView = self.get(&format!("/v1/schemas/{}", hash.to_hex())).await?;
        let text = view.schema.as_ref().and_then(serde_json::Value::as_object);
        let named = text.and_then(|schema| TermsSchema::new(schema).ok()).map(|schema| schema.hash());
        if named == Some(*hash) { Ok(view) } else { Err(Error::forged("a schema under another's hash")) }
    }

    /// The receipt of a statement of a public stream, verified.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if there is none, [`Error::Forged`] if it is not the node's.
    pub async fn receipt(&self, statement: &Hash) -> Result<Receipt, Error> {
        let receipt = self.get(&format!("/v1/receipts/{}", statement.to_hex())).await?;
        self.checked(receipt, statement)
    }

    /// A receipt that the node gave, if it is the node's and of this statement.
    pub(crate) fn checked(&self, receipt: Receipt, statement: &Hash) -> Result<Receipt, Error> {
        receipt.verify(&self.node_key()).map_err(|_| Error::forged("the receipt's signature"))?;
        let fits = receipt.receipt.statement == *statement && receipt.receipt.origin == *self.origin();
        if fits { Ok(receipt) } else { Err(Error::forged("the receipt is of another statement")) }
    }

    /// The newest checkpoint of the log: a C2SP signed note.
    ///
    /// # Errors
    /// As every call.
    pub async fn checkpoint(&self) -> Result<String, Error> {
        let bytes = transport::repeat(self.inner.transport.request(Method::GET, "/log/checkpoint")).await?;
        String::from_utf8(bytes).map_err(Error::bad)
    }

    /// How many entries the log has, as its newest checkpoint says: the position of the next.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if the node did not sign it.
    pub async fn size(&self) -> Result<Position, Error> {
        let key = NoteKey { name: self.origin().clone(), key: self.node_key() };
        let text = self.checkpoint().await?;
        let note = Note::open(&text, &key)
            .map_err(|error| Error::forged(format_args!("the checkpoint: {error}")))?;
        Ok(Position(note.checkpoint.size))
    }

    /// The statements of a public stream after a place, each verified, without a gap.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if the stream does not hold together.
    pub async fn statements(
        &self,
        stream: &StreamId,
        after: Option<Sequence>,
    ) -> Result<Vec<Message>, Error> {
        let all = self.chained(stream, after).await?;
        for message in &all {
            let verified = message.verify().map_err(Error::forged)?;
            self.check_author(&verified, message.log_index).await?;
        }
        Ok(all)
    }

    /// The same, but for who signed.
    pub(crate) async fn chained(
        &self,
        stream: &StreamId,
        after: Option<Sequence>,
    ) -> Result<Vec<Message>, Error> {
        let mut pages = stream::Pages::new(self.origin().clone(), stream.clone(), after);
        while let Some(after) = pages.next() {
            let after = after.map(|last| format!("&after={last}")).unwrap_or_default();
            let page: MessagePage = self.get(&format!("/v1/statements?stream={stream}{after}")).await?;
            pages.take(page)?;
        }
        Ok(pages.into_messages())
    }

    /// Checks that a statement's issuer signed it, with a key that it had at this place of the log.
    pub(crate) async fn check_author(&self, verified: &Verified, at: Position) -> Result<(), Error> {
        self.inner.authors.check(self, verified, at).await
    }

    /// This node as an organisation uses it.
    #[must_use]
    pub fn organisation_with(&self, domain: Domain, key: SecretKey) -> OrganisationParty {
        OrganisationParty::new(Party::new(self, Issuer::Organisation(domain.clone()), key), domain)
    }

    /// This node as an agent uses it.
    #[must_use]
    pub fn agent_with(&self, agent: AgentUri, key: SecretKey) -> AgentParty {
        AgentParty::new(Party::new(self, Issuer::Agent(agent.clone()), key), agent)
    }
}
