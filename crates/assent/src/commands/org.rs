//! `assent org`: register an organisation, look at one.

use std::collections::BTreeSet;

use asp_client::api::{KeyView, OrganisationView};
use asp_core::display::DisplayName;
use asp_core::key::KeyId;
use asp_core::likeness;
use asp_core::name::{Domain, Issuer, StreamId};
use asp_core::statement::body::{Body, OrgRegister};

use super::agent::list;
use super::sign::{Saying, hand_in};
use crate::cli::{OrgCommand, Preparing};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::terms::grouped;
use crate::words;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: OrgCommand) -> Outcome {
    match command {
        OrgCommand::Register { domain, name, key, preparing } if preparing.prepare.is_some() => {
            prepare(context, (domain, name), key, preparing).await
        }
        OrgCommand::Register { domain, name, .. } => register(context, domain, name).await,
        OrgCommand::Verify(args) => super::domain::verify(context, args).await,
        OrgCommand::Publish { domain, output } => {
            super::domain::publish(context, domain, output.as_deref()).await
        }
        OrgCommand::Key(command) => super::keys::org(context, command).await,
        OrgCommand::Show { domain } => {
            let view = context.client().await?.organisation(&domain).await?;
            context.printer.show(&view, |page| show(page, &view));
            Ok(())
        }
        OrgCommand::Policy(command) => super::policy::run(context, command).await,
        OrgCommand::Limits => limits(context).await,
        OrgCommand::Agents => super::work::agents(context).await,
        OrgCommand::Activity(args) => super::work::activity(context, args).await,
    }
}

/// Prepares the registration under a root key that is kept elsewhere, or under the one of the home.
async fn prepare(
    context: &Context,
    (domain, name): (Option<Domain>, Option<DisplayName>),
    key: Option<KeyId>,
    preparing: Preparing,
) -> Outcome {
    let domain = domain.map_or_else(|| context.organisation_name(), Ok)?;
    let name = match name {
        Some(name) => name,
        None => domain.as_str().parse().map_err(Failure::usage)?,
    };
    let issuer = Issuer::Organisation(domain.clone());
    let key = key.map_or_else(|| context.key(&issuer).map(|key| key.id()), Ok)?;
    let body = Body::OrgRegister(OrgRegister { key, name });
    let stream = StreamId::Org(domain);
    let saying = Saying { issuer, stream, opens: true, body, keys: Vec::new(), what: String::new() };
    hand_in(context, saying, Some(preparing)).await
}

async fn register(context: &Context, domain: Option<Domain>, name: Option<DisplayName>) -> Outcome {
    let domain = domain.map_or_else(|| context.organisation_name(), Ok)?;
    let name = match name {
        Some(name) => name,
        None => domain.as_str().parse().map_err(Failure::usage)?,
    };
    // Connected first: a node that is not there leaves no key behind.
    let client = context.client().await?;
    let (key, made) = context.key_or_made(&Issuer::Organisation(domain.clone()))?;
    if made {
        context.printer.say(format!("made a key for {domain}: {}", key.id()));
    }
    let receipt = client.organisation_with(domain.clone(), key).register(name).await?;
    super::receipt(context, &receipt, Text::of(Paint::Strong, &domain).plain(" is registered"));
    Ok(())
}

async fn limits(context: &Context) -> Outcome {
    let view = context.organisation().await?.limits().await?;
    context.printer.show(&view, |page| {
        page.line(Text::of(Paint::Strong, &view.organisation).plain("  may ask of this node"));
        let seen = list(view.seen_by.iter());
        let seen =
            if seen.is_empty() { "all have the same".to_owned() } else { format!("as seen by {seen}") };
        page.field("level", Text::from(view.level.to_string()).dim(format!("  {seen}")));
        let rows = view.limits.iter().map(|limit| {
            let most = limit.most.map_or_else(|| "any number".to_owned(), grouped);
            let left = match limit.left {
                Some(0) => Text::of(Paint::Bad, "nothing"),
                Some(left) => grouped(left).into(),
                None => "".into(),
            };
            vec![in_words(&limit.what).into(), most.into(), left]
        });
        page.table(vec!["WHAT", "AT MOST", "LEFT NOW"], rows.collect(), "no limits");
    });
    Ok(())
}

/// A limit for people; one that is not known here by its own name.
fn in_words(what: &str) -> String {
    match what {
        "statementsPerSecond" => "statements a second, ten times as many saved up",
        "statementsWaiting" => "statements that are being taken in",
        "requestsPerSecond" => "requests a second, ten times as many at once",
        "invitationsUnanswered" => "invitations that nobody has answered",
        "invitationsUnansweredByOne" => "the same of one other organisation",
        "eventStreamsAndPolls" => "event streams and long polls",
        other => other,
    }
    .to_owned()
}

fn show(page: &mut Page, view: &OrganisationView) {
    page.line(Text::of(Paint::Strong, &view.domain).plain(format_args!("  {}", words::line(&view.name, 60))));
    super::domain::fields(page, view.proof.as_ref());
    if let Some(letters) = likeness::letters_of(&view.domain) {
        page.field("reads as", letters);
    }
    caution(page, &view.mistakable_for);
    page.field("registered", words::instant(view.registered_at));
    page.field("statements", (view.head.sequence.0 + 1).to_string());
    if let Some(policy) = &view.policy {
        page.heading("Policy");
        super::policy::fields(page, policy);
    }
    keys(page, &view.keys);
}

/// Warns of a name that looks like others'.
pub(super) fn caution(page: &mut Page, mistakable_for: &BTreeSet<Domain>) {
    if !mistakable_for.is_empty() {
        let domains = list(mistakable_for.iter());
        page.field("CAUTION", Text::of(Paint::Bad, format_args!("could be mistaken for {domains}")));
    }
}

/// The history of keys.
pub(super) fn keys(page: &mut Page, keys: &[KeyView]) {
    page.heading("Keys");
    let rows = keys.iter().map(|view| {
        let standing = match (view.until, view.distrusted_from) {
            (None, _) => Text::of(Paint::Good, "signs"),
            (Some(until), None) => Text::of(Paint::Dim, format_args!("until {until}")),
            (Some(_), Some(from)) => Text::of(Paint::Bad, format_args!("revoked from {from}")),
        };
        vec![view.key.to_string().into(), format!("from {}", view.from).into(), standing]
    });
    page.table(vec!["KEY", "LOG INDEX", ""], rows.collect(), "no keys");
}
