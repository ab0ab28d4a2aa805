//! Agents: found as by the API, each with its card, its keys, and how far it can be trusted and why.

use std::sync::Arc;

use askama::Template;
use asp_client::api::{
    AgentHit, AgentPage, AgentView, AssessmentView, HistoryView, KeyView, ProfileView, SearchQuery,
};
use asp_core::name::{AgentUri, Domain};
use asp_core::rejection::Code;
use asp_core::trust::Limit;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::extract::Params;
use super::super::problem::Denial;
use super::super::{App, agents, trust};
use super::cells::{self, Html};
use super::plot;
use super::{Frame, Look, Visitor, page};
use crate::auth::rights::Right;
use crate::registry;

/// Agents on a page.
const AGENTS: usize = 40;
/// Lenders and counterfactuals that are shown.
const SHOWN: usize = 8;
/// Instants of a history.
const STEPS: &str = "24";

#[derive(Template)]
#[template(path = "agents.html")]
struct Page {
    frame: Frame,
    text: String,
    capability: String,
    total: u64,
    rows: Vec<Row>,
    next: Option<String>,
}

/// An agent in the list.
struct Row {
    uri: String,
    who: Html,
    name: String,
    description: String,
    capabilities: Vec<String>,
    price: Option<Html>,
    standing: Option<Html>,
    mistakable: Option<String>,
}

/// Which agents to find.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Words in name, description, address or capabilities.
    text: Option<String>,
    /// A capability, or what lies above it.
    capability: Option<String>,
    /// The `nextPageToken` of the page before.
    page_token: Option<String>,
}

/// Find agents by a page.
#[utoipa::path(get, path = "/console/agents", tag = "console", params(Which),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Params(which): Params<Which>,
) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        // A form sends its fields empty.
        let said =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (text, capability) = (said(which.text), said(which.capability));
        let asked = SearchQuery {
            text: text.clone(),
            capability: capability.as_deref().map(str::parse).transpose().map_err(|_| Code::InvalidQuery)?,
            page_size: Some(AGENTS),
            page_token: which.page_token,
            ..SearchQuery::default()
        };
        let credentials = Some(look.credentials.clone());
        let AgentPage { agents, total, next_page_token, .. } =
            registry::search(Arc::clone(&app), credentials, asked).await?;
        page(&Page {
            frame: look.frame("agents", "Agents"),
            text: text.unwrap_or_default(),
            capability: capability.unwrap_or_default(),
            total,
            rows: agents.iter().map(|hit| row(hit, &look)).collect(),
            next: next_page_token,
        })
    };
    way.answer(found.await)
}

fn row(hit: &AgentHit, look: &Look) -> Row {
    Row {
        uri: hit.agent.to_string(),
        who: cells::agent(&hit.agent, look.organisation()),
        name: hit.name.clone(),
        description: hit.description.clone(),
        capabilities: hit.capabilities.iter().map(ToString::to_string).collect(),
        price: hit.price.as_ref().map(cells::money),
        standing: hit.standing.map(|standing| cells::pill(standing.as_str())),
        mistakable: mistakable(&hit.mistakable_for),
    }
}

/// A warning about who this is not.
fn mistakable(others: &std::collections::BTreeSet<Domain>) -> Option<String> {
    let names: Vec<&str> = others.iter().map(Domain::as_str).collect();
    (!names.is_empty()).then(|| format!("Not {}: it could be mistaken for it", names.join(", ")))
}

#[derive(Template)]
#[template(path = "agent.html")]
struct One {
    frame: Frame,
    who: Html,
    uri: String,
    name: String,
    description: Html,
    capabilities: Vec<String>,
    facts: Vec<(&'static str, String)>,
    keys: Vec<Key>,
    retired: bool,
    mistakable: Option<String>,
    registered: Html,
    trust: Option<Trust>,
}

/// A key with its life.
struct Key {
    key: Html,
    standing: Html,
    life: String,
}

/// How far it can be trusted, and why.
struct Trust {
    score: String,
    level: String,
    number: u8,
    class: String,
    plot: Option<Html>,
    factors: Vec<(String, String, String)>,
    parts: Vec<(String, String)>,
    lenders: Vec<(Html, String, String)>,
    would: Vec<(String, String)>,
    profile: Vec<(String, u8)>,
    limits: Vec<(Html, String)>,
    rests_on: String,
    /// The first statements that it rests on: digits, and how they are shown.
    evidence: Vec<(String, Html)>,
}

/// Whom to see.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Whom {
    /// The agent's URI.
    #[param(value_type = String)]
    of: AgentUri,
}

/// See an agent by a page.
///
/// With trust through the eyes of the organisation of who looks, if that may read.
#[utoipa::path(get, path = "/console/agent", tag = "console", params(Whom),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Params(whom): Params<Whom>,
) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let view = agents::view(&app, whom.of.clone()).await?;
        let trust = if look.may(Right::ReadOrganisation) {
            Some(trusted(&app, &look, &whom.of).await?)
        } else {
            None
        };
        page(&one(&look, &view, trust))
    };
    way.answer(found.await)
}

