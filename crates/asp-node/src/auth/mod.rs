//! Who reads: client assertions (RFC 7523) become tokens bound to a key (RFC 9449), tokens become a [`Tenant`].
//!
//! Every failure of a kind has one shape: what exactly did not hold is not told to who could learn from it.

pub(crate) mod dpop;
mod jws;
pub(crate) mod token;

use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::key::{KeyId, PublicKey};
use asp_core::limits;
use asp_core::name::{Issuer, Origin, StreamId};
use asp_core::position::{Hash, LogTime, Sequence};
use asp_core::rejection::Code;
use asp_store::{Fault, Reader, Tenant};
use serde::Deserialize;

use crate::clock::Clock;
use crate::http::problem::Denial;
use dpop::Request;
use jws::Unverified;
use token::{Bounds, Grant, Tokens};

/// Seconds for which an assertion may be made at most.
const ASSERTION_SECONDS_MAX: u64 = 300;
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// What a request brings to show who sends it.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) token: String,
    pub(crate) proof: String,
    pub(crate) request: Request,
}

/// A reader who has shown who it is.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// In whose name it reads.
    pub(crate) tenant: Tenant,
    /// When its token ends.
    pub(crate) until: LogTime,
    token: String,
}

/// What a client asks a token with.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) assertion: String,
    pub(crate) client_id: Option<String>,
    pub(crate) proof: String,
    pub(crate) request: Request,
}

/// Claims of an assertion (RFC 7523 §3).
#[derive(Deserialize)]
struct Assertion {
    iss: Issuer,
    sub: Issuer,
    aud: Audience,
    iat: u64,
    exp: u64,
    jti: String,
}

/// `aud` as a text or a list; a list of several would be good elsewhere too.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(Origin),
    List([Origin; 1]),
}

/// Everything that is known of tokens.
#[derive(Debug)]
pub(crate) struct Auth {
    origin: Origin,
    clock: Clock,
    tokens: Mutex<Tokens>,
}

