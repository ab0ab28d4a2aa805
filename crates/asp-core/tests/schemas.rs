//! The schemas under `spec/schemas` and the types of the core against each other: what one takes the other takes.
//!
//! ASP-STM-009, ASP-STM-015: a statement that is in order is changed in every place in many ways, and each time the
//! verdicts have to be the same. What no keyword of a schema can say stands in one table.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use asp_core::challenge::{Challenge, ChallengeAnswer};
use asp_core::display::DisplayName;
use asp_core::key::KeyId;
use asp_core::name::StreamKind;
use asp_core::position::LogTime;
use asp_core::rejection::{Code, Rejection};
use asp_core::session::table::Performative;
use asp_core::statement::body::FileName;
use asp_core::statement::draft::canonical;
use asp_core::statement::{Kind, Received, Signature};
use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

/// Where the schemas are while they are tested; their references are relative.
const BASE: &str = "https://schemas.invalid/";

/// Keywords that a validator of these schemas has to know; those that begin with `x-` say what none of them can.
const KEYWORDS: [&str; 22] = [
    "$defs",
    "$ref",
    "$schema",
    "additionalProperties",
    "const",
    "dependentSchemas",
    "description",
    "enum",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
    "uniqueItems",
];

/// What schemas say in annotations alone.
const ANNOTATIONS: [&str; 7] =
    ["x-atLeastOneOf", "x-chunked", "x-form", "x-limit", "x-maxBytes", "x-sortedBy", "x-uniqueBy"];

/// Members whose value is any object.
const FREE: [&str; 5] = ["body", "data", "result", "schema", "terms"];

fn folder(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/")).join(path)
}

