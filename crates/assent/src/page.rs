//! What a person reads: lines of painted words, fields, tables. Says nothing about terminals; `printer.rs` draws it.

/// How a word stands out. Meaning, not colour: the printer chooses that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Paint {
    /// As any other word.
    #[default]
    Plain,
    /// Of less weight: identifiers, units, times.
    Dim,
    /// Of more weight: names, headings.
    Strong,
    /// In order: proved, fulfilled, active.
    Good,
    /// In danger or undecided: not shown, waiting.
    Warn,
    /// Wrong: refuted, breached, failed.
    Bad,
    /// What was done: performatives, commands to type.
    Accent,
}

/// A word with its paint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) paint: Paint,
    pub(crate) text: String,
}

/// Words of one line or one cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Text(pub(crate) Vec<Span>);

impl Text {
    /// One word in one paint.
    pub(crate) fn of(paint: Paint, text: impl ToString) -> Self {
        Self::default().and(paint, text)
    }

    /// The same with a further word in `paint`.
    pub(crate) fn and(mut self, paint: Paint, text: impl ToString) -> Self {
        self.0.push(Span { paint, text: text.to_string() });
        self
    }

    /// The same with plain words.
    pub(crate) fn plain(self, text: impl ToString) -> Self {
        self.and(Paint::Plain, text)
    }

    /// The same with words of less weight.
    pub(crate) fn dim(self, text: impl ToString) -> Self {
        self.and(Paint::Dim, text)
    }

    /// The same with words of more weight.
    pub(crate) fn strong(self, text: impl ToString) -> Self {
        self.and(Paint::Strong, text)
    }

    /// Columns that the words take: characters, since no wide ones are used.
    pub(crate) fn width(&self) -> usize {
        self.0.iter().map(|span| span.text.chars().count()).sum()
    }

    /// The same, filled with spaces to `width` columns; two spaces follow what is too long.
    pub(crate) fn pad(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width()).max(if self.width() >= width { 2 } else { 0 });
        self.plain(" ".repeat(missing))
    }

    /// The same with the words of another behind it.
    pub(crate) fn join(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::of(Paint::Plain, text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::of(Paint::Plain, text)
    }
}

/// A part of a page.
#[derive(Debug, Clone)]
pub(crate) enum Block {
    /// A line as it is.
    Line(Text),
    /// Names and values, one a line, the values aligned.
    Fields(Vec<(String, Text)>),
    /// Rows under a header.
    Table { header: Vec<&'static str>, rows: Vec<Vec<Text>> },
}

/// What a command shows to a person, from top to bottom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page(pub(crate) Vec<Block>);

impl Page {
    /// Adds a line.
    pub(crate) fn line(&mut self, text: impl Into<Text>) -> &mut Self {
        self.0.push(Block::Line(text.into()));
        self
    }

    /// Adds an empty line.
    pub(crate) fn gap(&mut self) -> &mut Self {
        self.line("")
    }

    /// Adds a heading, with an empty line before it unless it is the first.
    pub(crate) fn heading(&mut self, text: &str) -> &mut Self {
        if !self.0.is_empty() {
            self.gap();
        }
        self.line(Text::of(Paint::Strong, text))
    }

    /// Adds a name with its value; those that follow one another are aligned.
    pub(crate) fn field(&mut self, name: &str, value: impl Into<Text>) -> &mut Self {
        let field = (name.to_owned(), value.into());
        match self.0.last_mut() {
            Some(Block::Fields(fields)) => fields.push(field),
            Some(Block::Line(_) | Block::Table { .. }) | None => self.0.push(Block::Fields(vec![field])),
        }
        self
    }

    /// Adds a table; without rows, the sentence that says so.
    pub(crate) fn table(&mut self, header: Vec<&'static str>, rows: Vec<Vec<Text>>, none: &str) -> &mut Self {
        if rows.is_empty() {
            return self.line(Text::of(Paint::Dim, none));
        }
        self.0.push(Block::Table { header, rows });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_text_is_never_glued_to_what_follows() {
        assert_eq!(Text::from("abc").pad(5).width(), 5);
        assert_eq!(Text::from("abc").pad(3).width(), 5);
        assert_eq!(Text::from("→ é").pad(6).width(), 6);
    }

    #[test]
    fn fields_in_a_row_form_one_block() {
        let mut page = Page::default();
        page.field("a", "1").field("b", "2").line("x").field("c", "3");
        assert_eq!(page.0.len(), 3);
    }
}
