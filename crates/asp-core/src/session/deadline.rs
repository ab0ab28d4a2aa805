//! What time alone decides in a session: which instant comes next, and what the node then has to say.

use super::table::{Reason, State};
use super::{Duty, Progress, Session};
use crate::consent::{Consent, Standing};
use crate::position::{Hash, LogTime, Millis};
use crate::statement::body::{Body, Breach, Close, Inform, ObligationId, ObligationRef, Timeout, Withdraw};

/// What happens at a deadline. The order decides between deadlines of one instant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// An obligation was not met.
    Breach(Hash, ObligationId, Option<ObligationId>),
    /// A fulfilment was not answered.
    Silence(Hash, ObligationId, Option<ObligationId>),
    /// The session, or the commit or escalation it waits for, ends.
    End(Reason),
}

impl Session {
    /// The next instant at which time alone changes this session; none when it has ended.
    ///
    /// `consents` are those that the session rests on.
    #[must_use]
    pub fn next_deadline(&self, consents: &[&Consent]) -> Option<LogTime> {
        self.deadlines(consents).into_iter().map(|(time, _)| time).min()
    }

    /// What was due and not met before `now` although nothing says so: as the node would find it who can read everything.
    #[must_use]
    pub fn breaches(&self, now: LogTime) -> Vec<Breach> {
        let known = self.duty_deadlines(|_| true);
        let over = known.into_iter().filter(|(time, _)| *time <= now);
        let breach = |(_, due)| match due {
            Due::Breach(commitment, obligation, stage) => Some(self.breach(commitment, obligation, stage)),
            Due::Silence(..) | Due::End(_) => None,
        };
        over.filter_map(breach).collect()
    }

    fn breach(&self, commitment: Hash, obligation: ObligationId, stage: Option<ObligationId>) -> Breach {
        let found = self.commitments.get(&commitment);
        let breached = found.and_then(|found| Some((found, found.owed(&obligation, stage.as_ref())?)));
        let owed = breached.and_then(|(found, owed)| found.breach_costs(owed)); // ASP-COM-017
        Breach { commitment, obligation, owed, stage }
    }

    /// What the node has to say at `now`: the earliest deadline that has passed, as the body of its statement.
    #[must_use]
    pub fn due(&self, now: LogTime, consents: &[&Consent]) -> Option<Body> {
        let (_, due) = self.deadlines(consents).into_iter().filter(|(time, _)| *time <= now).min()?;
        Some(match due {
            Due::Breach(commitment, obligation, stage) => {
                Body::Inform(Inform::Breach(self.breach(commitment, obligation, stage)))
            }
            Due::Silence(commitment, obligation, stage) => {
                Body::Inform(Inform::Silence(ObligationRef { commitment, obligation, stage }))
            }
            Due::End(reason) => self.ending(reason),
        })
    }

    /// A pending commit over standing commitments, and an escalation over open duties, are given up alone;
    /// in every other case the session ends.
    fn ending(&self, reason: Reason) -> Body {
        let gives_up = match self.state {
            State::Agreeing => !self.commitments.is_empty(),
            State::Escalated => self.owes(),
            State::Idle
            | State::Invited
            | State::Introduced
            | State::Conversing
            | State::Executing
            | State::Closed
            | State::Failed => false,
        };
        if gives_up {
            return Body::Withdraw(Withdraw::Timeout(Timeout { reason, receipt: None }));
        }
        let receipt = (self.state == State::Executing).then(|| self.receipt());
        Body::Close(Close::Timeout(Timeout { reason, receipt }))
    }

    fn deadlines(&self, consents: &[&Consent]) -> Vec<(LogTime, Due)> {
        if matches!(self.state, State::Closed | State::Failed | State::Idle) {
            return Vec::new();
        }
        // The order is the same for everybody: what only members know of a due time changes none of it.
        let mut all = self.duty_deadlines(|duty| !duty.is_withheld());
        let end = |time, reason| (time, Due::End(reason));
        let quiet = self.last.plus(self.limits.response_ms);
        match self.state {
            State::Invited => {
                all.push(end(self.entered.plus(self.limits.invitation_ms), Reason::InvitationTimeout));
            }
            State::Introduced | State::Conversing | State::Agreeing => {
                all.push(end(quiet, Reason::ResponseTimeout));
                if self.commitments.is_empty() {
                    // An authority may take longer than the session may: its time is not the participants'.
                    let until = self.opened.time.plus(self.limits.session_ms).plus(self.asked_ms); // ASP-SES-027
                    all.push(end(until, Reason::SessionTimeout));
                }
            }
            State::Executing if !self.owes() => all.push(end(quiet, Reason::Abandoned)),
            State::Escalated => {
                all.push(end(self.entered.plus(self.limits.escalation_ms), Reason::EscalationTimeout));
            }
            State::Executing | State::Idle | State::Closed | State::Failed => {}
        }
        // Duties survive the end of a consent and of the message limit; a session without duties does not.
        if !self.owes() {
            all.extend(
                consents.iter().map(|consent| end(self.consent_ends(consent), Reason::ConsentRevoked)),
            );
            if self.messages >= self.limits.messages {
                all.push(end(self.last, Reason::MessageLimit));
            }
            if self.overspent() {
                all.push(end(self.last, Reason::BudgetSpent));
            }
        }
        all
    }

    /// The consent that has ended while something is still owed, and when: all that is left is to settle it.
    ///
    /// None in a session that has ended or, once the node has looked, will.
    #[must_use]
    pub fn narrowed(&self, now: LogTime, consents: &[&Consent]) -> Option<(Hash, LogTime)> {
        let open = !matches!(self.state, State::Closed | State::Failed);
        let fell_away = |consent: &&&Consent| self.fell_away(consent).is_some();
        let ended = |consent: &&&Consent| consent.standing(now) != Standing::Granted;
        let fallen = consents.iter().filter(|consent| fell_away(consent) || ended(consent));
        let ends = |consent: &&Consent| (self.consent_ends(consent), consent.id());
        fallen.map(ends).min().filter(|_| open && self.owes()).map(|(at, consent)| (consent, at))
    }

    fn consent_ends(&self, consent: &Consent) -> LogTime {
        let end = match consent.revoked() {
            Some((_, at)) => at.time,
            None => consent.terms().expires_at,
        };
        self.fell_away(consent).map_or(end, |fell| fell.time.min(end)) // ASP-CON-015
    }

    /// When duties are breached, those by whose due times one goes, and when silence acknowledges them.
    fn duty_deadlines(&self, goes_by: impl Fn(&Duty) -> bool) -> Vec<(LogTime, Due)> {
        let mut all = Vec::new();
        for commitment in self.commitments.values().filter(|commitment| commitment.is_live()) {
            for owed in commitment.duties().iter().flat_map(Duty::owed) {
                let (id, stage) = (owed.duty.obligation.id.clone(), owed.stage().cloned());
                match owed.progress() {
                    Progress::Open if !goes_by(owed.duty) => {}
                    Progress::Open => {
                        // Met until that instant; breached one millisecond later.
                        let until = commitment.met_until_of(owed).map(|until| until.plus(Millis(1)));
                        all.extend(until.map(|time| (time, Due::Breach(commitment.id, id, stage))));
                    }
                    Progress::Delivered { at, .. } => {
                        all.push((owed.duty.silence_at(*at), Due::Silence(commitment.id, id, stage)));
                    }
                    Progress::Fulfilled { .. }
                    | Progress::Contested
                    | Progress::Breached
                    | Progress::Lapsed => {}
                }
            }
        }
        all
    }
}
