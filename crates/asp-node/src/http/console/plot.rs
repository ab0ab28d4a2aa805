//! Lines over time as SVG that stands in the page: the path of prices in a session, a score over months.
//! Whole numbers alone; a reader without eyes gets the same numbers as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use asp_core::amount::Money;
use asp_core::name::{AgentUri, Domain};
use asp_core::position::LogTime;

use super::super::page::escaped;
use super::cells::{self, Html};

/// The drawing's size, and the room for numbers beside it.
const WIDTH: u128 = 640;
const HEIGHT: u128 = 180;
const LEFT: u128 = 76;
const EDGE: u128 = 14;

/// A price that somebody named.
pub(super) struct Offered {
    pub(super) sequence: u64,
    pub(super) by: AgentUri,
    pub(super) price: Money,
}

/// Where something stands between two bounds, on a line of this length.
const fn scaled(value: u128, (low, high): (u128, u128), length: u128) -> u128 {
    match value.saturating_sub(low).saturating_mul(length).checked_div(high.saturating_sub(low)) {
        Some(at) => at,
        None => length / 2,
    }
}

/// One line of a drawing.
struct Path {
    hue: String,
    /// Across, up, and what it says.
    points: Vec<(u128, u128, String)>,
}

fn drawn(
    label: &str,
    bounds: (u128, u128),
    marks: (&str, &str),
    paths: &[Path],
    across: (u128, u128),
) -> String {
    let bottom = HEIGHT - EDGE;
    let mut svg = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\
         <line class=\"axis\" x1=\"{LEFT}\" y1=\"{EDGE}\" x2=\"{WIDTH}\" y2=\"{EDGE}\"/>\
         <line class=\"axis\" x1=\"{LEFT}\" y1=\"{bottom}\" x2=\"{WIDTH}\" y2=\"{bottom}\"/>\
         <text x=\"{x}\" y=\"{top}\" text-anchor=\"end\">{}</text>\
         <text x=\"{x}\" y=\"{low}\" text-anchor=\"end\">{}</text>",
        escaped(label),
        escaped(marks.1),
        escaped(marks.0),
        x = LEFT - 10,
        top = EDGE + 4,
        low = bottom + 4,
    );
    for Path { hue, points } in paths {
        let place = |(x, y, _): &(u128, u128, String)| {
            let x = LEFT + EDGE + scaled(*x, across, WIDTH - LEFT - 2 * EDGE);
            (x, bottom - scaled(*y, bounds, bottom - EDGE))
        };
        let line: Vec<String> = points.iter().map(place).map(|(x, y)| format!("{x},{y}")).collect();
        // Writing to a text cannot fail, here and below.
        let _ = write!(svg, "<g class=\"{hue}\"><polyline points=\"{}\"/>", line.join(" "));
        for point in points {
            let (x, y) = place(point);
            let _ = write!(
                svg,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"4\"><title>{}</title></circle>",
                escaped(&point.2)
            );
        }
        svg.push_str("</g>");
    }
    svg.push_str("</svg>");
    svg
}

/// The path of the prices that were named, of the currency that most were named in; none of fewer than two.
pub(super) fn prices(offered: &[Offered], own: Option<&Domain>) -> Option<Html> {
    let mut currencies: BTreeMap<&str, usize> = BTreeMap::new();
    for one in offered {
        *currencies.entry(one.price.currency.as_str()).or_default() += 1;
    }
    let currency = currencies.into_iter().max_by_key(|(_, many)| *many)?.0;
    let told: Vec<&Offered> = offered.iter().filter(|one| one.price.currency.as_str() == currency).collect();
    let low = told.iter().min_by_key(|one| one.price.amount.nanos())?;
    let high = told.iter().max_by_key(|one| one.price.amount.nanos())?;
    if told.len() < 2 {
        return None;
    }
    let mut by: BTreeMap<&AgentUri, Path> = BTreeMap::new();
    for one in &told {
        // Colours of two can be alike: every second line is dashed.
        let apart = if by.len() % 2 == 1 { " apart" } else { "" };
        let path = by.entry(&one.by).or_insert_with(|| Path {
            hue: format!("{}{apart}", cells::hue(&one.by.organisation(), own)),
            points: Vec::new(),
        });
        let words = format!("{} at {}: {}", one.by, one.sequence, one.price);
        path.points.push((u128::from(one.sequence), one.price.amount.nanos(), words));
    }
    let across = (u128::from(told.first()?.sequence), u128::from(told.last()?.sequence));
    let legend: String = by
        .iter()
        .map(|(agent, path)| {
            format!("<span class=\"{}\">{}</span>", path.hue, escaped(agent.organisation().as_str()))
        })
        .collect();
    let paths: Vec<Path> = by.into_values().collect();
    let label = format!("Prices named, from {} to {}", low.price, high.price);
    let marks = (cells::grouped_amount(&low.price), cells::grouped_amount(&high.price));
    let bounds = (low.price.amount.nanos(), high.price.amount.nanos());
    let svg = drawn(&label, bounds, (&marks.0, &marks.1), &paths, across);
    Some(Html::of_own(format!(
        "{svg}<div class=\"legend\">{legend}<small>{}</small></div>",
        escaped(currency)
    )))
}

