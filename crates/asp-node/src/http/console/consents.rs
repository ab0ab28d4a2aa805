//! Consent: what two organisations let each other's agents do, with which data, until when, and what rests on it.

use std::sync::Arc;

use askama::Template;
use asp_client::api::{ConsentDecision, ConsentView};
use asp_core::name::Domain;
use asp_core::position::LogTime;
use axum::Json;
use axum::extract::State;
use axum::response::Response;

use super::super::App;
use super::super::consents::{self, Which, WhichSessions};
use super::super::extract::{Id, Params};
use super::cells::{self, Html};
use super::deciding::decisions;
use super::{Frame, Look, Visitor, deciding, page};
use crate::auth::rights::Right;

#[derive(Template)]
#[template(path = "consents.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
}

/// A consent in the list.
struct Row {
    id: String,
    purpose: String,
    with: Html,
    standing: Html,
    ends: Html,
    capabilities: Vec<Html>,
    ours: bool,
    /// Whether it waits for who looks to grant it.
    yours: bool,
}

/// See one's consents.
#[utoipa::path(get, path = "/console/consents", tag = "console", params(Which),
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
        let Json(found) =
            consents::list(State(Arc::clone(&app)), look.credentials.clone(), Params(which)).await?;
        let own = look.organisation();
        let rows = found.consents.iter().map(|one| {
            let ours = own == Some(&one.by);
            Row {
                id: one.id.to_hex(),
                purpose: one.purpose.clone(),
                with: cells::organisation(if ours { &one.with } else { &one.by }, own),
                standing: cells::pill(&one.standing),
                ends: ends(one, app.clock.now()),
                capabilities: one.capabilities.iter().map(cells::capability).collect(),
                ours,
                yours: decisions(one, own).contains(&ConsentDecision::Grant),
            }
        });
        page(&Page {
            rows: rows.collect(),
            next: found.next_page_token,
            frame: Frame { news, ..look.frame("consents", "Consent") },
        })
    };
    way.answer(found.await)
}

/// When it ends by itself, or that it has ended.
fn ends(view: &ConsentView, now: LogTime) -> Html {
    match view.revoked_at {
        Some(at) => cells::near(at),
        None if now < view.expires_at => cells::left(view.expires_at, now),
        None => cells::near(view.expires_at),
    }
}

#[derive(Template)]
#[template(path = "consent.html")]
struct One {
    frame: Frame,
    purpose: Html,
    standing: Html,
    ends: Html,
    by: Html,
    with: Html,
    allowed: Vec<Allowed>,
    events: Vec<(&'static str, String, Option<Html>)>,
    sessions: Vec<Session>,
    id: Html,
    id_text: String,
    /// What can be decided about it now, for who may: the word, and what a button says.
    decisions: Vec<(String, &'static str)>,
    /// Digits that are enough to name it to a command.
    digits: String,
    /// The key that signs what is decided; none if none is kept.
    key: Option<Html>,
}

/// A kind of thing that is allowed: which of it, or all.
pub(super) struct Allowed {
    pub(super) what: &'static str,
    pub(super) which: Option<Vec<String>>,
}

/// A session that rests on a consent.
struct Session {
    id: String,
    capability: Html,
    phase: Html,
    opened: Html,
    deals: Vec<Html>,
}

/// See a consent and what rests on it.
#[utoipa::path(get, path = "/console/consents/{id}", tag = "console",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let news = look.news(&app).await?;
        let (state, who) = (|| State(Arc::clone(&app)), || look.credentials.clone());
        let Json(view) = consents::show(state(), who(), Id(id)).await?;
        let asked = WhichSessions { page_size: None, page_token: None };
        let Json(resting) = consents::sessions(state(), who(), Id(id), Params(asked)).await?;
        let sessions = resting.sessions.iter().map(|one| Session {
            id: one.id.to_hex(),
            capability: cells::capability(&one.capability),
            phase: cells::pill(one.state.as_str()),
            opened: cells::at(one.opened_at),
            deals: one.commitments.iter().map(|deal| cells::pill(&cells::word(&deal.state))).collect(),
        });
        let key = match look.organisation() {
            Some(organisation) if look.may(Right::Consent) => deciding::key(&app, organisation).await?,
            Some(_) | None => None,
        };
        let mut one = one(&look, &view, (sessions.collect(), key), app.clock.now());
        one.frame.news = news;
        page(&one)
    };
    way.answer(found.await)
}

fn one(look: &Look, view: &ConsentView, (sessions, key): (Vec<Session>, Option<Html>), now: LogTime) -> One {
    let own = look.organisation();
    let open = if look.may(Right::Consent) { decisions(view, own) } else { Vec::new() };
    One {
        frame: look.frame("consents", "Consent"),
        purpose: cells::theirs(&view.purpose, Some(&view.by), own),
        standing: cells::pill(&view.standing),
        ends: ends(view, now),
        by: cells::organisation(&view.by, own),
        with: cells::organisation(&view.with, own),
        allowed: allowed(view),
        events: events(view),
        sessions,
        id: cells::hash(&view.id),
        id_text: view.id.to_hex(),
        decisions: open.into_iter().map(|one| (cells::word(&one), deciding::label(one))).collect(),
        digits: view.id.to_hex().chars().take(12).collect(),
        key,
    }
}

pub(super) fn allowed(view: &ConsentView) -> Vec<Allowed> {
    let set = |what, which| Allowed { what, which };
    let mut allowed = vec![
        set("Sessions about", Some(view.capabilities.iter().map(ToString::to_string).collect())),
        set(
            "Data of the classes",
            view.data_classes.as_ref().map(|all| all.iter().map(cells::word).collect()),
        ),
        set("Fields", view.fields.as_ref().map(|all| all.iter().map(cells::word).collect())),
        set(
            "Words",
            view.performatives.as_ref().map(|all| all.iter().map(|it| it.as_str().to_owned()).collect()),
        ),
    ];
    if let Some(ceiling) = &view.ceiling {
        allowed.push(set("Owed under one package at most", Some(vec![ceiling.to_string()])));
    }
    if let Some(floor) = &view.trust_floor {
        let points = format!("{} points for {}", floor.score, floor.value);
        allowed.push(set("Trust that an agent needs to invite", Some(vec![points])));
    }
    allowed
}

/// What happened to a consent, in its order.
fn events(view: &ConsentView) -> Vec<(&'static str, String, Option<Html>)> {
    let by = |domain: &Option<Domain>| domain.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut events = vec![("info", format!("{} asked", view.by), None)];
    if let Some(granted) = view.granted_by {
        let how = if cells::word(&granted) == "rule" { "by a rule of its policy" } else { "by a statement" };
        events.push(("ok", format!("{} granted {how}", view.with), None));
    }
    if view.narrowed_at.is_some() {
        events.push((
            "warn",
            format!("{} narrowed it", by(&view.narrowed_by)),
            view.narrowed_at.map(cells::at),
        ));
    }
    if view.revoked_at.is_some() {
        events.push(("bad", format!("{} revoked it", by(&view.revoked_by)), view.revoked_at.map(cells::at)));
        let confirmed = if view.acknowledged {
            "the other side confirmed"
        } else {
            "the other side has not confirmed yet"
        };
        let tone = if view.acknowledged { "ok" } else { "warn" };
        events.push((tone, cells::spoken(confirmed), view.acknowledged_at.map(cells::at)));
    }
    events
}
