//! Tools for what is contested, and for what organisations allow each other.

use asp_client::api::CommitmentView;
use asp_client::{CaseEvidence, ConsentTerms, Filing};
use asp_core::name::{AgentUri, Capability};
use asp_core::position::Millis;
use asp_core::statement::body::{DisputeReason, ObligationId, Text};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::args::{agent, id, maybe, maybe_id, needed, parsed, read};
use super::super::failure::Failure;
use super::super::picture;
use super::{limit, page};
use crate::door::{Door, Own};

/// What can be done about a dispute.
pub(super) const ACTS: &[&str] = &["file", "respond", "settle"];
/// What a dispute can be about.
pub(super) const REASONS: &[&str] =
    &["non-delivery", "late", "not-as-agreed", "escrow-violation", "unauthorised-change", "impersonation"];
/// What can be said of a consent.
pub(super) const CONSENT_ACTS: &[&str] = &["request", "grant", "revoke"];
/// The longest time that a consent is asked for here, in days.
pub(super) const DAYS_MAX: u64 = 366;
/// How long it is asked for where nothing is said, in days.
const DAYS: u64 = 30;
/// How grave it is where nothing is said.
const SEVERITY: u32 = 3;
/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    dispute: Option<String>,
    limit: Option<usize>,
}

pub(super) async fn list<D: Door>(door: &D, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let Which { dispute, limit: most } = read(arguments)?;
    let (me, most) = (door.who(), limit(most));
    let found = match maybe_id("dispute", dispute.as_deref())? {
        Some(id) => vec![door.dispute(&id).await?],
        None => door.disputes(most.saturating_add(1)).await?,
    };
    Ok(page("disputes", found.iter().map(|it| picture::dispute(me.as_ref(), it)).collect(), most))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disputing {
    act: String,
    commitment: Option<String>,
    obligation: Option<String>,
    against: Option<String>,
    reason: Option<DisputeReason>,
    severity: Option<u32>,
    amount: Option<String>,
    dispute: Option<String>,
    admit: Option<bool>,
    text: String,
}

pub(super) async fn act(own: &Own, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let said: Disputing = read(arguments)?;
    let disputes = own.agent().disputes();
    let which = || id("dispute", needed(said.dispute.as_deref(), "dispute", "which one")?);
    let text: Text = parsed("text", &said.text)?;
    let id = match said.act.as_str() {
        "file" => file(own, &said, text).await?,
        "respond" => {
            let id = which()?;
            disputes.respond(&id, said.admit.unwrap_or(false), text, Vec::new()).await?;
            id
        }
        "settle" => {
            let id = which()?;
            disputes.settle(&id, text).await?;
            id
        }
        other => {
            return Err(Failure::arguments(format_args!("act: {other:?} is none of {}", ACTS.join(", "))));
        }
    };
    Ok(picture::dispute(own.who().as_ref(), &disputes.show(&id).await?))
}

async fn file(own: &Own, said: &Disputing, claim: Text) -> Result<asp_core::position::Hash, Failure> {
    let commitment = id("commitment", needed(said.commitment.as_deref(), "commitment", "what it is about")?)?;
    let view = own.commitment(&commitment).await?;
    let obligation: Option<ObligationId> = maybe("obligation", said.obligation.as_deref())?;
    let me = own.agent().agent();
    let against = match said.against.as_deref() {
        Some(name) => agent("against", name)?,
        None => other_side(&view, me, obligation.as_ref())?,
    };
    let filing = Filing {
        party: me.clone(),
        against,
        obligation,
        reason: needed(said.reason, "reason", &REASONS.join(", "))?,
        severity: said.severity.unwrap_or(SEVERITY),
        claim,
        amount: maybe("amount", said.amount.as_deref())?,
        evidence: CaseEvidence::default(),
    };
    Ok(own.agent().disputes().file(&view, filing).await?)
}

/// The other side of the obligation, or the only one who owes the agent anything.
fn other_side(
    view: &CommitmentView,
    me: &AgentUri,
    obligation: Option<&ObligationId>,
) -> Result<AgentUri, Failure> {
    let mut others = view.obligations.iter().filter_map(|owed| match obligation {
        Some(id) if owed.id != id.as_str() => None,
        Some(_) if owed.debtor == *me => Some(&owed.creditor),
        Some(_) | None => (owed.creditor == *me).then_some(&owed.debtor),
    });
    let next = "See list_commitments for who owes what to whom.";
    let first = others.next().ok_or_else(|| Failure::nothing("nothing of it is yours to dispute", next))?;
    if others.any(|other| other != first) {
        return Err(Failure::ambiguous(
            "several owe you something under it",
            "Say whom you mean by against.",
        ));
    }
    Ok(first.clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Most {
    limit: Option<usize>,
}

pub(super) async fn consents<D: Door>(door: &D, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let Most { limit: most } = read(arguments)?;
    let (me, most) = (door.who(), limit(most));
    let found = door.consents(most.saturating_add(1)).await?;
    Ok(page("consents", found.iter().map(|it| picture::consent(me.as_ref(), it)).collect(), most))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consenting {
    act: String,
    consent: Option<String>,
    with: Option<String>,
    capabilities: Option<Vec<String>>,
    purpose: Option<String>,
    days: Option<u64>,
    reason: Option<String>,
}

pub(super) async fn consent(own: &Own, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let said: Consenting = read(arguments)?;
    let organisation = own.organisation().ok_or_else(|| Failure::no_key("your organisation"))?;
    let which = || id("consent", needed(said.consent.as_deref(), "consent", "which one")?);
    let id = match said.act.as_str() {
        "request" => {
            let named = said.capabilities.iter().flatten();
            let capabilities =
                named.map(|text| parsed::<Capability>("capabilities", text)).collect::<Result<_, _>>()?;
            let days = Millis(said.days.unwrap_or(DAYS).clamp(1, DAYS_MAX).saturating_mul(DAY_MS));
            let with = parsed("with", needed(said.with.as_deref(), "with", "the other organisation")?)?;
            let purpose = parsed("purpose", needed(said.purpose.as_deref(), "purpose", "what for")?)?;
            let expires = own.agent().client().after(days);
            organisation.request_consent(ConsentTerms::about(with, capabilities, purpose, expires)).await?
        }
        "grant" => {
            let id = which()?;
            organisation.grant_consent(&id).await?;
            id
        }
        "revoke" => {
            let id = which()?;
            let reason = parsed("reason", needed(said.reason.as_deref(), "reason", "why")?)?;
            organisation.revoke_consent(&id, reason).await?;
            id
        }
        other => {
            return Err(Failure::arguments(format_args!(
                "act: {other:?} is none of {}",
                CONSENT_ACTS.join(", ")
            )));
        }
    };
    Ok(picture::consent(own.who().as_ref(), &organisation.consent(&id).await?))
}
