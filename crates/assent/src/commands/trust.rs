//! `assent trust`: the score, how it comes about and how it came to be. Computes nothing: the core has, at a place of
//! the log, and does so again to verify.

use asp_client::api::{AssessmentView, ConsequencesView, HistoryView};
use asp_core::amount::Currency;
use asp_core::position::LogTime;
use asp_core::statement::body::{Endorsement, EndorsementEnd, Rating};
use asp_core::trust::Cover;

use crate::cli::{Observe, TrustCommand, TrustEndorse, TrustHistory, TrustRate, TrustWithdraw};
use crate::context::Context;
use crate::failure::Outcome;
use crate::page::{Page, Paint, Text};
use crate::{terms, words};

mod verify;

/// Cells of the bar that shows a score: one for each four points.
const BAR_CELLS: usize = 25;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: TrustCommand) -> Outcome {
    match command {
        TrustCommand::Show(args) => assess(context, args, false).await,
        TrustCommand::Explain(args) => assess(context, args, true).await,
        TrustCommand::History(args) => history(context, args).await,
        TrustCommand::Profile(args) => profile(context, args).await,
        TrustCommand::Endorse(args) => endorse(context, args).await,
        TrustCommand::Withdraw(args) => withdraw(context, args).await,
        TrustCommand::Rate(args) => rate(context, args).await,
        TrustCommand::Verify(args) => verify::run(context, &args),
    }
}

async fn assess(context: &Context, args: Observe, whole: bool) -> Outcome {
    let Observe { agent, amount, capability, observer } = args;
    let party = context.agent().await?;
    let assessment = party.trust(&agent, &amount, capability, &observer).await?;
    context.printer.show(&assessment, |page| {
        show(page, &assessment);
        if whole {
            explain(page, &assessment);
        }
    });
    Ok(())
}

async fn history(context: &Context, args: TrustHistory) -> Outcome {
    let TrustHistory { observe: Observe { agent, amount, capability, observer }, back, steps } = args;
    let since = LogTime::from_millis(super::now().millis().saturating_sub(back.0));
    let party = context.agent().await?;
    let found = party.trust_history(&agent, &amount, capability, &observer, (since, steps)).await?;
    context.printer.show(&found, |page| show_history(page, &found));
    Ok(())
}

async fn profile(context: &Context, args: Observe) -> Outcome {
    let Observe { agent, amount, capability, observer } = args;
    let found = context.agent().await?.trust_profile(&agent, &amount, capability, &observer).await?;
    context.printer.show(&found, |page| {
        page.field("agent", Text::of(Paint::Strong, words::agent(&found.question.subject)));
        page.field("as seen by", super::agent::list(found.question.observer.iter()));
        page.field("model", format!("{}, log of {} entries", found.model, found.question.prefix));
        page.gap();
        let rows = found.components.iter().map(|component| {
            let facts = component.facts.iter().map(|fact| format!("{} {}", spaced(&fact.name), fact.value));
            vec![
                spaced(&component.name).into(),
                Text::of(Paint::Strong, component.score),
                Text::of(Paint::Accent, bar(&component.score.to_string())),
                Text::of(Paint::Dim, facts.collect::<Vec<_>>().join(", ")),
            ]
        });
        page.table(vec!["COMPONENT", "OF 100", "", "FACTS"], rows.collect(), "none");
    });
    Ok(())
}

/// A name of the API in words: `peerEndorsements` as `peer endorsements`.
fn spaced(name: &str) -> String {
    name.chars().fold(String::new(), |mut words, letter| {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
        words
    })
}

async fn endorse(context: &Context, args: TrustEndorse) -> Outcome {
    let TrustEndorse { agent, capability, note } = args;
    let what = Text::of(Paint::Strong, words::agent(&agent)).plain(" is endorsed");
    let said = context.agent().await?.endorse(Endorsement { agent, capability, note }).await?;
    super::receipt(context, &said, what);
    Ok(())
}

async fn withdraw(context: &Context, args: TrustWithdraw) -> Outcome {
    let TrustWithdraw { agent, capability, reason } = args;
    let what = Text::of(Paint::Strong, words::agent(&agent)).plain(" is endorsed no more");
    let end = EndorsementEnd { agent, capability, reason };
    let said = context.agent().await?.withdraw_endorsement(end).await?;
    super::receipt(context, &said, what);
    Ok(())
}

async fn rate(context: &Context, args: TrustRate) -> Outcome {
    let TrustRate { session, agent, stars, note } = args;
    let party = context.agent().await?;
    let session = super::session::find(&party, &session).await?;
    let what = Text::of(Paint::Strong, words::agent(&agent)).plain(format_args!(" has {stars} of 5 stars"));
    let said = party.rate(Rating { agent, note, session, stars }).await?;
    super::receipt(context, &said, what);
    Ok(())
}

