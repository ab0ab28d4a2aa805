//! Why a tool did not do what it was asked, for a model to act on: a stable code, what it means, what to do next.
//! Never an internal message: what a node wrote in an error is not passed on, its code is.

use std::fmt;

use asp_client::Error;
use asp_core::bundle::Unreadable;
use asp_core::rejection::{Code, Rejection, Retry};
use serde_json::{Value, json};

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// A code of the protocol, or one of those of this file in lower case.
    code: String,
    meaning: String,
    next: String,
    /// `never`, `change` or `later`, as in the protocol's errors.
    retry: &'static str,
    /// Where in the arguments or the statement.
    pointer: Option<String>,
}

/// Letters of the longest explanation that quotes what was given.
const MEANING_LETTERS_MAX: usize = 400;

impl Failure {
    fn own(code: &str, meaning: impl fmt::Display, next: &str, retry: &'static str) -> Self {
        let meaning = meaning.to_string().chars().take(MEANING_LETTERS_MAX).collect();
        Self { code: code.to_owned(), meaning, next: next.to_owned(), retry, pointer: None }
    }

    /// The arguments are not what the tool takes.
    pub(super) fn arguments(meaning: impl fmt::Display) -> Self {
        Self::own(
            "arguments",
            meaning,
            "Correct the arguments by the tool's input schema and call it again.",
            "change",
        )
    }

    /// Several things could be meant.
    pub(super) fn ambiguous(meaning: impl fmt::Display, next: &str) -> Self {
        Self::own("ambiguous", meaning, next, "change")
    }

    /// There is nothing of the kind that the tool works on.
    pub(super) fn nothing(meaning: impl fmt::Display, next: &str) -> Self {
        Self::own("nothing-there", meaning, next, "change")
    }

    /// The key that would have to sign is not here.
    pub(super) fn no_key(whose: &str) -> Self {
        let meaning = format!("the key of {whose} is not here, and nobody else can sign for it");
        let next =
            "Ask your user: the tools that sign are offered by `assent mcp` on a machine that has the key.";
        Self::own("no-key-here", meaning, next, "never")
    }

    /// As much of this is being done as is done at once.
    pub(super) fn busy() -> Self {
        let meaning = "as many proofs are being checked as are at once";
        Self::own("busy", meaning, "Wait a moment and call it again.", "later")
    }

    /// A defect of ours.
    pub(super) fn defect() -> Self {
        Self::of_code(Code::Internal, None)
    }

    fn of_code(code: Code, pointer: Option<String>) -> Self {
        let retry = match code.retry() {
            Retry::Never => "never",
            Retry::Change => "change",
            Retry::Later => "later",
        };
        Self {
            code: code.as_str().to_owned(),
            meaning: code.sentence().to_owned(),
            next: code.hint().to_owned(),
            retry,
            pointer,
        }
    }

    /// The result of a tool that tells it.
    pub(super) fn result(&self) -> Value {
        json!({ "content": [{ "type": "text", "text": self.to_string() }], "isError": true })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, meaning, next, retry, pointer } = self;
        write!(f, "code: {code}\nmeaning: {meaning}\nnext: {next}\nretry: {retry}")?;
        pointer.as_ref().map_or(Ok(()), |pointer| write!(f, "\nat: {pointer}"))
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::of_code(rejection.code, rejection.pointer)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(problem) => Self::of_code(problem.code, problem.pointer),
            Error::Conflict { .. } => Self::of_code(Code::SequenceConflict, None),
            Error::Invalid(rejection) => rejection.into(),
            Error::Unreachable { .. } => Self::own(
                "unreachable",
                "the node does not answer; whether something that was signed was taken in is not known",
                "Read the session before you say it again; then try again in a moment.",
                "later",
            ),
            Error::TimedOut => Self::own("timed-out", "nothing came in time", "Wait and ask again.", "later"),
            Error::Missing { what } => Self::nothing(
                format_args!("there is no {what}"),
                "For a consent: see list_consents, and ask for one with consent. Else read the session again.",
            ),
            Error::Forged { .. } => Self::own(
                "forged",
                "what the node answered does not verify",
                "Rely on nothing that this node says, and tell your user.",
                "never",
            ),
            Error::BadAnswer { .. } => Self::own(
                "bad-answer",
                "what answers at the node's address is no node that is understood here",
                "Tell your user: the address of the node may be wrong, or its version another.",
                "never",
            ),
            Error::Unread { code } => Self::of_code(code, None),
            Error::File { .. } => Self::own(
                "file",
                "the file cannot be sent or fetched",
                "Tell your user: a file may have 1 byte to 64 MiB, and has to be readable.",
                "never",
            ),
            Error::Vault { .. } => Self::own(
                "vault",
                "the vault with the keys of sealed sessions cannot be used",
                "Tell your user: nothing was said. The folder of the vault says why.",
                "never",
            ),
            Error::Key { .. } | Error::NoRandomness => Self::own(
                "not-signed",
                "this machine could not sign",
                "Tell your user: the key or the machine's randomness cannot be used.",
                "never",
            ),
        }
    }
}

impl From<Unreadable> for Failure {
    fn from(_: Unreadable) -> Self {
        Self::arguments("the file is no bundle")
    }
}
