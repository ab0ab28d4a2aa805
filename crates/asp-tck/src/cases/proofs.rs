//! What can be taken away and checked elsewhere: bundles (ASP-BUN) and the digits of trust (ASP-TRU).

use asp_core::bundle::{Anchors, Bundle, Rule, Verdict};
use asp_core::name::AgentUri;
use asp_core::position::{LogTime, Position};
use asp_core::rejection::Code;
use asp_core::statement::body::{Body, KeyRevoke};
use asp_core::trust::{Evidence, Outcome, Question, STEPS_MIN, assess, history as traced};
use serde_json::Value;

use super::{Case, code};
use crate::finding::{Finding, hold};
use crate::stage::{Stage, text};

pub(super) const CASES: &[Case] = &[
    code!(
        [
            "ASP-BUN-001",
            "ASP-BUN-002",
            "ASP-BUN-003",
            "ASP-BUN-004",
            "ASP-BUN-006",
            "ASP-BUN-007",
            "ASP-BUN-008",
            "ASP-BUN-009",
            "ASP-BUN-010"
        ],
        "the bundle of a deal that was kept proves it without the node",
        kept
    ),
    code!(
        [
            "ASP-BUN-001",
            "ASP-BUN-002",
            "ASP-BUN-003",
            "ASP-BUN-004",
            "ASP-BUN-006",
            "ASP-BUN-007",
            "ASP-BUN-008",
            "ASP-BUN-009",
            "ASP-BUN-010"
        ],
        "the bundle of a deal under a mandate, with keys that were changed, proves it too",
        delegated
    ),
    code!(["ASP-TRU-001"], "anybody computes the digits of a trust answer from what it names", digits),
    code!(["ASP-TRU-001"], "a breach counts, and is what the answer rests on", breach),
    code!(["ASP-TRU-004"], "a history gives at each instant what that instant gets", history),
    code!(["ASP-TRU-002"], "who has no record has 10 points", newcomer),
    code!(["ASP-TRU-003"], "what a stolen key praised earns nothing once that is known", praised),
    code!(["ASP-TRU-003"], "a breach falls with the creditor's key and not with the debtor's", blamed),
];

/// The number of the rule that a check of a bundle decides.
const fn number(rule: Rule) -> &'static str {
    match rule {
        Rule::Form => "ASP-BUN-001",
        Rule::Signatures => "ASP-BUN-002",
        Rule::Chains => "ASP-BUN-003",
        Rule::KeysWhenLogged => "ASP-BUN-004",
        Rule::KeysNow => "ASP-BUN-005",
        Rule::Replay => "ASP-BUN-006",
        Rule::SignedByAll => "ASP-BUN-007",
        Rule::Checkpoint => "ASP-BUN-008",
        Rule::Inclusion => "ASP-BUN-009",
        Rule::Receipts => "ASP-BUN-010",
        Rule::Obligations => "ASP-BUN-011",
        Rule::LogKey => "ASP-BUN-012",
        Rule::DomainControl => "ASP-BUN-013",
        Rule::Witnesses => "ASP-BUN-014",
        Rule::Later => "ASP-BUN-015",
    }
}

/// What no bundle can show by itself.
const fn cannot_show(rule: Rule) -> bool {
    matches!(rule, Rule::DomainControl | Rule::Witnesses | Rule::Later)
}

/// Fetches the bundle of the deal and has the core verify it.
async fn proves(stage: &mut Stage, who: &str) -> Result<(), Finding> {
    let path = format!("/v1/commitments/{}/bundle", stage.hash("deal").to_hex());
    let answer = stage.get_as(who, &path).await?;
    hold(answer.status == 200, "a bundle", answer.told()).map_err(|finding| finding.at(&path))?;
    stage.wire.transcript.bundle(&answer.bytes);
    let parsed = Bundle::parse(&answer.bytes);
    let bundle = parsed.map_err(|error| Finding::new("a bundle", error).of(&["ASP-BUN-001"]).at(&path))?;
    let report = bundle.verify(&Anchors { node_key: Some(stage.wire.node_key) });
    for (rule, check) in Rule::ALL.iter().zip(&report.checks) {
        let right = match check.verdict {
            Verdict::Proved => true,
            Verdict::NotShown => cannot_show(*rule),
            Verdict::Refuted => false,
        };
        if !right {
            let came = format!("{}: {}", check.verdict.as_str(), check.detail);
            let finding = Finding::new(format_args!("{}: proved", check.claim), came);
            stage.remarks.push(finding.of(&[number(*rule)]).at(&path));
        }
    }
    hold(report.checks.len() == Rule::ALL.len(), "every check", report.checks.len())
}

const KEPT: &str = "buyer PROPOSE with seller
    seller ACCEPT
    buyer PROPOSE firm
    seller ACCEPT as deal
    seller INFORM fulfilment goods
    buyer INFORM acknowledgement goods -> EXECUTING [FULFILLED: goods FULFILLED]";

