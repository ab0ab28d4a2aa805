//! The registry: who fits what is asked, and how far each can be trusted; two numbers that never become one.
//!
//! Ranking happens in memory, trust is computed within a bound, and what is shown is read last.

mod saved;
pub(crate) mod scores;
mod token;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use asp_client::api::{AgentHit, AgentPage, HitTrust, SearchQuery, SearchSort, TrustAsked};
use asp_core::position::{LogTime, Position};
use asp_core::rejection::Code;
use asp_core::trust::{Level, Points};
use asp_store::{AgentNumber, AgentQuery, Among, FoundAgent, Order, Ranked, Reader};

use crate::auth::Credentials;
use crate::http::App;
use crate::http::problem::Denial;
use crate::prober::told;
pub(crate) use saved::{Followed, Saved};
pub(crate) use scores::Scores;
use scores::{Asked, Known};
use token::{Place, Token};

/// Bytes of the longest text that is searched for.
const TEXT_BYTES_MAX: usize = 256;
/// Agents of the largest page; a description can have 4 KiB.
const PAGE_MAX: usize = 200;
/// How long a search waits for the index to see a position.
const AFTER_MAX: Duration = Duration::from_secs(2);
/// How long a search that asks for no position waits for the index to have seen the whole log.
const BEHIND_MAX: Duration = Duration::from_millis(100);
/// Points that a session can ask for at most, and so a search.
const SCORE_MAX: u32 = 100;

/// Answers a search.
///
/// # Errors
/// That the query is none, that trust is asked by nobody in particular, or that the index is not ready.
pub(crate) async fn search(
    app: Arc<App>,
    credentials: Option<Credentials>,
    asked: SearchQuery,
) -> Result<AgentPage, Denial> {
    let query = query(&asked)?;
    let token = asked.page_token.as_deref().map(str::parse::<Token>).transpose();
    let token = token.map_err(|_| Code::InvalidQuery)?;
    wait_for(&app, asked.after).await?;
    let class = asked.value.clone().or_else(|| asked.min_trust.as_ref().map(|floor| floor.value.clone()));
    // ASP-REG-006
    let Some(class) = class else { return without_trust(app, query, token).await };
    // ASP-REG-007
    let pinned = token.map(|token| token.pinned.ok_or(Code::InvalidQuery)).transpose()?;
    let place = token.map(|token| token.place);
    let instant = app.clock.now();
    let turn = Arc::clone(&app.assessing).acquire_owned().await.map_err(|_| Denial::Stopping)?;
    let known = {
        let app = Arc::clone(&app);
        let credentials = credentials.ok_or(Code::Unauthenticated)?;
        let scores = Arc::clone(&app.scores);
        let read = move |reader: &Reader<'_>, access: &crate::auth::Access| {
            let observer = access.tenant.organisation();
            scores.catch_up(reader)?;
            let asked = scores.ask(reader, observer, class, instant, pinned)?;
            asked.ok_or_else(|| Denial::from(Code::InvalidQuery))
        };
        app.read_as(credentials, read).await?
    };
    let (of_thread, floor) = (Arc::clone(&app), asked.min_trust.as_ref().map(|floor| floor.score));
    let sort = asked.sort.unwrap_or_default();
    let compute = tokio::task::spawn_blocking(move || {
        // It goes on when who asked has gone, and so does its turn.
        let _turn = turn;
        let scores = Arc::clone(&of_thread.scores);
        scores.with(|scores| with_trust(&of_thread, scores, known, query, floor, sort, place))
    });
    let (query, answer) = compute.await.map_err(|_| Denial::Internal)??;
    show(&app, query, answer).await
}

/// What a search found, before anything is read of it.
struct Answer {
    ranked: Vec<Ranked>,
    total: u64,
    size: u64,
    next: Option<Token>,
    trust: Option<(Asked, BTreeMap<AgentNumber, Points>, Points)>,
    truncated: bool,
}

/// The query of the index; bounded.
pub(crate) fn query(asked: &SearchQuery) -> Result<AgentQuery, Denial> {
    let SearchQuery { text, capability, organisation, schema, language, availability, .. } = asked.clone();
    let fits = text.as_ref().is_none_or(|text| text.len() <= TEXT_BYTES_MAX)
        && asked.min_trust.as_ref().is_none_or(|floor| (1..=SCORE_MAX).contains(&floor.score))
        && (asked.sort != Some(SearchSort::Trust) || asked.value.is_some() || asked.min_trust.is_some());
    let order = match asked.sort.unwrap_or_default() {
        SearchSort::Relevance | SearchSort::Trust => Order::Relevance,
        SearchSort::Price => Order::Price,
    };
    if !fits || (order == Order::Price && asked.max_price.is_none()) {
        return Err(Code::InvalidQuery.into());
    }
    Ok(AgentQuery {
        capability,
        text,
        organisation,
        schema,
        language,
        availability,
        price_max: asked.max_price.clone(),
        order,
        limit: crate::http::page_size(asked.page_size, PAGE_MAX)?,
        ..AgentQuery::default()
    })
}

