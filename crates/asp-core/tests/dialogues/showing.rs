//! How fulfilment is shown: results that a schema describes, the word of somebody named in advance, stage by stage.

use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::session::Progress;
use asp_core::statement::body::{Body, KeyRevoke};
use asp_core::trust::Outcome;

use crate::support::ledger::{Ledger, check};
use crate::support::{agent_key, domain, key, text, uri, usd};

const IN: &str = "buyer PROPOSE with seller
                  seller ACCEPT
                  ";
const BOUND: &str = "buyer PROPOSE firm deal
                     seller ACCEPT as deal
                     ";

/// A deal between seller and buyer after what goes before, and what follows.
#[track_caller]
fn bound(before: &str, deal: &str, story: &str) -> Ledger {
    check(&format!("{before}\ndeal = {deal}\n{IN}{BOUND}{story}"))
}

#[test]
fn a_result_fits_the_schema_that_was_agreed() {
    // ASP-COM-012, THR-FALSE-RESULT
    check(&format!(
        "seller.example SCHEMA box upto 9
         none = seller owes buyer goods 100 within 1h schema=nothing
         part = seller owes buyer goods 100 within 1h stages=a:40:schema=nothing/b:60
         {IN}
         buyer PROPOSE firm none                    -> ! UNKNOWN_SCHEMA ASP-COM-012 /body/packages/0/obligations/0/shownBy/schema
         buyer PROPOSE firm goods or none           -> ! UNKNOWN_SCHEMA ASP-COM-012 /body/packages/1/obligations/0/shownBy/schema"
    ));
    bound(
        "stranger.example SCHEMA box upto 9
         buyer.example SCHEMA crate upto 99",
        "seller owes buyer goods 100 within 1h schema=box",
        "seller INFORM fulfilment goods                   -> ! EVIDENCE_MISMATCH ASP-COM-003 /body/evidence
         seller INFORM fulfilment goods digest x          -> ! EVIDENCE_MISMATCH ASP-COM-003 /body/evidence
         seller INFORM fulfilment goods result 10         -> ! EVIDENCE_MISMATCH ASP-COM-012 /body/evidence/result/size
         seller INFORM fulfilment goods result x          -> ! EVIDENCE_MISMATCH ASP-COM-012 /body/evidence/result
         seller INFORM fulfilment goods result 3 in crate -> ! EVIDENCE_MISMATCH ASP-COM-012 /body/evidence/schema
         seller INFORM fulfilment goods attested carrier  -> ! EVIDENCE_MISMATCH ASP-COM-003 /body/evidence
         seller INFORM fulfilment goods result 3          -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM acknowledgement goods               -> EXECUTING [FULFILLED: goods FULFILLED]",
    );
    bound(
        "seller.example SCHEMA box upto 9",
        "seller owes buyer goods 100 within 1h",
        "seller INFORM fulfilment goods result 3          -> ! EVIDENCE_MISMATCH
         seller PROPOSE amendment to deal                 -> EXECUTING",
    );
}

