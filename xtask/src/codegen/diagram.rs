//! Draws the states and what leads from one to another: Mermaid text, and an SVG laid out by hand.
//! Where each box and arrow lies stands here; which arrows there are comes from the table.

use std::fmt::Write as _;

use super::transitions::{Arrow, ESCALATED, INITIAL, STATES, TERMINAL};

/// The diagram in Mermaid's language.
pub(super) fn mermaid(arrows: &[Arrow]) -> String {
    let mut out = format!("stateDiagram-v2\n    direction LR\n    [*] --> {INITIAL}\n");
    for arrow in arrows {
        let _ = writeln!(out, "    {} --> {} : {}", arrow.from, arrow.to, arrow.performatives.join(", "));
    }
    for state in TERMINAL {
        let _ = writeln!(out, "    {state} --> [*]");
    }
    out
}

/// The diagram as an SVG that is readable on light and dark pages.
///
/// # Errors
/// Names each arrow of the table that has no place here, and each place without an arrow.
pub(super) fn svg(arrows: &[Arrow]) -> Result<String, String> {
    let mut faults = Vec::new();
    let mut out = String::from(HEAD);
    for arrow in arrows {
        match ARROWS.iter().find(|drawn| drawn.from == arrow.from && drawn.to == arrow.to) {
            Some(drawn) => draw_arrow(&mut out, arrow, drawn),
            None => faults.push(format!("no place for the arrow {} to {}", arrow.from, arrow.to)),
        }
    }
    for drawn in &ARROWS {
        if !arrows.iter().any(|arrow| drawn.from == arrow.from && drawn.to == arrow.to) {
            faults.push(format!("a place for an arrow {} to {} that no row draws", drawn.from, drawn.to));
        }
    }
    for (state, _) in STATES {
        match BOXES.iter().find(|(name, _, _)| *name == state) {
            Some((_, x, y)) => draw_box(&mut out, state, *x, *y),
            None => faults.push(format!("no place for the state {state}")),
        }
    }
    out.push_str("</svg>\n");
    if faults.is_empty() {
        Ok(out)
    } else {
        Err(format!("xtask/src/codegen/diagram.rs has {}", faults.join(", ")))
    }
}

/// Where an arrow runs and where the first line of its label stands.
struct Drawn {
    from: &'static str,
    to: &'static str,
    path: &'static str,
    label: (u16, u16),
}

fn draw_arrow(out: &mut String, arrow: &Arrow, drawn: &Drawn) {
    let returns = arrow.from == ESCALATED && !TERMINAL.contains(&arrow.to);
    let class = if returns { "arrow back" } else { "arrow" };
    let _ = writeln!(out, "  <path class=\"{class}\" d=\"{}\" marker-end=\"url(#tip)\"/>", drawn.path);
    let (x, y) = drawn.label;
    let _ = write!(out, "  <text class=\"label\" y=\"{y}\">");
    for (line, performative) in arrow.performatives.iter().enumerate() {
        let step = if line == 0 { 0 } else { LINE };
        let _ = write!(out, "<tspan x=\"{x}\" dy=\"{step}\">{performative}</tspan>");
    }
    out.push_str("</text>\n");
}

fn draw_box(out: &mut String, state: &str, x: u16, y: u16) {
    let (left, top) = (x - BOX.0 / 2, y - BOX.1 / 2);
    let _ = writeln!(
        out,
        "  <rect class=\"state\" x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
        BOX.0, BOX.1
    );
    if TERMINAL.contains(&state) {
        let _ = writeln!(
            out,
            "  <rect class=\"state\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"5\"/>",
            left + 4,
            top + 4,
            BOX.0 - 8,
            BOX.1 - 8
        );
    }
    let _ = writeln!(out, "  <text class=\"name\" x=\"{x}\" y=\"{}\">{state}</text>", y + 5);
}

/// Width and height of a state.
const BOX: (u16, u16) = (124, 44);

/// Height of a line of a label.
const LINE: u16 = 13;

/// The centre of each state.
const BOXES: [(&str, u16, u16); 9] = [
    ("IDLE", 76, 300),
    ("INVITED", 266, 300),
    ("INTRODUCED", 460, 300),
    ("CONVERSING", 690, 300),
    ("AGREEING", 910, 300),
    ("EXECUTING", 1130, 300),
    ("ESCALATED", 910, 500),
    ("CLOSED", 690, 60),
    ("FAILED", 460, 560),
];

