//! Disputes: who files about what, what the log alone decides, how the ladder goes on, and what an award changes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::collections::BTreeSet;

use asp_core::dispute::Phase;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::rejection::Code;
use asp_core::seal::Opaque;
use asp_core::statement::Kind;
use asp_core::statement::body::{
    AccountCredit, AccountDeposit, AccountOpen, Body, Disclosure, DisputeClose, DisputeEvidence, DisputeFile,
    DisputeOutcome, DisputeReason, DisputeRule, DisputeTerms, DisputeWindows, Due, DueAt, Exhibit, Inform,
    Obligation, Offer, Propose, RulingEffect, Rung,
};
use asp_core::trust::{Outcome, Question, assess};
use support::Stage;
use support::court::{Court, HOUR, WINDOW, appeal, by_judge, exhibit, package, respond, rule, settle};
use support::ledger::issuer;
use support::{agent_key, domain, key, text, uri, usd};

#[test]
fn who_is_bound_files_and_to_others_there_is_nothing() {
    // ASP-DIS-001
    let mut court = Court::contested(None);
    let reason = DisputeReason::NotAsAgreed;
    let file = court.filing("buyer", reason);
    assert_eq!(court.file_as("other", file.clone()), "UNKNOWN_STREAM ASP-DIS-001 /body/session");
    assert_eq!(court.file_as("other.example", file.clone()), "UNKNOWN_STREAM ASP-DIS-001 /body/session");
    assert_eq!(court.file_as("seller", file.clone()), "UNKNOWN_STREAM ASP-DIS-001 /body/session");
    let strange = DisputeFile { party: uri("other"), ..file.clone() };
    assert_eq!(court.file_as("other", strange), "UNKNOWN_STREAM ASP-DIS-001 /body/session");
    let nowhere = DisputeFile { session: Hash::of(&[b"none"]), ..file.clone() };
    assert_eq!(court.file_as("buyer", nowhere), "UNKNOWN_STREAM ASP-DIS-001 /body/session");
    assert_eq!(court.clone().file_as("buyer", file.clone()), "");
    assert_eq!(court.file_as("buyer.example", file), "");
}

#[test]
fn a_filing_is_about_something_between_the_two() {
    // ASP-DIS-002
    let mut court = Court::of(None);
    assert_eq!(
        court.file("buyer", DisputeReason::NonDelivery),
        "NOTHING_TO_DISPUTE ASP-DIS-002 /body/reason"
    );
    assert_eq!(court.clone().file("buyer", DisputeReason::Impersonation), "");
    let file = court.filing("buyer", DisputeReason::Late);
    let unknown = DisputeFile { obligation: Some(text("other")), ..file.clone() };
    assert_eq!(court.file_as("buyer", unknown), "UNKNOWN_OBLIGATION ASP-DIS-002 /body/obligation");
    let unknown = DisputeFile { commitment: Hash::of(&[b"none"]), ..file.clone() };
    assert_eq!(court.file_as("buyer", unknown), "UNKNOWN_OBLIGATION ASP-DIS-002 /body/commitment");
    let between = DisputeFile { against: uri("other"), ..file };
    assert_eq!(court.file_as("buyer", between), "UNKNOWN_OBLIGATION ASP-DIS-002 /body/obligation");
    // The seller owes all that there is: the buyer owes it nothing.
    court.stage.fulfil(court.session, "seller", court.commitment).unwrap();
    let mut whole = court.filing("seller", DisputeReason::Late);
    whole.obligation = None;
    assert_eq!(court.file_as("seller", whole), "UNKNOWN_OBLIGATION ASP-DIS-002 /body/obligation");
    court.contest();
    court.stage.pass(30 * 24 * HOUR);
    assert_eq!(court.clone().file("buyer", DisputeReason::Late), "");
    court.stage.pass(1);
    assert_eq!(court.file("buyer", DisputeReason::Late), "DEADLINE_PASSED ASP-DIS-002 /body/obligation");
}

#[test]
fn a_filing_repeats_the_rules_that_were_agreed() {
    // ASP-DIS-003
    let mut court = Court::contested(by_judge());
    let file = court.filing("buyer", DisputeReason::NonDelivery);
    let other = DisputeTerms { arbiter: Some(Issuer::Agent(uri("other"))), ..DisputeTerms::defaults() };
    for rules in [None, Some(DisputeTerms::defaults()), Some(other)] {
        let file = DisputeFile { rules, ..file.clone() };
        assert_eq!(court.file_as("buyer", file), "TERMS_MISMATCH ASP-DIS-003 /body/rules");
    }
    assert_eq!(court.file_as("buyer", file), "");
    let mut court = Court::contested(None);
    let file = DisputeFile { rules: by_judge(), ..court.filing("buyer", DisputeReason::NonDelivery) };
    assert_eq!(court.file_as("buyer", file), "TERMS_MISMATCH ASP-DIS-003 /body/rules");
}

#[test]
fn what_is_in_dispute_or_was_is_not_filed_again() {
    // ASP-DIS-004, THR-DISPUTE-SPAM
    let mut court = Court::contested(None);
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    let open = "DISPUTE_OPEN ASP-DIS-004 /body/obligation";
    assert_eq!(court.file("buyer", DisputeReason::Late), open);
    assert_eq!(court.file("seller", DisputeReason::NonDelivery), open);
    let mut whole = court.filing("buyer", DisputeReason::Late);
    whole.obligation = None;
    assert_eq!(court.file_as("buyer", whole), open);
    // Nobody decides it: each side has one.
    court.node();
    court.stage.pass(WINDOW);
    court.node();
    assert_eq!(court.end(), "undecided");
    assert_eq!(court.file("buyer", DisputeReason::Late), "ALREADY_RULED ASP-DIS-004 /body/obligation");
    assert_eq!(court.clone().file("seller", DisputeReason::NonDelivery), "");
    // The log decides it: nobody has another.
    assert_eq!(court.file("seller", DisputeReason::Late), "");
    court.node();
    assert_eq!(court.end(), "upheld binding 0");
    assert_eq!(
        court.file("seller", DisputeReason::NonDelivery),
        "ALREADY_RULED ASP-DIS-004 /body/obligation"
    );
}

