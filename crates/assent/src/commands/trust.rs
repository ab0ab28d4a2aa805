//! `assent trust`: the score, and how it comes about. Computes nothing: the core has, at a place of the log.

use asp_client::api::AssessmentView;

use crate::cli::{Observe, TrustCommand};
use crate::context::Context;
use crate::failure::Outcome;
use crate::page::Page;

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
    let assessment: AssessmentView = party.trust(&agent, &amount, capability, &observer).await?;
    let _ = whole;
    context.printer.show(&assessment, |_page: &mut Page| {});
    Ok(())
}
