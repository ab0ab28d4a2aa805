//! `assent serve --misbehave KIND`: the command line of the deliberately wrong node.
//! Compiled with the feature `misbehave` alone; a build that ships does not know the word.

use std::str::FromStr;

use asp_node::misbehave::{Kind, UnknownKind, begin};
use serde::Serialize;

use crate::context::Context;
use crate::page::{Paint, Text};

/// What stands after `--misbehave`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Which faults there are.
    List,
    /// This one.
    Fault(Kind),
}

impl FromStr for Asked {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        if text == "list" { Ok(Self::List) } else { text.parse().map(Self::Fault) }
    }
}

/// A fault for whoever reads the list.
#[derive(Debug, Serialize)]
struct Line {
    kind: &'static str,
    breaks: &'static [&'static str],
    sentence: &'static str,
}

/// The help: what it is for, and every kind with its sentence.
pub(crate) fn help() -> String {
    let mut text =
        "Break a rule on purpose, to see whether those who judge nodes find it. `list` prints the kinds:\n"
            .to_owned();
    for kind in Kind::ALL {
        text.push_str(&format!("\n  {kind}\n      {}", kind.sentence()));
    }
    text
}

/// Makes this process wrong if it is asked to be; true if the list was asked for, and nothing else is to be done.
pub(crate) fn only_lists(context: &Context, asked: Option<Asked>) -> bool {
    match asked {
        None => false,
        Some(Asked::Fault(kind)) => {
            begin(kind);
            context.printer.say(format!("THIS NODE IS WRONG ON PURPOSE ({kind}): {}.", kind.sentence()));
            false
        }
        Some(Asked::List) => {
            let line =
                |kind: &Kind| Line { kind: kind.as_str(), breaks: kind.breaks(), sentence: kind.sentence() };
            let lines: Vec<Line> = Kind::ALL.iter().map(line).collect();
            context.printer.show_all(&lines, |page| {
                for Line { kind, breaks, sentence } in &lines {
                    page.line(Text::of(Paint::Strong, kind).plain(format_args!(" [{}]", breaks.join(", "))));
                    page.line(Text::of(Paint::Dim, format_args!("  {sentence}")));
                }
            });
            true
        }
    }
}
