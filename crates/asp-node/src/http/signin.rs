//! The pages by which people come in and go: a link opens a page with one button, and only the button uses it up, so
//! that whatever looks at links beforehand uses up none. No page has a script.

use std::sync::Arc;

use asp_core::rejection::Rejection;
use asp_core::statement::body::Name;
use asp_store::people::SESSION_LASTS;
use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, HeaderName, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;

use super::App;
use super::extract::{OwnForm, SecretName};
use super::page::{answer, escaped, form, framed};
use super::people::accepted;
use super::problem::Denial;
use crate::auth::cookie::Cookie;
use crate::auth::people::{Kind, Secret};

/// What a form with a link's secret sends.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read field by field")]
pub(super) struct SignInForm {
    /// The end of the link: 64 hexadecimal digits.
    secret: String,
    /// Of an invitation: what the person wants to be called.
    name: Option<String>,
}

/// Open a link to sign in.
///
/// Shows one button and uses nothing up. Says nothing of whether the link is still good.
#[utoipa::path(get, path = "/signin/{secret}", tag = "people",
    params(("secret" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "A page with a button", body = String, content_type = "text/html")))]
pub(super) async fn open(SecretName(secret): SecretName) -> Response {
    let body = format!(
        "<main class=\"narrow\">\n<h1>Sign in</h1>\n<p>This link signs you in once, in this browser.</p>\n\
         <form method=\"post\" action=\"../signin\">\n<input type=\"hidden\" name=\"secret\" value=\"{}\">\n\
         <button>Sign in</button>\n</form>\n</main>\n",
        secret.text()
    );
    of_form("Assent: sign in", &body)
}

/// Open an invitation.
///
/// Shows a form and uses nothing up. Says nothing of whether the invitation is still good.
#[utoipa::path(get, path = "/join/{secret}", tag = "people",
    params(("secret" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "A page with a form", body = String, content_type = "text/html")))]
pub(super) async fn open_invitation(SecretName(secret): SecretName) -> Response {
    let body = format!(
        "<main class=\"narrow\">\n<h1>You are invited</h1>\n<p>This makes you an account at this node, and signs you \
         in in this browser.</p>\n<form method=\"post\" action=\"../join\">\n\
         <input type=\"hidden\" name=\"secret\" value=\"{}\">\n\
         <label for=\"name\">Your name, as your colleagues know it</label>\n\
         <input id=\"name\" name=\"name\" maxlength=\"100\" autocomplete=\"name\">\n\
         <button>Accept</button>\n</form>\n</main>\n",
        secret.text()
    );
    of_form("Assent: you are invited", &body)
}

/// See how one signs in here.
#[utoipa::path(get, path = "/signin", tag = "people",
    responses((status = 200, description = "A page with the ways", body = String, content_type = "text/html")))]
pub(super) async fn ways(State(app): State<Arc<App>>) -> Response {
    let provider = match &app.oidc {
        Some(oidc) => format!(
            "<p><a class=\"button\" href=\"signin/oidc\">Sign in as one of {}</a></p>\n<p>Or by a link:</p>\n",
            escaped(oidc.settings.organisation.as_str())
        ),
        None => String::new(),
    };
    let body = format!(
        "<main class=\"narrow\">\n<h1>Sign in</h1>\n{provider}<p>There are no passwords here. Whoever has your \
         organisation’s key makes you a link with <code>assent people link</code>, an owner does so too. If you have \
         no account yet, ask to be invited.</p>\n</main>\n"
    );
    of_form("Assent: sign in", &body)
}

/// Sign in.
///
/// Uses the link up, whoever is asked by it, and begins a session: the answer sets its cookie and leads to `/`. Only for
/// a page of this node.
#[utoipa::path(post, path = "/signin", tag = "people",
    request_body(content = SignInForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "Signed in")))]
