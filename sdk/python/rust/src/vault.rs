//! An agent's vault: what it seals and opens in sessions that the node cannot read, and how its members know such a session.
//!
//! Whatever takes long runs while other threads of Python do. Nothing that is shown of a vault is secret.

use std::collections::BTreeMap;
use std::path::PathBuf;

use asp_api::{ClaimedPackage, ClaimedPackages, KeyPackageView, SessionView};
use asp_core::key::{KeyId, SecretKey as Key};
use asp_core::name::{AgentUri, Origin, StreamId};
use asp_core::position::{Hash, LogPoint, LogTime};
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, outline};
use asp_core::statement::body::{Body, KeyPackages, Mode};
use asp_core::statement::{Kind, Verified, draft};
use asp_seal::course::{Broken, Course, Known as Followed};
use asp_seal::disclosure::{self, Place};
use asp_seal::folder::Folder;
use asp_seal::package::KeyPackage;
use asp_seal::sealer::{self, Reading, Sealer};
use pyo3::prelude::*;
use zeroize::Zeroizing;

use crate::fault::{in_folder, in_vault, parsed, rejected, undisclosed, unverifiable, value};
use crate::keys::SecretKey;
use crate::reading::Logged;

/// The vault of one agent, in a folder or in memory alone.
#[pyclass(frozen, module = "assent._core")]
pub(crate) struct Vault(Folder);

/// A session as a member of its group knows it.
#[pyclass(frozen, module = "assent._core")]
struct Known {
    followed: Followed,
    said: BTreeMap<Hash, Said>,
}

/// What it takes to make a group the one that it has to be.
#[pyclass(frozen, module = "assent._core")]
struct Regrouping {
    session: Hash,
    how: sealer::Regrouping,
}

/// What a statement that does not speak for itself is to the agent.
enum Said {
    /// Its full body, as JSON.
    Opened(String),
    /// Sealed for a group in which the agent was not, or with keys that it has lost.
    Shut,
    /// It could not be read.
    Unreadable(Code),
}

impl Said {
    fn of(reading: Reading) -> Option<Self> {
        match reading {
            Reading::Clear => None,
            Reading::Opened(opened) => Some(Self::Opened(json(&opened.body))),
            Reading::Shut => Some(Self::Shut),
            Reading::Unreadable(code) => Some(Self::Unreadable(code)),
        }
    }
}

impl Vault {
    /// Does something with the sealer and keeps what has changed.
    fn kept<T>(&self, work: impl FnOnce(&mut Sealer) -> PyResult<T>) -> PyResult<T> {
        let mut open = self.0.open().map_err(in_folder)?;
        let done = work(open.sealer())?;
        open.save().map_err(in_folder)?;
        Ok(done)
    }

    /// What the keys of files follow from that are sent in a session.
    pub(crate) fn file_secret(&self, session: &Hash) -> PyResult<Zeroizing<[u8; 32]>> {
        self.kept(|sealer| sealer.file_secret(session).map_err(in_vault))
    }
}

#[pymethods]
impl Vault {
    /// In this folder, which is made when something is kept there; in memory alone if none is named.
    #[new]
    #[pyo3(signature = (agent, path=None))]
    fn new(agent: &str, path: Option<PathBuf>) -> PyResult<Self> {
        let agent: AgentUri = parsed("an agent", agent)?;
        Ok(Self(match path {
            Some(path) => Folder::new(agent, path),
            None => Folder::in_memory(agent),
        }))
    }

    /// Behind which statement of the agent's own stream it is to be looked for key packages that were published elsewhere.
    fn looked(&self, py: Python<'_>, origin: &str) -> PyResult<Option<u64>> {
        let origin: Origin = parsed("an origin", origin)?;
        let looked = py.detach(|| self.kept(|sealer| Ok(sealer.looked(&origin))))?;
        Ok(looked.map(|sequence| sequence.0))
    }

