//! Sends the spans of sessions to the operator's collector as the log grows: what was said by whom and when, never what.
//!
//! Nothing is kept: after a start it begins at the end of the log, and what a collector does not take in time is given up.
//! Nobody in the log's way waits for it.

use std::sync::Arc;
use std::time::Duration;

use asp_client::otlp::{self, ExportRequest, Span};
use asp_core::name::StreamId;
use asp_core::position::Position;
use asp_store::Reader;

use crate::http::problem::Denial;
use crate::http::{App, traced};
use crate::stopped;

/// Entries of the log whose sessions are told at once.
const SPAN_MAX: u64 = 256;
/// Entries that may wait for a collector that does not answer; older ones are given up.
const BEHIND_MAX: u64 = 16_384;
/// Spans of one request.
const REQUEST_MAX: usize = 512;
/// How long what was said is collected before it is sent.
const GATHER: Duration = Duration::from_millis(500);
/// The first pause after a collector took nothing; each further one is twice as long, up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// The task's whole life: until the node stops.
pub(crate) async fn run(app: Arc<App>, endpoint: Option<String>) {
    let Some(endpoint) = endpoint else { return };
    let mut stopping = app.stopping.clone();
    tokio::select! {
        () = follow(&app, &endpoint) => {}
        () = stopped(&mut stopping) => {}
    }
}

/// Follows the log, for ever.
async fn follow(app: &Arc<App>, endpoint: &str) {
    let mut size = app.store.watch();
    let mut told = *size.borrow_and_update();
    let mut pause = PAUSE;
    // Each turn waits for the log to grow, or for the collector.
    loop {
        if told >= *size.borrow_and_update() {
            // An error means that the store is gone.
            if size.changed().await.is_err() {
                return;
            }
            tokio::time::sleep(GATHER).await;
        }
        let end = *size.borrow_and_update();
        let kept = told.max(end.saturating_sub(BEHIND_MAX));
        if kept > told {
            tracing::warn!(entries = kept - told, "spans were given up: the collector does not take them");
        }
        let to = end.min(kept.saturating_add(SPAN_MAX));
        told = kept;
        match tell(app, endpoint, kept, to).await {
            Ok(()) => {
                told = to;
                pause = PAUSE;
            }
            Err(why) => {
                tracing::warn!(why, "the collector takes no spans");
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(PAUSE_MAX);
            }
        }
    }
}

/// Tells what was said at the places from one up to another.
async fn tell(app: &Arc<App>, endpoint: &str, from: u64, to: u64) -> Result<(), String> {
    let read = move |reader: &Reader<'_>| made(reader, from, to);
    let spans = app.reads.wait_and_run(read).await.map_err(|denial| format!("{denial:?}"))?;
    for part in spans.chunks(REQUEST_MAX) {
        let request = ExportRequest::of(app.store.origin(), part.to_vec());
        let taken = otlp::send(endpoint, &request).await.map_err(|error| error.to_string())?;
        if taken < request.count() {
            tracing::warn!(refused = request.count() - taken, "the collector refused spans");
        }
    }
    Ok(())
}

/// The spans of what was said at these places.
fn made(reader: &Reader<'_>, from: u64, to: u64) -> Result<Vec<Span>, Denial> {
    let mut spans = Vec::new();
    for stream in reader.streams_moved(from, to)? {
        let StreamId::Session(id) = stream else { continue };
        let Some(mut trace) = traced(reader, id)? else { continue };
        // What was said after these places is told in the next turn.
        trace.steps.retain(|step| step.log_index.0 < to);
        spans.extend(otlp::spans(&trace, Some(Position(from))));
    }
    Ok(spans)
}
