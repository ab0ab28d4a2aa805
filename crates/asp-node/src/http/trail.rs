//! The audit trail of a consent as JSON lines: for its two organisations, written when the reader takes it.

use std::io;
use std::sync::Arc;

use asp_client::{TrailEnd, TrailHead, TrailRecord};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::VERSION;
use asp_store::{Reader, Tenant, TooMany, Trail, TrailEntry, TrailStep};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use futures::stream::unfold;
use serde::Serialize;

use super::extract::{Id, Network};
use super::problem::Denial;
use super::{App, plain};
use crate::auth::{Access, Credentials};
use crate::delivery::{Subscription, Topic};

/// Statements that are given at once.
const CHUNK: usize = 16;
/// Statements that are looked at, at once, for what they rest on.
const LOOK: usize = 256;

/// A trail on its way to who asked for it.
struct Writing {
    app: Arc<App>,
    access: Access,
    /// None while a step of it is made.
    trail: Option<Trail>,
    head: Option<Bytes>,
    count: u64,
    /// A place among those who wait: so many trails are written at once as may be followed.
    _place: Subscription,
    ended: bool,
}

/// Get the audit trail of a consent.
///
/// For its two organisations: JSON lines with a head, each statement under the consent and of what it rests on in the order
/// of the log, with receipt and proof, and an end with their number. `assent consent audit` checks it offline. An answer
/// that breaks off has no end, and is asked for anew.
#[utoipa::path(get, path = "/v1/consents/{id}/trail", tag = "consents",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "The trail up to the newest checkpoint", body = String,
        content_type = "application/x-ndjson")),
    security(("dpop" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Id(id): Id,
    Network(network): Network,
) -> Result<Response, Denial> {
    let begin = move |reader: &Reader<'_>, access: &Access| {
        let trail = match &access.tenant {
            Tenant::Organisation(_) => reader.trail(&access.tenant, &id)?,
            Tenant::Agent(_) => None,
        };
        let trail = trail.ok_or(Code::NotFound)?.map_err(|TooMany| Code::TrailLimit)?;
        Ok((access.clone(), trail))
    };
    let (access, trail) = app.read_as(credentials, begin).await?;
    let topic = Topic::Trail(id);
    let place = app.hub.subscribe(topic, app.who(Some(&access), network))?;
    let head = line(&head(&app, &access, &trail, id)).ok_or(Denial::Internal)?;
    let writing =
        Writing { app, access, trail: Some(trail), head: Some(head), count: 0, _place: place, ended: false };
    let lines = unfold(writing, |mut writing| async move {
        if writing.ended {
            return None;
        }
        let piece = writing.next().await;
        writing.ended |= piece.is_err();
        Some((piece, writing))
    });
    Ok(plain("application/x-ndjson", Body::from_stream(lines)))
}

fn head(app: &App, access: &Access, trail: &Trail, consent: Hash) -> TrailHead {
    TrailHead {
        asp: VERSION.to_owned(),
        checkpoint: trail.note().to_owned(),
        consent,
        kind: asp_client::TRAIL_KIND.to_owned(),
        node_key: app.store.node_key(),
        of: access.tenant.organisation(),
        origin: app.store.origin().clone(),
    }
}

/// A value as a line.
fn line(value: &impl Serialize) -> Option<Bytes> {
    let mut line = serde_json::to_vec(value).ok()?;
    line.push(b'\n');
    Some(line.into())
}

impl Writing {
    /// The next lines.
    ///
    /// # Errors
    /// That the reader may not read any more, or nothing can be read: the connection breaks, and what came has no end.
    async fn next(&mut self) -> io::Result<Bytes> {
        if let Some(head) = self.head.take() {
            return Ok(head);
        }
        let broken = || io::Error::other("the trail breaks off");
        // Each turn looks at statements that were not looked at before.
        loop {
            if self.app.is_stopping() {
                return Err(broken());
            }
            match self.step().await.map_err(|_| broken())? {
                TrailStep::Looking => {}
                TrailStep::TooMany => return Err(broken()),
                TrailStep::Entries(entries) if entries.is_empty() => {
                    self.ended = true;
                    return line(&TrailEnd { count: self.count }).ok_or_else(broken);
                }
                TrailStep::Entries(entries) => return self.lines(entries).ok_or_else(broken),
            }
        }
    }

    async fn step(&mut self) -> Result<TrailStep, Denial> {
        let (app, access) = (Arc::clone(&self.app), self.access.clone());
        let mut trail = self.trail.take().ok_or(Denial::Internal)?;
        let read = move |reader: &Reader<'_>| {
            app.auth.check(reader, &access)?;
            let limit = if trail.is_known() { CHUNK } else { LOOK };
            let step = reader.trail_step(&mut trail, limit)?;
            Ok((trail, step))
        };
        // Who has a place already is late under load, not refused.
        let (trail, step) = self.app.reads.wait_and_run(read).await?;
        self.trail = Some(trail);
        Ok(step)
    }

    fn lines(&mut self, entries: Vec<TrailEntry>) -> Option<Bytes> {
        let mut lines = Vec::new();
        for TrailEntry { entry, receipt, proof } in entries {
            let message = super::message(&entry).ok()?;
            lines.extend(line(&TrailRecord { message, proof, receipt })?);
            self.count = self.count.saturating_add(1);
        }
        Some(lines.into())
    }
}