/// The organisation has this much on an account.
fn funded(stage: &mut Stage, name: &str, amount: &str) {
    let stream = || StreamName::Of(StreamId::Account(domain(name)));
    stage.by_org(name, stream(), Body::AccountOpen(AccountOpen { currency: text("USD") })).unwrap();
    let asked = AccountDeposit { amount: usd(amount), reference: text("order 7") };
    let deposit = stage.by_org(name, stream(), Body::AccountDeposit(asked)).unwrap();
    let credit = Body::AccountCredit(AccountCredit { amount: usd(amount), deposit, evidence: None });
    let draft = stage.draft(stream(), Issuer::Node(stage.origin.clone()), credit);
    let statement = stage.sign(&draft, &[&key("node")]);
    stage.take(statement).unwrap();
}

/// What an organisation has available and held, in cents.
fn has(court: &Court, name: &str) -> (u64, u64) {
    let balance = court.stage.world.account(&domain(name)).unwrap().balance(&text("USD")).unwrap();
    (balance.available.0, balance.held.0)
}

/// Filing about the deal costs 5 dollars; the buyer has 7, the seller 3.
fn at_a_price() -> Court {
    let (mut stage, session) = Stage::talking();
    stage.member("judge");
    funded(&mut stage, "buyer", "7");
    funded(&mut stage, "seller", "3");
    let disputes = Some(DisputeTerms { deposit: Some(usd("5")), ..by_judge().unwrap() });
    let package = package(&stage, disputes, |_| {});
    let terms = package.terms_hash();
    let offered = stage.propose(session, "buyer", Offer::of(vec![package], true)).unwrap();
    let commitment = stage.accept(session, "seller", offered, terms).unwrap();
    let mut court = Court { stage, session, commitment, dispute: Hash::of(&[]) };
    court.stage.fulfil(court.session, "seller", court.commitment).unwrap();
    court.contest();
    court
}

#[test]
fn filing_costs_a_deposit_where_that_was_agreed() {
    // ASP-DIS-026, THR-DISPUTE-SPAM
    let mut court = at_a_price();
    let file = |court: &mut Court, who: &str| court.file(who, DisputeReason::NotAsAgreed);
    assert_eq!(file(&mut court, "seller"), "INSUFFICIENT_FUNDS ASP-DIS-026 /body/rules/deposit");
    assert_eq!(file(&mut court, "buyer"), "");
    court.node();
    assert_eq!((has(&court, "buyer"), has(&court, "seller")), ((200, 500), (300, 0)));
    let ends = |outcome, effect| {
        let mut court = court.clone();
        court.stage.pass(WINDOW);
        assert_eq!(court.say("judge", rule(outcome, effect, None)), "");
        court.node();
        (has(&court, "buyer"), has(&court, "seller"))
    };
    let (back, lost) = (((700, 0), (300, 0)), ((200, 0), (800, 0)));
    assert_eq!(ends(DisputeOutcome::Upheld, RulingEffect::Binding), back);
    assert_eq!(ends(DisputeOutcome::Partly, RulingEffect::Binding), back);
    assert_eq!(ends(DisputeOutcome::Dismissed, RulingEffect::Binding), lost);
    assert_eq!(ends(DisputeOutcome::Abusive, RulingEffect::Binding), lost);
    assert_eq!(ends(DisputeOutcome::Abusive, RulingEffect::Advisory), back);
    // What the two agree costs nothing, nor what nobody decides.
    let mut settled = court.clone();
    assert_eq!(settled.say("buyer", settle(DisputeOutcome::Dismissed, None)), "");
    let offered = settled.state().offer().unwrap().statement;
    assert_eq!(settled.reply("seller", settle(DisputeOutcome::Dismissed, None), Some(offered)), "");
    settled.node();
    assert_eq!((has(&settled, "buyer"), has(&settled, "seller")), back);
    court.stage.pass(40 * WINDOW);
    court.node();
    assert_eq!((court.end().as_str(), has(&court, "buyer")), ("undecided", (700, 0)));
    // It is settled after all, and closed once more: the deposit has come back already.
    assert_eq!(court.say("buyer", settle(DisputeOutcome::Partly, None)), "");
    let offered = court.state().offer().unwrap().statement;
    assert_eq!(court.reply("seller", settle(DisputeOutcome::Partly, None), Some(offered)), "");
    court.node();
    assert_eq!((court.end().as_str(), has(&court, "buyer")), ("partly binding 1", (700, 0)));
}

#[test]
fn a_deposit_needs_accounts_and_an_amount_that_can_be_moved() {
    // ASP-DIS-015, ASP-ESC-011
    let answer = |amount: &str, accounts: &[&str]| {
        let (mut stage, session) = Stage::talking();
        for name in accounts {
            funded(&mut stage, name, "7");
        }
        let disputes = Some(DisputeTerms { deposit: Some(usd(amount)), ..DisputeTerms::defaults() });
        let package = package(&stage, disputes, |_| {});
        let terms = package.terms_hash();
        let offered = stage.propose(session, "buyer", Offer::of(vec![package], true));
        offered.and_then(|offered| stage.accept(session, "seller", offered, terms))
    };
    assert!(answer("5", &["buyer", "seller"]).is_ok());
    assert_eq!(answer("5", &["buyer"]).unwrap_err(), Code::UnknownAccount);
    assert_eq!(answer("5", &["seller"]).unwrap_err(), Code::UnknownAccount);
    assert_eq!(answer("0.001", &["buyer", "seller"]).unwrap_err(), Code::InvalidTerms);
    assert_eq!(answer("0", &["buyer", "seller"]).unwrap_err(), Code::InvalidTerms);
}

/// So many obligations of the same deal, due in half a year.
fn many(count: usize, disputes: Option<DisputeTerms>) -> Court {
    let (mut stage, session) = Stage::talking();
    stage.member("judge");
    let due = Due::At(DueAt { at: stage.now.plus(Millis(180 * 24 * HOUR)) });
    let mut package = package(&stage, disputes, |it| it.due = due);
    let one = package.obligations[0].clone();
    package.obligations =
        (0..count).map(|it| Obligation { id: text(&format!("d{it}")), ..one.clone() }).collect();
    let terms = package.terms_hash();
    let offered = stage.propose(session, "buyer", Offer::of(vec![package], true)).unwrap();
    let commitment = stage.accept(session, "seller", offered, terms).unwrap();
    Court { stage, session, commitment, dispute: Hash::of(&[]) }
}

