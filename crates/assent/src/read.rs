//! What people type, read into the protocol's types: names without their scheme, spans, amounts, short ids.
//! The protocol itself has one spelling for each; only this door is generous.

use std::str::FromStr;

use asp_client::api::PersonRole;
use asp_core::amount::{Currency, Decimal, Money};
use asp_core::key::KeyId;
use asp_core::name::{AgentUri, Domain, Issuer};
use asp_core::position::{Hash, InvalidText, Millis};
use asp_core::session::table::Performative;
use asp_core::statement::body::{AdmissionFloor, Availability, Mode, ParticipantRole, SchemaAlias, Seed};
use asp_core::statement::{Kind, Trace};

/// Hexadecimal digits of a shortened id, at least.
const PREFIX_MIN: usize = 6;

/// An agent, with or without `agent://`.
pub(crate) fn agent(text: &str) -> Result<AgentUri, InvalidText> {
    if text.starts_with("agent://") { text.parse() } else { format!("agent://{text}").parse() }
}

/// An agent or an organisation: what has a path is an agent.
pub(crate) fn issuer(text: &str) -> Result<Issuer, InvalidText> {
    let wrong = InvalidText("an organisation like acme.example or an agent like acme.example/buyer");
    if text.contains('/') {
        agent(text).map(Issuer::Agent).map_err(|_| wrong)
    } else {
        text.parse::<Domain>().map(Issuer::Organisation).map_err(|_| wrong)
    }
}

/// Whom something is shown to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// The owner of a key.
    Key(KeyId),
    /// Who has a key that the node knows.
    Named(Issuer),
}

/// A key, an agent or an organisation.
pub(crate) fn receiver(text: &str) -> Result<Receiver, InvalidText> {
    if text.starts_with("did:key:") {
        let wrong = InvalidText("a key like did:key:z6Mk…");
        return text.parse().map(Receiver::Key).map_err(|_| wrong);
    }
    let wrong = InvalidText(
        "a key like did:key:z6Mk…, an agent like court.example/judge or an organisation like court.example",
    );
    issuer(text).map(Receiver::Named).map_err(|_| wrong)
}

/// A place in a distributed trace.
pub(crate) fn trace(text: &str) -> Result<Trace, InvalidText> {
    text.parse().map_err(|_| InvalidText("a traceparent: 00-, 32 hexadecimal digits, -, 16 of them, -01"))
}

/// What a person can be invited for.
pub(crate) fn person_role(text: &str) -> Result<PersonRole, InvalidText> {
    [PersonRole::Arbiter, PersonRole::Auditor, PersonRole::Owner]
        .into_iter()
        .find(|role| role.as_str() == text)
        .ok_or(InvalidText("a role: owner, auditor or arbiter"))
}

/// A performative in any case.
pub(crate) fn performative(text: &str) -> Result<Performative, InvalidText> {
    let wanted = text.to_ascii_uppercase();
    Performative::all()
        .into_iter()
        .find(|known| known.as_str() == wanted)
        .ok_or(InvalidText("a performative: propose, counter, accept, reject, inform, query, clarify, commit, delegate, escalate, withdraw, observe or close"))
}

/// The type of a statement, a performative in any case.
pub(crate) fn kind(text: &str) -> Result<Kind, InvalidText> {
    let wrong =
        InvalidText("a type of statements: a performative such as propose, or a name such as consent.grant");
    Kind::named(text).or_else(|| Kind::named(&text.to_ascii_uppercase())).ok_or(wrong)
}

/// A terms schema as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SchemaName {
    /// By the hash of its content.
    Hash(Hash),
    /// By what it is called; the newest version if none is named, a starter if no organisation is.
    Called {
        /// Its alias.
        alias: SchemaAlias,
        /// Its version.
        version: Option<u32>,
        /// Who registered it.
        by: Option<Domain>,
    },
}

impl std::fmt::Display for SchemaName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hash(hash) => write!(f, "{hash}"),
            Self::Called { alias, version, by } => {
                by.iter().try_for_each(|by| write!(f, "{by}/"))?;
                write!(f, "{alias}")?;
                version.iter().try_for_each(|version| write!(f, "/{version}"))
            }
        }
    }
}

/// `compute-lease`, `compute-lease/1`, `acme.example/rack/2`, or a hash.
pub(crate) fn schema(text: &str) -> Result<SchemaName, InvalidText> {
    let wrong = InvalidText("a schema like compute-lease/1, acme.example/rack/2, or a hash");
    if let Ok(hash) = hash(text) {
        return Ok(SchemaName::Hash(hash));
    }
    let (by, rest) = match text.split_once('/') {
        Some((first, rest)) if first.contains('.') => (Some(first.parse().map_err(|_| wrong)?), rest),
        _ => (None, text),
    };
    let (alias, version) = match rest.split_once('/') {
        Some((alias, version)) => (alias, Some(version.parse().map_err(|_| wrong)?)),
        None => (rest, None),
    };
    Ok(SchemaName::Called { alias: alias.parse().map_err(|_| wrong)?, version, by })
}

