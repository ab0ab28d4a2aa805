//! Who has what in mixed populations after half a year.

use super::{Laboratory, Measured, median, percent};
use crate::market::{Kind, Market};
use crate::systems::flow;

/// The scores of one kind after 180 days, of those that owed at least so many deals.
fn scores(laboratory: &Laboratory<'_>, kind: Kind, owed: usize) -> Vec<f64> {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut all = Vec::new();
    for number in 0..u64::from(scale.populations) {
        let market = Market::mixed(seed.wrapping_add(number * 7_919), scale.agents, scale.agents / 20, 180);
        let asked = market.asked(180);
        let enough = |agent: &u32| market.record.owed(*agent, asked.minute) >= owed;
        let agents: Vec<u32> = market.of(kind).into_iter().filter(enough).collect();
        all.extend(flow(model, &market.record, &asked, &agents));
    }
    all
}

pub(super) fn honest(laboratory: &Laboratory<'_>) -> Measured {
    let scores = scores(laboratory, Kind::Honest, 20);
    let (share, all) = percent(scores.iter().map(|score| *score >= 40.0));
    let reached = format!("{share:.1} % of {all}, median {:.1}", median(scores));
    Measured { reached, held: share >= 95.0 }
}

pub(super) fn unreliable(laboratory: &Laboratory<'_>) -> Measured {
    let scores = scores(laboratory, Kind::Unreliable, 20);
    let (share, all) = percent(scores.iter().map(|score| *score >= 40.0));
    let reached = format!("{share:.1} % of {all}, median {:.1}", median(scores));
    Measured { reached, held: share <= 1.0 }
}
