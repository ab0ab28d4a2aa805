//! When which domain is looked at. Knows nothing of what is there, and no clock.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::limits;
use asp_core::name::Domain;
use asp_core::position::{Hash, LogTime, Millis};
use asp_store::DomainRow;

use super::Done;

/// Whom to look at, in the order of time.
#[derive(Debug)]
pub(super) struct Schedule {
    /// How often a domain is looked at whose key was found.
    interval: Millis,
    due: BTreeSet<(LogTime, Domain)>,
    /// Those that wait, with when; one that is being looked at is not here.
    rows: BTreeMap<Domain, (LogTime, DomainRow)>,
    /// How often in a row nobody could be reached.
    failures: BTreeMap<Domain, u32>,
    /// When each was looked at last.
    looked: BTreeMap<Domain, LogTime>,
}

impl Schedule {
    pub(super) const fn new(interval: Millis) -> Self {
        Self {
            interval,
            due: BTreeSet::new(),
            rows: BTreeMap::new(),
            failures: BTreeMap::new(),
            looked: BTreeMap::new(),
        }
    }

    /// An organisation has said where its key is published, in place of what it said before.
    pub(super) fn add(&mut self, row: DomainRow, now: LogTime) {
        let at = match row.checked {
            // What was said before it asked again is no answer.
            Some((checked, _)) if checked < row.asked => self.soon(&row.organisation, now),
            None => self.soon(&row.organisation, now),
            Some((_, true)) => self.turn(&row.organisation, now),
            Some((_, false)) => self.again(&row, now),
        };
        self.put(row, at);
    }

    fn put(&mut self, row: DomainRow, at: LogTime) {
        let domain = row.organisation.clone();
        if let Some((before, _)) = self.rows.remove(&domain) {
            self.due.remove(&(before, domain.clone()));
        }
        self.due.insert((at, domain.clone()));
        self.rows.insert(domain, (at, row));
    }

    /// The next domain whose time has come.
    pub(super) fn take_due(&mut self, now: LogTime) -> Option<DomainRow> {
        let (at, domain) = self.due.first()?;
        if *at > now {
            return None;
        }
        let (_, domain) = (*at, domain.clone());
        self.due.pop_first();
        let row = self.rows.remove(&domain).map(|(_, row)| row);
        self.looked.insert(domain, now);
        row
    }

    /// When the next time comes.
    pub(super) fn next(&self) -> Option<LogTime> {
        self.due.first().map(|(at, _)| *at)
    }

    /// How often in a row a domain could not be reached.
    pub(super) fn failures(&self, domain: &Domain) -> u32 {
        self.failures.get(domain).copied().unwrap_or_default()
    }

    /// A look has ended.
    pub(super) fn done(&mut self, row: DomainRow, done: &Done, now: LogTime) {
        let domain = &row.organisation;
        match done {
            Done::Unknown => {
                let failures = self.failures.entry(domain.clone()).or_default();
                *failures = failures.saturating_add(1);
            }
            // It says nothing of the domain.
            Done::Failed => {}
            Done::Found(_) | Done::Moot | Done::Overtaken => drop(self.failures.remove(domain)),
        }
        let at = match done {
            Done::Found(true) => self.turn(domain, now),
            Done::Found(false) | Done::Unknown => self.again(&row, now),
            Done::Failed => now.plus(limits::DOMAIN_CHECK_AGAIN_MS),
            // Whatever is said next puts it back.
            Done::Moot => return,
            Done::Overtaken => self.soon(domain, now),
        };
        // It may have asked again while it was looked at: then it is there already, and due.
        if !self.rows.contains_key(&row.organisation) {
            self.put(row, at);
        }
    }

    /// At once, if it is not just being left alone: an organisation that asks and asks turns the node on nobody.
    fn soon(&self, domain: &Domain, now: LogTime) -> LogTime {
        let alone = self.looked.get(domain).map(|looked| looked.plus(limits::DOMAIN_LOOKS_APART_MS));
        alone.map_or(now, |until| until.max(now))
    }

    /// The next time of a domain's own within the interval, so that all of them are spread over it.
    fn turn(&self, domain: &Domain, now: LogTime) -> LogTime {
        let interval = self.interval.0.max(1);
        let digest = Hash::of(&[b"asp/1.0/turn\n", domain.as_str().as_bytes()]);
        let place =
            digest.as_bytes().iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte)) % interval;
        let since = now.millis().wrapping_sub(place) % interval;
        now.plus(Millis(interval - since))
    }

    /// After twice as long since it was asked for as the time before: often at first, then ever more seldom, and from an
    /// interval on at the domain's own time. It follows from when it was asked for alone, so no restart puts it off.
    fn again(&self, row: &DomainRow, now: LogTime) -> LogTime {
        let waited = now.since(row.asked_at).0;
        let mut next = limits::DOMAIN_CHECK_AGAIN_MS.0;
        while next <= waited && next < self.interval.0 {
            next = next.saturating_mul(2);
        }
        if next < self.interval.0 {
            row.asked_at.plus(Millis(next))
        } else {
            self.turn(&row.organisation, now)
        }
    }
}

#[cfg(test)]
mod tests {
    use asp_core::position::Position;

    use super::*;

    const DAY: u64 = 86_400_000;
    const NOW: LogTime = LogTime::from_millis(1_795_449_312_000);

