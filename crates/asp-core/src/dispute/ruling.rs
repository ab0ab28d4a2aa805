//! The ladder of a dispute as the parties agreed it, what may be disputed, and how a dispute ends.
//! Knows no statement but the filing.

use std::collections::BTreeSet;

use super::Dispute;
use super::panel::Found;
use super::replay::Finding;
use crate::amount::{Decimal, Money};
use crate::limits;
use crate::name::{AgentUri, Domain, Issuer};
use crate::position::{LogPoint, LogTime, Millis};
use crate::rejection::{Code, Rejection};
use crate::session::{Commitment, Duty, Progress, Session};
use crate::statement::body::{
    DisputeClose, DisputeFile, DisputeOutcome, DisputeReason, DisputeRule, DisputeTerms, Package, PanelTerms,
    RulingEffect, Rung, Text,
};
use crate::trust::Level;

use super::Phase;

/// The rules by which a dispute goes, with the defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    arbiter: Option<Issuer>,
    effect: RulingEffect,
    panel: Option<PanelTerms>,
    rungs: BTreeSet<Rung>,
    settle_ms: Millis,
    appeal_ms: Millis,
    rule_ms: Millis,
    vote_ms: Millis,
}

impl Ladder {
    /// What was agreed, or the rules of the protocol: every rung, no panel, and nobody who rules.
    #[must_use]
    pub fn of(agreed: Option<&DisputeTerms>) -> Self {
        let defaults = DisputeTerms::defaults();
        let agreed = agreed.unwrap_or(&defaults);
        let windows = agreed.windows.as_ref();
        Self {
            arbiter: agreed.arbiter.clone(),
            effect: agreed.effect.unwrap_or(RulingEffect::Binding),
            panel: agreed.panel.clone(),
            rungs: agreed.rungs.clone().unwrap_or_else(|| Rung::ALL.into()),
            settle_ms: windows.and_then(|it| it.settle_ms).unwrap_or(limits::DISPUTE_SETTLE_MS),
            appeal_ms: windows.and_then(|it| it.appeal_ms).unwrap_or(limits::DISPUTE_APPEAL_MS),
            rule_ms: windows.and_then(|it| it.rule_ms).unwrap_or(limits::DISPUTE_RULE_MS),
            vote_ms: windows.and_then(|it| it.vote_ms).unwrap_or(limits::DISPUTE_VOTE_MS),
        }
    }

    /// Whether there is such a rung.
    #[must_use]
    pub fn has(&self, rung: Rung) -> bool {
        self.rungs.contains(&rung)
    }

    /// Who rules where the parties do not agree.
    #[must_use]
    pub const fn arbiter(&self) -> Option<&Issuer> {
        self.arbiter.as_ref()
    }

    /// The strongest effect that a ruling may have.
    #[must_use]
    pub const fn effect(&self) -> RulingEffect {
        self.effect
    }

    /// How long a ruling can be appealed.
    #[must_use]
    pub const fn appeal_ms(&self) -> Millis {
        self.appeal_ms
    }

    /// How long the arbiter has.
    #[must_use]
    pub const fn rule_ms(&self) -> Millis {
        self.rule_ms
    }

    /// How long a panel has to hide its votes, and again to show them.
    #[must_use]
    pub const fn vote_ms(&self) -> Millis {
        self.vote_ms
    }

    /// How many sit on the panel of rung 2; none where there is no such panel.
    #[must_use]
    pub fn panel_size(&self) -> Option<usize> {
        let panel = self.panel.as_ref().filter(|_| self.has(Rung::Panel))?;
        usize::try_from(panel.size).ok()
    }

    /// The level of trust from which on an agent can be drawn for a panel.
    #[must_use]
    pub fn panel_level(&self) -> Level {
        match self.panel.as_ref().and_then(|panel| panel.level) {
            Some(0) => Level::Unverified,
            Some(1) => Level::Verified,
            None | Some(2) => Level::Established,
            Some(3) => Level::Trusted,
            Some(_) => Level::Premium,
        }
    }

    /// Whether somebody can be asked where the parties do not agree.
    #[must_use]
    pub fn somebody_rules(&self) -> bool {
        self.panel_size().is_some() || self.arbiter_rules()
    }

