//! Every number of the model `flow-1`. Another number here is another model with another name.

use super::fixed::Fixed;
use crate::position::Millis;

/// The name of the model, part of every answer.
pub const MODEL: &str = "flow-1";

/// What one organisation lends to one debtor, and passes on in all, at most: deals of the class's value.
pub const LENDING_MAX: u32 = 3;
/// Days in which a kept deal loses half of its weight.
pub const DEAL_HALF_LIFE_DAYS: u32 = 180;
/// The flow at which growth is complete.
pub const GROWN_FLOW: u32 = 30;
/// Days without a deal that cost nothing.
pub const IDLE_FREE_DAYS: u32 = 30;
/// Days of further idleness in which half is lost.
pub const IDLE_HALF_LIFE_DAYS: u32 = 120;
/// Days in which breaches aggravate one another.
pub const BREACH_WINDOW_DAYS: u32 = 90;
/// What a lone breach of full severity leaves, in tenths; further ones in the window multiply.
pub const BREACH_LEAVES_TENTHS: u32 = 6;
/// Breaches in the window that aggravate, at most.
pub const BREACH_POWER_MAX: u32 = 4;
/// Days in which a breach loses half of its effect, without anything being earned.
pub const BREACH_HALF_LIFE_DAYS: u32 = 365;
/// A breach counts at least one part in so many of a full one, however small the deal was.
pub const SEVERITY_PARTS: u32 = 4;
/// What a breach of full severity weighs against kept deals in the certainty.
pub const BREACH_WEIGHT: u32 = 2;
/// The points of whoever has no record, in thousandths.
pub const BASE_POINTS: u32 = 10_000;
/// The points that a record can add, in thousandths.
pub const GROWTH_POINTS: u32 = 90_000;
/// The points, in thousandths, at which the levels 1 to 4 begin.
pub const LEVELS_FROM: [u32; 4] = [25_000, 50_000, 70_000, 90_000];

/// The latest breaches for which the flow earned since is computed one by one; each costs a maximum flow.
/// Older ones share the flow since the oldest of these, which is never more than since themselves.
pub const BREACHES_APART_MAX: usize = 16;
/// Entries of each list in an answer; the number of all is told beside it.
pub const LISTED_MAX: usize = 256;

/// So many days.
pub(super) const fn days(count: u32) -> Millis {
    Millis(count as u64 * 86_400_000)
}

/// One deal of the class's value, in the units in which flow is counted: 2⁻³² of it.
pub(super) const DEAL: u64 = 1 << 32;

/// A flow as a number of deals.
pub(super) const fn deals(flow: u64) -> Fixed {
    Fixed::from_steps((flow as i128) << 16)
}
