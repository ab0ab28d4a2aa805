//! Webhooks: where an organisation has what it may read delivered. By its token, or by the session of an owner. Nothing of
//! it is a statement.

use std::collections::BTreeSet;
use std::sync::Arc;

use asp_client::api::{
    DeadEventView, DeadEvents, MadeWebhook, NewWebhook, Problem, ReplayDead, Replayed, WebhookKey,
    WebhookState, WebhookTest, WebhookView, Webhooks,
};
use asp_core::limits;
use asp_core::name::{Domain, StreamKind};
use asp_core::position::Position;
use asp_core::rejection::Code;
use asp_core::statement::Kind;
use asp_store::webhooks::{DeadLetter, Progress, Secrets, Stopped, Webhook, WebhookId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::App;
use super::extract::{Acting, Small, WebhookName};
use super::problem::Denial;
use crate::auth::people::random;
use crate::auth::rights::Right;
use crate::auth::{Caller, Credentials};
use crate::signed::{SharedKey, Signer};
use crate::webhooks::{event, send, words};

/// Every kind of stream.
const STREAMS: [StreamKind; 6] = [
    StreamKind::Account,
    StreamKind::Agent,
    StreamKind::Consent,
    StreamKind::Dispute,
    StreamKind::Org,
    StreamKind::Session,
];

/// List webhooks.
///
/// Those of the caller's organisation, each with how far it has come and what keeps it.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks",
    responses((status = 200, description = "The webhooks, the first made first", body = Webhooks)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    credentials: Credentials,
) -> Result<Json<Webhooks>, Denial> {
    let read = move |app: &App, caller: &Caller| {
        let own = organisation(caller, Right::SeeWebhooks)?;
        let webhooks = app.webhooks.list(&own)?.iter().map(|(webhook, dead)| view(webhook, *dead)).collect();
        Ok(Json(Webhooks { webhooks }))
    };
    app.as_caller(credentials, read).await
}

/// Make a webhook.
///
/// What the organisation may read is delivered there from now on, or from a position of the log on, in the order of the
/// log: each entry as a CloudEvent (`application/cloudevents+json`), signed by the scheme of Standard Webhooks with a key that
/// is this webhook's alone (`v1a`), and with the secret of the answer (`v1`). An answer of 2xx takes it. Whatever is
/// delivered twice has the same `webhook-id`.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", request_body = NewWebhook,
    responses((status = 201, description = "The webhook and its secret, which is shown this once", body = MadeWebhook),
        (status = 409, description = "There are as many as may be", body = Problem)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    Small(asked): Small<NewWebhook>,
) -> Result<(StatusCode, Json<MadeWebhook>), Denial> {
    let (id, seed, shared) = (WebhookId(random()?), random()?, random()?);
    let add = move |app: &App, caller: &Caller| {
        let organisation = organisation(caller, Right::ManageWebhooks)?;
        app.fetch.permits(asked.url.as_str()).map_err(|_| Code::WebhookAddress)?;
        let size = *app.store.watch().borrow();
        let place = Position(asked.from.unwrap_or(size));
        if place.0 > size {
            return Err(Code::InvalidBody.into());
        }
        let stream = |text: &String| STREAMS.into_iter().find(|kind| kind.as_str() == text);
        let webhook = Webhook {
            id,
            organisation,
            url: asked.url,
            streams: read(asked.streams, stream)?,
            types: read(asked.types, |text| Kind::named(text))?,
            secrets: Secrets { seed, shared },
            created: app.clock.now(),
            progress: Progress::at(place),
        };
        app.webhooks.add(&webhook)?;
        app.webhooks_moved.notify_one();
        Ok(MadeWebhook { webhook: view(&webhook, 0), secret: SharedKey::of(&shared).text() })
    };
    Ok((StatusCode::CREATED, Json(app.as_caller(credentials, add).await?)))
}

/// See a webhook.
#[utoipa::path(get, path = "/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "The webhook", body = WebhookView)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    WebhookName(id): WebhookName,
) -> Result<Json<WebhookView>, Denial> {
    let read = move |app: &App, caller: &Caller| {
        let (webhook, dead) = find(app, &organisation(caller, Right::SeeWebhooks)?, id)?;
        Ok(Json(view(&webhook, dead)))
    };
    app.as_caller(credentials, read).await
}

/// Remove a webhook.
///
/// With what was put aside of it. Nothing more is delivered, but for what is on its way.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 204, description = "It is gone")),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    WebhookName(id): WebhookName,
) -> Result<StatusCode, Denial> {
    let remove = move |app: &App, caller: &Caller| {
        let organisation = organisation(caller, Right::ManageWebhooks)?;
        if app.webhooks.forget(&organisation, id)? { Ok(()) } else { Err(Code::NotFound.into()) }
    };
    app.as_caller(credentials, remove).await?;
    app.webhooks_moved.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

/// Get the key of a webhook.
///
/// The public half of the key by which alone what is delivered to it is signed (`v1a`): for a receiver, which knows the id
/// from the beginning of each `webhook-id`, and needs no token. Whose the webhook is, and where it leads, is not told.
#[utoipa::path(get, path = "/v1/webhooks/{id}/key", tag = "webhooks",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "The key", body = WebhookKey)))]
pub(super) async fn key(
    State(app): State<Arc<App>>,
    WebhookName(id): WebhookName,
) -> Result<Json<WebhookKey>, Denial> {
    let read = move |app: &App| {
        let webhook = app.webhooks.any(id)?.ok_or(Code::NotFound)?;
        Ok(Json(WebhookKey { id: id.to_string(), public_key: signer(&webhook).public_key() }))
    };
    app.blocking(read).await
}

/// Try a webhook.
///
/// Delivers an event of type `asp.webhook.test` now and once, past whatever waits, and says what came of it. How far the
/// webhook has come is not changed; `resume` lets one that waits go on.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", tag = "webhooks",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "Whether it was taken", body = WebhookTest)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn test(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    WebhookName(id): WebhookName,
) -> Result<Json<WebhookTest>, Denial> {
    let found = move |app: &App, caller: &Caller| {
        let organisation = organisation(caller, Right::ManageWebhooks)?;
        app.quotas.read(&organisation, app.clock.now())?;
        Ok(find(app, &organisation, id)?.0)
    };
    let webhook = app.as_caller(credentials, found).await?;
    let (message, body) = event::test(id, app.store.origin(), app.clock.now());
    let heard = send(&app, &webhook, &message, body).await;
    let error = heard.err().map(words);
    Ok(Json(WebhookTest { delivered: error.is_none(), error, message }))
}

