//! `assent dispute`: what is in dispute, and what is said in it.

use std::path::Path;

use asp_client::api::{CommitmentView, DisputeSide, DisputeView, SeatView, ShownView, VerdictView};
use asp_client::{AgentParty, CaseEvidence, Disputes, Filing};
use asp_core::name::{AgentUri, Issuer};
use asp_core::position::{Hash, Sequence};
use asp_core::statement::body::{DisputeRule, DisputeSettle, Exhibit, ObligationId, Rung};
use asp_seal::disclosure::{self, Place};
use futures::TryStreamExt;

use crate::cli::{
    Disclosing, DisputeBallot, DisputeCommand, DisputeFiling, DisputeRuling, DisputeSettlement, Exhibits,
};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::read::{Id, Receiver};
use crate::{terms, votes, words};

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: DisputeCommand) -> Outcome {
    let party = context.agent().await?;
    let disputes = party.disputes();
    let id = match command {
        DisputeCommand::List => {
            let all: Vec<_> = disputes.list().try_collect().await?;
            context.printer.show_all(&all, |page| list(page, &all));
            return Ok(());
        }
        DisputeCommand::Show { dispute, bundle: Some(file) } => {
            let id = find(&disputes, &dispute.id).await?;
            return bundle(context, &disputes, &id, &file).await;
        }
        DisputeCommand::Show { dispute, bundle: None } => find(&disputes, &dispute.id).await?,
        DisputeCommand::File(args) => file(&party, *args).await?,
        DisputeCommand::Respond(args) => {
            let id = find(&disputes, &args.dispute.id).await?;
            let shown = showing_in(&party, &id, args.exhibits, args.disclosing).await?;
            disputes.respond(&id, args.admit, args.text, shown).await?;
            id
        }
        DisputeCommand::Evidence { dispute, exhibits, disclosing } => {
            if exhibits.is_empty() && disclosing.disclose.is_empty() {
                return Err(Failure::usage("name something to show: --statement, --file or --disclose"));
            }
            let id = find(&disputes, &dispute.id).await?;
            let shown = showing_in(&party, &id, exhibits, disclosing).await?;
            disputes.show_evidence(&id, shown).await?;
            id
        }
        DisputeCommand::Settle(args) => settle(&disputes, args).await?,
        DisputeCommand::Rule(args) => rule(&disputes, args).await?,
        DisputeCommand::Vote(args) => vote(context, &party, args).await?,
        DisputeCommand::Appeal { dispute, text } => {
            let id = find(&disputes, &dispute.id).await?;
            disputes.appeal(&id, text).await?;
            id
        }
    };
    let view = disputes.show(&id).await?;
    context.printer.show(&view, |page| show(page, &view));
    Ok(())
}

async fn find(disputes: &Disputes, id: &Id) -> Outcome<Hash> {
    match id {
        Id::Whole(hash) => Ok(*hash),
        Id::Prefix(_) => super::only_of(id, disputes.list().map_ok(|view| view.id), "dispute").await,
    }
}

async fn bundle(context: &Context, disputes: &Disputes, id: &Hash, file: &Path) -> Outcome {
    let bytes = disputes.bundle(id).await?;
    if file.as_os_str() == "-" {
        return context.printer.raw(&bytes).map_err(Failure::fault);
    }
    super::write_output(file, &bytes)?;
    let path = file.display().to_string();
    let value = serde_json::json!({ "bytes": bytes.len(), "dispute": id, "file": path });
    context.printer.show(&value, |page| {
        page.line(format!("{path}  {} bytes", terms::grouped(bytes.len())));
    });
    context
        .printer
        .say(Text::from("Check it anywhere: ").and(Paint::Accent, format!("assent verify {path}")));
    Ok(())
}

async fn file(party: &AgentParty, args: DisputeFiling) -> Outcome<Hash> {
    let commitment = match &args.commitment {
        Id::Whole(hash) => *hash,
        id @ Id::Prefix(_) => {
            super::only_of(id, party.commitments().map_ok(|view| view.id), "commitment").await?
        }
    };
    // To whom something is shown does not hang on the node's word.
    let view = if args.disclosing.disclose.is_empty() {
        party.commitment(&commitment).await?
    } else {
        party.session_of(&commitment).await?.1
    };
    let against = match args.against {
        Some(against) => against,
        None => other_side(&view, party.agent(), args.obligation.as_ref())?,
    };
    let arbiter = view.disputes.as_ref().and_then(|terms| terms.arbiter.as_ref());
    let evidence = showing(party, &view.session, arbiter, (args.exhibits, args.disclosing)).await?;
    let filing = Filing {
        party: party.agent().clone(),
        against,
        obligation: args.obligation,
        reason: args.reason,
        severity: args.severity,
        claim: args.claim,
        amount: args.amount,
        evidence,
    };
    Ok(party.disputes().file(&view, filing).await?)
}

