//! `assent consent`: ask another organisation, grant, revoke, list.

mod trail;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use asp_client::api::{ConsentSession, ConsentView};
use asp_client::{ConsentTerms, OrganisationParty};
use asp_core::position::Hash;
use asp_core::statement::body::{CommitmentState, ConsentNarrow, Name};
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;

use super::agent::list;
use crate::cli::{ConsentCommand, ConsentRequest, Less};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::read::Id;
use crate::{terms, words};

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: ConsentCommand) -> Outcome {
    if let ConsentCommand::Audit { what, export: None, against, node_key } = &command {
        return trail::audit(context, Path::new(what), against.as_deref(), *node_key);
    }
    let party = context.organisation().await?;
    match command {
        ConsentCommand::Audit { what, export, .. } => {
            let id = find(&party, &what.parse().map_err(Failure::usage)?).await?;
            match export {
                Some(path) => trail::export(context, &party, &id, &path).await,
                None => Ok(()),
            }
        }
        ConsentCommand::Request(args) => request(context, &party, args).await,
        ConsentCommand::List => {
            let consents: Vec<_> = party.consents().try_collect().await?;
            show(context, &consents);
            Ok(())
        }
        ConsentCommand::Show { id, sessions } => {
            let id = find(&party, &id).await?;
            let consent = party.consent(&id).await?;
            let under = party.consent_sessions(&id).take(sessions.saturating_add(1));
            let mut under: Vec<ConsentSession> = under.try_collect().await?;
            let more_sessions = under.len() > sessions;
            under.truncate(sessions);
            whole(context, &Shown { consent, sessions: under, more_sessions });
            Ok(())
        }
        ConsentCommand::Grant { id } => {
            let id = find(&party, &id).await?;
            party.grant_consent(&id).await?;
            after(context, &party, &id).await
        }
        ConsentCommand::Narrow(args) => {
            let id = find(&party, &args.id).await?;
            party.narrow_consent(&id, narrowing(args.reason, args.less)).await?;
            after(context, &party, &id).await
        }
        ConsentCommand::Revoke { id, reason } => {
            let id = find(&party, &id).await?;
            party.revoke_consent(&id, reason).await?;
            after(context, &party, &id).await
        }
        ConsentCommand::Acknowledge { id } => {
            let id = find(&party, &id).await?;
            party.acknowledge_revocation(&id).await?;
            after(context, &party, &id).await
        }
    }
}

async fn request(context: &Context, party: &OrganisationParty, args: ConsentRequest) -> Outcome {
    let ConsentRequest {
        with,
        capability,
        purpose,
        mode,
        ceiling,
        data_class,
        field,
        no_fields,
        performative,
        expires,
    } = args;
    let fields = fields_of(no_fields, field);
    let terms = ConsentTerms {
        with: with.clone(),
        purpose,
        capabilities: capability.into_iter().collect(),
        ceiling,
        mode,
        data_classes: some_of(data_class),
        fields,
        performatives: some_of(performative),
        expires_at: super::now().plus(expires),
    };
    let id = party.request_consent(terms).await?;
    after(context, party, &id).await?;
    if party.consent(&id).await?.granted_by.is_some() {
        context.printer.say(Text::from(format!("granted at once by a rule of {with}")));
        return Ok(());
    }
    let digits = id.to_hex();
    let command = format!("assent consent grant {}", digits.get(..12).unwrap_or_default());
    context.printer.say(Text::from(format!("{with} grants it with: ")).and(Paint::Accent, command));
    Ok(())
}

fn narrowing(reason: asp_core::statement::body::Text, less: Less) -> ConsentNarrow {
    let Less { capability, ceiling, data_class, field, no_fields, performative, expires } = less;
    ConsentNarrow {
        capabilities: some_of(capability),
        ceiling,
        data_classes: some_of(data_class),
        expires_at: expires.map(|expires| super::now().plus(expires)),
        fields: fields_of(no_fields, field),
        performatives: some_of(performative),
        reason,
    }
}

fn fields_of(none: bool, named: Vec<Name>) -> Option<BTreeSet<Name>> {
    if none { Some(BTreeSet::new()) } else { some_of(named) }
}

/// What was named, where anything was.
fn some_of<T: Ord>(named: Vec<T>) -> Option<BTreeSet<T>> {
    (!named.is_empty()).then(|| named.into_iter().collect())
}

/// Shows a consent as it stands after what was said.
async fn after(context: &Context, party: &OrganisationParty, id: &Hash) -> Outcome {
    let view = party.consent(id).await?;
    show(context, &[view]);
    Ok(())
}

async fn find(party: &OrganisationParty, id: &Id) -> Outcome<Hash> {
    match id {
        Id::Whole(hash) => Ok(*hash),
        Id::Prefix(_) => super::only_of(id, party.consents().map_ok(|consent| consent.id), "consent").await,
    }
}

