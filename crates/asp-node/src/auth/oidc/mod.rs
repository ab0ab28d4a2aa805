//! Signing people in by a provider of identities: OpenID Connect Core 1.0, the authorisation code flow with PKCE.
//!
//! The provider is the operator's choice and may stand on a private address; it is asked for little, within bounds, and
//! nowhere it might lead. Nothing is kept of an attempt but in its browser's cookie, so that nobody can fill a memory.

mod provider;
mod token;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use asp_core::name::Domain;
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::rejection::Code;
use asp_store::people::{Email, Role};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::people::random;
use crate::config::Config;
use crate::http::problem::Denial;
use provider::Provider;

/// How long a browser may be at the provider.
pub(crate) const ATTEMPT_LASTS: Millis = Millis(10 * 60_000);
/// Attempts that came to an end and are remembered so that none does twice. Only the provider's people make one.
const DONE_MAX: usize = 4096;
/// Bytes of the largest secret's file.
const SECRET_BYTES_MAX: u64 = 4096;

/// What the settings say of the provider.
#[derive(Clone)]
pub(crate) struct Settings {
    issuer: String,
    client_id: String,
    client_secret: Option<String>,
    /// Whose people it vouches for.
    pub(crate) organisation: Domain,
    /// The domain of mail whose people come in as auditors, invited or not.
    pub(crate) email_domain: Option<String>,
    /// The claim that says what a person is here for.
    role_claim: Option<String>,
}

/// Shows nothing of the secret.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads the settings; none if they name no provider.
    ///
    /// # Errors
    /// A sentence on what is missing or wrong.
    pub(crate) fn read(config: &Config) -> Result<Option<Self>, String> {
        let Some(issuer) = config.oidc_issuer.clone() else { return Ok(None) };
        provider::check_address(&issuer, &issuer)
            .map_err(|()| "oidc_issuer is no address: https, or http on this machine alone".to_owned())?;
        let client_id = config.oidc_client_id.clone().ok_or("oidc_issuer needs oidc_client_id beside it")?;
        let organisation =
            config.oidc_organisation.clone().ok_or("oidc_issuer needs oidc_organisation beside it")?;
        let client_secret = config.oidc_client_secret_file.as_deref().map(secret).transpose()?;
        let email_domain = config.oidc_email_domain.as_ref().map(|domain| domain.to_ascii_lowercase());
        let role_claim = config.oidc_role_claim.clone();
        Ok(Some(Self { issuer, client_id, client_secret, organisation, email_domain, role_claim }))
    }
}

fn secret(path: &Path) -> Result<String, String> {
    use std::io::Read;
    let mut text = String::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(SECRET_BYTES_MAX).read_to_string(&mut text));
    read.map_err(|error| format!("oidc_client_secret_file {}: {error}", path.display()))?;
    Ok(text.trim_end().to_owned())
}

/// Whom the provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vouched {
    /// Issuer, space, subject: what never changes.
    pub(crate) subject: String,
    /// An address of mail that the provider has verified.
    pub(crate) email: Option<Email>,
    /// What the provider calls the person.
    pub(crate) name: Option<String>,
    /// What the person is here for, if a claim is to say that; empty if it says nothing that is known.
    pub(crate) roles: Option<std::collections::BTreeSet<Role>>,
}

/// A browser that is on its way to the provider and back: when it left, and a number that is its alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Attempt([u8; 32]);

impl Attempt {
    fn begin(now: LogTime) -> Result<Self, Denial> {
        let mut bytes = random::<32>()?;
        for (byte, of_time) in bytes.iter_mut().zip(now.millis().to_be_bytes()) {
            *byte = of_time;
        }
        Ok(Self(bytes))
    }

    fn until(self) -> LogTime {
        let time = self.0.iter().take(8).fold(0_u64, |time, byte| time << 8 | u64::from(*byte));
        LogTime::from_millis(time).plus(ATTEMPT_LASTS)
    }
}

