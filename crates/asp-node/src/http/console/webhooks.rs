//! Webhooks of an organisation: how each stands, and the forms that make, try, resume and remove one. What a form asks for is
//! what `/v1/webhooks` does.

use std::sync::Arc;

use askama::Template;
use asp_client::api::{DeadEventView, NewWebhook, ReplayDead, WebhookState, WebhookTest, WebhookView};
use asp_core::rejection::Code;
use asp_store::webhooks::WebhookId;
use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::App;
use super::super::extract::{Acting, OwnForm, Small, WebhookName};
use super::super::problem::Denial;
use super::super::webhooks;
use super::cells::{self, Html};
use super::{Frame, Look, Visitor, Way, page};
use crate::auth::rights::Right;

/// Events that were put aside and are shown.
const DEAD_SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "webhook.html")]
struct Page {
    frame: Frame,
    id: String,
    url: String,
    state: Html,
    about: String,
    /// Its answer to a test, if it was just tried: whether it took it, and what is to be said.
    tried: Option<(bool, String)>,
    /// Shown this once, to who has just made it.
    secret: Option<String>,
    public_key: String,
    hears: String,
    made: Html,
    delivered: Option<Html>,
    dead: Vec<(String, String, Html)>,
    dead_count: u64,
    stands_still: bool,
    manages: bool,
}

/// How a webhook stands, as a pill and in words.
pub(super) fn standing(view: &WebhookView) -> (Html, String) {
    let tone = match view.state {
        WebhookState::Running => "ok",
        WebhookState::Waiting => "warn",
        WebhookState::Broken | WebhookState::Stopped => "bad",
    };
    let why = view.stopped.as_ref().or(view.error.as_ref());
    let next = format!("next is log {}", view.next);
    let about = why.map_or_else(|| next.clone(), |why| format!("{why}; {next}"));
    (cells::pill_of(tone, &cells::spoken(view.state.as_str())), about)
}

/// See a webhook.
///
/// How it stands and what was put aside; for who manages them also what can be done about it.
#[utoipa::path(get, path = "/console/webhooks/{id}", tag = "console",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    WebhookName(id): WebhookName,
) -> Response {
    let Visitor { look, way } = visitor;
    let found = async { shown(&app, &look?, id, None).await };
    way.answer(found.await)
}

async fn shown(
    app: &Arc<App>,
    look: &Look,
    id: WebhookId,
    tried: Option<WebhookTest>,
) -> Result<Response, Denial> {
    let state = || State(Arc::clone(app));
    let Json(view) = webhooks::show(state(), look.credentials.clone(), WebhookName(id)).await?;
    let Json(dead) = webhooks::dead(state(), look.credentials.clone(), WebhookName(id)).await?;
    page(&told(look, &view, &dead.dead, Told { tried, secret: None }))
}

/// What is said once.
struct Told {
    tried: Option<WebhookTest>,
    secret: Option<String>,
}

fn told(look: &Look, view: &WebhookView, dead: &[DeadEventView], once: Told) -> Page {
    let (state, about) = standing(view);
    let result = |test: WebhookTest| match test.error {
        None => (true, format!("It took the test event {}.", test.message)),
        Some(error) => (false, format!("It did not take the test event: {error}.")),
    };
    let letter = |one: &DeadEventView| {
        let again = if one.again { "; is delivered once more" } else { "" };
        let refused = format!("{}, refused {}{again}", one.error, cells::many(one.attempts, "time"));
        (one.position.to_string(), refused, cells::near(one.aside_at))
    };
    Page {
        frame: look.frame("settings", "Webhook"),
        id: view.id.clone(),
        url: view.url.to_string(),
        state,
        about,
        tried: once.tried.map(result),
        secret: once.secret,
        public_key: view.public_key.clone(),
        hears: hears(view),
        made: cells::near(view.created_at),
        delivered: view.delivered_at.map(cells::near),
        dead: dead.iter().take(DEAD_SHOWN).map(letter).collect(),
        dead_count: view.dead,
        stands_still: view.state != WebhookState::Running,
        manages: look.may(Right::ManageWebhooks),
    }
}

