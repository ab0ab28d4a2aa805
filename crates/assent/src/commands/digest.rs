//! `assent session digest`: what a session teaches, as a table and a path of prices.

use asp_client::AgentParty;
use asp_core::amount::Money;
use asp_core::position::Millis;
use asp_core::session::digest::{DigestHistory, DigestSide, SessionDigest};

use super::agent::list;
use super::session::find;
use crate::context::Context;
use crate::failure::Outcome;
use crate::page::{Page, Paint, Text};
use crate::read::Id;
use crate::{narrate, terms, words};

/// Columns of the path of prices.
const PATH: u128 = 40;
/// Columns of an offer's place, of who made it, and of its price.
const PLACE: usize = 5;
const WHO: usize = 28;
const PRICE: usize = 16;

/// Runs the command.
///
/// # Errors
/// As every call.
pub(super) async fn run(context: &Context, party: &AgentParty, id: &Id) -> Outcome {
    let digest = party.session(&find(party, id).await?).digest().await?;
    context.printer.show(&digest, |page| show(page, &digest));
    Ok(())
}

fn show(page: &mut Page, digest: &SessionDigest) {
    page.field("session", digest.session.to_hex());
    page.field("with", list(digest.others.iter()));
    page.field("about", digest.capability.to_string());
    let outcome = digest.outcome.map(|outcome| format!("  {}", narrate::outcome(outcome)));
    page.field("state", words::state(digest.state).dim(outcome.unwrap_or_default()));
    page.field("took", words::lasted(digest.duration_ms));
    match (&digest.agreed, digest.agreed_in_ms) {
        (price, Some(after)) => {
            let price = price.as_ref().map(terms::money).unwrap_or_default();
            let after = format!("  after {} and {} offers", words::lasted(after), digest.rounds);
            page.field("agreed", Text::of(Paint::Good, price).dim(after));
        }
        (_, None) => {
            page.field(
                "agreed",
                Text::of(Paint::Dim, format_args!("on nothing, after {} offers", digest.rounds)),
            );
        }
    }
    path(page, digest);
    sides(page, digest);
    agents(page, digest);
    if let Some(history) = &digest.history {
        before(page, history);
    }
}

/// Each offer on one line, where its price lies between the lowest and the highest.
fn path(page: &mut Page, digest: &SessionDigest) {
    let nanos = |money: &Money| money.amount.nanos();
    let prices = digest.path.iter().map(|price| nanos(&price.price)).chain(digest.agreed.as_ref().map(nanos));
    let Some((low, high)) = prices.clone().min().zip(prices.max()) else { return };
    page.heading("Prices");
    let at = |money: &Money| {
        let place =
            nanos(money).saturating_sub(low).saturating_mul(PATH - 1) / high.saturating_sub(low).max(1);
        usize::try_from(place).unwrap_or_default()
    };
    let width = usize::try_from(PATH).unwrap_or_default();
    let drawn = |place: usize, mark: &str, paint: Paint| {
        Text::of(Paint::Dim, "·".repeat(place))
            .and(paint, mark)
            .dim("·".repeat(width.saturating_sub(place + 1)))
    };
    for price in &digest.path {
        let paint = if price.own { Paint::Accent } else { Paint::Warn };
        page.line(
            Text::of(Paint::Dim, price.sequence)
                .pad(PLACE)
                .join(Text::of(paint, words::agent(&price.by)).pad(WHO))
                .join(Text::from(terms::money(&price.price)).pad(PRICE))
                .join(drawn(at(&price.price), "●", paint)),
        );
    }
    if let Some(agreed) = &digest.agreed {
        page.line(
            Text::from(" ".repeat(PLACE))
                .join(Text::of(Paint::Good, "agreed").pad(WHO))
                .join(Text::from(terms::money(agreed)).pad(PRICE))
                .join(drawn(at(agreed), "◆", Paint::Good)),
        );
    }
}

