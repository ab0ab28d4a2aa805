//! How many times a newcomer's share of the node an organisation may ask for: by the level of its best agent, in the eyes
//! of those whom the operator trusts.
//!
//! Computed beside everything else, kept for a while and looked up; nobody waits for it, and who is not known yet has a
//! newcomer's share. Counts nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asp_core::amount::Money;
use asp_core::name::Domain;
use asp_core::position::{LogTime, Millis};
use asp_core::trust::Level;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};

use crate::http::App;
use crate::http::problem::Denial;
use crate::stopped;

/// Organisations whose level is kept.
const KNOWN_MAX: usize = 65_536;
/// Organisations that wait for their level to be found out; a further one asks again.
const WANTED_MAX: usize = 1_024;
/// For how long a level counts without a look at the log.
const FRESH: Millis = Millis(60_000);
/// For how long it counts while nothing was settled in the log: what nobody adds to only fades.
const FADES: Millis = Millis(3_600_000);
/// The largest factor.
const FACTOR_MAX: u64 = 1_000;

/// The setting `trusted_organisations`: through whose eyes the node looks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Domains(BTreeSet<Domain>);

impl FromStr for Domains {
    type Err = <Domain as FromStr>::Err;

    /// The domains with commas between them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(str::parse).collect::<Result<BTreeSet<Domain>, _>>().map(Self)
    }
}

/// The setting `level_factors`: how many times a newcomer's share each level has, from level 0 to level 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[u64; 5]", into = "[u64; 5]")]
pub struct Factors([u64; 5]);

/// Factors that are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotFactors;

impl fmt::Display for NotFactors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "five numbers from 1 to {FACTOR_MAX}, none smaller than the one before")
    }
}

impl std::error::Error for NotFactors {}

impl TryFrom<[u64; 5]> for Factors {
    type Error = NotFactors;

    fn try_from(factors: [u64; 5]) -> Result<Self, NotFactors> {
        let fits = factors.iter().all(|factor| (1..=FACTOR_MAX).contains(factor)) && factors.is_sorted();
        if fits { Ok(Self(factors)) } else { Err(NotFactors) }
    }
}

impl From<Factors> for [u64; 5] {
    fn from(Factors(factors): Factors) -> Self {
        factors
    }
}

impl FromStr for Factors {
    type Err = NotFactors;

    /// The numbers with commas between them.
    fn from_str(text: &str) -> Result<Self, NotFactors> {
        let numbers: Result<Vec<u64>, _> = text.split(',').map(|number| number.trim().parse()).collect();
        let numbers: [u64; 5] = numbers.map_err(|_| NotFactors)?.try_into().map_err(|_| NotFactors)?;
        numbers.try_into()
    }
}

impl Default for Factors {
    fn default() -> Self {
        Self(Level::ALL.map(|level| level.consequences().share))
    }
}

impl Factors {
    fn of(&self, level: Level) -> u64 {
        self.0.get(usize::from(level.number())).copied().unwrap_or(1)
    }
}

/// How an organisation stood when it was last looked at.
#[derive(Debug, Clone, Copy)]
struct Standing {
    level: Level,
    /// What was settled up to there counted.
    prefix: u64,
    /// The instant as of which it was computed.
    computed: LogTime,
    /// When it was last found to count still.
    seen: LogTime,
}

#[derive(Debug, Default)]
struct Known {
    standings: BTreeMap<Domain, Standing>,
    wanted: BTreeSet<Domain>,
}

/// The levels of organisations.
#[derive(Debug)]
pub(crate) struct Levels {
    observers: BTreeSet<Domain>,
    factors: Factors,
    known: Mutex<Known>,
    woken: Notify,
}

