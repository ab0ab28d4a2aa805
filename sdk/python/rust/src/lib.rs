//! The core for Python: the package `assent` calls it for all that the protocol decides, and decides nothing itself.
//!
//! Text goes in and comes out where Python would only look at it: JSON, hashes, names. It knows no clock, no file and no
//! socket, as the core does not; what is random is given to it.

mod fault;
mod keys;
mod proof;
mod reading;
mod signing;
mod text;
mod trust;

use pyo3::prelude::*;

/// The module `assent._core`.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("Rejected", module.py().get_type::<fault::Rejected>())?;
    module.add("Unverifiable", module.py().get_type::<fault::Unverifiable>())?;
    keys::register(module)?;
    signing::register(module)?;
    reading::register(module)?;
    proof::register(module)?;
    text::register(module)?;
    trust::register(module)
}
