//! The audit of the core ([`asp_core::audit`]) on all cores, over a file or a folder.
//!
//! In a folder, receipts, tiles, checkpoint and views are compared with what the entries give.

mod examiner;
mod export;
mod folder;
mod pipeline;
mod views;

use std::fmt;
use std::time::Duration;

use asp_core::key::KeyId;
use asp_core::name::Origin;
use asp_core::position::Hash;

pub use asp_core::audit::{Finding, Money};
pub use export::{evidence, export};
pub use folder::folder;

use crate::fault::Fault;

/// What an audit came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log, by its own word: compare it with what you know.
    pub origin: Origin,
    /// The node's key, by its own word: compare it too.
    pub node_key: KeyId,
    /// Entries that hold, from the first.
    pub entries: u64,
    /// The RFC 6962 root over those entries.
    pub root: Hash,
    /// How long it took.
    pub elapsed: Duration,
    /// What all movements of money come to; they added up to zero at each of those entries.
    pub money: Money,
    /// The first thing that does not hold; none if everything does.
    pub finding: Option<Finding>,
}

/// What storage cannot give back does not hold; `index` is the entry that was being read.
pub(crate) fn unreadable(index: Option<u64>, fault: &Fault) -> Finding {
    let named = match fault {
        Fault::Corrupt { index, .. } => *index,
        Fault::Storage { .. }
        | Fault::Folder { .. }
        | Fault::InUse { .. }
        | Fault::Foreign { .. }
        | Fault::Newer { .. }
        | Fault::OtherIdentity { .. }
        | Fault::Output { .. }
        | Fault::WriterGone
        | Fault::AssessorGone => None,
    };
    Finding { index: named.or(index), code: None, what: fault.to_string() }
}

/// Why there is no audit at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditError {
    /// The folder or file cannot be opened as a store.
    Fault(Fault),
    /// The input cannot be read, or is no export of a log.
    Input {
        /// Why.
        detail: String,
    },
}

impl From<Fault> for AuditError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Input { detail } => write!(f, "the export cannot be read: {detail}"),
        }
    }
}

impl std::error::Error for AuditError {}
