//! Bodies in the stream of a dispute, what a package agrees on disputes, and the award that ends one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Disclosure, Nonce, ObligationId, Package, Text, bound, some};
use crate::amount::Money;
use crate::key::KeyId;
use crate::limits;
use crate::name::{AgentUri, Issuer};
use crate::position::{Hash, Millis};
use crate::rejection::{Code, Rejection};

/// The gravest severity.
const SEVERITY_MAX: u32 = 5;

/// The highest level of trust.
const LEVEL_MAX: u32 = 4;

bodies! {
    /// What a package agrees on disputes under it; all who are bound by the package sign it.
    struct DisputeTerms {
        /// Who rules where the parties do not agree: an agent or organisation that neither owes nor is owed; nobody if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        arbiter: Option<Issuer>,
        /// What who files gives as a deposit, held until the dispute ends; nothing if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        deposit: Option<Money>,
        /// The strongest effect that a ruling may have; `binding` if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        effect: Option<RulingEffect>,
        /// That a panel rules where the parties do not agree, before the arbiter is asked; none if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        panel: Option<PanelTerms>,
        /// The rungs of the ladder that there are; all if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        rungs: Option<BTreeSet<Rung>>,
        /// How long each step may take.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        windows: Option<DisputeWindows>,
    }
    /// What panel rules in a dispute.
    struct PanelTerms {
        /// The level of trust from which on an agent can be drawn, 0 to 4, as both sides' organisations see it; 2 if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        level: Option<u32>,
        /// How many sit on it, 3 or 5.
        size: u32,
    }
    /// How long the steps of a dispute may take; what is absent is the default of the protocol.
    struct DisputeWindows {
        /// How long a ruling can be appealed.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        appeal_ms: Option<Millis>,
        /// How long the arbiter has.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        rule_ms: Option<Millis>,
        /// How long the parties have among themselves.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        settle_ms: Option<Millis>,
        /// How long a panel has to hide its votes, and again to show them.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        vote_ms: Option<Millis>,
    }
    /// `dispute.file`: opens a dispute about one obligation, or about all that one party owes another under a commitment.
    struct DisputeFile {
        /// The other side of the obligation.
        against: AgentUri,
        /// What is asked for, at most; whatever the obligation is worth if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        amount: Option<Money>,
        /// What is claimed, for people.
        claim: Text,
        /// The commitment.
        commitment: Hash,
        /// What the log holds sealed of the session, shut anew for keys that are to open it; nothing if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        disclosures: Option<Vec<Disclosure>>,
        /// What shows it.
        evidence: Vec<Exhibit>,
        /// Makes the dispute's id unguessable.
        nonce: Nonce,
        /// The obligation; all that `against` owes `party` if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        obligation: Option<ObligationId>,
        /// Whose dispute it is: the issuer, or an agent of the organisation that files.
        party: AgentUri,
        /// What it is about.
        reason: DisputeReason,
        /// What the package agreed on disputes, word for word; absent if it says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        rules: Option<DisputeTerms>,
        /// The session.
        session: Hash,
        /// How grave it is to who files, 1 to 5.
        severity: u32,
    }
    /// `dispute.respond`: the other side's answer.
    struct DisputeRespond {
        /// Whether it admits the claim, which ends the dispute.
        accepts: bool,
        /// What the log holds sealed of the session, shut anew for keys that are to open it; nothing if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        disclosures: Option<Vec<Disclosure>>,
        /// What shows its side.
        evidence: Vec<Exhibit>,
        /// Words for people.
        text: Text,
    }
    /// `dispute.evidence`: more that a side shows.
    struct DisputeEvidence {
        /// What the log holds sealed of the session, shut anew for keys that are to open it; nothing if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        disclosures: Option<Vec<Disclosure>>,
        /// What it shows.
        evidence: Vec<Exhibit>,
    }
    /// `dispute.settle`: how a side would end it. The other side takes it by repeating outcome and amount in reply to it.
    struct DisputeSettle {
        /// What is paid: to who filed, or to the other side if the outcome is `abusive`.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        amount: Option<Money>,
        /// How it ends.
        outcome: DisputeOutcome,
        /// Words for people.
        text: Text,
    }
    /// `dispute.draw`: whom the lot has called to the panel. Anybody who has the log draws the same.
    struct DisputeDraw {
        /// How many organisations had a ticket in the lottery.
        candidates: u32,
        /// Who is called, in the order of the lot: those who sit first, then those who replace the silent.
        ranked: Vec<AgentUri>,
        /// The root of the log that ends with the statement by which the panel was convened.
        root: Hash,
    }
    /// `dispute.seat`: who sits on the panel from here on, some in place of those who were silent.
    struct DisputeSeat {
        /// Who sits.
        members: BTreeSet<AgentUri>,
    }
    /// `dispute.commit`: a member of the panel hides its vote until all have hidden theirs.
    struct DisputeCommit {
        /// The hash of the vote, the dispute, the voter and the salt.
        commitment: Hash,
    }
    /// `dispute.vote`: a member of the panel shows the vote that it hid.
    struct DisputeVote {
        /// What is to be paid: to who filed, or to the other side if the filing was abusive.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        amount: Option<Money>,
        /// What it finds of the claim.
        outcome: DisputeOutcome,
        /// Why, for people.
        reasons: Text,
        /// What kept the vote from being guessed.
        salt: Nonce,
    }
    /// `dispute.rule`: by the node at rung 0 and, as the panel voted, at rung 2, by the arbiter at rung 3.
    struct DisputeRule {
        /// What is paid: to who filed, or to the other side if the filing was abusive.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        amount: Option<Money>,
        /// How far it binds.
        effect: RulingEffect,
        /// What is found of the claim.
        outcome: DisputeOutcome,
        /// Why, for people.
        reasons: Text,
        /// The rung that rules.
        rung: Rung,
    }
    /// `dispute.appeal`: a party does not take a ruling that can be appealed.
    struct DisputeAppeal {
        /// Why, for people.
        reason: Text,
    }
    /// `dispute.close`: the node says how a dispute ended that nobody can move any more.
    struct DisputeClose {
        /// What is paid.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        amount: Option<Money>,
        /// How far it binds; absent if nothing was decided.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        effect: Option<RulingEffect>,
        /// How it ended.
        outcome: DisputeOutcome,
        /// The rung at which it was decided; absent if nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        rung: Option<Rung>,
    }
    /// INFORM, `award`: what a dispute that has ended makes of an obligation.
    struct Award {
        /// What becomes of the obligation.
        becomes: ObligationEnd,
        /// The commitment.
        commitment: Hash,
        /// The dispute.
        dispute: Hash,
        /// The obligation in the commitment.
        obligation: ObligationId,
        /// How the dispute ended.
        outcome: DisputeOutcome,
        /// What one side owes the other by it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        pays: Option<AwardPayment>,
    }
    /// What an award lets one side owe the other.
    struct AwardPayment {
        /// How much.
        amount: Money,
        /// Who owes it.
        from: AgentUri,
        /// Who is owed it.
        to: AgentUri,
    }
}

