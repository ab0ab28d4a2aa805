//! The course of a session: who said what when, who waited for whom and how long, what let each statement pass and what came
//! of it. Shows what the API tells of it; what was refused stands here by the node's word alone.

use std::sync::Arc;

use askama::Template;
use asp_client::api::{DeliveryState, DeliveryView, RefusedView, TraceView};
use asp_core::name::{Domain, Issuer};
use asp_core::position::LogTime;
use asp_core::session::trace::{TraceStep, TraceTrust, TraceWait, WaitEnd};
use axum::Json;
use axum::extract::State;
use axum::response::Response;

use super::super::extract::Id;
use super::super::{App, traces};
use super::cells::{self, Html};
use super::plot::{self, Lane};
use super::{Frame, Look, Visitor, page};

/// Steps that are shown; a longer course is read as JSON.
const STEPS: usize = 200;
/// Lanes that are drawn; who speaks beyond them is told in the list alone.
const LANES: usize = 8;

#[derive(Template)]
#[template(path = "course.html")]
struct Page {
    frame: Frame,
    id_text: String,
    capability: Html,
    phase: Html,
    counts: String,
    lanes: Option<Html>,
    waits: Vec<Waited>,
    steps: Vec<Step>,
    more: bool,
    refused: Vec<Refused>,
    deliveries: Vec<Delivered>,
}

/// That somebody waited.
struct Waited {
    what: String,
    by: Html,
    of: Html,
    lasted: String,
    end: Html,
}

/// A statement with what let it pass and what came of it.
struct Step {
    sequence: u64,
    hash: String,
    at: Html,
    who: Html,
    verb: Html,
    kind: String,
    way: Option<(Html, Html)>,
    guards: Vec<String>,
    came: Vec<String>,
}

/// A statement that the node did not take from one's own side.
struct Refused {
    who: Html,
    at: Html,
    verb: Html,
    code: &'static str,
    sentence: &'static str,
    rule: Option<String>,
    times: Option<String>,
}

/// A statement that an inbox has not confirmed.
struct Delivered {
    index: u64,
    party: Html,
    /// Whose inbox or which webhook.
    to: String,
    state: Html,
    attempts: String,
    reason: Option<String>,
}

/// See the course of a session.
///
/// What `GET /v1/sessions/{id}/trace` tells, drawn: a lane for everybody who speaks, and what each waited for.
#[utoipa::path(get, path = "/console/sessions/{id}/trace", tag = "console",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let Json(view) = traces::show(State(Arc::clone(&app)), look.credentials.clone(), Id(id)).await?;
        page(&course(&look, &view, app.clock.now()))
    };
    way.answer(found.await)
}

fn course(look: &Look, view: &TraceView, now: LogTime) -> Page {
    let own = look.organisation();
    let trace = &view.trace;
    let (said, waited) = (trace.steps.len(), trace.waits.len());
    Page {
        frame: look.frame("live", format!("Course of {}", trace.capability)),
        id_text: trace.session.to_hex(),
        capability: cells::capability(&trace.capability),
        phase: cells::pill(trace.state.as_str()),
        counts: format!("{}, {}", counted(said, "statement"), counted(waited, "wait")),
        lanes: plot::lanes(&lanes(view, own, now)),
        waits: trace.waits.iter().map(|wait| waits(wait, own, now)).collect(),
        steps: trace.steps.iter().take(STEPS).map(|it| step(it, own)).collect(),
        more: trace.steps.len() > STEPS,
        refused: view.refused.iter().map(|it| refused(it, own)).collect(),
        deliveries: view.deliveries.iter().map(|it| delivered(it, own)).collect(),
    }
}

fn counted(number: usize, what: &str) -> String {
    cells::many(u64::try_from(number).unwrap_or(u64::MAX), what)
}

/// A lane for everybody who speaks, in the order in which they came, with what they said and while they were waited for.
fn lanes(view: &TraceView, own: Option<&Domain>, now: LogTime) -> Vec<Lane> {
    let mut speakers: Vec<&Issuer> = Vec::new();
    for step in &view.trace.steps {
        if !speakers.contains(&&step.issuer) && speakers.len() < LANES {
            speakers.push(&step.issuer);
        }
    }
    let lane = |speaker: &&Issuer| {
        let of_speaker = view.trace.steps.iter().filter(|step| step.issuer == **speaker);
        let waits = view.trace.waits.iter().filter(|wait| wait.of == **speaker);
        Lane {
            name: speaker.organisation().map_or_else(|| "the node".to_owned(), |domain| domain.to_string()),
            hue: speaker.organisation().map_or_else(String::new, |domain| cells::hue(&domain, own)),
            said: of_speaker
                .map(|step| (step.log_time.millis(), format!("#{} {}", step.sequence, step.performative)))
                .collect(),
            awaited: waits
                .map(|wait| {
                    let end = wait.ended_at.unwrap_or(now);
                    let words = format!("an answer to {}: {}", wait.what.as_str(), lasted(wait, now));
                    (wait.since.millis(), end.millis(), words)
                })
                .collect(),
        }
    };
    speakers.iter().map(lane).collect()
}

