//! `POST /mcp`: what can be read here, as tools for models. Knows nothing of the protocol, which `asp-surfaces` has: it is
//! the door by which that reaches the API's own handlers, in the name of who asks. It signs nothing, since no agent's key
//! is here.

use std::sync::Arc;
use std::time::Duration;

use asp_client::Error;
use asp_client::api::{
    AgentPage, AgentView, AssessmentView, CommitmentView, Configuration, ConsentView, DisputeView, Message,
    Problem, SearchQuery, SessionSummary, SessionView, TraceView,
};
use asp_core::amount::Money;
use asp_core::limits;
use asp_core::name::{AgentUri, Capability, Issuer};
use asp_core::position::{Hash, Sequence};
use asp_core::rejection::Code;
use asp_store::Tenant;
use asp_surfaces::Door;
use asp_surfaces::mcp::{self, Head, Reply};
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};

use super::extract::{Id, Network, Params, Posted, Question, one};
use super::problem::Denial;
use super::{App, agents, commitments, consents, disputes, plain, sessions, traces, trust, wellknown};
use crate::auth::{Access, Credentials};
use crate::quota::Prefix;

/// Where it is.
pub(super) const PATH: &str = "/mcp";
/// Bytes of the longest message that is waited for: it lets go of its share of the memory for bodies. A longer one, which
/// brings something to check, keeps its share until it is answered, and is answered at once.
const WAITING_BYTES_MAX: usize = 8 * 1024;
/// Messages that are read at once: one more than a tool shows, which tells that there are more.
const MESSAGES: usize = 51;

/// Call a tool as a model does.
///
/// The Model Context Protocol by streamable HTTP, one JSON-RPC message for each POST, in the versions 2026-07-28 (which
/// repeats version, method and name in the headers `mcp-protocol-version`, `mcp-method` and `mcp-name`), 2025-11-25,
/// 2025-06-18 and 2025-03-26. There are no sessions and nothing is pushed. The tools read what the caller's token reads;
/// without one, what everybody may. A message of more than 8 KiB
/// is not waited for. A page of another site is refused by its `Origin`.
#[utoipa::path(post, path = "/mcp", tag = "models",
    request_body(content = serde_json::Value, content_type = "application/json", description = "A message of JSON-RPC 2.0"),
    responses((status = 200, description = "Its answer", body = serde_json::Value),
        (status = 202, description = "A notification, which has none"),
        (status = 400, description = "What is no message, or another than its headers say", body = serde_json::Value),
        (status = 403, description = "A page of another site asks", body = Problem),
        (status = 404, description = "There is no such method", body = serde_json::Value)),
    security((), ("dpop" = [])))]
pub(super) async fn post(
    State(app): State<Arc<App>>,
    credentials: Option<Credentials>,
    Network(network): Network,
    posted: Posted,
) -> Result<Response, Denial> {
    let access = app.read_as_far(credentials, |_, access| Ok(access.cloned())).await?;
    let header = |name| one(&posted.headers, &HeaderName::from_static(name));
    let head = Head {
        version: header("mcp-protocol-version"),
        method: header("mcp-method"),
        name: header("mcp-name"),
    };
    let waits = posted.bytes.len() <= WAITING_BYTES_MAX;
    let asked = mcp::read(head, &posted.bytes);
    drop(posted.bytes);
    let share = (!waits).then_some(posted.share);
    let Reply { status, body } = match asked {
        Ok(asked) => asked.answer(&Inside { app, access, network, waits }).await,
        Err(reply) => reply,
    };
    drop(share);
    let status = StatusCode::from_u16(status).map_err(|_| Denial::Internal)?;
    Ok(match body {
        Some(body) => {
            let mut response = plain("application/json", body);
            *response.status_mut() = status;
            response
        }
        None => status.into_response(),
    })
}

/// The node from within, as who has shown who it is reads it.
struct Inside {
    app: Arc<App>,
    access: Option<Access>,
    network: Option<Prefix>,
    /// Whether it waits for news.
    waits: bool,
}

impl Inside {
    fn app(&self) -> State<Arc<App>> {
        State(Arc::clone(&self.app))
    }

    fn far(&self) -> Option<Credentials> {
        self.access.clone().map(Credentials::Shown)
    }

    fn credentials(&self) -> Result<Credentials, Error> {
        self.far().ok_or_else(|| refused(Code::Unauthenticated.into()))
    }
}

fn refused(denial: Denial) -> Error {
    Error::Refused(Box::new(Problem::from(&denial.told())))
}

