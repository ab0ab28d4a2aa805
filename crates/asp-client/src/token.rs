//! Reading is authorised by tokens: `private_key_jwt` (RFC 7523) for a token that DPoP (RFC 9449) binds to a key.
//! An assertion is signed as its key signs; the DPoP key is of Ed25519, made anew for each party and never stored.

use std::fmt;
use std::time::{Duration, Instant};

use asp_core::key::{Algorithm, SecretKey};
use asp_core::name::{Issuer, Origin};
use asp_core::position::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::Error;
use crate::api::TokenResponse;
use crate::clock::{self, Offset};
use crate::transport::{self, Attempts, Transport};

/// Seconds for which an assertion can be used.
const ASSERTION_SECONDS: u64 = 60;
/// A token is renewed this long before it expires.
const MARGIN: Duration = Duration::from_secs(30);

/// Tokens of one party at one node.
#[derive(Debug)]
pub(crate) struct Tokens {
    dpop: SecretKey,
    held: Mutex<Option<Held>>,
}

/// A token until it is to be renewed.
struct Held {
    token: String,
    until: Instant,
}

/// Shows nothing of the token: whoever prints a session does not mean to print what opens it.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Who asks for a token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claimant<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) key: &'a SecretKey,
    pub(crate) origin: &'a Origin,
    pub(crate) offset: Offset,
}

impl Tokens {
    /// No token yet, and a fresh key to bind them to.
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { dpop: SecretKey::from_seed(&seed), held: Mutex::new(None) }
    }

    /// Forgets the token, which the node no longer takes.
    pub(crate) async fn forget(&self) {
        *self.held.lock().await = None;
    }

    /// Adds a token and the proof of its key to a request.
    pub(crate) async fn sign(
        &self,
        transport: &Transport,
        claimant: Claimant<'_>,
        request: RequestBuilder,
        (method, path): (&Method, &str),
    ) -> Result<RequestBuilder, Error> {
        let token = self.token(transport, claimant).await?;
        let url = transport.url(path.split('?').next().unwrap_or(path));
        let ath = URL_SAFE_NO_PAD.encode(Hash::of(&[token.as_bytes()]).as_bytes());
        let proof = self.proof(claimant.offset, method, &url, Some(&ath))?;
        Ok(request.header("authorization", format!("DPoP {token}")).header("dpop", proof))
    }

    async fn token(&self, transport: &Transport, claimant: Claimant<'_>) -> Result<String, Error> {
        let mut held = self.held.lock().await;
        if let Some(held) = &*held
            && Instant::now() < held.until
        {
            return Ok(held.token.clone());
        }
        let mut attempts = Attempts::default();
        let answer = loop {
            let proof = self.proof(claimant.offset, &Method::POST, &transport.url("/oauth/token"), None)?;
            let form = [
                ("grant_type", "client_credentials".to_owned()),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
                ),
                ("client_assertion", assertion(claimant)?),
            ];
            let request = transport.request(Method::POST, "/oauth/token").header("dpop", proof).form(&form);
            match transport::send(request).await {
                Err(failure) => attempts.again(failure).await?,
                Ok(answer) => break answer,
            }
        };
        let TokenResponse { access_token, expires_in, .. } = transport::json(&answer)?;
        let lasts = Duration::from_secs(expires_in.min(86_400)).saturating_sub(MARGIN);
        *held = Some(Held { token: access_token.clone(), until: Instant::now() + lasts });
        Ok(access_token)
    }

    /// A proof of the DPoP key for one request (RFC 9449 §4.2).
    fn proof(&self, offset: Offset, method: &Method, url: &str, ath: Option<&str>) -> Result<String, Error> {
        let jwk =
            json!({ "crv": "Ed25519", "kty": "OKP", "x": URL_SAFE_NO_PAD.encode(self.dpop.id().as_bytes()) });
        let header = json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk });
        let mut claims = json!({
            "htm": method.as_str(),
            "htu": url,
            "iat": offset.now().millis() / 1000,
            "jti": unique()?,
        });
        if let (Some(ath), Some(claims)) = (ath, claims.as_object_mut()) {
            claims.insert("ath".to_owned(), ath.into());
        }
        Ok(jwt(&header, &claims, &self.dpop))
    }
}

/// Says who asks, signed with the key that the log has for it (RFC 7523 §2.2).
fn assertion(claimant: Claimant<'_>) -> Result<String, Error> {
    let now = claimant.offset.now().millis() / 1000;
    let header = json!({ "alg": algorithm(claimant.key), "kid": claimant.key.id(), "typ": "JWT" });
    let claims = json!({
        "iss": claimant.issuer,
        "sub": claimant.issuer,
        "aud": claimant.origin,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
        "jti": unique()?,
    });
    Ok(jwt(&header, &claims, claimant.key))
}

/// The algorithm of a key in the words of JWS (RFC 8037 §3.1, RFC 7518 §3.4).
fn algorithm(key: &SecretKey) -> &'static str {
    match key.id().algorithm() {
        Algorithm::Ed25519 => "EdDSA",
        Algorithm::Es256 => "ES256",
    }
}

/// A JWS in compact form (RFC 7515 §7.1).
fn jwt(header: &Value, claims: &Value, key: &SecretKey) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = key.sign(signed.as_bytes());
    format!("{signed}.{signature}")
}

fn unique() -> Result<String, Error> {
    clock::random::<16>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use asp_core::key::{PublicKey, SignatureBytes};

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
    fn what_is_printed_shows_no_token() {
        let tokens = Tokens::new([2; 32]);
        let held = Held { token: "opens-everything".to_owned(), until: Instant::now() };
        *tokens.held.try_lock().unwrap() = Some(held);
        let text = format!("{tokens:?}");
        assert!(text.contains("until") && !text.contains("opens-everything"), "{text}");
    }

    #[test]
    fn an_assertion_names_its_key_and_its_log_and_ends_soon() {
        let key = SecretKey::from_seed(&[1; 32]);
        let offset = Offset::measured((clock::now(), clock::now()), clock::now());
        let claimant = Claimant {
            issuer: &"acme.example".parse().unwrap(),
            key: &key,
            origin: &"node.example/log".parse().unwrap(),
            offset,
        };
        let token = assertion(claimant).unwrap();
        assert!(holds(&token, &key));
        assert_eq!(part(&token, 0)["kid"], json!(key.id()));
        let claims = part(&token, 1);
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!("acme.example"), &json!("node.example/log")));
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), ASSERTION_SECONDS);
        assert_ne!(part(&assertion(claimant).unwrap(), 1)["jti"], claims["jti"]);
    }

    #[test]
    fn a_proof_is_for_one_request_by_the_key_that_it_shows() {
        let tokens = Tokens::new([2; 32]);
        let offset = Offset::measured((clock::now(), clock::now()), clock::now());
        let proof = tokens.proof(offset, &Method::GET, "http://n/v1/sessions", Some("a")).unwrap();
        assert!(holds(&proof, &tokens.dpop));
        let claims = part(&proof, 1);
        assert_eq!(claims["htm"], "GET");
        assert_eq!(claims["htu"], "http://n/v1/sessions");
        assert_eq!(claims["ath"], "a");
        assert_eq!(part(&proof, 0)["typ"], "dpop+jwt");
        assert!(
            part(&tokens.proof(offset, &Method::POST, "http://n", None).unwrap(), 1).get("ath").is_none()
        );
    }
}
