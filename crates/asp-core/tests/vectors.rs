//! The vectors under `spec/vectors`, as any implementation would read them: text in, verdict out.
//!
//! ASP-STM-001 to ASP-STM-009, ASP-STM-015, ASP-BUN-001 to ASP-BUN-012, ASP-SEA-001, ASP-SEA-008 to ASP-SEA-010
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use asp_core::bundle::{Anchors, Bundle, Rule, Verdict};
use asp_core::challenge::{Challenge, ChallengeAnswer, ChallengeError};
use asp_core::display::is_shown;
use asp_core::key::KeyId;
use asp_core::likeness;
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::fraud::FraudProof;
use asp_core::log::leaf::Leaf;
use asp_core::log::proof::{verify_consistency, verify_inclusion};
use asp_core::log::receipt::Receipt;
use asp_core::name::StreamId;
use asp_core::position::Hash;
use asp_core::rejection::{Code, Rejection};
use asp_core::seal::{self, Opened};
use asp_core::statement::body::Package;
use asp_core::statement::{Statement, Verified};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Types of statements: 43 outside sessions and 13 performatives.
const TYPES: usize = 56;

fn folder(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/")).join(path)
}

fn load(path: PathBuf) -> Value {
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The files of statements.
fn files() -> Vec<Value> {
    let paths = std::fs::read_dir(folder("statements")).unwrap().map(|entry| entry.unwrap().path());
    paths.map(load).collect()
}

fn list<'a>(file: &'a Value, name: &str) -> &'a [Value] {
    file[name].as_array().unwrap()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_else(|| panic!("no {name} in {vector}"))
}

fn read<T: DeserializeOwned>(vector: &Value, name: &str) -> T {
    serde_json::from_value(vector[name].clone()).unwrap()
}

fn envelope(vector: &Value) -> Vec<u8> {
    match vector["envelope"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => STANDARD.decode(text(vector, "envelopeBase64")).unwrap(),
    }
}

#[test]
fn what_is_in_order_is_taken_with_its_hashes() {
    for file in files() {
        for vector in list(&file, "accept") {
            let verified = Verified::from_envelope(&envelope(vector)).unwrap();
            assert_eq!(verified.statement().kind.as_str(), text(&file, "type"));
            assert_eq!(verified.statement().hash.to_string(), text(vector, "hash"));
            assert_eq!(verified.signatures_hash().to_string(), text(vector, "signaturesHash"));
        }
    }
}

#[test]
fn what_is_not_is_refused_by_its_rule() {
    for file in files() {
        for vector in list(&file, "reject") {
            let rejection = Verified::from_envelope(&envelope(vector)).unwrap_err();
            let found = (rejection.code.as_str(), rejection.rule, rejection.pointer.as_deref());
            let expected = (text(vector, "code"), vector["rule"].as_str(), vector["pointer"].as_str());
            assert_eq!(
                found,
                expected,
                "{} {}: {}",
                text(&file, "type"),
                text(vector, "of"),
                text(vector, "change")
            );
        }
    }
}

#[test]
fn each_type_has_three_refused_for_each_taken() {
    let mut types = BTreeSet::new();
    for file in files() {
        let kind = text(&file, "type");
        assert!(types.insert(kind.to_owned()));
        let (taken, refused) = (list(&file, "accept"), list(&file, "reject"));
        assert!(!taken.is_empty() && refused.len() >= 3 * taken.len(), "{kind}");
        let names: BTreeSet<&str> = taken.iter().map(|vector| text(vector, "name")).collect();
        assert_eq!(names.len(), taken.len(), "{kind}: a name twice");
        let mut named: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for vector in refused {
            assert!(names.contains(text(vector, "of")), "{kind}: {}", text(vector, "of"));
            *named.entry((text(vector, "of"), text(vector, "name"))).or_default() += 1;
        }
        assert!(named.values().all(|count| *count == 1), "{kind}: a name twice");
        let unbroken = names.iter().filter(|name| !named.keys().any(|(of, _)| of == *name));
        assert_eq!(unbroken.count(), 0, "{kind}");
    }
    assert_eq!(types.len(), TYPES);
}

/// Codes that bytes alone decide.
const CODES: [Code; 21] = [
    Code::NotJson,
    Code::InvalidUtf8,
    Code::NotCanonical,
    Code::DuplicateName,
    Code::NotAnInteger,
    Code::NumberOutOfRange,
    Code::LoneSurrogate,
    Code::NulCharacter,
    Code::StatementTooLarge,
    Code::TooDeep,
    Code::TooManyNodes,
    Code::StringTooLong,
    Code::InvalidEnvelope,
    Code::UnsupportedVersion,
    Code::UnknownType,
    Code::InvalidField,
    Code::InvalidBody,
    Code::UnsupportedAlgorithm,
    Code::InvalidKey,
    Code::WeakKey,
    Code::InvalidSignature,
];

