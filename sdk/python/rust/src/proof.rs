//! Proofs: receipts, bundles, checkpoints.

use asp_core::bundle::{Anchors, Bundle, Unreadable};
use asp_core::key::{KeyId, SecretKey as Key};
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::receipt::Receipt;
use asp_core::name::Origin;
use asp_core::position::Hash;
use asp_core::statement::body::Disclosure;
use asp_seal::disclosure;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::fault::{parsed, unverifiable, value};
use crate::keys::SecretKey;
use crate::signing::Statement;

/// Verifies that a receipt is the node's and of this statement; gives the log's index and time.
#[pyfunction]
fn check_receipt(
    bytes: &[u8],
    node_key: &str,
    origin: &str,
    statement: &Statement,
) -> PyResult<(u64, String)> {
    let receipt: Receipt = serde_json::from_slice(bytes).map_err(value)?;
    let (key, origin): (KeyId, Origin) = (parsed("a key", node_key)?, parsed("an origin", origin)?);
    receipt.verify(&key).map_err(unverifiable)?;
    let (signed, body) = (statement.0.statement(), &receipt.receipt);
    let fits = body.statement == signed.hash
        && body.sequence == signed.sequence
        && body.stream == signed.stream
        && body.origin == origin;
    if !fits {
        return Err(unverifiable("the receipt is of another statement"));
    }
    Ok((body.log_index.0, body.log_time.to_string()))
}

/// Verifies a receipt by itself; gives what it says as JSON.
#[pyfunction]
fn read_receipt(bytes: &[u8], node_key: &str) -> PyResult<String> {
    let receipt = Receipt::from_json(bytes).map_err(unverifiable)?;
    receipt.verify(&parsed("a key", node_key)?).map_err(unverifiable)?;
    Ok(receipt.receipt.to_json())
}

/// Verifies a bundle, with the key of the log if it is known from elsewhere, and opens what is disclosed in it to these keys:
/// whether nothing is refuted, and the report as JSON.
#[pyfunction]
#[pyo3(signature = (bytes, node_key=None, keys=Vec::new()))]
fn verify_bundle(
    py: Python<'_>,
    bytes: &[u8],
    node_key: Option<&str>,
    keys: Vec<Py<SecretKey>>,
) -> PyResult<(bool, String)> {
    let node_key = node_key.map(|key| parsed("a key", key)).transpose()?;
    let keys: Vec<Key> = keys.iter().map(|key| key.get().0.clone()).collect();
    // Many signatures: others may run meanwhile.
    let report = py.detach(|| {
        let bundle = Bundle::parse(bytes)?;
        let open = |shown: &Disclosure| disclosure::tried(&bundle, &keys, shown);
        Ok::<_, Unreadable>(bundle.verify_disclosed(&Anchors { node_key }, &open))
    });
    let report = report.map_err(value)?;
    Ok((!report.refuted(), serde_json::to_string(&report).map_err(value)?))
}

/// The same bundle with these disclosures, each JSON; none if it would be larger than anybody reads, or is of a statement that
/// is not in it.
#[pyfunction]
fn disclosing<'py>(
    py: Python<'py>,
    bytes: &[u8],
    shown: Vec<String>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let bundle = Bundle::parse(bytes).map_err(value)?;
    let shown = shown.iter().map(|text| serde_json::from_str(text).map_err(value));
    let shown: Vec<Disclosure> = shown.collect::<PyResult<_>>()?;
    if shown.iter().any(|one| bundle.statement(&one.statement).is_none()) {
        return Ok(None);
    }
    Ok(bundle.disclosing(shown).map(|bundle| PyBytes::new(py, &bundle.to_bytes())))
}

/// Whether something can be disclosed to a key.
#[pyfunction]
fn can_be_disclosed_to(key: &str) -> PyResult<bool> {
    let key: KeyId = parsed("a key", key)?;
    Ok(key.exchange_key().is_ok())
}

/// Verifies a checkpoint of a log; gives its size and root.
#[pyfunction]
fn read_checkpoint(text: &str, origin: &str, node_key: &str) -> PyResult<(u64, String)> {
    let key = NoteKey { name: parsed("an origin", origin)?, key: parsed("a key", node_key)? };
    let note = Note::open(text, &key).map_err(unverifiable)?;
    let root: Hash = note.checkpoint.root;
    Ok((note.checkpoint.size, root.to_string()))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(check_receipt, module)?)?;
    module.add_function(wrap_pyfunction!(read_receipt, module)?)?;
    module.add_function(wrap_pyfunction!(verify_bundle, module)?)?;
    module.add_function(wrap_pyfunction!(disclosing, module)?)?;
    module.add_function(wrap_pyfunction!(can_be_disclosed_to, module)?)?;
    module.add_function(wrap_pyfunction!(read_checkpoint, module)?)
}
