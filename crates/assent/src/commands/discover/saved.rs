//! `assent discover saved`, `watch`, `forget`: searches that are kept at the node. Where each was read up to is
//! remembered in the user's home.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use asp_client::api::{AgentHit, NewSearch, SavedSearchView, SearchQuery, SearchSort};
use asp_client::{AgentParty, OrganisationParty};
use asp_core::position::Position;
use asp_core::statement::body::Availability;
use futures::StreamExt;
use futures::stream::BoxStream;

use crate::cli::WatchSearch;
use crate::commands::agent::list as listed;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::private_folder;
use crate::page::{Paint, Text};
use crate::{terms, words};

/// The folder in the home with a file for each search that was followed.
const FOLLOWED: &str = "followed";

/// Whose searches are meant.
enum Saver {
    Agent(AgentParty),
    Organisation(OrganisationParty),
}

impl Saver {
    /// The organisation, if `--as` names one, else the agent that speaks.
    async fn of(context: &Context) -> Outcome<Self> {
        if context.options().identity.as_ref().is_some_and(|identity| identity.agent().is_none()) {
            return Ok(Self::Organisation(context.organisation().await?));
        }
        Ok(Self::Agent(context.agent().await?))
    }

    async fn searches(&self) -> Outcome<Vec<SavedSearchView>> {
        Ok(match self {
            Self::Agent(agent) => agent.saved_searches().await?,
            Self::Organisation(organisation) => organisation.saved_searches().await?,
        })
    }

    /// The search of this name, or whose id begins like this.
    async fn search(&self, name: &str) -> Outcome<SavedSearchView> {
        let all = self.searches().await?;
        let named: Vec<_> = all.iter().filter(|search| search.name == name).collect();
        let begun: Vec<_> = all.iter().filter(|search| search.id.starts_with(name)).collect();
        match (&named[..], &begun[..]) {
            ([only], _) | ([], [only]) => Ok((*only).clone()),
            ([], []) => Err(Failure::no(format_args!("no saved search is called {name}"))
                .hint("`assent discover saved` lists them; `--save NAME` keeps one.")),
            ([_, _, ..], _) | ([], [_, _, ..]) => {
                Err(Failure::usage(format_args!("{name} means several searches"))
                    .hint("Give the first digits of its id, from `assent discover saved`."))
            }
        }
    }

    fn follow(
        &self,
        id: &str,
        after: Option<Position>,
    ) -> BoxStream<'static, Result<AgentHit, asp_client::Error>> {
        match self {
            Self::Agent(agent) => agent.follow_search(id, after).boxed(),
            Self::Organisation(organisation) => organisation.follow_search(id, after).boxed(),
        }
    }
}

/// Keeps a search at the node.
///
/// # Errors
/// That another has the name, or there are as many as may be.
pub(super) async fn save(context: &Context, search: NewSearch) -> Outcome {
    let saved = match Saver::of(context).await? {
        Saver::Agent(agent) => agent.save_search(&search).await?,
        Saver::Organisation(organisation) => organisation.save_search(&search).await?,
    };
    let follow = Text::from("Saved. Follow it: ");
    context.printer.say(follow.and(Paint::Accent, format_args!("assent discover watch {}", saved.name)));
    Ok(())
}

/// Lists the searches that are kept.
///
/// # Errors
/// Why they cannot be read.
pub(super) async fn list(context: &Context) -> Outcome {
    let searches = Saver::of(context).await?.searches().await?;
    context.printer.show_all(&searches, |page| {
        let row = |search: &SavedSearchView| {
            vec![
                Text::of(Paint::Strong, &search.name),
                wanted(&search.query).into(),
                words::issuer(&search.saved_by).into(),
                Text::of(Paint::Dim, words::instant(search.saved_at)),
                Text::of(Paint::Dim, search.id.get(..12).unwrap_or_default()),
            ]
        };
        let header = vec!["NAME", "LOOKS FOR", "SAVED BY", "SAVED", "ID"];
        page.table(header, searches.iter().map(row).collect(), "no saved searches");
    });
    Ok(())
}

/// Forgets a search, and where it was read up to.
///
/// # Errors
/// That there is none of this name.
pub(super) async fn forget(context: &Context, name: &str) -> Outcome {
    let saver = Saver::of(context).await?;
    let search = saver.search(name).await?;
    match &saver {
        Saver::Agent(agent) => agent.forget_search(&search.id).await?,
        Saver::Organisation(organisation) => organisation.forget_search(&search.id).await?,
    }
    let _ = std::fs::remove_file(place(context, &search.id)?);
    context.printer.show(&search, |page| {
        page.line(Text::from("Forgotten: ").strong(&search.name));
    });
    Ok(())
}

