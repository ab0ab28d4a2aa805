//! A dispute about an obligation: the ladder from what the log alone decides to a ruling that stands.
//!
//! `apply` needs nothing but the dispute's own statements; `decide` is told what the session says. What a dispute makes of
//! the obligation comes to the session as the node's award, see `session::award`.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

mod deposit;
mod lottery;
mod panel;
mod replay;
mod ruling;

pub use lottery::{Lot, offering, offers, seed};
pub use panel::{Panel, Seat, hidden};
pub use replay::{Finding, replay};
pub(crate) use ruling::subjects;
pub use ruling::{Filings, Ladder, Verdict, arbiter_apart, worth};

use panel::Count;

use crate::amount::Money;
use crate::limits;
use crate::name::{AgentUri, Issuer};
use crate::position::{Hash, Head, LogPoint, LogTime};
use crate::rejection::{Code, Rejection};
use crate::session::Session;
use crate::statement::body::{
    Body, Disclosure, DisputeDraw, DisputeFile, DisputeOutcome, DisputeRespond, DisputeRule, DisputeSettle,
    Empty, Exhibit, RulingEffect, Rung,
};
use crate::statement::{Statement, Verified};
use crate::stream::Accepted;

/// Where a dispute stands. An instant is the first at which it does not stand there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The node is to say what the log alone decides.
    Replaying,
    /// The parties are among themselves.
    Settling {
        /// Until when.
        until: LogTime,
    },
    /// The node is to convene the panel.
    Convening,
    /// The node is to say whom the lot has called to the panel.
    Drawing,
    /// The members of the panel are to hide their votes.
    Committing {
        /// Until when.
        until: LogTime,
    },
    /// They are to show them.
    Revealing {
        /// Until when.
        until: LogTime,
    },
    /// The node is to say who sits instead of the silent, or how the panel has decided.
    Counting,
    /// The arbiter is to rule.
    Arbitrating {
        /// Until when.
        until: LogTime,
    },
    /// A ruling waits for an appeal.
    Ruled {
        /// Until when.
        until: LogTime,
    },
    /// Nobody can move it any more; the node is to say how it ended.
    Decided,
    /// It is over; what no ruling decided the sides can still settle.
    Closed,
}

impl Phase {
    /// The word that reading shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replaying => "REPLAYING",
            Self::Settling { .. } => "SETTLING",
            Self::Convening => "CONVENING",
            Self::Drawing => "DRAWING",
            Self::Committing { .. } => "COMMITTING",
            Self::Revealing { .. } => "REVEALING",
            Self::Counting => "COUNTING",
            Self::Arbitrating { .. } => "ARBITRATING",
            Self::Ruled { .. } => "RULED",
            Self::Decided => "DECIDED",
            Self::Closed => "CLOSED",
        }
    }
}

/// Who somebody is in a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who filed.
    Filer,
    /// Whom it is filed against.
    Against,
    /// Who sits on the panel.
    Panel,
    /// Who rules where the parties do not agree.
    Arbiter,
    /// The node.
    Node,
}

/// A ruling that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Who ruled.
    pub by: Issuer,
    /// Where in the log.
    pub at: LogPoint,
    /// The statement.
    pub statement: Hash,
    /// What was ruled.
    pub rule: DisputeRule,
}

/// How a side would end it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Whose offer.
    pub by: Side,
    /// The statement.
    pub statement: Hash,
    /// What is offered.
    pub settle: DisputeSettle,
}

/// The state of a `dispute:` stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    id: Hash,
    by: Issuer,
    filing: DisputeFile,
    filed: LogPoint,
    head: Head,
    moved: LogPoint,
    ladder: Ladder,
    panel: Option<Panel>,
    phase: Phase,
    response: Option<(DisputeRespond, LogPoint)>,
    offer: Option<Offer>,
    rulings: Vec<Ruling>,
    appeals: Vec<(Side, LogPoint)>,
    shown: Vec<(Side, LogPoint, Exhibit)>,
    verdict: Verdict,
    closed: Option<LogPoint>,
    /// How often it was closed: what nobody decided can be settled afterwards.
    closings: usize,
    said: usize,
}

