//! `assent session tender`: open to many, compare, award one, decline the others.

use std::collections::BTreeMap;
use std::time::Duration;

use asp_client::{
    AgentParty, Award, Awarded, Bid, Declined, OfferedPackage, Standing, Supplier, Tender, TenderCall,
};
use asp_core::amount::Money;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::statement::body::Limits;
use serde::Serialize;

use super::agent::list;
use crate::cli::{TenderAward, TenderCommand, TenderDecline, TenderName, TenderOpen};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::read::Id;
use crate::tenders::{self, Kept};
use crate::{terms, words};

/// Characters of a reason that are shown.
const REASON_MAX: usize = 60;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: TenderCommand) -> Outcome {
    match command {
        TenderCommand::Open(args) => open(context, *args).await,
        TenderCommand::List => listed(context),
        TenderCommand::Show { tender, wait } => show(context, &tender, wait).await,
        TenderCommand::Award(args) => award(context, args).await,
        TenderCommand::Decline(args) => decline(context, args).await,
    }
}

async fn open(context: &Context, args: TenderOpen) -> Outcome {
    let buyer = context.agent().await?;
    let limits = Limits {
        ceiling: args.ceiling,
        rounds: args.rounds,
        messages: args.messages,
        trust_floor: args.trust.floor(),
        ..Limits::defaults()
    };
    let mut schemas = Vec::new();
    for name in &args.schema {
        schemas.push(super::schema::find(context, name).await?);
    }
    let call = TenderCall {
        suppliers: args.with.into_iter().collect(),
        capability: args.capability,
        purpose: args.purpose,
        consents: args.consent.into_iter().collect(),
        limits,
        schemas,
        offers_within: args.offers_within,
        decide_within: args.decide_within,
    };
    let (tender, invitations) = Tender::prepare(&buyer, call).await?;
    // Before the first is handed in: whatever happens now, the sessions are known.
    let mut kept = Kept::create(&context.home()?, &args.tender, tender)?;
    let total = kept.tender.suppliers.len() as u64;
    let progress = context.printer.progress("invitations", total);
    let mut done = 0;
    kept.tender
        .open(&buyer, invitations, |_| {
            done += 1;
            progress.at(done, total);
        })
        .await;
    drop(progress);
    kept.save()?;
    warn_of_neighbours(context, &kept.tender);
    context.printer.show(&kept.tender, |page| {
        let rows = kept.tender.suppliers.iter().map(asked);
        page.table(vec!["SUPPLIER", "SESSION", ""], rows.collect(), "nobody was asked");
    });
    if kept.tender.suppliers.iter().all(|supplier| supplier.session.is_none()) {
        return Err(Failure::no("no supplier could be invited"));
    }
    follow(context, "Compare what comes: ", format_args!("show {} --wait", args.tender));
    Ok(())
}

/// Two agents of one organisation can read one another through it.
fn warn_of_neighbours(context: &Context, tender: &Tender) {
    let mut counts = BTreeMap::new();
    for supplier in &tender.suppliers {
        *counts.entry(supplier.agent.organisation()).or_insert(0_usize) += 1;
    }
    for (organisation, count) in counts.into_iter().filter(|(_, count)| *count > 1) {
        let warning = format!("{organisation} reads what its {count} agents are asked and offer.");
        context.printer.say(Text::of(Paint::Warn, "note: ").plain(warning));
    }
}

fn asked(supplier: &Supplier) -> Vec<Text> {
    let told = match (&supplier.failure, supplier.session) {
        (Some(failure), _) => Text::of(Paint::Bad, words::line(failure, REASON_MAX)),
        (None, Some(_)) => Text::of(Paint::Good, "invited"),
        (None, None) => Text::of(Paint::Bad, "not invited"),
    };
    let session = supplier.session.as_ref().map(words::id).unwrap_or_default();
    vec![Text::of(Paint::Strong, words::agent(&supplier.agent)), session, told]
}

/// A tender in a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    tender: String,
    #[serde(flatten)]
    kept: Option<Tender>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

