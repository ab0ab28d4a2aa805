//! Test vectors: what every implementation has to take and to refuse, written from fixed seeds.
//!
//! Each change states itself what it breaks. The core has to agree, or nothing is written: the vectors are no echo of it.
//! A package of its own, since it links the core: `cargo xtask` has to run also while the core does not build.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task talks to the person who runs it")]

mod accepts;
mod bodies;
mod bundles;
mod case;
mod challenges;
mod fraud;
mod general;
mod log;
mod names;
mod people;
mod schema;
mod seals;
mod tree;
mod wrong;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use case::{Accept, Case, Reject};
use schema::{Broken, Schemas};

/// Where they stand.
const FOLDER: &str = "spec/vectors";

/// A statement of more bytes is there for its size.
const LARGE_BYTES: usize = 8_192;

/// The vectors of one type of statement.
#[derive(Debug, Serialize)]
struct TypeFile {
    #[serde(rename = "type")]
    kind: &'static str,
    accept: Vec<Accept>,
    reject: Vec<Reject>,
}

/// Whether to write, or only to say what has drifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Write,
    Check,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mode = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Mode::Write,
        ["--check"] => Mode::Check,
        _ => {
            eprintln!("Usage: cargo xtask vectors [--check]");
            return ExitCode::from(2);
        }
    };
    match run(&root(), mode) {
        Ok(drifted) if drifted.is_empty() => {
            println!("vectors: all files are as they are made");
            ExitCode::SUCCESS
        }
        Ok(written) if mode == Mode::Write => {
            println!("vectors: wrote {}", written.join(", "));
            ExitCode::SUCCESS
        }
        Ok(drifted) => {
            eprintln!("error: drifted: {}; run `cargo xtask vectors`", drifted.join(", "));
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root, two folders above this package.
fn root() -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).map_or_else(|| package.clone(), PathBuf::from)
}

/// Makes all vectors; returns the paths that differed.
///
/// # Errors
/// A sentence that names the vector that the core judges otherwise, or the file that cannot be written.
fn run(root: &Path, mode: Mode) -> Result<Vec<String>, String> {
    let mut drifted = Vec::new();
    for (path, text) in files(root)? {
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
fn files(root: &Path) -> Result<Vec<(String, String)>, String> {
    let mut types: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    for case in accepts::all() {
        types.entry(case.kind).or_default().push(case);
    }
    let schemas = Schemas::load(root, &types.keys().copied().collect::<BTreeSet<_>>())?;
    let mut broken = Broken::default();
    let mut files = Vec::new();
    let mut faults = Vec::new();
    // The type that suffers all changes comes first, so that none is taken for one that was made before.
    let first = types.remove_entry(general::WHOLE);
    for (kind, cases) in first.into_iter().chain(types) {
        match of_type(kind, &cases, &schemas, &mut broken) {
            Ok(file) => files.push((format!("statements/{kind}.json"), json(&file)?)),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    for (path, vectors) in log::files()? {
        files.push((path.to_owned(), json(&vectors)?));
    }
    for (path, vectors) in seals::files()? {
        files.push((path.to_owned(), json(&vectors)?));
    }
    files.push(("names/characters.json".to_owned(), json(&names::characters())?));
    files.push(("names/likeness.json".to_owned(), json(&names::likeness()?)?));
    files.push(("challenges/answers.json".to_owned(), json(&challenges::file()?)?));
    files.push(("bundles/commitment.json".to_owned(), json(&bundles::file()?)?));
    Ok(files)
}

/// The vectors of a type; every one that the core judges otherwise is named, not the first alone.
fn of_type(
    kind: &'static str,
    cases: &[Case],
    schemas: &Schemas,
    broken: &mut Broken,
) -> Result<TypeFile, String> {
    let mut file = TypeFile { kind, accept: Vec::new(), reject: Vec::new() };
    let mut faults = Vec::new();
    for (place, case) in cases.iter().enumerate() {
        match case.accept() {
            Ok(accept) => file.accept.push(accept),
            Err(fault) => faults.push(fault),
        }
        let mut made: Vec<_> = case.changes.iter().map(|change| case.make(change)).collect();
        // What is as large as may be has changes of its own alone: any other would cost as many bytes.
        if case.text().len() <= LARGE_BYTES {
            let asked = schemas.changes(case, broken);
            let asked = asked.iter().filter(|change| general::has_share(case, place, change));
            made.extend(asked.map(|change| case.make(change)));
            made.extend(general::changes(case, place));
        }
        for made in made {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_are_as_they_are_made() {
        assert_eq!(run(&root(), Mode::Check), Ok(vec![]));
    }

    #[test]
    fn a_change_that_the_core_judges_otherwise_is_not_written() {
        let case = accepts::all().into_iter().find(|case| case.kind == "org.verify").unwrap();
        let harmless = case.clone().but("method", "the other method", "/method", serde_json::json!("dns"));
        let made = case.make(harmless.changes.last().unwrap()).unwrap();
        let fault = case.reject(made).unwrap_err();
        assert!(fault.ends_with("the core takes it, not INVALID_BODY"), "{fault}");
        let wrong = case.clone().but_numbered("place", "a place that is none", 0);
        let mut made = case.make(wrong.changes.last().unwrap()).unwrap();
        made.bytes.clear();
        assert!(case.reject(made).unwrap_err().contains("the core says NOT_JSON"));
    }

    #[test]
    fn every_wrong_spelling_of_a_form_is_in_some_vector() {
        let cases = accepts::all();
        let kinds: BTreeSet<&str> = cases.iter().map(|case| case.kind).collect();
        let schemas = Schemas::load(&root(), &kinds).unwrap();
        let mut broken = Broken::default();
        for case in &cases {
            schemas.changes(case, &mut broken);
        }
        let unused = broken.unused();
        assert_eq!(unused, Vec::<String>::new());
    }
}
