//! The log for everybody: checkpoint, tiles (C2SP tlog-tiles), proofs. Hashes and metadata, no bodies.

use std::sync::Arc;

use asp_client::api::{ConsistencyProof, InclusionProof};
use asp_core::rejection::Code;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use serde::Deserialize;

use super::extract::{Params, TileName};
use super::problem::Denial;
use super::{App, plain};

/// What never changes again can be kept for a year, the longest that caches believe.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// What is asked for while the log grows.
const BRIEFLY: HeaderValue = HeaderValue::from_static("public, max-age=1");

/// Get the newest checkpoint.
///
/// A C2SP signed note over the whole durable log; there is none before the first statement.
#[utoipa::path(get, path = "/log/checkpoint", tag = "log",
    responses((status = 200, description = "The signed note", body = String, content_type = "text/plain")))]
pub(super) async fn checkpoint(State(app): State<Arc<App>>) -> Result<Response, Denial> {
    let note = app.reads.run(|reader| Ok(reader.checkpoint()?)).await?.ok_or(Code::NotFound)?;
    let mut response = plain("text/plain; charset=utf-8", note);
    response.headers_mut().insert(CACHE_CONTROL, BRIEFLY);
    Ok(response)
}

/// Get a tile.
///
/// `<L>/<N>` for hashes, `entries/<N>` for entries, `.p/<W>` after it for a tile that is not full (C2SP tlog-tiles).
#[utoipa::path(get, path = "/log/tile/{*tile}", tag = "log",
    params(("tile" = String, Path, description = "Such as `0/x001/234` or `entries/000.p/7`")),
    responses((status = 200, description = "The tile", body = String, content_type = "application/octet-stream")))]
pub(super) async fn tile(State(app): State<Arc<App>>, TileName(name): TileName) -> Result<Response, Denial> {
    let bytes = app.reads.run(move |reader| Ok(reader.tile(&name)?)).await?.ok_or(Code::NotFound)?;
    let mut response = plain("application/octet-stream", bytes);
    let kept = if name.is_full() { FOREVER } else { BRIEFLY };
    response.headers_mut().insert(CACHE_CONTROL, kept);
    Ok(response)
}

/// Which entry of which tree.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Entry {
    /// The index of the entry.
    index: u64,
    /// The size of the tree.
    size: u64,
}

/// Prove that the log has an entry.
#[utoipa::path(get, path = "/log/proof/inclusion", tag = "log", params(Entry),
    responses((status = 200, description = "The proof (RFC 6962 §2.1.1)", body = InclusionProof)))]
pub(super) async fn inclusion(
    State(app): State<Arc<App>>,
    Params(Entry { index, size }): Params<Entry>,
) -> Result<Json<InclusionProof>, Denial> {
    let proof = app.reads.run(move |reader| Ok(reader.inclusion(index, size)?)).await?;
    Ok(Json(InclusionProof { index, size, proof: proof.ok_or(Code::NotFound)? }))
}

/// Which two trees.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Trees {
    /// The size of the smaller tree.
    from: u64,
    /// The size of the larger tree.
    to: u64,
}

/// Prove that the log only grew.
#[utoipa::path(get, path = "/log/proof/consistency", tag = "log", params(Trees),
    responses((status = 200, description = "The proof (RFC 6962 §2.1.2)", body = ConsistencyProof)))]
pub(super) async fn consistency(
    State(app): State<Arc<App>>,
    Params(Trees { from, to }): Params<Trees>,
) -> Result<Json<ConsistencyProof>, Denial> {
    let proof = app.reads.run(move |reader| Ok(reader.consistency(from, to)?)).await?;
    Ok(Json(ConsistencyProof { from, to, proof: proof.ok_or(Code::NotFound)? }))
}
