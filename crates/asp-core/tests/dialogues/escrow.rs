//! Money: what comes in and goes out, what a commitment holds, and what becomes of it. After every line all that was
//! moved adds up to zero.

use asp_core::account::{Ledger as Sums, Movement};
use asp_core::session::Effect;
use asp_core::world::{Change, World};

use crate::support::key;
use crate::support::ledger::{Ledger, check};

/// The buyer has 100 dollars, the seller 30.
const FUNDED: &str = "buyer.example ACCOUNT open USD
                      buyer.example ACCOUNT deposit 100
                      node ACCOUNT credit 100 in buyer
                      seller.example ACCOUNT open USD
                      seller.example ACCOUNT deposit 30
                      node ACCOUNT credit 30 in seller
                      ";

/// A price of 100, and a bond of 20 of which 15 are the remedy.
const DEAL: &str = "deal = seller owes buyer goods 100 within 1h cure 10m penalty 15, \
                    buyer owes seller pay 100 within 1h of goods, \
                    hold price 100 by buyer to seller pays for goods settles pay, \
                    hold bond 20 by seller to buyer returns for goods
                    ";

const BOUND: &str = "buyer PROPOSE with seller
                     seller ACCEPT
                     buyer PROPOSE firm deal
                     seller ACCEPT
                     ";

/// Plays the story, then plays its log again and adds up all that it moved.
#[track_caller]
fn funded(story: &str) -> Ledger {
    let ledger = check(&format!("{FUNDED}{DEAL}{story}"));
    let mut world = World::new(ledger.stage.origin.clone(), key("node").id()).with_evidence();
    let mut sums = Sums::default();
    for (at, verified) in &ledger.stage.log {
        let accepted = world.judge(verified, *at).unwrap();
        let moved: Vec<Movement> = match world.apply(&accepted) {
            Change::Account(_, moved) | Change::Dispute(_, moved) => moved,
            Change::Session(_, effects) => effects.iter().filter_map(Effect::moved).cloned().collect(),
            Change::Organisation(_) | Change::Agent(_) | Change::Consent(_) => Vec::new(),
        };
        sums.post(&moved).unwrap(); // ASP-ESC-014
        for name in ["buyer", "seller"] {
            world.account(&crate::support::domain(name)).into_iter().for_each(|it| sums.agrees(it).unwrap());
        }
    }
    ledger
}

#[track_caller]
fn has(ledger: &Ledger, buyer: (u64, u64, u64), seller: (u64, u64, u64)) {
    assert_eq!((ledger.money("buyer"), ledger.money("seller")), (buyer, seller), "{}", ledger.story());
}

#[test]
fn only_an_organisation_opens_its_account_and_only_the_node_speaks_there_besides() {
    // ASP-ESC-001, ASP-ESC-002, ASP-ESC-006
    check(
        "buyer.example ACCOUNT deposit 5              -> ! UNKNOWN_STREAM ASP-ESC-001 /stream
         buyer.example ACCOUNT open USD in seller     -> ! UNKNOWN_STREAM ASP-ESC-001 /stream
         buyer ACCOUNT open USD                       -> ! UNKNOWN_STREAM ASP-ESC-001 /stream
         node ACCOUNT open USD in buyer               -> ! NOT_A_PARTY ASP-ESC-001 /issuer
         buyer.example ACCOUNT open USD
         buyer.example ACCOUNT open USD               -> ! NOTHING_CHANGED ASP-ESC-002 /body/currency
         buyer.example ACCOUNT open EUR
         seller.example ACCOUNT deposit 5 in buyer    -> ! UNKNOWN_STREAM ASP-ESC-001 /stream
         node ACCOUNT deposit 5 in buyer              -> ! NOT_A_PARTY ASP-ESC-001 /issuer
         buyer.example ACCOUNT credit 5               -> ! NOT_A_PARTY ASP-ESC-006 /issuer
         buyer.example ACCOUNT paid                   -> ! NOT_A_PARTY ASP-ESC-006 /issuer",
    );
}

