//! What the node says of itself.

use asp_client::api::Configuration;
use asp_core::log::checkpoint::NoteKey;
use asp_core::statement::VERSION;
use axum::Json;

use super::State;

/// The node's log, key, clock and version.
#[utoipa::path(get, path = "/.well-known/asp-configuration", tag = "node",
    responses((status = 200, description = "The configuration", body = Configuration)))]
pub(super) async fn configuration(state: State) -> Json<Configuration> {
    let (origin, node_key) = (state.store.origin().clone(), state.store.node_key());
    let note_key = NoteKey { name: origin.clone(), key: node_key }.to_string();
    Json(Configuration {
        asp_versions: vec![VERSION.to_owned()],
        origin,
        node_key,
        note_key,
        time: (state.clock)(),
        token_endpoint: "/oauth/token".to_owned(),
        software: concat!("assent/", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}
