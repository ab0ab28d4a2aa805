//! Terms schemas: found by name, words and registrant, read by the hash of their content. Public.

use std::sync::Arc;

use asp_client::api::{SchemaPage, SchemaView};
use asp_core::name::Domain;
use asp_core::rejection::Code;
use asp_core::terms::{TermsSchema, starters};
use asp_store::{SchemaQuery, SchemaRow};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::App;
use super::extract::{self, Id, Params};
use super::problem::Denial;

/// Bytes of the longest text that is searched for.
const TEXT_BYTES_MAX: usize = 256;
/// Schemas of the largest page; a description can have 4 KiB.
const PAGE_MAX: usize = 200;

/// Which schemas to find.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The very alias, such as `compute-lease`.
    alias: Option<String>,
    /// Text in alias or description.
    text: Option<String>,
    /// Only schemas that this organisation registered.
    #[param(value_type = Option<String>)]
    organisation: Option<Domain>,
    /// How many at most, 1 to 1000; 50 if absent. A page has 200 at most, and the starters besides.
    page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    page_token: Option<String>,
}

/// Find terms schemas.
///
/// The starters that fit come first, on the first page, then what organisations registered, the last first.
#[utoipa::path(get, path = "/v1/schemas", tag = "registry", params(Which),
    responses((status = 200, description = "The schemas without their text", body = SchemaPage)))]
pub(super) async fn search(
    State(app): State<Arc<App>>,
    Params(which): Params<Which>,
) -> Result<Json<SchemaPage>, Denial> {
    let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > TEXT_BYTES_MAX);
    if long(&which.text) || long(&which.alias) {
        return Err(Code::InvalidQuery.into());
    }
    let size = extract::page_size(which.page_size, PAGE_MAX)?;
    let before = extract::place(which.page_token.as_deref())?;
    let mut schemas = if before.is_none() { fitting_starters(&which) } else { Vec::new() };
    let Which { alias, text, organisation, .. } = which;
    let query = SchemaQuery { alias, text, organisation, limit: size.saturating_add(1), before };
    let found = app.reads.run(move |reader| Ok(reader.schemas(&query)?)).await?;
    let found = found.into_iter().map(|row| (row.position, view(row, None))).collect();
    let (registered, next_page_token) = extract::page(found, size);
    schemas.extend(registered);
    Ok(Json(SchemaPage { schemas, next_page_token }))
}

/// Read a terms schema.
#[utoipa::path(get, path = "/v1/schemas/{hash}", tag = "registry",
    params(("hash" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The schema", body = SchemaView)))]
pub(super) async fn show(State(app): State<Arc<App>>, Id(hash): Id) -> Result<Json<SchemaView>, Denial> {
    if let Some((alias, schema)) = starters().iter().find(|(_, schema)| schema.hash() == hash) {
        return Ok(Json(SchemaView { schema: Some(schema.schema().clone()), ..starter(alias, schema) }));
    }
    let found = app.reads.run(move |reader| Ok(reader.schema(&hash)?)).await?;
    let (row, schema) = found.ok_or(Code::NotFound)?;
    Ok(Json(view(row, Some(schema.schema().clone()))))
}

fn view(row: SchemaRow, schema: Option<Value>) -> SchemaView {
    let SchemaRow { organisation, alias, version, hash, description, .. } = row;
    SchemaView { hash, alias, version, by: Some(organisation), description, schema }
}

fn starter(alias: &str, schema: &TermsSchema) -> SchemaView {
    let description = schema.schema().get("description").and_then(Value::as_str).unwrap_or_default();
    SchemaView {
        hash: schema.hash(),
        alias: alias.to_owned(),
        version: 1,
        by: None,
        description: description.to_owned(),
        schema: None,
    }
}

fn fitting_starters(which: &Which) -> Vec<SchemaView> {
    let wanted = which.text.as_ref().map(|text| text.to_ascii_lowercase());
    let fits = |view: &SchemaView| {
        let alias = which.alias.as_ref().is_none_or(|alias| *alias == view.alias);
        let told = format!("{} {}", view.alias, view.description).to_ascii_lowercase();
        alias && wanted.as_ref().is_none_or(|text| told.contains(text))
    };
    let all = starters().iter().map(|(alias, schema)| starter(alias, schema));
    if which.organisation.is_some() { Vec::new() } else { all.filter(fits).collect() }
}