#[test]
fn an_account_has_at_most_sixteen_currencies() {
    // ASP-ESC-002
    let mut ledger = Ledger::open();
    for number in 0..16u8 {
        ledger.check(&format!("buyer.example ACCOUNT open XX{}", char::from(b'A' + number)));
    }
    ledger.check("buyer.example ACCOUNT open USD -> ! TOO_MANY_OPEN ASP-ESC-002 /body/currency");
}

#[test]
fn money_comes_in_as_it_really_came_and_once() {
    // ASP-ESC-003, ASP-ESC-007, ASP-ESC-008
    let ledger = check(
        "buyer.example ACCOUNT open USD
         buyer.example ACCOUNT deposit 0              -> ! INVALID_BODY ASP-ESC-003 /body/amount/amount
         buyer.example ACCOUNT deposit 0.005          -> ! INVALID_BODY ASP-ESC-003 /body/amount/amount
         buyer.example ACCOUNT deposit 5EUR           -> ! UNKNOWN_ACCOUNT ASP-ESC-003 /body/amount/currency
         node ACCOUNT credit 5 in buyer               -> ! TRANSFER_NOT_OPEN ASP-ESC-007 /body/deposit
         buyer.example ACCOUNT deposit 100
         node ACCOUNT credit 100EUR in buyer          -> ! INVALID_BODY ASP-ESC-008 /body/amount
         node ACCOUNT paid in buyer                   -> ! TRANSFER_NOT_OPEN ASP-ESC-007 /body/withdrawal
         node ACCOUNT credit 99.5 in buyer
         node ACCOUNT credit 99.5 in buyer            -> ! TRANSFER_NOT_OPEN ASP-ESC-007 /body/deposit
         buyer.example ACCOUNT deposit 7
         node ACCOUNT refuse in buyer
         node ACCOUNT credit 7 in buyer               -> ! TRANSFER_NOT_OPEN ASP-ESC-007 /body/deposit",
    );
    assert_eq!(ledger.money("buyer"), (9950, 0, 0));
}

#[test]
fn what_is_withdrawn_is_available_and_comes_back_if_it_was_not_paid() {
    // ASP-ESC-005, ASP-ESC-007
    let mut ledger =
        funded("buyer.example ACCOUNT withdraw 100.01 -> ! INSUFFICIENT_FUNDS ASP-ESC-005 /body/amount");
    ledger.check("buyer.example ACCOUNT withdraw 60");
    assert_eq!(ledger.money("buyer"), (4000, 0, 6000));
    ledger.check(
        "buyer.example ACCOUNT withdraw 60            -> ! INSUFFICIENT_FUNDS ASP-ESC-005 /body/amount
         node ACCOUNT returned in buyer
         node ACCOUNT paid in buyer                   -> ! TRANSFER_NOT_OPEN ASP-ESC-007 /body/withdrawal
         buyer.example ACCOUNT withdraw 60
         node ACCOUNT paid in buyer
         node ACCOUNT returned in buyer               -> ! TRANSFER_NOT_OPEN ASP-ESC-007 /body/withdrawal",
    );
    assert_eq!(ledger.money("buyer"), (4000, 0, 0));
}

#[test]
fn few_deposits_and_withdrawals_wait_at_once() {
    // ASP-ESC-004
    let mut ledger = funded("");
    for _ in 0..32 {
        ledger.check("buyer.example ACCOUNT deposit 1\nbuyer.example ACCOUNT withdraw 0.01");
    }
    ledger.check(
        "buyer.example ACCOUNT deposit 1              -> ! TOO_MANY_OPEN ASP-ESC-004 /type
         buyer.example ACCOUNT withdraw 1             -> ! TOO_MANY_OPEN ASP-ESC-004 /type
         node ACCOUNT paid in buyer
         buyer.example ACCOUNT withdraw 1",
    );
}

