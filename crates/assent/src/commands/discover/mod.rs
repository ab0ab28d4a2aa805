//! `assent discover`: agents by what they can do; `saved` has searches that are kept and followed.

mod saved;

use asp_client::api::{AgentHit, AgentPage, NewSearch, SearchQuery, SearchSort};
use asp_core::position::Hash;
use asp_core::statement::body::{Name, TrustFloor};

use super::agent::list;
use crate::cli::{Discover, DiscoverCommand, Sort, Wanted};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::{terms, words};

/// Agents that are asked for at once.
const PAGE: usize = 200;

/// Searches, or does something with a search that is kept.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, args: Discover) -> Outcome {
    let Discover { command, wanted, limit, save } = args;
    match command {
        None => search(context, wanted, usize::from(limit), save).await,
        Some(DiscoverCommand::Saved) => saved::list(context).await,
        Some(DiscoverCommand::Watch(args)) => saved::watch(context, args).await,
        Some(DiscoverCommand::Forget { name }) => saved::forget(context, &name).await,
    }
}

/// Searches and shows who was found, best first; keeps the search, if it gets a name.
///
/// # Errors
/// [`crate::failure::Exit::No`] when nobody was found and nothing was kept.
async fn search(context: &Context, wanted: Wanted, limit: usize, save: Option<Name>) -> Outcome {
    let query = query(context, wanted).await?;
    let keeps = save.is_some();
    if let Some(name) = save {
        saved::save(context, NewSearch { name, query: query.clone() }).await?;
    }
    let (hits, last) = find(context, query, limit).await?;
    if hits.is_empty() && keeps {
        context.printer.say("No agent fits yet.");
        return Ok(());
    }
    if hits.is_empty() {
        return Err(Failure::no("no agent fits")
            .hint("A capability finds what lies below it: try a shorter one, or fewer conditions."));
    }
    context.printer.show_all(&hits, |page| show(page, &hits, &last));
    if last.truncated {
        context.printer.say(Text::of(
            Paint::Dim,
            "Some were left out: not everybody's trust could be computed. Ask more narrowly.",
        ));
    }
    if last.next_page_token.is_some() {
        context.printer.say(Text::of(
            Paint::Dim,
            format_args!("There are more, {} in all: --limit, or ask more narrowly.", last.total),
        ));
    }
    Ok(())
}

/// What was wanted, as the node is asked.
///
/// # Errors
/// That the schema is not known, or that an order lacks what it goes by.
async fn query(context: &Context, wanted: Wanted) -> Outcome<SearchQuery> {
    let Wanted { text, capability, organisation, schema, language, availability, max_price, .. } = wanted;
    let Wanted { min_trust, value, sort, .. } = wanted;
    let schema: Option<Hash> = match &schema {
        Some(name) => Some(super::schema::find(context, name).await?.hash),
        None => None,
    };
    let sort = match sort {
        Sort::Relevance => None,
        Sort::Trust if value.is_none() => return Err(Failure::usage("--sort trust needs --value")),
        Sort::Trust => Some(SearchSort::Trust),
        Sort::Price if max_price.is_none() => return Err(Failure::usage("--sort price needs --max-price")),
        Sort::Price => Some(SearchSort::Price),
    };
    let min_trust = min_trust.zip(value.clone()).map(|(score, value)| TrustFloor { score, value });
    Ok(SearchQuery {
        text,
        capability,
        organisation,
        schema,
        language,
        availability,
        max_price,
        min_trust,
        value,
        sort,
        ..SearchQuery::default()
    })
}

/// The first so many, page by page, and the last page without them.
async fn find(
    context: &Context,
    mut query: SearchQuery,
    limit: usize,
) -> Outcome<(Vec<AgentHit>, AgentPage)> {
    // Trust is seen through somebody's eyes; everything else is told to everybody.
    let party = if query.value.is_some() { Some(context.agent().await?) } else { None };
    let client = context.client().await?;
    let mut hits: Vec<AgentHit> = Vec::new();
    loop {
        query.page_size = Some(limit.saturating_sub(hits.len()).clamp(1, PAGE));
        let mut page = match &party {
            Some(party) => party.search(&query).await?,
            None => client.search(&query).await?,
        };
        hits.append(&mut page.agents);
        query.page_token.clone_from(&page.next_page_token);
        if hits.len() >= limit || page.next_page_token.is_none() {
            return Ok((hits, page));
        }
    }
}

/// The name of an agent, marked where it looks like another organisation's.
fn called(hit: &AgentHit) -> Text {
    let name = words::line(&hit.name, 30);
    if hit.mistakable_for.is_empty() { name.into() } else { Text::of(Paint::Bad, format_args!("! {name}")) }
}

fn show(page: &mut Page, hits: &[AgentHit], last: &AgentPage) {
    let trusted = last.trust.is_some();
    let row = |hit: &AgentHit| {
        let mut row = vec![
            Text::of(Paint::Strong, words::agent(&hit.agent)),
            called(hit),
            list(hit.capabilities.iter()).into(),
            hit.price.as_ref().map_or_else(|| Text::from("-"), |price| terms::money(price).into()),
            hit.relevance.to_string().into(),
        ];
        if trusted {
            let trust = hit.trust.as_ref();
            row.push(
                trust.map_or_else(|| "-".into(), |it| format!("{} (level {})", it.score, it.level).into()),
            );
        }
        row.push(Text::of(Paint::Dim, hit.reasons.join("; ")));
        row
    };
    let mut header = vec!["AGENT", "NAME", "CAN", "FROM", "RELEVANCE"];
    header.extend(trusted.then_some("TRUST"));
    header.push("WHY");
    page.table(header, hits.iter().map(row).collect(), "");
    for hit in hits.iter().filter(|hit| !hit.mistakable_for.is_empty()) {
        let (agent, others) = (words::agent(&hit.agent), list(hit.mistakable_for.iter()));
        page.line(Text::of(Paint::Bad, format_args!("CAUTION: {agent} could be mistaken for {others}")));
    }
    if let Some(asked) = &last.trust {
        page.gap();
        page.field("trust for a deal of", terms::money(&asked.value));
        page.field("as seen by", asked.observer.to_string());
        page.field("as of", format!("{}, log of {} entries", words::instant(asked.instant), asked.prefix.0));
    }
}
