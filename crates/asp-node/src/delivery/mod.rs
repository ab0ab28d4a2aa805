//! Wakes those who wait for something in the log, and nobody else.
//!
//! One task per node hears how long the log is, asks the store once which streams moved, and wakes who waits for
//! them. What is delivered is read by the one who was woken; here nobody sees a statement.

pub(crate) mod agents;
pub(crate) mod sse;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asp_core::name::{StreamId, StreamKind};
use asp_store::saved::SearchId;
use asp_store::{Reader, SessionQuery, Tenant};
use tokio::sync::{Notify, watch};

use crate::http::problem::Denial;
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
    /// A further statement of any agent, for who follows a saved search; or that the search is forgotten.
    Search(SearchId),
}

/// Everybody who waits.
#[derive(Debug)]
pub(crate) struct Hub {
    waiting: Mutex<Waiting>,
    /// How often somebody may have lost the right to what it waits for.
    alarms: AtomicU64,
    subscribers_max: usize,
    subscribers_per_party_max: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    count: usize,
    topics: BTreeMap<Topic, BTreeMap<u64, Arc<Notify>>>,
    /// Subscribers of each party; those who wait for public streams have none.
    parties: BTreeMap<Tenant, usize>,
}

/// A place among those who wait; given back when dropped.
#[derive(Debug)]
pub(crate) struct Subscription {
    hub: Arc<Hub>,
    topic: Topic,
    party: Option<Tenant>,
    number: u64,
    woken: Arc<Notify>,
}

impl Hub {
    pub(crate) fn new(subscribers_max: usize, subscribers_per_party_max: usize) -> Arc<Self> {
        let waiting = Mutex::default();
        Arc::new(Self { waiting, alarms: AtomicU64::new(0), subscribers_max, subscribers_per_party_max })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wait.
    pub(crate) fn count(&self) -> usize {
        self.waiting().count
    }

    /// Waits for a topic from here on. Read after this, not before: what comes in between wakes too.
    ///
    /// # Errors
    /// That too many wait already, in all or in the name of `party`.
    pub(crate) fn subscribe(
        self: &Arc<Self>,
        topic: Topic,
        party: Option<Tenant>,
    ) -> Result<Subscription, Denial> {
        let woken = Arc::new(Notify::new());
        let mut waiting = self.waiting();
        let of_party = party.as_ref().and_then(|party| waiting.parties.get(party)).copied().unwrap_or(0);
        if waiting.count >= self.subscribers_max || of_party >= self.subscribers_per_party_max {
            return Err(Denial::Full);
        }
        waiting.count += 1;
        waiting.next += 1;
        let number = waiting.next;
        if let Some(party) = &party {
            waiting.parties.insert(party.clone(), of_party + 1);
        }
        waiting.topics.entry(topic.clone()).or_default().insert(number, Arc::clone(&woken));
        drop(waiting);
        Ok(Subscription { hub: Arc::clone(self), topic, party, number, woken })
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
        if let Some(party) = &subscription.party
            && let Some(count) = waiting.parties.get_mut(party)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                waiting.parties.remove(party);
            }
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

    /// What is waited for besides streams: the tenants of sessions, and saved searches.
    fn wider(&self) -> (Vec<Tenant>, Vec<Topic>) {
        let (mut tenants, mut searches) = (Vec::new(), Vec::new());
        for topic in self.waiting().topics.keys() {
            match topic {
                Topic::Sessions(tenant) => tenants.push(tenant.clone()),
                Topic::Search(_) => searches.push(topic.clone()),
                Topic::Stream(_) => {}
            }
        }
        (tenants, searches)
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

/// The topics that moved; besides streams, those that are waited for.
fn moved(
    reader: &Reader<'_>,
    from: u64,
    to: u64,
    (tenants, searches): (Vec<Tenant>, Vec<Topic>),
) -> Result<Vec<Topic>, Denial> {
    let streams = reader.streams_moved(from, to)?;
    let any = |kind: StreamKind| streams.iter().any(|stream| stream.kind() == kind);
    let (sessions, agents) = (any(StreamKind::Session), any(StreamKind::Agent));
    let mut topics: Vec<Topic> = streams.into_iter().map(Topic::Stream).collect();
    topics.extend(searches.into_iter().filter(|_| agents));
    for tenant in tenants.into_iter().filter(|_| sessions) {
        // One look at an index each; there are as many tenants here as wait, which is bounded.
        let query = SessionQuery { moved_since: from, limit: 1, before: None };
        if !reader.sessions(&tenant, query)?.is_empty() {
            topics.push(Topic::Sessions(tenant));
        }
    }
    Ok(topics)
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
