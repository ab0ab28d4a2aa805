//! The provider's addresses and keys, and the requests to it: bounded in size and time, leading nowhere else.

use std::time::Duration;

use asp_core::position::{LogTime, Millis};
use asp_core::rejection::Code;
use reqwest::{RequestBuilder, Url};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::token::{self, Key};
use crate::http::problem::Denial;

/// Bytes of the largest answer.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// How long addresses and keys are believed.
const KEPT: Millis = Millis(3_600_000);
/// A key that is not known is looked for so often: whoever invents names of keys does not make us ask.
const KEYS_ASKED_EACH: Millis = Millis(60_000);

/// What a provider says of itself (OpenID Connect Discovery 1.0 §3).
#[derive(Debug, Clone, Deserialize)]
struct Addresses {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// What is known of the provider, and since when.
#[derive(Default)]
struct Known {
    addresses: Option<(Addresses, LogTime)>,
    keys: Option<(Vec<Key>, LogTime)>,
}

/// The provider.
pub(super) struct Provider {
    issuer: String,
    http: reqwest::Client,
    known: Mutex<Known>,
}

impl Provider {
    /// # Errors
    /// [`Denial::Internal`] when no client can be made.
    pub(super) fn new(issuer: String) -> Result<Self, Denial> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_TIME)
            .user_agent(concat!("assent/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Denial::Internal)?;
        Ok(Self { issuer, http, known: Mutex::default() })
    }

    /// Where browsers are sent, with this query.
    ///
    /// # Errors
    /// [`Code::ProviderFault`].
    pub(super) async fn authorisation(&self, query: &[(&str, &str)], now: LogTime) -> Result<String, Denial> {
        let address = self.addresses(now).await?.authorization_endpoint;
        let mut address = Url::parse(&address).map_err(|_| Code::ProviderFault)?;
        address.query_pairs_mut().extend_pairs(query);
        Ok(address.to_string())
    }

    /// The ID token that is given for a code.
    ///
    /// # Errors
    /// [`Code::SignInRefused`] if the provider gives none, [`Code::ProviderFault`].
    pub(super) async fn exchange(
        &self,
        form: &[(&str, &str)],
        (client_id, secret): (&str, Option<&str>),
        now: LogTime,
    ) -> Result<String, Denial> {
        #[derive(Deserialize)]
        struct Given {
            id_token: String,
        }
        let mut request = self.http.post(self.addresses(now).await?.token_endpoint).form(form);
        if let Some(secret) = secret {
            // RFC 6749 §2.3.1: both are encoded as in a form first.
            request = request.basic_auth(encoded(client_id), Some(encoded(secret)));
        }
        let given: Given = serde_json::from_slice(&answer(request, Code::SignInRefused).await?)
            .map_err(|_| Code::SignInRefused)?;
        Ok(given.id_token)
    }

    /// The provider's keys, asked for anew if this one is not among those that are known.
    ///
    /// # Errors
    /// [`Code::ProviderFault`].
    pub(super) async fn keys(&self, id: Option<&str>, now: LogTime) -> Result<Vec<Key>, Denial> {
        let address = self.addresses(now).await?.jwks_uri;
        // Held while asking: several who miss a key ask once.
        let mut known = self.known.lock().await;
        if let Some((keys, since)) = &known.keys {
            let good = now < since.plus(KEPT) && token::has(keys, id);
            if good || now < since.plus(KEYS_ASKED_EACH) {
                return Ok(keys.clone());
            }
        }
        let bytes = answer(self.http.get(address), Code::ProviderFault).await?;
        let keys = token::keys(&bytes).ok_or(Code::ProviderFault)?;
        known.keys = Some((keys.clone(), now));
        Ok(keys)
    }

    async fn addresses(&self, now: LogTime) -> Result<Addresses, Denial> {
        let mut known = self.known.lock().await;
        if let Some((addresses, since)) = &known.addresses
            && now < since.plus(KEPT)
        {
            return Ok(addresses.clone());
        }
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let bytes = answer(self.http.get(address), Code::ProviderFault).await?;
        let found: Addresses = serde_json::from_slice(&bytes).map_err(|_| Code::ProviderFault)?;
        // Who calls itself something else is somebody else (OpenID Connect Discovery 1.0 §4.3).
        if found.issuer != self.issuer {
            return Err(Code::ProviderFault.into());
        }
        for address in [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri] {
            check_address(address, &self.issuer).map_err(|()| Code::ProviderFault)?;
        }
        known.addresses = Some((found.clone(), now));
        Ok(found)
    }
}

/// Holds that an address is one to ask at: by TLS, or on this machine if the issuer is.
pub(super) fn check_address(address: &str, issuer: &str) -> Result<(), ()> {
    let url = Url::parse(address).map_err(|_| ())?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let fits = match url.scheme() {
        "https" => true,
        "http" => here && issuer.starts_with("http:"),
        _ => false,
    };
    if plain && fits { Ok(()) } else { Err(()) }
}

/// The body of an answer that is a success.
///
/// # Errors
/// `refused` if it is none, [`Code::ProviderFault`] if there is no answer, or none that ends.
async fn answer(request: RequestBuilder, refused: Code) -> Result<Vec<u8>, Denial> {
    let failed = |error: reqwest::Error| {
        tracing::warn!(error = %error.without_url(), "the provider of identities does not answer");
        Denial::from(Code::ProviderFault)
    };
    let mut response = request.header("accept", "application/json").send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(if response.status().is_client_error() { refused } else { Code::ProviderFault }.into());
    }
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(failed)? {
        if bytes.len().saturating_add(piece.len()) > ANSWER_BYTES_MAX {
            return Err(Code::ProviderFault.into());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// A text as in a form.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._*".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_asked_by_tls_or_on_this_machine() {
        let far = "https://login.acme.example";
        for good in [far, "https://login.acme.example/a?b=c", "https://10.0.0.1:8443/token"] {
            assert_eq!(check_address(good, far), Ok(()), "{good}");
        }
        for wrong in [
            "",
            "login.acme.example",
            "http://login.acme.example",
            "http://127.0.0.1:80/token",
            "https://a@login.acme.example",
            "https://login.acme.example/#a",
            "file:///etc/passwd",
        ] {
            assert_eq!(check_address(wrong, far), Err(()), "{wrong}");
        }
        let here = "http://127.0.0.1:1";
        assert_eq!(check_address("http://127.0.0.1:2/token", here), Ok(()));
        assert_eq!(check_address("http://login.acme.example", "http://login.acme.example"), Err(()));
    }

    #[test]
    fn what_is_no_letter_is_encoded() {
        assert_eq!(encoded("a-B_9.*"), "a-B_9.*");
        assert_eq!(encoded("a b:c/%é"), "a%20b%3Ac%2F%25%C3%A9");
    }
}