#[test]
fn every_code_that_bytes_alone_decide_comes() {
    let files = files();
    let found: BTreeSet<&str> =
        files.iter().flat_map(|file| list(file, "reject")).map(|vector| text(vector, "code")).collect();
    assert_eq!(found, CODES.iter().map(|code| code.as_str()).collect());
}

/// Reads a file of a log's vectors: `judge` finds nothing in what is good, and in the rest what is said.
#[track_caller]
fn check(path: &str, judge: impl Fn(&Value, &Value) -> Result<(), String>) {
    let file = load(folder(path));
    assert!(!list(&file, "accept").is_empty());
    for vector in list(&file, "accept") {
        assert_eq!(judge(&file, vector), Ok(()), "{path}: {}", text(vector, "name"));
    }
    for vector in file["reject"].as_array().into_iter().flatten() {
        let expected = Err(text(vector, "fault").to_owned());
        assert_eq!(
            judge(&file, vector),
            expected,
            "{path}, {}: {}",
            text(vector, "of"),
            text(vector, "change")
        );
    }
}

/// The fault of an error as the vectors name it: `WrongLength` is `wrong-length`.
fn fault(error: &impl std::fmt::Debug) -> String {
    let written = format!("{error:?}").replace(')', "");
    let mut name = String::new();
    for part in written.split('(') {
        for (place, letter) in part.char_indices() {
            let begins = letter.is_ascii_uppercase() && !(name.is_empty() && place == 0);
            name.push_str(if begins { "-" } else { "" });
            name.push(letter.to_ascii_lowercase());
        }
    }
    name
}

fn leaf(vector: &Value) -> Leaf {
    let (statement, signatures) = (read(vector, "statement"), read(vector, "signatures"));
    Leaf { statement, signatures, log_time: read(vector, "logTime") }
}

#[test]
fn a_log_says_what_the_vectors_say() {
    check("log/leaves.json", |_, vector| {
        assert_eq!(STANDARD.encode(leaf(vector).encode()), text(vector, "bytesBase64"));
        assert_eq!(leaf(vector).hash().to_string(), text(vector, "leaf"));
        Ok(())
    });
    check("log/inclusion.json", |_, vector| {
        let proof: Vec<Hash> = read(vector, "proof");
        let (index, size) = (read(vector, "index"), read(vector, "size"));
        verify_inclusion(&leaf(vector).hash(), index, size, &proof, &read(vector, "root"))
            .map_err(|error| fault(&error))
    });
    check("log/consistency.json", |_, vector| {
        let proof: Vec<Hash> = read(vector, "proof");
        let (from, to) = (read(vector, "from"), read(vector, "to"));
        verify_consistency(from, to, &read(vector, "fromRoot"), &read(vector, "toRoot"), &proof)
            .map_err(|error| fault(&error))
    });
    check("log/checkpoints.json", |_, vector| {
        let key = NoteKey { name: read(vector, "origin"), key: read(vector, "nodeKey") };
        let note = Note::open(text(vector, "checkpoint"), &key).map_err(|error| fault(&error))?;
        assert_eq!(Value::from(note.checkpoint.size), vector["size"]);
        assert_eq!(note.checkpoint.root.to_string(), text(vector, "root"));
        Ok(())
    });
    // ASP-AGT-009, ASP-AGT-010
    check("challenges/answers.json", |_, vector| {
        let follow = || -> Result<(), ChallengeError> {
            let challenge = Challenge::from_json(text(vector, "challenge").as_bytes())?;
            challenge.check(&read(vector, "agent"), &read(vector, "audience"), read(vector, "now"))?;
            let keys: BTreeSet<KeyId> = read(vector, "keys");
            let answer = ChallengeAnswer::from_json(text(vector, "answer").as_bytes())?;
            answer.verify(&challenge, |key| keys.contains(key))
        };
        follow().map_err(|error| fault(&error))
    });
    // ASP-RCT-004
    check("log/fraud.json", |_, vector| {
        let proof = FraudProof::from_json(text(vector, "fraud").as_bytes()).map_err(|error| fault(&error))?;
        proof.verify(Some(&read(vector, "nodeKey"))).map(|_| ()).map_err(|error| fault(&error))
    });
    check("log/receipts.json", |_, vector| {
        let receipt =
            Receipt::from_json(text(vector, "receipt").as_bytes()).map_err(|error| fault(&error))?;
        receipt.verify(&read(vector, "nodeKey")).map_err(|error| fault(&error))
    });
}

