//! `assent discover`: agents by what they can do.

use asp_client::Search;

use super::agent::list;
use crate::cli::Discover;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::words;

/// Searches and shows who was found, best first.
///
/// # Errors
/// [`crate::failure::Exit::No`] when nobody was found.
pub(super) async fn run(context: &Context, args: Discover) -> Outcome {
    let Discover { text, capability, organisation, limit } = args;
    let search =
        Search { capability, text, organisation, page_size: Some(usize::from(limit)), page_token: None };
    let found = context.client().await?.search(&search).await?;
    if found.agents.is_empty() {
        return Err(
            Failure::no("no agent fits").hint("A capability finds what lies below it: try a shorter one.")
        );
    }
    context.printer.show_all(&found.agents, |page| {
        let rows = found.agents.iter().map(|hit| {
            vec![
                Text::of(Paint::Strong, words::agent(&hit.agent)),
                words::line(&hit.name, 30).into(),
                list(hit.capabilities.iter()).into(),
                Text::of(Paint::Dim, &hit.reason),
            ]
        });
        page.table(vec!["AGENT", "NAME", "CAN", "WHY"], rows.collect(), "");
    });
    if found.next_page_token.is_some() {
        context.printer.say(Text::of(Paint::Dim, "There are more: --limit, or ask more narrowly."));
    }
    Ok(())
}
