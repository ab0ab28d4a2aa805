//! What a reader is told as server-sent events (WHATWG HTML §9.2): each has an id, so a reader resumes exactly. One that takes
//! nothing is cut off by its connection.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use asp_store::Reader;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::unfold;

use super::reading::{Reading, Source};
use crate::auth::{Access, Credentials};
use crate::http::App;
use crate::http::problem::Denial;
use crate::quota::Prefix;

/// How often something is sent, so that both ends and what is between them know that the connection lives.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(15);

/// Answers with what a source has: what is there and what comes.
///
/// # Errors
/// That it is not there for this reader, or that too many read.
pub(crate) async fn events(
    app: Arc<App>,
    credentials: Credentials,
    source: Source,
    network: Option<Prefix>,
) -> Result<Response, Denial> {
    let asked = source.clone();
    let may_read = move |reader: &Reader<'_>, access: &Access| {
        asked.check(reader, &access.tenant)?;
        Ok(access.clone())
    };
    let access = app.read_as(credentials, may_read).await?;
    let reading = Reading::begin(app, access, source, network)?;
    let events = unfold(reading, |mut reading| async move {
        let told = reading.next().await?;
        let event = Event::default().id(told.id.to_string()).event("message").data(told.data);
        Some((Ok::<_, Infallible>(event), reading))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}