async fn kept(stage: &mut Stage) -> Result<(), Finding> {
    stage.play(KEPT).await?;
    proves(stage, "buyer").await?;
    stage.go_on("buyer CLOSE -> CLOSED(COMPLETED)\n seller CLOSE -> CLOSED(COMPLETED)").await?;
    proves(stage, "seller.example").await
}

async fn delegated(stage: &mut Stage) -> Result<(), Finding> {
    stage.enter("buyer seller clerk").await?;
    let body = asp_core::statement::body::KeyRotate {
        new_key: stage.key("next").id(),
        old_key: stage.key("buyer").id(),
    };
    let body = Body::AgentKeyRotate(body);
    let draft = stage.draft("buyer", stage.agent_stream("buyer")?, body)?;
    let rotation = stage.sign(&draft, &["buyer", "next"])?;
    stage.take(rotation).await?;
    let next = stage.key("next");
    stage.use_key("buyer", next);
    stage
        .go_on(
            "buyer PROPOSE with seller
             seller ACCEPT
             buyer DELEGATE to clerk as m
             clerk for m PROPOSE firm
             seller ACCEPT as deal                 -> EXECUTING [ACTIVE: goods OPEN]",
        )
        .await?;
    proves(stage, "seller").await
}

/// How an obligation ended, as the log has it.
struct Ending {
    at: (Position, LogTime),
    statement: asp_core::position::Hash,
    outcome: Outcome,
}

/// What the log has of the seller, if its deals ended so.
fn evidence(stage: &Stage, endings: &[Ending]) -> Result<Vec<Evidence>, Finding> {
    let (debtor, creditor): (AgentUri, AgentUri) = (stage.uri("seller")?, stage.uri("buyer")?);
    let piece = |ending: &Ending| {
        Ok(Evidence {
            index: ending.at.0,
            at: ending.at.1,
            debtor: debtor.clone(),
            creditor: creditor.clone(),
            value: asp_core::amount::Money { amount: text("100")?, currency: text("USD")? },
            capability: Some(text("provision.compute.gpu")?),
            outcome: ending.outcome,
            statement: ending.statement,
            // What nobody distrusts counts whatever it rests on.
            grounds: std::collections::BTreeSet::new(),
            void: None,
        })
    };
    endings.iter().map(piece).collect()
}

/// Asks how the seller's score came to be, and computes each moment from the evidence.
async fn history(stage: &mut Stage) -> Result<(), Finding> {
    stage.play(KEPT).await?;
    let ending = ending(stage, "INFORM", Outcome::Fulfilled)?;
    let (since, evidence) = (ending.at.1, evidence(stage, &[ending])?);
    let path = format!(
        "/v1/trust/history?agent={}&amount=100&currency=USD&since={since}&steps={STEPS_MIN}",
        stage.uri("seller")?
    );
    let said: Value = stage.get_as("buyer", &path).await?.json().map_err(|finding| finding.at(&path))?;
    let question = said.get("question").cloned().unwrap_or_default();
    let question: Question = serde_json::from_value(question)
        .map_err(|error| Finding::new("the whole question in the answer", error).at(&path))?;
    let computed = serde_json::to_value(traced(&evidence, &question, since, STEPS_MIN)).unwrap_or_default();
    hold(computed == said, &computed, &said).map_err(|finding| finding.at(&path))
}

/// Asks how far the seller can be trusted, and computes the answer from the evidence.
async fn recompute(stage: &mut Stage, endings: &[Ending]) -> Result<Value, Finding> {
    let debtor: AgentUri = stage.uri("seller")?;
    let evidence = evidence(stage, endings)?;
    let path = format!("/v1/trust?agent={debtor}&amount=100&currency=USD&capability=provision");
    let said: Value = stage.get_as("buyer", &path).await?.json().map_err(|finding| finding.at(&path))?;
    let question = said.get("question").cloned().unwrap_or_default();
    let question: Question = serde_json::from_value(question)
        .map_err(|error| Finding::new("the whole question in the answer", error).at(&path))?;
    let observer = stage.domain("buyer")?;
    let asked = question.subject == debtor
        && question.observer.iter().eq([&observer])
        && question.class.amount.to_string() == "100"
        && endings.iter().all(|ending| ending.at.0 < question.prefix && ending.at.1 <= question.instant);
    hold(asked, "the question that was asked", format_args!("{question:?}"))
        .map_err(|finding| finding.at(&path))?;
    let computed = serde_json::to_value(assess(&evidence, &question)).unwrap_or_default();
    for member in ["model", "score", "level", "factors", "parts", "lenders", "restsOn"] {
        let (right, came) = (computed.get(member), said.get(member));
        let show = |value: Option<&Value>| value.map(Value::to_string).unwrap_or_default();
        hold(right == came, format_args!("{member} {}", show(right)), show(came))
            .map_err(|finding| finding.at(&path))?;
    }
    Ok(said)
}