/// Tells of agents that are new to a search, as they come.
///
/// # Errors
/// That there is no search of this name, or that the node tells nothing more.
pub(super) async fn watch(context: &Context, args: WatchSearch) -> Outcome {
    let WatchSearch { name, after, limit, idle } = args;
    let saver = Saver::of(context).await?;
    let search = saver.search(&name).await?;
    let place = place(context, &search.id)?;
    let after = after.map(Position).or_else(|| stopped_at(&place));
    context
        .printer
        .say(Text::of(Paint::Dim, format_args!("Following {}: {}", search.name, wanted(&search.query))));
    let mut news = pin!(saver.follow(&search.id, after));
    let idle = idle.map(|span| Duration::from_millis(span.0));
    let mut count = 0;
    while limit.is_none_or(|limit| count < limit) {
        let next = match idle {
            Some(idle) => match tokio::time::timeout(idle, news.next()).await {
                Ok(next) => next,
                Err(_) => break,
            },
            None => news.next().await,
        };
        let Some(hit) = next else { break };
        let hit = hit?;
        context.printer.show(&hit, |page| {
            page.line(told(&hit));
        });
        stop_at(&place, hit.set_at)?;
        count += 1;
    }
    Ok(())
}

fn told(hit: &AgentHit) -> Text {
    let mut text = Text::of(Paint::Dim, format_args!("{:>6}  ", hit.set_at)).strong(words::agent(&hit.agent));
    text =
        text.plain(format_args!("  {}  ", words::line(&hit.name, 30))).plain(listed(hit.capabilities.iter()));
    if let Some(price) = &hit.price {
        text = text.plain(format_args!("  from {}", terms::money(price)));
    }
    if let Some(trust) = &hit.trust {
        text = text.plain(format_args!("  trust {} (level {})", trust.score, trust.level));
    }
    text.dim(format_args!("  {}", hit.reasons.join("; ")))
}

const fn availability(availability: Availability) -> &'static str {
    match availability {
        Availability::Available => "available",
        Availability::Busy => "busy",
        Availability::Away => "away",
    }
}

/// What a search looks for, in words.
fn wanted(query: &SearchQuery) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(query.text.as_ref().map(|text| format!("\"{text}\"")));
    words.extend(query.capability.as_ref().map(|it| format!("can {it}")));
    words.extend(query.organisation.as_ref().map(|it| format!("of {it}")));
    words.extend(query.schema.as_ref().map(|it| format!("speaks {it}")));
    words.extend(query.language.as_ref().map(|it| format!("in {it}")));
    words.extend(query.availability.map(|it| availability(it).to_owned()));
    words.extend(query.max_price.as_ref().map(|it| format!("from {} or less", terms::money(it))));
    let floor = query.min_trust.as_ref();
    words.extend(floor.map(|it| format!("trust {} for {}", it.score, terms::money(&it.value))));
    words.extend(match query.sort {
        Some(SearchSort::Price) => Some("cheapest first".to_owned()),
        Some(SearchSort::Trust) => Some("most trusted first".to_owned()),
        Some(SearchSort::Relevance) | None => None,
    });
    if words.is_empty() { "any agent".to_owned() } else { words.join(", ") }
}

/// The file that remembers where a search was read up to.
///
/// # Errors
/// That the node gave it a name that is none: it becomes one of a file.
fn place(context: &Context, id: &str) -> Outcome<PathBuf> {
    let plain = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !plain {
        return Err(Failure::fault("the node gave a search that has no id"));
    }
    Ok(context.home()?.folder().join(FOLLOWED).join(id))
}

fn stopped_at(place: &Path) -> Option<Position> {
    let text = std::fs::read_to_string(place).ok()?;
    text.trim().parse().ok().map(Position)
}

/// Remembers a place; whole or not at all.
fn stop_at(place: &Path, position: Position) -> Outcome {
    let write = || -> std::io::Result<()> {
        place.parent().map_or(Ok(()), private_folder)?;
        let beside = place.with_extension("new");
        std::fs::write(&beside, format!("{position}\n"))?;
        std::fs::rename(beside, place)
    };
    write().map_err(|error| Failure::fault(format_args!("{}: {error}", place.display())))
}
