//! What only the participants of a session read, and how they show it to others.
//!
//! Nothing in this crate knows a node, a network or a clock. It draws random bytes, which the core never does.

pub mod disclosure;
pub mod file;
