//! How well an agent fits a query, in points, and the page that follows from it.
//!
//! Every point comes from a set that an agent is in or not, so those with equal points are a set too: ranking is
//! intersecting sets, and no agent is looked at that is not on the page. Trust has no part in it.

use std::collections::BTreeMap;

use asp_core::amount::Currency;
use asp_core::position::Position;
use asp_core::statement::body::{Availability, Card};
use roaring::RoaringBitmap;

use super::index::Index;
use super::query::{AgentCursor, AgentNumber, AgentQuery, Among, Order, Ranked, Ranking, Standing};
use super::words::words;

/// Words of one query that are looked at; those after them are left out.
const QUERY_WORDS_MAX: usize = 8;

/// Points for what is asked for: capability and text share them. The very capability, or each word in name or
/// capabilities, has all of them.
const ASKED: u8 = 80;
/// Points for availability: available, not said, busy, away.
const AVAILABLE: u8 = 10;
const UNSAID: u8 = 6;
const BUSY: u8 = 3;
/// Points for an agent that answered when it was asked last, and for one that nobody has asked.
const ANSWERING: u8 = 10;
const UNASKED: u8 = 6;

/// Finds a page.
pub(super) fn find(index: &Index, query: &AgentQuery) -> Ranking {
    if query.set_after.is_some_and(|after| !has_news(index, query, after)) {
        return Ranking { agents: Vec::new(), total: 0, size: index.size, next: None };
    }
    let asked = Asked::of(index, query);
    let fitting = asked.fitting(index, query);
    let total = fitting.len();
    // One more than the page tells whether another follows.
    let wanted = query.limit.saturating_add(1);
    // ASP-REG-004
    let mut agents = match query.order {
        Order::Relevance => by_relevance(index, &asked, fitting, query.after, wanted),
        Order::Price => {
            let currency = query.price_max.as_ref().map(|price| &price.currency);
            currency.map_or_else(Vec::new, |it| by_price(index, &asked, &fitting, it, query.after, wanted))
        }
        Order::Position => by_position(index, &asked, &fitting, query.after, wanted),
    };
    let more = agents.len() > query.limit;
    agents.truncate(query.limit);
    let next = agents.last().filter(|_| more).map(|last| last.cursor);
    Ranking { agents, total, size: index.size, next }
}

/// Whether anybody listed after a position fits what costs most to ask of all: who follows a search asks this whenever
/// somebody is listed, and most are not for it.
fn has_news(index: &Index, query: &AgentQuery, after: Position) -> bool {
    let mut some = index.listed_after(after.0);
    if let Some(capability) = &query.capability {
        some = index.offering_among(&some, capability);
    }
    let mut text = query.text.as_deref().map(words).unwrap_or_default();
    text.truncate(QUERY_WORDS_MAX);
    for word in &text {
        some = index.with_word_among(&some, word);
    }
    !some.is_empty()
}

/// A query with the sets that it names.
struct Asked {
    /// Those that offer the very capability, and those that offer it or one below.
    capability: Option<[RoaringBitmap; 2]>,
    /// For each word: what it is worth, and the sets of [`Index::with_word`].
    words: Vec<(u8, [RoaringBitmap; 3])>,
    /// Points of the capability, if one is asked for.
    of_capability: u8,
    /// Points that nobody has to earn, since nothing is asked for.
    for_nothing: u8,
}

impl Asked {
    fn of(index: &Index, query: &AgentQuery) -> Self {
        let capability = query.capability.as_ref().map(|it| index.offering(it)).map(<[_; 2]>::from);
        let mut text = query.text.as_deref().map(words).unwrap_or_default();
        text.truncate(QUERY_WORDS_MAX);
        let sets: Vec<_> = text.iter().map(|word| index.with_word(word)).collect();
        let (of_capability, of_text, for_nothing) = match (capability.is_some(), sets.is_empty()) {
            (true, true) => (ASKED, 0, 0),
            (true, false) => (ASKED / 2, ASKED - ASKED / 2, 0),
            (false, false) => (0, ASKED, 0),
            (false, true) => (0, 0, ASKED),
        };
        let rarity = |[_, _, begun]: &[RoaringBitmap; 3]| rarity(index.count(), index.count_among(begun));
        let rarities: Vec<u32> = sets.iter().map(rarity).collect();
        let words = shares(of_text, &rarities).into_iter().zip(sets).collect();
        Self { capability, words, of_capability, for_nothing }
    }

