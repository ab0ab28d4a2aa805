//! A disclosure: what one sealed statement says, shut so that one key opens it, in one place.
//!
//! HPKE in base mode (RFC 9180 §5.1.1) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305, to the X25519
//! form of the receiver's Ed25519 key. It does not tell who shut it, and need not: what comes out is believed because
//! it fits the commitment of a signed statement, which the core checks where the statement is.

use std::fmt;

use asp_core::bundle::{Bundle, Tried};
use asp_core::key::{KeyId, SecretKey};
use asp_core::limits;
use asp_core::name::Origin;
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, Opened};
use asp_core::statement::body::Disclosure;
use openmls_rust_crypto::RustCrypto;
use openmls_traits::crypto::OpenMlsCrypto;
use openmls_traits::types::{HpkeAeadType, HpkeCiphertext, HpkeConfig, HpkeKdfType, HpkeKemType};
use zeroize::Zeroizing;

/// What HPKE mixes into each key, so that nothing shut for another purpose is taken for a disclosure.
const INFO: &[u8] = b"asp/1.0/disclosure";

/// Bytes of an encapsulated key: one point of Curve25519.
const ENC_BYTES: usize = 32;

/// Bytes that the authentication adds to what is shut.
const TAG_BYTES: usize = 16;

/// The one suite: 0x0020, 0x0001, 0x0003 (RFC 9180 §7).
const SUITE: HpkeConfig =
    HpkeConfig(HpkeKemType::DhKem25519, HpkeKdfType::HkdfSha256, HpkeAeadType::ChaCha20Poly1305);

/// What was shut to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shut {
    /// The encapsulated key, 32 bytes.
    pub enc: Vec<u8>,
    /// The ciphertext with its tag: 16 bytes more than what is in it.
    pub content: Vec<u8>,
}

/// The one place where a disclosure opens: the statement that it discloses.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The log.
    pub origin: &'a Origin,
    /// The session: the hash of its first statement.
    pub session: Hash,
    /// The statement.
    pub statement: Hash,
}

/// Shuts `text` to the owner of a key, for this place.
///
/// # Errors
/// [`Fault::KeyUnsuited`] for a key of ES256 and for what is no key; [`Fault::TooLarge`] beyond
/// [`limits::DISCLOSURE_BYTES_MAX`]; [`Fault::CannotShut`] if the system has no random bytes.
pub fn shut(to: &KeyId, place: &Place<'_>, text: &[u8]) -> Result<Shut, Fault> {
    if text.len() > limits::DISCLOSURE_BYTES_MAX {
        return Err(Fault::TooLarge);
    }
    // Refuses points of small order too, with which everybody would know the shared secret.
    let receiver = to.exchange_key().map_err(|_| Fault::KeyUnsuited)?;
    let shut = RustCrypto::default()
        .hpke_seal(SUITE, &receiver, INFO, &place.associated(to), text)
        .map_err(|_| Fault::CannotShut)?;
    Ok(Shut { enc: shut.kem_output.into(), content: shut.ciphertext.into() })
}

/// Opens what was shut to this key for this place.
///
/// # Errors
/// [`Fault::KeyUnsuited`] for a key of ES256; [`Fault::Malformed`] for what has not the lengths of a disclosure;
/// [`Fault::TooLarge`] beyond [`limits::DISCLOSURE_BYTES_MAX`]; [`Fault::CannotOpen`] for everything else, which does
/// not tell another key from another place or from altered bytes.
pub fn open(key: &SecretKey, place: &Place<'_>, shut: &Shut) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let receiver = key.exchange_key().map_err(|_| Fault::KeyUnsuited)?;
    if shut.enc.len() != ENC_BYTES || shut.content.len() < TAG_BYTES {
        return Err(Fault::Malformed);
    }
    if shut.content.len() > limits::DISCLOSURE_BYTES_MAX + TAG_BYTES {
        return Err(Fault::TooLarge);
    }
    let input =
        HpkeCiphertext { kem_output: shut.enc.as_slice().into(), ciphertext: shut.content.as_slice().into() };
    // A shared secret of nothing but zeros, which points of small order make, is refused there (RFC 9180 §7.1.4).
    RustCrypto::default()
        .hpke_open(SUITE, &input, receiver.as_slice(), INFO, &place.associated(&key.id()))
        .map(Zeroizing::new)
        .map_err(|_| Fault::CannotOpen)
}

/// What was opened of the statement in this place, shut to the owner of a key as others are shown it.
///
/// # Errors
/// As [`shut`].
pub fn disclose(to: &KeyId, place: &Place<'_>, opened: &Opened) -> Result<Disclosure, Fault> {
    let Shut { enc, content } = shut(to, place, &opened.to_text())?;
    let opaque = |bytes| Opaque::new(bytes).map_err(|_| Fault::TooLarge);
    Ok(Disclosure { content: opaque(content)?, enc: opaque(enc)?, statement: place.statement, to: *to })
}

/// What a disclosure in a bundle comes to with these keys, for [`Bundle::verify_disclosed`].
#[must_use]
pub fn tried(bundle: &Bundle, keys: &[SecretKey], shown: &Disclosure) -> Tried {
    let key = keys.iter().find(|key| key.id() == shown.to)?;
    // Without a session it has no place in which it could open.
    let session = bundle.session().unwrap_or(bundle.commitment());
    let place = Place { origin: bundle.origin(), session, statement: shown.statement };
    let shut = Shut { enc: shown.enc.bytes().to_vec(), content: shown.content.bytes().to_vec() };
    let text = open(key, &place, &shut);
    Some(text.map(|text| text.to_vec()).map_err(|_| Code::ContentUnopened))
}

impl Place<'_> {
    /// The associated data: the place and the receiver, a line each. None of them holds a newline.
    fn associated(&self, to: &KeyId) -> Vec<u8> {
        let Self { origin, session, statement } = self;
        format!("{origin}\n{session}\n{statement}\n{to}").into_bytes()
    }
}

/// Why something was not shut or not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing can be shut to this key: it is of ES256, or no key at all.
    KeyUnsuited,
    /// It is not for this key, not for this place, or not what was shut.
    CannotOpen,
    /// It has not the lengths of a disclosure.
    Malformed,
    /// There is more of it than a sealed body can have.
    TooLarge,
    /// It was not shut: the system gave no random bytes.
    CannotShut,
}

impl Fault {
    /// The stable name of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyUnsuited => "KEY_UNSUITED",
            Self::CannotOpen => "CANNOT_OPEN",
            Self::Malformed => "MALFORMED",
            Self::TooLarge => "TOO_LARGE",
            Self::CannotShut => "CANNOT_SHUT",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyUnsuited => "nothing can be shut to a key that is not of Ed25519",
            Self::CannotOpen => "this key opens nothing of it in this place",
            Self::Malformed => "not a disclosure: its lengths do not fit",
            Self::TooLarge => "more than a sealed body can have",
            Self::CannotShut => "not shut: the system gave no random bytes",
        })
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests;