fn listed(context: &Context) -> Outcome {
    let of = |(tender, kept): (String, Outcome<Tender>)| match kept {
        Ok(kept) => Listed { tender, kept: Some(kept), failure: None },
        Err(failure) => Listed { tender, kept: None, failure: Some(failure.to_string()) },
    };
    let all: Vec<Listed> = tenders::list(&context.home()?)?.into_iter().map(of).collect();
    context.printer.show_all(&all, |page| {
        let rows = all.iter().map(|listed| {
            let mut row = vec![Text::of(Paint::Strong, &listed.tender)];
            match &listed.kept {
                Some(kept) => row.extend([
                    words::agent(&kept.buyer).into(),
                    kept.capability.to_string().into(),
                    kept.suppliers.len().to_string().into(),
                    kept.award.as_ref().map(|award| words::agent(&award.supplier)).unwrap_or_default().into(),
                    Text::of(Paint::Dim, words::instant(kept.offers_until)),
                ]),
                None => row.push(Text::of(Paint::Bad, listed.failure.as_deref().unwrap_or_default())),
            }
            row
        });
        let header = vec!["TENDER", "BUYER", "ABOUT", "ASKED", "AWARDED TO", "OFFERS UNTIL"];
        page.table(header, rows.collect(), "no tenders");
    });
    Ok(())
}

/// A tender from its file, and its buyer at the node that has the sessions.
async fn kept(context: &Context, name: &TenderName) -> Outcome<(Kept, AgentParty)> {
    let kept = Kept::open(&context.home()?, name)?;
    let buyer = context.agent_named(&kept.tender.buyer).await?;
    if *buyer.client().origin() != kept.tender.origin {
        let (there, here) = (&kept.tender.origin, buyer.client().origin());
        return Err(Failure::usage(format_args!("the sessions are in the log {there}, and this is {here}"))
            .hint("Say which node: --node."));
    }
    Ok((kept, buyer))
}

async fn show(context: &Context, name: &TenderName, wait: Option<Option<Millis>>) -> Outcome {
    let (kept, buyer) = kept(context, name).await?;
    let mut bids = match wait {
        None => kept.tender.bids(&buyer).await,
        Some(span) => {
            let left = span.unwrap_or_else(|| kept.tender.offers_until.since(super::now()));
            gather(context, &kept.tender, &buyer, Duration::from_millis(left.0)).await?
        }
    };
    bids.sort_by_cached_key(Bid::rank);
    let now = super::now();
    context.printer.show_all(&bids, |page| {
        let rows = bids.iter().flat_map(|bid| rows(bid, now));
        let header = vec!["SUPPLIER", "STANDING", "PACKAGE", "OFFER", "YOU OWE", "DUE IN", "STANDS"];
        page.table(header, rows.collect(), "nobody was asked");
    });
    if bids.iter().any(|bid| bid.standing == Standing::Offered) {
        follow(context, "Take one: ", format_args!("award {name} SUPPLIER"));
    }
    Ok(())
}

/// Waits for offers, and tells each as it comes.
async fn gather(
    context: &Context,
    tender: &Tender,
    buyer: &AgentParty,
    at_most: Duration,
) -> Outcome<Vec<Bid>> {
    let total = tender.suppliers.len() as u64;
    let progress = context.printer.progress("suppliers have answered", total);
    let mut before: BTreeMap<AgentUri, (Standing, Vec<Hash>)> = BTreeMap::new();
    let told = |bids: &[Bid]| {
        for bid in bids {
            let offers = bid.offers.iter().map(|offered| offered.terms).collect();
            let seen = before.insert(bid.supplier.clone(), (bid.standing, offers));
            if seen.as_ref() != before.get(&bid.supplier) {
                progress.beside(|| context.printer.say(moved(bid)));
            }
        }
        progress.at(bids.iter().filter(|bid| !bid.standing.is_awaited()).count() as u64, total);
    };
    Ok(tender.gather(buyer, at_most, told).await?)
}

fn moved(bid: &Bid) -> Text {
    let owed = list(bid.offers.iter().map(|offered| money(&offered.buyer_owes)));
    Text::of(Paint::Strong, words::agent(&bid.supplier))
        .plain("  ")
        .join(standing(bid.standing))
        .plain(format_args!("  {owed}"))
}

fn standing(standing: Standing) -> Text {
    let paint = match standing {
        Standing::Awarded => Paint::Good,
        Standing::Agreed | Standing::Offered | Standing::Conditions => Paint::Accent,
        Standing::Countered | Standing::In | Standing::Invited => Paint::Plain,
        Standing::Ended => Paint::Dim,
        Standing::NotInvited | Standing::Unknown => Paint::Bad,
    };
    Text::of(paint, standing.as_str())
}

/// Sums of several currencies, in their order.
fn money(sums: &[Money]) -> String {
    sums.iter().map(terms::money).collect::<Vec<_>>().join(" + ")
}

