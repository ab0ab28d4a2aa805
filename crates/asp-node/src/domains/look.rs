//! One look at a domain: a document or the texts of a name, and whether the key stands there.
//!
//! Everything that is read is a stranger's. It is bounded, read once, and nothing of it is repeated.

use std::fmt;

use asp_core::limits;
use asp_core::name::Domain;
use asp_core::position::Hash;
use asp_core::statement::body::{OrgVerify, VerifyMethod};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fetch::{Fetch, FetchError};

/// The longest name that DNS has (RFC 1035 §3.1), as it is written.
const NAME_BYTES_MAX: usize = 253;

/// What was seen under a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sight {
    /// The key, in what has this hash.
    Key(Hash),
    /// Something that names no such key.
    NoSuchKey(Hash),
    /// A document about another domain, or about none.
    NotAbout(Hash),
    /// What cannot be read as such a document.
    Unreadable(Hash),
    /// No record.
    NoRecord,
    /// Nothing, for this reason.
    Trouble(FetchError),
}

impl Sight {
    /// Whether the key is there.
    pub(crate) const fn is_found(&self) -> bool {
        matches!(self, Self::Key(_))
    }

    /// The hash of what was read.
    pub(crate) const fn evidence(&self) -> Option<Hash> {
        match self {
            Self::Key(hash) | Self::NoSuchKey(hash) | Self::NotAbout(hash) | Self::Unreadable(hash) => {
                Some(*hash)
            }
            Self::NoRecord | Self::Trouble(_) => None,
        }
    }

    /// Whether it may be otherwise in an hour, though nobody changed anything.
    pub(crate) const fn is_passing(&self) -> bool {
        match self {
            Self::Trouble(error) => error.is_passing(),
            Self::Key(_) | Self::NoSuchKey(_) | Self::NotAbout(_) | Self::Unreadable(_) | Self::NoRecord => {
                false
            }
        }
    }
}

impl fmt::Display for Sight {
    /// For everybody's eyes: which names of a private network exist, and what stands there, is not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "the key is there",
            Self::NoSuchKey(_) => "another key is there",
            Self::NotAbout(_) => "the document has no member `organisation` of this domain",
            Self::Unreadable(_) => "the document cannot be read",
            Self::NoRecord => "there is no record",
            Self::Trouble(error) => match error {
                FetchError::Url
                | FetchError::Port
                | FetchError::Address
                | FetchError::NoSuchName
                | FetchError::NamesSilent
                | FetchError::Unreachable
                | FetchError::TooSlow => "it cannot be reached",
                FetchError::Redirected => "it leads elsewhere",
                FetchError::Status(status) => return write!(f, "it answers {status}"),
                FetchError::MediaType => "its answer is no JSON",
                FetchError::TooLarge => "its answer is too large",
            },
        })
    }
}

/// Looks where an organisation says that its key is published.
pub(super) async fn look(fetch: &Fetch, domain: &Domain, wanted: &OrgVerify) -> Sight {
    let key = wanted.key.to_string();
    match wanted.method {
        VerifyMethod::WellKnown => {
            let url = format!("https://{domain}/.well-known/asp-configuration");
            match fetch.get(&url, limits::DOMAIN_DOCUMENT_BYTES_MAX).await {
                Ok(fetched) => in_document(&fetched.bytes, domain, &key),
                Err(error) => Sight::Trouble(error),
            }
        }
        VerifyMethod::Dns => {
            let name = format!("_asp.{domain}");
            if name.len() > NAME_BYTES_MAX {
                return Sight::NoRecord;
            }
            match fetch.texts(&name).await {
                Ok(texts) => in_texts(&texts, &key),
                Err(error) => Sight::Trouble(error),
            }
        }
    }
}

/// The part of the document that is looked at. Whatever stands beside it is for others.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(default, borrow)]
    organisation: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Published {
    domain: String,
    keys: Vec<String>,
}

fn in_document(bytes: &[u8], domain: &Domain, key: &str) -> Sight {
    let evidence = Hash::of(&[bytes]);
    let Some(Document { organisation }) = object(bytes) else { return Sight::Unreadable(evidence) };
    let Some(organisation) = organisation else { return Sight::NotAbout(evidence) };
    let Some(published) = object::<Published>(organisation.get().as_bytes()) else {
        return Sight::Unreadable(evidence);
    };
    if published.domain != domain.as_str() {
        return Sight::NotAbout(evidence);
    }
    if published.keys.len() > limits::DOMAIN_KEYS_MAX {
        return Sight::Unreadable(evidence);
    }
    if published.keys.iter().any(|held| held == key) {
        Sight::Key(evidence)
    } else {
        Sight::NoSuchKey(evidence)
    }
}

