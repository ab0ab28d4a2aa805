//! What an organisation does: register itself and its agents, keep its keys, give and take consent.

use std::collections::BTreeSet;

use asp_core::amount::Money;
use asp_core::display::DisplayName;
use asp_core::key::{KeyId, SecretKey};
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, Capability, Domain, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, LogTime};
use asp_core::session::table::Performative;
use asp_core::statement::body::{
    AgentRegister, Because, Body, Card, ConsentNarrow, ConsentRequest, DataClass, Empty, KeyAdd, KeyRevoke,
    Mode, Name, Nonce, OrgRegister, OrgVerify, PolicySet, SchemaRegister, Text,
};
use futures::Stream;

use crate::api::{CommitmentView, ConsentSession, ConsentView, LimitsView};
use crate::party::Party;
use crate::trail::Trail;
use crate::{Error, clock};

/// An organisation at a node. Cheap to clone.
#[derive(Debug, Clone)]
pub struct OrganisationParty {
    party: Party,
    domain: Domain,
}

/// What a consent is to allow.
#[derive(Debug, Clone)]
pub struct ConsentTerms {
    /// The organisation that is asked.
    pub with: Domain,
    /// What for, for people.
    pub purpose: Text,
    /// The prefixes of what sessions may be about; at least one.
    pub capabilities: BTreeSet<Capability>,
    /// The most that one party may owe under one package of terms.
    pub ceiling: Option<Money>,
    /// How closed sessions have to be at least; any will do if absent.
    pub mode: Option<Mode>,
    /// The classes of data that may flow; all if none is named.
    pub data_classes: Option<BTreeSet<DataClass>>,
    /// The names of the members that data and terms may have; any if absent.
    pub fields: Option<BTreeSet<Name>>,
    /// The performatives that may be used; all if absent.
    pub performatives: Option<BTreeSet<Performative>>,
    /// When it ends by itself.
    pub expires_at: LogTime,
}

impl ConsentTerms {
    /// Consent to sessions about these capabilities, without any other bound.
    #[must_use]
    pub const fn about(
        with: Domain,
        capabilities: BTreeSet<Capability>,
        purpose: Text,
        expires_at: LogTime,
    ) -> Self {
        Self {
            with,
            purpose,
            capabilities,
            ceiling: None,
            mode: None,
            data_classes: None,
            fields: None,
            performatives: None,
            expires_at,
        }
    }
}

impl OrganisationParty {
    pub(crate) const fn new(party: Party, domain: Domain) -> Self {
        Self { party, domain }
    }

    pub(crate) const fn party(&self) -> &Party {
        &self.party
    }

    /// Its domain.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Says something on the head. Where the node alone spoke in between, of the domain, it is signed anew.
    async fn say(&self, body: Body, others: &[&SecretKey]) -> Result<Receipt, Error> {
        let head = self.party.client().organisation(&self.domain).await?.head;
        self.party.say_beside_node(StreamId::Org(self.domain.clone()), head, body, others).await
    }

    /// Registers the organisation with this key as its root.
    ///
    /// # Errors
    /// As every call.
    pub async fn register(&self, name: DisplayName) -> Result<Receipt, Error> {
        let body = Body::OrgRegister(OrgRegister { key: self.party.key().id(), name });
        self.party.say(StreamName::Of(StreamId::Org(self.domain.clone())), None, body, &[]).await
    }

    /// Adds a key, which signs too.
    ///
    /// # Errors
    /// As every call.
    pub async fn add_key(&self, key: &SecretKey) -> Result<Receipt, Error> {
        self.say(Body::OrgKeyAdd(KeyAdd { key: key.id() }), &[key]).await
    }

    /// Revokes a key from here on.
    ///
    /// # Errors
    /// As every call.
    pub async fn revoke_key(&self, key: KeyId, reason: Text) -> Result<Receipt, Error> {
        self.say(Body::OrgKeyRevoke(KeyRevoke { from_index: None, key, reason }), &[]).await
    }

    /// Replaces the organisation's policy.
    ///
    /// # Errors
    /// As every call.
    pub async fn set_policy(&self, policy: PolicySet) -> Result<Receipt, Error> {
        self.say(Body::OrgPolicySet(policy), &[]).await
    }

    /// Registers a terms schema under an alias and a version that are new.
    ///
    /// # Errors
    /// As every call.
    pub async fn register_schema(&self, schema: SchemaRegister) -> Result<Receipt, Error> {
        self.say(Body::OrgSchemaRegister(schema), &[]).await
    }

    /// Says where the key's thumbprint can be found under the domain.
    ///
    /// # Errors
    /// As every call.
    pub async fn verify_domain(&self, evidence: OrgVerify) -> Result<Receipt, Error> {
        self.say(Body::OrgVerify(evidence), &[]).await
    }

    /// Registers an agent of this organisation; both keys sign.
    ///
    /// # Errors
    /// As every call.
    pub async fn register_agent(
        &self,
        agent: &AgentUri,
        key: &SecretKey,
        card: Card,
    ) -> Result<Receipt, Error> {
        let body = Body::AgentRegister(AgentRegister { card, key: key.id() });
        let stream = StreamName::Of(StreamId::Agent(agent.clone()));
        // The agent is the issuer; its organisation signs with it.
        let agent = self.party.client().agent_with(agent.clone(), key.clone());
        agent.party().say(stream, None, body, &[self.party.key()]).await
    }

