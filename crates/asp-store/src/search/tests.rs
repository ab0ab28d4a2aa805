//! The index against a scan over all cards that knows no sets: whatever was listed, changed and struck off, and
//! whatever is asked, both give the same pages.

use std::collections::BTreeSet;

use asp_core::amount::Money;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, Position};
use asp_core::statement::body::{Availability, Card};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::index::Index;
use super::query::{AgentCursor, AgentNumber, AgentQuery, Among, Order, Ranking, Standing};
use super::rank;

const CAPABILITIES: [&str; 8] = [
    "provision",
    "provision.compute",
    "provision.compute.gpu",
    "provision.computer",
    "translate",
    "translate.legal",
    "freight.sea",
    "freight.sea.cold",
];
const WORDS: [&str; 10] =
    ["gpu", "gpus", "graphics", "cards", "legal", "translations", "sea", "season", "Zürich", "am"];
const LANGUAGES: [&str; 5] = ["de", "de-AT", "en", "en-GB", "den"];
const PRICES: [&str; 6] = ["0 USD", "1 USD", "2.5 USD", "3 USD", "1000 USD", "2 EUR"];
const STANDINGS: [Standing; 4] = [Standing::Unknown, Standing::Answering, Standing::Stale, Standing::Gone];

/// What happens to an index.
#[derive(Debug, Clone)]
enum Event {
    Put(i64, Box<Card>),
    Retire(i64),
    Stand(i64, Standing),
}

/// What the scan knows of an agent.
struct Known {
    name: i64,
    set_at: u64,
    agent: AgentUri,
    card: Card,
    standing: Standing,
}

fn uri(name: i64) -> AgentUri {
    format!("agent://org{}.example/agents/a{name}", name % 3).parse().unwrap()
}

fn some<const N: usize>(
    texts: [&'static str; N],
    most: usize,
) -> impl Strategy<Value = BTreeSet<&'static str>> {
    vec(0..N, 0..=most).prop_map(move |picks| picks.into_iter().map(|pick| texts[pick]).collect())
}

fn schema() -> impl Strategy<Value = Hash> {
    (0u8..3).prop_map(|byte| Hash::from_bytes([byte; 32]))
}

fn availability() -> impl Strategy<Value = Availability> {
    prop_oneof![Just(Availability::Available), Just(Availability::Busy), Just(Availability::Away)]
}

fn card() -> impl Strategy<Value = Card> {
    let text =
        || vec(0..WORDS.len(), 1..4).prop_map(|picks| picks.iter().map(|it| WORDS[*it]).collect::<Vec<_>>());
    let price = option::of((0..PRICES.len()).prop_map(|pick| PRICES[pick].parse::<Money>().unwrap()));
    let sets = (some(CAPABILITIES, 3), some(LANGUAGES, 2), vec(schema(), 0..2));
    (text(), text(), sets, option::of(availability()), price).prop_map(
        |(name, description, (capabilities, languages, schemas), availability, price)| {
            let capabilities = capabilities.iter().map(|it| it.parse().unwrap()).collect();
            let (name, description) = (name.join(" "), description.join(", "));
            let mut card = Card::of(name.parse().unwrap(), description.parse().unwrap(), capabilities);
            card.languages = languages.iter().map(|it| it.parse().unwrap()).collect();
            card.schemas = schemas.into_iter().collect();
            (card.availability, card.price) = (availability, price);
            card
        },
    )
}

fn event() -> impl Strategy<Value = Event> {
    let name = 0i64..24;
    prop_oneof![
        6 => (name.clone(), card()).prop_map(|(name, card)| Event::Put(name, Box::new(card))),
        1 => name.clone().prop_map(Event::Retire),
        2 => (name, 0..4usize).prop_map(|(name, pick)| Event::Stand(name, STANDINGS[pick])),
    ]
}

