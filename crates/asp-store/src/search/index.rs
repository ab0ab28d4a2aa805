//! The search index: for each word, capability, language and so on the set of agents that have it, in memory.
//!
//! Agents are numbered by the position at which their cards were set: a card that changes gets a further number, and the
//! one before is struck off. So nothing has to be taken out of a set, "changed since" is a range of numbers, and the
//! order among equals is that of the log. Knows no SQL and no ranking.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash as Hashed;
use std::ops::Bound;
use std::sync::Arc;

use asp_core::amount::{Currency, Money};
use asp_core::name::{AgentUri, Capability, Domain};
use asp_core::position::Hash;
use asp_core::statement::body::{Availability, Card};
use roaring::RoaringBitmap;

use super::Standing;
use super::words::{AgentWords, BEGINNING_MIN};

/// Words that a beginning is taken for, at most, in the order of the alphabet.
const EXPANDED_MAX: usize = 4096;

/// Numbers that are collected one by one rather than cut out of a copy of all.
const FEW: usize = 4096;

/// Numbers that are struck off before the index is made anew, at least.
const STRUCK_MIN: u64 = 10_000;

/// The index at one place of the log.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// How many entries of the log it has seen.
    pub(super) size: u64,
    /// By number: where the log has the card. Ascending.
    set_at: Vec<u64>,
    /// By number: the number of the agent's name.
    names: Vec<i64>,
    /// By number: from what price offers begin.
    prices: Vec<Option<(Currency, u128)>>,
    /// The number of each agent that is listed, by the number of its name.
    numbers: HashMap<i64, u32>,
    /// Numbers that count.
    listed: RoaringBitmap,
    leading: Sets<Arc<str>>,
    words: Sets<Arc<str>>,
    capabilities: Sets<Arc<str>>,
    languages: Sets<Arc<str>>,
    organisations: HashMap<Domain, RoaringBitmap>,
    schemas: HashMap<Hash, RoaringBitmap>,
    availability: [RoaringBitmap; 3],
    /// By currency and the power of two that the price lies under.
    price_steps: HashMap<Currency, BTreeMap<u32, RoaringBitmap>>,
    standing: [RoaringBitmap; 3],
    nobody: RoaringBitmap,
}

/// Sets by a key, found by the key at once and by its beginning in order.
#[derive(Debug)]
struct Sets<K> {
    sets: HashMap<K, RoaringBitmap>,
    keys: BTreeSet<K>,
}

impl<K> Default for Sets<K> {
    fn default() -> Self {
        Self { sets: HashMap::new(), keys: BTreeSet::new() }
    }
}

impl Sets<Arc<str>> {
    fn add(&mut self, key: &str, number: u32) {
        if let Some(set) = self.sets.get_mut(key) {
            set.insert(number);
            return;
        }
        let key: Arc<str> = key.into();
        self.keys.insert(Arc::clone(&key));
        self.sets.insert(key, [number].into_iter().collect());
    }

    fn of(&self, key: &str) -> RoaringBitmap {
        self.sets.get(key).cloned().unwrap_or_default()
    }

    /// The sets of the keys that begin like this.
    fn with_beginning<'a>(
        &'a self,
        beginning: &'a str,
        keys_max: usize,
    ) -> impl Iterator<Item = &'a RoaringBitmap> {
        let from: (Bound<&str>, Bound<&str>) = (Bound::Included(beginning), Bound::Unbounded);
        let keys = self.keys.range::<str, _>(from).take_while(move |key| key.starts_with(beginning));
        keys.take(keys_max).filter_map(|key| self.sets.get(key))
    }

    /// What has a key that begins like this.
    fn beginning(&self, beginning: &str, keys_max: usize) -> RoaringBitmap {
        let mut all = RoaringBitmap::new();
        for set in self.with_beginning(beginning, keys_max) {
            all |= set;
        }
        all
    }

    /// Those among a few that have the key, or one that begins like this.
    fn among(&self, some: &RoaringBitmap, key: &str, beginning: Option<(&str, usize)>) -> RoaringBitmap {
        let mut all = self.sets.get(key).map(|set| set & some).unwrap_or_default();
        let begun = beginning.map(|(beginning, keys_max)| self.with_beginning(beginning, keys_max));
        for set in begun.into_iter().flatten() {
            all |= set & some;
        }
        all
    }
}

fn add<K: Eq + Hashed>(sets: &mut HashMap<K, RoaringBitmap>, key: K, number: u32) {
    sets.entry(key).or_default().insert(number);
}

