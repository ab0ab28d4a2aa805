//! A node: HTTP over one store, from admission to delivery.
//!
//! [`Node::start`] opens the store and listens; [`Node::stop`] refuses what is new, lets what runs finish, and closes.
//! Rules are asp-core's, order and durability asp-store's; this crate moves statements, checks who reads, and wakes who
//! waits.
//!
//! Modules in reading order: [`config`], [`clock`] and `identity` (what a node is given), [`operator`] (who runs it),
//! `admission` and `reading` (the ways to the core and the store), `fetch` (the way out to names of others), `auth` (who reads), `http` (what can be asked),
//! `registry` (who is found), `quota`, `pace` and `share` (what one may ask for), `delivery` (who is woken),
//! `timers` (what time decides), `prober` (whether those who are listed are there), `domains` (whose domain is whose), `pins`
//! (whose card is where), `settlement` (money outside), `webhooks` (who is called), `attachments` (what files are shared in), `a2a` (agents for clients that speak A2A), `signed` (how those two sign), `refusals` (what was
//! not taken), `spans` (what a collector is told), `waiting` (what those wait for), `metrics` and `probe` (how it is).

pub mod acting;
pub mod clock;
pub mod config;
mod identity;
pub mod operator;

mod a2a;
mod admission;
mod attachments;
mod auth;
mod delivery;
mod domains;
mod fetch;
mod http;
mod metrics;
mod msgpack;
mod pace;
mod pins;
mod probe;
mod prober;
mod quota;
mod reading;
mod refusals;
mod registry;
mod settlement;
mod share;
mod signed;
mod spans;
mod timers;
mod waiting;
mod webhooks;

#[cfg(feature = "misbehave")]
pub mod misbehave;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use asp_core::key::{KeyId, SecretKey};
use asp_core::name::Origin;
use asp_core::position::Millis;
use asp_store::a2a::Desk;
use asp_store::chunks::Chunks;
use asp_store::inbox::Inboxes;
use asp_store::packages::Packages;
use asp_store::people::People;
use asp_store::probes::Probes;
use asp_store::saved::Searches;
use asp_store::webhooks::Webhooks;
use asp_store::{Fault, Identity, Settings, Store};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;

pub use a2a::{A2aClients, A2aClientsError};
pub use clock::{Clock, Stepper};
pub use config::{Config, ConfigError, Setting};
pub use fetch::{Allowances, NotAnAllowance};
pub use identity::IdentityError;
pub use share::{Domains, Factors, NotFactors};

use a2a::A2a;
use a2a::conformance::Cast;
use admission::Admission;
use attachments::Attachments;
use auth::Auth;
use auth::cookie::Cookies;
use auth::oidc::{Oidc, Settings as OidcSettings};
use auth::token::Bounds;
use delivery::Hub;
use domains::Sights;
use fetch::Fetch;
use http::App;
use http::places::{self, Places};
use prober::Schedule;
use quota::Quotas;
use reading::Reads;
use refusals::Refusals;
use settlement::Settlement;
use share::Levels;

/// The folder for data when nobody named one.
const DATA: &str = "assent-data";

/// A running node. Dropped without [`Node::stop`] it stops too, but nobody waits for it.
#[derive(Debug)]
pub struct Node {
    app: Arc<App>,
    address: SocketAddr,
    stopping: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Node {
    /// Starts a node on the operating system's clock. Port 0 takes any that is free; see [`Node::address`].
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_at(config, Clock::system()).await
    }

