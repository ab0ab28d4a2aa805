//! What can be read, all of it at one state of the log.
//!
//! What is not public asks for the [`Tenant`] that reads; what that may not see is not there. Positions, hashes and
//! proofs are public: they tell nothing of what a statement says.

use std::collections::BTreeSet;
use std::io::Write;

use asp_core::account::Account;
use asp_core::admission::{Invites, judged_at};
use asp_core::agent::Agent;
use asp_core::consent::Consent;
use asp_core::dispute::Dispute;
use asp_core::key::KeyId;
use asp_core::log::receipt::Receipt;
use asp_core::log::tile::TilePath;
use asp_core::name::{AgentUri, Domain, Origin, StreamId};
use asp_core::org::Organisation;
use asp_core::position::{Hash, Head, LogTime, Position, Sequence};
use asp_core::session::table::State;
use asp_core::session::{Commitment, Session};
use asp_core::statement::Body;
use asp_core::statement::body::{PolicySet, TrustFloor};
use asp_core::terms::TermsSchema;
use asp_core::trust::{Dossier, Question, Settled, worth};
use asp_core::world::World;
use rusqlite::{Connection, OptionalExtension};

use crate::entries::{self, Entry};
use crate::fault::Fault;
use crate::probes::Listed;
use crate::search::{self, AgentNumber, AgentQuery, AgentsFound, FoundAgent, Ranked, Search};
use crate::views::Tenant;
use crate::views::account::Posting;
use crate::views::act::{Act, ActQuery};
use crate::views::dispute::Docket;
use crate::views::domain::DomainRow;
use crate::views::session::{SessionQuery, SessionRow};
use crate::views::terms::{SchemaQuery, SchemaRow};
use crate::views::work::Work;
use crate::{export, facts, names, receipts, tiles, views};

/// Statements of an organisation that are read at once while its policy is looked for.
const POLICY_CHUNK: usize = 64;

/// What the node has to say in a stream because time has passed.
#[derive(Debug, Clone)]
pub struct Due {
    /// The stream.
    pub stream: StreamId,
    /// The head that the statement continues.
    pub head: Head,
    /// What it says.
    pub body: Body,
}

/// What the policies of those who were invited to a session asked of who opened it, and by when that was earned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// Where the log has the invitation.
    pub index: Position,
    /// The last instant of which anything counted: the receipt of the invitation says when that was logged, and this
    /// follows from it.
    pub judged_at: LogTime,
    /// Each organisation with the floor that it set, all of which were reached.
    pub floors: Vec<(Domain, TrustFloor)>,
}

/// An agent of a tenant with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentWork {
    /// The agent.
    pub agent: Agent,
    /// What it is about.
    pub work: Work,
    /// The last thing that it said.
    pub last: Option<Act>,
}

