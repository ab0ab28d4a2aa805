//! Accounts: for the organisation itself, its owners and its auditors; to everybody else there is none.

use std::sync::Arc;

use asp_client::api::{AccountView, PostingPage, PostingView};
use asp_core::position::Position;
use asp_core::rejection::Code;
use asp_store::{Posting, Reader};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::App;
use super::extract::{self, OrganisationName, Params, SignedMessage};
use super::problem::Denial;
use crate::auth::{Access, Credentials};
use crate::settlement;

/// Which movements to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct WhichEntries {
    /// How many at most, 1 to 1000; 50 if absent.
    page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    page_token: Option<String>,
}

/// See an account: what is available, held and on its way out, and what waits for the node's word.
///
/// For the organisation itself, its owners and its auditors: whoever else asks finds nothing there.
#[utoipa::path(get, path = "/v1/accounts/{domain}", tag = "accounts",
    params(("domain" = String, Path, description = "Whose it is")),
    responses((status = 200, description = "The account as it stands", body = AccountView)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    OrganisationName(domain): OrganisationName,
) -> Result<Json<AccountView>, Denial> {
    let read = move |reader: &Reader<'_>, access: &Access| {
        let account = reader.account(&access.tenant, &domain)?.ok_or(Code::NotFound)?;
        Ok(AccountView::of(&account))
    };
    app.read_as(credentials, read).await.map(Json)
}

/// See what moved in an account, newest first.
///
/// For the organisation itself, its owners and its auditors: whoever else asks finds nothing there.
#[utoipa::path(get, path = "/v1/accounts/{domain}/entries", tag = "accounts",
    params(("domain" = String, Path, description = "Whose it is"), WhichEntries),
    responses((status = 200, description = "The movements, newest first", body = PostingPage)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn entries(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    OrganisationName(domain): OrganisationName,
    Params(which): Params<WhichEntries>,
) -> Result<Json<PostingPage>, Denial> {
    let size = extract::page_size(which.page_size, usize::MAX)?;
    let before = which.page_token.as_deref().map(place).transpose()?;
    let read = move |reader: &Reader<'_>, access: &Access| {
        let found = reader.postings(&access.tenant, &domain, size.saturating_add(1), before)?;
        let mut found = found.ok_or(Code::NotFound)?;
        let more = found.len() > size;
        found.truncate(size);
        let next_page_token = found.last().filter(|_| more).map(token);
        let entries = found.iter().map(|it| PostingView::of(it.position, it.at, &it.movement)).collect();
        Ok(PostingPage { entries, next_page_token })
    };
    app.read_as(credentials, read).await.map(Json)
}

/// Say what became of a deposit or a withdrawal: for the settlement provider.
///
/// Signed as Standard Webhooks are, with the key that the provider shares with the node. A success means that it need not be
/// sent again.
#[utoipa::path(post, path = "/v1/settlement", tag = "accounts",
    params(("webhook-id" = String, Header, description = "Which message it is; one is taken once"),
        ("webhook-timestamp" = String, Header, description = "When it was signed, in seconds since 1970"),
        ("webhook-signature" = String, Header, description = "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in Base64")),
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "`type` (authorised, declined, captured, refunded, paid, failed), `account`, `transfer`, and what \
            belongs to it: `amount`, `evidence`, `reason`"),
    responses((status = 204, description = "It is taken")))]
pub(super) async fn settled(
    State(app): State<Arc<App>>,
    message: SignedMessage,
) -> Result<StatusCode, Denial> {
    settlement::receive(&app, &message.headers, &message.bytes).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn token(posting: &Posting) -> String {
    format!("{}.{}", posting.position, posting.part)
}

fn place(token: &str) -> Result<(Position, u64), Denial> {
    let read = || {
        let (position, part) = token.split_once('.')?;
        Some((Position(position.parse().ok()?), part.parse().ok()?))
    };
    read().ok_or_else(|| Code::InvalidQuery.into())
}
