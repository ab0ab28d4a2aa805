//! What came of a run: a verdict per rule, and the level that follows from them.

use std::time::Duration;

use serde::Serialize;

use crate::finding::Finding;
use crate::junit;
use crate::rules::{Level, Rule};
use crate::wire::Wire;

/// What is known of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every case that tries it came out as it should.
    Holds,
    /// At least one case shows that the node breaks it.
    Broken,
    /// It cannot be seen from outside.
    Inside,
    /// No case has tried it.
    NotTried,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Broken => "broken",
            Self::Inside => "inside",
            Self::NotTried => "not tried",
        }
    }
}

/// One case with what it found.
#[derive(Debug, Clone, Serialize)]
pub struct CaseResult {
    /// The rule in words, as the case tries it.
    pub case: &'static str,
    /// The numbers of the rules that it tries.
    pub rules: &'static [&'static str],
    /// What the node does otherwise; nothing if all came out as it should.
    pub findings: Vec<Finding>,
    /// How long it took.
    pub seconds: f64,
}

/// One rule with its verdict.
#[derive(Debug, Clone, Serialize)]
pub struct RuleResult {
    /// Its number.
    pub rule: &'static str,
    /// The first level that needs it.
    pub level: Level,
    /// What is known of it.
    pub verdict: Verdict,
    /// How many cases tried it.
    pub cases: usize,
    /// What the rule says.
    pub sentence: &'static str,
}

/// All that came of a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// The log that was tried.
    pub origin: String,
    /// The rules that were asked about, in order.
    pub rules: Vec<RuleResult>,
    /// The cases that were played, in order.
    pub cases: Vec<CaseResult>,
    /// The level that is reached: the highest whose rules, and those of the levels below, all hold.
    ///
    /// None where not even Core is, or where single rules were asked about and a level cannot be told.
    pub level: Option<Level>,
    /// Whether the run was one that a level can be told from.
    pub graded: bool,
    /// How long it took.
    pub seconds: f64,
    transcript: String,
}

impl Report {
    /// `asked` is the level up to which all rules were tried, none if single ones were.
    pub(crate) fn new(
        wire: &Wire,
        rules: Vec<&'static Rule>,
        asked: Option<Option<Level>>,
        cases: Vec<CaseResult>,
        took: Duration,
    ) -> Self {
        let broken =
            |id: &str| cases.iter().flat_map(|case| &case.findings).any(|found| found.rules.contains(&id));
        let judge = |rule: &'static Rule| {
            let tried = cases.iter().filter(|case| case.rules.contains(&rule.id)).count();
            let verdict = match (broken(rule.id), tried, rule.inside) {
                (true, _, _) => Verdict::Broken,
                (false, 0, Some(_)) => Verdict::Inside,
                (false, 0, None) => Verdict::NotTried,
                (false, _, _) => Verdict::Holds,
            };
            RuleResult { rule: rule.id, level: rule.level, verdict, cases: tried, sentence: rule.sentence }
        };
        let rules: Vec<RuleResult> = rules.into_iter().map(judge).collect();
        let kept = |level: Level| {
            let needed = rules.iter().filter(|rule| rule.level == level);
            needed.clone().all(|rule| matches!(rule.verdict, Verdict::Holds | Verdict::Inside))
        };
        let highest = asked.map(|asked| asked.unwrap_or(Level::Full));
        let level = highest.and_then(|highest| {
            Level::ALL.into_iter().filter(|level| *level <= highest).take_while(|level| kept(*level)).last()
        });
        Self {
            origin: wire.origin.as_str().to_owned(),
            rules,
            cases,
            level,
            graded: highest.is_some(),
            seconds: took.as_secs_f64(),
            transcript: wire.transcript.text(),
        }
    }

    /// Whether every case came out as it should, and every rule that can be seen was tried.
    #[must_use]
    pub fn holds(&self) -> bool {
        let tried = |rule: &RuleResult| matches!(rule.verdict, Verdict::Holds | Verdict::Inside);
        self.rules.iter().all(tried) && self.cases.iter().all(|case| case.findings.is_empty())
    }

    /// What was seen of the node, as lines of JSON for another verifier.
    #[must_use]
    pub fn transcript(&self) -> &str {
        &self.transcript
    }

    /// The cases as a JUnit file: a suite per family, a case per case, its rules as properties.
    #[must_use]
    pub fn junit(&self) -> String {
        junit::write(self)
    }
}
