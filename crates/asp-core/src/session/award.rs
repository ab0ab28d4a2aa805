//! What a dispute that has ended makes of an obligation. The node says it in the session, once for each dispute and
//! obligation, and it is exactly what the dispute says; knows nothing of how the dispute went.

use super::table::State;
use super::{Duty, Effect, Progress, Session};
use crate::dispute::{Dispute, Verdict, subjects};
use crate::position::Hash;
use crate::statement::body::{
    Award, AwardPayment, DisputeFile, DisputeOutcome, DisputeReason, ObligationEnd, Rung,
};
use crate::stream::Accepted;
use crate::trust::Outcome;

impl Session {
    /// The next award that a dispute makes due here, in the order of the terms; none while it is open, if it came to
    /// nothing that stands, or if all of it has been said.
    #[must_use]
    pub fn award_due(&self, dispute: &Dispute) -> Option<Award> {
        let verdict = dispute.ended().filter(|verdict| verdict.stands())?;
        let file = dispute.filing();
        if file.session != self.id {
            return None;
        }
        let duties = subjects(file, self.commitments.get(&file.commitment)?);
        let place = duties.iter().position(|duty| !duty.awards.contains(&dispute.id()))?;
        let duty = duties.get(place)?;
        Some(Award {
            becomes: becomes(duty, file, verdict),
            commitment: file.commitment,
            dispute: dispute.id(),
            obligation: duty.obligation.id.clone(),
            outcome: verdict.outcome,
            // What is paid is paid once, however many obligations it was about.
            pays: if place == 0 { pays(file, verdict) } else { None },
        })
    }

    /// Applies an award; the outcome before it ceases to count from here on (ASP-DIS-014), and what was held goes to whom
    /// it gives it (ASP-DIS-017).
    pub(super) fn award(&mut self, award: &Award, accepted: &Accepted, effects: &mut Vec<Effect>) {
        let at = accepted.at();
        let ended = matches!(self.state, State::Closed | State::Failed);
        let Some(commitment) = self.commitments.get_mut(&award.commitment) else { return };
        let Some(before) = commitment.awarded(&award.obligation, award.dispute) else { return };
        effects.push(Effect::Commitment(award.commitment));
        let (progress, outcome) = match award.becomes {
            ObligationEnd::Unchanged => return,
            ObligationEnd::Fulfilled => (Progress::Fulfilled { at: at.time }, Some(Outcome::Fulfilled)),
            ObligationEnd::Breached => (Progress::Breached, Some(Outcome::Breached)),
            ObligationEnd::Lapsed => (Progress::Lapsed, None),
        };
        if before == progress {
            return;
        }
        let value = |outcome| {
            let duty = commitment.duty(&award.obligation)?;
            Some((outcome, duty.judged_value(outcome)))
        };
        let settled = outcome.and_then(value);
        let overruled = commitment.overrule(&award.obligation, progress, at);
        let shares = award.pays.as_ref();
        let shares = shares.map(|pays| commitment.awarded_shares(&award.obligation, pays, award.becomes));
        let mut moved = commitment.divide(&shares.unwrap_or_default());
        moved.extend(commitment.release(at));
        commitment.follow(&award.obligation, ended);
        effects.extend(overruled.into_iter().map(|settled| Effect::Overruled { settled, at }));
        effects.extend(moved.into_iter().map(Effect::Moved));
        // The node's word is nobody's signature.
        let evidence = |it| self.evidence(&award.commitment, &award.obligation, it, Vec::new(), accepted);
        effects.extend(settled.and_then(evidence));
    }

    /// Whether this is the hash of a statement of the session.
    #[must_use]
    pub fn has_said(&self, statement: &Hash) -> bool {
        self.said.contains(statement)
    }
}

/// What becomes of a duty.
fn becomes(duty: &Duty, file: &DisputeFile, verdict: &Verdict) -> ObligationEnd {
    let filer_owes = duty.obligation.debtor == file.party;
    let holds = match verdict.outcome {
        DisputeOutcome::Upheld => true,
        DisputeOutcome::Dismissed | DisputeOutcome::Abusive => false,
        DisputeOutcome::Partly | DisputeOutcome::Undecided => return in_part(duty, verdict),
    };
    match file.reason {
        // Nobody owed it like this: it says nothing about who was to owe it.
        DisputeReason::Impersonation | DisputeReason::UnauthorisedChange if holds => {
            return lapsed(duty, verdict);
        }
        DisputeReason::Impersonation | DisputeReason::UnauthorisedChange | DisputeReason::EscrowViolation => {
            return ObligationEnd::Unchanged;
        }
        DisputeReason::NonDelivery | DisputeReason::Late | DisputeReason::NotAsAgreed => {}
    }
    let creditor_right = holds != filer_owes;
    match (duty.in_question(), creditor_right) {
        (Progress::Lapsed, _)
        | (Progress::Open | Progress::Fulfilled { .. }, false)
        | (Progress::Breached, true) => ObligationEnd::Unchanged,
        (
            Progress::Open | Progress::Delivered { .. } | Progress::Contested | Progress::Fulfilled { .. },
            true,
        ) => ObligationEnd::Breached,
        (Progress::Delivered { .. } | Progress::Contested, false) => ObligationEnd::Fulfilled,
        (Progress::Breached, false) => lapsed(duty, verdict),
    }
}

/// Each side is right in part: what was open to doubt says nothing about anybody.
fn in_part(duty: &Duty, verdict: &Verdict) -> ObligationEnd {
    match verdict.outcome {
        DisputeOutcome::Partly => lapsed(duty, verdict),
        DisputeOutcome::Upheld
        | DisputeOutcome::Dismissed
        | DisputeOutcome::Abusive
        | DisputeOutcome::Undecided => ObligationEnd::Unchanged,
    }
}

/// Lapsed, unless the parties would take back a breach among themselves: that is not theirs to undo.
fn lapsed(duty: &Duty, verdict: &Verdict) -> ObligationEnd {
    match duty.in_question() {
        Progress::Lapsed => ObligationEnd::Unchanged,
        Progress::Breached if verdict.rung == Some(Rung::Settlement) => ObligationEnd::Unchanged,
        Progress::Open
        | Progress::Delivered { .. }
        | Progress::Fulfilled { .. }
        | Progress::Contested
        | Progress::Breached => ObligationEnd::Lapsed,
    }
}

/// Who pays whom: the other side who files, or who files the other side if it should not have.
fn pays(file: &DisputeFile, verdict: &Verdict) -> Option<AwardPayment> {
    let amount = verdict.amount.clone()?;
    let (from, to) = match verdict.outcome {
        DisputeOutcome::Abusive => (&file.party, &file.against),
        DisputeOutcome::Upheld
        | DisputeOutcome::Partly
        | DisputeOutcome::Dismissed
        | DisputeOutcome::Undecided => (&file.against, &file.party),
    };
    Some(AwardPayment { amount, from: from.clone(), to: to.clone() })
}
