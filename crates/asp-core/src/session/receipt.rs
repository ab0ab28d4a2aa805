//! The session's receipt: what it came to, computed from the state alone so that every signer gets the same.

use super::Session;
use crate::position::Head;
use crate::statement::body::{CommitmentState, Outcome, ReceiptLine, SessionReceipt};

impl Session {
    /// The receipt that a CLOSE on the present head has to carry; after a close, the one that was given.
    #[must_use]
    pub fn receipt(&self) -> SessionReceipt {
        if let Some(receipt) = &self.receipt {
            return receipt.clone();
        }
        let Head { sequence, hash } = self.head;
        SessionReceipt {
            commitments: self
                .commitments
                .values()
                .map(|commitment| ReceiptLine { id: commitment.id, state: commitment.state() })
                .collect(),
            count: sequence.next().0,
            head: hash,
            outcome: self.outcome(),
        }
    }

    fn outcome(&self) -> Outcome {
        let states: Vec<CommitmentState> = self.commitments.values().map(super::Commitment::state).collect();
        if states.is_empty() {
            Outcome::None
        } else if self.commitments.values().any(super::Commitment::breached) {
            // An end by consent does not undo what was breached before.
            Outcome::Breached
        } else if self.commitments.values().any(super::Commitment::disputed) {
            Outcome::Contested
        } else if states.contains(&CommitmentState::Fulfilled) {
            Outcome::Fulfilled
        } else {
            Outcome::Terminated
        }
    }
}