fn file_about(court: &mut Court, who: &str, number: usize) -> String {
    let mut file = court.filing(who, DisputeReason::Impersonation);
    file.obligation = Some(text(&format!("d{number}")));
    court.file_as(who, file)
}

#[test]
fn an_organisation_does_not_keep_another_busy_without_end() {
    // ASP-DIS-025, THR-DISPUTE-SPAM
    let mut court = many(20, None);
    for number in 0..16 {
        assert_eq!(file_about(&mut court, "buyer", number), "");
    }
    let full = "TOO_MANY_OPEN ASP-DIS-025 /body/against";
    assert_eq!(file_about(&mut court, "buyer", 16), full);
    assert_eq!(file_about(&mut court, "buyer.example", 17), full);
    assert_eq!(file_about(&mut court.clone(), "seller", 18), "");
    // One is decided, and there is room for another.
    court.node();
    assert_eq!(court.end(), "dismissed binding 0");
    assert_eq!(file_about(&mut court, "buyer", 16), "");
    assert_eq!(file_about(&mut court, "buyer", 17), full);
}

#[test]
fn who_files_in_spite_again_and_again_files_nothing_for_a_while() {
    // ASP-DIS-025, THR-DISPUTE-SPAM
    let rungs = Some([Rung::Arbiter].into());
    let mut court = many(9, Some(DisputeTerms { rungs, ..by_judge().unwrap() }));
    let abusive = |court: &mut Court, number, effect| {
        assert_eq!(file_about(court, "buyer", number), "");
        assert_eq!(court.say("judge", rule(DisputeOutcome::Abusive, effect, None)), "");
        court.node();
    };
    // An opinion is no ruling that stands.
    abusive(&mut court, 0, RulingEffect::Advisory);
    abusive(&mut court, 1, RulingEffect::Binding);
    abusive(&mut court, 2, RulingEffect::Binding);
    court.stage.pass(1);
    abusive(&mut court, 3, RulingEffect::Binding);
    let spite = "NOT_ALLOWED ASP-DIS-025 /body/party";
    assert_eq!(file_about(&mut court, "buyer", 4), spite);
    assert_eq!(file_about(&mut court.clone(), "seller", 4), "");
    court.stage.pass(90 * 24 * HOUR - 1);
    assert_eq!(file_about(&mut court, "buyer", 4), spite);
    court.stage.pass(1);
    assert_eq!(file_about(&mut court, "buyer", 4), "");
}

#[test]
fn that_nothing_was_forged_keeps_the_other_side_from_nothing() {
    // ASP-DIS-004, THR-DISPUTE-SPAM
    for reason in [DisputeReason::Impersonation, DisputeReason::UnauthorisedChange] {
        let mut court = Court::contested(None);
        assert_eq!(court.file("seller", reason), "");
        court.node();
        assert_eq!((court.end().as_str(), court.duty()), ("dismissed binding 0", "CONTESTED"));
        let again = "ALREADY_RULED ASP-DIS-004 /body/obligation";
        assert_eq!(court.file("seller", DisputeReason::NotAsAgreed), again);
        assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    }
}

#[test]
fn exhibits_are_statements_of_the_session() {
    // ASP-DIS-005, THR-EVIDENCE-PROBE
    let mut court = Court::contested(by_judge());
    let strange = court.stage.log[0].1.statement().hash;
    let mut file = court.filing("buyer", DisputeReason::NotAsAgreed);
    file.evidence = vec![exhibit(court.commitment), exhibit(strange)];
    assert_eq!(
        court.file_as("buyer", file.clone()),
        "UNKNOWN_EVIDENCE ASP-DIS-005 /body/evidence/1/statement"
    );
    file.evidence[1] = exhibit(Hash::of(&[b"none"]));
    assert_eq!(
        court.file_as("buyer", file.clone()),
        "UNKNOWN_EVIDENCE ASP-DIS-005 /body/evidence/1/statement"
    );
    file.evidence[1] = Exhibit::Digest { digest: Hash::of(&[b"a photograph"]), note: text("dented") };
    assert_eq!(court.file_as("buyer", file), "");
    let show = |statement| {
        Body::DisputeEvidence(DisputeEvidence { disclosures: None, evidence: vec![exhibit(statement)] })
    };
    assert_eq!(court.say("buyer", show(court.commitment)), "NOT_ALLOWED ASP-DIS-005 /type");
    court.node();
    assert_eq!(court.say("seller", show(strange)), "UNKNOWN_EVIDENCE ASP-DIS-005 /body/evidence/0/statement");
    assert_eq!(court.say("judge", show(court.commitment)), "ROLE_NOT_ALLOWED ASP-DIS-005 /issuer");
    assert_eq!(court.say("other", show(court.commitment)), "UNKNOWN_STREAM ASP-DIS-016 /stream");
    // Both sides together say 64 things at most, the filing among them.
    for turn in 1..64 {
        let who = if turn % 2 == 0 { "seller.example" } else { "buyer" };
        assert_eq!(court.say(who, show(court.commitment)), "");
    }
    assert_eq!(court.say("seller", respond(false)), "MESSAGE_LIMIT ASP-DIS-005 /type");
    assert_eq!(court.say("seller", appeal()), "MESSAGE_LIMIT ASP-DIS-005 /type");
}

