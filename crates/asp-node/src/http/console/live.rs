//! Live: what moves now. The first page of who may read; everybody else finds what is theirs, or what this node is.

use std::sync::Arc;

use askama::Template;
use asp_client::api::{
    CommitmentView, ConsentDecision, ConsentView, DisputeView, SessionPage, SessionSummary,
};
use asp_core::name::{AgentUri, Domain};
use asp_core::position::{LogTime, Millis};
use asp_core::session::table::State as Phase;
use asp_core::statement::body::CommitmentState;
use asp_store::Reader;
use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, LOCATION, VARY};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::super::extract::{Network, Params};
use super::super::page::answer;
use super::super::problem::Denial;
use super::super::{App, commitments, consents, disputes, sessions};
use super::cells::{self, Html};
use super::deciding::decisions;
use super::disputes::is_ruled_by;
use super::{Frame, Look, Visitor, page};
use crate::auth::Access;
use crate::auth::rights::Right;

/// Sessions on the page.
const SESSIONS: usize = 40;
/// Commitments, disputes and consents that are counted, each read from its statements; more are told as so many and more.
const COUNTED: usize = 50;
/// Duties that are shown.
const DUE: usize = 6;
/// What is due within it is due soon.
const SOON: Millis = Millis(86_400_000);

#[derive(Template)]
#[template(path = "live.html")]
struct Live {
    frame: Frame,
    stats: Vec<Stat>,
    rows: Vec<Row>,
    due: Vec<Due>,
}

/// Something that has to be done next.
struct Due {
    id: String,
    what: String,
    who: Html,
    left: Html,
}

/// A number at a glance.
struct Stat {
    label: &'static str,
    number: String,
    about: &'static str,
    tone: &'static str,
    path: &'static str,
}

/// A session in the list.
struct Row {
    id: String,
    key: String,
    capability: Html,
    /// The first of the other side.
    with: Html,
    /// How many more there are.
    more: usize,
    phase: Html,
    track: Html,
    updated: Html,
}

/// See what moves, or what this is.
///
/// For who has signed in: sessions as they move, what is due, what waits for a person. For everybody else what this node is and
/// how one signs in.
#[utoipa::path(get, path = "/", tag = "console",
    responses((status = 200, description = "A page", body = String, content_type = "text/html"),
        (status = 303, description = "To what the person is here for")))]
pub(super) async fn home(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let Visitor { look, way } = visitor;
    match look {
        Ok(look) if look.may(Right::ReadOrganisation) => way.answer(show(&app, look).await),
        Ok(look) => {
            // Whoever is here for something else is led there.
            let to = if look.may(Right::ReadCases) { "console/disputes" } else { "console/settings" };
            (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static(to))]).into_response()
        }
        Err(_) => public(&app),
    }
}