/// Waits until the index has seen a position of the log that is there, or for a moment until it has seen all of it
/// (ASP-REG-008).
async fn wait_for(app: &App, after: Option<Position>) -> Result<(), Denial> {
    let size = *app.store.watch().borrow();
    let wanted = match after {
        Some(Position(after)) if after >= size => return Err(Code::InvalidQuery.into()),
        Some(Position(after)) => after.saturating_add(1),
        None => size,
    };
    let mut seen = app.store.search_size();
    let reached = seen.wait_for(|seen| seen.is_some_and(|seen| seen >= wanted));
    let longest = if after.is_some() { AFTER_MAX } else { BEHIND_MAX };
    match tokio::time::timeout(longest, reached).await {
        Ok(Ok(_)) => Ok(()),
        // Who asks for no position takes what is there.
        Ok(Err(_)) | Err(_) if after.is_none() => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Denial::Full),
    }
}

async fn without_trust(
    app: Arc<App>,
    mut query: AgentQuery,
    token: Option<Token>,
) -> Result<AgentPage, Denial> {
    query.after = match token {
        None => None,
        Some(Token { pinned: None, place: Place::Ranked(cursor) }) => Some(cursor),
        Some(_) => return Err(Code::InvalidQuery.into()),
    };
    // In memory, and less than what reading the page costs; but a broad question of a large registry takes milliseconds.
    let of_thread = Arc::clone(&app);
    let rank = move || of_thread.store.rank_agents(&query).map(|ranking| (query, ranking));
    let ranked = tokio::task::spawn_blocking(rank).await.map_err(|_| Denial::Internal)?;
    let (query, ranking) = ranked.ok_or(Denial::Full)?;
    let next = ranking.next.map(|cursor| Token { pinned: None, place: Place::Ranked(cursor) });
    let answer = Answer {
        ranked: ranking.agents,
        total: ranking.total,
        size: ranking.size,
        next,
        trust: None,
        truncated: false,
    };
    show(&app, query, answer).await
}

/// A page with scores, of those who have the least trust that is asked for.
fn with_trust(
    app: &App,
    scores: &mut Known,
    asked: Asked,
    mut query: AgentQuery,
    floor: Option<u32>,
    sort: SearchSort,
    place: Option<Place>,
) -> Result<(AgentQuery, Answer), Denial> {
    let by_trust = sort == SearchSort::Trust;
    let base = scores.base(&asked);
    let least = floor.map(|floor| i64::from(floor) * 1000);
    let enough = |points: Points| least.is_none_or(|least| points.thousandths() >= least);
    let debtors = scores.debtors(&asked);
    // Everybody on a page can be somebody whose points have to be computed.
    query.limit = query.limit.min(scores.computed_max());
    let mut truncated = false;
    let mut head: Vec<(Ranked, Points)> = Vec::new();
    if by_trust || floor.is_some() {
        // Whoever owed nothing has the points of a newcomer; only the others are computed, best first, so many at most.
        let first = AgentQuery {
            among: Among::These(debtors.clone()),
            order: Order::Relevance,
            limit: scores.computed_max(),
            ..query.clone()
        };
        let ranking = app.store.rank_agents(&first).ok_or(Denial::Full)?;
        truncated = ranking.next.is_some();
        head = ranking.agents.into_iter().map(|place| (place, scores.score(&asked, place.number))).collect();
        head.retain(|(_, points)| enough(*points));
    }
    let mut answer = if by_trust {
        // Stable: equal points keep the order of relevance.
        head.sort_by_key(|(_, points)| std::cmp::Reverse(*points));
        query.among = if enough(base) { Among::Others(debtors) } else { Among::These(Vec::new()) };
        by_points(app, &mut query, &head, base, place)?
    } else {
        let passed = |head: &[(Ranked, Points)]| head.iter().map(|(place, _)| place.number).collect();
        query.among = match floor {
            None => Among::All,
            Some(_) if enough(base) => {
                let passed: std::collections::BTreeSet<AgentNumber> = passed(&head);
                Among::Others(debtors.into_iter().filter(|debtor| !passed.contains(debtor)).collect())
            }
            Some(_) => Among::These(passed(&head).into_iter().collect()),
        };
        query.after = match place {
            None => None,
            Some(Place::Ranked(cursor)) => Some(cursor),
            Some(Place::Above(_) | Place::Middle | Place::Below(_)) => return Err(Code::InvalidQuery.into()),
        };
        let ranking = app.store.rank_agents(&query).ok_or(Denial::Full)?;
        let next = ranking.next.map(|cursor| Token { pinned: None, place: Place::Ranked(cursor) });
        Answer {
            ranked: ranking.agents,
            total: ranking.total,
            size: ranking.size,
            next,
            trust: None,
            truncated: false,
        }
    };
    let numbers = answer.ranked.iter().map(|place| place.number);
    let points = numbers.map(|number| (number, scores.score(&asked, number))).collect();
    answer.next = answer.next.map(|next| Token { pinned: Some(asked.pin()), ..next });
    (answer.trust, answer.truncated) = (Some((asked, points, base)), truncated);
    Ok((query, answer))
}