/// The other side of the obligation, or the only one who owes this agent anything.
fn other_side(view: &CommitmentView, own: &AgentUri, obligation: Option<&ObligationId>) -> Outcome<AgentUri> {
    let mut others = view.obligations.iter().filter_map(|owed| match obligation {
        Some(id) if owed.id != id.as_str() => None,
        Some(_) if owed.debtor == *own => Some(&owed.creditor),
        Some(_) | None => (owed.creditor == *own).then_some(&owed.debtor),
    });
    let first = others.next().ok_or_else(|| Failure::usage("nothing of it is yours to dispute"))?;
    if others.any(|other| other != first) {
        return Err(
            Failure::usage("several owe you something under it").hint("Say whom you mean: --against.")
        );
    }
    Ok(first.clone())
}

/// What is shown in a dispute that was filed.
async fn showing_in(
    party: &AgentParty,
    id: &Hash,
    shown: Exhibits,
    told: Disclosing,
) -> Outcome<CaseEvidence> {
    if told.disclose.is_empty() {
        return Ok(exhibits(shown)?.into());
    }
    // By the filing itself: to whom something is shown does not hang on the node's word.
    let filing = party.disputes().filing(id).await?;
    let arbiter = filing.rules.as_ref().and_then(|rules| rules.arbiter.as_ref());
    showing(party, &filing.session, arbiter, (shown, told)).await
}

/// What is shown, and of that what is disclosed to whom.
async fn showing(
    party: &AgentParty,
    session: &Hash,
    arbiter: Option<&Issuer>,
    (shown, told): (Exhibits, Disclosing),
) -> Outcome<CaseEvidence> {
    let mut showing = CaseEvidence::from(exhibits(shown)?);
    if told.disclose.is_empty() {
        return Ok(showing);
    }
    let to = match (told.disclose_to, arbiter) {
        (Some(receiver), _) => receiver,
        (None, Some(arbiter)) => Receiver::Named(arbiter.clone()),
        (None, None) => {
            return Err(Failure::usage("the deal names no arbiter")
                .hint("Say to whom you disclose it: --disclose-to."));
        }
    };
    let keys = super::bundle::keys_of(party, &to, "--disclose-to").await?;
    let session = party.session(session);
    for number in told.disclose {
        let (statement, opened) = super::bundle::opened(&session, Sequence(number)).await?;
        let place = Place { origin: party.client().origin(), session: session.id(), statement };
        for key in &keys {
            let disclosed = disclosure::disclose(key, &place, &opened);
            showing.disclosures.push(disclosed.map_err(|fault| super::bundle::unsuited(key, fault))?);
        }
    }
    Ok(showing)
}

fn exhibits(shown: Exhibits) -> Outcome<Vec<Exhibit>> {
    let Exhibits { statement, file, note } = shown;
    let mut all: Vec<Exhibit> =
        statement.into_iter().map(|statement| Exhibit::Statement { note: note.clone(), statement }).collect();
    for path in file {
        let digest = super::say::digest_of(&path)?;
        all.push(Exhibit::Digest { digest, note: note.clone() });
    }
    Ok(all)
}

async fn settle(disputes: &Disputes, args: DisputeSettlement) -> Outcome<Hash> {
    let id = find(disputes, &args.dispute.id).await?;
    match args.outcome {
        Some(outcome) => {
            let offer = DisputeSettle { amount: args.amount, outcome, text: args.text };
            disputes.offer(&id, offer).await?;
        }
        None => drop(disputes.settle(&id, args.text).await?),
    }
    Ok(id)
}

async fn rule(disputes: &Disputes, args: DisputeRuling) -> Outcome<Hash> {
    let id = find(disputes, &args.dispute.id).await?;
    let effect = match args.effect {
        Some(effect) => effect,
        None => disputes.show(&id).await?.effect,
    };
    let DisputeRuling { outcome, amount, reasons, .. } = args;
    disputes.rule(&id, DisputeRule { amount, effect, outcome, reasons, rung: Rung::Arbiter }).await?;
    Ok(id)
}

/// Hides a vote, which is kept here first, or shows the one that is.
async fn vote(context: &Context, party: &AgentParty, args: DisputeBallot) -> Outcome<Hash> {
    let (home, disputes, voter) = (context.home()?, party.disputes(), party.agent());
    let id = find(&disputes, &args.dispute.id).await?;
    let Some((outcome, reasons)) = args.outcome.zip(args.reasons) else {
        disputes.vote(&id, votes::kept(&home, &id, voter)?).await?;
        return Ok(id);
    };
    let view = disputes.show(&id).await?;
    let seats = view.panel.iter().flat_map(|panel| &panel.seats);
    if seats.into_iter().any(|seat| seat.member == *voter && seat.committed) {
        return Err(Failure::no("you have hidden a vote, and cannot hide another")
            .hint("Once all have, `assent dispute vote` with --reveal shows it."));
    }
    let vote = Disputes::ballot(outcome, args.amount, reasons)?;
    votes::keep(&home, &id, voter, &vote)?;
    disputes.commit(&id, voter, &vote).await?;
    Ok(id)
}