    /// Everybody who fits all that is asked (ASP-REG-003).
    fn fitting(&self, index: &Index, query: &AgentQuery) -> RoaringBitmap {
        let mut fitting = index.findable();
        if let Some([_, within]) = &self.capability {
            fitting &= within;
        }
        for (_, [_, _, begun]) in &self.words {
            fitting &= begun;
        }
        if let Some(domain) = &query.organisation {
            fitting &= index.of_organisation(domain);
        }
        if let Some(schema) = &query.schema {
            fitting &= index.speaking(schema);
        }
        if let Some(language) = &query.language {
            fitting &= index.in_language(language.as_str());
        }
        if let Some(availability) = query.availability {
            fitting &= index.available(availability);
        }
        if let Some(price) = &query.price_max {
            fitting = index.priced_up_to(&fitting, price);
        }
        if let Some(position) = query.set_after {
            fitting.remove_range(..index.first_after(position.0));
        }
        let numbers = |agents: &[AgentNumber]| -> RoaringBitmap {
            agents.iter().filter_map(|agent| index.number(agent.0)).collect()
        };
        match &query.among {
            Among::All => {}
            Among::These(agents) => fitting &= numbers(agents),
            Among::Others(agents) => fitting -= numbers(agents),
        }
        fitting
    }

    /// Those among `some` with equal points, by points (ASP-REG-005, ASP-REG-009).
    fn ranks(&self, index: &Index, some: RoaringBitmap) -> Ranks {
        let mut ranks = Ranks(BTreeMap::from([(self.for_nothing, some)]));
        if let Some([exact, _]) = &self.capability {
            ranks.raise(exact, self.of_capability, self.of_capability / 2);
        }
        for (points, [leading, whole, _]) in &self.words {
            // A word that is only begun has half of its points, a whole one three quarters, one in the name all.
            let (half, more) = (points / 2, points - points / 2);
            ranks.raise(whole, half + more / 2, half);
            ranks.raise(leading, more - more / 2, 0);
        }
        let [busy, away] = [Availability::Busy, Availability::Away].map(|it| index.available(it));
        ranks.raise(index.available(Availability::Available), AVAILABLE - UNSAID, 0);
        ranks.raise(&(busy | away), 0, UNSAID);
        ranks.raise(busy, BUSY, 0);
        let [answering, stale] = [Standing::Answering, Standing::Stale].map(|it| index.standing_as(it));
        ranks.raise(answering, ANSWERING - UNASKED, 0);
        ranks.raise(stale, 0, UNASKED);
        ranks.halve(stale);
        ranks
    }
}

/// How rare a word is: one point, and one for each halving of all agents.
const fn rarity(all: u64, with_it: u64) -> u32 {
    match all.checked_div(with_it) {
        Some(times) if times > 0 => 1 + times.ilog2(),
        Some(_) | None => 1,
    }
}

/// Points divided by weight; what does not divide goes to the first.
fn shares(points: u8, weights: &[u32]) -> Vec<u8> {
    let sum = weights.iter().sum::<u32>().max(1);
    let share = |weight: &u32| u8::try_from(u32::from(points) * weight / sum).unwrap_or(points);
    let mut shares: Vec<u8> = weights.iter().map(share).collect();
    let rest = points.saturating_sub(shares.iter().sum());
    if let Some(first) = shares.first_mut() {
        *first += rest;
    }
    shares
}

/// Sets without a common member, by the points that their members have.
struct Ranks(BTreeMap<u8, RoaringBitmap>);

impl Ranks {
    /// Gives points to the members of a set, and others to everybody else.
    fn raise(&mut self, set: &RoaringBitmap, points: u8, others: u8) {
        self.change(set, |have| have.saturating_add(points), |have| have.saturating_add(others));
    }

    /// Halves the points of a set's members.
    fn halve(&mut self, set: &RoaringBitmap) {
        self.change(set, |have| have / 2, |have| have);
    }

    fn change(&mut self, set: &RoaringBitmap, inside: impl Fn(u8) -> u8, outside: impl Fn(u8) -> u8) {
        for (points, some) in std::mem::take(&mut self.0) {
            let within = &some & set;
            let without = some - set;
            for (points, some) in [(inside(points), within), (outside(points), without)] {
                if !some.is_empty() {
                    *self.0.entry(points).or_default() |= some;
                }
            }
        }
    }

