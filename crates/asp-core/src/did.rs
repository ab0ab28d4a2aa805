//! DID documents (W3C DID 1.0, did:web): the current keys of who has a name on the web, for readers who know only DIDs.
//!
//! A document is a convenience and proves nothing: what counts is the history of keys in the log.

use serde_json::{Map, Value, json};

use crate::key::KeyId;

/// Whom a document is about.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The DID, as [`of_address`] makes it.
    pub did: &'a str,
    /// Other names of the same.
    pub also: &'a [String],
    /// Where its statements are, if that is known.
    pub service: Option<&'a str>,
}

/// The `did:web` whose document is found below an address: at `/.well-known/did.json`, or in the folder of its path.
///
/// None for what did:web cannot name: anything but `https`, and hosts that are numbers or have no dot.
#[must_use]
pub fn of_address(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://")?.trim_end_matches('/');
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    host.parse::<crate::name::Domain>().ok()?;
    let last = host.rsplit('.').next()?;
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let port = match port {
        None => String::new(),
        Some(port) => format!("%3A{}", port.parse::<u16>().ok()?),
    };
    let segment = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    let path = path.unwrap_or_default();
    if !path.bytes().all(segment) || path.contains("//") {
        return None;
    }
    let path = if path.is_empty() { String::new() } else { format!(":{}", path.replace('/', ":")) };
    Some(format!("did:web:{host}{port}{path}"))
}

/// The document, with each key as a Multikey whose fragment is the key itself, as did:key has it.
#[must_use]
pub fn document<'a>(subject: &Subject<'_>, keys: impl Iterator<Item = &'a KeyId>) -> Map<String, Value> {
    let did = subject.did;
    let (mut methods, mut names) = (Vec::new(), Vec::new());
    for key in keys {
        let key = key.to_string();
        let multibase = key.strip_prefix("did:key:").unwrap_or_default();
        let id = format!("{did}#{multibase}");
        methods.push(json!({
            "controller": did, "id": id, "publicKeyMultibase": multibase, "type": "Multikey",
        }));
        names.push(Value::String(id));
    }
    let mut document = Map::new();
    let mut put = |name: &str, value: Value| drop(document.insert(name.to_owned(), value));
    put("@context", json!(["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]));
    put("id", json!(did));
    if !subject.also.is_empty() {
        put("alsoKnownAs", json!(subject.also));
    }
    put("assertionMethod", Value::Array(names.clone()));
    put("authentication", Value::Array(names));
    put("verificationMethod", Value::Array(methods));
    if let Some(url) = subject.service {
        let service = json!({
            "id": format!("{did}#asp"), "serviceEndpoint": url, "type": "AgentSessionProtocol",
        });
        put("service", json!([service]));
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SecretKey;

    #[test]
    fn an_address_of_a_name_by_https_has_a_did() {
        for (url, did) in [
            ("https://acme.example", "did:web:acme.example"),
            ("https://acme.example/", "did:web:acme.example"),
            ("https://node.example:8443/assent", "did:web:node.example%3A8443:assent"),
            (
                "https://node.example/v1/organisations/acme.example",
                "did:web:node.example:v1:organisations:acme.example",
            ),
        ] {
            assert_eq!(of_address(url).as_deref(), Some(did));
        }
        for none in [
            "",
            "acme.example",
            "http://acme.example",
            "https://localhost",
            "https://127.0.0.1",
            "https://[::1]",
            "https://me@acme.example",
            "https://acme.example:99999",
            "https://acme.example/a?b",
            "https://acme.example/a//b",
            "https://Acme.example",
        ] {
            assert_eq!(of_address(none), None, "{none}");
        }
    }

    #[test]
    fn a_document_has_each_key_as_did_key_spells_it() {
        let keys = [SecretKey::from_seed(&[1; 32]).id(), SecretKey::from_scalar(&[2; 32]).unwrap().id()];
        let subject = Subject { did: "did:web:acme.example", also: &[], service: None };
        let document = document(&subject, keys.iter());
        let methods = document["verificationMethod"].as_array().unwrap();
        for (method, key) in methods.iter().zip(&keys) {
            assert_eq!(
                format!("did:key:{}", method["publicKeyMultibase"].as_str().unwrap()),
                key.to_string()
            );
            assert_eq!(method["id"].as_str().unwrap().split('#').next(), Some("did:web:acme.example"));
            assert!(document["assertionMethod"].as_array().unwrap().contains(&method["id"]));
        }
        assert_eq!(methods.len(), keys.len());
        assert!(!document.contains_key("alsoKnownAs") && !document.contains_key("service"));
    }
}
