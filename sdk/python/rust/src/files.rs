//! Files in sessions that the node cannot read: shut chunk by chunk, and put together as the chunks come.
//!
//! Python sends and fetches the chunks. What a file is shut with stays here.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::position::Hash;
use asp_core::statement::body::{Attachment, FileName, MediaType};
use asp_core::statement::draft;
use asp_seal::fetching::Fetching;
use asp_seal::file::Sealer;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::fault::{of_file, parsed, value};
use crate::vault::Vault;

/// A file that is shut with a key that follows from its sender's secret in the session.
#[pyclass(frozen, module = "assent._core")]
struct FileSealer(Mutex<Option<Sealer<Cursor<Vec<u8>>>>>);

/// A file that is fetched to a path.
#[pyclass(frozen, module = "assent._core")]
struct FileFetching(Mutex<Option<Fetching>>);

/// What was taken apart when the file was whole.
fn over() -> PyErr {
    value("the file is over")
}

fn held<T>(inner: &Mutex<Option<T>>) -> MutexGuard<'_, Option<T>> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

#[pymethods]
impl FileSealer {
    #[new]
    fn new(py: Python<'_>, vault: &Vault, session: &str, content: Vec<u8>) -> PyResult<Self> {
        let id: Hash = parsed("a hash", session)?;
        let sealer = py.detach(|| vault.file_secret(&id).map(|secret| Sealer::of_held(content, &secret)))?;
        Ok(Self(Mutex::new(Some(sealer))))
    }

    /// The next chunk with its digest; none when all were given.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Option<(String, Bound<'py, PyBytes>)>> {
        let chunk = py.detach(|| held(&self.0).as_mut().ok_or_else(over).map(Iterator::next))?;
        let chunk = chunk.transpose().map_err(of_file)?;
        Ok(chunk.map(|chunk| (chunk.digest.to_string(), PyBytes::new(py, &chunk.content))))
    }

    /// What names the file and opens it, once all its chunks were given: JSON.
    fn attachment(&self, name: &str, media_type: Option<&str>) -> PyResult<String> {
        let (name, media_type) = named(name, media_type)?;
        let sealer = held(&self.0).take().ok_or_else(over)?;
        let file = sealer.attachment(name, media_type).map_err(of_file)?;
        Ok(String::from_utf8_lossy(&draft::canonical(&file)).into_owned())
    }
}

#[pymethods]
impl FileFetching {
    #[new]
    fn new(py: Python<'_>, attachment: &str, path: PathBuf) -> PyResult<Self> {
        let file: Attachment = serde_json::from_str(attachment).map_err(value)?;
        let fetching = py.detach(|| Fetching::begin(&file, &path)).map_err(of_file)?;
        Ok(Self(Mutex::new(Some(fetching))))
    }

    /// The digest of the chunk that is wanted next; none if all are there.
    fn wanted(&self) -> PyResult<Option<String>> {
        let held = held(&self.0);
        let fetching = held.as_ref().ok_or_else(over)?;
        Ok(fetching.wanted().map(|digest| digest.to_string()))
    }

    /// Takes the chunk that is wanted.
    fn take(&self, py: Python<'_>, content: Vec<u8>) -> PyResult<()> {
        py.detach(|| held(&self.0).as_mut().ok_or_else(over)?.take(content).map_err(of_file))
    }

    /// Says that all of it has come, and that it is the file, which stands under its path from here on.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| held(&self.0).take().ok_or_else(over)?.finish().map_err(of_file))
    }
}

/// Says what is wrong with the name and the kind of a file that is to be sent, before anything of it is.
#[pyfunction]
#[pyo3(signature = (name, media_type=None))]
fn check_attachment(name: &str, media_type: Option<&str>) -> PyResult<()> {
    named(name, media_type).map(|_| ())
}

fn named(name: &str, media_type: Option<&str>) -> PyResult<(FileName, Option<MediaType>)> {
    let name = parsed("the name of a file", name)?;
    Ok((name, media_type.map(|kind| parsed("a kind of file", kind)).transpose()?))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<FileSealer>()?;
    module.add_class::<FileFetching>()?;
    module.add_function(wrap_pyfunction!(check_attachment, module)?)
}
