//! Consent between two organisations: who may do what for which purpose, until when.
//! Knows no sessions; a session asks [`Consent::standing`], [`Consent::covers`] and [`Consent::fell_away`].
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

use std::collections::BTreeSet;

use crate::amount::Money;
use crate::limits;
use crate::name::{Capability, Domain, Issuer};
use crate::org::Organisation;
use crate::position::{Hash, Head, LogPoint, LogTime, Position};
use crate::rejection::{Code, Rejection};
use crate::session::table::Performative;
use crate::statement::Verified;
use crate::statement::body::{Body, ConsentNarrow, ConsentRequest, ConsentRule, DataClass, Name, TrustFloor};
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

/// How the organisation that was asked granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// By a statement of its own.
    Statement,
    /// By a rule of its policy, which the request fits.
    Rule {
        /// The place of the policy in the log.
        policy: Position,
        /// What whoever invites its agents under the consent has to have earned in its eyes.
        floor: Option<TrustFloor>,
    },
}

/// A statement that took a part of the consent away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowing {
    /// Who said it.
    pub by: Domain,
    /// Where in the log.
    pub at: LogPoint,
    /// What sessions could be about until then.
    pub capabilities: BTreeSet<Capability>,
}

/// The state of a `consent:` stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    id: Hash,
    by: Domain,
    terms: ConsentRequest,
    grant: Option<Grant>,
    narrowings: Vec<Narrowing>,
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
    ///
    /// `with` is the organisation that is asked, whose policy may grant at once.
    #[must_use]
    pub fn open(accepted: &Accepted, with: Option<&Organisation>) -> Option<Self> {
        let statement = accepted.statement();
        let (Body::ConsentRequest(request), Issuer::Organisation(by)) = (&statement.body, &statement.issuer)
        else {
            return None;
        };
        Some(Self {
            id: statement.hash,
            by: by.clone(),
            terms: request.clone(),
            grant: with.and_then(|with| by_rule(with, request, accepted.at())),
            narrowings: Vec::new(),
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
            Body::ConsentNarrow(narrow) => self.decide_narrow(narrow, at.time),
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
        if now >= self.terms.expires_at {
            return Err(Code::ConsentExpired.at("/type").by("ASP-CON-004"));
        }
        if *domain == self.by || self.grant.is_some() {
            Err(Code::AlreadyGranted.at("/type"))
        } else {
            Ok(())
        } // ASP-CON-005
    }

    /// It has not ended, and each member that is named allows less than it did.
    fn decide_narrow(&self, narrow: &ConsentNarrow, now: LogTime) -> Result<(), Rejection> {
        let refused = |code: Code, place: &str| code.at(place).by("ASP-CON-014");
        if self.revoked.is_some() {
            return Err(refused(Code::ConsentRevoked, "/type"));
        }
        if now >= self.terms.expires_at {
            return Err(refused(Code::ConsentExpired, "/type"));
        }
        if self.narrowings.len() >= limits::CONSENT_NARROWINGS_MAX {
            return Err(refused(Code::NarrowingLimit, "/type"));
        }
        let terms = &self.terms;
        let ConsentNarrow { capabilities, ceiling, data_classes, expires_at, fields, performatives, .. } =
            narrow;
        let all_classes = || DataClass::ALL.into_iter().collect();
        let all_performatives = || Performative::all().into_iter().collect();
        let less = [
            (
                "/body/capabilities",
                capabilities.as_ref().is_none_or(|to| fewer_capabilities(&terms.capabilities, to)),
            ),
            ("/body/ceiling", ceiling.as_ref().is_none_or(|to| lower(terms.ceiling.as_ref(), to))),
            (
                "/body/dataClasses",
                data_classes
                    .as_ref()
                    .is_none_or(|to| fewer(&known(terms.data_classes.as_ref(), all_classes), to)),
            ),
            ("/body/expiresAt", expires_at.is_none_or(|to| now < to && to < terms.expires_at)),
            (
                "/body/fields",
                fields.as_ref().is_none_or(|to| terms.fields.as_ref().is_none_or(|from| fewer(from, to))),
            ),
            (
                "/body/performatives",
                performatives
                    .as_ref()
                    .is_none_or(|to| fewer(&known(terms.performatives.as_ref(), all_performatives), to)),
            ),
        ];
        match less.into_iter().find(|(_, less)| !less) {
            Some((place, _)) => Err(refused(Code::NotNarrower, place)),
            None => Ok(()),
        }
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
            Body::ConsentGrant(_) => self.grant = Some(Grant::Statement),
            Body::ConsentNarrow(narrow) => self.narrow(narrow, accepted),
            Body::ConsentRevoke(_) => {
                self.revoked = accepted.statement().issuer.organisation().map(|by| (by, accepted.at()));
            }
            Body::ConsentAcknowledge(_) => self.acknowledged = Some(accepted.at()),
            _ => {}
        }
        self.head = accepted.head();
    }

    fn narrow(&mut self, narrow: &ConsentNarrow, accepted: &Accepted) {
        let Some(by) = accepted.statement().issuer.organisation() else { return };
        let capabilities = self.terms.capabilities.clone();
        self.narrowings.push(Narrowing { by, at: accepted.at(), capabilities });
        let ConsentNarrow { capabilities, ceiling, data_classes, expires_at, fields, performatives, .. } =
            narrow.clone();
        let terms = &mut self.terms;
        terms.capabilities = capabilities.unwrap_or_else(|| std::mem::take(&mut terms.capabilities));
        terms.ceiling = ceiling.or_else(|| terms.ceiling.take());
        terms.data_classes = data_classes.or_else(|| terms.data_classes.take());
        terms.expires_at = expires_at.unwrap_or(terms.expires_at);
        terms.fields = fields.or_else(|| terms.fields.take());
        terms.performatives = performatives.or_else(|| terms.performatives.take());
    }

    /// Where it stands at an instant of log time.
    #[must_use]
    pub fn standing(&self, now: LogTime) -> Standing {
        if self.revoked.is_some() {
            Standing::Revoked
        } else if now >= self.terms.expires_at {
            Standing::Expired
        } else if self.grant.is_some() {
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
            && lies_within(capability, &self.terms.capabilities)
    }

    /// Where in the log, after `since`, it ceased to cover `capability`; none if it never did so, or still does.
    ///
    /// For whoever began something at `since` that it covered.
    #[must_use]
    pub fn fell_away(&self, capability: &Capability, since: Position) -> Option<LogPoint> {
        // What it covered before each narrowing beside what it covered after it.
        let after = self.narrowings.iter().skip(1).map(|next| &next.capabilities);
        let after = after.chain([&self.terms.capabilities]);
        let mut pairs = self.narrowings.iter().zip(after).filter(|(narrowing, _)| narrowing.at.index > since);
        let fell = pairs.find(|(narrowing, after)| {
            lies_within(capability, &narrowing.capabilities) && !lies_within(capability, after)
        });
        fell.map(|(narrowing, _)| narrowing.at)
    }

    /// What whoever of `home` invites agents of the organisation that granted has to have earned in its eyes.
    #[must_use]
    pub fn floor(&self, home: &Domain) -> Option<(&Domain, &TrustFloor)> {
        match &self.grant {
            Some(Grant::Rule { floor: Some(floor), .. }) if *home == self.by => {
                Some((&self.terms.with, floor))
            }
            Some(Grant::Rule { .. } | Grant::Statement) | None => None,
        }
    }

    /// Whether it lets a party use the performative.
    #[must_use]
    pub fn permits(&self, performative: Performative) -> bool {
        self.terms.performatives.as_ref().is_none_or(|list: &BTreeSet<_>| list.contains(&performative))
    }

    /// Whether it lets a member of data or terms flow that has this name and is of this class.
    ///
    /// # Errors
    /// [`Code::FieldNotConsented`] or [`Code::DataClassNotConsented`].
    pub fn lets_flow(&self, name: &str, class: DataClass) -> Result<(), Code> {
        let named = |fields: &BTreeSet<Name>| fields.iter().any(|field| field.as_str() == name);
        if !self.terms.fields.as_ref().is_none_or(named) {
            return Err(Code::FieldNotConsented); // ASP-CON-010
        }
        let classes = self.terms.data_classes.as_ref();
        if classes.is_none_or(|classes| classes.contains(&class)) {
            Ok(())
        } else {
            Err(Code::DataClassNotConsented) // ASP-CON-011
        }
    }

    /// Whether the organisation is one of the two.
    #[must_use]
    pub fn is_party(&self, domain: &Domain) -> bool {
        *domain == self.by || *domain == self.terms.with
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

    /// What was asked, without what was taken away since.
    #[must_use]
    pub const fn terms(&self) -> &ConsentRequest {
        &self.terms
    }

    /// How the other side granted; none if it has not.
    #[must_use]
    pub const fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
    }

    /// What took away a part of it, in the order of the log.
    #[must_use]
    pub fn narrowings(&self) -> &[Narrowing] {
        &self.narrowings
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

/// The grant by a rule of the organisation that is asked, of those that the request fits the first.
fn by_rule(with: &Organisation, request: &ConsentRequest, at: LogPoint) -> Option<Grant> {
    let (policy, rules) = with.consent_rules_at(at.index)?;
    let rule = rules.iter().find(|rule| fits(request, rule, at.time))?; // ASP-CON-012
    Some(Grant::Rule { policy, floor: rule.floor.clone() })
}

/// Whether a request asks for no more than a rule grants. What a rule bounds, a request has to bound too.
fn fits(request: &ConsentRequest, rule: &ConsentRule, now: LogTime) -> bool {
    let classes = |most: &BTreeSet<DataClass>| {
        request.data_classes.as_ref().is_some_and(|classes| classes.is_subset(most))
    };
    let ceiling = |most: &Money| {
        let asked = request.ceiling.as_ref();
        asked.is_some_and(|asked| asked.currency == most.currency && asked.amount <= most.amount)
    };
    request.capabilities.iter().all(|capability| lies_within(capability, &rule.capabilities))
        && rule.ceiling.as_ref().is_none_or(ceiling)
        && rule.data_classes.as_ref().is_none_or(classes)
        && request.expires_at.since(now) <= rule.lasts_ms
}

fn lies_within(capability: &Capability, wider: &BTreeSet<Capability>) -> bool {
    wider.iter().any(|wider| capability.is_within(wider))
}

/// Whether everything lies within what was, and something that was does not lie within it.
fn fewer_capabilities(from: &BTreeSet<Capability>, to: &BTreeSet<Capability>) -> bool {
    to.iter().all(|capability| lies_within(capability, from))
        && !from.iter().all(|capability| lies_within(capability, to))
}

fn fewer<T: Ord>(from: &BTreeSet<T>, to: &BTreeSet<T>) -> bool {
    to.is_subset(from) && to.len() < from.len()
}

fn lower(from: Option<&Money>, to: &Money) -> bool {
    from.is_none_or(|from| to.currency == from.currency && to.amount < from.amount)
}

/// What is named, or all that there is where nothing is.
fn known<T: Clone>(named: Option<&BTreeSet<T>>, all: impl Fn() -> BTreeSet<T>) -> BTreeSet<T> {
    named.cloned().unwrap_or_else(all)
}