words! {
    /// What a dispute is about.
    enum DisputeReason as "kebab-case" {
        /// Whether it was delivered.
        NonDelivery,
        /// Whether it was in time.
        Late,
        /// Whether it was what was agreed.
        NotAsAgreed,
        /// Whether money was held and moved as agreed.
        EscrowViolation,
        /// Whether what is owed was changed without everybody's signature.
        UnauthorisedChange,
        /// Whether somebody else signed.
        Impersonation,
    }
    /// What becomes of a claim.
    enum DisputeOutcome as "kebab-case" {
        /// It holds.
        Upheld,
        /// It holds in part.
        Partly,
        /// It does not hold.
        Dismissed,
        /// It does not hold, and should not have been made.
        Abusive,
        /// Nobody decided.
        Undecided,
    }
    /// How far a ruling binds, the weakest first.
    enum RulingEffect as "kebab-case" {
        /// It is an opinion.
        Advisory,
        /// It stands unless one of the parties appeals in time.
        Presumptive,
        /// It stands.
        Binding,
    }
    /// What becomes of an obligation by an award.
    enum ObligationEnd as "kebab-case" {
        /// It counts as fulfilled.
        Fulfilled,
        /// It counts as breached.
        Breached,
        /// It is neither: nothing is owed any more, and it says nothing about anybody.
        Lapsed,
        /// It stays as it is.
        Unchanged,
    }
}

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Rung {
    /// 0: what the log alone decides.
    Replay,
    /// 1: what the parties agree among themselves.
    Settlement,
    /// 2: what a panel decides that the lot drew.
    Panel,
    /// 3: what the arbiter decides whom the parties named.
    Arbiter,
}

impl Rung {
    /// Every rung, from below.
    pub const ALL: [Self; 4] = [Self::Replay, Self::Settlement, Self::Panel, Self::Arbiter];

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Replay => 0,
            Self::Settlement => 1,
            Self::Panel => 2,
            Self::Arbiter => 3,
        }
    }
}

impl TryFrom<u32> for Rung {
    type Error = &'static str;
    fn try_from(number: u32) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|rung| rung.number() == number).ok_or("a rung: 0 to 3")
    }
}

impl From<Rung> for u32 {
    fn from(rung: Rung) -> Self {
        rung.number()
    }
}

/// Something that a side shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Exhibit {
    /// A statement of the session in dispute.
    Statement {
        /// What it shows, for people.
        note: Text,
        /// Its hash.
        statement: Hash,
    },
    /// A file outside the log, by its SHA-256: who shows it hands it over when asked.
    Digest {
        /// The SHA-256 of the file.
        digest: Hash,
        /// What it shows, for people.
        note: Text,
    },
}

