//! All streams in memory: judges a statement at a point of the log, applies what was accepted.
//!
//! One code for everybody who needs the state: the store holds the part of a world that it works on and loads what
//! is [`World::missing`]; a verifier, an audit and a replay hold all of it.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

mod answers;
mod opened;
mod panels;

use std::collections::{BTreeMap, BTreeSet};

use panels::deposit_accounts;

use crate::account::{Account, Movement, Place};
use crate::admission::Invites;
use crate::agent::Agent;
use crate::consent::Consent;
use crate::dispute::{self, Dispute, Filings, Finding};
use crate::exposure::Owing;
use crate::key::KeyId;
use crate::limits;
use crate::name::{AgentUri, Domain, Issuer, Origin, StreamId};
use crate::org::Organisation;
use crate::position::{Hash, Head, LogPoint, LogTime, Millis};
use crate::rejection::{Code, Rejection};
use crate::session::{Earned, Effect, Facts, Funds, Grounds, Session};
use crate::statement::body::{Accept, Award, Body, Inform, Mode, Propose, Rating, Showing};
use crate::statement::{Statement, Verified};
use crate::stream::{Accepted, check_place};
use crate::terms::{self, TermsSchema};
use crate::trust::{Distrust, Ground, Question, Settled, Worth};

/// What a statement changed, for whoever keeps views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An organisation registered or changed.
    Organisation(Domain),
    /// An agent registered or changed.
    Agent(AgentUri),
    /// A consent was asked, granted, narrowed, revoked or acknowledged.
    Consent(Hash),
    /// A session moved.
    Session(Hash, Vec<Effect>),
    /// An account was opened or changed, and this money moved.
    Account(Domain, Vec<Movement>),
    /// A dispute was filed or moved, and this money with it.
    Dispute(Hash, Vec<Movement>),
}

/// The state of a log, or of the part of it that is loaded.
#[derive(Debug, Clone)]
pub struct World {
    origin: Origin,
    node_key: KeyId,
    organisations: BTreeMap<Domain, Organisation>,
    agents: BTreeMap<AgentUri, Agent>,
    consents: BTreeMap<Hash, Consent>,
    sessions: BTreeMap<Hash, Session>,
    accounts: BTreeMap<Domain, Account>,
    disputes: BTreeMap<Hash, Dispute>,
    /// The disputes that are known of each session: all of them, of a session that is loaded.
    disputed: BTreeMap<Hash, BTreeSet<Hash>>,
    pools: BTreeMap<Hash, Pool>,
    owing: BTreeMap<AgentUri, Owing>,
    /// What was last said of who had filed what against whom.
    filings: Option<(Domain, Domain, Filings)>,
    absent: BTreeSet<StreamId>,
    trust: Trust,
}

/// What a lottery is drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pool {
    /// The root of the log that ends with the statement by which the panel was convened.
    root: Hash,
    /// Who can be drawn, trust aside; none in a world of a whole log, which finds them by itself.
    candidates: Option<BTreeSet<AgentUri>>,
}

/// What a world knows of trust, which rests on other deals than those that a statement touches.
#[derive(Debug, Clone)]
enum Trust {
    /// What others found: the last questions that were answered.
    Answered(Vec<(Question, Worth)>),
    /// All that was settled in the log.
    Settled(Settled),
    /// Nothing, as it holds a part of the log.
    NotShown,
}

impl World {
    /// The world of an empty log.
    #[must_use]
    pub const fn new(origin: Origin, node_key: KeyId) -> Self {
        Self {
            origin,
            node_key,
            organisations: BTreeMap::new(),
            agents: BTreeMap::new(),
            consents: BTreeMap::new(),
            sessions: BTreeMap::new(),
            accounts: BTreeMap::new(),
            disputes: BTreeMap::new(),
            disputed: BTreeMap::new(),
            pools: BTreeMap::new(),
            owing: BTreeMap::new(),
            filings: None,
            absent: BTreeSet::new(),
            trust: Trust::Answered(Vec::new()),
        }
    }

    /// The same world as one of a whole log that answers questions of trust by itself: for who can wait.
    #[must_use]
    pub fn with_evidence(mut self) -> Self {
        self.trust = Trust::Settled(Settled::default());
        self
    }

    /// The same world as one of a part of the log, in which neither what trust somebody had earned is shown nor what
    /// money it had: both follow from deals with others.
    #[must_use]
    pub fn without_trust(mut self) -> Self {
        self.trust = Trust::NotShown;
        self
    }

    /// All that was settled, if this world keeps it.
    #[must_use]
    pub const fn settled(&self) -> Option<&Settled> {
        match &self.trust {
            Trust::Settled(settled) => Some(settled),
            Trust::Answered(_) | Trust::NotShown => None,
        }
    }

    /// The log's name.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The key of the log's node.
    #[must_use]
    pub const fn node_key(&self) -> &KeyId {
        &self.node_key
    }

    /// An organisation.
    #[must_use]
    pub fn organisation(&self, domain: &Domain) -> Option<&Organisation> {
        self.organisations.get(domain)
    }