const fn place_of(availability: Availability) -> usize {
    match availability {
        Availability::Available => 0,
        Availability::Busy => 1,
        Availability::Away => 2,
    }
}

/// Where the set of those that stand like this is; those of whom nothing is known are in none.
const fn place_of_standing(standing: Standing) -> Option<usize> {
    match standing {
        Standing::Unknown => None,
        Standing::Answering => Some(0),
        Standing::Stale => Some(1),
        Standing::Gone => Some(2),
    }
}

/// The power of two that an amount lies under.
const fn step(nanos: u128) -> u32 {
    u128::BITS - nanos.leading_zeros()
}

impl Index {
    /// Lists an agent with the card that it set at a position after all that were listed before.
    pub(super) fn put(&mut self, name: i64, set_at: u64, agent: &AgentUri, card: &Card) {
        let Ok(number) = u32::try_from(self.set_at.len()) else { return };
        let standing = self.numbers.get(&name).map_or(Standing::Unknown, |before| self.standing(*before));
        self.strike(name);
        self.set_at.push(set_at);
        self.names.push(name);
        self.numbers.insert(name, number);
        self.listed.insert(number);
        let words = AgentWords::of(agent, card);
        words.leading.iter().for_each(|word| self.leading.add(word, number));
        words.all.iter().for_each(|word| self.words.add(word, number));
        card.capabilities.iter().for_each(|it| self.capabilities.add(it.as_str(), number));
        card.languages.iter().for_each(|it| self.languages.add(&it.as_str().to_lowercase(), number));
        card.schemas.iter().for_each(|hash| add(&mut self.schemas, *hash, number));
        add(&mut self.organisations, agent.organisation(), number);
        if let Some(set) = card.availability.and_then(|it| self.availability.get_mut(place_of(it))) {
            set.insert(number);
        }
        let price = card.price.as_ref().map(|price| (price.currency.clone(), price.amount.nanos()));
        if let Some((currency, nanos)) = &price {
            let steps = self.price_steps.entry(currency.clone()).or_default();
            steps.entry(step(*nanos)).or_default().insert(number);
        }
        self.prices.push(price);
        self.stand(name, standing);
    }

    /// Strikes an agent off: it has retired, or comes again with another card.
    pub(super) fn strike(&mut self, name: i64) {
        if let Some(number) = self.numbers.remove(&name) {
            self.listed.remove(number);
        }
    }

    /// Notes whether an agent answers.
    pub(super) fn stand(&mut self, name: i64, standing: Standing) {
        let Some(number) = self.numbers.get(&name).copied() else { return };
        for set in &mut self.standing {
            set.remove(number);
        }
        if let Some(set) = place_of_standing(standing).and_then(|place| self.standing.get_mut(place)) {
            set.insert(number);
        }
    }

    /// Takes over how everybody stands in another index.
    pub(super) fn stand_as_in(&mut self, other: &Self) {
        let known: Vec<i64> = self.numbers.keys().copied().collect();
        for name in known {
            if let Some(number) = other.numbers.get(&name) {
                self.stand(name, other.standing(*number));
            }
        }
    }

    /// Whether so much is struck off that the index is better made anew.
    pub(super) fn is_worn(&self) -> bool {
        let struck = self.set_at.len() as u64 - self.listed.len();
        struck > STRUCK_MIN && struck > self.listed.len()
    }

    /// How many agents are listed.
    pub(super) fn count(&self) -> u64 {
        self.listed.len()
    }

    /// How many of some are listed.
    pub(super) fn count_among(&self, some: &RoaringBitmap) -> u64 {
        self.listed.intersection_len(some)
    }

    pub(super) fn number(&self, name: i64) -> Option<u32> {
        self.numbers.get(&name).copied()
    }

    pub(super) fn name(&self, number: u32) -> i64 {
        self.names.get(number as usize).copied().unwrap_or_default()
    }

    pub(super) fn set_at(&self, number: u32) -> u64 {
        self.set_at.get(number as usize).copied().unwrap_or(u64::MAX)
    }

