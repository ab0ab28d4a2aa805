//! What the judgement of a statement asks of trust, and what is known of it: floors of who is invited, caps on what is owed.
//! Knows no flow; answers are computed beside, or from evidence that is at hand.

use std::collections::BTreeSet;

use super::{Trust, World};
use crate::admission::{Asked, Host, Invites, judged_at};
use crate::amount::{Currency, Decimal};
use crate::exposure::{Cap, Most};
use crate::limits;
use crate::name::{AgentUri, Domain, StreamId};
use crate::org::Organisation;
use crate::position::{LogPoint, LogTime, Position};
use crate::session::{Earned, Session};
use crate::statement::Statement;
use crate::statement::body::{AdmissionPolicy, Body, ExposureCap};
use crate::trust::{Outlook, Question, Worth, backed, score};

impl World {
    /// The questions of trust that have to be answered by [`World::answer`] before the statement can be judged.
    ///
    /// At most one for each participant that there can be and one for each consent that is named, and two for each whom a
    /// lottery calls. Computing them can take long, so it is left to who can wait;
    /// the statement's streams must be loaded.
    #[must_use]
    pub fn trust_asked(&self, statement: &Statement, at: LogPoint) -> Vec<Question> {
        let open = |question: &Question| self.points(question) == Earned::Unanswered;
        self.questions(statement, at).into_iter().filter(open).collect()
    }

    /// The questions of trust on which the judgement of a statement rests, answered or not.
    #[must_use]
    pub fn questions(&self, statement: &Statement, at: LogPoint) -> Vec<Question> {
        let id = match (&statement.stream, &statement.body) {
            (StreamId::Session(id), _) => id,
            (StreamId::Dispute(id), Body::DisputeDraw(_)) => return self.lot_asks(id),
            _ => return Vec::new(),
        };
        let session = self.sessions.get(id);
        let of_session = session.and_then(|session| session.trust_asked(statement));
        let of_hosts = Invites::of(statement, session).into_iter().flat_map(|invites| {
            let question = |asked: Asked| {
                let floor = asked.floor?;
                let outlook = self.outlook_of(&asked.by, &floor.value.currency);
                Some(invites.question(&asked.by, &floor, outlook, at.time))
            };
            self.asked(&invites).into_iter().filter_map(question).collect::<Vec<_>>()
        });
        let of_caps = session.map(|session| self.capped(session, statement, at)).unwrap_or_default();
        let of_caps = of_caps.into_iter().map(|(_, question)| question);
        of_session.into_iter().chain(of_hosts).chain(of_caps).collect()
    }

    /// What each organisation that is invited asks of who invites: by its policy, and where a rule of it granted the
    /// consent that the invitation names, by that rule.
    #[must_use]
    pub fn asked(&self, invites: &Invites<'_>) -> Vec<Asked> {
        let guests = invites.organisations();
        let home = invites.home();
        let granted = invites.consents().iter().filter_map(|id| self.consents.get(id)?.floor(&home));
        let by_rule = granted.filter(|(host, _)| guests.contains(host));
        let by_rule = by_rule.map(|(host, floor)| Asked {
            by: host.clone(),
            floor: Some(floor.clone()),
            rule: "ASP-CON-013",
        });
        let by_policy = guests.iter().map(|host| Asked {
            by: host.clone(),
            floor: invites.floor(self.admission(host)),
            rule: "ASP-ADM-002",
        });
        by_policy.chain(by_rule).collect()
    }

    /// How who looks sees amounts of a currency: by its policy, and several without any, as none speaks for the others.
    #[must_use]
    pub fn outlook(&self, observer: &BTreeSet<Domain>, class: &Currency) -> Outlook {
        match (observer.len(), observer.first()) {
            (1, Some(only)) => self.outlook_of(only, class),
            _ => Outlook::default(),
        }
    }

