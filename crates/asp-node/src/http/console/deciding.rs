//! What a person decides about a consent: a page that says what it changes, and the form that does it.
//! What is decided is said, and judged, as by `POST /v1/consents/{id}/decision`.

use std::sync::Arc;

use askama::Template;
use asp_client::api::{ConsentDecision, ConsentSession, ConsentView, NewConsentDecision};
use asp_core::name::Domain;
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::session::table::State as Phase;
use asp_core::statement::body::CommitmentState;
use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::super::consents::{self, WhichSessions};
use super::super::extract::{Id, OwnForm, Params};
use super::super::problem::Denial;
use super::super::{App, speaking};
use super::cells::{self, Html};
use super::consents::{Allowed, allowed};
use super::{Frame, Look, Visitor, Way, page};
use crate::auth::Credentials;
use crate::auth::people::Kind;
use crate::auth::rights::Right;

/// What an organisation can decide about a consent as it stands.
pub(super) fn decisions(view: &ConsentView, own: Option<&Domain>) -> Vec<ConsentDecision> {
    let mut open = Vec::new();
    match view.standing.as_str() {
        "REQUESTED" if own == Some(&view.with) => {
            open.extend([ConsentDecision::Grant, ConsentDecision::Revoke])
        }
        "REQUESTED" | "GRANTED" => open.push(ConsentDecision::Revoke),
        "REVOKED" if !view.acknowledged && view.revoked_by.as_ref() != own => {
            open.push(ConsentDecision::Acknowledge);
        }
        _ => {}
    }
    open
}

/// What a button says that leads to a decision.
pub(super) const fn label(decision: ConsentDecision) -> &'static str {
    match decision {
        ConsentDecision::Grant => "Grant",
        ConsentDecision::Revoke => "Revoke",
        ConsentDecision::Acknowledge => "Confirm that you know",
    }
}

/// The key that is kept for the organisation of who looks, as a page shows it.
///
/// # Errors
/// That it cannot be read.
pub(super) async fn key(app: &Arc<App>, organisation: &Domain) -> Result<Option<Html>, Denial> {
    let whose = organisation.clone();
    let key = app.blocking(move |app| speaking::kept(app, &whose)).await?;
    Ok(key.map(|key| cells::key(&key.id())))
}

#[derive(Template)]
#[template(path = "decide.html")]
struct Page {
    frame: Frame,
    id_text: String,
    decision: String,
    label: &'static str,
    heading: &'static str,
    tone: &'static str,
    changes: &'static str,
    by: Html,
    with: Html,
    purpose: Html,
    allowed: Vec<Allowed>,
    ending: Vec<Resting>,
    finishing: Vec<Resting>,
    more: bool,
    gives_reason: bool,
    organisation: String,
    key: Option<Html>,
}

/// A session that the decision changes.
struct Resting {
    id: String,
    capability: Html,
    phase: Html,
}

/// What to decide.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// `grant`, `revoke` or `acknowledge`.
    decision: ConsentDecision,
}

/// See what a decision about a consent would change.
///
/// With the form that takes it. Where it cannot be taken any more the page leads back to the consent.
#[utoipa::path(get, path = "/console/consents/{id}/decision", tag = "console",
    params(("id" = String, Path, description = "64 hexadecimal digits"), Which),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    Params(which): Params<Which>,
) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let (state, who) = (|| State(Arc::clone(&app)), || look.credentials.clone());
        if !look.may(Right::Consent) {
            return Err(Code::NotPermitted.into());
        }
        let Json(view) = consents::show(state(), who(), Id(id)).await?;
        if !decisions(&view, look.organisation()).contains(&which.decision) {
            return back(&id);
        }
        let asked = WhichSessions { page_size: None, page_token: None };
        let Json(resting) = consents::sessions(state(), who(), Id(id), Params(asked)).await?;
        let key = match look.organisation() {
            Some(organisation) => key(&app, organisation).await?,
            None => None,
        };
        let more = resting.next_page_token.is_some();
        page(&asking(&look, &view, which.decision, (&resting.sessions, more), key))
    };
    way.answer(found.await)
}

