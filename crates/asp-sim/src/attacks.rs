//! The same attacks on every system: what they bring in points, or what they cost the one who is attacked.

use asp_core::trust::Model;
use serde::Serialize;

use crate::goals::Scale;
use crate::market::{CLASS, Kind, Market};
use crate::record::{Agent, Asked, DAY, Deal, Rating, Record};
use crate::systems::System;

/// One attack, with a figure for each system in the order of [`System::ALL`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attack {
    /// What is done.
    pub attack: &'static str,
    /// What the figures are; less is better in every row.
    pub figure: &'static str,
    /// By system.
    pub points: Vec<f64>,
}

/// What rings of some sizes gain over one agent with their outside deals, by system.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RingGain {
    /// Identities.
    pub identities: u32,
    /// By system, in the order of [`System::ALL`].
    pub gain: Vec<f64>,
}

/// The mean score of one kind through time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trajectory {
    /// The kind.
    pub kind: Kind,
    /// Days, and mean scores then.
    pub means: Vec<(u32, f64)>,
}

/// One world for all attacks.
struct Arena<'a> {
    model: &'a Model,
    market: Market,
}

impl Arena<'_> {
    fn judge(&self, system: System, record: &Record, asked: &Asked, agent: Agent) -> f64 {
        system.judge(self.model, record, asked, &[agent]).first().copied().unwrap_or(0.0)
    }

    /// What each system says of an agent at the end of a day.
    fn scores(&self, market: &Market, agent: Agent, day: u32) -> Vec<f64> {
        System::ALL.map(|system| self.judge(system, &market.record, &market.asked(day), agent)).into()
    }
}

/// Every attack, on every system.
#[must_use]
pub fn attacks(model: &Model, seed: u64, scale: Scale) -> Vec<Attack> {
    let arena = Arena { model, market: Market::honest(seed, scale.around, scale.around / 6, 360) };
    vec![
        ring(&arena),
        praised(&arena),
        whitewashed(&arena),
        on_off(&arena, 10, "breaks every tenth deal for a year"),
        on_off(&arena, 50, "breaks every fiftieth deal for a year"),
        imbalance(&arena),
        breach(&arena),
        slandered(&arena),
        arbiters(model, seed, scale),
    ]
}

fn ring(arena: &Arena<'_>) -> Attack {
    let points = ring_gain(arena, 100);
    Attack {
        attack: "100 identities deal among themselves, and once with another",
        figure: "gained over one agent",
        points,
    }
}

/// What `identities` gain that have one deal outside, and ten inside of each.
fn ring_gain(arena: &Arena<'_>, identities: u32) -> Vec<f64> {
    let mut together = arena.market.clone();
    let single = together.newcomer();
    let mut alone = together.clone();
    let members: Vec<Agent> = (0..identities).map(|_| together.newcomer()).collect();
    let partner = together.anybody();
    together.deal(members.first().copied().unwrap_or(single), partner, CLASS, 340, true);
    let same = together.record.deals.last().map(|deal| Deal { debtor: single, ..*deal });
    alone.record.deals.extend(same);
    for (number, member) in (0_u32..).zip(&members) {
        for step in 1..=10_u32 {
            let other = members.get(((number + step) % identities.max(1)) as usize).copied();
            let other = other.filter(|other| other != member);
            if let Some(other) = other {
                together.deal(*member, other, CLASS * 10, 350, true);
            }
        }
    }
    let before = arena.scores(&alone, single, 360);
    let asked = together.asked(360);
    let looked_at: Vec<Agent> = members.iter().copied().take(6).collect();
    let after = System::ALL.map(|system| {
        let scores = system.judge(arena.model, &together.record, &asked, &looked_at);
        scores.into_iter().fold(f64::NEG_INFINITY, f64::max)
    });
    after.iter().zip(before).map(|(after, before)| after - before).collect()
}

fn praised(arena: &Arena<'_>) -> Attack {
    let mut market = arena.market.clone();
    let agent = market.newcomer();
    let before = arena.scores(&market, agent, 360);
    for _ in 0..50 {
        let by = market.newcomer();
        market.record.ratings.push(Rating { by, of: agent, good: true });
    }
    let after = arena.scores(&market, agent, 360);
    let points = after.iter().zip(before).map(|(after, before)| after - before).collect();
    Attack { attack: "50 invented customers praise a newcomer", figure: "gained", points }
}

fn whitewashed(arena: &Arena<'_>) -> Attack {
    let mut market = arena.market.clone();
    let agent = market.stranger(0..360, 2_500, CLASS, |_, owed| owed.is_multiple_of(2));
    let anew = market.newcomer();
    let (old, new) = (arena.scores(&market, agent, 360), arena.scores(&market, anew, 360));
    let points = new.iter().zip(old).map(|(new, old)| new - old).collect();
    Attack { attack: "a new name after breaking half of 90 deals", figure: "gained by the name", points }
}

