//! What a tool is given, read once into types of the protocol; what does not fit is told in words that help.

use std::fmt::Display;
use std::str::FromStr;

use asp_core::name::AgentUri;
use asp_core::position::Hash;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::failure::Failure;

/// Reads the arguments of a tool.
///
/// # Errors
/// What does not fit.
pub(super) fn read<T: DeserializeOwned>(arguments: Map<String, Value>) -> Result<T, Failure> {
    serde_json::from_value(Value::Object(arguments)).map_err(Failure::arguments)
}

/// Reads one argument from its text.
///
/// # Errors
/// That it is none.
pub(super) fn parsed<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| Failure::arguments(format_args!("{name}: {text:?} is not {error}")))
}

/// The same of what may be absent.
///
/// # Errors
/// That it is none.
pub(super) fn maybe<T: FromStr<Err: Display>>(name: &str, text: Option<&str>) -> Result<Option<T>, Failure> {
    text.map(|text| parsed(name, text)).transpose()
}

/// The id of something, with or without `sha256:` before it.
///
/// # Errors
/// That it is none.
pub(super) fn id(name: &str, text: &str) -> Result<Hash, Failure> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    let none =
        || Failure::arguments(format_args!("{name}: an id is sha256: and 64 hexadecimal digits, whole"));
    Hash::from_hex(digits).ok_or_else(none)
}

/// The same of what may be absent.
///
/// # Errors
/// That it is none.
pub(super) fn maybe_id(name: &str, text: Option<&str>) -> Result<Option<Hash>, Failure> {
    text.map(|text| id(name, text)).transpose()
}

/// An agent, with or without `agent://` before its name.
///
/// # Errors
/// That it is none.
pub(super) fn agent(name: &str, text: &str) -> Result<AgentUri, Failure> {
    if text.starts_with("agent://") { parsed(name, text) } else { parsed(name, &format!("agent://{text}")) }
}

/// What has to be said for this.
///
/// # Errors
/// That it is missing.
pub(super) fn needed<T>(value: Option<T>, name: &str, what: &str) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::arguments(format_args!("{name} is missing: {what}")))
}
