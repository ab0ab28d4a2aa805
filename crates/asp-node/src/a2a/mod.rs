//! A2A 1.0: agents of the log as A2A agents, for clients that know nothing of it.
//!
//! A task is a session that the client's agent opened; a message is what that agent says there, signed with its key, which
//! its owner left at the node for this, and taken in as every other statement is. What follows from the log is read from it;
//! the rest (who the clients are, their messages, where they are told) is kept beside it by `asp-store`.
//!
//! In reading order: `wire` (what is said), `act` (what a message says in a session), `course` (a session as a task), `talk` (saying
//! it), `follow` (being told as it happens), `push` (being told elsewhere), `conformance` (an agent that plays a test's part). The
//! two bindings are in `http/a2a`.

pub(crate) mod act;
pub(crate) mod conformance;
pub(crate) mod course;
pub(crate) mod follow;
pub(crate) mod push;
pub(crate) mod talk;
pub(crate) mod wire;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use asp_core::key::SecretKey;
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::Hash;
use asp_store::Fault;
use asp_store::a2a::{Client, ClientId, Desk, NotKept};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::http::App;
use crate::identity;
use crate::stopped;
use crate::waiting::{grown, reached};
use conformance::Cast;
use push::Pushing;

/// What a token of a client begins with, so that one that was lost is known for what it is.
const TOKEN: &str = "a2a_";
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;
/// The pause before what the node had no room for is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// Entries that one question to the store spans.
const SPAN_MAX: u64 = 4096;

/// What a node has for A2A.
#[derive(Debug)]
pub(crate) struct A2a {
    pub(crate) desk: Desk,
    /// That something waits, or that somebody is to be told elsewhere.
    pub(crate) moved: Notify,
    /// The messages of clients that are being said.
    saying: Mutex<BTreeSet<(ClientId, Hash)>>,
    /// Who plays in the conformance kit, if somebody does.
    pub(crate) cast: Option<Cast>,
}

impl A2a {
    pub(crate) const fn new(desk: Desk, cast: Option<Cast>) -> Self {
        Self { desk, moved: Notify::const_new(), saying: Mutex::new(BTreeSet::new()), cast }
    }
}

/// A message that is being said; the same is not said a second time meanwhile.
#[derive(Debug)]
pub(crate) struct Saying {
    app: Arc<App>,
    message: (ClientId, Hash),
}

impl Saying {
    /// Begins to say a message of a client; none if somebody does already.
    pub(crate) fn begin(app: &Arc<App>, message: (ClientId, Hash)) -> Option<Self> {
        let mut saying = app.a2a.saying.lock().unwrap_or_else(PoisonError::into_inner);
        saying.insert(message).then(|| Self { app: Arc::clone(app), message })
    }
}

impl Drop for Saying {
    fn drop(&mut self) {
        self.app.a2a.saying.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.message);
    }
}

/// The hash by which a token is known.
pub(crate) fn token_hash(token: &str) -> Hash {
    Hash::of(&[b"asp a2a token\0", token.as_bytes()])
}

/// Clients of a node that have no key of their own, by its folder: whoever has the folder runs the node. It may be running.
#[derive(Debug)]
pub struct A2aClients {
    desk: Desk,
}

/// Why nothing was done about the clients of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum A2aClientsError {
    /// No node has this folder.
    NoNode {
        /// Which.
        folder: std::path::PathBuf,
    },
    /// There are as many as may be.
    Full,
    /// They cannot be read or written.
    Store(Fault),
    /// The operating system has no random bytes.
    NoRandomness,
}

impl std::fmt::Display for A2aClientsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoNode { folder } => write!(f, "no node has the folder {}", folder.display()),
            Self::Full => f.write_str("there are as many A2A clients as may be"),
            Self::Store(fault) => fault.fmt(f),
            Self::NoRandomness => f.write_str("the operating system has no random bytes"),
        }
    }
}

impl std::error::Error for A2aClientsError {}

