//! What tasks beside the requests wait for: that the log grows, that a time comes.

use std::time::Duration;

use asp_core::position::LogTime;
use tokio::sync::watch;

use crate::clock::Clock;

/// How long new statements are gathered before they are looked through.
const GATHERED: Duration = Duration::from_millis(50);

/// Waits until the log has grown, and then a moment for more.
pub(crate) async fn grown(size: &mut watch::Receiver<u64>) {
    if size.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(GATHERED).await;
}

/// Waits until a time has come; for ever without one.
pub(crate) async fn reached(clock: &Clock, next: Option<LogTime>) {
    match next {
        Some(next) => clock.reaches(next).await,
        None => std::future::pending().await,
    }
}
