//! The texts in bodies that have a form or a bound of their own.

use crate::limits;
use crate::position::{InvalidText, text_serde};

/// A text with a bound in bytes, given by its type.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $range:expr, $what:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::str::FromStr for $name {
            type Err = InvalidText;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if ($range).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(InvalidText($what)) }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        text_serde!($name);
    )+};
}

texts! {
    /// A sentence for people; no rule reads it. Up to 4 KiB.
    Text, 0..=limits::TEXT_BYTES_MAX, "a text of at most 4096 bytes";
    /// A name of 1 to 200 bytes: of a field, a unit, a person.
    Name, 1..=limits::NAME_BYTES_MAX, "a name of 1 to 200 bytes";
    /// The name of an obligation inside its package, 1 to 32 bytes.
    ObligationId, 1..=32, "a name of 1 to 32 bytes";
}

impl Default for Text {
    /// No words.
    fn default() -> Self {
        Self(String::new())
    }
}

impl Text {
    /// Words of the protocol's own; what is too long for a text is cut.
    #[must_use]
    pub(crate) fn of(words: &'static str) -> Self {
        Self(words.get(..limits::TEXT_BYTES_MAX).unwrap_or(words).to_owned())
    }
}

/// What people call a terms schema: 1 to 64 lower-case letters, digits and single hyphens between them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemaAlias(String);

impl SchemaAlias {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for SchemaAlias {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let valid = text.len() <= 64 && text.split('-').all(word);
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidText("an alias such as compute-lease")) }
    }
}

impl std::fmt::Display for SchemaAlias {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(SchemaAlias);

/// 128 random bits that make the id of what they open unguessable; 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce(pub [u8; 16]);

impl std::fmt::Display for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::str::FromStr for Nonce {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 16];
        let decoded = hex::decode_to_slice(text, &mut bytes).is_ok() && hex::encode(bytes) == text;
        if decoded { Ok(Self(bytes)) } else { Err(InvalidText("32 lower-case hexadecimal digits")) }
    }
}

text_serde!(Nonce);
