//! Markets: populations that deal with one another day by day, as their kinds do. Knows no scores.

use serde::Serialize;

use crate::chance::Chance;
use crate::record::{Agent, Asked, DAY, Deal, Rating, Record};

/// How an agent behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Keeps every deal.
    Honest,
    /// Breaks between 15 and 45 of a hundred.
    Unreliable,
    /// Deals much with its own ring and little with others.
    Ring,
    /// Breaks half of its deals and takes a new name after each third breach.
    Whitewasher,
    /// Breaks every tenth deal.
    OnOff,
    /// Keeps small deals, to be trusted with a large one.
    Imbalance,
    /// Keeps its deals, and calls all others bad.
    BadMouther,
    /// Breaks every fourth deal for sixty days, and none later.
    Redeemer,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Honest,
        Self::Unreliable,
        Self::Ring,
        Self::Whitewasher,
        Self::OnOff,
        Self::Imbalance,
        Self::BadMouther,
        Self::Redeemer,
    ];

    /// Its name in a table or a plot.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Unreliable => "unreliable",
            Self::Ring => "ring",
            Self::Whitewasher => "whitewasher",
            Self::OnOff => "on-off",
            Self::Imbalance => "imbalance",
            Self::BadMouther => "bad-mouther",
            Self::Redeemer => "redeemer",
        }
    }

    /// How many of a hundred are of this kind.
    const fn share(self) -> u32 {
        match self {
            Self::Honest => 58,
            Self::Unreliable | Self::Ring => 10,
            Self::BadMouther | Self::Redeemer => 5,
            Self::Whitewasher | Self::OnOff | Self::Imbalance => 4,
        }
    }
}

/// A population and what it did.
#[derive(Debug, Clone)]
pub struct Market {
    /// What happened.
    pub record: Record,
    /// Honest agents that the observer trusts without evidence.
    pub seeds: Vec<Agent>,
    /// Everybody else, with its kind. A whitewasher stands here under its last name.
    pub agents: Vec<(Agent, Kind)>,
    /// The next number that is nobody's.
    fresh: Agent,
    chance: Chance,
}

/// One agent while a market runs.
struct Member {
    name: Agent,
    kind: Kind,
    /// Deals on one day, in ten-thousandths.
    rate: u32,
    /// How many in ten thousand it breaks, if it is unreliable.
    breaks: u32,
    /// With whom it deals half of the time.
    circle: Vec<Agent>,
    owed: u32,
    broken: u32,
}

/// The usual size of a deal, in cents: the class of all questions unless one says otherwise.
pub const CLASS: u64 = 10_000;
/// Sizes of deals as shares of the class, in quarters.
const QUARTERS: [u64; 10] = [1, 2, 2, 4, 4, 4, 4, 8, 8, 16];

impl Market {
    /// So many agents of all kinds and so many seeds, through so many days.
    #[must_use]
    pub fn mixed(seed: u64, agents: u32, seeds: u32, days: u32) -> Self {
        let mut kinds: Vec<Kind> = Vec::new();
        for kind in Kind::ALL {
            kinds.extend((0..agents * kind.share() / 100).map(|_| kind));
        }
        Self::run(seed, seeds, &kinds, days)
    }

    /// So many honest agents and seeds, through so many days: where one stranger is looked at.
    #[must_use]
    pub fn honest(seed: u64, agents: u32, seeds: u32, days: u32) -> Self {
        let kinds: Vec<Kind> = (0..agents).map(|_| Kind::Honest).collect();
        Self::run(seed, seeds, &kinds, days)
    }

    fn run(seed: u64, seeds: u32, kinds: &[Kind], days: u32) -> Self {
        let mut chance = Chance::new(seed, 1);
        let all = (0..seeds).map(|_| Kind::Honest).chain(kinds.iter().copied());
        let mut members: Vec<Member> = (0..)
            .zip(all)
            .map(|(name, kind)| Member {
                name,
                kind,
                rate: chance.between(1_300, 4_000),
                breaks: chance.between(1_500, 4_500),
                circle: Vec::new(),
                owed: 0,
                broken: 0,
            })
            .collect();
        let open = |kind| !matches!(kind, Kind::Ring | Kind::Whitewasher | Kind::Imbalance);
        let traders: Vec<Agent> =
            members.iter().filter(|member| open(member.kind)).map(|member| member.name).collect();
        let ring: Vec<Agent> =
            members.iter().filter(|member| member.kind == Kind::Ring).map(|member| member.name).collect();
        for member in &mut members {
            member.circle = (0..6).filter_map(|_| chance.pick(&traders)).collect();
        }
        let fresh = u32::try_from(members.len()).unwrap_or(u32::MAX);
        let mut market = Self {
            record: Record::default(),
            seeds: (0..seeds).collect(),
            agents: Vec::new(),
            fresh,
            chance,
        };
        for day in 0..days {
            for member in &mut members {
                market.live(member, day, &traders, &ring);
            }
        }
        market.agents =
            members.iter().skip(seeds as usize).map(|member| (member.name, member.kind)).collect();
        market
    }

