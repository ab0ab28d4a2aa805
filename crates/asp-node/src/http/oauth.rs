//! The token endpoint (RFC 6749 §4.4): client credentials by a signed assertion, bound to a key by DPoP.

use std::sync::Arc;

use asp_client::api::TokenResponse;
use asp_core::rejection::Code;
use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::App;
use super::extract::Form;
use super::problem::Denial;
use crate::auth::{Claim, token};

const GRANT_TYPE: &str = "client_credentials";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client sends for a token.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read field by field")]
pub(super) struct TokenRequest {
    /// `client_credentials`
    grant_type: String,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
    client_assertion_type: String,
    /// A JWT signed with a current key of the agent or organisation that it names: header `alg` EdDSA or ES256, as the
    /// key is, and `kid`, claims
    /// `iss` = `sub`, `aud` the log's origin, `iat`, `exp` at most 300 seconds later, `jti`.
    client_assertion: String,
}

/// Get an access token.
///
/// The header `DPoP` carries a proof for this request (RFC 9449 §5); the token works with the key of that proof alone,
/// for 600 seconds, and no longer than the key that signed the assertion counts.
#[utoipa::path(post, path = "/oauth/token", tag = "authority",
    params(("DPoP" = String, Header, description = "A proof for this request")),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The token", body = TokenResponse)))]
pub(super) async fn token(State(app): State<Arc<App>>, form: Form) -> Result<Json<TokenResponse>, Denial> {
    let claim = claim(form)?;
    let giving = Arc::clone(&app);
    let access_token = app.reads.run(move |reader| giving.auth.give(reader, &claim)).await?;
    Ok(Json(TokenResponse { access_token, token_type: "DPoP".to_owned(), expires_in: token::TOKEN_SECONDS }))
}

/// Reads the form: what is unknown is passed over (RFC 6749 §3.2), what comes twice is refused.
fn claim(form: Form) -> Result<Claim, Denial> {
    let Form { fields, proof, request } = form;
    let (mut grant_type, mut kind, mut assertion, mut client_id) = (None, None, None, None);
    for (name, value) in fields {
        let field = match name.as_str() {
            "grant_type" => &mut grant_type,
            "client_assertion_type" => &mut kind,
            "client_assertion" => &mut assertion,
            "client_id" => &mut client_id,
            _ => continue,
        };
        if field.replace(value).is_some() {
            return Err(Code::InvalidQuery.into());
        }
    }
    if grant_type.as_deref() != Some(GRANT_TYPE) {
        return Err(Code::UnsupportedGrantType.into());
    }
    if kind.as_deref() != Some(ASSERTION_TYPE) {
        return Err(Code::InvalidClient.into());
    }
    Ok(Claim { assertion: assertion.ok_or(Code::InvalidClient)?, client_id, proof, request })
}