fn show(context: &Context, consents: &[ConsentView]) {
    context.printer.show_all(consents, |page| {
        let rows = consents.iter().map(|view| {
            vec![
                words::id(&view.id),
                Text::of(paint(&view.standing), &view.standing),
                format!("{} → {}", view.by, view.with).into(),
                list(view.capabilities.iter()).into(),
                view.ceiling.as_ref().map(terms::money).unwrap_or_default().into(),
                Text::of(Paint::Dim, words::instant(view.expires_at)),
            ]
        });
        let header = vec!["ID", "STANDING", "ASKED", "FOR", "CEILING", "UNTIL"];
        page.table(header, rows.collect(), "no consents");
    });
}

/// All that is known of one consent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    #[serde(flatten)]
    consent: ConsentView,
    /// The sessions under it, those opened last first.
    sessions: Vec<ConsentSession>,
    /// Whether there are more than were asked for.
    more_sessions: bool,
}

/// Shows all that is known of one consent.
fn whole(context: &Context, shown: &Shown) {
    let view = &shown.consent;
    context.printer.show(shown, |page| {
        let paint = paint(&view.standing);
        let any = |list: Vec<String>| if list.is_empty() { "none".to_owned() } else { list.join(", ") };
        let texts = |all: Option<Vec<String>>, absent: &str| all.map_or_else(|| absent.to_owned(), any);
        let performatives = view.performatives.as_ref();
        let performatives = performatives.map(|list| list.iter().map(ToString::to_string).collect());
        let fields = view.fields.as_ref().map(|list| list.iter().map(ToString::to_string).collect());
        let classes = view.data_classes.as_ref().map(|list| list.iter().map(ToString::to_string).collect());
        let mut facts: Vec<(&str, Text)> = vec![
            ("consent", view.id.to_string().into()),
            ("standing", Text::of(paint, &view.standing)),
            ("asked", format!("{} asked {}", view.by, view.with).into()),
            ("purpose", view.purpose.clone().into()),
            ("about", list(view.capabilities.iter()).into()),
            ("ceiling", view.ceiling.as_ref().map_or_else(|| "none".to_owned(), terms::money).into()),
            ("may say", texts(performatives, "everything").into()),
            ("fields", texts(fields, "any").into()),
            ("data", texts(classes, "of any class").into()),
            ("until", words::instant(view.expires_at).into()),
        ];
        if let Some(policy) = view.policy {
            facts.push((
                "granted",
                format!("by a rule of {}, policy at log index {policy}", view.with).into(),
            ));
        }
        if let Some(floor) = &view.trust_floor {
            let points = format!("{} points at {}", floor.score, terms::money(&floor.value));
            facts.push(("having earned", format!("{points}, whoever of {} invites", view.by).into()));
        }
        if let (Some(by), Some(at)) = (&view.narrowed_by, view.narrowed_at) {
            facts.push(("narrowed", format!("by {by} at {}", words::instant(at)).into()));
        }
        if let (Some(by), Some(at)) = (&view.revoked_by, view.revoked_at) {
            facts.push(("revoked", format!("by {by} at {}", words::instant(at)).into()));
            facts.push(match view.acknowledged_at {
                Some(seen) => ("acknowledged", words::instant(seen).into()),
                None => ("acknowledged", Text::of(Paint::Bad, format!("not since {}", words::instant(at)))),
            });
        }
        for (name, value) in facts {
            page.field(name, value);
        }
        let rows = shown.sessions.iter().map(|session| {
            vec![
                words::id(&session.id),
                session.state.to_string().into(),
                list(session.agents.iter()).into(),
                Text::of(Paint::Dim, words::instant(session.opened_at)),
                commitments(session).into(),
            ]
        });
        page.line("");
        let header = vec!["SESSION", "STATE", "AGENTS", "OPENED", "COMMITMENTS"];
        page.table(header, rows.collect(), "no sessions under it");
        if shown.more_sessions {
            let hint = format!("more than {}; see more of them with --sessions", shown.sessions.len());
            page.line(Text::of(Paint::Dim, hint));
        }
    });
}

/// How many commitments a session has in each state.
fn commitments(session: &ConsentSession) -> String {
    let word = |state| match state {
        CommitmentState::Active => "active",
        CommitmentState::Fulfilled => "fulfilled",
        CommitmentState::Breached => "breached",
        CommitmentState::Terminated => "terminated",
        CommitmentState::Amended => "amended",
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for commitment in &session.commitments {
        let count = counts.entry(word(commitment.state)).or_default();
        *count = count.saturating_add(1);
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    counts.join(", ")
}

/// The colour of a standing.
fn paint(standing: &str) -> Paint {
    match standing {
        "GRANTED" => Paint::Good,
        "REQUESTED" => Paint::Accent,
        "REVOKED" => Paint::Bad,
        _ => Paint::Dim,
    }
}