const ARROWS: [Drawn; 22] = [
    Drawn { from: "IDLE", to: "INVITED", path: "M138,300 H200", label: (170, 292) },
    Drawn { from: "INVITED", to: "INTRODUCED", path: "M328,300 H394", label: (362, 292) },
    Drawn { from: "INVITED", to: "FAILED", path: "M266,322 C266,480 300,560 394,560", label: (272, 430) },
    Drawn { from: "INTRODUCED", to: "CONVERSING", path: "M522,300 H624", label: (574, 227) },
    Drawn { from: "INTRODUCED", to: "CLOSED", path: "M460,278 C460,120 500,60 624,60", label: (472, 170) },
    Drawn { from: "INTRODUCED", to: "FAILED", path: "M460,322 V534", label: (460, 430) },
    Drawn { from: "CONVERSING", to: "AGREEING", path: "M752,290 H844", label: (799, 282) },
    Drawn {
        from: "CONVERSING",
        to: "EXECUTING",
        path: "M715,278 C765,130 1055,130 1102,274",
        label: (910, 164),
    },
    Drawn {
        from: "CONVERSING",
        to: "ESCALATED",
        path: "M690,322 C690,420 740,490 844,494",
        label: (722, 440),
    },
    Drawn { from: "CONVERSING", to: "CLOSED", path: "M680,278 V86", label: (680, 170) },
    Drawn { from: "CONVERSING", to: "FAILED", path: "M660,322 C650,460 600,535 526,548", label: (626, 450) },
    Drawn { from: "AGREEING", to: "CONVERSING", path: "M848,310 H756", label: (802, 326) },
    Drawn { from: "AGREEING", to: "EXECUTING", path: "M972,290 H1064", label: (1019, 243) },
    Drawn { from: "AGREEING", to: "ESCALATED", path: "M890,322 V474", label: (890, 375) },
    Drawn { from: "AGREEING", to: "FAILED", path: "M854,322 C838,470 760,550 526,560", label: (822, 430) },
    Drawn { from: "EXECUTING", to: "AGREEING", path: "M1068,310 H976", label: (1022, 326) },
    Drawn {
        from: "EXECUTING",
        to: "ESCALATED",
        path: "M1112,322 C1112,420 1070,490 976,492",
        label: (1080, 420),
    },
    Drawn { from: "EXECUTING", to: "CLOSED", path: "M1146,278 C1146,120 1040,60 756,60", label: (1080, 140) },
    Drawn {
        from: "ESCALATED",
        to: "CONVERSING",
        path: "M870,478 C800,460 724,400 716,326",
        label: (752, 396),
    },
    Drawn { from: "ESCALATED", to: "AGREEING", path: "M938,478 V326", label: (938, 415) },
    Drawn {
        from: "ESCALATED",
        to: "EXECUTING",
        path: "M972,510 C1100,510 1146,430 1146,326",
        label: (1128, 470),
    },
    Drawn { from: "ESCALATED", to: "FAILED", path: "M870,522 C800,580 680,590 526,570", label: (740, 574) },
];

const HEAD: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1220 620" role="img" aria-labelledby="title">
  <!-- Generated from spec/transitions.toml by `cargo xtask codegen`; do not edit. -->
  <title id="title">The states of a session and the performatives that lead from one to another</title>
  <style>
    .page { fill: #ffffff; }
    .state { fill: #eef3fa; stroke: #33507a; stroke-width: 1.5; }
    .name { fill: #14233b; font: 600 14px system-ui, "DejaVu Sans", sans-serif; text-anchor: middle; }
    .arrow { fill: none; stroke: #5b6b82; stroke-width: 1.5; }
    .back { stroke-dasharray: 5 4; }
    .tip { fill: #5b6b82; }
    .label, .note { fill: #14233b; font: 11px ui-monospace, "DejaVu Sans Mono", monospace; }
    .label { text-anchor: middle; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #10151d; }
      .state { fill: #1d2a3d; stroke: #8fb0e0; }
      .name, .label, .note { fill: #e6edf7; }
      .label { stroke: #10151d; }
      .arrow { stroke: #9fb0c8; }
      .tip { fill: #9fb0c8; }
    }
  </style>
  <defs>
    <marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="8" markerHeight="8" orient="auto" markerUnits="userSpaceOnUse">
      <path class="tip" d="M0,0 L8,4 L0,8 z"/>
    </marker>
  </defs>
  <rect class="page" width="1220" height="620" rx="10"/>
  <text class="note" x="600" y="604">dashed: back from an escalation; what leaves the state as it is has no arrow</text>
"##;