#[test]
fn the_node_says_what_the_log_alone_decides() {
    // ASP-DIS-006
    use DisputeReason::{EscrowViolation, Impersonation, Late, NonDelivery, NotAsAgreed, UnauthorisedChange};
    let found = |mut court: Court, who: &str, reason| {
        assert_eq!(court.file(who, reason), "");
        court.node();
        court.state().rulings().first().map(|it| serde_json::to_value(it.rule.outcome).unwrap()).unwrap()
    };
    let contested = || Court::contested(by_judge());
    let breached = || Court::breached(by_judge());
    let kept = || {
        let mut court = Court::of(by_judge());
        court.stage.fulfil(court.session, "seller", court.commitment).unwrap();
        court.stage.acknowledge(court.session, "buyer", court.commitment).unwrap();
        court
    };
    let fixed = || {
        let digest = Some(Hash::of(&[b"artefact"]));
        let by_digest =
            |it: &mut Obligation| it.shown_by = asp_core::statement::body::Showing::Digest { digest };
        let mut court = Court::with(by_judge(), by_digest);
        court.stage.fulfil(court.session, "seller", court.commitment).unwrap();
        court.contest();
        court
    };
    assert_eq!(found(contested(), "buyer", NonDelivery), "undecided");
    assert_eq!(found(contested(), "buyer", NotAsAgreed), "undecided");
    assert_eq!(found(contested(), "seller", NonDelivery), "undecided");
    assert_eq!(found(contested(), "buyer", EscrowViolation), "undecided");
    assert_eq!(found(contested(), "buyer", Late), "dismissed");
    assert_eq!(found(contested(), "seller", Late), "upheld");
    assert_eq!(found(contested(), "buyer", UnauthorisedChange), "dismissed");
    assert_eq!(found(contested(), "buyer", Impersonation), "dismissed");
    assert_eq!(found(fixed(), "buyer", NotAsAgreed), "dismissed");
    assert_eq!(found(fixed(), "buyer", NonDelivery), "undecided");
    assert_eq!(found(kept(), "buyer", NonDelivery), "dismissed");
    assert_eq!(found(kept(), "buyer", NotAsAgreed), "undecided");
    for reason in [NonDelivery, Late, NotAsAgreed] {
        assert_eq!(found(breached(), "buyer", reason), "upheld");
        assert_eq!(found(breached(), "seller", reason), "dismissed");
    }
}

#[test]
fn only_the_node_rules_at_rung_0_and_says_nothing_else() {
    // ASP-DIS-006, THR-RULING-FORGED
    let mut court = Court::breached(by_judge());
    assert_eq!(court.file("buyer", DisputeReason::NonDelivery), "");
    let due = court.stage.world.due_in(&StreamId::Dispute(court.dispute), court.stage.now).unwrap();
    for who in ["buyer", "seller.example", "judge"] {
        assert_eq!(court.say(who, due.clone()), "ROLE_NOT_ALLOWED ASP-DIS-006 /issuer");
    }
    assert_eq!(court.say("other", due.clone()), "UNKNOWN_STREAM ASP-DIS-016 /stream");
    let Body::DisputeRule(right) = due.clone() else { panic!("{due:?}") };
    let wrong = [
        DisputeRule { outcome: DisputeOutcome::Dismissed, ..right.clone() },
        DisputeRule { effect: RulingEffect::Binding, ..right.clone() },
        DisputeRule { amount: Some(usd("1")), ..right.clone() },
        DisputeRule { reasons: text("because I say so"), ..right.clone() },
    ];
    for wrong in wrong {
        assert_eq!(court.say("node", Body::DisputeRule(wrong)), "NOT_DUE ASP-DIS-006 /body");
    }
    // Nobody speaks before it.
    assert_eq!(court.say("seller", respond(false)), "NOT_ALLOWED ASP-DIS-007 /type");
    assert_eq!(
        court.say("judge", rule(DisputeOutcome::Upheld, RulingEffect::Binding, None)),
        "NOT_ALLOWED ASP-DIS-009 /type"
    );
    assert_eq!(court.say("node", due.clone()), "");
    assert_eq!(court.phase(), "RULED");
    assert_eq!(court.say("node", due), "NOT_DUE ASP-DIS-006 /body");
}

#[test]
fn a_dispute_and_an_acknowledgement_at_one_instant_are_judged_by_their_order() {
    // ASP-DIS-006: what is acknowledged before the node rules is what it rules by, whatever was first.
    let mut before = Court::of(None);
    before.stage.fulfil(before.session, "seller", before.commitment).unwrap();
    let mut after = before.clone();
    before.stage.acknowledge(before.session, "buyer", before.commitment).unwrap();
    assert_eq!(before.file("buyer", DisputeReason::NonDelivery), "");
    before.node();
    assert_eq!((before.end().as_str(), before.duty()), ("dismissed binding 0", "FULFILLED"));
    assert_eq!(after.file("buyer", DisputeReason::NonDelivery), "");
    after.stage.acknowledge(after.session, "buyer", after.commitment).unwrap();
    after.node();
    assert_eq!((after.end().as_str(), after.duty()), ("dismissed binding 0", "FULFILLED"));
    assert_eq!(after.counts(), [Outcome::Fulfilled]);
}

#[test]
fn the_other_side_answers_once_and_ends_it_if_it_admits() {
    // ASP-DIS-007
    let mut court = Court::contested(None);
    let mut file = court.filing("buyer", DisputeReason::NotAsAgreed);
    file.amount = Some(usd("40"));
    assert_eq!(court.file_as("buyer", file), "");
    court.node();
    assert_eq!(court.phase(), "SETTLING");
    assert_eq!(court.say("buyer", respond(true)), "ROLE_NOT_ALLOWED ASP-DIS-007 /issuer");
    assert_eq!(court.say("other.example", respond(true)), "UNKNOWN_STREAM ASP-DIS-016 /stream");
    let mut admits = court.clone();
    assert_eq!(court.say("seller", respond(false)), "");
    assert_eq!(court.say("seller.example", respond(true)), "NOT_ALLOWED ASP-DIS-007 /type");
    assert_eq!(admits.say("seller.example", respond(true)), "");
    assert_eq!(admits.phase(), "DECIDED");
    assert_eq!(admits.say("buyer", settle(DisputeOutcome::Dismissed, None)), "NOT_ALLOWED ASP-DIS-008 /type");
    admits.node();
    assert_eq!((admits.end().as_str(), admits.duty()), ("upheld binding 1 40 USD", "BREACHED"));
}

