//! Saved searches: kept by an agent or organisation, followed as agents come. Nothing of it is a statement.

use std::sync::Arc;

use asp_client::api::{NewSearch, Problem, SavedSearchView, SavedSearches};
use asp_store::{Reader, Tenant};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::App;
use super::extract::{self, Acting, Network, Params, SearchName, Small};
use super::problem::Denial;
use crate::auth::rights::Right;
use crate::auth::{Access, Caller, Credentials};
use crate::delivery::{Topic, agents};

impl Caller {
    /// In whose name searches are saved and forgotten.
    fn saver(&self) -> Result<Tenant, Denial> {
        match self {
            Self::Party(tenant) => Ok(tenant.clone()),
            Self::Person(_) => {
                let organisation = self.may(Right::SaveSearches)?;
                let none = asp_core::rejection::Code::NotPermitted;
                Ok(Tenant::Organisation(organisation.ok_or(none)?))
            }
        }
    }
}

/// List saved searches.
///
/// An agent sees those that it saved, an organisation those of its agents too.
#[utoipa::path(get, path = "/v1/searches", tag = "registry",
    responses((status = 200, description = "The searches, the first saved first", body = SavedSearches)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    credentials: Credentials,
) -> Result<Json<SavedSearches>, Denial> {
    let of_thread = Arc::clone(&app);
    let read = move |_: &Reader<'_>, access: &Access| of_thread.saved.list(&access.tenant);
    let searches = app.read_as(credentials, read).await?;
    Ok(Json(SavedSearches { searches }))
}

/// Save a search.
///
/// What `POST /v1/search` is asked, under a name. Agents that are registered from now on, or set another card, and fit can be
/// followed. Saving the same under the same name again changes nothing and gives what is there.
#[utoipa::path(post, path = "/v1/searches", tag = "registry", request_body = NewSearch,
    responses((status = 201, description = "The search", body = SavedSearchView),
        (status = 409, description = "The name is taken, or there are as many as may be", body = Problem)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn save(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    Small(asked): Small<NewSearch>,
) -> Result<(StatusCode, Json<SavedSearchView>), Denial> {
    let save = move |app: &App, caller: &Caller| {
        let NewSearch { name, query } = asked;
        app.saved.save(app, caller.saver()?, &name, query)
    };
    let saved = app.as_caller(credentials, save).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// See a saved search.
#[utoipa::path(get, path = "/v1/searches/{id}", tag = "registry",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "The search", body = SavedSearchView)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    SearchName(id): SearchName,
) -> Result<Json<SavedSearchView>, Denial> {
    let of_thread = Arc::clone(&app);
    let read = move |_: &Reader<'_>, access: &Access| of_thread.saved.find(&access.tenant, id);
    app.read_as(credentials, read).await.map(Json)
}

/// Forget a saved search.
///
/// Who follows it is told nothing more.
#[utoipa::path(delete, path = "/v1/searches/{id}", tag = "registry",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 204, description = "It is gone")),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn forget(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    SearchName(id): SearchName,
) -> Result<StatusCode, Denial> {
    let forget = move |app: &App, caller: &Caller| app.saved.forget(&caller.saver()?, id);
    app.as_caller(credentials, forget).await?;
    app.hub.alarm(&Topic::Search(id));
    Ok(StatusCode::NO_CONTENT)
}

/// From where on to follow a search.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct From {
    /// Only agents whose card the log has after this position; the header `Last-Event-ID` outranks it. Since the search
    /// was saved if absent; 0 for all there are.
    after: Option<u64>,
}

/// Follow a saved search.
///
/// Server-sent events: `id` is the position of the card, `event` is `agent`, `data` is the agent as a search gives it, on one
/// line. An agent that is registered, or sets another card, and fits is told once; of changes that come quicker than they
/// are read the last. Trust is told, and asked for, as it is at that moment: that it changes is no news by itself. Resumes
/// exactly after `Last-Event-ID`. Ends with the token or the search.
#[utoipa::path(get, path = "/v1/searches/{id}/events", tag = "registry",
    params(("id" = String, Path, description = "32 hexadecimal digits"), From,
        ("Last-Event-ID" = Option<u64>, Header, description = "The id of the last event that was received")),
    responses((status = 200, description = "The agents as they come", body = String,
        content_type = "text/event-stream")),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn events(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    SearchName(id): SearchName,
    Network(network): Network,
    Params(from): Params<From>,
    headers: HeaderMap,
) -> Result<Response, Denial> {
    let after = extract::last_event(&headers)?.or(from.after);
    agents::events(app, credentials, (id, after), network).await
}
