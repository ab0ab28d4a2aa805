//! Private keys: made of bytes that Python drew, read from files that Python read, and what they sign besides statements.

use asp_core::challenge::Challenge;
use asp_core::key::{Algorithm, SecretKey as Key};
use asp_core::keyfile::{self, Unusable};
use asp_core::login::{self, Once};
use asp_core::position::LogTime;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::fault::{parsed, refused, value};

/// A private key. Shows its name alone.
#[pyclass(frozen, module = "assent._core")]
pub(crate) struct SecretKey(pub(crate) Key);

#[pymethods]
impl SecretKey {
    /// Makes an Ed25519 key of 32 random bytes.
    #[staticmethod]
    fn from_seed(seed: [u8; 32]) -> Self {
        Self(Key::from_seed(&seed))
    }

    /// Makes a P-256 key of a scalar.
    #[staticmethod]
    fn from_scalar(scalar: [u8; 32]) -> PyResult<Self> {
        Key::from_scalar(&scalar).map(Self).map_err(refused)
    }

    /// Reads a key as other programs keep them; `bare` says of what kind 32 bare bytes are.
    #[staticmethod]
    fn read(bytes: &[u8], bare: &str) -> PyResult<Self> {
        let bare: Algorithm = bare.parse().map_err(|_| value(format!("no algorithm: {bare:?}")))?;
        keyfile::read(bytes, bare).map(Self).ok_or_else(|| value("not a private key of a kind that is known"))
    }

    /// PKCS#8 in PEM.
    fn to_pem(&self) -> String {
        keyfile::to_pem(&self.0).to_string()
    }

    /// The 32 secret bytes.
    fn seed<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.seed())
    }

    /// The name of the public half, `did:key:…`.
    #[getter]
    fn id(&self) -> String {
        self.0.id().to_string()
    }

    /// The bytes of the public half.
    #[getter]
    fn public<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.id().as_bytes())
    }

    /// `Ed25519` or `ES256`.
    #[getter]
    fn algorithm(&self) -> String {
        self.0.id().algorithm().to_string()
    }

    fn __repr__(&self) -> String {
        format!("<SecretKey of {}>", self.0.id())
    }
}

/// The file of an issuer's key, as the command line keeps it.
#[pyfunction]
fn named_key_text(issuer: &str, key: &SecretKey) -> PyResult<String> {
    Ok(keyfile::to_named(&parsed("an issuer", issuer)?, &key.0).to_string())
}

/// Reads such a file: whose it is, and the key.
#[pyfunction]
fn read_named_key(text: &str) -> PyResult<(String, SecretKey)> {
    match keyfile::read_named(text) {
        Ok((issuer, key)) => Ok((issuer.to_string(), SecretKey(key))),
        Err(Unusable::Form) => Err(value("not a key file")),
        Err(Unusable::Other) => Err(value("its key is not the one that it names")),
    }
}

/// What such a file is called, without an ending.
#[pyfunction]
fn key_file_name(issuer: &str) -> PyResult<String> {
    Ok(keyfile::name_of(&parsed("an issuer", issuer)?))
}

const fn once(now_ms: u64, unique: [u8; 16]) -> Once {
    Once { now: LogTime::from_millis(now_ms), unique }
}

/// Says who asks for a token (RFC 7523).
#[pyfunction]
fn assertion(issuer: &str, key: &SecretKey, origin: &str, now_ms: u64, unique: [u8; 16]) -> PyResult<String> {
    let (issuer, origin) = (parsed("an issuer", issuer)?, parsed("an origin", origin)?);
    Ok(login::assertion(&issuer, &key.0, &origin, once(now_ms, unique)))
}

/// Proves the key of a token for one request (RFC 9449).
#[pyfunction]
#[pyo3(signature = (key, method, url, token, now_ms, unique))]
fn proof(
    key: &SecretKey,
    method: &str,
    url: &str,
    token: Option<&str>,
    now_ms: u64,
    unique: [u8; 16],
) -> String {
    login::proof(&key.0, method, url, token, once(now_ms, unique))
}

/// Answers a node's question whether an agent is there.
#[pyfunction]
fn answer_challenge<'py>(
    py: Python<'py>,
    challenge: &[u8],
    agent: &str,
    origin: &str,
    key: &SecretKey,
    now_ms: u64,
) -> PyResult<Bound<'py, PyBytes>> {
    let (agent, origin) = (parsed("an agent", agent)?, parsed("an origin", origin)?);
    let challenge = Challenge::from_json(challenge).map_err(value)?;
    let answer = challenge.answer(&agent, &origin, LogTime::from_millis(now_ms), &key.0).map_err(value)?;
    Ok(PyBytes::new(py, &answer.bytes()))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SecretKey>()?;
    module.add_function(wrap_pyfunction!(named_key_text, module)?)?;
    module.add_function(wrap_pyfunction!(read_named_key, module)?)?;
    module.add_function(wrap_pyfunction!(key_file_name, module)?)?;
    module.add_function(wrap_pyfunction!(assertion, module)?)?;
    module.add_function(wrap_pyfunction!(proof, module)?)?;
    module.add_function(wrap_pyfunction!(answer_challenge, module)?)
}
