//! `assent tck`: tries a node against the numbered rules. Judges nothing itself: the kit does.

use std::collections::BTreeMap;

use asp_tck::rules::Level;
use asp_tck::{Options, Report, RuleResult, Verdict};
use serde_json::json;

use super::write_output;
use crate::cli::Tck;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};

/// Plays the cases, shows what came of them, writes the files.
///
/// # Errors
/// [`crate::failure::Exit::No`] if anything that was tried does not hold, [`crate::failure::Exit::Away`] without a node.
pub(super) async fn run(context: &Context, args: &Tck) -> Outcome {
    let options = Options { rules: args.rules.clone(), level: args.level.map(Level::from) };
    if args.list {
        list(context, &options);
        return Ok(());
    }
    if asp_tck::list(&options).next().is_none() {
        return Err(Failure::usage("no case tries what was asked for").hint(
            "`assent tck --list` shows what would be played; a rule has to be of the level that is named.",
        ));
    }
    let node = context.node(&context.home()?);
    let progress = context.printer.progress("cases", 0);
    let ran = asp_tck::run(&node, &options, |done, total| progress.at(done, total)).await;
    drop(progress);
    let report = ran.map_err(|error| {
        Failure::away(error).hint(format_args!("Is a node running at {node}? `assent serve` starts one."))
    })?;
    if let Some(file) = &args.junit {
        write_output(file, report.junit().as_bytes())?;
    }
    if let Some(file) = &args.transcript {
        write_output(file, report.transcript().as_bytes())?;
    }
    show(context, &report);
    if report.holds() { Ok(()) } else { Err(Failure::no(broken(&report))) }
}

fn list(context: &Context, options: &Options) {
    let cases: Vec<_> =
        asp_tck::list(options).map(|(rules, case)| json!({ "case": case, "rules": rules })).collect();
    context.printer.show_all(&cases, |page| {
        let row = |(rules, case): (&[&str], &str)| vec![Text::of(Paint::Dim, rules.join(" ")), case.into()];
        page.table(vec!["RULES", "CASE"], asp_tck::list(options).map(row).collect(), "no case tries that");
    });
}

fn broken(report: &Report) -> String {
    let named = |verdict: Verdict| {
        let rules = report.rules.iter().filter(|rule| rule.verdict == verdict).map(|rule| rule.rule);
        rules.collect::<Vec<_>>().join(", ")
    };
    match (named(Verdict::Broken), named(Verdict::NotTried)) {
        (broken, _) if !broken.is_empty() => format!("the node breaks {broken}"),
        (_, untried) if !untried.is_empty() => format!("no case tries {untried}"),
        _ => "the node breaks a rule besides those that were asked about".to_owned(),
    }
}

fn show(context: &Context, report: &Report) {
    if context.printer.is_json() {
        report.rules.iter().for_each(|rule| context.printer.json(rule));
        report
            .cases
            .iter()
            .filter(|case| !case.findings.is_empty())
            .for_each(|case| context.printer.json(case));
        context.printer.json(&json!({
            "origin": report.origin, "level": report.level, "holds": report.holds(),
            "cases": report.cases.len(), "seconds": report.seconds,
        }));
        return;
    }
    let mut page = Page::default();
    page.table(
        vec!["FAMILY", "LEVEL", "RULES", "HOLD", "BROKEN", "INSIDE"],
        families(report),
        "nothing was tried",
    );
    findings(&mut page, report);
    page.gap().line(ending(report));
    context.printer.page(&page);
}

/// One row a family and level: how many rules there are, and how many of them hold.
fn families(report: &Report) -> Vec<Vec<Text>> {
    let mut families: BTreeMap<(Level, &str), Vec<&RuleResult>> = BTreeMap::new();
    for rule in &report.rules {
        let family = rule.rule.rsplit_once('-').map_or(rule.rule, |(family, _)| family);
        families.entry((rule.level, family)).or_default().push(rule);
    }
    let row = |((level, family), rules): ((Level, &str), Vec<&RuleResult>)| {
        let count = |verdict: Verdict| rules.iter().filter(|rule| rule.verdict == verdict).count();
        let bad = count(Verdict::Broken) + count(Verdict::NotTried);
        let number =
            |paint: Paint, count: usize| Text::of(if count == 0 { Paint::Dim } else { paint }, count);
        vec![
            family.into(),
            Text::of(Paint::Dim, level.as_str()),
            rules.len().to_string().into(),
            number(Paint::Good, count(Verdict::Holds)),
            number(Paint::Bad, bad),
            number(Paint::Dim, count(Verdict::Inside)),
        ]
    };
    families.into_iter().map(row).collect()
}

fn findings(page: &mut Page, report: &Report) {
    for case in report.cases.iter().filter(|case| !case.findings.is_empty()) {
        page.heading(case.case);
        for finding in &case.findings {
            page.field("rules", Text::of(Paint::Bad, finding.rules.join(" ")));
            if !finding.at.is_empty() {
                page.field("at", finding.at.as_str());
            }
            page.field("expected", finding.expected.as_str());
            page.field("came", finding.came.as_str());
        }
    }
}

fn ending(report: &Report) -> Text {
    let text = Text::from(format!("{}: ", report.origin));
    let text = match report.level {
        Some(level) => text.plain("reaches ").and(Paint::Good, level.as_str()),
        None if report.graded => text.and(Paint::Bad, "does not reach core"),
        None if report.holds() => text.and(Paint::Good, "holds"),
        None => text.and(Paint::Bad, "does not hold"),
    };
    text.dim(format_args!("  {} cases in {:.1} s", report.cases.len(), report.seconds))
}
