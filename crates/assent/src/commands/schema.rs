//! `assent schema`: find, show, check and register terms schemas.

use std::path::Path;

use asp_client::api::SchemaView;
use asp_core::name::{Domain, Issuer};
use asp_core::position::Hash;
use asp_core::statement::body::{SchemaRef, SchemaRegister};
use asp_core::terms::{TermsSchema, starters};
use serde::Serialize;
use serde_json::{Map, Value};

use super::read_input;
use crate::cli::{SchemaCommand, SchemaRegistration};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::read::SchemaName;
use crate::words;

/// Bytes of the largest file that is read as a schema.
const SCHEMA_FILE_MAX: u64 = 1 << 20;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: SchemaCommand) -> Outcome {
    match command {
        SchemaCommand::List { text, alias, organisation } => {
            let search = asp_client::SchemaSearch { alias, text, organisation };
            let found = context.client().await?.schemas(&search).await?;
            if found.is_empty() {
                return Err(Failure::no("no schema fits"));
            }
            context.printer.show_all(&found, |page| list(page, &found));
            Ok(())
        }
        SchemaCommand::Show { schema } => {
            let reference = find(context, &schema).await?;
            let view = context.client().await?.schema(&reference.hash).await?;
            context.printer.show(&view, |page| show(page, &view));
            Ok(())
        }
        SchemaCommand::Check { schema, terms } => check(context, &schema, terms.as_deref()),
        SchemaCommand::Register(args) => register(context, args).await,
    }
}

/// The schema that is meant: a starter, one of an organisation by its alias and version, or any by its hash.
///
/// # Errors
/// When the node knows none.
pub(super) async fn find(context: &Context, name: &SchemaName) -> Outcome<SchemaRef> {
    let (alias, version, by) = match name {
        SchemaName::Hash(hash) => {
            let by = context.client().await?.schema(hash).await?.by;
            return Ok(SchemaRef { by, hash: *hash });
        }
        SchemaName::Called { alias, version, by } => (alias, *version, by),
    };
    let search =
        asp_client::SchemaSearch { alias: Some(alias.to_string()), text: None, organisation: by.clone() };
    let found = context.client().await?.schemas(&search).await?;
    let fits = |view: &&SchemaView| view.by == *by && version.is_none_or(|version| view.version == version);
    let newest = found.iter().filter(fits).max_by_key(|view| view.version);
    newest.map(|view| SchemaRef { by: view.by.clone(), hash: view.hash }).ok_or_else(|| {
        Failure::no(format_args!("no schema is called {name}")).hint("See `assent schema list`.")
    })
}

fn read(path: &Path) -> Outcome<Map<String, Value>> {
    let bytes = read_input(path, SCHEMA_FILE_MAX)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))
}

fn accepted(path: &Path) -> Outcome<TermsSchema> {
    TermsSchema::new(&read(path)?).map_err(|fault| {
        let why = if fault.costly { "costs too much to check" } else { "is no terms schema" };
        let at = if fault.pointer.is_empty() { String::new() } else { format!(" at {}", fault.pointer) };
        Failure::no(format_args!("{} {why}{at}", path.display()))
            .hint("The profile and the budget are in the specification, section Terms schemas.")
    })
}

/// What a check came to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    hash: Hash,
    terms_fit: Option<bool>,
}

fn check(context: &Context, schema: &str, terms: Option<&Path>) -> Outcome {
    let starter = starters().iter().find(|(alias, _)| *alias == schema.trim_end_matches("/1"));
    let schema = match starter {
        Some((_, schema)) => schema.clone(),
        None => accepted(Path::new(schema))?,
    };
    if let Some(path) = terms {
        schema.check(&read(path)?).map_err(|at| {
            let at = if at.is_empty() { "/".to_owned() } else { at };
            Failure::no(format_args!("{} does not fit at {at}", path.display()))
        })?;
    }
    let value = Checked { hash: schema.hash(), terms_fit: terms.map(|_| true) };
    context.printer.show(&value, |page| {
        page.line(Text::of(Paint::Good, "a terms schema").dim(format!("  {}", schema.hash())));
        if terms.is_some() {
            page.line(Text::of(Paint::Good, "the terms fit"));
        }
    });
    Ok(())
}

async fn register(context: &Context, args: SchemaRegistration) -> Outcome {
    let SchemaRegistration { file, alias, version, description } = args;
    accepted(&file)?;
    let domain: Domain = context.organisation_name()?;
    let key = context.key(&Issuer::Organisation(domain.clone()))?;
    let party = context.client().await?.organisation_with(domain.clone(), key);
    let register = SchemaRegister { alias: alias.clone(), description, schema: read(&file)?, version };
    let receipt = party.register_schema(register).await?;
    let told = Text::of(Paint::Strong, format_args!("{domain}/{alias}/{version}")).plain(" is registered");
    super::receipt(context, &receipt, told);
    Ok(())
}

/// How a schema is named on the command line.
fn called(view: &SchemaView) -> String {
    let name = format!("{}/{}", view.alias, view.version);
    view.by.as_ref().map_or(name.clone(), |by| format!("{by}/{name}"))
}

fn list(page: &mut Page, found: &[SchemaView]) {
    let rows = found.iter().map(|view| {
        vec![
            Text::of(Paint::Strong, called(view)),
            words::id(&view.hash),
            words::line(&view.description, 70).into(),
        ]
    });
    page.table(vec!["SCHEMA", "HASH", "WHAT FOR"], rows.collect(), "none");
}

fn show(page: &mut Page, view: &SchemaView) {
    page.line(
        Text::of(Paint::Strong, called(view)).plain(format!("  {}", words::line(&view.description, 70))),
    );
    page.field("hash", view.hash.to_string());
    let text = view.schema.as_ref().and_then(|schema| serde_json::to_string_pretty(schema).ok());
    page.gap();
    for line in text.unwrap_or_default().lines() {
        page.line(Text::from(line.to_owned()));
    }
}