impl A2aClients {
    /// Those of the node in a folder.
    ///
    /// # Errors
    /// See [`A2aClientsError`].
    pub fn of(folder: &Path) -> Result<Self, A2aClientsError> {
        if !identity::is_in(folder) {
            return Err(A2aClientsError::NoNode { folder: folder.to_owned() });
        }
        Desk::open(folder).map(|desk| Self { desk }).map_err(A2aClientsError::Store)
    }

    /// Adds a client that speaks as an agent with the agent's key, which is kept; gives its id and the token that it shows.
    ///
    /// # Errors
    /// See [`A2aClientsError`].
    pub fn add(
        &self,
        agent: &AgentUri,
        key: &SecretKey,
        name: &str,
    ) -> Result<(ClientId, String), A2aClientsError> {
        let (mut id, mut secret) = ([0; 16], [0; TOKEN_BYTES]);
        let filled = getrandom::fill(&mut id).and_then(|()| getrandom::fill(&mut secret));
        filled.map_err(|_| A2aClientsError::NoRandomness)?;
        let token = format!("{TOKEN}{}", URL_SAFE_NO_PAD.encode(secret));
        let client = Client {
            id: ClientId(id),
            agent: agent.clone(),
            key: key.clone(),
            name: name.to_owned(),
            created: Clock::system().now(),
        };
        self.desk.add(&client, &token_hash(&token)).map_err(|not_kept| match not_kept {
            NotKept::Full => A2aClientsError::Full,
            NotKept::Fault(fault) => A2aClientsError::Store(fault),
        })?;
        Ok((client.id, token))
    }

    /// All of them.
    ///
    /// # Errors
    /// See [`A2aClientsError`].
    pub fn list(&self) -> Result<Vec<Client>, A2aClientsError> {
        self.desk.clients().map_err(A2aClientsError::Store)
    }

    /// Removes one, with the key; whether there was one.
    ///
    /// # Errors
    /// See [`A2aClientsError`].
    pub fn remove(&self, id: ClientId) -> Result<bool, A2aClientsError> {
        self.desk.remove(id).map_err(A2aClientsError::Store)
    }
}

/// The task's whole life: says what waits for agents to come in, and tells clients elsewhere. Until the node stops.
pub(crate) async fn run(app: Arc<App>) {
    let (mut stopping, mut size) = (app.stopping.clone(), app.store.watch());
    let mut seen = *size.borrow_and_update();
    let mut pushing = Pushing::default();
    // At the start everything is looked at once.
    let mut moved: Option<BTreeSet<Hash>> = None;
    talk::forget_lost(&app).await;
    while !app.is_stopping() {
        let waits = talk::carry(&app, moved.as_ref()).await;
        pushing.begin(&app, moved.as_ref()).await;
        let due = pushing.due();
        moved = Some(BTreeSet::new());
        tokio::select! {
            () = pushing.ended() => {}
            () = grown(&mut size) => {}
            () = app.a2a.moved.notified() => moved = None,
            () = tokio::time::sleep(PAUSE), if waits => moved = None,
            () = reached(&app.clock, due) => {}
            () = stopped(&mut stopping) => {}
        }
        let now = *size.borrow_and_update();
        if let Some(moved) = &mut moved {
            moved.extend(sessions_moved(&app, seen, now).await);
        }
        seen = now;
    }
    pushing.stop().await;
}

/// The sessions that have entries in a span of the log.
async fn sessions_moved(app: &Arc<App>, mut from: u64, to: u64) -> BTreeSet<Hash> {
    let mut moved = BTreeSet::new();
    while from < to {
        let end = to.min(from.saturating_add(SPAN_MAX));
        match app.reads.wait_and_run(move |reader| Ok(reader.streams_moved(from, end)?)).await {
            Ok(streams) => moved.extend(streams.into_iter().filter_map(|stream| match stream {
                StreamId::Session(id) => Some(id),
                StreamId::Org(_)
                | StreamId::Agent(_)
                | StreamId::Consent(_)
                | StreamId::Account(_)
                | StreamId::Dispute(_) => None,
            })),
            Err(denial) => tracing::warn!(?denial, from, end, "which sessions moved is not known"),
        }
        from = end;
    }
    moved
}
