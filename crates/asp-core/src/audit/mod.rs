//! The audit: reads a log again from its first entry, believing nothing that it can check.
//!
//! Each signature is verified, then each entry is judged in order as if it came in now. The first entry that does not
//! hold is named. Where entries come from, and what else is kept beside them, is not known here.

mod course;
mod export;

use std::collections::BTreeMap;
use std::fmt;

use crate::amount::Currency;
use crate::rejection::{Code, Rejection};

pub use course::{Checked, Course, convened};
pub use export::{Basis, Examined, Export, Footer, Header, KIND, LINE_BYTES_MAX, Line, NoExport, Read};

/// The money in a log, by its movements: at each entry the sum over all accounts and the world outside was zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Money {
    /// How many movements there were.
    pub movements: u64,
    /// What came from outside and is inside, in minor units.
    pub inside: BTreeMap<Currency, i128>,
    /// What of it is held for commitments.
    pub held: BTreeMap<Currency, i128>,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry, where one can be named; otherwise it concerns the log as a whole.
    pub index: Option<u64>,
    /// The rule of the protocol that is broken, if it is one.
    pub code: Option<Code>,
    /// What is wrong, as a sentence.
    pub what: String,
}

impl Finding {
    /// Something that is wrong with one entry.
    pub fn at(index: u64, what: impl Into<String>) -> Self {
        Self { index: Some(index), code: None, what: what.into() }
    }

    /// Something that is wrong with the log as a whole.
    pub fn whole(what: impl Into<String>) -> Self {
        Self { index: None, code: None, what: what.into() }
    }

    /// An entry that no node may take in.
    #[must_use]
    pub fn refused(index: u64, rejection: &Rejection) -> Self {
        Self { index: Some(index), code: Some(rejection.code), what: rejection.to_string() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "entry {index}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}