fn query() -> impl Strategy<Value = AgentQuery> {
    let words = ["gpu", "gra", "sea", "legal", "zür", "a3", "example", "am", "a", "provision", "nothing"];
    let text = option::of(
        vec(0..words.len(), 0..3)
            .prop_map(move |picks| picks.iter().map(|pick| words[*pick]).collect::<Vec<_>>().join(" ")),
    );
    let capability = option::of((0..CAPABILITIES.len()).prop_map(|pick| CAPABILITIES[pick].parse().unwrap()));
    let organisation =
        option::weighted(0.2, (0..4).prop_map(|it| format!("org{it}.example").parse().unwrap()));
    let language =
        option::weighted(0.3, (0..LANGUAGES.len()).prop_map(|pick| LANGUAGES[pick].parse().unwrap()));
    let price = option::weighted(0.4, (0..PRICES.len()).prop_map(|pick| PRICES[pick].parse().unwrap()));
    let names = || vec((0i64..24).prop_map(AgentNumber), 0..12);
    let among = prop_oneof![
        4 => Just(Among::All),
        1 => names().prop_map(Among::These),
        1 => names().prop_map(Among::Others),
    ];
    let order = prop_oneof![3 => Just(Order::Relevance), 1 => Just(Order::Price), 1 => Just(Order::Position)];
    let facets = (option::weighted(0.2, schema()), option::weighted(0.2, availability()), language, price);
    let rest = (among, order, 1..6usize, option::weighted(0.2, (0u64..60).prop_map(Position)));
    (text, capability, organisation, facets, rest).prop_map(
        |(text, capability, organisation, (schema, availability, language, price_max), rest)| {
            let (among, order, limit, set_after) = rest;
            AgentQuery {
                capability,
                text,
                organisation,
                schema,
                language,
                availability,
                price_max,
                set_after,
                among,
                order,
                limit,
                after: None,
            }
        },
    )
}

/// The words of a text, spelt out for these texts.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn leading(known: &Known) -> Vec<String> {
    let capabilities = known.card.capabilities.iter().flat_map(|it| words(it.as_str()));
    words(known.card.name.as_str()).into_iter().chain(capabilities).collect()
}

fn all_words(known: &Known) -> Vec<String> {
    let rest = words(known.card.description.as_str()).into_iter().chain(words(known.agent.as_str()));
    // The scheme is no part of what is searched.
    let rest = rest.filter(|word| word != "agent");
    leading(known).into_iter().chain(rest).collect()
}

fn has(known: &Known, word: &str) -> bool {
    all_words(known).iter().any(|has| has == word || (word.chars().count() >= 3 && has.starts_with(word)))
}

fn fits(known: &Known, query: &AgentQuery) -> bool {
    let Known { name, set_at, agent, card, standing } = known;
    let speaks = |wanted: &str| {
        let (wanted, below) = (wanted.to_lowercase(), format!("{}-", wanted.to_lowercase()));
        let spoken = |it: &str| it == wanted || it.starts_with(&below);
        card.languages.iter().any(|it| spoken(&it.as_str().to_lowercase()))
    };
    let cheap = |most: &Money| {
        card.price.as_ref().is_some_and(|it| it.currency == most.currency && it.amount <= most.amount)
    };
    *standing != Standing::Gone
        && query
            .capability
            .as_ref()
            .is_none_or(|asked| card.capabilities.iter().any(|it| it.is_within(asked)))
        && query.text.as_deref().map(words).unwrap_or_default().iter().all(|word| has(known, word))
        && query.organisation.as_ref().is_none_or(|asked| agent.organisation() == *asked)
        && query.schema.is_none_or(|asked| card.schemas.contains(&asked))
        && query.language.as_ref().is_none_or(|asked| speaks(asked.as_str()))
        && query.availability.is_none_or(|asked| card.availability == Some(asked))
        && query.price_max.as_ref().is_none_or(cheap)
        && query.set_after.is_none_or(|after| *set_at > after.0)
        && match &query.among {
            Among::All => true,
            Among::These(agents) => agents.contains(&AgentNumber(*name)),
            Among::Others(agents) => !agents.contains(&AgentNumber(*name)),
        }
}