    fn outlook_of(&self, domain: &Domain, class: &Currency) -> Outlook {
        Outlook::of(self.organisations.get(domain).and_then(Organisation::policy), class)
    }

    fn admission(&self, host: &Domain) -> Option<&AdmissionPolicy> {
        self.organisations.get(host)?.policy()?.admission.as_ref()
    }

    /// Notes the answers to questions of trust, in place of those before; who answers by itself needs none.
    pub fn answer(&mut self, answers: Vec<(Question, Worth)>) {
        if let Trust::Answered(known) = &mut self.trust {
            *known = answers;
        }
    }

    /// The caps on what a statement could bind somebody to owe, each with the question of what stands behind that agent.
    ///
    /// As for an invitation nothing counts of the minute in which the statement is logged.
    fn capped(
        &self,
        session: &Session,
        statement: &Statement,
        at: LogPoint,
    ) -> Vec<(&ExposureCap, Question)> {
        let capped = |(debtor, by): (AgentUri, Domain)| {
            let cap = self.organisations.get(&by)?.policy()?.exposure_cap.as_ref()?;
            let question = Question {
                subject: debtor,
                outlook: self.outlook_of(&by, &cap.floor.currency),
                observer: BTreeSet::from([by]),
                class: cap.floor.clone(),
                capability: None,
                instant: judged_at(at.time),
                prefix: Position(limits::INTEGER_MAX),
            };
            Some((cap, question))
        };
        session.exposes(&statement.body).into_iter().filter_map(capped).collect()
    }

    pub(super) fn caps(&self, session: &Session, statement: &Statement, at: LogPoint) -> Vec<Cap> {
        let cap = |(policy, question): (&ExposureCap, Question)| {
            let most = self.backing(&question, policy);
            let Question { subject: debtor, observer, outlook, .. } = question;
            let currency = policy.floor.currency.clone();
            let by = observer.into_iter().next()?;
            let mut cap = Cap { by, debtor, currency, outlook, most, elsewhere: Decimal::ZERO };
            let owing = self.owing.get(&cap.debtor);
            cap.elsewhere = owing.map(|owing| owing.elsewhere(&session.id(), &cap)).unwrap_or_default();
            Some(cap)
        };
        self.capped(session, statement, at).into_iter().filter_map(cap).collect()
    }

    /// The most that a policy lets an agent owe, as far as what stands behind that is known here.
    fn backing(&self, asked: &Question, policy: &ExposureCap) -> Most {
        match &self.trust {
            Trust::Answered(known) => {
                let found = known.iter().find(|(question, _)| question == asked);
                found.map_or(Most::Unanswered, |(_, worth)| Most::Amount(policy.most(worth.backed)))
            }
            Trust::Settled(settled) => Most::Amount(policy.most(backed(settled.evidence(), asked))),
            Trust::NotShown => Most::NotShown,
        }
    }

    /// What the organisations say whose agents are invited.
    pub(super) fn hosts(&self, invites: &Invites<'_>, now: LogTime) -> Vec<Host> {
        let host = |asked: Asked| {
            let question = asked.floor.as_ref().map(|floor| {
                let outlook = self.outlook_of(&asked.by, &floor.value.currency);
                invites.question(&asked.by, floor, outlook, now)
            });
            Host {
                welcomes: invites.welcome(self.admission(&asked.by)),
                earned: question.map_or(Earned::Unanswered, |question| self.points(&question)),
                asked,
            }
        };
        self.asked(invites).into_iter().map(host).collect()
    }

    /// The answer to a question of trust, as far as it is known here.
    pub(super) fn points(&self, asked: &Question) -> Earned {
        match &self.trust {
            Trust::Answered(known) => {
                let found = known.iter().find(|(question, _)| question == asked);
                found.map_or(Earned::Unanswered, |(_, worth)| Earned::Points(worth.points))
            }
            Trust::Settled(settled) => Earned::Points(score(settled.evidence(), asked)),
            Trust::NotShown => Earned::NotShown,
        }
    }
}