#[test]
fn a_price_is_held_and_paid_when_the_goods_are_acknowledged() {
    // ASP-ESC-011, ASP-ESC-012
    let mut ledger = funded(BOUND);
    has(&ledger, (0, 10_000, 0), (1_000, 2_000, 0));
    ledger.check("seller INFORM fulfilment goods -> EXECUTING [ACTIVE: goods DELIVERED, pay OPEN]");
    has(&ledger, (0, 10_000, 0), (1_000, 2_000, 0));
    ledger.check(
        "buyer INFORM contest goods           -> EXECUTING [ACTIVE: goods CONTESTED, pay OPEN]
         seller INFORM fulfilment goods
         buyer INFORM acknowledgement goods   -> EXECUTING [FULFILLED: goods FULFILLED, pay FULFILLED]",
    );
    has(&ledger, (0, 0, 0), (13_000, 0, 0));
}

#[test]
fn silence_pays_as_an_acknowledgement_does() {
    // ASP-ESC-012
    let ledger = funded(&format!("{BOUND} seller INFORM fulfilment goods\n +73h"));
    has(&ledger, (0, 0, 0), (13_000, 0, 0));
}

#[test]
fn a_breach_gives_the_price_back_and_the_penalty_of_the_bond_away() {
    // ASP-ESC-012
    let ledger = funded(&format!("{BOUND} +71m -> EXECUTING [BREACHED: goods BREACHED, pay LAPSED]"));
    has(&ledger, (11_500, 0, 0), (1_500, 0, 0));
}

#[test]
fn what_is_contested_stays_held() {
    // ASP-ESC-012
    let story = "seller INFORM fulfilment goods\n buyer INFORM contest goods\n +3d";
    let ledger = funded(&format!("{BOUND}{story}"));
    has(&ledger, (0, 10_000, 0), (1_000, 2_000, 0));
}

#[test]
fn an_award_lets_go_what_was_contested() {
    // ASP-DIS-017
    let contested = format!("{BOUND}seller INFORM fulfilment goods\n buyer INFORM contest goods\n");
    let awarded = |dispute: &str| funded(&format!("{contested} {dispute}\n node INFORM award"));
    // The log alone says that it was in time.
    let ledger = awarded("buyer DISPUTE goods late");
    has(&ledger, (0, 0, 0), (13_000, 0, 0));
    // A price less what comes back, or as much of it as is due; the bond is nobody's remedy.
    let ledger = awarded("buyer DISPUTE goods not-as-agreed settled partly 30");
    has(&ledger, (3_000, 0, 0), (10_000, 0, 0));
    let ledger = awarded("seller DISPUTE goods not-as-agreed settled partly 60");
    has(&ledger, (4_000, 0, 0), (9_000, 0, 0));
    let ledger = awarded("buyer DISPUTE goods not-as-agreed settled partly none");
    has(&ledger, (10_000, 0, 0), (3_000, 0, 0));
    // A breach costs the remedy, or what was agreed instead, as far as the bond goes.
    let ledger = awarded("buyer DISPUTE goods not-as-agreed settled upheld none");
    has(&ledger, (11_500, 0, 0), (1_500, 0, 0));
    let ledger = awarded("buyer DISPUTE goods not-as-agreed settled upheld 18");
    has(&ledger, (11_800, 0, 0), (1_200, 0, 0));
    let ledger = awarded("buyer DISPUTE goods not-as-agreed settled upheld 50");
    has(&ledger, (12_000, 0, 0), (1_000, 0, 0));
}

#[test]
fn what_is_held_is_where_the_log_says() {
    // ASP-DIS-004, ASP-DIS-006: the log alone decides it, and what became of the goods stays open.
    let contested = format!("{BOUND}seller INFORM fulfilment goods\n buyer INFORM contest goods\n");
    let asked = format!("{contested} seller DISPUTE goods escrow-violation\n node INFORM award\n");
    has(&funded(&asked), (0, 10_000, 0), (1_000, 2_000, 0));
    let decided = "buyer DISPUTE goods not-as-agreed settled upheld 18\n node INFORM award";
    has(&funded(&format!("{asked} {decided}")), (11_800, 0, 0), (1_200, 0, 0));
}

