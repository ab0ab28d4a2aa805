//! JSON Web Signatures as assertions and proofs use them: compact form (RFC 7515 §7.1), Ed25519 and ES256,
//! whichever the key is of.
//!
//! The key is checked by asp-core, strictly; time and meaning are the callers'.

use asp_core::key::{Algorithm, KeyId, PublicKey, SignatureBytes};
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

/// A public key as JSON (RFC 8037 §2, RFC 7518 §6.2).
#[derive(Debug, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    crv: String,
    x: String,
    #[serde(default)]
    y: Option<String>,
    /// The private half, which nobody may send.
    #[serde(default, deserialize_with = "present")]
    d: bool,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl Jwk {
    /// The key, by its name.
    pub(super) fn key(&self) -> Option<KeyId> {
        if self.d {
            return None;
        }
        let x: [u8; 32] = decode(&self.x)?.try_into().ok()?;
        match (self.kty.as_str(), self.crv.as_str(), &self.y) {
            ("OKP", "Ed25519", None) => Some(KeyId::Ed25519(x)),
            ("EC", "P-256", Some(y)) => KeyId::of_coordinates(&x, &decode(y)?.try_into().ok()?),
            _ => None,
        }
    }
}

/// A token that is well formed; nobody has checked its signature.
#[derive(Debug)]
pub(super) struct Unverified<'a> {
    pub(super) header: Header,
    algorithm: Algorithm,
    signed: &'a str,
    claims: &'a str,
    signature: SignatureBytes,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart; none if it is not three parts, or signed with anything else.
    pub(super) fn parse(token: &'a str) -> Option<Self> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        // RFC 8037 §3.1 and RFC 7518 §3.4; `none` and what is symmetric have no place here.
        let algorithm = match header.alg.as_str() {
            "EdDSA" => Algorithm::Ed25519,
            "ES256" => Algorithm::Es256,
            _ => return None,
        };
        if header.crit {
            return None;
        }
        Some(Self { header, algorithm, signed, claims, signature: signature.parse().ok()? })
    }

    /// The claims, if `key` signed them with its own algorithm; none if not, or if they are not as `T` wants them.
    pub(super) fn verify<T: DeserializeOwned>(&self, key: &KeyId) -> Option<T> {
        if key.algorithm() != self.algorithm {
            return None;
        }
        PublicKey::try_from(key).ok()?.verify_token(self.signed.as_bytes(), &self.signature).ok()?;
        serde_json::from_slice(&decode(self.claims)?).ok()
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
