//! The writer's connection: every call that touches storage is named, so that a fault says what was being done.
//!
//! Unit tests make any of these calls fail, before or after it has its effect. No other build has a way to do that:
//! a feature could be switched on by accident, a test build cannot be shipped.

use rusqlite::Connection;

use crate::fault::{Fault, Step};

/// The writer's connection.
#[derive(Debug)]
pub(crate) struct Disk {
    connection: Connection,
    #[cfg(test)]
    plan: crate::sequencer::faults::Plan,
}

impl Disk {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection,
            #[cfg(test)]
            plan: crate::sequencer::faults::Plan::of_this_thread(),
        }
    }

    /// Does one thing to the storage.
    ///
    /// # Errors
    /// What the call says, as of this step.
    pub(crate) fn step<T>(
        &mut self,
        step: Step,
        call: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        #[cfg(test)]
        self.plan.before(step, &self.connection)?;
        let done = call(&self.connection).map_err(|fault| fault.during(step))?;
        #[cfg(test)]
        self.plan.after(step)?;
        Ok(done)
    }

    /// Carries the rest of the write-ahead log over into the database; what is left is another's to finish.
    ///
    /// # Errors
    /// That the storage failed.
    pub(crate) fn backfill(&mut self) -> Result<(), Fault> {
        self.step(Step::CarryOver, crate::wal::backfill)
    }
}
