//! Wakes those who wait for something in the log, and nobody else.
//!
//! One task per node hears how long the log is, asks the store once which streams moved, and wakes who waits for
//! them. What is delivered is read by the one who was woken; here nobody sees a statement.

pub(crate) mod agents;
pub(crate) mod reading;
pub(crate) mod socket;
pub(crate) mod sse;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asp_core::name::{Domain, StreamId, StreamKind};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_store::saved::SearchId;
use asp_store::{Reader, SessionQuery, Tenant};
use tokio::sync::{Notify, watch};

use crate::http::problem::Denial;
use crate::quota::Prefix;
use crate::reading::Reads;
use crate::stopped;

/// Entries that one question to the store spans.
const SPAN_MAX: u64 = 4096;

/// What can be waited for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    /// A further statement of a stream.
    Stream(StreamId),
    /// A further statement of any session of a tenant.
    Sessions(Tenant),
    /// A further statement of whatever a tenant reads.
    Feed(Tenant),
    /// A further statement of any agent, for who follows a saved search; or that the search is forgotten.
    Search(SearchId),
    /// Nothing: a place for the trail of a consent while it is written.
    Trail(Hash),
}

/// Everybody who waits.
#[derive(Debug)]
pub(crate) struct Hub {
    waiting: Mutex<Waiting>,
    /// How often somebody may have lost the right to what it waits for.
    alarms: AtomicU64,
    bounds: Bounds,
}

/// How many may wait; a number of 0 of one bears any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) all: usize,
    pub(crate) party: usize,
    /// Of an organisation with its agents, times what its level has.
    pub(crate) organisation: usize,
    /// Of one network.
    pub(crate) address: usize,
}

/// Who waits, and where.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    /// In whose name; nobody's for public streams.
    pub(crate) party: Option<Tenant>,
    /// How many times a newcomer's share its organisation has.
    pub(crate) factor: u64,
    pub(crate) from: Option<Prefix>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    count: usize,
    topics: BTreeMap<Topic, BTreeMap<u64, Arc<Notify>>>,
    /// Subscribers of each party; those who wait for public streams have none.
    parties: BTreeMap<Tenant, usize>,
    organisations: BTreeMap<Domain, usize>,
    networks: BTreeMap<Prefix, usize>,
}

impl Waiting {
    /// Whether one more of them may wait.
    fn bears(&self, who: &Who, bounds: &Bounds) -> bool {
        let fits = |count: Option<&usize>, most: usize| most == 0 || count.is_none_or(|count| *count < most);
        let factor = usize::try_from(who.factor).unwrap_or(usize::MAX);
        let of_organisation = bounds.organisation.saturating_mul(factor);
        who.party.as_ref().is_none_or(|party| {
            fits(self.parties.get(party), bounds.party)
                && fits(self.organisations.get(&party.organisation()), of_organisation)
        }) && who.from.is_none_or(|from| fits(self.networks.get(&from), bounds.address))
    }
}

/// One less of somebody.
fn less<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// A place among those who wait; given back when dropped.
#[derive(Debug)]
pub(crate) struct Subscription {
    hub: Arc<Hub>,
    topic: Topic,
    who: Who,
    number: u64,
    woken: Arc<Notify>,
}

