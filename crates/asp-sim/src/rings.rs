//! Random graphs of deals with a ring inside, and the same world with one agent in the ring's place.

use crate::chance::Chance;
use crate::market::CLASS;
use crate::record::{Agent, Asked, DAY, Deal, Record};

/// A ring among outsiders, and what one agent would have in its place.
#[derive(Debug, Clone)]
pub struct Case {
    /// How many identities the ring has.
    pub identities: u32,
    /// The deals with outsiders.
    pub outside: u32,
    /// The world with the ring.
    pub together: Record,
    /// The members to look at, each with the world in which one agent had all the ring's deals with outsiders,
    /// and of its breaches those of that member.
    pub members: Vec<(Agent, Record)>,
    /// The agent that stands for the ring there.
    pub single: Agent,
    /// What is asked.
    pub asked: Asked,
}

/// Draws the case with this number: `ring_max` identities at most, and no deals with outsiders if it is isolated.
#[must_use]
pub fn case(seed: u64, number: u64, ring_max: u32, isolated: bool) -> Case {
    let mut chance = Chance::new(seed, 1_000 + number);
    let outsiders = chance.between(3, 14);
    let seeds = chance.between(1, 3);
    // Small rings are as likely as large ones.
    let bits = u32::BITS - ring_max.leading_zeros();
    let identities = (1_u32 << chance.between(1, bits)).saturating_sub(chance.below(2)).clamp(2, ring_max);
    let first = outsiders;
    let single = first + identities;
    let days = chance.between(20, 400);
    let some = |chance: &mut Chance, debtor, creditor, kept| Deal {
        debtor,
        creditor,
        cents: CLASS * u64::from(chance.between(1, 12)) / 4,
        minute: u64::from(chance.below(days)) * DAY + u64::from(chance.below(1_000)),
        kept,
    };
    let mut together = Record::default();
    for _ in 0..chance.between(5, 60) {
        let (debtor, creditor) = (chance.below(outsiders), chance.below(outsiders));
        let kept = !chance.happens(500);
        together.deals.push(some(&mut chance, debtor, creditor, kept));
    }
    let (borrowed, lent) = if isolated { (0, 0) } else { (chance.below(16), chance.below(10)) };
    for outward in (0..borrowed).map(|_| true).chain((0..lent).map(|_| false)) {
        let (member, other) = (first + chance.below(identities), chance.below(outsiders));
        let (debtor, creditor) = if outward { (member, other) } else { (other, member) };
        // A member of an isolated ring that broke a word would be below a newcomer anyhow.
        let kept = !chance.happens(1_500);
        together.deals.push(some(&mut chance, debtor, creditor, kept));
    }
    let among: Vec<Deal> = (0..identities * chance.between(1, 4))
        .map(|_| {
            let (debtor, creditor) = (first + chance.below(identities), first + chance.below(identities));
            Deal { cents: CLASS * 100, ..some(&mut chance, debtor, creditor, true) }
        })
        .collect();
    let outer = Record { deals: together.deals.clone(), ratings: Vec::new() };
    together.deals.extend(among);
    let busy = outer.deals.iter().map(|deal| deal.debtor).filter(|debtor| *debtor >= first);
    let mut looked_at: Vec<Agent> = busy.chain((0..2).map(|_| first + chance.below(identities))).collect();
    looked_at.sort_unstable();
    looked_at.dedup();
    looked_at.truncate(4);
    let members =
        looked_at.into_iter().map(|member| (member, merged(&outer, first, member, single))).collect();
    let asked = Asked {
        seeds: (0..seeds).collect(),
        cents: CLASS * u64::from(chance.between(1, 8)) / 4,
        minute: u64::from(days + chance.below(60)) * DAY,
    };
    Case { identities, outside: borrowed + lent, together, members, single, asked }
}

/// The deals with outsiders as those of one agent, without the breaches of members other than `of`.
fn merged(outer: &Record, first: Agent, of: Agent, single: Agent) -> Record {
    let as_one = |agent: Agent| if agent >= first { single } else { agent };
    let counts = |deal: &&Deal| deal.kept || deal.debtor < first || deal.debtor == of;
    let deals = outer.deals.iter().filter(counts);
    let deals =
        deals.map(|deal| Deal { debtor: as_one(deal.debtor), creditor: as_one(deal.creditor), ..*deal });
    Record { deals: deals.collect(), ratings: Vec::new() }
}
