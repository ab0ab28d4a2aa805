//! Places for connections: so many in all, so many of one network. In a full house whoever has most gives one up to who
//! has fewer. Knows who has how many, and nothing of what they ask.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asp_core::rejection::Code;
use tokio::sync::Notify;

use crate::quota::Prefix;

/// Connections that are being closed for others, beyond those that have a place.
const LEAVING_MAX: usize = 64;

/// How many are borne; a number of 0 for one network bears any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// In all, at least one.
    pub(crate) all: usize,
    /// Of one network; this machine's own are not counted, for a proxy has those of many.
    pub(crate) of_one: usize,
}

/// Who is connected, by network and in the order in which they came.
#[derive(Debug, Default)]
struct House {
    next: u64,
    guests: BTreeMap<Option<Prefix>, BTreeMap<u64, Arc<Notify>>>,
    count: usize,
    leaving: usize,
}

/// All places.
#[derive(Debug)]
pub(crate) struct Places {
    bounds: Bounds,
    house: Mutex<House>,
    /// Connections that were turned away.
    pub(crate) refused: AtomicU64,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    from: Option<Prefix>,
    number: u64,
    leave: Arc<Notify>,
}

impl Places {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, house: Mutex::default(), refused: AtomicU64::new(0) }
    }

    fn house(&self) -> MutexGuard<'_, House> {
        self.house.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are connected.
    pub(crate) fn count(&self) -> usize {
        let house = self.house();
        house.count + house.leaving
    }

    /// A place for a connection from there.
    ///
    /// # Errors
    /// [`Code::RateLimited`] if its network has as many as one may, [`Code::Overloaded`] if all places are taken and
    /// nobody has to give one up.
    pub(crate) fn enter(self: &Arc<Self>, from: Option<Prefix>) -> Result<Place, Code> {
        let entered = self.house().enter(from, self.bounds);
        let (number, leave) = entered.inspect_err(|_| {
            self.refused.fetch_add(1, Ordering::Relaxed);
        })?;
        Ok(Place { places: Arc::clone(self), from, number, leave })
    }
}

impl House {
    fn enter(&mut self, from: Option<Prefix>, bounds: Bounds) -> Result<(u64, Arc<Notify>), Code> {
        let own = self.guests.get(&from).map_or(0, BTreeMap::len);
        if from.is_some() && bounds.of_one > 0 && own >= bounds.of_one {
            return Err(Code::RateLimited);
        }
        if self.count >= bounds.all.max(1) && !self.make_room(own) {
            return Err(Code::Overloaded);
        }
        self.next += 1;
        self.count += 1;
        let leave = Arc::new(Notify::new());
        self.guests.entry(from).or_default().insert(self.next, Arc::clone(&leave));
        Ok((self.next, leave))
    }

    /// Asks the oldest connection of the network with most of them to leave, if that has more than one with `own` will.
    fn make_room(&mut self, own: usize) -> bool {
        if self.leaving >= LEAVING_MAX {
            return false;
        }
        let networks = self.guests.iter_mut().filter(|(from, _)| from.is_some());
        let most = networks.map(|(_, guests)| guests).max_by_key(|guests| guests.len());
        let oldest = most.filter(|guests| guests.len() > own + 1).and_then(BTreeMap::pop_first);
        let Some((_, leave)) = oldest else { return false };
        leave.notify_one();
        self.count -= 1;
        self.leaving += 1;
        true
    }
}

impl Place {
    /// Waits until somebody else needs the place.
    pub(crate) async fn wanted(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut house = self.places.house();
        let held = house.guests.get_mut(&self.from).and_then(|guests| guests.remove(&self.number));
        if held.is_some() {
            house.count -= 1;
        } else {
            house.leaving = house.leaving.saturating_sub(1);
        }
        if house.guests.get(&self.from).is_some_and(BTreeMap::is_empty) {
            house.guests.remove(&self.from);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn places(all: usize, of_one: usize) -> Arc<Places> {
        Arc::new(Places::new(Bounds { all, of_one }))
    }

    fn network(number: u8) -> Option<Prefix> {
        Prefix::of(std::net::IpAddr::from([192, 0, 2, number]))
    }

    // THR-CONNECTION-HOARDING
    #[test]
    fn one_network_has_so_many_and_a_place_that_is_given_back_can_be_had_again() {
        let places = places(10, 2);
        let first = places.enter(network(1)).unwrap();
        let _second = places.enter(network(1)).unwrap();
        assert_eq!(places.enter(network(1)).unwrap_err(), Code::RateLimited);
        assert!(places.enter(network(2)).is_ok());
        let own: Vec<Place> = (0..5).map(|_| places.enter(None).unwrap()).collect();
        drop(first);
        assert!(places.enter(network(1)).is_ok());
        drop(own);
        assert_eq!((places.count(), places.refused.load(Ordering::Relaxed)), (1, 1));
    }

    // THR-CONNECTION-HOARDING
    #[test]
    fn in_a_full_house_who_has_most_gives_up_its_oldest_place() {
        let places = places(4, 0);
        let many: Vec<Place> = (0..3).map(|_| places.enter(network(1)).unwrap()).collect();
        let one = places.enter(network(2)).unwrap();
        assert_eq!(places.enter(network(1)).unwrap_err(), Code::Overloaded);
        let other = places.enter(network(3)).unwrap();
        let asked: Vec<bool> = many.iter().map(|place| place.wanted().now_or_never().is_some()).collect();
        assert_eq!(asked, [true, false, false]);
        // Everybody has its share now.
        assert_eq!(places.enter(network(2)).unwrap_err(), Code::Overloaded);
        assert_eq!(places.count(), 5, "until the one that was asked has gone");
        drop(many);
        assert_eq!(places.count(), 2);
        drop((one, other));
        assert_eq!((places.count(), places.house().guests.len()), (0, 0));
    }

    // THR-CONNECTION-HOARDING
    #[test]
    fn nobody_takes_the_place_of_this_machine_and_few_are_asked_to_leave_at_once() {
        let places = places(LEAVING_MAX * 3, 0);
        let _proxy: Vec<Place> = (0..LEAVING_MAX).map(|_| places.enter(None).unwrap()).collect();
        let _many: Vec<Place> = (0..LEAVING_MAX * 2).map(|_| places.enter(network(1)).unwrap()).collect();
        let taken = (2..u8::MAX).filter_map(|number| places.enter(network(number)).ok());
        let taken: Vec<Place> = taken.collect();
        assert_eq!(taken.len(), LEAVING_MAX, "those of the network with many, while few are leaving");
        // Without telling networks apart: whoever came first has all places, and nobody has to give one up.
        let places = self::places(4, 2);
        let _hoarder: Vec<Place> = (0..4).map(|_| places.enter(None).unwrap()).collect();
        assert_eq!(places.enter(None).unwrap_err(), Code::Overloaded);
        assert_eq!(places.enter(network(1)).unwrap_err(), Code::Overloaded);
    }
}
