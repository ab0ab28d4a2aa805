//! `assent webhook`: make, list, try, resume and remove webhooks, and what was put aside of them.

use std::collections::BTreeSet;

use asp_client::OrganisationParty;
use asp_client::api::{DeadEventView, NewWebhook, WebhookState, WebhookView};
use serde::Serialize;

use crate::cli::{WebhookAdd, WebhookCommand, WebhookReplay};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::words;

/// Digits of an id that are enough to show.
const DIGITS: usize = 8;
/// Digits that name a webhook, at least.
const DIGITS_MIN: usize = 4;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: WebhookCommand) -> Outcome {
    let party = context.organisation().await?;
    match command {
        WebhookCommand::Add(args) => add(context, &party, args).await,
        WebhookCommand::List => {
            let webhooks = party.webhooks().await?;
            context.printer.show_all(&webhooks, |page| list(page, &webhooks));
            Ok(())
        }
        WebhookCommand::Test(name) => test(context, &party, &name.id).await,
        WebhookCommand::Dead(name) => {
            let dead = party.dead_events(&find(&party, &name.id).await?.id).await?;
            context.printer.show_all(&dead, |page| show_dead(page, &dead));
            Ok(())
        }
        WebhookCommand::Replay(args) => replay(context, &party, args).await,
        WebhookCommand::Resume(name) => {
            let view = party.resume_webhook(&find(&party, &name.id).await?.id).await?;
            context.printer.show(&view, |page| {
                page.line(Text::of(Paint::Strong, digits(&view.id)).plain(" is tried again at once"));
            });
            Ok(())
        }
        WebhookCommand::Remove(name) => {
            let webhook = find(&party, &name.id).await?;
            party.remove_webhook(&webhook.id).await?;
            context.printer.show(&Removed { event: "removed", id: &webhook.id }, |page| {
                page.line(Text::of(Paint::Strong, digits(&webhook.id)).plain(" is removed"));
            });
            Ok(())
        }
    }
}

/// What a removal prints.
#[derive(Serialize)]
struct Removed<'a> {
    event: &'static str,
    id: &'a str,
}

async fn add(context: &Context, party: &OrganisationParty, args: WebhookAdd) -> Outcome {
    let WebhookAdd { url, stream, types, from } = args;
    let set = |words: BTreeSet<String>| Some(words).filter(|words| !words.is_empty());
    let asked = NewWebhook {
        url,
        streams: set(stream.iter().map(|kind| kind.as_str().to_owned()).collect()),
        types: set(types.iter().map(|kind| kind.as_str().to_owned()).collect()),
        from,
    };
    let made = party.add_webhook(&asked).await?;
    context.printer.show(&made, |page| {
        let webhook = &made.webhook;
        page.line(
            Text::of(Paint::Strong, webhook.url.as_str()).dim(format_args!("  {}", digits(&webhook.id))),
        );
        page.field("key", webhook.public_key.as_str());
        page.field("secret", Text::of(Paint::Accent, &made.secret).dim("  shown this once"));
        page.field(
            "try it",
            Text::of(Paint::Accent, format_args!("assent webhook test {}", digits(&webhook.id))),
        );
    });
    Ok(())
}

async fn test(context: &Context, party: &OrganisationParty, id: &str) -> Outcome {
    let webhook = find(party, id).await?;
    let test = party.test_webhook(&webhook.id).await?;
    context.printer.show(&test, |page| {
        if test.delivered {
            page.line(Text::of(Paint::Strong, webhook.url.as_str()).plain(" took it"));
        }
    });
    match test.error {
        None => Ok(()),
        Some(error) => {
            Err(Failure::no(format_args!("{} did not take it: {}", webhook.url, words::line(&error, 200)))
                .hint("What waits is delivered once it does: `assent webhook resume`."))
        }
    }
}

async fn replay(context: &Context, party: &OrganisationParty, args: WebhookReplay) -> Outcome {
    let webhook = find(party, &args.name.id).await?;
    let positions: BTreeSet<u64> = args.position.into_iter().collect();
    let positions = Some(positions).filter(|positions| !positions.is_empty());
    let replayed = party.replay_dead_events(&webhook.id, positions).await?;
    context.printer.show(&replayed, |page| {
        page.line(format!("{} to be delivered once more", replayed.count));
    });
    Ok(())
}

/// The webhook that the first digits mean.
async fn find(party: &OrganisationParty, id: &str) -> Outcome<WebhookView> {
    if id.len() < DIGITS_MIN {
        return Err(Failure::usage(format_args!("{id} is too short: {DIGITS_MIN} digits at least")));
    }
    let mut meant = party.webhooks().await?.into_iter().filter(|known| known.id.starts_with(id));
    match (meant.next(), meant.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => {
            Err(Failure::no(format_args!("no webhook {id}")).hint("`assent webhook list` shows them."))
        }
        (Some(_), Some(_)) => {
            Err(Failure::usage(format_args!("{id} is the beginning of several")).hint("Give more digits."))
        }
    }
}

fn digits(id: &str) -> &str {
    id.get(..DIGITS).unwrap_or(id)
}

fn list(page: &mut Page, webhooks: &[WebhookView]) {
    let row = |webhook: &WebhookView| {
        vec![
            Text::of(Paint::Accent, digits(&webhook.id)),
            Text::of(Paint::Strong, webhook.url.as_str()),
            state(webhook),
            webhook.next.to_string().into(),
            webhook.dead.to_string().into(),
            Text::of(Paint::Dim, kept(webhook)),
        ]
    };
    let header = vec!["ID", "ADDRESS", "STATE", "NEXT", "DEAD", "WHY"];
    page.table(header, webhooks.iter().map(row).collect(), "no webhooks");
}

fn state(webhook: &WebhookView) -> Text {
    let paint = match webhook.state {
        WebhookState::Running => Paint::Good,
        WebhookState::Waiting => Paint::Plain,
        WebhookState::Broken | WebhookState::Stopped => Paint::Bad,
    };
    Text::of(paint, webhook.state.as_str())
}

/// What keeps a webhook, in words.
fn kept(webhook: &WebhookView) -> String {
    let mut words = Vec::new();
    words.extend(webhook.stopped.as_deref().map(|why| words::line(why, 20)));
    words.extend(webhook.error.as_deref().map(|error| words::line(error, 60)));
    words.extend(webhook.due_at.map(|due| format!("again at {}", words::instant(due))));
    words.join("; ")
}

fn show_dead(page: &mut Page, dead: &[DeadEventView]) {
    let row = |letter: &DeadEventView| {
        vec![
            Text::of(Paint::Strong, letter.position),
            letter.attempts.to_string().into(),
            words::line(&letter.error, 60).into(),
            Text::of(Paint::Dim, words::instant(letter.aside_at)),
            if letter.again { "once more".into() } else { "".into() },
        ]
    };
    let header = vec!["POSITION", "ATTEMPTS", "WHY", "PUT ASIDE", ""];
    page.table(header, dead.iter().map(row).collect(), "nothing was put aside");
}