#[test]
fn an_attestation_settles_what_it_is_about() {
    // ASP-COM-014, THR-FORGED-ATTESTATION
    let ledger = bound(
        "",
        "seller owes buyer goods 100 within 1h attested=stranger, buyer owes seller pay 100 within 1h of goods",
        "seller INFORM fulfilment goods                   -> ! EVIDENCE_MISMATCH ASP-COM-003 /body/evidence
         seller INFORM fulfilment goods attested carrier  -> ! EVIDENCE_MISMATCH ASP-COM-014 /body/evidence/attestation/claim/attester
         seller INFORM fulfilment goods attested seller   -> ! EVIDENCE_MISMATCH ASP-COM-014 /body/evidence/attestation/claim/attester
         seller INFORM fulfilment goods attested stranger not -> ! EVIDENCE_MISMATCH ASP-COM-014 /body/evidence/attestation/claim/fulfilled
         seller INFORM fulfilment goods attested stranger under other -> ! EVIDENCE_MISMATCH ASP-COM-014 /body/evidence/attestation/claim/commitment
         seller INFORM fulfilment goods attested stranger about pay -> ! EVIDENCE_MISMATCH ASP-COM-014 /body/evidence/attestation/claim/obligation
         seller INFORM fulfilment goods attested stranger at a -> ! EVIDENCE_MISMATCH ASP-COM-014 /body/evidence/attestation/claim/stage
         seller INFORM fulfilment goods attested stranger in other.example/log -> ! EVIDENCE_MISMATCH ASP-COM-014 /body/evidence/attestation/claim/audience
         seller INFORM fulfilment goods attested stranger with seller -> ! KEY_NOT_VALID ASP-COM-014 /body/evidence/attestation/keyId
         seller INFORM fulfilment goods attested stranger forged -> ! INVALID_SIGNATURE ASP-COM-014 /body/evidence/attestation/signature
         buyer INFORM fulfilment goods attested stranger  -> ! NOT_THE_DEBTOR
         seller INFORM fulfilment goods attested stranger -> EXECUTING [ACTIVE: goods FULFILLED, pay OPEN]
         buyer INFORM contest goods                       -> ! OBLIGATION_NOT_OPEN",
    );
    // It rests on the word of the attester too: if its key is distrusted, so is the deal.
    let settled = ledger.stage.world.settled().unwrap().evidence();
    assert_eq!(settled.len(), 1);
    assert_eq!(settled[0].outcome, Outcome::Fulfilled);
    let by: Vec<String> =
        settled[0].grounds.iter().map(|ground| ground.by.organisation().to_string()).collect();
    assert!(by.contains(&domain("stranger").to_string()), "{by:?}");
}

/// The organisation of an agent takes its only key from it.
fn revoke(ledger: &mut Ledger, name: &str) {
    let revoke = KeyRevoke { from_index: None, key: agent_key(name).id(), reason: text("stolen") };
    let (stream, issuer) = (StreamName::Of(StreamId::Agent(uri(name))), Issuer::Organisation(domain(name)));
    let draft = ledger.stage.draft(stream, issuer, Body::AgentKeyRevoke(revoke));
    let statement = ledger.stage.sign(&draft, &[&key(name)]);
    ledger.stage.take(statement).unwrap();
}

#[test]
fn a_key_that_was_revoked_attests_nothing() {
    // ASP-COM-014, THR-FORGED-ATTESTATION
    let mut ledger = bound("", "seller owes buyer goods 100 within 1h attested=stranger", "");
    revoke(&mut ledger, "stranger");
    ledger.check(
        "seller INFORM fulfilment goods attested stranger -> ! KEY_NOT_VALID ASP-COM-014 /body/evidence/attestation/keyId",
    );
}

#[test]
fn who_attests_is_registered_and_of_another_organisation_than_the_debtor() {
    // ASP-COM-013, THR-FORGED-ATTESTATION
    let many: Vec<String> = (0..33)
        .map(|number| format!("seller owes buyer g{number} 1 within 1h attested=nobody{number}"))
        .collect();
    check(&format!(
        "nobody = seller owes buyer goods 100 within 1h attested=nobody
         own = seller owes buyer goods 100 within 1h attested=seller
         part = seller owes buyer goods 100 within 1h attested=buyer stages=a:40:attested=seller/b:60
         many = {}
         good = seller owes buyer goods 100 within 1h attested=buyer
         {IN}
         buyer PROPOSE firm nobody  -> ! UNKNOWN_AGENT ASP-COM-013 /body/packages/0/obligations/0/shownBy/by
         buyer PROPOSE firm own     -> ! INVALID_TERMS ASP-COM-013 /body/packages/0/obligations/0/shownBy/by
         buyer PROPOSE firm part    -> ! INVALID_TERMS ASP-COM-013 /body/packages/0/obligations/0/stages/0/shownBy/by
         buyer PROPOSE firm many    -> ! INVALID_TERMS ASP-COM-013 /body
         buyer PROPOSE firm good    -> CONVERSING",
        many.join(", "),
    ));
}

