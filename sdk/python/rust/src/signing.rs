//! Statements: made and signed, or read from an envelope and verified.

use asp_core::position::{Hash, Head, LogTime, Sequence};
use asp_core::statement::body::Body;
use asp_core::statement::draft::{Draft, Stamp};
use asp_core::statement::{Kind, Trace, Verified};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::fault::{parsed, rejected, value};
use crate::keys::SecretKey;

/// A statement whose signatures are right. Whether its issuer signed it is asked of the issuer's keys.
#[pyclass(frozen, module = "assent._core")]
pub(crate) struct Statement(pub(crate) Verified);

#[pymethods]
impl Statement {
    /// Reads an envelope and verifies each signature.
    #[staticmethod]
    fn from_envelope(bytes: &[u8]) -> PyResult<Self> {
        Verified::from_envelope(bytes).map(Self).map_err(rejected)
    }

    /// Statement and signatures, as they are handed in.
    #[getter]
    fn envelope<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.envelope())
    }

    /// The canonical bytes that were signed.
    #[getter]
    fn canonical<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.statement().bytes())
    }

    /// `sha256:…`
    #[getter]
    fn hash(&self) -> String {
        self.0.statement().hash.to_string()
    }

    /// The hash that the log's leaf has of its signatures.
    #[getter]
    fn signatures_hash(&self) -> String {
        self.0.signatures_hash().to_string()
    }

    /// Its place in its stream.
    #[getter]
    fn sequence(&self) -> u64 {
        self.0.statement().sequence.0
    }

    /// Its stream, with the id that an opening statement gives it.
    #[getter]
    fn stream(&self) -> String {
        self.0.statement().stream.to_string()
    }

    /// The performative, or the kind of statement elsewhere.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.statement().kind.as_str()
    }

    fn __repr__(&self) -> String {
        let statement = self.0.statement();
        format!("<{} {} in {}>", statement.kind.as_str(), statement.sequence, statement.stream)
    }
}

/// Makes a statement after a head (none: it opens its stream) and signs it with each key.
#[pyfunction]
#[expect(
    clippy::too_many_arguments,
    reason = "these are the members of a statement, each named where it is called"
)]
#[pyo3(signature = (*, stream, audience, issuer, kind, body, head, issued_at_ms, random, keys, in_reply_to=None, trace=None, seal=None))]
fn sign(
    stream: &str,
    audience: &str,
    issuer: &str,
    kind: &str,
    body: &str,
    head: Option<(u64, String)>,
    issued_at_ms: u64,
    random: [u8; 10],
    keys: Vec<PyRef<'_, SecretKey>>,
    in_reply_to: Option<&str>,
    trace: Option<&str>,
    seal: Option<&str>,
) -> PyResult<Statement> {
    let kind = Kind::named(kind).ok_or_else(|| value(format!("no type of statement: {kind:?}")))?;
    let body = Body::from_json(kind, body).map_err(rejected)?;
    let (stream, audience) = (parsed("a stream", stream)?, parsed("an origin", audience)?);
    let mut draft = Draft::new(stream, audience, parsed("an issuer", issuer)?, body);
    draft.in_reply_to = in_reply_to.map(|hash| parsed("a hash", hash)).transpose()?;
    draft.trace = trace.map(str::parse::<Trace>).transpose().map_err(rejected)?;
    draft.seal = seal.map(serde_json::from_str).transpose().map_err(value)?;
    let head = head.map(|(sequence, hash)| {
        parsed::<Hash>("a hash", &hash).map(|hash| Head { sequence: Sequence(sequence), hash })
    });
    let stamp = Stamp { issued_at: LogTime::from_millis(issued_at_ms), random };
    let keys: Vec<_> = keys.iter().map(|key| &key.0).collect();
    draft.sign(head.transpose()?, stamp, &keys).map(Statement).map_err(rejected)
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Statement>()?;
    module.add_function(wrap_pyfunction!(sign, module)?)
}
