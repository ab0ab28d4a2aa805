//! Who reads: client assertions (RFC 7523) and DPoP proofs (RFC 9449), each part of which can be made wrong.

use asp_core::key::SecretKey;
use asp_core::name::Issuer;
use asp_core::position::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::finding::Finding;
use crate::wire::{ATTEMPTS_MAX, Answer, PAUSE, Wire};

/// A JWT whose parts can be changed before it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Jwt {
    header: Value,
    claims: Value,
    key: SecretKey,
}

impl Jwt {
    /// The same with another claim; `null` takes it away.
    pub(crate) fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.claims, name, value.into());
        self
    }

    /// The same with another member of the header; `null` takes it away.
    pub(crate) fn head(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, name, value.into());
        self
    }

    /// The same signed by another key than it names.
    pub(crate) fn signed_by(mut self, key: SecretKey) -> Self {
        self.key = key;
        self
    }

    /// The compact form (RFC 7515 §7.1).
    pub(crate) fn text(&self) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&self.header), encode(&self.claims));
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_bytes()))
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    let Some(object) = object.as_object_mut() else { return };
    if value.is_null() {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
}

/// Random bytes of the operating system.
pub(crate) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], Finding> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| Finding::new("randomness of this machine", error))?;
    Ok(bytes)
}

fn unique() -> Result<String, Finding> {
    random::<16>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

/// A token with the key that it is bound to.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) token: String,
    pub(crate) dpop: SecretKey,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    token_type: String,
}

impl Wire {
    fn seconds(&self) -> u64 {
        self.now().millis() / 1000
    }

    /// Says who asks, signed with a key of the asker's.
    pub(crate) fn assertion(&self, who: &Issuer, key: &SecretKey) -> Result<Jwt, Finding> {
        let now = self.seconds();
        Ok(Jwt {
            header: json!({ "alg": "EdDSA", "typ": "JWT", "kid": key.id() }),
            claims: json!({
                "iss": who, "sub": who, "aud": self.origin, "iat": now, "exp": now + 60, "jti": unique()?,
            }),
            key: key.clone(),
        })
    }

    /// A proof of the DPoP key for one request.
    pub(crate) fn proof(
        &self,
        dpop: &SecretKey,
        method: &Method,
        path: &str,
        token: Option<&str>,
    ) -> Result<Jwt, Finding> {
        let path = path.split('?').next().unwrap_or(path);
        let mut claims = json!({
            "htm": method.as_str(), "htu": self.url(path), "iat": self.seconds(), "jti": unique()?,
        });
        if let Some(token) = token {
            let ath = URL_SAFE_NO_PAD.encode(Hash::of(&[token.as_bytes()]).as_bytes());
            set(&mut claims, "ath", ath.into());
        }
        let jwk =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(dpop.id().as_bytes()) });
        let header = json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk });
        Ok(Jwt { header, claims, key: dpop.clone() })
    }

    /// Asks for a token.
    pub(crate) async fn ask(&self, assertion: &str, proof: &str) -> Result<Answer, Finding> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ];
        self.send(self.request(Method::POST, "/oauth/token").header("dpop", proof).form(&form)).await
    }

    /// A token for whom the key belongs to.
    pub(crate) async fn reader(&self, who: &Issuer, key: &SecretKey) -> Result<Reader, Finding> {
        let dpop = SecretKey::from_seed(&random()?);
        let proof = self.proof(&dpop, &Method::POST, "/oauth/token", None)?.text();
        let answer = self.ask(&self.assertion(who, key)?.text(), &proof).await?;
        let granted: Granted = answer.json().map_err(|finding| finding.at("POST /oauth/token"))?;
        if !granted.token_type.eq_ignore_ascii_case("DPoP") {
            return Err(Finding::new("a token of type DPoP", granted.token_type).of(&["ASP-AUT-001"]));
        }
        Ok(Reader { token: granted.access_token, dpop })
    }

    /// A request with a token and a fresh proof.
    pub(crate) fn request_as(&self, reader: &Reader, path: &str) -> Result<RequestBuilder, Finding> {
        self.request_by(reader, Method::GET, path)
    }

    /// The same with another method.
    pub(crate) fn request_by(
        &self,
        reader: &Reader,
        method: Method,
        path: &str,
    ) -> Result<RequestBuilder, Finding> {
        let proof = self.proof(&reader.dpop, &method, path, Some(&reader.token))?.text();
        let authorization = format!("DPoP {}", reader.token);
        let request = self.request(method, path);
        Ok(request.header("authorization", authorization).header("dpop", proof))
    }

    /// Reads, with a fresh proof each time that the node has too much to do.
    pub(crate) async fn get_as(&self, reader: &Reader, path: &str) -> Result<Answer, Finding> {
        for _ in 1..ATTEMPTS_MAX {
            let answer = self.send_once(self.request_as(reader, path)?).await?;
            if answer.status != 503 {
                return Ok(answer);
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.send_once(self.request_as(reader, path)?).await
    }
}