/// A score from 0 to 100 over time, each as thousandths with what it says.
pub(super) fn scores(moments: &[(u64, u64, String)]) -> Option<Html> {
    let (first, last) = (moments.first()?, moments.last()?);
    let points =
        moments.iter().map(|(at, score, words)| (u128::from(*at), u128::from(*score), words.clone()));
    let path = Path { hue: String::new(), points: points.collect() };
    let label = format!("The score over time, at last {}", last.2);
    let across = (u128::from(first.0), u128::from(last.0));
    Some(Html::of_own(drawn(&label, (0, 100_000), ("0", "100"), &[path], across)))
}

/// The height of a lane, the room for its name, and the letters of that which fit.
const LANE: u128 = 34;
const NAME: u128 = 150;
const LETTERS: usize = 22;

/// Somebody in a course: what it said, and while an answer of it was awaited, in milliseconds, with what that says.
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) hue: String,
    pub(super) said: Vec<(u64, String)>,
    pub(super) awaited: Vec<(u64, u64, String)>,
}

/// Lanes over time; none where nobody spoke.
pub(super) fn lanes(lanes: &[Lane]) -> Option<Html> {
    let said = lanes.iter().flat_map(|lane| lane.said.iter().map(|(at, _)| *at));
    let awaited = lanes.iter().flat_map(|lane| lane.awaited.iter().map(|(_, end, _)| *end));
    let instants: Vec<u64> = said.chain(awaited).collect();
    let bounds = (u128::from(*instants.iter().min()?), u128::from(*instants.iter().max()?));
    let across = |at: u64| NAME + EDGE + scaled(u128::from(at), bounds, WIDTH - NAME - 2 * EDGE);
    let height = LANE * u128::try_from(lanes.len()).ok()?;
    let spoke: usize = lanes.iter().map(|lane| lane.said.len()).sum();
    let mut svg = format!(
        "<svg class=\"plot whole\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Who spoke when: {spoke} statements\">"
    );
    for (lane, middle) in lanes.iter().zip((0_u128..).map(|place| place * LANE + LANE / 2)) {
        let name: String = lane.name.chars().take(LETTERS).collect();
        // Writing to a text cannot fail, here and below.
        let _ = write!(
            svg,
            "<g class=\"{}\"><line class=\"axis\" x1=\"{NAME}\" y1=\"{middle}\" x2=\"{WIDTH}\" y2=\"{middle}\"/>\
             <text x=\"0\" y=\"{}\">{}</text>",
            lane.hue,
            middle + 4,
            escaped(&name)
        );
        for (since, until, words) in &lane.awaited {
            let (x, end) = (across(*since), across(*until));
            let width = end.saturating_sub(x).max(2);
            let _ = write!(
                svg,
                "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"12\" rx=\"3\"><title>{}</title></rect>",
                middle - 6,
                escaped(words)
            );
        }
        for (at, words) in &lane.said {
            let x = across(*at);
            let _ = write!(
                svg,
                "<circle cx=\"{x}\" cy=\"{middle}\" r=\"4\"><title>{}</title></circle>",
                escaped(words)
            );
        }
        svg.push_str("</g>");
    }
    svg.push_str("</svg>");
    Some(Html::of_own(svg))
}