#[test]
fn a_settlement_is_what_both_sides_say() {
    // ASP-DIS-008
    let mut court = Court::contested(None);
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    assert_eq!(court.say("seller", settle(DisputeOutcome::Partly, Some("20"))), "");
    let offered = court.state().offer().unwrap().statement;
    let partly = |amount| settle(DisputeOutcome::Partly, amount);
    assert_eq!(
        court.reply("seller", partly(Some("20")), Some(offered)),
        "PROPOSAL_NOT_OPEN ASP-DIS-008 /inReplyTo"
    );
    assert_eq!(court.reply("buyer", partly(Some("21")), Some(offered)), "TERMS_MISMATCH ASP-DIS-008 /body");
    assert_eq!(
        court.reply("buyer", settle(DisputeOutcome::Upheld, Some("20")), Some(offered)),
        "TERMS_MISMATCH ASP-DIS-008 /body"
    );
    let other = Some(court.commitment);
    assert_eq!(court.reply("buyer", partly(Some("20")), other), "PROPOSAL_NOT_OPEN ASP-DIS-008 /inReplyTo");
    assert_eq!(court.say("judge", partly(Some("20"))), "UNKNOWN_STREAM ASP-DIS-016 /stream");
    // A newer offer takes the place of the one before.
    assert_eq!(court.say("buyer", partly(Some("30"))), "");
    assert_eq!(
        court.reply("buyer", partly(Some("20")), Some(offered)),
        "PROPOSAL_NOT_OPEN ASP-DIS-008 /inReplyTo"
    );
    let offered = court.state().offer().unwrap().statement;
    assert_eq!(court.reply("seller.example", partly(Some("30")), Some(offered)), "");
    court.node();
    assert_eq!((court.end().as_str(), court.duty()), ("partly binding 1 30 USD", "LAPSED"));
    assert_eq!(court.counts(), []);
}

#[test]
fn the_arbiter_rules_in_its_time_and_within_what_was_agreed() {
    // ASP-DIS-009, THR-RULING-FORGED
    let terms = DisputeTerms { effect: Some(RulingEffect::Presumptive), ..by_judge().unwrap() };
    let mut court = Court::contested(Some(terms));
    let mut file = court.filing("buyer", DisputeReason::NotAsAgreed);
    file.amount = Some(usd("40"));
    assert_eq!(court.file_as("buyer", file), "");
    court.node();
    let upheld = |amount| rule(DisputeOutcome::Upheld, RulingEffect::Presumptive, amount);
    assert_eq!(court.say("judge", upheld(None)), "NOT_ALLOWED ASP-DIS-009 /type");
    court.stage.pass(WINDOW);
    assert_eq!(court.phase(), "ARBITRATING");
    for who in ["node", "buyer", "seller.example"] {
        assert_eq!(court.say(who, upheld(None)), "ROLE_NOT_ALLOWED ASP-DIS-009 /issuer");
    }
    for who in ["judge.example", "other"] {
        assert_eq!(court.say(who, upheld(None)), "UNKNOWN_STREAM ASP-DIS-016 /stream");
    }
    let stronger = rule(DisputeOutcome::Upheld, RulingEffect::Binding, None);
    assert_eq!(court.say("judge", stronger), "NOT_ALLOWED ASP-DIS-009 /body/effect");
    assert_eq!(court.say("judge", upheld(Some("41"))), "ABOVE_CLAIM ASP-DIS-009 /body/amount");
    let nothing = rule(DisputeOutcome::Dismissed, RulingEffect::Advisory, Some("1"));
    assert_eq!(court.say("judge", nothing), "ABOVE_CLAIM ASP-DIS-009 /body/amount");
    let undecided = rule(DisputeOutcome::Undecided, RulingEffect::Advisory, None);
    assert_eq!(court.say("judge", undecided), "NOT_ALLOWED ASP-DIS-009 /body");
    let mut silent = court.clone();
    assert_eq!(court.say("judge", upheld(Some("40"))), "");
    assert_eq!(court.phase(), "RULED");
    assert_eq!(court.say("judge", upheld(Some("1"))), "NOT_ALLOWED ASP-DIS-009 /type");
    court.stage.pass(WINDOW);
    court.node();
    assert_eq!((court.end().as_str(), court.duty()), ("upheld presumptive 3 40 USD", "BREACHED"));
    silent.stage.pass(7 * 24 * HOUR);
    assert_eq!(silent.say("judge", upheld(None)), "NOT_ALLOWED ASP-DIS-009 /type");
    silent.node();
    assert_eq!((silent.end().as_str(), silent.duty()), ("undecided", "CONTESTED"));
}

#[test]
fn without_a_claim_the_obligation_is_the_most_that_is_awarded() {
    // ASP-DIS-009
    let mut court = Court::contested(by_judge());
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    court.stage.pass(WINDOW);
    let upheld = |amount| rule(DisputeOutcome::Upheld, RulingEffect::Binding, Some(amount));
    assert_eq!(court.say("judge", upheld("101")), "ABOVE_CLAIM ASP-DIS-009 /body/amount");
    assert_eq!(court.say("judge", upheld("100")), "");
    court.node();
    assert_eq!(court.end(), "upheld binding 3 100 USD");
}

#[test]
fn a_presumptive_ruling_can_be_appealed_in_time() {
    // ASP-DIS-010
    let mut court = Court::breached(by_judge());
    assert_eq!(court.file("seller", DisputeReason::NonDelivery), "");
    assert_eq!(court.say("seller", appeal()), "NOT_ALLOWED ASP-DIS-010 /type");
    court.node();
    let mut late = court.clone();
    assert_eq!(court.say("judge", appeal()), "ROLE_NOT_ALLOWED ASP-DIS-010 /issuer");
    assert_eq!(court.say("other", appeal()), "UNKNOWN_STREAM ASP-DIS-016 /stream");
    assert_eq!(court.say("seller", appeal()), "");
    assert_eq!(court.say("buyer", appeal()), "NOT_ALLOWED ASP-DIS-010 /type");
    assert_eq!(court.phase(), "ARBITRATING");
    // The arbiter thinks otherwise of the breach: from here on it does not count.
    assert_eq!(court.counts(), [Outcome::Breached]);
    assert_eq!(court.say("judge", rule(DisputeOutcome::Upheld, RulingEffect::Binding, None)), "");
    court.node();
    assert_eq!((court.end().as_str(), court.duty()), ("upheld binding 3", "LAPSED"));
    assert_eq!(court.counts(), []);
    late.stage.pass(WINDOW);
    assert_eq!(late.say("seller", appeal()), "NOT_ALLOWED ASP-DIS-010 /type");
    late.node();
    assert_eq!((late.end().as_str(), late.duty()), ("dismissed presumptive 0", "BREACHED"));
    assert_eq!(late.counts(), [Outcome::Breached]);
}

