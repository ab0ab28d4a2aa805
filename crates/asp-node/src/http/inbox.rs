//! Inboxes: what an agent or organisation has not confirmed waits for it; workers take, confirm, give up.

use std::sync::Arc;

use asp_client::api::{
    DeadLetterPage, DeadLetterRef, DeadLetterView, InboxConfirmation, InboxGroup, InboxItem, InboxRefusal,
    InboxView, LeaseRequest, LeaseView, Problem,
};
use asp_core::limits;
use asp_core::position::{Millis, Position};
use asp_core::rejection::Code;
use asp_store::inbox::{Candidate, Group, GroupName, Inboxes, LeaseId, Leased, NotDone, Wanted};
use asp_store::{Entry, Reader, Tenant};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use tokio::time::Instant;

use super::App;
use super::extract::{self, InboxName, Network, Params, Small};
use super::messages::message;
use super::problem::Denial;
use crate::auth::{Access, Credentials};
use crate::delivery::Topic;

/// Messages that are handed out at once; each may be as large as a statement.
const LEASE_MAX: usize = 100;
const LEASE_USUAL: usize = 10;
/// The shortest lease: a worker has to be able to answer.
const LEASE_MS_MIN: Millis = Millis(1_000);
/// Entries of the log that are looked at for one request.
const LOOK_MAX: usize = 256;
/// Bytes of a reason.
const REASON_BYTES_MAX: usize = 1_024;
/// Dead letters of the largest page.
const PAGE_MAX: usize = 100;

/// What was asked, with bounds.
#[derive(Debug, Clone, Copy)]
struct Asked {
    max: usize,
    lease: Millis,
    from: Position,
}

impl Asked {
    fn read(request: &LeaseRequest) -> Result<Self, Denial> {
        let max = request.max.unwrap_or(LEASE_USUAL);
        let lease = request.lease_ms.unwrap_or(limits::INBOX_LEASE_MS);
        let fits =
            (1..=LEASE_MAX).contains(&max) && (LEASE_MS_MIN..=limits::INBOX_LEASE_MAX_MS).contains(&lease);
        if fits {
            Ok(Self { max, lease, from: request.from.unwrap_or(Position(0)) })
        } else {
            Err(Code::InvalidBody.into())
        }
    }
}

/// Take messages.
///
/// Hands out what nobody has in hand, in the order of the log, and keeps it from other workers of the group until the lease ends. Of one
/// stream one worker at a time has something, in its order. What is not confirmed by then is handed out again, and given up after 16
/// times. A group that is not there is made. What one said oneself is not told.
#[utoipa::path(post, path = "/v1/inbox/{group}/lease", tag = "delivery",
    params(("group" = String, Path, description = "The workers' name: 1 to 64 of a-z, 0-9, - and .")),
    request_body = LeaseRequest,
    responses((status = 200, description = "What this worker has in hand now", body = LeaseView)),
    security(("dpop" = [])))]
pub(super) async fn lease(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    InboxName(group): InboxName,
    Network(network): Network,
    Small(request): Small<LeaseRequest>,
) -> Result<Json<LeaseView>, Denial> {
    let asked = Asked::read(&request)?;
    let wait = extract::wait(request.wait_seconds)?;
    let (taking, of) = (Arc::clone(&app), group.clone());
    let first = move |reader: &Reader<'_>, access: &Access| {
        take(&taking, reader, &access.tenant, &of, asked).map(|taken| (access.clone(), taken))
    };
    let (access, taken) = app.read_as(credentials, first).await?;
    if !taken.items.is_empty() || wait.is_zero() {
        return Ok(Json(taken));
    }
    let topic = Topic::Feed(access.tenant.clone());
    let subscription = app.hub.subscribe(topic, app.who(Some(&access), network))?;
    let until = Instant::now() + wait;
    // Each turn waits for a wake-up, for a lease that ends, or for the end of the time.
    loop {
        let (taking, access, of) = (Arc::clone(&app), access.clone(), group.clone());
        let again = move |reader: &Reader<'_>| {
            taking.auth.check(reader, &access)?;
            let taken = take(&taking, reader, &access.tenant, &of, asked)?;
            Ok((taken, taking.inboxes.next_end(&access.tenant, &of)?))
        };
        let (taken, ends) = app.reads.run(again).await?;
        if !taken.items.is_empty() {
            return Ok(Json(taken));
        }
        let ended = async {
            match ends {
                Some(ends) => app.clock.reaches(ends).await,
                None => std::future::pending().await,
            }
        };
        let goes_on = tokio::select! {
            moved = super::messages::moved_before(&app, &subscription, until) => moved,
            () = ended => true,
        };
        if !goes_on {
            return Ok(Json(taken));
        }
    }
}

