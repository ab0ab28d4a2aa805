//! The course of a session, and what its organisations can learn from it.

use std::sync::Arc;

use asp_client::api::{BesideView, TraceView};
use asp_core::name::{Domain, StreamId};
use asp_core::position::{Hash, Position};
use asp_core::rejection::Code;
use asp_core::session::digest::{HISTORY_MAX, SessionDigest};
use asp_core::session::trace::{SessionTrace, Tracer};
use asp_core::stream::Accepted;
use asp_store::{Entry, Reader, SessionQuery, Tenant};
use axum::Json;
use axum::extract::State;

use super::App;
use super::deliveries::deliveries;
use super::extract::Id;
use super::problem::Denial;
use crate::auth::{Access, Credentials};

/// Statements that are read at once: at most 8 MiB of them.
const CHUNK: usize = 32;
/// Statements of other streams that are told beside a session.
const BESIDE_MAX: usize = 1_000;
/// Statements of one of those streams.
const BESIDE_STREAM_MAX: usize = 100;
/// Sessions that are listed to find earlier ones about the same.
const LISTED_MAX: usize = 1_000;
/// Sessions about the same that are read for it: each is read whole.
const LOOKED_AT_MAX: usize = 2 * HISTORY_MAX;

/// See the course of a session.
///
/// Every statement with what let it pass, where it led and what came of it; who waited for whom and how long. Beside it
/// what was said in consents and disputes, as far as the caller reads those, what was refused to the caller's own side, and
/// what its inboxes have not confirmed.
#[utoipa::path(get, path = "/v1/sessions/{id}/trace", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The session, step by step", body = TraceView)),
    security(("dpop" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
) -> Result<Json<TraceView>, Denial> {
    let of_thread = Arc::clone(&app);
    let read = move |reader: &Reader<'_>, access: &Access| {
        if !reader.may_read(Some(&access.tenant), &StreamId::Session(id))? {
            return Err(Code::NotFound.into());
        }
        let trace = traced(reader, id)?.ok_or(Code::NotFound)?;
        let beside = beside(reader, &access.tenant, &trace)?;
        let refused = of_thread.refusals.of(&id, &access.tenant);
        let deliveries = deliveries(&of_thread, reader, &access.tenant, &trace)?;
        Ok(TraceView { trace, beside, refused, deliveries })
    };
    app.read_as(credentials, read).await.map(Json)
}

/// See what a session teaches.
///
/// For the caller's organisation: the path of prices, who gave way by how much, how fast everybody answered, what it came
/// to; held against the last 64 sessions of the caller with the same organisations about the same capability.
#[utoipa::path(get, path = "/v1/sessions/{id}/digest", tag = "sessions",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "What there is to learn", body = serde_json::Value)),
    security(("dpop" = [])))]
pub(super) async fn digest(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
) -> Result<Json<SessionDigest>, Denial> {
    let read = move |reader: &Reader<'_>, access: &Access| {
        // Who rules on a dispute reads the session, and bargains in nobody's name.
        reader.session(&access.tenant, &id)?.ok_or(Code::NotFound)?;
        let own = access.tenant.organisation();
        let trace = traced(reader, id)?.ok_or(Code::NotFound)?;
        let earlier = earlier(reader, &access.tenant, &own, &trace)?;
        Ok(SessionDigest::of(&trace, &own).against(&earlier))
    };
    app.read_as(credentials, read).await.map(Json)
}

/// A session told from its statements; none without any. Ask whether it may be read before.
pub(crate) fn traced(reader: &Reader<'_>, id: Hash) -> Result<Option<SessionTrace>, Denial> {
    let stream = StreamId::Session(id);
    let mut tracer = Tracer::default();
    let mut after = None;
    loop {
        // Each turn reads on, so the stream's end ends it.
        let entries = reader.entries(&stream, after, CHUNK)?;
        let last = entries.len() < CHUNK;
        for Entry { point, statement } in entries {
            after = Some(statement.statement().sequence);
            tracer.take(&Accepted::from_store(statement, point))?;
        }
        if last {
            return Ok(tracer.finish());
        }
    }
}

/// What was said in streams that the session rests on or that are about it, as far as the tenant reads them.
fn beside(reader: &Reader<'_>, tenant: &Tenant, trace: &SessionTrace) -> Result<Vec<BesideView>, Denial> {
    let consents = trace.consents.iter().map(|id| StreamId::Consent(*id));
    let disputes = reader.disputes_about(tenant, &trace.session)?.into_iter().map(StreamId::Dispute);
    let mut told = Vec::new();
    for stream in consents.chain(disputes) {
        if told.len() >= BESIDE_MAX || !reader.may_read(Some(tenant), &stream)? {
            continue;
        }
        for entry in reader.entries(&stream, None, BESIDE_STREAM_MAX)? {
            let statement = entry.statement.statement();
            told.push(BesideView {
                stream: stream.clone(),
                log_index: entry.point.index,
                log_time: entry.point.time,
                hash: statement.hash,
                issuer: statement.issuer.clone(),
                kind: statement.kind.as_str().to_owned(),
            });
        }
    }
    told.sort_by_key(|beside| beside.log_index);
    told.truncate(BESIDE_MAX);
    Ok(told)
}

/// The tenant's sessions before one, about the same: the latest, with somebody of the same organisations.
fn earlier(
    reader: &Reader<'_>,
    tenant: &Tenant,
    own: &Domain,
    trace: &SessionTrace,
) -> Result<Vec<SessionDigest>, Denial> {
    let query = SessionQuery { moved_since: 0, limit: LISTED_MAX, before: None::<Position> };
    let rows = reader.sessions(tenant, query)?;
    let alike = rows.into_iter().filter(|row| {
        row.capability == trace.capability && row.id != trace.session && row.opened_at <= trace.opened_at
    });
    let now = SessionDigest::of(trace, own);
    let mut found = Vec::new();
    for row in alike.take(LOOKED_AT_MAX) {
        let Some(trace) = traced(reader, row.id)? else { continue };
        let digest = SessionDigest::of(&trace, own);
        if !digest.others.is_disjoint(&now.others) && digest.opened < now.opened {
            found.push(digest);
        }
        if found.len() >= HISTORY_MAX {
            break;
        }
    }
    Ok(found)
}
