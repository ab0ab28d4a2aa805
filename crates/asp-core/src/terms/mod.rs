//! Terms schemas: what the terms of a package have to look like, agreed on in the invitation.
//!
//! A schema is JSON Schema 2020-12 in a profile that bounds what checking may cost (`budget`), named by the hash of its
//! content. Nothing is ever fetched: a schema is registered by an organisation or is one of the starters.

mod budget;
mod starters;

use std::fmt;
use std::sync::{Arc, OnceLock};

use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};

pub use budget::{Fault, PATTERN_STATES_MAX};
pub use starters::starters;

use crate::position::Hash;
use crate::statement::body::DataClass;
use crate::statement::draft::canonical;

/// Marks a member of terms with its class of data.
const CLASS_KEYWORD: &str = "x-dataClass";

/// A schema within its budget. Cheap to clone; clones share what was compiled.
#[derive(Clone)]
pub struct TermsSchema(Arc<Inner>);

struct Inner {
    hash: Hash,
    schema: Value,
    /// Compiled when first asked: most streams are read for other reasons.
    validator: OnceLock<Option<Validator>>,
}

impl TermsSchema {
    /// Takes a schema that is within the profile and the budget.
    ///
    /// # Errors
    /// The first place that is not, as an RFC 6901 pointer into the schema, and whether it costs too much.
    pub fn new(schema: &Map<String, Value>) -> Result<Self, Fault> {
        budget::check(schema)?; // ASP-TRM-001, ASP-TRM-002
        let accepted = Self::trusted(schema);
        // What the profile let through and the validator does not take is no schema either.
        if accepted.validator().is_some() { Ok(accepted) } else { Err(Fault::not_a_schema("")) }
    }

    /// A schema that was checked when it was registered.
    pub(crate) fn trusted(schema: &Map<String, Value>) -> Self {
        let (schema, validator) = (Value::Object(schema.clone()), OnceLock::new());
        Self(Arc::new(Inner { hash: Hash::of(&[&canonical(&schema)]), schema, validator }))
    }

    /// The SHA-256 of its canonical form: its name.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.0.hash
    }

    /// The schema itself.
    #[must_use]
    pub fn schema(&self) -> &Value {
        &self.0.schema
    }

    /// The class of data that a member of terms is of, as the schema marks it; what it does not mark is internal.
    #[must_use]
    pub fn class_of(&self, member: &str) -> DataClass {
        let schema = self.0.schema.get("properties").and_then(|members| members.get(member));
        let class = schema.and_then(|schema| schema.get(CLASS_KEYWORD)).and_then(Value::as_str);
        class.and_then(|class| class.parse().ok()).unwrap_or(DataClass::Internal)
    }

    fn validator(&self) -> Option<&Validator> {
        let compile = || {
            let patterns = PatternOptions::regex().size_limit(PATTERN_STATES_MAX);
            // Formats stay remarks, as the draft has them by default: they are judged differently from language to
            // language. Without a retriever nothing outside the schema is ever looked up.
            let options = jsonschema::draft202012::options().with_pattern_options(patterns);
            options.should_validate_formats(false).build(&self.0.schema).ok()
        };
        self.0.validator.get_or_init(compile).as_ref()
    }

    /// Checks terms.
    ///
    /// # Errors
    /// The first place in the terms that does not fit, as an RFC 6901 pointer; first by its text.
    pub fn check(&self, terms: &Map<String, Value>) -> Result<(), String> {
        let terms = Value::Object(terms.clone());
        let Some(validator) = self.validator() else { return Err(String::new()) };
        if validator.is_valid(&terms) {
            return Ok(());
        }
        // The order of the errors follows tables of the library; the smallest is the same everywhere.
        let places = validator.iter_errors(&terms).map(|error| error.instance_path().to_string());
        Err(places.min().unwrap_or_default())
    }
}

impl PartialEq for TermsSchema {
    fn eq(&self, other: &Self) -> bool {
        self.hash() == other.hash()
    }
}

impl Eq for TermsSchema {}

impl fmt::Debug for TermsSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TermsSchema").field(&self.hash()).finish()
    }
}
