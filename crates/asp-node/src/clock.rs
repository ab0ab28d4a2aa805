//! The only place of the node that reads the operating system's clock.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use asp_core::position::LogTime;
use asp_store::Clock;

/// The operating system's clock.
pub(crate) fn system() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        LogTime::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    })
}