/// Whether an agent takes on work.
pub(crate) fn availability(text: &str) -> Result<Availability, InvalidText> {
    [Availability::Available, Availability::Busy, Availability::Away]
        .into_iter()
        .find(|known| known.as_str() == text)
        .ok_or(InvalidText("one of the words available, busy or away"))
}

/// A role that somebody can be invited in.
pub(crate) fn role(text: &str) -> Result<ParticipantRole, InvalidText> {
    match text {
        "party" => Ok(ParticipantRole::Party),
        "observer" => Ok(ParticipantRole::Observer),
        "mediator" => Ok(ParticipantRole::Mediator),
        _ => Err(InvalidText("a role: party, observer or mediator")),
    }
}

/// Who can read a session.
pub(crate) fn mode(text: &str) -> Result<Mode, InvalidText> {
    spelled(text).map_err(|_| InvalidText("who can read it: open, hybrid or sealed"))
}

/// How many sit on a panel: `3` or `5`.
pub(crate) fn panel(text: &str) -> Result<u32, InvalidText> {
    match text {
        "3" => Ok(3),
        "5" => Ok(5),
        _ => Err(InvalidText("3 or 5")),
    }
}

/// A span of time: `1500ms`, `30s`, `5m`, `2h`, `7d`.
pub(crate) fn span(text: &str) -> Result<Millis, InvalidText> {
    let wrong = InvalidText("a span like 1500ms, 30s, 5m, 2h or 7d");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong)?;
    let factor: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong),
    };
    number.checked_mul(factor).map(Millis).ok_or(wrong)
}

/// The number of a message in a session.
pub(crate) fn message(text: &str) -> Result<u64, InvalidText> {
    let wrong = InvalidText("the number of a message, as `session show --messages` lists them");
    text.parse().map_err(|_| wrong)
}

/// A decimal, also with needless zeros behind the point: `2.40`.
pub(crate) fn decimal(text: &str) -> Result<Decimal, InvalidText> {
    match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => match fraction.trim_end_matches('0') {
            "" => whole.parse(),
            fraction => format!("{whole}.{fraction}").parse(),
        },
        Some(_) | None => text.parse(),
    }
}

/// An amount of money: `2.40 USD`, `2.40USD`.
pub(crate) fn money(text: &str) -> Result<Money, InvalidText> {
    let wrong = InvalidText("money like \"2.40 USD\"");
    let letters = text.find(|letter: char| letter.is_ascii_uppercase()).ok_or(wrong)?;
    let (amount, currency) = text.split_at_checked(letters).ok_or(wrong)?;
    Ok(Money {
        amount: decimal(amount.trim_end()).map_err(|_| wrong)?,
        currency: currency.parse().map_err(|_| wrong)?,
    })
}

/// A word of the protocol as statements spell it: `not-as-agreed`.
pub(crate) fn spelled<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, InvalidText> {
    serde_json::from_value(text.into()).map_err(|_| InvalidText("one of the words that --help names"))
}

/// A trust floor of a policy: `20@1000 USD`, or `provision.compute=20@1000 USD`.
pub(crate) fn floor(text: &str) -> Result<AdmissionFloor, InvalidText> {
    let wrong =
        InvalidText("a floor like \"20@1000 USD\" or \"provision.compute=20@1000 USD\", of 1 to 100 points");
    let (capability, rest) = match text.split_once('=') {
        Some((capability, rest)) => (Some(capability.parse().map_err(|_| wrong)?), rest),
        None => (None, text),
    };
    let (score, value) = rest.split_once('@').ok_or(wrong)?;
    let score = score.parse().ok().filter(|score| (1..=100).contains(score)).ok_or(wrong)?;
    Ok(AdmissionFloor { capability, score, value: money(value).map_err(|_| wrong)? })
}

/// What one unit of a currency is worth: `EUR=1.08 USD`.
pub(crate) fn rate(text: &str) -> Result<(Currency, Money), InvalidText> {
    let wrong = InvalidText("a rate like \"EUR=1.08 USD\"");
    let (currency, worth) = text.split_once('=').ok_or(wrong)?;
    Ok((currency.parse().map_err(|_| wrong)?, money(worth).map_err(|_| wrong)?))
}

/// What an organisation is taken to be good for: `guild.example=5000 USD`.
pub(crate) fn seed(text: &str) -> Result<Seed, InvalidText> {
    let wrong = InvalidText("a seed like \"guild.example=5000 USD\"");
    let (organisation, worth) = text.split_once('=').ok_or(wrong)?;
    Ok(Seed {
        organisation: organisation.parse().map_err(|_| wrong)?,
        worth: money(worth).map_err(|_| wrong)?,
    })
}

