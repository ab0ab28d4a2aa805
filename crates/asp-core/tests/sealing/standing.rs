//! What follows from a deal that the node cannot read: trust, exposure, money, disputes and evidence.

use asp_core::bundle::{Anchors, Bundle, Report, Rule, Verdict};
use asp_core::position::Hash;
use asp_core::statement::body::DisputeOutcome;

use crate::support::evidence::{Node, rules};
use crate::support::key;
use crate::support::ledger::{Ledger, check};
use crate::support::sealing::refused;
use crate::{CLOSED, GROUPED, THREE, play};

const KEPT: &str = "buyer PROPOSE firm
                    seller ACCEPT
                    seller INFORM fulfilment goods
                    buyer INFORM acknowledgement goods
                    ";

fn settled(ledger: &Ledger) -> usize {
    ledger.stage.world.settled().unwrap().evidence().len()
}

#[test]
fn only_what_the_node_knows_the_worth_of_moves_a_score() {
    for (mode, outcomes, came) in [("hybrid", 1, "INTRODUCED"), ("sealed", 0, "! TRUST_TOO_LOW")] {
        let kept = play(mode, GROUPED, KEPT);
        assert_eq!(settled(&kept), outcomes, "{mode}");
        let silent =
            play(mode, GROUPED, "buyer PROPOSE firm\nseller ACCEPT\nseller INFORM fulfilment goods\n+72h");
        assert_eq!(settled(&silent), outcomes, "{mode}");
        let late = play(mode, GROUPED, "buyer PROPOSE firm\nseller ACCEPT\n+2h");
        assert_eq!(settled(&late), outcomes, "{mode}: a breach is found where it can be");
        // Nor does it carry anybody over a floor.
        let mut next = kept.clone();
        next.check(&format!("anew\nbuyer PROPOSE with seller floor=11\nseller ACCEPT -> {came}"));
    }
}

#[test]
fn exposure_counts_what_the_node_knows_the_worth_of() {
    let capped = format!("buyer.example POLICY exposure 100\n{GROUPED}buyer PROPOSE firm\nseller ACCEPT\n");
    let again = "anew\nbuyer PROPOSE with seller\nseller ACCEPT\nbuyer PROPOSE firm cheap\nseller ACCEPT -> ";
    play("hybrid", &capped, &format!("{again}! EXPOSURE_TOO_HIGH"));
    play("sealed", &capped, &format!("{again}EXECUTING"));
    let low = format!("buyer.example POLICY exposure 99\n{GROUPED}buyer PROPOSE firm\nseller ACCEPT -> ");
    play("hybrid", &low, "! EXPOSURE_TOO_HIGH");
    play("sealed", &low, "EXECUTING");
}

#[test]
fn a_ceiling_binds_the_node_where_it_knows_amounts() {
    let low = format!("seller.example POLICY ceiling 99\n{GROUPED}buyer PROPOSE -> ");
    check(&format!("{low}! ABOVE_CEILING").replace("MODE", "hybrid"));
    let ledger = check(&format!("{low}CONVERSING").replace("MODE", "sealed"));
    assert_eq!(refused(&ledger).len(), 1, "and members everywhere");
}

/// The buyer has 100 dollars; a price of 100.
const FUNDED: &str = "buyer.example ACCOUNT open USD
                      buyer.example ACCOUNT deposit 100
                      node ACCOUNT credit 100 in buyer
                      seller.example ACCOUNT open USD
                      deal = seller owes buyer goods 100 within 1h, buyer owes seller pay 100 within 1h of goods, \
                             hold price 100 by buyer to seller pays for goods settles pay
                      ";

#[test]
fn money_is_held_in_a_hybrid_session_and_in_no_sealed_one() {
    // ASP-SEA-003, ASP-SEA-011
    let ledger = play(
        "hybrid",
        &format!("{FUNDED}{GROUPED}"),
        "buyer PROPOSE firm deal
         seller ACCEPT                             -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]",
    );
    assert_eq!(ledger.money("buyer"), (0, 10_000, 0));
    let ledger = play(
        "hybrid",
        &format!("{FUNDED}{GROUPED}"),
        "buyer PROPOSE firm deal
         seller ACCEPT
         seller INFORM fulfilment goods
         buyer INFORM acknowledgement goods        -> EXECUTING [FULFILLED: goods FULFILLED, pay FULFILLED]",
    );
    assert_eq!(ledger.money("seller"), (10_000, 0, 0));
    // What is not there cannot be held.
    let poor = FUNDED.replace("node ACCOUNT credit 100", "node ACCOUNT credit 99");
    play(
        "hybrid",
        &format!("{poor}{GROUPED}"),
        "buyer PROPOSE firm deal
         seller ACCEPT                             -> ! INSUFFICIENT_FUNDS",
    );
    let mut ledger = check(&format!("{FUNDED}{GROUPED}").replace("MODE", "sealed"));
    ledger.check(
        "buyer PROPOSE firm deal clear             -> ! CONTENT_IN_CLEAR ASP-SEA-003 /body
         buyer PROPOSE firm deal",
    );
    let [(_, rejection)] = &refused(&ledger)[..] else { panic!("members take it") };
    assert_eq!(rejection.code.as_str(), "INVALID_TERMS", "who could read it would think that money is held");
}

