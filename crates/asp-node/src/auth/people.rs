//! Secrets of people: random, told once, known by their hash alone; and how often wrong ones are borne.

use std::sync::{Mutex, PoisonError};

use asp_core::position::{Hash, LogTime, Millis};
use asp_store::people::PersonId;

use crate::http::problem::Denial;

/// Wrong links in [`WINDOW`]; a further one is answered OVERLOADED. A right one is taken all the same: nobody can keep
/// people out by guessing, and of 2^256 secrets nobody guesses one.
const WRONG_MAX: u32 = 60;
const WINDOW: Millis = Millis(60_000);

/// What a secret is for: one of a kind is none of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Invitation,
    Link,
    Session,
}

/// A secret that whoever has it can use.
#[derive(Clone)]
pub(crate) struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// [`Denial::Internal`] when the operating system has no random bytes.
    pub(crate) fn random() -> Result<Self, Denial> {
        random().map(Self)
    }

    /// Reads 64 hexadecimal digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Hash::from_hex(text).map(|bytes| Self(*bytes.as_bytes()))
    }

    /// 64 hexadecimal digits.
    pub(crate) fn text(&self) -> String {
        // Any text without meaning will do; this is a way to write 32 random bytes.
        Hash::from_bytes(self.0).to_hex()
    }

    /// What it is known by.
    pub(crate) fn hash(&self, kind: Kind) -> Hash {
        let kind: &[u8] = match kind {
            Kind::Invitation => b"asp-node/invitation\n",
            Kind::Link => b"asp-node/link\n",
            Kind::Session => b"asp-node/session\n",
        };
        Hash::of(&[kind, &self.0])
    }
}

/// Random bytes.
///
/// # Errors
/// [`Denial::Internal`] when the operating system has none.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Denial> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Denial::Internal)?;
    Ok(bytes)
}

/// An id for a person or an invitation.
///
/// # Errors
/// As [`random`].
pub(crate) fn person_id() -> Result<PersonId, Denial> {
    random().map(PersonId)
}

/// Counts wrong links.
#[derive(Debug)]
pub(crate) struct Guesses(Mutex<(LogTime, u32)>);

impl Guesses {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new((LogTime::from_millis(0), 0)))
    }

    /// Notes a wrong one.
    ///
    /// # Errors
    /// That there are too many.
    pub(crate) fn wrong(&self, now: LogTime) -> Result<(), Denial> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= counted.0.plus(WINDOW) {
            *counted = (now, 0);
        }
        counted.1 = counted.1.saturating_add(1);
        if counted.1 > WRONG_MAX { Err(Denial::Full) } else { Ok(()) }
    }
}
