//! One spelling: what was read into types must be what those types write.
//!
//! The reader behind the types is lenient where this protocol is not: it takes a list of values for an object, an
//! object for a name, drops what a set has twice and members of which it knows nothing inside a tagged choice. What is
//! signed then says something else than what is understood.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::rejection::{Code, Rejection};

/// Whether `bytes`, which are canonical, are what `body` writes; only sets may stand in any order.
///
/// # Errors
/// [`Code::InvalidBody`] at the first place that differs.
pub(super) fn check(body: &impl Serialize, bytes: &[u8]) -> Result<(), Rejection> {
    // Most bodies have their members in canonical order: equal bytes cost a fraction of equal values.
    if serde_json::to_vec(body).is_ok_and(|own| own == bytes) {
        return Ok(());
    }
    let given = serde_json::from_slice(bytes).map_err(|_| Code::InvalidBody.at("/body"))?;
    let own = serde_json::to_value(body).map_err(|_| Code::InvalidBody.at("/body"))?;
    match difference("/body", &given, &own) {
        Some(place) => Err(Code::InvalidBody.at(place)),
        None => Ok(()),
    }
}

/// The pointer to the first value of `given` that is not what `own` has there.
fn difference(place: &str, given: &Value, own: &Value) -> Option<String> {
    match (given, own) {
        (Value::Object(given), Value::Object(own)) => in_object(place, given, own),
        (Value::Array(given), Value::Array(own)) => in_list(place, given, own),
        (given, own) => (given != own).then(|| place.to_owned()),
    }
}

fn in_object(place: &str, given: &Map<String, Value>, own: &Map<String, Value>) -> Option<String> {
    let below = |name: &str| format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
    let differs = |(name, value): (&String, &Value)| match own.get(name) {
        Some(own) => difference(&below(name), value, own),
        None => Some(below(name)),
    };
    // What is written and was not given has no place of its own.
    let missing = || (given.len() != own.len()).then(|| place.to_owned());
    given.iter().find_map(differs).or_else(missing)
}

/// A list keeps its order through the types, a set comes out sorted: so the same items suffice.
fn in_list(place: &str, given: &[Value], own: &[Value]) -> Option<String> {
    if given.len() != own.len() {
        return Some(place.to_owned());
    }
    let differs = |(index, (value, own)): (usize, (&Value, &Value))| {
        difference(&format!("{place}/{index}"), value, own)
    };
    let first = given.iter().zip(own).enumerate().find_map(differs)?;
    let sorted = |list: &[Value]| {
        let mut texts: Vec<String> = list.iter().map(Value::to_string).collect();
        texts.sort_unstable();
        texts
    };
    (sorted(given) != sorted(own)).then_some(first)
}
