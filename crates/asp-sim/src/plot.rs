//! Plots as SVG that stand alone: light or dark as the reader's system is, no scripts, labels at the lines' ends instead of
//! a legend. Knows lines and axes, not what they mean.

use std::fmt::Write;

/// A plot.
#[derive(Debug, Clone)]
pub struct Plot {
    /// What the plot shows, in few words.
    pub title: String,
    /// What a reader should see.
    pub subtitle: String,
    /// The axis at the bottom.
    pub across: Axis,
    /// The axis at the left.
    pub up: Axis,
    /// What is drawn; the first stands out.
    pub lines: Vec<Line>,
}

/// An axis: linear from its first tick to its last.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What it counts.
    pub name: String,
    /// Places with their labels, in rising order.
    pub ticks: Vec<(f64, String)>,
}

/// A line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its label; a line without one is there to compare with.
    pub name: String,
    /// Points, across and up.
    pub points: Vec<(f64, f64)>,
}

impl Axis {
    /// An axis with a tick at each of these numbers.
    #[must_use]
    pub fn of(name: &str, ticks: &[u32]) -> Self {
        let ticks = ticks.iter().map(|tick| (f64::from(*tick), tick.to_string())).collect();
        Self { name: name.to_owned(), ticks }
    }

    /// Where a number stands, from 0 to 1; what is outside stands at the edge.
    fn share(&self, at: f64) -> f64 {
        let from = self.ticks.first().map_or(0.0, |tick| tick.0);
        let to = self.ticks.last().map_or(1.0, |tick| tick.0);
        ((at - from) / (to - from)).clamp(0.0, 1.0)
    }
}

