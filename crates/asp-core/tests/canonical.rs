//! What the scanner takes is canonical JSON of the narrower grammar, and nothing else is.
//! The judge is serde_json_canonicalizer; the RFC's own vectors and a table of hostile inputs stand beside it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this file is a test, also the helpers outside the test functions"
)]

use std::path::PathBuf;

use asp_core::limits;
use asp_core::rejection::Code;
use asp_core::statement::scan::{Bounds, member, scan};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Scans as a statement; the expectation is `OK`, or the code, or the code and the pointer.
#[track_caller]
fn check(bytes: impl AsRef<[u8]>, expected: &str) {
    check_within(&Bounds::STATEMENT, bytes, expected);
}

#[track_caller]
fn check_within(bounds: &Bounds, bytes: impl AsRef<[u8]>, expected: &str) {
    let bytes = bytes.as_ref();
    let found = match scan(bytes, bounds) {
        Ok(()) => "OK".to_owned(),
        Err(rejection) if expected.contains(' ') => {
            format!("{} {}", rejection.code, rejection.pointer.unwrap_or_default())
        }
        Err(rejection) => rejection.code.to_string(),
    };
    let start = bytes.get(..200).unwrap_or(bytes);
    assert_eq!(found, expected, "{}", String::from_utf8_lossy(start));
}