#[test]
fn the_log_decides_no_dispute_about_what_it_does_not_know() {
    let late = "buyer PROPOSE firm
                seller ACCEPT
                +59m
                seller INFORM fulfilment goods
                buyer INFORM contest goods
                buyer DISPUTE goods late";
    for (mode, outcome) in [("hybrid", DisputeOutcome::Dismissed), ("sealed", DisputeOutcome::Undecided)] {
        let ledger = play(mode, GROUPED, late);
        let dispute = ledger.stage.world.disputes().next().unwrap();
        let outcomes: Vec<_> = dispute.rulings().iter().map(|ruling| ruling.rule.outcome).collect();
        assert_eq!(outcomes, [outcome], "{mode}");
    }
    // What the parties settle stands, and says nothing about anybody's standing.
    let settled = late.replace("goods late", "goods not-as-agreed settled upheld 30");
    for (mode, outcomes) in [("hybrid", 1), ("sealed", 0)] {
        let ledger = play(mode, GROUPED, &format!("{settled}\n+1s -> EXECUTING [BREACHED: goods BREACHED]"));
        assert_eq!(self::settled(&ledger), outcomes, "{mode}");
    }
}

/// What a bundle by itself can prove.
const ALL: [&str; 12] = [
    "form",
    "signatures",
    "chains",
    "keys-when-logged",
    "keys-now",
    "replay",
    "signed-by-all",
    "checkpoint",
    "inclusion",
    "receipts",
    "obligations",
    "log-key",
];

#[track_caller]
fn proved(ledger: &Ledger, name: &str) -> Report {
    let commitment: Hash = ledger.hash(name);
    let bytes = Node::from(&ledger.stage).bundle(ledger.id.unwrap(), commitment).to_bytes();
    let report = Bundle::parse(&bytes).unwrap().verify(&Anchors { node_key: Some(key("node").id()) });
    assert_eq!(rules(&report, Verdict::Proved), ALL, "{:#?}\n{}", report.checks, ledger.story());
    report
}

#[test]
fn a_bundle_proves_a_deal_that_it_does_not_show() {
    // ASP-SEA-005, ASP-SEA-006, ASP-SEA-007
    for mode in CLOSED {
        let report = proved(&play(mode, GROUPED, "buyer PROPOSE firm\nseller ACCEPT"), "deal");
        let told = &report.check(Rule::Obligations).unwrap().detail;
        let expected =
            if mode == "sealed" { "goods OPEN, as is sealed" } else { "goods OPEN, to be met until " };
        assert!(told.starts_with(expected), "{told}");
        let summary = report.summary.unwrap();
        assert!(summary.terms.is_empty());
        assert_eq!(summary.obligations[0].what.as_str(), "");
        proved(&play(mode, GROUPED, KEPT), "deal");
    }
    proved(&play("hybrid", GROUPED, "buyer PROPOSE firm\nseller ACCEPT\n+2h"), "deal");
}

#[test]
fn a_bundle_has_all_that_groups_are_judged_by() {
    // ASP-SEA-005, ASP-SEA-006, ASP-SEA-007: members who never spoke, delegates, newcomers, and keys that ended.
    let stories = [
        "buyer PROPOSE firm awaits seller
         seller ACCEPT",
        "seller PUBLISH 32
         seller KEY rotated next
         seller INFORM group
         buyer PROPOSE firm awaits seller
         seller ACCEPT",
        "buyer PROPOSE admission of clerk consents=buyer-clerk as asked
         seller ACCEPT asked admission
         carrier ACCEPT asked admission
         clerk ACCEPT asked introduction
         carrier INFORM group anew
         buyer PROPOSE firm awaits seller
         seller ACCEPT
         carrier WITHDRAW departure
         clerk INFORM group
         seller INFORM fulfilment goods",
        "seller DELEGATE to clerk as m
         clerk.example CONSENT aide.example
         clerk for m DELEGATE to aide consent clerk-aide as n
         seller INFORM group
         buyer PROPOSE firm awaits seller
         clerk for m ACCEPT offer
         aide.example REVOKE clerk-aide
         buyer INFORM group
         seller INFORM fulfilment goods
         seller.example REVOKE
         seller INFORM group without buyer
         seller INFORM progress goods",
        "carrier RETIRE
         seller INFORM group
         buyer PROPOSE firm awaits seller
         seller ACCEPT",
    ];
    for story in stories {
        for mode in CLOSED {
            proved(&play(mode, THREE, story), "deal");
        }
    }
}

#[test]
fn a_bundle_has_the_reason_why_a_group_goes_on_past_the_message_limit() {
    // ASP-SEA-006: what ended may be somebody's who never spoke.
    let limited = THREE.replace("mode=MODE", "mode=MODE messages=5");
    for (reason, without) in [
        ("carrier KEY rotated next", ""),
        ("carrier RETIRE", ""),
        ("carrier.example REVOKE buyer-carrier", " without carrier"),
    ] {
        let story = format!(
            "buyer PROPOSE firm awaits seller
             seller ACCEPT
             buyer INFORM group                    -> ! MESSAGE_LIMIT
             {reason}
             seller INFORM group{without}          -> EXECUTING
             seller INFORM fulfilment goods        -> EXECUTING"
        );
        for mode in CLOSED {
            proved(&play(mode, &limited, &story), "deal");
        }
    }
}

#[test]
fn a_bundle_in_which_something_is_shown_is_refuted() {
    // ASP-SEA-003: the rules of the node are those of who verifies.
    let ledger = play("sealed", GROUPED, "buyer PROPOSE firm\nseller ACCEPT");
    let node = Node::from(&ledger.stage);
    let streams = node.streams(ledger.id.unwrap());
    // Without the statement that made the group nothing was sealed in order.
    let group = ledger.session().unwrap().channel().unwrap().statement;
    let pieces = node.pieces(|verified| {
        let statement = verified.statement();
        streams.contains(&statement.stream) && statement.hash != group
    });
    let report = node.bundle_of(ledger.hash("deal"), pieces).verify(&Anchors::default());
    assert!(rules(&report, Verdict::Refuted).contains(&"replay"));
}
