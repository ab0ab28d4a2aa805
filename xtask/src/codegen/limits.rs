//! The numbers of the protocol: from `spec/limits.toml` to Rust and to their reference page.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::{cell, read};

/// Where the numbers are written by hand.
pub(super) const SOURCE: &str = "spec/limits.toml";

/// One number with what it counts and why it is that large.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitRow {
    #[serde(skip)]
    name: String,
    value: u64,
    unit: String,
    hard: bool,
    reason: String,
}

/// Reads the numbers, by name.
///
/// # Errors
/// A sentence with the number that cannot be read.
pub(super) fn load(root: &Path) -> Result<Vec<LimitRow>, String> {
    let table: toml::Table = read(root, SOURCE)?;
    let row = |(name, value): (String, toml::Value)| {
        let row: LimitRow = value.try_into().map_err(|error| format!("{SOURCE}: {name}: {error}"))?;
        Ok(LimitRow { name, ..row })
    };
    table.into_iter().map(row).collect()
}

/// The text of `crates/asp-core/src/limits.rs`, before it is formatted.
pub(super) fn rust(rows: &[LimitRow]) -> String {
    let mut out = String::from(
        "//! Every number of the protocol. Generated from `spec/limits.toml` by `cargo xtask codegen`; do not edit.\n\n\
         use crate::position::Millis;\n\n",
    );
    for row in rows {
        let (kind, value) = match row.unit.as_str() {
            "milliseconds" => ("Millis", format!("Millis({})", row.value)),
            "number" => ("u64", row.value.to_string()),
            _ => ("usize", row.value.to_string()),
        };
        let _ = writeln!(
            out,
            "/// {}, in {}. {}\npub const {}: {kind} = {value};\n",
            if row.hard { "A bound" } else { "A default" },
            row.unit,
            row.reason,
            row.name.to_uppercase()
        );
    }
    out
}

/// The text of `docs/reference/limits.md`.
pub(super) fn page(rows: &[LimitRow]) -> String {
    let mut out = String::from(
        "<!-- Generated from spec/limits.toml by `cargo xtask codegen`; do not edit. -->\n\n\
         # Limits\n\n\
         Every number of the protocol. A setting or an invitation may narrow any of them. A *default* may also be \
         widened; a *bound* never is, whoever asks.\n\n",
    );
    table(&mut out, rows);
    out
}

/// The table of numbers.
pub(super) fn table(out: &mut String, rows: &[LimitRow]) {
    out.push_str("| name | value | unit | kind | why |\n|---|--:|---|---|---|\n");
    for row in rows {
        let kind = if row.hard { "bound" } else { "default" };
        let span = span(row).map(|span| format!(" ({span})")).unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{}` | {} | {}{span} | {kind} | {} |",
            row.name,
            grouped(row.value),
            row.unit,
            cell(&row.reason)
        );
    }
}

/// Milliseconds or bytes in the largest unit that divides them.
fn span(row: &LimitRow) -> Option<String> {
    let units: &[(u64, &str)] = match row.unit.as_str() {
        "milliseconds" => &[(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")],
        "bytes" => &[(1 << 20, "MiB"), (1 << 10, "KiB")],
        _ => &[],
    };
    let (size, name) = units.iter().find(|(size, _)| row.value > 0 && row.value.is_multiple_of(*size))?;
    Some(format!("{} {name}", row.value / size))
}

/// `9007199254740991` as `9,007,199,254,740,991`.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_read_them() {
        for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (262_144, "262,144")] {
            assert_eq!(grouped(value), text);
        }
        let shown = |value, unit: &str| {
            span(&LimitRow {
                name: String::new(),
                value,
                unit: unit.to_owned(),
                hard: true,
                reason: String::new(),
            })
        };
        assert_eq!(shown(259_200_000, "milliseconds").as_deref(), Some("3 d"));
        assert_eq!(shown(90_000, "milliseconds").as_deref(), Some("90 s"));
        assert_eq!(shown(262_144, "bytes").as_deref(), Some("256 KiB"));
        assert_eq!(shown(200, "bytes"), None);
        assert_eq!(shown(1000, "statements"), None);
    }
}