fn sides(page: &mut Page, digest: &SessionDigest) {
    page.heading("Sides");
    let (mine, theirs) = (&digest.mine, &digest.theirs);
    let history = digest.history.as_ref();
    let money = |money: &Option<Money>| Text::from(money.as_ref().map(terms::money).unwrap_or_default());
    let time = |time: Option<Millis>| Text::from(time.map(words::lasted).unwrap_or_default());
    let row = |name: &str, of: &dyn Fn(&DigestSide) -> Text, usually: Vec<Text>| {
        let mut cells = vec![Text::of(Paint::Dim, name), of(mine), of(theirs)];
        cells.extend(usually);
        cells
    };
    let gave = |of: fn(&DigestHistory) -> Option<i64>| Text::of(Paint::Dim, share(history.and_then(of)));
    let waited = |of: fn(&DigestHistory) -> Option<Millis>| {
        Text::of(Paint::Dim, history.and_then(of).map(words::lasted).unwrap_or_default())
    };
    let nothing = || vec![Text::default(), Text::default()];
    let rows = vec![
        row("first offer", &|side| money(&side.first), nothing()),
        row("last offer", &|side| money(&side.last), nothing()),
        row(
            "gave way",
            &|side| Text::from(share(side.conceded_permille)),
            vec![gave(|it| it.conceded_permille), gave(|it| it.they_conceded_permille)],
        ),
        row("answers", &|side| Text::from(side.answers.to_string()), nothing()),
        row(
            "usual answer",
            &|side| time(side.answer_ms),
            vec![waited(|it| it.answer_ms), waited(|it| it.they_answer_ms)],
        ),
        row("slowest", &|side| time(side.slowest_ms), nothing()),
        row("let lapse", &|side| counted(side.lapsed, Paint::Warn), nothing()),
        row("kept", &|side| counted(side.kept, Paint::Good), nothing()),
        row("broken", &|side| counted(side.broken, Paint::Bad), nothing()),
    ];
    page.table(vec!["", "YOU", "THEY", "BEFORE", "THEY BEFORE"], rows, "nobody");
}

fn agents(page: &mut Page, digest: &SessionDigest) {
    page.heading("Who spoke");
    let rows = digest.agents.iter().map(|agent| {
        let tokens = agent.tokens.map(|tokens| format!("{tokens} tokens"));
        let cost = agent.cost.as_ref().map(terms::money);
        vec![
            Text::of(if agent.own { Paint::Accent } else { Paint::Warn }, words::agent(&agent.agent)),
            Text::from(agent.statements.to_string()),
            Text::from(agent.offers.to_string()),
            Text::from(agent.withdrawn.to_string()),
            Text::of(Paint::Dim, list(tokens.into_iter().chain(cost))),
        ]
    });
    page.table(vec!["AGENT", "SAID", "OFFERS", "TOOK BACK", "SPENT"], rows.collect(), "nobody");
}

fn before(page: &mut Page, history: &DigestHistory) {
    page.heading("Before");
    let came = format!(
        "  {} agreed, {} all fulfilled, {} breached",
        history.agreed, history.fulfilled, history.breached
    );
    page.field("sessions", Text::from(history.sessions.len().to_string()).dim(came));
    page.field("offers", Text::from(history.rounds.to_string()).dim("  half of them had more"));
    if let Some(price) = &history.agreed_at {
        page.field("price", terms::money(price));
    }
    if let Some(time) = history.agreed_in_ms {
        page.field("agreed", format!("after {}", words::lasted(time)));
    }
}

/// A number that stands out if it is not nothing.
fn counted(number: u64, paint: Paint) -> Text {
    Text::of(if number == 0 { Paint::Dim } else { paint }, number)
}

/// Thousandths as a percentage with one place.
fn share(permille: Option<i64>) -> String {
    permille.map_or_else(String::new, |permille| {
        let sign = if permille < 0 { "-" } else { "" };
        let size = permille.unsigned_abs();
        format!("{sign}{}.{} %", size / 10, size % 10)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousandths_are_told_as_a_percentage() {
        for (permille, text) in
            [(400, "40.0 %"), (1_005, "100.5 %"), (-25, "-2.5 %"), (0, "0.0 %"), (-1_000, "-100.0 %")]
        {
            assert_eq!(share(Some(permille)), text);
        }
        assert_eq!(share(None), "");
    }
}
