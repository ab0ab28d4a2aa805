//! Admission: whether organisations let others invite their agents. Reads policies; computes no trust.
//!
//! Judged once, for the statement that invites: what an organisation says later opens and closes nothing that has begun.

use std::collections::BTreeSet;

use crate::limits;
use crate::name::{AgentUri, Capability, Domain};
use crate::position::{Hash, LogTime, Position};
use crate::session::{Earned, Session};
use crate::statement::Statement;
use crate::statement::body::{AdmissionPolicy, Body, Propose, TrustFloor};
use crate::trust::{Outlook, Question};

/// Who invites whom by a statement, and what to.
#[derive(Debug, Clone)]
pub struct Invites<'a> {
    by: &'a AgentUri,
    guests: Vec<&'a AgentUri>,
    about: &'a Capability,
    consents: &'a BTreeSet<Hash>,
}

impl<'a> Invites<'a> {
    /// What a statement invites to: a session, or one that goes on; nothing, as most statements.
    ///
    /// Who speaks for somebody under a mandate invites in that one's name.
    #[must_use]
    pub fn of(statement: &'a Statement, session: Option<&'a Session>) -> Option<Self> {
        let Body::Propose(propose) = &statement.body else { return None };
        let issuer = statement.issuer.agent()?;
        match propose {
            Propose::Invitation(invitation) => Some(Self {
                by: issuer,
                guests: invitation.participants.iter().map(|invitee| &invitee.agent).collect(),
                about: &invitation.capability,
                consents: &invitation.consents,
            }),
            Propose::Admission(admission) => {
                let session = session?;
                let first = statement.on_behalf_of.first();
                let principal =
                    first.and_then(|id| session.mandates().find(id)).map(|given| &given.principal);
                Some(Self {
                    by: principal.unwrap_or(issuer),
                    guests: vec![&admission.agent],
                    about: session.capability(),
                    consents: &admission.consents,
                })
            }
            Propose::Proposal(_) | Propose::Amendment(_) | Propose::Termination(_) => None,
        }
    }

    /// The organisations whose agents are invited; one's own needs no leave.
    #[must_use]
    pub fn organisations(&self) -> BTreeSet<Domain> {
        let home = self.home();
        self.guests.iter().map(|guest| guest.organisation()).filter(|domain| *domain != home).collect()
    }

    /// The organisation of who invites.
    #[must_use]
    pub fn home(&self) -> Domain {
        self.by.organisation()
    }

    /// The consents that the invitation names.
    #[must_use]
    pub const fn consents(&self) -> &'a BTreeSet<Hash> {
        self.consents
    }

    /// Whether a policy lets the inviter's organisation invite at all.
    #[must_use]
    pub fn welcome(&self, policy: Option<&AdmissionPolicy>) -> bool {
        let from = policy.and_then(|policy| policy.from.as_ref());
        from.is_none_or(|from| from.contains(&self.by.organisation()))
    }

    /// The floor that a policy sets who invites to such a session: of those that cover it the strictest.
    #[must_use]
    pub fn floor(&self, policy: Option<&AdmissionPolicy>) -> Option<TrustFloor> {
        let floors = policy.into_iter().flat_map(|policy| &policy.floors);
        let covering =
            floors.filter(|floor| floor.capability.as_ref().is_none_or(|wider| self.about.is_within(wider)));
        strictest(covering.map(|floor| TrustFloor { score: floor.score, value: floor.value.clone() }))
    }

    /// What has to be known of the inviter's trust before such a floor counts as reached.
    ///
    /// Nothing of the minute in which the statement is logged: the question stays the same however long its answer
    /// takes, and whoever has the log and the receipt can ask it again.
    #[must_use]
    pub fn question(&self, host: &Domain, floor: &TrustFloor, outlook: Outlook, logged: LogTime) -> Question {
        Question {
            subject: self.by.clone(),
            observer: BTreeSet::from([host.clone()]),
            class: floor.value.clone(),
            outlook,
            capability: None,
            instant: judged_at(logged),
            prefix: Position(limits::INTEGER_MAX),
        }
    }
}

/// The strictest of several floors: the highest score; of equal ones that of the greater value.
#[must_use]
pub fn strictest(floors: impl Iterator<Item = TrustFloor>) -> Option<TrustFloor> {
    floors.max_by(|one, other| {
        let rank = |floor: &TrustFloor| (floor.score, floor.value.amount);
        rank(one).cmp(&rank(other)).then_with(|| one.value.currency.cmp(&other.value.currency))
    })
}

/// The last instant that counts when something logged at `logged` asks for trust.
#[must_use]
pub fn judged_at(logged: LogTime) -> LogTime {
    let millis = logged.millis();
    LogTime::from_millis((millis - millis % limits::ADMISSION_STEP_MS.0).saturating_sub(1))
}

/// What an organisation asks of who invites its agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The organisation.
    pub by: Domain,
    /// What who invites has to have earned in its eyes, if anything.
    pub floor: Option<TrustFloor>,
    /// The numbered rule that is broken where that has not been earned.
    pub rule: &'static str,
}

/// What an organisation says to an invitation of its agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// What it asks.
    pub asked: Asked,
    /// Whether its policy lets the inviter's organisation invite at all.
    pub welcomes: bool,
    /// What who invites has earned.
    pub earned: Earned,
}

impl Host {
    /// Whether who invites has earned what it asks for.
    #[must_use]
    pub fn trusts(&self) -> bool {
        self.asked.floor.as_ref().is_none_or(|floor| self.earned.reaches(floor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floor(score: u32, value: &str, currency: &str) -> TrustFloor {
        let value =
            crate::amount::Money { amount: value.parse().unwrap(), currency: currency.parse().unwrap() };
        TrustFloor { score, value }
    }

    #[test]
    fn the_strictest_floor_has_the_highest_score_then_the_greatest_value() {
        let floors =
            [floor(20, "5", "USD"), floor(30, "1", "USD"), floor(30, "1", "EUR"), floor(10, "99", "USD")];
        assert_eq!(strictest(floors.iter().cloned()), Some(floor(30, "1", "USD")));
        assert_eq!(strictest(floors.iter().rev().cloned()), Some(floor(30, "1", "USD")));
        assert_eq!(strictest(std::iter::empty()), None);
    }

    #[test]
    fn nothing_counts_of_the_minute_in_which_an_invitation_is_logged() {
        for (logged, counts) in [(0, 0), (59_999, 0), (60_000, 59_999), (119_999, 59_999), (120_000, 119_999)]
        {
            assert_eq!(judged_at(LogTime::from_millis(logged)), LogTime::from_millis(counts), "{logged}");
        }
    }
}
