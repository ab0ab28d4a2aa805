//! The only place that prints. Data goes to stdout, talk to stderr; `--json` makes every datum one line of JSON.
//!
//! A reader that goes away early (`assent … | head`) ends the output, not the command with a panic.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use comfy_table::{Cell, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use owo_colors::{OwoColorize, Style};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::page::{Block, Page, Paint, Span, Text};
use crate::words;

/// Columns of a page when the terminal does not say, and at most.
const WIDTH_MAX: usize = 100;
/// Columns of a page, at least: below that nothing would be readable.
const WIDTH_MIN: usize = 40;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    fn decide(self, terminal: bool) -> bool {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            Self::Auto => terminal && !refused,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Prints for one run of the binary.
#[derive(Debug)]
pub(crate) struct Printer {
    json: bool,
    quiet: bool,
    colour_out: bool,
    colour_err: bool,
    /// Whether progress may be drawn.
    live: bool,
    width: usize,
    /// Whether stdout has lost its reader.
    closed: AtomicBool,
    /// Lines of two tasks never mix.
    turn: Mutex<()>,
}

impl Printer {
    /// A printer as the global options ask for it.
    pub(crate) fn new(json: bool, quiet: bool, colour: Colour) -> Self {
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        Self {
            json,
            quiet,
            colour_out: colour.decide(out),
            colour_err: colour.decide(err),
            live: err && !json && !quiet,
            width: width(),
            closed: AtomicBool::new(false),
            turn: Mutex::new(()),
        }
    }

    /// Whether stdout gets JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Shows a datum: `value` as one line of JSON, or the page that `human` fills.
    pub(crate) fn show(&self, value: &impl Serialize, human: impl FnOnce(&mut Page)) {
        if self.json {
            self.json(value);
        } else {
            let mut page = Page::default();
            human(&mut page);
            self.page(&page);
        }
    }

    /// Shows several data: one line of JSON each, or one page for all.
    pub(crate) fn show_all<'a, T: Serialize + 'a>(
        &self,
        values: impl IntoIterator<Item = &'a T>,
        human: impl FnOnce(&mut Page),
    ) {
        if self.json {
            values.into_iter().for_each(|value| self.json(value));
        } else {
            let mut page = Page::default();
            human(&mut page);
            self.page(&page);
        }
    }

    /// Prints one line of JSON to stdout.
    pub(crate) fn json(&self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(line) => self.out(&line),
            Err(error) => {
                self.failure(&Failure::fault(format_args!("the answer cannot be written: {error}")))
            }
        }
    }

    /// Prints a page to stdout.
    pub(crate) fn page(&self, page: &Page) {
        self.out(&self.draw(page, self.colour_out));
    }

    /// Prints one line to stdout.
    pub(crate) fn line(&self, text: impl Into<Text>) {
        self.out(&line(&text.into(), self.colour_out));
    }

    /// Passes bytes on to stdout as they are.
    ///
    /// # Errors
    /// What the operating system says, but for a reader that has gone.
    pub(crate) fn raw(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Says something to the person at the keyboard: stderr, unless it shall be quiet.
    pub(crate) fn say(&self, text: impl Into<Text>) {
        if !self.quiet {
            self.err(&line(&text.into(), self.colour_err));
        }
    }

    /// Says that a command has failed and what to do; with `--json` as JSON, on stderr too.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            let Failure { exit, code, what, hint } = failure;
            let value = serde_json::json!({
                "error": { "code": code, "detail": what, "exit": exit.code(), "hint": hint, "kind": exit }
            });
            return self.err(&value.to_string());
        }
        let mut text = Text::of(Paint::Bad, "error: ").plain(&failure.what);
        if let Some(code) = &failure.code {
            text = text.dim(format_args!("  [{code}]"));
        }
        self.err(&line(&text, self.colour_err));
        if let Some(hint) = &failure.hint {
            self.err(&line(&Text::of(Paint::Accent, " hint: ").plain(hint), self.colour_err));
        }
    }

    /// What clap has to say about the command line: help to stdout, complaints to stderr.
    pub(crate) fn clap(&self, error: &clap::Error) -> ExitCode {
        let rendered = error.render();
        if error.use_stderr() {
            let text = if self.colour_err { rendered.ansi().to_string() } else { rendered.to_string() };
            self.err(text.trim_end());
            ExitCode::from(Exit::Usage.code())
        } else {
            let text = if self.colour_out { rendered.ansi().to_string() } else { rendered.to_string() };
            self.out(text.trim_end());
            ExitCode::SUCCESS
        }
    }

    /// A bar on stderr that counts to `total` of `what`; invisible unless stderr is a terminal.
    pub(crate) fn progress(&self, what: &str, total: u64) -> Progress {
        let target = if self.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let template = "  {msg} {bar:30} {human_pos} of {human_len}, {per_sec}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━━─"));
        }
        bar.set_message(what.to_owned());
        Progress(bar)
    }

    fn out(&self, text: &str) {
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        let _turn = self.turn.lock();
        let mut stdout = io::stdout().lock();
        // Whatever the reason, nobody reads any more; the command goes on and its exit code tells the rest.
        if writeln!(stdout, "{text}").and_then(|()| stdout.flush()).is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    fn err(&self, text: &str) {
        let _turn = self.turn.lock();
        // When stderr fails there is nowhere left to say so.
        let _lost = writeln!(io::stderr().lock(), "{text}");
    }

    fn draw(&self, page: &Page, colour: bool) -> String {
        let mut lines: Vec<String> = Vec::new();
        for block in &page.0 {
            match block {
                Block::Line(text) => lines.push(line(text, colour)),
                Block::Fields(fields) => {
                    let name_width = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
                    for (name, value) in fields {
                        let name = Text::of(Paint::Dim, name).pad(name_width + 2);
                        lines.push(line(&Text::from("  ").join(name).join(value.clone()), colour));
                    }
                }
                Block::Table { header, rows } => lines.push(self.draw_table(header, rows, colour)),
            }
        }
        lines.join("\n")
    }

    fn draw_table(&self, header: &[&'static str], rows: &[Vec<Text>], colour: bool) -> String {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.width).unwrap_or(u16::MAX))
            .force_no_tty();
        if colour {
            table.enforce_styling();
        }
        table.set_header(header.iter().map(|name| cell(&Text::of(Paint::Dim, name))));
        for row in rows {
            table.add_row(row.iter().map(cell));
        }
        for column in table.column_iter_mut() {
            column.set_padding((2, 0));
        }
        table.trim_fmt()
    }
}

/// A cell takes the paint of its first word that has one: a cell is one thing.
fn cell(text: &Text) -> Cell {
    use comfy_table::{Attribute, Color};
    let words: String = text.0.iter().map(|span| words::still(&span.text)).collect();
    let paint = text.0.iter().map(|span| span.paint).find(|paint| *paint != Paint::Plain).unwrap_or_default();
    let cell = Cell::new(words);
    match paint {
        Paint::Plain => cell,
        Paint::Dim => cell.add_attribute(Attribute::Dim),
        Paint::Strong => cell.add_attribute(Attribute::Bold),
        Paint::Good => cell.fg(Color::DarkGreen),
        Paint::Warn => cell.fg(Color::DarkYellow),
        Paint::Bad => cell.fg(Color::DarkRed),
        Paint::Accent => cell.fg(Color::DarkCyan),
    }
}

fn style(paint: Paint) -> Style {
    match paint {
        Paint::Plain => Style::new(),
        Paint::Dim => Style::new().dimmed(),
        Paint::Strong => Style::new().bold(),
        Paint::Good => Style::new().green(),
        Paint::Warn => Style::new().yellow(),
        Paint::Bad => Style::new().red(),
        Paint::Accent => Style::new().cyan(),
    }
}

/// A line as the terminal gets it. Whoever wrote the words, here they lose what would steer it.
fn line(text: &Text, colour: bool) -> String {
    let painted = |Span { paint, text }: &Span| {
        let text = words::still(text);
        if colour && *paint != Paint::Plain { text.style(style(*paint)).to_string() } else { text }
    };
    text.0.iter().map(painted).collect::<String>().trim_end().to_owned()
}

/// The terminal's columns, or those that `COLUMNS` says, within bounds.
fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    let columns = said.or_else(|| Table::new().width().map(usize::from)).unwrap_or(WIDTH_MAX);
    columns.clamp(WIDTH_MIN, WIDTH_MAX)
}

