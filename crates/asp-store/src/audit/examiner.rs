//! One entry after the other: order, time, the rules of the protocol, the tree. Where they come from is not known
//! here, nor whether their signatures hold: that is checked before.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::account::{Imbalance, Ledger, Movement, Place};
use asp_core::key::KeyId;
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::leaf::Leaf;
use asp_core::log::tree::Tree;
use asp_core::name::{AgentUri, Origin, StreamId};
use asp_core::position::{Hash, LogPoint, LogTime, Position};
use asp_core::session::Effect;
use asp_core::statement::{Body, Received, Signature, Statement, Verified};
use asp_core::stream::Accepted;
use asp_core::trust::{Dossier, Notes, Outlook, Question, Settled};
use asp_core::world::{Change, World};
use rusqlite::Connection;

use super::{Finding, Money};
use crate::facts::Facts;
use crate::fault::Fault;
use crate::fold::Fold;
use crate::migrate;

/// An entry whose signatures hold.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) point: LogPoint,
    pub(super) verified: Verified,
    pub(super) leaf: Hash,
}

impl Checked {
    /// Checks what can be checked of an entry alone: the form, the types, each signature.
    pub(super) fn of(
        index: u64,
        time: LogTime,
        signatures: Vec<Signature>,
        statement: &[u8],
    ) -> Result<Self, Finding> {
        let verified = Received::from_parts(statement, signatures)
            .and_then(Received::read)
            .and_then(asp_core::statement::Signed::verify)
            .map_err(|rejection| Finding::refused(index, &rejection))?;
        let leaf = Leaf {
            statement: verified.statement().hash,
            signatures: verified.signatures_hash(),
            log_time: time,
        };
        Ok(Self { point: LogPoint { index: Position(index), time }, verified, leaf: leaf.hash() })
    }
}

/// The views that follow from the entries so far.
struct Views {
    connection: Connection,
    fold: Fold,
    /// Entries since the sessions were last written.
    unwritten: usize,
}

/// Entries after which sessions are written; each holds what it was before.
const FOLD_MAX: usize = 4096;

/// The log as far as it holds.
pub(super) struct Examiner {
    pub(super) origin: Origin,
    pub(super) node_key: KeyId,
    facts: Facts,
    pub(super) tree: Tree,
    time: LogTime,
    views: Option<Views>,
    ledger: Ledger,
    about: Option<About>,
}

/// A question of which is kept what was known, by as many entries as it looks at.
struct About {
    notes: Notes,
    question: Question,
    dossier: Option<Dossier>,
    outlook: Outlook,
}

impl About {
    fn take(&mut self, awaited: &BTreeSet<AgentUri>, accepted: &Accepted, world: &World, size: u64) {
        if size <= self.question.prefix.0 {
            self.notes.take(awaited, accepted, world);
        }
        if size == self.question.prefix.0 {
            self.dossier = self.notes.dossier(world);
            self.outlook = world.outlook(&self.question.observer, &self.question.class.currency);
        }
    }
}

impl Examiner {
    /// Begins at the first entry; `with_views` also derives the views.
    pub(super) fn new(origin: Origin, node_key: KeyId, with_views: bool) -> Result<Self, Fault> {
        let views = if with_views {
            let connection = migrate::in_memory()?;
            // Nothing of it outlives the audit: one transaction costs least.
            connection.execute_batch("BEGIN")?;
            Some(Views { connection, fold: Fold::default(), unwritten: 0 })
        } else {
            None
        };
        let world = World::new(origin.clone(), node_key).with_evidence();
        let facts = Facts::new(world, usize::MAX);
        Ok(Self {
            origin,
            node_key,
            facts,
            tree: Tree::new(),
            time: LogTime::from_millis(0),
            views,
            ledger: Ledger::default(),
            about: None,
        })
    }

    /// Judges the next entry.
    ///
    /// # Errors
    /// What does not hold; the log is then known up to the entry before.
    pub(super) fn take(&mut self, entry: Checked) -> Result<(), Finding> {
        let Checked { point, verified, leaf } = entry;
        let index = self.tree.size();
        if point.index.0 != index {
            return Err(Finding::at(index, format!("entry {} stands in its place", point.index)));
        }
        if point.time < self.time {
            return Err(Finding::at(
                index,
                format!("its log time {} is before that of the entry before", point.time),
            ));
        }
        self.facts.world.decide(&verified, point).map_err(|rejection| Finding::refused(index, &rejection))?;
        self.time = point.time;
        self.tree.append(leaf);
        let convened = convened(verified.statement());
        let accepted = Accepted::from_store(verified, point);
        let moved = match &mut self.views {
            None => {
                let before =
                    self.about.as_ref().map(|_| Notes::awaited(&self.facts.world, accepted.statement()));
                let change = self.facts.world.apply(&accepted);
                if let (Some(about), Some(awaited)) = (&mut self.about, before) {
                    about.take(&awaited, &accepted, &self.facts.world, self.tree.size());
                }
                money(change)
            }
            Some(views) => views
                .apply(&mut self.facts, &accepted)
                .map_err(|fault| Finding::unreadable(Some(index), &fault))?,
        };
        if let Some(dispute) = convened {
            self.facts.world.note_root(dispute, self.tree.root());
        }
        self.add_up(&moved).map_err(|imbalance| Finding::at(index, imbalance.to_string()))
    }

