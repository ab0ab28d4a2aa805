//! A session: the conversation in columns, what was offered, what came of it, and each statement to be checked in the page.

use std::sync::Arc;

use askama::Template;
use asp_client::api::{SessionView, UsageView};
use asp_core::name::Issuer;
use asp_core::position::{LogTime, Sequence};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::super::extract::{Id, Network, Params};
use super::super::{App, sessions};
use super::cells::{self, Html};
use super::commitments::Deal;
use super::talk::{Columns, Said, Talk};
use super::{Frame, Look, Visitor, page};

/// Statements on a page.
const STATEMENTS: usize = 60;

#[derive(Template)]
#[template(path = "session.html")]
struct Page {
    frame: Frame,
    capability: Html,
    purpose: Html,
    phase: Html,
    sentence: &'static str,
    track: Html,
    id: Html,
    id_text: String,
    opened: Html,
    updated: Html,
    counts: String,
    participants: Vec<Participant>,
    waits: Vec<Wait>,
    usage: Vec<(Html, String)>,
    consents: Vec<(String, String)>,
    deals: Vec<Deal>,
    end: Option<(String, String)>,
    asks: Option<Html>,
    said: Vec<Said>,
    prices: Option<Html>,
    /// Where the page before and the page after begin.
    earlier: bool,
    later: Option<u64>,
}

struct Participant {
    who: Html,
    role: String,
    standing: &'static str,
}

/// Something that somebody has to answer.
struct Wait {
    what: String,
    whom: Vec<Html>,
    until: Option<Html>,
}

/// Which part of a conversation to see.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only statements after this sequence.
    #[param(value_type = Option<u64>)]
    after: Option<Sequence>,
}

/// See a session as a conversation.
#[utoipa::path(get, path = "/console/sessions/{id}", tag = "console",
    params(("id" = String, Path, description = "64 hexadecimal digits"), Which),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    Params(which): Params<Which>,
) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let state = || State(Arc::clone(&app));
        let Json(session) = sessions::show(state(), look.credentials.clone(), Id(id)).await?;
        let asked =
            sessions::WhichMessages { after: which.after, limit: Some(STATEMENTS), wait_seconds: None };
        let credentials = look.credentials.clone();
        let Json(messages) =
            sessions::messages(state(), credentials, Id(id), Network(None), Params(asked)).await?;
        let left = Issuer::Agent(session.initiator.clone());
        let columns = Columns { left: Some(&left), own: look.organisation() };
        let mut talk = Talk::default();
        if let Some(channel) = &session.channel {
            talk.learn(channel.epoch, channel.members.keys().cloned().collect());
        }
        for message in &messages.messages {
            talk.take(message, &columns);
        }
        let pages = (which.after.is_some(), messages.next_after.map(|after| after.0));
        page(&whole(&look, &session, talk, pages, app.clock.now()))
    };
    way.answer(found.await)
}

fn whole(
    look: &Look,
    session: &SessionView,
    talk: Talk,
    (earlier, later): (bool, Option<u64>),
    now: LogTime,
) -> Page {
    let own = look.organisation();
    let id_text = session.id.to_hex();
    let mut frame = look.frame("live", session.capability.to_string());
    let (events, after) = (format!("../../v1/sessions/{id_text}/events?after="), session.head.sequence);
    let follow = format!("data-follow=\"{events}\" data-from=\"{after}\"");
    frame.news = later.is_none().then(|| Html::of_own(follow));
    let (rounds, said) = (session.rounds, session.messages);
    let participants = session.participants.iter().map(|one| Participant {
        who: cells::agent(&one.agent, own),
        role: cells::spoken(&cells::word(&one.role)),
        standing: match (one.joined, one.left, one.countersigned) {
            (_, true, _) => "has left",
            (_, _, true) => "has signed the receipt",
            (true, ..) => "is in",
            (false, ..) => "is invited",
        },
    });
    Page {
        frame,
        capability: cells::capability(&session.capability),
        purpose: cells::theirs(&session.purpose, Some(&session.initiator.organisation()), own),
        phase: cells::pill(session.state.as_str()),
        sentence: session.state.sentence(),
        track: cells::track(session.state, false),
        id: cells::hash(&session.id),
        id_text,
        opened: cells::at(session.opened_at),
        updated: cells::near(session.updated_at),
        counts: format!("{said} statements, {rounds} offers"),
        participants: participants.collect(),
        waits: waits(look, session, now),
        usage: session
            .usage
            .iter()
            .map(|UsageView { agent, usage }| {
                let tokens = usage.tokens.map(|tokens| format!("{tokens} tokens"));
                let cost = usage.cost.as_ref().map(ToString::to_string);
                let spent: Vec<String> = tokens.into_iter().chain(cost).collect();
                (cells::agent(agent, own), spent.join(", "))
            })
            .collect(),
        consents: session
            .consents
            .iter()
            .map(|one| (one.to_hex(), one.to_hex().chars().take(8).collect()))
            .collect(),
        deals: session.commitments.iter().map(|one| Deal::of(one, own, now)).collect(),
        end: session.end.as_ref().map(|end| (cells::spoken(&end.code), end.sentence.clone())),
        asks: session
            .escalation
            .as_ref()
            .map(|open| cells::theirs(&open.question, Some(&open.by.organisation()), own)),
        prices: super::plot::prices(&talk.offered, own),
        said: talk.said,
        earlier,
        later,
    }
}

/// Whose answer is awaited, and until when.
fn waits(look: &Look, session: &SessionView, now: LogTime) -> Vec<Wait> {
    let own = look.organisation();
    let offers = session.offers.iter().map(|offer| Wait {
        what: format!("Answer to an offer ({})", offer.kind),
        whom: offer.awaits.iter().map(|agent| cells::agent(agent, own)).collect(),
        until: Some(cells::left(offer.respond_by, now)),
    });
    let questions = session.questions.iter().map(|question| Wait {
        what: "Answer to a question".to_owned(),
        whom: vec![cells::agent(&question.awaits, own)],
        until: Some(cells::left(question.respond_by, now)),
    });
    let pending = session.pending.iter().map(|pending| Wait {
        what: "Signature".to_owned(),
        whom: pending.awaits.iter().map(|agent| cells::agent(agent, own)).collect(),
        until: None,
    });
    let asked = session.escalation.iter().map(|open| Wait {
        what: "Decision".to_owned(),
        whom: vec![cells::issuer(&open.authority, own)],
        until: None,
    });
    offers.chain(questions).chain(pending).chain(asked).collect()
}