/// A bar that counts; gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Says how many are done of how many.
    pub(crate) fn at(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }

    /// Lets something else be said, and draws the bar below it again.
    pub(crate) fn beside(&self, say: impl FnOnce()) {
        self.0.suspend(say);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let mut page = Page::default();
        page.heading("Deal").field("state", Text::of(Paint::Good, "ACTIVE")).field("id", "ab").table(
            vec!["NAME", "VALUE"],
            vec![vec!["x".into(), Text::of(Paint::Bad, "1")], vec!["longer".into(), "22".into()]],
            "none",
        );
        page
    }

    #[test]
    fn without_colour_a_page_is_plain_text() {
        let drawn = Printer::new(false, false, Colour::Never).draw(&page(), false);
        assert_eq!(drawn, "Deal\n  state  ACTIVE\n  id     ab\n  NAME    VALUE\n  x       1\n  longer  22");
    }

    #[test]
    fn no_word_steers_the_terminal_wherever_it_stands() {
        let hostile = "1 USD\u{1b}[2K\r\n\u{9b}A\u{202e}";
        let mut page = Page::default();
        page.line(hostile).field("x", hostile).table(vec!["A"], vec![vec![hostile.into()]], "none");
        let drawn = Printer::new(false, false, Colour::Never).draw(&page, false);
        assert_eq!(drawn, "1 USD [2K   A\n  x  1 USD [2K   A\n  A\n  1 USD [2K   A");
    }

    #[test]
    fn colour_changes_no_letter() {
        let printer = Printer::new(false, false, Colour::Always);
        let drawn = printer.draw(&page(), true);
        assert!(drawn.contains('\u{1b}'));
        let mut plain = String::new();
        let mut rest = drawn.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        plain.push_str(rest);
        let trimmed: Vec<&str> = plain.lines().map(str::trim_end).collect();
        assert_eq!(trimmed.join("\n"), printer.draw(&page(), false));
    }
}
