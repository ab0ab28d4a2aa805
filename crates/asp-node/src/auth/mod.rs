//! Who reads: client assertions (RFC 7523) become tokens bound to a key (RFC 9449), tokens and the sessions of people
//! become a [`Tenant`].
//!
//! Every failure of a kind has one shape: what exactly did not hold is not told to who could learn from it.

pub(crate) mod cookie;
pub(crate) mod dpop;
mod jws;
pub(crate) mod oidc;
pub(crate) mod people;
pub(crate) mod rights;
pub(crate) mod token;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asp_core::key::KeyId;
use asp_core::limits;
use asp_core::name::{Domain, Issuer, Origin, StreamId};
use asp_core::position::{Hash, LogTime, Sequence};
use asp_core::rejection::Code;
use asp_store::people::{People, SignedIn, Use};
use asp_store::{Docket, Fault, Reader, Tenant};
use serde::Deserialize;

use crate::clock::Clock;
use crate::http::problem::Denial;
use dpop::Request;
use jws::Unverified;
use people::{Guesses, Kind, Secret};
use rights::Right;
use token::{Bounds, Grant, Tokens};

/// Seconds for which an assertion may be made at most.
const ASSERTION_SECONDS_MAX: u64 = 300;
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// What a request brings to show who sends it.
#[derive(Debug, Clone)]
pub(crate) enum Credentials {
    /// A token and the proof that it is used by the one whom it is bound to.
    Token { token: String, proof: String, request: Request },
    /// The session of a person, by the hash of its secret.
    Session(Hash),
    /// A token whose proof was used up already, by this same request, which asks for several things.
    Shown(Access),
}

/// A reader who has shown who it is.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// In whose name it reads.
    pub(crate) tenant: Tenant,
    /// When its token or session ends.
    pub(crate) until: LogTime,
    held: Held,
}

/// By what a reader reads.
#[derive(Debug, Clone)]
enum Held {
    Token(String),
    Session(Hash),
}

/// Who asks for something that is not everybody's of the organisation.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// An agent or an organisation, by its token.
    Party(Tenant),
    /// A person.
    Person(SignedIn),
}

impl Caller {
    /// Whose it may do this with: an organisation's, or the node's own if that is none (ASP-AUT-011).
    ///
    /// # Errors
    /// [`Code::NotPermitted`]; of what is only seen, that it is not there.
    pub(crate) fn may(&self, right: Right) -> Result<Option<Domain>, Denial> {
        let denied = match right {
            Right::ReadOrganisation
            | Right::SeePeople
            | Right::SeeWebhooks
            | Right::SeeNode
            | Right::ReadCases => Code::NotFound,
            Right::ManagePeople
            | Right::SaveSearches
            | Right::ManageWebhooks
            | Right::Rule
            | Right::Consent => Code::NotPermitted,
        };
        match (self, right) {
            (
                Self::Party(Tenant::Organisation(domain)),
                Right::SeePeople | Right::ManagePeople | Right::SeeWebhooks | Right::ManageWebhooks,
            ) => Ok(Some(domain.clone())),
            (Self::Person(SignedIn { person, .. }), right) if right.is_of(person.roles.iter().copied()) => {
                Ok(person.organisation.clone())
            }
            (Self::Party(_) | Self::Person(_), _) => Err(denied.into()),
        }
    }
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
    /// The accounts of people. They block: ask where blocking is allowed.
    pub(crate) people: Arc<People>,
    pub(crate) guesses: Guesses,
}

