//! The core for Python: the package `assent` calls it for all that the protocol decides, and decides nothing itself.
//!
//! Text goes in and comes out where Python would only look at it: JSON, hashes, names. It knows no clock and no
//! socket, as the core does not. What is random is given to it, and files it is given as bytes; but a vault keeps its own folder and
//! draws the random numbers of its keys, and a file that is fetched is put together where it shall stand.

mod fault;
mod files;
mod keys;
mod proof;
mod reading;
mod signing;
mod text;
mod trust;
mod vault;

use pyo3::prelude::*;

/// The module `assent._core`.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("Rejected", module.py().get_type::<fault::Rejected>())?;
    module.add("Unverifiable", module.py().get_type::<fault::Unverifiable>())?;
    module.add("VaultFault", module.py().get_type::<fault::VaultFault>())?;
    module.add("FileFault", module.py().get_type::<fault::FileFault>())?;
    keys::register(module)?;
    signing::register(module)?;
    reading::register(module)?;
    proof::register(module)?;
    text::register(module)?;
    trust::register(module)?;
    vault::register(module)?;
    files::register(module)
}
