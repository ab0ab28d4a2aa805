//! Proofs that who sends a request holds the key that its token is bound to (RFC 9449 §4.3).
//! Whether a proof was used before is not known here.

use asp_core::key::KeyId;
use asp_core::position::{Hash, LogTime};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::jws::Unverified;

/// How far the instant of a proof may be from the node's clock, in seconds, either way.
pub(super) const PROOF_SECONDS: u64 = 60;
/// Bytes of the longest id of a proof or an assertion.
pub(super) const ID_BYTES_MAX: usize = 128;

/// What a proof has to be for.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The HTTP method.
    pub(crate) method: String,
    /// The path of the address, as it was sent.
    pub(crate) path: String,
    /// Scheme and authority by which the node is meant, with the path before its own, such as
    /// `https://node.example/assent`.
    pub(crate) bases: Vec<String>,
}

/// A proof that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The key that made it.
    pub(crate) key: KeyId,
    /// What tells it apart from the key's other proofs.
    pub(crate) id: Hash,
    /// From when on it is too old to be used.
    pub(crate) until: LogTime,
}

#[derive(Deserialize)]
struct Claims {
    htm: String,
    htu: String,
    iat: u64,
    jti: String,
    #[serde(default)]
    ath: Option<String>,
}

/// Checks a proof for a request at an instant; with a token, also that it is the proof of that token's use
/// (ASP-AUT-003).
pub(crate) fn check(proof: &str, request: &Request, token: Option<&str>, now: LogTime) -> Option<Proof> {
    let proof = Unverified::parse(proof)?;
    if proof.header.typ.as_deref() != Some("dpop+jwt") {
        return None;
    }
    let key = proof.header.jwk.as_ref()?.key()?;
    let claims: Claims = proof.verify(&key)?;
    let seconds = now.millis() / 1000;
    let fresh = claims.iat.abs_diff(seconds) <= PROOF_SECONDS;
    let named = (1..=ID_BYTES_MAX).contains(&claims.jti.len());
    let of_token = match token {
        Some(token) => claims.ath.as_deref() == Some(digest(token).as_str()),
        None => claims.ath.is_none(),
    };
    let here = request.bases.iter().any(|base| is_address(&claims.htu, base, &request.path));
    if !(fresh && named && of_token && here && claims.htm == request.method) {
        return None;
    }
    let until = LogTime::from_millis(claims.iat.saturating_add(PROOF_SECONDS + 1).saturating_mul(1000));
    Some(Proof { key, id: Hash::of(&[b"asp-node/proof\n", key.as_bytes(), claims.jti.as_bytes()]), until })
}

/// `ath`: SHA-256 of the token in base64url (RFC 9449 §4.2).
fn digest(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Hash::of(&[token.as_bytes()]).as_bytes())
}

/// Whether `htu` is `base` followed by `path`; query and fragment do not count (RFC 9449 §4.3).
fn is_address(htu: &str, base: &str, path: &str) -> bool {
    let htu = htu.split(['?', '#']).next().unwrap_or_default();
    let (Some((site, at)), Some((base_site, base_path))) = (site(htu), site(base)) else {
        return false;
    };
    let whole = [base_path.trim_end_matches('/'), path].concat();
    site == base_site && (at == whole || at.is_empty() && whole == "/")
}

/// Whether an origin, as browsers say it, is that of an address.
pub(crate) fn is_same_site(base: &str, origin: &str) -> bool {
    match (site(base), site(origin)) {
        (Some((base, _)), Some((origin, path))) => base == origin && path.is_empty(),
        (Some(_) | None, _) => false,
    }
}

/// Scheme and authority in one spelling (RFC 3986 §6.2.2.1, §6.2.3), and the path.
fn site(url: &str) -> Option<(String, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let authority = authority.strip_suffix(port).unwrap_or(&authority);
    (!authority.is_empty()).then(|| (format!("{scheme}://{authority}"), path))
}

/// Whether a text can be the address that a node is known by.
pub(crate) fn is_base(url: &str) -> bool {
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    plain && !url.contains(['?', '#', '@']) && site(url).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_address(base: &str, path: &str, same: &[&str], others: &[&str]) {
        for htu in same {
            assert!(is_address(htu, base, path), "{htu} is {base} and {path}");
        }
        for htu in others {
            assert!(!is_address(htu, base, path), "{htu} is not {base} and {path}");
        }
    }

    #[test]
    fn an_address_is_scheme_authority_and_path() {
        check_address(
            "https://node.example",
            "/v1/sessions",
            &[
                "https://node.example/v1/sessions",
                "HTTPS://NODE.example:443/v1/sessions",
                "https://node.example/v1/sessions?after=1#x",
            ],
            &[
                "",
                "/v1/sessions",
                "http://node.example/v1/sessions",
                "https://node.example:8443/v1/sessions",
                "https://node.example.evil.example/v1/sessions",
                "https://evil.example/v1/sessions",
                "https://evil@node.example/v1/sessions",
                "https://node.example/v1/Sessions",
                "https://node.example/v1/sessions/",
                "https://node.example//v1/sessions",
                "https://node.example",
                "ftp://node.example/v1/sessions",
            ],
        );
        check_address(
            "http://127.0.0.1:4860/assent/",
            "/v1",
            &["http://127.0.0.1:4860/assent/v1"],
            &["http://127.0.0.1:4860/v1", "http://127.0.0.1/assent/v1", "http://127.0.0.1:4860/assent//v1"],
        );
        check_address(
            "http://node.example:80",
            "/",
            &["http://node.example", "http://node.example/"],
            &["http://"],
        );
    }

    #[test]
    fn a_node_is_known_by_an_address_of_http() {
        for base in ["http://127.0.0.1:4860", "https://node.example/assent"] {
            assert!(is_base(base), "{base}");
        }
        for base in [
            "",
            "node.example",
            "ftp://node.example",
            "https://",
            "https://a@b.example",
            "http://a.example/?q",
        ] {
            assert!(!is_base(base), "{base}");
        }
    }
}
