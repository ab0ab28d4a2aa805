//! The node's HTTP: every route and every layer on one screen.
//!
//! Handlers read what a request brings, call one thing, and write the answer; what they refuse becomes a problem in
//! [`problem`] and nowhere else.

mod a2a;
mod accounts;
mod agents;
mod cards;
mod chunks;
mod commitments;
mod consents;
mod console;
mod deliveries;
mod disputes;
mod events;
mod extract;
mod inbox;
pub(crate) mod listen;
mod log;
mod mcp;
mod messages;
mod oauth;
mod oidc;
mod openapi;
mod organisations;
mod packages;
mod page;
mod people;
pub(crate) mod places;
pub(crate) mod problem;
mod receipts;
mod schemas;
mod searches;
mod sessions;
mod signin;
mod speaking;
mod spec;
mod statements;
mod traces;
mod trail;
mod trust;
mod webhooks;
mod wellknown;
mod work;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use asp_client::api::PublishedKeys;
use asp_core::key::SecretKey;
use asp_core::position::LogTime;
use asp_core::rejection::Code;
use asp_store::inbox::Inboxes;
use asp_store::packages::Packages;
use asp_store::probes::Probes;
use asp_store::webhooks::Webhooks;
use asp_store::{Reader, Store};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::sync::{Notify, Semaphore, watch};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::a2a::A2a;
use crate::admission::Admission;
use crate::attachments::Attachments;
use crate::auth::cookie::Cookies;
use crate::auth::oidc::Oidc;
use crate::auth::{Access, Auth, Credentials};
use crate::clock::Clock;
use crate::config::Setting;
use crate::delivery::{Hub, Who};
use crate::domains::Sights;
use crate::fetch::Fetch;
use crate::metrics::Metrics;
use crate::prober::Schedule;
use crate::quota::{Prefix, Quotas};
use crate::reading::Reads;
use crate::refusals::Refusals;
use crate::registry::{Saved, Scores};
use crate::settlement::Settlement;
use crate::share::Levels;
use crate::{metrics, probe, stopped};
pub(crate) use extract::{BLOCK_BYTES, blocks, page_size};
pub(crate) use messages::message;
use openapi::Pages;
use places::Places;
use problem::{Denial, Told};
pub(crate) use traces::traced;
pub(crate) use trust::usual_class;

/// What nobody may do with an answer that is no page: load anything, or be framed.
const NOTHING_LOADS: &str = "default-src 'none'; frame-ancestors 'none'";

/// What handlers work with.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) reads: Arc<Reads>,
    pub(crate) admission: Admission,
    /// What parties of sessions were refused lately.
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) quotas: Arc<Quotas>,
    pub(crate) levels: Arc<Levels>,
    /// Who is connected.
    pub(crate) places: Arc<Places>,
    /// How long who asks for more than its share waits to be told so.
    pub(crate) refusal_pause: Duration,
    pub(crate) auth: Auth,
    /// The one way out to names that others chose.
    pub(crate) fetch: Fetch,
    /// What was seen of agents that were asked whether they are there.
    pub(crate) probes: Arc<Probes>,
    pub(crate) schedule: Schedule,
    /// What was last seen under domains.
    pub(crate) sights: Sights,
    /// Whose keys the node serves for an organisation of its own.
    pub(crate) published: Option<PublishedKeys>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    pub(crate) pages: Pages,
    pub(crate) stopping: watch::Receiver<bool>,
    /// One assessment at a time: each reads all evidence and computes flows.
    pub(crate) assessing: Arc<Semaphore>,
    /// What is known of trust for searches.
    pub(crate) scores: Arc<Scores>,
    /// What is in hand of inboxes.
    pub(crate) inboxes: Arc<Inboxes>,
    /// Searches that were saved.
    pub(crate) saved: Arc<Saved>,
    /// Where organisations have what they may read delivered, and that somebody has changed something of it.
    pub(crate) webhooks: Arc<Webhooks>,
    pub(crate) webhooks_moved: Notify,
    /// What there is for clients that speak A2A.
    pub(crate) a2a: A2a,
    /// Chunks of files that parties of sessions share.
    pub(crate) attachments: Attachments,
    /// Which key packages were handed out.
    pub(crate) packages: Arc<Packages>,
    /// When the node was started.
    pub(crate) started: LogTime,
    /// Memory for bodies, in blocks.
    pub(crate) bodies: Arc<Semaphore>,
    pub(crate) address: SocketAddr,
    pub(crate) public_url: Option<String>,
    /// The node's own key, for what it says of itself outside the log.
    pub(crate) key: SecretKey,
    pub(crate) cookies: Cookies,
    /// The provider by which people sign in, if there is one.
    pub(crate) oidc: Option<Oidc>,
    /// The settlement provider, if there is one, and that it has said something.
    pub(crate) settlement: Option<Settlement>,
    pub(crate) settlement_moved: Notify,
    /// The node's folder, for what is kept there to be read when it is asked for.
    pub(crate) folder: PathBuf,
    /// The settings as they were at the start, for operators.
    pub(crate) settings: Vec<(Setting, serde_json::Value)>,
    pub(crate) body_timeout: Duration,
    pub(crate) request_timeout: Duration,
}

