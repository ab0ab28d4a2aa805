//! The transparency log for everybody: checkpoint, tiles (C2SP tlog-tiles) and proofs. Hashes and times alone.

use asp_client::api::{Problem, ProofView};
use asp_core::log::tile::TilePath;
use asp_core::rejection::Code;
use axum::Json;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::{Answer, Params, State};

/// The newest checkpoint: a signed note.
#[utoipa::path(get, path = "/log/checkpoint", tag = "log",
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain"),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn checkpoint(state: State) -> Answer<impl IntoResponse> {
    let note = state.read(|reader| reader.checkpoint()).await?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], note.ok_or(Code::NotFound)?))
}

/// A tile: `tile/<level>/<index>` has hashes, `tile/entries/<index>` the leaves themselves.
#[utoipa::path(get, path = "/log/tile/{*path}", tag = "log",
    params(("path" = String, Path, description = "As C2SP tlog-tiles writes it, such as 0/x001/234.p/7")),
    responses((status = 200, description = "The tile", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn tile(state: State, Path(path): Path<String>) -> Answer<impl IntoResponse> {
    let path: TilePath = format!("tile/{path}").parse().map_err(|_| Code::NotFound)?;
    let full = path.is_full();
    let bytes = state.read(move |reader| reader.tile(&path)).await?.ok_or(Code::NotFound)?;
    // A full tile never changes; a partial one gives way to it.
    let kept = if full { "public, max-age=31536000, immutable" } else { "public, max-age=60" };
    Ok(([(CONTENT_TYPE, "application/octet-stream"), (CACHE_CONTROL, kept)], bytes))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct InclusionParams {
    /// The leaf's index.
    index: u64,
    /// The size of the tree.
    size: u64,
}

/// Proof that a leaf is in the tree of this size (RFC 6962 §2.1.1).
#[utoipa::path(get, path = "/log/proof/inclusion", tag = "log", params(InclusionParams),
    responses((status = 200, description = "The proof", body = ProofView),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn inclusion(
    state: State,
    Params(params): Params<InclusionParams>,
) -> Answer<Json<ProofView>> {
    let proof = state.read(move |reader| reader.inclusion(params.index, params.size)).await?;
    Ok(Json(ProofView { proof: proof.ok_or(Code::NotFound)? }))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsistencyParams {
    /// The size of the older tree.
    from: u64,
    /// The size of the newer tree.
    to: u64,
}

/// Proof that a newer tree has all of an older one (RFC 6962 §2.1.2).
#[utoipa::path(get, path = "/log/proof/consistency", tag = "log", params(ConsistencyParams),
    responses((status = 200, description = "The proof", body = ProofView),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn consistency(
    state: State,
    Params(params): Params<ConsistencyParams>,
) -> Answer<Json<ProofView>> {
    let proof = state.read(move |reader| reader.consistency(params.from, params.to)).await?;
    Ok(Json(ProofView { proof: proof.ok_or(Code::NotFound)? }))
}