/// A row for each package of a bid, or the one that says why there is none.
fn rows(bid: &Bid, now: LogTime) -> Vec<Vec<Text>> {
    let head = || vec![Text::of(Paint::Strong, words::agent(&bid.supplier)), standing(bid.standing)];
    if bid.offers.is_empty() {
        let end = bid.end.as_ref().map(|end| format!("{} {}", end.code, end.sentence));
        let why = bid.failure.clone().or(end).unwrap_or_default();
        let commitment = bid.commitments.first().map(words::id).unwrap_or_default();
        let told = Text::of(Paint::Dim, words::line(&why, REASON_MAX));
        let empty = [Text::default(), Text::default(), Text::default()];
        return vec![head().into_iter().chain([commitment, told]).chain(empty).collect()];
    }
    let row = |offered: &OfferedPackage| {
        let firm = if offered.binding { ", firm" } else { "" };
        let offer = words::line(&terms::in_words(&offered.package), REASON_MAX);
        let due = offered.due.map(|due| words::span(due.since(now)));
        let rest = [
            words::id(&offered.terms),
            format!("{offer}{firm}").into(),
            money(&offered.buyer_owes).into(),
            due.unwrap_or_default().into(),
            Text::of(Paint::Dim, words::span(offered.valid_until.since(now))),
        ];
        head().into_iter().chain(rest).collect()
    };
    bid.offers.iter().map(row).collect()
}

/// What an award came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Settled<'a> {
    supplier: &'a AgentUri,
    terms: Hash,
    commitment: Option<Hash>,
    declined: Vec<Told>,
}

/// What declining one supplier came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    supplier: AgentUri,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

async fn award(context: &Context, args: TenderAward) -> Outcome {
    let (mut kept, buyer) = kept(context, &args.tender).await?;
    let chosen = choose(&kept.tender, &kept.tender.bids(&buyer).await, &args)?;
    // Before it is said: who runs this again after a crash goes on with the same choice.
    kept.tender.award = Some(chosen.clone());
    kept.save()?;
    let awarded = kept.tender.award(&buyer, &chosen, Duration::from_millis(args.wait.0)).await?;
    let Award { supplier, terms } = &chosen;
    let commitment = match awarded {
        Awarded::Stands(commitment) => Some(commitment),
        Awarded::AwaitsSupplier => None,
    };
    let mut declined = Vec::new();
    if commitment.is_some() && !args.keep_others {
        let others = kept.tender.suppliers.iter().map(|other| &other.agent);
        let others: Vec<AgentUri> = others.filter(|other| *other != supplier).cloned().collect();
        declined = decline_all(context, &kept.tender, &buyer, &others, &args.why.reason).await;
    }
    let settled = Settled { supplier, terms: *terms, commitment, declined };
    context.printer.show(&settled, |page| {
        page.field("supplier", Text::of(Paint::Strong, words::agent(supplier)));
        page.field("terms", words::id(terms));
        let signed = commitment.as_ref().map(words::id);
        page.field("commitment", signed.unwrap_or_else(|| Text::of(Paint::Warn, "waits for the supplier")));
        if !settled.declined.is_empty() {
            page.heading("The others");
            page.table(vec!["SUPPLIER", "OUTCOME", ""], settled.declined.iter().map(told).collect(), "none");
        }
    });
    if commitment.is_none() {
        return Err(Failure::no("the supplier has not signed yet; nobody was declined")
            .hint("Run the same command again: it goes on from here."));
    }
    let again = format!("assent session tender decline {} --all", args.tender);
    all_declined(&settled.declined, &again)
}