#[test]
fn what_nobody_decided_stays_held_until_an_award() {
    // ASP-DIS-017, ASP-ESC-012
    let contested = format!("{BOUND}seller INFORM fulfilment goods\n buyer INFORM contest goods\n");
    let ledger = funded(&format!("{contested} buyer DISPUTE goods not-as-agreed\n buyer CLOSE"));
    has(&ledger, (0, 10_000, 0), (1_000, 2_000, 0));
    let settled =
        "buyer CLOSE\n buyer DISPUTE goods not-as-agreed settled dismissed none\n node INFORM award";
    let ledger = funded(&format!("{contested} {settled}"));
    has(&ledger, (0, 0, 0), (13_000, 0, 0));
}

#[test]
fn what_was_paid_in_another_way_is_not_paid_twice() {
    // ASP-ESC-012: the payment waits for the goods, so the hold pays it; a second payment finds nothing owed.
    let story = "seller INFORM fulfilment goods
                 buyer INFORM acknowledgement goods
                 buyer INFORM fulfilment pay          -> ! COMMITMENT_NOT_ACTIVE";
    let ledger = funded(&format!("{BOUND}{story}"));
    has(&ledger, (0, 0, 0), (13_000, 0, 0));
}

#[test]
fn nobody_promises_the_same_money_twice() {
    // ASP-ESC-011: to become active the second needs what the first holds; both roads are closed.
    funded(&format!(
        "{BOUND}
         anew
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm deal
         seller ACCEPT                        -> ! INSUFFICIENT_FUNDS ASP-ESC-011 /type
         buyer PROPOSE deal
         seller ACCEPT
         buyer COMMIT deal
         seller ACCEPT                        -> ! INSUFFICIENT_FUNDS ASP-ESC-011 /type"
    ));
}

#[test]
fn holds_of_one_payer_add_up_and_every_party_to_one_has_an_account() {
    // ASP-ESC-011
    funded(
        "both = seller owes buyer goods 60 within 1h, seller owes buyer more 60 within 2h, \
         hold one 60 by buyer to seller pays for goods, hold two 60 by buyer to seller pays for more
         euros = seller owes buyer goods 60 within 1h, hold one 60 by buyer to seller pays for goods EUR
         stranger = carrier owes buyer goods 60 within 1h, hold one 60 by buyer to carrier pays for goods
         buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT
         buyer PROPOSE firm awaits seller both
         seller ACCEPT                        -> ! INSUFFICIENT_FUNDS ASP-ESC-011 /type
         buyer PROPOSE firm awaits seller euros
         seller ACCEPT                        -> ! UNKNOWN_ACCOUNT ASP-ESC-011 /type
         buyer PROPOSE firm awaits carrier stranger
         carrier ACCEPT                       -> ! UNKNOWN_ACCOUNT ASP-ESC-011 /type",
    );
}

#[test]
fn a_hold_makes_sense() {
    // ASP-ESC-010
    for hold in [
        "hold price 100 by buyer to seller pays for other",
        "hold price 100 by seller to buyer pays for goods",
        "hold price 100 by buyer to seller returns for goods",
        "hold price 100 by buyer to carrier pays for goods",
        "hold price 0 by buyer to seller pays for goods",
        "hold price 0.001 by buyer to seller pays for goods",
        "hold price 99 by buyer to seller pays for goods settles pay",
        "hold price 100 by buyer to seller pays for goods settles pay EUR",
        "hold price 100 by buyer to seller pays for goods settles goods",
        "hold price 100 by buyer to seller pays for goods settles other",
        "hold price 100 by buyer to seller pays for goods settles early",
        "hold price 100 by seller to buyer returns for goods settles pay",
        "hold price 1 by buyer to seller pays for goods, hold price 1 by buyer to seller pays for goods",
        "hold a 100 by buyer to seller pays for goods settles pay, hold b 100 by buyer to seller pays for goods settles pay",
    ] {
        funded(&format!(
            "wrong = seller owes buyer goods 100 within 1h, buyer owes seller pay 100 within 1h of goods, \
             buyer owes seller early 100 within 1h, {hold}
             buyer PROPOSE with seller
             seller ACCEPT
             buyer PROPOSE firm wrong             -> ! INVALID_TERMS ASP-SES-031 /body"
        ));
    }
}