impl Dispute {
    /// Judges the filing that would open the stream. `others` are the disputes of the session that are known, `filings` what
    /// the organisation that files has filed, if that is known.
    ///
    /// # Errors
    /// The rule that is broken. Who is a stranger to the session learns nothing of it.
    pub fn decide_opening<'a>(
        verified: &Verified,
        at: LogPoint,
        session: Option<&Session>,
        others: impl Iterator<Item = &'a Self>,
        filings: Option<Filings>,
    ) -> Result<(), Rejection> {
        let statement = verified.statement();
        let Body::DisputeFile(file) = &statement.body else { return Err(Code::UnknownStream.at("/stream")) };
        let speaks = speaks_for(&statement.issuer, &file.party, &file.against);
        let known = session.filter(|it| speaks && it.participants().find(&file.party).is_some());
        let session = known.ok_or_else(|| Code::UnknownStream.at("/body/session").by("ASP-DIS-001"))?;
        ruling::decide_subject(file, session, at.time)?;
        shown_in(&file.evidence, file.disclosures.as_deref(), session)?;
        ruling::decide_first(file, others)?;
        filings.map_or(Ok(()), Filings::decide)
    }

    /// The stream after its first statement; none if that files nothing.
    #[must_use]
    pub fn open(accepted: &Accepted) -> Option<Self> {
        let statement = accepted.statement();
        let Body::DisputeFile(filing) = &statement.body else { return None };
        let ladder = Ladder::of(filing.rules.as_ref());
        let time = accepted.at().time;
        Some(Self {
            id: statement.hash,
            by: statement.issuer.clone(),
            filing: filing.clone(),
            filed: accepted.at(),
            head: accepted.head(),
            moved: accepted.at(),
            phase: if ladder.has(Rung::Replay) { Phase::Replaying } else { ladder.after_replay(time) },
            ladder,
            panel: None,
            response: None,
            offer: None,
            rulings: Vec::new(),
            appeals: Vec::new(),
            shown: filing.evidence.iter().map(|it| (Side::Filer, accepted.at(), it.clone())).collect(),
            verdict: Verdict::UNDECIDED,
            closed: None,
            closings: 0,
            said: 1,
        })
    }

    /// Who an issuer is here; none for a stranger.
    #[must_use]
    pub fn side(&self, issuer: &Issuer) -> Option<Side> {
        let DisputeFile { party, against, .. } = &self.filing;
        if matches!(issuer, Issuer::Node(_)) {
            Some(Side::Node)
        } else if speaks_for(issuer, party, against) {
            Some(Side::Filer)
        } else if speaks_for(issuer, against, party) {
            Some(Side::Against)
        } else if self.ladder.arbiter() == Some(issuer) {
            Some(Side::Arbiter)
        } else {
            let sits = |agent| self.panel.as_ref().is_some_and(|panel| panel.has(agent));
            issuer.agent().is_some_and(sits).then_some(Side::Panel)
        }
    }

    /// Whether an agent, or an organisation, can read it: a party, its organisation, who sits on the panel, the arbiter.
    #[must_use]
    pub fn is_readable_by(&self, issuer: &Issuer) -> bool {
        let DisputeFile { party, against, .. } = &self.filing;
        let of = |agent: &AgentUri| match issuer {
            Issuer::Agent(reader) => reader == agent,
            Issuer::Organisation(domain) => agent.organisation() == *domain,
            Issuer::Node(_) => false,
        };
        of(party) || of(against) || self.side(issuer).is_some_and(|side| side != Side::Node)
    }

    /// Judges a further statement. `finding` is what the log alone decides, `lot` whom it calls to a panel that is due.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide(
        &self,
        verified: &Verified,
        at: LogPoint,
        session: Option<&Session>,
        finding: Option<&Finding>,
        lot: Option<&Lot>,
    ) -> Result<(), Rejection> {
        let statement = verified.statement();
        let side = self.side(&statement.issuer).ok_or_else(|| Code::UnknownStream.at("/stream"))?;
        let over = self.verdict.stands() || !matches!(&statement.body, Body::DisputeSettle(_));
        if self.phase == Phase::Closed && over {
            return Err(Code::DisputeEnded.at("/type").by("ASP-DIS-012"));
        }
        let phase = self.phase_at(at.time);
        let party = matches!(side, Side::Filer | Side::Against);
        if party && self.said >= limits::DISPUTE_STATEMENTS_MAX {
            return Err(Code::MessageLimit.at("/type").by("ASP-DIS-005"));
        }
        let role = |allowed: bool, rule| {
            if allowed { Ok(()) } else { Err(Code::RoleNotAllowed.at("/issuer").by(rule)) }
        };
        match &statement.body {
            Body::DisputeRule(rule) if rule.rung == Rung::Replay => {
                role(side == Side::Node, "ASP-DIS-006")?;
                let due = self.ruling_due(finding);
                if due.as_ref() == Some(rule) {
                    Ok(())
                } else {
                    Err(Code::NotDue.at("/body").by("ASP-DIS-006"))
                }
            }
            Body::DisputeConvene(_)
            | Body::DisputeDraw(_)
            | Body::DisputeSeat(_)
            | Body::DisputeCommit(_)
            | Body::DisputeVote(_) => self.decide_panel(statement, side, at.time, session, lot),
            Body::DisputeRule(rule) if rule.rung == Rung::Panel => {
                self.decide_panel(statement, side, at.time, session, lot)
            }
            Body::DisputeRule(rule) => {
                role(side == Side::Arbiter, "ASP-DIS-009")?;
                self.decide_ruling(rule, phase, session)
            }
            Body::DisputeClose(close) => {
                role(side == Side::Node, "ASP-DIS-011")?;
                let due = phase == Phase::Decided && *close == self.verdict_at(at.time).body();
                if due { Ok(()) } else { Err(Code::NotDue.at("/body").by("ASP-DIS-011")) }
            }
            Body::DisputeRespond(respond) => {
                role(side == Side::Against, "ASP-DIS-007")?;
                self.is_argued(phase, "ASP-DIS-007")?;
                if self.response.is_some() {
                    return Err(Code::NotAllowed.at("/type").by("ASP-DIS-007"));
                }
                shown_of(&respond.evidence, respond.disclosures.as_deref(), session)
            }
            Body::DisputeEvidence(more) => {
                role(party, "ASP-DIS-005")?;
                self.is_argued(phase, "ASP-DIS-005")?;
                shown_of(&more.evidence, more.disclosures.as_deref(), session)
            }
            Body::DisputeSettle(settle) => {
                role(party, "ASP-DIS-008")?;
                if phase != Phase::Closed {
                    self.is_argued(phase, "ASP-DIS-008")?;
                }
                self.decide_settle(settle, statement.in_reply_to, side)
            }
            Body::DisputeAppeal(_) => {
                role(party, "ASP-DIS-010")?;
                match phase {
                    Phase::Ruled { .. } => Ok(()),
                    _ => Err(Code::NotAllowed.at("/type").by("ASP-DIS-010")),
                }
            }
            _ => Err(Code::UnknownType.at("/type")),
        }
    }

    /// Whether the parties can still say something that matters.
    fn is_argued(&self, phase: Phase, rule: &'static str) -> Result<(), Rejection> {
        match phase {
            Phase::Settling { .. }
            | Phase::Convening
            | Phase::Drawing
            | Phase::Committing { .. }
            | Phase::Revealing { .. }
            | Phase::Counting
            | Phase::Arbitrating { .. }
            | Phase::Ruled { .. } => Ok(()),
            Phase::Replaying | Phase::Decided | Phase::Closed => Err(Code::NotAllowed.at("/type").by(rule)),
        }
    }

    /// What the node says of a panel is exactly what follows; its members hide and show their votes.
    fn decide_panel(
        &self,
        statement: &Statement,
        side: Side,
        now: LogTime,
        session: Option<&Session>,
        lot: Option<&Lot>,
    ) -> Result<(), Rejection> {
        let (says, rule) = match &statement.body {
            Body::DisputeDraw(_) => (Side::Node, "ASP-DIS-020"),
            Body::DisputeConvene(_) | Body::DisputeSeat(_) => (Side::Node, "ASP-DIS-021"),
            Body::DisputeRule(_) => (Side::Node, "ASP-DIS-024"),
            _ => (Side::Panel, "ASP-DIS-022"),
        };
        if side != says {
            return Err(Code::RoleNotAllowed.at("/issuer").by(rule));
        }
        let phase = self.phase_at(now);
        match (&statement.body, says) {
            (Body::DisputeDraw(draw), _) => self.decide_draw(draw, phase, lot),
            (body, Side::Panel) => self.decide_ballot(body, &statement.issuer, phase, session),
            (body, _) => self.is_due(body, now, rule),
        }
    }

    /// The node says exactly what follows.
    fn is_due(&self, body: &Body, now: LogTime, rule: &'static str) -> Result<(), Rejection> {
        if self.due(now, None, None).as_ref() == Some(body) {
            Ok(())
        } else {
            Err(Code::NotDue.at("/body").by(rule))
        }
    }

    /// Whom the lot has called, as anybody draws it; of a part of the log only its order can be judged.
    fn decide_draw(&self, draw: &DisputeDraw, phase: Phase, lot: Option<&Lot>) -> Result<(), Rejection> {
        let right = match lot.filter(|_| phase == Phase::Drawing) {
            Some(Lot::Drawn(due)) => due == draw,
            Some(Lot::NotShown) => self.is_in_order(draw),
            Some(Lot::Unanswered) => return Err(Code::TrustTooLow.at("/body/ranked").by("ASP-DIS-020")),
            None => false,
        };
        if right { Ok(()) } else { Err(Code::NotDue.at("/body").by("ASP-DIS-020")) }
    }

    /// A member of the panel hides or shows its vote, which gives no more than was claimed.
    fn decide_ballot(
        &self,
        body: &Body,
        issuer: &Issuer,
        phase: Phase,
        session: Option<&Session>,
    ) -> Result<(), Rejection> {
        let (Some(panel), Some(voter)) = (&self.panel, issuer.agent()) else {
            return Err(Code::RoleNotAllowed.at("/issuer").by("ASP-DIS-022"));
        };
        let Body::DisputeVote(vote) = body else { return panel.decide_commit(voter, phase) };
        panel.decide_vote(&self.id, voter, vote, phase)?;
        let most = self.most(session)?;
        self.ladder.within_claim(vote.amount.as_ref(), vote.outcome, most.as_ref())
    }

    /// The most that can be awarded: what was claimed, else what all that is in dispute is worth.
    fn most(&self, session: Option<&Session>) -> Result<Option<Money>, Rejection> {
        let session = session.ok_or_else(|| Code::UnknownStream.at("/stream").by("ASP-DIS-001"))?;
        Ok(self.filing.amount.clone().or_else(|| self.worth(session)))
    }

    /// A first offer, or the other side's word for word.
    fn decide_settle(
        &self,
        settle: &DisputeSettle,
        replied: Option<Hash>,
        side: Side,
    ) -> Result<(), Rejection> {
        self.ladder.within_claim(settle.amount.as_ref(), settle.outcome, self.filing.amount.as_ref())?;
        let Some(replied) = replied else { return Ok(()) };
        let open = self.offer.as_ref().filter(|offer| offer.statement == replied && offer.by != side);
        let open = open.ok_or_else(|| Code::ProposalNotOpen.at("/inReplyTo").by("ASP-DIS-008"))?;
        let same = open.settle.amount == settle.amount && open.settle.outcome == settle.outcome;
        if same { Ok(()) } else { Err(Code::TermsMismatch.at("/body").by("ASP-DIS-008")) }
    }

    /// The arbiter's ruling: in its time, no stronger than agreed, no more than claimed.
    fn decide_ruling(
        &self,
        rule: &DisputeRule,
        phase: Phase,
        session: Option<&Session>,
    ) -> Result<(), Rejection> {
        let Phase::Arbitrating { .. } = phase else {
            return Err(Code::NotAllowed.at("/type").by("ASP-DIS-009"));
        };
        if rule.rung != Rung::Arbiter || rule.outcome == DisputeOutcome::Undecided {
            return Err(Code::NotAllowed.at("/body").by("ASP-DIS-009"));
        }
        if rule.effect > self.ladder.effect() {
            return Err(Code::NotAllowed.at("/body/effect").by("ASP-DIS-009"));
        }
        let most = self.most(session)?;
        self.ladder.within_claim(rule.amount.as_ref(), rule.outcome, most.as_ref())
    }

    /// The size of the deal for which who sits on the panel is to be trusted.
    fn class(&self, session: &Session) -> Option<Money> {
        let commitment = session.commitments().get(&self.filing.commitment)?;
        let first = || Some(subjects(&self.filing, commitment).first()?.obligation.value.clone());
        self.filing.amount.clone().or_else(|| self.worth(session)).or_else(first)
    }

    /// What all that is in dispute is worth.
    fn worth(&self, session: &Session) -> Option<Money> {
        worth(&subjects(&self.filing, session.commitments().get(&self.filing.commitment)?))
    }

    /// Total: what is passed in has been judged.
    pub fn apply(&mut self, accepted: &Accepted) {
        let statement = accepted.statement();
        let at = accepted.at();
        let phase = self.phase_at(at.time);
        self.verdict = self.verdict_at(at.time);
        self.phase = phase;
        let side = self.side(&statement.issuer);
        match &statement.body {
            Body::DisputeRule(rule) => self.rule(rule, accepted),
            Body::DisputeConvene(_)
            | Body::DisputeDraw(_)
            | Body::DisputeSeat(_)
            | Body::DisputeCommit(_)
            | Body::DisputeVote(_) => self.empanel(accepted),
            Body::DisputeRespond(respond) => {
                self.show(side, at, &respond.evidence);
                self.response = Some((respond.clone(), at));
                if respond.accepts {
                    self.verdict = Verdict::agreed(DisputeOutcome::Upheld, self.filing.amount.clone());
                    self.phase = Phase::Decided;
                }
            }
            Body::DisputeEvidence(more) => self.show(side, at, &more.evidence),
            Body::DisputeSettle(settle) if statement.in_reply_to.is_some() => {
                self.verdict = Verdict::agreed(settle.outcome, settle.amount.clone());
                self.phase = Phase::Decided;
                // It may have ended before without a decision.
                self.closed = None;
            }
            Body::DisputeSettle(settle) => {
                let (statement, settle) = (statement.hash, settle.clone());
                self.offer = side.map(|by| Offer { by, statement, settle });
            }
            Body::DisputeAppeal(_) => {
                self.appeals.extend(side.map(|side| (side, at)));
                self.appeal(at.time);
            }
            Body::DisputeClose(_) => {
                self.closed = Some(at);
                self.closings += 1;
                self.phase = Phase::Closed;
            }
            _ => {}
        }
        if matches!(side, Some(Side::Filer | Side::Against)) {
            self.said += 1;
        }
        self.head = accepted.head();
        self.moved = at;
    }

    fn show(&mut self, side: Option<Side>, at: LogPoint, evidence: &[Exhibit]) {
        let Some(side) = side else { return };
        self.shown.extend(evidence.iter().map(|exhibit| (side, at, exhibit.clone())));
    }

    /// What the node and the members say of a panel.
    fn empanel(&mut self, accepted: &Accepted) {
        let (statement, at, window) = (accepted.statement(), accepted.at(), self.ladder.vote_ms());
        if let (Body::DisputeConvene(_), Some(size)) = (&statement.body, self.ladder.panel_size()) {
            self.panel = Some(Panel::convened(size, at));
        }
        let Some(panel) = &mut self.panel else { return };
        match (&statement.body, statement.issuer.agent()) {
            (Body::DisputeDraw(draw), _) => panel.draw(draw, at.time, window),
            (Body::DisputeSeat(seat), _) => panel.sit(seat, at.time, window),
            (Body::DisputeCommit(commit), Some(voter)) => {
                panel.commit(voter, commit.commitment, at.time, window);
            }
            (Body::DisputeVote(vote), Some(voter)) => panel.vote(voter, vote, at.time, window),
            _ => {}
        }
        self.phase = panel.phase();
    }

    fn rule(&mut self, rule: &DisputeRule, accepted: &Accepted) {
        let (by, at) = (accepted.statement().issuer.clone(), accepted.at());
        self.rulings.push(Ruling { by, at, statement: accepted.statement().hash, rule: rule.clone() });
        if rule.outcome == DisputeOutcome::Undecided {
            self.phase = match rule.rung {
                Rung::Panel => self.ladder.after_panel(at.time),
                Rung::Replay | Rung::Settlement | Rung::Arbiter => self.ladder.after_replay(at.time),
            };
            return;
        }
        self.verdict = Verdict::ruled(rule);
        self.phase = match rule.effect {
            RulingEffect::Presumptive => Phase::Ruled { until: at.time.plus(self.ladder.appeal_ms()) },
            RulingEffect::Advisory | RulingEffect::Binding => Phase::Decided,
        };
    }

    /// A ruling does not stand: the next rung decides; without one it is an opinion.
    fn appeal(&mut self, now: LogTime) {
        let next = match self.verdict.rung {
            Some(Rung::Replay) => self.ladder.after_settlement(now),
            Some(Rung::Panel) => self.ladder.after_panel(now),
            Some(Rung::Settlement | Rung::Arbiter) | None => Phase::Decided,
        };
        if next == Phase::Decided {
            self.verdict.effect = Some(RulingEffect::Advisory);
        } else {
            self.verdict = Verdict::UNDECIDED;
        }
        self.phase = next;
    }

    /// Where it stands at an instant: time alone leads from one step to the next.
    #[must_use]
    pub fn phase_at(&self, now: LogTime) -> Phase {
        match self.phase {
            Phase::Settling { until } if now >= until => match self.ladder.after_settlement(until) {
                Phase::Arbitrating { until } if now >= until => Phase::Decided,
                next => next,
            },
            Phase::Committing { until } | Phase::Revealing { until } if now >= until => Phase::Counting,
            Phase::Arbitrating { until } | Phase::Ruled { until } if now >= until => Phase::Decided,
            phase => phase,
        }
    }

    /// How it ends as it stands at an instant.
    #[must_use]
    pub fn verdict_at(&self, now: LogTime) -> Verdict {
        match (self.phase, self.phase_at(now)) {
            (Phase::Settling { .. } | Phase::Arbitrating { .. }, Phase::Decided) => Verdict::UNDECIDED,
            _ => self.verdict.clone(),
        }
    }

    /// The ruling of rung 0 that is due; none if it has been given.
    fn ruling_due(&self, finding: Option<&Finding>) -> Option<DisputeRule> {
        let finding = finding.filter(|_| self.phase == Phase::Replaying)?;
        Some(self.ladder.rule_of(finding, &self.filing))
    }

    /// The next instant at which time alone changes it; none when it is over.
    #[must_use]
    pub fn next_deadline(&self) -> Option<LogTime> {
        match self.phase {
            // At once: the node is awaited.
            Phase::Replaying | Phase::Convening | Phase::Drawing | Phase::Counting | Phase::Decided => {
                Some(self.moved.time)
            }
            Phase::Settling { until } => match self.ladder.after_settlement(until) {
                Phase::Arbitrating { until } => Some(until),
                _ => Some(until),
            },
            Phase::Committing { until }
            | Phase::Revealing { until }
            | Phase::Arbitrating { until }
            | Phase::Ruled { until } => Some(until),
            Phase::Closed => None,
        }
    }

    /// What the node has to say at `now`; `finding` is what the log alone decides, `lot` whom it calls to a panel.
    #[must_use]
    pub fn due(&self, now: LogTime, finding: Option<&Finding>, lot: Option<&Lot>) -> Option<Body> {
        match self.phase_at(now) {
            Phase::Decided => Some(Body::DisputeClose(self.verdict_at(now).body())),
            Phase::Replaying => self.ruling_due(finding).map(Body::DisputeRule),
            Phase::Convening => Some(Body::DisputeConvene(Empty {})),
            Phase::Drawing => match lot? {
                Lot::Drawn(draw) => Some(Body::DisputeDraw(draw.clone())),
                Lot::Unanswered | Lot::NotShown => None,
            },
            Phase::Counting => Some(match self.panel.as_ref()?.count() {
                Count::Seats(seats) => Body::DisputeSeat(seats),
                Count::Found(found) => Body::DisputeRule(self.ladder.panel_rule(Some(&found))),
                Count::Nothing => Body::DisputeRule(self.ladder.panel_rule(None)),
            }),
            Phase::Settling { .. }
            | Phase::Committing { .. }
            | Phase::Revealing { .. }
            | Phase::Arbitrating { .. }
            | Phase::Ruled { .. }
            | Phase::Closed => None,
        }
    }
}