impl DisputeFile {
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        if !(1..=SEVERITY_MAX).contains(&self.severity) {
            return Err(Code::InvalidBody.at("/body/severity"));
        }
        if let Some(rules) = &self.rules {
            rules.bounds("/body/rules")?;
        }
        disclosures_bounded(self.disclosures.as_deref())?;
        exhibits_bounded(&self.evidence, 0)
    }
}

impl DisputeRespond {
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        disclosures_bounded(self.disclosures.as_deref())?;
        exhibits_bounded(&self.evidence, 0)
    }
}

impl DisputeEvidence {
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        disclosures_bounded(self.disclosures.as_deref())?;
        exhibits_bounded(&self.evidence, 1)
    }
}

impl DisputeSettle {
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        match self.outcome {
            DisputeOutcome::Upheld | DisputeOutcome::Partly | DisputeOutcome::Dismissed => Ok(()),
            DisputeOutcome::Abusive | DisputeOutcome::Undecided => Err(Code::InvalidBody.at("/body/outcome")),
        }
    }
}

impl DisputeDraw {
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        let most = limits::PANEL_MAX.saturating_mul(limits::PANEL_TURNS_MAX);
        bound("/body/ranked", self.ranked.len(), 0..=most)?;
        let distinct: BTreeSet<&AgentUri> = self.ranked.iter().collect();
        if distinct.len() == self.ranked.len() { Ok(()) } else { Err(Code::InvalidBody.at("/body/ranked")) }
    }
}

impl DisputeVote {
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        match self.outcome {
            DisputeOutcome::Upheld
            | DisputeOutcome::Partly
            | DisputeOutcome::Dismissed
            | DisputeOutcome::Abusive => Ok(()),
            DisputeOutcome::Undecided => Err(Code::InvalidBody.at("/body/outcome")),
        }
    }
}

impl DisputeTerms {
    /// Nothing but the defaults.
    #[must_use]
    pub const fn defaults() -> Self {
        Self { arbiter: None, deposit: None, effect: None, panel: None, rungs: None, windows: None }
    }

    fn bounds(&self, place: &str) -> Result<(), Rejection> {
        let refused = |member: &str| Err(Code::InvalidBody.at(format!("{place}{member}")));
        if matches!(self.arbiter, Some(Issuer::Node(_))) {
            return refused("/arbiter");
        }
        if self.rungs.as_ref().is_some_and(BTreeSet::is_empty) {
            return refused("/rungs");
        }
        if let Some(panel) = &self.panel {
            if !matches!(panel.size, 3 | 5) {
                return refused("/panel/size");
            }
            if panel.level.is_some_and(|level| level > LEVEL_MAX) {
                return refused("/panel/level");
            }
        }
        let windows = self.windows.iter().flat_map(|it| {
            [
                ("/windows/appealMs", it.appeal_ms),
                ("/windows/ruleMs", it.rule_ms),
                ("/windows/settleMs", it.settle_ms),
                ("/windows/voteMs", it.vote_ms),
            ]
        });
        let fits = |span: Millis| (1..=limits::DISPUTE_WINDOW_MS_MAX.0).contains(&span.0);
        let wrong = windows.filter(|(_, span)| !span.is_none_or(fits)).map(|(name, _)| name).next();
        wrong.map_or(Ok(()), refused)
    }
}

/// What a package says of disputes is within its bounds.
pub(super) fn terms_bounded(place: &str, package: &Package) -> Result<(), Rejection> {
    package.disputes.as_ref().map_or(Ok(()), |terms| terms.bounds(&format!("{place}/disputes")))
}

/// Disclosures are some, not too many, of each statement one for each key, and none has more than its suite makes.
fn disclosures_bounded(disclosures: Option<&[Disclosure]>) -> Result<(), Rejection> {
    const PLACE: &str = "/body/disclosures";
    let Some(disclosures) = disclosures else { return Ok(()) };
    bound(PLACE, disclosures.len(), 1..=limits::DISCLOSURES_MAX)?;
    let distinct: BTreeSet<(Hash, KeyId)> = disclosures.iter().map(|one| (one.statement, one.to)).collect();
    let large = |one: &Disclosure| one.enc.bytes().len() > limits::ENCAPSULATED_BYTES_MAX;
    if distinct.len() < disclosures.len() || disclosures.iter().any(large) {
        return Err(Code::InvalidBody.at(PLACE));
    }
    Ok(())
}

/// A list of exhibits has at least `least`, and not too many.
fn exhibits_bounded(evidence: &[Exhibit], least: usize) -> Result<(), Rejection> {
    bound("/body/evidence", evidence.len(), least..=limits::EXHIBITS_MAX)
}