    /// The first number of those that were set after a position.
    pub(super) fn first_after(&self, position: u64) -> u32 {
        let place = self.set_at.partition_point(|set_at| *set_at <= position);
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// Those that can be found and were set after a position.
    pub(super) fn listed_after(&self, position: u64) -> RoaringBitmap {
        let first = self.first_after(position);
        let mut some: RoaringBitmap = if self.set_at.len().saturating_sub(first as usize) <= FEW {
            self.listed.range(first..).collect()
        } else {
            let mut some = self.listed.clone();
            some.remove_range(..first);
            some
        };
        some -= self.standing_as(Standing::Gone);
        some
    }

    pub(super) fn price(&self, number: u32) -> Option<&(Currency, u128)> {
        self.prices.get(number as usize)?.as_ref()
    }

    /// Those that can be found at all (ASP-REG-009).
    pub(super) fn findable(&self) -> RoaringBitmap {
        &self.listed - self.standing_as(Standing::Gone)
    }

    pub(super) fn standing_as(&self, standing: Standing) -> &RoaringBitmap {
        place_of_standing(standing).and_then(|place| self.standing.get(place)).unwrap_or(&self.nobody)
    }

    pub(super) fn standing(&self, number: u32) -> Standing {
        let is = |standing: &Standing| self.standing_as(*standing).contains(number);
        let known = [Standing::Answering, Standing::Stale, Standing::Gone].into_iter().find(is);
        known.unwrap_or(Standing::Unknown)
    }

    pub(super) fn available(&self, availability: Availability) -> &RoaringBitmap {
        self.availability.get(place_of(availability)).unwrap_or(&self.nobody)
    }

    pub(super) fn of_organisation(&self, domain: &Domain) -> RoaringBitmap {
        self.organisations.get(domain).cloned().unwrap_or_default()
    }

    pub(super) fn speaking(&self, schema: &Hash) -> RoaringBitmap {
        self.schemas.get(schema).cloned().unwrap_or_default()
    }

    /// Those that speak a language: `de` is spoken by whoever speaks `de-AT` (RFC 4647 §3.3.1).
    pub(super) fn in_language(&self, language: &str) -> RoaringBitmap {
        let language = language.to_lowercase();
        self.languages.of(&language) | self.languages.beginning(&format!("{language}-"), EXPANDED_MAX)
    }

    /// Those that offer the very capability, and those that offer it or one below it (ASP-REG-001).
    pub(super) fn offering(&self, capability: &Capability) -> (RoaringBitmap, RoaringBitmap) {
        let exact = self.capabilities.of(capability.as_str());
        let within = self.capabilities.beginning(&format!("{capability}."), usize::MAX);
        let all = &exact | within;
        (exact, all)
    }

    /// Those among a few that offer the capability or one below it.
    pub(super) fn offering_among(&self, some: &RoaringBitmap, capability: &Capability) -> RoaringBitmap {
        let below = format!("{capability}.");
        self.capabilities.among(some, capability.as_str(), Some((&below, usize::MAX)))
    }

    /// Those among a few that have a word or, of a word that is long enough, one that begins with it.
    pub(super) fn with_word_among(&self, some: &RoaringBitmap, word: &str) -> RoaringBitmap {
        let begun = (word.chars().count() >= BEGINNING_MIN).then_some((word, EXPANDED_MAX));
        self.words.among(some, word, begun)
    }

    /// Those that have a word in name or capabilities, those that have it anywhere, and those that have it or one that
    /// begins with it (ASP-REG-002).
    pub(super) fn with_word(&self, word: &str) -> [RoaringBitmap; 3] {
        let whole = self.words.of(word);
        let begun = if word.chars().count() < BEGINNING_MIN {
            whole.clone()
        } else {
            &whole | self.words.beginning(word, EXPANDED_MAX)
        };
        [self.leading.of(word), whole, begun]
    }

    /// Those among `some` whose offers begin at a price or below it.
    pub(super) fn priced_up_to(&self, some: &RoaringBitmap, price: &Money) -> RoaringBitmap {
        let limit = price.amount.nanos();
        let mut all = RoaringBitmap::new();
        let Some(steps) = self.price_steps.get(&price.currency) else { return all };
        for (under, set) in steps.range(..=step(limit)) {
            let mut fitting = set & some;
            if *under == step(limit) {
                fitting.retain(|number| self.price(number).is_some_and(|(_, nanos)| *nanos <= limit));
            }
            all |= fitting;
        }
        all
    }

    /// Those among `some` that have a price in a currency, step by step from the least: each step's prices lie above
    /// those of the one before.
    pub(super) fn by_price<'a>(
        &'a self,
        some: &'a RoaringBitmap,
        currency: &Currency,
    ) -> impl Iterator<Item = RoaringBitmap> + use<'a> {
        self.price_steps.get(currency).into_iter().flat_map(|steps| steps.values()).map(move |set| set & some)
    }
}