/// What everybody sees.
fn public(app: &App) -> Response {
    let mut response = answer(&app.pages.home);
    // The one address that shows different people different things.
    let told: [(HeaderName, &'static str); 2] = [(VARY, "Cookie"), (CACHE_CONTROL, "no-cache")];
    for (name, value) in told {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn show(app: &Arc<App>, look: Look) -> Result<Response, Denial> {
    let news = look.news(app).await?;
    let which = sessions::Which { page_size: Some(SESSIONS), ..sessions::Which::default() };
    let state = || State(Arc::clone(app));
    let credentials = || look.credentials.clone();
    let counted = || Params(consents::Which { page_size: Some(COUNTED), page_token: None });
    let Json(moving) = sessions::list(state(), credentials(), Network(None), Params(which)).await?;
    let Json(owed) = commitments::list(state(), credentials(), counted()).await?;
    let Json(argued) = disputes::list(state(), credentials(), counted()).await?;
    let Json(allowed) = consents::list(state(), credentials(), counted()).await?;
    let now = app.clock.now();
    let frame = Frame { news, ..look.frame("live", "Live") };
    let own = look.organisation();
    let mut stats = stats(&moving, &owed.commitments, now);
    stats.push(waiting(own, &moving, &argued.disputes, &allowed.consents));
    let others = others(app, &look, &moving.sessions).await?;
    let rows = moving.sessions.into_iter().zip(others).map(|(session, others)| Row {
        id: session.id.to_hex(),
        with: cells::agent(others.first().unwrap_or(&session.initiator), own),
        more: others.len().saturating_sub(1),
        key: format!("{}-{}", session.id.to_hex(), session.position),
        capability: cells::capability(&session.capability),
        phase: cells::pill(session.state.as_str()),
        track: cells::track(session.state, true),
        updated: cells::near(session.updated_at),
    });
    page(&Live { frame, stats, rows: rows.collect(), due: due(own, &owed.commitments, now) })
}

/// Who takes part in each session and is of another organisation than who looks; who opened it comes first.
async fn others(
    app: &Arc<App>,
    look: &Look,
    sessions: &[SessionSummary],
) -> Result<Vec<Vec<AgentUri>>, Denial> {
    let listed: Vec<_> = sessions.iter().map(|one| (one.id, one.initiator.clone())).collect();
    let own = look.organisation().cloned();
    let read = move |reader: &Reader<'_>, access: &Access| {
        let mut all = Vec::with_capacity(listed.len());
        for (id, initiator) in &listed {
            let session = reader.session(&access.tenant, id)?;
            let names = session.iter().flat_map(|session| session.participants().iter());
            let mut names: Vec<AgentUri> = names.map(|(agent, _)| agent.clone()).collect();
            names.retain(|agent| own.as_ref() != Some(&agent.organisation()));
            names.sort_by_key(|agent| agent != initiator);
            all.push(names);
        }
        Ok(all)
    };
    app.read_as(look.credentials.clone(), read).await
}

/// What is due next, the earliest first.
fn due(own: Option<&Domain>, owed: &[CommitmentView], now: LogTime) -> Vec<Due> {
    let active = owed.iter().filter(|one| one.state == CommitmentState::Active);
    let duties = active.flat_map(|one| one.obligations.iter().map(move |duty| (one, duty)));
    let mut open: Vec<_> = duties
        .filter(|(_, duty)| duty.state == "OPEN")
        .filter_map(|(one, duty)| duty.due.map(|due| (due, one, duty)))
        .collect();
    open.sort_by_key(|(due, ..)| *due);
    let shown = open.into_iter().take(DUE).map(|(due, one, duty)| Due {
        id: one.id.to_hex(),
        what: duty.what.clone(),
        who: cells::agent(&duty.debtor, own),
        left: cells::left(due, now),
    });
    shown.collect()
}

/// How many; of what was not counted to its end, that there are more.
fn number(many: usize, of: usize, bound: usize) -> String {
    if of >= bound { format!("{many}+") } else { many.to_string() }
}

fn stats(moving: &SessionPage, owed: &[CommitmentView], now: LogTime) -> Vec<Stat> {
    let sessions = moving.sessions.len();
    let open =
        moving.sessions.iter().filter(|one| !matches!(one.state, Phase::Closed | Phase::Failed)).count();
    let active = owed.iter().filter(|one| one.state == CommitmentState::Active);
    let soon = active
        .clone()
        .flat_map(|one| &one.obligations)
        .filter(|duty| duty.state == "OPEN" && duty.due.is_some_and(|due| due < now.plus(SOON)))
        .count();
    let broken = owed.iter().filter(|one| one.state == CommitmentState::Breached || one.disputed).count();
    vec![
        Stat {
            label: "Open sessions",
            number: number(open, sessions, SESSIONS),
            about: "of those that moved last",
            tone: "idle",
            path: "#sessions",
        },
        Stat {
            label: "Deals in force",
            number: number(active.count(), owed.len(), COUNTED),
            about: if soon > 0 { "something is due within a day" } else { "nothing is due within a day" },
            tone: if soon > 0 { "warn" } else { "idle" },
            path: "console/commitments",
        },
        Stat {
            label: "Broken or contested",
            number: number(broken, owed.len(), COUNTED),
            about: "of the newest deals",
            tone: if broken > 0 { "bad" } else { "idle" },
            path: "console/commitments",
        },
    ]
}

/// What waits for somebody of the organisation: rulings, requests for consent, questions of agents.
fn waiting(
    own: Option<&Domain>,
    moving: &SessionPage,
    argued: &[DisputeView],
    allowed: &[ConsentView],
) -> Stat {
    let rulings = argued.iter().filter(|one| is_ruled_by(one, own)).count();
    let requests = allowed.iter().filter(|one| decisions(one, own).contains(&ConsentDecision::Grant)).count();
    let questions = moving.sessions.iter().filter(|one| one.state == Phase::Escalated).count();
    let waiting = rulings + requests + questions;
    let path = match (rulings, requests) {
        (0, 0) => "#sessions",
        (0, _) => "console/consents",
        _ => "console/disputes",
    };
    Stat {
        label: "Waiting for a person",
        number: waiting.to_string(),
        about: "rulings, requests, questions",
        tone: if waiting > 0 { "warn" } else { "idle" },
        path,
    }
}
