//! The only place of the client that reads a clock or asks for random bytes.

use std::time::{SystemTime, UNIX_EPOCH};

use asp_core::position::LogTime;
use asp_core::statement::draft::Stamp;

use crate::Error;

/// The present by this machine's clock.
pub(crate) fn now() -> LogTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    LogTime::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Random bytes from the operating system.
///
/// # Errors
/// [`Error::NoRandomness`] if it has none.
pub(crate) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], Error> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
    Ok(bytes)
}

/// This machine's clock against a node's, as measured when connecting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offset {
    ahead_ms: u64,
    behind_ms: u64,
}

/// Differences up to this are left alone: the node allows for more.
const TOLERATED_MS: u64 = 30_000;

impl Offset {
    /// The offset to a node that said `theirs` between the two instants here.
    pub(crate) fn measured((before, after): (LogTime, LogTime), theirs: LogTime) -> Self {
        let beyond = |span: u64| if span > TOLERATED_MS { span } else { 0 };
        Self { ahead_ms: beyond(before.since(theirs).0), behind_ms: beyond(theirs.since(after).0) }
    }

    /// The present by the node's clock, near enough.
    pub(crate) fn now(self) -> LogTime {
        LogTime::from_millis((now().millis().saturating_add(self.behind_ms)).saturating_sub(self.ahead_ms))
    }

    /// What a statement signed at this moment is stamped with.
    pub(crate) fn stamp(self) -> Result<Stamp, Error> {
        Ok(Stamp { issued_at: self.now(), random: random()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clock_that_is_far_off_is_corrected() {
        let far = LogTime::from_millis(now().millis() + 600_000);
        assert!(
            Offset::measured((now(), now()), far).now() >= LogTime::from_millis(now().millis() + 599_000)
        );
        let near = LogTime::from_millis(now().millis() + 10_000);
        assert!(Offset::measured((now(), now()), near).now() <= LogTime::from_millis(now().millis() + 1_000));
        let slow = (LogTime::from_millis(now().millis() - 60_000), now());
        assert!(Offset::measured(slow, slow.0).now() >= slow.1, "a slow answer is no clock that is off");
        let past = LogTime::from_millis(now().millis() - 600_000);
        assert!(
            Offset::measured((now(), now()), past).now() <= LogTime::from_millis(now().millis() - 599_000)
        );
    }
}
