//! Probes for whoever keeps the process running: does it live, and can it take statements.

use std::sync::Arc;

use asp_core::rejection::Code;
use axum::extract::State;

use crate::http::App;
use crate::http::problem::Denial;

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "node",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain")))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether statements can be taken in.
///
/// False once the storage has failed (reads go on, the process has to be restarted) and while the node stops.
#[utoipa::path(get, path = "/readyz", tag = "node",
    responses((status = 200, description = "They can", body = String, content_type = "text/plain")))]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Denial> {
    if app.is_stopping() {
        return Err(Denial::Stopping);
    }
    if app.store.is_writable() { Ok("ready\n") } else { Err(Code::StorageFault.into()) }
}