    /// A day of one member.
    fn live(&mut self, member: &mut Member, day: u32, traders: &[Agent], ring: &[Agent]) {
        if member.kind == Kind::Ring {
            // One deal a day of ten times the class inside, and in the first month one of the class outside.
            let partner = self.chance.pick(ring).unwrap_or(member.name);
            self.deal(member.name, partner, CLASS * 10, day, true);
            if day < 30 && self.chance.happens(330) {
                let partner = self.chance.pick(traders).unwrap_or(member.name);
                self.deal(member.name, partner, CLASS, day, true);
            }
            return;
        }
        if !self.chance.happens(member.rate) {
            return;
        }
        let circle = self.chance.happens(5_000);
        let partner = self.chance.pick(if circle { &member.circle } else { traders });
        let cents = CLASS * self.chance.pick(&QUARTERS).unwrap_or(4) / 4;
        let cents = if member.kind == Kind::Imbalance { CLASS / 200 } else { cents };
        member.owed += 1;
        let kept = match member.kind {
            Kind::Honest | Kind::Ring | Kind::Imbalance | Kind::BadMouther => true,
            Kind::Unreliable => !self.chance.happens(member.breaks),
            Kind::Whitewasher => !self.chance.happens(5_000),
            Kind::OnOff => !member.owed.is_multiple_of(10),
            Kind::Redeemer => day >= 60 || !member.owed.is_multiple_of(4),
        };
        let Some(partner) = partner.filter(|partner| *partner != member.name) else { return };
        self.deal(member.name, partner, cents, day, kept);
        if member.kind == Kind::BadMouther {
            self.record.ratings.push(Rating { by: member.name, of: partner, good: false });
        }
        if !kept {
            member.broken += 1;
            if member.kind == Kind::Whitewasher && member.broken.is_multiple_of(3) {
                member.name = self.newcomer();
            }
        }
    }

    /// Adds one deal, at some minute of a day.
    pub fn deal(&mut self, debtor: Agent, creditor: Agent, cents: u64, day: u32, kept: bool) {
        let minute = u64::from(day) * DAY + u64::from(self.chance.below(24 * 60));
        self.record.deals.push(Deal { debtor, creditor, cents, minute, kept });
    }

    /// A name that nobody has had.
    pub const fn newcomer(&mut self) -> Agent {
        let name = self.fresh;
        self.fresh += 1;
        name
    }

    /// Somebody of the market, seeds included.
    pub fn anybody(&mut self) -> Agent {
        let size = u32::try_from(self.seeds.len() + self.agents.len()).unwrap_or(0);
        let drawn = self.chance.below(size) as usize;
        let (seeds, agents) = (&self.seeds, &self.agents);
        let seed = seeds.get(drawn).copied();
        seed.or_else(|| agents.get(drawn.saturating_sub(seeds.len())).map(|agent| agent.0)).unwrap_or(0)
    }

    /// A stranger that deals with anybody from one day to another, so many times in ten thousand days, and keeps the
    /// deals of which `keeps` is true: it gets the day and how many deals there were, this one included.
    pub fn stranger(
        &mut self,
        days: std::ops::Range<u32>,
        rate: u32,
        cents: u64,
        keeps: impl Fn(u32, u32) -> bool,
    ) -> Agent {
        let name = self.newcomer();
        self.goes_on(name, days, rate, cents, keeps);
        name
    }

    /// The same for somebody who is there.
    pub fn goes_on(
        &mut self,
        name: Agent,
        days: std::ops::Range<u32>,
        rate: u32,
        cents: u64,
        keeps: impl Fn(u32, u32) -> bool,
    ) {
        let mut owed = 0;
        let mut due = 0;
        for day in days {
            due += rate;
            while due >= 10_000 {
                due -= 10_000;
                owed += 1;
                let partner = self.anybody();
                self.deal(name, partner, cents, day, keeps(day, owed));
            }
        }
    }

    /// A question of the usual size at the end of a day.
    #[must_use]
    pub fn asked(&self, day: u32) -> Asked {
        Asked { seeds: self.seeds.clone(), cents: CLASS, minute: u64::from(day + 1) * DAY }
    }

    /// The agents of a kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Vec<Agent> {
        self.agents.iter().filter(|agent| agent.1 == kind).map(|agent| agent.0).collect()
    }

    /// Draws from the market's own chance: what happens in the place of a rule.
    pub fn happens(&mut self, ten_thousandths: u32) -> bool {
        self.chance.happens(ten_thousandths)
    }
}
