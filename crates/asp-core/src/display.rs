//! What organisations and agents are called, for people: names that show all that they hold.
//! Whether a name could be mistaken for another one is told by [`crate::likeness`].

use std::fmt;
use std::str::FromStr;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::limits;
use crate::position::{InvalidText, text_serde};

/// What people call an organisation or an agent: 1 to 200 bytes that can be seen, in one spelling.
///
/// In NFC, single spaces between words and nowhere else, only characters that [`is_shown`], at least one letter or
/// digit among them, no mark without a letter and no heap of marks (UTS #39 §5.4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DisplayName(String);

impl DisplayName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayName {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match fault(text) {
            None => Ok(Self(text.to_owned())),
            Some(what) => Err(InvalidText(what)),
        }
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(DisplayName);

/// What a name would have to be, where it is not; none if it is in order. ASP-ORG-010
fn fault(text: &str) -> Option<&'static str> {
    if !(1..=limits::NAME_BYTES_MAX).contains(&text.len()) {
        return Some("a name of 1 to 200 bytes");
    }
    if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") {
        return Some("a name with single spaces between its words and nowhere else");
    }
    if !text.chars().all(is_shown) {
        return Some("a name without characters that cannot be seen or that nobody has defined");
    }
    if !is_nfc(text) {
        return Some("a name in Unicode's normalisation form C");
    }
    if !text.chars().any(is_word) {
        return Some("a name with a letter or a digit");
    }
    if text.chars().next().is_some_and(is_mark) || heaps_marks(text) {
        return Some("a name whose letters bear few marks, each once");
    }
    None
}

/// Whether a character can stand in a display name: people see it, and see it as one thing.
///
/// Not so those of the general categories Cc, Cf, Cs, Co, Cn, Zl and Zp of Unicode 16.0, those of Zs but U+0020, those
/// with the property `Default_Ignorable_Code_Point`, and U+2800, which is blank.
/// The same table for every implementation is `spec/vectors/names/characters.json`.
#[must_use]
pub fn is_shown(character: char) -> bool {
    let category = get_general_category(character);
    let unseen = matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    let other_space = category == GeneralCategory::SpaceSeparator && character != ' ';
    !unseen && !other_space && !IGNORABLE.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// A letter or a number of any script.
pub(crate) fn is_word(character: char) -> bool {
    matches!(
        get_general_category(character),
        GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
            | GeneralCategory::DecimalNumber
            | GeneralCategory::LetterNumber
            | GeneralCategory::OtherNumber
    )
}

/// Something that is written at a letter.
pub(crate) fn is_mark(character: char) -> bool {
    is_stacked(character) || get_general_category(character) == GeneralCategory::SpacingMark
}

/// A mark that takes no room of its own, so that many of them can stand in one place.
fn is_stacked(character: char) -> bool {
    matches!(
        get_general_category(character),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    )
}

/// UTS #39 §5.4: the same nonspacing mark twice, or more than four, in a row of the decomposed text.
fn heaps_marks(text: &str) -> bool {
    let mut row = 0;
    let mut last = None;
    for character in text.nfd() {
        row = if is_stacked(character) { row + 1 } else { 0 };
        if row > MARKS_MAX || (row > 1 && last == Some(character)) {
            return true;
        }
        last = Some(character);
    }
    false
}

/// Nonspacing marks at one letter.
const MARKS_MAX: usize = 4;

/// `Default_Ignorable_Code_Point` of Unicode 16.0 where the general category is another than Cf and Cn, and U+2800.
const IGNORABLE: [(char, char); 10] = [
    ('\u{34f}', '\u{34f}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180d}'),
    ('\u{180f}', '\u{180f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{e0100}', '\u{e01ef}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_shows_all_that_it_holds() {
        // ASP-ORG-010
        for good in [
            "Acme",
            "Société Générale",
            "Müller & Söhne GmbH",
            "株式会社アクメ",
            "ООО Ромашка",
            "شركة أكمي",
            "หจก. รุ่งเรือง",
            "कंपनी लिमिटेड",
            "ＡＢＣ商事",
            "3M",
            "Rocket 🚀",
            "Công ty Việt Nam",
        ] {
            assert_eq!(good.parse::<DisplayName>().map(|name| name.to_string()), Ok(good.to_owned()));
        }
        for (bad, why) in [
            ("", "200 bytes"),
            (" Acme", "single spaces"),
            ("Acme ", "single spaces"),
            ("Acme  Ltd", "single spaces"),
            ("Acme\tLtd", "cannot be seen"),
            ("Acme\nLtd", "cannot be seen"),
            ("Acme\u{a0}Ltd", "cannot be seen"),
            ("Acme\u{3000}Ltd", "cannot be seen"),
            ("Ac\u{ad}me", "cannot be seen"),
            ("Ac\u{200b}me", "cannot be seen"),
            ("Ac\u{200d}me", "cannot be seen"),
            ("Ac\u{2060}me", "cannot be seen"),
            ("Ac\u{feff}me", "cannot be seen"),
            ("\u{202e}emcA", "cannot be seen"),
            ("\u{2066}Acme\u{2069}", "cannot be seen"),
            ("Acme\u{2028}Ltd", "cannot be seen"),
            ("Acme\u{3164}", "cannot be seen"),
            ("Acme\u{2800}", "cannot be seen"),
            ("Acme\u{fe0f}", "cannot be seen"),
            ("Acme\u{34f}", "cannot be seen"),
            ("Acme\u{e0041}", "cannot be seen"),
            ("Acme\u{e000}", "cannot be seen"),
            ("Acme\u{378}", "cannot be seen"),
            ("Acme\u{ffff}", "cannot be seen"),
            ("Socie\u{301}te\u{301}", "form C"),
            ("\u{212b}cme", "form C"),
            ("\u{2026} & \u{2014}", "a letter or a digit"),
            ("🚀🚀", "a letter or a digit"),
            ("\u{20dd}Acme", "few marks"),
            ("Acm\u{e9}\u{301}", "few marks"),
            ("Acme\u{332}\u{333}\u{339}\u{33a}\u{33b}", "few marks"),
        ] {
            let refused = bad.parse::<DisplayName>().unwrap_err();
            assert!(refused.0.contains(why), "{bad:?}: {refused}");
        }
        assert!("a".repeat(200).parse::<DisplayName>().is_ok());
        assert!("a".repeat(201).parse::<DisplayName>().is_err());
    }

    #[test]
    fn what_is_seen_is_that_of_one_version_of_unicode() {
        // Another version takes other characters: it is a change of the protocol, not of a library.
        assert_eq!(unicode_general_category::UNICODE_VERSION, (16, 0, 0));
    }
}
