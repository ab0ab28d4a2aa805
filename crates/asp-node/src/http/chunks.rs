//! Chunks of attached files: the parties of a session put them and get them, sealed as they are. Nothing of it is a statement.

use std::sync::Arc;

use asp_client::api::Problem;
use asp_core::limits;
use asp_core::name::StreamId;
use asp_core::rejection::Code;
use asp_core::session::table::State as Standing;
use asp_store::Reader;
use asp_store::chunks::Put;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::stream;

use super::App;
use super::extract::{self, Chunk, ChunkName, Share};
use super::problem::Denial;
use crate::auth::{Access, Credentials};

/// For who may read it a chunk never changes; nobody between keeps it.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// Bytes that are handed to the connection at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Put a chunk.
///
/// Of a file that is attached in a sealed session, under the SHA-256 of its bytes, which are encrypted already. For those who
/// take part, as long as the session goes on. When it is answered it is durable; putting it again changes nothing. It stays
/// until some time after the session has ended.
#[utoipa::path(put, path = "/v1/sessions/{id}/chunks/{digest}", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits"),
        ("digest" = String, Path, description = "The SHA-256 of the bytes, 64 hexadecimal digits")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "At most 1 MiB and 16 bytes"),
    responses((status = 201, description = "It is kept"), (status = 204, description = "It was there already"),
        (status = 409, description = "The session has ended, or there are as many chunks as may be", body = Problem)),
    security(("dpop" = [])))]
pub(super) async fn put(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    ChunkName { session, digest }: ChunkName,
    Chunk { bytes, share }: Chunk,
) -> Result<StatusCode, Denial> {
    if app.is_stopping() {
        return Err(Denial::Stopping);
    }
    let checking = Arc::clone(&app);
    let check = move |reader: &Reader<'_>, access: &Access| {
        match reader.session_state(&access.tenant, &session)?.ok_or(Code::NotFound)? {
            Standing::Closed | Standing::Failed => return Err(Code::SessionEnded.into()),
            Standing::Idle
            | Standing::Invited
            | Standing::Introduced
            | Standing::Conversing
            | Standing::Agreeing
            | Standing::Executing
            | Standing::Escalated => {}
        }
        let by = access.tenant.organisation();
        let room = checking.quotas.chunk(&by, checking.clock.now())?;
        Ok((by, room))
    };
    let (by, room) = app.read_as(credentials, check).await?;
    match app.attachments.put((session, digest), by, (bytes, share), room).await? {
        Put::New => Ok(StatusCode::CREATED),
        Put::Known => Ok(StatusCode::NO_CONTENT),
    }
}

/// Get a chunk.
///
/// For who reads the session. `HEAD` tells whether it is there, so that sending a file can go on where it broke off.
#[utoipa::path(get, path = "/v1/sessions/{id}/chunks/{digest}", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits"),
        ("digest" = String, Path, description = "The SHA-256 of the bytes, 64 hexadecimal digits")),
    responses((status = 200, description = "The bytes as they were put", body = Vec<u8>,
            content_type = "application/octet-stream"),
        (status = 304, description = "The caller has them: `If-None-Match` names the digest")),
    security(("dpop" = [])))]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    ChunkName { session, digest }: ChunkName,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Denial> {
    let tag = format!("\"{}\"", digest.to_hex());
    // What it says of itself, or that the caller has it, needs no bytes.
    let known = extract::names_tag(headers.get_all(IF_NONE_MATCH), &tag);
    let bare = known || method == Method::HEAD;
    let reading = Arc::clone(&app);
    let read = move |reader: &Reader<'_>, access: &Access| {
        if !reader.may_read(Some(&access.tenant), &StreamId::Session(session))? {
            return Err(Code::NotFound.into());
        }
        let size = reading.attachments.size(&session, &digest)?.ok_or(Code::NotFound)?;
        if bare {
            return Ok((size, None));
        }
        // An answer takes as much memory as a request does, until its reader has it.
        let share = extract::share(&reading, limits::CHUNK_BYTES_MAX)?;
        let bytes = reading.attachments.get(&session, &digest)?.ok_or(Code::NotFound)?;
        Ok((size, Some((bytes, share))))
    };
    let (size, read) = app.read_as(credentials, read).await?;
    let mut response = match read {
        Some((bytes, share)) => Body::from_stream(pieces(bytes.into(), share)).into_response(),
        None if known => StatusCode::NOT_MODIFIED.into_response(),
        None => StatusCode::OK.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, FOR_EVER);
    headers.insert(ETAG, HeaderValue::try_from(tag).map_err(|_| Denial::Internal)?);
    if !known {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
    }
    Ok(response)
}

/// The bytes in pieces; their share of memory is given back with the last.
fn pieces(
    bytes: Bytes,
    share: Share,
) -> impl futures::Stream<Item = Result<Bytes, std::convert::Infallible>> + Send {
    stream::unfold((bytes, share), async |(mut left, share)| {
        let piece = left.split_to(left.len().min(PIECE_BYTES));
        (!piece.is_empty()).then_some((Ok(piece), (left, share)))
    })
}