impl Door for Inside {
    fn who(&self) -> Option<Issuer> {
        self.access.as_ref().map(|access| match &access.tenant {
            Tenant::Agent(agent) => Issuer::Agent(agent.clone()),
            Tenant::Organisation(domain) => Issuer::Organisation(domain.clone()),
        })
    }

    async fn configuration(&self) -> Result<Configuration, Error> {
        Ok(wellknown::configuration(self.app()).await.0)
    }

    async fn search(&self, query: SearchQuery) -> Result<AgentPage, Error> {
        let found = agents::search(self.app(), self.far(), Question(query)).await;
        found.map(|page| page.0).map_err(refused)
    }

    async fn agent(&self, agent: &AgentUri) -> Result<AgentView, Error> {
        agents::view(&self.app, agent.clone()).await.map_err(refused)
    }

    async fn trust(
        &self,
        agent: &AgentUri,
        class: &Money,
        capability: Option<Capability>,
    ) -> Result<AssessmentView, Error> {
        let mut asked = vec![
            ("agent", agent.to_string()),
            ("amount", class.amount.to_string()),
            ("currency", class.currency.to_string()),
        ];
        asked.extend(capability.map(|it| ("capability", it.to_string())));
        let asked = asked.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let found = trust::assess(self.app(), self.credentials()?, Params(asked)).await.map_err(refused)?;
        // The core's own words for it have the members that the API's have.
        let view = serde_json::to_value(&found.0).and_then(serde_json::from_value);
        view.map_err(|_| refused(Denial::Internal))
    }

    async fn sessions(&self, most: usize) -> Result<Vec<SessionSummary>, Error> {
        let which = sessions::Which { page_size: Some(most), ..sessions::Which::default() };
        let network = Network(self.network);
        let found = sessions::list(self.app(), self.credentials()?, network, Params(which)).await;
        found.map(|page| page.0.sessions).map_err(refused)
    }

    async fn session(&self, id: &Hash) -> Result<SessionView, Error> {
        sessions::show(self.app(), self.credentials()?, Id(*id)).await.map(|view| view.0).map_err(refused)
    }

    async fn messages(
        &self,
        session: &Hash,
        after: Option<Sequence>,
        wait: Duration,
    ) -> Result<Vec<Message>, Error> {
        let (id, network) = (Id(*session), Network(self.network));
        let wait_seconds = self.waits.then_some(wait.as_secs());
        let which = sessions::WhichMessages { after, limit: Some(MESSAGES), wait_seconds };
        let found = sessions::messages(self.app(), self.credentials()?, id, network, Params(which)).await;
        found.map(|page| page.0.messages).map_err(refused)
    }

    async fn trace(&self, session: &Hash) -> Result<TraceView, Error> {
        traces::show(self.app(), self.credentials()?, Id(*session)).await.map(|view| view.0).map_err(refused)
    }

    async fn commitments(&self, most: usize) -> Result<Vec<CommitmentView>, Error> {
        let which = consents::Which { page_size: Some(most), page_token: None };
        let found = commitments::list(self.app(), self.credentials()?, Params(which)).await;
        found.map(|page| page.0.commitments).map_err(refused)
    }

    async fn commitment(&self, id: &Hash) -> Result<CommitmentView, Error> {
        commitments::show(self.app(), self.credentials()?, Id(*id)).await.map(|view| view.0).map_err(refused)
    }

    async fn bundle(&self, commitment: &Hash) -> Result<Vec<u8>, Error> {
        let found = commitments::bundle(self.app(), self.credentials()?, Id(*commitment)).await;
        let body = found.map_err(refused)?.into_body();
        let bytes = axum::body::to_bytes(body, limits::BUNDLE_BYTES_MAX).await;
        bytes.map(Vec::from).map_err(|_| refused(Denial::Internal))
    }

    async fn consents(&self, most: usize) -> Result<Vec<ConsentView>, Error> {
        let which = consents::Which { page_size: Some(most), page_token: None };
        let found = consents::list(self.app(), self.credentials()?, Params(which)).await;
        found.map(|page| page.0.consents).map_err(refused)
    }

    async fn disputes(&self, most: usize) -> Result<Vec<DisputeView>, Error> {
        let which = consents::Which { page_size: Some(most), page_token: None };
        let found = disputes::list(self.app(), self.credentials()?, Params(which)).await;
        found.map(|page| page.0.disputes).map_err(refused)
    }

    async fn dispute(&self, id: &Hash) -> Result<DisputeView, Error> {
        disputes::show(self.app(), self.credentials()?, Id(*id)).await.map(|view| view.0).map_err(refused)
    }
}
