//! Keys and signatures: `did:key` names, strict Ed25519.
//! Whether a key counts for an issuer is not known here; see `stream.rs`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::position::{InvalidText, text_serde};
use crate::rejection::Code;

/// Multicodec prefix of an Ed25519 public key (`ed25519-pub`, 0xed as a varint).
const MULTICODEC_ED25519: [u8; 2] = [0xed, 0x01];

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
        let mut bytes = [0; 34];
        let (prefix, key) = bytes.split_at_mut(2);
        prefix.copy_from_slice(&MULTICODEC_ED25519);
        key.copy_from_slice(&self.0);
        write!(f, "did:key:z{}", bs58::encode(bytes).into_string())
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
        // 34 bytes are 46 to 48 base58 digits; longer ones are refused before they are decoded.
        let digits = text.strip_prefix("did:key:z").filter(|digits| digits.len() <= 48).ok_or(invalid)?;
        let bytes = bs58::decode(digits).into_vec().map_err(|_| invalid)?;
        match bytes.split_first_chunk::<2>() {
            Some((prefix, key)) if *prefix == MULTICODEC_ED25519 => {
                let id = Self(key.try_into().map_err(|_| invalid)?);
                if id.to_string() == text { Ok(id) } else { Err(invalid) }
            }
            _ => Err(invalid),
        }
    }
}

/// The algorithm of a signature; it follows from the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519, verified strictly (RFC 8032).
    Ed25519,
}

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
#[derive(Clone)]
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
        // Decompression also reads y ≥ p; the point's own encoding shows whether the bytes were canonical.
        if key.to_edwards().compress().to_bytes() == id.0 { Ok(Self(key)) } else { Err(Code::InvalidKey) }
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
