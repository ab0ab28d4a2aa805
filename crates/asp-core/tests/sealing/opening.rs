//! In what mode a session is opened, who is let in later, and that an open one has nothing to seal.

use asp_core::rejection::Code;
use asp_core::statement::Verified;
use serde_json::{Value, json};

use crate::support::ledger::check;
use crate::{CLOSED, GROUPED, play};

#[test]
fn a_session_is_as_closed_as_consents_and_policies_ask() {
    // ASP-SEA-002, THR-SEAL-DOWNGRADE
    let refused = "! MODE_TOO_OPEN ASP-SEA-002 /body/mode";
    let floors = [
        "seller.example POLICY mode MODE",
        "buyer.example POLICY mode MODE",
        "buyer.example CONSENT seller.example mode MODE",
    ];
    for floor in floors {
        for (asked, taken) in [("open", 0), ("hybrid", 1), ("sealed", 2)] {
            for (level, mode) in ["open", "hybrid", "sealed"].into_iter().enumerate() {
                let came = if level < taken { refused } else { "INVITED" };
                let floor = floor.replace("MODE", asked);
                check(&format!("{floor}\nbuyer PROPOSE with seller mode={mode} -> {came}"));
            }
        }
    }
    // A policy that comes later leaves what is open as it is.
    check(
        "buyer PROPOSE with seller
         seller.example POLICY mode sealed
         seller ACCEPT                             -> INTRODUCED
         buyer PROPOSE                             -> CONVERSING
         anew
         buyer PROPOSE with seller mode=hybrid     -> ! MODE_TOO_OPEN",
    );
    // Of several consents and policies the most closed counts.
    check(
        "carrier.example POLICY mode sealed
         buyer PROPOSE with seller carrier mode=hybrid -> ! MODE_TOO_OPEN
         buyer PROPOSE with seller carrier mode=sealed -> INVITED",
    );
}

#[test]
fn who_comes_in_later_asks_for_no_more_closed_session() {
    // ASP-SEA-002, THR-SEAL-DOWNGRADE
    for floor in ["carrier.example POLICY mode sealed", "buyer.example CONSENT carrier.example mode sealed"] {
        for mode in ["open", "hybrid"] {
            check(&format!(
                "buyer PROPOSE with seller mode={mode}
                 seller ACCEPT
                 {floor}
                 buyer PROPOSE admission of carrier    -> ! MODE_TOO_OPEN ASP-SEA-002 /body"
            ));
        }
        check(&format!(
            "buyer PROPOSE with seller mode=sealed
             seller ACCEPT
             {floor}
             buyer PROPOSE admission of carrier        -> CONVERSING"
        ));
    }
    // So with a delegate of another organisation.
    for floor in ["clerk.example POLICY mode hybrid", "buyer.example CONSENT clerk.example mode hybrid"] {
        for (mode, came) in [("open", "! MODE_TOO_OPEN ASP-SEA-002 /body"), ("hybrid", "CONVERSING")] {
            check(&format!(
                "buyer PROPOSE with seller mode={mode}
                 seller ACCEPT
                 {floor}
                 buyer DELEGATE to clerk               -> {came}"
            ));
        }
    }
    // What others agreed among themselves nobody learns by asking.
    check(
        "clerk.example CONSENT aide.example mode sealed
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE admission of aide consents=clerk-aide -> ! CONSENT_REQUIRED ASP-SES-040 /body/consents
         buyer DELEGATE to aide consent clerk-aide -> ! CONSENT_REQUIRED ASP-SES-046 /body/to",
    );
}

