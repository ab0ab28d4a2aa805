//! One entry after the other: order, time, the rules of the protocol, the tree, the money.
//! Whether signatures hold is checked before, for each entry alone.

use std::collections::BTreeMap;

use super::{Finding, Money};
use crate::account::{Imbalance, Ledger, Movement, Place};
use crate::key::KeyId;
use crate::log::checkpoint::{Note, NoteKey};
use crate::log::leaf::Leaf;
use crate::log::tree::Tree;
use crate::name::{Origin, StreamId};
use crate::position::{Hash, LogPoint, LogTime, Position};
use crate::statement::{Body, Received, Signature, Signed, Statement, Verified};
use crate::stream::Accepted;
use crate::world::World;

/// An entry whose signatures hold.
#[derive(Debug)]
pub struct Checked {
    /// Where it stands.
    pub point: LogPoint,
    /// What was said.
    pub verified: Verified,
    leaf: Hash,
}

impl Checked {
    /// Checks what can be checked of an entry alone: the form, the types, each signature.
    ///
    /// # Errors
    /// What does not hold.
    pub fn of(
        index: u64,
        time: LogTime,
        signatures: Vec<Signature>,
        statement: &[u8],
    ) -> Result<Self, Finding> {
        let verified = Received::from_parts(statement, signatures)
            .and_then(Received::read)
            .and_then(Signed::verify)
            .map_err(|rejection| Finding::refused(index, &rejection))?;
        let leaf = Leaf {
            statement: verified.statement().hash,
            signatures: verified.signatures_hash(),
            log_time: time,
        };
        Ok(Self { point: LogPoint { index: Position(index), time }, verified, leaf: leaf.hash() })
    }
}

/// The log as far as it holds. The world that follows from it is its owner's.
#[derive(Debug, Default)]
pub struct Course {
    /// The tree over the entries.
    pub tree: Tree,
    time: Option<LogTime>,
    ledger: Ledger,
}

impl Course {
    /// Judges the next entry by the world that the ones before give. Who applies it then tells what it moved:
    /// [`Course::add_up`].
    ///
    /// # Errors
    /// What does not hold; the log is then known up to the entry before.
    pub fn judge(&mut self, world: &World, entry: Checked) -> Result<Accepted, Finding> {
        let Checked { point, verified, leaf } = entry;
        let index = self.tree.size();
        if point.index.0 != index {
            return Err(Finding::at(index, format!("entry {} stands in its place", point.index)));
        }
        if self.time.is_some_and(|before| point.time < before) {
            return Err(Finding::at(
                index,
                format!("its log time {} is before that of the entry before", point.time),
            ));
        }
        world.decide(&verified, point).map_err(|rejection| Finding::refused(index, &rejection))?;
        self.time = Some(point.time);
        self.tree.append(leaf);
        Ok(Accepted::from_store(verified, point))
    }

    /// The sum over all accounts is zero with the last entry too, and the accounts say what was moved (ASP-ESC-014).
    ///
    /// # Errors
    /// What does not add up.
    pub fn add_up(&mut self, world: &World, moved: &[Movement]) -> Result<(), Finding> {
        let index = self.tree.size().saturating_sub(1);
        self.balance(world, moved).map_err(|imbalance| Finding::at(index, imbalance.to_string()))
    }

    fn balance(&mut self, world: &World, moved: &[Movement]) -> Result<(), Imbalance> {
        self.ledger.post(moved)?;
        let places = moved.iter().flat_map(|movement| [&movement.from, &movement.to]);
        let accounts = places.filter_map(Place::organisation).filter_map(|it| world.account(it));
        accounts.into_iter().try_for_each(|account| self.ledger.agrees(account))
    }

    /// What all movements come to.
    #[must_use]
    pub fn money(&self) -> Money {
        let inside = self.ledger.inside().map(|(currency, sum)| (currency.clone(), sum)).collect();
        let held = self.ledger.held().fold(BTreeMap::new(), |mut held, (_, currency, sum)| {
            *held.entry(currency.clone()).or_insert(0) += sum;
            held
        });
        Money { movements: self.ledger.movements(), inside, held }
    }

    /// Compares the log with the checkpoint over it.
    ///
    /// # Errors
    /// That there is none, that the node did not sign it, or that it is over other entries.
    pub fn check_note(&self, origin: &Origin, node_key: KeyId, note: Option<&str>) -> Result<(), Finding> {
        let size = self.tree.size();
        let Some(note) = note else {
            return if size == 0 { Ok(()) } else { Err(Finding::whole("there is no checkpoint")) };
        };
        let key = NoteKey { name: origin.clone(), key: node_key };
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
}

/// The dispute whose panel a statement convenes: the root of the log that ends with it is that of the lot.
#[must_use]
pub const fn convened(statement: &Statement) -> Option<Hash> {
    let (Body::DisputeConvene(_), StreamId::Dispute(dispute)) = (&statement.body, &statement.stream) else {
        return None;
    };
    Some(*dispute)
}
