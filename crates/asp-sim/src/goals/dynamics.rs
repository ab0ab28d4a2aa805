//! How a score grows and fades where nothing is broken.

use super::{Laboratory, Measured, largest, smallest};
use crate::market::{CLASS, Market};
use crate::record::{Agent, DAY};
use crate::systems::flow;

/// An agent with small deals asked about large ones: in a market of the large ones, and in one with a dearer currency.
pub(super) fn imbalance(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let score = |times: u64| {
        let mut market = Market::honest(seed, scale.around, scale.around / 6, 360);
        let agent = market.stranger(0..360, 10_000, CLASS / 200, |_, _| true);
        for deal in &mut market.record.deals {
            deal.cents *= times;
        }
        let mut asked = market.asked(360);
        asked.cents *= times;
        largest(flow(model, &market.record, &asked, &[agent]))
    };
    let (small, large) = (score(1), score(200));
    let reached = format!("{small:.1} with deals of 0.50 USD, {large:.1} with deals of 100 USD");
    Measured { reached, held: small <= 15.0 && large <= 15.0 }
}

/// A market in which somebody deals every third day for half a year, and its score then.
fn established(laboratory: &Laboratory<'_>, days: u32) -> (Market, Agent, f64) {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut market = Market::honest(seed, scale.around, scale.around / 6, days);
    let agent = market.stranger(0..180, 4_000, CLASS, |_, _| true);
    let score = largest(flow(model, &market.record, &market.asked(180), &[agent]));
    (market, agent, score)
}

pub(super) fn sleeper(laboratory: &Laboratory<'_>) -> Measured {
    let (market, agent, before) = established(laboratory, 545);
    let after = largest(flow(laboratory.model, &market.record, &market.asked(545), &[agent]));
    Measured { reached: format!("{after:.1}, from {before:.1}"), held: after <= 40.0 && before >= 80.0 }
}

pub(super) fn drowsy(laboratory: &Laboratory<'_>) -> Measured {
    let (mut market, agent, before) = established(laboratory, 910);
    for day in (210..910).step_by(30) {
        let seed = market.seeds.first().copied().unwrap_or(0);
        market.deal(agent, seed, CLASS / 4, day, true);
    }
    let after = largest(flow(laboratory.model, &market.record, &market.asked(910), &[agent]));
    let held = before >= 80.0 && before - after >= 20.0;
    Measured { reached: format!("{after:.1}, from {before:.1}"), held }
}

pub(super) fn friend(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut market = Market::honest(seed, scale.around, scale.around / 6, 200);
    let friends: Vec<Agent> = market.agents.iter().take(5).map(|agent| agent.0).collect();
    let mut scores = Vec::new();
    for friend in friends {
        let agent = market.newcomer();
        for day in 100..200 {
            market.deal(agent, friend, CLASS, day, true);
        }
        scores.extend(flow(model, &market.record, &market.asked(200), &[agent]));
    }
    let (low, high) = (smallest(scores.iter().copied()), largest(scores.iter().copied()));
    Measured { reached: format!("{low:.1} to {high:.1} points"), held: high < 50.0 }
}

pub(super) fn haste(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut market = Market::honest(seed, scale.around, 6, 30);
    let agent = market.newcomer();
    for seed in 0..3 {
        market.deal(agent, seed, CLASS, 29, true);
    }
    let mut asked = market.asked(30);
    asked.minute = 30 * DAY;
    let score = largest(flow(model, &market.record, &asked, &[agent]));
    Measured { reached: format!("{score:.1} points"), held: score < 50.0 && score > 25.0 }
}