/// A page of those with more points than a newcomer, then the newcomers, then those with fewer.
fn by_points(
    app: &App,
    query: &mut AgentQuery,
    head: &[(Ranked, Points)],
    base: Points,
    place: Option<Place>,
) -> Result<Answer, Denial> {
    let above = head.partition_point(|(_, points)| *points >= base);
    let (above, below) = head.split_at_checked(above).unwrap_or((head, &[]));
    let limit = query.limit;
    let mut ranked = Vec::new();
    let mut place = place.unwrap_or(Place::Above(0));
    if let Place::Above(from) = place {
        let rest = above.get(from..).ok_or(Code::InvalidQuery)?;
        ranked.extend(rest.iter().take(limit).map(|(ranked, _)| *ranked));
        place = if rest.len() > limit { Place::Above(from + limit) } else { Place::Middle };
    }
    query.after = match place {
        Place::Ranked(cursor) => Some(cursor),
        Place::Above(_) | Place::Middle | Place::Below(_) => None,
    };
    query.limit = limit - ranked.len();
    let middle = app.store.rank_agents(query).ok_or(Denial::Full)?;
    let total = middle.total + head.len() as u64;
    if matches!(place, Place::Middle | Place::Ranked(_)) {
        place = match middle.next {
            Some(cursor) => Place::Ranked(cursor),
            // A page that is full already says nothing of those who would come next.
            None if query.limit == 0 && middle.total > 0 => Place::Middle,
            None => Place::Below(0),
        };
        ranked.extend(middle.agents);
    }
    let mut next = Some(place);
    if let Place::Below(from) = place {
        let rest = below.get(from..).ok_or(Code::InvalidQuery)?;
        let room = limit - ranked.len();
        ranked.extend(rest.iter().take(room).map(|(ranked, _)| *ranked));
        next = (rest.len() > room).then_some(Place::Below(from + room));
    }
    let next = next.map(|place| Token { pinned: None, place });
    Ok(Answer { ranked, total, size: middle.size, next, trust: None, truncated: false })
}

/// Reads what is shown of those who were found.
async fn show(app: &Arc<App>, query: AgentQuery, answer: Answer) -> Result<AgentPage, Denial> {
    let Answer { ranked, total, size, next, trust, truncated } = answer;
    let probes = Arc::clone(&app.probes);
    let read = move |reader: &Reader<'_>| {
        let found = reader.agents_ranked(&query, &ranked)?;
        let seen = probes.of(found.iter().map(|found| &found.agent))?;
        Ok((found, seen))
    };
    let (found, seen) = app.reads.run(read).await?;
    let trust_of = |number: AgentNumber| {
        let (_, points, base) = trust.as_ref()?;
        let points = points.get(&number).copied().unwrap_or(*base);
        Some(HitTrust { score: points.to_string(), level: Level::of(points).number() })
    };
    let shown = |found: FoundAgent| {
        let last_answer = seen.get(&found.agent).and_then(|probe| probe.answered);
        AgentHit { last_answer, ..hit(trust_of(found.place.number), found) }
    };
    let agents = found.into_iter().map(shown).collect();
    let trust = trust.map(|(asked, _, _)| asked.told());
    Ok(AgentPage {
        agents,
        total,
        size,
        trust,
        truncated,
        next_page_token: next.map(|next| next.to_string()),
    })
}

/// What is shown of an agent that was found.
pub(crate) fn hit(trust: Option<HitTrust>, found: FoundAgent) -> AgentHit {
    let FoundAgent { agent, card, place, reasons, mistakable_for } = found;
    AgentHit {
        agent,
        name: card.name.to_string(),
        description: card.description.to_string(),
        capabilities: card.capabilities,
        availability: card.availability,
        languages: card.languages,
        price: card.price,
        schemas: card.schemas,
        mistakable_for,
        set_at: place.set_at,
        relevance: place.relevance,
        trust,
        standing: told(place.standing),
        last_answer: None,
        reasons,
    }
}

impl Asked {
    /// As it is told beside the scores.
    fn told(self) -> TrustAsked {
        let Self { observer, class, outlook, instant, prefix } = self;
        TrustAsked { observer, value: class, outlook, instant, prefix: Position(prefix) }
    }

    /// What the further pages are asked with.
    const fn pin(&self) -> (LogTime, u64) {
        (self.instant, self.prefix)
    }
}
