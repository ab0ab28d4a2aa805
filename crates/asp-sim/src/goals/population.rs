//! Who has what in mixed populations after half a year.

use super::{Laboratory, Measured, median, percent, seeds};
use crate::market::{Kind, Market};
use crate::systems::flow;

/// The scores of one kind after 180 days in so many populations, of those that owed at least so many deals.
fn scores(laboratory: &Laboratory<'_>, populations: u32, kind: Kind, owed: usize) -> Vec<f64> {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut all = Vec::new();
    for seed in seeds(seed, populations) {
        let market = Market::mixed(seed, scale.agents, scale.agents / 20, 180);
        let asked = market.asked(180);
        let enough = |agent: &u32| market.record.owed(*agent, asked.minute) >= owed;
        let agents: Vec<u32> = market.of(kind).into_iter().filter(enough).collect();
        all.extend(flow(model, &market.record, &asked, &agents));
    }
    all
}

pub(super) fn honest(laboratory: &Laboratory<'_>) -> Measured {
    let scores = scores(laboratory, laboratory.scale.populations, Kind::Honest, 20);
    let (share, all) = percent(scores.iter().map(|score| *score >= 40.0));
    let reached = format!("{share:.1} % of {all}, median {:.1}", median(scores));
    Measured { reached, held: share >= 95.0 }
}

pub(super) fn unreliable(laboratory: &Laboratory<'_>) -> Measured {
    // One agent in ten is unreliable: to judge one in a hundred of them takes more populations.
    let populations = laboratory.scale.populations * laboratory.scale.crowd;
    let scores = scores(laboratory, populations, Kind::Unreliable, 20);
    let (share, all) = percent(scores.iter().map(|score| *score >= 40.0));
    let reached = format!("{share:.1} % of {all}, median {:.1}", median(scores));
    Measured { reached, held: share <= 1.0 }
}
