//! `assent lab`: the trust laboratory on the screen. Measures nothing itself: `asp-sim` does.

use std::fs;

use asp_sim::goals::Scale;
use asp_sim::otc;
use asp_sim::report::{self, Report, Request};
use serde_json::json;

use super::{read_input, write_output};
use crate::cli::{LabCommand, LabTrust};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};

/// A file of ratings is no larger: about two million of them.
const RATINGS_MAX: u64 = 64 << 20;

/// Runs one of the commands.
///
/// # Errors
/// [`crate::failure::Exit::No`] if a goal is missed; usage if the ratings cannot be read.
pub(super) fn run(context: &Context, command: &LabCommand) -> Outcome {
    match command {
        LabCommand::Trust(args) => trust(context, args),
    }
}

fn trust(context: &Context, args: &LabTrust) -> Outcome {
    let ratings = args.otc.as_deref().map(|file| read_input(file, RATINGS_MAX)).transpose()?;
    let rows = ratings.map(|bytes| {
        let name = args.otc.as_deref().unwrap_or_else(|| "ratings".as_ref()).display();
        let text = String::from_utf8(bytes).map_err(|_| Failure::usage(format_args!("{name}: no text")))?;
        otc::read(&text).map_err(|error| Failure::usage(format_args!("{name}: {error}")))
    });
    let rows = rows.transpose()?;
    let goal = args.goal.as_deref();
    if rows.is_none() && goal.is_some_and(|goal| goal.starts_with("otc")) {
        return Err(Failure::usage("this goal needs --otc FILE"));
    }
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder)
            .map_err(|error| Failure::fault(format_args!("{}: {error}", folder.display())))?;
    }
    let scale = if args.quick { Scale::QUICK } else { Scale::FULL };
    let request = Request { seed: args.seed, scale, goal, otc: rows.as_deref() };
    let progress = context.printer.progress("laboratory", 0);
    let report = report::run(&request, &|_, done, total| progress.at(done, total));
    drop(progress);
    if let Some(folder) = &args.out {
        for (name, plot) in report.plots() {
            write_output(&folder.join(name), plot.as_bytes())?;
        }
        let text = serde_json::to_vec_pretty(&report)
            .map_err(|error| Failure::fault(format_args!("report.json: {error}")))?;
        write_output(&folder.join("report.json"), &text)?;
    }
    show(context, &report, rows.is_some());
    let missed: Vec<&str> = report.goals.iter().filter(|goal| !goal.held).map(|goal| goal.goal).collect();
    if missed.is_empty() { Ok(()) } else { Err(Failure::no(format_args!("missed: {}", missed.join(", ")))) }
}

fn show(context: &Context, report: &Report, real: bool) {
    if context.printer.is_json() {
        report.goals.iter().for_each(|goal| context.printer.json(goal));
        report.attacks.iter().for_each(|attack| context.printer.json(attack));
        report.ablations.iter().for_each(|ablated| context.printer.json(ablated));
        report.foresight.iter().for_each(|foresight| context.printer.json(foresight));
        context.printer.json(&json!({
            "model": report.model, "seed": report.seed, "systems": report.systems, "held": report.held(),
        }));
        return;
    }
    let mut page = Page::default();
    page.table(vec!["GOAL", "", "REACHED", "WHAT IT ASKS"], goals(report), "nothing was measured");
    if !report.attacks.is_empty() {
        page.heading("The same attacks on every system, in points: less is better");
        let mut header = vec!["ATTACK", "FIGURE"];
        header.extend(&report.systems);
        page.table(header, attacks(report), "none");
    }
    if let Some(found) = &report.foresight {
        page.heading("Foreseeing negative ratings: the area under the curve");
        let row = |it: &otc::Found| {
            vec![it.system.name().into(), Text::of(Paint::Strong, format!("{:.4}", it.area))]
        };
        page.table(vec!["SYSTEM", "AREA"], found.systems.iter().map(row).collect(), "none");
    } else if !real && report.goals.len() > 1 {
        page.gap()
            .line(Text::of(Paint::Dim, "Two goals are on real ratings and were not measured: --otc FILE"));
    }
    if !report.ablations.is_empty() {
        page.heading("What breaks without a mechanism");
        let row = |it: &asp_sim::ablations::Ablated| {
            vec![it.mechanism.into(), it.breaks.join(", ").into(), Text::of(Paint::Dim, it.purpose)]
        };
        page.table(
            vec!["WITHOUT", "BREAKS", "IT IS FOR"],
            report.ablations.iter().map(row).collect(),
            "none",
        );
    }
    let held = report.goals.iter().filter(|goal| goal.held).count();
    page.gap().line(format!(
        "{held} of {} goals held by {}, seed {}",
        report.goals.len(),
        report.model,
        report.seed
    ));
    context.printer.page(&page);
}

fn goals(report: &Report) -> Vec<Vec<Text>> {
    let row = |it: &report::Reached| {
        let verdict = if it.held { Text::of(Paint::Good, "held") } else { Text::of(Paint::Bad, "missed") };
        vec![
            Text::of(Paint::Strong, it.goal),
            verdict,
            it.reached.clone().into(),
            Text::of(Paint::Dim, it.asks),
        ]
    };
    report.goals.iter().map(row).collect()
}

fn attacks(report: &Report) -> Vec<Vec<Text>> {
    let row = |it: &asp_sim::attacks::Attack| {
        let mut row = vec![it.attack.into(), Text::of(Paint::Dim, it.figure)];
        for (column, points) in it.points.iter().enumerate() {
            let paint = if column == 0 { Paint::Strong } else { Paint::Plain };
            // What rounds to nothing has no sign.
            let points = if points.abs() < 0.05 { 0.0 } else { *points };
            row.push(Text::of(paint, format!("{points:.1}")));
        }
        row
    };
    report.attacks.iter().map(row).collect()
}