#[test]
fn an_appeal_that_nobody_can_hear_leaves_an_opinion() {
    // ASP-DIS-010
    let mut court = Court::contested(by_judge());
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    court.stage.pass(WINDOW);
    assert_eq!(court.say("judge", rule(DisputeOutcome::Upheld, RulingEffect::Presumptive, None)), "");
    assert_eq!(court.say("seller", appeal()), "");
    court.node();
    assert_eq!((court.end().as_str(), court.duty()), ("upheld advisory 3", "CONTESTED"));
    assert_eq!(court.counts(), []);
}

#[test]
fn the_node_alone_closes_and_nothing_follows() {
    // ASP-DIS-011, ASP-DIS-012
    let mut court = Court::breached(None);
    assert_eq!(court.file("buyer", DisputeReason::NonDelivery), "");
    let close =
        |outcome, effect, rung| Body::DisputeClose(DisputeClose { amount: None, effect, outcome, rung });
    let undecided = || close(DisputeOutcome::Undecided, None, None);
    assert_eq!(court.say("node", undecided()), "NOT_DUE ASP-DIS-011 /body");
    let body = court.stage.world.due_in(&StreamId::Dispute(court.dispute), court.stage.now).unwrap();
    assert_eq!(court.say("node", body), "");
    let due = court.stage.world.due_in(&StreamId::Dispute(court.dispute), court.stage.now).unwrap();
    for who in ["buyer", "seller"] {
        assert_eq!(court.say(who, due.clone()), "ROLE_NOT_ALLOWED ASP-DIS-011 /issuer");
    }
    assert_eq!(court.say("node", undecided()), "NOT_DUE ASP-DIS-011 /body");
    let weaker = close(DisputeOutcome::Upheld, Some(RulingEffect::Advisory), Some(Rung::Replay));
    assert_eq!(court.say("node", weaker), "NOT_DUE ASP-DIS-011 /body");
    assert_eq!(court.say("node", due.clone()), "");
    for (who, body) in [("node", due), ("buyer", appeal()), ("seller", respond(true))] {
        assert_eq!(court.say(who, body), "DISPUTE_ENDED ASP-DIS-012 /type");
    }
}

#[test]
fn what_nobody_decided_can_be_settled_at_any_time() {
    // ASP-DIS-008, ASP-DIS-012
    let mut court = Court::contested(None);
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    court.stage.pass(WINDOW);
    court.node();
    assert_eq!((court.phase(), court.duty()), ("CLOSED", "CONTESTED"));
    court.stage.pass(100 * WINDOW);
    for body in [respond(false), respond(true), appeal()] {
        assert_eq!(court.say("seller", body), "DISPUTE_ENDED ASP-DIS-012 /type");
    }
    let partly = || settle(DisputeOutcome::Partly, Some("20"));
    assert_eq!(court.say("seller", partly()), "");
    assert_eq!((court.phase(), court.duty()), ("CLOSED", "CONTESTED"), "an offer is no end");
    let offered = court.state().offer().unwrap().statement;
    assert_eq!(court.reply("seller", partly(), Some(offered)), "PROPOSAL_NOT_OPEN ASP-DIS-008 /inReplyTo");
    assert_eq!(court.reply("buyer", partly(), Some(offered)), "");
    court.node();
    assert_eq!((court.end().as_str(), court.duty()), ("partly binding 1 20 USD", "LAPSED"));
    // What was decided is settled for good.
    assert_eq!(court.say("seller", partly()), "DISPUTE_ENDED ASP-DIS-012 /type");
}

#[test]
fn an_award_is_what_follows_and_is_said_once() {
    // ASP-DIS-013, THR-AWARD-FORGED
    let mut court = Court::contested(None);
    assert_eq!(court.file("seller", DisputeReason::Late), "");
    let session = StreamId::Session(court.session);
    for _ in 0..2 {
        let body = court.stage.world.due_in(&StreamId::Dispute(court.dispute), court.stage.now).unwrap();
        assert!(!matches!(
            court.stage.world.due_in(&session, court.stage.now),
            Some(Body::Inform(Inform::Award(_)))
        ));
        assert_eq!(court.say("node", body), "");
    }
    assert_eq!(court.stage.world.deadline_of(&session), court.state().closed().map(|closed| closed.time));
    let Some(Body::Inform(Inform::Award(award))) = court.stage.world.due_in(&session, court.stage.now) else {
        panic!("no award is due");
    };
    let stream = || StreamName::Of(StreamId::Session(court.session));
    let streams = [stream(), stream(), stream(), stream(), stream()];
    let [one, two, three, four, five] = streams;
    let inform = |award| Body::Inform(Inform::Award(award));
    let other = asp_core::statement::body::Award { dispute: Hash::of(&[b"none"]), ..award.clone() };
    let statement = court.sign("node", one, inform(other), None);
    assert_eq!(court.take(statement), "NOT_DUE ASP-DIS-013 /body");
    let becomes = asp_core::statement::body::ObligationEnd::Breached;
    let other = asp_core::statement::body::Award { becomes, ..award.clone() };
    let statement = court.sign("node", two, inform(other), None);
    assert_eq!(court.take(statement), "NOT_DUE ASP-DIS-013 /body");
    let statement = court.sign("buyer", three, inform(award.clone()), None);
    assert_eq!(court.take(statement), "NOT_ALLOWED ASP-SES-003 /body");
    let statement = court.sign("node", four, inform(award.clone()), None);
    assert_eq!(court.take(statement), "");
    assert_eq!(court.duty(), "FULFILLED");
    let statement = court.sign("node", five, inform(award), None);
    assert_eq!(court.take(statement), "NOT_DUE ASP-DIS-013 /body");
}