/// An id, whole or shortened: with or without `sha256:`, at least six digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Id {
    /// All 64 digits.
    Whole(Hash),
    /// The first digits of one.
    Prefix(String),
}

impl FromStr for Id {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("sha256:").unwrap_or(text);
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if let Some(hash) = Hash::from_hex(digits) {
            Ok(Self::Whole(hash))
        } else if hexadecimal && (PREFIX_MIN..64).contains(&digits.len()) {
            Ok(Self::Prefix(digits.to_owned()))
        } else {
            Err(InvalidText("an id: 64 lower-case hexadecimal digits, or at least the first 6 of them"))
        }
    }
}

impl Id {
    /// Whether `hash` is meant.
    pub(crate) fn matches(&self, hash: &Hash) -> bool {
        match self {
            Self::Whole(whole) => whole == hash,
            Self::Prefix(prefix) => hash.to_hex().starts_with(prefix),
        }
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(hash) => f.write_str(&hash.to_hex()),
            Self::Prefix(prefix) => write!(f, "{prefix}…"),
        }
    }
}

/// A hash with or without `sha256:`.
pub(crate) fn hash(text: &str) -> Result<Hash, InvalidText> {
    Hash::from_hex(text.strip_prefix("sha256:").unwrap_or(text))
        .ok_or(InvalidText("a SHA-256: 64 lower-case hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_unit() {
        for (text, millis) in
            [("1500ms", 1_500), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("7d", 604_800_000)]
        {
            assert_eq!(span(text), Ok(Millis(millis)));
        }
        for text in
            ["", "5", "s", "-1s", "1.5s", "1 s", "1w", "99999999999999999999s", "18446744073709551615d"]
        {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn money_is_read_as_people_write_it() {
        for (text, means) in [
            ("2.40 USD", "2.4 USD"),
            ("2.40USD", "2.4 USD"),
            ("1000.00 EUR", "1000 EUR"),
            ("0.5 USD", "0.5 USD"),
        ] {
            assert_eq!(money(text).map(|money| money.to_string()).as_deref(), Ok(means));
        }
        for text in ["", "USD", "2.40", "2.40 usd", "-1 USD", "1e3 USD", "1. USD", ".5 USD"] {
            assert!(money(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_floor_has_a_score_and_a_class() {
        let plain = floor("20@1000.00 USD").unwrap();
        assert_eq!(
            (plain.capability, plain.score, plain.value.to_string()),
            (None, 20, "1000 USD".to_owned())
        );
        assert!(floor("provision.compute=100@5 EUR").is_ok_and(|floor| floor.capability.is_some()));
        for text in
            ["", "20", "@5 USD", "0@5 USD", "101@5 USD", "20@5", "=20@5 USD", "A=20@5 USD", "-1@5 USD"]
        {
            assert!(floor(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_need_no_scheme() {
        assert_eq!(agent("acme.example/buyer"), agent("agent://acme.example/buyer"));
        assert!(matches!(issuer("acme.example"), Ok(Issuer::Organisation(_))));
        assert!(matches!(issuer("acme.example/buyer"), Ok(Issuer::Agent(_))));
        for text in ["", "acme", "acme.example/", "node:x", "https://acme.example/a"] {
            assert!(issuer(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_may_be_shortened_but_not_too_much() {
        let hash = Hash::of(&[b"x"]);
        let digits = hash.to_hex();
        assert!(digits.parse::<Id>().is_ok_and(|id| id == Id::Whole(hash)));
        assert!(digits[..6].parse::<Id>().is_ok_and(|id| id.matches(&hash)));
        assert!(hash.to_string().parse::<Id>().is_ok_and(|id| id.matches(&hash)));
        for text in ["", "abcde", "ABCDEF", "ghijkl", &format!("{digits}0")] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_mode_is_one_of_three() {
        for (text, means) in [("open", Mode::Open), ("hybrid", Mode::Hybrid), ("sealed", Mode::Sealed)] {
            assert_eq!(mode(text), Ok(means));
        }
        for text in ["", "Open", "\"open\"", "closed"] {
            assert!(mode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_message_has_a_number() {
        assert_eq!(message("7"), Ok(7));
        for text in ["", "seven", "-1", "1.5", "18446744073709551616"] {
            let said = message(text).map_err(|wrong| wrong.to_string());
            assert!(said.is_err_and(|said| said.contains("session show --messages")), "{text}");
        }
    }

    #[test]
    fn a_performative_is_known_in_any_case() {
        assert_eq!(performative("propose"), Ok(Performative::Propose));
        assert_eq!(performative("CLOSE"), Ok(Performative::Close));
        assert!(performative("offer").is_err());
    }
}
