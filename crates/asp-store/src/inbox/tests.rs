//! What inboxes hand out, and what becomes of it.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const MINUTE: Millis = Millis(60_000);

fn agent() -> Tenant {
    Tenant::Agent("agent://acme.example/buyer".parse().unwrap())
}

fn group(name: &str) -> GroupName {
    name.parse().unwrap()
}

fn at(minutes: u64) -> LogTime {
    LogTime::from_millis(minutes * MINUTE.0)
}

fn stream(number: u8) -> StreamId {
    StreamId::Session(asp_core::position::Hash::from_bytes([number; 32]))
}

fn others(streams: &[u8]) -> Vec<Candidate> {
    let candidate = |(position, number): (u64, &u8)| Candidate {
        position: Position(position),
        stream: stream(*number),
        own: *number == 0,
    };
    (0..).zip(streams).map(candidate).collect()
}

struct Desk {
    inboxes: Inboxes,
    log: Vec<Candidate>,
    leases: u8,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn of(streams: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inboxes = Inboxes::open(folder.path(), 0).unwrap();
        Self { inboxes, log: others(streams), leases: 0, _folder: folder }
    }

    /// What a worker is given: its lease and the positions.
    fn take(&mut self, max: usize, now: LogTime) -> (LeaseId, Vec<u64>) {
        self.leases += 1;
        let id = LeaseId([self.leases; 16]);
        let group = group("workers");
        let next = self.inboxes.begin(&agent(), &group, Position(0), now).unwrap();
        let new: Vec<Candidate> = self.log.iter().filter(|it| it.position >= next).cloned().collect();
        let seen = Position(self.log.len() as u64);
        let wanted = Wanted { max, lease: MINUTE, id };
        let leased = self.inboxes.lease(&agent(), &group, (&new, seen), wanted, now).unwrap();
        (id, leased.iter().map(|it| it.position.0).collect())
    }

    fn confirm(&self, lease: LeaseId, positions: &[u64]) -> Result<(), NotDone> {
        let items: Vec<_> = positions.iter().map(|position| (Position(*position), lease)).collect();
        self.inboxes.confirm(&agent(), &group("workers"), &items)
    }

    fn standing(&self, now: LogTime) -> (u64, u64, u64) {
        let groups = self.inboxes.groups(&agent(), now).unwrap();
        (groups[0].leased, groups[0].waiting, groups[0].dead)
    }
}

#[test]
fn what_is_not_confirmed_comes_again_and_what_is_does_not() {
    let mut desk = Desk::of(&[1, 0, 2, 3]);
    let (lease, taken) = desk.take(2, at(0));
    assert_eq!(taken, [0, 2], "what one said oneself is not told");
    desk.confirm(lease, &[0]).unwrap();
    assert_eq!(desk.take(9, at(0)).1, [3]);
    assert_eq!(desk.take(9, at(0)).1, [0; 0]);
    // The leases end; nobody confirmed these.
    let (second, again) = desk.take(9, at(1));
    assert_eq!(again, [2, 3]);
    assert_eq!(desk.confirm(lease, &[2]), Err(NotDone::LeaseLost { place: 0 }));
    desk.confirm(second, &[2, 3]).unwrap();
    assert_eq!(desk.standing(at(1)), (0, 0, 0));
    assert_eq!(desk.take(9, at(9)).1, [0; 0]);
}

#[test]
fn who_is_late_confirms_as_long_as_nobody_else_has_it() {
    let mut desk = Desk::of(&[1]);
    let (lease, _) = desk.take(1, at(0));
    assert_eq!(desk.inboxes.next_end(&agent(), &group("workers")).unwrap(), Some(at(1)));
    desk.confirm(lease, &[0]).unwrap();
    assert_eq!(desk.take(1, at(5)).1, [0; 0]);
}

#[test]
fn of_one_stream_one_worker_has_something_in_hand_and_in_order() {
    let mut desk = Desk::of(&[1, 1, 2, 1]);
    let (first, taken) = desk.take(1, at(0));
    assert_eq!(taken, [0]);
    let (second, taken) = desk.take(9, at(0));
    assert_eq!(taken, [2], "what comes after it in its stream waits");
    assert_eq!(desk.standing(at(0)), (2, 2, 0));
    desk.confirm(first, &[0]).unwrap();
    let (third, taken) = desk.take(9, at(0));
    assert_eq!(taken, [1, 3], "one worker may have several of a stream");
    desk.confirm(second, &[2]).unwrap();
    desk.confirm(third, &[1, 3]).unwrap();
    assert_eq!(desk.standing(at(0)), (0, 0, 0));
}

