//! The conformance kit: every numbered rule of the protocol that can be seen from outside, tried on any node.
//!
//! The kit is a stranger to the node: it knows an address, speaks HTTP with a small client of its own, and shares
//! nothing with any node but the types of the core. It registers organisations and agents with names that nobody else
//! has, plays its cases with them side by side, and ends with the level that the node reaches: Core, Standard or Full.
//! Nothing is taken back: a node that is tried keeps what was said in its log.

mod cases;
mod dialogue;
mod finding;
mod junit;
mod report;
pub mod rules;
mod stage;
mod token;
mod transcript;
mod view;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;

use cases::{Case, Play};
pub use finding::Finding;
pub use report::{CaseResult, Report, RuleResult, Verdict};
use rules::{Level, Rule};
use stage::Stage;
pub use wire::Unreachable;
use wire::Wire;

/// Cases that are played side by side: many of them only wait for time to pass.
const CASES_AT_ONCE: usize = 48;
/// How long a case may take; one that takes longer shows that something of the node hangs.
const CASE_MAX: Duration = Duration::from_secs(120);

/// What to try.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Rules by their numbers; all if none.
    pub rules: Vec<String>,
    /// Rules of this level and those below it; of all levels if none.
    pub level: Option<Level>,
}

impl Options {
    /// Whether a case is to be played for the sake of one of these rules.
    fn wants(&self, rule: &Rule) -> bool {
        let named = self.rules.is_empty() || self.rules.iter().any(|id| id == rule.id);
        named && self.level.is_none_or(|level| rule.level <= level)
    }

    fn includes(&self, case: &Case) -> bool {
        case.rules.iter().filter_map(|id| rules::find(id)).any(|rule| self.wants(rule))
    }
}

/// Plays the cases on the node at an address. `progress` is told how many of how many are done.
///
/// # Errors
/// When there is no node that says who it is; what a node does wrong is in the report.
pub async fn run(
    node: &str,
    options: &Options,
    progress: impl Fn(u64, u64) + Sync,
) -> Result<Report, Unreachable> {
    let started = Instant::now();
    let wire = Arc::new(Wire::meet(node).await?);
    let chosen: Vec<&'static Case> = cases::all().filter(|case| options.includes(case)).collect();
    let total = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
    let done = AtomicU64::new(0);
    progress(0, total);
    let play_one = |case: &'static Case| {
        let (wire, done, progress) = (Arc::clone(&wire), &done, &progress);
        async move {
            let result = play(wire, case).await;
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
            result
        }
    };
    let results = futures::stream::iter(chosen).map(play_one).buffered(CASES_AT_ONCE).collect().await;
    let wanted = rules::RULES.iter().filter(|rule| options.wants(rule)).collect();
    let whole = options.rules.is_empty();
    Ok(Report::new(&wire, wanted, whole.then_some(options.level), results, started.elapsed()))
}

/// How many cases try each rule, in the order of the rules.
#[must_use]
pub fn coverage() -> Vec<(&'static Rule, usize)> {
    let tries = |rule: &&'static Rule| cases::all().filter(|case| case.rules.contains(&rule.id)).count();
    rules::RULES.iter().map(|rule| (rule, tries(&rule))).collect()
}

/// The cases as they would be played: the rules of each, and what it says.
pub fn list(options: &Options) -> impl Iterator<Item = (&'static [&'static str], &'static str)> {
    cases::all().filter(|case| options.includes(case)).map(|case| (case.rules, case.name))
}

async fn play(wire: Arc<Wire>, case: &'static Case) -> CaseResult {
    let started = Instant::now();
    let mut findings = Vec::new();
    match Stage::new(wire, case.rules) {
        Err(finding) => findings.push(finding),
        Ok(mut stage) => {
            let played = async {
                match case.play {
                    Play::Dialogue(dialogue) => stage.play(dialogue).await,
                    Play::Code(code) => code(&mut stage).await,
                }
            };
            let ended = tokio::time::timeout(CASE_MAX, played).await;
            let hung = || Finding::new(format_args!("an end within {} s", CASE_MAX.as_secs()), "none");
            let outcome = ended.unwrap_or_else(|_| Err(hung()));
            findings.append(&mut stage.remarks);
            findings.extend(outcome.err());
        }
    }
    for finding in &mut findings {
        if finding.rules.is_empty() {
            finding.rules = case.rules.to_vec();
        }
    }
    findings.dedup();
    CaseResult { case: case.name, rules: case.rules, findings, seconds: started.elapsed().as_secs_f64() }
}
