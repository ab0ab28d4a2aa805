//! The transparency log as pure functions: an RFC 6962 tree, its C2SP tiles and checkpoints, proofs, receipts.
//! Knows hashes alone; what a statement says and where bytes are kept is not known here.

pub mod hash;
pub mod leaf;
pub mod tile;
pub mod tree;

pub mod checkpoint;
pub mod fraud;
pub mod proof;
pub mod receipt;