    /// Starts a node on a clock of the caller's.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start_at(config: Config, clock: Clock) -> Result<Self, StartError> {
        let public_url = config.public_url.clone().map(base).transpose()?;
        if config.a2a_conformance && !config.listen.ip().is_loopback() {
            return Err(StartError::Conformance { address: config.listen });
        }
        let Opened { identity, stores } = open(&config, &clock).await?;
        let listen =
            |error: std::io::Error| StartError::Listen { address: config.listen, detail: error.to_string() };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (stopping, stop) = watch::channel(false);
        let key = identity.key.clone();
        let app = Arc::new(app(&config, clock, stores, key, address, public_url, stop.clone())?);
        let mut tasks = JoinSet::new();
        let router = http::router(Arc::clone(&app));
        tasks.spawn(http::listen::run(
            listener,
            router,
            (bounds(&config), Arc::clone(&app.places)),
            stop.clone(),
        ));
        tasks.spawn(Arc::clone(&app.hub).run(Arc::clone(&app.reads), app.store.watch(), stop));
        if let Some(class) = http::usual_class() {
            tasks.spawn(share::run(Arc::clone(&app), class, app.stopping.clone()));
        }
        let every = Millis(config.domain_check_ms);
        tasks.spawn(domains::run(Arc::clone(&app), identity.key.clone(), every));
        tasks.spawn(pins::run(Arc::clone(&app), Millis(config.card_check_ms)));
        tasks.spawn(timers::run(Arc::clone(&app), identity.key));
        tasks.spawn(settlement::run(Arc::clone(&app)));
        tasks.spawn(prober::run(Arc::clone(&app)));
        tasks.spawn(spans::run(Arc::clone(&app), config.otlp_endpoint.clone()));
        tasks.spawn(webhooks::run(Arc::clone(&app)));
        tasks.spawn(attachments::run(Arc::clone(&app)));
        tasks.spawn(a2a::run(Arc::clone(&app)));
        if let Some(cast) = &app.a2a.cast {
            if let Err(denial) = cast.register(&app).await {
                tracing::error!(?denial, "who plays in the conformance kit of A2A is not registered");
            }
            tasks.spawn(a2a::conformance::run(Arc::clone(&app)));
        }
        tracing::info!(%address, origin = %app.store.origin(), "listening");
        Ok(Self { app, address, stopping, tasks })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How it is reached: the address that was configured, else where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.app.url()
    }

    /// The name of its log.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.app.store.origin()
    }

    /// The key that signs its receipts and checkpoints.
    #[must_use]
    pub fn node_key(&self) -> KeyId {
        self.app.store.node_key()
    }

    /// Its store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// Its HTTP without the network: for surfaces in the same process, which get what strangers get.
    pub fn router(&self) -> axum::Router {
        http::router(Arc::clone(&self.app))
    }

    /// Stops in order: takes nothing new, ends what waits, lets what runs finish, makes durable what was taken in.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        while let Some(task) = self.tasks.join_next().await {
            if let Err(error) = task {
                tracing::error!(%error, "a task of the node ended badly");
            }
        }
        let app = self.app;
        let closing = move || {
            app.admission.stop();
            app.store.stop();
        };
        if let Err(error) = tokio::task::spawn_blocking(closing).await {
            tracing::error!(%error, "the store ended badly; what was acknowledged is durable");
        }
        tracing::info!("stopped");
    }
}

/// Waits until the node stops, or is not there any more.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that nobody is left who could say so.
    drop(stopping.wait_for(|stopping| *stopping).await);
}

/// The address by which a node is known, without a slash at its end.
fn base(url: String) -> Result<String, StartError> {
    if auth::dpop::is_base(&url) {
        Ok(url.trim_end_matches('/').to_owned())
    } else {
        Err(StartError::PublicUrl { url })
    }
}

/// What is in the folder of a node.
struct Opened {
    identity: Identity,
    stores: Stores,
}

/// The log, and what is kept beside it.
struct Stores {
    store: Store,
    people: People,
    searches: Searches,
    probes: Probes,
    inboxes: Inboxes,
    webhooks: Webhooks,
    desk: Desk,
    chunks: Chunks,
    packages: Packages,
}