    fn of(&self, number: u32) -> u8 {
        let has = self.0.iter().find(|(_, some)| some.contains(number));
        has.map_or(0, |(points, _)| *points)
    }
}

fn ranked(index: &Index, number: u32, relevance: u8, first: u128) -> Ranked {
    let set_at = Position(index.set_at(number));
    let agent = AgentNumber(index.name(number));
    Ranked {
        number: agent,
        set_at,
        relevance,
        standing: index.standing(number),
        cursor: AgentCursor { first, set_at },
    }
}

fn by_relevance(
    index: &Index,
    asked: &Asked,
    fitting: RoaringBitmap,
    after: Option<AgentCursor>,
    wanted: usize,
) -> Vec<Ranked> {
    let mut agents = Vec::new();
    for (relevance, some) in asked.ranks(index, fitting).0.iter().rev() {
        let first = u128::from(100u8.saturating_sub(*relevance));
        let from = match after {
            Some(cursor) if cursor.first > first => continue,
            Some(cursor) if cursor.first == first => index.first_after(cursor.set_at.0),
            Some(_) | None => 0,
        };
        let room = wanted.saturating_sub(agents.len());
        agents.extend(some.range(from..).take(room).map(|number| ranked(index, number, *relevance, first)));
        if agents.len() >= wanted {
            break;
        }
    }
    agents
}

fn by_position(
    index: &Index,
    asked: &Asked,
    fitting: &RoaringBitmap,
    after: Option<AgentCursor>,
    wanted: usize,
) -> Vec<Ranked> {
    let from = after.map_or(0, |cursor| index.first_after(cursor.set_at.0));
    let page: RoaringBitmap = fitting.range(from..).take(wanted).collect();
    let ranks = asked.ranks(index, page.clone());
    page.iter().map(|number| ranked(index, number, ranks.of(number), 0)).collect()
}

fn by_price(
    index: &Index,
    asked: &Asked,
    fitting: &RoaringBitmap,
    currency: &Currency,
    after: Option<AgentCursor>,
    wanted: usize,
) -> Vec<Ranked> {
    let mut page: Vec<(AgentCursor, u32)> = Vec::new();
    for some in index.by_price(fitting, currency) {
        let place = |number| {
            let (_, nanos) = index.price(number)?;
            Some((AgentCursor { first: *nanos, set_at: Position(index.set_at(number)) }, number))
        };
        let mut places: Vec<_> = some.iter().filter_map(place).collect();
        places.retain(|(cursor, _)| after.is_none_or(|after| *cursor > after));
        places.sort_unstable();
        page.extend(places);
        if page.len() >= wanted {
            break;
        }
    }
    page.truncate(wanted);
    let ranks = asked.ranks(index, page.iter().map(|(_, number)| *number).collect());
    page.iter().map(|(at, number)| ranked(index, *number, ranks.of(*number), at.first)).collect()
}

/// Why an agent stands where it stands.
pub(super) fn reasons(query: &AgentQuery, card: &Card, standing: Standing) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(asked) = &query.capability {
        let offered = &card.capabilities;
        match offered.get(asked).or_else(|| offered.iter().find(|offer| offer.is_within(asked))) {
            Some(offer) if offer == asked => reasons.push(format!("offers {asked}")),
            Some(offer) => reasons.push(format!("offers {offer}, which lies within {asked}")),
            None => {}
        }
    }
    let mut text = query.text.as_deref().map(words).unwrap_or_default();
    text.truncate(QUERY_WORDS_MAX);
    if !text.is_empty() {
        reasons.push(format!("has the words {}", text.join(", ")));
    }
    if let (Some(_), Some(price)) = (&query.price_max, &card.price) {
        reasons.push(format!("offers from {price}"));
    }
    match card.availability {
        Some(Availability::Available) => reasons.push("is available".to_owned()),
        Some(Availability::Busy) => reasons.push("is busy".to_owned()),
        Some(Availability::Away) => reasons.push("is away".to_owned()),
        None => {}
    }
    match standing {
        Standing::Answering => reasons.push("answers".to_owned()),
        Standing::Stale => reasons.push("did not answer lately".to_owned()),
        Standing::Unknown | Standing::Gone => {}
    }
    if reasons.is_empty() {
        reasons.push("is registered here".to_owned());
    }
    reasons
}