/// Reads an object: a list would be taken for its members in their order.
fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if begins == Some(&b'{') { serde_json::from_slice(bytes).ok() } else { None }
}

fn in_texts(texts: &[String], key: &str) -> Sight {
    let mut records = texts.iter().filter(|text| text.starts_with("asp1 ")).peekable();
    let Some(first) = records.peek() else { return Sight::NoRecord };
    let other = Sight::NoSuchKey(Hash::of(&[first.as_bytes()]));
    let wanted = format!("asp1 key={key}");
    let found = records.find(|text| **text == wanted);
    found.map_or(other, |text| Sight::Key(Hash::of(&[text.as_bytes()])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

    #[track_caller]
    fn document(text: &str, expected: fn(Hash) -> Sight) {
        let domain = "acme.example".parse().unwrap();
        assert_eq!(
            in_document(text.as_bytes(), &domain, KEY),
            expected(Hash::of(&[text.as_bytes()])),
            "{text}"
        );
    }

    #[test]
    fn a_document_names_the_domain_and_the_key() {
        let of = |domain: &str, keys: &str| {
            format!(r#"{{"organisation":{{"domain":"{domain}","keys":[{keys}]}}}}"#)
        };
        let key = format!("\"{KEY}\"");
        document(&of("acme.example", &key), Sight::Key);
        document(&of("acme.example", &format!("\"did:web:x\",{key}")), Sight::Key);
        document(
            &of("acme.example", &key)
                .replace("{\"organisation\"", "{\"aspVersions\":[\"1.0\"],\"organisation\""),
            Sight::Key,
        );
        document(&of("acme.example", &[key.as_str(); 64].join(",")), Sight::Key);
        document(&of("acme.example", &[key.as_str(); 65].join(",")), Sight::Unreadable);
        document(&of("acme.example", ""), Sight::NoSuchKey);
        document(&of("acme.example", "\"did:key:z6Mk\""), Sight::NoSuchKey);
        document(&of("acme.example", &format!("\"{KEY} \"")), Sight::NoSuchKey);
        document(&of("other.example", &key), Sight::NotAbout);
        document(&of("ACME.example", &key), Sight::NotAbout);
        document("{}", Sight::NotAbout);
        document(&format!(" \n{}", of("acme.example", &key)), Sight::Key);
        for unreadable in [
            "",
            "no json",
            "[]",
            r#"{"organisation":[]}"#,
            &format!(r#"{{"organisation":["acme.example",["{KEY}"]]}}"#),
            &format!(r#"[{{"domain":"acme.example","keys":["{KEY}"]}}]"#),
            r#"{"organisation":{"domain":"acme.example"}}"#,
            r#"{"organisation":{"domain":"acme.example","keys":[1]}}"#,
            r#"{"organisation":{"domain":"acme.example","keys":[]},"organisation":{"domain":"acme.example","keys":[]}}"#,
        ] {
            document(unreadable, Sight::Unreadable);
        }
        document(&format!("{}1", "[".repeat(60_000)), Sight::Unreadable);
    }

    #[test]
    fn a_record_is_of_one_spelling() {
        let right = format!("asp1 key={KEY}");
        let key = |text: &str| Sight::Key(Hash::of(&[text.as_bytes()]));
        let texts = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            in_texts(&texts, KEY)
        };
        assert_eq!(texts(&[&right]), key(&right));
        assert_eq!(texts(&["v=spf1 -all", "asp1 key=did:key:z6Mk", &right]), key(&right));
        assert_eq!(texts(&[]), Sight::NoRecord);
        assert_eq!(texts(&["v=spf1 -all", KEY]), Sight::NoRecord);
        for wrong in [
            format!("{right} "),
            format!("asp1  key={KEY}"),
            format!("asp1 key={KEY};"),
            format!("asp1 key={KEY} key=other"),
            "asp1 key=".to_owned(),
        ] {
            assert_eq!(texts(&[&wrong]), Sight::NoSuchKey(Hash::of(&[wrong.as_bytes()])), "{wrong}");
        }
        assert_eq!(texts(&[&format!("ASP1 key={KEY}")]), Sight::NoRecord);
    }

    #[test]
    fn nobody_learns_which_names_a_private_network_has() {
        let hidden =
            [FetchError::Address, FetchError::NoSuchName, FetchError::NamesSilent, FetchError::Unreachable];
        let words = hidden.map(|error| Sight::Trouble(error).to_string());
        assert!(words.iter().all(|word| word == "it cannot be reached"), "{words:?}");
    }
}