impl App {
    /// Reads in the name of who sent the credentials, at one state of the log with the check of who that is.
    ///
    /// # Errors
    /// That it is nobody who may read, or what `read` says.
    pub(crate) async fn read_as<T: Send + 'static>(
        self: &Arc<Self>,
        credentials: Credentials,
        read: impl FnOnce(&Reader<'_>, &Access) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let app = Arc::clone(self);
        let whole = move |reader: &Reader<'_>| {
            let access = app.auth.authenticate(reader, &credentials)?;
            app.quotas.read(&access.tenant.organisation(), app.clock.now())?;
            read(reader, &access)
        };
        self.reads.run(whole).await
    }

    /// The same of what is public in part: who sent no credentials reads what everybody may.
    ///
    /// # Errors
    /// As [`App::read_as`].
    pub(crate) async fn read_as_far<T: Send + 'static>(
        self: &Arc<Self>,
        credentials: Option<Credentials>,
        read: impl FnOnce(&Reader<'_>, Option<&Access>) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let app = Arc::clone(self);
        let whole = move |reader: &Reader<'_>| {
            let access = app.auth.recognise(reader, credentials.as_ref())?;
            if let Some(access) = &access {
                app.quotas.read(&access.tenant.organisation(), app.clock.now())?;
            }
            read(reader, access.as_ref())
        };
        self.reads.run(whole).await
    }

    /// How the node is reached: the address that was configured, else where it listens; never what a request says.
    pub(crate) fn url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.address))
    }

    /// Who waits for something, with the share that it has.
    pub(crate) fn who(&self, access: Option<&Access>, from: Option<Prefix>) -> Who {
        let organisation = access.map(|access| access.tenant.organisation());
        let factor = organisation.map_or(1, |domain| self.levels.factor(&domain, self.clock.now()));
        Who { party: access.map(|access| access.tenant.clone()), factor, from }
    }

    /// Whether the node has begun to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }
}

/// Every route with its description.
fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(statements::post, statements::list))
        .routes(routes!(organisations::show))
        .routes(routes!(cards::of_organisation))
        .routes(routes!(organisations::limits))
        .routes(routes!(work::agents))
        .routes(routes!(work::activity))
        .routes(routes!(agents::list))
        .routes(routes!(agents::search))
        .routes(routes!(agents::show))
        .routes(routes!(searches::list, searches::save))
        .routes(routes!(searches::show, searches::forget))
        .routes(routes!(searches::events))
        .routes(routes!(schemas::search))
        .routes(routes!(schemas::show))
        .routes(routes!(consents::list))
        .routes(routes!(consents::show))
        .routes(routes!(consents::decide))
        .routes(routes!(consents::sessions))
        .routes(routes!(trail::show))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::show))
        .routes(routes!(sessions::post_message, sessions::messages))
        .routes(routes!(sessions::events))
        .routes(routes!(commitments::list))
        .routes(routes!(commitments::show))
        .routes(routes!(commitments::bundle))
        .routes(routes!(accounts::show))
        .routes(routes!(accounts::entries))
        .routes(routes!(accounts::settled))
        .routes(routes!(disputes::list))
        .routes(routes!(disputes::show))
        .routes(routes!(disputes::statements))
        .routes(routes!(disputes::bundle))
        .routes(routes!(disputes::rule))
        .routes(routes!(trust::assess))
        .routes(routes!(trust::history))
        .routes(routes!(trust::profile))
        .routes(routes!(receipts::show))
        .routes(routes!(oauth::token))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::tile))
        .routes(routes!(log::inclusion))
        .routes(routes!(log::consistency))
        .routes(routes!(wellknown::configuration))
        .routes(routes!(cards::of_node))
        .routes(routes!(cards::did))
        .routes(routes!(openapi::document))
        .routes(routes!(page::docs))
        .routes(routes!(spec::show))
        .routes(routes!(spec::differences))
        .routes(routes!(people::list))
        .routes(routes!(people::show, people::remove))
        .routes(routes!(people::invite))
        .routes(routes!(people::accept))
        .routes(routes!(people::link))
        .routes(routes!(people::me))
        .routes(routes!(people::node))
        .routes(routes!(signin::open))
        .routes(routes!(signin::ways, signin::sign_in))
        .routes(routes!(oidc::go))
        .routes(routes!(oidc::back))
        .routes(routes!(signin::open_invitation))
        .routes(routes!(signin::join))
        .routes(routes!(signin::sign_out))
        .routes(routes!(probe::healthz))
        .routes(routes!(probe::readyz))
        .routes(routes!(metrics::show))
        .merge(console::routes())
        .merge(told())
}

