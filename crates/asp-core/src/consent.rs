//! Consent between two organisations: who may do what for which purpose, until when.
//! Knows no sessions; a session asks [`Consent::standing`] and [`Consent::covers`].
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

use std::collections::BTreeSet;

use crate::name::{Capability, Domain, Issuer};
use crate::org::Organisation;
use crate::position::{Hash, Head, LogPoint, LogTime};
use crate::rejection::{Code, Rejection};
use crate::session::table::Performative;
use crate::statement::Verified;
use crate::statement::body::{Body, ConsentRequest, DataClass, Name};
use crate::stream::Accepted;

/// Where a consent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Asked; the other side has not granted.
    Requested,
    /// In force.
    Granted,
    /// Its time is over.
    Expired,
    /// One side took it back.
    Revoked,
}

impl Standing {
    /// The word that reading shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Granted => "GRANTED",
            Self::Expired => "EXPIRED",
            Self::Revoked => "REVOKED",
        }
    }
}

/// The state of a `consent:` stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    id: Hash,
    by: Domain,
    request: ConsentRequest,
    granted: bool,
    revoked: Option<(Domain, LogPoint)>,
    acknowledged: Option<LogPoint>,
    head: Head,
    requested: LogPoint,
}

impl Consent {
    /// Judges the request that would open the stream.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide_opening(
        verified: &Verified,
        at: LogPoint,
        by: Option<&Organisation>,
        with: Option<&Organisation>,
    ) -> Result<(), Rejection> {
        let statement = verified.statement();
        let (Body::ConsentRequest(request), Issuer::Organisation(issuer)) =
            (&statement.body, &statement.issuer)
        else {
            return Err(Code::NotAParty.at("/issuer").by("ASP-CON-003"));
        };
        let by = by.ok_or_else(|| Code::UnknownOrganisation.at("/issuer"))?;
        by.keys().check_signers(verified, &[])?;
        if request.with == *issuer {
            return Err(Code::InvalidBody.at("/body/with").by("ASP-CON-001"));
        }
        if with.is_none() {
            return Err(Code::UnknownOrganisation.at("/body/with").by("ASP-CON-001"));
        }
        if request.expires_at <= at.time {
            return Err(Code::InvalidBody.at("/body/expiresAt").by("ASP-CON-002"));
        }
        Ok(())
    }

    /// The stream after its first statement; none if that is no request by an organisation.
    #[must_use]
    pub fn open(accepted: &Accepted) -> Option<Self> {
        let statement = accepted.statement();
        let (Body::ConsentRequest(request), Issuer::Organisation(by)) = (&statement.body, &statement.issuer)
        else {
            return None;
        };
        Some(Self {
            id: statement.hash,
            by: by.clone(),
            request: request.clone(),
            granted: false,
            revoked: None,
            acknowledged: None,
            head: accepted.head(),
            requested: accepted.at(),
        })
    }

    /// Judges a further statement. `issuer` is the organisation that signs, if it is registered.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide(
        &self,
        verified: &Verified,
        at: LogPoint,
        issuer: Option<&Organisation>,
    ) -> Result<(), Rejection> {
        let statement = verified.statement();
        let Issuer::Organisation(domain) = &statement.issuer else {
            return Err(Code::NotAParty.at("/issuer").by("ASP-CON-003"));
        };
        if !self.is_party(domain) {
            return Err(Code::NotAParty.at("/issuer").by("ASP-CON-003"));
        }
        issuer.ok_or_else(|| Code::UnknownOrganisation.at("/issuer"))?.keys().check_signers(verified, &[])?;
        match &statement.body {
            Body::ConsentGrant(_) => self.decide_grant(domain, at.time),
            Body::ConsentRevoke(_) if self.revoked.is_some() => {
                Err(Code::ConsentRevoked.at("/type").by("ASP-CON-006"))
            }
            Body::ConsentRevoke(_) => Ok(()),
            Body::ConsentAcknowledge(_) => self.decide_acknowledge(domain),
            _ => Err(Code::UnknownType.at("/type")),
        }
    }

    fn decide_grant(&self, domain: &Domain, now: LogTime) -> Result<(), Rejection> {
        if self.revoked.is_some() {
            return Err(Code::ConsentRevoked.at("/type").by("ASP-CON-004"));
        }
        if now >= self.request.expires_at {
            return Err(Code::ConsentExpired.at("/type").by("ASP-CON-004"));
        }
        if *domain == self.by || self.granted { Err(Code::AlreadyGranted.at("/type")) } else { Ok(()) } // ASP-CON-005
    }

    fn decide_acknowledge(&self, domain: &Domain) -> Result<(), Rejection> {
        match &self.revoked {
            Some((by, _)) if by != domain && self.acknowledged.is_none() => Ok(()),
            _ => Err(Code::NotRevoked.at("/type")), // ASP-CON-007
        }
    }

    /// Total: what is passed in has been judged.
    pub fn apply(&mut self, accepted: &Accepted) {
        match &accepted.statement().body {
            Body::ConsentGrant(_) => self.granted = true,
            Body::ConsentRevoke(_) => {
                self.revoked = accepted.statement().issuer.organisation().map(|by| (by, accepted.at()));
            }
            Body::ConsentAcknowledge(_) => self.acknowledged = Some(accepted.at()),
            _ => {}
        }
        self.head = accepted.head();
    }

    /// Where it stands at an instant of log time.
    #[must_use]
    pub fn standing(&self, now: LogTime) -> Standing {
        if self.revoked.is_some() {
            Standing::Revoked
        } else if now >= self.request.expires_at {
            Standing::Expired
        } else if self.granted {
            Standing::Granted
        } else {
            Standing::Requested
        }
    }

    /// Whether it lets these two organisations meet about `capability`.
    #[must_use]
    pub fn covers(&self, one: &Domain, other: &Domain, capability: &Capability) -> bool {
        one != other
            && self.is_party(one)
            && self.is_party(other)
            && self.request.capabilities.iter().any(|wider| capability.is_within(wider))
    }

    /// Whether it lets a party use the performative.
    #[must_use]
    pub fn permits(&self, performative: Performative) -> bool {
        self.request.performatives.as_ref().is_none_or(|list: &BTreeSet<_>| list.contains(&performative))
    }

    /// Whether it lets a member of data or terms flow that has this name and is of this class.
    ///
    /// # Errors
    /// [`Code::FieldNotConsented`] or [`Code::DataClassNotConsented`].
    pub fn lets_flow(&self, name: &str, class: DataClass) -> Result<(), Code> {
        let named = |fields: &BTreeSet<Name>| fields.iter().any(|field| field.as_str() == name);
        if !self.request.fields.as_ref().is_none_or(named) {
            return Err(Code::FieldNotConsented); // ASP-CON-010
        }
        let classes = self.request.data_classes.as_ref();
        if classes.is_none_or(|classes| classes.contains(&class)) {
            Ok(())
        } else {
            Err(Code::DataClassNotConsented) // ASP-CON-011
        }
    }

    /// Whether the organisation is one of the two.
    #[must_use]
    pub fn is_party(&self, domain: &Domain) -> bool {
        *domain == self.by || *domain == self.request.with
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> Hash {
        self.id
    }

    /// Who asked.
    #[must_use]
    pub const fn by(&self) -> &Domain {
        &self.by
    }

    /// What was asked.
    #[must_use]
    pub const fn request(&self) -> &ConsentRequest {
        &self.request
    }

    /// Who revoked it, and where in the log.
    #[must_use]
    pub const fn revoked(&self) -> Option<&(Domain, LogPoint)> {
        self.revoked.as_ref()
    }

    /// Where in the log the other side confirmed the revocation; none if it has not.
    #[must_use]
    pub const fn acknowledged(&self) -> Option<LogPoint> {
        self.acknowledged
    }

    /// The last statement.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// When it was asked.
    #[must_use]
    pub const fn requested(&self) -> LogPoint {
        self.requested
    }
}