    /// The sum over all accounts is zero with this entry too, and the accounts say what was moved (ASP-ESC-014).
    fn add_up(&mut self, moved: &[Movement]) -> Result<(), Imbalance> {
        self.ledger.post(moved)?;
        let places = moved.iter().flat_map(|movement| [&movement.from, &movement.to]);
        let accounts = places.filter_map(Place::organisation).filter_map(|it| self.facts.world.account(it));
        accounts.into_iter().try_for_each(|account| self.ledger.agrees(account))
    }

    /// What all movements come to.
    pub(super) fn money(&self) -> Money {
        let inside = self.ledger.inside().map(|(currency, sum)| (currency.clone(), sum)).collect();
        let held = self.ledger.held().fold(BTreeMap::new(), |mut held, (_, currency, sum)| {
            *held.entry(currency.clone()).or_insert(0) += sum;
            held
        });
        Money { movements: self.ledger.movements(), inside, held }
    }

    /// Compares the log with the checkpoint over it.
    pub(super) fn check_note(&self, note: Option<&str>) -> Result<(), Finding> {
        let size = self.tree.size();
        let Some(note) = note else {
            return if size == 0 { Ok(()) } else { Err(Finding::whole("there is no checkpoint")) };
        };
        let key = NoteKey { name: self.origin.clone(), key: self.node_key };
        let checkpoint = Note::open(note, &key)
            .map_err(|error| Finding::whole(format!("the checkpoint does not hold: {error}")))?
            .checkpoint;
        if checkpoint.size != size {
            let what = format!("the checkpoint is over {} entries, the log has {size}", checkpoint.size);
            return Err(Finding::whole(what));
        }
        if checkpoint.root != self.tree.root() {
            return Err(Finding::whole("the checkpoint is over other entries: its root is not theirs"));
        }
        Ok(())
    }

    /// Keeps what is known of what a question is about, by as many entries as it looks at.
    pub(super) fn note(&mut self, question: Question) {
        let notes = Notes::about(question.subject.clone());
        self.about = Some(About { notes, question, dossier: None, outlook: Outlook::default() });
    }

    /// The evidence of the entries so far, the dossier that was asked for, and how its observer looked at it.
    pub(super) fn into_evidence(self) -> (Settled, Option<Dossier>, Outlook) {
        let settled = self.facts.world.settled().cloned().unwrap_or_default();
        let (dossier, outlook) = self.about.map(|about| (about.dossier, about.outlook)).unwrap_or_default();
        (settled, dossier, outlook)
    }

    /// The derived views; none without them.
    pub(super) fn finish_views(&mut self) -> Result<Option<&Connection>, Fault> {
        match &mut self.views {
            None => Ok(None),
            Some(views) => {
                views.write(&mut self.facts)?;
                Ok(Some(&views.connection))
            }
        }
    }
}

impl Views {
    fn apply(&mut self, facts: &mut Facts, accepted: &Accepted) -> Result<Vec<Movement>, Fault> {
        self.fold.apply(&self.connection, facts, accepted)?;
        let moved = self.fold.money().to_vec();
        self.unwritten += 1;
        if self.unwritten >= FOLD_MAX {
            self.write(facts)?;
        }
        Ok(moved)
    }

    fn write(&mut self, facts: &mut Facts) -> Result<(), Fault> {
        self.unwritten = 0;
        std::mem::take(&mut self.fold).finish(&self.connection, facts)
    }
}

/// The dispute whose panel a statement convenes: the root of the log that ends with it is that of the lot.
fn convened(statement: &Statement) -> Option<Hash> {
    let (Body::DisputeConvene(_), StreamId::Dispute(dispute)) = (&statement.body, &statement.stream) else {
        return None;
    };
    Some(*dispute)
}

/// What money an entry moved.
fn money(change: Change) -> Vec<Movement> {
    match change {
        Change::Account(_, moved) | Change::Dispute(_, moved) => moved,
        Change::Session(_, effects) => effects.iter().filter_map(Effect::moved).cloned().collect(),
        Change::Organisation(_) | Change::Agent(_) | Change::Consent(_) => Vec::new(),
    }
}
