//! Receipts again, for who may read the statement.

use std::sync::Arc;

use asp_core::log::receipt::Receipt;
use asp_core::rejection::Code;
use asp_store::Reader;
use axum::Json;
use axum::extract::State;

use super::App;
use super::extract::Id;
use super::problem::Denial;
use crate::auth::{Access, Credentials};

/// Get the receipt of a statement.
///
/// Without a token for statements of public streams alone; everything else is not there.
#[utoipa::path(get, path = "/v1/receipts/{hash}", tag = "statements",
    params(("hash" = String, Path, description = "The statement's hash as 64 hexadecimal digits")),
    responses((status = 200, description = "The receipt, byte for byte what was given at first",
        body = serde_json::Value)),
    security((), ("dpop" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Option<Credentials>,
    Id(hash): Id,
) -> Result<Json<Receipt>, Denial> {
    let read = move |reader: &Reader<'_>, access: Option<&Access>| -> Result<Receipt, Denial> {
        let (receipt, stream) = reader.receipt(&hash)?.ok_or(Code::NotFound)?;
        let may = reader.may_read(access.map(|access| &access.tenant), &stream)?;
        if may { Ok(receipt) } else { Err(Code::NotFound.into()) }
    };
    let receipt = app.read_as_far(credentials, read).await?;
    Ok(Json(receipt))
}
