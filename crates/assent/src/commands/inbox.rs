//! `assent inbox`: what waits for an agent, taken and confirmed by its workers.

use asp_client::api::{DeadLetterView, InboxGroup, InboxItem, LeaseRequest, Message};
use asp_client::{AgentParty, Inbox};
use asp_core::position::Position;
use serde::Serialize;

use crate::cli::{InboxCommand, InboxGroupName, InboxTake};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::narrate;
use crate::page::{Page, Paint, Text};
use crate::words;

/// Letters of what was said that fit into a row.
const WORDS: usize = 60;

/// What a change prints.
#[derive(Serialize)]
struct Changed<'a> {
    event: &'static str,
    group: &'a str,
    positions: &'a [u64],
}

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: InboxCommand) -> Outcome {
    let party = context.agent().await?;
    match command {
        InboxCommand::Take(args) => take(context, &party, args).await,
        InboxCommand::Confirm { group, lease, positions } => {
            let all = positions.iter().copied().map(Position).collect();
            of(&party, &group).confirm(&lease, all).await?;
            changed(context, "confirmed", &group, &positions);
            Ok(())
        }
        InboxCommand::Refuse { group, lease, position, reason } => {
            of(&party, &group).refuse(&lease, Position(position), &reason).await?;
            changed(context, "refused", &group, &[position]);
            Ok(())
        }
        InboxCommand::Dead { group } => dead(context, &of(&party, &group)).await,
        InboxCommand::Replay { group, position } => {
            of(&party, &group).replay(Position(position)).await?;
            changed(context, "replayed", &group, &[position]);
            Ok(())
        }
        InboxCommand::Discard { group, position } => {
            of(&party, &group).discard(Position(position)).await?;
            changed(context, "discarded", &group, &[position]);
            Ok(())
        }
        InboxCommand::Groups => {
            let view = party.inbox_groups().await?;
            context.printer.show_all(&view.groups, |page| groups(page, &view.groups, view.size));
            Ok(())
        }
        InboxCommand::Forget { group } => {
            of(&party, &group).forget().await?;
            changed(context, "forgotten", &group, &[]);
            Ok(())
        }
    }
}

fn of(party: &AgentParty, group: &InboxGroupName) -> Inbox {
    party.inbox(&group.name)
}

async fn take(context: &Context, party: &AgentParty, args: InboxTake) -> Outcome {
    let request = LeaseRequest {
        max: Some(args.max),
        lease_ms: Some(args.lease),
        wait_seconds: Some(args.wait.0.div_ceil(1_000)),
        from: args.from,
    };
    let view = of(party, &args.group).lease(&request).await?;
    context.printer.show(&view, |page| {
        page.table(
            vec!["POSITION", "WHEN", "WHO", "WHAT"],
            view.items.iter().map(row).collect(),
            "nothing waits",
        );
        if let Some(lease) = &view.lease {
            page.field("lease", Text::of(Paint::Accent, lease));
            page.field("until", words::instant(view.until));
        }
    });
    if view.items.is_empty() { Err(Failure::no("nothing waits")) } else { Ok(()) }
}

fn row(item: &InboxItem) -> Vec<Text> {
    let again = if item.attempt > 1 { format!("  attempt {}", item.attempt) } else { String::new() };
    let mut row = told(&item.message);
    if let Some(last) = row.pop() {
        row.push(last.dim(again));
    }
    row
}

/// Where, when, by whom, and what.
fn told(message: &Message) -> Vec<Text> {
    let place = message.log_index.0.to_string();
    let when = words::instant(message.log_time);
    let Ok(verified) = message.verify() else {
        return vec![place.into(), when.into(), Text::of(Paint::Bad, "forged"), Text::default()];
    };
    let statement = verified.statement();
    let told = narrate::tell(statement, None);
    let what = Text::of(Paint::Strong, told.verb).plain(" ").plain(words::line(&told.about, WORDS));
    vec![place.into(), when.into(), words::issuer(&statement.issuer).into(), what]
}

async fn dead(context: &Context, inbox: &Inbox) -> Outcome {
    let mut letters: Vec<DeadLetterView> = Vec::new();
    let mut page = None;
    // As many pages as there are dead letters, whose number is bounded.
    loop {
        let more = inbox.dead(page.as_deref()).await?;
        letters.extend(more.letters);
        page = more.next_page_token;
        if page.is_none() {
            break;
        }
    }
    context.printer.show_all(&letters, |page| {
        let rows = letters.iter().map(|letter| {
            let mut row = told(&letter.message);
            row.push(words::line(&letter.reason, WORDS).into());
            row
        });
        page.table(vec!["POSITION", "WHEN", "WHO", "WHAT", "WHY"], rows.collect(), "no dead letters");
    });
    Ok(())
}

fn groups(page: &mut Page, groups: &[InboxGroup], size: u64) {
    let rows = groups.iter().map(|group| {
        let behind = size.saturating_sub(group.next.0);
        let numbers = [behind, group.leased, group.waiting, group.dead];
        let numbers = numbers.map(|number| Text::from(number.to_string()));
        let mut row = vec![group.name.as_str().into()];
        row.extend(numbers);
        row
    });
    page.table(
        vec!["GROUP", "ENTRIES NOT LOOKED AT", "IN HAND", "WAITING", "DEAD"],
        rows.collect(),
        "nobody has taken anything",
    );
}

fn changed(context: &Context, event: &'static str, group: &InboxGroupName, positions: &[u64]) {
    let printed = Changed { event, group: &group.name, positions };
    context.printer.show(&printed, |page| {
        let places: Vec<String> = positions.iter().map(u64::to_string).collect();
        page.line(Text::of(Paint::Strong, event).plain(" ").plain(places.join(", ")));
    });
}