impl Auth {
    pub(crate) fn new(origin: Origin, clock: Clock, bounds: Bounds, people: Arc<People>) -> Self {
        let tokens = Mutex::new(Tokens::new(bounds));
        Self { origin, clock, tokens, people, guesses: Guesses::new() }
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
        let assertion: Assertion = unverified.verify(&key)?;
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
    /// [`Code::InvalidToken`] or [`Code::InvalidDpopProof`], [`Code::Unauthenticated`] for a session that is none (any
    /// more), [`Code::NotFound`] for a person who may not read, or a failure of ours.
    pub(crate) fn authenticate(
        &self,
        reader: &Reader<'_>,
        credentials: &Credentials,
    ) -> Result<Access, Denial> {
        match credentials {
            Credentials::Token { token, proof, request } => self.of_token(reader, token, proof, request),
            Credentials::Session(secret) => self.of_session(secret, Use::Counts),
            Credentials::Shown(access) => self.check(reader, access).map(|()| access.clone()),
        }
    }

    /// Who sends a request about disputes, and which of them it reads: a person may be here for nothing but to rule.
    ///
    /// # Errors
    /// As [`Auth::authenticate`].
    pub(crate) fn on_cases(
        &self,
        reader: &Reader<'_>,
        credentials: &Credentials,
    ) -> Result<(Tenant, Docket), Denial> {
        let Credentials::Session(secret) = credentials else {
            return Ok((self.authenticate(reader, credentials)?.tenant, Docket::All));
        };
        let caller = self.signed_in(secret, Use::Counts).map(Caller::Person)?;
        let all = caller.may(Right::ReadOrganisation).ok().flatten();
        let (organisation, docket) = match all {
            Some(organisation) => (organisation, Docket::All),
            None => (caller.may(Right::ReadCases)?.ok_or(Code::NotFound)?, Docket::Arbiter),
        };
        Ok((Tenant::Organisation(organisation), docket))
    }

    /// Who sends a request for what is public in part: none if it is nobody, or a person who reads what everybody does.
    ///
    /// # Errors
    /// As [`Auth::authenticate`], but for what a person may not read.
    pub(crate) fn recognise(
        &self,
        reader: &Reader<'_>,
        credentials: Option<&Credentials>,
    ) -> Result<Option<Access>, Denial> {
        match credentials {
            None => Ok(None),
            Some(Credentials::Token { token, proof, request }) => {
                self.of_token(reader, token, proof, request).map(Some)
            }
            Some(Credentials::Session(secret)) => {
                let reads =
                    self.signed_in(secret, Use::Counts).map(Caller::Person)?.may(Right::ReadOrganisation);
                let reads = reads.ok().flatten().is_some();
                reads.then(|| self.of_session(secret, Use::Looks)).transpose()
            }
            Some(Credentials::Shown(access)) => self.check(reader, access).map(|()| Some(access.clone())),
        }
    }

    /// Who sends a request, for what not everybody of an organisation may do.
    ///
    /// # Errors
    /// As [`Auth::authenticate`], but for what a person may not read.
    pub(crate) fn caller(&self, reader: &Reader<'_>, credentials: &Credentials) -> Result<Caller, Denial> {
        match credentials {
            Credentials::Token { token, proof, request } => {
                Ok(Caller::Party(self.of_token(reader, token, proof, request)?.tenant))
            }
            Credentials::Session(secret) => self.signed_in(secret, Use::Counts).map(Caller::Person),
            Credentials::Shown(access) => {
                self.check(reader, access).map(|()| Caller::Party(access.tenant.clone()))
            }
        }
    }

    /// The person of a session.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`] if it is none (any more), or a failure of ours.
    pub(crate) fn signed_in(&self, secret: &Hash, uses: Use) -> Result<SignedIn, Denial> {
        let found = self.people.signed_in(secret, uses, self.clock.now())?;
        found.ok_or_else(|| Code::Unauthenticated.into())
    }

    /// A person reads in the name of its organisation, if one of its roles may (ASP-AUT-011).
    fn of_session(&self, secret: &Hash, uses: Use) -> Result<Access, Denial> {
        let session = self.signed_in(secret, uses)?;
        let until = session.until;
        let organisation = Caller::Person(session).may(Right::ReadOrganisation)?.ok_or(Code::NotFound)?;
        Ok(Access { tenant: Tenant::Organisation(organisation), until, held: Held::Session(*secret) })
    }

    /// Begins a session; gives its secret, which nobody can have known before.
    ///
    /// # Errors
    /// A failure of ours.
    pub(crate) fn begin(&self, person: asp_store::people::PersonId) -> Result<Secret, Denial> {
        let secret = Secret::random()?;
        self.people.begin(&secret.hash(Kind::Session), person, self.clock.now())?;
        Ok(secret)
    }

    fn of_token(
        &self,
        reader: &Reader<'_>,
        token: &str,
        proof: &str,
        request: &Request,
    ) -> Result<Access, Denial> {
        let now = self.clock.now();
        let grant = self.tokens().find(token, now)?;
        #[cfg(feature = "misbehave")]
        if asp_store::misbehave::is(asp_store::misbehave::Kind::IgnoresProofs) {
            let tenant = tenant(&grant.party).ok_or(Denial::Internal)?;
            return Ok(Access { tenant, until: grant.until, held: Held::Token(token.to_owned()) });
        }
        let proof = dpop::check(proof, request, Some(token), now).ok_or(Code::InvalidDpopProof)?;
        if proof.key != grant.bound_to {
            return Err(Code::InvalidToken.into());
        }
        self.check_alive(reader, token, &grant)?;
        self.tokens().use_proof(token, &proof, now)?;
        let tenant = tenant(&grant.party).ok_or(Denial::Internal)?;
        Ok(Access { tenant, until: grant.until, held: Held::Token(token.to_owned()) })
    }

    /// Whether a reader who has shown who it is may still read: its token has not ended and its key still counts, or
    /// its person is still there and signed in.
    ///
    /// # Errors
    /// [`Code::InvalidToken`], as [`Auth::authenticate`] of a person, or a failure of ours.
    pub(crate) fn check(&self, reader: &Reader<'_>, access: &Access) -> Result<(), Denial> {
        match &access.held {
            Held::Token(token) => {
                let grant = self.tokens().find(token, self.clock.now())?;
                self.check_alive(reader, token, &grant)
            }
            Held::Session(secret) => self.of_session(secret, Use::Looks).map(drop),
        }
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