/// Reading what a dispute is.
impl Dispute {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> Hash {
        self.id
    }
    /// Who filed it.
    #[must_use]
    pub const fn by(&self) -> &Issuer {
        &self.by
    }
    /// What was filed.
    #[must_use]
    pub const fn filing(&self) -> &DisputeFile {
        &self.filing
    }
    /// Where in the log it was filed.
    #[must_use]
    pub const fn filed(&self) -> LogPoint {
        self.filed
    }
    /// Its last statement.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }
    /// Where something was last said.
    #[must_use]
    pub const fn moved(&self) -> LogPoint {
        self.moved
    }
    /// The rules by which it goes.
    #[must_use]
    pub const fn ladder(&self) -> &Ladder {
        &self.ladder
    }
    /// The panel, from its convening on.
    #[must_use]
    pub const fn panel(&self) -> Option<&Panel> {
        self.panel.as_ref()
    }
    /// The other side's answer, and where in the log.
    #[must_use]
    pub const fn response(&self) -> Option<&(DisputeRespond, LogPoint)> {
        self.response.as_ref()
    }
    /// The offer that can be taken.
    #[must_use]
    pub const fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }
    /// The rulings, in the order of the log.
    #[must_use]
    pub fn rulings(&self) -> &[Ruling] {
        &self.rulings
    }
    /// Who appealed, and where in the log.
    #[must_use]
    pub fn appeals(&self) -> &[(Side, LogPoint)] {
        &self.appeals
    }
    /// What the sides showed, and where in the log.
    #[must_use]
    pub fn shown(&self) -> &[(Side, LogPoint, Exhibit)] {
        &self.shown
    }
    /// Where in the log it ended; none while it is open.
    #[must_use]
    pub const fn closed(&self) -> Option<LogPoint> {
        self.closed
    }
    /// How it ended; none while it is open.
    #[must_use]
    pub fn ended(&self) -> Option<&Verdict> {
        self.closed.map(|_| &self.verdict)
    }
}