#[test]
fn stages_are_fulfilled_one_by_one() {
    // ASP-COM-016
    bound(
        "",
        "seller owes buyer work 100 within 2h stages=design:40:1h/build:60, buyer owes seller pay 100 within 1h of work",
        "seller INFORM fulfilment work                        -> ! UNKNOWN_OBLIGATION
         seller INFORM fulfilment work stage other            -> ! UNKNOWN_OBLIGATION
         seller INFORM progress work                          -> ! UNKNOWN_OBLIGATION
         seller INFORM progress work stage design             -> EXECUTING
         buyer INFORM fulfilment pay stage design             -> ! UNKNOWN_OBLIGATION
         buyer INFORM acknowledgement work stage design       -> ! OBLIGATION_NOT_OPEN
         seller INFORM fulfilment work stage design           -> EXECUTING [ACTIVE: work OPEN (design DELIVERED, build OPEN), pay OPEN]
         seller INFORM fulfilment work stage design           -> ! OBLIGATION_NOT_OPEN
         buyer INFORM contest work stage design               -> EXECUTING [ACTIVE: work OPEN (design CONTESTED, build OPEN), pay OPEN]
         seller INFORM fulfilment work stage design           -> EXECUTING
         buyer INFORM acknowledgement work stage design       -> EXECUTING [ACTIVE: work OPEN (design FULFILLED, build OPEN), pay OPEN]
         buyer INFORM fulfilment pay                          -> ! OBLIGATION_NOT_OPEN
         seller INFORM fulfilment work stage build            -> EXECUTING [ACTIVE: work OPEN (design FULFILLED, build DELIVERED), pay OPEN]
         +72h                                                 -> EXECUTING [ACTIVE: work FULFILLED (design FULFILLED, build FULFILLED), pay OPEN]
         buyer INFORM fulfilment pay                          -> EXECUTING",
    );
}

#[test]
fn an_award_is_about_the_stages_that_are_in_doubt() {
    // ASP-DIS-013, ASP-DIS-014
    let package = "seller owes buyer work 100 within 2h stages=design:40:1h/build:60";
    let counts = |ledger: &Ledger| -> Vec<(String, Outcome, bool)> {
        let evidence = ledger.stage.world.settled().unwrap().evidence();
        evidence.iter().map(|it| (it.value.to_string(), it.outcome, it.void.is_none())).collect()
    };
    let said = "seller INFORM fulfilment work stage design      -> EXECUTING
                buyer INFORM acknowledgement work stage design  -> EXECUTING
                seller INFORM fulfilment work stage build       -> EXECUTING
                ";
    let contested = format!("{said} buyer INFORM contest work stage build -> EXECUTING\n");
    let kept = format!(
        "{contested} buyer DISPUTE work late
         node INFORM award -> EXECUTING [FULFILLED: work FULFILLED (design FULFILLED, build FULFILLED)]"
    );
    let (design, build) = ("40 USD".to_owned(), "60 USD".to_owned());
    assert_eq!(
        counts(&bound("", package, &kept)),
        [(design.clone(), Outcome::Fulfilled, true), (build.clone(), Outcome::Fulfilled, true)]
    );
    let broken = format!(
        "{contested} buyer DISPUTE work not-as-agreed settled upheld none
         node INFORM award -> EXECUTING [BREACHED: work BREACHED (design FULFILLED, build BREACHED)]"
    );
    assert_eq!(
        counts(&bound("", package, &broken)),
        [(design.clone(), Outcome::Fulfilled, true), (build.clone(), Outcome::Breached, true)]
    );
    // Where nothing is in doubt it is about all of it.
    let whole = format!(
        "{said} buyer INFORM acknowledgement work stage build -> EXECUTING
         buyer DISPUTE work not-as-agreed settled upheld none
         node INFORM award -> EXECUTING [BREACHED: work BREACHED (design BREACHED, build BREACHED)]"
    );
    assert_eq!(
        counts(&bound("", package, &whole)),
        [
            (design, Outcome::Fulfilled, false),
            (build, Outcome::Fulfilled, false),
            ("100 USD".to_owned(), Outcome::Breached, true),
        ]
    );
}

#[test]
fn lateness_that_costs_is_not_decided_by_the_log_alone() {
    // ASP-DIS-006: in time by the cure period, and yet late; so it goes up the ladder.
    let package = "seller owes buyer work 100 within 1h cure 2d daily 5 cap 20";
    let said = "+2h
                seller INFORM fulfilment work -> EXECUTING
                buyer DISPUTE work late
                node INFORM award -> ! NOT_DUE";
    bound("", package, said);
}

