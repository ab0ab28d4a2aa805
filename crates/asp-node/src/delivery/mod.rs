//! Who waits for which stream. One task learns what moved and wakes those alone; idle subscribers cost nothing.

pub(crate) mod sse;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use asp_core::name::StreamId;
use asp_store::Store;
use tokio::sync::watch;

/// How many streams can be waited for at once.
const STREAMS_MAX: usize = 65_536;

/// Wakes subscribers. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Hub {
    streams: Arc<Mutex<BTreeMap<StreamId, watch::Sender<u64>>>>,
    /// The log's size after the last move of any session.
    sessions: watch::Sender<u64>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { streams: Arc::default(), sessions: watch::Sender::new(0) }
    }
}

impl Hub {
    /// Wakes when the stream moves; none if too many streams are waited for.
    pub(crate) fn subscribe(&self, stream: &StreamId) -> Option<watch::Receiver<u64>> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if streams.len() >= STREAMS_MAX {
            streams.retain(|_, sender| sender.receiver_count() > 0);
        }
        if streams.len() >= STREAMS_MAX {
            return None;
        }
        Some(streams.entry(stream.clone()).or_insert_with(|| watch::Sender::new(0)).subscribe())
    }

    /// Wakes when any session moves.
    pub(crate) fn sessions(&self) -> watch::Receiver<u64> {
        self.sessions.subscribe()
    }

    fn wake(&self, moved: &[StreamId], size: u64) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in moved {
            if let Some(sender) = streams.get(stream)
                && sender.send(size).is_err()
            {
                // Nobody listens any more.
                streams.remove(stream);
            }
        }
        if moved.iter().any(|stream| matches!(stream, StreamId::Session(_))) {
            self.sessions.send_replace(size);
        }
    }
}

/// Learns what moved until the node stops.
pub(crate) async fn run(hub: Hub, store: Store, mut stopping: watch::Receiver<bool>) {
    let mut size = store.watch();
    let mut seen = *size.borrow_and_update();
    loop {
        tokio::select! {
            changed = size.changed() => if changed.is_err() { return },
            _ = stopping.wait_for(|stop| *stop) => return,
        }
        let now = *size.borrow_and_update();
        let (reading, from) = (store.clone(), seen);
        let moved =
            tokio::task::spawn_blocking(move || reading.read(|reader| reader.streams_moved(from, now))).await;
        match moved {
            Ok(Ok(moved)) => {
                hub.wake(&moved, now);
                seen = now;
            }
            Ok(Err(fault)) => tracing::error!(%fault, "subscribers were not woken"),
            Err(error) => tracing::error!(%error, "subscribers were not woken"),
        }
    }
}
