//! What texts say: names, amounts, instants, canonical JSON and the hashes of terms.

use asp_core::amount::Money;
use asp_core::name::{AgentUri, Capability, Domain, Issuer};
use asp_core::position::{Hash, LogTime};
use asp_core::statement::body::Package;
use asp_core::statement::draft;
use asp_core::statement::scan::{self, Bounds};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::fault::{parsed, rejected, value};

/// The canonical form (RFC 8785) of JSON in the protocol's grammar.
#[pyfunction]
fn canonical<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyBytes>> {
    let read: serde_json::Value = serde_json::from_str(text).map_err(value)?;
    let bytes = draft::canonical(&read);
    scan::scan(&bytes, &Bounds::STATEMENT).map_err(rejected)?;
    Ok(PyBytes::new(py, &bytes))
}

/// The SHA-256 of bytes, `sha256:…`.
#[pyfunction]
fn digest(bytes: &[u8]) -> String {
    Hash::of(&[bytes]).to_string()
}

/// The hash of a package of terms: what an acceptance names.
#[pyfunction]
fn terms_hash(package: &str) -> PyResult<String> {
    let package: Package = serde_json::from_str(package).map_err(value)?;
    Ok(package.terms_hash().to_string())
}

/// The hash's digits, as they stand in addresses.
#[pyfunction]
fn hash_digits(hash: &str) -> PyResult<String> {
    Ok(parsed::<Hash>("a hash", hash)?.to_hex())
}

/// An agent's URI, checked, with or without `agent://` before it.
#[pyfunction]
fn agent_uri(text: &str) -> PyResult<String> {
    let whole = if text.starts_with("agent://") { text.to_owned() } else { format!("agent://{text}") };
    Ok(parsed::<AgentUri>("an agent", &whole)?.to_string())
}

/// The organisation and the path of an agent.
#[pyfunction]
fn agent_parts(agent: &str) -> PyResult<(String, String)> {
    let agent: AgentUri = parsed("an agent", agent)?;
    Ok((agent.organisation().to_string(), agent.path().to_owned()))
}

/// A domain, checked.
#[pyfunction]
fn domain(text: &str) -> PyResult<String> {
    Ok(parsed::<Domain>("a domain", text)?.to_string())
}

/// What kind of issuer a text names: `agent`, `organisation` or `node`.
#[pyfunction]
fn issuer_kind(text: &str) -> PyResult<&'static str> {
    Ok(match parsed::<Issuer>("an issuer", text)? {
        Issuer::Agent(_) => "agent",
        Issuer::Organisation(_) => "organisation",
        Issuer::Node(_) => "node",
    })
}

/// Whether a capability lies within a prefix.
#[pyfunction]
fn is_within(capability: &str, prefix: &str) -> PyResult<bool> {
    let prefix: Capability = parsed("a capability", prefix)?;
    Ok(parsed::<Capability>("a capability", capability)?.is_within(&prefix))
}

/// Amount and currency of a text such as `1150 USD`.
#[pyfunction]
fn money(text: &str) -> PyResult<(String, String)> {
    let money: Money = parsed("an amount", text)?;
    Ok((money.amount.to_string(), money.currency.to_string()))
}

/// An instant in milliseconds since 1970 as the protocol writes it.
#[pyfunction]
fn instant(millis: u64) -> String {
    LogTime::from_millis(millis).to_string()
}

/// The milliseconds since 1970 of an instant.
#[pyfunction]
fn millis(instant: &str) -> PyResult<u64> {
    Ok(parsed::<LogTime>("an instant", instant)?.millis())
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(canonical, module)?)?;
    module.add_function(wrap_pyfunction!(digest, module)?)?;
    module.add_function(wrap_pyfunction!(terms_hash, module)?)?;
    module.add_function(wrap_pyfunction!(hash_digits, module)?)?;
    module.add_function(wrap_pyfunction!(agent_uri, module)?)?;
    module.add_function(wrap_pyfunction!(agent_parts, module)?)?;
    module.add_function(wrap_pyfunction!(domain, module)?)?;
    module.add_function(wrap_pyfunction!(issuer_kind, module)?)?;
    module.add_function(wrap_pyfunction!(is_within, module)?)?;
    module.add_function(wrap_pyfunction!(money, module)?)?;
    module.add_function(wrap_pyfunction!(instant, module)?)?;
    module.add_function(wrap_pyfunction!(millis, module)?)
}
