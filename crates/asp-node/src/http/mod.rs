//! The router with its layers, and what all resources share.

mod agents;
mod commitments;
mod consents;
mod log;
mod openapi;
mod probe;
mod problem;
mod sessions;
mod statements;
mod token;
mod trust;
mod wellknown;

use std::sync::Arc;
use std::time::Duration;

use asp_client::api::{Message, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use asp_core::position::{Hash, Sequence};
use asp_core::rejection::Code;
use asp_store::{Clock, Entry, Fault, Reader, Store, Tenant};
use axum::Router;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admission::Admission;
use crate::auth::Auth;
use crate::delivery::Hub;
use problem::Failure;

/// The longest that a request may take: more than the longest wait that can be asked for.
const REQUEST_TIME: Duration = Duration::from_secs(60);
/// The longest wait that a request may ask for.
const WAIT_SECONDS_MAX: u64 = 30;

/// What every request can reach.
pub(crate) struct Shared {
    pub(crate) admission: Admission,
    pub(crate) auth: Auth,
    pub(crate) clock: Clock,
    pub(crate) hub: Hub,
    pub(crate) store: Store,
    pub(crate) stopping: watch::Receiver<bool>,
}

type State = axum::extract::State<Arc<Shared>>;
type Answer<T> = Result<T, Failure>;

/// All routes with their documentation, and what surrounds them.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let (router, document) = OpenApiRouter::with_openapi(openapi::document())
        .routes(routes!(statements::post, statements::list))
        .routes(routes!(statements::receipt))
        .routes(routes!(agents::organisation))
        .routes(routes!(agents::agent))
        .routes(routes!(agents::search))
        .routes(routes!(consents::list))
        .routes(routes!(consents::show))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::show))
        .routes(routes!(sessions::messages, sessions::post))
        .routes(routes!(sessions::events))
        .routes(routes!(commitments::list))
        .routes(routes!(commitments::show))
        .routes(routes!(commitments::bundle))
        .routes(routes!(trust::assess))
        .routes(routes!(token::token))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::tile))
        .routes(routes!(log::inclusion))
        .routes(routes!(log::consistency))
        .routes(routes!(wellknown::configuration))
        .routes(routes!(probe::health))
        .routes(routes!(probe::ready))
        .routes(routes!(probe::metrics))
        .split_for_parts();
    let header = |name, value| {
        SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    router
        .merge(openapi::pages(&document))
        .fallback(async || Failure::from(Code::NotFound))
        .method_not_allowed_fallback(async || Failure::from(Code::MethodNotAllowed))
        .with_state(shared)
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("cache-control", "no-store"))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME))
        .layer(CatchPanicLayer::custom(|_| Failure::from(Code::Internal).into_response()))
        .layer(TraceLayer::new_for_http())
}

impl Shared {
    /// Reads the store on a thread that may block.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Reader<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Answer<T> {
        let store = self.store.clone();
        let done = tokio::task::spawn_blocking(move || store.read(read)).await;
        Ok(done.map_err(|_| Code::Internal)??)
    }

    /// Waits until `woken`, the time is over or the node stops.
    async fn wait(&self, woken: &mut watch::Receiver<u64>, until: tokio::time::Instant) -> bool {
        let mut stopping = self.stopping.clone();
        tokio::select! {
            changed = woken.changed() => changed.is_ok(),
            () = tokio::time::sleep_until(until) => false,
            _ = stopping.wait_for(|stop| *stop) => false,
        }
    }
}

/// Who asks, if it shows a token: the only source of a [`Tenant`].
pub(crate) struct MaybeCaller(Option<Tenant>);

/// Who asks.
pub(crate) struct Caller(Tenant);

impl FromRequestParts<Arc<Shared>> for MaybeCaller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Answer<Self> {
        if !parts.headers.contains_key(axum::http::header::AUTHORIZATION) {
            return Ok(Self(None));
        }
        let claim = shared.auth.bearer(parts, (shared.clock)())?;
        let tenant = shared.read(move |reader| claim.tenant(reader)).await?;
        Ok(Self(Some(tenant.ok_or(Code::InvalidToken)?)))
    }
}

impl FromRequestParts<Arc<Shared>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Answer<Self> {
        let MaybeCaller(tenant) = MaybeCaller::from_request_parts(parts, shared).await?;
        Ok(Self(tenant.ok_or(Code::Unauthenticated)?))
    }
}

/// The parameters of an address, bounded by their types.
pub(crate) struct Params<T>(T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Shared>> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Shared>) -> Answer<Self> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(params)| Self(params))
            .map_err(|_| Code::InvalidQuery.into())
    }
}

/// The id of a stream in a path: 64 hexadecimal digits. Anything else names nothing.
fn id(text: &str) -> Answer<Hash> {
    Hash::from_hex(text).ok_or_else(|| Code::NotFound.into())
}

/// How many rows a page has.
fn page_size(asked: Option<usize>) -> Answer<usize> {
    match asked.unwrap_or(PAGE_SIZE_DEFAULT) {
        size if (1..=PAGE_SIZE_MAX).contains(&size) => Ok(size),
        _ => Err(Code::InvalidQuery.into()),
    }
}

/// When a wait ends, if one was asked for.
fn wait_until(seconds: Option<u64>) -> Answer<tokio::time::Instant> {
    match seconds.unwrap_or(0) {
        seconds @ 0..=WAIT_SECONDS_MAX => Ok(tokio::time::Instant::now() + Duration::from_secs(seconds)),
        _ => Err(Code::InvalidQuery.into()),
    }
}

/// Entries as the API shows them.
pub(crate) fn messages(entries: Vec<Entry>) -> Answer<Vec<Message>> {
    entries.into_iter().map(message).collect()
}

fn message(entry: Entry) -> Answer<Message> {
    let statement = entry.statement.statement();
    let text = std::str::from_utf8(statement.bytes()).map_err(|_| Code::Internal)?;
    Ok(Message {
        log_index: entry.point.index,
        log_time: entry.point.time,
        hash: statement.hash,
        statement: serde_json::value::RawValue::from_string(text.to_owned()).map_err(|_| Code::Internal)?,
        signatures: entry.statement.signatures().to_vec(),
    })
}

/// The `after` of a page that comes after this full one.
fn next_after(messages: &[Message], after: Option<Sequence>, limit: usize) -> Option<Sequence> {
    if messages.len() < limit {
        return None;
    }
    let first = after.map_or(0, |after| after.0 + 1);
    Some(Sequence(first + u64::try_from(messages.len()).ok()? - 1))
}