    /// Whether somebody is there to rule at rung 3.
    #[must_use]
    pub fn arbiter_rules(&self) -> bool {
        self.arbiter.is_some() && self.has(Rung::Arbiter)
    }

    /// The first step that the log alone does not take.
    pub(super) fn after_replay(&self, now: LogTime) -> Phase {
        if self.has(Rung::Settlement) {
            Phase::Settling { until: now.plus(self.settle_ms) }
        } else {
            self.after_settlement(now)
        }
    }

    /// Who is asked where the parties did not agree.
    pub(super) fn after_settlement(&self, now: LogTime) -> Phase {
        if self.panel_size().is_some() { Phase::Convening } else { self.after_panel(now) }
    }

    /// Who is asked where no panel decided.
    pub(super) fn after_panel(&self, now: LogTime) -> Phase {
        if self.arbiter_rules() {
            Phase::Arbitrating { until: now.plus(self.rule_ms) }
        } else {
            Phase::Decided
        }
    }

    /// The ruling of rung 0 for what the log shows.
    pub(super) fn rule_of(&self, finding: &Finding, filing: &DisputeFile) -> DisputeRule {
        // Who could be asked instead can be: what nobody can appeal stands.
        let open = if self.somebody_rules() { RulingEffect::Presumptive } else { RulingEffect::Binding };
        let fits =
            |amount: &Money| self.within_claim(Some(amount), finding.outcome, filing.amount.as_ref()).is_ok();
        DisputeRule {
            amount: finding.amount.clone().filter(fits),
            effect: self.effect.min(open),
            outcome: finding.outcome,
            reasons: finding.reasons(),
            rung: Rung::Replay,
        }
    }

    /// The ruling of rung 2 for what the panel found; that it found nothing if none.
    pub(super) fn panel_rule(&self, found: Option<&Found>) -> DisputeRule {
        let open = if self.arbiter_rules() { RulingEffect::Presumptive } else { RulingEffect::Binding };
        DisputeRule {
            amount: found.and_then(|found| found.amount.clone()),
            effect: self.effect.min(open),
            outcome: found.map_or(DisputeOutcome::Undecided, |found| found.outcome),
            reasons: found.map_or(Text::of("The panel has no majority that voted."), Found::reasons),
            rung: Rung::Panel,
        }
    }

    /// Nobody pays more than what was claimed, nor anything where nothing was found.
    pub(super) fn within_claim(
        &self,
        amount: Option<&Money>,
        outcome: DisputeOutcome,
        most: Option<&Money>,
    ) -> Result<(), Rejection> {
        let Some(amount) = amount else { return Ok(()) };
        let refused = || Code::AboveClaim.at("/body/amount").by("ASP-DIS-009");
        match outcome {
            DisputeOutcome::Dismissed | DisputeOutcome::Undecided => return Err(refused()),
            DisputeOutcome::Upheld | DisputeOutcome::Partly | DisputeOutcome::Abusive => {}
        }
        let fits = |most: &Money| most.currency == amount.currency && amount.amount <= most.amount;
        if most.is_none_or(fits) { Ok(()) } else { Err(refused()) }
    }
}

/// How a dispute ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What became of the claim.
    pub outcome: DisputeOutcome,
    /// What is paid: to who filed, or to the other side if the filing was abusive.
    pub amount: Option<Money>,
    /// How far it binds; none if nothing was decided.
    pub effect: Option<RulingEffect>,
    /// The rung at which it was decided.
    pub rung: Option<Rung>,
}

impl Verdict {
    /// Nobody decided.
    pub const UNDECIDED: Self =
        Self { outcome: DisputeOutcome::Undecided, amount: None, effect: None, rung: None };

    /// What the parties agreed.
    pub(super) const fn agreed(outcome: DisputeOutcome, amount: Option<Money>) -> Self {
        Self { outcome, amount, effect: Some(RulingEffect::Binding), rung: Some(Rung::Settlement) }
    }

    pub(super) fn ruled(rule: &DisputeRule) -> Self {
        Self {
            outcome: rule.outcome,
            amount: rule.amount.clone(),
            effect: Some(rule.effect),
            rung: Some(rule.rung),
        }
    }

    /// The node's words for it.
    #[must_use]
    pub fn body(&self) -> DisputeClose {
        let Self { outcome, amount, effect, rung } = self.clone();
        DisputeClose { amount, effect, outcome, rung }
    }

