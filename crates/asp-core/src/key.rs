//! Keys and signatures: `did:key` names, strict Ed25519, and ES256 for keys that live in hardware.
//! Whether a key counts for an issuer is not known here; see `stream.rs`.

mod es256;
mod exchange;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;

use crate::position::{InvalidText, text_serde};
use crate::rejection::Code;

/// Multicodec prefix of an Ed25519 public key (`ed25519-pub`, 0xed as a varint).
const MULTICODEC_ED25519: [u8; 2] = [0xed, 0x01];

/// Multicodec prefix of a P-256 public key (`p256-pub`, 0x1200 as a varint).
const MULTICODEC_P256: [u8; 2] = [0x80, 0x24];

/// Bytes of the longest key with its prefix.
const NAMED_BYTES_MAX: usize = 2 + es256::POINT_BYTES;

/// Base58 digits that so many bytes have at most.
const DIGITS_MAX: usize = 49;

/// The name of a key, which is the key itself: `did:key:z6Mk…` of Ed25519, `did:key:zDn…` of P-256 (did:key,
/// multibase base58btc).
///
/// Any bytes of the right number can be named; [`PublicKey::try_from`] says whether they are a key. Names are
/// ordered as their texts are: those of Ed25519 first, then by their bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyId {
    /// 32 bytes (RFC 8032 §5.1.2).
    Ed25519([u8; 32]),
    /// A compressed point of 33 bytes (SEC 1 §2.3.3).
    P256([u8; 33]),
}

impl KeyId {
    /// Names the Ed25519 key with these bytes (RFC 8032 encoding).
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self::Ed25519(bytes)
    }

    /// Names the P-256 key with these coordinates in big-endian bytes; none if they are of no point of the curve.
    #[must_use]
    pub fn of_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        es256::compressed(x, y).map(Self::P256)
    }

    /// The coordinates of a P-256 key in big-endian bytes; none of another key, or if it is no point.
    #[must_use]
    pub fn coordinates(&self) -> Option<([u8; 32], [u8; 32])> {
        match self {
            Self::Ed25519(_) => None,
            Self::P256(bytes) => es256::coordinates(bytes),
        }
    }

    /// The bytes of the key: 32 of Ed25519, 33 of P-256.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(bytes) => bytes.as_slice(),
            Self::P256(bytes) => bytes.as_slice(),
        }
    }

    /// The one algorithm that the key signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::Ed25519,
            Self::P256(_) => Algorithm::Es256,
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self {
            Self::Ed25519(_) => MULTICODEC_ED25519,
            Self::P256(_) => MULTICODEC_P256,
        };
        let mut bytes = [0; NAMED_BYTES_MAX];
        let mut length = 0;
        for (place, byte) in bytes.iter_mut().zip(prefix.iter().chain(self.as_bytes())) {
            *place = *byte;
            length += 1;
        }
        let mut digits = [0; DIGITS_MAX];
        let bytes = bytes.get(..length).ok_or(fmt::Error)?;
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
        let invalid = InvalidText("a key like did:key:z6Mk… or did:key:zDn…");
        let digits =
            text.strip_prefix("did:key:z").filter(|digits| digits.len() <= DIGITS_MAX).ok_or(invalid)?;
        // Base58 has one spelling of each number, and only a leading 1 adds a zero byte: with these prefixes in
        // front there is none, so bytes that begin so were spelled in the one way.
        let mut bytes = [0; NAMED_BYTES_MAX];
        let length = bs58::decode(digits).onto(&mut bytes).map_err(|_| invalid)?;
        let (prefix, key) = bytes.get(..length).and_then(<[u8]>::split_first_chunk::<2>).ok_or(invalid)?;
        match *prefix {
            MULTICODEC_ED25519 => Ok(Self::Ed25519(key.try_into().map_err(|_| invalid)?)),
            MULTICODEC_P256 => Ok(Self::P256(key.try_into().map_err(|_| invalid)?)),
            _ => Err(invalid),
        }
    }
}

/// The algorithm of a signature; it follows from the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519, verified strictly (RFC 8032).
    Ed25519,
    /// ECDSA over P-256 with SHA-256 (RFC 7518 §3.4).
    Es256,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "Ed25519",
            Self::Es256 => "ES256",
        })
    }
}