#[test]
fn an_award_reaches_a_session_that_is_over() {
    // ASP-DIS-013
    let mut court = Court::contested(by_judge());
    court.stage.close(court.session, "buyer").unwrap();
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    court.stage.pass(WINDOW);
    assert_eq!(court.say("judge", rule(DisputeOutcome::Upheld, RulingEffect::Binding, Some("100"))), "");
    court.node();
    assert_eq!((court.duty(), court.counts()), ("BREACHED", vec![Outcome::Breached]));
    let stream = StreamName::Of(StreamId::Session(court.session));
    let note = Body::Inform(Inform::Note(support::note("and now?")));
    let statement = court.sign("buyer", stream, note, None);
    assert_eq!(court.take(statement), "SESSION_ENDED ASP-SES-003 /type");
}

#[test]
fn an_award_counts_from_its_place_of_the_log_and_not_before() {
    // ASP-DIS-014
    let mut court = Court::of(by_judge());
    court.stage.fulfil(court.session, "seller", court.commitment).unwrap();
    court.stage.acknowledge(court.session, "buyer", court.commitment).unwrap();
    let asked = |court: &Court, prefix| {
        let question = Question {
            subject: uri("seller"),
            observer: BTreeSet::from([domain("buyer")]),
            class: usd("100"),
            capability: None,
            instant: court.stage.now,
            prefix,
            outlook: asp_core::trust::Outlook::default(),
        };
        assess(court.stage.world.settled().unwrap().evidence(), &question).score
    };
    let kept = court.stage.point().index;
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    court.stage.pass(WINDOW);
    // Where each is right in part nothing counts any more, and who looks again at scores is told whose changed.
    let mut partly = court.clone();
    assert_eq!(partly.say("judge", rule(DisputeOutcome::Partly, RulingEffect::Binding, None)), "");
    partly.node();
    assert!(partly.counts().is_empty());
    let (settled, end) = (partly.stage.world.settled().unwrap(), partly.stage.point().index);
    assert!(settled.touched(kept, end).contains(&domain("seller")));
    assert_eq!(court.say("judge", rule(DisputeOutcome::Upheld, RulingEffect::Binding, None)), "");
    let before = asked(&court, kept);
    court.node();
    let after = court.stage.point().index;
    assert_eq!(court.counts(), [Outcome::Breached]);
    assert_eq!(asked(&court, kept), before);
    assert!(asked(&court, after) < before);
}

#[test]
fn the_parties_do_not_undo_a_breach_among_themselves() {
    // ASP-DIS-014
    let mut court = Court::breached(by_judge());
    assert_eq!(court.file("seller", DisputeReason::NonDelivery), "");
    court.node();
    assert_eq!(court.say("seller", settle(DisputeOutcome::Upheld, None)), "");
    let offered = Some(court.state().offer().unwrap().statement);
    assert_eq!(court.reply("buyer", settle(DisputeOutcome::Upheld, None), offered), "");
    court.node();
    assert_eq!((court.end().as_str(), court.duty()), ("upheld binding 1", "BREACHED"));
    assert_eq!(court.counts(), [Outcome::Breached]);
}

#[test]
fn a_breach_costs_the_penalty_that_was_agreed() {
    // ASP-DIS-006
    let penalty = |it: &mut Obligation| {
        let penalty = Some(usd("15"));
        let remedy =
            asp_core::statement::body::Remedy { cap: None, cure_ms: None, penalty, penalty_per_day: None };
        it.remedy = Some(remedy);
    };
    let mut court = Court::with(None, penalty);
    court.stage.pass(HOUR + 1);
    assert!(court.stage.tick(court.session));
    assert_eq!(court.clone().file("seller", DisputeReason::NonDelivery), "");
    assert_eq!(court.file("buyer", DisputeReason::NonDelivery), "");
    court.node();
    assert_eq!(court.end(), "upheld binding 0 15 USD");
}

#[test]
fn who_distrusts_its_own_key_does_not_win_by_it() {
    // ASP-DIS-006
    let distrust = |court: &mut Court, name: &str| {
        let (from, key_id) =
            (court.stage.world.session(&court.session).unwrap().opened().index, agent_key(name).id());
        let revoke = asp_core::statement::body::KeyRevoke {
            from_index: Some(from),
            key: key_id,
            reason: text("stolen"),
        };
        let stream = StreamName::Of(StreamId::Agent(uri(name)));
        court.stage.by_org(name, stream, Body::AgentKeyRevoke(revoke)).unwrap();
    };
    let ruled = |distrusted: &str| {
        let mut court = Court::of(None);
        distrust(&mut court, distrusted);
        assert_eq!(court.file("buyer.example", DisputeReason::Impersonation), "");
        court.node();
        let outcome = court.state().rulings()[0].rule.outcome;
        (outcome, court.duty())
    };
    assert_eq!(ruled("seller"), (DisputeOutcome::Upheld, "LAPSED"));
    assert_eq!(ruled("buyer"), (DisputeOutcome::Undecided, "OPEN"));
    assert_eq!(ruled("other"), (DisputeOutcome::Dismissed, "OPEN"));
}

#[test]
fn who_rules_belongs_to_nobody_who_is_bound() {
    // ASP-DIS-015
    let (mut stage, session) = Stage::talking();
    stage.member("judge");
    let arbiters = [
        (Issuer::Agent(uri("seller")), false),
        (Issuer::Agent(text("agent://buyer.example/another")), false),
        (Issuer::Organisation(domain("seller")), false),
        (Issuer::Organisation(domain("judge")), true),
        (Issuer::Agent(uri("judge")), true),
    ];
    for (arbiter, fits) in arbiters {
        let disputes = Some(DisputeTerms { arbiter: Some(arbiter), ..DisputeTerms::defaults() });
        let offer = Offer::of(vec![package(&stage, disputes, |_| {})], true);
        let came = stage.say(session, "buyer", Body::Propose(Propose::Proposal(offer)), None);
        assert_eq!(came.map_err(|code| code.to_string()).err(), (!fits).then(|| "INVALID_TERMS".to_owned()));
    }
}

