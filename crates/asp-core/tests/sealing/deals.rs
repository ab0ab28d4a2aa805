//! Whole sessions, from the invitation to the receipt, by outlines.

use asp_core::seal::outline;
use asp_core::statement::body::{Body, Due, Inform, Mode, Offer, Package, Propose};

use crate::support::ledger::Ledger;
use crate::{GROUPED, THREE, in_both, play};

/// What was said in the session and is nobody else's: the bytes that everybody has, without what is sealed.
fn shown(ledger: &Ledger) -> String {
    let said = ledger.stage.log.iter().map(|(_, verified)| {
        let mut statement: serde_json::Value = serde_json::from_slice(verified.statement().bytes()).unwrap();
        if let Some(seal) = statement.get_mut("seal") {
            seal["content"].take();
        }
        statement["body"].to_string()
    });
    said.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_deal_is_made_and_kept_by_outlines() {
    // ASP-SEA-003, ASP-SEA-005, ASP-SEA-009, ASP-SEA-010, ASP-SEA-011
    for (mode, price) in [("hybrid", true), ("sealed", false)] {
        let ledger = play(
            mode,
            GROUPED,
            "buyer QUERY to seller                     -> CONVERSING
             seller CLARIFY QUERY                      -> CONVERSING
             seller PROPOSE                            -> CONVERSING
             buyer COUNTER cheap                       -> CONVERSING
             seller ACCEPT                             -> CONVERSING
             buyer CLOSE wrongly                       -> ! RECEIPT_MISMATCH
             seller COMMIT cheap                       -> AGREEING
             buyer ACCEPT                              -> EXECUTING [ACTIVE: goods OPEN]
             seller INFORM progress goods              -> EXECUTING
             seller INFORM fulfilment goods            -> EXECUTING [ACTIVE: goods DELIVERED]
             buyer INFORM contest goods                -> EXECUTING [ACTIVE: goods CONTESTED]
             seller INFORM fulfilment goods            -> EXECUTING [ACTIVE: goods DELIVERED]
             buyer INFORM acknowledgement goods        -> EXECUTING [FULFILLED: goods FULFILLED]
             buyer CLOSE                               -> CLOSED(COMPLETED)
             seller CLOSE                              -> CLOSED(COMPLETED)",
        );
        let shown = shown(&ledger);
        for secret in ["how many?", "eight", "as agreed", "look", "done"] {
            assert!(!shown.contains(secret), "{mode}: {secret}");
        }
        assert_eq!(shown.contains("\"50\""), price, "{mode}");
        assert_eq!(shown.contains("withheld"), !price, "{mode}");
        assert_eq!(ledger.opened.len(), 8, "{mode}: {:?}", ledger.opened.keys());
    }
}

#[test]
fn a_binding_offer_is_amended_and_ended_by_outlines() {
    // ASP-SEA-003, ASP-SEA-011
    in_both(
        GROUPED,
        "buyer PROPOSE firm                        -> CONVERSING
         seller ACCEPT                             -> EXECUTING [ACTIVE: goods OPEN]
         buyer CLOSE                               -> ! OBLIGATION_OPEN ASP-SES-015 /type
         seller PROPOSE amendment to cheap         -> EXECUTING
         buyer COUNTER goods firm                  -> EXECUTING
         seller ACCEPT                             -> EXECUTING [AMENDED: goods LAPSED; ACTIVE: goods OPEN]
         seller PROPOSE termination                -> EXECUTING
         buyer REJECT                              -> EXECUTING
         seller PROPOSE termination                -> EXECUTING
         buyer ACCEPT                              -> EXECUTING [AMENDED: goods LAPSED; TERMINATED: goods LAPSED]
         seller PROPOSE as late
         seller WITHDRAW late                      -> EXECUTING
         seller CLOSE                              -> CLOSED(COMPLETED)",
    );
}

#[test]
fn silence_acknowledges_what_only_members_saw() {
    in_both(
        GROUPED,
        "buyer PROPOSE firm
         seller ACCEPT
         seller INFORM fulfilment goods
         +71h                                      -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer CLOSE                               -> ! OBLIGATION_OPEN
         +1h                                       -> EXECUTING [FULFILLED: goods FULFILLED]
         +5m                                       -> CLOSED(ABANDONED)",
    );
}

#[test]
fn the_node_finds_a_breach_where_it_knows_when_it_is_one() {
    let deal = "goods = seller owes buyer goods 100 within 1h penalty 5
                buyer PROPOSE firm
                seller ACCEPT
                ";
    let ledger = play(
        "hybrid",
        GROUPED,
        &format!(
            "{deal}+60m                                -> EXECUTING [ACTIVE: goods OPEN]
             seller INFORM breach goods                -> ! NOT_ALLOWED
             +1m                                       -> EXECUTING [BREACHED: goods BREACHED]
             seller INFORM fulfilment goods            -> ! COMMITMENT_NOT_ACTIVE"
        ),
    );
    let (_, last) = ledger.stage.log.last().unwrap();
    let Body::Inform(Inform::Breach(breach)) = &last.statement().body else { panic!("no breach") };
    assert_eq!(breach.owed.as_ref().unwrap().to_string(), "5 USD", "and what it costs");
    assert!(last.statement().seal.is_none());
    // In a sealed session it does not: what is late is the creditor's to contest, and the parties' to end.
    let ledger = play(
        "sealed",
        GROUPED,
        &format!(
            "{deal}+30d                                -> EXECUTING [ACTIVE: goods OPEN]
             node INFORM breach goods owing 5          -> ! NOT_DUE
             buyer CLOSE                               -> ! OBLIGATION_OPEN
             seller INFORM fulfilment goods            -> EXECUTING [ACTIVE: goods DELIVERED]
             buyer INFORM contest goods                -> EXECUTING [ACTIVE: goods CONTESTED]
             buyer CLOSE                               -> CLOSED(COMPLETED)"
        ),
    );
    let commitment = ledger.session().unwrap().commitments().values().next().unwrap();
    assert!(commitment.duties().iter().all(|duty| matches!(duty.obligation.due, Due::Withheld(_))));
    assert_eq!(commitment.duties()[0].obligation.value.to_string(), "0 XXX");
}

#[test]
fn what_waits_for_another_is_ordered_in_hybrid_and_the_parties_own_in_sealed() {
    let story = |answer: &str, end: &str| {
        format!(
            "buyer PROPOSE firm trade
             seller ACCEPT                             -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
             buyer INFORM fulfilment pay               -> {answer}
             seller INFORM fulfilment goods
             buyer INFORM contest goods
             buyer CLOSE                               -> {end}"
        )
    };
    play("hybrid", GROUPED, &story("! OBLIGATION_NOT_OPEN", "CLOSED(COMPLETED)"));
    play("sealed", GROUPED, &story("EXECUTING [ACTIVE: goods OPEN, pay DELIVERED]", "! OBLIGATION_OPEN"));
}

#[test]
fn evidence_is_a_digest_in_hybrid_and_a_word_in_sealed() {
    // ASP-SEA-010, ASP-SEA-011
    let deal = "goods = seller owes buyer goods 100 within 1h digest=x
                pay = buyer owes seller pay 5 within 1h attested=carrier
                buyer PROPOSE firm goods
                seller ACCEPT
                ";
    let ledger = play(
        "hybrid",
        GROUPED,
        &format!("{deal}seller INFORM fulfilment goods digest y -> ! EVIDENCE_MISMATCH"),
    );
    drop(ledger);
    for (mode, method) in [("hybrid", "digest"), ("sealed", "acknowledgement")] {
        let ledger = play(mode, GROUPED, &format!("{deal}seller INFORM fulfilment goods digest x"));
        let (_, last) = ledger.stage.log.last().unwrap();
        let body = serde_json::to_value(&last.statement().body).unwrap();
        assert_eq!(body["evidence"]["method"], method);
        assert_eq!(last.statement().seal.is_some(), mode == "sealed");
    }
    // Who is named to judge it settles it where the node sees the word, and not where members alone do.
    let deal = "pay = buyer owes seller pay 5 within 1h attested=carrier
                buyer PROPOSE firm pay
                seller ACCEPT
                buyer INFORM fulfilment pay attested carrier -> ";
    play("hybrid", GROUPED, &format!("{deal}EXECUTING [FULFILLED: pay FULFILLED]"));
    play(
        "sealed",
        GROUPED,
        &format!(
            "{deal}EXECUTING [ACTIVE: pay DELIVERED]\nseller INFORM acknowledgement pay -> EXECUTING [FULFILLED: pay FULFILLED]"
        ),
    );
}

#[test]
fn an_authority_from_outside_decides_in_the_clear() {
    // ASP-SEA-003, ASP-SEA-004
    in_both(
        GROUPED,
        "buyer QUERY
         buyer ESCALATE to seller.example clear    -> ! CONTENT_IN_CLEAR ASP-SEA-003 /body
         buyer ESCALATE to seller.example          -> ESCALATED
         seller.example INFORM sealed:clear        -> ! NOT_IN_GROUP ASP-SEA-004 /seal
         seller.example INFORM                     -> ESCALATED
         buyer INFORM clear                        -> ! CONTENT_IN_CLEAR
         buyer INFORM                              -> ESCALATED
         buyer INFORM group                        -> ESCALATED
         seller.example ACCEPT                     -> CONVERSING
         buyer PROPOSE firm
         seller ACCEPT
         seller ESCALATE to buyer.example
         seller INFORM fulfilment goods            -> ESCALATED
         buyer.example REJECT                      -> EXECUTING [ACTIVE: goods DELIVERED]
         node WITHDRAW timeout RESPONSE_TIMEOUT sealed -> ! ROLE_NOT_ALLOWED
         seller ESCALATE to buyer.example
         +24h                                      -> EXECUTING [ACTIVE: goods DELIVERED]",
    );
    let ledger = play("hybrid", GROUPED, "buyer QUERY\nbuyer ESCALATE to seller.example");
    assert_eq!(
        ledger.session().unwrap().escalation().unwrap().question.as_str(),
        "",
        "what is asked is sealed"
    );
    // The node is in no group either.
    play(
        "hybrid",
        GROUPED,
        "buyer QUERY
         +5m quietly
         node CLOSE timeout RESPONSE_TIMEOUT sealed -> ! NOT_IN_GROUP ASP-SEA-004 /seal
         node CLOSE timeout RESPONSE_TIMEOUT       -> FAILED(RESPONSE_TIMEOUT)",
    );
}

#[test]
fn nothing_has_to_be_sealed_where_nothing_is_hidden() {
    // ASP-SEA-003: what everybody sees in full may be sealed too.
    in_both(
        GROUPED,
        "buyer PROPOSE firm
         seller ACCEPT sealed                      -> EXECUTING
         seller INFORM progress goods bare         -> EXECUTING
         seller INFORM fulfilment goods bare       -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM acknowledgement goods sealed -> EXECUTING
         buyer CLOSE sealed                        -> CLOSED(COMPLETED)
         seller CLOSE sealed                       -> CLOSED(COMPLETED)",
    );
}

#[test]
fn several_choose_one_of_two_packages_by_their_hashes() {
    in_both(
        THREE,
        "ride = carrier owes buyer goods 10 within 1h
         buyer PROPOSE firm goods or ride quorum 1 -> CONVERSING
         carrier ACCEPT choosing goods             -> CONVERSING
         seller ACCEPT choosing goods              -> EXECUTING [ACTIVE: goods OPEN]",
    );
}

#[test]
fn an_outline_names_the_hash_that_members_know() {
    // ASP-SEA-010
    let ledger = play("sealed", GROUPED, "buyer PROPOSE goods or cheap as offered");
    let (_, said) = ledger.stage.log.last().unwrap();
    let Body::Propose(Propose::Proposal(shown)) = &said.statement().body else { panic!("no offer") };
    for (name, package) in ["goods", "cheap"].into_iter().zip(&shown.packages) {
        assert_eq!(package.terms_hash(), ledger.packages[name].terms_hash());
        assert_eq!((package.salt, package.terms.len()), (None, 0));
    }
    assert_ne!(shown.packages[0].terms_hash(), shown.packages[1].terms_hash());
}

#[test]
fn terms_are_not_found_by_trying_their_hash() {
    // ASP-SEA-010, THR-SEAL-GUESSED-TERMS
    let ledger = play("sealed", GROUPED, "buyer PROPOSE goods");
    let (_, said) = ledger.stage.log.last().unwrap();
    let seen = said.statement().body.packages_offered()[0].1.terms_hash();
    // Whoever reads the log guesses all of it right, but for the salt.
    let guess = Package { salt: None, ..ledger.packages["goods"].clone() };
    assert_ne!(guess.terms_hash(), seen);
    assert_eq!(ledger.packages["goods"].terms_hash(), seen);
    // The control: without a salt in them the terms are found.
    let unsalted = Body::Propose(Propose::Proposal(Offer::of(vec![guess.clone()], true)));
    let shown = outline(&unsalted, Mode::Sealed);
    assert_eq!(shown.packages_offered()[0].1.terms_hash(), guess.terms_hash());
}
