//! The log: its newest checkpoint, who signed it, and a statement's way to its root, drawn.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use asp_core::log::hash::node_hash;
use asp_core::log::leaf::Leaf;
use asp_core::name::Domain;
use asp_core::position::{Hash, Sequence};
use asp_core::rejection::Code;
use asp_core::statement::signatures_hash;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::super::extract::{Id, Params};
use super::super::messages::{self, Question};
use super::super::problem::Denial;
use super::super::{App, receipts};
use super::cells::{self, Html};
use super::plot;
use super::talk::{Columns, Said, Talk};
use super::{Frame, Visitor, page};
use crate::auth::Credentials;

/// Moments of the log's growth that are drawn.
const MOMENTS: u64 = 32;

#[derive(Template)]
#[template(path = "log.html")]
struct Page {
    frame: Frame,
    origin: String,
    size: String,
    key: Html,
    root: Option<String>,
    signers: Vec<String>,
    growth: Option<Html>,
    note: Option<String>,
    asked: String,
    found: Option<Found>,
    absent: bool,
}

/// A statement that the log has.
struct Found {
    index: u64,
    time: Html,
    stream: String,
    said: Vec<Said>,
    size: u64,
    steps: Vec<Step>,
    receipt: String,
}

/// A step of the way to the root.
struct Step {
    level: usize,
    side: &'static str,
    sibling: Html,
    becomes: Html,
}

/// What to look up.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The hash of a statement, with or without `sha256:`.
    hash: Option<String>,
}

/// See the log, and look a statement up in it.
#[utoipa::path(get, path = "/console/log", tag = "console", params(Which),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Params(which): Params<Which>,
) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let grown = app.reads.run(|reader| Ok(reader.growth(MOMENTS)?)).await?;
        let asked = which.hash.unwrap_or_default().trim().to_owned();
        let hash = Hash::from_hex(asked.strip_prefix("sha256:").unwrap_or(&asked));
        let (size, note) = app.reads.run(|reader| Ok((reader.size()?, reader.checkpoint()?))).await?;
        let found = match hash {
            Some(hash) => {
                sought(&app, (&look.credentials, look.organisation()), hash, note.as_deref()).await?
            }
            None => None,
        };
        page(&Page {
            frame: look.frame("log", "Log"),
            origin: app.store.origin().to_string(),
            size: cells::grouped(&size.to_string()),
            key: cells::key(&app.store.node_key()),
            root: note.as_deref().and_then(|note| note.lines().nth(2)).map(str::to_owned),
            signers: note.as_deref().map(signers).unwrap_or_default(),
            note,
            growth: plot::growth(&grown),
            absent: !asked.is_empty() && found.is_none(),
            asked,
            found,
        })
    };
    way.answer(found.await)
}

/// Who has signed a note, by name.
fn signers(note: &str) -> Vec<String> {
    let lines = note.lines().filter_map(|line| line.strip_prefix("— "));
    lines.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// A statement that who looks may read, and its way to the root of the newest checkpoint.
async fn sought(
    app: &Arc<App>,
    (credentials, own): (&Credentials, Option<&Domain>),
    hash: Hash,
    note: Option<&str>,
) -> Result<Option<Found>, Denial> {
    let receipt = match receipts::show(State(Arc::clone(app)), Some(credentials.clone()), Id(hash)).await {
        Ok(Json(receipt)) => receipt,
        // What is not there and what may not be seen are one.
        Err(Denial::Rejected(rejection)) if rejection.code == Code::NotFound => return Ok(None),
        Err(denial) => return Err(denial),
    };
    let said = &receipt.receipt;
    let question = Question {
        stream: said.stream.clone(),
        after: said.sequence.0.checked_sub(1).map(Sequence),
        limit: 1,
        wait: Duration::ZERO,
        unknown: Code::NotFound,
        network: None,
    };
    let read = messages::page(app, Some(credentials.clone()), question).await?;
    let message = read.messages.first().filter(|message| message.hash == hash).ok_or(Denial::Internal)?;
    let index = said.log_index.0;
    let size = note
        .and_then(|note| note.lines().nth(1))
        .and_then(|size| size.parse::<u64>().ok())
        .unwrap_or_default();
    let proof = if index < size {
        app.reads.run(move |reader| Ok(reader.inclusion(index, size)?)).await?.unwrap_or_default()
    } else {
        Vec::new()
    };
    let leaf = Leaf {
        statement: hash,
        signatures: signatures_hash(&message.signatures),
        log_time: message.log_time,
    };
    let mut talk = Talk::default();
    talk.take(message, &Columns { left: None, own });
    Ok(Some(Found {
        index,
        time: cells::at(message.log_time),
        stream: said.stream.to_string(),
        said: talk.said,
        size,
        steps: steps(leaf.hash(), index, size, &proof),
        receipt: serde_json::to_string_pretty(&receipt).unwrap_or_default(),
    }))
}

/// The way from a leaf to the root (RFC 9162 §2.1.3.2), each step with what it becomes.
fn steps(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Vec<Step> {
    let (mut at, mut last, mut here) = (index, size.saturating_sub(1), leaf);
    let mut steps = Vec::with_capacity(proof.len());
    for (level, sibling) in proof.iter().enumerate() {
        let left = at % 2 == 1 || at == last;
        if left {
            here = node_hash(sibling, &here);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            here = node_hash(&here, sibling);
        }
        (at, last) = (at / 2, last / 2);
        let side = if left { "left" } else { "right" };
        steps.push(Step {
            level: level + 1,
            side,
            sibling: cells::hash(sibling),
            becomes: cells::hash(&here),
        });
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use asp_core::log::proof::inclusion_root;

    #[test]
    fn the_last_step_becomes_the_root() {
        let leaf = |number: u64| Hash::of(&[&number.to_be_bytes()]);
        // Three leaves: the third stands alone on its level.
        let pair = node_hash(&leaf(0), &leaf(1));
        for (index, path) in [(0, vec![leaf(1), leaf(2)]), (1, vec![leaf(0), leaf(2)]), (2, vec![pair])] {
            let root = inclusion_root(&leaf(index), index, 3, &path).unwrap();
            let steps = steps(leaf(index), index, 3, &path);
            assert!(steps.last().unwrap().becomes.to_string().contains(&root.to_string()), "{index}");
        }
    }
}
