//! `assent trust`: the score, and how it comes about. Computes nothing: the core has, at a place of the log.

use asp_client::api::AssessmentView;

use crate::cli::{Observe, TrustCommand};
use crate::context::Context;
use crate::failure::Outcome;
use crate::page::{Page, Paint, Text};
use crate::{terms, words};

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: TrustCommand) -> Outcome {
    let (args, whole) = match command {
        TrustCommand::Show(args) => (args, false),
        TrustCommand::Explain(args) => (args, true),
    };
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

fn show(page: &mut Page, found: &AssessmentView) {
    let question = &found.question;
    let paint = match found.level_number {
        0 => Paint::Dim,
        1 | 2 => Paint::Plain,
        _ => Paint::Good,
    };
    page.field("agent", Text::of(Paint::Strong, words::agent(&question.subject)));
    page.field(
        "score",
        Text::of(Paint::Strong, &found.score)
            .and(paint, format_args!("  {} (level {})", found.level, found.level_number)),
    );
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
