//! ID tokens (OpenID Connect Core 1.0 §3.1.3.7): RS256 or ES256 by a key of the provider, for this node, this attempt,
//! now. Knows no network.

use std::collections::BTreeSet;

use asp_core::position::LogTime;
use asp_store::people::Role;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Vouched;

/// Bytes of the longest ID token.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Seconds by which clocks may differ.
const SKEW_SECONDS: u64 = 60;
/// Bytes of the longest subject (OpenID Connect Core 1.0 §2).
const SUBJECT_BYTES_MAX: usize = 255;
/// Keys of a provider that are looked at.
const KEYS_MAX: usize = 64;

/// A key of the provider with the one algorithm that it is for.
#[derive(Clone)]
pub(super) struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

/// Reads a set of keys (RFC 7517 §5); what is for something else is passed over. None if it is no set.
pub(super) fn keys(bytes: &[u8]) -> Option<Vec<Key>> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = serde_json::from_slice(bytes).ok()?;
    Some(set.keys.into_iter().take(KEYS_MAX).filter_map(key).collect())
}

fn key(value: Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    if jwk.usage.is_some_and(|usage| usage != "sig") {
        return None;
    }
    // What kind of key it is decides the algorithm, and no header of a token can.
    let (algorithm, name, key) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", None) => {
            let key = DecodingKey::from_rsa_components(jwk.n.as_deref()?, jwk.e.as_deref()?).ok()?;
            (Algorithm::RS256, "RS256", key)
        }
        ("EC", Some("P-256")) => {
            let key = DecodingKey::from_ec_components(jwk.x.as_deref()?, jwk.y.as_deref()?).ok()?;
            (Algorithm::ES256, "ES256", key)
        }
        _ => return None,
    };
    jwk.alg.is_none_or(|alg| alg == name).then_some(Key { id: jwk.kid, algorithm, key })
}

/// Whether there is a key of this name; without a name, whether there is one.
pub(super) fn has(keys: &[Key], id: Option<&str>) -> bool {
    find(keys, id).is_some()
}

/// The key of this name. Without a name it has to be clear which.
fn find<'a>(keys: &'a [Key], id: Option<&str>) -> Option<&'a Key> {
    match (id, keys) {
        (Some(id), keys) => keys.iter().find(|key| key.id.as_deref() == Some(id)),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// Which key a token says that it is signed with; none if it is no token.
pub(super) fn key_of(token: &str) -> Option<Option<String>> {
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    decode_header(token).ok().map(|header| header.kid)
}

/// What a token has to be for.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: LogTime,
}

/// What a token says, as far as it is listened to.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: u64,
    iat: u64,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    email: Option<String>,
    /// Only `true` is one.
    #[serde(default)]
    email_verified: Option<Value>,
    #[serde(default)]
    name: Option<Value>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

/// The claims of a token, if one of the keys signed it and it is for what is expected (ASP-AUT-013).
pub(super) fn check(token: &str, keys: &[Key], expected: &Expected<'_>) -> Option<Claims> {
    let key = find(keys, key_of(token)?.as_deref())?;
    let mut validation = Validation::new(key.algorithm);
    // All that is not the signature is checked here, by the node's clock.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = decode::<Claims>(token, &key.key, &validation).ok()?.claims;
    let now = expected.now.millis() / 1000;
    let audience = claims.aud.all();
    let of_client = |id: &String| id == expected.client_id;
    let meant = audience.iter().any(of_client)
        && claims.azp.as_ref().is_none_or(of_client)
        && (audience.len() == 1 || claims.azp.is_some());
    let timely =
        now < claims.exp.saturating_add(SKEW_SECONDS) && claims.iat <= now.saturating_add(SKEW_SECONDS);
    let named = (1..=SUBJECT_BYTES_MAX).contains(&claims.sub.len());
    let asked = claims.nonce.as_deref() == Some(expected.nonce);
    (claims.iss == expected.issuer && meant && timely && named && asked).then_some(claims)
}

impl Claims {
    pub(super) fn vouched(self, issuer: &str, role_claim: Option<&str>) -> Vouched {
        let verified = self.email_verified == Some(Value::Bool(true));
        let email = self.email.filter(|_| verified).and_then(|text| text.parse().ok());
        let name = self.name.as_ref().and_then(Value::as_str);
        let name = name.filter(|name| (1..=200).contains(&name.len())).map(str::to_owned);
        let roles = role_claim.map(|claim| self.others.get(claim).map(roles).unwrap_or_default());
        Vouched { subject: format!("{issuer} {}", self.sub), email, name, roles }
    }
}

/// The roles that a claim names, in a text or a list. Who runs the node is not for a provider to say.
fn roles(claim: &Value) -> BTreeSet<Role> {
    let words: Vec<&str> = match claim {
        Value::String(words) => words.split_whitespace().collect(),
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    words.into_iter().filter_map(|word| word.parse().ok()).filter(|role| *role != Role::Operator).collect()
}
