//! Whom to look at next: in the order of time, organisations in turn, of each one agent after the other.
//!
//! So whoever pins cards by the thousand at addresses that never answer keeps its own agents waiting alone. It knows
//! nothing of what is looked at.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::limits;
use asp_core::name::{AgentUri, Domain};
use asp_core::position::{LogTime, Millis};

use super::Done;

/// Whom to look at, and when.
#[derive(Debug)]
pub(super) struct Schedule {
    interval: Millis,
    /// The organisations none of whose agents is being looked at, by when it is their turn.
    turns: BTreeSet<(LogTime, Domain)>,
    organisations: BTreeMap<Domain, Agents>,
}

/// The agents of one organisation.
#[derive(Debug, Default)]
struct Agents {
    due: BTreeSet<(LogTime, AgentUri)>,
    waits: BTreeMap<AgentUri, LogTime>,
    /// Of those whose card was not found.
    tries: BTreeMap<AgentUri, Tries>,
    /// Its place in the turns; none while one of its agents is being looked at.
    turn: Option<LogTime>,
    /// When it last had its turn.
    rested: Option<LogTime>,
    /// Whether one of its agents is being looked at.
    out: bool,
}

/// How often in a row an agent's card was not found.
#[derive(Debug, Default, Clone, Copy)]
struct Tries {
    /// For whatever reason.
    failed: u32,
    /// Of the last ones those in which there was an answer without a card; silence leaves it as it is.
    absent: usize,
}

impl Agents {
    fn put(&mut self, agent: AgentUri, at: LogTime) {
        if let Some(before) = self.waits.insert(agent.clone(), at) {
            self.due.remove(&(before, agent.clone()));
        }
        self.due.insert((at, agent));
    }
}

impl Schedule {
    pub(super) const fn new(interval: Millis) -> Self {
        Self { interval, turns: BTreeSet::new(), organisations: BTreeMap::new() }
    }

    /// An agent is to be looked at from an instant on.
    pub(super) fn put(&mut self, agent: AgentUri, at: LogTime) {
        let organisation = agent.organisation();
        self.organisations.entry(organisation.clone()).or_default().put(agent, at);
        self.place(organisation);
    }

    /// An agent is to be looked at some time within the interval, by a byte of chance.
    pub(super) fn put_within(&mut self, agent: AgentUri, now: LogTime, chance: u8) {
        let pause = (self.interval.0 / u64::from(u8::MAX)).saturating_mul(u64::from(chance));
        self.put(agent, now.plus(Millis(pause)));
    }

