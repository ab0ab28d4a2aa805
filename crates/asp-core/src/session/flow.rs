//! The guard about data: what flows with a statement, member by member, and whether the consents let it.
//!
//! What machines read is data: the terms of packages, and `data` of a note, a question or an answer. Sentences for
//! people are not: no rule reads them. What a fulfilment shows by a schema is data too; it was agreed with the terms, so no
//! consent is asked about it, but who comes in later is.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a guard asks for the bodies that carry data; every other is answered alike"
)]

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Facts;
use super::guard::Case;
use crate::consent::Consent;
use crate::limits;
use crate::position::Hash;
use crate::rejection::{Code, Rejection};
use crate::statement::body::{Accept, Body, Counter, DataClass, Evidence, Inform, Name, Package, Propose};
use crate::terms::TermsSchema;

/// What flows together: its place in the statement, its members, and the schema that says of what class they are.
struct Flow<'a> {
    place: String,
    members: &'a Map<String, Value>,
    schema: Option<&'a Hash>,
}

/// The members of data that were said in a session so far: what whoever comes in later reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Flowed {
    /// By the schema that says of what class they are.
    members: BTreeSet<(Option<Hash>, Name)>,
    /// Whether there were more than are kept, or one whose name no consent can have.
    more: bool,
}

impl Flowed {
    /// Takes in what flows with a statement.
    pub(super) fn note(&mut self, body: &Body) {
        for Flow { members, schema, .. } in flows(body) {
            for name in members.keys() {
                let member = name.parse().ok().map(|name: Name| (schema.copied(), name));
                let room = self.members.len() < limits::FLOWED_MEMBERS_MAX;
                match member {
                    Some(member) if room || self.members.contains(&member) => {
                        self.members.insert(member);
                    }
                    Some(_) | None => self.more = true,
                }
            }
        }
    }

    /// Whether a consent would have let all of it flow.
    ///
    /// # Errors
    /// [`Code::FieldNotConsented`] or [`Code::DataClassNotConsented`].
    fn within(&self, consent: &Consent, schemas: &[TermsSchema]) -> Result<(), Code> {
        let bounds = consent.terms().fields.is_some() || consent.terms().data_classes.is_some();
        if self.more && bounds {
            return Err(Code::FieldNotConsented);
        }
        self.members.iter().try_for_each(|(schema, name)| {
            let known = |hash: &Hash| schemas.iter().any(|schema| schema.hash() == *hash);
            let class = match schema {
                // The schema of a result need not be one of the session's: then nobody knows how far its members may go.
                Some(hash) if !known(hash) => DataClass::Special,
                Some(_) | None => class_of(name.as_str(), schema.as_ref(), schemas),
            };
            consent.lets_flow(name.as_str(), class)
        })
    }
}

impl Case<'_> {
    /// What was said before is what the consents let flow by which the statement lets somebody come in and read it.
    ///
    /// # Errors
    /// [`Code::FieldNotConsented`] or [`Code::DataClassNotConsented`], where the consents are named.
    pub(super) fn history_flows(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let own = |consent: &Consent| {
            let homes = self.agent().into_iter().chain(self.statement.issuer.agent());
            homes.into_iter().any(|agent| consent.is_party(&agent.organisation()))
        };
        let (named, place): (Vec<Hash>, _) = match &self.statement.body {
            Body::Propose(Propose::Admission(asks)) => {
                (asks.consents.iter().copied().collect(), "/body/consents")
            }
            Body::Delegate(mandate) => (mandate.consent.into_iter().collect(), "/body/consent"),
            Body::Accept(Accept::Admission(_)) => {
                let asks = self.admission().map(|asks| asks.consents.iter().copied().collect());
                (asks.unwrap_or_default(), "/inReplyTo")
            }
            _ => return Ok(()),
        };
        // A consent of others is answered by the guards that follow like one that does not exist.
        let consents = facts.further.iter().filter(|consent| named.contains(&consent.id()));
        let known = matches!(self.statement.body, Body::Accept(_));
        consents.filter(|consent| known || own(consent)).try_for_each(|consent| {
            let within = self.session.flowed.within(consent, &facts.schemas);
            within.map_err(|code| code.at(place).by("ASP-CON-016"))
        })
    }
}

impl Case<'_> {
    /// Each member of what flows is one that every consent in question lets flow.
    ///
    /// What is said reaches everybody who reads the session, so it is asked of all consents that anybody reads it by,
    /// those of delegates too.
    ///
    /// # Errors
    /// [`Code::FieldNotConsented`] or [`Code::DataClassNotConsented`], at the first member in question.
    pub(super) fn data_flows(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let readers: BTreeSet<&Hash> = self.session.further_consents().collect();
        let further = facts.further.iter().filter(|consent| readers.contains(&consent.id()));
        let consents: Vec<&Consent> = facts.consents.iter().chain(further).copied().collect();
        for Flow { place, members, schema } in flows(&self.statement.body) {
            for name in members.keys() {
                let class = class_of(name, schema, &facts.schemas);
                let mut verdicts = consents.iter().map(|consent| consent.lets_flow(name, class));
                if let Some(code) = verdicts.find_map(Result::err) {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    return Err(code.at(format!("{place}/{name}")).by(rule(code)));
                }
            }
        }
        Ok(())
    }
}

/// What flows with a statement.
fn flows(body: &Body) -> Vec<Flow<'_>> {
    fn terms(place: String, package: &Package) -> Flow<'_> {
        Flow { place: format!("{place}/terms"), members: &package.terms, schema: package.schema.as_ref() }
    }
    let data = match body {
        Body::Propose(Propose::Proposal(offer)) | Body::Counter(Counter::CounterOffer(offer)) => {
            let numbered = offer.packages.iter().enumerate();
            return numbered
                .map(|(number, package)| terms(format!("/body/packages/{number}"), package))
                .collect();
        }
        Body::Propose(Propose::Amendment(change)) => {
            return vec![terms("/body/package".to_owned(), &change.package)];
        }
        Body::Inform(Inform::Fulfilment(done)) => {
            let Evidence::Schema { result, schema } = &done.evidence else { return Vec::new() };
            let place = "/body/evidence/result".to_owned();
            return vec![Flow { place, members: result, schema: Some(schema) }];
        }
        Body::Inform(Inform::Note(note)) | Body::Clarify(note) | Body::Observe(note) => &note.data,
        Body::Query(question) => &question.data,
        _ => return Vec::new(),
    };
    let flow = |members| Flow { place: "/body/data".to_owned(), members, schema: None };
    data.iter().map(flow).collect()
}

/// The class of a member, as the schema among those that are known marks it.
fn class_of(name: &str, schema: Option<&Hash>, known: &[TermsSchema]) -> DataClass {
    let schema = known.iter().find(|known| Some(&known.hash()) == schema);
    schema.map_or(DataClass::Internal, |schema| schema.class_of(name))
}

fn rule(code: Code) -> &'static str {
    if code == Code::FieldNotConsented { "ASP-CON-010" } else { "ASP-CON-011" }
}