#[test]
fn an_attestation_of_one_stage_is_none_of_another() {
    // ASP-COM-014
    bound(
        "",
        "seller owes buyer work 100 within 2h attested=stranger stages=a:40/b:60",
        "seller INFORM fulfilment work stage a attested stranger      -> EXECUTING [ACTIVE: work OPEN (a FULFILLED, b OPEN)]
         seller INFORM fulfilment work stage b attested stranger at a -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment work stage b attested stranger      -> EXECUTING [FULFILLED: work FULFILLED (a FULFILLED, b FULFILLED)]",
    );
}

#[test]
fn what_was_kept_of_a_breached_obligation_counts_as_kept() {
    // ASP-COM-015
    let ledger = bound(
        "",
        "seller owes buyer work 100 within 3h stages=a:20:1h/b:30:2h/c:10:2h/d:40",
        "seller INFORM fulfilment work stage a        -> EXECUTING
         buyer INFORM acknowledgement work stage a    -> EXECUTING
         seller INFORM fulfilment work stage c        -> EXECUTING
         +2h                                          -> EXECUTING
         +1ms  -> EXECUTING [BREACHED: work BREACHED (a FULFILLED, b BREACHED, c DELIVERED, d LAPSED)]
         seller INFORM fulfilment work stage d        -> ! OBLIGATION_NOT_OPEN
         buyer CLOSE                                  -> ! OBLIGATION_OPEN
         buyer INFORM acknowledgement work stage c    -> EXECUTING [BREACHED: work BREACHED (a FULFILLED, b BREACHED, c FULFILLED, d LAPSED)]
         buyer CLOSE                                  -> CLOSED(COMPLETED)",
    );
    let settled = ledger.stage.world.settled().unwrap().evidence();
    let told: Vec<_> = settled.iter().map(|one| (one.outcome, one.value.clone())).collect();
    assert_eq!(
        told,
        [(Outcome::Fulfilled, usd("20")), (Outcome::Breached, usd("70")), (Outcome::Fulfilled, usd("10"))]
    );
}

#[test]
fn stages_fit_the_obligation() {
    // ASP-COM-015
    let sixteen = (0..16).map(|number| format!("s{number}:1")).collect::<Vec<_>>().join("/");
    let many: Vec<String> =
        (0..5).map(|number| format!("seller owes buyer g{number} 16 within 1h stages={sixteen}")).collect();
    for bad in [
        "seller owes buyer work 100 within 2h stages=a:40/b:59",
        "seller owes buyer work 100 within 2h stages=a:40/b:61",
        "seller owes buyer work 100 within 2h stages=a:40/a:60",
        "seller owes buyer work 100 within 2h stages=a:40:3h/b:60",
        "seller owes buyer work 100 within 2h stages=a:40/b:60 EUR",
        "seller owes buyer goods 1 within 1h, seller owes buyer work 100 within 2h of goods stages=a:40:1h/b:60",
        &many.join(", "),
    ] {
        check(&format!("bad = {bad}\n{IN}\nbuyer PROPOSE firm bad -> ! INVALID_TERMS"));
    }
    check(&format!(
        "long = seller owes buyer work 17 within 2h stages={sixteen}/s16:1
         {IN}
         buyer PROPOSE firm long                      -> ! INVALID_BODY"
    ));
}

#[test]
fn a_waiting_obligation_lapses_with_all_its_stages() {
    bound(
        "",
        "seller owes buyer goods 1 within 1h, seller owes buyer work 100 within 2h of goods stages=a:40/b:60",
        "seller INFORM fulfilment work stage a  -> ! OBLIGATION_NOT_OPEN
         +61m  -> EXECUTING [BREACHED: goods BREACHED, work LAPSED (a LAPSED, b LAPSED)]",
    );
    bound(
        "",
        "seller owes buyer work 100 within 2h stages=a:40/b:60",
        "seller INFORM fulfilment work stage a        -> EXECUTING
         buyer INFORM acknowledgement work stage a    -> EXECUTING
         seller INFORM fulfilment work stage b        -> EXECUTING
         buyer INFORM contest work stage b            -> EXECUTING [ACTIVE: work CONTESTED (a FULFILLED, b CONTESTED)]
         buyer PROPOSE termination                    -> EXECUTING
         seller ACCEPT                                -> EXECUTING [TERMINATED: work LAPSED (a FULFILLED, b LAPSED)]",
    );
}

