//! A sealed session as a member of its group knows it: judged from its statements, opened, and judged again by what was in them.
//!
//! The log's own rules are judged on outlines, as the node does. What only members can read is judged by the same core against
//! the session with everything that was opened before; what breaks a rule there counts as unreadable.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use asp_core::bundle::needs;
use asp_core::key::{KeyId, SecretKey};
use asp_core::name::{AgentUri, Issuer, Origin, StreamId};
use asp_core::position::{Hash, Head, LogPoint, Sequence};
use asp_core::reading::keys_of;
use asp_core::rejection::{Code, Rejection};
use asp_core::session::Session;
use asp_core::statement::body::{Accept, Body, Inform, Mode, Package};
use asp_core::statement::{Statement, Verified};
use asp_core::stream::Accepted;
use asp_core::world::World;

use crate::fault::Fault;
use crate::sealer::{Reading, Regrouping, Sealer};

/// Why a session cannot be followed.
#[derive(Debug)]
pub enum Broken {
    /// The rules do not allow a statement where it stands: who gave it has forged the log.
    Refused {
        /// Where.
        at: LogPoint,
        /// Why not.
        rejection: Box<Rejection>,
    },
    /// No statement opens the session.
    NoBeginning,
    /// The vault.
    Fault(Fault),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { at, rejection } => {
                write!(f, "the statement at log index {} would be refused: {rejection}", at.index)
            }
            Self::NoBeginning => f.write_str("no statement opens the session"),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Broken {}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A session while its statements are taken in, with those of the streams that it rests on, in the order of the log.
#[derive(Debug)]
pub struct Course {
    /// What the node knows.
    world: World,
    /// The same with what was opened.
    members: World,
    origin: Origin,
    id: Hash,
    at: Option<LogPoint>,
    moved: Sequence,
    /// All streams that are needed, and how far each goes.
    streams: BTreeMap<StreamId, Option<Head>>,
}

/// A session as a member of its group knows it.
#[derive(Debug)]
pub struct Known {
    /// What the node knows too.
    pub outlined: Session,
    /// The same with everything that could be read.
    pub inner: Session,
    /// What could not be read, which nobody was told.
    pub untold: Vec<(Hash, Code)>,
    /// The last statement that can change what others mean: no group's, and not the owner's word that it could not read.
    pub moved: Sequence,
    wanted: BTreeSet<AgentUri>,
    ended: BTreeSet<AgentUri>,
    stands: bool,
}

impl Course {
    /// Nothing yet of a session in the log of this origin and key.
    #[must_use]
    pub fn new(origin: Origin, node_key: KeyId, id: Hash) -> Self {
        let world = World::new(origin.clone(), node_key).without_trust();
        Self {
            members: world.clone(),
            world,
            origin,
            id,
            at: None,
            moved: Sequence(0),
            streams: BTreeMap::new(),
        }
    }

    /// Judges a statement at its place in the log and takes it in; one of the session with what was sealed in it.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn take(
        &mut self,
        sealer: &mut Sealer,
        key: &SecretKey,
        verified: &Verified,
        at: LogPoint,
    ) -> Result<(), Broken> {
        let refused = |rejection| Broken::Refused { at, rejection: Box::new(rejection) };
        let accepted = self.world.judge(verified, at).map_err(refused)?;
        let said = accepted.statement();
        if sealer.is_other(said) {
            return Err(Fault::LogChanged.into());
        }
        for stream in needs(said) {
            self.streams.entry(stream).or_default();
        }
        self.streams.insert(said.stream.clone(), Some(Head { sequence: said.sequence, hash: said.hash }));
        // What ends a key or a consent stands elsewhere, and counts from there on.
        self.at = Some(at);
        let known = if said.stream == StreamId::Session(self.id) {
            if !is_automatic(said, sealer.agent()) {
                self.moved = said.sequence;
            }
            self.open(sealer, key, &accepted)?
        } else {
            accepted.clone()
        };
        self.members.apply(&known);
        self.world.apply(&accepted);
        Ok(())
    }

