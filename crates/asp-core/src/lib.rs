//! The Agent Session Protocol as pure functions.
//!
//! Nothing in this crate reads a clock, a file, a socket or a random number, and nothing depends on the order
//! of a hash table: the same input gives the same answer on every machine. Time enters as an argument.

pub mod a2a;
pub mod account;
pub mod admission;
pub mod agent;
pub mod amount;
pub mod attestation;
pub mod audit;
pub mod bundle;
pub mod challenge;
pub mod consent;
pub mod did;
pub mod display;
pub mod dispute;
pub mod exposure;
pub mod key;
pub mod keyfile;
pub mod likeness;
pub mod limits;
pub mod log;
pub mod login;
pub mod name;
pub mod org;
pub mod position;
pub mod punycode;
pub mod reading;
pub mod rejection;
pub mod seal;
pub mod session;
pub mod statement;
pub mod stream;
pub mod terms;
pub mod trust;
pub mod world;
