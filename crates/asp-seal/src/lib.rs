//! The sealed channel: what the participants of a session read and nobody else, unless they show it.
//!
//! Groups are those of MLS (RFC 9420), ordered by the session's log; a node takes no more of this crate than how a disclosure
//! is opened. Nothing here reads a socket or a clock; only [`folder`] and [`fetching`] read files. Random numbers come from the
//! operating system.

pub mod course;
pub mod disclosure;
pub mod fault;
pub mod fetching;
pub mod file;
pub mod folder;
pub mod package;
pub mod sealer;
pub mod vault;

mod group;
mod saved;
mod store;
mod suite;