#[test]
fn what_is_refused_or_never_confirmed_becomes_a_dead_letter() {
    let mut desk = Desk::of(&[1, 1]);
    let (lease, _) = desk.take(1, at(0));
    let workers = group("workers");
    let refuse = |lease, why| desk.inboxes.refuse(&agent(), &workers, (Position(0), lease), why);
    assert_eq!(refuse(LeaseId([9; 16]), "mine"), Err(NotDone::LeaseLost { place: 0 }));
    refuse(lease, "no words for it").unwrap();
    assert_eq!(refuse(lease, "twice"), Err(NotDone::LeaseLost { place: 0 }));
    for minute in 0..limits::INBOX_ATTEMPTS_MAX as u64 {
        assert_eq!(desk.take(9, at(minute)).1, [1], "what comes after it goes on");
    }
    assert_eq!(desk.take(9, at(99)).1, [0; 0]);
    let dead = desk.inboxes.dead(&agent(), &workers, None, 10).unwrap();
    let told: Vec<_> = dead.iter().map(|it| (it.position.0, it.attempts, it.reason.as_str())).collect();
    let tired = format!("handed out {} times and never confirmed", limits::INBOX_ATTEMPTS_MAX);
    assert_eq!(told, [(0, 1, "no words for it"), (1, limits::INBOX_ATTEMPTS_MAX, tired.as_str())]);
    desk.inboxes.replay(&agent(), &workers, Position(1)).unwrap();
    desk.inboxes.discard(&agent(), &workers, Position(0)).unwrap();
    for gone in [0, 1, 7] {
        assert_eq!(desk.inboxes.replay(&agent(), &workers, Position(gone)), Err(NotDone::Unknown));
    }
    assert_eq!(desk.take(9, at(99)).1, [1]);
}

#[test]
fn each_group_and_each_party_has_its_own() {
    let mut desk = Desk::of(&[1]);
    assert_eq!(desk.take(9, at(0)).1, [0]);
    let other = Tenant::Organisation("acme.example".parse().unwrap());
    assert!(desk.inboxes.groups(&other, at(0)).unwrap().is_empty());
    assert_eq!(desk.inboxes.dead(&other, &group("workers"), None, 9), Err(NotDone::Unknown));
    for number in 1..limits::INBOX_GROUPS_MAX {
        desk.inboxes.begin(&agent(), &group(&format!("g{number}")), Position(7), at(0)).unwrap();
    }
    let more = desk.inboxes.begin(&agent(), &group("more"), Position(0), at(0));
    assert_eq!(more, Err(NotDone::Full));
    assert_eq!(desk.inboxes.begin(&agent(), &group("g1"), Position(0), at(0)), Ok(Position(7)));
    assert!(desk.inboxes.forget(&agent(), &group("g1")).unwrap());
    assert!(!desk.inboxes.forget(&agent(), &group("g1")).unwrap());
    for wrong in ["", "-a", "A", "a b", "ä", &"a".repeat(65)] {
        assert!(wrong.parse::<GroupName>().is_err(), "{wrong}");
    }
}

proptest! {
    /// Whoever takes, forgets and confirms in whatever order: each is confirmed once, and each stream in its order.
    #[test]
    fn nothing_is_lost_and_each_stream_keeps_its_order(
        streams in proptest::collection::vec(0_u8..4, 0..12),
        turns in proptest::collection::vec((1_usize..4, any::<bool>()), 0..40),
    ) {
        let mut desk = Desk::of(&streams);
        let mut done: Vec<u64> = Vec::new();
        let mut minute = 0;
        let mut turn = |desk: &mut Desk, max, confirms: bool| {
            minute += 1;
            let (lease, taken) = desk.take(max, at(minute));
            if confirms {
                desk.confirm(lease, &taken).unwrap();
                done.extend(taken);
            }
        };
        for (max, confirms) in turns {
            turn(&mut desk, max, confirms);
        }
        for _ in 0..100 {
            turn(&mut desk, 3, true);
        }
        // What was handed out too often without being confirmed lies with the dead letters.
        let dead = desk.inboxes.dead(&agent(), &group("workers"), None, 100).unwrap();
        let dead: Vec<u64> = dead.iter().map(|it| it.position.0).collect();
        let mut all: Vec<u64> = done.iter().chain(&dead).copied().collect();
        all.sort_unstable();
        let told: Vec<u64> = (0..).zip(&streams).filter(|(_, of)| **of != 0).map(|(at, _)| at).collect();
        prop_assert_eq!(all, told);
        let mut last: BTreeMap<u8, u64> = BTreeMap::new();
        for position in done {
            let of = streams[usize::try_from(position).unwrap()];
            prop_assert!(last.insert(of, position).is_none_or(|before| before < position));
        }
    }
}

