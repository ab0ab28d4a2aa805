//! Identifiers that were used, for as long as they could be used again.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::position::{Hash, LogTime};

/// Identifiers that are remembered at once.
const SEEN_MAX: usize = 1_000_000;

/// A bounded memory in the order in which it forgets.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    until: BTreeMap<Hash, LogTime>,
    order: BTreeSet<(LogTime, Hash)>,
}

impl Seen {
    /// Remembers an identifier.
    ///
    /// # Errors
    /// False if it was used before, true if nothing more can be remembered.
    pub(crate) fn insert(&mut self, id: Hash, until: LogTime, now: LogTime) -> Result<(), bool> {
        while let Some((ends, first)) = self.order.first().copied() {
            if ends >= now {
                break;
            }
            self.order.remove(&(ends, first));
            self.until.remove(&first);
        }
        if self.until.contains_key(&id) {
            return Err(false);
        }
        if self.until.len() >= SEEN_MAX {
            return Err(true);
        }
        self.until.insert(id, until);
        self.order.insert((until, id));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_cannot_be_used_again_until_it_is_void_anyway() {
        let at = LogTime::from_millis;
        let mut seen = Seen::default();
        let id = Hash::of(&[b"a"]);
        assert_eq!(seen.insert(id, at(100), at(50)), Ok(()));
        assert_eq!(seen.insert(id, at(150), at(60)), Err(false));
        assert_eq!(seen.insert(id, at(150), at(100)), Err(false));
        assert_eq!(seen.insert(Hash::of(&[b"b"]), at(200), at(101)), Ok(()));
        assert_eq!(seen.until.len(), 1, "the first is forgotten");
        assert_eq!(seen.insert(id, at(300), at(102)), Ok(()));
    }
}