/// The points of an agent that fits, one sum per agent.
fn relevance(all: &[Known], known: &Known, query: &AgentQuery) -> u8 {
    let text = query.text.as_deref().map(words).unwrap_or_default();
    let (of_capability, of_text) = match (query.capability.is_some(), !text.is_empty()) {
        (true, true) => (40u32, 40u32),
        (true, false) => (80, 0),
        (false, true) => (0, 80),
        (false, false) => (0, 0),
    };
    let mut points = if of_capability + of_text == 0 { 80 } else { 0 };
    if let Some(asked) = &query.capability {
        let exact = known.card.capabilities.contains(asked);
        points += if exact { of_capability } else { of_capability / 2 };
    }
    let rarity = |word: &String| {
        let with_it = all.iter().filter(|other| has(other, word)).count();
        all.len().checked_div(with_it).map_or(1, |times| 1 + times.ilog2())
    };
    let rarities: Vec<u32> = text.iter().map(rarity).collect();
    let sum: u32 = rarities.iter().sum();
    let mut shares: Vec<u32> = rarities.iter().map(|rarity| of_text * rarity / sum).collect();
    let rest = of_text - shares.iter().sum::<u32>();
    if let Some(first) = shares.first_mut() {
        *first += rest;
    }
    for (word, share) in text.iter().zip(shares) {
        let (half, more) = (share / 2, share - share / 2);
        let is = |has: Vec<String>| has.contains(word);
        points += match (is(leading(known)), is(all_words(known))) {
            (true, _) => half + more,
            (false, true) => half + more / 2,
            (false, false) => half,
        };
    }
    points += match known.card.availability {
        Some(Availability::Available) => 10,
        None => 6,
        Some(Availability::Busy) => 3,
        Some(Availability::Away) => 0,
    };
    points = match known.standing {
        Standing::Answering => points + 10,
        Standing::Unknown => points + 6,
        Standing::Stale | Standing::Gone => points / 2,
    };
    u8::try_from(points).unwrap()
}

/// Everybody who fits, in order: where the card was set, and how well it fits.
fn scan(all: &[Known], query: &AgentQuery) -> Vec<(u64, u8)> {
    let mut fitting: Vec<&Known> = all.iter().filter(|known| fits(known, query)).collect();
    let nanos = |known: &Known| {
        let price = known.card.price.as_ref();
        let price =
            price.filter(|it| query.price_max.as_ref().is_some_and(|most| most.currency == it.currency));
        price.map(|price| price.amount.nanos())
    };
    match query.order {
        Order::Relevance => fitting.sort_by_key(|known| (100 - relevance(all, known, query), known.set_at)),
        Order::Price => {
            fitting.retain(|known| nanos(known).is_some());
            fitting.sort_by_key(|known| (nanos(known), known.set_at));
        }
        Order::Position => fitting.sort_by_key(|known| known.set_at),
    }
    fitting.into_iter().map(|known| (known.set_at, relevance(all, known, query))).collect()
}

/// The index and the scan after some events.
fn after(events: Vec<Event>) -> (Index, Vec<Known>) {
    let (mut index, mut all) = (Index::default(), Vec::<Known>::new());
    for (position, event) in (1u64..).zip(events) {
        match event {
            Event::Put(name, card) => {
                index.put(name, position, &uri(name), &card);
                let before = all.iter().position(|known| known.name == name).map(|place| all.remove(place));
                let standing = before.map_or(Standing::Unknown, |known| known.standing);
                all.push(Known { name, set_at: position, agent: uri(name), card: *card, standing });
            }
            Event::Retire(name) => {
                index.strike(name);
                all.retain(|known| known.name != name);
            }
            Event::Stand(name, standing) => {
                index.stand(name, standing);
                all.iter_mut().filter(|known| known.name == name).for_each(|known| known.standing = standing);
            }
        }
    }
    (index, all)
}