/// Where each statement of a stream stands, with how often it was handed out, until when it is in hand and whether it is dead.
fn told(desk: &Desk, tenant: &Tenant, number: u8) -> Vec<(u64, usize, Option<LogTime>, bool)> {
    let deliveries = desk.inboxes.deliveries(tenant, &stream(number)).unwrap();
    let told = |it: &Delivery| (it.position.0, it.attempts, it.until, it.dead.is_some());
    deliveries.items.iter().map(told).collect()
}

#[test]
fn how_a_stream_fares_is_told_until_it_is_confirmed() {
    let mut desk = Desk::of(&[1, 1, 2, 1]);
    assert_eq!(told(&desk, &agent(), 1), []);
    let (lease, taken) = desk.take(1, at(0));
    assert_eq!(taken, [0]);
    assert_eq!(told(&desk, &agent(), 1), [(0, 1, Some(at(1)), false)]);
    let reached = desk.inboxes.deliveries(&agent(), &stream(1)).unwrap().groups;
    assert_eq!((reached[0].group.as_str(), reached[0].next), ("workers", Position(1)));
    desk.inboxes.refuse(&agent(), &group("workers"), (Position(0), lease), "no").unwrap();
    let (second, taken) = desk.take(9, at(0));
    assert_eq!(taken, [1, 2, 3]);
    assert_eq!(
        told(&desk, &agent(), 1),
        [(0, 1, None, true), (1, 1, Some(at(1)), false), (3, 1, Some(at(1)), false)]
    );
    // Another stream's are not among them, and what is confirmed is not told.
    assert_eq!(told(&desk, &agent(), 2), [(2, 1, Some(at(1)), false)]);
    desk.confirm(second, &[1, 2, 3]).unwrap();
    assert_eq!(told(&desk, &agent(), 1), [(0, 1, None, true)]);
}

#[test]
fn an_organisation_is_told_of_its_agents_and_of_nobody_elses() {
    let mut desk = Desk::of(&[1]);
    desk.take(1, at(0));
    let sees = |party: &str| {
        let tenant = match party.strip_prefix("agent://") {
            Some(_) => Tenant::Agent(party.parse().unwrap()),
            None => Tenant::Organisation(party.parse().unwrap()),
        };
        let deliveries = desk.inboxes.deliveries(&tenant, &stream(1)).unwrap();
        (deliveries.items.len(), deliveries.groups.len())
    };
    assert_eq!(sees("acme.example"), (1, 1));
    assert_eq!(sees("agent://acme.example/buyer"), (1, 1));
    for other in
        ["acme.example.org", "cme.example", "agent://acme.example/buyer/two", "agent://acme.example/buy"]
    {
        assert_eq!(sees(other), (0, 0), "{other}");
    }
}

#[test]
fn what_comes_in_a_log_that_was_put_back_from_a_copy_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let group = group("workers");
    let wanted = Wanted { max: 9, lease: MINUTE, id: LeaseId([1; 16]) };
    {
        let inboxes = Inboxes::open(folder.path(), 0).unwrap();
        inboxes.begin(&agent(), &group, Position(0), at(0)).unwrap();
        let all = others(&[1, 2, 3, 4]);
        let leased = inboxes.lease(&agent(), &group, (&all, Position(4)), wanted, at(0)).unwrap();
        assert_eq!(leased.len(), 4);
    }
    // Two of the four were said after the copy was made.
    let inboxes = Inboxes::open(folder.path(), 2).unwrap();
    assert_eq!(inboxes.begin(&agent(), &group, Position(0), at(2)), Ok(Position(2)));
    let new: Vec<Candidate> = others(&[1, 2, 5]).into_iter().skip(2).collect();
    let leased = inboxes.lease(&agent(), &group, (&new, Position(3)), wanted, at(2)).unwrap();
    let places: Vec<u64> = leased.iter().map(|it| it.position.0).collect();
    assert_eq!(places, [0, 1, 2]);
}