    fn row(domain: &str, asked: u64, checked: Option<(u64, bool)>) -> DomainRow {
        DomainRow {
            organisation: domain.parse().unwrap(),
            asked: Position(asked),
            asked_at: NOW,
            checked: checked.map(|(at, found)| (Position(at), found)),
        }
    }

    fn schedule() -> Schedule {
        Schedule::new(Millis(DAY))
    }

    fn wait(schedule: &Schedule) -> u64 {
        schedule.next().unwrap().since(NOW).0
    }

    #[test]
    fn what_was_never_looked_at_is_looked_at_at_once() {
        for checked in [None, Some((3, true)), Some((3, false))] {
            let mut schedule = schedule();
            schedule.add(row("acme.example", 4, checked), NOW);
            assert_eq!(schedule.take_due(NOW), Some(row("acme.example", 4, checked)));
            assert_eq!(schedule.take_due(NOW), None);
        }
    }

    #[test]
    fn what_was_found_is_looked_at_once_in_an_interval_each_at_its_own_time() {
        let mut turns = BTreeSet::new();
        for name in ["acme.example", "volt.example", "globex.example"] {
            let mut schedule = schedule();
            schedule.add(row(name, 4, Some((5, true))), NOW);
            let first = wait(&schedule);
            assert!((1..=DAY).contains(&first), "{first}");
            turns.insert(first);
            // A restart changes nothing of it.
            let mut other = Schedule::new(Millis(DAY));
            other.add(row(name, 4, Some((5, true))), NOW.plus(Millis(first - 1)));
            assert_eq!(wait(&other), first);
            let taken = schedule.take_due(NOW.plus(Millis(first))).unwrap();
            schedule.done(taken, &Done::Found(true), NOW.plus(Millis(first)));
            assert_eq!(wait(&schedule), first + DAY);
        }
        assert_eq!(turns.len(), 3);
    }

    #[test]
    fn what_was_not_found_is_looked_for_ever_more_seldom() {
        let mut schedule = schedule();
        schedule.add(row("acme.example", 4, None), NOW);
        let mut pauses = Vec::new();
        let mut now = NOW;
        for _ in 0..17 {
            let taken = schedule.take_due(now).unwrap();
            schedule.done(taken, &Done::Found(false), now);
            let next = schedule.next().unwrap();
            pauses.push(next.since(now).0);
            now = next;
        }
        assert_eq!(pauses[..4], [10_000, 10_000, 20_000, 40_000]);
        assert_eq!(pauses[16], DAY);
        // A restart between two looks puts the next one neither off nor forward.
        for (waited, next) in [(1, 10_000), (10_001, 20_000), (39_999, 40_000), (40_000, 80_000)] {
            let mut other = self::schedule();
            other.add(row("acme.example", 4, Some((5, false))), NOW.plus(Millis(waited)));
            assert_eq!(wait(&other), next, "{waited}");
        }
        let mut other = self::schedule();
        other.add(row("acme.example", 4, Some((5, false))), NOW.plus(Millis(now.since(NOW).0 - DAY / 2)));
        assert_eq!(other.next(), Some(now));
        // Asking again begins anew.
        let again =
            DomainRow { asked: Position(9), asked_at: now, ..row("acme.example", 9, Some((5, false))) };
        schedule.add(again, now);
        assert_eq!(schedule.next(), Some(now));
    }

    #[test]
    fn who_cannot_be_reached_is_counted_until_it_is() {
        let mut schedule = schedule();
        let acme = "acme.example".parse().unwrap();
        for expected in [1, 2, 3] {
            schedule.done(row("acme.example", 4, None), &Done::Unknown, NOW);
            assert_eq!(schedule.failures(&acme), expected);
            schedule.take_due(NOW.plus(Millis(DAY))).unwrap();
        }
        // What this node could not do is nobody's absence, and is soon done again.
        schedule.done(row("acme.example", 4, None), &Done::Failed, NOW.plus(Millis(10 * DAY)));
        assert_eq!((schedule.failures(&acme), wait(&schedule)), (3, 10 * DAY + 10_000));
        schedule.take_due(NOW.plus(Millis(11 * DAY))).unwrap();
        schedule.done(row("acme.example", 4, None), &Done::Found(true), NOW);
        assert_eq!(schedule.failures(&acme), 0);
    }

    #[test]
    fn an_organisation_is_looked_at_once_however_often_it_asks() {
        let mut schedule = schedule();
        for asked in 1..50 {
            schedule.add(row("acme.example", asked, None), NOW);
        }
        let taken = schedule.take_due(NOW).unwrap();
        assert_eq!((taken.asked, schedule.take_due(NOW)), (Position(49), None));
        // It asks while it is looked at: what the look found does not put off the next.
        schedule.add(row("acme.example", 60, None), NOW);
        schedule.done(taken, &Done::Found(true), NOW);
        assert_eq!(schedule.take_due(NOW.plus(Millis(999))), None);
        assert_eq!(schedule.take_due(NOW.plus(Millis(1_000))).map(|row| row.asked), Some(Position(60)));
        let gone = row("volt.example", 70, None);
        schedule.done(gone, &Done::Moot, NOW);
        assert_eq!(schedule.next(), None);
    }
}
