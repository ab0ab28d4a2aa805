//! The two kinds of JSON Web Token that are read here. Ed25519 alone, under the key that the token names.
//!
//! The signature is checked by the core's strict rules; a library's looser ones would accept weak keys.

use asp_core::key::{KeyId, PublicKey, SignatureBytes};
use asp_core::name::Issuer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The longest token that is read.
const TOKEN_BYTES_MAX: usize = 4096;

/// A client assertion whose signature holds (RFC 7523 §3).
#[derive(Debug)]
pub(crate) struct Assertion {
    pub(crate) issuer: Issuer,
    pub(crate) key: KeyId,
    pub(crate) aud: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    pub(crate) jti: String,
}

/// A proof whose signature holds (RFC 9449 §4.2).
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) key: KeyId,
    pub(crate) htm: String,
    pub(crate) htu: String,
    pub(crate) iat: u64,
    pub(crate) jti: String,
    pub(crate) ath: Option<String>,
}

/// The only algorithm.
#[derive(Deserialize)]
enum Alg {
    #[serde(rename = "EdDSA", alias = "Ed25519")]
    EdDsa,
}

#[derive(Deserialize)]
struct AssertionHeader {
    #[serde(rename = "alg")]
    _alg: Alg,
    kid: KeyId,
}

#[derive(Deserialize)]
struct AssertionClaims {
    iss: Issuer,
    sub: Issuer,
    aud: String,
    iat: u64,
    exp: u64,
    jti: String,
}

#[derive(Deserialize)]
struct ProofHeader {
    #[serde(rename = "alg")]
    _alg: Alg,
    typ: String,
    jwk: Jwk,
}

/// A public key (RFC 8037 §2). One that shows its private part is refused.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    d: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct ProofClaims {
    htm: String,
    htu: String,
    iat: u64,
    jti: String,
    ath: Option<String>,
}

/// Reads a client assertion.
pub(crate) fn assertion(token: &str) -> Option<Assertion> {
    let (header, claims): (AssertionHeader, AssertionClaims) = parts(token)?;
    verify(token, &header.kid)?;
    let AssertionClaims { iss, sub, aud, iat, exp, jti } = claims;
    (iss == sub && !jti.is_empty()).then_some(Assertion { issuer: iss, key: header.kid, aud, iat, exp, jti })
}

/// Reads a proof.
pub(crate) fn proof(token: &str) -> Option<Proof> {
    let (header, claims): (ProofHeader, ProofClaims) = parts(token)?;
    let Jwk { kty, crv, x, d } = header.jwk;
    if header.typ != "dpop+jwt" || kty != "OKP" || crv != "Ed25519" || d.is_some() {
        return None;
    }
    let key = KeyId::from_bytes(URL_SAFE_NO_PAD.decode(x).ok()?.try_into().ok()?);
    verify(token, &key)?;
    let ProofClaims { htm, htu, iat, jti, ath } = claims;
    (!jti.is_empty()).then_some(Proof { key, htm, htu, iat, jti, ath })
}

fn parts<H: DeserializeOwned, C: DeserializeOwned>(token: &str) -> Option<(H, C)> {
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let mut parts = token.split('.');
    let (header, claims) = (parts.next()?, parts.next()?);
    let _signature = parts.next()?;
    if parts.next().is_some() {
        return None;
    }
    let read = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    Some((serde_json::from_slice(&read(header)?).ok()?, serde_json::from_slice(&read(claims)?).ok()?))
}

fn verify(token: &str, key: &KeyId) -> Option<()> {
    let (signed, signature) = token.rsplit_once('.')?;
    let signature: SignatureBytes = signature.parse().ok()?;
    PublicKey::try_from(key).ok()?.verify(signed.as_bytes(), &signature).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use asp_core::key::SecretKey;
    use serde_json::{Value, json};

    fn token(header: &Value, claims: &Value, key: &SecretKey) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        format!("{signed}.{}", key.sign(signed.as_bytes()))
    }

    fn jwk(key: &SecretKey) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(key.id().as_bytes()) })
    }

    #[test]
    fn an_assertion_is_signed_by_the_key_that_it_names() {
        let (key, other) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
        let header = json!({ "alg": "EdDSA", "kid": key.id() });
        let claims =
            json!({ "iss": "a.example", "sub": "a.example", "aud": "o", "iat": 1, "exp": 2, "jti": "j" });
        let changed = |name: &str, value: Value| {
            let mut changed = claims.clone();
            changed[name] = value;
            changed
        };
        assert!(assertion(&token(&header, &claims, &key)).is_some());
        assert!(assertion(&token(&header, &claims, &other)).is_none());
        assert!(assertion(&token(&header, &changed("sub", json!("b.example")), &key)).is_none());
        assert!(assertion(&token(&header, &changed("jti", json!("")), &key)).is_none());
        assert!(assertion(&token(&header, &changed("exp", json!("2")), &key)).is_none());
        let none = json!({ "alg": "none", "kid": key.id() });
        assert!(assertion(&token(&none, &claims, &key)).is_none());
        let weak = KeyId::from_bytes([0; 32]);
        assert!(assertion(&token(&json!({ "alg": "EdDSA", "kid": weak }), &claims, &key)).is_none());
        assert!(assertion(&format!("{}.x", token(&header, &claims, &key))).is_none());
        assert!(assertion("").is_none());
    }

    #[test]
    fn a_proof_shows_a_public_key_and_is_of_its_type() {
        let key = SecretKey::from_seed(&[1; 32]);
        let header = json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk(&key) });
        let claims = json!({ "htm": "GET", "htu": "http://n/x", "iat": 1, "jti": "j" });
        assert_eq!(proof(&token(&header, &claims, &key)).unwrap().key, key.id());
        assert!(proof(&token(&header, &claims, &SecretKey::from_seed(&[2; 32]))).is_none());
        for (name, value) in [
            ("typ", json!("JWT")),
            ("alg", json!("HS256")),
            ("jwk", json!({ "kty": "oct", "k": "AA" })),
            ("jwk", {
                let mut with_private = jwk(&key);
                with_private["d"] = json!("AA");
                with_private
            }),
        ] {
            let mut changed = header.clone();
            changed[name] = value;
            assert!(proof(&token(&changed, &claims, &key)).is_none(), "{changed}");
        }
    }
}
