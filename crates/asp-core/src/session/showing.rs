//! How a fulfilment is shown, and the guards about it: what was agreed to show it can be known, and what is shown is that.

use super::guard::Case;
use super::{Facts, Session};
use crate::agent::Agent;
use crate::attestation::Attestation;
use crate::limits;
use crate::name::AgentUri;
use crate::position::Hash;
use crate::rejection::{Code, Rejection};
use crate::statement::body::{Body, Evidence, Fulfilment, Inform, Package, Showing};
use crate::statement::draft::canonical;

impl Session {
    /// How what a statement fulfils is to be shown; none if it is about nothing here.
    pub(crate) fn showing(&self, body: &Body) -> Option<&Showing> {
        let Body::Inform(Inform::Fulfilment(done)) = body else { return None };
        let commitment = self.commitments.get(&done.commitment)?;
        Some(commitment.shown_by(commitment.owed(&done.obligation, done.stage.as_ref())?))
    }
}

impl Case<'_> {
    /// Whoever and whatever is to show a fulfilment is known when it is offered: a schema that is registered, an agent
    /// of somebody else's that is.
    ///
    /// # Errors
    /// [`Code::UnknownSchema`], [`Code::UnknownAgent`], [`Code::AgentRetired`] or [`Code::InvalidTerms`].
    pub(super) fn showings_known(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        if self.statement.body.shown_with().len() > limits::SHOWING_SOURCES_MAX {
            return Err(Code::InvalidTerms.at("/body").by("ASP-COM-013"));
        }
        for (place, package) in self.statement.body.packages_offered() {
            known(&place, package, facts)?;
        }
        Ok(())
    }

    /// The evidence is of the method agreed, and shows what it is to show.
    ///
    /// # Errors
    /// [`Code::EvidenceMismatch`]; of an attestation also [`Code::KeyNotValid`] or [`Code::InvalidSignature`].
    pub(super) fn evidence_matches(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let other = || Code::EvidenceMismatch.at("/body/evidence"); // ASP-COM-003
        let Body::Inform(Inform::Fulfilment(done)) = &self.statement.body else { return Err(other()) };
        match (self.session.showing(&self.statement.body).ok_or_else(other)?, &done.evidence) {
            (Showing::Acknowledgement, Evidence::Acknowledgement { .. }) => Ok(()),
            (Showing::Digest { digest: agreed }, Evidence::Digest { digest }) => {
                if agreed.is_none_or(|agreed| agreed == *digest) { Ok(()) } else { Err(other()) }
            }
            (Showing::Schema { schema: agreed, .. }, Evidence::Schema { result, schema }) => {
                let refused = |place: String| Code::EvidenceMismatch.at(place).by("ASP-COM-012");
                if schema != agreed {
                    return Err(refused("/body/evidence/schema".to_owned()));
                }
                let found = facts.schemas.iter().find(|found| found.hash() == *schema);
                let found = found.ok_or_else(|| refused("/body/evidence/schema".to_owned()))?;
                if canonical(result).len() > limits::RESULT_BYTES_MAX {
                    return Err(refused("/body/evidence/result".to_owned()));
                }
                found.check(result).map_err(|at| refused(format!("/body/evidence/result{at}")))
            }
            (Showing::Attestation { by }, Evidence::Attestation { attestation }) => {
                self.attested(done, by, attestation, facts)
            }
            (
                Showing::Acknowledgement
                | Showing::Digest { .. }
                | Showing::Schema { .. }
                | Showing::Attestation { .. },
                _,
            ) => Err(other()),
        }
    }

    /// The attestation is of who was named, about this and no other fulfilment, and signed with a key that is current.
    fn attested(
        &self,
        done: &Fulfilment,
        by: &AgentUri,
        attestation: &Attestation,
        facts: &Facts<'_>,
    ) -> Result<(), Rejection> {
        let at = |code: Code, member: &str| {
            Err(code.at(format!("/body/evidence/attestation{member}")).by("ASP-COM-014"))
        };
        let claim = &attestation.claim;
        let wrong = [
            ("/claim/attester", claim.attester != *by),
            ("/claim/audience", claim.audience != self.statement.audience),
            ("/claim/commitment", claim.commitment != done.commitment),
            ("/claim/fulfilled", !claim.fulfilled),
            ("/claim/obligation", claim.obligation != done.obligation),
            ("/claim/stage", claim.stage != done.stage),
        ];
        if let Some((member, _)) = wrong.iter().find(|(_, wrong)| *wrong) {
            return at(Code::EvidenceMismatch, member);
        }
        let attester = facts.attesters.iter().find(|agent| agent.uri() == by);
        if !attester.is_some_and(|agent| !agent.retired() && agent.keys().is_current(&attestation.key_id)) {
            return at(Code::KeyNotValid, "/keyId");
        }
        if attestation.is_signed() { Ok(()) } else { at(Code::InvalidSignature, "/signature") }
    }
}

/// Whether all that a package names to show its obligations is known.
fn known(place: &str, package: &Package, facts: &Facts<'_>) -> Result<(), Rejection> {
    for (number, obligation) in package.obligations.iter().enumerate() {
        let place = format!("{place}/obligations/{number}");
        for (at, showing) in obligation.showings() {
            let refused = |code: Code, member: &str, rule| code.at(format!("{place}{at}{member}")).by(rule);
            match showing {
                Showing::Acknowledgement | Showing::Digest { .. } => {}
                Showing::Schema { schema, .. } => {
                    let found: Option<Hash> =
                        facts.schemas.iter().map(|known| known.hash()).find(|it| it == schema);
                    found.ok_or_else(|| refused(Code::UnknownSchema, "/schema", "ASP-COM-012"))?;
                }
                Showing::Attestation { by } => {
                    let attester: Option<&&Agent> = facts.attesters.iter().find(|agent| agent.uri() == by);
                    let code = match attester {
                        None => Code::UnknownAgent,
                        Some(agent) if agent.retired() => Code::AgentRetired,
                        Some(_) if by.organisation() == obligation.debtor.organisation() => {
                            Code::InvalidTerms
                        }
                        Some(_) => continue,
                    };
                    return Err(refused(code, "/by", "ASP-COM-013"));
                }
            }
        }
    }
    Ok(())
}