impl Hub {
    pub(crate) fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::default(), alarms: AtomicU64::new(0), bounds })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wait.
    pub(crate) fn count(&self) -> usize {
        self.waiting().count
    }

    /// How many of an organisation wait, and how many may at this factor; 0 for any number.
    pub(crate) fn of_organisation(&self, organisation: &Domain, factor: u64) -> (usize, usize) {
        let count = self.waiting().organisations.get(organisation).copied().unwrap_or(0);
        (count, self.bounds.organisation.saturating_mul(usize::try_from(factor).unwrap_or(usize::MAX)))
    }

    /// Waits for a topic from here on. Read after this, not before: what comes in between wakes too.
    ///
    /// # Errors
    /// That too many wait already, in all, or of those who would.
    pub(crate) fn subscribe(self: &Arc<Self>, topic: Topic, who: Who) -> Result<Subscription, Denial> {
        let woken = Arc::new(Notify::new());
        let mut waiting = self.waiting();
        if !waiting.bears(&who, &self.bounds) {
            return Err(Code::RateLimited.into());
        }
        if waiting.count >= self.bounds.all {
            return Err(Denial::Full);
        }
        waiting.count += 1;
        waiting.next += 1;
        let number = waiting.next;
        if let Some(party) = &who.party {
            *waiting.parties.entry(party.clone()).or_default() += 1;
            *waiting.organisations.entry(party.organisation()).or_default() += 1;
        }
        if let Some(from) = who.from {
            *waiting.networks.entry(from).or_default() += 1;
        }
        waiting.topics.entry(topic.clone()).or_default().insert(number, Arc::clone(&woken));
        drop(waiting);
        Ok(Subscription { hub: Arc::clone(self), topic, who, number, woken })
    }

    fn unsubscribe(&self, subscription: &Subscription) {
        let mut waiting = self.waiting();
        waiting.count = waiting.count.saturating_sub(1);
        if let Some(subscribers) = waiting.topics.get_mut(&subscription.topic) {
            subscribers.remove(&subscription.number);
            if subscribers.is_empty() {
                waiting.topics.remove(&subscription.topic);
            }
        }
        if let Some(party) = &subscription.who.party {
            less(&mut waiting.parties, party);
            less(&mut waiting.organisations, &party.organisation());
        }
        if let Some(from) = &subscription.who.from {
            less(&mut waiting.networks, from);
        }
    }

    fn wake(&self, topic: &Topic) {
        if let Some(subscribers) = self.waiting().topics.get(topic) {
            subscribers.values().for_each(|woken| woken.notify_one());
        }
    }

    /// How often those who wait were to look whether they may still.
    pub(crate) fn alarms(&self) -> u64 {
        self.alarms.load(Ordering::Acquire)
    }

    /// Lets who waits for a topic look whether it is still there.
    pub(crate) fn alarm(&self, topic: &Topic) {
        self.alarms.fetch_add(1, Ordering::Release);
        self.wake(topic);
    }

    /// Lets everybody look whether there is something, or whether it may still look.
    pub(crate) fn wake_all(&self) {
        self.alarms.fetch_add(1, Ordering::Release);
        self.waiting().topics.values().flat_map(BTreeMap::values).for_each(|woken| woken.notify_one());
    }

    /// What is waited for besides streams.
    fn wider(&self) -> Wider {
        let mut wider = Wider::default();
        for topic in self.waiting().topics.keys() {
            match topic {
                Topic::Sessions(tenant) => wider.sessions.push(tenant.clone()),
                Topic::Feed(tenant) => wider.feeds.push(tenant.clone()),
                Topic::Search(_) => wider.searches.push(topic.clone()),
                Topic::Stream(_) | Topic::Trail(_) => {}
            }
        }
        wider
    }

    /// The task's whole life: until the node stops or the log ends.
    pub(crate) async fn run(
        self: Arc<Self>,
        reads: Arc<Reads>,
        mut size: watch::Receiver<u64>,
        mut stopping: watch::Receiver<bool>,
    ) {
        let mut seen = *size.borrow_and_update();
        loop {
            tokio::select! {
                changed = size.changed() => if changed.is_err() { break },
                () = stopped(&mut stopping) => break,
            }
            let now = *size.borrow_and_update();
            // Who subscribes later reads what is there by then: nothing is missed by not looking.
            while seen < now && self.count() > 0 {
                let to = now.min(seen.saturating_add(SPAN_MAX));
                self.wake_moved(&reads, seen, to).await;
                seen = to;
            }
            seen = now;
        }
        self.wake_all();
    }

    async fn wake_moved(&self, reads: &Reads, from: u64, to: u64) {
        let wider = self.wider();
        match reads.wait_and_run(move |reader| moved(reader, from, to, wider)).await {
            Ok(topics) => topics.iter().for_each(|topic| self.wake(topic)),
            Err(denial) => {
                tracing::warn!(?denial, from, to, "what moved is not known; everybody looks for himself");
                self.wake_all();
            }
        }
    }
}

/// What is waited for besides streams: the tenants of sessions and of feeds, and saved searches.
#[derive(Debug, Default)]
struct Wider {
    sessions: Vec<Tenant>,
    feeds: Vec<Tenant>,
    searches: Vec<Topic>,
}

/// The topics that moved; besides streams, those that are waited for.
fn moved(reader: &Reader<'_>, from: u64, to: u64, wider: Wider) -> Result<Vec<Topic>, Denial> {
    let moved = Moved::read(reader, from, to)?;
    let mut topics = Vec::new();
    for tenant in wider.feeds {
        if moved.is_told(reader, &tenant)? {
            topics.push(Topic::Feed(tenant));
        }
    }
    for tenant in wider.sessions {
        if moved.in_sessions(reader, &tenant)? {
            topics.push(Topic::Sessions(tenant));
        }
    }
    let agents = moved.any(StreamKind::Agent);
    topics.extend(wider.searches.into_iter().filter(|_| agents));
    topics.extend(moved.streams.into_iter().map(Topic::Stream));
    Ok(topics)
}

