//! What the node says of itself to who does not know it yet.

use std::sync::Arc;

use asp_client::api::Configuration;
use asp_core::log::checkpoint::NoteKey;
use asp_core::statement::VERSION;
use axum::Json;
use axum::extract::State;

use super::App;

// ASP-API-005
/// Learn what node this is.
#[utoipa::path(get, path = "/.well-known/asp-configuration", tag = "node",
    responses((status = 200, description = "The log's name, the node's keys, its clock", body = Configuration)))]
pub(super) async fn configuration(State(app): State<Arc<App>>) -> Json<Configuration> {
    let (origin, node_key) = (app.store.origin().clone(), app.store.node_key());
    Json(Configuration {
        asp_versions: vec![VERSION.to_owned()],
        note_key: NoteKey { name: origin.clone(), key: node_key }.to_string(),
        origin,
        node_key,
        time: app.clock.now(),
        token_endpoint: "/oauth/token".to_owned(),
        organisation: app.published.clone(),
        software: concat!("assent/", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}