#[test]
fn an_end_by_consent_gives_back_or_divides_as_agreed() {
    // ASP-ESC-012, ASP-ESC-013
    let all_back = funded(&format!("{BOUND} buyer PROPOSE termination\n seller ACCEPT"));
    has(&all_back, (10_000, 0, 0), (3_000, 0, 0));
    let divided = funded(&format!(
        "{BOUND}
         buyer PROPOSE termination shares price:100.01         -> ! INVALID_TERMS ASP-SES-031 /body
         buyer PROPOSE termination shares other:1              -> ! INVALID_TERMS ASP-SES-031 /body
         buyer PROPOSE termination shares price:1,price:2      -> ! INVALID_TERMS ASP-SES-031 /body
         buyer PROPOSE termination shares price:0              -> ! INVALID_TERMS ASP-SES-031 /body
         buyer PROPOSE termination shares price:40.5,bond:20
         seller ACCEPT"
    ));
    has(&divided, (7_950, 0, 0), (5_050, 0, 0));
}

#[test]
fn an_amendment_gives_back_and_holds_anew_in_one_step() {
    // ASP-ESC-011
    let ledger = funded(&format!(
        "{BOUND}
         larger = seller owes buyer goods 100 within 2h, hold price 100.01 by buyer to seller pays for goods
         less = seller owes buyer goods 100 within 2h, hold price 90 by buyer to seller pays for goods
         buyer PROPOSE amendment to larger
         seller ACCEPT                        -> ! INSUFFICIENT_FUNDS ASP-ESC-011 /type
         buyer PROPOSE amendment to less
         seller ACCEPT"
    ));
    has(&ledger, (1_000, 9_000, 0), (3_000, 0, 0));
}

#[test]
fn an_account_takes_an_entry_once_however_often_its_session_is_read() {
    let ledger = funded(BOUND);
    let mut account = ledger.stage.world.account(&crate::support::domain("buyer")).unwrap().clone();
    let commitment = ledger.session().unwrap().commitments().values().next().unwrap();
    let held = commitment.holds()[0].clone();
    let place = asp_core::account::Place::Available(crate::support::domain("buyer"));
    let movement = Movement {
        from: place.clone(),
        to: asp_core::account::Place::Held {
            of: crate::support::domain("buyer"),
            commitment: commitment.id,
            hold: held.hold.id,
        },
        currency: held.hold.amount.currency,
        amount: held.amount,
        why: asp_core::account::Why::Held,
    };
    let before = account.clone();
    account.take(commitment.formed.index, std::slice::from_ref(&movement));
    assert_eq!(account, before);
    let text = serde_json::to_string(&account).unwrap();
    assert_eq!(serde_json::from_str::<asp_core::account::Account>(&text).unwrap(), account);
    assert_eq!(movement.to.to_string().parse(), Ok(movement.to));
}

#[test]
fn an_award_divides_what_is_held_and_nothing_that_was_let_go() {
    let ledger = funded(&format!("{BOUND} seller INFORM fulfilment goods\n buyer INFORM contest goods"));
    let mut commitment = ledger.session().unwrap().commitments().values().next().unwrap().clone();
    let shares = [("price", 6_000u64), ("bond", 9_999)];
    let shares = shares.map(|(hold, minor)| (hold.parse().unwrap(), asp_core::amount::Minor(minor))).into();
    let moved: Vec<String> = commitment
        .divide(&shares)
        .iter()
        .map(|it| format!("{} to {}: {}", it.amount.0, it.to, it.why.as_str()))
        .collect();
    assert_eq!(
        moved,
        [
            "6000 to available:seller.example: divided",
            "4000 to available:buyer.example: released",
            "2000 to available:buyer.example: divided",
        ]
    );
    assert_eq!(commitment.divide(&shares), []);
}

