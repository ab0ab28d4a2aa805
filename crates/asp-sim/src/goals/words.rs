//! What lies, new names and wrong verdicts change.

use super::{Laboratory, Measured, largest, median, seeds};
use crate::market::{CLASS, Kind, Market};
use crate::record::{Agent, Rating};
use crate::systems::flow;

pub(super) fn whitewash(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut market = Market::honest(seed, scale.around, scale.around / 6, 200);
    let mut gains = Vec::new();
    for broken in 0..8_u32 {
        let agent = market.stranger(0..180, 3_000, CLASS, |_, _| true);
        for number in 0..broken * 3 {
            let partner = market.anybody();
            market.deal(agent, partner, CLASS, 180 + number % 20, false);
        }
        let anew = market.newcomer();
        let scores = flow(model, &market.record, &market.asked(200), &[agent, anew]);
        if let [old, new] = scores.as_slice() {
            gains.push(new - old);
        }
    }
    let gain = largest(gains);
    Measured { reached: format!("{gain:+.1} points at most"), held: gain <= 10.0 }
}

pub(super) fn lies(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut market = Market::mixed(seed, scale.agents, scale.agents / 20, 60);
    let agents: Vec<Agent> = market.agents.iter().map(|agent| agent.0).collect();
    let asked = market.asked(60);
    market.record.ratings.clear();
    let before = flow(model, &market.record, &asked, &agents);
    let liars = market.of(Kind::BadMouther);
    for (by, of) in liars.iter().flat_map(|by| agents.iter().map(move |of| (*by, *of))) {
        market.record.ratings.push(Rating { by, of, good: liars.contains(&of) });
    }
    let after = flow(model, &market.record, &asked, &agents);
    let change = largest(before.iter().zip(after).map(|(before, after)| (before - after).abs()));
    let reached =
        format!("{change:.3} points for {} agents and {} words", agents.len(), market.record.ratings.len());
    Measured { reached, held: change == 0.0 }
}

/// Every deal is disputed, and of the verdicts one in fifty is wrong: a broken deal stands where one was kept.
pub(super) fn verdicts(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut costs: Vec<f64> = Vec::new();
    for seed in seeds(seed, scale.populations) {
        let mut market = Market::honest(seed, scale.agents / 2, scale.agents / 20, 180);
        let agents: Vec<Agent> = market.agents.iter().map(|agent| agent.0).collect();
        let asked = market.asked(180);
        let before = flow(model, &market.record, &asked, &agents);
        for number in 0..market.record.deals.len() {
            let wrong = market.happens(200);
            if let Some(deal) = market.record.deals.get_mut(number) {
                deal.kept = !wrong;
            }
        }
        let after = flow(model, &market.record, &asked, &agents);
        costs.extend(before.iter().zip(&after).map(|(before, after)| before - after));
    }
    let hit: Vec<f64> = costs.iter().copied().filter(|cost| *cost > 3.0).collect();
    let count = costs.len();
    let cost = median(costs);
    let reached =
        format!("{cost:.1}; {:.1} for the {} that were hit, of {}", median(hit.clone()), hit.len(), count);
    Measured { reached, held: cost <= 10.0 }
}