    /// An agent.
    #[must_use]
    pub fn agent(&self, uri: &AgentUri) -> Option<&Agent> {
        self.agents.get(uri)
    }

    /// A consent.
    #[must_use]
    pub fn consent(&self, id: &Hash) -> Option<&Consent> {
        self.consents.get(id)
    }

    /// A session.
    #[must_use]
    pub fn session(&self, id: &Hash) -> Option<&Session> {
        self.sessions.get(id)
    }

    /// An account.
    #[must_use]
    pub fn account(&self, domain: &Domain) -> Option<&Account> {
        self.accounts.get(domain)
    }

    /// Takes in an account as it was kept: it follows from more streams than its own.
    pub fn put_account(&mut self, account: Account) {
        self.accounts.insert(account.domain().clone(), account);
    }

    /// A dispute.
    #[must_use]
    pub fn dispute(&self, id: &Hash) -> Option<&Dispute> {
        self.disputes.get(id)
    }

    /// All disputes, by id.
    pub fn disputes(&self) -> impl Iterator<Item = &Dispute> {
        self.disputes.values()
    }

    /// Notes that there is a dispute of a session: whoever loads the session tells of all of them.
    pub fn note_dispute(&mut self, session: Hash, dispute: Hash) {
        self.disputed.entry(session).or_default().insert(dispute);
    }

    /// Whether there is or was a dispute about a session, as far as it is known here.
    #[must_use]
    pub fn is_disputed(&self, session: &Hash) -> bool {
        self.disputed.contains_key(session)
    }

    /// The disputes of a session that are known, loaded or not.
    fn disputes_of(&self, session: &Hash) -> impl Iterator<Item = &Hash> {
        self.disputed.get(session).into_iter().flatten()
    }

    /// All sessions, by id.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    /// All consents, by id.
    pub fn consents(&self) -> impl Iterator<Item = &Consent> {
        self.consents.values()
    }

    /// The last statement of a stream.
    #[must_use]
    pub fn head(&self, stream: &StreamId) -> Option<Head> {
        match stream {
            StreamId::Org(domain) => self.organisations.get(domain).map(Organisation::head),
            StreamId::Agent(agent) => self.agents.get(agent).map(Agent::head),
            StreamId::Consent(id) => self.consents.get(id).map(Consent::head),
            StreamId::Session(id) => self.sessions.get(id).map(Session::head),
            StreamId::Account(domain) => self.accounts.get(domain).map(Account::head),
            StreamId::Dispute(id) => self.disputes.get(id).map(Dispute::head),
        }
    }

    /// Whether a stream is loaded, or known not to exist.
    #[must_use]
    pub fn knows(&self, stream: &StreamId) -> bool {
        self.head(stream).is_some() || self.absent.contains(stream)
    }

    /// The next stream that has to be loaded, or marked absent, before the statement can be judged.
    ///
    /// Ask again after each until there is none; a statement touches a bounded number of streams.
    #[must_use]
    pub fn missing(&self, statement: &Statement) -> Option<StreamId> {
        self.touches(statement).into_iter().find(|stream| !self.knows(stream))
    }

    /// The streams that a judgement of the statement reads, as far as they can be named from what is loaded.
    ///
    /// Complete once none of them is [`World::missing`]; whoever drops streams keeps those that are read often.
    #[must_use]
    pub fn touches(&self, statement: &Statement) -> Vec<StreamId> {
        let mut streams = Vec::new();
        match &statement.issuer {
            Issuer::Agent(agent) => streams.push(StreamId::Agent(agent.clone())),
            Issuer::Organisation(domain) => streams.push(StreamId::Org(domain.clone())),
            Issuer::Node(_) => {}
        }
        match (&statement.stream, &statement.body) {
            (StreamId::Agent(agent), body) => {
                streams.push(StreamId::Org(agent.organisation()));
                streams.push(statement.stream.clone());
                match body {
                    Body::AgentEndorse(endorsement) => {
                        streams.push(StreamId::Agent(endorsement.agent.clone()));
                    }
                    Body::AgentRate(rating) => streams.push(StreamId::Session(rating.session)),
                    _ => {}
                }
            }
            (StreamId::Consent(_), Body::ConsentRequest(_)) => streams.extend(Self::read_by(&statement.body)),
            (StreamId::Session(id), body) => {
                streams.extend(body.consents_named().into_iter().copied().map(StreamId::Consent));
                for agent in body.lets_in() {
                    streams.extend([StreamId::Agent(agent.clone()), StreamId::Org(agent.organisation())]);
                }
                streams.extend(
                    body.schemas_offered().iter().filter_map(|schema| schema.by.clone()).map(StreamId::Org),
                );
                // If there are more, it is refused for that.
                streams.extend(body.shown_with().into_iter().take(limits::SHOWING_SOURCES_MAX));
                streams.extend(body.stream_named());
                if !statement.opens {
                    streams.push(statement.stream.clone());
                    streams.extend(self.session_touches(id));
                    streams.extend(self.cards_touched(id, body));
                    streams.extend(self.group_touches(id, statement));
                    let money = self.sessions.get(id).map(|session| session.money_of(body));
                    streams.extend(money.into_iter().flatten().map(StreamId::Account));
                    streams.extend(self.result_touches(id, body));
                }
            }
            (StreamId::Dispute(_), Body::DisputeFile(file)) => {
                streams.push(StreamId::Session(file.session));
                streams.extend(deposit_accounts(file));
                streams.extend(self.disputes_of(&file.session).copied().map(StreamId::Dispute));
            }
            (StreamId::Dispute(id), _) => {
                streams.push(statement.stream.clone());
                streams.extend(self.dispute_touches(id));
            }
            (StreamId::Org(_) | StreamId::Consent(_) | StreamId::Account(_), _) => {
                streams.push(statement.stream.clone())
            }
        }
        streams
    }

