//! Settings: who one is, the organisation with its keys and people, its account; for operators the node.

use std::sync::Arc;

use askama::Template;
use asp_client::api::{
    AccountView, KeyView, NodeStanding, OrganisationView, PeopleView, PersonView, WebhookView,
};
use asp_core::name::Domain;
use asp_core::rejection::Code;
use asp_store::people::Role;
use axum::Json;
use axum::extract::State;
use axum::response::Response;

use super::super::extract::OrganisationName;
use super::super::problem::Denial;
use super::super::{App, accounts, organisations, people, webhooks};
use super::cells::{self, Html};
use super::webhooks::standing as webhook_standing;
use super::{Frame, Look, Visitor, deciding, page};
use crate::auth::rights::Right;

#[derive(Template)]
#[template(path = "settings.html")]
struct Page {
    frame: Frame,
    me: Me,
    organisation: Option<Organisation>,
    people: Vec<(String, String, Html)>,
    invited: Vec<(String, String, Html)>,
    manages: bool,
    balances: Vec<(Html, Html, Html)>,
    webhooks: Vec<Hook>,
    makes_webhooks: bool,
    node: Option<Node>,
}

/// A webhook.
struct Hook {
    id: String,
    url: String,
    state: Html,
    about: String,
    delivered: Option<Html>,
    dead: Option<String>,
}

struct Me {
    name: String,
    of: String,
    roles: Vec<(&'static str, &'static str)>,
    until: Html,
}

struct Organisation {
    who: Html,
    name: String,
    proved: Html,
    keys: Vec<(Html, Html)>,
    kept: Option<Html>,
    policy: Option<String>,
}

struct Node {
    facts: Vec<(&'static str, String)>,
    settings: Vec<(String, String)>,
}

/// See one's account, the organisation, and for operators the node.
#[utoipa::path(get, path = "/console/settings", tag = "console",
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let domain = look.organisation().cloned();
        let organisation = match &domain {
            Some(domain) => organisation(&app, domain).await?,
            None => None,
        };
        let state = || State(Arc::clone(&app));
        let people = if look.may(Right::SeePeople) {
            people::list(state(), look.credentials.clone()).await?.0
        } else {
            PeopleView { people: Vec::new(), invitations: Vec::new() }
        };
        let node = if look.may(Right::SeeNode) {
            Some(node(&people::node(state(), look.credentials.clone()).await?.0))
        } else {
            None
        };
        let balances = match &domain {
            Some(domain) if look.may(Right::ReadOrganisation) => balances(&app, &look, domain).await?,
            Some(_) | None => Vec::new(),
        };
        let webhooks = if look.may(Right::SeeWebhooks) && domain.is_some() {
            webhooks::list(state(), look.credentials.clone()).await?.0.webhooks
        } else {
            Vec::new()
        };
        page(&Page {
            frame: look.frame("settings", "Settings"),
            webhooks: webhooks.iter().map(hook).collect(),
            makes_webhooks: look.may(Right::ManageWebhooks) && domain.is_some(),
            me: me(&look),
            organisation,
            people: people.people.iter().map(person).collect(),
            invited: people
                .invitations
                .iter()
                .map(|one| {
                    let name = one.name.clone().or_else(|| one.email.clone());
                    (
                        name.unwrap_or_else(|| "Whoever has the link".to_owned()),
                        roles(&one.roles),
                        cells::near(one.until),
                    )
                })
                .collect(),
            manages: look.may(Right::ManagePeople),
            balances,
            node,
        })
    };
    way.answer(found.await)
}

fn me(look: &Look) -> Me {
    let signed_in = &look.signed_in;
    let person = &signed_in.person;
    Me {
        name: person.name.clone(),
        of: person.organisation.as_ref().map_or_else(|| "this node".to_owned(), ToString::to_string),
        roles: person.roles.iter().map(|role| (role.as_str(), about(*role))).collect(),
        until: cells::at(signed_in.until),
    }
}