    /// The body of the statement that publishes key packages, if few are ready for others, or another vault has published since,
    /// as what was said in the agent's stream shows: JSON.
    fn publish(
        &self,
        py: Python<'_>,
        origin: &str,
        key: &SecretKey,
        said: Vec<Py<Logged>>,
    ) -> PyResult<Option<String>> {
        let (origin, key): (Origin, _) = (parsed("an origin", origin)?, &key.0);
        let said: Vec<_> = said.iter().map(|logged| logged.get().said().0.statement()).collect();
        let publish = |sealer: &mut Sealer| {
            sealer.saw(&origin, said);
            sealer.publish(&origin, key).map_err(in_vault)
        };
        let body = py.detach(|| self.kept(publish))?;
        Ok(body.as_ref().map(json))
    }

    /// Whether others could ever take the agent into their groups.
    fn has_packages(&self, py: Python<'_>) -> PyResult<bool> {
        py.detach(|| self.kept(|sealer| Ok(sealer.has_packages())))
    }

    /// Notes that the log has what `publish` gave.
    fn published(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| {
            self.kept(|sealer| {
                sealer.published();
                Ok(())
            })
        })
    }

    /// Judges and opens a session by its messages and those of all streams that it rests on, in the order of the log.
    fn follow(
        &self,
        py: Python<'_>,
        session: &str,
        origin: &str,
        node_key: &str,
        key: &SecretKey,
        messages: Vec<Py<Logged>>,
    ) -> PyResult<Known> {
        let id: Hash = parsed("a hash", session)?;
        let (origin, node_key): (Origin, KeyId) = (parsed("an origin", origin)?, parsed("a key", node_key)?);
        let (key, course) = (&key.0, Course::new(origin, node_key, id));
        let messages: Vec<(&Verified, LogPoint)> =
            messages.iter().map(|message| message.get().said()).collect();
        py.detach(|| self.kept(|sealer| followed(course, sealer, key, &id, &messages)))
    }

    /// Whether something can be sealed for the group of a session as it stands.
    fn is_ready(&self, py: Python<'_>, known: &Known, key: &SecretKey) -> PyResult<bool> {
        let (followed, key) = (&known.followed, &key.0);
        py.detach(|| self.kept(|sealer| Ok(followed.is_ready(sealer, key))))
    }

    /// What it takes to make the group the one that it has to be, or to give it new keys.
    fn regrouping(&self, py: Python<'_>, known: &Known, key: &SecretKey) -> PyResult<Regrouping> {
        let (followed, key) = (&known.followed, &key.0);
        let how = py.detach(|| self.kept(|sealer| Ok(followed.regrouping(sealer, key))))?;
        Ok(Regrouping { session: followed.outlined.id(), how })
    }

    /// The body of the group statement that does it, with what was claimed: agent, package, and who published it. JSON.
    fn regroup(
        &self,
        py: Python<'_>,
        regrouping: &Regrouping,
        key: &SecretKey,
        claimed: Vec<(String, String, Py<Logged>)>,
    ) -> PyResult<String> {
        let packages: Vec<KeyPackage> = claimed.iter().map(package).collect::<PyResult<_>>()?;
        let Regrouping { session, how } = regrouping;
        let key = &key.0;
        let body =
            py.detach(|| self.kept(|sealer| sealer.regroup(key, session, how, &packages).map_err(in_vault)))?;
        Ok(json(&body))
    }

    /// Forgets a group statement that the log has not taken in and will not.
    fn drop_pending(&self, py: Python<'_>, session: &str) -> PyResult<()> {
        let id: Hash = parsed("a hash", session)?;
        py.detach(|| self.kept(|sealer| sealer.drop_pending(&id).map_err(in_vault)))
    }

    /// What is to be signed in place of a body after the head, and what is sealed beside it: both JSON.
    fn seal(
        &self,
        py: Python<'_>,
        known: &Known,
        key: &SecretKey,
        kind: &str,
        body: &str,
    ) -> PyResult<(String, Option<String>)> {
        let (session, key, body) = (&known.followed.outlined, &key.0, read(kind, body)?);
        let (shown, seal) = py.detach(|| {
            self.kept(|sealer| sealer.seal(key, session, session.head(), body).map_err(in_vault))
        })?;
        Ok((json(&shown), seal.as_ref().map(json)))
    }

    /// What was sealed in a statement and opened here, shut to each of these keys: JSON; none if it was not opened.
    fn disclose(
        &self,
        py: Python<'_>,
        origin: &str,
        message: &Logged,
        to: Vec<String>,
    ) -> PyResult<Option<Vec<String>>> {
        let origin: Origin = parsed("an origin", origin)?;
        let to: Vec<KeyId> = to.iter().map(|key| parsed("a key", key)).collect::<PyResult<_>>()?;
        let (verified, _) = message.said();
        let statement = verified.statement();
        let StreamId::Session(session) = statement.stream else { return Ok(None) };
        let opened = py.detach(|| self.kept(|sealer| Ok(sealer.reading(statement))))?;
        let Reading::Opened(opened) = opened else { return Ok(None) };
        let place = Place { origin: &origin, session, statement: statement.hash };
        let shown = to.iter().map(|key| disclosure::disclose(key, &place, &opened).map_err(undisclosed));
        shown.map(|shown| shown.map(|shown| json(&shown))).collect::<PyResult<_>>().map(Some)
    }

    fn __repr__(&self) -> String {
        format!("<Vault of {}>", self.0.agent())
    }
}

