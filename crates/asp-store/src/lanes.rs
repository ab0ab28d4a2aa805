//! A queue with a lane for each of those who use it, from which is taken in turns: a flood in one lane keeps nobody in
//! another waiting. Bounded as a whole; when it is full, the longest lane gives way. Knows nothing of what waits in it.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};

/// Why something was not put in a queue; it comes back.
#[derive(Debug)]
pub enum NotQueued<T> {
    /// As many wait as may, none of them more than its share.
    Full(T),
    /// As many wait as may, and of this lane more than its share.
    Crowded(T),
    /// Nobody takes anything out any more.
    Gone(T),
}

/// What waits, and whose turn it is.
struct State<K, T> {
    lanes: BTreeMap<K, VecDeque<T>>,
    /// The lanes in which something waits, in the order of their turns.
    turns: VecDeque<K>,
    waiting: usize,
    /// How many sleep until something comes.
    asleep: usize,
    /// Nobody can put anything in any more.
    closed: bool,
    /// Nobody takes anything out any more.
    gone: bool,
}

struct Shared<K, T> {
    state: Mutex<State<K, T>>,
    woken: Condvar,
    max: usize,
    turns_max: usize,
}

/// Closes the queue when the last one who can put something in has gone.
struct Open<K, T>(Arc<Shared<K, T>>);

/// Lets go of what waits when the last one who could take it out has gone.
struct Way<K, T>(Arc<Shared<K, T>>);

/// The way in. The queue is closed once the last is dropped.
pub struct Sender<K, T>(Arc<Open<K, T>>);

/// The way in for as long as somebody else keeps it open.
pub struct WeakSender<K, T>(Weak<Open<K, T>>);

/// The way out. What waits when the last is dropped is dropped with it.
pub struct Receiver<K, T>(Arc<Way<K, T>>);

/// A queue in which `max` wait at most, and of which so many turns of one lane are taken out at once.
#[must_use]
pub fn queue<K, T>(max: usize, turns_max: usize) -> (Sender<K, T>, Receiver<K, T>) {
    let state = State {
        lanes: BTreeMap::new(),
        turns: VecDeque::new(),
        waiting: 0,
        asleep: 0,
        closed: false,
        gone: false,
    };
    let shared = Arc::new(Shared {
        state: Mutex::new(state),
        woken: Condvar::new(),
        max: max.max(1),
        turns_max: turns_max.max(1),
    });
    (Sender(Arc::new(Open(Arc::clone(&shared)))), Receiver(Arc::new(Way(shared))))
}

impl<K, T> Shared<K, T> {
    fn state(&self) -> MutexGuard<'_, State<K, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, T> WeakSender<K, T> {
    /// The way in, if it is still open.
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<K, T>> {
        self.0.upgrade().map(Sender)
    }
}

impl<K, T> Clone for Receiver<K, T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Ord + Clone, T> Sender<K, T> {
    /// A way in that does not keep the queue open.
    #[must_use]
    pub fn downgrade(&self) -> WeakSender<K, T> {
        WeakSender(Arc::downgrade(&self.0))
    }

    /// Whether nobody takes anything out any more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.0.0.state().gone
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.0.state().waiting
    }

    /// Puts something at the end of a lane. Where the queue is full and another lane is longer, that one's last has given
    /// way and comes back.
    ///
    /// # Errors
    /// See [`NotQueued`].
    pub fn push(&self, lane: K, item: T) -> Result<Option<T>, NotQueued<T>> {
        let shared = &self.0.0;
        let mut state = shared.state();
        if state.gone {
            return Err(NotQueued::Gone(item));
        }
        let mut given_way = None;
        if state.waiting >= shared.max {
            let own = state.lanes.get(&lane).map_or(0, VecDeque::len);
            given_way = state.make_room(own);
            if given_way.is_none() {
                let crowded = own > 1 && state.turns.len() > 1;
                return Err(if crowded { NotQueued::Crowded(item) } else { NotQueued::Full(item) });
            }
        }
        state.enter(lane, item);
        let asleep = state.asleep > 0;
        drop(state);
        if asleep {
            shared.woken.notify_one();
        }
        Ok(given_way)
    }
}

impl<K: Ord + Clone, T> State<K, T> {
    fn enter(&mut self, lane: K, item: T) {
        let items = self.lanes.entry(lane.clone()).or_default();
        if items.is_empty() {
            self.turns.push_back(lane);
        }
        items.push_back(item);
        self.waiting += 1;
    }

    /// The last of the longest lane, if that is longer than one with `own` will be.
    fn make_room(&mut self, own: usize) -> Option<T> {
        // It keeps others, so its turn stays.
        let longest = self.lanes.values_mut().max_by_key(|items| items.len()).filter(|it| it.len() > own + 1);
        let last = longest.and_then(VecDeque::pop_back);
        self.waiting -= usize::from(last.is_some());
        last
    }

    /// One of each lane in turns, until there are so many or each has had as many turns as one may.
    fn take(&mut self, most: usize, turns_max: usize, items: &mut Vec<T>) {
        let mut later = VecDeque::new();
        let (mut taken, mut rounds) = (0, 0);
        // Each round takes one from each lane that is left.
        while !self.turns.is_empty() && taken < most && rounds < turns_max {
            for _ in 0..self.turns.len().min(most - taken) {
                let Some(lane) = self.turns.pop_front() else { break };
                let Some(waiting) = self.lanes.get_mut(&lane) else { continue };
                items.extend(waiting.pop_front());
                taken += 1;
                if waiting.is_empty() {
                    self.lanes.remove(&lane);
                } else {
                    later.push_back(lane);
                }
            }
            // Who had no turn in this round has the first of the next.
            self.turns.append(&mut later);
            rounds += 1;
        }
        self.waiting -= taken;
    }
}