#[test]
fn parties_and_arbiter_read_a_dispute() {
    // ASP-DIS-016
    let mut court = Court::contested(by_judge());
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    let reads = |who: &str| court.state().is_readable_by(&issuer(who, &court.stage));
    for who in ["buyer", "buyer.example", "seller", "seller.example", "judge"] {
        assert!(reads(who), "{who}");
    }
    for who in ["other", "other.example", "node"] {
        assert!(!reads(who), "{who}");
    }
}

#[test]
fn rungs_that_were_left_out_are_not_climbed() {
    let terms = |rungs: &[Rung]| {
        let windows = DisputeWindows {
            appeal_ms: None,
            rule_ms: Some(Millis(5)),
            settle_ms: Some(Millis(3)),
            vote_ms: None,
        };
        let rungs = Some(rungs.iter().copied().collect());
        Some(DisputeTerms { rungs, windows: Some(windows), ..by_judge().unwrap() })
    };
    let phase = |rungs: &[Rung]| {
        let mut court = Court::contested(terms(rungs));
        assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
        court.state().phase_at(court.stage.now)
    };
    let now = Court::contested(terms(&Rung::ALL)).stage.now;
    assert_eq!(phase(&Rung::ALL), Phase::Replaying);
    assert_eq!(phase(&[Rung::Settlement, Rung::Arbiter]), Phase::Settling { until: now.plus(Millis(3)) });
    assert_eq!(phase(&[Rung::Arbiter]), Phase::Arbitrating { until: now.plus(Millis(5)) });
    let mut court = Court::contested(terms(&[Rung::Settlement]));
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.stage.pass(3);
    court.node();
    assert_eq!(court.end(), "undecided");
}

#[test]
fn a_node_that_was_away_over_all_windows_says_each_in_its_order() {
    // ASP-DIS-011
    let mut court = Court::contested(by_judge());
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    // Nobody could answer what the node had not ruled on: the windows begin when it does.
    court.stage.pass(60 * 24 * HOUR);
    court.node();
    assert_eq!(court.phase(), "SETTLING");
    court.stage.pass(60 * 24 * HOUR);
    court.node();
    assert_eq!((court.end().as_str(), court.duty()), ("undecided", "CONTESTED"));
}

#[test]
fn a_dispute_about_the_whole_is_awarded_obligation_by_obligation() {
    // ASP-DIS-013
    let (mut stage, session) = Stage::talking();
    stage.member("judge");
    let mut package = package(&stage, by_judge(), |_| {});
    let mut second = package.obligations[0].clone();
    second.id = text("papers");
    package.obligations.push(second);
    let terms = package.terms_hash();
    let offered = stage.propose(session, "buyer", Offer::of(vec![package], true)).unwrap();
    let commitment = stage.accept(session, "seller", offered, terms).unwrap();
    let mut court = Court { stage, session, commitment, dispute: Hash::of(&[]) };
    court.stage.fulfil(session, "seller", commitment).unwrap();
    court.contest();
    let mut file = court.filing("buyer", DisputeReason::NotAsAgreed);
    file.obligation = None;
    assert_eq!(court.file_as("buyer", file), "");
    court.node();
    court.stage.pass(WINDOW);
    court.node();
    assert_eq!(court.say("judge", rule(DisputeOutcome::Upheld, RulingEffect::Binding, Some("200"))), "");
    court.node();
    let awards = court.stage.log.iter().filter_map(|(_, verified)| match &verified.statement().body {
        Body::Inform(Inform::Award(award)) => Some((award.obligation.to_string(), award.pays.is_some())),
        _ => None,
    });
    assert_eq!(awards.collect::<Vec<_>>(), [("delivery".to_owned(), true), ("papers".to_owned(), false)]);
}

fn disclosure(statement: Hash) -> Disclosure {
    let opaque = |bytes: usize| Opaque::new(vec![7; bytes]).unwrap();
    Disclosure { content: opaque(100), enc: opaque(32), statement, to: key("judge").id() }
}

#[test]
fn what_is_disclosed_is_a_statement_of_the_session() {
    // ASP-DIS-005
    let mut court = Court::contested(by_judge());
    let strange = court.stage.log[0].1.statement().hash;
    let mut file = court.filing("buyer", DisputeReason::NotAsAgreed);
    file.disclosures = Some(vec![disclosure(court.commitment), disclosure(strange)]);
    assert_eq!(
        court.file_as("buyer", file.clone()),
        "UNKNOWN_EVIDENCE ASP-DIS-005 /body/disclosures/1/statement"
    );
    file.disclosures = Some(vec![disclosure(court.commitment)]);
    assert_eq!(court.file_as("buyer", file), "");
}

#[test]
fn disclosures_are_bounded() {
    let read = |disclosures: Vec<Disclosure>| {
        let shown = DisputeEvidence {
            disclosures: Some(disclosures),
            evidence: vec![exhibit(Hash::of(&[b"a statement"]))],
        };
        let text = serde_json::to_vec(&shown).unwrap();
        Body::from_json(Kind::DisputeEvidence, std::str::from_utf8(&text).unwrap())
            .map(|_| ())
            .map_err(|refused| refused.code)
    };
    let of = |number: u32| disclosure(Hash::of(&[&number.to_be_bytes()]));
    let many = |number: u32| (0..number).map(of).collect::<Vec<_>>();
    assert_eq!(read(many(1)), Ok(()));
    assert_eq!(read(many(16)), Ok(()));
    assert_eq!(read(many(0)), Err(Code::InvalidBody));
    assert_eq!(read(many(17)), Err(Code::InvalidBody));
    // Once for each key; for another key it is another disclosure.
    assert_eq!(read(vec![of(1), of(1)]), Err(Code::InvalidBody));
    assert_eq!(read(vec![of(1), Disclosure { to: key("other").id(), ..of(1) }]), Ok(()));
    let enc = |bytes: usize| Disclosure { enc: Opaque::new(vec![7; bytes]).unwrap(), ..of(1) };
    assert_eq!(read(vec![enc(64)]), Ok(()));
    assert_eq!(read(vec![enc(65)]), Err(Code::InvalidBody));
}
