//! Chunks of attached files: the parties of a session put them and get them, sealed as they are. Nothing of it is a statement.

use std::sync::Arc;

use asp_client::api::Problem;
use asp_core::limits;
use asp_core::name::{Domain, StreamId};
use asp_core::rejection::Code;
use asp_core::session::Session;
use asp_core::session::table::State as Standing;
use asp_core::statement::body::Mode;
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
/// Of a file that is attached in a hybrid or sealed session, under the SHA-256 of its bytes, which are encrypted already. From
/// when the session begins until it ends, for the organisations of those who have come in or are in its group: else NOT_A_PARTY;
/// in an open session and before it begins NOT_ALLOWED. Each organisation has so many chunks in a session. When it is answered
/// it is durable; putting it again changes nothing. It stays until some time after the session has ended.
#[utoipa::path(put, path = "/v1/sessions/{id}/chunks/{digest}", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits"),
        ("digest" = String, Path, description = "The SHA-256 of the bytes, 64 hexadecimal digits")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "At most 1 MiB and 16 bytes"),
    responses((status = 201, description = "It is kept"), (status = 204, description = "It was there already"),
        (status = 403, description = "Nobody of the organisation has come in", body = Problem),
        (status = 409, description = "The session is open, has not begun or has ended, or there are as many chunks as may be",
            body = Problem)),
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
        let found = reader.session(&access.tenant, &session)?.ok_or(Code::NotFound)?;
        let by = access.tenant.organisation();
        takes_chunks(&found, &by)?;
        let room = checking.quotas.chunk(&by, checking.clock.now())?;
        Ok((by, room))
    };
    let (by, room) = app.read_as(credentials, check).await?;
    match app.attachments.put((session, digest), by, (bytes, share), room).await? {
        Put::New => Ok(StatusCode::CREATED),
        Put::Known => Ok(StatusCode::NO_CONTENT),
    }
}

/// Whether files can be attached in a session by somebody of this organisation now.
///
/// # Errors
/// Why not.
fn takes_chunks(session: &Session, by: &Domain) -> Result<(), Code> {
    match session.state() {
        Standing::Closed | Standing::Failed => return Err(Code::SessionEnded),
        Standing::Idle | Standing::Invited => return Err(Code::NotAllowed),
        Standing::Introduced
        | Standing::Conversing
        | Standing::Agreeing
        | Standing::Executing
        | Standing::Escalated => {}
    }
    if session.mode() == Mode::Open {
        return Err(Code::NotAllowed); // ASP-SEA-003
    }
    let joined =
        session.participants().iter().filter(|(_, one)| one.joined && !one.left).map(|(agent, _)| agent);
    // Delegates attach files too, and are in the group.
    let group = session.channel().into_iter().flat_map(|channel| channel.members.keys());
    if joined.chain(group).any(|agent| agent.organisation() == *by) { Ok(()) } else { Err(Code::NotAParty) }
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
