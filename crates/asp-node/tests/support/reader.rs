//! Who reads: assertions, proofs and tokens, made by hand so that each part can be wrong.

use asp_core::key::SecretKey;
use asp_core::position::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Answer, Stage, issuer, key};

/// A JWS in compact form, signed by `key` whatever the header says.
pub fn jwt(header: &Value, claims: &Value, key: &SecretKey) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    format!("{signed}.{}", key.sign(signed.as_bytes()))
}

pub fn jwk(key: &SecretKey) -> Value {
    if let Some((x, y)) = key.id().coordinates() {
        let [x, y] = [x, y].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        return json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
    }
    json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(key.id().as_bytes()) })
}

/// The order of P-256 less s: the other signature that verifies.
pub fn with_the_larger_s(token: &str) -> String {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
        0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let mut bytes = *signature.parse::<asp_core::key::SignatureBytes>().unwrap().as_bytes();
    let mut borrow = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER).rev() {
        let difference = i16::from(order) - i16::from(*byte) - borrow;
        borrow = i16::from(difference < 0);
        *byte = difference.to_le_bytes()[0];
    }
    format!("{signed}.{}", asp_core::key::SignatureBytes::from_bytes(bytes))
}

pub fn ath(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Hash::of(&[token.as_bytes()]).as_bytes())
}

/// A JWT whose parts can be changed before it is signed.
#[derive(Debug, Clone)]
pub struct Jwt {
    pub header: Value,
    pub claims: Value,
    pub key: SecretKey,
}

impl Jwt {
    /// The same with another claim; `null` takes it away.
    pub fn claim(mut self, name: &str, value: Value) -> Self {
        set(&mut self.claims, name, value);
        self
    }

    /// The same with another member of the header; `null` takes it away.
    pub fn head(mut self, name: &str, value: Value) -> Self {
        set(&mut self.header, name, value);
        self
    }

    /// The same signed by another key than it names.
    pub fn signed_by(mut self, key: SecretKey) -> Self {
        self.key = key;
        self
    }

    pub fn text(&self) -> String {
        jwt(&self.header, &self.claims, &self.key)
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    let object = object.as_object_mut().unwrap();
    if value.is_null() {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
}

/// What tells one token or proof from another.
fn unique() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("unique-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A token with the key that it is bound to.
#[derive(Debug, Clone)]
pub struct Reader {
    pub token: String,
    pub dpop: SecretKey,
}

impl Stage {
    pub fn seconds(&self) -> u64 {
        self.now().millis() / 1000
    }

    pub fn assertion(&self, name: &str) -> Jwt {
        let now = self.seconds();
        Jwt {
            header: json!({ "alg": "EdDSA", "typ": "JWT", "kid": key(name).id() }),
            claims: json!({
                "iss": issuer(name), "sub": issuer(name), "aud": self.author.origin,
                "iat": now, "exp": now + 60, "jti": unique(),
            }),
            key: key(name),
        }
    }

    pub fn proof(&self, dpop: &SecretKey, method: &str, path: &str, token: Option<&str>) -> Jwt {
        let path = path.split('?').next().unwrap();
        let mut claims = json!({
            "htm": method, "htu": self.url(path), "iat": self.seconds(), "jti": unique(),
        });
        if let Some(token) = token {
            set(&mut claims, "ath", ath(token).into());
        }
        Jwt {
            header: json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk(dpop) }),
            claims,
            key: dpop.clone(),
        }
    }

    /// Asks for a token.
    pub async fn ask(&self, assertion: &str, proof: &str) -> Answer {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ];
        Answer::of(self.http.post(self.url("/oauth/token")).header("dpop", proof).form(&form)).await
    }

    pub async fn reader(&self, name: &str) -> Reader {
        let dpop = key(&unique());
        let proof = self.proof(&dpop, "POST", "/oauth/token", None).text();
        let answer = self.ask(&self.assertion(name).text(), &proof).await.ok();
        assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("DPoP"), &json!(600)));
        Reader { token: answer["access_token"].as_str().unwrap().to_owned(), dpop }
    }

    /// A request with a token and a fresh proof.
    pub fn request_as(&self, reader: &Reader, path: &str) -> reqwest::RequestBuilder {
        let proof = self.proof(&reader.dpop, "GET", path, Some(&reader.token)).text();
        let authorization = format!("DPoP {}", reader.token);
        self.http.get(self.url(path)).header("authorization", authorization).header("dpop", proof)
    }

    /// The same for something that is posted.
    pub fn post_as(&self, reader: &Reader, path: &str) -> reqwest::RequestBuilder {
        let proof = self.proof(&reader.dpop, "POST", path, Some(&reader.token)).text();
        let authorization = format!("DPoP {}", reader.token);
        self.http.post(self.url(path)).header("authorization", authorization).header("dpop", proof)
    }

    pub async fn get_as(&self, reader: &Reader, path: &str) -> Answer {
        Answer::of(self.request_as(reader, path)).await
    }
}