    /// The agent whose turn it is; it is out until [`Schedule::done`].
    pub(super) fn take_due(&mut self, now: LogTime) -> Option<AgentUri> {
        if self.next()? > now {
            return None;
        }
        let (_, organisation) = self.turns.pop_first()?;
        let agents = self.organisations.get_mut(&organisation)?;
        let (_, agent) = agents.due.pop_first()?;
        agents.waits.remove(&agent);
        (agents.turn, agents.out) = (None, true);
        Some(agent)
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<LogTime> {
        self.turns.first().map(|(at, _)| *at)
    }

    /// How often in a row there was an answer without a card.
    pub(super) fn absent(&self, agent: &AgentUri) -> usize {
        let agents = self.organisations.get(&agent.organisation());
        agents.and_then(|agents| agents.tries.get(agent)).map_or(0, |tries| tries.absent)
    }

    /// A look has ended; who has set a card meanwhile is due already.
    pub(super) fn done(&mut self, agent: AgentUri, done: Done, now: LogTime) {
        let organisation = agent.organisation();
        let Some(agents) = self.organisations.get_mut(&organisation) else { return };
        (agents.out, agents.rested) = (false, Some(now));
        let mut tries = agents.tries.remove(&agent).unwrap_or_default();
        tries.absent = match done {
            Done::Found | Done::Swapped | Done::Moot => 0,
            Done::Absent => tries.absent.saturating_add(1),
            Done::Unknown => tries.absent,
        };
        let pause = match done {
            Done::Moot => None,
            Done::Found => Some(self.interval),
            Done::Swapped | Done::Absent | Done::Unknown => {
                let again = limits::CARD_CHECK_AGAIN_MS.0.saturating_mul(1 << tries.failed.min(20));
                tries.failed = tries.failed.saturating_add(1);
                agents.tries.insert(agent.clone(), tries);
                Some(Millis(again.min(self.interval.0)))
            }
        };
        if let Some(pause) = pause
            && !agents.waits.contains_key(&agent)
        {
            agents.put(agent, now.plus(pause));
        }
        self.place(organisation);
    }

    /// Gives an organisation its place in the turns: when the first of its agents is due, but behind those who have been
    /// waiting since it last had its turn.
    fn place(&mut self, organisation: Domain) {
        let Some(agents) = self.organisations.get_mut(&organisation) else { return };
        if agents.out {
            return;
        }
        let Some((first, _)) = agents.due.first() else {
            self.organisations.remove(&organisation);
            return;
        };
        let turn = agents.rested.map_or(*first, |rested| rested.max(*first));
        if let Some(before) = agents.turn.replace(turn) {
            self.turns.remove(&(before, organisation.clone()));
        }
        self.turns.insert((turn, organisation));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: LogTime = LogTime::from_millis(1_795_449_312_000);
    const HOUR: Millis = Millis(3_600_000);

    fn uri(name: &str) -> AgentUri {
        format!("agent://{name}").parse().unwrap()
    }

    fn later(seconds: u64) -> LogTime {
        NOW.plus(Millis(seconds * 1_000))
    }

    #[test]
    fn whoever_pins_is_looked_at_at_once_and_then_in_intervals() {
        let mut schedule = Schedule::new(HOUR);
        let a = uri("acme.example/a");
        schedule.put(a.clone(), NOW);
        assert_eq!(schedule.take_due(NOW), Some(a.clone()));
        assert_eq!(schedule.take_due(NOW), None);
        schedule.done(a.clone(), Done::Found, NOW);
        assert_eq!(schedule.next(), Some(NOW.plus(HOUR)));
        // Another card makes it due, and a look that ends later changes nothing of that; it is never looked at twice at once.
        let soon = NOW.plus(HOUR);
        assert_eq!(schedule.take_due(soon), Some(a.clone()));
        schedule.put(a.clone(), soon);
        assert_eq!(schedule.take_due(soon), None);
        schedule.done(a.clone(), Done::Found, soon);
        assert_eq!(schedule.take_due(soon), Some(a.clone()));
        schedule.done(a, Done::Moot, soon);
        assert_eq!((schedule.next(), schedule.organisations.len()), (None, 0));
    }

    #[test]
    fn a_start_spreads_those_who_were_found_over_the_interval() {
        for (chance, from, to) in [(0, 0, 0), (128, 1_700, 1_900), (255, 3_590, 3_600)] {
            let mut schedule = Schedule::new(HOUR);
            schedule.put_within(uri("acme.example/a"), NOW, chance);
            let at = schedule.next().unwrap();
            assert!(later(from) <= at && at <= later(to), "{chance}");
        }
    }

    #[test]
    fn what_is_not_there_is_looked_for_ever_more_seldom() {
        let mut schedule = Schedule::new(HOUR);
        let a = uri("acme.example/a");
        let mut pauses = Vec::new();
        let mut now = NOW;
        schedule.put(a.clone(), now);
        for _ in 0..40 {
            assert_eq!(schedule.take_due(now), Some(a.clone()));
            schedule.done(a.clone(), Done::Unknown, now);
            let next = schedule.next().unwrap();
            pauses.push(next.since(now));
            now = next;
        }
        assert_eq!(pauses.first(), Some(&limits::CARD_CHECK_AGAIN_MS));
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&HOUR));
        // Once it was found it begins anew.
        schedule.take_due(now);
        schedule.done(a.clone(), Done::Found, now);
        now = now.plus(HOUR);
        schedule.take_due(now);
        schedule.done(a, Done::Swapped, now);
        assert_eq!(schedule.next(), Some(now.plus(limits::CARD_CHECK_AGAIN_MS)));
    }

    #[test]
    fn answers_without_a_card_are_counted_in_a_row_and_silence_is_none() {
        let mut schedule = Schedule::new(HOUR);
        let a = uri("acme.example/a");
        schedule.put(a.clone(), NOW);
        for (done, count) in [
            (Done::Absent, 1),
            (Done::Unknown, 1),
            (Done::Absent, 2),
            (Done::Swapped, 0),
            (Done::Absent, 1),
            (Done::Found, 0),
            (Done::Unknown, 0),
        ] {
            let at = schedule.next().unwrap();
            schedule.take_due(at);
            schedule.done(a.clone(), done, at);
            assert_eq!(schedule.absent(&a), count, "{done:?}");
        }
    }

    #[test]
    fn whoever_pins_by_the_thousand_keeps_its_own_waiting() {
        let mut schedule = Schedule::new(HOUR);
        for number in 0..1_000 {
            schedule.put(uri(&format!("flood.example/{number}")), NOW);
        }
        schedule.put(uri("zeta.example/one"), later(1));
        schedule.put(uri("zeta.example/two"), later(1));
        let organisation = |agent: &AgentUri| agent.organisation().to_string();
        // One of each is out, and nobody else.
        let first = schedule.take_due(later(1)).unwrap();
        let second = schedule.take_due(later(1)).unwrap();
        assert_eq!(
            (organisation(&first).as_str(), organisation(&second).as_str()),
            ("flood.example", "zeta.example")
        );
        assert_eq!(schedule.take_due(later(1)), None);
        // The first look took its time; the other's second agent comes before the flood's second.
        schedule.done(second, Done::Found, later(2));
        schedule.done(first, Done::Unknown, later(6));
        assert_eq!(schedule.take_due(later(6)), Some(uri("zeta.example/two")));
        assert_eq!(schedule.take_due(later(6)).as_ref().map(organisation).as_deref(), Some("flood.example"));
    }
}
