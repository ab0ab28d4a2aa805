//! Where clients are told of tasks: kept, shown and removed as they ask. Telling them is for `crate::a2a::push`.

use std::sync::Arc;

use asp_core::limits;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, Sequence};
use asp_store::a2a::{ClientId, Push};

use axum::http::HeaderValue;

use crate::a2a::push::told_by;
use crate::a2a::talk::{self, Caller};
use crate::a2a::wire::{A2aError, PushConfig};
use crate::http::App;
use crate::http::problem::Denial;

/// Whether the node may tell somebody at this address.
pub(super) fn permitted(app: &App, config: &PushConfig) -> Result<(), A2aError> {
    let long = |text: &str| text.len() > limits::A2A_ID_BYTES_MAX;
    let shown = config.authentication.as_ref();
    let shown =
        shown.is_some_and(|shown| long(&shown.scheme) || shown.credentials.len() > limits::TEXT_BYTES_MAX);
    if long(&config.id) || config.token.len() > limits::TEXT_BYTES_MAX || shown {
        return Err(A2aError::params("the configuration has a member that is too long"));
    }
    if config.id.contains('/') || matches!(config.id.as_str(), "." | "..") {
        // It would have no address in HTTP+JSON.
        return Err(A2aError::params("id: it is no segment of a path"));
    }
    if config.authentication.as_ref().is_some_and(|shown| shown.scheme.is_empty()) {
        return Err(A2aError::params("authentication.scheme is missing"));
    }
    let sent = told_by(config).into_iter().all(|(_, value)| HeaderValue::try_from(value).is_ok());
    if !sent {
        return Err(A2aError::params("token or authentication is nothing that a header can have"));
    }
    app.fetch.permits(&config.url).map_err(|error| A2aError::params(format!("url: {error}")))
}

/// Keeps where a client is told of a task, of what follows on this statement, or from now on.
pub(super) async fn keep_push(
    app: &Arc<App>,
    (caller, agent): (&Caller, &AgentUri),
    config: PushConfig,
    from: Option<Sequence>,
) -> Result<PushConfig, A2aError> {
    permitted(app, &config)?;
    let (session, course) = talk::task(app, caller, agent, &config.task_id).await?;
    let mut id = config.id.clone();
    if id.is_empty() {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| Denial::Internal)?;
        id = Hash::of(&[&random]).to_hex();
    }
    // What is kept is bounded: there are no tenants here, and the task is named as it is known.
    let (tenant, task_id) = (String::new(), session.to_hex());
    let config = PushConfig { tenant, id: id.clone(), task_id, ..config };
    let push = Push {
        session,
        id,
        agent: caller.agent.clone(),
        client: caller.client,
        config: serde_json::to_string(&config).map_err(|_| Denial::Internal)?,
        place: from.unwrap_or_else(|| course.last()),
        attempts: 0,
        due: None,
    };
    talk::keep_push(app, push).await?;
    Ok(config)
}

pub(super) async fn pushes(
    app: &Arc<App>,
    caller: &Caller,
    agent: &AgentUri,
    task: &str,
) -> Result<Vec<PushConfig>, A2aError> {
    let (session, _) = talk::task(app, caller, agent, task).await?;
    let of_thread = Arc::clone(app);
    let kept = app.reads.run(move |_| Ok(of_thread.a2a.desk.pushes(&session)?)).await?;
    kept.iter().map(|push| shown(push, caller.client)).collect()
}

/// A configuration as a client sees it: what another one shows when it is told is not for it.
fn shown(push: &Push, client: Option<ClientId>) -> Result<PushConfig, A2aError> {
    let mut config: PushConfig = serde_json::from_str(&push.config).map_err(|_| Denial::Internal)?;
    if push.client != client {
        config.token.clear();
        if let Some(authentication) = &mut config.authentication {
            authentication.credentials.clear();
        }
    }
    Ok(config)
}
