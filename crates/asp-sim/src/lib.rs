//! The trust laboratory: what the model `flow-1` does when people cheat, and what it is held to.
//!
//! Seeded populations deal with one another, some honestly and some not; the model of the protocol and three other reputation
//! systems judge the same record. Goals say what must hold, and an ablation says for each mechanism which goal breaks
//! without it. Nothing here decides anything: the protocol's score is that of `asp_core::trust`, and the same seed gives the
//! same report.
//!
//! In reading order: [`record`] what happened, [`market`] and [`rings`] how it came about, [`systems`] who judges it,
//! [`goals`], [`ablations`], [`attacks`] and [`otc`] what is measured, [`report`] one run, [`plot`] its pictures.

pub mod ablations;
pub mod attacks;
pub mod chance;
pub mod goals;
pub mod market;
pub mod otc;
pub mod plot;
pub mod record;
pub mod report;
pub mod rings;
pub mod roc;
pub mod systems;
mod workers;