    /// The stream that has to be there before a statement with this body can be applied; none for most.
    ///
    /// A request for consent is granted by the policy of who is asked, if at all.
    #[must_use]
    pub fn read_by(body: &Body) -> Option<StreamId> {
        body.asks_consent_of().cloned().map(StreamId::Org)
    }

    /// The streams on which a session's rules depend: its consents and its participants' organisations.
    fn session_touches(&self, id: &Hash) -> Vec<StreamId> {
        let Some(session) = self.sessions.get(id) else { return Vec::new() };
        let organisations =
            session.participants().iter().map(|(agent, _)| StreamId::Org(agent.organisation()));
        let consents = session.consents().iter().chain(session.further_consents());
        let registrants = session.schemas().values().flatten().cloned().map(StreamId::Org);
        consents.copied().map(StreamId::Consent).chain(organisations).chain(registrants).collect()
    }

    /// The streams on which a dispute's rules depend: its session, and the agents by whose keys the two sides are bound.
    fn dispute_touches(&self, id: &Hash) -> Vec<StreamId> {
        let Some(dispute) = self.disputes.get(id) else { return Vec::new() };
        let filing = dispute.filing();
        let session = self.sessions.get(&filing.session);
        let bound = session.and_then(|session| session.commitments().get(&filing.commitment));
        let signers = bound.into_iter().flat_map(|it| it.grounds.values().flatten()).map(|ground| &ground.by);
        let signers: BTreeSet<&AgentUri> = signers.collect();
        let agents = signers.into_iter().cloned().map(StreamId::Agent);
        [StreamId::Session(filing.session)]
            .into_iter()
            .chain(agents)
            .chain(deposit_accounts(filing))
            .collect()
    }

