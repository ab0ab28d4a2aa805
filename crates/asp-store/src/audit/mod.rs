//! The audit: reads a log again from its first entry, believing nothing that it can check.
//!
//! Every signature is verified on all cores; then each entry is judged in order as if it came in now. Receipts, tiles,
//! checkpoint and views are compared with what the entries give. The first entry that does not hold is named.

mod examiner;
mod export;
mod folder;
mod pipeline;
mod views;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use asp_core::amount::Currency;
use asp_core::key::KeyId;
use asp_core::name::Origin;
use asp_core::position::Hash;
use asp_core::rejection::{Code, Rejection};
use asp_core::trust::{Dossier, Outlook, Settled};

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

/// What an audit came to, and what trust rests on by it.
#[derive(Debug, Clone)]
pub struct Evidenced {
    /// What the audit came to.
    pub report: Report,
    /// The evidence of the entries that hold.
    pub settled: Settled,
    /// What else was known of the agent; none if the log had no such agent by then.
    pub dossier: Option<Dossier>,
    /// How the observer looked at the value class by then, by its policy.
    pub outlook: Outlook,
}

/// The money in a log, by its movements: at each entry the sum over all accounts and the world outside was zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Money {
    /// How many movements there were.
    pub movements: u64,
    /// What came from outside and is inside, in minor units.
    pub inside: BTreeMap<Currency, i128>,
    /// What of it is held for commitments.
    pub held: BTreeMap<Currency, i128>,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry, where one can be named; otherwise it concerns the log as a whole.
    pub index: Option<u64>,
    /// The rule of the protocol that is broken, if it is one.
    pub code: Option<Code>,
    /// What is wrong, as a sentence.
    pub what: String,
}

impl Finding {
    pub(crate) fn at(index: u64, what: impl Into<String>) -> Self {
        Self { index: Some(index), code: None, what: what.into() }
    }

    pub(crate) fn whole(what: impl Into<String>) -> Self {
        Self { index: None, code: None, what: what.into() }
    }

    pub(crate) fn refused(index: u64, rejection: &Rejection) -> Self {
        Self { index: Some(index), code: Some(rejection.code), what: rejection.to_string() }
    }

    /// What storage cannot give back does not hold; `index` is the entry that was being read.
    pub(crate) fn unreadable(index: Option<u64>, fault: &Fault) -> Self {
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
        Self { index: named.or(index), code: None, what: fault.to_string() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "entry {index}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
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
