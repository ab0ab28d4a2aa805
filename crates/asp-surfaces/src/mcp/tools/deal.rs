//! Tools of deals: committing, fulfilling, and what is owed.

use asp_client::api::CommitmentView;
use asp_core::attestation::Attestation;
use asp_core::position::Hash;
use asp_core::statement::body::{Evidence, ObligationId, ObligationRef, Showing, Text};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::args::{id, maybe, maybe_id, needed, parsed, read};
use super::super::failure::Failure;
use super::super::picture;
use super::session::{one, told};
use super::{limit, page};
use crate::door::{Door, Own};

/// What can be said of an obligation.
pub(super) const ACTS: &[&str] = &["deliver", "acknowledge", "contest", "progress"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    commitment: Option<String>,
    limit: Option<usize>,
}

pub(super) async fn list<D: Door>(door: &D, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let Which { commitment, limit: most } = read(arguments)?;
    let (me, most) = (door.who(), limit(most));
    let found = match maybe_id("commitment", commitment.as_deref())? {
        Some(id) => vec![door.commitment(&id).await?],
        None => door.commitments(most.saturating_add(1)).await?,
    };
    Ok(page("commitments", found.iter().map(|it| picture::commitment(me.as_ref(), it)).collect(), most))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Committing {
    session: String,
    terms_hash: Option<String>,
}

pub(super) async fn commit(own: &Own, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let Committing { session, terms_hash } = read(arguments)?;
    let session = own.agent().session(&id("session", &session)?);
    let view = session.view().await?;
    let named = maybe_id("termsHash", terms_hash.as_deref())?;
    let pending = view.pending.as_ref().filter(|open| open.awaits.contains(own.agent().agent()));
    let receipt = match pending {
        Some(open) if named.is_none_or(|named| named == open.terms_hash) => {
            session.accept(&open.id, open.terms_hash).await?
        }
        Some(_) | None => {
            let terms = match named {
                Some(named) => named,
                None => one(view.agreed.iter().copied(), "is agreed on", "termsHash")?,
            };
            session.commit(terms).await?
        }
    };
    told(own, &session, &receipt).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fulfilling {
    commitment: String,
    obligation: String,
    stage: Option<String>,
    act: Option<String>,
    artefact: Option<String>,
    digest: Option<String>,
    result: Option<Map<String, Value>>,
    attestation: Option<Value>,
    text: Option<String>,
}

pub(super) async fn fulfil(own: &Own, arguments: Map<String, Value>) -> Result<Value, Failure> {
    let said: Fulfilling = read(arguments)?;
    let (session, view) = own.agent().session_of(&id("commitment", &said.commitment)?).await?;
    let on = ObligationRef {
        commitment: view.id,
        obligation: parsed("obligation", &said.obligation)?,
        stage: maybe("stage", said.stage.as_deref())?,
    };
    let words =
        || -> Result<Text, Failure> { parsed("text", needed(said.text.as_deref(), "text", "the words")?) };
    let receipt = match said.act.as_deref().unwrap_or("deliver") {
        "deliver" => {
            let evidence = evidence(&said, &view, &on)?;
            session.fulfil(on, evidence).await?
        }
        "acknowledge" => session.acknowledge(on).await?,
        "contest" => session.contest(on, words()?).await?,
        "progress" => session.progress(on, words()?).await?,
        other => {
            return Err(Failure::arguments(format_args!("act: {other:?} is none of {}", ACTS.join(", "))));
        }
    };
    told(own, &session, &receipt).await
}

/// What shows a fulfilment.
fn evidence(said: &Fulfilling, view: &CommitmentView, on: &ObligationRef) -> Result<Evidence, Failure> {
    if let Some(attestation) = &said.attestation {
        let none = || Failure::arguments("attestation: it is none");
        let bytes = serde_json::to_vec(attestation).map_err(|_| none())?;
        let attestation = Attestation::from_json(&bytes).map_err(|_| none())?;
        return Ok(Evidence::Attestation { attestation: Box::new(attestation) });
    }
    if let Some(result) = &said.result {
        let schema = schema(view, &on.obligation, on.stage.as_ref());
        let schema =
            schema.ok_or_else(|| Failure::arguments("result: this obligation is not shown by a result"))?;
        return Ok(Evidence::Schema { result: result.clone(), schema });
    }
    if let Some(digest) = maybe_id("digest", said.digest.as_deref())? {
        return Ok(Evidence::Digest { digest });
    }
    match (&said.artefact, &said.text) {
        (Some(artefact), _) => Ok(Evidence::Digest { digest: Hash::of(&[artefact.as_bytes()]) }),
        (None, Some(text)) => Ok(Evidence::Acknowledgement { text: parsed("text", text)? }),
        (None, None) => {
            Err(Failure::arguments("evidence is missing: artefact, digest, result, attestation or text"))
        }
    }
}

/// The schema that a result has to follow.
fn schema(view: &CommitmentView, obligation: &ObligationId, stage: Option<&ObligationId>) -> Option<Hash> {
    let owed = view.obligations.iter().find(|owed| owed.id == obligation.as_str())?;
    let shown_by = match stage {
        Some(stage) => &owed.stages.iter().find(|it| it.id == stage.as_str())?.shown_by,
        None => &owed.shown_by,
    };
    match shown_by {
        Showing::Schema { schema, .. } => Some(*schema),
        Showing::Acknowledgement | Showing::Digest { .. } | Showing::Attestation { .. } => None,
    }
}