fn one(look: &Look, view: &AgentView, trust: Option<Trust>) -> One {
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let mut fact = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    fact("Availability", view.availability.map(|it| cells::spoken(&cells::word(&it))));
    fact("Answers", view.standing.map(|it| cells::spoken(it.as_str())));
    fact("Last answer", view.last_answer.map(cells::minute));
    fact("Price from", view.price.as_ref().map(ToString::to_string));
    fact("Ceiling", view.ceiling.as_ref().map(ToString::to_string));
    let languages: Vec<String> = view.languages.iter().map(ToString::to_string).collect();
    fact("Languages", Some(languages.join(", ")).filter(|text| !text.is_empty()));
    fact("Endpoint", view.endpoint.as_ref().map(ToString::to_string));
    One {
        frame: look.frame("agents", view.name.clone()),
        who: cells::agent(&view.agent, look.organisation()),
        uri: view.agent.to_string(),
        name: view.name.clone(),
        description: cells::theirs(&view.description, Some(&view.agent.organisation()), look.organisation()),
        capabilities: view.capabilities.iter().map(ToString::to_string).collect(),
        facts,
        keys: view.keys.iter().map(key).collect(),
        retired: view.retired,
        mistakable: mistakable(&view.mistakable_for),
        registered: cells::at(view.registered_at),
        trust,
    }
}

fn key(view: &KeyView) -> Key {
    let (tone, standing) = match (view.distrusted_from, view.until) {
        (Some(_), _) => ("bad", "Revoked"),
        (None, Some(_)) => ("idle", "Retired"),
        (None, None) => ("ok", "Signs"),
    };
    let until = view.until.map(|until| format!(" to {until}")).unwrap_or_default();
    Key {
        key: cells::key(&view.key),
        standing: cells::pill_of(tone, standing),
        life: format!("from log {}{until}", view.from),
    }
}

/// What the core says, in the words of the API.
fn as_told<T: DeserializeOwned>(told: &impl Serialize) -> Result<T, Denial> {
    let told = serde_json::to_value(told).map_err(|_| Denial::Internal)?;
    serde_json::from_value(told).map_err(|_| Denial::Internal)
}

async fn trusted(app: &Arc<App>, look: &Look, agent: &AgentUri) -> Result<Trust, Denial> {
    let asked = || vec![("agent".to_owned(), agent.to_string())];
    let over_time = [asked(), vec![("steps".to_owned(), STEPS.to_owned())]].concat();
    let (state, who) = (|| State(Arc::clone(app)), || look.credentials.clone());
    let Json(assessment) = trust::assess(state(), who(), Params(asked())).await?;
    let Json(history) = trust::history(state(), who(), Params(over_time)).await?;
    let Json(profile) = trust::profile(state(), who(), Params(asked())).await?;
    let view: AssessmentView = as_told(&assessment)?;
    let history: HistoryView = as_told(&history)?;
    let profile: ProfileView = as_told(&profile)?;
    let moments: Vec<(u64, u64, String)> = history
        .moments
        .iter()
        .map(|one| {
            (one.at.millis(), thousandths(&one.score), format!("{} at {}", one.score, cells::minute(one.at)))
        })
        .collect();
    let own = look.organisation();
    let limits = assessment.limited_by.first.iter().take(SHOWN).map(|it| limited(it, own)).collect();
    let evidence = assessment.rests_on.first.iter().take(SHOWN);
    Ok(Trust {
        limits,
        evidence: evidence.map(|hash| (hash.to_hex(), cells::hash(hash))).collect(),
        score: view.score,
        level: cells::spoken(&view.level),
        number: view.level_number,
        class: view.question.class.to_string(),
        plot: plot::scores(&moments),
        factors: view.factors.into_iter().map(|it| (cells::spoken(&it.name), it.value, it.meaning)).collect(),
        parts: view.parts.into_iter().map(|it| (cells::spoken(&it.name), it.points)).collect(),
        lenders: view
            .lenders
            .first
            .iter()
            .take(SHOWN)
            .map(|it| {
                (cells::organisation(&it.organisation, own), it.lends.clone(), cells::many(it.deals, "deal"))
            })
            .collect(),
        would: view
            .counterfactuals
            .into_iter()
            .take(SHOWN)
            .map(|it| (it.sentence, signed(it.delta)))
            .collect(),
        profile: profile.components.into_iter().map(|it| (cells::spoken(&it.name), it.score)).collect(),
        rests_on: cells::many(u64::try_from(view.rests_on.total).unwrap_or(u64::MAX), "statement"),
    })
}

/// A change with its sign.
fn signed(delta: String) -> String {
    if delta.starts_with('-') { delta } else { format!("+{delta}") }
}

/// Who holds the score down, and by what.
fn limited(limit: &Limit, own: Option<&Domain>) -> (Html, String) {
    match limit {
        Limit::Lending { creditor, debtor, capacity } => {
            (cells::organisation(creditor, own), format!("lends {debtor} at most {capacity}"))
        }
        Limit::Organisation { organisation, capacity } => {
            (cells::organisation(organisation, own), format!("passes on at most {capacity} in all"))
        }
        Limit::Seed { organisation, capacity } => (
            cells::organisation(organisation, own),
            format!("is good for {capacity} in your organisation’s eyes"),
        ),
    }
}

/// `61.204` as 61204; what is no score is none.
fn thousandths(score: &str) -> u64 {
    let (whole, rest) = score.split_once('.').unwrap_or((score, ""));
    let rest: String = rest.chars().chain("000".chars()).take(3).collect();
    whole
        .parse::<u64>()
        .unwrap_or_default()
        .saturating_mul(1000)
        .saturating_add(rest.parse().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_becomes_whole_thousandths() {
        for (text, number) in
            [("61.204", 61_204), ("10", 10_000), ("0.5", 500), ("100.000", 100_000), ("x", 0)]
        {
            assert_eq!(thousandths(text), number, "{text}");
        }
    }
}