impl Plot {
    /// The plot as a file.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{NATURAL}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-labelledby=\"title about\">\n<title id=\"title\">{}</title>\n<desc id=\"about\">{}</desc>\n\
             <style>{STYLE}</style>\n<rect class=\"paper\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n\
             <text class=\"title\" x=\"{LEFT}\" y=\"34\">{}</text>\n\
             <text class=\"about\" x=\"{LEFT}\" y=\"56\">{}</text>\n",
            escaped(&self.title),
            escaped(&self.subtitle),
            escaped(&self.title),
            escaped(&self.subtitle)
        );
        self.draw_axes(&mut text);
        // The first line is drawn last, on top of the others.
        for (number, line) in self.lines.iter().enumerate().rev() {
            let points: Vec<String> = line
                .points
                .iter()
                .map(|(across, up)| format!("{:.1},{:.1}", self.x(*across), self.y(*up)))
                .collect();
            let class = if line.name.is_empty() { "rest".to_owned() } else { format!("c{}", number % 8) };
            let _ = writeln!(text, "<polyline class=\"line {class}\" points=\"{}\"/>", points.join(" "));
        }
        self.draw_labels(&mut text);
        text.push_str("</svg>\n");
        text
    }

    fn draw_axes(&self, text: &mut String) {
        let right = WIDTH - RIGHT;
        for (at, label) in &self.up.ticks {
            let y = self.y(*at);
            let _ = writeln!(
                text,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text class=\"tick\" text-anchor=\"end\" x=\"{}\" y=\"{:.1}\">{}</text>",
                LEFT - 10.0,
                y + 4.0,
                escaped(label)
            );
        }
        let bottom = HEIGHT - BOTTOM;
        for (at, label) in &self.across.ticks {
            let _ = writeln!(
                text,
                "<text class=\"tick\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{}\">{}</text>",
                self.x(*at),
                bottom + 20.0,
                escaped(label)
            );
        }
        let _ = writeln!(
            text,
            "<text class=\"axis\" x=\"{LEFT}\" y=\"{}\">{}</text>\
             <text class=\"axis\" text-anchor=\"end\" x=\"{right}\" y=\"{}\">{} →</text>",
            TOP - 14.0,
            escaped(&self.up.name),
            bottom + 42.0,
            escaped(&self.across.name)
        );
    }

    /// Labels at the ends of the lines, moved apart where lines end together.
    fn draw_labels(&self, text: &mut String) {
        let end = |line: &Line| line.points.last().map_or(HEIGHT, |point| self.y(point.1));
        let named = self.lines.iter().enumerate().filter(|(_, line)| !line.name.is_empty());
        let mut places: Vec<(usize, f64)> = named.map(|(number, line)| (number, end(line))).collect();
        places.sort_by(|one, other| one.1.total_cmp(&other.1));
        let mut free = TOP;
        for place in &mut places {
            place.1 = place.1.max(free);
            free = place.1 + LABEL;
        }
        // What was pushed below the plot moves the ones above it up again.
        let mut floor = HEIGHT - BOTTOM;
        for place in places.iter_mut().rev() {
            place.1 = place.1.min(floor);
            floor = place.1 - LABEL;
        }
        for (number, y) in places {
            if let Some(line) = self.lines.get(number) {
                let _ = writeln!(
                    text,
                    "<text class=\"label t{}\" x=\"{}\" y=\"{:.1}\">{}</text>",
                    number % 8,
                    WIDTH - RIGHT + 10.0,
                    y + 4.0,
                    escaped(&line.name)
                );
            }
        }
    }

    fn x(&self, at: f64) -> f64 {
        LEFT + self.across.share(at) * (WIDTH - RIGHT - LEFT)
    }

    fn y(&self, at: f64) -> f64 {
        HEIGHT - BOTTOM - self.up.share(at) * (HEIGHT - BOTTOM - TOP)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// How wide a plot is where there is room.
const NATURAL: f64 = 720.0;
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 410.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 156.0;
const TOP: f64 = 104.0;
const BOTTOM: f64 = 60.0;
/// The height of a label.
const LABEL: f64 = 19.0;
/// Eight colours that colour-blind people can tell apart (Okabe and Ito), a little darker on white.
const STYLE: &str = "
svg{--paper:#fff;--ink:#1c1e21;--soft:#5c6370;--grid:#e3e5e8;--c0:#0067b1;--c1:#c1440e;--c2:#00805f;--c3:#a3528a;--c4:#8a6d00;\
--c5:#3b9bd1;--c6:#6b7280;--c7:#1c1e21;font:13px system-ui,-apple-system,'Segoe UI',sans-serif}
@media(prefers-color-scheme:dark){svg{--paper:#16181c;--ink:#eceef1;--soft:#a0a7b3;--grid:#2b2f36;--c0:#5ab4f5;--c1:#ff8a5c;\
--c2:#35c79a;--c3:#e39ac8;--c4:#e0c04a;--c5:#9bd3f7;--c6:#98a1b0;--c7:#eceef1}}
.rest{stroke:var(--soft);stroke-dasharray:2 6}.paper{fill:var(--paper)}.title{fill:var(--ink);font-size:18px;font-weight:600}.about,.axis,.tick{fill:var(--soft)}
.tick{font-size:12px;font-variant-numeric:tabular-nums}.axis{font-size:12px}.grid{stroke:var(--grid);stroke-width:1}
.line{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}.line.c0{stroke-width:3}.label{font-weight:500}
.c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}.c4{stroke:var(--c4)}.c5{stroke:var(--c5)}\
.c6{stroke:var(--c6)}.c7{stroke:var(--c7)}
.t0{fill:var(--c0)}.t1{fill:var(--c1)}.t2{fill:var(--c2)}.t3{fill:var(--c3)}.t4{fill:var(--c4)}.t5{fill:var(--c5)}\
.t6{fill:var(--c6)}.t7{fill:var(--c7)}
@media(max-width:480px){.tick,.axis,.label,.about{font-size:16.5px}.title{font-size:22px}.line{stroke-width:2.5}.line.c0{stroke-width:4}}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_is_one_file_without_scripts_and_its_labels_stand_apart() {
        let line = |name: &str, end| Line { name: name.into(), points: vec![(0.0, 0.0), (10.0, end)] };
        let plot = Plot {
            title: "a < b & c".into(),
            subtitle: "s".into(),
            across: Axis::of("days", &[0, 5, 10]),
            up: Axis::of("points", &[0, 50, 100]),
            lines: vec![
                line("one", 0.0),
                line("two", 0.0),
                line("three", 0.5),
                line("four", 100.0),
                line("", 50.0),
            ],
        };
        let svg = plot.svg();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("a &lt; b &amp; c") && !svg.contains("<script") && !svg.contains("href"));
        assert!(svg.contains("prefers-color-scheme:dark") && svg.matches("line rest").count() == 1);
        let mut heights: Vec<f64> = svg
            .lines()
            .filter(|line| line.contains("class=\"label"))
            .map(|line| line.split("y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        heights.sort_by(f64::total_cmp);
        assert_eq!(heights.len(), 4);
        assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= 18.9), "{heights:?}");
    }
}
