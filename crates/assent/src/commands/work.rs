//! `assent org agents` and `activity`: what an organisation's own agents are about, and what all of them said.

use asp_client::Activity;
use asp_client::api::{ActView, AgentStanding, CommitmentCountsView, DutiesView, OwnAgentView};
use asp_core::name::StreamId;
use asp_core::position::{LogTime, Position};
use futures::{StreamExt, TryStreamExt};

use super::agent::list;
use crate::cli::OrgActivity;
use crate::context::Context;
use crate::failure::Outcome;
use crate::page::{Page, Paint, Text};
use crate::words;

/// Lists the agents.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn agents(context: &Context) -> Outcome {
    let agents: Vec<OwnAgentView> = context.organisation().await?.agents().try_collect().await?;
    context.printer.show_all(&agents, |page| show_agents(page, &agents));
    Ok(())
}

/// Lists what was said.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn activity(context: &Context, args: OrgActivity) -> Outcome {
    let OrgActivity { agent, kind, since, after, limit } = args;
    let since = since.map(|span| LogTime::from_millis(super::now().millis().saturating_sub(span.0)));
    let wanted = Activity { agent, kind, since, after: after.map(Position) };
    let party = context.organisation().await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let acts: Vec<ActView> = party.activity(&wanted).take(most).try_collect().await?;
    context.printer.show_all(&acts, |page| show_acts(page, &acts));
    Ok(())
}

/// A block for each: a table of all this is wider than a terminal.
fn show_agents(page: &mut Page, agents: &[OwnAgentView]) {
    if agents.is_empty() {
        page.line(Text::of(Paint::Dim, "no agents"));
    }
    for (index, view) in agents.iter().enumerate() {
        if index > 0 {
            page.gap();
        }
        page.line(Text::of(Paint::Strong, words::agent(&view.agent)).plain("  ").join(standing(view)));
        page.field("sessions", sessions(view));
        for (name, text) in [
            ("commitments", commitments(&view.commitments)),
            ("owes", duties(&view.owes)),
            ("is owed", duties(&view.owed)),
        ] {
            if text.width() > 0 {
                page.field(name, text);
            }
        }
        if let Some(last) = &view.last {
            let when = words::instant(last.log_time);
            page.field("last said", Text::from(last.kind.as_str()).dim(format_args!("  {when}")));
        }
        if view.partial {
            page.field("", Text::of(Paint::Dim, "there is more, which is older and not counted"));
        }
    }
}

fn standing(view: &OwnAgentView) -> Text {
    if view.retired {
        return Text::of(Paint::Dim, "retired");
    }
    let standing = match view.standing {
        Some(AgentStanding::Answering) => Text::of(Paint::Good, "answers"),
        Some(AgentStanding::Stale) => Text::of(Paint::Warn, "stale"),
        Some(AgentStanding::Gone) => Text::of(Paint::Bad, "gone"),
        None => "registered".into(),
    };
    let answered = view.last_answer.map(|at| format!("  it answered {}", words::instant(at)));
    standing.dim(answered.unwrap_or_default())
}

fn sessions(view: &OwnAgentView) -> Text {
    Text::from(format!("{} open", view.sessions_open)).dim(format_args!("  {} ended", view.sessions_ended))
}

fn commitments(counts: &CommitmentCountsView) -> Text {
    let CommitmentCountsView { active, fulfilled, breached, terminated, amended } = *counts;
    let words = [
        (Paint::Accent, active, "active"),
        (Paint::Good, fulfilled, "fulfilled"),
        (Paint::Bad, breached, "breached"),
        (Paint::Dim, terminated, "terminated"),
        (Paint::Dim, amended, "amended"),
    ];
    let mut text = Text::default();
    for (paint, count, word) in words.into_iter().filter(|(_, count, _)| *count > 0) {
        let gap = if text.width() > 0 { ", " } else { "" };
        text = text.plain(gap).and(paint, format_args!("{count} {word}"));
    }
    text
}

/// What is open with what that is worth, what has come of the rest, and when the next is due.
fn duties(duties: &DutiesView) -> Text {
    let DutiesView { open, delivered, contested, breached, next_due, worth } = duties;
    let mut text = Text::default();
    if *open > 0 {
        text = text.plain(format_args!("{open} open, {}", list(worth.iter())));
    }
    let words = [
        (Paint::Accent, *delivered, "delivered"),
        (Paint::Warn, *contested, "contested"),
        (Paint::Bad, *breached, "breached"),
    ];
    for (paint, count, word) in words.into_iter().filter(|(_, count, _)| *count > 0) {
        let gap = if text.width() > 0 { ", " } else { "" };
        text = text.plain(gap).and(paint, format_args!("{count} {word}"));
    }
    match next_due {
        Some(due) => text.dim(format_args!("  next due {}", words::instant(*due))),
        None => text,
    }
}

fn show_acts(page: &mut Page, acts: &[ActView]) {
    let rows = acts.iter().map(|act| {
        vec![
            Text::of(Paint::Dim, act.log_index.to_string()),
            words::instant(act.log_time).into(),
            Text::of(Paint::Strong, words::issuer(&act.issuer)),
            Text::of(Paint::Accent, &act.kind),
            stream(&act.stream),
            Text::of(Paint::Dim, act.sequence.to_string()),
        ]
    });
    page.table(vec!["INDEX", "TIME", "WHO", "WHAT", "STREAM", "PLACE"], rows.collect(), "nothing was said");
}

fn stream(stream: &StreamId) -> Text {
    match stream {
        StreamId::Org(domain) => domain.to_string().into(),
        StreamId::Agent(agent) => words::agent(agent).into(),
        StreamId::Consent(id) => Text::from("consent ").join(words::id(id)),
        StreamId::Session(id) => Text::from("session ").join(words::id(id)),
        StreamId::Account(domain) => format!("account of {domain}").into(),
        StreamId::Dispute(id) => Text::from("dispute ").join(words::id(id)),
    }
}