/// Of what it is told.
fn hears(view: &WebhookView) -> String {
    let list =
        |words: &std::collections::BTreeSet<String>| words.iter().cloned().collect::<Vec<_>>().join(", ");
    match (view.types.is_empty(), view.streams.is_empty()) {
        (true, true) => "everything that your organisation reads".to_owned(),
        (false, true) => list(&view.types),
        (true, false) => format!("streams of the kinds {}", list(&view.streams)),
        (false, false) => format!("{} in streams of the kinds {}", list(&view.types), list(&view.streams)),
    }
}

/// What a form makes.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read field by field")]
pub(super) struct WebhookForm {
    /// Where to deliver.
    url: String,
}

/// Make a webhook by a form.
///
/// The same as `POST /v1/webhooks` with an address alone, for a page of this node.
#[utoipa::path(post, path = "/console/webhooks", tag = "console",
    request_body(content = WebhookForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, description = "A page with its secret", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn add(State(app): State<Arc<App>>, form: Result<OwnForm, Denial>) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(denial) => return denial.into_response(),
    };
    let way = Way::of("/console/webhooks", &form.headers);
    let made = async {
        let look = Look::acting(&app, &form, &way).await?;
        let url = form.field("url").ok_or(Code::InvalidBody)?.trim();
        let asked: NewWebhook =
            serde_json::from_value(json!({ "url": url })).map_err(|_| Code::WebhookAddress)?;
        let (state, acting) = (State(Arc::clone(&app)), Acting(look.credentials.clone()));
        let (status, Json(made)) = webhooks::add(state, acting, Small(asked)).await?;
        let once = Told { tried: None, secret: Some(made.secret) };
        let mut response = page(&told(&look, &made.webhook, &[], once))?;
        *response.status_mut() = status;
        Ok(response)
    };
    let made = made.await;
    way.answer(made)
}

/// What a form does to a webhook.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read field by field")]
pub(super) struct WebhookAct {
    /// `test`, `resume`, `replay` or `remove`.
    act: String,
}

/// Try, resume or remove a webhook by a form.
///
/// The same as `POST /v1/webhooks/{id}/test`, `…/resume`, `…/dead` and `DELETE /v1/webhooks/{id}`, for a page of this node.
#[utoipa::path(post, path = "/console/webhooks/{id}", tag = "console",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    request_body(content = WebhookAct, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The webhook's page; of a test with what came of it", body = String, content_type = "text/html"),
        (status = 303, description = "It is removed; leads to the settings")),
    security(("session" = [])))]
pub(super) async fn act(
    State(app): State<Arc<App>>,
    WebhookName(id): WebhookName,
    form: Result<OwnForm, Denial>,
) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(denial) => return denial.into_response(),
    };
    let way = Way::of(&format!("/console/webhooks/{id}"), &form.headers);
    let done = async {
        let look = Look::acting(&app, &form, &way).await?;
        done(&app, &look, id, form.field("act").ok_or(Code::InvalidBody)?).await
    };
    let done = done.await;
    way.answer(done)
}

async fn done(app: &Arc<App>, look: &Look, id: WebhookId, act: &str) -> Result<Response, Denial> {
    let state = || State(Arc::clone(app));
    let acting = || Acting(look.credentials.clone());
    let tried = match act {
        "test" => Some(webhooks::test(state(), acting(), WebhookName(id)).await?.0),
        "resume" => {
            webhooks::resume(state(), acting(), WebhookName(id)).await.map(drop)?;
            None
        }
        "replay" => {
            webhooks::replay(state(), acting(), WebhookName(id), Small(ReplayDead::default()))
                .await
                .map(drop)?;
            None
        }
        "remove" => {
            webhooks::remove(state(), acting(), WebhookName(id)).await?;
            let to = [(LOCATION, HeaderValue::from_static("../settings"))];
            return Ok((StatusCode::SEE_OTHER, to).into_response());
        }
        _ => return Err(Code::InvalidBody.into()),
    };
    shown(app, look, id, tried).await
}
