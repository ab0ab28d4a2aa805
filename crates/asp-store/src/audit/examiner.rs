//! The log of a folder as far as it holds, with the views that follow from its entries.

use asp_core::audit::{Checked, Course, Finding, convened};
use asp_core::key::KeyId;
use asp_core::name::Origin;
use asp_core::world::World;
use rusqlite::Connection;

use super::unreadable;
use crate::facts::Facts;
use crate::fault::Fault;
use crate::fold::Fold;
use crate::migrate;

/// Entries after which sessions are written; each holds what it was before.
const FOLD_MAX: usize = 4096;

/// The log as far as it holds.
pub(super) struct Examiner {
    pub(super) origin: Origin,
    pub(super) node_key: KeyId,
    facts: Facts,
    pub(super) course: Course,
    views: Connection,
    fold: Fold,
    /// Entries since the sessions were last written.
    unwritten: usize,
}

impl Examiner {
    /// Begins at the first entry.
    pub(super) fn new(origin: Origin, node_key: KeyId) -> Result<Self, Fault> {
        let views = migrate::in_memory()?;
        // Nothing of it outlives the audit: one transaction costs least.
        views.execute_batch("BEGIN")?;
        let world = World::new(origin.clone(), node_key).with_evidence();
        Ok(Self {
            origin,
            node_key,
            facts: Facts::new(world, usize::MAX),
            course: Course::default(),
            views,
            fold: Fold::default(),
            unwritten: 0,
        })
    }

    /// Judges the next entry.
    ///
    /// # Errors
    /// What does not hold; the log is then known up to the entry before.
    pub(super) fn take(&mut self, entry: Checked) -> Result<(), Finding> {
        let index = entry.point.index.0;
        let accepted = self.course.judge(&self.facts.world, entry)?;
        let applied = self.fold.apply(&self.views, &mut self.facts, &accepted);
        applied.map_err(|fault| unreadable(Some(index), &fault))?;
        let moved = self.fold.money().to_vec();
        self.unwritten += 1;
        if self.unwritten >= FOLD_MAX {
            self.write().map_err(|fault| unreadable(Some(index), &fault))?;
        }
        if let Some(dispute) = convened(accepted.statement()) {
            self.facts.world.note_root(dispute, self.course.tree.root());
        }
        self.course.add_up(&self.facts.world, &moved)
    }

    /// Compares the log with the checkpoint over it.
    pub(super) fn check_note(&self, note: Option<&str>) -> Result<(), Finding> {
        self.course.check_note(&self.origin, self.node_key, note)
    }

    /// The derived views.
    pub(super) fn finish_views(&mut self) -> Result<&Connection, Fault> {
        self.write()?;
        Ok(&self.views)
    }

    fn write(&mut self) -> Result<(), Fault> {
        self.unwritten = 0;
        std::mem::take(&mut self.fold).finish(&self.views, &mut self.facts)
    }
}