    /// A statement of the session as members know it: with its opened body, where that keeps the rules.
    fn open(&self, sealer: &mut Sealer, key: &SecretKey, accepted: &Accepted) -> Result<Accepted, Fault> {
        let statement = accepted.statement();
        let mode = self.world.session(&self.id).map_or(Mode::Open, Session::mode);
        sealer.take(key, mode, statement)?;
        let Reading::Opened(opened) = sealer.reading(statement) else { return Ok(accepted.clone()) };
        let judged = self.members.judge_opened(accepted.verified(), Some(&opened), accepted.at());
        judged.or_else(|rejection| {
            sealer.refuse(&self.id, &statement.hash, rejection.code);
            Ok(accepted.clone())
        })
    }

    /// What it has come to, for the owner of the sealer, who from here on takes no less of these streams.
    ///
    /// # Errors
    /// [`Broken::NoBeginning`]; [`Fault::LogChanged`] where less is there than was before: who read it may have been overtaken by
    /// another process of the same owner, and reads again; else who gave it has taken something out.
    pub fn finish(self, sealer: &mut Sealer) -> Result<Known, Broken> {
        sealer.follow(&self.origin, &self.streams)?;
        let outlined = self.world.session(&self.id).cloned().ok_or(Broken::NoBeginning)?;
        let inner = self.members.session(&self.id).cloned();
        let (inner, at) = inner.zip(self.at).ok_or(Broken::NoBeginning)?;
        let (wanted, stands) = self.world.group_of(&outlined, at, sealer.agent());
        let members: BTreeMap<AgentUri, KeyId> =
            outlined.channel().map(|channel| channel.members.clone()).unwrap_or_default();
        let counts = |(agent, key): &(&AgentUri, &KeyId)| {
            let keys = keys_of(&self.world, &Issuer::Agent((*agent).clone()));
            keys.is_none_or(|keys| keys.is_current(key))
        };
        let ended = members.iter().filter(|member| !counts(member)).map(|(agent, _)| agent.clone()).collect();
        let untold = if members.contains_key(sealer.agent()) { sealer.untold(&self.id) } else { Vec::new() };
        Ok(Known { outlined, inner, untold, moved: self.moved, wanted, ended, stands })
    }
}

/// Whether a statement is said so that others can be, and changes nothing of what they mean.
fn is_automatic(said: &Statement, owner: &AgentUri) -> bool {
    let Body::Inform(inform) = &said.body else { return false };
    let tells = matches!(inform, Inform::Unreadable(_)) && said.issuer.agent() == Some(owner);
    tells || matches!(inform, Inform::Group(_))
}

impl Known {
    /// Whether something can be sealed for the group as it stands.
    #[must_use]
    pub fn is_ready(&self, sealer: &Sealer, key: &SecretKey) -> bool {
        self.stands && sealer.can_seal(key, &self.outlined)
    }

    /// What it takes to make the group the one that it has to be, or to give it new keys.
    #[must_use]
    pub fn regrouping(&self, sealer: &Sealer, key: &SecretKey) -> Regrouping {
        sealer.regrouping(key, &self.outlined, &self.wanted, &self.ended)
    }

    /// Whether a body agrees to terms that could not be read.
    #[must_use]
    pub fn agrees_unread(&self, body: &Body) -> bool {
        let hidden = |terms: &Hash| self.package(terms).is_some_and(|package| package.hidden.is_some());
        if let Body::Accept(Accept::Acceptance(acceptance)) = body {
            return hidden(&acceptance.terms_hash);
        }
        matches!(body, Body::Commit(commit) if hidden(&commit.terms_hash))
    }

    /// The package under a hash of terms, as far as it could be read.
    fn package(&self, terms: &Hash) -> Option<&Package> {
        let offered = self.inner.offers().values().find_map(|offer| offer.packages.get(terms));
        let pending = self.inner.pending().filter(|pending| pending.terms_hash == *terms);
        let agreed = self.inner.agreed().get(terms).map(|agreed| &agreed.package);
        offered.or(pending.map(|pending| &pending.package)).or(agreed)
    }
}
