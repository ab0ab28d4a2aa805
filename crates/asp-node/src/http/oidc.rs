//! To the provider of identities and back: two addresses that a browser passes, and who gets in.

use std::collections::BTreeSet;
use std::sync::Arc;

use asp_core::rejection::Code;
use asp_store::people::{Person, PersonId, Role};
use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::App;
use super::extract::{Base, Params};
use super::problem::Denial;
use super::signin::{refused, welcome};
use crate::auth::cookie::Cookie;
use crate::auth::oidc::{ATTEMPT_LASTS, Settings, Vouched};
use crate::auth::people::person_id;

const BACK: &str = "/signin/oidc/callback";

/// Go to the provider of identities.
///
/// Leads to the provider that the node is set to, with state, nonce and PKCE bound to a cookie of ten minutes.
#[utoipa::path(get, path = "/signin/oidc", tag = "people",
    responses((status = 303, description = "To the provider")))]
pub(super) async fn go(State(app): State<Arc<App>>, Base(base): Base, headers: HeaderMap) -> Response {
    let gone = async {
        let oidc = app.oidc.as_ref().ok_or(Code::NotFound)?;
        let (address, cookie) = oidc.begin(&format!("{base}{BACK}"), app.clock.now()).await?;
        let cookie = app.cookies.set(Cookie::SigningIn, &cookie, ATTEMPT_LASTS.0 / 1000)?;
        let address = HeaderValue::from_str(&address).map_err(|_| Code::ProviderFault)?;
        Ok((StatusCode::SEE_OTHER, [(LOCATION, address), (SET_COOKIE, cookie)]).into_response())
    };
    gone.await.unwrap_or_else(|denial| refused(denial, &headers))
}

/// What the provider sends a browser back with.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Answer {
    /// What the node asks the provider with.
    code: Option<String>,
    /// Whose attempt this was.
    state: Option<String>,
}

/// Come back from the provider of identities.
///
/// Checks the attempt and the ID token, and begins a session for a person who is known, invited, or let in by the
/// settings.
#[utoipa::path(get, path = "/signin/oidc/callback", tag = "people", params(Answer),
    responses((status = 303, description = "Signed in")))]
pub(super) async fn back(
    State(app): State<Arc<App>>,
    Base(base): Base,
    headers: HeaderMap,
    Params(answer): Params<Answer>,
) -> Response {
    let signed_in = async {
        let oidc = app.oidc.as_ref().ok_or(Code::NotFound)?;
        let cookie = app.cookies.find(Cookie::SigningIn, &headers).ok_or(Code::SignInRefused)?;
        let code = answer.code.as_deref().ok_or(Code::SignInRefused)?;
        let state = answer.state.as_deref().ok_or(Code::SignInRefused)?;
        let now = app.clock.now();
        let vouched = oidc.finish(cookie, (code, state), &format!("{base}{BACK}"), now).await?;
        let settings = oidc.settings.clone();
        let secret = app
            .blocking(move |app| {
                let person = let_in(app, &settings, vouched)?;
                app.auth.begin(person)
            })
            .await?;
        let mut response = welcome(&app, &secret, "../../")?;
        response.headers_mut().append(SET_COOKIE, app.cookies.set(Cookie::SigningIn, "", 0)?);
        Ok(response)
    };
    signed_in.await.unwrap_or_else(|denial| refused(denial, &headers))
}

/// The account of whom the provider vouches for: there already, by invitation, or by the settings (ASP-AUT-013).
fn let_in(app: &App, settings: &Settings, vouched: Vouched) -> Result<PersonId, Denial> {
    let Vouched { subject, email, name, roles } = vouched;
    let people = &app.auth.people;
    let now = app.clock.now();
    if let Some(known) = people.of_subject(&subject)? {
        // Who belonged to whom the provider vouched for before is nobody's of another organisation.
        if known.organisation.as_ref() != Some(&settings.organisation) {
            return Err(Code::SignInRefused.into());
        }
        if let Some(roles) = roles {
            // Sessions that are open lose or win at once with it.
            people.set_roles(known.id, &roles)?;
            app.hub.wake_all();
            if roles.is_empty() {
                return Err(Code::SignInRefused.into());
            }
        }
        return Ok(known.id);
    }
    let id = person_id()?;
    if let Some(email) = &email
        && let Some(person) =
            people.accept_by_email((&settings.organisation, email), id, (&subject, name.as_deref()), now)?
    {
        return Ok(person.id);
    }
    let of_domain = email
        .as_ref()
        .is_some_and(|email| settings.email_domain.as_ref().is_some_and(|domain| email.domain() == domain));
    let roles: BTreeSet<Role> = match roles {
        Some(roles) => roles,
        None if of_domain => [Role::Auditor].into(),
        None => BTreeSet::new(),
    };
    if roles.is_empty() {
        return Err(Code::SignInRefused.into());
    }
    let name = name.or_else(|| email.as_ref().map(|email| email.as_str().to_owned()));
    let name = name.unwrap_or_else(|| settings.organisation.to_string());
    let organisation = Some(settings.organisation.clone());
    people.add(&Person {
        id,
        organisation,
        name,
        email,
        subject: Some(subject),
        roles,
        created: now,
        seen: None,
    })?;
    Ok(id)
}
