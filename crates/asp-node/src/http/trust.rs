//! How far an agent can be trusted, computed from the log by the core.

use std::collections::BTreeSet;

use asp_client::api::{AssessmentView, Problem};
use asp_core::amount::{Currency, Decimal, Money};
use asp_core::limits;
use asp_core::name::{AgentUri, Capability, Domain};
use asp_core::position::Position;
use asp_core::rejection::Code;
use asp_core::trust::{self, Assessment, Question};
use axum::Json;

use super::{Answer, Caller, Params, State};

/// May I trust this agent with a deal of this size? Seen by the caller's organisation, or those named.
#[utoipa::path(get, path = "/v1/trust", tag = "trust", security(("dpop" = [])),
    params(("agent" = String, Query, description = "The agent's URI"),
        ("amount" = String, Query, description = "The size of the deal, such as 2550"),
        ("currency" = String, Query, description = "ISO 4217"),
        ("capability" = Option<String>, Query, description = "Counts only deals within this subtree"),
        ("observer" = Option<Vec<String>>, Query, description = "Organisations whose deals are believed; repeatable")),
    responses((status = 200, description = "The answer with its reasons", body = AssessmentView),
        (status = "default", description = "A problem", body = Problem)))]
pub(super) async fn assess(
    state: State,
    Caller(tenant): Caller,
    Params(params): Params<Vec<(String, String)>>,
) -> Answer<Json<Assessment>> {
    let now = (state.clock)();
    let (agent, class, capability, mut observer) = read(params).ok_or(Code::InvalidQuery)?;
    if observer.is_empty() {
        observer.insert(tenant.organisation());
    }
    let assessment = state
        .read(move |reader| {
            let size = reader.size()?;
            if reader.agent(&agent)?.is_none() {
                return Ok(None);
            }
            let question = Question {
                subject: agent,
                observer,
                class,
                capability,
                instant: now,
                prefix: Position(size),
            };
            Ok(Some(trust::assess(&reader.evidence(size)?, &question)))
        })
        .await?;
    Ok(Json(assessment.ok_or(Code::NotFound)?))
}

/// What was asked, each parameter once, observers up to the number of participants a session can have.
fn read(params: Vec<(String, String)>) -> Option<(AgentUri, Money, Option<Capability>, BTreeSet<Domain>)> {
    let (mut agent, mut amount, mut currency, mut capability) = (None, None, None, None);
    let mut observers = BTreeSet::new();
    for (name, value) in params {
        let before = match name.as_str() {
            "agent" => agent.replace(value.parse::<AgentUri>().ok()?).is_some(),
            "amount" => amount.replace(value.parse::<Decimal>().ok()?).is_some(),
            "currency" => currency.replace(value.parse::<Currency>().ok()?).is_some(),
            "capability" => capability.replace(value.parse::<Capability>().ok()?).is_some(),
            "observer" => !observers.insert(value.parse::<Domain>().ok()?),
            _ => return None,
        };
        if before {
            return None;
        }
    }
    let fits = observers.len() <= limits::PARTICIPANTS_MAX;
    let class = Money { amount: amount?, currency: currency? };
    fits.then_some((agent?, class, capability, observers))
}
