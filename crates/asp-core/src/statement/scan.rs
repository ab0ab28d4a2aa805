//! One pass over received bytes: are they canonical JSON (RFC 8785) in the protocol's narrower grammar?
//! Knows no field of a statement, and allocates only to explain a refusal.

mod refusal;

use crate::limits;
use crate::rejection::Rejection;

/// How much of everything the scanned bytes may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes in all.
    pub bytes: usize,
    /// Levels of objects and arrays, the top-level object being the first. Above 64 it means 64.
    pub depth: usize,
    /// Values in all: objects, arrays and what they hold, without names.
    pub nodes: usize,
    /// Bytes of one string or name, as written between its quotes.
    pub string_bytes: usize,
}

impl Bounds {
    /// What a statement may have.
    pub const STATEMENT: Self = Self {
        bytes: limits::STATEMENT_BYTES_MAX,
        depth: limits::STATEMENT_DEPTH_MAX,
        nodes: limits::STATEMENT_NODES_MAX,
        string_bytes: limits::STRING_BYTES_MAX,
    };

    /// How deep the recursion may go, whatever the bounds ask for.
    fn levels(&self) -> usize {
        self.depth.min(LEVELS_MAX)
    }
}

/// Accepts `bytes` if they are one object in canonical form and within `bounds`.
///
/// Canonical means RFC 8785, narrowed: integers of ±(2^53−1) alone, and no U+0000 in any string.
///
/// # Errors
/// The most telling code that applies, with a pointer: first `STATEMENT_TOO_LARGE` and `INVALID_UTF8`; then what
/// stops a reader (`NOT_JSON` and the other bounds, whichever comes first in the bytes); then what makes a
/// value unusable; `NOT_CANONICAL` only where nothing worse is found. `INVALID_ENVELOPE` stands for JSON
/// that is not an object.
pub fn scan(bytes: &[u8], bounds: &Bounds) -> Result<(), Rejection> {
    match accept(bytes, bounds) {
        Some(()) => Ok(()),
        None => Err(refusal::explain(bytes, bounds)),
    }
}

/// The exact bytes of a top-level member's value, in an object that [`scan`] has accepted.
///
/// `None` if the object has no such member. In bytes that were never accepted it may miss members.
#[must_use]
pub fn member<'a>(object: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let unbounded =
        Bounds { bytes: usize::MAX, depth: LEVELS_MAX, nodes: usize::MAX, string_bytes: usize::MAX };
    let mut scanner = Scanner::new(object.strip_prefix(b"{")?, &unbounded);
    loop {
        let found = scanner.name()?;
        let value = scanner.rest;
        scanner.value(LEVELS_MAX)?;
        if Characters(found).eq(name.bytes()) {
            return value.get(..value.len() - scanner.rest.len());
        }
        if scanner.next()? != b',' {
            return None;
        }
    }
}

/// The whole judgement without its reasons; `None` is a refusal.
fn accept(bytes: &[u8], bounds: &Bounds) -> Option<()> {
    if bytes.len() > bounds.bytes || !bytes.starts_with(b"{") {
        return None;
    }
    // Checked once for all: inside strings the scanner then passes over everything beyond ASCII unseen.
    std::str::from_utf8(bytes).ok()?;
    let mut scanner = Scanner::new(bytes, bounds);
    scanner.value(bounds.levels())?;
    scanner.rest.is_empty().then_some(())
}

/// What is left of the bytes, and of the bounds. Each method takes from the front, or refuses by `None`.
struct Scanner<'a> {
    rest: &'a [u8],
    nodes_left: usize,
    string_bytes_max: usize,
}

impl<'a> Scanner<'a> {
    fn new(bytes: &'a [u8], bounds: &Bounds) -> Self {
        Self { rest: bytes, nodes_left: bounds.nodes, string_bytes_max: bounds.string_bytes }
    }

    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// Recurses for objects and arrays, at most `levels_left` times.
    fn value(&mut self, levels_left: usize) -> Option<()> {
        self.nodes_left = self.nodes_left.checked_sub(1)?;
        let (first, rest) = self.rest.split_first()?;
        match first {
            b'"' => {
                self.rest = rest;
                self.string()?;
            }
            b'{' => {
                self.rest = rest;
                self.object(levels_left.checked_sub(1)?)?;
            }
            b'[' => {
                self.rest = rest;
                self.array(levels_left.checked_sub(1)?)?;
            }
            b't' => self.rest = self.rest.strip_prefix(b"true")?,
            b'f' => self.rest = self.rest.strip_prefix(b"false")?,
            b'n' => self.rest = self.rest.strip_prefix(b"null")?,
            _ => self.rest = integer(self.rest)?,
        }
        Some(())
    }

    fn object(&mut self, levels_left: usize) -> Option<()> {
        if let [b'}', rest @ ..] = self.rest {
            self.rest = rest;
            return Some(());
        }
        let mut name = self.name()?;
        loop {
            self.value(levels_left)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
            let following = self.name()?;
            // Strictly rising names are at once sorted and unique.
            if !precedes(name, following) {
                return None;
            }
            name = following;
        }
    }

    fn array(&mut self, levels_left: usize) -> Option<()> {
        if let [b']', rest @ ..] = self.rest {
            self.rest = rest;
            return Some(());
        }
        loop {
            self.value(levels_left)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// A name with its quotes and colon; returns what stands between the quotes.
    fn name(&mut self) -> Option<&'a [u8]> {
        self.rest = self.rest.strip_prefix(b"\"")?;
        let name = self.string()?;
        self.rest = self.rest.strip_prefix(b":")?;
        Some(name)
    }

    /// The string whose opening quote has been taken; returns what stands between the quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        let opened = self.rest;
        let mut rest = opened;
        loop {
            let plain = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
            match rest.get(plain..)? {
                [b'"', after @ ..] => {
                    self.rest = after;
                    let string = opened.get(..opened.len() - after.len() - 1)?;
                    return (string.len() <= self.string_bytes_max).then_some(string);
                }
                [b'\\', after @ ..] => (_, rest) = escape(after)?,
                _ => return None,
            }
        }
    }
}

