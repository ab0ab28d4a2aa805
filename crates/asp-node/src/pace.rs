//! How fast what one organisation has saved up is spent: evenly, so that a burst keeps nobody else waiting. Knows the time
//! that it is given, and nothing of what waits.

use std::time::{Duration, Instant};

/// Statements that are worked on at once before the pace counts.
const AT_ONCE: u32 = 64;
/// How many times its allowance of a second an organisation may spend in a second.
const SPEED: u64 = 2;

/// When the next statement is due, by the generic cell rate algorithm (ITU-T Recommendation I.371).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    due: Option<Instant>,
}

impl Pace {
    /// How long a statement of this cost has to wait, of an organisation with such an allowance of a second; 0 allows
    /// anything.
    pub(crate) fn wait(&mut self, cost: u64, per_second: u64, now: Instant) -> Duration {
        let Some(nanos) = 1_000_000_000_u64.checked_div(per_second.saturating_mul(SPEED)) else {
            return Duration::ZERO;
        };
        let due = self.due.unwrap_or(now).max(now);
        self.due = due.checked_add(Duration::from_nanos(nanos.saturating_mul(cost)));
        let ahead = Duration::from_nanos(nanos.saturating_mul(u64::from(AT_ONCE)));
        due.duration_since(now).saturating_sub(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_spent_at_twice_the_allowance_of_a_second_after_the_first_few() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        let waits: Vec<Duration> = (0..264).map(|_| pace.wait(1, 1_000, start)).collect();
        assert!(waits[..=64].iter().all(Duration::is_zero));
        assert_eq!(waits[66], Duration::from_millis(1));
        assert_eq!(waits[263], Duration::from_micros(99_500));
        assert_eq!(pace.wait(1, 1_000, start + Duration::from_millis(132)), Duration::ZERO);
    }

    #[test]
    fn a_long_statement_takes_the_time_of_several_and_no_allowance_is_none() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        let waits: Vec<Duration> = (0..24).map(|_| pace.wait(4, 1_000, start)).collect();
        assert_eq!((waits[16], waits[17]), (Duration::ZERO, Duration::from_millis(2)));
        assert!((0..10_000).all(|_| pace.wait(1, 0, start).is_zero()));
    }
}
