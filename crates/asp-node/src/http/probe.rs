//! For whoever runs the node: does it live, can it take statements in, what has it done.

use asp_core::rejection::Code;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::{Answer, State};

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "node", responses((status = 200, description = "It lives")))]
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// Statements can be taken in; not so once storage has failed or the node stops.
#[utoipa::path(get, path = "/readyz", tag = "node", responses((status = 200, description = "It is ready"),
    (status = 503, description = "It is not")))]
pub(super) async fn ready(state: State) -> Answer<&'static str> {
    if state.store.is_writable() { Ok("ready\n") } else { Err(Code::StorageFault.into()) }
}

/// Counters in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "node",
    responses((status = 200, description = "Counters", body = String, content_type = "text/plain")))]
pub(super) async fn metrics(state: State) -> impl IntoResponse {
    let done = state.store.statistics();
    let size = *state.store.watch().borrow();
    let queued = u64::try_from(done.queued).unwrap_or(u64::MAX);
    let rows = [
        ("assent_log_entries", "gauge", "Entries of the log.", size),
        ("assent_batches_total", "counter", "Transactions of the writer.", done.batches),
        ("assent_statements_accepted_total", "counter", "Statements that got a receipt.", done.accepted),
        ("assent_statements_refused_total", "counter", "Statements that a rule refused.", done.refused),
        ("assent_last_batch_statements", "gauge", "Statements of the last batch.", done.last_batch),
        ("assent_queue_statements", "gauge", "Statements that wait for the writer.", queued),
        ("assent_writable", "gauge", "1 while statements can be taken in.", state.store.is_writable().into()),
    ];
    let text: String = rows
        .into_iter()
        .map(|(name, kind, help, value)| {
            format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n")
        })
        .collect();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}