/// Takes an integer of ±(2^53−1) without leading zeros from the front; whatever follows is not looked at.
fn integer(bytes: &[u8]) -> Option<&[u8]> {
    let magnitude = match bytes {
        [b'0', rest @ ..] => return Some(rest),
        [b'-', rest @ ..] => rest,
        _ => bytes,
    };
    let length = magnitude.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(magnitude.len());
    let (digits, rest) = magnitude.split_at_checked(length)?;
    // Seventeen digits are too many whatever they are; sixteen cannot overflow.
    if digits.starts_with(b"0") || !(1..=16).contains(&digits.len()) {
        return None;
    }
    let value = digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
    (value <= limits::INTEGER_MAX).then_some(rest)
}

/// Takes what follows a backslash, if it is the one spelling of RFC 8785 §3.2.2.2; gives the character too.
/// Everything that is escaped in canonical form is ASCII, so the character is a byte.
fn escape(after: &[u8]) -> Option<(u8, &[u8])> {
    let (&first, rest) = after.split_first()?;
    let character = match first {
        b'"' | b'\\' => first,
        b'b' => 0x08,
        b't' => b'\t',
        b'n' => b'\n',
        b'f' => 0x0c,
        b'r' => b'\r',
        b'u' => return control(rest),
        _ => return None,
    };
    Some((character, rest))
}

/// The four digits of a control character that has no shorter escape. U+0000 is none that we take.
fn control(digits: &[u8]) -> Option<(u8, &[u8])> {
    let [b'0', b'0', high @ (b'0' | b'1'), low, rest @ ..] = digits else {
        return None;
    };
    let low = match low {
        b'0'..=b'9' => low - b'0',
        b'a'..=b'f' => low - b'a' + 10,
        _ => return None,
    };
    let character = (high - b'0') * 16 + low;
    let has_other_spelling = matches!(character, 0 | 0x08 | b'\t' | b'\n' | 0x0c | b'\r');
    (!has_other_spelling).then_some((character, rest))
}

/// Whether a name comes before another by UTF-16 code units (RFC 8785 §3.2.3).
fn precedes(name: &[u8], following: &[u8]) -> bool {
    Characters(name).map(utf16_rank).lt(Characters(following).map(utf16_rank))
}

/// Maps bytes of UTF-8 so that comparing them orders text by UTF-16 code units.
///
/// The two orders differ in one place alone: what lies beyond U+FFFF (first byte 0xf0 and up) is written with
/// surrogates, which come before U+E000 to U+FFFF (first byte 0xee or 0xef). No other byte has these values.
fn utf16_rank(byte: u8) -> u8 {
    if matches!(byte, 0xee | 0xef) { byte + 0x10 } else { byte }
}

/// The bytes of a canonical string with its escapes resolved.
struct Characters<'a>(&'a [u8]);

impl Iterator for Characters<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (character, rest) = match self.0.split_first()? {
            (b'\\', after) => escape(after)?,
            (&byte, rest) => (byte, rest),
        };
        self.0 = rest;
        Some(character)
    }
}

/// Twice what a statement may have: wrappings of statements nest a little deeper, and the stack stays small.
const LEVELS_MAX: usize = 2 * limits::STATEMENT_DEPTH_MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_by_utf16_code_units_as_in_the_standard_library() {
        let names = [
            "",
            "\u{1}",
            "\n",
            "\u{1f}",
            "\"",
            "1",
            "10",
            "2",
            "A",
            "\\",
            "a",
            "\u{7f}",
            "\u{80}",
            "\u{7ff}",
            "\u{800}",
            "\u{d7ff}",
            "\u{e000}",
            "\u{efff}",
            "\u{f000}",
            "\u{ffff}",
            "\u{10000}",
            "\u{10000}a",
            "\u{e000}a",
            "a\u{ffff}",
            "a\u{10ffff}",
            "\u{10fffe}",
            "\u{10ffff}",
        ];
        for name in names {
            for following in names {
                let (written, written_following) = (write(name), write(following));
                assert_eq!(
                    precedes(&written, &written_following),
                    name.encode_utf16().lt(following.encode_utf16()),
                    "{name:?} before {following:?}"
                );
            }
        }
    }

    #[test]
    fn exactly_the_characters_that_need_it_have_an_escape_and_each_has_one() {
        let words = (0..=0x7f_u8).map(char::from).map(String::from);
        let lower = (0..=0xffff).map(|unit| format!("u{unit:04x}"));
        let upper = (0..=0xffff).map(|unit| format!("u{unit:04X}"));
        let spellings: std::collections::BTreeSet<_> = words.chain(lower).chain(upper).collect();
        let mut taken: Vec<u8> = spellings
            .iter()
            .filter_map(|spelling| escape(spelling.as_bytes()))
            .map(|(character, _)| character)
            .collect();
        taken.sort_unstable();
        let wanted: Vec<u8> = (1..0x20).chain([b'"', b'\\']).collect();
        assert_eq!(taken, wanted);
    }

    /// A name as canonical JSON has it between the quotes, by another hand.
    fn write(name: &str) -> Vec<u8> {
        let quoted = serde_json_canonicalizer::to_vec(&name).unwrap();
        quoted[1..quoted.len() - 1].to_vec()
    }
}
