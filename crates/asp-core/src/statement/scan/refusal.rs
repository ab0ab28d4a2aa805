//! Why bytes were refused: reads them again, slowly and tolerantly, and picks the most telling code.
//! Its work is bounded by the same bounds, and it never accepts anything.

use std::collections::BTreeSet;
use std::str::Chars;

use super::Bounds;
use crate::limits;
use crate::rejection::{Code, Rejection};

/// The reason why the scanner did not accept `bytes`, and where.
pub(super) fn explain(bytes: &[u8], bounds: &Bounds) -> Rejection {
    if bytes.len() > bounds.bytes {
        return Code::StatementTooLarge.at("");
    }
    let text = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let mut reader = Reader { rest: text, bounds, nodes_left: bounds.nodes, path: Vec::new(), worst: None };
    let outcome = reader.document();
    if text.len() < bytes.len() {
        // The reader stopped for want of the rest, at the latest; that place is the best that can be named.
        return Code::InvalidUtf8.at(reader.pointer());
    }
    match (outcome, reader.worst) {
        (Err(code), _) => code.at(pointer(&reader.path)),
        (Ok(()), Some(worst)) => worst,
        // Both passes know the same grammar: a test holds that this arm is never taken.
        (Ok(()), None) => Code::NotCanonical.at(""),
    }
}

/// A step from a value to one inside it.
enum Step {
    Name(String),
    Index(usize),
}

/// A reader of any JSON. It stops, by `Err`, at what is not JSON and at a bound; everything else it notes.
struct Reader<'a> {
    rest: &'a str,
    bounds: &'a Bounds,
    nodes_left: usize,
    /// From the top to the value at hand; in front of a name, to the object.
    path: Vec<Step>,
    /// The most severe of what was noted, and of these the first.
    worst: Option<Rejection>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<(), Code> {
        self.space();
        if !self.rest.starts_with('{') {
            self.note(Code::InvalidEnvelope);
        }
        self.value(self.bounds.levels())?;
        self.space();
        if self.rest.is_empty() { Ok(()) } else { Err(self.unexpected()) }
    }

    fn note(&mut self, code: Code) {
        let severity = |code: Code| SEVERITY.iter().position(|&other| other == code);
        // `None`, which is no code of the list, counts as least.
        if self.worst.as_ref().is_none_or(|worst| severity(code) > severity(worst.code)) {
            self.worst = Some(code.at(self.pointer()));
        }
    }

    fn pointer(&self) -> String {
        pointer(&self.path)
    }

    /// The code for a character that JSON does not have here.
    fn unexpected(&self) -> Code {
        if self.rest.starts_with('\0') { Code::NulCharacter } else { Code::NotJson }
    }

    fn take(&mut self, token: &str) -> bool {
        let after = self.rest.strip_prefix(token);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn space(&mut self) {
        let after = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        if after.len() < self.rest.len() {
            self.note(Code::NotCanonical);
        }
        self.rest = after;
    }

    /// Recurses for objects and arrays, at most `levels_left` times.
    fn value(&mut self, levels_left: usize) -> Result<(), Code> {
        self.space();
        self.nodes_left = self.nodes_left.checked_sub(1).ok_or(Code::TooManyNodes)?;
        if self.take("{") {
            self.object(levels_left.checked_sub(1).ok_or(Code::TooDeep)?)
        } else if self.take("[") {
            self.array(levels_left.checked_sub(1).ok_or(Code::TooDeep)?)
        } else if self.rest.starts_with('"') {
            self.string().map(|_| ())
        } else if self.rest.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            self.number()
        } else if self.take("true") || self.take("false") || self.take("null") {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn object(&mut self, levels_left: usize) -> Result<(), Code> {
        self.space();
        if self.take("}") {
            return Ok(());
        }
        // All names so far: a repeated one need not follow the first where the object is unsorted.
        let mut names = BTreeSet::new();
        let mut previous: Option<String> = None;
        loop {
            self.space();
            let name = self.string()?;
            self.path.push(Step::Name(name.clone()));
            if !names.insert(name.clone()) {
                self.note(Code::DuplicateName);
            }
            if previous.is_some_and(|previous| previous.encode_utf16().ge(name.encode_utf16())) {
                self.note(Code::NotCanonical);
            }
            previous = Some(name);
            self.space();
            if !self.take(":") {
                return Err(self.unexpected());
            }
            self.value(levels_left)?;
            self.path.pop();
            self.space();
            if self.take("}") {
                return Ok(());
            }
            if !self.take(",") {
                return Err(self.unexpected());
            }
        }
    }

    fn array(&mut self, levels_left: usize) -> Result<(), Code> {
        self.space();
        if self.take("]") {
            return Ok(());
        }
        for index in 0.. {
            self.path.push(Step::Index(index));
            self.value(levels_left)?;
            self.path.pop();
            self.space();
            if self.take("]") {
                break;
            }
            if !self.take(",") {
                return Err(self.unexpected());
            }
        }
        Ok(())
    }

    /// Notes what is wrong with a number of JSON.
    fn number(&mut self) -> Result<(), Code> {
        let (number, rest) =
            split_before(self.rest, |c| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let magnitude = number.strip_prefix('-').unwrap_or(number);
        let (whole, tail) = split_before(magnitude, |c| !c.is_ascii_digit());
        let has_leading_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || has_leading_zero || !is_fraction_and_exponent(tail) {
            return Err(Code::NotJson);
        }
        self.rest = rest;
        let is_in_range = whole.parse::<u64>().is_ok_and(|value| value <= limits::INTEGER_MAX);
        if !tail.is_empty() || number == "-0" {
            self.note(Code::NotAnInteger);
        } else if !is_in_range {
            self.note(Code::NumberOutOfRange);
        }
        Ok(())
    }

    /// The text of a string with its escapes resolved; half a surrogate pair becomes U+FFFD.
    fn string(&mut self) -> Result<String, Code> {
        let Some(opened) = self.rest.strip_prefix('"') else {
            return Err(self.unexpected());
        };
        let mut is_escaped = false;
        let (written, rest) = split_before(opened, |character| {
            let closes = character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            closes
        });
        if written.len() > self.bounds.string_bytes {
            return Err(Code::StringTooLong);
        }
        let mut text = String::with_capacity(written.len());
        let mut characters = written.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => text.push(self.escape(&mut characters)?),
                '\0' => return Err(Code::NulCharacter),
                '\u{1}'..='\u{1f}' => return Err(Code::NotJson),
                _ => text.push(character),
            }
        }
        self.rest = rest.strip_prefix('"').ok_or(Code::NotJson)?;
        Ok(text)
    }

    /// The character of an escape, whose backslash has been taken.
    fn escape(&mut self, characters: &mut Chars<'_>) -> Result<char, Code> {
        if super::escape(characters.as_str().as_bytes()).is_none() {
            self.note(Code::NotCanonical);
        }
        match characters.next() {
            Some(character @ ('"' | '\\' | '/')) => Ok(character),
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('u') => self.code_units(characters),
            Some(_) | None => Err(Code::NotJson),
        }
    }

    /// The character of one `\u` escape, or of two that are a surrogate pair.
    fn code_units(&mut self, characters: &mut Chars<'_>) -> Result<char, Code> {
        let unit = code_unit(characters).ok_or(Code::NotJson)?;
        if unit == 0 {
            self.note(Code::NulCharacter);
        }
        if let Some(character) = char::from_u32(unit.into()) {
            return Ok(character);
        }
        let mut ahead = characters.clone();
        if (ahead.next(), ahead.next()) == (Some('\\'), Some('u'))
            && let Some(low) = code_unit(&mut ahead)
            && let Some(Ok(character)) = char::decode_utf16([unit, low]).next()
        {
            *characters = ahead;
            return Ok(character);
        }
        self.note(Code::LoneSurrogate);
        Ok(char::REPLACEMENT_CHARACTER)
    }
}