    /// Whether it changes anything: something was decided, and as more than an opinion.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.outcome != DisputeOutcome::Undecided
            && self.effect.is_some_and(|effect| effect > RulingEffect::Advisory)
    }
}

/// The duties that a filing is about: the one that it names, or all that the other side owes who files.
pub(crate) fn subjects<'a>(file: &DisputeFile, commitment: &'a Commitment) -> Vec<&'a Duty> {
    let between = |duty: &&Duty| {
        let (debtor, creditor) = (&duty.obligation.debtor, &duty.obligation.creditor);
        match &file.obligation {
            Some(id) => {
                duty.obligation.id == *id
                    && ((debtor, creditor) == (&file.against, &file.party)
                        || (debtor, creditor) == (&file.party, &file.against))
            }
            None => (debtor, creditor) == (&file.against, &file.party),
        }
    };
    commitment.duties().iter().filter(between).collect()
}

/// The filing is about something between the two, by the rules that they agreed, and not too late.
pub(super) fn decide_subject(file: &DisputeFile, session: &Session, now: LogTime) -> Result<(), Rejection> {
    let refused = |code: Code, place: &str| code.at(place).by("ASP-DIS-002");
    let commitment = session.commitments().get(&file.commitment);
    let commitment = commitment.ok_or_else(|| refused(Code::UnknownObligation, "/body/commitment"))?;
    let duties = subjects(file, commitment);
    if duties.is_empty() {
        return Err(refused(Code::UnknownObligation, "/body/obligation"));
    }
    if file.rules != commitment.package.disputes {
        return Err(Code::TermsMismatch.at("/body/rules").by("ASP-DIS-003"));
    }
    if !duties.iter().any(|duty| is_disputable(file, duty)) {
        return Err(refused(Code::NothingToDispute, "/body/reason"));
    }
    let late =
        |duty: &&Duty| duty.ended().is_some_and(|ended| now > ended.time.plus(limits::DISPUTE_FILING_MS));
    if duties.iter().all(late) { Err(refused(Code::DeadlinePassed, "/body/obligation")) } else { Ok(()) }
}

/// Whether there is something about the duty for which this could be the reason.
fn is_disputable(file: &DisputeFile, duty: &Duty) -> bool {
    // By when it was due is in a seal, so that nothing came is for who is owed it to say. Not for who owes it: else it would shut
    // the creditor out before anything is due.
    let unmet = duty.is_withheld() && duty.obligation.creditor == file.party;
    match file.reason {
        DisputeReason::NonDelivery | DisputeReason::Late | DisputeReason::NotAsAgreed => {
            match duty.in_question() {
                Progress::Delivered { .. }
                | Progress::Fulfilled { .. }
                | Progress::Contested
                | Progress::Breached => true,
                Progress::Open => unmet && file.reason != DisputeReason::NotAsAgreed,
                Progress::Lapsed => false,
            }
        }
        DisputeReason::EscrowViolation | DisputeReason::UnauthorisedChange | DisputeReason::Impersonation => {
            true
        }
    }
}

/// What an organisation has filed, as far as it bounds what it files next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filings {
    /// Open disputes that it filed against the same other organisation.
    pub open: usize,
    /// Its filings that were found abusive lately, by rulings that stand.
    pub abusive: usize,
}

impl Filings {
    /// What `filer` has filed among these disputes, against `against` and lately.
    #[must_use]
    pub fn among<'a>(
        disputes: impl Iterator<Item = &'a Dispute>,
        filer: &Domain,
        against: &Domain,
        now: LogTime,
    ) -> Self {
        let mut filings = Self::default();
        for dispute in disputes.filter(|it| it.filing().party.organisation() == *filer) {
            let other = dispute.filing().against.organisation();
            // What an organisation does within itself keeps nobody else busy.
            let open = dispute.closed().is_none() && other == *against && other != *filer;
            filings.open += usize::from(open);
            filings.abusive += usize::from(dispute.is_abusive_at(now));
        }
        filings
    }

    /// Not too much is open between the two, and the habit is none of spite (ASP-DIS-025).
    pub(super) fn decide(self) -> Result<(), Rejection> {
        if self.open >= limits::DISPUTE_OPEN_MAX {
            return Err(Code::TooManyOpen.at("/body/against").by("ASP-DIS-025"));
        }
        if self.abusive >= limits::DISPUTE_ABUSIVE_MAX {
            return Err(Code::NotAllowed.at("/body/party").by("ASP-DIS-025"));
        }
        Ok(())
    }
}

