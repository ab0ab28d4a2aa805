//! `assent consent`: ask another organisation, grant, revoke, list.

use std::collections::BTreeSet;

use asp_client::api::ConsentView;
use asp_client::{ConsentTerms, OrganisationParty};
use asp_core::position::Hash;
use futures::TryStreamExt;

use super::agent::list;
use crate::cli::{ConsentCommand, ConsentRequest};
use crate::context::Context;
use crate::failure::Outcome;
use crate::page::{Paint, Text};
use crate::read::Id;
use crate::{terms, words};

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: ConsentCommand) -> Outcome {
    let party = context.organisation().await?;
    match command {
        ConsentCommand::Request(args) => request(context, &party, args).await,
        ConsentCommand::List => {
            let consents: Vec<_> = party.consents().try_collect().await?;
            show(context, &consents);
            Ok(())
        }
        ConsentCommand::Grant { id } => {
            let id = find(&party, &id).await?;
            party.grant_consent(&id).await?;
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
        ceiling,
        data_class,
        field,
        no_fields,
        performative,
        expires,
    } = args;
    let fields = if no_fields { Some(BTreeSet::new()) } else { some_of(field) };
    let terms = ConsentTerms {
        with: with.clone(),
        purpose,
        capabilities: capability.into_iter().collect(),
        ceiling,
        data_classes: some_of(data_class),
        fields,
        performatives: some_of(performative),
        expires_at: super::now().plus(expires),
    };
    let id = party.request_consent(terms).await?;
    after(context, party, &id).await?;
    let digits = id.to_hex();
    let command = format!("assent consent grant {}", digits.get(..12).unwrap_or_default());
    context.printer.say(Text::from(format!("{with} grants it with: ")).and(Paint::Accent, command));
    Ok(())
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
            let paint = match view.standing.as_str() {
                "GRANTED" => Paint::Good,
                "REQUESTED" => Paint::Accent,
                "REVOKED" => Paint::Bad,
                _ => Paint::Dim,
            };
            vec![
                words::id(&view.id),
                Text::of(paint, &view.standing),
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