/// All pages one after the other; each cursor goes through its text.
fn pages(index: &Index, query: &AgentQuery) -> Vec<(u64, u8)> {
    let mut found = Vec::new();
    let mut query = query.clone();
    loop {
        let Ranking { agents, next, .. } = rank::find(index, &query);
        assert!(agents.len() <= query.limit);
        found.extend(agents.iter().map(|agent| (agent.set_at.0, agent.relevance)));
        let Some(next) = next else { return found };
        query.after = Some(next.to_string().parse().unwrap());
    }
}

proptest! {
    #[test]
    fn the_index_finds_what_a_scan_over_all_cards_finds(
        events in vec(event(), 0..60),
        queries in vec(query(), 8),
    ) {
        // ASP-REG-001, ASP-REG-002, ASP-REG-003, ASP-REG-004, ASP-REG-009
        let (index, all) = after(events);
        for query in queries {
            let expected = scan(&all, &query);
            prop_assert_eq!(pages(&index, &query), expected, "{:?}", query);
        }
    }
}

fn index_of(cards: &[(i64, &str, &str)]) -> Index {
    let mut index = Index::default();
    for (position, (name, title, capability)) in (1u64..).zip(cards) {
        let capabilities = [capability.parse().unwrap()].into();
        let card = Card::of(title.parse().unwrap(), "does it".parse().unwrap(), capabilities);
        index.put(*name, position, &uri(*name), &card);
    }
    index
}

#[test]
fn a_rare_word_counts_for_more_than_a_common_one() {
    let index = index_of(&[
        (1, "night sea", "freight"),
        (2, "sea", "freight"),
        (3, "sea", "freight"),
        (4, "sea", "freight"),
    ]);
    let whole = |text: &str| {
        let query = AgentQuery { text: Some(text.to_owned()), limit: 9, ..AgentQuery::default() };
        rank::find(&index, &query).agents[0].relevance
    };
    // Both find the first agent, one word begun each: of the common word less is lost.
    assert!(
        whole("night freig") > whole("nigh freight"),
        "{} {}",
        whole("night freig"),
        whole("nigh freight")
    );
}

#[test]
fn an_index_made_anew_knows_how_agents_stand() {
    let before = {
        let mut index = index_of(&[(1, "one", "a"), (2, "two", "a"), (3, "three", "a")]);
        index.stand(1, Standing::Gone);
        index.stand(2, Standing::Stale);
        index
    };
    let mut anew = index_of(&[(2, "two", "a"), (1, "one", "a"), (3, "three", "a")]);
    anew.stand_as_in(&before);
    let found = rank::find(&anew, &AgentQuery { limit: 9, ..AgentQuery::default() });
    let found: Vec<_> = found.agents.iter().map(|it| (it.set_at.0, it.standing)).collect();
    assert_eq!(found, [(3, Standing::Unknown), (1, Standing::Stale)]);
}

#[test]
fn an_index_of_which_more_is_struck_off_than_listed_is_worn() {
    let mut index = Index::default();
    let card = Card::of("x".parse().unwrap(), "x".parse().unwrap(), BTreeSet::new());
    for position in 1..=10_001 {
        index.put(1, position, &uri(1), &card);
        assert!(!index.is_worn(), "{position}");
    }
    index.put(1, 10_002, &uri(1), &card);
    assert!(index.is_worn());
}

#[test]
fn a_cursor_has_one_spelling() {
    assert_eq!("20.7".parse::<AgentCursor>().unwrap().to_string(), "20.7");
    for wrong in [
        "",
        "1",
        "1.",
        ".1",
        "01.2",
        "1.02",
        "+1.2",
        "1.2.3",
        "1.-2",
        "340282366920938463463374607431768211456.1",
    ] {
        assert!(wrong.parse::<AgentCursor>().is_err(), "{wrong}");
    }
}
