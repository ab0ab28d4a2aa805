//! A node: takes statements in over HTTP, delivers what was said, keeps deadlines. Moves statements and judges none.
//!
//! Modules in reading order: [`config`], `identity` and `clock` (what the outside gives), `admission` (bytes to
//! statements), `timers` (what time alone decides), `auth` (who reads), `delivery` (who is woken), `http`.

pub mod config;

mod admission;
mod auth;
mod clock;
mod delivery;
mod http;
mod identity;
mod timers;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use asp_core::key::KeyId;
use asp_core::name::Origin;
use asp_store::{Clock, Fault, Settings, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use config::Config;

use admission::Admission;
use auth::Auth;
use delivery::Hub;
use http::Shared;

/// A node that runs.
#[derive(Debug)]
pub struct Node {
    address: SocketAddr,
    url: String,
    store: Store,
    router: axum::Router,
    stopping: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Why a node did not start.
#[derive(Debug)]
pub enum StartError {
    /// The store cannot be used.
    Store(Fault),
    /// The node's key or the data folder cannot be used.
    Identity(String),
    /// The address cannot be listened on.
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(fault) => fault.fmt(f),
            Self::Identity(why) => f.write_str(why),
            Self::Listen { address, error } => write!(f, "cannot listen on {address}: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl Node {
    /// Opens the store, starts the timers and listens. A first start makes the folder, the key and the log's name.
    ///
    /// # Errors
    /// See [`StartError`]; nothing runs then.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_at(config, clock::system()).await
    }

    /// [`Node::start`] with another clock: for tests that step the time.
    ///
    /// # Errors
    /// As [`Node::start`].
    pub async fn start_at(config: Config, clock: Clock) -> Result<Self, StartError> {
        let identity = identity::load_or_create(&config.data, config.origin.as_ref())?;
        let key = identity.key.clone();
        let settings = Settings { queue_max: config.queue_max, ..Settings::default() };
        let (folder, of_store) = (config.data.clone(), Arc::clone(&clock));
        let opened =
            tokio::task::spawn_blocking(move || Store::open(&folder, identity, of_store, settings)).await;
        let store =
            opened.map_err(|error| StartError::Identity(error.to_string()))?.map_err(StartError::Store)?;
        let listen = |error| StartError::Listen { address: config.listen, error };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));

        let (stopping, stopped) = watch::channel(false);
        let hub = Hub::default();
        let shared = Arc::new(Shared {
            admission: Admission::start(config.admission_queue_max),
            auth: Auth::new(config.public_url.clone()),
            clock: Arc::clone(&clock),
            hub: hub.clone(),
            store: store.clone(),
            stopping: stopped.clone(),
        });
        let router = http::router(shared);
        let server = axum::serve(tap(listener), router.clone());
        let mut ends = stopped.clone();
        let server = server.with_graceful_shutdown(async move {
            let _closed = ends.wait_for(|stop| *stop).await;
        });
        let tasks = vec![
            tokio::spawn(async move {
                if let Err(error) = server.await {
                    tracing::error!(%error, "the server ended");
                }
            }),
            tokio::spawn(delivery::run(hub, store.clone(), stopped.clone())),
            tokio::spawn(timers::run(store.clone(), key, clock, stopped)),
        ];
        tracing::info!(%address, origin = %store.origin(), "listening");
        Ok(Self { address, url, store, router, stopping, tasks })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that clients use.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The name of its log.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.store.origin()
    }

    /// The key that signs receipts and checkpoints.
    #[must_use]
    pub fn node_key(&self) -> KeyId {
        self.store.node_key()
    }

    /// Its store.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Its router, for callers in the same process.
    pub fn router(&self) -> axum::Router {
        self.router.clone()
    }

    /// Takes nothing more in, finishes what runs, makes what is queued durable, ends.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task ended badly");
            }
        }
        drop(self.router);
        let store = self.store;
        if let Err(error) = tokio::task::spawn_blocking(move || store.stop()).await {
            tracing::error!(%error, "the store ended badly");
        }
        tracing::info!("stopped");
    }
}

/// Small answers go out at once.
fn tap(listener: TcpListener) -> impl axum::serve::Listener<Addr = SocketAddr> {
    use axum::serve::ListenerExt as _;
    listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
    })
}
