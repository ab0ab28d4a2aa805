//! What an agent does: keep its card and key, open and find sessions, ask whom to trust.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use asp_core::amount::Money;
use asp_core::challenge::{Challenge, ChallengeError};
use asp_core::key::{Algorithm, SecretKey};
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, Capability, Domain, Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, LogTime};
use asp_core::session::table::State;
use asp_core::statement::Verified;
use asp_core::statement::body::{
    Because, Body, Card, CardSet, Endorsement, EndorsementEnd, Invitation, Invitee, KeyRotate, Limits, Mode,
    Nonce, ParticipantRole, Propose, Rating, SchemaRef, Text,
};
use asp_seal::folder::Folder;
use futures::{Stream, TryStreamExt};

use crate::api::{
    AgentPage, AssessmentView, CommitmentView, ConsentView, HistoryView, ProfileView, SearchQuery,
    SessionPage, SessionSummary,
};
use crate::client::Client;
use crate::party::{Party, Query};
use crate::session::Session;
use crate::{Error, clock};

/// How long one request waits for something to move.
const POLL_MAX: Duration = Duration::from_secs(20);

/// An agent at a node. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AgentParty {
    party: Party,
    agent: AgentUri,
    /// What it keeps of sessions that the node cannot read.
    pub(crate) vault: Option<Arc<Folder>>,
}

/// A session to open.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Whom to invite, and as what.
    pub with: Vec<Invitee>,
    /// What it is about.
    pub capability: Capability,
    /// What for, for people.
    pub purpose: Text,
    /// The consents it rests on; if none are named, granted ones that fit are found.
    pub consents: Vec<Hash>,
    /// Its limits; the protocol's where nothing is said.
    pub limits: Limits,
    /// Who can read it.
    pub mode: Mode,
    /// The schemas that terms may follow, the preferred first; any terms will do if none is named.
    pub schemas: Vec<SchemaRef>,
}

impl Opening {
    /// A session with one other agent, with the protocol's limits.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(with: AgentUri, capability: Capability) -> Self {
        // Every capability is shorter than a text may be.
        let purpose =
            capability.to_string().parse().unwrap_or_else(|_| unreachable!("a capability is a text"));
        let with = vec![Invitee::of(with, ParticipantRole::Party)];
        let limits = Limits::defaults();
        Self {
            with,
            capability,
            purpose,
            consents: Vec::new(),
            limits,
            mode: Mode::Open,
            schemas: Vec::new(),
        }
    }
}

impl AgentParty {
    pub(crate) const fn new(party: Party, agent: AgentUri) -> Self {
        Self { party, agent, vault: None }
    }

    pub(crate) const fn party(&self) -> &Party {
        &self.party
    }

    /// Its URI.
    #[must_use]
    pub const fn agent(&self) -> &AgentUri {
        &self.agent
    }