    /// The agents whose cards matter: that of who invited where somebody comes in, those of all where somebody is bound.
    fn cards_touched(&self, id: &Hash, body: &Body) -> Vec<StreamId> {
        let Some(session) = self.sessions.get(id) else { return Vec::new() };
        match body {
            Body::Accept(Accept::Introduction(_)) => vec![StreamId::Agent(session.initiator().clone())],
            Body::Accept(Accept::Acceptance(_)) => {
                session.participants().iter().map(|(agent, _)| StreamId::Agent(agent.clone())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Those by whose keys the group of a session is judged when something is sealed for it, or it is made.
    fn group_touches(&self, id: &Hash, statement: &Statement) -> Vec<StreamId> {
        let groups = matches!(statement.body, Body::Inform(Inform::Group(_)));
        let Some(session) = self.sessions.get(id).filter(|_| groups || statement.seal.is_some()) else {
            return Vec::new();
        };
        session.party_names().into_iter().cloned().map(StreamId::Agent).collect()
    }

    /// Where the schema is registered that a result said here has to follow.
    fn result_touches(&self, id: &Hash, body: &Body) -> Option<StreamId> {
        match self.sessions.get(id)?.showing(body)? {
            Showing::Schema { by, .. } => by.clone().map(StreamId::Org),
            Showing::Acknowledgement | Showing::Digest { .. } | Showing::Attestation { .. } => None,
        }
    }

    /// The next stream to load before [`World::due`] or [`World::next_deadline`] of a stream can be asked.
    #[must_use]
    pub fn missing_for(&self, stream: &StreamId) -> Option<StreamId> {
        if !self.knows(stream) {
            return Some(stream.clone());
        }
        let needed = match stream {
            StreamId::Session(id) => {
                let disputes = self.disputes_of(id).copied().map(StreamId::Dispute);
                self.session_touches(id).into_iter().chain(disputes).collect()
            }
            StreamId::Dispute(id) => self.dispute_touches(id),
            StreamId::Org(_) | StreamId::Agent(_) | StreamId::Consent(_) | StreamId::Account(_) => Vec::new(),
        };
        needed.into_iter().find(|stream| !self.knows(stream))
    }

    /// Notes that a stream does not exist.
    pub fn mark_absent(&mut self, stream: StreamId) {
        self.absent.insert(stream);
    }

    /// Drops a stream that is kept elsewhere.
    pub fn forget(&mut self, stream: &StreamId) {
        self.absent.remove(stream);
        match stream {
            StreamId::Org(domain) => drop(self.organisations.remove(domain)),
            StreamId::Agent(agent) => drop((self.agents.remove(agent), self.owing.remove(agent))),
            StreamId::Consent(id) => drop(self.consents.remove(id)),
            StreamId::Session(id) => {
                self.sessions.remove(id);
                self.disputed.remove(id);
            }
            StreamId::Account(domain) => drop(self.accounts.remove(domain)),
            StreamId::Dispute(id) => {
                self.disputes.remove(id);
                self.pools.remove(id);
            }
        }
    }

    /// Judges a statement as the next entry of the log. Changes nothing.
    ///
    /// # Errors
    /// The first rule that is broken: audience, clock, who signed, then the rules of the stream.
    pub fn judge(&self, verified: &Verified, at: LogPoint) -> Result<Accepted, Rejection> {
        self.decide(verified, at)?;
        Ok(Accepted::new(verified.clone(), at))
    }

    /// The verdict of [`World::judge`] alone, for whoever gives the statement away afterwards.
    ///
    /// # Errors
    /// As [`World::judge`].
    pub fn decide(&self, verified: &Verified, at: LogPoint) -> Result<(), Rejection> {
        let statement = verified.statement();
        if statement.audience != self.origin {
            return Err(Code::WrongAudience.at("/audience")); // ASP-STM-012
        }
        check_clock(statement, at.time)?;
        match &statement.stream {
            StreamId::Org(domain) => self.judge_org(domain, verified, at),
            StreamId::Agent(agent) => self.judge_agent(agent, verified, at),
            StreamId::Consent(id) => self.judge_consent(id, verified, at),
            StreamId::Session(id) => self.judge_session(id, verified, at),
            StreamId::Account(domain) => self.judge_account(domain, verified),
            StreamId::Dispute(id) => self.judge_dispute(id, verified, at),
        }
    }

    fn judge_org(&self, domain: &Domain, verified: &Verified, at: LogPoint) -> Result<(), Rejection> {
        let known = self.organisations.get(domain);
        if known.is_some() && verified.statement().opens {
            return Err(Code::AlreadyRegistered.at("/stream").with_head(known.map(Organisation::head)));
        }
        check_place(verified.statement(), known.map(Organisation::head), crate::name::StreamKind::Org)?;
        if known.is_some() && matches!(verified.statement().issuer, Issuer::Node(_)) {
            self.check_signers(verified)?;
        }
        match known {
            Some(org) => org.decide(verified, at),
            None => Organisation::decide_opening(domain, verified),
        }
    }

    fn judge_agent(&self, uri: &AgentUri, verified: &Verified, at: LogPoint) -> Result<(), Rejection> {
        let known = self.agents.get(uri);
        if known.is_some() && verified.statement().opens {
            let taken = Code::AlreadyRegistered.at("/stream").by("ASP-AGT-006");
            return Err(taken.with_head(known.map(Agent::head)));
        }
        check_place(verified.statement(), known.map(Agent::head), crate::name::StreamKind::Agent)?;
        if known.is_some() && matches!(verified.statement().issuer, Issuer::Node(_)) {
            self.check_signers(verified)?;
        }
        let org = self.organisations.get(&uri.organisation());
        match known {
            Some(agent) => agent.decide(verified, org, at)?,
            None => Agent::decide_opening(uri, verified, org)?,
        }
        match &verified.statement().body {
            // A part of the log has only a part of those whom its agents speak of.
            Body::AgentEndorse(_) | Body::AgentRate(_) if matches!(self.trust, Trust::NotShown) => Ok(()),
            Body::AgentEndorse(endorsement) => self.check_endorsed(&endorsement.agent),
            Body::AgentRate(rating) => self.check_rating(uri, rating),
            _ => Ok(()),
        }
    }

    fn check_endorsed(&self, agent: &AgentUri) -> Result<(), Rejection> {
        let code = match self.agents.get(agent) {
            None => Code::UnknownAgent,
            Some(known) if known.retired() => Code::AgentRetired,
            Some(_) => return Ok(()),
        };
        Err(code.at("/body/agent").by("ASP-TRU-005"))
    }

    /// Who rates and who is rated came into the session, for different organisations, and it has ended (ASP-TRU-007).
    fn check_rating(&self, by: &AgentUri, rating: &Rating) -> Result<(), Rejection> {
        let refused = |code: Code, pointer: &str| Err(code.at(pointer).by("ASP-TRU-007"));
        let came = |session: &Session, agent: &AgentUri| {
            session.participants().find(agent).is_some_and(|found| found.joined || found.left)
        };
        // Who was not there learns no more than that of a session that does not exist.
        let Some(session) = self.sessions.get(&rating.session).filter(|session| came(session, by)) else {
            return refused(Code::UnknownStream, "/body/session");
        };
        if by.organisation() == rating.agent.organisation() || !came(session, &rating.agent) {
            return refused(Code::InvalidParticipants, "/body/agent");
        }
        if session.end().is_none() { refused(Code::SessionOpen, "/body/session") } else { Ok(()) }
    }

    fn judge_consent(&self, id: &Hash, verified: &Verified, at: LogPoint) -> Result<(), Rejection> {
        let statement = verified.statement();
        let issuer = statement.issuer.organisation().and_then(|domain| self.organisations.get(&domain));
        if statement.opens {
            check_place(statement, None, crate::name::StreamKind::Consent)?;
            let with = match &statement.body {
                Body::ConsentRequest(request) => self.organisations.get(&request.with),
                _ => return Err(Code::UnknownStream.at("/stream")),
            };
            return Consent::decide_opening(verified, at, issuer, with);
        }
        let unknown = || Code::UnknownStream.at("/stream");
        // Before it is looked whether there is one: who writes a party's name learns nothing by the answer (ASP-STM-018).
        self.check_signers(verified)?;
        let consent = self.consents.get(id).ok_or_else(unknown)?;
        // Who is no party learns no more than that of a consent that does not exist.
        if statement.issuer.organisation().is_none_or(|domain| !consent.is_party(&domain)) {
            return Err(unknown());
        }
        check_place(statement, Some(consent.head()), crate::name::StreamKind::Consent)?;
        consent.decide(verified, at, issuer)
    }

    fn judge_account(&self, domain: &Domain, verified: &Verified) -> Result<(), Rejection> {
        let statement = verified.statement();
        self.check_signers(verified)?;
        let own = match &statement.issuer {
            Issuer::Organisation(issuer) => issuer == domain,
            Issuer::Node(_) => true,
            Issuer::Agent(_) => false,
        };
        // Who else asks learns nothing, not even whether there is one.
        if !own {
            return Err(Code::UnknownStream.at("/stream").by("ASP-ESC-001"));
        }
        let known = self.accounts.get(domain);
        check_place(statement, known.map(Account::head), crate::name::StreamKind::Account)?;
        match known {
            Some(account) => account.decide(verified),
            None => Account::decide_opening(domain, verified),
        }
    }

    fn judge_session(&self, id: &Hash, verified: &Verified, at: LogPoint) -> Result<(), Rejection> {
        let statement = verified.statement();
        self.check_signers(verified)?;
        if statement.opens {
            check_place(statement, None, crate::name::StreamKind::Session)?;
            self.check_invitees(statement)?;
            let named = statement.body.consents_named();
            return Session::decide_opening(verified, &self.facts(named, None, statement, at));
        }
        let session = self.sessions.get(id).ok_or_else(|| Code::UnknownStream.at("/stream"))?;
        session.decide(verified, &self.facts_of(session, statement, at))
    }

    fn judge_dispute(&self, id: &Hash, verified: &Verified, at: LogPoint) -> Result<(), Rejection> {
        let statement = verified.statement();
        // Before it is looked whether there is one: who writes a party's name learns nothing by the answer (ASP-STM-018).
        self.check_signers(verified)?;
        if let (true, Body::DisputeFile(file)) = (statement.opens, &statement.body) {
            check_place(statement, None, crate::name::StreamKind::Dispute)?;
            let others = self.disputes_of(&file.session).filter_map(|id| self.disputes.get(id));
            let filings = self.filings(file, at.time);
            Dispute::decide_opening(verified, at, self.sessions.get(&file.session), others, filings)?;
            return self.decide_deposit(file);
        }
        let unknown = || Code::UnknownStream.at("/stream").by("ASP-DIS-016");
        let dispute =
            self.disputes.get(id).filter(|it| it.side(&statement.issuer).is_some()).ok_or_else(unknown)?;
        check_place(statement, Some(dispute.head()), crate::name::StreamKind::Dispute)?;
        let session = self.sessions.get(&dispute.filing().session);
        dispute.decide(verified, at, session, self.finding(dispute).as_ref(), self.lot(dispute).as_ref())
    }

    /// What the log alone decides about a dispute; none if its session is not here.
    fn finding(&self, dispute: &Dispute) -> Option<Finding> {
        let session = self.sessions.get(&dispute.filing().session)?;
        let trusted = |ground: &Ground| {
            self.agents.get(&ground.by).is_none_or(|agent| agent.keys().trusted_at(&ground.key, ground.at))
        };
        Some(dispute::replay(dispute.filing(), session, trusted))
    }

    /// The award that the dispute which a statement names makes due in a session.
    fn award_named(&self, session: Option<&Session>, statement: &Statement) -> Option<Award> {
        let Body::Inform(Inform::Award(award)) = &statement.body else { return None };
        session?.award_due(self.disputes.get(&award.dispute)?)
    }

    /// The first award that is due in a session, and since when.
    fn award_due(&self, session: &Session) -> Option<(LogTime, Award)> {
        let id = session.id();
        let disputes = self.disputes_of(&id).filter_map(|id| self.disputes.get(id));
        let due = |dispute: &Dispute| Some((dispute.closed()?, session.award_due(dispute)?));
        let (closed, award) = disputes.filter_map(due).min_by_key(|(closed, _)| closed.index)?;
        Some((closed.time, award))
    }

    fn check_invitees(&self, statement: &Statement) -> Result<(), Rejection> {
        let Body::Propose(Propose::Invitation(invitation)) = &statement.body else { return Ok(()) };
        for (index, invitee) in invitation.participants.iter().enumerate() {
            let pointer = format!("/body/participants/{index}/agent");
            match self.agents.get(&invitee.agent) {
                None => return Err(Code::UnknownAgent.at(pointer).by("ASP-SES-005")),
                Some(agent) if agent.retired() => {
                    return Err(Code::AgentRetired.at(pointer).by("ASP-SES-005"));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Every signature must be by a current key of the issuer.
    fn check_signers(&self, verified: &Verified) -> Result<(), Rejection> {
        match &verified.statement().issuer {
            Issuer::Agent(agent) => match self.agents.get(agent) {
                None => Err(Code::UnknownAgent.at("/issuer")),
                Some(agent) if agent.retired() => Err(Code::AgentRetired.at("/issuer")),
                Some(agent) => agent.keys().check_signers(verified, &[]),
            },
            Issuer::Organisation(domain) => match self.organisations.get(domain) {
                None => Err(Code::UnknownOrganisation.at("/issuer")),
                Some(organisation) => organisation.keys().check_signers(verified, &[]),
            },
            Issuer::Node(origin) => {
                let by_node = verified.signatures().iter().all(|signature| signature.key_id == self.node_key);
                if *origin == self.origin && by_node {
                    Ok(())
                } else {
                    Err(Code::KeyNotValid.at("/signatures").by("ASP-KEY-002"))
                }
            }
        }
    }

    /// Whom this agent can have in the group of a session after what was said last, and whether the group stands, so that
    /// something can be sealed: all who have to be in it, without those from whom a consent that has ended parts the agent.
    #[must_use]
    pub fn group_of(&self, session: &Session, at: LogPoint, agent: &AgentUri) -> (BTreeSet<AgentUri>, bool) {
        let find = |id: &Hash| self.consents.get(id);
        let consents: Vec<&Consent> = session.consents().iter().filter_map(find).collect();
        let further: Vec<&Consent> = session.further_consents().filter_map(find).collect();
        let agents: Vec<&Agent> =
            session.party_names().into_iter().filter_map(|agent| self.agents.get(agent)).collect();
        let grounds = Grounds { at, consents: &consents, further: &further, agents: &agents };
        (session.group_around(agent, grounds), session.is_sealable(grounds))
    }

    fn facts_of(&self, session: &Session, statement: &Statement, at: LogPoint) -> Facts<'_> {
        self.facts(session.consents().iter().collect(), Some(session), statement, at)
    }

    fn facts(
        &self,
        consents: Vec<&Hash>,
        session: Option<&Session>,
        statement: &Statement,
        at: LogPoint,
    ) -> Facts<'_> {
        let participants = session.into_iter().flat_map(|session| session.participants().iter());
        let domains: BTreeSet<Domain> = participants.map(|(agent, _)| agent.organisation()).collect();
        let organisations = || domains.iter().filter_map(|domain| self.organisations.get(domain));
        let find = |id: &Hash| self.consents.get(id);
        let further: BTreeSet<&Hash> = session
            .into_iter()
            .flat_map(Session::further_consents)
            .chain(statement.body.consents_named())
            .collect();
        let registered = |agent: &AgentUri| self.agents.get(agent).is_some_and(|agent| !agent.retired());
        Facts {
            at,
            consents: consents.into_iter().filter_map(find).collect(),
            further: further.into_iter().filter_map(find).collect(),
            schemas: self.schemas(session, statement),
            newcomer_registered: statement.body.lets_in().into_iter().all(registered),
            ceilings: organisations()
                .filter_map(|organisation| Some((organisation.domain(), organisation.ceiling()?)))
                .collect(),
            modes: self.modes(statement),
            contacts: organisations()
                .map(|organisation| (organisation.domain(), organisation.contacts()))
                .collect(),
            card: statement.issuer.agent().and_then(|agent| self.agents.get(agent)).map(Agent::card_set_by),
            earned: session
                .and_then(|session| session.trust_asked(statement))
                .map_or(Earned::Unanswered, |asked| self.points(&asked)),
            agents: self.agents_shown(session, statement),
            funds: self.funds(&domains),
            caps: session.map(|session| self.caps(session, statement, at)).unwrap_or_default(),
            attesters: self.attesters(statement),
            hosts: Invites::of(statement, session).map(|it| self.hosts(&it, at.time)).unwrap_or_default(),
            award: self.award_named(session, statement),
        }
    }

    /// How closed a session has to be at least by the policies of all whom a statement invites, the inviter's among them.
    fn modes(&self, statement: &Statement) -> Vec<(&Domain, Mode)> {
        let domains: BTreeSet<Domain> =
            statement.body.lets_in().into_iter().map(AgentUri::organisation).collect();
        let known = domains.iter().filter_map(|domain| self.organisations.get(domain));
        known.filter_map(|organisation| Some((organisation.domain(), organisation.mode()?))).collect()
    }

    /// The accounts of these organisations, where what money somebody has is known.
    fn funds(&self, domains: &BTreeSet<Domain>) -> Funds<'_> {
        match &self.trust {
            Trust::NotShown => Funds::NotShown,
            Trust::Answered(_) | Trust::Settled(_) => {
                let account = |domain: &Domain| Some((domain.clone(), self.accounts.get(domain)?));
                Funds::Accounts(domains.iter().filter_map(account).collect())
            }
        }
    }

    /// Who speaks, who invited and who takes part, as far as [`World::touches`] has them loaded.
    fn agents_shown(&self, session: Option<&Session>, statement: &Statement) -> Vec<&Agent> {
        let Some(session) = session else { return Vec::new() };
        let named: BTreeSet<&AgentUri> =
            session.party_names().into_iter().chain(statement.issuer.agent()).collect();
        named.into_iter().filter_map(|agent| self.agents.get(agent)).collect()
    }

    /// Who attests by what is offered or said, as far as it is registered.
    fn attesters(&self, statement: &Statement) -> Vec<&Agent> {
        let named = statement.body.shown_with().into_iter().take(limits::SHOWING_SOURCES_MAX);
        let agent = |stream: StreamId| match stream {
            StreamId::Agent(agent) => self.agents.get(&agent),
            StreamId::Org(_)
            | StreamId::Consent(_)
            | StreamId::Session(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => None,
        };
        named.filter_map(agent).collect()
    }

    /// The terms schemas that a session or a statement names, as far as they exist.
    fn schemas(&self, session: Option<&Session>, statement: &Statement) -> Vec<TermsSchema> {
        let agreed = session.into_iter().flat_map(|session| session.schemas().iter());
        let offered = statement.body.schemas_offered().iter().map(|schema| (&schema.hash, &schema.by));
        let mut known: Vec<TermsSchema> =
            agreed.chain(offered).filter_map(|(hash, by)| self.schema(hash, by.as_ref())).collect();
        let mut results = statement.body.result_schemas();
        if let Some(Showing::Schema { by, schema }) = session.and_then(|it| it.showing(&statement.body)) {
            results.push((*schema, by.clone()));
        }
        known.extend(results.into_iter().filter_map(|(hash, by)| self.schema(&hash, by.as_ref())));
        known
    }

    /// A terms schema by the hash of its content: of an organisation, or of nobody a starter.
    #[must_use]
    pub fn schema(&self, hash: &Hash, by: Option<&Domain>) -> Option<TermsSchema> {
        match by {
            Some(domain) => {
                let known = self.organisations.get(domain)?.schemas().get(hash)?;
                Some(known.schema.clone())
            }
            None => terms::starters().iter().map(|(_, schema)| schema).find(|it| it.hash() == *hash).cloned(),
        }
    }

    /// Applies an accepted statement. Total: what is passed in has been judged.
    pub fn apply(&mut self, accepted: &Accepted) -> Change {
        let stream = &accepted.statement().stream;
        let opens = accepted.statement().opens;
        if opens {
            self.absent.remove(stream);
        }
        match stream {
            StreamId::Org(domain) => {
                if opens {
                    self.organisations
                        .extend(Organisation::open(domain, accepted).map(|org| (domain.clone(), org)));
                } else if let Some(org) = self.organisations.get_mut(domain) {
                    org.apply(accepted);
                }
                Change::Organisation(domain.clone())
            }
            StreamId::Agent(uri) => {
                if opens {
                    self.owing.insert(uri.clone(), Owing::default());
                    self.agents.extend(Agent::open(uri, accepted).map(|agent| (uri.clone(), agent)));
                } else if let Some(agent) = self.agents.get_mut(uri) {
                    agent.apply(accepted);
                }
                if let (Trust::Settled(settled), Some(distrust)) = (&mut self.trust, Distrust::of(accepted)) {
                    settled.distrust(distrust);
                }
                Change::Agent(uri.clone())
            }
            StreamId::Consent(id) => {
                if opens {
                    let with = accepted.statement().body.asks_consent_of();
                    let with = with.and_then(|with| self.organisations.get(with));
                    self.consents.extend(Consent::open(accepted, with).map(|consent| (*id, consent)));
                } else if let Some(consent) = self.consents.get_mut(id) {
                    consent.apply(accepted);
                }
                Change::Consent(*id)
            }
            StreamId::Session(id) => Change::Session(*id, self.apply_session(id, accepted)),
            StreamId::Account(domain) => {
                let mut moved = Vec::new();
                if opens {
                    let account = Account::open(domain, accepted).map(|account| (domain.clone(), account));
                    self.accounts.extend(account);
                } else if let Some(account) = self.accounts.get_mut(domain) {
                    moved = account.apply(accepted);
                }
                Change::Account(domain.clone(), moved)
            }
            StreamId::Dispute(id) => {
                if let (true, Body::DisputeFile(file)) = (opens, &accepted.statement().body) {
                    self.note_dispute(file.session, *id);
                    self.disputes.extend(Dispute::open(accepted).map(|dispute| (*id, dispute)));
                } else if let Some(dispute) = self.disputes.get_mut(id) {
                    dispute.apply(accepted);
                }
                let moved = self.disputes.get(id).and_then(Dispute::deposit_moved);
                let moved: Vec<Movement> = moved.into_iter().collect();
                self.take(accepted, &moved);
                Change::Dispute(*id, moved)
            }
        }
    }

    fn apply_session(&mut self, id: &Hash, accepted: &Accepted) -> Vec<Effect> {
        if accepted.statement().opens {
            let opened = Session::open(accepted);
            let effects = opened.iter().map(|session| Effect::Entered(session.state())).collect();
            self.sessions.extend(opened.map(|session| (*id, session)));
            return effects;
        }
        let effects = self.sessions.get_mut(id).map(|session| session.apply(accepted)).unwrap_or_default();
        self.note_owing(id, &effects);
        let moved: Vec<Movement> = effects.iter().filter_map(Effect::moved).cloned().collect();
        self.take(accepted, &moved);
        if let Trust::Settled(settled) = &mut self.trust {
            for effect in &effects {
                if let Effect::Overruled { settled: before, at } = effect {
                    settled.overrule(*before, *at);
                }
            }
            effects.iter().filter_map(Effect::settled).for_each(|evidence| settled.settle(evidence.clone()));
        }
        effects
    }

    /// The accounts take what an entry moved.
    fn take(&mut self, accepted: &Accepted, moved: &[Movement]) {
        let places = moved.iter().flat_map(|movement| [&movement.from, &movement.to]);
        let domains: BTreeSet<&Domain> = places.filter_map(Place::organisation).collect();
        for domain in domains {
            if let Some(account) = self.accounts.get_mut(domain) {
                account.take(accepted.at().index, moved);
            }
        }
    }

    /// What agents owe by a session, in place of what they owed by it before: whoever replays it notes nothing twice.
    fn note_owing(&mut self, id: &Hash, effects: &[Effect]) {
        let changed = effects.iter().any(|effect| matches!(effect, Effect::Commitment(_)));
        let Some(session) = self.sessions.get(id).filter(|_| changed) else { return };
        for (debtor, owed) in session.uncovered(None) {
            if let Some(owing) = self.owing.get_mut(&debtor) {
                owing.set(*id, owed);
            }
        }
    }

    /// Takes in what an agent owes by all sessions, as it was kept: it follows from more streams than its own.
    pub fn put_owing(&mut self, agent: AgentUri, owing: Owing) {
        self.owing.insert(agent, owing);
    }

    fn consents_of(&self, session: &Session) -> Vec<&Consent> {
        session.consents().iter().filter_map(|id| self.consents.get(id)).collect()
    }

    /// What the node has to say in a session at `now`; none if no time has passed that matters.
    #[must_use]
    pub fn due(&self, session: &Hash, now: LogTime) -> Option<Body> {
        self.due_in(&StreamId::Session(*session), now)
    }

    /// What the node has to say in a stream at `now`; none if no time has passed that matters.
    #[must_use]
    pub fn due_in(&self, stream: &StreamId, now: LogTime) -> Option<Body> {
        match stream {
            StreamId::Session(id) => {
                let session = self.sessions.get(id)?;
                let award = self.award_due(session).map(|(_, award)| Body::Inform(Inform::Award(award)));
                award.or_else(|| session.due(now, &self.consents_of(session)))
            }
            StreamId::Dispute(id) => {
                let dispute = self.disputes.get(id)?;
                dispute.due(now, self.finding(dispute).as_ref(), self.lot(dispute).as_ref())
            }
            StreamId::Org(_) | StreamId::Agent(_) | StreamId::Consent(_) | StreamId::Account(_) => None,
        }
    }

    /// The next instant at which time alone changes a session.
    #[must_use]
    pub fn next_deadline(&self, session: &Hash) -> Option<LogTime> {
        self.deadline_of(&StreamId::Session(*session))
    }

    /// The next instant at which time alone changes a stream, or at which it did and the node has not said so.
    #[must_use]
    pub fn deadline_of(&self, stream: &StreamId) -> Option<LogTime> {
        match stream {
            StreamId::Session(id) => {
                let session = self.sessions.get(id)?;
                let award = self.award_due(session).map(|(since, _)| since);
                session.next_deadline(&self.consents_of(session)).into_iter().chain(award).min()
            }
            StreamId::Dispute(id) => self.disputes.get(id)?.next_deadline(),
            StreamId::Org(_) | StreamId::Agent(_) | StreamId::Consent(_) | StreamId::Account(_) => None,
        }
    }
}

/// The issuer's clock at admission; it means nothing afterwards.
fn check_clock(statement: &Statement, now: LogTime) -> Result<(), Rejection> {
    // What is signed away from the network takes its time. Its place in its stream keeps it from being played twice.
    let may_be_old = matches!(statement.stream, StreamId::Org(_) | StreamId::Agent(_))
        && statement.expires_at.is_some_and(|end| end.since(statement.issued_at) <= limits::OFFLINE_MS);
    let late = if may_be_old { Millis(0) } else { now.since(statement.issued_at) };
    let skew = statement.issued_at.since(now).max(late);
    if skew > limits::CLOCK_SKEW_MS {
        return Err(Code::ClockSkew.at("/issuedAt")); // ASP-STM-013
    }
    match statement.expires_at {
        Some(expires_at) if now >= expires_at => Err(Code::Expired.at("/expiresAt")), // ASP-STM-014
        _ => Ok(()),
    }
}
