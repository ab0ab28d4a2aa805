//! Disputes: who files about what, who says what in them, and what becomes of the obligation (ASP-DIS).

use std::collections::BTreeSet;
use std::time::Instant;

use asp_core::name::{AgentUri, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, Millis, Sequence};
use asp_core::rejection::Code;
use asp_core::statement::body::{
    Award, Body, Card, CardSet, DisputeAppeal, DisputeClose, DisputeCommit, DisputeDraw, DisputeEvidence,
    DisputeFile, DisputeOutcome, DisputeReason, DisputeRespond, DisputeRule, DisputeSeat, DisputeSettle,
    DisputeTerms, DisputeVote, DisputeWindows, Empty, Exhibit, Inform, ObligationEnd, PanelTerms,
    RulingEffect, Rung,
};
use serde_json::Value;

use super::{Case, code};
use crate::dialogue::PATIENCE;
use crate::finding::Finding;
use crate::stage::{Stage, text};

pub(super) const CASES: &[Case] = &[
    code!(
        ["ASP-DIS-001", "ASP-DIS-002", "ASP-DIS-003", "ASP-DIS-004", "ASP-DIS-005", "ASP-DIS-016"],
        "a dispute is filed by who is bound, about something between the two, and once",
        filings
    ),
    code!(
        ["ASP-DIS-006", "ASP-DIS-011", "ASP-DIS-012", "ASP-DIS-013", "ASP-DIS-014"],
        "the node says what the log alone decides, closes the dispute and awards it, and nobody else does",
        replayed
    ),
    code!(["ASP-DIS-007", "ASP-DIS-008"], "the two sides end a dispute by saying the same", settled),
    code!(
        ["ASP-DIS-009", "ASP-DIS-010", "ASP-DIS-015"],
        "the arbiter rules whom the package names, in its time, and may be appealed",
        arbitrated
    ),
    code!(
        ["ASP-DIS-020", "ASP-DIS-021", "ASP-DIS-022", "ASP-DIS-023", "ASP-DIS-024"],
        "a panel is drawn by lot, hides its votes and shows them, and nobody rules but as they come to",
        empanelled
    ),
];

/// How long the steps take here.
const WINDOW: Millis = Millis(1_500);

/// A deal in dispute.
struct Court {
    session: Hash,
    commitment: Hash,
    dispute: Hash,
    rules: Option<DisputeTerms>,
}

impl Court {
    /// The seller says that it has delivered, the buyer that it has not; a mediator may rule.
    async fn open(stage: &mut Stage, effect: RulingEffect) -> Result<Self, Finding> {
        Self::open_by(stage, effect, None).await
    }

    /// The same, with a panel that rules before the mediator.
    async fn open_by(
        stage: &mut Stage,
        effect: RulingEffect,
        panel: Option<PanelTerms>,
    ) -> Result<Self, Finding> {
        stage
            .play(
                "buyer PROPOSE with seller
                 seller ACCEPT                      -> INTRODUCED",
            )
            .await?;
        stage.member("mediator").await?;
        let windows = DisputeWindows {
            appeal_ms: Some(WINDOW),
            rule_ms: Some(Millis(60_000)),
            settle_ms: Some(WINDOW),
            vote_ms: None,
        };
        let rules = DisputeTerms {
            arbiter: Some(stage.issuer("mediator")?),
            deposit: None,
            effect: Some(effect),
            panel,
            rungs: None,
            windows: Some(windows),
        };
        let own = DisputeTerms { arbiter: Some(stage.issuer("seller.example")?), ..rules.clone() };
        stage.disputes = Some(own);
        stage.go_on("buyer PROPOSE firm goods -> ! INVALID_TERMS ASP-SES-031 /body").await?;
        stage.disputes = Some(rules.clone());
        stage
            .go_on(
                "buyer PROPOSE firm goods           -> CONVERSING
                 seller ACCEPT as deal              -> EXECUTING
                 seller INFORM fulfilment goods     -> EXECUTING
                 buyer INFORM contest goods         -> EXECUTING [ACTIVE: goods CONTESTED]",
            )
            .await?;
        let commitment = stage.names.get("deal").map(|head| head.hash);
        let (Some(session), Some(commitment)) = (stage.session, commitment) else {
            return Err(Finding::new("a case that can be read", "no deal"));
        };
        Ok(Self { session, commitment, dispute: Hash::of(&[]), rules: Some(rules) })
    }