impl FromStr for Algorithm {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "Ed25519" => Ok(Self::Ed25519),
            "ES256" => Ok(Self::Es256),
            _ => Err(InvalidText("an algorithm of signatures")),
        }
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

    /// An ES256 signature as most tools and hardware write it, in DER (RFC 3279 §2.2.3); none if it is not one.
    #[must_use]
    pub fn from_der(bytes: &[u8]) -> Option<Self> {
        es256::from_der(bytes).map(Self)
    }

    /// The spelling that statements take of a signature by this key: of ES256 the one with the smaller s.
    ///
    /// Needs no secret. For hardware and libraries, which give either; what is no signature stays what it is.
    #[must_use]
    pub fn in_order(self, key: &KeyId) -> Self {
        match key {
            KeyId::Ed25519(_) => self,
            KeyId::P256(_) => es256::smaller(&self.0).map_or(self, Self),
        }
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

/// A public key: a point of large order in its one encoding.
#[derive(Debug, Clone)]
pub struct PublicKey(Point);

/// The point, and with it the algorithm.
#[derive(Debug, Clone)]
enum Point {
    Ed25519(ed25519_dalek::VerifyingKey),
    P256(p256::ecdsa::VerifyingKey),
}

impl PublicKey {
    /// The key's name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        match &self.0 {
            Point::Ed25519(key) => KeyId::Ed25519(key.to_bytes()),
            Point::P256(key) => KeyId::P256(es256::write_key(key)),
        }
    }

    /// Verifies strictly, so that nobody but the signer can make another signature from one.
    ///
    /// Ed25519: canonical encodings, no small order, the equation without cofactor. ES256: the smaller s.
    ///
    /// # Errors
    /// [`Code::InvalidSignature`] if it does not hold.
    pub fn verify(&self, message: &[u8], signature: &SignatureBytes) -> Result<(), Code> {
        match &self.0 {
            Point::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
                key.verify_strict(message, &signature).map_err(|_| Code::InvalidSignature)
            }
            Point::P256(key) => es256::verify(key, message, &signature.0),
        }
    }

    /// [`PublicKey::verify`] for a token, which no log binds: of ES256 either s is taken (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`Code::InvalidSignature`] if it does not hold.
    pub fn verify_token(&self, message: &[u8], signature: &SignatureBytes) -> Result<(), Code> {
        match &self.0 {
            Point::Ed25519(_) => self.verify(message, signature),
            Point::P256(key) => es256::verify_either(key, message, &signature.0),
        }
    }
}

impl TryFrom<&KeyId> for PublicKey {
    type Error = Code;

    /// [`Code::InvalidKey`] for what is no point in its one encoding, [`Code::WeakKey`] for one of small order.
    fn try_from(id: &KeyId) -> Result<Self, Code> {
        match id {
            KeyId::Ed25519(bytes) => {
                let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| Code::InvalidKey)?;
                if key.is_weak() {
                    return Err(Code::WeakKey);
                }
                if is_reduced(bytes) { Ok(Self(Point::Ed25519(key))) } else { Err(Code::InvalidKey) }
            }
            KeyId::P256(bytes) => es256::read_key(bytes).map(|key| Self(Point::P256(key))),
        }
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
pub struct SecretKey(Secret);

#[derive(Clone)]
enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
}

impl SecretKey {
    /// Makes an Ed25519 key of 32 random bytes; the caller answers for their randomness.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// Makes a P-256 key of a scalar in big-endian bytes.
    ///
    /// # Errors
    /// [`Code::InvalidKey`] for zero and for what the order of the group is not above: of random bytes one in 2³².
    pub fn from_scalar(scalar: &[u8; 32]) -> Result<Self, Code> {
        es256::read_secret(scalar).map(|key| Self(Secret::P256(key)))
    }

    /// The 32 bytes to keep in a file that only its owner can read: of Ed25519 the seed, of P-256 the scalar.
    #[must_use]
    pub fn seed(&self) -> [u8; 32] {
        match &self.0 {
            Secret::Ed25519(key) => key.to_bytes(),
            Secret::P256(key) => key.to_bytes().into(),
        }
    }

    /// The name of the public half.
    #[must_use]
    pub fn id(&self) -> KeyId {
        match &self.0 {
            Secret::Ed25519(key) => KeyId::Ed25519(key.verifying_key().to_bytes()),
            Secret::P256(key) => KeyId::P256(es256::write_key(key.verifying_key())),
        }
    }

    /// Signs, deterministically: RFC 8032, or RFC 6979 with the smaller s.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> SignatureBytes {
        match &self.0 {
            Secret::Ed25519(key) => SignatureBytes(key.sign(message).to_bytes()),
            Secret::P256(key) => SignatureBytes(es256::sign(key, message)),
        }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.id())
    }
}
