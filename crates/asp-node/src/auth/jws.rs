//! JSON Web Signatures as assertions and proofs use them: compact form (RFC 7515 §7.1), Ed25519 and nothing else.
//!
//! The key is checked by asp-core, strictly; time and meaning are the callers'.

use asp_core::key::{PublicKey, SignatureBytes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};

/// Bytes of the longest token that is looked at; real ones have less than a quarter.
const TOKEN_BYTES_MAX: usize = 4096;

/// The members of a header that decide; others say nothing that is listened to.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    alg: String,
    /// What kind of token it is.
    #[serde(default)]
    pub(super) typ: Option<String>,
    /// The name of the key.
    #[serde(default)]
    pub(super) kid: Option<String>,
    /// The key itself.
    #[serde(default)]
    pub(super) jwk: Option<Jwk>,
    /// Extensions that must be understood (RFC 7515 §4.1.11): none is.
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

/// A public key as JSON (RFC 8037 §2).
#[derive(Debug, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    crv: String,
    x: String,
    /// The private half, which nobody may send.
    #[serde(default, deserialize_with = "present")]
    d: bool,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl Jwk {
    /// The 32 bytes of an Ed25519 key.
    pub(super) fn bytes(&self) -> Option<[u8; 32]> {
        if self.kty != "OKP" || self.crv != "Ed25519" || self.d {
            return None;
        }
        decode(&self.x)?.try_into().ok()
    }
}

/// A token that is well formed; nobody has checked its signature.
#[derive(Debug)]
pub(super) struct Unverified<'a> {
    pub(super) header: Header,
    signed: &'a str,
    claims: &'a str,
    signature: SignatureBytes,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart; none if it is not three parts, or not signed with Ed25519.
    pub(super) fn parse(token: &'a str) -> Option<Self> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        if header.alg != "EdDSA" || header.crit {
            return None;
        }
        Some(Self { header, signed, claims, signature: signature.parse().ok()? })
    }

    /// The claims, if `key` signed them; none if not, or if they are not as `T` wants them.
    pub(super) fn verify<T: DeserializeOwned>(&self, key: &PublicKey) -> Option<T> {
        key.verify(self.signed.as_bytes(), &self.signature).ok()?;
        serde_json::from_slice(&decode(self.claims)?).ok()
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
