//! Sealed content: what the node and the log see of a statement whose body is for its group alone, and what binds the two.
//!
//! The body of such a statement is an [`outline`] of what is said: the same body without what is secret. The rest travels in
//! [`Seal::content`], which the members of the session's group open. What they find has to fit the commitment and the
//! outline that were signed; then the same rules judge it that judge a body in the clear. Nothing here encrypts.

mod outline;

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use outline::obligation;
pub use outline::outline;

use crate::limits;
use crate::position::{Hash, InvalidText, Sequence, text_serde};
use crate::rejection::{Code, Rejection};
use crate::statement::body::{Body, Mode, Package};
use crate::statement::scan::{Bounds, scan};
use crate::statement::{Kind, Statement, draft};

/// Bytes of the length that stands before a text that is padded.
const LENGTH_BYTES: usize = 4;

/// The smallest size to which a text is padded, in bytes; each further one is twice as large, up to the last.
const BUCKET_BYTES_MIN: usize = 256;

/// The largest size to which a text is padded, in bytes: with what encryption adds it still fits [`Opaque`].
const BUCKET_BYTES_MAX: usize = 45_056;

/// Bytes that mean nothing to who may not open them: 1 to 49,152, on the wire in base64url without padding (RFC 4648 §5).
#[derive(Clone, PartialEq, Eq)]
pub struct Opaque(Vec<u8>);

impl Opaque {
    /// Takes bytes in.
    ///
    /// # Errors
    /// [`Code::StatementTooLarge`] for none, or more than there may be.
    pub fn new(bytes: Vec<u8>) -> Result<Self, Code> {
        let fits = (1..=limits::OPAQUE_BYTES_MAX).contains(&bytes.len());
        if fits { Ok(Self(bytes)) } else { Err(Code::StatementTooLarge) }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} bytes)", self.0.len())
    }
}

impl FromStr for Opaque {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WHAT: InvalidText = InvalidText("1 to 49152 bytes in base64url without padding");
        // Three bytes are four characters: bounded before it is decoded.
        if text.len() > limits::OPAQUE_BYTES_MAX.div_ceil(3) * 4 {
            return Err(WHAT);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| WHAT)?;
        Self::new(bytes).map_err(|_| WHAT)
    }
}

/// 256 random bits that hide a body in its commitment; 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for Salt {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        let decoded = hex::decode_to_slice(text, &mut bytes).is_ok() && hex::encode(bytes) == text;
        if decoded { Ok(Self(bytes)) } else { Err(InvalidText("64 lower-case hexadecimal digits")) }
    }
}

text_serde!(Opaque, Salt);

/// What a statement says to the members of its session's group and to nobody else; a field of the statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seal {
    /// What the body in the content hashes to with its salt: see [`Opened::commitment`].
    pub commitment: Hash,
    /// A private message of the group (RFC 9420 §6.3), with a padded [`Opened`] in it.
    pub content: Opaque,
    /// The epoch of the group in which it was sealed: how many group statements the session had before.
    pub epoch: u64,
}

/// What is in a seal: the body in full, and what hides it in its commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// The body in full.
    pub body: Body,
    /// What hides it.
    pub salt: Salt,
}

/// The same as it stands in the content.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    body: &'a RawValue,
    salt: Salt,
}

impl Opened {
    /// What the signed statement commits to: SHA-256 over `asp/1.0/sealed-body`, a newline, the salt and the canonical body.
    #[must_use]
    pub fn commitment(&self) -> Hash {
        Hash::of(&[b"asp/1.0/sealed-body\n", &self.salt.0, &draft::canonical(&self.body)])
    }

    /// The canonical JSON of body and salt.
    #[must_use]
    pub fn to_text(&self) -> Vec<u8> {
        draft::canonical(self)
    }

    /// Reads body and salt of a statement of this kind.
    ///
    /// # Errors
    /// [`Code::ContentInvalid`] where it is no such text, else what is wrong with the body.
    pub fn from_text(kind: Kind, text: &[u8]) -> Result<Self, Rejection> {
        let malformed = || Code::ContentInvalid.at("/seal/content"); // ASP-SEA-008
        scan(text, &Bounds::STATEMENT).map_err(|_| malformed())?;
        let wire: Wire<'_> = serde_json::from_slice(text).map_err(|_| malformed())?;
        let body = Body::read(kind, wire.body.get().as_bytes())?;
        let opened = Self { body, salt: wire.salt };
        // One spelling: what is disclosed to somebody later is the same text.
        if opened.to_text() == text { Ok(opened) } else { Err(malformed()) }
    }

    /// [`Opened::to_text`] with its length before it and zeros behind it, up to one of few sizes.
    ///
    /// # Errors
    /// [`Code::StatementTooLarge`] where no size is large enough.
    pub fn padded(&self) -> Result<Vec<u8>, Rejection> {
        let text = self.to_text();
        let (size, length) = bucket(text.len())
            .zip(u32::try_from(text.len()).ok())
            .ok_or_else(|| Code::StatementTooLarge.at("/body").by("ASP-SEA-008"))?;
        let mut padded = Vec::with_capacity(size);
        padded.extend(length.to_be_bytes());
        padded.extend(text);
        padded.resize(size, 0);
        Ok(padded)
    }