/// Hands out what there is.
fn take(
    app: &App,
    reader: &Reader<'_>,
    tenant: &Tenant,
    group: &GroupName,
    asked: Asked,
) -> Result<LeaseView, Denial> {
    let now = app.clock.now();
    let id = LeaseId(crate::auth::people::random()?);
    let size = reader.size()?;
    if asked.from.0 > size {
        return Err(Code::InvalidBody.at("/from").into());
    }
    let next = app.inboxes.begin(tenant, group, asked.from, now)?;
    let seen = reader.feed(tenant, next, LOOK_MAX)?;
    // Where less came than was asked for, everything was looked at.
    let looked = match seen.last() {
        Some(last) if seen.len() == LOOK_MAX => last.point.index.0.saturating_add(1),
        _ => size,
    };
    let candidates: Vec<Candidate> = seen.iter().map(|entry| candidate(tenant, entry)).collect();
    let wanted = Wanted { max: asked.max, lease: asked.lease, id };
    let leased = app.inboxes.lease(tenant, group, (&candidates, Position(looked)), wanted, now)?;
    let mut items = Vec::with_capacity(leased.len());
    for Leased { position, attempt, .. } in leased {
        match reader.entry(tenant, position)? {
            Some(entry) => items.push(InboxItem { attempt, message: message(&entry)? }),
            // It may be read no more: nobody is told of it again.
            None => app.inboxes.drop_unreadable(tenant, group, position)?,
        }
    }
    let lease = (!items.is_empty()).then(|| id.to_string());
    Ok(LeaseView { lease, until: now.plus(asked.lease), items })
}

fn candidate(tenant: &Tenant, entry: &Entry) -> Candidate {
    let statement = entry.statement.statement();
    let own = tenant.said(&statement.issuer);
    Candidate { position: entry.point.index, stream: statement.stream.clone(), own }
}

/// Confirm messages.
///
/// They are not handed out again. All of them or none: who was too late and has lost one to another worker confirms nothing.
#[utoipa::path(post, path = "/v1/inbox/{group}/confirm", tag = "delivery",
    params(("group" = String, Path, description = "The workers' name")), request_body = InboxConfirmation,
    responses((status = 204, description = "They are done"),
        (status = 409, description = "Another worker has one of them", body = Problem)),
    security(("dpop" = [])))]
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    InboxName(group): InboxName,
    Small(done): Small<InboxConfirmation>,
) -> Result<StatusCode, Denial> {
    let lease: LeaseId = done.lease.parse().map_err(|()| Code::InvalidBody)?;
    if done.positions.is_empty() || done.positions.len() > LEASE_MAX {
        return Err(Code::InvalidBody.into());
    }
    let items: Vec<(Position, LeaseId)> = done.positions.into_iter().map(|at| (at, lease)).collect();
    change(&app, credentials, move |inboxes, tenant| inboxes.confirm(tenant, &group, &items)).await
}

/// Give a message up.
///
/// It becomes a dead letter of the group, with the reason; what comes after it in its stream goes on.
#[utoipa::path(post, path = "/v1/inbox/{group}/refuse", tag = "delivery",
    params(("group" = String, Path, description = "The workers' name")), request_body = InboxRefusal,
    responses((status = 204, description = "It is a dead letter"),
        (status = 409, description = "Another worker has it, or there are too many dead letters", body = Problem)),
    security(("dpop" = [])))]
pub(super) async fn refuse(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    InboxName(group): InboxName,
    Small(refusal): Small<InboxRefusal>,
) -> Result<StatusCode, Denial> {
    let InboxRefusal { lease, position, reason } = refusal;
    let lease: LeaseId = lease.parse().map_err(|()| Code::InvalidBody)?;
    if reason.len() > REASON_BYTES_MAX {
        return Err(Code::InvalidBody.into());
    }
    let refuse =
        move |inboxes: &Inboxes, tenant: &Tenant| inboxes.refuse(tenant, &group, (position, lease), &reason);
    change(&app, credentials, refuse).await
}

/// Let a dead letter be handed out again.
#[utoipa::path(post, path = "/v1/inbox/{group}/replay", tag = "delivery",
    params(("group" = String, Path, description = "The workers' name")), request_body = DeadLetterRef,
    responses((status = 204, description = "It waits again")),
    security(("dpop" = [])))]
