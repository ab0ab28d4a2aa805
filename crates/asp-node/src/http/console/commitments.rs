//! Commitments: what was promised, by whom, until when, how it is shown, and what became of it.

use std::sync::Arc;

use askama::Template;
use asp_client::api::{CommitmentView, ObligationView};
use asp_core::name::Domain;
use asp_core::position::LogTime;
use asp_core::statement::body::{CommitmentState, Showing};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::super::extract::{Id, Params};
use super::super::{App, commitments, consents};
use super::cells::{self, Html};
use super::{Frame, Visitor, page};

/// Commitments on a page.
const COMMITMENTS: usize = 50;

/// A commitment with all that is owed under it.
pub(super) struct Deal {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) formed: Html,
    pub(super) state: Html,
    pub(super) disputed: bool,
    pub(super) contested: Html,
    pub(super) duties: Vec<Duty>,
    pub(super) holds: Vec<(String, Html, Html)>,
    pub(super) id: Html,
    pub(super) id_text: String,
    pub(super) session: String,
    /// Whether it is shown away from its session.
    pub(super) links: bool,
}

/// An obligation.
pub(super) struct Duty {
    pub(super) what: String,
    pub(super) debtor: Html,
    pub(super) creditor: Html,
    pub(super) value: Html,
    pub(super) state: Html,
    pub(super) shown_by: &'static str,
    pub(super) due: Option<Html>,
    pub(super) left: Option<Html>,
    pub(super) late: Option<String>,
    pub(super) penalty: Option<Html>,
    pub(super) stages: Vec<(String, Html, Html)>,
}

impl Deal {
    /// A commitment as who looks at it sees it.
    pub(super) fn of(view: &CommitmentView, own: Option<&Domain>, now: LogTime) -> Self {
        let first = view.obligations.first();
        Self {
            key: format!("{}-{}", view.id.to_hex(), cells::word(&view.state)),
            title: first.map_or_else(|| "A commitment".to_owned(), |duty| duty.what.clone()),
            formed: cells::at(view.formed_at),
            state: cells::pill(&cells::word(&view.state)),
            disputed: view.disputed,
            contested: cells::pill("CONTESTED"),
            duties: view.obligations.iter().map(|duty| Duty::of(duty, own, now)).collect(),
            holds: view
                .holds
                .iter()
                .map(|hold| (hold.id.clone(), cells::money(&hold.amount), cells::pill(&hold.state)))
                .collect(),
            id: cells::hash(&view.id),
            id_text: view.id.to_hex(),
            session: view.session.to_hex(),
            links: false,
        }
    }
}

impl Duty {
    fn of(view: &ObligationView, own: Option<&Domain>, now: LogTime) -> Self {
        let open = view.state == "OPEN";
        let stages = view.stages.iter();
        Self {
            what: view.what.clone(),
            debtor: cells::agent(&view.debtor, own),
            creditor: cells::agent(&view.creditor, own),
            value: cells::money(&view.value),
            state: cells::pill(&view.state),
            shown_by: match &view.shown_by {
                Showing::Acknowledgement => "the creditor’s word",
                Showing::Digest { .. } => "the hash of what is delivered",
                Showing::Schema { .. } => "a result that fits a schema",
                Showing::Attestation { .. } => "somebody else’s word",
            },
            due: view.due.map(cells::at),
            left: view.due.filter(|_| open).map(|due| cells::left(due, now)),
            late: view.late_ms.filter(|late| late.0 > 0).map(|late| format!("{} late", cells::span(late))),
            penalty: view.penalty.as_ref().map(cells::money),
            stages: stages
                .map(|stage| (stage.what.clone(), cells::money(&stage.value), cells::pill(&stage.state)))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "commitments.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    shown: &'static str,
    next: Option<String>,
}

/// A commitment in the list.
struct Row {
    id: String,
    key: String,
    what: String,
    others: Vec<Html>,
    value: Option<Html>,
    state: Html,
    disputed: Option<Html>,
    due: Option<Html>,
    left: Option<Html>,
    order: u64,
}

/// Which commitments to see.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those in this state: `active`, `fulfilled`, `breached`; all if absent.
    state: Option<String>,
    /// The `nextPageToken` of the page before.
    page_token: Option<String>,
}

/// See one's commitments.
///
/// Of a page those come first in which something is due next.
#[utoipa::path(get, path = "/console/commitments", tag = "console", params(Which),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Params(which): Params<Which>,
) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let news = look.news(&app).await?;
        let asked = consents::Which { page_size: Some(COMMITMENTS), page_token: which.page_token };
        let Json(found) =
            commitments::list(State(Arc::clone(&app)), look.credentials.clone(), Params(asked)).await?;
        let (shown, wanted) = match which.state.as_deref() {
            Some("active") => ("active", Some(CommitmentState::Active)),
            Some("fulfilled") => ("fulfilled", Some(CommitmentState::Fulfilled)),
            Some("breached") => ("breached", Some(CommitmentState::Breached)),
            Some(_) | None => ("", None),
        };
        let (own, now) = (look.organisation(), app.clock.now());
        let found_of = found.commitments.iter().filter(|one| wanted.is_none_or(|state| one.state == state));
        let mut rows: Vec<Row> = found_of.map(|one| row(one, own, now)).collect();
        rows.sort_by_key(|row| row.order);
        page(&Page {
            frame: Frame { news, ..look.frame("commitments", "Commitments") },
            rows,
            shown,
            next: found.next_page_token,
        })
    };
    way.answer(found.await)
}

fn row(view: &CommitmentView, own: Option<&Domain>, now: LogTime) -> Row {
    let next = view.obligations.iter().filter(|duty| duty.state == "OPEN").filter_map(|duty| duty.due).min();
    let largest = view.obligations.iter().max_by_key(|duty| duty.value.amount.nanos());
    let others = view.signers.iter().filter(|signer| own != Some(&signer.organisation()));
    Row {
        id: view.id.to_hex(),
        key: format!("{}-{}", view.id.to_hex(), cells::word(&view.state)),
        what: view.obligations.first().map_or_else(|| "A commitment".to_owned(), |duty| duty.what.clone()),
        others: others.map(|signer| cells::agent(signer, own)).collect(),
        value: largest.map(|duty| cells::money(&duty.value)),
        state: cells::pill(&cells::word(&view.state)),
        disputed: view.disputed.then(|| cells::pill("CONTESTED")),
        due: next.map(cells::at),
        left: next.map(|due| cells::left(due, now)),
        order: next.map_or(u64::MAX, LogTime::millis),
    }
}

#[derive(Template)]
#[template(path = "commitment.html")]
struct One {
    frame: Frame,
    deal: Deal,
    signers: Vec<Html>,
    terms: Vec<(String, String)>,
}

/// See a commitment.
#[utoipa::path(get, path = "/console/commitments/{id}", tag = "console",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let news = look.news(&app).await?;
        let Json(view) = commitments::show(State(Arc::clone(&app)), look.credentials.clone(), Id(id)).await?;
        let own = look.organisation();
        let deal = Deal { links: true, ..Deal::of(&view, own, app.clock.now()) };
        let told =
            |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        page(&One {
            frame: Frame { news, ..look.frame("commitments", deal.title.clone()) },
            deal,
            signers: view.signers.iter().map(|signer| cells::agent(signer, own)).collect(),
            terms: view.terms.iter().map(|(name, value)| (name.clone(), told(value))).collect(),
        })
    };
    way.answer(found.await)
}
