//! The console: pages for people at the node's own address. Each reads through the handlers of the API, in the name of who
//! looks, and has no query of its own.
//!
//! Pages are templates that escape whatever they are given; what others wrote is shown as text, marked as theirs. They
//! work without a script, load nothing from elsewhere, and are kept by nobody.

mod cells;
mod plot;
mod talk;

mod agents;
mod assets;
mod commitments;
mod consents;
mod course;
mod deciding;
mod disclosed;
mod disputes;
mod live;
mod log;
mod session;
mod settings;
mod webhooks;

use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use asp_core::name::Domain;
use asp_core::rejection::Code;
use asp_store::people::SignedIn;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::OwnForm;
use super::problem::Denial;
use super::{App, plain};
use crate::auth::Credentials;
use crate::auth::people::Kind;
use crate::auth::rights::Right;
use cells::Html;

/// What a page may load, and whom it may send forms to: this node alone, and nothing that stands in the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The console's routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(live::home))
        .routes(routes!(session::show))
        .routes(routes!(course::show))
        .routes(routes!(commitments::list))
        .routes(routes!(commitments::show))
        .routes(routes!(disputes::list))
        .routes(routes!(disputes::show))
        .routes(routes!(disputes::rule))
        .routes(routes!(agents::list))
        .routes(routes!(agents::show))
        .routes(routes!(consents::list))
        .routes(routes!(consents::show))
        .routes(routes!(deciding::ask))
        .routes(routes!(deciding::decide))
        .routes(routes!(log::show))
        .routes(routes!(settings::show))
        .routes(routes!(webhooks::add))
        .routes(routes!(webhooks::show, webhooks::act))
        .routes(routes!(assets::show))
}

/// The places of the console: name of the icon, what people call it, address, and who finds something there.
const PLACES: [(&str, &str, &str, For); 7] = [
    ("live", "Live", "", For::Readers),
    ("commitments", "Commitments", "console/commitments", For::Readers),
    ("disputes", "Disputes", "console/disputes", For::Cases),
    ("agents", "Agents", "console/agents", For::Everybody),
    ("consents", "Consent", "console/consents", For::Readers),
    ("log", "Log", "console/log", For::Everybody),
    ("settings", "Settings", "console/settings", For::Everybody),
];

/// Who finds something at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Who may read what is the organisation's.
    Readers,
    /// Who may read disputes at least.
    Cases,
    /// Whoever has signed in.
    Everybody,
}

/// A link of the navigation.
struct Place {
    icon: &'static str,
    label: &'static str,
    path: &'static str,
    here: bool,
}

/// What stands around every page.
pub(super) struct Frame {
    title: String,
    /// The way from the page to the node's first address.
    root: String,
    places: Vec<Place>,
    name: String,
    of: String,
    /// By what the page hears that something has come.
    news: Option<Html>,
    version: &'static str,
}

/// Who looks at a page: a person. A program asks the API, whose proofs are good for one question each.
pub(super) struct Look {
    pub(super) credentials: Credentials,
    signed_in: SignedIn,
    root: String,
}

impl Look {
    /// Who has sent a form of a page of this node, to do what its handler asks whether it may.
    ///
    /// # Errors
    /// That nobody has signed in.
    async fn acting(app: &Arc<App>, form: &OwnForm, way: &Way) -> Result<Self, Denial> {
        let secret = app.cookies.session(&form.headers).ok_or(Code::Unauthenticated)?;
        let signed_in = app.person(&form.headers).await.ok_or(Code::Unauthenticated)?;
        let credentials = Credentials::Session(secret.hash(Kind::Session));
        Ok(Self { credentials, signed_in, root: way.root.clone() })
    }

    /// Whether one of its roles may do this.
    fn may(&self, right: Right) -> bool {
        right.is_of(self.signed_in.person.roles.iter().copied())
    }

    /// By what a page hears of what comes from now on; nothing for who reads too little. Asked before the page reads anything, it
    /// misses nothing.
    async fn news(&self, app: &App) -> Result<Option<Html>, Denial> {
        if !self.may(Right::ReadOrganisation) {
            return Ok(None);
        }
        let size = app.reads.run(|reader| Ok(reader.size()?)).await?;
        let root = &self.root;
        Ok(Some(Html::of_own(format!("data-follow=\"{root}v1/events?from=\" data-from=\"{size}\""))))
    }

    /// The organisation of the person who looks.
    fn organisation(&self) -> Option<&Domain> {
        self.signed_in.person.organisation.as_ref()
    }