#[test]
fn a_place_below_zero_and_an_account_that_says_otherwise_are_found() {
    // ASP-ESC-014
    let place = |text: &str| text.parse().unwrap();
    let movement = |from: &str, to: &str, minor| Movement {
        from: place(from),
        to: place(to),
        currency: "USD".parse().unwrap(),
        amount: asp_core::amount::Minor(minor),
        why: asp_core::account::Why::Deposit,
    };
    let mut sums = Sums::default();
    sums.post(&[movement("outside", "available:buyer.example", 10_000)]).unwrap();
    assert_eq!(sums.inside().map(|(_, sum)| sum).collect::<Vec<_>>(), [10_000]);
    let beyond = movement("available:buyer.example", "available:seller.example", 10_001);
    let found = sums.clone().post(&[beyond]).unwrap_err().to_string();
    assert_eq!(found, "available:buyer.example has -1 minor units of USD, less than nothing");
    let ledger = funded("");
    let account = |name: &str| ledger.stage.world.account(&crate::support::domain(name)).unwrap();
    sums.agrees(account("buyer")).unwrap();
    assert!(sums.agrees(account("seller")).is_err());
}

#[test]
fn nobody_owes_more_uncovered_than_the_policy_of_who_is_owed_allows() {
    // ASP-TRU-011
    funded(
        "half = seller owes buyer goods 50 within 1h
         less = seller owes buyer goods 10 within 1h
         bare = seller owes buyer goods 100 within 1h
         held = seller owes buyer goods 100 within 1h, hold price 40 by buyer to seller pays for goods
         buyer.example POLICY exposure 60
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm bare
         seller ACCEPT                        -> ! EXPOSURE_TOO_HIGH ASP-TRU-011 /type
         buyer PROPOSE firm held
         seller ACCEPT                        -> EXECUTING
         buyer PROPOSE firm less
         seller ACCEPT                        -> ! EXPOSURE_TOO_HIGH ASP-TRU-011 /type
         seller INFORM fulfilment goods
         buyer INFORM acknowledgement goods
         buyer PROPOSE firm half
         seller ACCEPT                        -> EXECUTING
         anew
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm half
         seller ACCEPT                        -> ! EXPOSURE_TOO_HIGH ASP-TRU-011 /type
         buyer PROPOSE firm less
         seller ACCEPT                        -> EXECUTING",
    );
}

#[test]
fn what_an_agent_kept_lets_it_owe_half_of_that() {
    // ASP-TRU-011, ASP-TRU-012
    let kept = "big = seller owes buyer goods 300 within 1h
                much = seller owes buyer goods 151 within 1h
                fits = seller owes buyer goods 150 within 1h
                buyer PROPOSE with seller
                seller ACCEPT
                buyer PROPOSE firm big
                seller ACCEPT
                seller INFORM fulfilment goods
                buyer INFORM acknowledgement goods
                buyer.example POLICY exposure 60
                ";
    let asked = "anew
                 buyer PROPOSE with seller
                 seller ACCEPT
                 buyer PROPOSE firm much
                 seller ACCEPT                -> ! EXPOSURE_TOO_HIGH ASP-TRU-011 /type
                 buyer PROPOSE firm fits
                 ";
    // Nothing counts of the minute in which it is said.
    funded(&format!("{kept}{asked}seller ACCEPT -> ! EXPOSURE_TOO_HIGH ASP-TRU-011 /type"));
    funded(&format!("{kept}+2m\n{asked}seller ACCEPT -> EXECUTING"));
}