/// The log and its views at one moment.
#[derive(Debug)]
pub struct Reader<'a> {
    connection: &'a Connection,
    origin: &'a Origin,
    node_key: KeyId,
    search: Option<&'a Search>,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(connection: &'a Connection, origin: &'a Origin, node_key: KeyId) -> Self {
        Self { connection, origin, node_key, search: None }
    }

    pub(crate) const fn with_search(mut self, search: &'a Search) -> Self {
        self.search = Some(search);
        self
    }

    pub(crate) const fn connection(&self) -> &Connection {
        self.connection
    }

    pub(crate) const fn origin(&self) -> &Origin {
        self.origin
    }

    pub(crate) const fn node_key(&self) -> KeyId {
        self.node_key
    }

    fn world(&self) -> World {
        World::new(self.origin.clone(), self.node_key)
    }

    /// How many entries the log has.
    ///
    /// # Errors
    /// That the storage failed, or is not what was written; so do all others.
    pub fn size(&self) -> Result<u64, Fault> {
        Ok(entries::end(self.connection)?.0)
    }

    /// How the log has grown: sizes with the log times at which it had them, in that order, so many at most. Public.
    ///
    /// The first entry and the last are among them, the others as far apart from one another in the log.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn growth(&self, most: u64) -> Result<Vec<(u64, LogTime)>, Fault> {
        let size = self.size()?;
        let steps = most.min(size);
        let last = steps.saturating_sub(1).max(1);
        let sizes = (0..steps).map(|step| 1 + step.saturating_mul(size.saturating_sub(1)) / last);
        let moment = |size: u64| -> Result<Option<(u64, LogTime)>, Fault> {
            Ok(entries::time(self.connection, size.saturating_sub(1))?.map(|time| (size, time)))
        };
        sizes.filter_map(|size| moment(size).transpose()).collect()
    }

    /// An organisation. Public.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn organisation(&self, domain: &Domain) -> Result<Option<Organisation>, Fault> {
        let mut world = self.world();
        facts::load(self.connection, &mut world, &StreamId::Org(domain.clone()))?;
        Ok(world.organisation(domain).cloned())
    }

    /// The organisations that said where their keys are published, from a position up to but not including another.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn domains(&self, from: u64, to: u64, limit: usize) -> Result<Vec<DomainRow>, Fault> {
        views::domain::between(self.connection, from, to, limit)
    }

    /// An agent, retired ones too. Public.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn agent(&self, agent: &AgentUri) -> Result<Option<Agent>, Fault> {
        let mut world = self.world();
        facts::load(self.connection, &mut world, &StreamId::Agent(agent.clone()))?;
        Ok(world.agent(agent).cloned())
    }

    /// The agents whose present card pins one of A2A, and where the log has it: from a position up to but not including
    /// another. Public.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn pinning(&self, from: u64, to: u64, limit: usize) -> Result<Vec<(u64, AgentUri)>, Fault> {
        views::agent::pinning(self.connection, from, to, limit)
    }

    /// The organisations for which an organisation could be mistaken, by its domain or its name: at most eight. Public.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn organisation_mistakable_for(
        &self,
        organisation: &Organisation,
    ) -> Result<BTreeSet<Domain>, Fault> {
        views::likeness::of_organisation(self.connection, organisation)
    }

    /// The organisations for which an agent of another one could be mistaken, by its name: at most eight. Public.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn agent_mistakable_for(&self, agent: &Agent) -> Result<BTreeSet<Domain>, Fault> {
        views::likeness::of_agent(self.connection, agent.uri(), &agent.card().name, agent.named_at())
    }

    /// Finds agents; none while the index of them is being made. Public.
    ///
    /// The index can be behind the log by a moment: see [`crate::Store::search_size`].
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn agents(&self, query: &AgentQuery) -> Result<Option<AgentsFound>, Fault> {
        let Some(ranking) = self.search.and_then(|search| search.find(query)) else { return Ok(None) };
        let agents = self.agents_ranked(query, &ranking.agents)?;
        Ok(Some(AgentsFound { agents, ranking }))
    }

    /// What is shown of agents that [`crate::Store::rank_agents`] found. One whose card changed since is left out: it is
    /// found again by that. Public.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn agents_ranked(&self, query: &AgentQuery, ranked: &[Ranked]) -> Result<Vec<FoundAgent>, Fault> {
        search::show(self.connection, query, ranked)
    }

    /// What is said by the cards that were set at a position from `from` up to but not including `to`, in order: where
    /// each agent answers, with the position. At most `limit`. Public.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn cards_set(&self, from: u64, to: u64, limit: usize) -> Result<Vec<(Position, Listed)>, Fault> {
        let rows = views::agent::between(self.connection, from, to, limit)?;
        let listed = |row: views::agent::AgentRow| {
            let endpoint = row.card.and_then(|card| card.endpoint);
            (row.set_at, Listed { agent: row.agent, endpoint })
        };
        Ok(rows.into_iter().map(listed).collect())
    }

    /// The number that the store knows an agent by; none of one that was never named.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn agent_number(&self, agent: &AgentUri) -> Result<Option<AgentNumber>, Fault> {
        Ok(views::agent::number(self.connection, agent)?.map(AgentNumber))
    }

    /// Finds terms schemas that organisations registered. Public.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn schemas(&self, query: &SchemaQuery) -> Result<Vec<SchemaRow>, Fault> {
        views::terms::find(self.connection, query)
    }

    /// A terms schema with its first registration. Public.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn schema(&self, hash: &Hash) -> Result<Option<(SchemaRow, TermsSchema)>, Fault> {
        let Some(row) = views::terms::of_hash(self.connection, hash)? else { return Ok(None) };
        let corrupt = || Fault::corrupt(Some(row.position.0), "its terms schema is not there");
        let organisation = self.organisation(&row.organisation)?.ok_or_else(corrupt)?;
        let schema = organisation.schemas().get(hash).ok_or_else(corrupt)?.schema.clone();
        Ok(Some((row, schema)))
    }

    /// A consent, if the tenant is of one of its two organisations.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn consent(&self, tenant: &Tenant, id: &Hash) -> Result<Option<Consent>, Fault> {
        if views::consent::is_party(self.connection, tenant, id)? {
            self.load_consent(id).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The sessions under a consent that the tenant may read, with the position at which each was opened, those opened
    /// last first; none if the tenant is of neither of its organisations.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn sessions_under(
        &self,
        tenant: &Tenant,
        consent: &Hash,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Option<Vec<(Position, Session)>>, Fault> {
        if !views::consent::is_party(self.connection, tenant, consent)? {
            return Ok(None);
        }
        let rows = views::session::under(self.connection, tenant, consent, (limit, place(before)))?;
        let mut sessions = Vec::with_capacity(rows.len());
        for (opened, number) in rows {
            let StreamId::Session(id) = names::name(self.connection, number)? else {
                return Err(Fault::corrupt(Some(opened), "it is listed as a session and is none"));
            };
            sessions.push((Position(opened), self.load_session(&id)?));
        }
        Ok(Some(sessions))
    }

    pub(crate) fn load_consent(&self, id: &Hash) -> Result<Consent, Fault> {
        let mut world = self.world();
        facts::load(self.connection, &mut world, &StreamId::Consent(*id))?;
        world
            .consent(id)
            .cloned()
            .ok_or_else(|| Fault::corrupt(None, format!("consent:{} is not there", id.to_hex())))
    }

    /// The consents of the tenant's organisation with the position of their requests, newest first.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn consents(
        &self,
        tenant: &Tenant,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<(Position, Consent)>, Fault> {
        let rows = views::consent::list(self.connection, tenant, limit, place(before))?;
        let mut consents = Vec::with_capacity(rows.len());
        for (position, stream) in rows {
            let StreamId::Consent(id) = stream else {
                return Err(Fault::corrupt(Some(position), "it is listed as a consent and is none"));
            };
            consents.push((Position(position), self.load_consent(&id)?));
        }
        Ok(consents)
    }

    /// A session, if the tenant takes part in it, acts in it for another, or is the organisation of one who does.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn session(&self, tenant: &Tenant, id: &Hash) -> Result<Option<Session>, Fault> {
        if views::session::is_member(self.connection, tenant, &StreamId::Session(*id))? {
            self.load_session(id).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Where a session stands, if the tenant may read [`Reader::session`]; without reading what was said in it.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn session_state(&self, tenant: &Tenant, id: &Hash) -> Result<Option<State>, Fault> {
        if views::session::is_member(self.connection, tenant, &StreamId::Session(*id))? {
            Ok(views::session::standing(self.connection, id)?.map(|(state, _)| state))
        } else {
            Ok(None)
        }
    }

    /// When a session that has ended moved last, if no dispute about it is open: for the node, which then keeps things for it
    /// no longer than it has to.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn quiet_since(&self, id: &Hash) -> Result<Option<LogTime>, Fault> {
        let Some((State::Closed | State::Failed, moved)) = views::session::standing(self.connection, id)?
        else {
            return Ok(None);
        };
        let argued = views::dispute::is_open_about(self.connection, id)?;
        Ok((!argued).then_some(moved))
    }

    /// The consent whose end leaves nothing to say in a session but what settles what is owed, and when it ended.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn narrowed(&self, session: &Session, now: LogTime) -> Result<Option<(Hash, LogTime)>, Fault> {
        if !session.owes() {
            return Ok(None);
        }
        let consents: Result<Vec<Consent>, Fault> =
            session.consents().iter().map(|id| self.load_consent(id)).collect();
        let consents = consents?;
        Ok(session.narrowed(now, &consents.iter().collect::<Vec<_>>()))
    }

    /// What whoever opened a session had to have earned. From the invitation and the policies before it in the log, as
    /// anybody can find it who has them.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn admitted(&self, session: &Session) -> Result<Admitted, Fault> {
        let opened = session.opened();
        let first = self.entries(&StreamId::Session(session.id()), None, 1)?;
        let invites = first.first().and_then(|entry| Invites::of(entry.statement.statement(), None));
        let mut floors = Vec::new();
        for (invites, organisation) in invites
            .iter()
            .flat_map(|invites| invites.organisations().into_iter().map(move |it| (invites, it)))
        {
            let policy = self.policy_before(&organisation, opened.index)?;
            let admission = policy.as_ref().and_then(|policy| policy.admission.as_ref());
            floors.extend(invites.floor(admission).map(|floor| (organisation, floor)));
        }
        Ok(Admitted { index: opened.index, judged_at: judged_at(opened.time), floors })
    }

    /// The policy that an organisation had set before a place of the log.
    fn policy_before(&self, organisation: &Domain, before: Position) -> Result<Option<PolicySet>, Fault> {
        let stream = StreamId::Org(organisation.clone());
        let (mut after, mut policy) = (None, None);
        loop {
            // Each turn reads on, so the stream's end ends it.
            let entries = self.entries(&stream, after, POLICY_CHUNK)?;
            let earlier = entries.iter().take_while(|entry| entry.point.index < before);
            let mut seen = 0;
            for entry in earlier {
                seen += 1;
                after = Some(entry.statement.statement().sequence);
                if let Body::OrgPolicySet(set) = &entry.statement.statement().body {
                    policy = Some(set.clone());
                }
            }
            if seen < POLICY_CHUNK {
                return Ok(policy);
            }
        }
    }

    fn load_session(&self, id: &Hash) -> Result<Session, Fault> {
        let mut world = self.world();
        facts::load(self.connection, &mut world, &StreamId::Session(*id))?;
        world
            .session(id)
            .cloned()
            .ok_or_else(|| Fault::corrupt(None, format!("session:{} is not there", id.to_hex())))
    }

    /// The tenant's sessions, those moved last first.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn sessions(&self, tenant: &Tenant, query: SessionQuery) -> Result<Vec<SessionRow>, Fault> {
        views::session::list(self.connection, tenant, query)
    }

    /// What the tenant may read of the log, whatever stream it stands in, from a position on, in log order. A stream of which
    /// it became a reader later is told from there on.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn feed(&self, tenant: &Tenant, from: Position, limit: usize) -> Result<Vec<Entry>, Fault> {
        views::feed::read(self.connection, tenant, from.0, limit)
    }

    /// The entry at a position, if the tenant may read its stream.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn entry(&self, tenant: &Tenant, position: Position) -> Result<Option<Entry>, Fault> {
        let Some(entry) = entries::at(self.connection, position.0)? else { return Ok(None) };
        let may = self.may_read(Some(tenant), &entry.statement.statement().stream)?;
        Ok(may.then_some(entry))
    }

    /// Whether one of these streams is told in the tenant's feed, as far as it is not a session in which it takes part: those
    /// [`Reader::sessions`] finds.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn feeds(&self, tenant: &Tenant, streams: &[StreamId]) -> Result<bool, Fault> {
        views::feed::has(self.connection, tenant, streams)
    }

    /// A dispute that the tenant may read.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn dispute(&self, tenant: &Tenant, id: &Hash) -> Result<Option<Dispute>, Fault> {
        let stream = StreamId::Dispute(*id);
        if views::dispute::is_party(self.connection, tenant, &stream)? {
            self.load_dispute(id).map(Some)
        } else {
            Ok(None)
        }
    }

    fn load_dispute(&self, id: &Hash) -> Result<Dispute, Fault> {
        let mut world = self.world();
        facts::load(self.connection, &mut world, &StreamId::Dispute(*id))?;
        let found = world.dispute(id).cloned();
        found.ok_or_else(|| Fault::corrupt(None, format!("dispute:{} is not there", id.to_hex())))
    }

    /// The tenant's disputes, those filed last first, with where they were filed.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn disputes(
        &self,
        tenant: &Tenant,
        docket: Docket,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<(Position, Dispute)>, Fault> {
        let found = views::dispute::list(self.connection, tenant, docket, limit, place(before))?;
        found.into_iter().map(|(filed, id)| Ok((Position(filed), self.load_dispute(&id)?))).collect()
    }

    /// The disputes about a session that the tenant may read, those filed first first.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn disputes_about(&self, tenant: &Tenant, session: &Hash) -> Result<Vec<Hash>, Fault> {
        let Some(number) = names::find(self.connection, &StreamId::Session(*session))? else {
            return Ok(Vec::new());
        };
        let mut readable = Vec::new();
        for dispute in views::dispute::of_session(self.connection, number)? {
            if views::dispute::is_party(self.connection, tenant, &StreamId::Dispute(dispute))? {
                readable.push(dispute);
            }
        }
        Ok(readable)
    }

    /// The session that has a commitment, with the session's id, if the tenant may read it.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn commitment(&self, tenant: &Tenant, commitment: &Hash) -> Result<Option<(Hash, Session)>, Fault> {
        let Some(session) = self.session_of(commitment)? else { return Ok(None) };
        Ok(self.session(tenant, &session)?.map(|found| (session, found)))
    }

    /// The same, for nobody's eyes yet.
    pub(crate) fn unseen(&self, commitment: &Hash) -> Result<Option<(Hash, Session)>, Fault> {
        let Some(session) = self.session_of(commitment)? else { return Ok(None) };
        self.load_session(&session).map(|found| Some((session, found)))
    }

    fn session_of(&self, commitment: &Hash) -> Result<Option<Hash>, Fault> {
        let Some((position, _)) = entries::find(self.connection, commitment)? else { return Ok(None) };
        let Some(session) = views::commitment::session_of(self.connection, position)? else {
            return Ok(None);
        };
        match names::name(self.connection, session)? {
            StreamId::Session(session) => Ok(Some(session)),
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => Err(Fault::corrupt(Some(position), "its commitment is in no session")),
        }
    }

    /// The commitments that the tenant, or an agent of it, has signed: where each was formed, newest first.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn commitments(
        &self,
        tenant: &Tenant,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<(Position, Hash, Commitment)>, Fault> {
        let mut world = self.world();
        let mut commitments = Vec::new();
        for (formed, stream) in views::commitment::list(self.connection, tenant, limit, place(before))? {
            let corrupt = || Fault::corrupt(Some(formed), "it formed a commitment that is not there");
            let StreamId::Session(id) = stream else { return Err(corrupt()) };
            if !world.knows(&stream) {
                facts::load(self.connection, &mut world, &stream)?;
            }
            let session = world.session(&id).ok_or_else(corrupt)?;
            let mut all = session.commitments().values();
            let found = all.find(|commitment| commitment.formed.index.0 == formed).ok_or_else(corrupt)?;
            commitments.push((Position(formed), id, found.clone()));
        }
        Ok(commitments)
    }

    /// The agents of the tenant, an organisation, with what they are about, in the order of their names: at most so many
    /// after one of them. Retired ones are among them.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn own_agents(
        &self,
        tenant: &Tenant,
        after: Option<&AgentUri>,
        limit: usize,
    ) -> Result<Vec<AgentWork>, Fault> {
        let agents = views::agent::of_tenant(self.connection, tenant, after, limit)?;
        agents.iter().map(|agent| self.agent_work(agent)).collect()
    }

    fn agent_work(&self, uri: &AgentUri) -> Result<AgentWork, Fault> {
        let corrupt = || Fault::corrupt(None, format!("{uri} is listed and is not there"));
        let agent = self.agent(uri)?.ok_or_else(corrupt)?;
        let (mut work, live) = Work::count(self.connection, uri)?;
        // What one agent's commitments rest on goes before the next one's comes.
        let mut world = self.world();
        for (formed, stream) in live {
            let corrupt = || Fault::corrupt(Some(formed), "it formed a commitment that is not there");
            let StreamId::Session(id) = stream else { return Err(corrupt()) };
            if !world.knows(&stream) {
                facts::load(self.connection, &mut world, &stream)?;
            }
            let session = world.session(&id).ok_or_else(corrupt)?;
            let mut all = session.commitments().values();
            work.add(uri, all.find(|commitment| commitment.formed.index.0 == formed).ok_or_else(corrupt)?);
        }
        Ok(AgentWork { agent, work, last: views::act::last(self.connection, uri)? })
    }

    /// What the tenant, or an agent of it, said: newest first, with the position before which the rest is; none at the
    /// end. A page for which much is passed over has fewer than asked for.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn acts(&self, tenant: &Tenant, query: &ActQuery) -> Result<(Vec<Act>, Option<Position>), Fault> {
        views::act::list(self.connection, tenant, query)
    }

    /// The statements of a stream after a sequence, in order. Ask [`Reader::may_read`] first.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn entries(
        &self,
        stream: &StreamId,
        after: Option<Sequence>,
        limit: usize,
    ) -> Result<Vec<Entry>, Fault> {
        match names::find(self.connection, stream)? {
            Some(id) => entries::of_stream(self.connection, id, after, limit),
            None => Ok(Vec::new()),
        }
    }

    /// Whether a stream exists and the tenant, or with none anybody, may read it.
    ///
    /// Streams of organisations and agents are public, those of consents, sessions and disputes their parties'. Who is to
    /// rule in a dispute reads its session until it has ended.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn may_read(&self, tenant: Option<&Tenant>, stream: &StreamId) -> Result<bool, Fault> {
        match (stream, tenant) {
            (StreamId::Org(_) | StreamId::Agent(_), _) => Ok(!self.entries(stream, None, 1)?.is_empty()),
            (
                StreamId::Consent(_) | StreamId::Session(_) | StreamId::Account(_) | StreamId::Dispute(_),
                None,
            ) => Ok(false),
            // Money is the organisation's own affair, and no agent's.
            (StreamId::Account(domain), Some(tenant)) => {
                let own = *tenant == Tenant::Organisation(domain.clone());
                Ok(own && !self.entries(stream, None, 1)?.is_empty())
            }
            (StreamId::Consent(id), Some(tenant)) => views::consent::is_party(self.connection, tenant, id),
            (StreamId::Session(_), Some(tenant)) => {
                Ok(views::session::is_member(self.connection, tenant, stream)?
                    || views::dispute::arbitrates(self.connection, tenant, stream)?)
            }
            (StreamId::Dispute(_), Some(tenant)) => views::dispute::is_party(self.connection, tenant, stream),
        }
    }

    /// The streams with an entry at a position from `from` up to but not including `to`, each once.
    ///
    /// The work grows with the span; ask for spans that are bounded.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn streams_moved(&self, from: u64, to: u64) -> Result<Vec<StreamId>, Fault> {
        entries::streams_between(self.connection, from, to)
    }

    /// An account, if the tenant is its organisation.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn account(&self, tenant: &Tenant, domain: &Domain) -> Result<Option<Account>, Fault> {
        if *tenant == Tenant::Organisation(domain.clone()) { self.custody(domain) } else { Ok(None) }
    }

    /// The same for the custodian, the node, who speaks in it.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn custody(&self, domain: &Domain) -> Result<Option<Account>, Fault> {
        match names::find(self.connection, &StreamId::Account(domain.clone()))? {
            Some(id) => views::account::load(self.connection, id),
            None => Ok(None),
        }
    }

    /// The accounts that have a deposit or a withdrawal waiting, at most so many: for the custodian.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn accounts_waiting(&self, limit: usize) -> Result<Vec<Account>, Fault> {
        views::account::waiting(self.connection, limit)
    }

    /// The movements of an account, newest first, before one of them: its position and its part. None if the tenant is
    /// not its organisation.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn postings(
        &self,
        tenant: &Tenant,
        domain: &Domain,
        limit: usize,
        before: Option<(Position, u64)>,
    ) -> Result<Option<Vec<Posting>>, Fault> {
        if self.account(tenant, domain)?.is_none() {
            return Ok(None);
        }
        let before = before.map_or((u64::MAX, 0), |(position, part)| (position.0, part));
        views::account::history(self.connection, domain, limit, before).map(Some)
    }

    /// The evidence within the first `prefix` entries, in log order, and what of it counts there.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn settled(&self, prefix: u64) -> Result<Settled, Fault> {
        views::evidence::all(self.connection, prefix)
    }

    /// What is known of an agent besides its obligations; none if it is not registered.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn dossier(&self, agent: &AgentUri) -> Result<Option<Dossier>, Fault> {
        views::praise::dossier(self.connection, &mut self.world(), agent)
    }

    /// Takes in what the entries from `from` on and before `to` settled and distrusted, after all that was before.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn settled_between(&self, settled: &mut Settled, from: u64, to: u64) -> Result<(), Fault> {
        views::evidence::follow(self.connection, settled, from, to)
    }

    /// The earliest log time at which time alone changes a session or a dispute.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn next_deadline(&self) -> Result<Option<LogTime>, Fault> {
        views::session::next_deadline(self.connection)
    }

    /// What the node has to say at `now`, the longest overdue first; one statement per stream at a time.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn due(&self, now: LogTime, limit: usize) -> Result<Vec<Due>, Fault> {
        let mut due = Vec::new();
        for stream in views::session::due(self.connection, now, limit)? {
            let mut world = self.world();
            facts::load_whole(self.connection, &mut world, &stream)?;
            self.answer_lot(&mut world, &stream)?;
            let head = world.head(&stream);
            due.extend(head.zip(world.due_in(&stream, now)).map(|(head, body)| Due { stream, head, body }));
        }
        Ok(due)
    }

    /// Answers what a lottery that is due asks of the trust in those whom it calls.
    fn answer_lot(&self, world: &mut World, stream: &StreamId) -> Result<(), Fault> {
        let StreamId::Dispute(dispute) = stream else { return Ok(()) };
        let asked = world.due_asks(dispute);
        let Some(prefix) = asked.iter().map(|question| question.prefix.0).max() else { return Ok(()) };
        let settled = views::evidence::all(self.connection, prefix)?;
        let answer = |question: Question| {
            let worth = worth(settled.evidence(), &question);
            (question, worth)
        };
        world.answer(asked.into_iter().map(answer).collect());
        Ok(())
    }

    /// The receipt of a statement, with its stream for [`Reader::may_read`].
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn receipt(&self, statement: &Hash) -> Result<Option<(Receipt, StreamId)>, Fault> {
        let Some((position, _)) = entries::find(self.connection, statement)? else { return Ok(None) };
        let Some(entry) = entries::at(self.connection, position)? else { return Ok(None) };
        let receipt = receipts::of(self.connection, self.origin, self.node_key, &entry)?;
        Ok(Some((receipt, entry.statement.statement().stream.clone())))
    }

    /// The signed note over the whole log; none while it is empty.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn checkpoint(&self) -> Result<Option<String>, Fault> {
        checkpoint(self.connection)
    }

    /// The bytes of a tile or an entry bundle (C2SP tlog-tiles); none if the log has not got so far.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn tile(&self, path: &TilePath) -> Result<Option<Vec<u8>>, Fault> {
        tiles::bytes(self.connection, path)
    }

    /// The proof that an entry is in the log of a size (RFC 6962 §2.1.1); none if that does not exist.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Option<Vec<Hash>>, Fault> {
        if size > self.size()? { Ok(None) } else { tiles::inclusion(self.connection, index, size) }
    }

    /// The proof that the log of one size begins with that of another (RFC 6962 §2.1.2); none if one does not exist.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn consistency(&self, from: u64, to: u64) -> Result<Option<Vec<Hash>>, Fault> {
        if to > self.size()? { Ok(None) } else { tiles::consistency(self.connection, from, to) }
    }

    /// Writes the log as JSON lines: a header, an entry per line, the checkpoint. Returns how many entries.
    ///
    /// Everything of everybody: for the operator and for auditors.
    ///
    /// # Errors
    /// As [`Reader::size`], and [`Fault::Output`] if `out` fails.
    pub fn export(&self, out: &mut dyn Write) -> Result<u64, Fault> {
        export::write(self.connection, self.origin, &self.node_key, out)
    }
}

/// Before which position; none is after all.
fn place(before: Option<Position>) -> u64 {
    before.map_or(u64::MAX, |before| before.0)
}

/// The stored note.
pub(crate) fn checkpoint(connection: &Connection) -> Result<Option<String>, Fault> {
    let note = connection
        .prepare_cached("SELECT note FROM checkpoint")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(note)
}