async fn open(config: &Config, clock: &Clock) -> Result<Opened, StartError> {
    let named = !config.data.as_os_str().is_empty();
    let folder = if named { config.data.clone() } else { PathBuf::from(DATA) };
    let (origin, clock) = (config.origin.clone(), clock.of_store());
    let settings = Settings {
        batch_max: config.batch_max,
        queue_max: config.queue_max,
        readers: config.readers,
        streams_cached: config.streams_cached,
    };
    let open = move || -> Result<Opened, StartError> {
        let identity = identity::load(&folder, origin.as_ref()).map_err(StartError::Identity)?;
        let store = Store::open(&folder, identity.clone(), clock, settings).map_err(StartError::Store)?;
        let people = People::open(&folder).map_err(StartError::Store)?;
        let searches = Searches::open(&folder).map_err(StartError::Store)?;
        let probes = Probes::open(&folder).map_err(StartError::Store)?;
        let size = store.read(|reader| reader.size()).map_err(StartError::Store)?;
        let inboxes = Inboxes::open(&folder, size).map_err(StartError::Store)?;
        let webhooks = Webhooks::open(&folder).map_err(StartError::Store)?;
        let desk = Desk::open(&folder).map_err(StartError::Store)?;
        let chunks = Chunks::open(&folder).map_err(StartError::Store)?;
        let packages = Packages::open(&folder).map_err(StartError::Store)?;
        let stores = Stores { store, people, searches, probes, inboxes, webhooks, desk, chunks, packages };
        Ok(Opened { identity, stores })
    };
    let opened = tokio::task::spawn_blocking(open).await;
    opened.unwrap_or_else(|error| Err(StartError::Threads { detail: error.to_string() }))
}

fn app(
    config: &Config,
    clock: Clock,
    stores: Stores,
    key: SecretKey,
    address: SocketAddr,
    public_url: Option<String>,
    stopping: watch::Receiver<bool>,
) -> Result<App, StartError> {
    let Stores { store, people, searches, probes, inboxes, webhooks, desk, chunks, packages } = stores;
    let tokens = Bounds {
        tokens: config.tokens_max,
        tokens_per_party: config.tokens_per_party_max,
        proofs: config.proofs_max,
    };
    // Without TLS a cookie is for whoever uses this machine; that a proxy has it is for `public_url` to say.
    let secure = public_url.as_ref().map_or(!address.ip().is_loopback(), |url| url.starts_with("https:"));
    let levels = Arc::new(Levels::new(config.trusted_organisations.clone(), config.level_factors));
    let quotas = Arc::new(Quotas::new(shares(config), Arc::clone(&levels)));
    let refusals = Arc::new(Refusals::default());
    Ok(App {
        quotas: Arc::clone(&quotas),
        cookies: Cookies { secure },
        oidc: provider(config)?,
        settlement: Settlement::read(config).map_err(|detail| StartError::Settlement { detail })?,
        settlement_moved: Notify::new(),
        folder: config.data.clone(),
        settings: config.values(),
        reads: Arc::new(Reads::new(store.clone(), config.readers, config.reads_waiting_max)),
        admission: Admission::start(
            (config.admission_threads, config.admission_queue_max),
            &store,
            (quotas, clock.clone(), Arc::clone(&refusals)),
        )
        .map_err(|error| StartError::Threads { detail: error.to_string() })?,
        refusals,
        fetch: Fetch::new(outbound(config)).map_err(|detail| StartError::Outbound { detail })?,
        auth: Auth::new(store.origin().clone(), clock.clone(), tokens, Arc::new(people)),
        probes: Arc::new(probes),
        inboxes: Arc::new(inboxes),
        schedule: Schedule::of(config),
        hub: Hub::new(delivery::Bounds {
            all: config.subscribers_max,
            party: config.subscribers_per_party_max,
            organisation: config.subscribers_per_organisation_max,
            address: config.subscribers_per_address_max,
        }),
        places: Arc::new(Places::new(places::Bounds {
            all: config.connections_max,
            of_one: config.address_connections_max,
        })),
        levels,
        refusal_pause: Duration::from_millis(config.refusal_pause_ms),
        sights: Sights::default(),
        published: config.organisation_document.as_deref().map(domains::published).transpose()?,
        metrics: metrics::Metrics::new(),
        pages: http::pages(),
        assessing: Arc::new(Semaphore::new(1)),
        scores: Arc::new(registry::Scores::default()),
        saved: Arc::new(registry::Saved::new(searches)),
        webhooks: Arc::new(webhooks),
        webhooks_moved: Notify::new(),
        a2a: A2a::new(desk, config.a2a_conformance.then(|| Cast::of(&key)).flatten()),
        attachments: Attachments::new(chunks, Millis(config.chunks_keep_ms)),
        packages: Arc::new(packages),
        started: clock.now(),
        bodies: Arc::new(Semaphore::new(http::blocks(config.bodies_bytes_max))),
        body_timeout: Duration::from_millis(config.body_timeout_ms),
        request_timeout: Duration::from_millis(config.request_timeout_ms),
        store,
        clock,
        stopping,
        address,
        public_url,
        key,
    })
}