fn on_off(arena: &Arena<'_>, every: u32, attack: &'static str) -> Attack {
    let mut market = arena.market.clone();
    let agent = market.stranger(0..360, 10_000, CLASS, |_, owed| !owed.is_multiple_of(every));
    Attack { attack, figure: "has at the end", points: arena.scores(&market, agent, 360) }
}

fn imbalance(arena: &Arena<'_>) -> Attack {
    let mut market = arena.market.clone();
    let agent = market.stranger(0..360, 10_000, CLASS / 200, |_, _| true);
    let points = arena.scores(&market, agent, 360);
    Attack { attack: "360 small deals, asked about one of 200 times the size", figure: "has", points }
}

fn breach(arena: &Arena<'_>) -> Attack {
    let mut market = arena.market.clone();
    let agent = market.stranger(100..360, 4_000, CLASS, |_, _| true);
    market.deal(agent, 0, CLASS, 360, false);
    let points = arena.scores(&market, agent, 360);
    Attack { attack: "one breach after 104 kept deals", figure: "still has", points }
}

fn slandered(arena: &Arena<'_>) -> Attack {
    let mut market = arena.market.clone();
    let agent = market.stranger(180..360, 2_500, CLASS, |_, _| true);
    let before = arena.scores(&market, agent, 360);
    let liars: Vec<Agent> = market.agents.iter().take(20).map(|agent| agent.0).collect();
    for by in liars.iter().flat_map(|by| [*by; 3]) {
        market.record.ratings.push(Rating { by, of: agent, good: false });
    }
    let after = arena.scores(&market, agent, 360);
    let points = before.iter().zip(after).map(|(before, after)| before - after).collect();
    Attack { attack: "20 bad-mouthers call an honest agent bad", figure: "lost by it", points }
}

/// Bad-mouthers dispute all that is owed to them before panels of three; 8.3 % of the arbiters take their side, so that
/// two of three do in about 2 % of the cases.
fn arbiters(model: &Model, seed: u64, scale: Scale) -> Attack {
    let market = Market::mixed(seed, scale.agents, scale.agents / 20, 180);
    let mut ruled = market.clone();
    let accusers = market.of(Kind::BadMouther);
    ruled.record.ratings.clear();
    for number in 0..ruled.record.deals.len() {
        let colluding = (0..3).filter(|_| ruled.happens(830)).count() >= 2;
        if let Some(deal) = ruled.record.deals.get_mut(number) {
            deal.kept &= !(colluding && accusers.contains(&deal.creditor));
        }
    }
    let mut fair = ruled.record.clone();
    fair.deals.clone_from(&market.record.deals);
    let honest = market.of(Kind::Honest);
    let asked = market.asked(180);
    let points = System::ALL.map(|system| {
        let before = system.judge(model, &fair, &asked, &honest);
        let after = system.judge(model, &ruled.record, &asked, &honest);
        let total: f64 = before.iter().zip(after).map(|(before, after)| before - after).sum();
        total / u32::try_from(honest.len()).map_or(1.0, f64::from).max(1.0)
    });
    Attack {
        attack: "colluding arbiters rule for bad-mouthers",
        figure: "lost by honest agents on average",
        points: points.into(),
    }
}

/// Gains of rings of growing size.
#[must_use]
pub fn ring_gains(model: &Model, seed: u64, scale: Scale) -> Vec<RingGain> {
    let arena = Arena { model, market: Market::honest(seed, scale.around, scale.around / 6, 360) };
    let sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500];
    sizes.map(|identities| RingGain { identities, gain: ring_gain(&arena, identities) }).into()
}

/// Mean scores of each kind in a mixed population.
#[must_use]
pub fn trajectories(model: &Model, seed: u64, scale: Scale) -> Vec<Trajectory> {
    let market = Market::mixed(seed, scale.agents / 2, scale.agents / 30, 270);
    let mut all: Vec<Trajectory> =
        Kind::ALL.map(|kind| Trajectory { kind, means: Vec::new() }).into_iter().collect();
    for day in (0..=270).step_by(15) {
        let asked = Asked { minute: u64::from(day) * DAY, ..market.asked(day) };
        for trajectory in &mut all {
            let agents: Vec<Agent> = market.of(trajectory.kind).into_iter().take(12).collect();
            let scores = System::Flow.judge(model, &market.record, &asked, &agents);
            let count = u32::try_from(scores.len()).map_or(1.0, f64::from).max(1.0);
            trajectory.means.push((day, scores.iter().sum::<f64>() / count));
        }
    }
    all
}