#[test]
fn an_open_session_has_no_seal_no_group_and_hides_nothing() {
    // ASP-SEA-001, ASP-SEA-003, ASP-SEA-013
    check(
        "buyer PROPOSE with seller sealed          -> ! INVALID_FIELD ASP-SEA-001 /seal
         buyer PROPOSE with seller mode=sealed sealed -> ! INVALID_FIELD ASP-SEA-001 /seal
         buyer PROPOSE with seller
         seller ACCEPT sealed                      -> ! INVALID_FIELD ASP-SEA-001 /seal
         seller ACCEPT
         buyer INFORM group                        -> ! NOT_ALLOWED
         buyer INFORM unreadable #0                -> ! NOT_ALLOWED
         buyer QUERY sealed                        -> ! INVALID_FIELD ASP-SEA-001 /seal
         buyer PROPOSE sealed                      -> ! INVALID_FIELD ASP-SEA-001 /seal
         buyer PROPOSE                             -> CONVERSING",
    );
}

#[test]
fn before_a_session_begins_there_is_no_group() {
    // ASP-SEA-005: nor anything that has to be sealed.
    for mode in CLOSED {
        check(&format!(
            "buyer PROPOSE with seller mediator! mode={mode}
             seller ACCEPT sealed                      -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
             seller INFORM group                       -> ! NOT_ALLOWED
             mediator REJECT                           -> FAILED(INVITATION_REJECTED)"
        ));
    }
    play(
        "sealed",
        "",
        "buyer PROPOSE with seller mode=MODE\nbuyer WITHDRAW clear -> FAILED(INVITATION_WITHDRAWN)",
    );
}

/// A statement with a seal, with this change to its JSON; what reading it comes to.
fn read(change: impl FnOnce(&mut Value)) -> Result<(), (Code, Option<&'static str>, Option<String>)> {
    let ledger = play("hybrid", GROUPED, "buyer QUERY");
    let (_, said) = ledger.stage.log.last().unwrap();
    let mut envelope: Value = serde_json::from_slice(&said.envelope()).unwrap();
    change(&mut envelope["statement"]);
    let bytes = serde_json_canonicalizer::to_vec(&envelope).unwrap();
    match Verified::from_envelope(&bytes) {
        Ok(_) => Ok(()),
        // It was changed, so nobody signed it like this; what is judged here comes before.
        Err(refusal) if refusal.code == Code::InvalidSignature => Ok(()),
        Err(refusal) => Err((refusal.code, refusal.rule, refusal.pointer)),
    }
}

#[test]
fn a_seal_is_an_object_of_three_members() {
    // ASP-SEA-001
    assert_eq!(read(|_| ()), Ok(()));
    assert_eq!(read(|it| it["seal"]["epoch"] = json!(7)), Ok(()));
    let refused = Err((Code::InvalidField, Some("ASP-SEA-001"), Some("/seal".to_owned())));
    let long = "A".repeat(65_536);
    type Change<'a> = Box<dyn Fn(&mut Value) + 'a>;
    let changes: [(&str, Change<'_>); 9] = [
        ("a list", Box::new(|it| it["seal"] = json!([it["seal"]["commitment"], it["seal"]["content"], 1]))),
        ("a text", Box::new(|it| it["seal"] = json!("seal"))),
        ("without an epoch", Box::new(|it| drop(it["seal"].as_object_mut().unwrap().remove("epoch")))),
        ("without content", Box::new(|it| drop(it["seal"].as_object_mut().unwrap().remove("content")))),
        ("with more", Box::new(|it| it["seal"]["key"] = json!("x"))),
        ("empty", Box::new(|it| it["seal"]["content"] = json!(""))),
        ("padded", Box::new(|it| it["seal"]["content"] = json!("AQI="))),
        ("a negative epoch", Box::new(|it| it["seal"]["epoch"] = json!(-1))),
        ("no hash", Box::new(|it| it["seal"]["commitment"] = json!("0000"))),
    ];
    for (name, change) in changes {
        assert_eq!(read(change), refused, "{name}");
    }
    assert_eq!(read(|it| it["seal"]["content"] = json!(long)), Ok(()), "48 KiB fit");
    assert!(read(|it| it["seal"]["content"] = json!(format!("{long}AAAA"))).is_err());
    assert!(read(|it| it["seal"] = Value::Null).is_err());
}
