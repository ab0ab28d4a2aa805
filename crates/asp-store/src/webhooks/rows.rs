//! Rows of webhooks and what they say.

use std::collections::BTreeSet;

use asp_core::name::StreamKind;
use asp_core::position::{LogTime, Position};
use asp_core::statement::Kind;
use rusqlite::Row;

use super::{DeadLetter, Progress, Secrets, Webhook, WebhookId};
use crate::fault::Fault;

/// The columns that [`webhook`] reads, in its order.
pub(super) const WEBHOOK: &str = "id, organisation, url, streams, types, seed, shared, created, place, attempts, \
    failures, silent_from, due, delivered, reason, stopped";
/// The columns that [`dead`] reads, in its order.
pub(super) const DEAD: &str = "position, attempts, aside, reason, again";

/// Every kind of stream.
const STREAMS: [StreamKind; 6] = [
    StreamKind::Org,
    StreamKind::Agent,
    StreamKind::Consent,
    StreamKind::Session,
    StreamKind::Account,
    StreamKind::Dispute,
];

/// Kinds of streams as words.
pub(super) fn streams(kinds: &BTreeSet<StreamKind>) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
}

/// Types of statements as words.
pub(super) fn kinds(kinds: &BTreeSet<Kind>) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
}

/// A row of [`WEBHOOK`].
pub(super) fn webhook(row: &Row<'_>) -> Result<Webhook, Fault> {
    let corrupt = || Fault::corrupt(None, "a webhook is none");
    let text = |column: usize| -> Result<String, Fault> { Ok(row.get(column)?) };
    let time = |column: usize| -> Result<Option<LogTime>, Fault> {
        Ok(row.get::<_, Option<u64>>(column)?.map(LogTime::from_millis))
    };
    let stream = |word: &str| STREAMS.into_iter().find(|kind| kind.as_str() == word).ok_or_else(corrupt);
    let kind = |word: &str| Kind::named(word).ok_or_else(corrupt);
    let stopped: Option<String> = row.get(15)?;
    Ok(Webhook {
        id: WebhookId(row.get(0)?),
        organisation: text(1)?.parse().map_err(|_| corrupt())?,
        url: text(2)?.parse().map_err(|_| corrupt())?,
        streams: text(3)?.split_whitespace().map(stream).collect::<Result<_, _>>()?,
        types: text(4)?.split_whitespace().map(kind).collect::<Result<_, _>>()?,
        secrets: Secrets { seed: row.get(5)?, shared: row.get(6)? },
        created: LogTime::from_millis(row.get(7)?),
        progress: Progress {
            place: Position(row.get(8)?),
            attempts: row.get(9)?,
            failures: row.get(10)?,
            silent_from: time(11)?,
            due: time(12)?,
            delivered: time(13)?,
            reason: row.get(14)?,
            stopped: stopped.map(|word| word.parse().map_err(|()| corrupt())).transpose()?,
        },
    })
}

/// A row of [`DEAD`].
pub(super) fn dead(row: &Row<'_>) -> Result<DeadLetter, rusqlite::Error> {
    Ok(DeadLetter {
        position: Position(row.get(0)?),
        attempts: row.get(1)?,
        aside: LogTime::from_millis(row.get(2)?),
        reason: row.get(3)?,
        again: row.get(4)?,
    })
}