const fn about(role: Role) -> &'static str {
    match role {
        Role::Arbiter => "decides on disputes that are put before it",
        Role::Auditor => "reads everything of the organisation, and changes nothing",
        Role::Operator => "keeps this node running; reads no organisation’s contents",
        Role::Owner => "reads everything of the organisation, and says which people do",
    }
}

fn hook(view: &WebhookView) -> Hook {
    let (state, about) = webhook_standing(view);
    Hook {
        id: view.id.clone(),
        url: view.url.to_string(),
        state,
        about,
        delivered: view.delivered_at.map(cells::near),
        dead: (view.dead > 0).then(|| format!("{} put aside", cells::many(view.dead, "event"))),
    }
}

fn roles(roles: &std::collections::BTreeSet<asp_client::api::PersonRole>) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    words.join(", ")
}

fn person(view: &PersonView) -> (String, String, Html) {
    let seen = view.seen_at.map_or_else(|| cells::pill_of("idle", "never here"), cells::near);
    (view.name.clone(), roles(&view.roles), seen)
}

/// The organisation as everybody sees it, and whether the operator keeps a key by which its people act.
async fn organisation(app: &Arc<App>, domain: &Domain) -> Result<Option<Organisation>, Denial> {
    let view = organisations::show(State(Arc::clone(app)), OrganisationName(domain.clone())).await;
    let view: OrganisationView = match view {
        Ok(Json(view)) => view,
        // Its people can be here before it has registered.
        Err(Denial::Rejected(rejection)) if rejection.code == Code::NotFound => return Ok(None),
        Err(denial) => return Err(denial),
    };
    let proved = view.proof.as_ref().is_some_and(|proof| proof.proved);
    Ok(Some(Organisation {
        who: cells::organisation(&view.domain, Some(domain)),
        name: view.name,
        proved: if proved {
            cells::pill_of("ok", "Domain proved")
        } else {
            cells::pill_of("warn", "Domain not proved")
        },
        keys: view.keys.iter().map(key).collect(),
        kept: deciding::key(app, domain).await?,
        policy: view.policy.as_ref().and_then(|policy| serde_json::to_string_pretty(policy).ok()),
    }))
}

fn key(view: &KeyView) -> (Html, Html) {
    let standing = match (view.distrusted_from, view.until) {
        (Some(_), _) => cells::pill_of("bad", "Revoked"),
        (None, Some(_)) => cells::pill_of("idle", "Retired"),
        (None, None) => cells::pill_of("ok", "Signs"),
    };
    (cells::key(&view.key), standing)
}

async fn balances(app: &Arc<App>, look: &Look, domain: &Domain) -> Result<Vec<(Html, Html, Html)>, Denial> {
    let name = OrganisationName(domain.clone());
    let view: AccountView = match accounts::show(State(Arc::clone(app)), look.credentials.clone(), name).await
    {
        Ok(Json(view)) => view,
        Err(Denial::Rejected(rejection)) if rejection.code == Code::NotFound => return Ok(Vec::new()),
        Err(denial) => return Err(denial),
    };
    let balance = |one: &asp_client::api::BalanceView| {
        (cells::money(&one.available), cells::money(&one.held), cells::money(&one.withdrawing))
    };
    Ok(view.balances.iter().map(balance).collect())
}

fn node(view: &NodeStanding) -> Node {
    let told = |value: &Option<serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "says nothing".to_owned(),
    };
    Node {
        facts: vec![
            ("Takes statements", if view.writable { "yes" } else { "no" }.to_owned()),
            ("Statements", cells::grouped(&view.size.to_string())),
            ("Waiting for the writer", view.queued.to_string()),
            ("Tokens in use", view.tokens.to_string()),
            ("Streams and polls", view.subscribers.to_string()),
        ],
        settings: view
            .settings
            .iter()
            .map(|one| (one.name.clone(), format!("{} {}", told(&one.value), one.unit).trim().to_owned()))
            .collect(),
    }
}