    /// The node.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.party.client()
    }

    pub(crate) async fn say(&self, body: Body, others: &[&SecretKey]) -> Result<Receipt, Error> {
        let head = self.party.client().agent(&self.agent).await?.head;
        self.party.say_beside_node(StreamId::Agent(self.agent.clone()), head, body, others).await
    }

    /// Answers a challenge: says that the agent is there, and signs nothing else. For whatever serves the endpoint that its
    /// card names: a body of a POST in, the body of the answer out, both `application/json`.
    ///
    /// # Errors
    /// Why it is not answered: it is no challenge, or not for this agent, this log and this time.
    pub fn answer(&self, challenge: &[u8]) -> Result<Vec<u8>, ChallengeError> {
        let (client, key) = (self.party.client(), self.party.key());
        let challenge = Challenge::from_json(challenge)?;
        Ok(challenge.answer(&self.agent, client.origin(), client.inner.offset.now(), key)?.bytes())
    }

    /// Replaces the card.
    ///
    /// # Errors
    /// As every call.
    pub async fn set_card(&self, card: Card) -> Result<Receipt, Error> {
        self.say(Body::AgentCardSet(CardSet { card }), &[]).await
    }

    /// Replaces the key: the old one signs, the new one countersigns. Use the new key from here on.
    ///
    /// Where key packages were published, so are some of the new key: those of the old one count no more.
    ///
    /// # Errors
    /// As every call; [`Error::Vault`], after the key was replaced.
    pub async fn rotate_key(&self, new: &SecretKey) -> Result<Receipt, Error> {
        let body = Body::AgentKeyRotate(KeyRotate { new_key: new.id(), old_key: self.party.key().id() });
        let receipt = self.say(body, &[new]).await?;
        if self.has_packages().await? && new.id().algorithm() == Algorithm::Ed25519 {
            let party = Party::new(self.client(), Issuer::Agent(self.agent.clone()), new.clone());
            Self { party, ..self.clone() }.publish_packages().await?;
        }
        Ok(receipt)
    }

    /// Ends the agent.
    ///
    /// # Errors
    /// As every call.
    pub async fn retire(&self, reason: Text) -> Result<Receipt, Error> {
        self.say(Body::AgentRetire(Because { reason }), &[]).await
    }

    /// Opens a session by inviting the others.
    ///
    /// # Errors
    /// As every call; [`Error::Missing`] if consents were to be found and one is missing.
    pub async fn open_session(&self, opening: Opening) -> Result<Session, Error> {
        let Opening { with, capability, .. } = &opening;
        let consents = if opening.consents.is_empty() {
            self.fitting_consents(with, capability).await?
        } else {
            opening.consents.iter().copied().collect()
        };
        if opening.mode != Mode::Open {
            // Others can then take this agent in again, should it lose its vault.
            self.publish_packages().await?;
        }
        let mode = opening.mode;
        let invitation = self.invitation(opening, consents)?;
        let receipt = self.party.client().submit(&invitation).await?;
        Ok(Session::begun(self.clone(), receipt.receipt.statement, mode))
    }

    /// Signs the invitation that opens a session, whose id is its hash, without handing it in.
    pub(crate) fn invitation(&self, opening: Opening, consents: BTreeSet<Hash>) -> Result<Verified, Error> {
        let Opening { with, capability, purpose, consents: _, limits, mode, schemas } = opening;
        let first = Invitee::of(self.agent.clone(), ParticipantRole::Initiator);
        let invitation = Invitation {
            capability,
            consents,
            limits,
            mode,
            nonce: Nonce(clock::random()?),
            participants: [first].into_iter().chain(with).collect(),
            purpose,
            schemas: (!schemas.is_empty()).then_some(schemas),
        };
        let body = Body::Propose(Propose::Invitation(invitation));
        self.party.draft(StreamName::Opens(StreamKind::Session), None, body, None, &[])
    }

    /// A granted consent with each of the others' organisations that covers the capability.
    async fn fitting_consents(
        &self,
        with: &[Invitee],
        capability: &Capability,
    ) -> Result<BTreeSet<Hash>, Error> {
        let own = self.agent.organisation();
        let others: BTreeSet<Domain> =
            with.iter().map(|invitee| invitee.agent.organisation()).filter(|domain| *domain != own).collect();
        if others.is_empty() {
            return Ok(BTreeSet::new());
        }
        let known: Vec<ConsentView> = self.party.consents().try_collect().await?;
        others.iter().map(|other| fitting(&known, other, capability)).collect()
    }

    /// A session of this agent by its id.
    #[must_use]
    pub fn session(&self, id: &Hash) -> Session {
        Session::new(self.clone(), *id)
    }

    /// The session that made a commitment, and the commitment as it stands there: by the session's verified statements, opened
    /// where they are sealed for this agent, and not by the node's word.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if the session that the node names has not made it.
    pub async fn session_of(&self, commitment: &Hash) -> Result<(Session, CommitmentView), Error> {
        let session = self.session(&self.commitment(commitment).await?.session);
        let plain = session.mode().await? == Mode::Open || self.vault.is_none();
        let view = if plain { session.replayed().await? } else { session.view().await? };
        let made = view.commitments.into_iter().find(|made| made.id == *commitment);
        let made = made.ok_or_else(|| Error::forged("a session that has not made the commitment"))?;
        Ok((session, made))
    }

    /// Its sessions, those moved last first, read as far as one looks. An error, as of every call, ends them.
    pub fn sessions(&self) -> impl Stream<Item = Result<SessionSummary, Error>> + Send + use<> {
        self.party.sessions(Query::new())
    }

    /// The next session to which this agent is invited and in which it has not answered; waits for one.
    ///
    /// # Errors
    /// As every call; [`Error::TimedOut`] if none came in time.
    pub async fn next_invitation(&self, wait: Duration) -> Result<Session, Error> {
        let until = tokio::time::Instant::now() + wait;
        let mut seen: Option<u64> = None;
        loop {
            // The size first: what moves meanwhile is seen twice and not missed.
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            let size = self.wait_for_move(seen, left).await?;
            let after = seen.map(|seen| ("after", seen.to_string()));
            let mut moved = self.party.sessions(after.into_iter().collect());
            while let Some(summary) = moved.try_next().await? {
                if self.is_asked_in(&summary).await? {
                    return Ok(self.session(&summary.id));
                }
            }
            if left.is_zero() {
                return Err(Error::TimedOut);
            }
            seen = Some(size);
        }
    }

    /// The size of the log: at once without `after`, else once a session of this agent moved, or some time later.
    pub(crate) async fn wait_for_move(&self, after: Option<u64>, left: Duration) -> Result<u64, Error> {
        let mut query: Query = vec![("pageSize", "1".to_owned())];
        if let Some(after) = after {
            // Less than a second would be told as none, and asked again at once.
            let poll = left.clamp(Duration::from_secs(1), POLL_MAX);
            query.extend([("after", after.to_string()), ("waitSeconds", poll.as_secs().to_string())]);
        }
        let page: SessionPage = self.party.get("/v1/sessions", &query).await?;
        Ok(page.size)
    }

    /// Whether a session waits for this agent to come in.
    async fn is_asked_in(&self, summary: &SessionSummary) -> Result<bool, Error> {
        if summary.state != State::Invited || summary.initiator == self.agent {
            return Ok(false);
        }
        let view = self.session(&summary.id).view().await?;
        Ok(view.participants.iter().any(|other| other.agent == self.agent && !other.joined))
    }

    /// Agents that fit, best first; trust is through the eyes of this agent's organisation.
    ///
    /// # Errors
    /// As every call.
    pub async fn search(&self, search: &SearchQuery) -> Result<AgentPage, Error> {
        self.party.search(search).await
    }

    /// How far an agent can be trusted with a deal of this size, as seen by these organisations or one's own.
    ///
    /// # Errors
    /// As every call.
    pub async fn trust(
        &self,
        agent: &AgentUri,
        class: &Money,
        capability: Option<Capability>,
        observers: &[Domain],
    ) -> Result<AssessmentView, Error> {
        self.party.trust(agent, class, capability, observers).await
    }

    /// What else the log tells of an agent: eight components with their facts.
    ///
    /// # Errors
    /// As every call.
    pub async fn trust_profile(
        &self,
        agent: &AgentUri,
        class: &Money,
        capability: Option<Capability>,
        observers: &[Domain],
    ) -> Result<ProfileView, Error> {
        self.party.trust_profile(agent, class, capability, observers).await
    }

    /// Speaks for another organisation's agent.
    ///
    /// # Errors
    /// As every statement.
    pub async fn endorse(&self, endorsement: Endorsement) -> Result<Receipt, Error> {
        self.say(Body::AgentEndorse(endorsement), &[]).await
    }

    /// Speaks for it no more.
    ///
    /// # Errors
    /// As every statement.
    pub async fn withdraw_endorsement(&self, end: EndorsementEnd) -> Result<Receipt, Error> {
        self.say(Body::AgentEndorseWithdraw(end), &[]).await
    }

    /// Says how it was to deal with another participant of a session that has ended.
    ///
    /// # Errors
    /// As every statement.
    pub async fn rate(&self, rating: Rating) -> Result<Receipt, Error> {
        self.say(Body::AgentRate(rating), &[]).await
    }

    /// How that answer came to be what it is: the same question at so many instants from the given one until now.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if the instants are fewer than 2 or more than 100.
    pub async fn trust_history(
        &self,
        agent: &AgentUri,
        class: &Money,
        capability: Option<Capability>,
        observers: &[Domain],
        span: (LogTime, u32),
    ) -> Result<HistoryView, Error> {
        self.party.trust_history(agent, class, capability, observers, span).await
    }

    /// The consents of its organisation, newest first, read as far as one looks. An error, as of every call, ends them.
    pub fn consents(&self) -> impl Stream<Item = Result<ConsentView, Error>> + Send + use<> {
        self.party.consents()
    }

    /// Its commitments, newest first, read as far as one looks. An error, as of every call, ends them.
    pub fn commitments(&self) -> impl Stream<Item = Result<CommitmentView, Error>> + Send + use<> {
        self.party.commitments()
    }

    /// The receipt of a statement that this party may read, verified.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if there is none for it, [`Error::Forged`] if it is not the node's.
    pub async fn receipt(&self, statement: &Hash) -> Result<Receipt, Error> {
        self.party.receipt(statement).await
    }

    /// One of its commitments.
    ///
    /// # Errors
    /// As every call.
    pub async fn commitment(&self, id: &Hash) -> Result<CommitmentView, Error> {
        self.party.commitment(id).await
    }

    /// The proof of a commitment: a file that anybody can verify offline.
    ///
    /// # Errors
    /// As every call.
    pub async fn bundle(&self, id: &Hash) -> Result<Vec<u8>, Error> {
        self.party.bundle(id).await
    }
}

/// A granted consent with an organisation that covers the capability.
pub(crate) fn fitting<'a>(
    known: impl IntoIterator<Item = &'a ConsentView>,
    other: &Domain,
    capability: &Capability,
) -> Result<Hash, Error> {
    let fits = |consent: &&ConsentView| {
        consent.standing == "GRANTED"
            && (consent.with == *other || consent.by == *other)
            && consent.capabilities.iter().any(|prefix| capability.is_within(prefix))
    };
    let found = known.into_iter().find(fits).map(|consent| consent.id);
    found.ok_or(Error::Missing { what: "granted consent that covers this" })
}
