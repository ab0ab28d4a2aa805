//! The cases: what is done to a node, and what has to come of it. One file a family of rules.
//!
//! A case does the right thing too wherever it does the wrong one: a node that refuses everything keeps no rule.

mod admission;
mod bargaining;
mod commitments;
mod company;
mod consents;
mod delivery;
mod disputes;
mod http;
mod identity;
mod log;
mod money;
mod praise;
mod proofs;
mod reading;
mod registry;
mod sealing;
mod sessions;
mod statements;
mod terms;
mod vectors;

use std::future::Future;
use std::pin::Pin;

use crate::finding::Finding;
use crate::stage::Stage;

/// What a case that is code gives back.
pub(crate) type Played<'a> = Pin<Box<dyn Future<Output = Result<(), Finding>> + Send + 'a>>;

/// What is done.
#[derive(Clone, Copy)]
pub(crate) enum Play {
    /// Lines of a dialogue.
    Dialogue(&'static str),
    /// Anything.
    Code(for<'a> fn(&'a mut Stage) -> Played<'a>),
}

/// One case.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    /// The rules that it tries, the first of them its family's.
    pub(crate) rules: &'static [&'static str],
    /// What it says, as a sentence without its end.
    pub(crate) name: &'static str,
    pub(crate) play: Play,
}

/// A case that is a dialogue.
pub(crate) const fn dialogue(
    rules: &'static [&'static str],
    name: &'static str,
    lines: &'static str,
) -> Case {
    Case { rules, name, play: Play::Dialogue(lines) }
}

/// A case that is a function on its stage.
macro_rules! code {
    ($rules:expr, $name:literal, $function:path) => {
        $crate::cases::Case {
            rules: &$rules,
            name: $name,
            play: $crate::cases::Play::Code(|stage| Box::pin($function(stage))),
        }
    };
}
pub(crate) use code;

/// All cases, family by family.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    [
        statements::CASES,
        vectors::CASES,
        identity::CASES,
        consents::CASES,
        sessions::CASES,
        admission::CASES,
        bargaining::CASES,
        company::CASES,
        sealing::CASES,
        commitments::CASES,
        money::CASES,
        disputes::CASES,
        terms::CASES,
        log::CASES,
        http::CASES,
        reading::CASES,
        registry::CASES,
        delivery::CASES,
        proofs::CASES,
        praise::CASES,
    ]
    .into_iter()
    .flatten()
}
