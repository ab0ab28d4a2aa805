//! `assent verify`: a bundle's checks, offline. Judges nothing itself: the core does, as it does everywhere.

use std::path::Path;

use asp_core::bundle::{Anchors, Bundle, Disclosed, DisclosedStatement, Report, SignatureCheck, Verdict};
use asp_core::key::{Algorithm, SecretKey};
use asp_core::keyfile;
use asp_core::statement::body::Disclosure;
use asp_seal::disclosure::tried;

use super::read_input;
use crate::cli::Verify;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::{narrate, terms, words};

/// Bytes of the largest bundle that is read.
const BUNDLE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Bytes of the largest key file that is read.
const KEY_BYTES_MAX: u64 = 8192;

/// Reads, opens what was disclosed to the keys that are here, checks, shows every verdict.
///
/// # Errors
/// [`crate::failure::Exit::Usage`] if the file is no bundle, [`crate::failure::Exit::No`] if anything is refuted.
pub(super) fn run(context: &Context, args: &Verify) -> Outcome {
    let bundle = read_bundle(&args.file)?;
    let keys = keys(context, args, &bundle)?;
    let open = |shown: &Disclosure| tried(&bundle, &keys, shown);
    let report = bundle.verify_disclosed(&Anchors { node_key: args.node_key }, &open);
    context.printer.show(&report, |page| {
        show(page, &report);
        if let Some(disclosed) = &report.disclosed {
            opened(page, &bundle, disclosed);
        }
    });
    let here = |shown: &Disclosure| keys.iter().any(|key| key.id() == shown.to);
    if discloses(&bundle) && !disclosures(&bundle).any(here) {
        context.printer.say("Nothing in it is disclosed to a key that is here; --key FILE names another.");
    }
    if report.refuted() { Err(Failure::no("the bundle does not hold")) } else { Ok(()) }
}

/// Reads a bundle.
///
/// # Errors
/// When there is none in the file.
pub(super) fn read_bundle(file: &Path) -> Outcome<Bundle> {
    let bytes = read_input(file, BUNDLE_BYTES_MAX)?;
    Bundle::parse(&bytes).map_err(|error| Failure::usage(format_args!("{}: {error}", file.display())))
}

/// All that is disclosed in it: in the file itself, and by the sides of a dispute.
fn disclosures(bundle: &Bundle) -> impl Iterator<Item = &Disclosure> {
    bundle.disclosures().chain(bundle.disclosed_in_disputes().map(|(_, _, disclosure)| disclosure))
}

fn discloses(bundle: &Bundle) -> bool {
    disclosures(bundle).next().is_some()
}

/// The keys that are tried: those named, or those of the home. None where there is nothing to open.
fn keys(context: &Context, args: &Verify, bundle: &Bundle) -> Outcome<Vec<SecretKey>> {
    if !args.key.is_empty() {
        return args.key.iter().map(|file| key(file)).collect();
    }
    if !discloses(bundle) {
        return Ok(Vec::new());
    }
    let ring = context.keyring()?;
    let held = ring.list().map_err(Failure::from)?;
    held.iter().map(|issuer| ring.load(issuer).map_err(Failure::from)).collect()
}

/// A private key of a file: one of a home, or of another program's form.
fn key(file: &Path) -> Outcome<SecretKey> {
    let bytes = read_input(file, KEY_BYTES_MAX)?;
    let named = std::str::from_utf8(&bytes).ok().and_then(|text| keyfile::read_named(text).ok());
    let key = named.map(|(_, key)| key).or_else(|| keyfile::read(&bytes, Algorithm::Ed25519));
    key.ok_or_else(|| {
        Failure::usage(format_args!("{}: no private key", file.display()))
            .hint("A key file of a home, or PKCS#8 in PEM or DER, as `assent key new` and `assent key export` write it.")
    })
}

/// How a verdict is shown.
pub(crate) fn verdict(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Proved => Text::of(Paint::Good, "proved"),
        Verdict::Refuted => Text::of(Paint::Bad, "REFUTED"),
        Verdict::NotShown => Text::of(Paint::Warn, "not shown"),
    }
}

fn show(page: &mut Page, report: &Report) {
    let rows = report.checks.iter().map(|check| {
        vec![verdict(check.verdict), Text::of(Paint::Dim, check.rule), check.detail.clone().into()]
    });
    page.table(vec!["VERDICT", "CHECK", "WHAT"], rows.collect(), "nothing was checked");
    let count = |valid: fn(&SignatureCheck) -> bool| {
        let valid = report.signatures.iter().filter(|check| valid(check)).count();
        format!("{valid} of {} signatures", report.signatures.len())
    };
    page.field("valid when logged", count(|check| check.valid_when_logged));
    page.field("valid now", count(|check| check.valid_now));
    for check in report.signatures.iter().filter(|check| !check.valid_now) {
        page.line(Text::of(Paint::Warn, "void").plain(format_args!(
            "  entry {}, {} by {}",
            check.log_index,
            words::issuer(&check.issuer),
            check.key_id
        )));
    }
}

/// What was disclosed, which is in nobody's log: the words, the terms, what is owed.
fn opened(page: &mut Page, bundle: &Bundle, disclosed: &Disclosed) {
    page.gap();
    page.heading("Disclosed to you, sealed to others: what was committed to");
    let row = |shown: &DisclosedStatement| {
        let statement = bundle.statement(&shown.statement)?.opened(shown.body.clone());
        let told = narrate::tell(&statement, None);
        let unread = shown.unread.map(|code| format!("  counted as unread: {code}")).unwrap_or_default();
        let could_not = shown.told_unreadable().map(|told| format!("  {told}")).unwrap_or_default();
        Some(vec![
            Text::of(Paint::Dim, shown.sequence),
            words::issuer(&shown.issuer).into(),
            Text::of(Paint::Accent, told.verb),
            Text::from(told.about).and(Paint::Bad, unread).and(Paint::Warn, could_not),
        ])
    };
    let rows = disclosed.statements.iter().filter_map(row).collect();
    page.table(vec!["MESSAGE", "BY", "", "WHAT"], rows, "nothing");
    if let Some(known) = &disclosed.terms {
        let known = serde_json::to_string(known).unwrap_or_default();
        page.field("terms", words::line(&known, 400));
        let rows = disclosed.obligations.iter().map(|owed| {
            vec![
                owed.id.as_str().into(),
                words::line(owed.what.as_str(), 40).into(),
                words::obligation(owed.state),
                words::agent(&owed.debtor).into(),
                words::agent(&owed.creditor).into(),
                terms::money(&owed.value).into(),
                owed.due.map_or_else(|| "waits".to_owned(), words::instant).into(),
            ]
        });
        let columns = vec!["NAME", "WHAT", "STATE", "WHO OWES", "WHOM", "VALUE", "MET UNTIL"];
        page.table(columns, rows.collect(), "none");
    }
}
