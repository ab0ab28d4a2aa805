//! Rung 0: what the log alone decides about a filing, the same on every node. What it cannot decide it leaves open.

use super::ruling::{subjects, worth};
use crate::amount::{Decimal, Money};
use crate::session::{Commitment, Duty, Progress, Session};
use crate::statement::body::{DisputeFile, DisputeOutcome, DisputeReason, ObligationId, Showing, Text};
use crate::trust::Ground;

/// What the log alone decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What becomes of the claim; [`DisputeOutcome::Undecided`] if the log does not tell.
    pub outcome: DisputeOutcome,
    /// The penalty that the package sets, if it is due to who filed.
    pub amount: Option<Money>,
    words: &'static str,
}

impl Finding {
    /// Why, in the words that every node uses.
    #[must_use]
    pub fn reasons(&self) -> Text {
        Text::of(self.words)
    }
}

/// Whom the log finds in the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    Debtor,
    Creditor,
    Nobody,
}

/// What the log decides about a filing. `trusted` tells whether a signature still counts.
#[must_use]
pub fn replay(file: &DisputeFile, session: &Session, trusted: impl Fn(&Ground) -> bool) -> Finding {
    let undecided = |words| Finding { outcome: DisputeOutcome::Undecided, amount: None, words };
    let Some(commitment) = session.commitments().get(&file.commitment) else {
        return undecided("The session has no such commitment.");
    };
    match file.reason {
        DisputeReason::NonDelivery | DisputeReason::Late | DisputeReason::NotAsAgreed => {}
        DisputeReason::EscrowViolation => return escrow(file, commitment),
        DisputeReason::UnauthorisedChange => return change(commitment),
        DisputeReason::Impersonation => return impersonation(file, commitment, trusted),
    }
    let duties = subjects(file, commitment);
    let found: Vec<(Right, &'static str)> =
        duties.iter().map(|duty| of_duty(file.reason, commitment, duty)).collect();
    // About the whole the log decides only what is the same of all of it.
    let Some((right, words)) = found.first().copied().filter(|first| found.iter().all(|it| it.0 == first.0))
    else {
        return undecided("The obligations differ in what became of them.");
    };
    let filer_owes = duties.iter().any(|duty| duty.obligation.debtor == file.party);
    let outcome = match (right, filer_owes) {
        (Right::Nobody, _) => DisputeOutcome::Undecided,
        (Right::Debtor, true) | (Right::Creditor, false) => DisputeOutcome::Upheld,
        (Right::Debtor, false) | (Right::Creditor, true) => DisputeOutcome::Dismissed,
    };
    let amount = if outcome == DisputeOutcome::Upheld && right == Right::Creditor {
        penalty(commitment, &duties)
    } else {
        None
    };
    Finding { outcome, amount, words }
}

/// What the log says about one duty.
fn of_duty(reason: DisputeReason, commitment: &Commitment, duty: &Duty) -> (Right, &'static str) {
    let late = duty.owed().any(|owed| commitment.late_ms(owed).is_some());
    let costs = late && duty.obligation.remedy.as_ref().is_some_and(|it| it.penalty_per_day.is_some());
    match (duty.in_question(), reason) {
        (Progress::Breached, _) => {
            (Right::Creditor, "The due time and the cure period passed without a statement of fulfilment.")
        }
        // By when it was due is in a seal.
        (Progress::Open, _) if duty.is_withheld() => (Right::Nobody, "Whether it is so is not in the log."),
        (Progress::Open | Progress::Lapsed, _) => (Right::Nobody, "Nothing is due."),
        (
            Progress::Delivered { .. } | Progress::Fulfilled { .. } | Progress::Contested,
            DisputeReason::Late,
        ) if duty.is_withheld() => (Right::Nobody, "Whether it is so is not in the log."),
        // Not a breach, but not nothing either: how late it was is in the log, what is fair is not.
        (
            Progress::Delivered { .. } | Progress::Fulfilled { .. } | Progress::Contested,
            DisputeReason::Late,
        ) if costs => (Right::Nobody, "Fulfilment was stated late, at the price of the remedy."),
        (
            Progress::Delivered { .. } | Progress::Fulfilled { .. } | Progress::Contested,
            DisputeReason::Late,
        ) => (Right::Debtor, "Fulfilment was stated before the due time and the cure period had passed."),
        (Progress::Fulfilled { .. }, DisputeReason::NonDelivery) => {
            (Right::Debtor, "The fulfilment stands: it was acknowledged, or not contested in time.")
        }
        (
            Progress::Delivered { .. } | Progress::Fulfilled { .. } | Progress::Contested,
            DisputeReason::NotAsAgreed,
        ) if duty.showings_in_question().all(is_fixed) => {
            (Right::Debtor, "What was shown is what the obligation names.")
        }
        (Progress::Delivered { .. } | Progress::Fulfilled { .. } | Progress::Contested, _) => {
            (Right::Nobody, "Whether it is so is not in the log.")
        }
    }
}

/// Whether a fulfilment that was taken is what was agreed, as its very content was.
const fn is_fixed(showing: &Showing) -> bool {
    match showing {
        Showing::Acknowledgement => false,
        Showing::Digest { digest } => digest.is_some(),
        // The result follows the schema, or it was not taken; who was named to judge it did.
        Showing::Schema { .. } | Showing::Attestation { .. } => true,
    }
}

/// What the remedies of what was breached come to, together; none where one has none.
fn penalty(commitment: &Commitment, duties: &[&Duty]) -> Option<Money> {
    let currency = worth(duties)?.currency;
    let mut sum = Decimal::ZERO;
    for duty in duties {
        let penalty = commitment.penalty(duty, duty.ended()?.time);
        sum = sum.checked_add(penalty.filter(|it| it.currency == currency)?.amount)?;
    }
    Some(Money { amount: sum, currency })
}

/// What is held moves as follows from the session, for whoever judges it: a movement that does not is in no log that holds.
/// What is paid outside the log does not know.
fn escrow(file: &DisputeFile, commitment: &Commitment) -> Finding {
    let about = subjects(file, commitment);
    let is_about = |id: &ObligationId| about.iter().any(|duty| duty.obligation.id == *id);
    let mut holds = commitment.package.holds.iter().flatten();
    let (outcome, words) = if holds.any(|hold| is_about(&hold.obligation)) {
        (DisputeOutcome::Dismissed, "What was held is where the log says, as it follows from what was said.")
    } else {
        (DisputeOutcome::Undecided, "Nothing is held for it, and what is paid outside is not in the log.")
    };
    Finding { outcome, amount: None, words }
}

/// Terms change by the signature of everybody who owes or is owed under them.
fn change(commitment: &Commitment) -> Finding {
    let signed = commitment.package.parties().all(|party| commitment.signers.contains(party))
        && commitment.package.terms_hash() == commitment.terms_hash;
    if signed {
        let words = "Everybody who owes or is owed signed these terms.";
        return Finding { outcome: DisputeOutcome::Dismissed, amount: None, words };
    }
    let words = "Somebody who owes or is owed did not sign these terms.";
    Finding { outcome: DisputeOutcome::Upheld, amount: None, words }
}

/// A signature is whose key it is, unless that key is distrusted from before it. Who distrusts its own proves nothing.
fn impersonation(file: &DisputeFile, commitment: &Commitment, trusted: impl Fn(&Ground) -> bool) -> Finding {
    let holds = |party| commitment.grounds.get(party).into_iter().flatten().all(&trusted);
    let (outcome, words) = if !holds(&file.against) {
        let words =
            "The key that bound the other side is distrusted from before it signed, by its own side's word.";
        (DisputeOutcome::Upheld, words)
    } else if holds(&file.party) {
        (DisputeOutcome::Dismissed, "The keys that signed were valid, and are not distrusted.")
    } else {
        (DisputeOutcome::Undecided, "The key that is distrusted is that of who files, by its own word.")
    };
    Finding { outcome, amount: None, words }
}
