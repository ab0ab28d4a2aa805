//! What Python is told when something is wrong: a refusal with its code, text that is none of its kind, or what does not verify.

use std::fmt::Display;
use std::str::FromStr;

use asp_core::rejection::{Code, Rejection};
use asp_seal::fault::Fault;
use asp_seal::folder::FolderError;
use asp_seal::{disclosure, file};
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;

create_exception!(
    assent._core,
    Rejected,
    PyException,
    "A rule of the protocol is broken: code, sentence, hint, pointer, rule."
);
create_exception!(assent._core, Unverifiable, PyException, "What was told does not hold: what does not.");
create_exception!(assent._core, VaultFault, PyException, "A vault cannot do what it should: code, sentence.");
create_exception!(assent._core, FileFault, PyException, "A file cannot be sent or fetched: code, sentence.");

/// A refusal by the core.
pub(crate) fn rejected(rejection: Rejection) -> PyErr {
    let Rejection { code, rule, pointer, .. } = rejection;
    Rejected::new_err((code.as_str(), code.sentence(), code.hint(), pointer, rule))
}

/// The same of a bare code.
pub(crate) fn refused(code: Code) -> PyErr {
    rejected(code.into())
}

/// Something that does not verify.
pub(crate) fn unverifiable(what: impl Display) -> PyErr {
    Unverifiable::new_err(what.to_string())
}

/// Something that a vault cannot do.
pub(crate) fn in_vault(fault: Fault) -> PyErr {
    VaultFault::new_err((Some(fault.code()), fault.to_string()))
}

/// A vault that cannot be had.
pub(crate) fn in_folder(error: FolderError) -> PyErr {
    match error {
        FolderError::Io { .. } => VaultFault::new_err((None::<&str>, error.to_string())),
        FolderError::Damaged { fault, .. } => VaultFault::new_err((Some(fault.code()), error.to_string())),
    }
}

/// A file that cannot be sent or fetched.
pub(crate) fn of_file(fault: file::Fault) -> PyErr {
    FileFault::new_err((fault.code(), fault.to_string()))
}

/// Something that cannot be shut to a key.
pub(crate) fn undisclosed(fault: disclosure::Fault) -> PyErr {
    VaultFault::new_err((Some(fault.code()), fault.to_string()))
}

/// Reads a text into a type, or says what it is not.
pub(crate) fn parsed<T: FromStr>(what: &str, text: &str) -> PyResult<T>
where
    T::Err: Display,
{
    text.parse().map_err(|error| PyValueError::new_err(format!("{what}: {error}: {text:?}")))
}

/// A value that Python gave in the wrong form.
pub(crate) fn value(why: impl Display) -> PyErr {
    PyValueError::new_err(why.to_string())
}