pub(super) async fn sign_in(State(app): State<Arc<App>>, form: Result<OwnForm, Denial>) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(denial) => return denial.into_response(),
    };
    let headers = form.headers.clone();
    let secret = form.field("secret").and_then(Secret::parse);
    let before = app.cookies.session(&headers);
    let sign_in = move |app: &App| {
        let now = app.clock.now();
        // ASP-AUT-010
        let hash = secret.map(|secret| secret.hash(Kind::Link));
        let person = hash.map(|hash| app.auth.people.use_link(&hash, now)).transpose()?.flatten();
        let Some(person) = person else {
            app.auth.guesses.wrong(now)?;
            return Err(asp_core::rejection::Code::InvalidLink.into());
        };
        // Who was here before in this browser has gone; what was in the cookie is never taken on.
        if let Some(before) = before {
            app.auth.people.end(&before.hash(Kind::Session))?;
        }
        app.auth.begin(person)
    };
    let begun = app.blocking(sign_in).await;
    begun.and_then(|secret| welcome(&app, &secret, "./")).unwrap_or_else(|denial| refused(denial, &headers))
}

/// Accept an invitation by its page.
#[utoipa::path(post, path = "/join", tag = "people",
    request_body(content = SignInForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "There is an account, and it is signed in")))]
pub(super) async fn join(State(app): State<Arc<App>>, form: Result<OwnForm, Denial>) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(denial) => return denial.into_response(),
    };
    let name = form.field("name").map(str::trim).and_then(|name| name.parse::<Name>().ok());
    let joined = accepted(&app, form.field("secret").and_then(Secret::parse), name).await;
    joined
        .and_then(|(_, secret)| welcome(&app, &secret, "./"))
        .unwrap_or_else(|denial| refused(denial, &form.headers))
}

/// Sign out.
#[utoipa::path(post, path = "/signout", tag = "people",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "The session has ended")), security(("session" = [])))]
pub(super) async fn sign_out(State(app): State<Arc<App>>, form: OwnForm) -> Result<Response, Denial> {
    if let Some(secret) = app.cookies.session(&form.headers) {
        app.blocking(move |app| Ok(app.auth.people.end(&secret.hash(Kind::Session))?)).await?;
        app.hub.wake_all();
    }
    let gone = app.cookies.set(Cookie::Session, "", 0)?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("./")), (SET_COOKIE, gone)])
        .into_response())
}

/// Sets the cookie of a new session and leads to the first page, which is at `first` from here.
///
/// # Errors
/// A failure of ours.
pub(super) fn welcome(app: &App, secret: &Secret, first: &'static str) -> Result<Response, Denial> {
    let cookie = app.cookies.set(Cookie::Session, &secret.text(), SESSION_LASTS.0 / 1000)?;
    let headers = [(LOCATION, HeaderValue::from_static(first)), (SET_COOKIE, cookie)];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// A refusal as a page for a browser; as a problem for everybody else.
pub(super) fn refused(denial: Denial, headers: &HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if !accepts.contains("text/html") {
        return denial.into_response();
    }
    let rejection: Rejection = denial.told();
    let code = rejection.code;
    let body = format!(
        "<main class=\"narrow\">\n<h1>Not signed in</h1>\n<p>{}</p>\n<p>{}</p>\n<p><code>{}</code></p>\n</main>\n",
        escaped(code.sentence()),
        escaped(code.hint()),
        code.as_str()
    );
    let mut response = of_form("Assent: not signed in", &body);
    *response.status_mut() = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// A page with a form that may be sent to this node alone; nobody keeps it.
fn of_form(title: &str, body: &str) -> Response {
    let mut response = answer(&form(framed(title, body, &[])));
    let told: [(HeaderName, &'static str); 2] = [
        (CACHE_CONTROL, "no-store"),
        // Without any the browser would say no origin when the form is sent. The path, which is the secret, stays here.
        (REFERRER_POLICY, "strict-origin"),
    ];
    for (name, value) in told {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
