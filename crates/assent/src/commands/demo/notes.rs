//! What the demo shows beside the log: chapters, searches, decisions, trust, files. Each has a line for people and one
//! of JSON with a stable `event`.

use std::path::PathBuf;
use std::time::Duration;

use asp_core::amount::Money;
use asp_core::bundle::{Report, Verdict};
use asp_core::key::KeyId;
use asp_core::name::{AgentUri, Capability, Domain, Origin};
use asp_core::position::{Hash, LogTime, Millis};
use serde_json::{Value, json};

use super::watch::{aside, header};
use crate::page::{Paint, Text};
use crate::printer::Printer;
use crate::{terms, words};

/// Something that no statement says.
#[derive(Debug)]
pub(super) enum Note {
    /// The node is there.
    Started(Started),
    /// A part of the story begins.
    Chapter {
        /// What it is about.
        title: &'static str,
    },
    /// An agent looked into the registry.
    Searched {
        /// Who looked.
        who: &'static str,
        /// For what.
        capability: Capability,
        /// Whom it found, with the reason.
        found: Vec<(AgentUri, String)>,
        /// How long it took.
        took: Duration,
    },
    /// An agent made up its mind.
    Decided {
        /// Who.
        who: &'static str,
        /// Why, in its own words.
        why: String,
    },
    /// An agent asked the node about another.
    Trusts(Trusts),
    /// Something is due soon and nobody will do it.
    Waits {
        /// What.
        obligation: String,
        /// When it is due.
        due: LogTime,
        /// How long that is from now.
        left: Millis,
    },
    /// The proof of a commitment has been written to a file.
    Wrote {
        /// Of which commitment.
        commitment: Hash,
        /// Where.
        path: PathBuf,
        /// How large it is.
        bytes: usize,
        /// How long the node took to make it.
        took: Duration,
    },
    /// The file has been checked without the node.
    Checked {
        /// What the checks say.
        report: Box<Report>,
        /// How long they took.
        took: Duration,
    },
}

/// Where everything happens.
#[derive(Debug)]
pub(super) struct Started {
    /// The node's address.
    pub(super) node: String,
    /// The log's name.
    pub(super) origin: Origin,
    /// The node's key.
    pub(super) node_key: KeyId,
    /// The folder of the node and of both homes.
    pub(super) folder: PathBuf,
    /// How long the node took to be ready.
    pub(super) took: Duration,
    /// Who the two agents are, and what each wants, in words.
    pub(super) cast: [(AgentUri, String); 2],
}

/// A score and how it comes about.
#[derive(Debug, Clone)]
pub(super) struct Score {
    /// In points.
    pub(super) score: String,
    /// The level's name.
    pub(super) level: String,
    /// Points that add up to the score, by name.
    pub(super) parts: Vec<(String, String)>,
}

/// What an observer's node says of an agent.
#[derive(Debug)]
pub(super) struct Trusts {
    /// Whose eyes.
    pub(super) observer: Domain,
    /// Who is looked at.
    pub(super) subject: AgentUri,
    /// For a deal of this size.
    pub(super) amount: Money,
    /// What was said the last time.
    pub(super) before: Option<Score>,
    /// What is said now.
    pub(super) now: Score,
    /// How long the answer took.
    pub(super) took: Duration,
}

/// Milliseconds with a tenth.
pub(super) fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}

impl Note {
    /// Shows it.
    pub(super) fn show(&self, printer: &Printer) {
        if printer.is_json() {
            return printer.json(&self.json());
        }
        for text in self.human() {
            printer.line(text);
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Started(started) => json!({
                "event": "demo.start",
                "node": started.node,
                "origin": started.origin,
                "nodeKey": started.node_key,
                "folder": started.folder,
                "tookMs": millis(started.took),
                "agents": started.cast.iter().map(|(agent, _)| agent).collect::<Vec<_>>(),
            }),
            Self::Chapter { title } => json!({ "event": "demo.chapter", "title": title }),
            Self::Searched { who, capability, found, took } => json!({
                "event": "registry.search",
                "who": who,
                "capability": capability,
                "found": found.iter().map(|(agent, reason)| json!({ "agent": agent, "reason": reason })).collect::<Vec<_>>(),
                "tookMs": millis(*took),
            }),
            Self::Decided { who, why } => json!({ "event": "agent.decide", "who": who, "why": why }),
            Self::Trusts(trusts) => trusts.json(),
            Self::Waits { obligation, due, left } => {
                json!({ "event": "obligation.wait", "obligation": obligation, "due": due, "leftMs": left })
            }
            Self::Wrote { commitment, path, bytes, took } => json!({
                "event": "bundle.write",
                "commitment": commitment,
                "file": path,
                "bytes": bytes,
                "tookMs": millis(*took),
            }),
            Self::Checked { report, took } => json!({
                "event": "bundle.verify",
                "proved": count(report, Verdict::Proved),
                "refuted": count(report, Verdict::Refuted),
                "notShown": count(report, Verdict::NotShown),
                "checks": report.checks,
                "tookMs": millis(*took),
            }),
        }
    }

