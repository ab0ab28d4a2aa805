//! What storage can do to us, and what is known afterwards. Knows no peer: a refusal by a rule is never a fault.

use std::fmt;
use std::path::{Path, PathBuf};

use asp_core::key::KeyId;
use asp_core::name::Origin;

/// What was being done to the storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Opening the file, its settings and its version.
    Open,
    /// Reading for somebody who asked.
    Read,
    /// Beginning a batch.
    Begin,
    /// Looking for a statement that came before.
    Repeat,
    /// Loading the streams that a statement is judged by.
    Facts,
    /// Writing an entry.
    Entry,
    /// Writing what an entry does to the views.
    Views,
    /// Writing what a batch did to the sessions.
    Sessions,
    /// Writing the batch's signature.
    Receipts,
    /// Writing tiles.
    Tiles,
    /// Writing the checkpoint.
    Checkpoint,
    /// Making the batch durable.
    Commit,
    /// Carrying the write-ahead log over into the database, between batches.
    CarryOver,
    /// Keeping the accounts of people.
    People,
    /// Keeping searches that were saved.
    Searches,
    /// Keeping what an inbox has in hand.
    Inbox,
    /// Keeping webhooks.
    Webhooks,
    /// Keeping what is known of A2A clients.
    A2a,
    /// Keeping chunks of attached files.
    Chunks,
    /// Keeping which key packages were handed out.
    Packages,
}

impl Step {
    /// The step as the end of "while …".
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "opening the store",
            Self::Read => "reading",
            Self::Begin => "beginning a batch",
            Self::Repeat => "looking for a repetition",
            Self::Facts => "loading streams",
            Self::Entry => "writing an entry",
            Self::Views => "writing views",
            Self::Sessions => "writing sessions",
            Self::Receipts => "writing receipts",
            Self::Tiles => "writing tiles",
            Self::Checkpoint => "writing the checkpoint",
            Self::Commit => "committing a batch",
            Self::CarryOver => "carrying the log over",
            Self::People => "keeping accounts of people",
            Self::Searches => "keeping saved searches",
            Self::Inbox => "keeping what an inbox has in hand",
            Self::Webhooks => "keeping webhooks",
            Self::A2a => "keeping what is known of A2A clients",
            Self::Chunks => "keeping chunks of attached files",
            Self::Packages => "keeping which key packages were handed out",
        }
    }
}

/// A failure of ours, never of who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The storage failed. If it was the writer's, the batch is of unknown outcome and nothing more is written.
    Storage {
        /// What was being done.
        during: Step,
        /// In the words of the storage.
        detail: String,
    },
    /// What is stored is not what was written. Nothing is repaired.
    Corrupt {
        /// The entry concerned, where one can be named.
        index: Option<u64>,
        /// What is wrong.
        what: String,
    },
    /// The folder cannot be used.
    Folder {
        /// Which.
        path: PathBuf,
        /// In the words of the operating system.
        detail: String,
    },
    /// Another process has the folder.
    InUse {
        /// Which.
        path: PathBuf,
    },
    /// The file is no store of ours.
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// The file was written by a newer version; nothing was changed.
    Newer {
        /// The storage version found.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// The log belongs to another node; nothing was changed.
    OtherIdentity {
        /// The log's name.
        origin: Origin,
        /// The key of the node that keeps it.
        node_key: KeyId,
    },
    /// What was read could not be passed on.
    Output {
        /// In the words of the operating system.
        detail: String,
    },
    /// The writer has ended without a word; whether the statement is in the log is not known.
    WriterGone,
    /// What answers questions of trust has ended; the statement is not in the log.
    AssessorGone,
}

impl Fault {
    pub(crate) fn corrupt(index: Option<u64>, what: impl Into<String>) -> Self {
        Self::Corrupt { index, what: what.into() }
    }

    pub(crate) fn folder(path: &Path, error: &std::io::Error) -> Self {
        Self::Folder { path: path.to_owned(), detail: error.to_string() }
    }

    /// The same, if it was the storage, as of this step.
    pub(crate) fn during(self, step: Step) -> Self {
        match self {
            Self::Storage { detail, .. } => Self::Storage { during: step, detail },
            other @ (Self::Corrupt { .. }
            | Self::Folder { .. }
            | Self::InUse { .. }
            | Self::Foreign { .. }
            | Self::Newer { .. }
            | Self::OtherIdentity { .. }
            | Self::Output { .. }
            | Self::WriterGone
            | Self::AssessorGone) => other,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage { during: Step::Read, detail: error.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage { during, detail } => {
                write!(f, "the storage failed while {}: {detail}", during.as_str())
            }
            Self::Corrupt { index: Some(index), what } => {
                write!(f, "entry {index} is not what was written: {what}")
            }
            Self::Corrupt { index: None, what } => write!(f, "the store is not what was written: {what}"),
            Self::Folder { path, detail } => write!(f, "{} cannot be used: {detail}", path.display()),
            Self::InUse { path } => write!(f, "{} is in use by another process", path.display()),
            Self::Foreign { path } => write!(f, "{} is not a store of Assent", path.display()),
            Self::Newer { found, known } => write!(
                f,
                "the store has version {found}, this program knows versions up to {known}: use a newer program"
            ),
            Self::OtherIdentity { origin, node_key } => {
                write!(f, "the store is the log {origin} of the node {node_key}: use that name and key")
            }
            Self::Output { detail } => write!(f, "the output could not be written: {detail}"),
            Self::WriterGone => {
                f.write_str("the writer has ended; whether the statement was taken is not known")
            }
            Self::AssessorGone => f.write_str("what answers questions of trust has ended; nothing was taken"),
        }
    }
}

impl std::error::Error for Fault {}