impl Levels {
    pub(crate) fn new(Domains(observers): Domains, factors: Factors) -> Self {
        Self { observers, factors, known: Mutex::default(), woken: Notify::new() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Through whose eyes the node looks; nobody's where everybody is a newcomer.
    pub(crate) const fn observers(&self) -> &BTreeSet<Domain> {
        &self.observers
    }

    /// The level of an organisation as far as it is known; what is not, or not lately, is found out for the next time.
    pub(crate) fn level(&self, organisation: &Domain, now: LogTime) -> Level {
        if self.observers.is_empty() {
            return Level::Unverified;
        }
        let mut known = self.known();
        let standing = known.standings.get(organisation).copied();
        let fresh = standing.is_some_and(|standing| now.since(standing.seen) < FRESH);
        if !fresh && known.wanted.len() < WANTED_MAX && known.wanted.insert(organisation.clone()) {
            self.woken.notify_one();
        }
        standing.map_or(Level::Unverified, |standing| standing.level)
    }

    /// How many times a newcomer's share it has.
    pub(crate) fn factor(&self, organisation: &Domain, now: LogTime) -> u64 {
        self.factors.of(self.level(organisation, now))
    }

    /// Whether what is known of an organisation counts still, at this size of what was settled; it is then kept.
    fn still_counts(&self, organisation: &Domain, prefix: u64, now: LogTime) -> bool {
        let mut known = self.known();
        let Some(standing) = known.standings.get_mut(organisation) else { return false };
        let counts = standing.prefix == prefix && now.since(standing.computed) < FADES;
        if counts {
            standing.seen = now;
        }
        counts
    }

    fn keep(&self, organisation: Domain, standing: Standing) {
        let mut known = self.known();
        if known.standings.len() >= KNOWN_MAX && !known.standings.contains_key(&organisation) {
            // Whoever has a newcomer's share loses nothing by being forgotten.
            known.standings.retain(|_, standing| standing.level > Level::Unverified);
            if known.standings.len() >= KNOWN_MAX {
                known.standings.clear();
            }
        }
        known.standings.insert(organisation, standing);
    }
}

/// The task's whole life: finds out what is wanted, one organisation after the other, until the node stops.
pub(crate) async fn run(app: Arc<App>, class: Money, mut stopping: watch::Receiver<bool>) {
    let levels = Arc::clone(&app.levels);
    if levels.observers.is_empty() {
        return;
    }
    loop {
        tokio::select! {
            () = levels.woken.notified() => {}
            () = stopped(&mut stopping) => return,
        }
        loop {
            let next = levels.known().wanted.pop_first();
            let Some(organisation) = next.filter(|_| !app.is_stopping()) else { break };
            if let Err(denial) = find_out(&app, &organisation, &class).await {
                tracing::warn!(?denial, %organisation, "the level of an organisation is not known");
            }
        }
    }
}

async fn find_out(app: &Arc<App>, organisation: &Domain, class: &Money) -> Result<(), Denial> {
    let scores = Arc::clone(&app.scores);
    app.reads.wait_and_run(move |reader| scores.catch_up(reader)).await?;
    let now = app.clock.now();
    if app.levels.still_counts(organisation, app.scores.prefix(), now) {
        return Ok(());
    }
    let turn = Arc::clone(&app.assessing).acquire_owned().await.map_err(|_| Denial::Stopping)?;
    let (of_thread, subject, class) = (Arc::clone(app), organisation.clone(), class.clone());
    let compute = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        of_thread.scores.best(of_thread.levels.observers(), &class, &subject, now)
    });
    let (level, prefix) = compute.await.map_err(|_| Denial::Internal)?;
    app.levels.keep(organisation.clone(), Standing { level, prefix, computed: now, seen: now });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> LogTime {
        LogTime::from_millis(millis)
    }

    const fn trusted(prefix: u64) -> Standing {
        let start = LogTime::from_millis(0);
        Standing { level: Level::Trusted, prefix, computed: start, seen: start }
    }

    #[test]
    fn factors_are_five_and_no_level_has_less_than_the_one_below() {
        assert_eq!("1, 2,4,8,16".parse(), Ok(Factors::default()));
        for wrong in ["", "1,2,4,8", "1,2,4,8,16,32", "0,2,4,8,16", "1,2,4,8,1001", "2,1,4,8,16", "a,b,c,d,e"]
        {
            assert_eq!(wrong.parse::<Factors>(), Err(NotFactors), "{wrong}");
        }
    }

    #[test]
    fn who_is_not_known_has_a_newcomers_share_and_is_looked_at() {
        let acme: Domain = "acme.example".parse().unwrap();
        let levels = Levels::new("bank.example".parse().unwrap(), Factors::default());
        assert_eq!(levels.factor(&acme, at(0)), 1);
        assert!(levels.known().wanted.contains(&acme));
        levels.known().wanted.clear();
        levels.keep(acme.clone(), trusted(5));
        assert_eq!((levels.factor(&acme, at(59_999)), levels.known().wanted.len()), (8, 0));
        assert_eq!((levels.factor(&acme, at(60_000)), levels.known().wanted.len()), (8, 1));
    }

    #[test]
    fn a_level_counts_until_something_is_settled_or_it_may_have_faded() {
        let acme: Domain = "acme.example".parse().unwrap();
        let levels = Levels::new("bank.example".parse().unwrap(), Factors::default());
        levels.keep(acme.clone(), trusted(5));
        assert!(levels.still_counts(&acme, 5, at(60_000)));
        levels.known().wanted.clear();
        assert_eq!((levels.factor(&acme, at(100_000)), levels.known().wanted.len()), (8, 0));
        assert!(!levels.still_counts(&acme, 6, at(100_000)));
        assert!(!levels.still_counts(&acme, 5, at(FADES.0)));
    }

    #[test]
    fn a_node_that_trusts_nobody_gives_everybody_the_same() {
        let levels = Levels::new(Domains::default(), Factors::default());
        assert_eq!(levels.factor(&"acme.example".parse().unwrap(), at(0)), 1);
        assert!(levels.known().wanted.is_empty());
    }

    #[test]
    fn so_many_wait_to_be_looked_at() {
        let levels = Levels::new("bank.example".parse().unwrap(), Factors::default());
        for number in 0..WANTED_MAX + 10 {
            levels.level(&format!("o{number}.example").parse().unwrap(), at(0));
        }
        assert_eq!(levels.known().wanted.len(), WANTED_MAX);
    }
}
