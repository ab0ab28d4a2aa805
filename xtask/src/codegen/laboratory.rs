//! The tables of the argument for the trust model, from what a run of the laboratory wrote. Measures nothing.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::{cell, read_text, spec};

/// What `assent lab trust --out` wrote.
const SOURCE: &str = "docs/images/trust/report.json";
/// The page that people write and the generator fills.
pub(super) const TARGET: &str = "docs/trust.md";

/// The part of a report that the page shows.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    goals: Vec<Goal>,
    systems: Vec<String>,
    attacks: Vec<Attack>,
    ablations: Vec<Ablated>,
    foresight: Foresight,
}

#[derive(Deserialize)]
struct Goal {
    goal: String,
    asks: String,
    reached: String,
    held: bool,
}

#[derive(Deserialize)]
struct Attack {
    attack: String,
    figure: String,
    points: Vec<f64>,
}

#[derive(Deserialize)]
struct Ablated {
    mechanism: String,
    purpose: String,
    breaks: Vec<String>,
}

#[derive(Deserialize)]
struct Foresight {
    systems: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    area: f64,
}

/// The page with its tables as the report says.
///
/// # Errors
/// A sentence with the file that cannot be read, or the block that nothing makes.
pub(super) fn page(root: &Path) -> Result<String, String> {
    let report: Report =
        serde_json::from_str(&read_text(root, SOURCE)?).map_err(|error| format!("{SOURCE}: {error}"))?;
    spec::filled_by(TARGET, &read_text(root, TARGET)?, |name| report.block(name))
}

impl Report {
    fn block(&self, name: &str) -> Result<String, String> {
        match name {
            "goals" => Ok(self.goals()),
            "attacks" => Ok(self.attacks()),
            "foresight" => Ok(self.foresight()),
            "mechanisms" => Ok(self.mechanisms()),
            _ => Err(format!("nothing makes the block {name}")),
        }
    }

    fn goals(&self) -> String {
        let mut out = String::from("| goal | what it asks | reached | |\n|---|---|---|---|\n");
        for Goal { goal, asks, reached, held } in &self.goals {
            let verdict = if *held { "held" } else { "**missed**" };
            let _ = writeln!(out, "| `{goal}` | {} | {} | {verdict} |", cell(asks), cell(reached));
        }
        out
    }

    fn attacks(&self) -> String {
        let mut out = format!("| attack | figure | {} |\n", self.systems.join(" | "));
        let _ = writeln!(out, "|---|---|{}", "---|".repeat(self.systems.len()));
        for Attack { attack, figure, points } in &self.attacks {
            // What rounds to nothing has no sign.
            let plain = |points: &f64| if points.abs() < 0.05 { 0.0 } else { *points };
            let points: Vec<String> = points.iter().map(|points| format!("{:.1}", plain(points))).collect();
            let _ = writeln!(out, "| {} | {} | {} |", cell(attack), cell(figure), points.join(" | "));
        }
        out
    }

    fn foresight(&self) -> String {
        let mut out = String::from("| system | area under the curve |\n|---|---|\n");
        for (name, found) in self.systems.iter().zip(&self.foresight.systems) {
            let _ = writeln!(out, "| {name} | {:.4} |", found.area);
        }
        out
    }

    fn mechanisms(&self) -> String {
        let mut out = String::from("| without | it is for | breaks |\n|---|---|---|\n");
        for Ablated { mechanism, purpose, breaks } in &self.ablations {
            let breaks: Vec<String> = breaks.iter().map(|goal| format!("`{goal}`")).collect();
            let _ = writeln!(out, "| {} | {} | {} |", cell(mechanism), cell(purpose), breaks.join(", "));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_becomes_tables() {
        let report: Report = serde_json::from_value(serde_json::json!({
            "goals": [{"goal": "ring", "asks": "none | gains", "reached": "+0.1", "held": false}],
            "systems": ["flow-1", "Beta"],
            "attacks": [{"attack": "a ring", "figure": "gained", "points": [-0.04, 25.55]}],
            "ablations": [{"mechanism": "growth", "purpose": "slow", "breaks": ["haste", "friend"]}],
            "foresight": {"systems": [{"area": 0.69804}, {"area": 0.6119}]},
        }))
        .unwrap();
        for (name, row) in [
            ("goals", "| `ring` | none \\| gains | +0.1 | **missed** |\n"),
            ("attacks", "| a ring | gained | 0.0 | 25.6 |\n"),
            ("foresight", "| flow-1 | 0.6980 |\n"),
            ("mechanisms", "| growth | slow | `haste`, `friend` |\n"),
        ] {
            let table = report.block(name).unwrap();
            assert!(table.contains(row), "{table}");
        }
        assert!(report.block("wishes").is_err());
    }
}
