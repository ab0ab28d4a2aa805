//! Real ratings between people who trade coins, as a test of foresight: what was known of somebody, and what the next said.
//!
//! The first 70 % of the ratings by time are known. Judged is each later rating of somebody who had been rated before: is
//! it negative? A system ranks the rated by its score at the end of the known part; the area under the curve says how often
//! it puts one who is then rated badly below one who is not. A positive rating stands for a kept deal of the rated with
//! the rater, a negative one for a broken one, worth as many units as the rating; the class is one unit. The only seed is
//! the account that gave the first rating, for flow-1 and for EigenTrust. Nothing here was chosen by the later part: seed
//! and class were, on the first 70 % split once more.

use std::collections::BTreeSet;

use asp_core::trust::Model;
use serde::Serialize;

use crate::record::{Agent, Asked, Deal, Record};
use crate::roc::{Outcome, area, curve};
use crate::systems::System;

/// A rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Who rates.
    pub by: Agent,
    /// Whom.
    pub of: Agent,
    /// From −10 to 10, not 0.
    pub rating: i8,
    /// Seconds since 1970.
    pub second: u64,
}

/// What each system foresaw.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Foresight {
    /// Ratings that were known.
    pub known: usize,
    /// Later ratings that were judged.
    pub judged: usize,
    /// How many of them were negative.
    pub negative: usize,
    /// By system: the area under the curve, and the curve.
    pub systems: Vec<Found>,
}

/// What one system foresaw.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The system.
    pub system: System,
    /// The area under its curve.
    pub area: f64,
    /// The curve.
    #[serde(skip)]
    pub curve: Vec<(f64, f64)>,
}

/// Reads lines of `source,target,rating,time` after a line of names.
///
/// # Errors
/// A sentence with the line that is none.
pub fn read(text: &str) -> Result<Vec<Row>, String> {
    let rows = (2..).zip(text.lines().skip(1)).map(|(number, line)| {
        row(line).ok_or_else(|| format!("line {number} is not source,target,rating,time: {line:.60}"))
    });
    let mut rows = rows.collect::<Result<Vec<Row>, String>>()?;
    rows.sort_by_key(|row| row.second);
    Ok(rows)
}

fn row(line: &str) -> Option<Row> {
    let mut parts = line.trim().split(',');
    let (by, of) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let rating = parts.next()?.parse().ok().filter(|rating| (-10..=10).contains(rating) && *rating != 0)?;
    // Some copies have fractions of a second.
    let second = parts.next()?.split('.').next()?.parse().ok().filter(|second| *second < 1 << 40)?;
    parts.next().is_none().then_some(Row { by, of, rating, second })
}

/// What some systems foresee of the last 30 % of the ratings.
#[must_use]
pub fn foresee(model: &Model, rows: &[Row], systems: &[System]) -> Foresight {
    let (known, later) = rows.split_at(rows.len() * 7 / 10);
    let judged: BTreeSet<Agent> = known.iter().map(|row| row.of).collect();
    let later: Vec<&Row> = later.iter().filter(|row| judged.contains(&row.of)).collect();
    let subjects: Vec<Agent> = later.iter().map(|row| row.of).collect::<BTreeSet<_>>().into_iter().collect();
    let start = known.first().map_or(0, |row| row.second / 60);
    let minute = |row: &Row| row.second / 60 - start;
    let deals = known.iter().map(|row| Deal {
        debtor: row.of,
        creditor: row.by,
        cents: u64::from(row.rating.unsigned_abs()) * UNIT,
        minute: minute(row),
        kept: row.rating > 0,
    });
    let record = Record { deals: deals.collect(), ratings: Vec::new() };
    let asked = Asked {
        seeds: known.iter().take(1).map(|row| row.by).collect(),
        cents: UNIT,
        minute: known.last().map_or(0, minute),
    };
    let found = systems.iter().map(|system| {
        let scores = system.judge(model, &record, &asked, &subjects);
        let of = |row: &&Row| {
            let place = subjects.binary_search(&row.of).unwrap_or(usize::MAX);
            Outcome { score: scores.get(place).copied().unwrap_or(0.0), bad: row.rating < 0 }
        };
        let outcomes: Vec<Outcome> = later.iter().map(of).collect();
        Found { system: *system, area: area(&outcomes), curve: curve(&outcomes) }
    });
    Foresight {
        known: known.len(),
        judged: later.len(),
        negative: later.iter().filter(|row| row.rating < 0).count(),
        systems: found.collect(),
    }
}

impl Foresight {
    /// The area of one system.
    #[must_use]
    pub fn area(&self, system: System) -> f64 {
        self.systems.iter().find(|found| found.system == system).map_or(0.0, |found| found.area)
    }
}

/// One unit of rating in cents.
const UNIT: u64 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_are_read_and_what_is_none_is_refused() {
        let rows = read("Source,Target,Weight,Timestamp\n6,2,4,1289241912.5\n1,15,-10,1289241911\n").unwrap();
        assert_eq!(rows[0], Row { by: 1, of: 15, rating: -10, second: 1_289_241_911 });
        assert_eq!(rows.len(), 2);
        for bad in
            ["6,2,4", "6,2,4,5,6", "6,2,0,5", "6,2,11,5", "6,x,4,5", "-6,2,4,5", "", "6,2,4,99999999999999"]
        {
            let told = read(&format!("names\n{bad}\n")).unwrap_err();
            assert!(told.contains("line 2"), "{told}");
        }
    }

    #[test]
    fn only_who_was_rated_before_is_judged() {
        let rated = |by, of, rating, second| Row { by, of, rating, second };
        let rows: Vec<Row> = (0..7)
            .map(|number| {
                rated(0, 1 + number % 2, if number % 2 == 0 { 5 } else { -5 }, u64::from(number) * 60)
            })
            .chain([rated(3, 1, 5, 900), rated(3, 2, -5, 901), rated(3, 9, -5, 902)])
            .collect();
        let found = foresee(&Model::FLOW_1, &rows, &System::ALL);
        assert_eq!((found.known, found.judged, found.negative), (7, 2, 1));
        assert!(System::ALL.iter().all(|system| found.area(*system) >= 0.5), "{found:?}");
        assert!((found.area(System::Flow) - 1.0).abs() < 1e-9);
    }
}
