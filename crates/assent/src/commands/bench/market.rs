//! A market of agents that look like real ones: capabilities, organisations and words with the skew that such things have,
//! several languages, prices, terms schemas. Everything follows from a seed; knows no node.

mod vocabulary;

use std::collections::BTreeSet;

use asp_client::api::{SearchQuery, SearchSort};
use asp_core::amount::Money;
use asp_core::key::SecretKey;
use asp_core::name::{AgentUri, Capability, Domain, Language};
use asp_core::position::Hash;
use asp_core::statement::body::{Availability, Card};

use self::vocabulary::{FIELDS, SYLLABLES, WORDS};
use crate::failure::{Failure, Outcome};

/// Agents of one organisation, on average.
const AGENTS_PER_ORGANISATION: u64 = 40;
/// Terms schemas that are spoken.
const SCHEMAS: u64 = 48;
/// Words of the tail: names of products and the like.
const TAIL: u64 = 20_000;
/// Agents of a page that is asked for.
pub(super) const PAGE: usize = 20;

/// Numbers by chance that follow from a seed (SplitMix64); no secret is made of them.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    const fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.next() % end }
    }

    /// So many times of a hundred.
    const fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A rank below `end`: the first is the commonest, the n-th about n times rarer.
    fn rank(&mut self, end: u64) -> u64 {
        let unit = self.below(1 << 52) as f64 / (1u64 << 52) as f64;
        ((end as f64 + 1.0).powf(unit) as u64).saturating_sub(1).min(end.saturating_sub(1))
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let place = self.below(all.len() as u64);
        all.get(place as usize).copied()
    }

    fn commonest<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let place = self.rank(all.len() as u64);
        all.get(place as usize).copied()
    }
}

/// A market of so many agents.
#[derive(Debug, Clone)]
pub(super) struct Market {
    seed: u64,
    organisations: u64,
}

/// An agent that is to be registered.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) agent: AgentUri,
    pub(super) key: SecretKey,
    /// The number of its organisation.
    pub(super) organisation: u64,
    pub(super) card: Card,
}

impl Market {
    pub(super) const fn new(seed: u64, agents: u64) -> Self {
        let organisations = agents.div_ceil(AGENTS_PER_ORGANISATION);
        Self { seed, organisations }
    }

    /// How many organisations there are.
    pub(super) const fn organisations(&self) -> u64 {
        self.organisations
    }

    /// An organisation.
    ///
    /// # Errors
    /// Never: that what is made is what it should be would be a defect.
    pub(super) fn organisation(&self, number: u64) -> Outcome<(Domain, SecretKey)> {
        let name = name(&mut Chance::new(self.seed ^ number.wrapping_mul(0x51_7cc1_b727_220a)));
        let domain = format!("{name}{number}.example").parse().map_err(Failure::fault)?;
        Ok((domain, self.key(b"organisation", number)))
    }

    /// An agent.
    ///
    /// # Errors
    /// As [`Market::organisation`].
    pub(super) fn agent(&self, number: u64) -> Outcome<Listed> {
        let mut chance = Chance::new(self.seed.wrapping_add(number.wrapping_mul(0x2545_f491_4f6c_dd1d)));
        let chance = &mut chance;
        let organisation = chance.rank(self.organisations);
        let (domain, _) = self.organisation(organisation)?;
        let capabilities: BTreeSet<Capability> =
            (0..=chance.rank(4)).map(|_| capability(chance, 2)).collect::<Outcome<_>>()?;
        let subject = capabilities.first().map(|it| it.to_string().replace('.', " ")).unwrap_or_default();
        let agent = format!("agent://{domain}/{}/a{number}", subject.split(' ').next().unwrap_or("x"));
        let title = format!("{} {subject}", name(chance));
        let mut card = Card::of(
            title.parse().map_err(Failure::fault)?,
            description(chance, &subject).parse().map_err(Failure::fault)?,
            capabilities,
        );
        if chance.percent(60) {
            card.price = Some(price(chance)?);
        }
        card.languages = (0..chance.below(4)).map(|_| language(chance)).collect::<Outcome<_>>()?;
        if chance.percent(30) {
            card.schemas = (0..=chance.below(2)).map(|_| schema(chance)).collect();
        }
        card.availability = match chance.below(20) {
            0..8 => Some(Availability::Available),
            8..10 => Some(Availability::Busy),
            10 => Some(Availability::Away),
            _ => None,
        };
        let key = self.key(b"agent", number);
        Ok(Listed { agent: agent.parse().map_err(Failure::fault)?, key, organisation, card })
    }

    fn key(&self, kind: &[u8], number: u64) -> SecretKey {
        let seed = Hash::of(&[b"bench\n", kind, &self.seed.to_le_bytes(), &number.to_le_bytes()]);
        SecretKey::from_seed(seed.as_bytes())
    }