const fn shares(config: &Config) -> quota::Bounds {
    quota::Bounds {
        statements_per_second: config.organisation_statements_per_second,
        pending: config.organisation_pending_max,
        requests_per_second: config.address_requests_per_second,
        reads_per_second: config.organisation_requests_per_second,
        chunks_per_second: config.organisation_chunks_per_second,
        chunk_bytes: config.organisation_chunks_bytes_max,
        chunk_bytes_in_all: config.chunks_bytes_max,
        registrations_per_hour: config.address_registrations_per_hour,
        registrations_in_all: config.registrations_per_hour,
        half_open: config.half_open_max,
        half_open_per_pair: config.half_open_per_pair_max,
    }
}

fn provider(config: &Config) -> Result<Option<Oidc>, StartError> {
    let settings = OidcSettings::read(config).map_err(|detail| StartError::Provider { detail })?;
    let unready = |_| StartError::Provider { detail: "no client for it can be made".to_owned() };
    settings.map(Oidc::new).transpose().map_err(unready)
}

fn outbound(config: &Config) -> fetch::Bounds {
    let allow = config.fetch_allow.clone();
    fetch::Bounds {
        // Who tries a node listens on the same machine.
        allow: if config.a2a_conformance { allow.and_this_machine() } else { allow },
        name_server: config.name_server,
        roots: config.fetch_roots.clone(),
        timeout: Duration::from_millis(config.fetch_timeout_ms),
        at_once: config.fetches_max,
    }
}

fn bounds(config: &Config) -> http::listen::Bounds {
    http::listen::Bounds {
        header: Duration::from_millis(config.header_timeout_ms),
        stall: Duration::from_millis(config.stall_timeout_ms),
        stop: Duration::from_millis(config.stop_timeout_ms),
    }
}

/// Why a node did not start. Nothing listens, and nothing was written besides a new key and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartError {
    /// Nobody can say who the node is.
    Identity(IdentityError),
    /// The store cannot be opened.
    Store(Fault),
    /// The public address is no `http:` or `https:` URL without query, fragment and user.
    PublicUrl {
        /// What the settings say.
        url: String,
    },
    /// The address cannot be listened on.
    Listen {
        /// Which.
        address: SocketAddr,
        /// In the words of the operating system.
        detail: String,
    },
    /// A node that plays in the conformance kit of A2A may reach its own machine, so nobody else may reach it.
    Conformance {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// The document with the organisation's keys cannot be read.
    Document {
        /// Which file.
        path: PathBuf,
        /// Why, in words.
        detail: String,
    },
    /// The provider of identities is not set as one.
    Provider {
        /// What is wrong.
        detail: String,
    },
    /// The settlement provider is not set as one.
    Settlement {
        /// What is wrong.
        detail: String,
    },
    /// No requests can be made to others.
    Outbound {
        /// Why, in words.
        detail: String,
    },
    /// No threads can be started.
    Threads {
        /// In the words of the operating system.
        detail: String,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(error) => error.fmt(f),
            Self::Store(fault) => fault.fmt(f),
            Self::PublicUrl { url } => {
                write!(f, "{url} is no address of a node: http or https, without query, fragment or user")
            }
            Self::Listen { address, detail } => write!(f, "cannot listen on {address}: {detail}"),
            Self::Conformance { address } => {
                write!(
                    f,
                    "a node that is tried by the conformance kit of A2A listens on this machine alone, not on {address}"
                )
            }
            Self::Document { path, detail } => {
                write!(f, "{} is not what `assent org publish` prints: {detail}", path.display())
            }
            Self::Provider { detail } => write!(f, "the provider of identities: {detail}"),
            Self::Settlement { detail } => write!(f, "the settlement provider: {detail}"),
            Self::Outbound { detail } => write!(f, "no outbound requests can be made: {detail}"),
            Self::Threads { detail } => write!(f, "no threads can be started: {detail}"),
        }
    }
}

impl std::error::Error for StartError {}
