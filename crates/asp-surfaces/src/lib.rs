//! Other protocols by which programs reach a node. Each is a translation: what it asks, it asks as everybody can, so it
//! gets the same rights, limits and errors as strangers, and cannot open a second path.

pub mod mcp;

mod door;

pub use door::{Door, Own};
