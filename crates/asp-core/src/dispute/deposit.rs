//! The deposit of who files, where the package asks for one: held until the dispute is closed, and lost with a claim that was
//! not to be made. Knows no accounts.

use super::Dispute;
use crate::account::{Movement, Place, Why};
use crate::name::Domain;
use crate::position::Hash;
use crate::statement::body::{DisputeFile, DisputeOutcome, ObligationId, Rung};

/// What the hold is called; the dispute stands in the place of a commitment.
const HOLD: &str = "deposit";

impl Dispute {
    /// What the last statement of the dispute lets move (ASP-DIS-026): the deposit into its hold at the filing, and out of it
    /// at the end.
    #[must_use]
    pub fn deposit_moved(&self) -> Option<Movement> {
        let filer = self.filing.party.organisation();
        let held = held(self.id, &filer)?;
        if self.moved == self.filed {
            return moved(&self.filing, Place::Available(filer), held, Why::Held);
        }
        // It comes back once: a settlement afterwards closes the dispute again.
        if self.closed != Some(self.moved) || self.closings > 1 {
            return None;
        }
        if self.is_lost() {
            let other = self.filing.against.organisation();
            return moved(&self.filing, held, Place::Available(other), Why::Forfeited);
        }
        moved(&self.filing, held, Place::Available(filer), Why::Released)
    }

    /// Whether a ruling that stands gave who filed nothing. What the parties agree among themselves costs no deposit.
    fn is_lost(&self) -> bool {
        let found = match self.verdict.outcome {
            DisputeOutcome::Dismissed | DisputeOutcome::Abusive => self.verdict.stands(),
            DisputeOutcome::Upheld | DisputeOutcome::Partly | DisputeOutcome::Undecided => false,
        };
        found && self.verdict.rung != Some(Rung::Settlement)
    }
}

fn held(dispute: Hash, of: &Domain) -> Option<Place> {
    let hold: ObligationId = HOLD.parse().ok()?;
    Some(Place::Held { of: of.clone(), commitment: dispute, hold })
}

fn moved(file: &DisputeFile, from: Place, to: Place, why: Why) -> Option<Movement> {
    let deposit = file.rules.as_ref()?.deposit.as_ref()?;
    Some(Movement { from, to, currency: deposit.currency.clone(), amount: deposit.minor()?, why })
}