impl Dispute {
    /// Whether a ruling that stands found that it should not have been filed.
    #[must_use]
    pub fn is_abusive(&self) -> bool {
        self.ended().is_some_and(|it| it.stands() && it.outcome == DisputeOutcome::Abusive)
    }

    /// Whether that is so recent that it counts against the next filing.
    fn is_abusive_at(&self, now: LogTime) -> bool {
        let recent = |ended: LogPoint| ended.time.plus(limits::DISPUTE_ABUSIVE_MS) >= now;
        self.is_abusive() && self.closed().is_some_and(recent)
    }
}

/// Nothing of it is in dispute, was ruled, or was disputed before by the same side.
pub(super) fn decide_first<'a>(
    file: &DisputeFile,
    others: impl Iterator<Item = &'a Dispute>,
) -> Result<(), Rejection> {
    let meets = |other: &&Dispute| {
        let one = other.filing();
        one.session == file.session && one.commitment == file.commitment && overlaps(one, file)
    };
    for other in others.filter(meets) {
        let Some(verdict) = other.ended() else {
            return Err(Code::DisputeOpen.at("/body/obligation").by("ASP-DIS-004"));
        };
        if decides(other.filing().reason, verdict) || other.filing().party == file.party {
            return Err(Code::AlreadyRuled.at("/body/obligation").by("ASP-DIS-004"));
        }
    }
    Ok(())
}

/// Whether how a dispute ended says what became of the obligation. That nobody forged or changed anything leaves open whether
/// it was kept: otherwise the debtor could shut the creditor out by asking.
fn decides(reason: DisputeReason, verdict: &Verdict) -> bool {
    let about_the_terms = match reason {
        DisputeReason::NonDelivery | DisputeReason::Late | DisputeReason::NotAsAgreed => false,
        DisputeReason::EscrowViolation | DisputeReason::UnauthorisedChange | DisputeReason::Impersonation => {
            true
        }
    };
    let refuted = match verdict.outcome {
        DisputeOutcome::Dismissed | DisputeOutcome::Abusive => true,
        DisputeOutcome::Upheld | DisputeOutcome::Partly | DisputeOutcome::Undecided => false,
    };
    verdict.stands() && !(about_the_terms && refuted)
}

/// Whether two filings under one commitment could be about the same obligation. Who files about the whole files about all
/// between the two.
fn overlaps(one: &DisputeFile, other: &DisputeFile) -> bool {
    let sides = |file: &DisputeFile| BTreeSet::from([file.party.clone(), file.against.clone()]);
    match (&one.obligation, &other.obligation) {
        (Some(one), Some(other)) => one == other,
        (None, _) | (_, None) => sides(one) == sides(other),
    }
}

/// Whether what a package says of disputes can be followed: who rules neither owes nor is owed, and a deposit can be moved
/// (ASP-DIS-015).
#[must_use]
pub fn arbiter_apart(package: &Package) -> bool {
    let deposit = package.disputes.as_ref().and_then(|terms| terms.deposit.as_ref());
    if deposit.is_some_and(|deposit| deposit.minor().is_none()) {
        return false;
    }
    let Some(arbiter) = package.disputes.as_ref().and_then(|terms| terms.arbiter.as_ref()) else {
        return true;
    };
    let home = arbiter.organisation();
    let of = |agent: &AgentUri| Some(agent.organisation()) == home;
    !package.parties().any(of)
}

/// What an obligation is worth, or several together; none where their currencies differ.
#[must_use]
pub fn worth(duties: &[&Duty]) -> Option<Money> {
    let first = duties.first()?;
    let currency = first.obligation.value.currency.clone();
    let add = |sum: Decimal, duty: &&Duty| {
        let value = &duty.obligation.value;
        (value.currency == currency).then(|| sum.checked_add(value.amount)).flatten()
    };
    let amount = duties.iter().try_fold(Decimal::ZERO, add)?;
    Some(Money { amount, currency })
}
