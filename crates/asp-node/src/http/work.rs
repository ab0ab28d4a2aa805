//! What an organisation sees of its own agents: what each is about, and what all of them said. For its token and for its
//! people as far as they may read; to everybody else none of it is there.

use std::collections::BTreeMap;
use std::sync::Arc;

use asp_client::api::{ActView, ActivityPage, CommitmentCountsView, DutiesView, OwnAgentPage, OwnAgentView};
use asp_core::name::{AgentUri, Domain};
use asp_core::position::{LogTime, Position};
use asp_core::rejection::Code;
use asp_core::statement::Kind;
use asp_core::statement::body::CommitmentState;
use asp_store::probes::Probe;
use asp_store::{Act, ActQuery, AgentWork, Duties, Reader, Tenant};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::App;
use super::extract::{self, OrganisationName, Params};
use super::problem::Denial;
use crate::auth::{Access, Credentials};
use crate::prober;

/// Agents of the largest page: what each owes is read from its sessions' statements.
const AGENTS_MAX: usize = 25;
/// Statements of the largest page.
const STATEMENTS_MAX: usize = 200;

/// Which agents to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct WhichAgents {
    /// How many at most, 1 to 1000; 50 if absent. A page has 25 at most.
    page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    page_token: Option<String>,
}

/// Which statements to list; all that is given has to fit.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct WhichStatements {
    /// Only those of this agent.
    #[param(value_type = Option<String>)]
    agent: Option<AgentUri>,
    /// Only those of this type: a performative, or a name such as `consent.grant`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Only those that the log has since this instant.
    #[param(value_type = Option<String>)]
    since: Option<LogTime>,
    /// Only those after this position of the log.
    after: Option<u64>,
    /// How many at most, 1 to 1000; 50 if absent. A page has 200 at most, and fewer where much is passed over.
    page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    page_token: Option<String>,
}

/// See one's own agents with what they are about.
///
/// For the organisation itself, its owners and its auditors: whoever else asks finds nothing there.
#[utoipa::path(get, path = "/v1/organisations/{domain}/agents", tag = "organisation",
    params(("domain" = String, Path, description = "Its domain"), WhichAgents),
    responses((status = 200, description = "The agents in the order of their names, with sessions, commitments, what is \
        owed and the last statement of each", body = OwnAgentPage)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn agents(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    OrganisationName(domain): OrganisationName,
    Params(which): Params<WhichAgents>,
) -> Result<Json<OwnAgentPage>, Denial> {
    let size = extract::page_size(which.page_size, AGENTS_MAX)?;
    let after = which.page_token.as_deref().map(str::parse::<AgentUri>).transpose();
    let after = after.map_err(|_| Code::InvalidQuery)?;
    if after.as_ref().is_some_and(|after| after.organisation() != domain) {
        return Err(Code::InvalidQuery.into());
    }
    let of_thread = Arc::clone(&app);
    let read = move |reader: &Reader<'_>, access: &Access| {
        own(access, &domain)?;
        let mut found = reader.own_agents(&access.tenant, after.as_ref(), size.saturating_add(1))?;
        let more = found.len() > size;
        found.truncate(size);
        let next_page_token = found.last().filter(|_| more).map(|last| last.agent.uri().to_string());
        let seen = of_thread.probes.of(found.iter().map(|found| found.agent.uri()))?;
        let agents = found.iter().map(|found| view(&of_thread, found, &seen)).collect();
        Ok(OwnAgentPage { agents, next_page_token })
    };
    app.read_as(credentials, read).await.map(Json)
}

/// See what an organisation and its agents said.
///
/// Newest first: where each statement stands, of which type it is, and not what it says; that stands in its stream. For the
/// organisation itself, its owners and its auditors: whoever else asks finds nothing there.
#[utoipa::path(get, path = "/v1/organisations/{domain}/activity", tag = "organisation",
    params(("domain" = String, Path, description = "Its domain"), WhichStatements),
    responses((status = 200, description = "The statements, newest first", body = ActivityPage)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn activity(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    OrganisationName(domain): OrganisationName,
    Params(which): Params<WhichStatements>,
) -> Result<Json<ActivityPage>, Denial> {
    let WhichStatements { agent, kind, since, after, page_size, page_token } = which;
    let limit = extract::page_size(page_size, STATEMENTS_MAX)?;
    let before = extract::place(page_token.as_deref())?;
    let kind = kind.map(|text| Kind::named(&text).ok_or(Code::InvalidQuery)).transpose()?;
    let query = ActQuery { agent, kind, since, after: after.map(Position), before, limit };
    let read = move |reader: &Reader<'_>, access: &Access| {
        own(access, &domain)?;
        let (acts, rest) = reader.acts(&access.tenant, &query)?;
        let statements = acts.into_iter().map(told).collect();
        Ok(ActivityPage { statements, next_page_token: rest.map(|rest| rest.to_string()) })
    };
    app.read_as(credentials, read).await.map(Json)
}

/// That somebody reads in the name of the organisation itself.
fn own(access: &Access, domain: &Domain) -> Result<(), Denial> {
    if access.tenant == Tenant::Organisation(domain.clone()) { Ok(()) } else { Err(Code::NotFound.into()) }
}

fn view(app: &App, found: &AgentWork, seen: &BTreeMap<AgentUri, Probe>) -> OwnAgentView {
    let AgentWork { agent, work, last } = found;
    let probe = seen.get(agent.uri());
    OwnAgentView {
        agent: agent.uri().clone(),
        name: agent.card().name.to_string(),
        retired: agent.retired(),
        registered_at: agent.registered().time,
        standing: probe.and_then(|probe| prober::told(app.schedule.standing(probe, app.clock.now()))),
        last_answer: probe.and_then(|probe| probe.answered),
        keys: agent.keys().current().copied().collect(),
        sessions_open: work.sessions_open,
        sessions_ended: work.sessions_ended,
        commitments: counts(&work.commitments),
        owes: duties(&work.owes),
        owed: duties(&work.owed),
        last: last.clone().map(told),
        partial: work.partial,
    }
}

fn counts(of: &BTreeMap<CommitmentState, u64>) -> CommitmentCountsView {
    let count = |state| of.get(&state).copied().unwrap_or_default();
    CommitmentCountsView {
        active: count(CommitmentState::Active),
        fulfilled: count(CommitmentState::Fulfilled),
        breached: count(CommitmentState::Breached),
        terminated: count(CommitmentState::Terminated),
        amended: count(CommitmentState::Amended),
    }
}

fn duties(duties: &Duties) -> DutiesView {
    DutiesView {
        open: duties.open,
        delivered: duties.delivered,
        contested: duties.contested,
        breached: duties.breached,
        next_due: duties.next_due,
        worth: duties.worth(),
    }
}

fn told(act: Act) -> ActView {
    ActView {
        log_index: act.index,
        log_time: act.time,
        hash: act.hash,
        kind: act.kind.to_string(),
        issuer: act.issuer,
        stream: act.stream,
        sequence: act.sequence,
    }
}
