//! From accepted statements to the rows of the views: an entry at a time, sessions once per batch.
//! Total, as the core's `apply` is; the same code writes the views of a store and those that an audit compares.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::account::{Movement, Place};
use asp_core::name::{Domain, StreamId};
use asp_core::org::Organisation;
use asp_core::position::{Hash, LogTime, Position};
use asp_core::session::Effect;
use asp_core::statement::Body;
use asp_core::stream::Accepted;
use asp_core::trust::{Distrust, Praise};
use asp_core::world::{Change, World};
use rusqlite::Connection;

use crate::facts::Facts;
use crate::fault::Fault;
use crate::names::Names;
use crate::views;

/// What a batch did to a session.
#[derive(Debug)]
struct Moved {
    /// Who could read it before.
    before: BTreeSet<StreamId>,
    /// The position of its last statement.
    at: Position,
    /// The commitments that were formed or changed.
    commitments: BTreeSet<Hash>,
    /// Whether somebody came in while it went on, and with it further consents.
    joined: bool,
}

/// The fold of one batch.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    sessions: BTreeMap<Hash, Moved>,
    revoked: BTreeMap<Hash, LogTime>,
    narrowed: BTreeSet<Hash>,
    /// What the last entry moved.
    money: Vec<Movement>,
    /// The sessions whose disputes the batch ended.
    ruled: BTreeSet<Hash>,
}

impl Fold {
    /// Applies an accepted statement to the world and writes what follows at once.
    pub(crate) fn apply(
        &mut self,
        connection: &Connection,
        facts: &mut Facts,
        accepted: &Accepted,
    ) -> Result<(), Fault> {
        if let StreamId::Session(id) = accepted.statement().stream {
            self.note_before(&facts.world, id);
        }
        #[cfg(feature = "misbehave")]
        let accepted = &crate::misbehave::applicable(&facts.world, accepted.clone());
        let (issuer, at) = (&accepted.statement().issuer, accepted.at().index);
        views::act::put(connection, &mut facts.names, issuer, at)?;
        self.money.clear();
        match facts.world.apply(accepted) {
            Change::Organisation(domain) => match facts.world.organisation(&domain) {
                Some(organisation) => put_organisation(connection, &mut facts.names, organisation, accepted),
                None => Ok(()),
            },
            Change::Agent(uri) => {
                if let Some(distrust) = Distrust::of(accepted) {
                    views::evidence::put_distrust(connection, &mut facts.names, &distrust)?;
                }
                if let Some(subject) = Praise::subject(&accepted.statement().body) {
                    views::praise::put(connection, &mut facts.names, subject, accepted.at().index)?;
                }
                // A key changes nothing of what is shown.
                let shows = matches!(
                    accepted.statement().body,
                    Body::AgentRegister(_) | Body::AgentCardSet(_) | Body::AgentRetire(_)
                );
                match facts.world.agent(&uri).filter(|_| shows) {
                    Some(agent) => {
                        views::panel::put(connection, &mut facts.names, agent)?;
                        views::agent::put(connection, &mut facts.names, agent, accepted.at().index)
                    }
                    None => Ok(()),
                }
            }
            Change::Consent(id) => self.consent(connection, facts, id, accepted),
            Change::Session(id, effects) => self.session(connection, facts, id, effects, accepted),
            Change::Account(domain, moved) => {
                self.money = moved;
                self.move_money(connection, facts, Some(domain), accepted.at().index)
            }
            Change::Dispute(id, moved) => {
                self.money = moved;
                self.move_money(connection, facts, None, accepted.at().index)?;
                self.dispute(connection, facts, id)
            }
        }
    }

    /// What money the last entry moved.
    pub(crate) fn money(&self) -> &[Movement] {
        &self.money
    }

    /// Writes what an entry moved, and at once how the accounts stand: they are loaded from their rows.
    fn move_money(
        &self,
        connection: &Connection,
        facts: &mut Facts,
        changed: Option<Domain>,
        at: Position,
    ) -> Result<(), Fault> {
        views::account::post(connection, &mut facts.names, at, &self.money)?;
        let places = self.money.iter().flat_map(|movement| [&movement.from, &movement.to]);
        let touched: BTreeSet<Domain> =
            places.filter_map(Place::organisation).cloned().chain(changed).collect();
        for account in touched.iter().filter_map(|domain| facts.world.account(domain)) {
            views::account::put(connection, &mut facts.names, account)?;
        }
        Ok(())
    }

    fn note_before(&mut self, world: &World, id: Hash) {
        self.sessions.entry(id).or_insert_with(|| Moved {
            before: views::session::members(world, &id),
            at: Position(0),
            commitments: BTreeSet::new(),
            joined: false,
        });
    }

    fn consent(
        &mut self,
        connection: &Connection,
        facts: &mut Facts,
        id: Hash,
        accepted: &Accepted,
    ) -> Result<(), Fault> {
        let Some(consent) = facts.world.consent(&id) else { return Ok(()) };
        if accepted.statement().opens {
            views::consent::put(connection, &mut facts.names, consent)?;
        }
        if matches!(accepted.statement().body, Body::ConsentRevoke(_)) {
            self.revoked.insert(id, accepted.at().time);
        }
        if matches!(accepted.statement().body, Body::ConsentNarrow(_)) {
            self.narrowed.insert(id);
        }
        Ok(())
    }