    /// A question as people and agents ask them: mostly a capability, often words, sometimes all kinds of conditions.
    ///
    /// # Errors
    /// As [`Market::organisation`].
    pub(super) fn query(&self, chance: &mut Chance) -> Outcome<SearchQuery> {
        let mut query = SearchQuery { page_size: Some(PAGE), ..SearchQuery::default() };
        match chance.below(100) {
            0..30 => query.capability = Some(capability(chance, 2)?),
            30..52 => query.text = Some(words(chance)),
            52..62 => {
                query.capability = Some(capability(chance, 1)?);
                query.text = Some(words(chance));
            }
            62..72 => {
                query.capability = Some(capability(chance, 1)?);
                query.max_price = Some(price(chance)?);
                query.sort = Some(SearchSort::Price);
            }
            72..82 => {
                query.capability = Some(capability(chance, 2)?);
                query.language = Some(language(chance)?);
                query.availability = Some(Availability::Available);
            }
            82..87 => {
                let organisation = chance.rank(self.organisations);
                query.organisation = Some(self.organisation(organisation)?.0);
            }
            87..92 => {
                query.schema = Some(schema(chance));
                query.capability = Some(capability(chance, 0)?);
            }
            92..98 => query.capability = Some(capability(chance, 0)?),
            _ => {}
        }
        Ok(query)
    }
}

/// A capability with at most so many parts below its field.
fn capability(chance: &mut Chance, below: u64) -> Outcome<Capability> {
    let mut text = String::new();
    if let Some((field, subjects, ways)) = chance.commonest(&FIELDS) {
        text.push_str(field);
        // Agents and questions name the very thing more often than a whole field.
        let parts = below.min(2 - chance.rank(3).min(2));
        for part in
            [chance.commonest(&subjects), chance.commonest(&ways)].into_iter().flatten().take(parts as usize)
        {
            text = format!("{text}.{part}");
        }
    }
    text.parse().map_err(Failure::fault)
}

fn name(chance: &mut Chance) -> String {
    (0..2 + chance.below(2)).filter_map(|_| chance.of(&SYLLABLES)).collect()
}

/// A rare word: a name of a product, or a number of a model.
fn rare(chance: &mut Chance) -> String {
    let number = chance.rank(TAIL);
    let mut made = Chance::new(number);
    if number.is_multiple_of(3) { format!("{}{}", name(&mut made), number % 97) } else { name(&mut made) }
}

fn description(chance: &mut Chance, subject: &str) -> String {
    let words = chance.commonest(&WORDS).map_or(&[][..], |(_, words)| words);
    let subject: Vec<&str> = subject.split(' ').collect();
    let mut text: Vec<String> = Vec::new();
    for _ in 0..20 + chance.below(41) {
        let word = match chance.below(20) {
            0..2 => rare(chance),
            2..4 => chance.of(&subject).unwrap_or_default().to_owned(),
            _ => chance.commonest(words).unwrap_or_default().to_owned(),
        };
        text.push(word);
    }
    text.join(" ")
}

/// One to three words, some only begun.
fn words(chance: &mut Chance) -> String {
    let mut text: Vec<String> = Vec::new();
    for _ in 0..=chance.rank(3) {
        let word = match chance.below(10) {
            0..2 => rare(chance),
            2..5 => {
                let (field, subjects, ways) = chance.commonest(&FIELDS).unwrap_or_default();
                let all = [Some(field), chance.commonest(&subjects), chance.commonest(&ways)];
                chance.of(&all).flatten().unwrap_or_default().to_owned()
            }
            _ => {
                let words = chance.commonest(&WORDS).map_or(&[][..], |(_, words)| words);
                // Nobody looks for "and".
                chance.of(words.get(words.len() / 6..).unwrap_or_default()).unwrap_or_default().to_owned()
            }
        };
        let begun = chance.percent(25) && word.chars().count() > 5;
        text.push(if begun { word.chars().take(4).collect() } else { word });
    }
    text.join(" ")
}

fn price(chance: &mut Chance) -> Outcome<Money> {
    let currency = match chance.below(20) {
        0..11 => "USD",
        11..17 => "EUR",
        17..19 => "JPY",
        _ => "BRL",
    };
    let cents = 1 + chance.rank(500_000);
    let amount = format!("{}.{:02}", cents / 100, cents % 100);
    let amount = amount.trim_end_matches('0').trim_end_matches('.');
    format!("{amount} {currency}").parse().map_err(Failure::fault)
}

fn language(chance: &mut Chance) -> Outcome<Language> {
    let (language, _) = chance.commonest(&WORDS).unwrap_or_default();
    language.parse().map_err(Failure::fault)
}

fn schema(chance: &mut Chance) -> Hash {
    Hash::of(&[b"bench schema\n", &chance.rank(SCHEMAS).to_le_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_follows_from_its_seed_and_has_the_skew_of_real_ones() {
        let market = Market::new(7, 4000);
        let all: Vec<Listed> = (0..4000).map(|number| market.agent(number).unwrap()).collect();
        let again = market.agent(17).unwrap();
        assert_eq!((&again.agent, &again.card), (&all[17].agent, &all[17].card));
        assert_ne!(Market::new(8, 4000).agent(17).unwrap().card, again.card);
        let agents: BTreeSet<_> = all.iter().map(|it| it.agent.clone()).collect();
        assert_eq!(agents.len(), 4000);
        let capabilities: BTreeSet<_> = all.iter().flat_map(|it| &it.card.capabilities).collect();
        assert!((200..500).contains(&capabilities.len()), "{}", capabilities.len());
        let largest =
            (0..market.organisations()).map(|it| all.iter().filter(|one| one.organisation == it).count());
        assert!(largest.max().unwrap() > 400);
        for listed in &all {
            let words = listed.card.description.as_str().split(' ').count();
            assert!((20..=60).contains(&words), "{words}");
            assert_eq!(listed.agent.organisation(), market.organisation(listed.organisation).unwrap().0);
        }
        let mut chance = Chance::new(1);
        for _ in 0..1000 {
            market.query(&mut chance).unwrap();
        }
    }
}