    fn human(&self) -> Vec<Text> {
        match self {
            Self::Started(started) => started.human(),
            Self::Chapter { title } => vec![Text::default(), Text::of(Paint::Strong, title), header()],
            Self::Searched { who, capability, found, took } => {
                let names: Vec<String> = found.iter().map(|(agent, _)| words::agent(agent)).collect();
                let answer = Text::from(format!("{capability}: ")).strong(names.join(", "));
                vec![aside(who, "searches", answer).dim(format_args!("  {:.1} ms", millis(*took)))]
            }
            Self::Decided { who, why } => vec![aside(who, "thinks", Text::of(Paint::Dim, why))],
            Self::Trusts(trusts) => trusts.human(),
            Self::Waits { obligation, left, .. } => {
                let text = format!("{obligation} is due in {} and nobody delivers …", words::span(*left));
                vec![aside("", "", Text::of(Paint::Dim, text))]
            }
            Self::Wrote { path, bytes, took, .. } => {
                let text = Text::of(Paint::Strong, path.display()).dim(format_args!(
                    "  {} bytes, {:.1} ms",
                    terms::grouped(bytes),
                    millis(*took)
                ));
                vec![aside("buyer", "keeps the proof", text)]
            }
            Self::Checked { report, took } => checked(report, *took),
        }
    }
}

fn count(report: &Report, verdict: Verdict) -> usize {
    report.checks.iter().filter(|check| check.verdict == verdict).count()
}

fn checked(report: &Report, took: Duration) -> Vec<Text> {
    let mut lines: Vec<Text> = report
        .checks
        .iter()
        .map(|check| {
            let verdict = crate::commands::verify::verdict(check.verdict);
            aside("", "", verdict.pad(11).plain(words::line(&check.detail, 58)))
        })
        .collect();
    let [proved, refuted, not_shown] =
        [Verdict::Proved, Verdict::Refuted, Verdict::NotShown].map(|verdict| count(report, verdict));
    let paint = if refuted == 0 { Paint::Good } else { Paint::Bad };
    let sum = Text::of(paint, format_args!("{proved} proved, {refuted} refuted, {not_shown} not shown"))
        .dim(format_args!("  {:.1} ms, without the node", millis(took)));
    lines.push(aside("anybody", "verifies it", sum));
    lines
}

impl Started {
    fn human(&self) -> Vec<Text> {
        let field =
            |name: &str, value: Text| Text::from("  ").join(Text::of(Paint::Dim, name).pad(8)).join(value);
        let mut lines = vec![
            Text::of(
                Paint::Strong,
                "Two organisations make a deal, keep it and prove it. Then one breaks its word.",
            ),
            Text::default(),
            field(
                "node",
                Text::from(&*self.node).dim(format_args!(
                    "  log {}, ready in {:.0} ms",
                    self.origin,
                    millis(self.took)
                )),
            ),
        ];
        for ((agent, wants), name) in self.cast.iter().zip(["buyer", "vendor"]) {
            lines.push(field(name, Text::from(words::agent(agent)).pad(22).dim(wants)));
        }
        lines
    }
}

impl Trusts {
    fn json(&self) -> Value {
        let part = |(name, points): &(String, String)| json!({ "name": name, "points": points });
        json!({
            "event": "trust.assess",
            "observer": self.observer,
            "subject": self.subject,
            "amount": self.amount,
            "scoreBefore": self.before.as_ref().map(|score| &score.score),
            "score": self.now.score,
            "level": self.now.level,
            "parts": self.now.parts.iter().map(part).collect::<Vec<_>>(),
            "tookMs": millis(self.took),
        })
    }

    fn human(&self) -> Vec<Text> {
        let observer = self.observer.as_str().split('.').next().unwrap_or_default();
        let subject = self.subject.path();
        let number = |score: &Score| score.score.parse::<f64>().unwrap_or_default();
        let mut text = Text::from(format!("the {subject} "));
        let now = number(&self.now);
        match self.before.as_ref().map(number) {
            Some(before) => {
                let paint = if now >= before { Paint::Good } else { Paint::Bad };
                text = text.dim(format_args!("{before:.1} → ")).and(paint, format_args!("{now:.1}"));
            }
            None => text = text.strong(format_args!("{now:.1}")),
        }
        text = text.plain(format_args!(" of 100, {}", self.now.level));
        let sum: Vec<String> = self
            .now
            .parts
            .iter()
            .filter_map(|(name, points)| {
                let (sign, size) = points.strip_prefix('-').map_or(("+", &**points), |size| ("−", size));
                (size != "0.000").then(|| format!("{sign} {size} {name}"))
            })
            .collect();
        let sum = sum.join(" ");
        let why = sum.strip_prefix("+ ").unwrap_or(&sum);
        vec![
            aside(observer, "trusts", text.dim(format_args!("  {:.1} ms", millis(self.took)))),
            aside("", "", Text::of(Paint::Dim, format_args!("{} = {why}", self.now.score))),
        ]
    }
}
