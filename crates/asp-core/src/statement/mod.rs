//! Statements: from received bytes to something verified.

pub mod scan;
