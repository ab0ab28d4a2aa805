//! What broken deals cost, how often one may break them, and how long it takes to come back.

use super::{Laboratory, Measured, largest, mean, smallest};
use crate::market::{CLASS, Market};
use crate::record::{Agent, Asked};
use crate::systems::{flow, through};
use crate::workers::each;

/// Scores before and after a breach of so many cents, of all that had enough before.
fn costs(laboratory: &Laboratory<'_>, cents: u64, from: f64) -> Vec<f64> {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut market = Market::honest(seed, scale.around * 2, scale.around / 6, 200);
    // From lazy to busy, so that some stand just above the bound.
    let strangers: Vec<Agent> =
        (1..=12).map(|pace| market.stranger(0..200, pace * 400, CLASS, |_, _| true)).collect();
    let mut agents: Vec<Agent> = market.agents.iter().map(|agent| agent.0).collect();
    agents.truncate(scale.around as usize);
    agents.extend(strangers);
    let asked = market.asked(200);
    let before = flow(model, &market.record, &asked, &agents);
    let good: Vec<(Agent, f64)> =
        agents.into_iter().zip(before).filter(|(_, score)| *score >= from).collect();
    each(&good, |(agent, before)| {
        let mut broken = market.clone();
        let creditor = broken.seeds.first().copied().unwrap_or(0);
        broken.deal(*agent, creditor, cents, 200, false);
        before - largest(flow(model, &broken.record, &asked, &[*agent]))
    })
}

fn cost_within(laboratory: &Laboratory<'_>, cents: u64, from: f64, least: f64, most: f64) -> Measured {
    let costs = costs(laboratory, cents, from);
    let (low, high) = (smallest(costs.iter().copied()), largest(costs.iter().copied()));
    let held = !costs.is_empty() && low >= least && high <= most;
    let reached = if costs.is_empty() {
        format!("nobody had {from:.0} points")
    } else {
        format!("{low:.1} to {high:.1} points for {} agents", costs.len())
    };
    Measured { reached, held }
}

pub(super) fn breach(laboratory: &Laboratory<'_>) -> Measured {
    cost_within(laboratory, CLASS, 80.0, 35.0, 50.0)
}

pub(super) fn trifle(laboratory: &Laboratory<'_>) -> Measured {
    cost_within(laboratory, CLASS / 100, 80.0, 5.0, 20.0)
}

/// The mean from the first breach on, by pace; judged is the best of all paces.
///
/// It is taken over two years, or until the fifth breach if that is later: the slowest agent of a mixed population breaks
/// every fiftieth deal once in thirteen months, and a habit shows in what is repeated.
fn on_off(laboratory: &Laboratory<'_>, every: u32, most: f64) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let mean_at = |rate: u32| {
        let first = every * 100 / rate;
        let end = (5 * first).max(720);
        let mut market = Market::honest(seed, scale.around, scale.around / 10, end);
        let agent = market.stranger(0..end, rate * 100, CLASS, |_, owed| !owed.is_multiple_of(every));
        let asked: Vec<Asked> =
            (first..end).step_by(scale.step as usize).map(|day| market.asked(day)).collect();
        mean(&through(model, &market.record, &asked, agent))
    };
    let means: Vec<(u32, f64)> = scale.rates.iter().map(|rate| (*rate, mean_at(*rate))).collect();
    let worst = largest(means.iter().map(|(_, mean)| *mean));
    let told: Vec<String> =
        means.iter().map(|(rate, mean)| format!("{mean:.1} at {rate} deals in 100 days")).collect();
    Measured { reached: format!("{worst:.1} ({})", told.join(", ")), held: worst <= most }
}

pub(super) fn every_tenth(laboratory: &Laboratory<'_>) -> Measured {
    on_off(laboratory, 10, 15.0)
}

pub(super) fn every_fiftieth(laboratory: &Laboratory<'_>) -> Measured {
    on_off(laboratory, 50, 50.0)
}

pub(super) fn redeemer(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut market = Market::honest(seed, scale.around, scale.around / 10, 800);
    let agent = market.stranger(0..790, 3_000, CLASS, |day, owed| day >= 60 || !owed.is_multiple_of(4));
    let days: Vec<u32> = (0..25).map(|month| 60 + 30 * month).collect();
    let asked: Vec<Asked> = days.iter().map(|day| market.asked(*day)).collect();
    let scores = through(model, &market.record, &asked, agent);
    let back = days.iter().zip(&scores).find(|(_, score)| **score >= 40.0).map(|(day, _)| day - 60);
    let last = scores.last().copied().unwrap_or(0.0);
    let reached = match back {
        Some(days) => format!("after {days} days, {last:.1} after two years"),
        None => format!("{last:.1} after two years"),
    };
    Measured { reached, held: back.is_some_and(|days| days > 60) }
}

pub(super) fn forgiven(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let mut market = Market::honest(seed, scale.around, scale.around / 6, 900);
    let agent = market.stranger(0..900, 2_000, CLASS, |_, _| true);
    let asked = market.asked(900);
    let clean = largest(flow(model, &market.record, &asked, &[agent]));
    let creditor = market.seeds.first().copied().unwrap_or(0);
    market.deal(agent, creditor, CLASS, 170, false);
    let broken = largest(flow(model, &market.record, &asked, &[agent]));
    Measured { reached: format!("{:.1}, from {clean:.1}", clean - broken), held: clean - broken <= 5.0 }
}
