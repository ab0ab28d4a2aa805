//! `assent commitment`: what is owed, and the proof of it.

use asp_client::AgentParty;
use asp_client::api::{CommitmentView, HoldView, ObligationView};
use asp_core::amount::Money;
use asp_core::position::Hash;
use asp_core::statement::body::{Mode, Package, Showing};
use futures::TryStreamExt;
use serde::Serialize;

use crate::cli::CommitmentCommand;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::read::Id;
use crate::{terms, words};

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: CommitmentCommand) -> Outcome {
    let party = context.agent().await?;
    match command {
        CommitmentCommand::List => {
            let commitments: Vec<_> = party.commitments().try_collect().await?;
            let listed: Vec<_> = commitments.iter().map(Listed::of).collect();
            context.printer.show_all(&listed, |out| list(out, &commitments));
            Ok(())
        }
        CommitmentCommand::Show(args) => {
            let id = find(&party, &args.id).await?;
            let view = known(&party, &id).await?;
            context.printer.show(&view, |page| show(page, &view));
            Ok(())
        }
        CommitmentCommand::Bundle { commitment, output } => {
            let id = find(&party, &commitment.id).await?;
            let bytes = party.bundle(&id).await?;
            if output.as_os_str() == "-" {
                return context.printer.raw(&bytes).map_err(Failure::fault);
            }
            super::write_output(&output, &bytes)?;
            let path = output.display().to_string();
            let value = serde_json::json!({ "bytes": bytes.len(), "commitment": id, "file": path });
            context.printer.show(&value, |page| {
                page.line(format!("{path}  {} bytes", terms::grouped(bytes.len())));
            });
            context
                .printer
                .say(Text::from("Check it anywhere: ").and(Paint::Accent, format!("assent verify {path}")));
            Ok(())
        }
    }
}

async fn find(party: &AgentParty, id: &Id) -> Outcome<Hash> {
    match id {
        Id::Whole(hash) => Ok(*hash),
        Id::Prefix(_) => {
            super::only_of(id, party.commitments().map_ok(|commitment| commitment.id), "commitment").await
        }
    }
}

/// A commitment as its members know it: where the node cannot read it, as it follows from what this home has opened.
async fn known(party: &AgentParty, id: &Hash) -> Outcome<CommitmentView> {
    let view = party.commitment(id).await?;
    if party.session(&view.session).mode().await? == Mode::Open {
        return Ok(view);
    }
    Ok(party.session_of(id).await?.1)
}

/// A commitment in a listing, as the node knows it.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    view: &'a CommitmentView,
    /// Whether its terms stand there as placeholders, since only the members know them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sealed: bool,
}

impl<'a> Listed<'a> {
    fn of(view: &'a CommitmentView) -> Self {
        Self { view, sealed: is_hidden(view) }
    }
}

/// Whether the terms are for the members alone, so that nothing says what is owed.
fn is_hidden(view: &CommitmentView) -> bool {
    view.terms.is_empty() && view.obligations.iter().all(|obligation| obligation.what.is_empty())
}

fn list(page: &mut Page, commitments: &[CommitmentView]) {
    let rows = commitments.iter().map(|view| {
        let open: Vec<String> = view
            .obligations
            .iter()
            .filter(|obligation| matches!(obligation.state.as_str(), "OPEN" | "DELIVERED" | "CONTESTED"))
            .map(|obligation| format!("{}{}", obligation.id, kept(obligation)))
            .collect();
        vec![
            words::id(&view.id),
            words::commitment(view.state),
            in_words(view).into(),
            open.join(", ").into(),
            Text::of(Paint::Dim, words::instant(view.formed_at)),
        ]
    });
    page.table(vec!["ID", "STATE", "TERMS", "STILL OPEN", "FORMED"], rows.collect(), "no commitments");
}

fn in_words(view: &CommitmentView) -> String {
    if is_hidden(view) {
        return "sealed".to_owned();
    }
    let package = Package {
        disputes: None,
        holds: None,
        obligations: Vec::new(),
        schema: None,
        terms: view.terms.clone(),
        hidden: None,
        salt: None,
    };
    let sale = terms::in_words(&package);
    if sale.is_empty() {
        let owed = view.obligations.iter().map(|obligation| words::line(&obligation.what, 30));
        return super::agent::list(owed);
    }
    sale
}