fn asking(
    look: &Look,
    view: &ConsentView,
    decision: ConsentDecision,
    (sessions, more): (&[ConsentSession], bool),
    key: Option<Html>,
) -> Page {
    let own = look.organisation();
    let (heading, tone, changes) = match decision {
        ConsentDecision::Grant => (
            "Grant this consent?",
            "info",
            "From then on agents of the two organisations may meet for this. Either side can narrow or revoke it at any time.",
        ),
        ConsentDecision::Revoke => (
            "Revoke this consent?",
            "bad",
            "At once, and for good: no session can begin under it any more. A session in which nothing is owed ends. Where \
             something is owed, it is still delivered and settled, and nothing new is offered.",
        ),
        ConsentDecision::Acknowledge => (
            "Confirm that you know?",
            "info",
            "It says in the log that you know of the revocation, which holds with or without it.",
        ),
    };
    let revokes = decision == ConsentDecision::Revoke;
    let open = sessions.iter().filter(|one| revokes && !matches!(one.state, Phase::Closed | Phase::Failed));
    let owes =
        |one: &&ConsentSession| one.commitments.iter().any(|deal| deal.state == CommitmentState::Active);
    let (finishing, ending): (Vec<_>, Vec<_>) = open.partition(owes);
    let resting = |all: Vec<&ConsentSession>| all.into_iter().map(Resting::from).collect();
    Page {
        frame: look.frame("consents", heading),
        id_text: view.id.to_hex(),
        decision: cells::word(&decision),
        label: label(decision),
        heading,
        tone,
        changes,
        by: cells::organisation(&view.by, own),
        with: cells::organisation(&view.with, own),
        purpose: cells::theirs(&view.purpose, Some(&view.by), own),
        allowed: allowed(view),
        ending: resting(ending),
        finishing: resting(finishing),
        more: revokes && more,
        gives_reason: revokes,
        organisation: own.map(ToString::to_string).unwrap_or_default(),
        key,
    }
}

impl From<&ConsentSession> for Resting {
    fn from(session: &ConsentSession) -> Self {
        Self {
            id: session.id.to_hex(),
            capability: cells::capability(&session.capability),
            phase: cells::pill(session.state.as_str()),
        }
    }
}

/// What a form decides.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read field by field")]
pub(super) struct DecisionForm {
    /// `grant`, `revoke` or `acknowledge`.
    decision: String,
    /// Why; of a revocation alone.
    reason: Option<String>,
}

/// Decide about a consent by a form.
///
/// The same as `POST /v1/consents/{id}/decision`, for a page of this node.
#[utoipa::path(post, path = "/console/consents/{id}/decision", tag = "console",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    request_body(content = DecisionForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "It is taken; leads to the consent")),
    security(("session" = [])))]
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    Id(id): Id,
    form: Result<OwnForm, Denial>,
) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(denial) => return denial.into_response(),
    };
    let way = Way::of(&format!("/console/consents/{}/decision", id.to_hex()), &form.headers);
    way.answer(decided(&app, &id, &form).await)
}

async fn decided(app: &Arc<App>, id: &Hash, form: &OwnForm) -> Result<Response, Denial> {
    let secret = app.cookies.session(&form.headers).ok_or(Code::Unauthenticated)?;
    let decision = decision(form).ok_or(Code::InvalidBody)?;
    consents::carry_out(app, Credentials::Session(secret.hash(Kind::Session)), *id, decision).await?;
    back(id)
}

/// To the consent.
fn back(id: &Hash) -> Result<Response, Denial> {
    let to = HeaderValue::from_str(&format!("../{}", id.to_hex())).map_err(|_| Denial::Internal)?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response())
}

/// Reads a form as what a client would send.
fn decision(form: &OwnForm) -> Option<NewConsentDecision> {
    let mut decision = json!({ "decision": form.field("decision")? });
    if let Some(reason) = form.field("reason") {
        decision.as_object_mut()?.insert("reason".to_owned(), reason.trim().into());
    }
    serde_json::from_value(decision).ok()
}
