//! Why a call did not do what it should, and what is known afterwards.

use std::fmt;
use std::path::PathBuf;

use asp_core::position::Head;
use asp_core::rejection::{Code, Rejection};

use crate::api::Problem;

/// What went wrong.
#[derive(Debug, Clone)]
pub enum Error {
    /// The node answered with an error: nothing was taken in, unless the code is `STORAGE_FAULT` or `INTERNAL`; with
    /// those it is not known, and sending the same bytes again is safe.
    Refused(Box<Problem>),
    /// Somebody else spoke first: nothing was taken in. Read what came between and decide anew.
    Conflict {
        /// The stream's head.
        head: Option<Head>,
    },
    /// What was to be signed breaks a rule of form: nothing was sent.
    Invalid(Rejection),
    /// The node did not answer. A statement may have been taken in; sending the same bytes again is safe.
    Unreachable {
        /// What happened, for people.
        why: String,
    },
    /// What answers is no node that this client understands. Whether a statement was taken in is not known.
    BadAnswer {
        /// What was wrong with it.
        what: String,
    },
    /// What was answered does not verify: do not trust this node. Whether a statement was taken in is not known.
    Forged {
        /// What does not hold.
        what: String,
    },
    /// The wait was longer than allowed; nothing has changed by it.
    TimedOut,
    /// There is nothing of that kind here, such as a session without a commitment.
    Missing {
        /// What was looked for.
        what: &'static str,
    },
    /// A key file cannot be used.
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// What is to be agreed to was sealed and could not be read: nothing was sent.
    Unread {
        /// Why not.
        code: Code,
    },
    /// A file cannot be sent or fetched: nothing was said of it.
    File {
        /// Why.
        why: String,
    },
    /// The vault with the keys of sealed sessions cannot be used: nothing was sent.
    Vault {
        /// Why.
        why: String,
    },
    /// The operating system has no random bytes.
    NoRandomness,
}

impl Error {
    /// The protocol's code, where the node or the form of a statement gave one.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(problem) => Some(problem.code),
            Self::Conflict { .. } => Some(Code::SequenceConflict),
            Self::Invalid(rejection) => Some(rejection.code),
            Self::Unread { code } => Some(*code),
            Self::Unreachable { .. }
            | Self::BadAnswer { .. }
            | Self::Forged { .. }
            | Self::TimedOut
            | Self::Missing { .. }
            | Self::Key { .. }
            | Self::File { .. }
            | Self::Vault { .. }
            | Self::NoRandomness => None,
        }
    }

    pub(crate) fn bad(what: impl fmt::Display) -> Self {
        Self::BadAnswer { what: what.to_string() }
    }

    pub(crate) fn forged(what: impl fmt::Display) -> Self {
        Self::Forged { what: what.to_string() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(problem) => match problem.place() {
                Some(place) => write!(f, "{} {} ({place})", problem.title, problem.detail),
                None => write!(f, "{} {}", problem.title, problem.detail),
            },
            Self::Conflict { .. } => f.write_str("somebody else spoke first; read what came between"),
            Self::Invalid(rejection) => write!(f, "{rejection}"),
            Self::Unreachable { why } => write!(f, "the node cannot be reached: {why}"),
            Self::BadAnswer { what } => write!(f, "the answer is not a node's: {what}"),
            Self::Forged { what } => write!(f, "the answer does not verify: {what}"),
            Self::TimedOut => f.write_str("nothing came in time"),
            Self::Missing { what } => write!(f, "there is no {what}"),
            Self::Key { path, why } => write!(f, "{}: {why}", path.display()),
            Self::Unread { code } => write!(f, "what is to be agreed to could not be read ({code})"),
            Self::File { why } => write!(f, "the file: {why}"),
            Self::Vault { why } => write!(f, "the vault of sealed sessions: {why}"),
            Self::NoRandomness => f.write_str("the operating system has no random bytes"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        Self::Invalid(rejection)
    }
}
