//! Test vectors: what every implementation has to take and to refuse, written from fixed seeds.
//!
//! Each change states itself what it breaks. The core has to agree, or nothing is written: the vectors are no echo of it.

mod accepts;
mod case;
mod general;
mod people;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::codegen::Mode;
use case::{Accept, Case, Reject};

/// Where they stand.
const FOLDER: &str = "spec/vectors";

/// The vectors of one type of statement.
#[derive(Debug, Serialize)]
struct TypeFile {
    #[serde(rename = "type")]
    kind: &'static str,
    accept: Vec<Accept>,
    reject: Vec<Reject>,
}

/// Makes all vectors; returns the paths that differed.
///
/// # Errors
/// A sentence that names the vector that the core judges otherwise, or the file that cannot be written.
pub(crate) fn run(root: &Path, mode: Mode) -> Result<Vec<String>, String> {
    let mut drifted = Vec::new();
    for (path, text) in files()? {
        let path = format!("{FOLDER}/{path}");
        let target = root.join(&path);
        if std::fs::read_to_string(&target).is_ok_and(|present| present == text) {
            continue;
        }
        if mode == Mode::Write {
            let folder = target.parent().unwrap_or(root);
            std::fs::create_dir_all(folder).map_err(|error| format!("{path}: {error}"))?;
            std::fs::write(&target, text).map_err(|error| format!("{path}: {error}"))?;
        }
        drifted.push(path);
    }
    Ok(drifted)
}

/// Every file with its text.
fn files() -> Result<Vec<(String, String)>, String> {
    let mut types: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    for case in accepts::all() {
        types.entry(case.kind).or_default().push(case);
    }
    let mut files = Vec::new();
    let mut faults = Vec::new();
    for (kind, cases) in types {
        match of_type(kind, &cases) {
            Ok(file) => files.push((format!("statements/{kind}.json"), json(&file)?)),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(faults.join("\n")) }
}

/// The vectors of a type; every one that the core judges otherwise is named, not the first alone.
fn of_type(kind: &'static str, cases: &[Case]) -> Result<TypeFile, String> {
    let mut file = TypeFile { kind, accept: Vec::new(), reject: Vec::new() };
    let mut faults = Vec::new();
    for (place, case) in cases.iter().enumerate() {
        match case.accept() {
            Ok(accept) => file.accept.push(accept),
            Err(fault) => faults.push(fault),
        }
        let own = case.changes.iter().map(|change| case.make(change));
        for made in own.chain(general::changes(case, place)) {
            match made.and_then(|made| case.reject(made)) {
                Ok(reject) => file.reject.push(reject),
                Err(fault) => faults.push(fault),
            }
        }
    }
    if faults.is_empty() { Ok(file) } else { Err(faults.join("\n")) }
}

fn json(value: &impl Serialize) -> Result<String, String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    Ok(format!("{text}\n"))
}