/// The package that is meant, if nothing else has been chosen.
fn choose(tender: &Tender, bids: &[Bid], args: &TenderAward) -> Outcome<Award> {
    let bound = |bid: &&Bid| matches!(bid.standing, Standing::Awarded | Standing::Agreed);
    if let Some(other) = bids.iter().filter(bound).find(|bid| bid.supplier != args.supplier) {
        let (supplier, standing) = (words::agent(&other.supplier), other.standing.as_str());
        return Err(Failure::no(format_args!("{supplier} is {standing} already; a tender is awarded once"))
            .hint("A commitment stands until both end it; what is only agreed ends with `tender decline`."));
    }
    // What was begun with another may stand by now: nobody is bound twice because a session could not be read.
    let begun = tender.award.as_ref().filter(|award| award.supplier != args.supplier);
    let unread = |bid: &&Bid| bid.standing == Standing::Unknown;
    let begun = begun.and_then(|award| bids.iter().filter(unread).find(|bid| bid.supplier == award.supplier));
    if let Some(other) = begun {
        let supplier = words::agent(&other.supplier);
        return Err(Failure::no(format_args!(
            "{supplier} was chosen before, and its session cannot be read"
        ))
        .hint("Try again when the node answers: the award may have been taken."));
    }
    tender.supplier(&args.supplier)?;
    let before = tender.award.as_ref().filter(|award| award.supplier == args.supplier);
    let bid = bids.iter().find(|bid| bid.supplier == args.supplier);
    let named = |terms: &Hash| args.package.as_ref().is_none_or(|id: &Id| id.matches(terms));
    // What was begun is on no table any more.
    if let (Some(before), Some(_)) = (before, bid.filter(bound)) {
        return if named(&before.terms) {
            Ok(before.clone())
        } else {
            Err(Failure::no("another package of this supplier has been taken already"))
        };
    }
    let offers = bid.map(|bid| bid.offers.as_slice()).unwrap_or_default();
    let mut meant = offers.iter().map(|offered| offered.terms).filter(named);
    match (meant.next(), meant.next()) {
        (Some(terms), None) => Ok(Award { supplier: args.supplier.clone(), terms }),
        (Some(_), Some(_)) => {
            let all = list(
                offers.iter().map(|offered| offered.terms.to_hex().chars().take(12).collect::<String>()),
            );
            Err(Failure::usage("several packages could be meant")
                .hint(format_args!("Say which by --package: {all}")))
        }
        (None, _) => {
            let standing = bid.map_or(Standing::Unknown, |bid| bid.standing).as_str();
            Err(Failure::no(format_args!("no such package is on the table; the supplier is {standing}")))
        }
    }
}

async fn decline(context: &Context, args: TenderDecline) -> Outcome {
    let (kept, buyer) = kept(context, &args.tender).await?;
    let all = || kept.tender.suppliers.iter().map(|supplier| supplier.agent.clone()).collect();
    let whom: Vec<AgentUri> = if args.all { all() } else { args.suppliers };
    for agent in &whom {
        kept.tender.supplier(agent)?;
    }
    let declined = decline_all(context, &kept.tender, &buyer, &whom, &args.why.reason).await;
    context.printer.show_all(&declined, |page| {
        page.table(
            vec!["SUPPLIER", "OUTCOME", ""],
            declined.iter().map(told).collect(),
            "nobody was invited",
        );
    });
    if args.all {
        // Who has a commitment was not meant.
        let rest: Vec<Told> = declined.into_iter().filter(|told| told.outcome != BOUND).collect();
        return all_declined(&rest, "the same command");
    }
    all_declined(&declined, "the same command")
}

async fn decline_all(
    context: &Context,
    tender: &Tender,
    buyer: &AgentParty,
    whom: &[AgentUri],
    reason: &asp_core::statement::body::Text,
) -> Vec<Told> {
    let total = whom.len() as u64;
    let progress = context.printer.progress("suppliers are declined", total);
    let mut done = 0;
    let count = |_: &AgentUri, _: &Declined| {
        done += 1;
        progress.at(done, total);
    };
    let mut declined = tender.decline(buyer, whom, reason, count).await;
    declined.sort_by(|(one, _), (other, _)| one.cmp(other));
    declined.into_iter().map(|(supplier, outcome)| outcome_of(supplier, &outcome)).collect()
}

/// The word for a supplier that has a commitment.
const BOUND: &str = "bound";

fn outcome_of(supplier: AgentUri, declined: &Declined) -> Told {
    let (outcome, failure) = match declined {
        Declined::Done => ("declined", None),
        Declined::EndedBefore => ("ended-before", None),
        Declined::Bound => (BOUND, Some("a commitment stands".to_owned())),
        Declined::Escalated => ("escalated", Some("an authority has to decide first".to_owned())),
        Declined::Failed(error) => ("failed", Some(error.to_string())),
    };
    Told { supplier, outcome, failure }
}

fn told(told: &Told) -> Vec<Text> {
    let paint = if told.failure.is_some() { Paint::Bad } else { Paint::Plain };
    vec![
        words::agent(&told.supplier).into(),
        Text::of(paint, told.outcome),
        Text::of(Paint::Dim, words::line(told.failure.as_deref().unwrap_or_default(), REASON_MAX)),
    ]
}

/// # Errors
/// How many could not be declined.
fn all_declined(declined: &[Told], again: &str) -> Outcome {
    let failed = declined.iter().filter(|told| told.failure.is_some()).count();
    if failed == 0 {
        return Ok(());
    }
    Err(Failure::no(format_args!("{failed} could not be declined")).hint(format_args!("Try again: {again}")))
}

/// Says which command comes next.
fn follow(context: &Context, what: &str, command: std::fmt::Arguments<'_>) {
    let command = format!("assent session tender {command}");
    context.printer.say(Text::from(what).and(Paint::Accent, command));
}
