//! What a reader holds against a node that tells it a stream: that each statement follows the one before, and that its issuer
//! signed it. Who answers to what is asked, and over what, is not known here.

use std::fmt;

use crate::name::{Issuer, Origin, StreamId};
use crate::position::{Hash, Head, Position, Sequence};
use crate::statement::{Statement, Verified};
use crate::stream::KeyHistory;
use crate::world::World;

/// Checks that statements are those of one stream and follow one another.
#[derive(Debug, Clone)]
pub struct Chain {
    origin: Origin,
    stream: StreamId,
    last: Option<Sequence>,
    /// Hash and place in the log of the last, once one was taken.
    taken: Option<(Hash, Position)>,
}

/// What a statement is not that was told as the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// Of this stream, and meant for this log.
    Strange,
    /// The next of its stream, behind the last, and behind it in the log.
    Gap {
        /// The sequence that it has.
        sequence: Sequence,
    },
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Strange => f.write_str("a statement of another stream or log"),
            Self::Gap { sequence } => write!(f, "statement {sequence} does not follow"),
        }
    }
}

impl std::error::Error for Broken {}

impl Chain {
    /// A stream's chain from the statement after a place, or from the first.
    #[must_use]
    pub const fn after(origin: Origin, stream: StreamId, last: Option<Sequence>) -> Self {
        Self { origin, stream, last, taken: None }
    }

    /// The last place that was taken.
    #[must_use]
    pub const fn last(&self) -> Option<Sequence> {
        self.last
    }

    /// The last statement that was taken.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.last.zip(self.taken).map(|(sequence, (hash, _))| Head { sequence, hash })
    }

    /// Checks that a statement is the next. Who signed it is asked of [`signed_by_issuer`].
    ///
    /// # Errors
    /// What it is not.
    pub fn check(&self, statement: &Statement, at: Position) -> Result<(), Broken> {
        if statement.stream != self.stream || statement.audience != self.origin {
            return Err(Broken::Strange);
        }
        let next = self.last.map_or(Sequence(0), Sequence::next);
        let previous = match (self.last, self.taken) {
            (None, _) => Some(self.stream.kind().genesis()),
            (Some(_), taken) => taken.map(|(hash, _)| hash),
        };
        let follows = statement.sequence == next
            && previous.is_none_or(|hash| hash == statement.previous)
            && self.taken.is_none_or(|(_, index)| index < at);
        if follows { Ok(()) } else { Err(Broken::Gap { sequence: statement.sequence }) }
    }

    /// Goes on behind a statement that was checked.
    pub const fn take(&mut self, statement: &Statement, at: Position) {
        self.last = Some(statement.sequence);
        self.taken = Some((statement.hash, at));
    }
}

/// The keys of an agent or organisation as its own stream has them; none for a node, whose key is known beforehand.
#[must_use]
pub fn keys_of<'a>(world: &'a World, issuer: &Issuer) -> Option<&'a KeyHistory> {
    match issuer {
        Issuer::Agent(agent) => world.agent(agent).map(crate::agent::Agent::keys),
        Issuer::Organisation(domain) => world.organisation(domain).map(crate::org::Organisation::keys),
        Issuer::Node(_) => None,
    }
}

/// Whether a statement is signed with a key that was its issuer's at this place of the log.
#[must_use]
pub fn signed_by_issuer(keys: &KeyHistory, said: &Verified, at: Position) -> bool {
    said.signatures().iter().any(|signature| keys.valid_at(&signature.key_id, at))
}
