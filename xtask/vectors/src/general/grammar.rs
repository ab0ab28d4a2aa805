//! Bytes that are no canonical JSON of the protocol's grammar; all of them are signed as they stand.

use asp_core::rejection::Code;

use super::{Row, replaced};
use crate::case::Case;

pub(super) fn rows() -> Vec<Row> {
    [spelling(), names_and_texts(), numbers(), no_json()].concat()
}

/// The statement's text with a place changed, signed.
fn resigned(case: &Case, from: &str, to: &[u8]) -> Option<Vec<u8>> {
    Some(case.resigned(&replaced(&case.text(), from, to)?))
}

/// The statement's text with something behind its last member, signed.
fn ended(case: &Case, end: &str) -> Option<Vec<u8>> {
    let text = case.text();
    let open = text.strip_suffix(b"}")?;
    Some(case.resigned(&[open, end.as_bytes()].concat()))
}

const fn row(name: &'static str, words: &'static str, code: Code, make: fn(&Case) -> Option<Vec<u8>>) -> Row {
    Row { name, words, code, make }
}

fn spelling() -> Vec<Row> {
    const CODE: Code = Code::NotCanonical;
    vec![
        row("space", "a space behind the statement's first brace", CODE, |case| resigned(case, "{", b"{ ")),
        row("line", "a line break before the statement's last brace", CODE, |case| ended(case, "\n}")),
        row("space-behind-colon", "a space behind a colon", CODE, |case| {
            resigned(case, "\"asp\":", b"\"asp\": ")
        }),
        row("order", "`asp` behind `audience`", CODE, |case| {
            resigned(
                case,
                r#""asp":"1.0","audience":"vectors.example""#,
                br#""audience":"vectors.example","asp":"1.0""#,
            )
        }),
        row("escaped-letter", "a letter of a name escaped", CODE, |case| {
            resigned(case, "\"asp\"", br#""\u0061sp""#)
        }),
        row("escaped-letter-of-a-value", "a letter of a value escaped", CODE, |case| {
            resigned(case, "vectors.example", br"\u0076ectors.example")
        }),
        row("escaped-solidus", "an escaped solidus, which needs none", CODE, |case| {
            resigned(case, "vectors.example", br"vectors.example\/a")
        }),
        row("long-escape", "a line break as \\u000a, which has a shorter escape", CODE, |case| {
            resigned(case, "vectors.example", br"vectors.example\u000a")
        }),
        row("capital-escape", "a control character escaped with a capital digit", CODE, |case| {
            resigned(case, "vectors.example", br"vectors.example\u001F")
        }),
        row("escaped-pair", "a character beyond U+FFFF as two escapes", CODE, |case| {
            resigned(case, "vectors.example", br"vectors.example\ud83d\ude00")
        }),
    ]
}

fn names_and_texts() -> Vec<Row> {
    const TWICE: Code = Code::DuplicateName;
    vec![
        row("twice", "`asp` twice, with the same value", TWICE, |case| {
            resigned(case, r#""asp":"1.0""#, br#""asp":"1.0","asp":"1.0""#)
        }),
        row("twice-by-escape", "`asp` twice, once with an escape", TWICE, |case| {
            resigned(case, r#""asp":"1.0""#, br#""asp":"1.0","\u0061sp":"1.0""#)
        }),
        row("twice-apart", "`asp` once more at the end", TWICE, |case| ended(case, r#","asp":"1.0"}"#)),
        row("high-surrogate", "the first half of a surrogate pair alone", Code::LoneSurrogate, |case| {
            resigned(case, "vectors.example", br"vectors.example\ud800")
        }),
        row("low-surrogate", "the second half of a surrogate pair alone", Code::LoneSurrogate, |case| {
            resigned(case, "vectors.example", br"vectors.example\udc00")
        }),
        row("swapped-surrogates", "the halves of a surrogate pair exchanged", Code::LoneSurrogate, |case| {
            resigned(case, "vectors.example", br"vectors.example\ude00\ud83d")
        }),
        row("surrogate-in-a-name", "half of a surrogate pair in a name", Code::LoneSurrogate, |case| {
            resigned(case, "\"asp\"", br#""asp\ud800""#)
        }),
        row("nul", "the character U+0000", Code::NulCharacter, |case| {
            resigned(case, "vectors.example", br"vectors.example\u0000")
        }),
        row("nul-in-a-name", "the character U+0000 in a name", Code::NulCharacter, |case| {
            resigned(case, "\"asp\"", br#""asp\u0000""#)
        }),
        row("no-utf8", "the byte ff, which UTF-8 has not", Code::InvalidUtf8, |case| {
            resigned(case, "vectors.example", b"vectors.example\xff")
        }),
        row("overlong", "a solidus in two bytes of UTF-8", Code::InvalidUtf8, |case| {
            resigned(case, "vectors.example", b"vectors.example\xc0\xaf")
        }),
        row("surrogate-in-utf8", "a surrogate in three bytes of UTF-8", Code::InvalidUtf8, |case| {
            resigned(case, "vectors.example", b"vectors.example\xed\xa0\x80")
        }),
        row("cut-character", "the first two of the three bytes of a character", Code::InvalidUtf8, |case| {
            resigned(case, "vectors.example", b"vectors.example\xe2\x82")
        }),
    ]
}

/// The number of the statement's place, written otherwise.
fn numbered(case: &Case, number: &str) -> Option<Vec<u8>> {
    let sequence = case.statement.get("sequence")?;
    resigned(case, &format!("\"sequence\":{sequence},"), format!("\"sequence\":{number},").as_bytes())
}

fn numbers() -> Vec<Row> {
    vec![
        row("fraction", "a sequence with a fraction of zero", Code::NotAnInteger, |case| {
            numbered(case, "3.0")
        }),
        row("exponent", "a sequence with an exponent", Code::NotAnInteger, |case| numbered(case, "3e0")),
        row("minus-zero", "a sequence of minus zero", Code::NotAnInteger, |case| numbered(case, "-0")),
        row("beyond", "a sequence of 2^53", Code::NumberOutOfRange, |case| {
            numbered(case, "9007199254740992")
        }),
        row("below", "a sequence of -2^53", Code::NumberOutOfRange, |case| {
            numbered(case, "-9007199254740992")
        }),
        row("far-beyond", "a sequence that no 64 bits hold", Code::NumberOutOfRange, |case| {
            numbered(case, "100000000000000000000")
        }),
        row("leading-zero", "a sequence with a leading zero", Code::NotJson, |case| numbered(case, "03")),
        row("plus", "a sequence with a plus", Code::NotJson, |case| numbered(case, "+3")),
        row("hexadecimal", "a sequence in hexadecimal digits", Code::NotJson, |case| numbered(case, "0x3")),
        row("not-a-number", "a sequence that is NaN", Code::NotJson, |case| numbered(case, "NaN")),
    ]
}

fn no_json() -> Vec<Row> {
    const CODE: Code = Code::NotJson;
    vec![
        row("empty", "nothing at all", CODE, |_| Some(Vec::new())),
        row("cut", "the envelope without its last byte", CODE, |case| {
            let mut bytes = case.resigned(&case.text());
            bytes.pop();
            Some(bytes)
        }),
        row("more", "a second envelope behind the first", CODE, |case| {
            let bytes = case.resigned(&case.text());
            Some([bytes.as_slice(), bytes.as_slice()].concat())
        }),
        row("mark", "a byte order mark before the envelope", CODE, |case| {
            Some([b"\xef\xbb\xbf", case.resigned(&case.text()).as_slice()].concat())
        }),
        row("comma", "a comma behind the last member", CODE, |case| ended(case, ",}")),
        row("comment", "a comment", CODE, |case| resigned(case, "{", b"{/* */")),
        row("quotes", "single quotes", CODE, |case| resigned(case, "\"asp\"", b"'asp'")),
        row("raw-tab", "a tab in a text, not escaped", CODE, |case| {
            resigned(case, "vectors.example", b"vectors.example\t")
        }),
        row("unknown-escape", "an escape that JSON has not", CODE, |case| {
            resigned(case, "vectors.example", br"vectors.example\x61")
        }),
        row("capital-literal", "True in place of a value", CODE, |case| numbered(case, "True")),
    ]
}
