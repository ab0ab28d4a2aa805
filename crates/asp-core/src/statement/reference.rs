//! What a body refers to outside its own stream: what has to be known before it can be judged.
#![expect(clippy::wildcard_enum_match_arm, reason = "few bodies refer to anything")]

use std::collections::BTreeSet;

use super::body::{Body, Counter, Disclosure, Evidence, Inform, Package, Propose, SchemaRef, Showing};
use crate::name::{AgentUri, Domain, StreamId};
use crate::position::Hash;

impl Body {
    /// The agents that it would let into a session: those invited, a newcomer, a delegate.
    #[must_use]
    pub fn lets_in(&self) -> Vec<&AgentUri> {
        match self {
            Self::Propose(Propose::Invitation(invitation)) => {
                invitation.participants.iter().map(|invitee| &invitee.agent).collect()
            }
            Self::Propose(Propose::Admission(admission)) => vec![&admission.agent],
            Self::Delegate(mandate) => vec![&mandate.to],
            _ => Vec::new(),
        }
    }

    /// The terms schemas that it offers for a session.
    #[must_use]
    pub fn schemas_offered(&self) -> &[SchemaRef] {
        let offered = match self {
            Self::Propose(Propose::Invitation(invitation)) => &invitation.schemas,
            Self::Counter(Counter::Conditions(conditions)) => &conditions.schemas,
            _ => &None,
        };
        offered.as_deref().unwrap_or_default()
    }

    /// The packages that it offers, each with its place in the statement.
    #[must_use]
    pub fn packages_offered(&self) -> Vec<(String, &Package)> {
        match self {
            Self::Propose(Propose::Proposal(offer)) | Self::Counter(Counter::CounterOffer(offer)) => {
                let numbered = offer.packages.iter().enumerate();
                numbered.map(|(number, package)| (format!("/body/packages/{number}"), package)).collect()
            }
            Self::Propose(Propose::Amendment(change)) => vec![("/body/package".to_owned(), &change.package)],
            _ => Vec::new(),
        }
    }

    /// The streams of who is to show, or shows here, that something is fulfilled: attesters, and the organisations that
    /// registered schemas of results.
    #[must_use]
    pub fn shown_with(&self) -> BTreeSet<StreamId> {
        if let Self::Inform(Inform::Fulfilment(done)) = self
            && let Evidence::Attestation { attestation } = &done.evidence
        {
            return [StreamId::Agent(attestation.claim.attester.clone())].into();
        }
        let packages = self.packages_offered();
        let obligations = packages.iter().flat_map(|(_, package)| &package.obligations);
        let named = |(_, showing): (String, &Showing)| match showing {
            Showing::Acknowledgement | Showing::Digest { .. } | Showing::Schema { by: None, .. } => None,
            Showing::Schema { by: Some(domain), .. } => Some(StreamId::Org(domain.clone())),
            Showing::Attestation { by } => Some(StreamId::Agent(by.clone())),
        };
        obligations.flat_map(|obligation| obligation.showings()).filter_map(named).collect()
    }

    /// The schemas that results are to follow by what it offers, with who registered them.
    #[must_use]
    pub fn result_schemas(&self) -> Vec<(Hash, Option<Domain>)> {
        let packages = self.packages_offered();
        let obligations = packages.iter().flat_map(|(_, package)| &package.obligations);
        let schema = |(_, showing): (String, &Showing)| match showing {
            Showing::Schema { by, schema } => Some((*schema, by.clone())),
            Showing::Acknowledgement | Showing::Digest { .. } | Showing::Attestation { .. } => None,
        };
        let all: BTreeSet<_> =
            obligations.flat_map(|obligation| obligation.showings()).filter_map(schema).collect();
        all.into_iter().collect()
    }

    /// The organisation that it asks for consent.
    #[must_use]
    pub const fn asks_consent_of(&self) -> Option<&Domain> {
        match self {
            Self::ConsentRequest(request) => Some(&request.with),
            _ => None,
        }
    }

    /// The session that a dispute is filed about, and the dispute that an award is by.
    #[must_use]
    pub fn stream_named(&self) -> Option<StreamId> {
        match self {
            Self::DisputeFile(file) => Some(StreamId::Session(file.session)),
            Self::Inform(Inform::Award(award)) => Some(StreamId::Dispute(award.dispute)),
            _ => None,
        }
    }

    /// What of sealed statements it lets others read.
    #[must_use]
    pub fn disclosures(&self) -> &[Disclosure] {
        let shown = match self {
            Self::DisputeFile(file) => &file.disclosures,
            Self::DisputeRespond(respond) => &respond.disclosures,
            Self::DisputeEvidence(more) => &more.disclosures,
            _ => return &[],
        };
        shown.as_deref().unwrap_or_default()
    }

    /// The consents that it names.
    #[must_use]
    pub fn consents_named(&self) -> Vec<&Hash> {
        match self {
            Self::Propose(Propose::Invitation(invitation)) => invitation.consents.iter().collect(),
            Self::Propose(Propose::Admission(admission)) => admission.consents.iter().collect(),
            Self::Delegate(mandate) => mandate.consent.iter().collect(),
            _ => Vec::new(),
        }
    }
}