/// The sizes of the log over time; none of fewer than two.
pub(super) fn growth(moments: &[(u64, LogTime)]) -> Option<Html> {
    let ((_, first), (most, last)) = (moments.first()?, moments.last()?);
    if moments.len() < 2 {
        return None;
    }
    let told =
        |size: u64, at: LogTime| format!("{} at {}", cells::grouped(&size.to_string()), cells::minute(at));
    let points =
        moments.iter().map(|(size, at)| (u128::from(at.millis()), u128::from(*size), told(*size, *at)));
    let path = Path { hue: String::new(), points: points.collect() };
    let label =
        format!("Statements in the log over time, from {} to {}", cells::minute(*first), told(*most, *last));
    let across = (u128::from(first.millis()), u128::from(last.millis()));
    let marks = ("0", cells::grouped(&most.to_string()));
    let svg = drawn(&label, (0, u128::from(*most)), (marks.0, &marks.1), &[path], across);
    let (first, last) = (cells::at(*first), cells::at(*last));
    Some(Html::of_own(format!("{svg}<div class=\"legend ends\">{first}{last}</div>")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(sequence: u64, by: &str, price: &str) -> Offered {
        Offered { sequence, by: by.parse().unwrap(), price: price.parse().unwrap() }
    }

    #[test]
    fn a_path_has_a_point_for_each_price_of_one_currency() {
        let (acme, globex) = ("agent://acme.example/buyer", "agent://globex.example/seller");
        let told = [
            offered(3, acme, "10 USD"),
            offered(4, globex, "20 USD"),
            offered(5, acme, "5 EUR"),
            offered(6, acme, "15 USD"),
        ];
        let text = prices(&told, None).unwrap().to_string();
        assert_eq!((text.matches("<circle").count(), text.matches("<polyline").count()), (3, 2));
        assert!(text.contains("from 10 USD to 20 USD"), "{text}");
        // One of the two is dashed, in the drawing and in its legend.
        assert_eq!(text.matches(" apart\"").count(), 2, "{text}");
        for few in [&told[..0], &told[..1]] {
            assert!(prices(few, None).is_none());
        }
    }

    #[test]
    fn a_log_that_grows_is_a_line_that_rises() {
        let moments: Vec<_> =
            [(1, 0), (5, 60_000), (9, 90_000)].map(|(size, at)| (size, LogTime::from_millis(at))).into();
        let text = growth(&moments).unwrap().to_string();
        let line = text.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        let points: Vec<(u32, u32)> = line
            .split(' ')
            .map(|point| point.split_once(',').unwrap())
            .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
            .collect();
        assert_eq!(points.len(), 3);
        assert!(points.is_sorted_by(|one, next| one.0 < next.0 && one.1 > next.1), "{points:?}");
        assert!(growth(&moments[..1]).is_none() && growth(&[]).is_none());
    }

    #[test]
    fn a_course_has_a_lane_a_dot_and_a_bar_for_each() {
        let lane = |name: &str, said: &[u64], awaited: &[(u64, u64)]| Lane {
            name: name.to_owned(),
            hue: "h1".to_owned(),
            said: said.iter().map(|at| (*at, "<b>".to_owned())).collect(),
            awaited: awaited.iter().map(|(since, until)| (*since, *until, "an answer".to_owned())).collect(),
        };
        let course = [
            lane("acme.example", &[1000, 5000], &[]),
            lane("volt.example", &[3000], &[(1000, 3000), (3000, 3000)]),
        ];
        let text = lanes(&course).unwrap().to_string();
        let count = |part: &str| text.matches(part).count();
        assert_eq!((count("<g "), count("<circle"), count("<rect")), (2, 3, 2));
        assert!(!text.contains("<b>") && text.contains("width=\"2\""), "{text}");
        assert!(lanes(&[]).is_none());
    }

    #[test]
    fn one_price_alone_stands_in_the_middle_and_the_largest_number_stays_in_the_drawing() {
        assert_eq!(scaled(7, (7, 7), 100), 50);
        assert_eq!(scaled(u128::MAX, (0, u128::MAX), 1), 1);
        assert_eq!((scaled(5, (5, 15), 100), scaled(15, (5, 15), 100)), (0, 100));
    }
}
