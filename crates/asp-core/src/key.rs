//! Keys and signatures: `did:key` names, strict Ed25519.
//! Whether a key counts for an issuer is not known here; see `stream.rs`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

use crate::position::{InvalidText, text_serde};
use crate::rejection::Code;

/// Multicodec prefix of an Ed25519 public key (`ed25519-pub`, 0xed as a varint).
const MULTICODEC_ED25519: [u8; 2] = [0xed, 0x01];

/// Bytes of a key with its prefix.
const NAMED_BYTES: usize = MULTICODEC_ED25519.len() + 32;

/// Base58 digits that so many bytes have at most.
const DIGITS_MAX: usize = 48;

/// The name of a key: `did:key:z6Mk…`, which is the key itself (did:key, multibase base58btc).
///
/// Any 32 bytes can be named; [`PublicKey::try_from`] says whether they are a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 32]);

impl KeyId {
    /// Names the key with these bytes (RFC 8032 encoding).
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; NAMED_BYTES];
        let (prefix, key) = bytes.split_at_mut(2);
        prefix.copy_from_slice(&MULTICODEC_ED25519);
        key.copy_from_slice(&self.0);
        let mut digits = [0; DIGITS_MAX];
        let length = bs58::encode(bytes).onto(digits.as_mut_slice()).map_err(|_| fmt::Error)?;
        let digits = digits.get(..length).and_then(|digits| std::str::from_utf8(digits).ok());
        f.write_str("did:key:z")?;
        f.write_str(digits.ok_or(fmt::Error)?)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("a key like did:key:z6Mk…");
        let digits =
            text.strip_prefix("did:key:z").filter(|digits| digits.len() <= DIGITS_MAX).ok_or(invalid)?;
        // Base58 has one spelling of each number, and only a leading 1 adds a zero byte: with these two bytes in
        // front there is none, so 34 bytes that begin so were spelled in the one way.
        let mut bytes = [0; NAMED_BYTES];
        let length = bs58::decode(digits).onto(&mut bytes).map_err(|_| invalid)?;
        match bytes.split_first_chunk::<2>() {
            Some((prefix, key)) if *prefix == MULTICODEC_ED25519 && length == NAMED_BYTES => {
                Ok(Self(key.try_into().map_err(|_| invalid)?))
            }
            _ => Err(invalid),
        }
    }
}

/// The algorithm of a signature; it follows from the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519, verified strictly (RFC 8032).
    Ed25519,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519 => f.write_str("Ed25519"),
        }
    }
}

impl FromStr for Algorithm {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "Ed25519" { Ok(Self::Ed25519) } else { Err(InvalidText("an algorithm of signatures")) }
    }
}

text_serde!(Algorithm);

/// 64 bytes of a signature, written in base64url without padding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SignatureBytes([u8; 64]);

impl SignatureBytes {
    /// Takes the 64 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SignatureBytes {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("a signature of 64 bytes in base64url without padding");
        if text.len() != 86 {
            return Err(invalid);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid)?;
        Ok(Self(bytes.try_into().map_err(|_| invalid)?))
    }
}

text_serde!(KeyId, SignatureBytes);

/// A public key that is a point of large order in its one encoding.
#[derive(Debug, Clone)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key's name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(self.0.to_bytes())
    }

    /// Verifies strictly: canonical encodings, no small order, the equation without cofactor.
    ///
    /// # Errors
    /// [`Code::InvalidSignature`] if it does not hold.
    pub fn verify(&self, message: &[u8], signature: &SignatureBytes) -> Result<(), Code> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).map_err(|_| Code::InvalidSignature)
    }
}

impl TryFrom<&KeyId> for PublicKey {
    type Error = Code;

    /// [`Code::InvalidKey`] for what is no canonical point, [`Code::WeakKey`] for one of small order.
    fn try_from(id: &KeyId) -> Result<Self, Code> {
        let key = VerifyingKey::from_bytes(&id.0).map_err(|_| Code::InvalidKey)?;
        if key.is_weak() {
            return Err(Code::WeakKey);
        }
        if is_reduced(&id.0) { Ok(Self(key)) } else { Err(Code::InvalidKey) }
    }
}

/// Whether the y of an encoded point is below p = 2²⁵⁵ − 19 (RFC 8032, 5.1.3), which decompression does not ask.
///
/// The other encoding that is not canonical, a sign for x = 0, is of a point of small order.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = bytes;
    *first < 0xed || *last & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

/// Keys that were read before: what signs often is decompressed once.
///
/// Holds what [`PublicKey::try_from`] gave, and nothing of whom a key belongs to.
#[derive(Debug)]
pub struct KeyCache {
    keys: BTreeMap<KeyId, PublicKey>,
    keys_max: usize,
}

impl KeyCache {
    /// Room for so many keys, of some 300 bytes each. When it is full it begins anew, so that nobody's keys can
    /// cost more than none would.
    #[must_use]
    pub const fn new(keys_max: usize) -> Self {
        Self { keys: BTreeMap::new(), keys_max }
    }

    /// The key with this name.
    ///
    /// # Errors
    /// As [`PublicKey::try_from`]; what is no key is not remembered.
    pub fn read(&mut self, id: &KeyId) -> Result<PublicKey, Code> {
        if let Some(key) = self.keys.get(id) {
            return Ok(key.clone());
        }
        let key = PublicKey::try_from(id)?;
        if self.keys.len() >= self.keys_max {
            self.keys.clear();
        }
        if self.keys_max > 0 {
            self.keys.insert(*id, key.clone());
        }
        Ok(key)
    }
}

/// A private key. Its bytes never appear in `Debug`, `Display` or JSON.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// Makes a key of 32 random bytes; the caller answers for their randomness.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32 bytes to keep in a file that only its owner can read.
    #[must_use]
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The name of the public half.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(self.0.verifying_key().to_bytes())
    }

    /// Signs (RFC 8032, deterministic).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> SignatureBytes {
        SignatureBytes(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.id())
    }
}