#[pymethods]
impl Known {
    /// Who can read the session: `open`, `hybrid` or `sealed`.
    #[getter]
    fn mode(&self) -> &'static str {
        match self.followed.outlined.mode() {
            Mode::Open => "open",
            Mode::Hybrid => "hybrid",
            Mode::Sealed => "sealed",
        }
    }

    /// Its state, as the node knows it too.
    #[getter]
    fn state(&self) -> &'static str {
        self.followed.outlined.state().as_str()
    }

    /// Sequence and hash of the head of its stream.
    #[getter]
    fn head(&self) -> (u64, String) {
        let head = self.followed.outlined.head();
        (head.sequence.0, head.hash.to_string())
    }

    /// What could not be read, which nobody was told: the statements and why.
    #[getter]
    fn untold(&self) -> Vec<(String, &'static str)> {
        self.followed.untold.iter().map(|(hash, code)| (hash.to_string(), code.as_str())).collect()
    }

    /// The session as its members know it, in the JSON of the API.
    fn view(&self, py: Python<'_>) -> PyResult<String> {
        let session = &self.followed.inner;
        py.detach(|| serde_json::to_string(&SessionView::from(session)).map_err(value))
    }

    /// What is overdue at an instant of the node's clock although nothing was said of it: JSON.
    fn overdue(&self, now: &str) -> PyResult<String> {
        let now: LogTime = parsed("an instant", now)?;
        Ok(json(&self.followed.inner.breaches(now)))
    }

    /// What a statement is that does not speak for itself: `opened` and its body, `shut`, or `unreadable` and why.
    fn reading(&self, statement: &str) -> PyResult<Option<(&'static str, Option<String>)>> {
        let hash: Hash = parsed("a hash", statement)?;
        Ok(self.said.get(&hash).map(|said| match said {
            Said::Opened(body) => ("opened", Some(body.clone())),
            Said::Shut => ("shut", None),
            Said::Unreadable(code) => ("unreadable", Some(code.as_str().to_owned())),
        }))
    }

    /// Whether a body agrees to terms that could not be read.
    fn agrees_unread(&self, kind: &str, body: &str) -> PyResult<bool> {
        Ok(self.followed.agrees_unread(&read(kind, body)?))
    }

    /// Whether something in a body is for the group alone.
    fn is_secret(&self, kind: &str, body: &str) -> PyResult<bool> {
        let body = read(kind, body)?;
        Ok(outline(&body, self.followed.outlined.mode()) != body)
    }

    fn __repr__(&self) -> String {
        format!("<Known session {}>", self.followed.outlined.id())
    }
}

#[pymethods]
impl Regrouping {
    /// Whose key packages are needed.
    #[getter]
    fn packages_of(&self) -> Vec<String> {
        self.how.packages_of.iter().map(ToString::to_string).collect()
    }
}