impl<K: Ord + Clone, T> Receiver<K, T> {
    /// Waits until something is there and takes as many as `most` makes of how many wait, at least one; false once the
    /// queue is closed and empty.
    pub fn take(&self, most: impl Fn(usize) -> usize, items: &mut Vec<T>) -> bool {
        let shared = &self.0.0;
        let mut state = shared.state();
        while state.waiting == 0 {
            if state.closed {
                return false;
            }
            state.asleep += 1;
            state = shared.woken.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.asleep -= 1;
        }
        let most = most(state.waiting).max(1);
        state.take(most, shared.turns_max, items);
        // One may have been woken for several, by whoever put them in.
        let more = state.waiting > 0 && state.asleep > 0;
        drop(state);
        if more {
            shared.woken.notify_one();
        }
        true
    }
}

impl<K, T> Drop for Open<K, T> {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.woken.notify_all();
    }
}

impl<K, T> Drop for Way<K, T> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.gone = true;
        state.waiting = 0;
        state.turns.clear();
        let left = std::mem::take(&mut state.lanes);
        drop(state);
        // Not under the lock: what waits may have something to say when it goes.
        drop(left);
    }
}

impl<K, T> fmt::Debug for Shared<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes").field("max", &self.max).field("waiting", &self.state().waiting).finish()
    }
}

impl<K, T> fmt::Debug for Sender<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.fmt(f)
    }
}

impl<K, T> fmt::Debug for WeakSender<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes").finish_non_exhaustive()
    }
}

impl<K, T> fmt::Debug for Receiver<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Lanes = (Sender<&'static str, usize>, Receiver<&'static str, usize>);

    fn filled(max: usize, turns_max: usize, lanes: &[(&'static str, usize)]) -> Lanes {
        let (sender, receiver) = queue(max, turns_max);
        for (lane, item) in lanes {
            assert_eq!(sender.push(*lane, *item).unwrap(), None);
        }
        (sender, receiver)
    }

    fn taken(receiver: &Receiver<&'static str, usize>, most: usize) -> Vec<usize> {
        let mut items = Vec::new();
        assert!(receiver.take(|_| most, &mut items));
        items
    }

    #[test]
    fn lanes_have_turns_and_who_had_none_has_the_first_of_the_next() {
        let lanes = [("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 5), ("b", 6), ("c", 7)];
        let (sender, receiver) = filled(100, 64, &lanes);
        assert_eq!(taken(&receiver, 4), [1, 5, 7, 2]);
        assert_eq!(taken(&receiver, 100), [6, 3, 4]);
        assert_eq!(sender.waiting(), 0);
    }

    #[test]
    fn of_one_lane_so_many_are_taken_at_once() {
        let (sender, receiver) = filled(100, 2, &[("a", 1), ("a", 2), ("a", 3), ("a", 4), ("a", 5)]);
        assert_eq!(taken(&receiver, 100), [1, 2]);
        assert_eq!(sender.push("b", 6).unwrap(), None);
        assert_eq!(taken(&receiver, 100), [3, 6, 4]);
    }

    #[test]
    fn in_a_full_queue_the_longest_lane_gives_way() {
        let (sender, receiver) = filled(4, 64, &[("a", 1), ("a", 2), ("a", 3), ("a", 4)]);
        assert!(matches!(sender.push("a", 5), Err(NotQueued::Full(5))), "nobody else is there");
        assert_eq!(sender.push("b", 6).unwrap(), Some(4), "the last that came");
        assert!(matches!(sender.push("a", 7), Err(NotQueued::Crowded(7))));
        assert_eq!(sender.push("b", 8).unwrap(), Some(3));
        assert!(matches!(sender.push("b", 9), Err(NotQueued::Crowded(9))));
        assert!(sender.push("c", 10).unwrap().is_some());
        assert!(matches!(sender.push("c", 11), Err(NotQueued::Full(11))), "the others have no more");
        assert_eq!(taken(&receiver, 100)[..3], [1, 6, 10]);
    }

    #[test]
    fn what_waits_is_taken_out_after_the_queue_is_closed_and_then_nothing() {
        let (sender, receiver) = filled(4, 64, &[("a", 1)]);
        let weak = sender.downgrade();
        drop(sender);
        assert!(weak.upgrade().is_none());
        assert_eq!(taken(&receiver, 100), [1]);
        assert!(!receiver.take(|_| 1, &mut Vec::new()));
    }

    #[test]
    fn nothing_waits_for_who_is_gone() {
        let (sender, receiver) = queue::<&str, Arc<()>>(4, 64);
        let item = Arc::new(());
        sender.push("a", Arc::clone(&item)).unwrap();
        drop(receiver);
        assert_eq!(Arc::strong_count(&item), 1);
        assert!(sender.is_gone() && matches!(sender.push("a", item), Err(NotQueued::Gone(_))));
    }

    #[test]
    fn several_who_wait_are_woken_by_what_comes_and_by_the_end() {
        let (sender, receiver) = queue::<usize, usize>(100, 64);
        let work = |receiver: Receiver<usize, usize>| {
            move || {
                let mut items = Vec::new();
                while receiver.take(|_| 1, &mut items) {}
                items
            }
        };
        let threads: Vec<_> = (0..3).map(|_| std::thread::spawn(work(receiver.clone()))).collect();
        (0..50).for_each(|item| assert_eq!(sender.push(item % 3, item).unwrap(), None));
        drop((sender, receiver));
        let mut all: Vec<usize> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..50).collect::<Vec<_>>());
    }
}