/// Resume a webhook.
///
/// Whether it was stopped or waits: the event at its place is tried at once.
#[utoipa::path(post, path = "/v1/webhooks/{id}/resume", tag = "webhooks",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "The webhook", body = WebhookView)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn resume(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    WebhookName(id): WebhookName,
) -> Result<Json<WebhookView>, Denial> {
    let resume = move |app: &App, caller: &Caller| {
        let organisation = organisation(caller, Right::ManageWebhooks)?;
        app.webhooks.resume(&organisation, id)?;
        let (webhook, dead) = find(app, &organisation, id)?;
        app.webhooks_moved.notify_one();
        Ok(Json(view(&webhook, dead)))
    };
    app.as_caller(credentials, resume).await
}

/// List events that were put aside.
///
/// Those that the receiver refused as often as may be, while others were taken.
#[utoipa::path(get, path = "/v1/webhooks/{id}/dead", tag = "webhooks",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "The events, in the order of the log", body = DeadEvents)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn dead(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    WebhookName(id): WebhookName,
) -> Result<Json<DeadEvents>, Denial> {
    let read = move |app: &App, caller: &Caller| {
        find(app, &organisation(caller, Right::SeeWebhooks)?, id)?;
        let dead = app.webhooks.dead(id)?.into_iter().map(letter).collect();
        Ok(Json(DeadEvents { dead }))
    };
    app.as_caller(credentials, read).await
}

/// Deliver events that were put aside once more.
///
/// Before whatever comes next, each once, under the `webhook-id` that it had. One that is refused again stays put aside.
#[utoipa::path(post, path = "/v1/webhooks/{id}/dead", tag = "webhooks", request_body = ReplayDead,
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "How many are to be delivered", body = Replayed)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn replay(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    WebhookName(id): WebhookName,
    Small(asked): Small<ReplayDead>,
) -> Result<Json<Replayed>, Denial> {
    let replay = move |app: &App, caller: &Caller| {
        find(app, &organisation(caller, Right::ManageWebhooks)?, id)?;
        let count = app.webhooks.replay(id, asked.positions.as_ref())?;
        app.webhooks_moved.notify_one();
        Ok(Json(Replayed { count: u64::try_from(count).unwrap_or(u64::MAX) }))
    };
    app.as_caller(credentials, replay).await
}

/// The organisation whose webhooks are meant; the node has none.
fn organisation(caller: &Caller, right: Right) -> Result<Domain, Denial> {
    caller.may(right)?.ok_or_else(|| Code::NotFound.into())
}

fn find(app: &App, organisation: &Domain, id: WebhookId) -> Result<(Webhook, u64), Denial> {
    app.webhooks.find(organisation, id)?.ok_or_else(|| Code::NotFound.into())
}

/// Reads words; none is not all.
fn read<T: Ord>(
    words: Option<BTreeSet<String>>,
    one: impl Fn(&String) -> Option<T>,
) -> Result<BTreeSet<T>, Denial> {
    let Some(words) = words else { return Ok(BTreeSet::new()) };
    if words.is_empty() {
        return Err(Code::InvalidBody.into());
    }
    words.iter().map(|word| one(word).ok_or_else(|| Code::InvalidBody.into())).collect()
}

fn signer(webhook: &Webhook) -> Signer {
    Signer::of(&webhook.secrets.seed, &webhook.secrets.shared)
}

fn view(webhook: &Webhook, dead: u64) -> WebhookView {
    let Progress { place, failures, silent_from, due, delivered, reason, stopped, attempts: _ } =
        &webhook.progress;
    let state = match (stopped, failures) {
        (Some(_), _) => WebhookState::Stopped,
        (None, 0) => WebhookState::Running,
        (None, failures) if *failures >= limits::WEBHOOK_BROKEN_AFTER as u64 => WebhookState::Broken,
        (None, _) => WebhookState::Waiting,
    };
    WebhookView {
        id: webhook.id.to_string(),
        url: webhook.url.clone(),
        streams: webhook.streams.iter().map(|kind| kind.as_str().to_owned()).collect(),
        types: webhook.types.iter().map(|kind| kind.as_str().to_owned()).collect(),
        public_key: signer(webhook).public_key(),
        created_at: webhook.created,
        next: *place,
        state,
        stopped: stopped.map(|why: Stopped| why.as_str().to_owned()),
        error: reason.clone(),
        failures: *failures,
        due_at: due.filter(|_| stopped.is_none()),
        silent_since: *silent_from,
        delivered_at: *delivered,
        dead,
    }
}

fn letter(letter: DeadLetter) -> DeadEventView {
    let DeadLetter { position, attempts, aside, reason, again } = letter;
    DeadEventView { position, attempts, aside_at: aside, error: reason, again }
}