/// The end of an obligation by a statement that the kit has made.
fn ending(stage: &Stage, name: &str, outcome: Outcome) -> Result<Ending, Finding> {
    let lost = || Finding::new("a statement that was taken in", name);
    let statement = stage.names.get(name).ok_or_else(lost)?.hash;
    let receipt = stage.receipts.get(&statement).ok_or_else(lost)?;
    Ok(Ending { at: (receipt.log_index, receipt.log_time), statement, outcome })
}

fn score(said: &Value) -> &str {
    said.get("score").and_then(Value::as_str).unwrap_or_default()
}

async fn digits(stage: &mut Stage) -> Result<(), Finding> {
    stage.play(KEPT).await?;
    let mut endings = vec![ending(stage, "INFORM", Outcome::Fulfilled)?];
    let first = recompute(stage, &endings).await?;
    stage
        .go_on(
            "buyer PROPOSE firm
             seller ACCEPT as more
             seller INFORM fulfilment goods of more
             buyer INFORM acknowledgement goods of more
             +10ms",
        )
        .await?;
    endings.push(ending(stage, "INFORM", Outcome::Fulfilled)?);
    let second = recompute(stage, &endings).await?;
    hold(score(&first) != score(&second), "a score that a second deal moves", score(&second))
}

async fn breach(stage: &mut Stage) -> Result<(), Finding> {
    stage.play(KEPT).await?;
    let mut endings = vec![ending(stage, "INFORM", Outcome::Fulfilled)?];
    stage
        .go_on(
            "soon = seller owes buyer late 100 within 1s
             buyer PROPOSE firm soon
             seller ACCEPT
             +1s -> EXECUTING [FULFILLED: goods FULFILLED; BREACHED: late BREACHED]",
        )
        .await?;
    let session = stage.session.ok_or_else(|| Finding::new("a session", "none"))?;
    let path = format!("/v1/sessions/{}/messages?limit=1000", session.to_hex());
    let page: Value = stage.get_as("buyer", &path).await?.json()?;
    let last = page.pointer("/messages").and_then(Value::as_array).and_then(|all| all.last()).cloned();
    let last = last.unwrap_or_default();
    let unreadable = || Finding::new("the node's breach", &last).at(&path);
    let member = |name: &str| last.get(name).and_then(Value::as_str).unwrap_or_default();
    endings.push(Ending {
        at: (
            Position(last.get("logIndex").and_then(Value::as_u64).ok_or_else(unreadable)?),
            member("logTime").parse().map_err(|_| unreadable())?,
        ),
        statement: member("hash").parse().map_err(|_| unreadable())?,
        outcome: Outcome::Breached,
    });
    recompute(stage, &endings).await.map(drop)
}

async fn newcomer(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    stage.member("seller").await?;
    let said = recompute(stage, &[]).await?;
    hold(score(&said) == "10.000", "10.000", score(&said))?;
    let nobody = format!("/v1/trust?agent={}", stage.uri("nobody")?);
    let answer = stage.get_as("buyer", &nobody).await?;
    hold(answer.member("code") == Code::NotFound.as_str(), Code::NotFound, answer.told())
        .map_err(|finding| finding.at(nobody))
}

/// The organisation of an agent distrusts the agent's key from the beginning of the log on.
async fn distrust(stage: &mut Stage, name: &str) -> Result<(), Finding> {
    let key = stage.key(name).id();
    let revoke = KeyRevoke { from_index: Some(Position(0)), key, reason: text("stolen")? };
    let stream = stage.agent_stream(name)?;
    let statement = stage.by(&format!("{name}.example"), stream, Body::AgentKeyRevoke(revoke))?;
    stage.take(statement).await.map(drop)
}

/// The seller's score as the buyer's organisation sees it.
async fn seen(stage: &mut Stage) -> Result<String, Finding> {
    let path = format!("/v1/trust?agent={}&amount=100&currency=USD", stage.uri("seller")?);
    let said: Value = stage.get_as("buyer.example", &path).await?.json()?;
    Ok(score(&said).to_owned())
}

async fn praised(stage: &mut Stage) -> Result<(), Finding> {
    stage.play(KEPT).await?;
    let before = seen(stage).await?;
    hold(before != "10.000", "more than a newcomer's points", &before)?;
    distrust(stage, "buyer").await?;
    let after = seen(stage).await?;
    hold(after == "10.000", "10.000 once the creditor's key is distrusted", after)
}

async fn blamed(stage: &mut Stage) -> Result<(), Finding> {
    stage
        .play(
            "soon = seller owes buyer late 100 within 1s
             buyer PROPOSE with seller
             seller ACCEPT
             buyer PROPOSE firm soon
             seller ACCEPT
             +1s -> EXECUTING [BREACHED: late BREACHED]",
        )
        .await?;
    let before = seen(stage).await?;
    hold(before != "10.000", "fewer than a newcomer's points", &before)?;
    distrust(stage, "seller").await?;
    let still = seen(stage).await?;
    hold(still != "10.000", "a breach that its debtor's own word does not undo", still)?;
    distrust(stage, "buyer").await?;
    let after = seen(stage).await?;
    hold(after == "10.000", "10.000 once the creditor's key is distrusted", after)
}