    fn dispute(&mut self, connection: &Connection, facts: &mut Facts, id: Hash) -> Result<(), Fault> {
        let deadline = facts.world.deadline_of(&StreamId::Dispute(id));
        let Some(dispute) = facts.world.dispute(&id) else { return Ok(()) };
        if dispute.closed().is_some() {
            self.ruled.insert(dispute.filing().session);
        }
        views::dispute::put(connection, &mut facts.names, dispute, deadline)
    }

    fn session(
        &mut self,
        connection: &Connection,
        facts: &mut Facts,
        id: Hash,
        effects: Vec<Effect>,
        accepted: &Accepted,
    ) -> Result<(), Fault> {
        let Some(moved) = self.sessions.get_mut(&id) else { return Ok(()) };
        moved.at = accepted.at().index;
        // At once: a later statement of the batch may rest on it.
        let owes = effects.iter().any(|effect| matches!(effect, Effect::Commitment(_)));
        if let Some(session) = facts.world.session(&id).filter(|_| owes) {
            views::owing::put(connection, &mut facts.names, session)?;
        }
        for effect in effects {
            match effect {
                Effect::Commitment(commitment) => {
                    moved.commitments.insert(commitment);
                }
                Effect::Settled(evidence) => {
                    views::evidence::put(connection, &mut facts.names, &evidence)?;
                }
                // Read from the session as it stands at the end of the batch.
                Effect::Entered(_) | Effect::Delegated(_) => {}
                Effect::Joined(_) => moved.joined = true,
                Effect::Moved(movement) => self.money.push(movement),
                Effect::Overruled { settled, at } => views::dispute::overrule(connection, at.index, settled)?,
            }
        }
        if self.money.is_empty() {
            return Ok(());
        }
        self.move_money(connection, facts, None, accepted.at().index)
    }

    /// Writes where the sessions stand that the batch moved, and whose time it changed.
    pub(crate) fn finish(self, connection: &Connection, facts: &mut Facts) -> Result<(), Fault> {
        for (id, moved) in &self.sessions {
            if facts.world.is_disputed(id) {
                facts.ensure_whole(connection, &StreamId::Session(*id))?;
            }
            let deadline = facts.world.next_deadline(id);
            let Some(session) = facts.world.session(id) else { continue };
            let after = views::session::members(&facts.world, id);
            let put = views::session::Put {
                before: &moved.before,
                after: &after,
                moved: moved.at,
                deadline,
                consents_changed: moved.joined,
            };
            views::session::put(connection, &mut facts.names, session, &put)?;
            let number = facts.names.intern(connection, &StreamId::Session(*id))?;
            for commitment in moved.commitments.iter().filter_map(|id| session.commitments().get(id)) {
                views::commitment::put(connection, &mut facts.names, number, commitment)?;
                views::account::put_holds(connection, &mut facts.names, commitment)?;
            }
        }
        // What a dispute that has ended makes of its session is due there at once.
        for session in self.ruled.iter().filter(|session| !self.sessions.contains_key(session)) {
            set_deadline(connection, facts, session)?;
        }
        // After the sessions that moved: these rows are right already and no statement below changes them.
        for consent in self.narrowed {
            if let Some(consent) = facts.world.consent(&consent) {
                views::session::narrow(connection, &mut facts.names, consent)?;
            }
        }
        for (consent, at) in self.revoked {
            revoke(connection, facts, &consent, at)?;
        }
        Ok(())
    }
}

/// What is shown of an organisation is read from its stream, which is short; schemas are searched, names compared, and
/// domains looked at.
#[expect(clippy::wildcard_enum_match_arm, reason = "few statements of an organisation are in views")]
fn put_organisation(
    connection: &Connection,
    names: &mut Names,
    organisation: &Organisation,
    accepted: &Accepted,
) -> Result<(), Fault> {
    let domain = organisation.domain();
    match accepted.statement().body {
        Body::OrgRegister(_) => views::likeness::put(connection, names, organisation),
        Body::OrgVerify(_) => views::domain::ask(connection, names, domain, accepted.at().index),
        Body::OrgCheck(_) => {
            if let Some(check) = organisation.check() {
                views::domain::answer(connection, names, domain, check)?;
            }
            views::likeness::prove(connection, names, organisation)
        }
        Body::OrgKeyRotate(_) | Body::OrgKeyRevoke(_) => {
            views::likeness::prove(connection, names, organisation)
        }
        Body::OrgSchemaRegister(_) => {
            let mut schemas = organisation.schemas().values();
            match schemas.find(|known| known.registered == accepted.at()) {
                Some(known) => views::terms::put(connection, names, domain, known),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Brings the deadlines of sessions that rest on a revoked consent up to date.
fn revoke(connection: &Connection, facts: &mut Facts, consent: &Hash, at: LogTime) -> Result<(), Fault> {
    let expired = facts.world.consent(consent).is_some_and(|consent| consent.terms().expires_at <= at);
    if !expired {
        return views::session::revoke(connection, &mut facts.names, consent, at);
    }
    // Few are left: those that ended with the consent's time are closed by the node as soon as it looks.
    for stream in views::session::resting_on(connection, &mut facts.names, consent)? {
        let StreamId::Session(session) = stream else { continue };
        set_deadline(connection, facts, &session)?;
    }
    Ok(())
}

/// Writes when time alone changes a session that did not move.
fn set_deadline(connection: &Connection, facts: &mut Facts, session: &Hash) -> Result<(), Fault> {
    facts.ensure_whole(connection, &StreamId::Session(*session))?;
    let deadline = facts.world.next_deadline(session);
    views::session::set_deadline(connection, &mut facts.names, session, deadline)
}
