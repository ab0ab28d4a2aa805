//! Why a command did not do what it was asked, and the exit code that says so to a script.
//! Knows no printing; `printer.rs` shows it.

use std::fmt;

use serde::Serialize;

/// What a command's end means to a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Exit {
    /// The answer is no: refuted, refused by a rule, not found.
    No,
    /// The command was wrong, or what it should read cannot be read.
    Usage,
    /// The node cannot be reached or is overloaded; trying again can help.
    Away,
    /// Something of ours failed: a disk, a broken answer, a defect.
    Fault,
}

impl Exit {
    /// The process's exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::No => 1,
            Self::Usage => 2,
            Self::Away => 3,
            Self::Fault => 4,
        }
    }
}

/// A command's bad end: what happened, and what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What it means to a script.
    pub(crate) exit: Exit,
    /// The protocol's code, where a node gave one.
    pub(crate) code: Option<String>,
    /// What happened, as a sentence without its full stop.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

/// What most functions of the binary return.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    fn new(exit: Exit, what: impl fmt::Display) -> Self {
        Self { exit, code: None, what: what.to_string(), hint: None }
    }

    /// The answer is no.
    pub(crate) fn no(what: impl fmt::Display) -> Self {
        Self::new(Exit::No, what)
    }

    /// The command or its input is wrong.
    pub(crate) fn usage(what: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// The node is not there.
    pub(crate) fn away(what: impl fmt::Display) -> Self {
        Self::new(Exit::Away, what)
    }

    /// Something of ours failed.
    pub(crate) fn fault(what: impl fmt::Display) -> Self {
        Self::new(Exit::Fault, what)
    }

    /// The same with a sentence about what to do.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} ({code})", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl From<asp_client::Error> for Failure {
    fn from(error: asp_client::Error) -> Self {
        use asp_client::Error;
        let exit = match &error {
            Error::Refused(problem) if problem.status >= 500 => Exit::Away,
            Error::Refused(_)
            | Error::Conflict { .. }
            | Error::Invalid(_)
            | Error::Missing { .. }
            | Error::TimedOut => Exit::No,
            Error::Unreachable { .. } => Exit::Away,
            Error::Unread { .. } => Exit::No,
            Error::Key { .. } | Error::File { .. } | Error::Vault { .. } => Exit::Usage,
            Error::BadAnswer { .. } | Error::Forged { .. } | Error::NoRandomness => Exit::Fault,
        };
        let mut failure = match &error {
            // The code stands beside the sentence.
            Error::Refused(problem) => match problem.place() {
                Some(place) => Self::new(exit, format_args!("{} ({place})", plain(&problem.detail))),
                None => Self::new(exit, plain(&problem.detail)),
            }
            .hint(&problem.hint),
            Error::Conflict { .. }
            | Error::Invalid(_)
            | Error::Unreachable { .. }
            | Error::BadAnswer { .. }
            | Error::Forged { .. }
            | Error::TimedOut
            | Error::Missing { .. }
            | Error::Key { .. }
            | Error::Unread { .. }
            | Error::File { .. }
            | Error::Vault { .. }
            | Error::NoRandomness => Self::new(exit, &error),
        };
        failure.code = error.code().map(|code| code.as_str().to_owned());
        failure
    }
}

/// A sentence without its full stop.
fn plain(sentence: &str) -> &str {
    sentence.strip_suffix('.').unwrap_or(sentence)
}

impl From<asp_node::StartError> for Failure {
    fn from(error: asp_node::StartError) -> Self {
        use asp_node::StartError;
        match &error {
            StartError::Listen { .. } => Self::fault(&error)
                .hint("Another node may be running there; --listen chooses another address."),
            StartError::PublicUrl { .. } | StartError::Provider { .. } | StartError::Settlement { .. } => {
                Self::usage(&error)
            }
            StartError::Conformance { .. } => {
                Self::usage(&error).hint("--listen 127.0.0.1:0 takes any port there that is free.")
            }
            StartError::Document { .. } => Self::usage(&error)
                .hint("`assent org publish --output FILE` writes one; organisation_document names it."),
            StartError::Outbound { .. } => Self::fault(&error)
                .hint("fetch_roots names a file of certificates in PEM; without it those of the machine are trusted."),
            StartError::Store(_) | StartError::Identity(_) | StartError::Threads { .. } => {
                Self::fault(&error)
            }
        }
    }
}