/// Those of the tenants to whom something among these entries is told.
///
/// # Errors
/// That the storage failed.
pub(crate) fn feeds_moved(
    reader: &Reader<'_>,
    from: u64,
    to: u64,
    tenants: BTreeSet<Tenant>,
) -> Result<BTreeSet<Tenant>, Denial> {
    let moved = Moved::read(reader, from, to)?;
    let mut told = BTreeSet::new();
    for tenant in tenants {
        if moved.is_told(reader, &tenant)? {
            told.insert(tenant);
        }
    }
    Ok(told)
}

/// The streams that moved, and since where.
struct Moved {
    streams: Vec<StreamId>,
    from: u64,
}

impl Moved {
    fn read(reader: &Reader<'_>, from: u64, to: u64) -> Result<Self, Denial> {
        Ok(Self { streams: reader.streams_moved(from, to)?, from })
    }

    fn any(&self, kind: StreamKind) -> bool {
        self.streams.iter().any(|stream| stream.kind() == kind)
    }

    /// Whether a session moved in which the tenant takes part. One look at an index for each tenant; there are as many as wait,
    /// which is bounded.
    fn in_sessions(&self, reader: &Reader<'_>, tenant: &Tenant) -> Result<bool, Denial> {
        let query = SessionQuery { moved_since: self.from, limit: 1, before: None };
        Ok(self.any(StreamKind::Session) && !reader.sessions(tenant, query)?.is_empty())
    }

    /// Whether anything that moved is told in the tenant's feed.
    fn is_told(&self, reader: &Reader<'_>, tenant: &Tenant) -> Result<bool, Denial> {
        Ok(self.in_sessions(reader, tenant)? || reader.feeds(tenant, &self.streams)?)
    }
}

impl Subscription {
    /// Waits until the topic has moved since the last time, or the node stops.
    pub(crate) async fn woken(&self) {
        self.woken.notified().await;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.unsubscribe(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(agent: &str, from: u8) -> Who {
        let party = Some(Tenant::Agent(format!("agent://{agent}").parse().unwrap()));
        Who { party, factor: 1, from: Prefix::of(std::net::IpAddr::from([192, 0, 2, from])) }
    }

    #[test]
    fn so_many_wait_of_an_agent_of_an_organisation_and_of_a_network() {
        let hub = Hub::new(Bounds { all: 100, party: 2, organisation: 3, address: 4 });
        let wait = |who: Who| hub.subscribe(Topic::Stream("org:acme.example".parse().unwrap()), who);
        let refused =
            |who: Who| matches!(wait(who), Err(Denial::Rejected(it)) if it.code == Code::RateLimited);
        let first = wait(who("acme.example/a", 1)).unwrap();
        let _second = wait(who("acme.example/a", 1)).unwrap();
        assert!(refused(who("acme.example/a", 2)));
        let _third = wait(who("acme.example/b", 1)).unwrap();
        assert!(refused(who("acme.example/c", 2)), "of all agents of one organisation");
        let _fourth = wait(Who { party: None, ..who("acme.example/c", 1) }).unwrap();
        assert!(refused(who("globex.example/a", 1)), "from one network");
        let _fifth = wait(who("globex.example/a", 2)).unwrap();
        let _sixth = wait(Who { factor: 2, ..who("acme.example/d", 3) }).unwrap();
        assert!(wait(Who { party: None, factor: 1, from: None }).is_ok());
        drop(first);
        assert!(
            refused(who("acme.example/a", 2))
                && hub.of_organisation(&"acme.example".parse().unwrap(), 2) == (3, 6)
        );
    }

    #[test]
    fn a_bound_of_nothing_bears_any_number_and_the_whole_has_its_own() {
        let hub = Hub::new(Bounds { all: 3, party: 0, organisation: 0, address: 0 });
        let wait =
            || hub.subscribe(Topic::Stream("org:acme.example".parse().unwrap()), who("acme.example/a", 1));
        let waiting: Vec<Subscription> = (0..3).map(|_| wait().unwrap()).collect();
        assert!(matches!(wait(), Err(Denial::Full)));
        drop(waiting);
        assert!(wait().is_ok());
        assert!(hub.waiting().networks.is_empty() && hub.waiting().organisations.is_empty());
    }
}