    /// The frame of a page at one of the places.
    fn frame(&self, icon: &str, title: impl Into<String>) -> Frame {
        let finds = |place: For| match place {
            For::Readers => self.may(Right::ReadOrganisation),
            For::Cases => self.may(Right::ReadCases),
            For::Everybody => true,
        };
        let places = PLACES.iter().filter(|(.., whom)| finds(*whom));
        let places =
            places.map(|&(name, label, path, _)| Place { icon: name, label, path, here: name == icon });
        let person = &self.signed_in.person;
        Frame {
            title: title.into(),
            root: self.root.clone(),
            places: places.collect(),
            name: person.name.clone(),
            of: person.organisation.as_ref().map_or_else(|| "this node".to_owned(), ToString::to_string),
            news: None,
            version: assets::version(),
        }
    }
}

/// How an answer reaches who asks: as a page for a browser, as a problem for everybody else.
pub(super) struct Way {
    is_browser: bool,
    root: String,
}

/// Whoever asks for a page.
pub(super) struct Visitor {
    pub(super) look: Result<Look, Denial>,
    pub(super) way: Way,
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let way = Way::of(parts.uri.path(), &parts.headers);
        let credentials = <Credentials as FromRequestParts<Arc<App>>>::from_request_parts(parts, app).await;
        let look = match credentials {
            Ok(credentials @ Credentials::Session(_)) => match app.person(&parts.headers).await {
                Some(signed_in) => Ok(Look { credentials, signed_in, root: way.root.clone() }),
                None => Err(Code::Unauthenticated.into()),
            },
            Ok(Credentials::Token { .. } | Credentials::Shown(_)) => Err(Code::NotPermitted.into()),
            Err(denial) => Err(denial),
        };
        Ok(Self { look, way })
    }
}

/// A refusal as a page.
#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    root: String,
    version: &'static str,
    heading: &'static str,
    sentence: &'static str,
    hint: &'static str,
    code: &'static str,
}

impl Way {
    /// Relative addresses lead home by as many steps as the path has folders: the node may be reached below a path.
    pub(super) fn of(path: &str, headers: &HeaderMap) -> Self {
        let folders = path.matches('/').count().saturating_sub(1);
        let root = if folders == 0 { "./".to_owned() } else { "../".repeat(folders) };
        let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        Self { is_browser: accepts.contains("text/html"), root }
    }

    /// The answer, or why there is none.
    pub(super) fn answer(self, found: Result<Response, Denial>) -> Response {
        match found {
            Ok(response) => response,
            Err(denial) if self.is_browser => self.refused(denial),
            Err(denial) => denial.into_response(),
        }
    }

    fn refused(self, denial: Denial) -> Response {
        let code = denial.told().code;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::UNAUTHORIZED {
            let to = HeaderValue::from_str(&format!("{}signin", self.root));
            let to = to.unwrap_or(HeaderValue::from_static("/signin"));
            return (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response();
        }
        let heading = match status {
            StatusCode::NOT_FOUND => "There is nothing here",
            StatusCode::FORBIDDEN => "This is not yours to do",
            StatusCode::CONFLICT => "It was not taken",
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => "Too much at once",
            _ => "This did not work",
        };
        let refused = Refused {
            root: self.root,
            version: assets::version(),
            heading,
            sentence: code.sentence(),
            hint: code.hint(),
            code: code.as_str(),
        };
        let mut response = page(&refused).unwrap_or_else(Denial::into_response);
        *response.status_mut() = status;
        response
    }
}

/// A page with what it may load; nobody keeps it.
///
/// # Errors
/// A defect of the template.
fn page(template: &impl Template) -> Result<Response, Denial> {
    let text = template.render().map_err(|_| Denial::Internal)?;
    let mut response = plain("text/html; charset=utf-8", text);
    let told: [(HeaderName, &'static str); 3] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        // Without any the browser would say no origin when a form is sent.
        (REFERRER_POLICY, "strict-origin"),
        (VARY, "Cookie"),
    ];
    for (name, value) in told {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_knows_its_way_home() {
        for (path, root) in [
            ("/", "./"),
            ("/console/log", "../"),
            ("/console/sessions/ab", "../../"),
            ("/console/disputes/ab/ruling", "../../../"),
        ] {
            assert_eq!(Way::of(path, &HeaderMap::new()).root, root, "{path}");
        }
    }

    #[test]
    fn a_page_may_load_nothing_from_elsewhere_and_run_nothing_that_stands_in_it() {
        for forbidden in ["unsafe", "http:", "https:", "data:", "*", "blob:"] {
            assert!(!POLICY.contains(forbidden), "{forbidden}");
        }
        for template in
            [include_str!("../../../templates/base.html"), include_str!("../../../templates/refused.html")]
        {
            for forbidden in [" style=", " onclick", "<style", "javascript:", "http://", "https://"] {
                assert!(!template.contains(forbidden), "{forbidden}");
            }
        }
    }
}