fn read(path: &str) -> String {
    let path = folder(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every kind of statement.
fn kinds() -> Vec<Kind> {
    let outside = [
        "org.register",
        "org.key.add",
        "org.key.rotate",
        "org.key.revoke",
        "org.policy.set",
        "org.verify",
        "org.check",
        "org.schema.register",
        "agent.register",
        "agent.card.set",
        "agent.card.check",
        "agent.key.add",
        "agent.key.rotate",
        "agent.key.revoke",
        "agent.keypackage.publish",
        "agent.retire",
        "agent.endorse",
        "agent.endorse.withdraw",
        "agent.rate",
        "consent.request",
        "consent.grant",
        "consent.narrow",
        "consent.revoke",
        "consent.acknowledge",
        "account.open",
        "account.deposit",
        "account.credit",
        "account.refuse",
        "account.withdraw",
        "account.paid",
        "account.returned",
        "dispute.file",
        "dispute.respond",
        "dispute.evidence",
        "dispute.settle",
        "dispute.rule",
        "dispute.convene",
        "dispute.draw",
        "dispute.seat",
        "dispute.commit",
        "dispute.vote",
        "dispute.appeal",
        "dispute.close",
    ];
    let streams =
        [StreamKind::Org, StreamKind::Agent, StreamKind::Consent, StreamKind::Account, StreamKind::Dispute];
    let read = |text: &str| streams.iter().find_map(|stream| Kind::read(text, *stream)).unwrap();
    outside.into_iter().map(read).chain(Performative::all().map(Kind::Session)).collect()
}

/// The schemas by their path under `spec/schemas`.
fn schemas() -> BTreeMap<String, Value> {
    let bodies = kinds().into_iter().map(|kind| format!("bodies/{kind}.json"));
    let names = ["common.json", "statement.json", "envelope.json", "challenge.json", "challenge-answer.json"];
    let names = names.map(str::to_owned);
    let load = |name: String| {
        let schema = serde_json::from_str(&read(&format!("schemas/{name}"))).unwrap();
        (name, schema)
    };
    names.into_iter().chain(bodies).map(load).collect()
}

fn validator(name: &str) -> Validator {
    let schemas = schemas();
    let mut registry = Registry::new();
    for (name, schema) in &schemas {
        registry = registry.add(format!("{BASE}{name}"), schema).unwrap();
    }
    let registry = registry.prepare().unwrap();
    jsonschema::draft202012::options()
        .with_registry(&registry)
        .build(&json!({"$ref": format!("{BASE}{name}")}))
        .unwrap()
}

/// The vectors of what is taken: the type, the name, the envelope.
fn accepted() -> Vec<(Kind, String, Value)> {
    let of_kind = |kind: Kind| {
        let file: Value = serde_json::from_str(&read(&format!("vectors/statements/{kind}.json"))).unwrap();
        let cases = file["accept"].as_array().unwrap().clone();
        cases.into_iter().map(move |case| {
            let envelope = serde_json::from_str(case["envelope"].as_str().unwrap()).unwrap();
            (kind, case["name"].as_str().unwrap().to_owned(), envelope)
        })
    };
    kinds().into_iter().flat_map(of_kind).collect()
}

/// A statement of more bytes is there for its size alone.
const LARGE_BYTES: usize = 8_192;

/// Whether the core reads it as a statement; signatures are another matter.
fn reads(statement: &Value, signatures: &[Signature]) -> Result<(), Rejection> {
    let bytes = canonical(statement);
    Received::from_parts(&bytes, signatures.to_vec()).and_then(Received::read).map(|_| ())
}

#[test]
fn each_type_of_statement_has_a_schema_of_its_body_and_no_other() {
    let statement = &schemas()["statement.json"];
    let named: BTreeSet<&str> = statement["properties"]["type"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let kinds = kinds();
    assert_eq!(named, kinds.iter().map(|kind| kind.as_str()).collect());
    let referred = statement["oneOf"].as_array().unwrap().iter().map(|alternative| {
        let properties = &alternative["properties"];
        let (kind, body) = (&properties["type"]["const"], &properties["body"]["$ref"]);
        assert_eq!(*body, format!("bodies/{}.json", kind.as_str().unwrap()));
        kind.as_str().unwrap()
    });
    assert_eq!(referred.collect::<BTreeSet<_>>(), named);
    let files = std::fs::read_dir(folder("schemas/bodies")).unwrap();
    assert_eq!(files.count(), kinds.len());
}

/// Calls for every schema within a schema, with the name of the member that it is of, if it is of one.
fn each_schema(
    schema: &Value,
    member: Option<&str>,
    look: &mut impl FnMut(&Map<String, Value>, Option<&str>),
) {
    let members = schema.as_object().unwrap();
    look(members, member);
    for (name, value) in members {
        match name.as_str() {
            "properties" => {
                for (name, value) in value.as_object().unwrap() {
                    each_schema(value, Some(name), look);
                }
            }
            "$defs" | "dependentSchemas" => {
                value.as_object().unwrap().values().for_each(|value| each_schema(value, None, look));
            }
            "oneOf" => value.as_array().unwrap().iter().for_each(|value| each_schema(value, None, look)),
            "items" => each_schema(value, None, look),
            _ => {}
        }
    }
}

#[test]
fn schemas_say_all_that_they_say_in_few_words() {
    for (path, schema) in schemas() {
        each_schema(&schema, None, &mut |members, member| {
            for keyword in members.keys() {
                let known = KEYWORDS.contains(&keyword.as_str()) || ANNOTATIONS.contains(&keyword.as_str());
                assert!(known, "{path}: {keyword}");
            }
            if member.is_some() && path != "statement.json" {
                assert!(members.contains_key("description"), "{path}: {member:?} has no description");
            }
            if let Some(description) = members.get("description").and_then(Value::as_str) {
                assert!(description.ends_with('.'), "{path}: {description}");
            }
            if members.get("type") == Some(&json!("object")) {
                let closed = members.get("additionalProperties") == Some(&json!(false));
                assert!(
                    closed || member.is_some_and(|name| FREE.contains(&name)),
                    "{path}: {member:?} is open"
                );
                assert_eq!(closed, members.contains_key("required"), "{path}: {member:?}");
            }
            let pattern = members.get("pattern").and_then(Value::as_str).unwrap_or("^$");
            let plain = pattern.is_ascii() && pattern.starts_with('^') && pattern.ends_with('$');
            assert!(plain && !pattern.contains("(?"), "{path}: {pattern}");
            assert!(!members.is_empty(), "{path}: {member:?} says nothing");
        });
    }
}

#[test]
fn bounds_in_schemas_are_those_of_the_protocol() {
    let limits: toml::Table = read("limits.toml").parse().unwrap();
    let mut named = 0;
    for (path, schema) in schemas() {
        each_schema(&schema, None, &mut |members, _| {
            let Some(bounds) = members.get("x-limit") else { return };
            for (keyword, limit) in bounds.as_object().unwrap() {
                let limit = limit.as_str().unwrap();
                let value = limits[limit]["value"].as_integer().unwrap();
                assert_eq!(members[keyword], json!(value), "{path}: {keyword} is {limit}");
                named += 1;
            }
        });
    }
    assert!(named > 20, "{named}");
}

#[test]
fn each_vector_of_what_is_taken_fits_the_schemas() {
    let (statement, envelope) = (validator("statement.json"), validator("envelope.json"));
    for (kind, name, vector) in accepted() {
        for (validator, value) in [(&envelope, &vector), (&statement, &vector["statement"])] {
            let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{kind} {name}");
        }
    }
}

/// What a schema takes and the core refuses, since no keyword can say it: why, and whether it is so in a statement.
type Unsaid = (&'static str, fn(&Value) -> bool);

const UNSAID: [Unsaid; 10] = [
    ("x-form display-name: a pattern knows no letters", |statement| {
        let names = ["/body/name", "/body/card/name"].map(|place| statement.pointer(place));
        names
            .into_iter()
            .flatten()
            .any(|name| name.as_str().is_some_and(|it| it.parse::<DisplayName>().is_err()))
    }),
    ("x-form file-name: a pattern knows no letters", |statement| {
        let name = statement["body"]["file"]["name"].as_str();
        name.is_some_and(|name| name.parse::<FileName>().is_err())
    }),
    ("x-maxBytes: keywords count characters, bounds count bytes", |statement| {
        any_text(statement, &|text| text.len() > text.chars().count())
    }),
    ("x-form calendar: a pattern knows no months", |statement| {
        any_text(statement, &|text| {
            text.len() == 24 && text.ends_with('Z') && text.parse::<LogTime>().is_err()
        })
    }),
    ("x-form did-key: a pattern cannot decode", |statement| {
        let is_named = |text: &str| text.starts_with("did:key:z6Mk") || text.starts_with("did:key:zDn");
        any_text(statement, &|text| is_named(text) && text.parse::<KeyId>().is_err())
    }),
    ("x-uniqueBy: items that differ elsewhere", |statement| {
        [("schemas", "hash"), ("packages", "content")].into_iter().any(|(list, member)| {
            let told = listed(statement, list, member);
            told.iter().collect::<BTreeSet<_>>().len() < told.len()
        }) || {
            let told = |member| listed(statement, "disclosures", member);
            let pairs: Vec<_> = told("statement").into_iter().zip(told("to")).collect();
            pairs.iter().collect::<BTreeSet<_>>().len() < pairs.len()
        }
    }),
    ("x-sortedBy: items in the order of a member", |statement| {
        !listed(statement, "members", "agent").is_sorted_by(|one, other| one < other)
    }),
    ("x-chunked: a list as long as a size makes it", |statement| {
        let file = &statement["body"]["file"];
        let made = file["size"].as_u64().map(|size| size.div_ceil(1 << 20));
        file["chunks"].as_array().is_some_and(|chunks| Some(chunks.len() as u64) != made)
    }),
    ("x-form code: a pattern knows no registry", |statement| {
        let code = statement["body"]["code"].as_str();
        code.is_some_and(|code| Code::all().all(|known| known.as_str() != code))
    }),
    ("x-atLeastOneOf: one of two optional members has to be there", |statement| {
        let body = &statement["body"];
        let spent = if body["kind"] == "usage" { body } else { &body["limits"]["budget"] };
        spent.is_object() && spent["cost"].is_null() && spent["tokens"].is_null()
    }),
];

/// The texts of this member in a list of the body, as far as its items have it.
fn listed<'a>(statement: &'a Value, list: &str, member: &str) -> Vec<&'a str> {
    statement["body"][list]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item[member].as_str())
        .collect()
}

fn any_text(value: &Value, is: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, is)),
        Value::Object(members) => members.values().any(|member| any_text(member, is)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Every place of a value, the value itself first.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
    found.push(place.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{place}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{place}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The statement without this place.
fn without(statement: &Value, place: &str) -> Option<Value> {
    let mut changed = statement.clone();
    let (parent, name) = place.rsplit_once('/')?;
    match changed.pointer_mut(parent)? {
        Value::Object(members) => drop(members.remove(name)),
        Value::Array(items) => drop(items.remove(name.parse().ok()?)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    }
    Some(changed)
}

/// What to put in place of a value: other types, then what is near to it or to a bound.
fn instead(value: &Value, texts: &BTreeSet<String>) -> Vec<Value> {
    let mut others = vec![
        json!(null),
        json!(true),
        json!(7),
        json!("x"),
        json!([]),
        json!({}),
        json!([value]),
        json!({"a": value}),
    ];
    match value {
        Value::String(text) => {
            others.extend(texts.iter().map(|text| json!(text)));
            others.extend(near(text).into_iter().map(Value::String));
        }
        Value::Number(_) => others.extend(NUMBERS.map(|number| json!(number))),
        Value::Array(items) => others.extend(lists(items)),
        Value::Object(members) => {
            others.push(members.values().cloned().collect());
            let mut more = members.clone();
            more.insert("unknown".to_owned(), json!(1));
            others.push(Value::Object(more));
        }
        Value::Bool(_) | Value::Null => others.push(json!(false)),
    }
    others
}

/// Both sides of every bound of a number.
const NUMBERS: [i64; 20] = [
    -1,
    0,
    1,
    2,
    31,
    32,
    33,
    63,
    64,
    65,
    9_999,
    10_000,
    10_001,
    31_622_399_999,
    31_622_400_000,
    31_622_400_001,
    4_294_967_295,
    4_294_967_296,
    9_007_199_254_740_990,
    9_007_199_254_740_991,
];

/// Texts that differ little from this one, and some at the bounds of length.
fn near(text: &str) -> Vec<String> {
    let mut near = vec![
        String::new(),
        text.to_uppercase(),
        text.to_lowercase(),
        format!("{text} "),
        format!(" {text}"),
        format!("{text}0"),
        format!("{text}\n"),
        format!("{text}."),
        format!("{text}/"),
        format!("{text}:"),
        format!("{text}é"),
        format!("{text}\u{200b}"),
        format!("{text}  "),
        format!("{text}１"),
        format!("0{text}"),
        text.replacen('0', "1", 1),
        text.replacen(|letter: char| letter.is_ascii_digit(), "9", 1),
        text.replacen("11-23", "02-30", 1),
        text.replacen("15:55:12", "24:00:00", 1),
        text.replacen("15:55:12", "23:59:60", 1),
        text.replacen("2026", "9999", 1),
        text.replacen("2026", "1969", 1),
        text.replacen("6Mk", "6Mj", 1),
    ];
    // As many digits as before, of another number.
    for kind in ["did:key:z6Mk", "did:key:zDn"] {
        near.extend(text.strip_prefix(kind).map(|digits| format!("{kind}z{}", &digits[1..])));
    }
    let mut shorter = text.to_owned();
    shorter.pop();
    near.push(shorter);
    for length in [32, 33, 64, 65, 200, 201, 245, 246, 255, 256, 512, 513, 4096, 4097] {
        near.push("a".repeat(length));
        near.push(format!("é{}", "a".repeat(length - 1)));
        near.push(format!("{text}{}", "a".repeat(length.saturating_sub(text.len()))));
        near.push(format!("{text}{}", "/a".repeat(length / 2)));
    }
    near.push(format!("{text}{}", ".example".repeat(28)));
    near.push(format!("{text}{}", ".b".repeat(7)));
    near.push(format!("{text}{}", ".b".repeat(8)));
    near
}

/// Lists with other lengths, with items twice, in another order, and with as many different ones as may be and more.
fn lists(items: &[Value]) -> Vec<Value> {
    let reversed: Vec<Value> = items.iter().rev().cloned().collect();
    let Some(first) = items.first() else { return vec![json!([1]), json!(["x"]), json!([{}])] };
    let mut lists = vec![Value::Array(reversed)];
    for count in [2, 8, 9, 13, 14, 16, 17, 32, 33, 64, 65] {
        lists.push(vec![first.clone(); count].into());
        lists.push((0..count).map(|number| numbered(first, number)).collect());
    }
    lists
}

/// An item that differs by its number from others.
fn numbered(item: &Value, number: usize) -> Value {
    let text = |text: &str| match text.strip_prefix("sha256:") {
        Some(digits) => format!("sha256:{number:02x}{}", &digits[2..]),
        // A language with a region in digits is one too.
        None if text.len() == 2 => format!("{text}-{number:03}"),
        None => format!("{text}{number}"),
    };
    match item {
        Value::String(written) => json!(text(written)),
        Value::Object(members) if members.contains_key("hash") => {
            let mut members = members.clone();
            members.insert("hash".to_owned(), json!(text(members["hash"].as_str().unwrap())));
            Value::Object(members)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => item.clone(),
    }
}

/// Texts that stand somewhere in the vectors: each is put in place of each. Of long ones, which are alike, a few.
fn texts() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for (_, _, vector) in accepted() {
        collect(&vector["statement"], &mut texts);
    }
    let mut forms = BTreeSet::new();
    let form = |text: &String| text.chars().take(4).collect::<String>();
    texts
        .into_iter()
        .filter(|text| text.len() <= 20 || (text.len() <= 100 && forms.insert(form(text))))
        .collect()
}

fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(texts.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Parts that several bodies have.
const PARTS: [&str; 5] =
    ["/body/packages/0/", "/body/limits/", "/body/participants/0/", "/body/receipt/", "/body/card/"];

/// What was found: how often both took or refused, which rows of the table were met, and where the verdicts differ.
#[derive(Default)]
struct Tally {
    taken: usize,
    refused: usize,
    met: BTreeSet<usize>,
    differences: Vec<String>,
}

impl Tally {
    fn judge(&mut self, what: &str, fits: bool, changed: &Value, signatures: &[Signature]) {
        let read = reads(changed, signatures);
        match (fits, &read) {
            (true, Ok(())) => self.taken += 1,
            (false, Err(_)) => self.refused += 1,
            // The grammar of all JSON comes before any schema.
            (true, Err(rejection)) if rejection.rule == Some("ASP-STM-001") => {}
            _ => match UNSAID.iter().position(|(_, is)| fits && is(changed)) {
                Some(row) => drop(self.met.insert(row)),
                None => self.differences.push(format!("{what}: the schema says {fits}, the core {read:?}")),
            },
        }
    }
}

#[test]
fn a_changed_statement_fits_the_schemas_if_and_only_if_the_core_reads_it() {
    let whole = validator("statement.json");
    let texts = texts();
    let mut tally = Tally::default();
    let mut seen = BTreeSet::new();
    let mut body_of = BTreeMap::new();
    for (kind, name, vector) in accepted() {
        let signatures: Vec<Signature> = serde_json::from_value(vector["signatures"].clone()).unwrap();
        let body = body_of.entry(kind).or_insert_with(|| validator(&format!("bodies/{kind}.json")));
        let statement = &vector["statement"];
        if canonical(statement).len() > LARGE_BYTES {
            continue;
        }
        let mut found = Vec::new();
        places(statement, "", &mut found);
        for place in found.iter().filter(|place| !place.is_empty()) {
            let in_body = place.starts_with("/body/");
            let general = place.replace(|letter: char| letter.is_ascii_digit(), "0");
            // Most of what stands around the body is the same for every type, and so are the large parts of bodies.
            let part = PARTS.iter().find(|part| general.starts_with(**part) && general.len() > part.len());
            let around = match part {
                Some(part) => (*part).to_owned(),
                None if in_body => format!("{kind} {}", statement["body"]["kind"]),
                None if ["/stream", "/sequence", "/type"].contains(&general.as_str()) => {
                    format!("{:?}", kind.stream())
                }
                None => "any".to_owned(),
            };
            if !seen.insert((around, general)) {
                continue;
            }
            let taken_out = without(statement, place).into_iter();
            let replaced = instead(statement.pointer(place).unwrap(), &texts).into_iter().map(|value| {
                let mut copy = statement.clone();
                *copy.pointer_mut(place).unwrap() = value;
                copy
            });
            for changed in taken_out.chain(replaced) {
                let fits = if in_body { body.is_valid(&changed["body"]) } else { whole.is_valid(&changed) };
                let what =
                    || format!("{kind} {name} {place} {:?}", changed.pointer(place).map(Value::to_string));
                tally.judge(&what(), fits, &changed, &signatures);
            }
        }
    }
    let Tally { taken, refused, met, differences } = tally;
    assert_eq!(differences, Vec::<String>::new());
    assert_eq!(met.len(), UNSAID.len(), "rows that nothing meets any more: {met:?}");
    assert!(taken > 1_000 && refused > 10_000, "{taken} taken, {refused} refused");
}

#[test]
fn a_changed_challenge_or_answer_fits_its_schema_if_and_only_if_the_core_reads_it() {
    type Reads = fn(&[u8]) -> bool;
    let documents: [(&str, &str, Reads); 2] = [
        ("challenge.json", "challenge", |bytes| Challenge::from_json(bytes).is_ok()),
        ("challenge-answer.json", "answer", |bytes| ChallengeAnswer::from_json(bytes).is_ok()),
    ];
    let file: Value = serde_json::from_str(&read("vectors/challenges/answers.json")).unwrap();
    let (texts, mut taken, mut refused) = (texts(), 0, 0);
    for (schema, member, reads) in documents {
        let validator = validator(schema);
        let good: Value = serde_json::from_str(file["accept"][0][member].as_str().unwrap()).unwrap();
        let mut found = Vec::new();
        places(&good, "", &mut found);
        for place in &found {
            let replaced = instead(good.pointer(place).unwrap(), &texts).into_iter().map(|value| {
                let mut copy = good.clone();
                *copy.pointer_mut(place).unwrap() = value;
                copy
            });
            for changed in without(&good, place).into_iter().chain(replaced) {
                let (fits, bytes) = (validator.is_valid(&changed), canonical(&changed));
                let unsaid = fits && UNSAID.iter().any(|(_, is)| is(&changed));
                assert!(unsaid || fits == reads(&bytes), "{schema} says {fits}: {changed}");
                *(if fits { &mut taken } else { &mut refused }) += 1;
            }
        }
    }
    assert!(taken > 20 && refused > 100, "{taken} taken, {refused} refused");
}
