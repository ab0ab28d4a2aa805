//! `POST /oauth/token`: a key that the log knows gets a token that is bound to another.

use asp_client::api::{Problem, TokenResponse};
use asp_core::rejection::Code;
use axum::Json;
use axum::extract::{Form, FromRequest, Request};
use serde::Deserialize;

use super::{Answer, State};
use crate::auth::TOKEN_MS;

/// The one grant.
const GRANT: &str = "client_credentials";
/// The one kind of assertion (RFC 7523 §2.2).
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    client_assertion_type: String,
    client_assertion: String,
}

/// A token for reading: `client_credentials` with `private_key_jwt` (RFC 7523), bound by DPoP (RFC 9449).
#[utoipa::path(post, path = "/oauth/token", tag = "tokens",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded",
        description = "grant_type, client_assertion_type, client_assertion"),
    params(("DPoP" = String, Header, description = "The proof")),
    responses((status = 200, description = "The token", body = TokenResponse),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn token(state: State, request: Request) -> Answer<Json<TokenResponse>> {
    let (parts, body) = request.into_parts();
    let form = Form::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let Form(TokenRequest { grant_type, client_assertion_type, client_assertion }) =
        form.map_err(|_| Code::InvalidQuery)?;
    if grant_type != GRANT {
        return Err(Code::UnsupportedGrantType.into());
    }
    if client_assertion_type != ASSERTION {
        return Err(Code::InvalidClient.into());
    }
    let now = (state.clock)();
    let claim = state.auth.claim(&parts, &client_assertion, state.store.origin(), now)?;
    let asked = claim.clone();
    state.read(move |reader| asked.tenant(reader)).await?.ok_or(Code::InvalidClient)?;
    let access_token = state.auth.grant(claim, now)?;
    Ok(Json(TokenResponse { access_token, token_type: "DPoP".to_owned(), expires_in: TOKEN_MS.0 / 1000 }))
}
