//! What a node tells: statements with their place in the log, the chain that they form, who could sign them, and what follows.

use std::sync::{Mutex, PoisonError};

use asp_core::bundle;
use asp_core::key::KeyId;
use asp_core::name::{Issuer, Origin};
use asp_core::position::{Hash, LogPoint, LogTime, Position, Sequence};
use asp_core::reading::{self, keys_of, signed_by_issuer};
use asp_core::statement::{Received, Signature, Verified};
use asp_core::stream::KeyHistory;
use pyo3::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fault::{parsed, unverifiable, value};

/// A statement as the log has it, its signatures verified.
#[pyclass(frozen, module = "assent._core")]
pub(crate) struct Logged {
    verified: Verified,
    at: LogPoint,
}

/// The same as it is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    log_index: Position,
    log_time: LogTime,
    hash: Hash,
    statement: Box<RawValue>,
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    messages: Vec<Told>,
    #[serde(default)]
    next_after: Option<u64>,
}

#[derive(Deserialize)]
struct Lease {
    #[serde(default)]
    lease: Option<String>,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    attempt: usize,
    message: Told,
}

impl Logged {
    /// A verified statement at its place.
    pub(crate) const fn new(verified: Verified, at: LogPoint) -> Self {
        Self { verified, at }
    }

    /// The statement, and its place.
    pub(crate) const fn said(&self) -> (&Verified, LogPoint) {
        (&self.verified, self.at)
    }
}

impl Told {
    fn verified(self) -> PyResult<Logged> {
        let strange = |rejection| unverifiable(format_args!("a message: {rejection}"));
        let received = Received::from_parts(self.statement.get().as_bytes(), self.signatures);
        let verified =
            received.and_then(Received::read).and_then(|signed| signed.verify()).map_err(strange)?;
        if verified.statement().hash != self.hash {
            return Err(unverifiable("a message under another's hash"));
        }
        Ok(Logged { verified, at: LogPoint { index: self.log_index, time: self.log_time } })
    }
}

#[pymethods]
impl Logged {
    /// Its index in the log.
    #[getter]
    fn log_index(&self) -> u64 {
        self.at.index.0
    }

    /// When the node took it in.
    #[getter]
    fn log_time(&self) -> String {
        self.at.time.to_string()
    }

    /// `sha256:…`
    #[getter]
    fn hash(&self) -> String {
        self.verified.statement().hash.to_string()
    }

    /// The statement: canonical JSON.
    #[getter]
    fn json(&self) -> String {
        String::from_utf8_lossy(self.verified.statement().bytes()).into_owned()
    }

    /// The performative, or the kind of statement elsewhere.
    #[getter]
    fn kind(&self) -> &'static str {
        self.verified.statement().kind.as_str()
    }

    /// Who said it.
    #[getter]
    fn issuer(&self) -> String {
        self.verified.statement().issuer.to_string()
    }

    /// Its stream, with the id that an opening statement gives it.
    #[getter]
    fn stream(&self) -> String {
        self.verified.statement().stream.to_string()
    }

    /// Its place in its stream.
    #[getter]
    fn sequence(&self) -> u64 {
        self.verified.statement().sequence.0
    }

    /// The log that it is meant for.
    #[getter]
    fn audience(&self) -> String {
        self.verified.statement().audience.to_string()
    }

    /// Whether something of it is for the members of its session's group alone.
    #[getter]
    fn is_sealed(&self) -> bool {
        self.verified.statement().seal.is_some()
    }

    /// The streams that have to be known to judge it.
    fn needs(&self) -> Vec<String> {
        bundle::needs(self.verified.statement()).iter().map(ToString::to_string).collect()
    }

    /// Whether this key signed it.
    fn signed_by(&self, key: &str) -> PyResult<bool> {
        Ok(self.verified.signed_by(&parsed("a key", key)?))
    }
}

fn told<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> PyResult<T> {
    serde_json::from_slice(bytes).map_err(value)
}

/// A message that an event tells.
#[pyfunction]
fn read_message(bytes: &[u8]) -> PyResult<Logged> {
    told::<Told>(bytes)?.verified()
}

/// A page of a stream, and after what the next begins.
#[pyfunction]
fn read_page(bytes: &[u8]) -> PyResult<(Vec<Logged>, Option<u64>)> {
    let page: Page = told(bytes)?;
    let messages: PyResult<Vec<_>> = page.messages.into_iter().map(Told::verified).collect();
    Ok((messages?, page.next_after))
}

/// Messages with how often each was handed out.
type HandedOut = Vec<(usize, Logged)>;

/// What an inbox hands out: the lease, and each message with how often it was handed out.
#[pyfunction]
fn read_lease(bytes: &[u8]) -> PyResult<(Option<String>, HandedOut)> {
    let lease: Lease = told(bytes)?;
    let item = |item: Item| item.message.verified().map(|message| (item.attempt, message));
    let items: PyResult<HandedOut> = lease.items.into_iter().map(item).collect();
    Ok((lease.lease, items?))
}