fn list(page: &mut Page, disputes: &[DisputeView]) {
    let rows = disputes.iter().map(|view| {
        vec![
            words::id(&view.id),
            phase(view),
            words::spelled(&view.reason).into(),
            words::agent(&view.party).into(),
            words::agent(&view.against).into(),
            view.until.map_or_else(String::new, words::instant).into(),
        ]
    });
    page.table(
        vec!["ID", "STANDS AT", "REASON", "WHO FILED", "AGAINST", "UNTIL"],
        rows.collect(),
        "no disputes",
    );
}

fn phase(view: &DisputeView) -> Text {
    match &view.verdict {
        Some(verdict) => Text::of(Paint::Dim, words::spelled(&verdict.outcome)),
        None => Text::of(Paint::Warn, view.phase.clone()),
    }
}

/// A dispute, whole.
fn show(page: &mut Page, view: &DisputeView) {
    page.field("dispute", view.id.to_hex());
    page.field("stands at", phase(view));
    if let Some(until) = view.until {
        page.field("until", words::instant(until));
    }
    page.field("filed by", words::issuer(&view.by));
    page.field("against", words::agent(&view.against));
    page.field("reason", format!("{}, severity {}", words::spelled(&view.reason), view.severity));
    page.field("claim", words::line(&view.claim, 200));
    if let Some(amount) = &view.amount {
        page.field("asks for", terms::money(amount));
    }
    page.field("session", words::id(&view.session));
    page.field("commitment", words::id(&view.commitment));
    let about = view.obligation.as_ref().map_or_else(|| "all that is owed".to_owned(), ToString::to_string);
    page.field("about", about);
    if let Some(deposit) = &view.deposit {
        page.field("deposit", terms::money(deposit));
    }
    if let Some(panel) = &view.panel {
        page.field("panel of", panel.size.to_string());
    }
    page.field("arbiter", view.arbiter.as_ref().map_or_else(|| "nobody".to_owned(), words::issuer));
    if let Some(answer) = &view.response {
        let admits = if answer.accepts { "admits it" } else { "denies it" };
        page.field("answer", format!("{admits}: {}", words::line(&answer.text, 200)));
    }
    if let Some(offer) = &view.offer {
        let paid = offer.amount.as_ref().map(|it| format!(", {}", terms::money(it))).unwrap_or_default();
        page.field("offer", format!("{} of {}{paid}", words::spelled(&offer.outcome), side(offer.side)));
    }
    if let Some(verdict) = &view.verdict {
        page.field("ended", ended(verdict));
    }
    page.heading("Exhibits");
    let rows = view.evidence.iter().map(exhibit);
    page.table(vec!["WHO", "WHAT", "NOTE"], rows.collect(), "none");
    if let Some(panel) = view.panel.as_ref().filter(|panel| !panel.seats.is_empty()) {
        page.heading("Panel");
        let rows = panel.seats.iter().map(seat);
        page.table(vec!["WHO", "VOTE", "AMOUNT", "REASONS"], rows.collect(), "none");
    }
    page.heading("Rulings");
    let rows = view.rulings.iter().map(|ruling| {
        vec![
            ruling.rung.number().to_string().into(),
            words::issuer(&ruling.by).into(),
            words::spelled(&ruling.outcome).into(),
            words::spelled(&ruling.effect).into(),
            ruling.amount.as_ref().map_or_else(String::new, terms::money).into(),
            words::line(&ruling.reasons, 60).into(),
        ]
    });
    page.table(vec!["RUNG", "BY", "OUTCOME", "EFFECT", "AMOUNT", "REASONS"], rows.collect(), "none");
}

/// A member of the panel and what it has voted for.
fn seat(seat: &SeatView) -> Vec<Text> {
    let vote = match &seat.outcome {
        Some(outcome) => words::spelled(outcome),
        None if seat.committed => "hidden".to_owned(),
        None => "awaited".to_owned(),
    };
    vec![
        words::agent(&seat.member).into(),
        vote.into(),
        seat.amount.as_ref().map_or_else(String::new, terms::money).into(),
        seat.reasons.as_ref().map_or_else(String::new, |it| words::line(it, 60)).into(),
    ]
}

fn ended(verdict: &VerdictView) -> String {
    let effect = verdict.effect.as_ref().map(|it| format!(", {}", words::spelled(it))).unwrap_or_default();
    let amount = verdict.amount.as_ref().map(|it| format!(", {}", terms::money(it))).unwrap_or_default();
    format!("{}{effect}{amount}", words::spelled(&verdict.outcome))
}

const fn side(side: DisputeSide) -> &'static str {
    match side {
        DisputeSide::Filer => "who filed",
        DisputeSide::Against => "the other side",
        DisputeSide::Panel => "the panel",
        DisputeSide::Arbiter => "the arbiter",
        DisputeSide::Node => "the node",
    }
}

fn exhibit(shown: &ShownView) -> Vec<Text> {
    let (what, note) = match &shown.exhibit {
        Exhibit::Statement { note, statement } => (Text::from("statement ").join(words::id(statement)), note),
        Exhibit::Digest { digest, note } => (Text::from("file ").join(words::id(digest)), note),
    };
    vec![side(shown.side).into(), what, words::line(note.as_str(), 60).into()]
}
