//! The only reader of the operating system's clock; everybody else is told the time or asks here.
//!
//! A stepped clock stands still until it is told otherwise: for tests, simulations and replays.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asp_core::position::{LogTime, Millis};
use tokio::sync::watch;

/// How long a wait trusts that the operating system's clock runs evenly; then it looks again.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What tells the time. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Stepped(watch::Receiver<LogTime>),
}

/// Moves a stepped clock.
#[derive(Debug)]
pub struct Stepper(watch::Sender<LogTime>);

impl Clock {
    /// The clock of the operating system.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start`, and what moves it.
    #[must_use]
    pub fn stepped(start: LogTime) -> (Self, Stepper) {
        let (sender, receiver) = watch::channel(start);
        (Self(Source::Stepped(receiver)), Stepper(sender))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> LogTime {
        match &self.0 {
            Source::System => {
                // A clock before 1970 is no clock; statements by anybody else will be refused for their skew.
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                LogTime::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
            }
            Source::Stepped(now) => *now.borrow(),
        }
    }

    /// The same as the store asks for it.
    pub(crate) fn of_store(&self) -> asp_store::Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }

    /// Waits until the clock has reached `instant`; for ever if a stepped clock never does.
    pub(crate) async fn reaches(&self, instant: LogTime) {
        match &self.0 {
            Source::System => loop {
                let Millis(left) = instant.since(self.now());
                if left == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(left).min(LOOK_AGAIN)).await;
            },
            Source::Stepped(now) => {
                if now.clone().wait_for(|now| *now >= instant).await.is_err() {
                    // Nobody moves it any more.
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

impl Stepper {
    /// Moves the clock on.
    pub fn pass(&self, span: Millis) {
        self.0.send_modify(|now| *now = now.plus(span));
    }
}