/// What happens, as it happens, and what has happened; what sealed sessions need beside the log; and all of it for models.
fn told() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(mcp::post))
        .routes(routes!(traces::show))
        .routes(routes!(traces::digest))
        .routes(routes!(events::follow))
        .routes(routes!(events::open))
        .routes(routes!(inbox::groups))
        .routes(routes!(inbox::lease))
        .routes(routes!(inbox::confirm))
        .routes(routes!(inbox::refuse))
        .routes(routes!(inbox::dead))
        .routes(routes!(inbox::replay))
        .routes(routes!(inbox::discard))
        .routes(routes!(inbox::forget))
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::show, webhooks::remove))
        .routes(routes!(webhooks::key))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::resume))
        .routes(routes!(webhooks::dead, webhooks::replay))
        .routes(routes!(a2a::post, a2a::get, a2a::delete))
        .routes(routes!(chunks::put, chunks::get))
        .routes(routes!(packages::claim))
}

/// What describes the routes, made once.
pub(crate) fn pages() -> Pages {
    let (_, described): (Router<Arc<App>>, _) = routes().split_for_parts();
    Pages::of(&described)
}

/// The router with its layers; a request passes them from the last to the first.
pub(crate) fn router(app: Arc<App>) -> Router {
    let (router, _) = routes().split_for_parts();
    #[cfg(feature = "misbehave")]
    let router = router.layer(from_fn_with_state(Arc::clone(&app), crate::misbehave::tampered));
    router
        // ASP-API-003
        .fallback(async || Denial::from(Code::NotFound))
        .method_not_allowed_fallback(async || Denial::from(Code::MethodNotAllowed))
        .layer(from_fn_with_state(Arc::clone(&app), within_share))
        .layer(from_fn_with_state(Arc::clone(&app), in_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&app), observed))
        .layer(axum::middleware::map_response(secured))
        .with_state(app)
}

/// No address asks for more than its share; who did, or its organisation, is told so after a pause.
async fn within_share(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let from = request.extensions().get::<Prefix>().copied();
    let response = match app.quotas.request(from, app.clock.now()) {
        Ok(()) => next.run(request).await,
        Err(rejection) => Denial::from(rejection).into_response(),
    };
    if response.status() == StatusCode::TOO_MANY_REQUESTS && !app.refusal_pause.is_zero() {
        let mut stopping = app.stopping.clone();
        tokio::select! {
            () = tokio::time::sleep(app.refusal_pause) => {}
            () = stopped(&mut stopping) => {}
        }
    }
    response
}

/// No answer takes for ever; what streams or polls bounds itself, and ends when the node stops.
async fn in_time(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let longest = app.request_timeout.saturating_add(waits(&request)).saturating_add(app.body_timeout);
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Denial::Full.into_response(),
    }
}

/// How long a request asks to wait at most; what it really waits is checked where it is read.
fn waits(request: &Request) -> Duration {
    let asks = request.uri().query().is_some_and(|query| query.contains("waitSeconds"));
    let path = request.uri().path();
    // What a message of another protocol asks for stands in its body.
    let speaks = path == mcp::PATH || path.starts_with(asp_core::a2a::BASE);
    if asks || speaks { extract::WAIT_MAX } else { Duration::ZERO }
}

/// A defect that a request met: told to the operator, not to who asked.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a request met a defect of the node");
    Denial::Internal.into_response()
}

/// Counts and logs each request once: its route, never what stands in it.
async fn observed(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let (status, elapsed) = (response.status(), began.elapsed());
    let code = response.extensions().get::<Told>().map(|told| told.0);
    app.metrics.count(status, elapsed, code);
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    tracing::debug!(%method, route, status = status.as_u16(), code = code.map(Code::as_str), ?elapsed, "answered");
    response
}

/// Headers that every answer has unless it has its own.
async fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let defaults: [(HeaderName, &'static str); 4] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, NOTHING_LOADS),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// An answer of a kind that is not JSON.
pub(crate) fn plain(kind: &'static str, body: impl Into<axum::body::Body>) -> Response {
    let kind = [(axum::http::header::CONTENT_TYPE, HeaderValue::from_static(kind))];
    (StatusCode::OK, kind, body.into()).into_response()
}