fn lasted(wait: &TraceWait, now: LogTime) -> String {
    cells::span(wait.waited_ms.unwrap_or_else(|| now.since(wait.since)))
}

fn waits(wait: &TraceWait, own: Option<&Domain>, now: LogTime) -> Waited {
    let left = |until: LogTime| cells::left(until, now);
    let end = match wait.end {
        Some(WaitEnd::Answered) => cells::pill_of("ok", "Answered"),
        Some(WaitEnd::Lapsed) => cells::pill_of("bad", "Lapsed"),
        Some(WaitEnd::Overtaken) => cells::pill_of("idle", "Overtaken"),
        None => wait.respond_by.map_or_else(|| cells::pill_of("warn", "Open"), left),
    };
    Waited {
        what: cells::spoken(wait.what.as_str()),
        by: cells::agent(&wait.by, own),
        of: cells::issuer(&wait.of, own),
        lasted: lasted(wait, now),
        end,
    }
}

fn step(step: &TraceStep, own: Option<&Domain>) -> Step {
    let way = (step.before != step.after)
        .then(|| (cells::pill(step.before.as_str()), cells::pill(step.after.as_str())));
    Step {
        sequence: step.sequence.0,
        hash: step.hash.to_hex(),
        at: cells::at(step.log_time),
        who: cells::issuer(&step.issuer, own),
        verb: cells::pill(step.performative.as_str()),
        kind: step.kind.as_deref().map(cells::spoken).unwrap_or_default(),
        way,
        guards: step.guards.iter().map(|guard| guard.as_str().replace('-', " ")).collect(),
        came: came(step),
    }
}

/// What came of a statement, in the node's words.
fn came(step: &TraceStep) -> Vec<String> {
    let offers = step.offers.iter().flat_map(|offer| &offer.owed).map(|owed| {
        let sums: Vec<String> = owed.owed.iter().map(ToString::to_string).collect();
        format!("{} would owe {}", owed.debtor.organisation(), sums.join(" and "))
    });
    let commitments = step.commitments.iter().map(|one| match one.before {
        Some(_) => format!("The commitment is {}", cells::word(&one.after).to_lowercase()),
        None => "A commitment stands".to_owned(),
    });
    let obligations = step.obligations.iter().filter(|one| one.before.is_some()).map(|one| {
        let stage = one.stage.as_ref().map(|stage| format!(" ({stage})")).unwrap_or_default();
        format!("{}{stage} is {}", one.obligation, one.after.to_lowercase())
    });
    let moved =
        step.moved.iter().map(|one| format!("{} from {} to {}: {}", one.amount, one.from, one.to, one.why));
    let joined = step.joined.iter().map(|agent| format!("{agent} comes in"));
    let delegated = step.delegated.iter().map(|agent| format!("{agent} may act"));
    offers
        .chain(commitments)
        .chain(obligations)
        .chain(moved)
        .chain(step.trust.iter().map(trusted))
        .chain(joined)
        .chain(delegated)
        .collect()
}

fn trusted(trust: &TraceTrust) -> String {
    let why = trust.cause.as_str();
    let (Some(debtor), Some(outcome), Some(value)) = (&trust.debtor, trust.outcome, &trust.value) else {
        return format!("Earlier evidence of trust counts no more: {why}");
    };
    format!("Trust in {}: {} {value}, {why}", debtor.organisation(), cells::word(&outcome))
}

fn refused(view: &RefusedView, own: Option<&Domain>) -> Refused {
    Refused {
        who: cells::issuer(&view.issuer, own),
        at: cells::at(view.at),
        verb: cells::pill(view.performative.as_str()),
        code: view.code.as_str(),
        sentence: view.code.sentence(),
        rule: view.rule.clone(),
        times: (view.times > 1).then(|| cells::many(view.times, "time")),
    }
}

fn delivered(view: &DeliveryView, own: Option<&Domain>) -> Delivered {
    let tone = match view.state {
        DeliveryState::Unseen | DeliveryState::Waiting => "warn",
        DeliveryState::Leased => "info",
        DeliveryState::Stopped | DeliveryState::Dead => "bad",
    };
    Delivered {
        index: view.log_index.0,
        party: cells::issuer(&view.party, own),
        to: match (&view.group, &view.webhook) {
            (Some(group), _) => format!("inbox {group}"),
            (None, Some(webhook)) => format!("webhook {}", webhook.chars().take(8).collect::<String>()),
            (None, None) => String::new(),
        },
        state: cells::pill_of(tone, &cells::spoken(view.state.as_str())),
        attempts: cells::many(view.attempts, "attempt"),
        reason: view.reason.clone(),
    }
}
