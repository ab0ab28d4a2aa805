//! When two names look alike: skeletons after Unicode Technical Standard #39, of display names and of domains.
//! Knows no log; who bears a name, and who bore it first, is told by views.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use crate::display::{self, DisplayName};
use crate::name::Domain;
use crate::punycode;

/// What is left of a name when all is taken away that could be overlooked. Two that share one can be mistaken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skeleton(String);

impl Skeleton {
    /// The skeleton as text: to be compared, not to be shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The skeletons of a display name: one or two.
#[must_use]
pub fn of_name(name: &DisplayName) -> BTreeSet<Skeleton> {
    of_text(name.as_str())
}

/// The skeletons of a domain as a whole: one or two.
#[must_use]
pub fn of_domain(domain: &Domain) -> BTreeSet<Skeleton> {
    of_text(&in_letters(domain))
}

/// The skeletons of the label by which the owner of a domain is known: one or two.
#[must_use]
pub fn of_owner(domain: &Domain) -> BTreeSet<Skeleton> {
    of_text(&letters(owner(domain).split('.').next().unwrap_or_default()))
}

/// A domain in the letters that its labels stand for, where they are others than those that it is written in.
///
/// None if there are none, or if one of them could not stand in a display name.
#[must_use]
pub fn letters_of(domain: &Domain) -> Option<String> {
    let text = in_letters(domain);
    (text != domain.as_str() && text.chars().all(display::is_shown)).then_some(text)
}

/// Whether the two domains are of one owner: one lies below the other, or both below a third that is registered.
#[must_use]
pub fn same_owner(one: &Domain, other: &Domain) -> bool {
    owner(one) == owner(other)
}

fn in_letters(domain: &Domain) -> String {
    domain.as_str().split('.').map(letters).collect::<Vec<_>>().join(".")
}

/// What a label stands for: the letters behind `xn--`, or itself.
fn letters(label: &str) -> String {
    label.strip_prefix("xn--").and_then(punycode::decode).unwrap_or_else(|| label.to_owned())
}

/// What the owner has registered: the last two labels, or three where the second of them is a word of registries such as
/// `co` in `acme.co.uk`.
fn owner(domain: &Domain) -> &str {
    let text = domain.as_str();
    let mut dots = text.rmatch_indices('.').map(|(at, _)| at);
    let (Some(last), Some(second)) = (dots.next(), dots.next()) else { return text };
    let after = |dot: usize| text.get(dot + 1..).unwrap_or_default();
    let (top, word) = (after(last), text.get(second + 1..last).unwrap_or_default());
    if top.len() != 2 || !REGISTRIES.contains(&word) {
        return after(second);
    }
    dots.next().map_or(text, after)
}

/// Labels below which the registries of countries register.
const REGISTRIES: [&str; 10] = ["ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"];

/// The two readings of a text: its case ignored before likeness is, so that `INTEL` is `Intel`, and afterwards, so that
/// the capital I of `PayPaI` is the small l that it looks like.
fn of_text(text: &str) -> BTreeSet<Skeleton> {
    let readings = [lower(text), text.to_owned()];
    // Once more: what looks alike can be a capital (0 is like O), and that has a likeness of its own once it is small.
    let bare = readings.map(|reading| bare(&lower(&alike(&lower(&alike(&reading))))));
    bare.into_iter().filter(|skeleton| !skeleton.is_empty()).map(Skeleton).collect()
}

/// UTS #39 §4, `skeleton`.
fn alike(text: &str) -> String {
    unicode_security::skeleton(text).collect()
}

/// Small letters in compatible form: neither width nor font nor case matters.
fn lower(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// Letters, digits and the vowels of scripts that write them as marks; no spaces, punctuation, symbols and accents.
fn bare(text: &str) -> String {
    let counts = |character: &char| display::is_word(*character) || display::is_mark(*character);
    let accent = |character: &char| ACCENTS.iter().any(|(first, last)| (*first..=*last).contains(character));
    text.nfd().filter(|character| counts(character) && !accent(character)).collect()
}

/// Blocks of combining diacritical marks, as Latin, Greek and Cyrillic letters bear them.
const ACCENTS: [(char, char); 5] = [
    ('\u{300}', '\u{36f}'),
    ('\u{1ab0}', '\u{1aff}'),
    ('\u{1dc0}', '\u{1dff}'),
    ('\u{20d0}', '\u{20ff}'),
    ('\u{fe20}', '\u{fe2f}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> BTreeSet<Skeleton> {
        of_name(&text.parse().unwrap())
    }

    fn domain(text: &str) -> BTreeSet<Skeleton> {
        let domain = text.parse().unwrap();
        of_domain(&domain).into_iter().chain(of_owner(&domain)).collect()
    }

    fn share(one: &BTreeSet<Skeleton>, other: &BTreeSet<Skeleton>) -> bool {
        !one.is_disjoint(other)
    }

    #[test]
    fn names_that_look_alike_share_a_skeleton() {
        for (one, other) in [
            ("Paypal", "Pаypal"),
            ("PAYPAL", "РАУРАL"),
            ("Paypal", "PayPaI"),
            ("Paypal", "paypa1"),
            ("Paypal", "pɑypɑl"),
            ("Google", "G00gle"),
            ("Google", "Gοοgle"),
            ("Amazon", "Arnazon"),
            ("Intel", "INTEL"),
            ("Acme", "ＡＣＭＥ"),
            ("Acme", "𝐀𝐜𝐦𝐞"),
            ("Acme", "Ácmé"),
            ("Acme", "A.C.M.E."),
            ("Acme Ltd", "AcmeLtd"),
            ("Acme Ltd", "Acme-Ltd"),
            ("Acme", "Acme™".trim_end_matches('™')),
            ("Acme", "Acme ®"),
            ("Łódź", "Lodz"),
            ("株式会社アクメ", "株式会社ｱｸﾒ"),
        ] {
            assert!(share(&name(one), &name(other)), "{one} and {other}: {:?} {:?}", name(one), name(other));
        }
    }

    #[test]
    fn names_that_differ_to_the_eye_share_none() {
        for (one, other) in [
            ("Mail", "Mall"),
            ("Acme", "Acne"),
            ("Acme", "Acme Labs"),
            ("Volt", "Bolt"),
            ("Buyer", "Seller"),
            ("Acme 1", "Acme 2"),
            ("कि", "कु"),
            ("ガス", "カス"),
            ("東京", "京都"),
        ] {
            assert!(!share(&name(one), &name(other)), "{one} and {other}");
        }
    }

    #[test]
    fn a_domain_is_known_by_the_whole_and_by_its_owners_label() {
        for (one, other) in [
            ("acme.example", "acme.test"),
            ("acme.example", "xn--cme-5cd.example"),
            ("paypal.example", "paypa1.example"),
            ("apple.example", "xn--80ak6aa92e.example"),
            ("bucher.example", "xn--bcher-kva.example"),
            ("acme.co.uk", "acme.example"),
            ("agents.acme.example", "acme.example"),
            ("ac-me.example", "acme.example"),
        ] {
            assert!(share(&domain(one), &domain(other)), "{one} and {other}");
        }
        for (one, other) in [
            ("agents.acme.example", "agents.volt.example"),
            ("acme.co.uk", "volt.co.uk"),
            ("acme.example", "acmes.example"),
            ("xn--bcher-kva.example", "xn--mnchen-3ya.example"),
        ] {
            assert!(!share(&domain(one), &domain(other)), "{one} and {other}");
        }
        assert!(share(&name("Acme"), &domain("acme.example")));
        assert!(share(&name("Acme.Example"), &domain("acme.example")));
        assert!(share(&name("Аcme"), &domain("acme.co.uk")));
        assert!(!share(&name("Co"), &domain("acme.co.uk")));
        assert!(!share(&name("Example"), &domain("acme.example")));
    }

    #[test]
    fn a_domain_is_shown_in_its_letters_where_it_has_others() {
        let shown = |text: &str| letters_of(&text.parse().unwrap());
        assert_eq!(shown("xn--bcher-kva.example").as_deref(), Some("bücher.example"));
        assert_eq!(shown("acme.example"), None);
        assert_eq!(shown("xn--99999999.example"), None);
        // A right-to-left override between two letters.
        assert_eq!(shown("xn--ab-g4t.example"), None);
    }

    #[test]
    fn what_lies_below_one_domain_is_of_one_owner_and_what_ends_like_it_is_not() {
        let same = |one: &str, other: &str| same_owner(&one.parse().unwrap(), &other.parse().unwrap());
        assert!(same("a.acme.example", "acme.example") && same("acme.example", "a.b.acme.example"));
        assert!(same("a.acme.example", "b.acme.example") && same("a.acme.co.uk", "acme.co.uk"));
        assert!(!same("myacme.example", "acme.example") && !same("acme.co.uk", "volt.co.uk"));
        assert!(!same("acme.uk", "acme.co.uk") && !same("acme.test", "acme.example"));
    }

    #[test]
    fn likeness_is_that_of_one_version_of_unicode() {
        // Another version marks other names: views made with it differ from those of before.
        assert_eq!(unicode_security::UNICODE_VERSION, (18, 0, 0));
    }
}