/// Four hexadecimal digits of either case.
fn code_unit(characters: &mut Chars<'_>) -> Option<u16> {
    let mut unit = 0;
    for _ in 0..4 {
        unit = unit * 16 + characters.next()?.to_digit(16)?;
    }
    u16::try_from(unit).ok()
}

/// Whether it is what may follow the whole part of a number: nothing, a fraction, an exponent, or both.
fn is_fraction_and_exponent(tail: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (fraction, exponent) = split_before(tail, |character| matches!(character, 'e' | 'E'));
    let exponent =
        exponent.strip_prefix(['e', 'E']).map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    (fraction.is_empty() || fraction.strip_prefix('.').is_some_and(is_digits))
        && exponent.is_none_or(is_digits)
}

/// What precedes the first character that `stops`, and the rest with it.
fn split_before(text: &str, stops: impl FnMut(char) -> bool) -> (&str, &str) {
    text.find(stops).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// The RFC 6901 pointer of a path, or of as much of it as is fit to be sent back: a hostile name must not
/// make the answer as large as the request.
fn pointer(path: &[Step]) -> String {
    let mut pointer = String::new();
    for step in path {
        let token = match step {
            Step::Name(name) => name.replace('~', "~0").replace('/', "~1"),
            Step::Index(index) => index.to_string(),
        };
        if pointer.len() + token.len() >= limits::TEXT_BYTES_MAX {
            break;
        }
        pointer.push('/');
        pointer.push_str(&token);
    }
    pointer
}

/// What is noted, the least severe first.
const SEVERITY: [Code; 7] = [
    Code::NotCanonical,
    Code::InvalidEnvelope,
    Code::NumberOutOfRange,
    Code::NotAnInteger,
    Code::DuplicateName,
    Code::LoneSurrogate,
    Code::NulCharacter,
];
