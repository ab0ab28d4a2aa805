//! Who can open what is sealed: groups, their epochs, and what ends each.

use asp_core::key::KeyId;
use asp_core::limits;
use asp_core::name::{AgentUri, Issuer, StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::seal::Opaque;
use asp_core::statement::body::{Body, Group, GroupMember, Inform, KeyPackages, PublishedPackage};

use crate::support::ledger::{Ledger, check};
use crate::support::sealing::package;
use crate::support::{agent_key, domain, key, uri};
use crate::{CLOSED, GROUPED, THREE, in_both, play};

fn epoch(ledger: &Ledger) -> u64 {
    ledger.session().unwrap().channel().unwrap().epoch
}

#[test]
fn a_group_is_founded_led_on_and_founded_anew() {
    // ASP-SEA-005, ASP-SEA-006
    let ledger = play(
        "sealed",
        "",
        "buyer PROPOSE with seller carrier mode=MODE
         seller ACCEPT
         carrier ACCEPT
         buyer QUERY sealed                        -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         buyer INFORM group leading                -> ! INVALID_GROUP ASP-SEA-006 /issuer
         seller INFORM group                       -> INTRODUCED
         buyer QUERY                               -> CONVERSING
         buyer INFORM group                        -> CONVERSING
         carrier INFORM group                      -> CONVERSING
         seller QUERY sealed@2                     -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         seller QUERY sealed@4                     -> ! EPOCH_STALE
         seller QUERY sealed@3                     -> CONVERSING
         carrier INFORM group anew                 -> CONVERSING
         seller QUERY sealed@3                     -> ! EPOCH_STALE
         seller QUERY                              -> CONVERSING",
    );
    let channel = ledger.session().unwrap().channel().unwrap();
    assert_eq!(channel.epoch, 4);
    let all = ["buyer", "carrier", "seller"].map(|name| (uri(name), agent_key(name).id()));
    assert_eq!(channel.members, all.into());
}

#[test]
fn a_group_is_of_all_who_take_part_by_keys_that_count() {
    // ASP-SEA-006, ASP-SEA-007, THR-SEAL-GHOST
    let members = "! INVALID_GROUP ASP-SEA-006 /body/members";
    let issuer = "! INVALID_GROUP ASP-SEA-006 /issuer";
    let epoch = "! EPOCH_STALE ASP-SEA-006 /body/epoch";
    let unknown = "! UNKNOWN_KEY_PACKAGE ASP-SEA-007 /body/members";
    let cases = [
        ("epoch 0", epoch),
        ("epoch 1", epoch),
        ("epoch 3", epoch),
        ("anew epoch 1", epoch),
        ("without carrier", members),
        ("anew without seller,carrier", members),
        ("plus clerk", members),
        ("anew plus mediator", members),
        ("without buyer", issuer),
        ("packaged", issuer),
        ("anew packaged", issuer),
        ("anew silent", members),
        ("welcoming", members),
        ("repacked", members),
        ("anew unpacked", members),
        ("anew unknown", unknown),
        ("anew of buyer", unknown),
        ("keyed seller/other", members),
        ("anew keyed seller/other", members),
        ("anew keyed buyer/other", members),
        ("anew keyed seller/hardware", members),
    ];
    for (words, came) in cases {
        let ledger = play(
            "hybrid",
            THREE,
            &format!("seller KEY added hardware\nbuyer PUBLISH\nbuyer INFORM group {words} -> {came}"),
        );
        assert_eq!(self::epoch(&ledger), 1, "{words}");
    }
    // Nor can others name one, whatever they take part as.
    play(
        "hybrid",
        "",
        "buyer PROPOSE with seller mediator! watcher mode=MODE
         watcher ACCEPT
         mediator ACCEPT
         seller ACCEPT
         watcher INFORM group                      -> ! NOT_ALLOWED
         stranger INFORM group                     -> ! UNKNOWN_STREAM
         seller.example INFORM group               -> ! UNKNOWN_STREAM
         node INFORM group                         -> ! ROLE_NOT_ALLOWED
         mediator INFORM group without watcher     -> ! INVALID_GROUP
         mediator INFORM group                     -> INTRODUCED
         watcher QUERY                             -> CONVERSING",
    );
}

/// A deal by which the seller still owes when no message is left.
const SPENT: &str = "buyer PROPOSE with seller mode=MODE messages=4
                     seller ACCEPT
                     buyer INFORM group
                     buyer INFORM group
                     buyer PROPOSE firm
                     seller ACCEPT
                     ";

#[test]
fn a_group_is_no_message_and_goes_on_past_their_limit_with_a_reason() {
    // ASP-SEA-006, ASP-SES-011, THR-SEAL-SPENT
    let over = "! MESSAGE_LIMIT ASP-SEA-006 /type";
    for mode in CLOSED {
        let spent =
            play(mode, SPENT, &format!("buyer INFORM group -> {over}\nbuyer QUERY -> ! MESSAGE_LIMIT"));
        assert_eq!((epoch(&spent), spent.session().unwrap().counts().1), (2, 4), "neither group counts");
    }
    // The creditor's key ends, so that nothing can be sealed; the debtor seals what shows that it kept its word.
    for change in ["buyer KEY rotated next", "buyer KEY added next\nbuyer KEY revoked first"] {
        for lead in ["seller", "buyer"] {
            in_both(
                SPENT,
                &format!(
                    "{change}
                     seller INFORM fulfilment goods            -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
                     {lead} INFORM group keyed buyer/first     -> ! INVALID_GROUP ASP-SEA-006 /body/members
                     {lead} INFORM group                       -> EXECUTING
                     {lead} INFORM group                       -> {over}
                     seller INFORM group anew                  -> {over}
                     seller INFORM fulfilment goods            -> EXECUTING [ACTIVE: goods DELIVERED]
                     buyer INFORM acknowledgement goods        -> EXECUTING [FULFILLED: goods FULFILLED]"
                ),
            );
        }
    }
}

#[test]
fn a_group_that_shuts_somebody_out_is_followed_by_another() {
    // ASP-SEA-006, THR-SEAL-SPENT
    let over = "! MESSAGE_LIMIT ASP-SEA-006 /type";
    // Somebody could not follow the statement that made the group.
    in_both(
        SPENT,
        &format!(
            "buyer KEY rotated next
             buyer INFORM group as led
             seller INFORM group anew                  -> {over}
             seller INFORM unreadable led              -> EXECUTING
             seller INFORM group anew                  -> EXECUTING
             buyer INFORM group anew                   -> {over}
             seller INFORM fulfilment goods            -> EXECUTING [ACTIVE: goods DELIVERED]"
        ),
    );
    // A consent has ended, and one side leaves the other out.
    in_both(
        SPENT,
        &format!(
            "seller.example REVOKE
             buyer INFORM group without seller         -> EXECUTING
             buyer INFORM group                        -> {over}
             seller INFORM group anew without buyer    -> EXECUTING
             seller INFORM group                       -> {over}
             seller INFORM fulfilment goods            -> EXECUTING [ACTIVE: goods DELIVERED]"
        ),
    );
}

#[test]
fn groups_without_a_reason_are_as_few_as_messages() {
    // ASP-SEA-006
    in_both(
        "",
        "buyer PROPOSE with seller mode=MODE messages=4
         seller ACCEPT
         buyer INFORM group
         seller INFORM group
         buyer INFORM group anew
         seller INFORM group                       -> INTRODUCED
         buyer INFORM group                        -> ! MESSAGE_LIMIT ASP-SEA-006 /type
         seller KEY rotated next
         buyer INFORM group                        -> INTRODUCED
         buyer INFORM group                        -> ! MESSAGE_LIMIT
         buyer QUERY                               -> CONVERSING",
    );
}

#[test]
fn who_comes_in_is_taken_in_first() {
    // ASP-SEA-004, ASP-SEA-005, ASP-SEA-006, THR-SEAL-OUTSIDER
    let ledger = play(
        "hybrid",
        GROUPED,
        "buyer PROPOSE admission of carrier as asked -> CONVERSING
         seller ACCEPT admission                   -> CONVERSING
         buyer QUERY                               -> CONVERSING
         carrier ACCEPT asked introduction sealed  -> ! NOT_IN_GROUP ASP-SEA-004 /issuer
         carrier ACCEPT asked introduction         -> CONVERSING
         buyer QUERY                               -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         carrier QUERY                             -> ! NOT_IN_GROUP ASP-SEA-004 /issuer
         carrier INFORM group leading              -> ! INVALID_GROUP ASP-SEA-006 /issuer
         buyer INFORM group unknown                -> ! UNKNOWN_KEY_PACKAGE ASP-SEA-007 /body/members
         buyer INFORM group silent                 -> ! INVALID_GROUP
         seller INFORM group                       -> CONVERSING
         carrier QUERY                             -> CONVERSING",
    );
    assert_eq!(epoch(&ledger), 2);
    // It may found a new one itself.
    play(
        "hybrid",
        GROUPED,
        "buyer PROPOSE admission of carrier as asked
         seller ACCEPT admission
         carrier ACCEPT asked introduction
         carrier INFORM group                      -> CONVERSING
         seller QUERY                              -> CONVERSING",
    );
}

#[test]
fn who_leaves_is_left_out_first() {
    // ASP-SEA-005, ASP-SEA-006, THR-SEAL-LEFT
    in_both(
        THREE,
        "buyer QUERY
         carrier WITHDRAW departure                -> CONVERSING
         buyer QUERY                               -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         buyer INFORM group plus carrier           -> ! INVALID_GROUP
         carrier INFORM group                      -> ! UNKNOWN_STREAM
         buyer QUERY bare                          -> CONVERSING
         buyer INFORM group                        -> CONVERSING
         buyer QUERY                               -> CONVERSING",
    );
}

#[test]
fn delegates_are_in_the_group_as_long_as_their_mandate_holds() {
    // ASP-SEA-004, ASP-SEA-005, ASP-SEA-006, THR-SEAL-LEFT
    let given = "buyer PROPOSE with seller mode=MODE response=3h session=1d
                 seller ACCEPT
                 buyer INFORM group
                 buyer DELEGATE to clerk expires 30m as m
                 ";
    let in_group = format!(
        "{given}seller QUERY                          -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         clerk for m QUERY                         -> ! NOT_IN_GROUP ASP-SEA-004 /issuer
         buyer INFORM group without clerk          -> ! INVALID_GROUP
         buyer INFORM group
         clerk for m QUERY                         -> CONVERSING
         clerk for m QUERY clear                   -> ! CONTENT_IN_CLEAR
         clerk for m PROPOSE firm                  -> CONVERSING
         clerk for m INFORM group                  -> CONVERSING
         seller ACCEPT                             -> EXECUTING
         "
    );
    play("sealed", &in_group, "seller QUERY -> EXECUTING");
    // Once the mandate is over its delegate is out, whatever was said last.
    let over = "seller QUERY                              -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
                buyer INFORM group plus clerk             -> ! INVALID_GROUP ASP-SEA-006 /body/members
                buyer INFORM group                        -> EXECUTING
                seller QUERY                              -> EXECUTING";
    for end in ["+30m", "buyer WITHDRAW m", "clerk.example REVOKE buyer-clerk"] {
        play("sealed", &in_group, &format!("{end}\n{over}"));
    }
    // A mandate that ended before it was heard of needs nobody in the group.
    play("hybrid", given, "+30m\nseller QUERY -> CONVERSING");
}

#[test]
fn a_key_that_ends_takes_its_member_out() {
    // ASP-SEA-005, ASP-SEA-006, THR-SEAL-LEFT
    let stale = "buyer QUERY                              -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
                 seller QUERY                             -> ! EPOCH_STALE
                 ";
    for change in ["seller KEY rotated next", "seller KEY added next\nseller KEY revoked first"] {
        // The others take it in again, or it leads them on by its new key.
        for lead in ["buyer", "seller"] {
            play(
                "sealed",
                GROUPED,
                &format!(
                    "{change}
                     {stale}
                     {lead} INFORM group keyed seller/first -> ! INVALID_GROUP ASP-SEA-006 /body/members
                     {lead} INFORM group                   -> INTRODUCED
                     buyer QUERY                           -> CONVERSING
                     seller QUERY                          -> CONVERSING"
                ),
            );
        }
        play(
            "sealed",
            GROUPED,
            &format!("{change}\nbuyer INFORM group keyed seller/next unpacked -> ! INVALID_GROUP"),
        );
    }
    // A further key changes nothing.
    play("sealed", GROUPED, "seller KEY added next\nseller QUERY -> CONVERSING");
    play("sealed", GROUPED, "seller KEY added hardware\nseller QUERY -> CONVERSING");
}

#[test]
fn who_has_retired_keeps_nobody_from_going_on() {
    // ASP-SEA-005, ASP-SEA-006
    in_both(
        THREE,
        "buyer QUERY
         carrier RETIRE
         buyer QUERY                               -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         buyer INFORM group plus carrier           -> ! INVALID_GROUP
         buyer INFORM group                        -> CONVERSING
         seller QUERY                              -> CONVERSING",
    );
}

/// A deal, and then a consent between the two has ended.
const REVOKED: &str = "buyer QUERY
                       buyer PROPOSE firm
                       seller ACCEPT
                       buyer.example REVOKE
                       ";

#[test]
fn after_a_consent_ended_what_is_owed_is_settled_without_secrets_between_the_two() {
    // ASP-SEA-004, ASP-SEA-005, ASP-SEA-006
    in_both(
        &format!("{GROUPED}{REVOKED}"),
        "buyer INFORM                              -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         buyer INFORM bare                         -> ! CONSENT_REVOKED ASP-SES-018 /type
         seller INFORM fulfilment goods            -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         seller INFORM fulfilment goods bare       -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM group                        -> ! INVALID_GROUP ASP-SEA-006 /body/members
         buyer INFORM group without seller         -> EXECUTING
         buyer INFORM contest goods                -> EXECUTING [ACTIVE: goods CONTESTED]
         seller INFORM fulfilment goods            -> ! NOT_IN_GROUP ASP-SEA-004 /issuer
         seller INFORM group leading without buyer -> ! INVALID_GROUP ASP-SEA-006 /issuer
         seller INFORM group anew without buyer    -> EXECUTING
         seller INFORM fulfilment goods            -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM acknowledgement goods sealed -> ! NOT_IN_GROUP
         buyer INFORM acknowledgement goods        -> EXECUTING [FULFILLED: goods FULFILLED]
         +1s                                       -> CLOSED(CONSENT_REVOKED)",
    );
}

#[test]
fn a_consent_can_end_in_three_ways() {
    // ASP-SEA-005, THR-SEAL-LEFT
    let lasting = "buyer.example CONSENT seller.example for 10m
                   buyer PROPOSE with seller mode=MODE response=3h session=1d
                   seller ACCEPT
                   buyer INFORM group
                   buyer PROPOSE firm until 2h
                   seller ACCEPT
                   ";
    let ends =
        ["seller.example REVOKE", "+10m", "seller.example NARROW of buyer-seller about provision.storage"];
    for end in ends {
        play(
            "hybrid",
            lasting,
            &format!(
                "seller INFORM progress goods              -> EXECUTING
                 {end}
                 seller INFORM progress goods              -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
                 seller INFORM progress goods bare         -> EXECUTING
                 seller INFORM group without buyer         -> EXECUTING
                 seller INFORM progress goods              -> EXECUTING"
            ),
        );
    }
}

#[test]
fn only_the_two_whose_consent_ended_are_parted() {
    // ASP-SEA-005, ASP-SEA-006
    for (without, came) in [
        ("carrier", "EXECUTING"),
        ("seller,carrier", "EXECUTING"),
        ("seller", "! INVALID_GROUP ASP-SEA-006 /body/members"),
    ] {
        play(
            "hybrid",
            THREE,
            &format!(
                "buyer QUERY
                 buyer PROPOSE firm awaits seller
                 seller ACCEPT
                 carrier.example REVOKE buyer-carrier
                 buyer INFORM group without {without}      -> {came}"
            ),
        );
    }
    play(
        "hybrid",
        THREE,
        "buyer PROPOSE firm awaits seller
         seller ACCEPT
         carrier.example REVOKE buyer-carrier
         seller INFORM group without buyer         -> EXECUTING
         seller INFORM fulfilment goods            -> EXECUTING
         carrier INFORM group without seller,buyer -> EXECUTING
         seller INFORM group anew without carrier plus stranger -> ! INVALID_GROUP",
    );
}

#[test]
fn a_key_package_is_published_by_its_agent_once() {
    // ASP-SEA-012, THR-SEAL-PACKAGE
    let mut ledger = check(
        "seller PUBLISH named=x
         seller PUBLISH named=x                    -> ! NOTHING_CHANGED ASP-SEA-012 /body/packages
         carrier PUBLISH named=x
         seller PUBLISH 32
         seller PUBLISH 33                         -> ! INVALID_BODY
         seller PUBLISH 0                          -> ! INVALID_BODY",
    );
    let publish = |packages: Vec<PublishedPackage>| Body::AgentKeypackagePublish(KeyPackages { packages });
    let mut by = |issuer: Issuer, signer: &str| {
        let stream = StreamName::Of(StreamId::Agent(uri("seller")));
        let draft = ledger.stage.draft(stream, issuer, publish(vec![package("forced")]));
        let statement = ledger.stage.sign(&draft, &[&key(signer)]);
        let code = ledger.stage.take(statement).unwrap_err();
        let refusal = ledger.stage.refusal.clone().unwrap();
        (code, refusal.rule.unwrap(), refusal.pointer.unwrap())
    };
    let refused = (Code::NotAParty, "ASP-SEA-012", "/issuer".to_owned());
    assert_eq!(by(Issuer::Organisation(domain("seller")), "seller"), refused);
    assert_eq!(by(Issuer::Agent(uri("carrier")), "carrier/a"), refused);
    // Not twice in one statement, and none that is large.
    let of =
        |bytes: usize| PublishedPackage { content: Opaque::new(vec![7; bytes]).unwrap(), last_resort: None };
    let refused = |packages| ledger.clone().by_agent("seller", publish(packages), &[]);
    assert_eq!(refused(vec![package("y"), package("y")]), Err(Code::InvalidBody));
    assert_eq!(refused(vec![of(limits::KEY_PACKAGE_BYTES_MAX + 1)]), Err(Code::InvalidBody));
    assert!(refused(vec![of(limits::KEY_PACKAGE_BYTES_MAX)]).is_ok());
}

#[test]
fn of_many_key_packages_the_oldest_are_forgotten() {
    // ASP-SEA-007, ASP-SEA-012
    let published = "buyer PROPOSE with seller mode=MODE
                     seller ACCEPT
                     seller PUBLISH named=x
                     seller PUBLISH 32
                     seller PUBLISH 32
                     seller PUBLISH 32
                     seller PUBLISH 31
                     ";
    let ledger = play("sealed", published, "buyer INFORM group named x -> INTRODUCED");
    assert_eq!(ledger.stage.world.agent(&uri("seller")).unwrap().key_packages().len(), 128);
    let ledger = play(
        "sealed",
        published,
        "seller PUBLISH named=x                    -> ! NOTHING_CHANGED
         seller PUBLISH
         buyer INFORM group named x                -> ! UNKNOWN_KEY_PACKAGE ASP-SEA-007 /body/members
         seller PUBLISH named=x                    -> INTRODUCED
         buyer INFORM group named x                -> INTRODUCED",
    );
    assert_eq!(ledger.stage.world.agent(&uri("seller")).unwrap().key_packages().len(), 128);
}

#[test]
fn a_group_has_one_spelling_and_an_end() {
    // ASP-SEA-006
    let mut ledger = play("sealed", "", "buyer PROPOSE with seller mode=MODE\nseller ACCEPT");
    let member = |agent: AgentUri, key: KeyId| GroupMember { agent, key, package: Some(Hash::of(&[])) };
    let named = |name: &str| member(uri(name), agent_key(name).id());
    let many = (0..97).map(|number| member(uri(&format!("m{number:02}")), key("x").id())).collect();
    let lists =
        [vec![named("seller"), named("buyer")], vec![named("buyer"), named("buyer")], Vec::new(), many];
    for members in lists {
        let group = Group { commit: None, epoch: 1, members, welcome: None };
        let said = ledger.say("buyer", Body::Inform(Inform::Group(group)), None, None);
        assert_eq!(said, Err(Code::InvalidBody));
    }
}