/// The way to the provider.
pub(crate) struct Oidc {
    pub(crate) settings: Settings,
    provider: Provider,
    /// Makes of an attempt what the provider gets to see; another at each start of the node.
    key: [u8; 32],
    done: Mutex<BTreeMap<Attempt, LogTime>>,
}

impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oidc").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Oidc {
    /// # Errors
    /// [`Denial::Internal`] when there are no random bytes, or no client can be made.
    pub(crate) fn new(settings: Settings) -> Result<Self, Denial> {
        let provider = Provider::new(settings.issuer.clone())?;
        Ok(Self { settings, provider, key: random()?, done: Mutex::default() })
    }

    /// What an attempt shows to others for one purpose; nobody without the key finds the attempt or another purpose.
    fn derive(&self, attempt: Attempt, purpose: &[u8]) -> String {
        let hash = Hash::of(&[b"asp-node/oidc\n", &self.key, &attempt.0, purpose]);
        URL_SAFE_NO_PAD.encode(hash.as_bytes())
    }

    /// Where a browser is to go, and what its cookie is to be until it is back at `back`.
    ///
    /// # Errors
    /// [`Code::ProviderFault`], or a failure of ours.
    pub(crate) async fn begin(&self, back: &str, now: LogTime) -> Result<(String, String), Denial> {
        let attempt = Attempt::begin(now)?;
        let challenge = Hash::of(&[self.derive(attempt, b"verifier").as_bytes()]);
        let challenge = URL_SAFE_NO_PAD.encode(challenge.as_bytes());
        let query = [
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", back),
            ("scope", "openid email profile"),
            ("state", &self.derive(attempt, b"state")),
            ("nonce", &self.derive(attempt, b"nonce")),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let address = self.provider.authorisation(&query, now).await?;
        Ok((address, Hash::from_bytes(attempt.0).to_hex()))
    }

    /// Whom the provider vouches for, to the browser that has this cookie and came back with this code and state.
    ///
    /// # Errors
    /// [`Code::SignInRefused`] whatever is wrong, [`Code::ProviderFault`], or a failure of ours.
    pub(crate) async fn finish(
        &self,
        cookie: &str,
        (code, state): (&str, &str),
        back: &str,
        now: LogTime,
    ) -> Result<Vouched, Denial> {
        let refused = || Denial::from(Code::SignInRefused);
        let attempt = Hash::from_hex(cookie).map(|bytes| Attempt(*bytes.as_bytes())).ok_or_else(refused)?;
        // The state is of this browser's attempt, or the code is somebody else's (RFC 6749 §10.12).
        if self.derive(attempt, b"state") != state || now >= attempt.until() || self.is_done(attempt, now) {
            return Err(refused());
        }
        let verifier = self.derive(attempt, b"verifier");
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("client_id", &self.settings.client_id),
            ("code_verifier", &verifier),
        ];
        let secret = self.settings.client_secret.as_deref();
        let given = self.provider.exchange(&form, (&self.settings.client_id, secret), now).await?;
        let expected = token::Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &self.derive(attempt, b"nonce"),
            now,
        };
        let keys = self.provider.keys(token::key_of(&given).ok_or_else(refused)?.as_deref(), now).await?;
        let claims = token::check(&given, &keys, &expected).ok_or_else(refused)?;
        self.note_done(attempt, now)?;
        Ok(claims.vouched(&self.settings.issuer, self.settings.role_claim.as_deref()))
    }

    fn is_done(&self, attempt: Attempt, now: LogTime) -> bool {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.retain(|_, until| now < *until);
        done.contains_key(&attempt)
    }

    /// Notes that an attempt has come to its end, which it does once.
    fn note_done(&self, attempt: Attempt, now: LogTime) -> Result<(), Denial> {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.retain(|_, until| now < *until);
        if done.len() >= DONE_MAX {
            return Err(Denial::Full);
        }
        match done.insert(attempt, attempt.until()) {
            None => Ok(()),
            Some(_) => Err(Code::SignInRefused.into()),
        }
    }
}
