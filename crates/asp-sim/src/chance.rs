//! Chance from a seed: the same numbers on every machine. Whole numbers only, because logarithms differ between libraries.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

/// A stream of numbers that its seed determines.
#[derive(Debug, Clone)]
pub struct Chance(Pcg64Mcg);

impl Chance {
    /// The stream with this seed. Streams of different numbers below one seed have nothing to do with one another.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(stream).rotate_left(23);
        Self(Pcg64Mcg::seed_from_u64(mixed ^ stream.wrapping_mul(0xd6e8_feb8_6659_fd93)))
    }

    /// A number below `bound`; zero if that is zero.
    pub fn below(&mut self, bound: u32) -> u32 {
        // The high half of a product is evenly spread up to one part in 2³².
        u32::try_from(((self.0.next_u64() >> 32) * u64::from(bound)) >> 32).unwrap_or(0)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to.saturating_sub(from).saturating_add(1))
    }

    /// True so many times in ten thousand.
    pub fn happens(&mut self, ten_thousandths: u32) -> bool {
        self.below(10_000) < ten_thousandths
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let size = u32::try_from(from.len()).unwrap_or(u32::MAX);
        from.get(self.below(size) as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_and_another_seed_others() {
        let draw = |seed, stream| {
            let mut chance = Chance::new(seed, stream);
            (0..8).map(|_| chance.below(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(2, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
    }

    #[test]
    fn numbers_are_spread_evenly() {
        let mut chance = Chance::new(7, 0);
        let mut counts = [0_u32; 10];
        for _ in 0..10_000 {
            counts[chance.below(10) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (900..1100).contains(count)), "{counts:?}");
        assert_eq!(chance.below(0), 0);
        assert!((0..100).all(|_| (3..=5).contains(&chance.between(3, 5))));
    }
}
