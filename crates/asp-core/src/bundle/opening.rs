//! What comes of all that a bundle discloses, tried with the keys that somebody has: in the file itself, and in what the sides of
//! a dispute have said. Opens nothing; who has the keys does.

use super::report::{Check, Verdict};
use super::{Anchors, Bundle, Openings, Report};
use crate::position::{Hash, LogPoint};
use crate::rejection::{Code, Rejection};
use crate::seal::Opened;
use crate::statement::Statement;
use crate::statement::body::{Body, Disclosure, Mode, Propose};

/// What a disclosure comes to: nothing if it is to a key that is not here, else the text in it or why it does not open.
pub type Tried = Option<Result<Vec<u8>, Code>>;

impl Bundle {
    /// What the sides of a dispute have disclosed in it, each with the statement that does.
    pub fn disclosed_in_disputes(&self) -> impl Iterator<Item = (LogPoint, &Statement, &Disclosure)> {
        self.statements().flat_map(|(at, statement)| {
            statement.body.disclosures().iter().map(move |disclosure| (at, statement, disclosure))
        })
    }

    /// [`Bundle::verify`] by somebody who has keys: `open` says what a disclosure comes to with them.
    ///
    /// What a side of a dispute discloses that is not what was sealed is told, and takes nothing from the bundle: else each side
    /// could spoil the other's proof.
    #[must_use]
    pub fn verify_disclosed(&self, anchors: &Anchors, open: &dyn Fn(&Disclosure) -> Tried) -> Report {
        let mut openings = Openings::new();
        for disclosure in self.disclosures() {
            let Some(text) = open(disclosure) else { continue };
            let opened = self.fitting(&disclosure.statement, text);
            // The same may be shut to several keys that are here: one that fits is enough.
            if opened.is_ok() || !openings.contains_key(&disclosure.statement) {
                openings.insert(disclosure.statement, opened);
            }
        }
        let mut spoilt = Vec::new();
        for (at, statement, disclosure) in self.disclosed_in_disputes() {
            let Some(text) = open(disclosure) else { continue };
            match self.fitting(&disclosure.statement, text) {
                // What the file itself discloses of it and does not fit stays refuted.
                Ok(opened) => drop(openings.entry(disclosure.statement).or_insert(Ok(opened))),
                Err(code) => {
                    let (by, what) = (&statement.issuer, disclosure.statement);
                    let detail = format!(
                        "entry {}: what {by} discloses of {what} is not what was committed to ({code})",
                        at.index
                    );
                    spoilt.push(Check::disclosed(what, Verdict::NotShown, detail));
                }
            }
        }
        let mut report = self.verify_opened(anchors, &openings);
        report.checks.extend(spoilt);
        report
    }

    /// What a text says, if it is what was sealed in that statement.
    fn fitting(&self, statement: &Hash, text: Result<Vec<u8>, Code>) -> Result<Opened, Code> {
        let text = text?;
        // What is said of a statement that is not there cannot be read, and is refuted whatever it is.
        let statement = self.statement(statement).ok_or(Code::ContentUnopened)?;
        let code = |rejection: Rejection| rejection.code;
        let opened = Opened::from_text(statement.kind, &text).map_err(code)?;
        opened.fits(statement, self.mode()).map_err(code)?;
        Ok(opened)
    }

    /// Who can read the session; nothing was sealed in one of which that is not known.
    fn mode(&self) -> Mode {
        let session = self.session().and_then(|session| self.statement(&session));
        match session.map(|first| &first.body) {
            Some(Body::Propose(Propose::Invitation(invitation))) => invitation.mode,
            Some(_) | None => Mode::Open,
        }
    }
}
