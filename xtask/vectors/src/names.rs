//! Names for people: the characters that none of them has, and names that look alike or do not.

use std::collections::BTreeSet;

use asp_core::display::{DisplayName, is_shown};
use asp_core::likeness::{self, Skeleton};
use asp_core::name::Domain;
use serde_json::{Value, json};

/// The characters that stand in no display name, as ranges of code points in hexadecimal digits.
///
/// The one table that no rule writes: it is the version of Unicode that the protocol takes. Surrogates are no characters.
pub(super) fn characters() -> Value {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for code in 0..=0x10_ffff {
        if char::from_u32(code).is_some_and(is_shown) {
            continue;
        }
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == code => *last = code,
            Some(_) | None => ranges.push((code, code)),
        }
    }
    let text = |(first, last): &(u32, u32)| format!("{first:04X}-{last:04X}");
    json!({"refused": ranges.iter().map(text).collect::<Vec<_>>(), "unicode": "16.0.0"})
}

/// A display name, or a domain where it is one of the two.
#[derive(Clone, Copy)]
enum Called {
    Name(&'static str),
    Domain(&'static str),
}

use Called::{Domain as D, Name as N};

/// Two that are called so, and whether one can be mistaken for the other.
const PAIRS: [(Called, Called, bool); 30] = [
    (N("Paypal"), N("P\u{430}ypal"), true),
    (N("PAYPAL"), N("\u{420}\u{410}\u{423}\u{420}\u{410}L"), true),
    (N("Paypal"), N("PayPaI"), true),
    (N("Paypal"), N("paypa1"), true),
    (N("Google"), N("G00gle"), true),
    (N("Google"), N("G\u{3bf}\u{3bf}gle"), true),
    (N("Amazon"), N("Arnazon"), true),
    (N("Intel"), N("INTEL"), true),
    (N("Acme"), N("\u{ff21}\u{ff23}\u{ff2d}\u{ff25}"), true),
    (N("Acme"), N("\u{1d400}\u{1d41c}\u{1d426}\u{1d41e}"), true),
    (N("Acme"), N("\u{c1}cm\u{e9}"), true),
    (N("Acme Ltd"), N("Acme-Ltd."), true),
    (N("Acme"), D("acme.example"), true),
    (N("\u{410}cme"), D("acme.co.uk"), true),
    (N("Acme.Example"), D("acme.example"), true),
    (D("acme.example"), D("acme.test"), true),
    (D("acme.example"), D("xn--cme-5cd.example"), true),
    (D("paypal.example"), D("paypa1.example"), true),
    (D("apple.example"), D("xn--80ak6aa92e.example"), true),
    (D("ac-me.example"), D("acme.example"), true),
    (N("Mail"), N("Mall"), false),
    (N("Acme"), N("Acne"), false),
    (N("Acme"), N("Acme Labs"), false),
    (N("Acme 1"), N("Acme 2"), false),
    (N("\u{915}\u{93f}"), N("\u{915}\u{941}"), false),
    (N("\u{30ac}\u{30b9}"), N("\u{30ab}\u{30b9}"), false),
    (N("Co"), D("acme.co.uk"), false),
    (N("Example"), D("acme.example"), false),
    (D("agents.acme.example"), D("agents.volt.example"), false),
    (D("acme.example"), D("acmes.example"), false),
];

/// The pairs with their skeletons.
pub(super) fn likeness() -> Result<Value, String> {
    let mut pairs = Vec::new();
    for (one, other, alike) in PAIRS {
        let (one, first) = told(one)?;
        let (other, second) = told(other)?;
        if first.is_disjoint(&second) == alike {
            return Err(format!("{one} and {other}: the core has the skeletons {first:?} and {second:?}"));
        }
        pairs.push(json!({"alike": alike, "one": one, "other": other}));
    }
    Ok(json!({"pairs": pairs}))
}

fn told(called: Called) -> Result<(Value, BTreeSet<Skeleton>), String> {
    let fault = |text: &str, error: asp_core::position::InvalidText| format!("{text}: {error}");
    match called {
        N(text) => {
            let name: DisplayName = text.parse().map_err(|error| fault(text, error))?;
            Ok((json!({"name": text}), likeness::of_name(&name)))
        }
        D(text) => {
            let domain: Domain = text.parse().map_err(|error| fault(text, error))?;
            let skeletons = likeness::of_domain(&domain).into_iter().chain(likeness::of_owner(&domain));
            Ok((json!({"domain": text}), skeletons.collect()))
        }
    }
}