    /// Takes off the padding and reads what is left.
    ///
    /// # Errors
    /// As [`Opened::from_text`].
    pub fn from_padded(kind: Kind, padded: &[u8]) -> Result<Self, Rejection> {
        let text = unpadded(padded).ok_or_else(|| Code::ContentInvalid.at("/seal/content")); // ASP-SEA-008
        Self::from_text(kind, text?)
    }

    /// Whether this is what a statement of a session in this mode was signed over.
    ///
    /// # Errors
    /// [`Code::CommitmentMismatch`] where the seal commits to something else, [`Code::OutlineMismatch`] where the body that
    /// everybody sees is not the outline of this one.
    pub fn fits(&self, statement: &Statement, mode: Mode) -> Result<(), Rejection> {
        let committed = statement.seal.as_ref().map(|seal| seal.commitment);
        if committed != Some(self.commitment()) {
            return Err(Code::CommitmentMismatch.at("/seal/commitment")); // ASP-SEA-009
        }
        // A package without a salt could be found by trying what it may say, and one that is hidden here too says nothing.
        let told = |package: &Package| package.salt.is_some() && package.hidden.is_none();
        let told = self.body.packages_offered().into_iter().all(|(_, package)| told(package));
        if told && outline(&self.body, mode) == statement.body {
            Ok(())
        } else {
            Err(Code::OutlineMismatch.at("/body")) // ASP-SEA-010
        }
    }
}

/// The size to which a text of so many bytes is padded: the least that holds it, or none.
fn bucket(text: usize) -> Option<usize> {
    let needed = LENGTH_BYTES.saturating_add(text);
    let size = needed.checked_next_power_of_two()?.clamp(BUCKET_BYTES_MIN, BUCKET_BYTES_MAX);
    (needed <= size).then_some(size)
}

fn unpadded(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (text, zeros) = rest.split_at_checked(length)?;
    let fits = bucket(length) == Some(padded.len()) && zeros.iter().all(|byte| *byte == 0);
    fits.then_some(text)
}

/// Where in its chain content stands: it opens nowhere else.
///
/// What the content authenticates beside itself: `asp/1.0/seal`, the session, the sequence and the statement before it, each on
/// a line of its own.
#[must_use]
pub fn place(session: &Hash, sequence: Sequence, previous: &Hash) -> Vec<u8> {
    format!("asp/1.0/seal\n{session}\n{}\n{previous}", sequence.0).into_bytes()
}

/// The hash of a key package, by which a group statement names it: SHA-256 over `asp/1.0/key-package`, a newline, its bytes.
#[must_use]
pub fn package_hash(package: &[u8]) -> Hash {
    Hash::of(&[b"asp/1.0/key-package\n", package])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::table::Performative;
    use crate::statement::body::{Inform, Note};

    const KIND: Kind = Kind::Session(Performative::Inform);

    fn opened(words: usize) -> Opened {
        let text = "w".repeat(words).parse().unwrap();
        Opened { body: Body::Inform(Inform::Note(Note { data: None, text })), salt: Salt([7; 32]) }
    }

    #[test]
    fn padding_shows_one_of_few_sizes() {
        for (words, size) in [(0, 256), (100, 256), (200, 512), (1_000, 2_048), (4_096, 8_192)] {
            let padded = opened(words).padded().unwrap();
            assert_eq!(padded.len(), size, "{words}");
            assert_eq!(Opened::from_padded(KIND, &padded).unwrap(), opened(words));
        }
    }

    #[test]
    fn what_is_padded_otherwise_is_refused() {
        // ASP-SEA-008: nothing rides in the padding, the length is that of the text, the size the least that holds it.
        let padded = opened(10).padded().unwrap();
        let mut ridden = padded.clone();
        *ridden.last_mut().unwrap() = 1;
        let mut longer = padded.clone();
        longer[..4].copy_from_slice(&u32::MAX.to_be_bytes());
        let mut shorter = padded.clone();
        shorter[3] -= 1;
        let roomy = [padded.clone(), vec![0; padded.len()]].concat();
        let tight = &padded[..padded.len() - 1];
        for bad in [&ridden[..], &longer, &shorter, &roomy, tight, &padded[..3], &[]] {
            let refusal = Opened::from_padded(KIND, bad).unwrap_err();
            assert_eq!(refusal.code, Code::ContentInvalid);
        }
    }

    #[test]
    fn the_commitment_changes_with_salt_and_body() {
        // ASP-SEA-009
        let other = Opened { salt: Salt([8; 32]), ..opened(3) };
        assert_ne!(opened(3).commitment(), other.commitment());
        assert_ne!(opened(3).commitment(), opened(4).commitment());
    }

    #[test]
    fn a_text_has_one_spelling() {
        let text = String::from_utf8(opened(3).to_text()).unwrap();
        let changes = [("\"salt\"", "\"Salt\""), ("{", "{ "), ("}", "}}"), ("note", "notes")];
        for bad in changes.map(|(from, to)| text.replace(from, to)) {
            assert!(Opened::from_text(KIND, bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn opaque_bytes_are_bounded_and_have_one_spelling() {
        assert_eq!("AQID".parse::<Opaque>().unwrap().bytes(), [1, 2, 3]);
        let long = "A".repeat(65_540);
        for bad in ["", "AQI=", "AQJ", "A+==", long.as_str()] {
            assert!(bad.parse::<Opaque>().is_err(), "{}", bad.len());
        }
        assert_eq!("A".repeat(65_536).parse::<Opaque>().unwrap().bytes().len(), limits::OPAQUE_BYTES_MAX);
    }
}