#[test]
fn canonical_objects_are_accepted() {
    check("{}", "OK");
    check(r#"{"":""}"#, "OK");
    check(r#"{"a":[],"b":{},"c":[{}],"d":[null,true,false]}"#, "OK");
    check(r#"{"a":0,"b":-1,"c":9007199254740991,"d":-9007199254740991}"#, "OK");
    check(r#"{"a":"\b\t\n\f\r\"\\\u0001\u001f/"}"#, "OK");
    check("{\"a\":\"\u{7f}\u{80}é€😂\u{2028}\u{ffff}\"}", "OK");
    check("{\"\\n\":1,\"\\u001f\":2,\"!\":3,\"\\\"\":4,\"#\":5,\"[\":6,\"\\\\\":7,\"]\":8}", "OK");
    check("{\"😂\":1,\"\u{e000}\":2,\"\u{ffff}\":3}", "OK");
}

#[test]
fn what_is_not_json_is_refused_as_that() {
    for text in
        ["", " ", "{", "}", "{}}", "{}{}", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1", "{a:1}"]
    {
        check(text, "NOT_JSON");
    }
    for value in
        ["[1,]", "[,1]", "[1 2]", "[", "]", "tru", "True", "nul", "undefined", "NaN", "Infinity", "'a'"]
    {
        check(format!("{{\"a\":{value}}}"), "NOT_JSON");
    }
    for number in
        ["01", "-01", "00", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x10", "1_000", "--1", "1-2", "١"]
    {
        check(format!("{{\"a\":{number}}}"), "NOT_JSON");
    }
    for string in [r"\x41", r"\u12", r"\u12g4", r"\u+123", r"\'", r"\U0041", "a\nb", "a\tb", "\u{1f}", "\\"] {
        check(format!("{{\"a\":\"{string}\"}}"), "NOT_JSON");
    }
    check("\u{feff}{}", "NOT_JSON");
    check("{}\u{a0}", "NOT_JSON");
    check("{} // comment", "NOT_JSON");
    check(r#"{"a":[0,{"b":tru}]}"#, "NOT_JSON /a/1/b");
    check(r#"{"a":1,"a":2"#, "NOT_JSON ");
}

#[test]
fn what_is_not_utf8_is_refused_as_that() {
    for string in [
        &b"\xff"[..],
        b"\xc0\x80",
        b"\xc1\xbf",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
    ] {
        check([b"{\"a\":\"", string, b"\"}"].concat(), "INVALID_UTF8 /a");
    }
    check(b"{\"a\":1,\"a\":1.5}\x80", "INVALID_UTF8 ");
    check(b"\xff\xfe{\0}\0", "INVALID_UTF8");
}

#[test]
fn a_name_that_stands_twice_is_refused_however_it_is_spelled() {
    check(r#"{"a":1,"a":1}"#, "DUPLICATE_NAME /a");
    check(r#"{"a":1,"\u0061":2}"#, "DUPLICATE_NAME /a");
    check(r#"{"\u0061":1,"a":2}"#, "DUPLICATE_NAME /a");
    check(r#"{"\n":1,"\u000a":2}"#, "DUPLICATE_NAME");
    check(r#"{"/":1,"\/":2}"#, "DUPLICATE_NAME /~1");
    check("{\"😂\":1,\"\\ud83d\\ude02\":2}", "DUPLICATE_NAME /😂");
    check(r#"{"b":1,"a":2,"b":3}"#, "DUPLICATE_NAME /b");
    check(r#"{ "a": 1, "b": 2, "a": 3 }"#, "DUPLICATE_NAME /a");
    check(r#"{"a":1.5,"b":[{"c":0,"c":9007199254740993}]}"#, "DUPLICATE_NAME /b/0/c");
    check(r#"{"a":{"b":1},"b":{"b":1}}"#, "OK");
    // Equal to the eye, different in code points: RFC 8785 does not normalise.
    check("{\"A\u{30a}\":1,\"\u{c5}\":2}", "OK");
}

#[test]
fn other_spellings_of_a_good_value_are_not_canonical() {
    for text in [
        " {}",
        "{} ",
        "{}\n",
        "{ }",
        "{\"a\" :1}",
        "{\"a\": 1}",
        "{\"a\":[ ]}",
        "{\"a\":[1, 2]}",
        "{\"a\":1 }",
        "\r\n\t{}",
    ] {
        check(text, "NOT_CANONICAL");
    }
    for string in [
        r"\/", r"\u0041", r"\u0008", r"\u000a", r"\u000A", r"\u001F", r"\u0022", r"\u005c", r"\u007f",
        r"\u20ac",
    ] {
        check(format!("{{\"a\":\"{string}\"}}"), "NOT_CANONICAL /a");
    }
    check(r#"{"a":"\ud83d\ude02"}"#, "NOT_CANONICAL /a");
    check(r#"{"b":1,"a":2}"#, "NOT_CANONICAL /a");
    check(r#"{"2":1,"10":2}"#, "NOT_CANONICAL /10");
    check(r#"{"a":1,"B":2}"#, "NOT_CANONICAL /B");
    // Sorted by code points, not by UTF-16 code units.
    check("{\"\u{e000}\":1,\"😂\":2}", "NOT_CANONICAL /😂");
    check(r#"{"a":{"~/":[{"c":1, "d":2}]}}"#, "NOT_CANONICAL /a/~0~1/0");
}

#[test]
fn numbers_that_some_reader_rounds_are_refused() {
    for number in
        ["1.0", "1.5", "0.0", "-0.0", "-0", "1e0", "1E3", "1e-7", "0e0", "9007199254740993.0", "1e999999"]
    {
        check(format!("{{\"a\":{number}}}"), "NOT_AN_INTEGER /a");
    }
    for number in [
        "9007199254740992",
        "-9007199254740992",
        "9007199254740993",
        "9999999999999999",
        "18446744073709551615",
        "18446744073709551616",
        "-100000000000000000000000000000000000000000",
    ] {
        check(format!("{{\"a\":{number}}}"), "NUMBER_OUT_OF_RANGE /a");
    }
    check(r#"{"a":[0, -0]}"#, "NOT_AN_INTEGER /a/1");
    check(format!("{{\"a\":{}}}", "9".repeat(200_000)), "NUMBER_OUT_OF_RANGE");
}

#[test]
fn characters_that_some_reader_loses_are_refused() {
    for string in
        [r"\ud800", r"\udfff", r"\uD83Dx", r"\ude02\ud83d", r"\ud83d\ud83d", r"\ud83d\u0041", r"\ud83d\n"]
    {
        check(format!("{{\"a\":\"{string}\"}}"), "LONE_SURROGATE /a");
    }
    check(r#"{"\ud800":1,"\ud801":2}"#, "LONE_SURROGATE ");
    check(r#"{"a":"\u0000"}"#, "NUL_CHARACTER /a");
    check(r#"{"a\u0000":1}"#, "NUL_CHARACTER ");
    check("{\"a\":\"x\0\"}", "NUL_CHARACTER /a");
    check("{\"a\":\"x\0", "NUL_CHARACTER");
    check("{}\0", "NUL_CHARACTER");
    check("{\0}", "NUL_CHARACTER");
    check(r#"{"a":"\ud800\uZZZZ"}"#, "NOT_JSON");
}

#[test]
fn json_that_is_no_object_is_no_envelope() {
    for text in ["[]", "[{}]", "1", "\"a\"", "null", "true", " [ ] "] {
        check(text, "INVALID_ENVELOPE ");
    }
    check("[1.5]", "NOT_AN_INTEGER /0");
}

#[test]
fn each_bound_holds_to_the_last_unit() {
    let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    check(nested(limits::STATEMENT_DEPTH_MAX), "OK");
    check(nested(limits::STATEMENT_DEPTH_MAX + 1), "TOO_DEEP");
    let arrays = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    check(arrays(limits::STATEMENT_DEPTH_MAX - 1), "OK");
    check(arrays(limits::STATEMENT_DEPTH_MAX), "TOO_DEEP");

    let list = |values: usize| format!("{{\"a\":[{}]}}", vec!["1"; values].join(","));
    check(list(limits::STATEMENT_NODES_MAX - 2), "OK");
    check(list(limits::STATEMENT_NODES_MAX - 1), "TOO_MANY_NODES");

    let string = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes));
    check(string(limits::STRING_BYTES_MAX), "OK");
    check(string(limits::STRING_BYTES_MAX + 1), "STRING_TOO_LONG /a");
    let name = |bytes: usize| format!("{{\"{}\":1}}", "x".repeat(bytes));
    check(name(limits::STRING_BYTES_MAX), "OK");
    check(name(limits::STRING_BYTES_MAX + 1), "STRING_TOO_LONG ");

    let full = "x".repeat(limits::STRING_BYTES_MAX);
    let statement =
        |last: usize| format!("{{\"a\":[\"{full}\",\"{full}\",\"{full}\",\"{}\"]}}", "x".repeat(last));
    let around = statement(0).len();
    check(statement(limits::STATEMENT_BYTES_MAX - around), "OK");
    check(statement(limits::STATEMENT_BYTES_MAX - around + 1), "STATEMENT_TOO_LARGE");
}

#[test]
fn narrower_bounds_hold_and_wider_ones_do_not_unbound_the_recursion() {
    let narrow = Bounds { bytes: 20, depth: 2, nodes: 4, string_bytes: 3 };
    check_within(&narrow, r#"{"a":[1,"xyz"]}"#, "OK");
    check_within(&narrow, r#"{"a":[[]]}"#, "TOO_DEEP /a/0");
    check_within(&narrow, r#"{"a":[1,2,3]}"#, "TOO_MANY_NODES /a/2");
    check_within(&narrow, r#"{"a":"wxyz"}"#, "STRING_TOO_LONG /a");
    check_within(&narrow, r#"{"a":"xyz","b":"xyz"}"#, "STATEMENT_TOO_LARGE");
    check_within(&Bounds { depth: 0, ..narrow }, "{}", "TOO_DEEP ");
    check_within(&Bounds { nodes: 0, ..narrow }, "{}", "TOO_MANY_NODES ");
    let wide = Bounds { bytes: usize::MAX, depth: usize::MAX, nodes: usize::MAX, string_bytes: usize::MAX };
    check_within(&wide, format!("{}1{}", "{\"a\":".repeat(64), "}".repeat(64)), "OK");
    check_within(&wide, "{\"a\":".repeat(1_000_000), "TOO_DEEP");
}

#[test]
fn bombs_are_refused_by_a_bound_and_answered_briefly() {
    let size = limits::STATEMENT_BYTES_MAX;
    check("[".repeat(size), "TOO_DEEP");
    check("{\"a\":".repeat(size / 5), "TOO_DEEP");
    check(format!("{{\"a\":[{}", "0,".repeat(size / 2 - 3)), "TOO_MANY_NODES");
    check(format!("{{\"a\":\"{}", "\\u0041".repeat(size / 6 - 1)), "STRING_TOO_LONG");
    check(" ".repeat(size), "NOT_JSON");
    check(" ".repeat(size + 1), "STATEMENT_TOO_LARGE");
    check("\0".repeat(size + 1), "STATEMENT_TOO_LARGE");
    // As many names as there may be, all alike up to the end, in falling order, and the first one again.
    let names: Vec<_> =
        (0..4000).rev().map(|number| format!("\"{}{number:04}\":1", "x".repeat(50))).collect();
    let unsorted = names.join(",");
    check(format!("{{{unsorted}}}"), "NOT_CANONICAL");
    check(format!("{{{unsorted},{}}}", names[0]), "DUPLICATE_NAME");
    // A long name never comes back whole.
    let long = "/".repeat(limits::STRING_BYTES_MAX);
    let rejection = scan(format!("{{\"a\":{{\"{long}\":1.5}}}}").as_bytes(), &Bounds::STATEMENT).unwrap_err();
    assert_eq!(rejection, Code::NotAnInteger.at("/a"));
}

#[test]
fn a_member_is_the_exact_bytes_of_its_value() {
    let object = br#"{"":1,"\n":0,"a":{"b":[1,"}"],"c":"\""},"b":"x,y","c":-5,"s":[]}"#;
    check(object, "OK");
    let found = |name: &str| member(object, name).map(|value| std::str::from_utf8(value).unwrap());
    assert_eq!(found(""), Some("1"));
    assert_eq!(found("\n"), Some("0"));
    assert_eq!(found("a"), Some(r#"{"b":[1,"}"],"c":"\""}"#));
    assert_eq!(found("b"), Some(r#""x,y""#));
    assert_eq!(found("c"), Some("-5"));
    assert_eq!(found("s"), Some("[]"));
    for absent in ["\\n", "aa", "d", "a\0"] {
        assert_eq!(found(absent), None, "{absent:?}");
    }
    assert_eq!(member(b"{}", ""), None);
    assert_eq!(member(b"[1]", "a"), None);
    assert_eq!(member(b"{\"a\":", "a"), None);
}

#[test]
fn the_vectors_of_the_rfc_are_judged_as_the_narrower_grammar_says() {
    let judged = |name: &str, expected: &str| check(vector(name), expected);
    judged("arrays.input.json", "INVALID_ENVELOPE");
    judged("arrays.output.json", "INVALID_ENVELOPE");
    judged("french.input.json", "NOT_CANONICAL");
    judged("french.output.json", "OK");
    judged("structures.input.json", "NOT_AN_INTEGER /1/\n");
    judged("structures.output.json", "OK");
    judged("unicode.input.json", "NOT_CANONICAL");
    judged("unicode.output.json", "OK");
    judged("values.input.json", "NOT_AN_INTEGER /numbers/0");
    judged("values.output.json", "NOT_AN_INTEGER /numbers/0");
    judged("weird.input.json", "NOT_CANONICAL");
    judged("weird.output.json", "OK");
}

#[test]
fn no_vector_of_the_rfc_is_forgotten() {
    let mut names: Vec<_> = vectors()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| name.ends_with(".json"));
    assert_eq!(names.len(), 12, "{names:?}");
}

fn vectors() -> PathBuf {
    let folder = std::env::var_os("ASSENT_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors")),
        PathBuf::from,
    );
    folder.join("rfc8785")
}

#[expect(clippy::disallowed_methods, reason = "the vectors are files, and this is not the core")]
fn vector(name: &str) -> Vec<u8> {
    let path = vectors().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The judgement by other hands: `bytes` are what the canonicaliser makes of them, and the value is one of ours.
fn is_canonical(bytes: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return false;
    };
    let canonical = serde_json_canonicalizer::to_vec(&value).unwrap();
    value.is_object() && fits(&value) && canonical == bytes
}

fn fits(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => {
            number.as_i64().is_some_and(|integer| integer.unsigned_abs() <= limits::INTEGER_MAX)
        }
        Value::String(text) => !text.contains('\0'),
        Value::Array(values) => values.iter().all(fits),
        Value::Object(members) => members.iter().all(|(name, value)| !name.contains('\0') && fits(value)),
    }
}

/// Text where it hurts: controls, quotes, both sides of the surrogates, and names that share beginnings.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => prop::char::range('a', 'c'),
        2 => prop::char::range('\u{1}', '\u{7f}'),
        1 => prop::sample::select(vec!['"', '\\', '/', '\u{7f}', '\u{80}', 'é', '\u{2028}', '\u{d7ff}', '\u{e000}']),
        1 => prop::sample::select(vec!['\u{ee00}', '\u{efff}', '\u{feff}', '\u{ffff}', '\u{10000}', '😂', '\u{10ffff}']),
        1 => any::<char>().prop_map(|character| if character == '\0' { ' ' } else { character }),
    ];
    prop::collection::vec(character, 0..6).prop_map(|characters| characters.into_iter().collect())
}

fn object() -> impl Strategy<Value = Value> {
    let largest = i64::try_from(limits::INTEGER_MAX).unwrap();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-largest..=largest).prop_map(Value::from),
        (-20_i64..20).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            members(inner).prop_map(Value::from),
        ]
    });
    members(value).prop_map(Value::from)
}

fn members(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((text(), value), 0..6).prop_map(|members| members.into_iter().collect())
}

/// A change of some bytes at a place, chosen so that the result is often still JSON.
#[derive(Debug, Clone)]
enum Change {
    Insert(&'static str),
    Replace(&'static str),
    Flip(u8),
    Remove(usize),
    Repeat(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let token = prop::sample::select(vec![
        " ",
        "\n",
        "\0",
        "0",
        "1",
        "9",
        "-",
        "-0",
        ".5",
        "e1",
        "9007199254740992",
        "\"",
        "\\",
        "\\\"",
        "\\n",
        "\\/",
        "\\u0000",
        "\\u0061",
        "\\u000a",
        "\\u001F",
        "\\ud800",
        "\\ud83d\\ude02",
        "a",
        "b",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\":1,",
        "\"b\":{},",
        "null",
        "é",
        "\u{ffff}",
        "😂",
    ]);
    prop_oneof![
        token.clone().prop_map(Change::Insert),
        token.prop_map(Change::Replace),
        (1..=255_u8).prop_map(Change::Flip),
        (1..8_usize).prop_map(Change::Remove),
        (1..12_usize).prop_map(Change::Repeat),
    ]
}

fn apply(bytes: &mut Vec<u8>, place: prop::sample::Index, change: &Change) {
    let place = place.index(bytes.len() + 1);
    let until = |length: usize| (place + length).min(bytes.len());
    match change {
        Change::Insert(token) => drop(bytes.splice(place..place, token.bytes())),
        Change::Replace(token) => drop(bytes.splice(place..until(1), token.bytes())),
        Change::Flip(bits) => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= bits),
        Change::Remove(length) => drop(bytes.drain(place..until(*length))),
        Change::Repeat(length) => {
            let again = bytes[place..until(*length)].to_vec();
            drop(bytes.splice(place..place, again));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_canonicaliser_writes_is_accepted(value in object()) {
        let bytes = serde_json_canonicalizer::to_vec(&value).unwrap();
        prop_assert_eq!(scan(&bytes, &Bounds::STATEMENT), Ok(()), "{}", String::from_utf8_lossy(&bytes));
        for (name, inner) in value.as_object().unwrap() {
            let written = serde_json_canonicalizer::to_vec(inner).unwrap();
            prop_assert_eq!(member(&bytes, name), Some(&written[..]));
        }
        prop_assert_eq!(member(&bytes, "a name longer than any other"), None);
    }

    #[test]
    fn of_changed_bytes_exactly_the_canonical_ones_are_accepted(
        value in object(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), change()), 1..4),
    ) {
        let mut bytes = serde_json_canonicalizer::to_vec(&value).unwrap();
        for (place, change) in &changes {
            apply(&mut bytes, *place, change);
        }
        let judged = scan(&bytes, &Bounds::STATEMENT);
        prop_assert_eq!(judged.is_ok(), is_canonical(&bytes), "{} {:?}", String::from_utf8_lossy(&bytes), judged);
        let Err(rejection) = judged else { return Ok(()) };
        // Without a pointer, the explanation has not found what the scanner refused.
        prop_assert!(rejection.pointer.is_some(), "{}", String::from_utf8_lossy(&bytes));
        if serde_json::from_slice::<Value>(&bytes).is_ok() {
            prop_assert!(!matches!(rejection.code, Code::NotJson | Code::InvalidUtf8), "{rejection}");
        }
        prop_assert_eq!(rejection.code == Code::InvalidUtf8, std::str::from_utf8(&bytes).is_err());
    }

    #[test]
    fn any_bytes_at_all_are_judged_alike(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(scan(&bytes, &Bounds::STATEMENT).is_ok(), is_canonical(&bytes));
        // Not to be called with these, but it answers.
        let _ = member(&bytes, "a");
    }
}
