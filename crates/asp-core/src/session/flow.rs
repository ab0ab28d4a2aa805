//! The guard about data: what flows with a statement, member by member, and whether the consents let it.
//!
//! What machines read is data: the terms of packages, and `data` of a note, a question or an answer. Sentences for
//! people are not: no rule reads them.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a guard asks for the bodies that carry data; every other is answered alike"
)]

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Facts;
use super::guard::Case;
use crate::consent::Consent;
use crate::position::Hash;
use crate::rejection::{Code, Rejection};
use crate::statement::body::{Body, Counter, DataClass, Inform, Package, Propose};

/// What flows together: its place in the statement, its members, and the schema that says of what class they are.
struct Flow<'a> {
    place: String,
    members: &'a Map<String, Value>,
    schema: Option<&'a Hash>,
}

impl<'a> Case<'a> {
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
        for Flow { place, members, schema } in self.flows() {
            let schema = facts.schemas.iter().find(|known| Some(&known.hash()) == schema);
            for name in members.keys() {
                let class = schema.map_or(DataClass::Internal, |schema| schema.class_of(name));
                let mut verdicts = consents.iter().map(|consent| consent.lets_flow(name, class));
                if let Some(code) = verdicts.find_map(Result::err) {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    return Err(code.at(format!("{place}/{name}")).by(rule(code)));
                }
            }
        }
        Ok(())
    }

    fn flows(&self) -> Vec<Flow<'a>> {
        let terms = |place: String, package: &'a Package| Flow {
            place: format!("{place}/terms"),
            members: &package.terms,
            schema: package.schema.as_ref(),
        };
        let data = match &self.statement.body {
            Body::Propose(Propose::Proposal(offer)) | Body::Counter(Counter::CounterOffer(offer)) => {
                let numbered = offer.packages.iter().enumerate();
                return numbered
                    .map(|(number, package)| terms(format!("/body/packages/{number}"), package))
                    .collect();
            }
            Body::Propose(Propose::Amendment(change)) => {
                return vec![terms("/body/package".to_owned(), &change.package)];
            }
            Body::Inform(Inform::Note(note)) | Body::Clarify(note) | Body::Observe(note) => &note.data,
            Body::Query(question) => &question.data,
            _ => return Vec::new(),
        };
        let flow = |members| Flow { place: "/body/data".to_owned(), members, schema: None };
        data.iter().map(flow).collect()
    }
}

fn rule(code: Code) -> &'static str {
    if code == Code::FieldNotConsented { "ASP-CON-010" } else { "ASP-CON-011" }
}