/// Checks that messages are those of one stream and follow one another.
#[pyclass(frozen, module = "assent._core")]
struct Chain(Mutex<reading::Chain>);

#[pymethods]
impl Chain {
    #[new]
    #[pyo3(signature = (origin, stream, after=None))]
    fn new(origin: &str, stream: &str, after: Option<u64>) -> PyResult<Self> {
        let (origin, stream) = (parsed("an origin", origin)?, parsed("a stream", stream)?);
        Ok(Self(Mutex::new(reading::Chain::after(origin, stream, after.map(Sequence)))))
    }

    /// Takes the next message.
    fn take(&self, message: &Logged) -> PyResult<()> {
        let mut chain = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let statement = message.verified.statement();
        chain.check(statement, message.at.index).map_err(unverifiable)?;
        chain.take(statement, message.at.index);
        Ok(())
    }

    /// The last place that was taken.
    #[getter]
    fn last(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last().map(|last| last.0)
    }

    /// Sequence and hash of the last message that was taken.
    #[getter]
    fn head(&self) -> Option<(u64, String)> {
        let chain = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        chain.head().map(|head| (head.sequence.0, head.hash.to_string()))
    }
}

/// The keys of an issuer, as its own stream has them.
#[pyclass(frozen, module = "assent._core")]
struct Keys(KeyHistory);

#[pymethods]
impl Keys {
    /// Whether a message is signed with a key that was the issuer's at its place of the log.
    fn signed(&self, message: &Logged) -> bool {
        signed_by_issuer(&self.0, &message.verified, message.at.index)
    }

    /// The keys that sign for the issuer now, without those that it distrusts.
    fn current(&self) -> Vec<String> {
        self.0.live().map(ToString::to_string).collect()
    }
}

/// What follows from statements, judged from nothing in the order of the log.
#[pyclass(frozen, module = "assent._core")]
struct World(Mutex<Judged>);

struct Judged {
    world: asp_core::world::World,
    last: Option<Position>,
}

impl World {
    fn with<T>(&self, look: impl FnOnce(&mut Judged) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[pymethods]
impl World {
    #[new]
    fn new(origin: &str, node_key: &str) -> PyResult<Self> {
        let (origin, node_key): (Origin, KeyId) = (parsed("an origin", origin)?, parsed("a key", node_key)?);
        let world = asp_core::world::World::new(origin, node_key).without_trust();
        Ok(Self(Mutex::new(Judged { world, last: None })))
    }

    /// Judges the next message of the log.
    fn take(&self, message: &Logged) -> PyResult<()> {
        self.with(|judged| {
            if judged.last.is_some_and(|last| last >= message.at.index) {
                return Err(unverifiable("the order of the log is broken"));
            }
            let refused = |rejection| {
                unverifiable(format_args!(
                    "what the node tells at log index {}: {rejection}",
                    message.at.index
                ))
            };
            let accepted = judged.world.judge(&message.verified, message.at).map_err(refused)?;
            judged.world.apply(&accepted);
            judged.last = Some(message.at.index);
            Ok(())
        })
    }

    /// The keys of an agent or organisation; none if it is not registered.
    fn keys(&self, issuer: &str) -> PyResult<Option<Keys>> {
        let issuer: Issuer = parsed("an issuer", issuer)?;
        Ok(self.with(|judged| keys_of(&judged.world, &issuer).cloned().map(Keys)))
    }

    /// The state of a session.
    fn state(&self, session: &str) -> PyResult<Option<String>> {
        let id: Hash = parsed("a hash", session)?;
        Ok(self.with(|judged| judged.world.session(&id).map(|session| session.state().as_str().to_owned())))
    }

    /// The receipt that a CLOSE of a session has to carry now: JSON.
    fn receipt(&self, session: &str) -> PyResult<Option<String>> {
        let id: Hash = parsed("a hash", session)?;
        let receipt = self.with(|judged| judged.world.session(&id).map(asp_core::session::Session::receipt));
        receipt.map(|receipt| serde_json::to_string(&receipt).map_err(value)).transpose()
    }

    /// Sequence and hash of the head of a session's stream.
    fn head(&self, session: &str) -> PyResult<Option<(u64, String)>> {
        let id: Hash = parsed("a hash", session)?;
        let head = self.with(|judged| judged.world.session(&id).map(asp_core::session::Session::head));
        Ok(head.map(|head| (head.sequence.0, head.hash.to_string())))
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Logged>()?;
    module.add_class::<Chain>()?;
    module.add_class::<Keys>()?;
    module.add_class::<World>()?;
    module.add_function(wrap_pyfunction!(read_message, module)?)?;
    module.add_function(wrap_pyfunction!(read_page, module)?)?;
    module.add_function(wrap_pyfunction!(read_lease, module)?)
}