impl Auth {
    pub(crate) fn new(origin: Origin, clock: Clock, bounds: Bounds) -> Self {
        Self { origin, clock, tokens: Mutex::new(Tokens::new(bounds)) }
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tokens in use.
    pub(crate) fn count(&self) -> usize {
        self.tokens().len()
    }

    /// Gives a token for an assertion and a proof, both good for this once.
    ///
    /// # Errors
    /// [`Code::InvalidDpopProof`], [`Code::InvalidClient`], or a failure of ours.
    pub(crate) fn give(&self, reader: &Reader<'_>, claim: &Claim) -> Result<String, Denial> {
        let now = self.clock.now();
        let proof = dpop::check(&claim.proof, &claim.request, None, now).ok_or(Code::InvalidDpopProof)?;
        let (key, assertion) = self.check_assertion(claim, now).ok_or(Code::InvalidClient)?;
        let seen = current(reader, &assertion.sub, &key)?.ok_or(Code::InvalidClient)?;
        let mut random = [0; TOKEN_BYTES];
        getrandom::fill(&mut random).map_err(|_| Denial::Internal)?;
        // Any text without meaning will do; this is a way to write 32 random bytes.
        let token = Hash::from_bytes(random).to_hex();
        let id = Hash::of(&[
            b"asp-node/assertion\n",
            assertion.iss.to_string().as_bytes(),
            b"\n",
            assertion.jti.as_bytes(),
        ]);
        let until = LogTime::from_millis(assertion.exp.saturating_add(1).saturating_mul(1000));
        let grant = Grant { party: assertion.sub, key, seen, bound_to: proof.key, until: token::end(now) };
        self.tokens().give(&token, grant, (id, until), &proof, now)?;
        Ok(token)
    }

    /// The key and the claims of an assertion, if they hold by themselves (ASP-AUT-002).
    fn check_assertion(&self, claim: &Claim, now: LogTime) -> Option<(KeyId, Assertion)> {
        let unverified = Unverified::parse(&claim.assertion)?;
        let key: KeyId = unverified.header.kid.as_deref()?.parse().ok()?;
        let assertion: Assertion = unverified.verify(&PublicKey::try_from(&key).ok()?)?;
        let seconds = now.millis() / 1000;
        let skew = limits::CLOCK_SKEW_MS.0 / 1000;
        let (Audience::One(audience) | Audience::List([audience])) = &assertion.aud;
        let named = (1..=dpop::ID_BYTES_MAX).contains(&assertion.jti.len());
        let alike = assertion.iss == assertion.sub
            && claim.client_id.as_ref().is_none_or(|id| *id == assertion.sub.to_string());
        let short = assertion.exp > assertion.iat && assertion.exp - assertion.iat <= ASSERTION_SECONDS_MAX;
        let timely = assertion.exp > seconds && assertion.iat <= seconds.saturating_add(skew);
        (*audience == self.origin && named && alike && short && timely).then_some((key, assertion))
    }

    /// Who sends a request (ASP-AUT-001).
    ///
    /// # Errors
    /// [`Code::InvalidToken`] or [`Code::InvalidDpopProof`], or a failure of ours.
    pub(crate) fn authenticate(
        &self,
        reader: &Reader<'_>,
        credentials: &Credentials,
    ) -> Result<Access, Denial> {
        let now = self.clock.now();
        let Credentials { token, proof, request } = credentials;
        let grant = self.tokens().find(token, now)?;
        #[cfg(feature = "misbehave")]
        if asp_store::misbehave::is(asp_store::misbehave::Kind::IgnoresProofs) {
            let tenant = tenant(&grant.party).ok_or(Denial::Internal)?;
            return Ok(Access { tenant, until: grant.until, token: token.clone() });
        }
        let proof = dpop::check(proof, request, Some(token), now).ok_or(Code::InvalidDpopProof)?;
        if proof.key != grant.bound_to {
            return Err(Code::InvalidToken.into());
        }
        self.check_alive(reader, token, &grant)?;
        self.tokens().use_proof(token, &proof, now)?;
        let tenant = tenant(&grant.party).ok_or(Denial::Internal)?;
        Ok(Access { tenant, until: grant.until, token: token.clone() })
    }

    /// Whether a reader who has shown who it is may still read: its token has not ended and its key still counts.
    ///
    /// # Errors
    /// [`Code::InvalidToken`], or a failure of ours.
    pub(crate) fn check(&self, reader: &Reader<'_>, access: &Access) -> Result<(), Denial> {
        let grant = self.tokens().find(&access.token, self.clock.now())?;
        self.check_alive(reader, &access.token, &grant)
    }

    /// The key is looked up only when the party's stream has moved since it was (ASP-AUT-004).
    fn check_alive(&self, reader: &Reader<'_>, token: &str, grant: &Grant) -> Result<(), Denial> {
        let stream = stream(&grant.party).ok_or(Denial::Internal)?;
        if reader.entries(&stream, Some(grant.seen), 1)?.is_empty() {
            return Ok(());
        }
        match current(reader, &grant.party, &grant.key)? {
            Some(seen) => {
                self.tokens().saw(token, seen);
                Ok(())
            }
            None => {
                self.tokens().end(token);
                Err(Code::InvalidToken.into())
            }
        }
    }
}

/// The last statement of the party's stream, if the key is one of its current keys; nodes do not read.
fn current(reader: &Reader<'_>, party: &Issuer, key: &KeyId) -> Result<Option<Sequence>, Fault> {
    let head = match party {
        Issuer::Agent(agent) => reader
            .agent(agent)?
            .filter(|agent| !agent.retired() && agent.keys().is_current(key))
            .map(|agent| agent.head()),
        Issuer::Organisation(domain) => reader
            .organisation(domain)?
            .filter(|organisation| organisation.keys().is_current(key))
            .map(|organisation| organisation.head()),
        Issuer::Node(_) => None,
    };
    Ok(head.map(|head| head.sequence))
}

fn stream(party: &Issuer) -> Option<StreamId> {
    tenant(party).map(|tenant| tenant.party())
}

fn tenant(party: &Issuer) -> Option<Tenant> {
    match party {
        Issuer::Agent(agent) => Some(Tenant::Agent(agent.clone())),
        Issuer::Organisation(domain) => Some(Tenant::Organisation(domain.clone())),
        Issuer::Node(_) => None,
    }
}