fn followed(
    mut course: Course,
    sealer: &mut Sealer,
    key: &Key,
    id: &Hash,
    messages: &[(&Verified, LogPoint)],
) -> PyResult<Known> {
    for (verified, at) in messages {
        course.take(sealer, key, verified, *at).map_err(broken)?;
    }
    let followed = course.finish(sealer).map_err(broken)?;
    let own = messages.iter().map(|(verified, _)| verified.statement());
    let own = own.filter(|statement| statement.stream == StreamId::Session(*id));
    let said = own.filter_map(|statement| Some((statement.hash, Said::of(sealer.reading(statement))?)));
    Ok(Known { said: said.collect(), followed })
}

fn broken(broken: Broken) -> PyErr {
    match broken {
        Broken::Fault(fault) => in_vault(fault),
        Broken::Refused { .. } | Broken::NoBeginning => unverifiable(broken),
    }
}

fn json(what: &impl serde::Serialize) -> String {
    String::from_utf8_lossy(&draft::canonical(what)).into_owned()
}

fn read(kind: &str, body: &str) -> PyResult<Body> {
    let kind = Kind::named(kind).ok_or_else(|| value(format!("no type of statement: {kind:?}")))?;
    Body::from_json(kind, body).map_err(rejected)
}

/// A body with a salt in every package that it offers, so that the hashes of terms tell nothing of them: JSON.
#[pyfunction]
fn salted(kind: &str, body: &str) -> PyResult<String> {
    sealer::salted(read(kind, body)?).map(|body| json(&body)).map_err(in_vault)
}

/// A key package as it was published by the agent that it is of.
fn package((agent, content, published): &(String, String, Py<Logged>)) -> PyResult<KeyPackage> {
    let (agent, content): (AgentUri, Opaque) =
        (parsed("an agent", agent)?, parsed("a key package", content)?);
    let (said, _) = published.get().said();
    let key = said.signatures().first().map(|signature| signature.key_id);
    let key = key.ok_or_else(|| unverifiable("an unsigned key package"))?;
    KeyPackage::read(content.bytes(), &agent, &key).map_err(unverifiable)
}

/// What was claimed of one agent: the package and the statement that published it, if it has one.
type Claimed = (String, Option<(String, Logged)>);

/// What was claimed of these agents. Who signed the statements is to be checked.
#[pyfunction]
fn read_claimed(bytes: &[u8], agents: Vec<String>) -> PyResult<Vec<Claimed>> {
    let ClaimedPackages { claimed } = serde_json::from_slice(bytes).map_err(value)?;
    if !claimed.iter().map(|one| one.agent.to_string()).eq(agents) {
        return Err(unverifiable("key packages of other agents"));
    }
    claimed.into_iter().map(published).collect()
}

fn published(claimed: ClaimedPackage) -> PyResult<Claimed> {
    let ClaimedPackage { agent, package, statement } = claimed;
    let Some(package) = package else { return Ok((agent.to_string(), None)) };
    let message = statement.ok_or_else(|| unverifiable("a key package that nobody published"))?;
    let said = message.verify().map_err(unverifiable)?;
    if said.statement().stream != StreamId::Agent(agent.clone()) || !publishes(&said, &package) {
        return Err(unverifiable("a key package that its agent did not publish"));
    }
    let at = LogPoint { index: message.log_index, time: message.log_time };
    Ok((agent.to_string(), Some((package.content, Logged::new(said, at)))))
}

/// Whether a statement publishes a package.
fn publishes(said: &Verified, package: &KeyPackageView) -> bool {
    let Body::AgentKeypackagePublish(KeyPackages { packages }) = &said.statement().body else { return false };
    packages.iter().any(|one| {
        one.hash() == package.hash
            && one.content.to_string() == package.content
            && one.last_resort.is_some() == package.last_resort
    })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Vault>()?;
    module.add_class::<Known>()?;
    module.add_class::<Regrouping>()?;
    module.add_function(wrap_pyfunction!(salted, module)?)?;
    module.add_function(wrap_pyfunction!(read_claimed, module)?)
}