    /// Revokes the key of an agent of this organisation, which silences the agent: for a key that was lost or stolen.
    ///
    /// # Errors
    /// As every call.
    pub async fn revoke_agent_key(
        &self,
        agent: &AgentUri,
        key: KeyId,
        reason: Text,
    ) -> Result<Receipt, Error> {
        let body = Body::AgentKeyRevoke(KeyRevoke { from_index: None, key, reason });
        self.say_of_agent(agent, body).await
    }

    /// Ends an agent of this organisation.
    ///
    /// # Errors
    /// As every call.
    pub async fn retire_agent(&self, agent: &AgentUri, reason: Text) -> Result<Receipt, Error> {
        self.say_of_agent(agent, Body::AgentRetire(Because { reason })).await
    }

    async fn say_of_agent(&self, agent: &AgentUri, body: Body) -> Result<Receipt, Error> {
        let head = self.party.client().agent(agent).await?.head;
        self.party.say(StreamName::Of(StreamId::Agent(agent.clone())), Some(head), body, &[]).await
    }

    /// Asks another organisation for consent, which is this one's own grant; gives the consent's id.
    ///
    /// # Errors
    /// As every call.
    pub async fn request_consent(&self, terms: ConsentTerms) -> Result<Hash, Error> {
        let request = ConsentRequest {
            capabilities: terms.capabilities,
            ceiling: terms.ceiling,
            mode: terms.mode,
            data_classes: terms.data_classes,
            expires_at: terms.expires_at,
            fields: terms.fields,
            nonce: Nonce(clock::random()?),
            performatives: terms.performatives,
            purpose: terms.purpose,
            with: terms.with,
        };
        let stream = StreamName::Opens(StreamKind::Consent);
        let receipt = self.party.say(stream, None, Body::ConsentRequest(request), &[]).await?;
        Ok(receipt.receipt.statement)
    }

    async fn say_of(&self, consent: &Hash, body: Body) -> Result<Receipt, Error> {
        let head = self.consent(consent).await?.head;
        self.party.say(StreamName::Of(StreamId::Consent(*consent)), Some(head), body, &[]).await
    }

    /// Grants a consent that was asked of this organisation.
    ///
    /// # Errors
    /// As every call.
    pub async fn grant_consent(&self, consent: &Hash) -> Result<Receipt, Error> {
        self.say_of(consent, Body::ConsentGrant(Empty {})).await
    }

    /// Takes away a part of what a consent allows, effective at once.
    ///
    /// # Errors
    /// As every call.
    pub async fn narrow_consent(&self, consent: &Hash, narrow: ConsentNarrow) -> Result<Receipt, Error> {
        self.say_of(consent, Body::ConsentNarrow(narrow)).await
    }

    /// Revokes a consent, effective at once.
    ///
    /// # Errors
    /// As every call.
    pub async fn revoke_consent(&self, consent: &Hash, reason: Text) -> Result<Receipt, Error> {
        self.say_of(consent, Body::ConsentRevoke(Because { reason })).await
    }

    /// Confirms that the other side revoked a consent.
    ///
    /// # Errors
    /// As every call.
    pub async fn acknowledge_revocation(&self, consent: &Hash) -> Result<Receipt, Error> {
        self.say_of(consent, Body::ConsentAcknowledge(Empty {})).await
    }

    /// What it may ask of the node, and what is left of that.
    ///
    /// # Errors
    /// As every call.
    pub async fn limits(&self) -> Result<LimitsView, Error> {
        self.party.get(&format!("/v1/organisations/{}/limits", self.domain), &Vec::new()).await
    }

    /// Its consents, newest first, read as far as one looks. An error, as of every call, ends them.
    pub fn consents(&self) -> impl Stream<Item = Result<ConsentView, Error>> + Send + use<> {
        self.party.consents()
    }

    /// The receipt of a statement that this party may read, verified.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if there is none for it, [`Error::Forged`] if it is not the node's.
    pub async fn receipt(&self, statement: &Hash) -> Result<Receipt, Error> {
        self.party.receipt(statement).await
    }

    /// One of its consents.
    ///
    /// # Errors
    /// As every call.
    pub async fn consent(&self, id: &Hash) -> Result<ConsentView, Error> {
        self.party.consent(id).await
    }

    /// The sessions under one of its consents, those opened last first, read as far as one looks. An error, as of every
    /// call, ends them.
    pub fn consent_sessions(
        &self,
        id: &Hash,
    ) -> impl Stream<Item = Result<ConsentSession, Error>> + Send + use<> {
        self.party.consent_sessions(id)
    }

    /// What was said under one of its consents, as this organisation may read it.
    ///
    /// # Errors
    /// As every call.
    pub async fn trail(&self, consent: &Hash) -> Result<Trail, Error> {
        Trail::begin(&self.party, self.domain.clone(), *consent).await
    }

    /// The commitments of its agents, newest first, read as far as one looks. An error, as of every call, ends them.
    pub fn commitments(&self) -> impl Stream<Item = Result<CommitmentView, Error>> + Send + use<> {
        self.party.commitments()
    }
}