fn show_history(page: &mut Page, found: &HistoryView) {
    page.field("agent", Text::of(Paint::Strong, words::agent(&found.question.subject)));
    page.field("for a deal of", terms::money(&found.question.class));
    page.field("as seen by", super::agent::list(found.question.observer.iter()));
    page.field("model", format!("{}, log of {} entries", found.model, found.question.prefix));
    page.gap();
    let count = |number: u64| if number == 0 { String::new() } else { number.to_string() };
    let rows = found.moments.iter().map(|moment| {
        let paint = level_paint(moment.level_number);
        vec![
            words::instant(moment.at).into(),
            Text::of(Paint::Strong, &moment.score),
            Text::of(paint, bar(&moment.score)),
            Text::of(paint, &moment.level),
            count(moment.kept).into(),
            Text::of(Paint::Bad, count(moment.broken)),
        ]
    });
    page.table(vec!["AT", "SCORE", "", "LEVEL", "KEPT", "BROKEN"], rows.collect(), "none");
}

/// A bar as long as the score is high.
fn bar(score: &str) -> String {
    let whole: usize = score.split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or(0);
    let full = (whole * BAR_CELLS).div_ceil(100).min(BAR_CELLS);
    format!("{}{}", "━".repeat(full), "─".repeat(BAR_CELLS - full))
}

/// How a level is painted.
const fn level_paint(number: u8) -> Paint {
    match number {
        0 => Paint::Dim,
        1 | 2 => Paint::Plain,
        _ => Paint::Good,
    }
}

/// What follows from a level, in words.
fn advice(found: &ConsequencesView) -> String {
    let cover = match found.cover.as_str() {
        "whole" => Cover::Whole.as_str(),
        "beyond" => Cover::Beyond.as_str(),
        "nothing" => Cover::Nothing.as_str(),
        other => other,
    };
    let judges = if found.judges { "may" } else { "may not" };
    format!("{cover}; {judges} rule on disputes of others")
}

fn show(page: &mut Page, found: &AssessmentView) {
    let question = &found.question;
    let paint = level_paint(found.level_number);
    page.field("agent", Text::of(Paint::Strong, words::agent(&question.subject)));
    page.field(
        "score",
        Text::of(Paint::Strong, &found.score)
            .and(paint, format_args!("  {} (level {})", found.level, found.level_number)),
    );
    page.field("advice", advice(&found.consequences));
    page.field("for a deal of", terms::money(&question.class));
    page.field("as seen by", super::agent::list(question.observer.iter()));
    if let Some(capability) = &question.capability {
        page.field("counting only", capability.to_string());
    }
    page.field(
        "model",
        format!("{}, log of {} entries, {}", found.model, question.prefix, words::instant(question.instant)),
    );
    page.field("rests on", format!("{} statements", found.rests_on.total));
    page.field("kept of late", format!("{} for those you trust, in 180 days", terms::money(&found.backed)));
    if !found.left_out.is_empty() {
        let of = |(currency, count): (&Currency, &u64)| format!("{count} in {currency}");
        let left_out = super::agent::list(found.left_out.iter().map(of));
        page.field("left out", Text::of(Paint::Bad, left_out).plain(", which your policy has no rate for"));
    }
    for (currency, rate) in &question.outlook.rates {
        page.field("rate", format!("1 {currency} = {rate} {}", question.class.currency));
    }
    for (seed, worth) in &question.outlook.seeds {
        page.field("believes", format!("{seed} for {worth} {}", question.class.currency));
    }
}

fn explain(page: &mut Page, found: &AssessmentView) {
    page.heading("Points, which add up to the score");
    let rows = found.parts.iter().map(|part| vec![part.name.clone().into(), part.points.clone().into()]);
    page.table(vec!["PART", "POINTS"], rows.collect(), "none");
    page.heading("Factors: score = F · (10 + 90 · L · q · D)");
    let rows = found.factors.iter().map(|factor| {
        vec![
            Text::of(Paint::Strong, &factor.symbol),
            factor.value.clone().into(),
            factor.name.clone().into(),
            Text::of(Paint::Dim, &factor.meaning),
        ]
    });
    page.table(vec!["", "VALUE", "NAME", "MEANING"], rows.collect(), "none");
    page.heading("Who lends");
    let rows = found.lenders.first.iter().map(|lender| {
        vec![
            lender.organisation.to_string().into(),
            lender.lends.clone().into(),
            lender.deals.to_string().into(),
            words::instant(lender.latest).into(),
            Text::of(Paint::Dim, if lender.seed { "believed by the observer" } else { "" }),
        ]
    });
    page.table(vec!["ORGANISATION", "LENDS", "KEPT DEALS", "LATEST", ""], rows.collect(), "nobody yet");
    page.heading("What would change it");
    let rows = found.counterfactuals.iter().map(|other| {
        let falls = other.delta.starts_with('-');
        vec![
            other.score.clone().into(),
            Text::of(if falls { Paint::Bad } else { Paint::Good }, &other.delta),
            other.sentence.clone().into(),
        ]
    });
    page.table(vec!["SCORE", "CHANGE", "IF"], rows.collect(), "nothing that the model knows");
}
