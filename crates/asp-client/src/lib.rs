//! Client of a node: keys, registration, discovery and sessions.

pub mod api;
