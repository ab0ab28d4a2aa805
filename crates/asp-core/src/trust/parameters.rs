//! Every number of a trust model as one value. The protocol knows one, [`Model::FLOW_1`]; the laboratory also tries others,
//! to show what each number is for.

use super::fixed::Fixed;
use crate::position::Millis;

/// The numbers of a model. Another number is another model with another name.
///
/// A number can switch its mechanism off: a bound that nothing reaches, a half-life that never ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its name, part of every answer.
    pub name: &'static str,
    /// What one organisation lends to one debtor, and passes on in all, at most: deals of the class's value.
    pub lending_max: u32,
    /// The same for a seed; it only keeps sums within 64 bits. A bound that can be reached breaks the bound on rings.
    pub seed_lending_max: u32,
    /// Days in which a kept deal loses half of its weight.
    pub deal_half_life_days: u32,
    /// A deal of a share of the class's value weighs that share to this power, at most; with 0 its value does not matter.
    pub value_power: u32,
    /// The flow at which growth is complete.
    pub grown_flow: u32,
    /// The flow at which an unbroken record leaves no doubt.
    pub certain_flow: u32,
    /// Days without a deal that cost nothing.
    pub idle_free_days: u32,
    /// Days of further idleness in which half is lost.
    pub idle_half_life_days: u32,
    /// Days in which breaches aggravate one another.
    pub breach_window_days: u32,
    /// What a lone breach of full severity leaves, in hundredths; further ones in the window multiply.
    pub breach_leaves_hundredths: u32,
    /// Breaches in the window that aggravate, at most.
    pub breach_power_max: u32,
    /// Days in which a breach loses half of its effect, without anything being earned.
    pub breach_half_life_days: u32,
    /// The flow earned after a lone breach that halves its effect; after the m-th of the window m² times that.
    pub earned_halves: u32,
    /// A breach counts at least one part in so many of a full one, however small the deal was.
    pub severity_parts: u32,
    /// What a breach of full severity weighs against kept deals in the certainty.
    pub breach_weight: u32,
    /// The points of whoever has no record, in thousandths.
    pub base_points: u32,
    /// The points that a record can add, in thousandths.
    pub growth_points: u32,
}

impl Model {
    /// The model of the protocol.
    pub const FLOW_1: Self = Self {
        name: "flow-1",
        lending_max: 3,
        seed_lending_max: 1 << 20,
        deal_half_life_days: 180,
        value_power: 1,
        grown_flow: 30,
        certain_flow: 30,
        idle_free_days: 30,
        idle_half_life_days: 120,
        breach_window_days: 1460,
        breach_leaves_hundredths: 60,
        breach_power_max: 4,
        breach_half_life_days: 365,
        earned_halves: 12,
        severity_parts: 4,
        breach_weight: 2,
        base_points: 10_000,
        growth_points: 90_000,
    };

    /// Numbers for flows of value instead of deals: in millionths of a currency's unit, where nothing but what was kept
    /// bounds what is passed on.
    pub(super) const VALUE: Self = Self { name: "value", lending_max: 1 << 20, ..Self::FLOW_1 };

    /// The most that an organisation lends to one debtor or passes on, unless it is a seed; in units of flow.
    pub(super) const fn limit(&self) -> u64 {
        DEAL.saturating_mul(self.lending_max as u64)
    }

    /// The most that a seed lends to one debtor, in units of flow.
    pub(super) const fn seed_limit(&self) -> u64 {
        DEAL.saturating_mul(self.seed_lending_max as u64)
    }
}

/// The points, in thousandths, at which the levels 1 to 4 begin.
pub const LEVELS_FROM: [u32; 4] = [25_000, 50_000, 70_000, 90_000];

/// The latest breaches for which the flow earned since is computed one by one; each costs a maximum flow.
/// Older ones share the flow since the oldest of these, which is never more than since themselves.
pub const BREACHES_APART_MAX: usize = 16;
/// Days in which a kept deal stands behind what is owed.
pub const BACKING_DAYS: u32 = 180;
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
