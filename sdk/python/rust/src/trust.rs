//! Trust, recomputed: what an export of a log gives to the question of an answer.

use std::sync::{Mutex, PoisonError};

use asp_core::audit::{Export, LINE_BYTES_MAX, Read};
use asp_core::key::KeyId;
use asp_core::trust::{ANSWER_BYTES_MAX, Answer};
use pyo3::prelude::*;
use serde_json::json;

use crate::fault::{parsed, unverifiable, value};

/// An answer about trust, and an export of the log as it is read.
#[pyclass(frozen, module = "assent._core")]
struct Recount {
    answer: Answer,
    export: Mutex<Option<Export>>,
}

#[pymethods]
impl Recount {
    /// Begins with the answer, and with the first line of the export.
    #[new]
    fn new(answer: &[u8], header: &[u8]) -> PyResult<Self> {
        let answer = Answer::read(answer).map_err(value)?;
        let export = Export::begin(without_end(header)).map_err(value)?.about(answer.question().clone());
        Ok(Self { answer, export: Mutex::new(Some(export)) })
    }

    /// Takes the next line; whether there is any use in another.
    fn take(&self, py: Python<'_>, line: &[u8]) -> bool {
        // Signatures: others may run meanwhile.
        py.detach(|| {
            let mut export = self.export.lock().unwrap_or_else(PoisonError::into_inner);
            export.as_mut().is_some_and(|export| {
                let read = Read::of(export.entries(), without_end(line));
                export.take(read)
            })
        })
    }

    /// What it came to, once: JSON. `node_key` is the node's key as one knows it from elsewhere.
    #[pyo3(signature = (node_key=None))]
    fn finish(&self, py: Python<'_>, node_key: Option<&str>) -> PyResult<String> {
        let node_key: Option<KeyId> = node_key.map(|key| parsed("a key", key)).transpose()?;
        let export = self.export.lock().unwrap_or_else(PoisonError::into_inner).take();
        let export = export.ok_or_else(|| value("it was finished before"))?;
        let (examined, found) = py.detach(|| {
            let examined = export.finish();
            let found = self.answer.compare(&examined, node_key);
            (examined, found)
        });
        let found = found.map_err(unverifiable)?;
        let told = json!({
            "origin": examined.origin, "nodeKey": examined.node_key, "entries": examined.entries,
            "root": examined.root, "answer": found.derived, "differing": found.differing,
        });
        Ok(told.to_string())
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Recount>()?;
    module.add("ANSWER_BYTES_MAX", ANSWER_BYTES_MAX)?;
    module.add("LINE_BYTES_MAX", LINE_BYTES_MAX)
}