/// What a member of the group finds in a statement of the vectors; else the code of what is wrong.
fn opened(statement: &Statement, vector: &Value) -> Result<Opened, String> {
    let told = |rejection: Rejection| rejection.code.as_str().to_owned();
    let padded = STANDARD.decode(text(vector, "paddedBase64")).unwrap();
    let opened = Opened::from_padded(statement.kind, &padded).map_err(told)?;
    opened.fits(statement, read(vector, "mode")).map_err(told)?;
    Ok(opened)
}

#[test]
fn what_is_sealed_is_bound_as_the_vectors_say() {
    // ASP-SEA-008, ASP-SEA-009, ASP-SEA-010, ASP-SEA-014
    check("seals/openings.json", |_, vector| {
        let statement = Statement::from_bytes(text(vector, "statement").as_bytes()).unwrap();
        let opened = opened(&statement, vector)?;
        assert_eq!(serde_json::to_value(&opened).unwrap(), vector["opened"]);
        assert_eq!(STANDARD.encode(opened.padded().unwrap()), text(vector, "paddedBase64"));
        let StreamId::Session(session) = &statement.stream else { panic!("{}", statement.stream) };
        let place = seal::place(session, statement.sequence, &statement.previous);
        assert_eq!(STANDARD.encode(place), text(vector, "placeBase64"));
        Ok(())
    });
    check("seals/packages.json", |_, vector| {
        let bytes = STANDARD.decode(text(vector, "packageBase64")).unwrap();
        assert_eq!(seal::package_hash(&bytes).to_string(), text(vector, "hash"));
        Ok(())
    });
    check("seals/terms.json", |_, vector| {
        let package: Package = read(vector, "package");
        assert_eq!(package.terms_hash().to_string(), text(vector, "termsHash"));
        Ok(())
    });
}

#[test]
fn a_name_has_none_of_the_characters_that_the_vectors_list() {
    // ASP-ORG-010
    let file = load(folder("names/characters.json"));
    let read = |text: &str| u32::from_str_radix(text, 16).unwrap();
    let ranges = list(&file, "refused").iter().map(|range| range.as_str().unwrap().split_once('-').unwrap());
    let refused: BTreeSet<u32> = ranges.flat_map(|(first, last)| read(first)..=read(last)).collect();
    for code in 0..=0x10_ffff_u32 {
        let shown = char::from_u32(code).is_some_and(is_shown);
        assert_eq!(shown, !refused.contains(&code), "U+{code:04X}");
    }
}

#[test]
fn names_look_alike_where_the_vectors_say_so() {
    let file = load(folder("names/likeness.json"));
    let skeletons = |called: &Value| match called["name"].as_str() {
        Some(name) => likeness::of_name(&name.parse().unwrap()),
        None => {
            let domain = text(called, "domain").parse().unwrap();
            likeness::of_domain(&domain).into_iter().chain(likeness::of_owner(&domain)).collect()
        }
    };
    for pair in list(&file, "pairs") {
        let alike = !skeletons(&pair["one"]).is_disjoint(&skeletons(&pair["other"]));
        assert_eq!(pair["alike"], alike, "{pair}");
    }
}

#[test]
fn a_bundle_proves_what_the_vectors_say() {
    let file = load(folder("bundles/commitment.json"));
    let anchors = Anchors { node_key: Some(read(&file, "nodeKey")) };
    let refuted = |vector: &Value| -> Vec<String> {
        let Ok(bundle) = Bundle::parse(text(vector, "bundle").as_bytes()) else {
            return vec!["ASP-BUN-001".to_owned()];
        };
        let report = bundle.verify(&anchors);
        let checks = report.checks.iter().zip(1..).filter(|(check, _)| check.verdict == Verdict::Refuted);
        checks.map(|(_, number)| format!("ASP-BUN-{number:03}")).collect()
    };
    assert_eq!(Rule::ALL.len(), 15, "rules are numbered in their order");
    for vector in list(&file, "accept") {
        assert_eq!(refuted(vector), Vec::<String>::new(), "{}", text(vector, "name"));
    }
    let changed = list(&file, "reject");
    assert!(changed.len() >= 8);
    let mut broken = BTreeSet::new();
    for vector in changed {
        let expected: Vec<String> = read(vector, "refuted");
        assert_eq!(refuted(vector), expected, "{}", text(vector, "change"));
        broken.extend(expected);
    }
    let numbers = [1, 2, 3, 4, 6, 8, 9, 10, 12].map(|number| format!("ASP-BUN-{number:03}"));
    assert_eq!(broken, numbers.into());
}