#[test]
fn a_breach_says_what_is_owed() {
    // ASP-COM-017
    let ledger = bound(
        "",
        "seller owes buyer goods 100 within 1h cure 36h penalty 10 daily 5 cap 18",
        "+37h                                         -> EXECUTING [ACTIVE: goods OPEN]
         +5h quietly                                  -> EXECUTING [ACTIVE: goods OPEN]
         node INFORM breach goods                     -> ! NOT_DUE
         node INFORM breach goods owing 10            -> ! NOT_DUE
         node INFORM breach goods owing 20            -> ! NOT_DUE
         node INFORM breach goods owing 18            -> EXECUTING [BREACHED: goods BREACHED]",
    );
    let commitment = ledger.session().unwrap().commitments().values().next().unwrap();
    let duty = &commitment.duties()[0];
    assert_eq!(commitment.penalty(duty, ledger.stage.now), Some(usd("18")));
    bound(
        "",
        "seller owes buyer goods 100 within 1h cure 36h penalty 10",
        "+37h                                         -> EXECUTING
         +1h quietly                                  -> EXECUTING
         node INFORM breach goods owing 11            -> ! NOT_DUE
         node INFORM breach goods owing 10            -> EXECUTING [BREACHED: goods BREACHED]",
    );
}

#[test]
fn what_is_late_costs_by_the_day_until_it_is_stated() {
    let mut ledger = bound(
        "",
        "seller owes buyer work 100 within 1h cure 96h penalty 10 daily 5 cap 40 stages=a:40/b:60",
        "+1h   -> EXECUTING",
    );
    let owed = |ledger: &Ledger| {
        let commitment = ledger.session().unwrap().commitments().values().next().unwrap();
        commitment.penalty(&commitment.duties()[0], ledger.stage.now)
    };
    assert_eq!(owed(&ledger), None);
    ledger.check("+1ms -> EXECUTING");
    assert_eq!(owed(&ledger), Some(usd("10")), "one day of each stage has begun");
    ledger.check("seller INFORM fulfilment work stage a -> EXECUTING\n +24h -> EXECUTING");
    assert_eq!(owed(&ledger), Some(usd("15")));
    let commitment = ledger.session().unwrap().commitments().values().next().unwrap();
    let late: Vec<_> =
        commitment.duties()[0].owed().map(|owed| commitment.late_ms(owed).map(|it| it.0)).collect();
    assert_eq!(late, [Some(1), None]);
    // Silence acknowledges the first, and the last day of the other has begun: 5 + 4 days of 5 + 10.
    ledger.check("+72h -> EXECUTING [BREACHED: work BREACHED (a FULFILLED, b BREACHED)]");
    assert_eq!(owed(&ledger), Some(usd("35")));
    assert!(matches!(commitment_progress(&ledger), Progress::Breached));
}

fn commitment_progress(ledger: &Ledger) -> &Progress {
    let commitment = ledger.session().unwrap().commitments().values().next().unwrap();
    &commitment.duties()[0].progress
}

#[test]
fn who_comes_later_reads_no_result_that_its_consent_does_not_let_flow() {
    // ASP-CON-016
    let story = |fields: &str, came: &str| {
        check(&format!(
            "seller.example SCHEMA box upto 9
             buyer.example CONSENT carrier.example {fields}
             deal = seller owes buyer goods 100 within 1h schema=box
             {IN}{BOUND}
             seller INFORM fulfilment goods result 3            -> EXECUTING
             buyer PROPOSE admission of carrier                 -> {came}",
        ))
    };
    story("fields none", "! FIELD_NOT_CONSENTED ASP-CON-016 /body/consents");
    story("classes personal", "! DATA_CLASS_NOT_CONSENTED ASP-CON-016 /body/consents");
    story("fields size", "EXECUTING");
}