    fn filing(&self, stage: &Stage, reason: DisputeReason) -> Result<DisputeFile, Finding> {
        Ok(DisputeFile {
            against: stage.uri("seller")?,
            amount: None,
            claim: text("it is not right")?,
            commitment: self.commitment,
            disclosures: None,
            evidence: Vec::new(),
            nonce: stage.nonce()?,
            obligation: Some(text("goods")?),
            party: stage.uri("buyer")?,
            reason,
            rules: self.rules.clone(),
            session: self.session,
            severity: 3,
        })
    }

    async fn file(&mut self, stage: &mut Stage, reason: DisputeReason) -> Result<(), Finding> {
        let body = Body::DisputeFile(self.filing(stage, reason)?);
        let statement = stage.by("buyer", StreamName::Opens(StreamKind::Dispute), body)?;
        self.dispute = stage.take(statement).await?;
        Ok(())
    }

    const fn stream(&self) -> StreamId {
        StreamId::Dispute(self.dispute)
    }

    /// Waits until the last statement in a stream is of this type, and learns where the stream ends.
    async fn until(&self, stage: &mut Stage, stream: &StreamId, kind: &str) -> Result<Value, Finding> {
        let end = Instant::now() + PATIENCE;
        loop {
            let last = last(stage, stream).await?;
            if word(&last, "/type") == kind {
                return Ok(last);
            }
            if Instant::now() >= end {
                return Err(Finding::new(
                    format_args!("{kind} at the end of {stream}"),
                    word(&last, "/type"),
                ));
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    async fn say(&self, stage: &mut Stage, who: &str, body: Body) -> Result<Hash, Finding> {
        let statement = stage.by(who, StreamName::Of(self.stream()), body)?;
        stage.take(statement).await
    }

    async fn reply(&self, stage: &mut Stage, who: &str, body: Body, to: Hash) -> Result<Hash, Finding> {
        let mut draft = stage.draft(who, StreamName::Of(self.stream()), body)?;
        draft.in_reply_to = Some(to);
        let statement = stage.sign(&draft, &[who])?;
        stage.take(statement).await
    }

    async fn refused(&self, stage: &mut Stage, who: &str, body: Body, code: Code) -> Result<(), Finding> {
        let statement = stage.by(who, StreamName::Of(self.stream()), body)?;
        stage.refuse(&statement, code).await.map_err(|finding| finding.at(who))
    }
}

/// A text of a value.
fn word<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The last statement of a stream as one of its readers gets it.
async fn last(stage: &mut Stage, stream: &StreamId) -> Result<Value, Finding> {
    let path = format!("/v1/statements?stream={stream}&limit=100");
    let answer = stage.get_as("buyer", &path).await?;
    let page: Value = answer.json().map_err(|finding| finding.at(&path))?;
    let messages = page.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
    let last = messages.last().and_then(|message| message.get("statement").cloned()).unwrap_or_default();
    let bytes = asp_core::statement::draft::canonical(&last);
    let read = asp_core::statement::Statement::from_bytes(&bytes);
    let statement = read.map_err(|rejection| Finding::new("a statement", rejection))?;
    let head = Head { sequence: Sequence(statement.sequence.0), hash: statement.hash };
    stage.heads.insert(stream.clone(), head);
    Ok(last)
}

fn ruling(outcome: DisputeOutcome, effect: RulingEffect) -> Result<Body, Finding> {
    let reasons = text("so I find")?;
    Ok(Body::DisputeRule(DisputeRule { amount: None, effect, outcome, reasons, rung: Rung::Arbiter }))
}

fn settlement(outcome: DisputeOutcome) -> Result<Body, Finding> {
    Ok(Body::DisputeSettle(DisputeSettle { amount: None, outcome, text: text("let us end it")? }))
}

fn answer(accepts: bool) -> Result<Body, Finding> {
    Ok(Body::DisputeRespond(DisputeRespond {
        accepts,
        disclosures: None,
        evidence: Vec::new(),
        text: text("well")?,
    }))
}

fn appeal() -> Result<Body, Finding> {
    Ok(Body::DisputeAppeal(DisputeAppeal { reason: text("no")? }))
}

async fn filings(stage: &mut Stage) -> Result<(), Finding> {
    let mut court = Court::open(stage, RulingEffect::Binding).await?;
    stage.member("stranger").await?;
    let file = court.filing(stage, DisputeReason::NotAsAgreed)?;
    let exhibit =
        |statement| -> Result<Exhibit, Finding> { Ok(Exhibit::Statement { note: text("look")?, statement }) };
    let none = Hash::of(&[b"none"]);
    let wrong = [
        ("stranger", file.clone(), Code::UnknownStream),
        ("stranger", DisputeFile { party: stage.uri("stranger")?, ..file.clone() }, Code::UnknownStream),
        ("buyer", DisputeFile { session: none, ..file.clone() }, Code::UnknownStream),
        ("buyer", DisputeFile { obligation: Some(text("other")?), ..file.clone() }, Code::UnknownObligation),
        ("buyer", DisputeFile { rules: None, ..file.clone() }, Code::TermsMismatch),
        ("buyer", DisputeFile { evidence: vec![exhibit(none)?], ..file.clone() }, Code::UnknownEvidence),
    ];
    for (who, file, code) in wrong {
        let statement = stage.by(who, StreamName::Opens(StreamKind::Dispute), Body::DisputeFile(file))?;
        stage.refuse(&statement, code).await?;
    }
    court.file(stage, DisputeReason::NotAsAgreed).await?;
    let again = Body::DisputeFile(court.filing(stage, DisputeReason::Late)?);
    let statement = stage.by("buyer", StreamName::Opens(StreamKind::Dispute), again)?;
    stage.refuse(&statement, Code::DisputeOpen).await?;
    court.until(stage, &court.stream(), "dispute.rule").await?;
    let show = |statement| -> Result<Body, Finding> {
        Ok(Body::DisputeEvidence(DisputeEvidence { disclosures: None, evidence: vec![exhibit(statement)?] }))
    };
    court.refused(stage, "seller", show(none)?, Code::UnknownEvidence).await?;
    court.refused(stage, "mediator", show(court.commitment)?, Code::RoleNotAllowed).await?;
    court.refused(stage, "stranger", show(court.commitment)?, Code::UnknownStream).await?;
    court.say(stage, "seller.example", show(court.commitment)?).await?;
    let session = StreamId::Session(court.session);
    for (stream, who, status) in [
        (court.stream(), "mediator", 200),
        (session.clone(), "mediator", 200),
        (court.stream(), "stranger", 404),
        (session, "stranger", 404),
    ] {
        let answer = stage.get_as(who, &format!("/v1/statements?stream={stream}")).await?;
        if answer.status != status {
            return Err(Finding::new(status, answer.told()).of(&["ASP-DIS-016"]).at(who));
        }
    }
    Ok(())
}

async fn replayed(stage: &mut Stage) -> Result<(), Finding> {
    let mut court = Court::open(stage, RulingEffect::Advisory).await?;
    court.rules = court.rules.map(|rules| DisputeTerms { effect: Some(RulingEffect::Advisory), ..rules });
    court.file(stage, DisputeReason::Late).await?;
    // An opinion is closed at once, and awards nothing.
    let closed = court.until(stage, &court.stream(), "dispute.close").await?;
    let came = (word(&closed, "/body/outcome"), word(&closed, "/body/effect"));
    if came != ("dismissed", "advisory") {
        return Err(Finding::new("dismissed, as an opinion", &closed));
    }
    let rule = DisputeRule {
        amount: None,
        effect: RulingEffect::Binding,
        outcome: DisputeOutcome::Upheld,
        reasons: text("so I say")?,
        rung: Rung::Replay,
    };
    court.refused(stage, "buyer", Body::DisputeRule(rule.clone()), Code::DisputeEnded).await?;
    // The same about another deal, whose ruling stands.
    let mut other = Stage::new(std::sync::Arc::clone(&stage.wire), stage.about)?;
    let stage = &mut other;
    let mut court = Court::open(stage, RulingEffect::Presumptive).await?;
    court.file(stage, DisputeReason::Late).await?;
    court.until(stage, &court.stream(), "dispute.rule").await?;
    court.refused(stage, "buyer", Body::DisputeRule(rule), Code::RoleNotAllowed).await?;
    let close = DisputeClose { amount: None, effect: None, outcome: DisputeOutcome::Undecided, rung: None };
    court.refused(stage, "seller", Body::DisputeClose(close), Code::RoleNotAllowed).await?;
    let award = Award {
        becomes: ObligationEnd::Breached,
        commitment: court.commitment,
        dispute: court.dispute,
        obligation: text("goods")?,
        outcome: DisputeOutcome::Upheld,
        pays: None,
    };
    let session = StreamId::Session(court.session);
    let forged = stage.by("buyer", StreamName::Of(session.clone()), Body::Inform(Inform::Award(award)))?;
    stage.refuse(&forged, Code::NotAllowed).await?;
    court.until(stage, &court.stream(), "dispute.close").await?;
    stage.go_on("+0s -> EXECUTING [FULFILLED: goods FULFILLED]").await
}

async fn settled(stage: &mut Stage) -> Result<(), Finding> {
    let mut court = Court::open(stage, RulingEffect::Binding).await?;
    court.file(stage, DisputeReason::NotAsAgreed).await?;
    court.until(stage, &court.stream(), "dispute.rule").await?;
    court.refused(stage, "buyer", answer(true)?, Code::RoleNotAllowed).await?;
    court.say(stage, "seller", answer(false)?).await?;
    court.refused(stage, "seller", answer(true)?, Code::NotAllowed).await?;
    let offered = court.say(stage, "seller", settlement(DisputeOutcome::Partly)?).await?;
    let mut draft =
        stage.draft("buyer", StreamName::Of(court.stream()), settlement(DisputeOutcome::Upheld)?)?;
    draft.in_reply_to = Some(offered);
    let other = stage.sign(&draft, &["buyer"])?;
    stage.refuse(&other, Code::TermsMismatch).await?;
    court.reply(stage, "buyer", settlement(DisputeOutcome::Partly)?, offered).await?;
    court.until(stage, &court.stream(), "dispute.close").await?;
    stage.go_on("+0s -> EXECUTING [TERMINATED: goods LAPSED]").await
}

async fn arbitrated(stage: &mut Stage) -> Result<(), Finding> {
    let mut court = Court::open(stage, RulingEffect::Presumptive).await?;
    court.file(stage, DisputeReason::NotAsAgreed).await?;
    court.until(stage, &court.stream(), "dispute.rule").await?;
    let upheld = || ruling(DisputeOutcome::Upheld, RulingEffect::Presumptive);
    court.refused(stage, "buyer", upheld()?, Code::RoleNotAllowed).await?;
    court.refused(stage, "mediator", upheld()?, Code::NotAllowed).await?;
    court.refused(stage, "seller", appeal()?, Code::NotAllowed).await?;
    // The time of the parties among themselves passes without a word.
    tokio::time::sleep(std::time::Duration::from_millis(WINDOW.0 + 200)).await;
    let stronger = ruling(DisputeOutcome::Upheld, RulingEffect::Binding)?;
    court.refused(stage, "mediator", stronger, Code::NotAllowed).await?;
    court.say(stage, "mediator", upheld()?).await?;
    court.say(stage, "seller", appeal()?).await?;
    let closed = court.until(stage, &court.stream(), "dispute.close").await?;
    if word(&closed, "/body/effect") == "advisory" {
        return Ok(());
    }
    Err(Finding::new("an opinion, as nobody is there to hear the appeal", &closed))
}

/// Who offers to sit, each of an organisation of its own.
const JURORS: [&str; 5] = ["juror1", "juror2", "juror3", "juror4", "juror5"];

/// Registers those who offer to sit on panels, before anything is filed.
async fn jurors(stage: &mut Stage) -> Result<(), Finding> {
    for name in JURORS {
        stage.member(name).await?;
        let agent = stage.uri(name)?;
        let card =
            Card::of(text("Juror")?, text("weighs both sides")?, BTreeSet::from([text("arbitration")?]));
        let stream = StreamName::Of(StreamId::Agent(agent));
        let statement = stage.by(name, stream, Body::AgentCardSet(CardSet { card }))?;
        stage.take(statement).await?;
    }
    Ok(())
}

/// The names of those jurors who sit first on a panel that was drawn, in the order of the lot.
fn seated(stage: &Stage, drawn: &Value) -> Result<Vec<&'static str>, Finding> {
    let ranked = drawn.pointer("/body/ranked").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut seated = Vec::new();
    for called in ranked.iter().take(3) {
        for name in JURORS {
            if called.as_str() == Some(stage.uri(name)?.to_string().as_str()) {
                seated.push(name);
            }
        }
    }
    if seated.len() == 3 { Ok(seated) } else { Err(Finding::new("three jurors of this case first", drawn)) }
}

async fn empanelled(stage: &mut Stage) -> Result<(), Finding> {
    let panel = PanelTerms { level: Some(0), size: 3 };
    jurors(stage).await?;
    let mut court = Court::open_by(stage, RulingEffect::Binding, Some(panel)).await?;
    court.file(stage, DisputeReason::NotAsAgreed).await?;
    court.until(stage, &court.stream(), "dispute.rule").await?;
    let convene = || Body::DisputeConvene(Empty {});
    court.refused(stage, "buyer", convene(), Code::RoleNotAllowed).await?;
    let drawn = court.until(stage, &court.stream(), "dispute.draw").await?;
    let seated = seated(stage, &drawn)?;
    let members: BTreeSet<AgentUri> = JURORS.iter().map(|name| stage.uri(name)).collect::<Result<_, _>>()?;
    let members = members.into_iter().take(3).collect();
    let ranked = Vec::new();
    let draw = DisputeDraw { candidates: 0, ranked, root: Hash::of(&[b"another"]) };
    court.refused(stage, "seller", Body::DisputeDraw(draw), Code::RoleNotAllowed).await?;
    court.refused(stage, "seller", Body::DisputeSeat(DisputeSeat { members }), Code::RoleNotAllowed).await?;
    let rule = DisputeRule {
        amount: None,
        effect: RulingEffect::Presumptive,
        outcome: DisputeOutcome::Upheld,
        reasons: text("so we find")?,
        rung: Rung::Panel,
    };
    court.refused(stage, "mediator", Body::DisputeRule(rule), Code::RoleNotAllowed).await?;
    let mut votes = Vec::new();
    for (name, outcome) in
        seated.iter().zip([DisputeOutcome::Upheld, DisputeOutcome::Dismissed, DisputeOutcome::Dismissed])
    {
        let (salt, reasons) = (stage.nonce()?, text("I looked at it")?);
        votes.push((*name, DisputeVote { amount: None, outcome, reasons, salt }));
    }
    let hidden = |stage: &Stage, name: &str, vote: &DisputeVote| -> Result<Body, Finding> {
        let commitment = asp_core::dispute::hidden(&court.dispute, &stage.uri(name)?, vote);
        Ok(Body::DisputeCommit(DisputeCommit { commitment }))
    };
    for (name, vote) in &votes {
        let hide = hidden(stage, name, vote)?;
        court.refused(stage, "seller", hide.clone(), Code::RoleNotAllowed).await?;
        court.refused(stage, name, Body::DisputeVote(vote.clone()), Code::NotAllowed).await?;
        court.say(stage, name, hide.clone()).await?;
        court.refused(stage, name, hide, Code::NotAllowed).await?;
    }
    for (name, vote) in &votes {
        let other = DisputeVote { outcome: DisputeOutcome::Partly, ..vote.clone() };
        court.refused(stage, name, Body::DisputeVote(other), Code::VoteMismatch).await?;
        court.say(stage, name, Body::DisputeVote(vote.clone())).await?;
    }
    let ruled = court.until(stage, &court.stream(), "dispute.rule").await?;
    let came = (word(&ruled, "/body/outcome"), word(&ruled, "/body/effect"));
    // The mediator can still be asked.
    if came == ("dismissed", "presumptive") {
        Ok(())
    } else {
        Err(Finding::new("dismissed by two of three", &ruled).of(&["ASP-DIS-024"]))
    }
}
