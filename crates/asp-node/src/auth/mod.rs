//! Who reads: a token that `private_key_jwt` obtained and DPoP binds to a key becomes a tenant, and nothing else does.

mod jwt;
mod seen;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use asp_core::key::KeyId;
use asp_core::limits;
use asp_core::name::{Issuer, Origin};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::rejection::{Code, Rejection};
use asp_store::{Fault, Reader, Tenant};
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use jwt::{Assertion, Proof};
use seen::Seen;

/// How long a token can be used.
pub(crate) const TOKEN_MS: Millis = Millis(600_000);
/// How far a proof's or an assertion's clock may be from ours.
const SKEW_MS: u64 = limits::CLOCK_SKEW_MS.0;
/// The longest that an assertion may hold.
const ASSERTION_SECONDS_MAX: u64 = 300;
/// Tokens that are held; those that end first make room.
const TOKENS_MAX: usize = 65_536;

/// Tokens, and the proofs that were seen.
#[derive(Debug)]
pub(crate) struct Auth {
    public_url: Option<String>,
    tokens: Mutex<BTreeMap<Hash, Grant>>,
    seen: Mutex<Seen>,
}

/// What a token stands for.
#[derive(Debug, Clone)]
struct Grant {
    issuer: Issuer,
    /// The key that asked: the token dies with it.
    key: KeyId,
    /// The key of the proofs.
    dpop: KeyId,
    until: LogTime,
}

impl Auth {
    pub(crate) fn new(public_url: Option<String>) -> Self {
        Self { public_url, tokens: Mutex::default(), seen: Mutex::default() }
    }

    /// What a request is made to, as its proof has to say: no query, no fragment (RFC 9449 §4.2).
    fn target(&self, parts: &Parts) -> String {
        let host = || parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let base = self.public_url.clone().unwrap_or_else(|| format!("http://{}", host()));
        format!("{base}{}", parts.uri.path())
    }

    /// Checks the one proof of a request.
    fn proof(&self, parts: &Parts, ath: Option<&str>, now: LogTime) -> Result<KeyId, Rejection> {
        let mut proofs = parts.headers.get_all("dpop").iter();
        let (Some(proof), None) = (proofs.next(), proofs.next()) else {
            return Err(Code::InvalidDpopProof.into());
        };
        let text = proof.to_str().map_err(|_| Code::InvalidDpopProof)?;
        let Proof { key, htm, htu, iat, jti, ath: bound } = jwt::proof(text).ok_or(Code::InvalidDpopProof)?;
        let fits = htm == parts.method.as_str()
            && htu == self.target(parts)
            && near(iat, now)
            && bound.as_deref() == ath;
        if !fits {
            return Err(Code::InvalidDpopProof.into());
        }
        self.once(&[b"dpop", key.as_bytes(), jti.as_bytes()], Code::InvalidDpopProof, now)?;
        Ok(key)
    }

    /// Takes each identifier once while it could be used again.
    fn once(&self, parts: &[&[u8]], code: Code, now: LogTime) -> Result<(), Rejection> {
        let kept = Millis(2 * SKEW_MS + ASSERTION_SECONDS_MAX * 1000);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(Hash::of(parts), now.plus(kept), now)
            .map_err(|full| if full { Rejection::from(Code::Overloaded) } else { Rejection::from(code) })
    }

    /// Reads who asks for a token, before it is known whether the key counts.
    ///
    /// # Errors
    /// [`Code::InvalidClient`] or [`Code::InvalidDpopProof`].
    pub(crate) fn claim(
        &self,
        parts: &Parts,
        assertion: &str,
        origin: &Origin,
        now: LogTime,
    ) -> Result<Claim, Rejection> {
        let dpop = self.proof(parts, None, now)?;
        let Assertion { issuer, key, aud, iat, exp, jti } =
            jwt::assertion(assertion).ok_or(Code::InvalidClient)?;
        let lasts = exp.checked_sub(iat).is_some_and(|seconds| seconds <= ASSERTION_SECONDS_MAX);
        let live = exp.saturating_mul(1000).saturating_add(SKEW_MS) >= now.millis()
            && iat.saturating_mul(1000) <= now.millis().saturating_add(SKEW_MS);
        if aud != origin.to_string() || !lasts || !live {
            return Err(Code::InvalidClient.into());
        }
        self.once(&[b"jwt", key.as_bytes(), jti.as_bytes()], Code::InvalidClient, now)?;
        Ok(Claim { issuer, key, dpop })
    }

    /// Gives a token for a claim whose key counts.
    ///
    /// # Errors
    /// [`Code::Internal`] without random bytes.
    pub(crate) fn grant(&self, claim: Claim, now: LogTime) -> Result<String, Rejection> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| Code::Internal)?;
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let Claim { issuer, key, dpop } = claim;
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= TOKENS_MAX {
            tokens.retain(|_, grant| grant.until > now);
        }
        if tokens.len() >= TOKENS_MAX {
            let first = tokens.iter().min_by_key(|(_, grant)| grant.until).map(|(hash, _)| *hash);
            first.map(|hash| tokens.remove(&hash));
        }
        tokens.insert(Hash::of(&[token.as_bytes()]), Grant { issuer, key, dpop, until: now.plus(TOKEN_MS) });
        Ok(token)
    }

    /// Who a request is by, before it is known whether the key still counts.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`], [`Code::InvalidToken`] or [`Code::InvalidDpopProof`].
    pub(crate) fn bearer(&self, parts: &Parts, now: LogTime) -> Result<Claim, Rejection> {
        let header = parts.headers.get(AUTHORIZATION).ok_or(Code::Unauthenticated)?;
        let text = header.to_str().ok().and_then(|text| text.strip_prefix("DPoP "));
        let token = text.ok_or(Code::InvalidToken)?;
        let hash = Hash::of(&[token.as_bytes()]);
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        let Grant { issuer, key, dpop, until } = known.ok_or(Code::InvalidToken)?;
        if until <= now {
            return Err(Code::InvalidToken.into());
        }
        let ath = URL_SAFE_NO_PAD.encode(hash.as_bytes());
        if self.proof(parts, Some(&ath), now)? != dpop {
            return Err(Code::InvalidDpopProof.into());
        }
        Ok(Claim { issuer, key, dpop })
    }
}

fn near(seconds: u64, now: LogTime) -> bool {
    seconds.saturating_mul(1000).abs_diff(now.millis()) <= SKEW_MS
}

/// Somebody who holds a key; whether it counts for the issuer is in the log.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    issuer: Issuer,
    key: KeyId,
    dpop: KeyId,
}

impl Claim {
    /// The tenant, if the key signs for the issuer at this state of the log.
    ///
    /// # Errors
    /// That the storage failed.
    pub(crate) fn tenant(&self, reader: &Reader<'_>) -> Result<Option<Tenant>, Fault> {
        Ok(match &self.issuer {
            Issuer::Agent(agent) => reader
                .agent(agent)?
                .filter(|known| !known.retired() && known.keys().is_current(&self.key))
                .map(|_| Tenant::Agent(agent.clone())),
            Issuer::Organisation(domain) => reader
                .organisation(domain)?
                .filter(|known| known.keys().is_current(&self.key))
                .map(|_| Tenant::Organisation(domain.clone())),
            Issuer::Node(_) => None,
        })
    }
}