/// A commitment, whole.
pub(super) fn show(page: &mut Page, view: &CommitmentView) {
    page.field("commitment", view.id.to_hex());
    page.field("state", words::commitment(view.state));
    if view.disputed {
        page.field("", Text::of(Paint::Warn, "a fulfilment is contested"));
    }
    page.field("terms", in_words(view));
    page.field("terms hash", view.terms_hash.to_string());
    page.field("signed by", super::agent::list(view.signers.iter().map(words::agent)));
    page.field("formed", words::instant(view.formed_at));
    page.field("session", words::id(&view.session));
    for staged in view.obligations.iter().filter(|owed| !owed.stages.is_empty()) {
        page.field("stages", format!("{}{}", staged.id, kept(staged)));
    }
    page.heading("Obligations");
    let rows = view.obligations.iter().flat_map(|owed| std::iter::once(obligation(owed)).chain(stages(owed)));
    page.table(vec!["NAME", "STATE", "WHO OWES", "WHOM", "VALUE", "DUE", "SHOWN BY"], rows.collect(), "none");
    if !view.holds.is_empty() {
        page.heading("Money");
        let rows = view.holds.iter().map(hold);
        page.table(vec!["NAME", "STATE", "AMOUNT", "WHOSE", "FOR", "WAITS FOR"], rows.collect(), "none");
    }
    let remedies: Vec<Vec<Text>> = view.obligations.iter().filter_map(remedy).collect();
    if !remedies.is_empty() {
        page.heading("If it is late");
        let columns = vec!["NAME", "LATE", "OWED SO FAR", "BREACH", "PER DAY", "AT MOST", "MET UNTIL"];
        page.table(columns, remedies, "none");
    }
}

fn hold(view: &HoldView) -> Vec<Text> {
    let state = match &view.paid {
        Some(paid) => format!("{}, {} of it", view.state, terms::money(paid)),
        None => view.state.clone(),
    };
    vec![
        view.id.as_str().into(),
        state.into(),
        terms::money(&view.amount).into(),
        words::agent(&view.payer).into(),
        words::agent(&view.payee).into(),
        view.obligation.as_str().into(),
    ]
}

/// How many of the stages are fulfilled: ` (3 of 4 fulfilled)`; nothing where there are none.
fn kept(view: &ObligationView) -> String {
    match view.stages.len() {
        0 => String::new(),
        all => {
            let kept = view.stages.iter().filter(|stage| stage.state == "FULFILLED").count();
            format!(" ({kept} of {all} fulfilled)")
        }
    }
}

fn stages(view: &ObligationView) -> impl Iterator<Item = Vec<Text>> {
    view.stages.iter().map(|stage| {
        vec![
            format!("  {}", stage.id).into(),
            words::obligation(&stage.state),
            "".into(),
            "".into(),
            terms::money(&stage.value).into(),
            stage.due.map_or_else(|| "waits".to_owned(), words::instant).into(),
            shown_by(&stage.shown_by).into(),
        ]
    })
}

/// What an obligation costs when it is late; none without a remedy.
fn remedy(view: &ObligationView) -> Option<Vec<Text>> {
    let remedy = view.remedy.as_ref()?;
    let money = |money: &Option<Money>| money.as_ref().map_or_else(|| "-".to_owned(), terms::money);
    let late = view.late_ms.into_iter().chain(view.stages.iter().filter_map(|stage| stage.late_ms)).max();
    let cap = match (&remedy.cap, view.capped_at) {
        (Some(cap), Some(at)) => format!("{} from {}", terms::money(cap), words::instant(at)),
        (cap, _) => money(cap),
    };
    Some(vec![
        view.id.clone().into(),
        late.map_or_else(|| "-".to_owned(), words::span).into(),
        money(&view.penalty).into(),
        money(&remedy.penalty).into(),
        money(&remedy.penalty_per_day).into(),
        cap.into(),
        view.met_until.map_or_else(|| "waits".to_owned(), words::instant).into(),
    ])
}

fn shown_by(showing: &Showing) -> String {
    match showing {
        Showing::Acknowledgement => "acknowledgement".to_owned(),
        Showing::Digest { digest: None } => "digest".to_owned(),
        Showing::Digest { digest: Some(_) } => "agreed digest".to_owned(),
        Showing::Schema { schema, .. } => {
            format!("result of schema {}", schema.to_hex().get(..8).unwrap_or_default())
        }
        Showing::Attestation { by } => format!("word of {}", words::agent(by)),
    }
}

fn obligation(view: &ObligationView) -> Vec<Text> {
    vec![
        view.id.clone().into(),
        words::obligation(&view.state),
        words::agent(&view.debtor).into(),
        words::agent(&view.creditor).into(),
        terms::money(&view.value).into(),
        view.due.map_or_else(|| "waits".to_owned(), words::instant).into(),
        shown_by(&view.shown_by).into(),
    ]
}
