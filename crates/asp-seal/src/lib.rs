//! The sealed channel: MLS groups (RFC 9420) whose members read what a node cannot.
//!
//! Bytes go in and bytes come out: nothing here reads a file, a socket or a log. What a log says is told by the caller:
//! which session and epoch, who speaks, who the members are. Random numbers come from the operating system.

pub mod fault;
pub mod package;
pub mod vault;

mod group;
mod saved;
mod store;
mod suite;