/// Whether an issuer speaks for this side: the agent itself, or its organisation where that has no agent on the other.
fn speaks_for(issuer: &Issuer, side: &AgentUri, other: &AgentUri) -> bool {
    match issuer {
        Issuer::Agent(agent) => agent == side,
        Issuer::Organisation(domain) => side.organisation() == *domain && other.organisation() != *domain,
        Issuer::Node(_) => false,
    }
}

/// Exhibits are statements of the session in dispute, or files; what is disclosed is such a statement too.
fn shown_in(
    evidence: &[Exhibit],
    disclosures: Option<&[Disclosure]>,
    session: &Session,
) -> Result<(), Rejection> {
    let unknown = |place: String| Err(Code::UnknownEvidence.at(place).by("ASP-DIS-005"));
    for (place, exhibit) in evidence.iter().enumerate() {
        match exhibit {
            Exhibit::Digest { .. } => {}
            Exhibit::Statement { statement, .. } if session.has_said(statement) => {}
            Exhibit::Statement { .. } => return unknown(format!("/body/evidence/{place}/statement")),
        }
    }
    let mut disclosures = disclosures.unwrap_or_default().iter();
    match disclosures.position(|one| !session.has_said(&one.statement)) {
        Some(place) => unknown(format!("/body/disclosures/{place}/statement")),
        None => Ok(()),
    }
}

fn shown_of(
    evidence: &[Exhibit],
    disclosures: Option<&[Disclosure]>,
    session: Option<&Session>,
) -> Result<(), Rejection> {
    let session = session.ok_or_else(|| Code::UnknownStream.at("/stream").by("ASP-DIS-001"))?;
    shown_in(evidence, disclosures, session)
}
