//! Pages of a stream, and waiting for what comes next: one way for every address that reads statements.

use std::sync::Arc;
use std::time::Duration;

use asp_client::api::{Message, MessagePage};
use asp_core::name::StreamId;
use asp_core::position::Sequence;
use asp_core::rejection::Code;
use asp_store::{Entry, Fault, Reader, Tenant};
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::App;
use super::problem::Denial;
use crate::auth::{Access, Credentials};
use crate::delivery::{Subscription, Topic};
use crate::quota::Prefix;
use crate::stopped;

/// Statements that are read at once: at most 8 MiB of them.
const CHUNK: usize = 32;
/// Bytes of statements after which a page ends, whatever was asked for.
const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Which statements are asked for.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) stream: StreamId,
    pub(super) after: Option<Sequence>,
    pub(super) limit: usize,
    pub(super) wait: Duration,
    /// How it is told that the stream is not there, or not for this reader.
    pub(super) unknown: Code,
    /// Where it is asked from.
    pub(super) network: Option<Prefix>,
}

/// An entry as JSON.
///
/// # Errors
/// What is stored is no JSON.
pub(crate) fn message(entry: &Entry) -> Result<Message, Fault> {
    let statement = entry.statement.statement();
    let index = entry.point.index;
    let corrupt = || Fault::Corrupt { index: Some(index.0), what: "the statement is no JSON".to_owned() };
    let text = std::str::from_utf8(statement.bytes()).map_err(|_| corrupt())?;
    Ok(Message {
        log_index: index,
        log_time: entry.point.time,
        hash: statement.hash,
        statement: RawValue::from_string(text.to_owned()).map_err(|_| corrupt())?,
        signatures: entry.statement.signatures().to_vec(),
    })
}

/// Answers a question, at the latest when its wait is over or the node stops.
pub(super) async fn page(
    app: &Arc<App>,
    credentials: Option<Credentials>,
    question: Question,
) -> Result<MessagePage, Denial> {
    let asked = question.clone();
    let first = move |reader: &Reader<'_>, access: Option<&Access>| {
        read(reader, access.map(|access| &access.tenant), &asked).map(|page| (access.cloned(), page))
    };
    let (access, page) = app.read_as_far(credentials, first).await?;
    if !page.messages.is_empty() || question.wait.is_zero() {
        return Ok(page);
    }
    let who = app.who(access.as_ref(), question.network);
    let subscription = app.hub.subscribe(Topic::Stream(question.stream.clone()), who)?;
    let until = Instant::now() + question.wait;
    // Each turn waits for a wake-up or the end of the time.
    loop {
        let (asked, access, reading) = (question.clone(), access.clone(), Arc::clone(app));
        let again = move |reader: &Reader<'_>| {
            if let Some(access) = &access {
                reading.auth.check(reader, access)?;
            }
            read(reader, access.as_ref().map(|access| &access.tenant), &asked)
        };
        let page = app.reads.run(again).await?;
        if !page.messages.is_empty() || !moved_before(app, &subscription, until).await {
            return Ok(page);
        }
    }
}

/// Waits until the topic moves; false if the time is over or the node stops before.
pub(super) async fn moved_before(app: &App, subscription: &Subscription, until: Instant) -> bool {
    let mut stopping = app.stopping.clone();
    tokio::select! {
        () = subscription.woken() => !app.is_stopping(),
        () = stopped(&mut stopping) => false,
        () = tokio::time::sleep_until(until) => false,
    }
}

/// A page at one state of the log (ASP-DLV-001). What may not be read is not there (ASP-AUT-005).
fn read(reader: &Reader<'_>, tenant: Option<&Tenant>, question: &Question) -> Result<MessagePage, Denial> {
    if !reader.may_read(tenant, &question.stream)? {
        return Err(question.unknown.into());
    }
    let mut messages: Vec<Message> = Vec::new();
    let (mut after, mut bytes, mut more) = (question.after, 0_usize, true);
    // Each turn reads on, so there are as many as chunks fit into the limit.
    while more && messages.len() < question.limit && bytes < PAGE_BYTES_MAX {
        let wanted = CHUNK.min(question.limit - messages.len());
        // One more shows whether there is a page after this one.
        let entries = reader.entries(&question.stream, after, wanted.saturating_add(1))?;
        more = entries.len() > wanted;
        for entry in entries.iter().take(wanted) {
            after = Some(entry.statement.statement().sequence);
            bytes += entry.statement.statement().bytes().len();
            messages.push(message(entry)?);
        }
    }
    Ok(MessagePage { messages, next_after: after.filter(|_| more) })
}