pub(super) async fn replay(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    InboxName(group): InboxName,
    Small(DeadLetterRef { position }): Small<DeadLetterRef>,
) -> Result<StatusCode, Denial> {
    change(&app, credentials, move |inboxes, tenant| inboxes.replay(tenant, &group, position)).await
}

/// Forget a dead letter.
#[utoipa::path(post, path = "/v1/inbox/{group}/discard", tag = "delivery",
    params(("group" = String, Path, description = "The workers' name")), request_body = DeadLetterRef,
    responses((status = 204, description = "It is gone")),
    security(("dpop" = [])))]
pub(super) async fn discard(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    InboxName(group): InboxName,
    Small(DeadLetterRef { position }): Small<DeadLetterRef>,
) -> Result<StatusCode, Denial> {
    change(&app, credentials, move |inboxes, tenant| inboxes.discard(tenant, &group, position)).await
}

/// List groups of workers.
#[utoipa::path(get, path = "/v1/inbox", tag = "delivery",
    responses((status = 200, description = "The caller's groups, by name", body = InboxView)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn groups(
    State(app): State<Arc<App>>,
    credentials: Credentials,
) -> Result<Json<InboxView>, Denial> {
    let now = app.clock.now();
    let reading = Arc::clone(&app);
    let read = move |reader: &Reader<'_>, access: &Access| {
        let groups = reading.inboxes.groups(&access.tenant, now)?.into_iter().map(view).collect();
        Ok(InboxView { groups, size: reader.size()? })
    };
    app.read_as(credentials, read).await.map(Json)
}

fn view(group: Group) -> InboxGroup {
    let Group { name, next, made, leased, waiting, dead } = group;
    InboxGroup { name, next, made_at: made, leased, waiting, dead }
}

/// Which dead letters to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// How many at most, 1 to 100; 50 if absent.
    page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    page_token: Option<String>,
}

/// List dead letters.
#[utoipa::path(get, path = "/v1/inbox/{group}/dead", tag = "delivery",
    params(("group" = String, Path, description = "The workers' name"), Which),
    responses((status = 200, description = "What the group gave up, in the order of the log", body = DeadLetterPage)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn dead(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    InboxName(group): InboxName,
    Params(which): Params<Which>,
) -> Result<Json<DeadLetterPage>, Denial> {
    let size = extract::page_size(which.page_size, PAGE_MAX)?;
    let after = extract::place(which.page_token.as_deref())?;
    let reading = Arc::clone(&app);
    let read = move |reader: &Reader<'_>, access: &Access| {
        let tenant = &access.tenant;
        let mut found = reading.inboxes.dead(tenant, &group, after, size.saturating_add(1))?;
        let more = found.len() > size;
        found.truncate(size);
        let next_page_token = found.last().filter(|_| more).map(|last| last.position.0.to_string());
        let mut letters = Vec::new();
        for letter in found {
            // What may be read no more is not shown; it stays in the count until it is discarded.
            if let Some(entry) = reader.entry(tenant, letter.position)? {
                let message = message(&entry)?;
                letters.push(DeadLetterView { attempts: letter.attempts, reason: letter.reason, message });
            }
        }
        Ok(DeadLetterPage { letters, next_page_token })
    };
    app.read_as(credentials, read).await.map(Json)
}

/// Forget a group.
///
/// With its dead letters and all that its workers have in hand. The log keeps what it told.
#[utoipa::path(delete, path = "/v1/inbox/{group}", tag = "delivery",
    params(("group" = String, Path, description = "The workers' name")),
    responses((status = 204, description = "It is gone")),
    security(("dpop" = [])))]
pub(super) async fn forget(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    InboxName(group): InboxName,
) -> Result<StatusCode, Denial> {
    let forget = move |inboxes: &Inboxes, tenant: &Tenant| {
        let gone = inboxes.forget(tenant, &group).map_err(NotDone::Fault)?;
        if gone { Ok(()) } else { Err(NotDone::Unknown) }
    };
    change(&app, credentials, forget).await
}

/// Changes an inbox of the caller.
async fn change(
    app: &Arc<App>,
    credentials: Credentials,
    change: impl FnOnce(&Inboxes, &Tenant) -> Result<(), NotDone> + Send + 'static,
) -> Result<StatusCode, Denial> {
    let changing = Arc::clone(app);
    let act = move |_: &Reader<'_>, access: &Access| Ok(change(&changing.inboxes, &access.tenant)?);
    app.read_as(credentials, act).await?;
    Ok(StatusCode::NO_CONTENT)
}
