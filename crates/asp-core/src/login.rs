//! What a party shows a node to read what is its own: an assertion signed with its key (RFC 7523) for a token, and a proof of
//! the key that the token is bound to for each request (DPoP, RFC 9449). Time and the unique part come in as arguments.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::key::{Algorithm, SecretKey};
use crate::name::{Issuer, Origin};
use crate::position::{Hash, LogTime};

/// Seconds for which an assertion can be used.
pub const ASSERTION_SECONDS: u64 = 60;

/// What the outside gives to what is signed for one use.
#[derive(Debug, Clone, Copy)]
pub struct Once {
    /// The node's present, as near as it is known.
    pub now: LogTime,
    /// Random bytes that make it unlike every other.
    pub unique: [u8; 16],
}

/// Says who asks, signed with the key that the log has for it (RFC 7523 §2.2).
#[must_use]
pub fn assertion(issuer: &Issuer, key: &SecretKey, origin: &Origin, once: Once) -> String {
    let now = once.now.millis() / 1000;
    let header = json!({ "alg": algorithm(key), "kid": key.id(), "typ": "JWT" });
    let claims = json!({
        "iss": issuer,
        "sub": issuer,
        "aud": origin,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
        "jti": URL_SAFE_NO_PAD.encode(once.unique),
    });
    jws(&header, &claims, key)
}

/// A proof of a key for one request (RFC 9449 §4.2), with the token that is sent along if there is one already.
///
/// `key` is of Ed25519; `url` has neither query nor fragment.
#[must_use]
pub fn proof(key: &SecretKey, method: &str, url: &str, token: Option<&str>, once: Once) -> String {
    let jwk = json!({ "crv": "Ed25519", "kty": "OKP", "x": URL_SAFE_NO_PAD.encode(key.id().as_bytes()) });
    let header = json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk });
    let mut claims = json!({
        "htm": method,
        "htu": url,
        "iat": once.now.millis() / 1000,
        "jti": URL_SAFE_NO_PAD.encode(once.unique),
    });
    if let (Some(token), Some(claims)) = (token, claims.as_object_mut()) {
        let digest = URL_SAFE_NO_PAD.encode(Hash::of(&[token.as_bytes()]).as_bytes());
        claims.insert("ath".to_owned(), digest.into());
    }
    jws(&header, &claims, key)
}

/// The algorithm of a key in the words of JWS (RFC 8037 §3.1, RFC 7518 §3.4).
fn algorithm(key: &SecretKey) -> &'static str {
    match key.id().algorithm() {
        Algorithm::Ed25519 => "EdDSA",
        Algorithm::Es256 => "ES256",
    }
}

/// A JWS in compact form (RFC 7515 §7.1).
fn jws(header: &Value, claims: &Value, key: &SecretKey) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = key.sign(signed.as_bytes());
    format!("{signed}.{signature}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{PublicKey, SignatureBytes};

    const ONCE: Once = Once { now: LogTime::from_millis(1_700_000_000_500), unique: [3; 16] };

    fn part(token: &str, index: usize) -> Value {
        let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    fn holds(token: &str, key: &SecretKey) -> bool {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature: SignatureBytes = signature.parse().unwrap();
        PublicKey::try_from(&key.id()).unwrap().verify(signed.as_bytes(), &signature).is_ok()
    }

    #[test]
    fn an_assertion_names_its_key_and_its_log_and_ends_soon() {
        let (issuer, origin) = ("acme.example".parse().unwrap(), "node.example/log".parse().unwrap());
        for key in [SecretKey::from_seed(&[1; 32]), SecretKey::from_scalar(&[1; 32]).unwrap()] {
            let token = assertion(&issuer, &key, &origin, ONCE);
            assert!(holds(&token, &key));
            assert_eq!(part(&token, 0)["kid"], json!(key.id()));
            let claims = part(&token, 1);
            assert_eq!(
                (&claims["iss"], &claims["aud"]),
                (&json!("acme.example"), &json!("node.example/log"))
            );
            let (issued, ends) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
            assert_eq!((issued, ends - issued), (1_700_000_000, ASSERTION_SECONDS));
            let other = Once { unique: [4; 16], ..ONCE };
            assert_ne!(part(&assertion(&issuer, &key, &origin, other), 1)["jti"], claims["jti"]);
        }
    }

    #[test]
    fn a_proof_is_for_one_request_by_the_key_that_it_shows() {
        let key = SecretKey::from_seed(&[2; 32]);
        let shown = proof(&key, "GET", "http://n/v1/sessions", Some("a"), ONCE);
        assert!(holds(&shown, &key));
        let claims = part(&shown, 1);
        assert_eq!(claims["htm"], "GET");
        assert_eq!(claims["htu"], "http://n/v1/sessions");
        // The SHA-256 of `a`, in base64url.
        assert_eq!(claims["ath"], "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs");
        assert_eq!(part(&shown, 0)["typ"], "dpop+jwt");
        assert!(part(&proof(&key, "POST", "http://n", None, ONCE), 1).get("ath").is_none());
    }
}
