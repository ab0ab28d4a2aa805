//! Terms schemas in a session: offered, shared, followed.

use crate::support::ledger::check;

#[test]
fn terms_follow_a_schema_that_all_who_came_in_speak() {
    // ASP-TRM-004, ASP-TRM-005, ASP-TRM-006
    check(
        "seller.example SCHEMA box upto 9
         buyer.example SCHEMA crate upto 99
         buyer PROPOSE with seller schemas=box,nothing  -> ! UNKNOWN_SCHEMA ASP-TRM-004 /body/schemas/1
         buyer PROPOSE with seller schemas=box,box      -> ! INVALID_BODY ASP-STM-015 /body/schemas
         buyer PROPOSE with seller schemas=box,crate
         seller ACCEPT speaking=nothing                 -> ! SCHEMA_NOT_SHARED ASP-TRM-005 /body/schemas
         seller ACCEPT speaking=box,nothing             -> INTRODUCED
         buyer PROPOSE goods                            -> ! TERMS_DO_NOT_FIT ASP-TRM-006 /body/packages/0/schema
         buyer PROPOSE goods in crate 3                 -> ! TERMS_DO_NOT_FIT ASP-TRM-006 /body/packages/0/schema
         buyer PROPOSE goods in box none                -> ! TERMS_DO_NOT_FIT ASP-TRM-006 /body/packages/0/terms
         buyer PROPOSE goods in box 10                  -> ! TERMS_DO_NOT_FIT ASP-TRM-006 /body/packages/0/terms/size
         buyer PROPOSE goods or cheap in box 10         -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE firm goods in box 9              -> CONVERSING
         seller COUNTER firm cheap in box 0             -> ! TERMS_DO_NOT_FIT
         seller COUNTER firm cheap in box 1             -> CONVERSING
         buyer ACCEPT                                   -> EXECUTING",
    );
}

#[test]
fn conditions_can_offer_other_schemas() {
    // ASP-TRM-004
    check(
        "seller.example SCHEMA box upto 9
         buyer.example SCHEMA crate upto 99
         buyer PROPOSE with seller schemas=crate
         seller COUNTER conditions schemas=other         -> ! UNKNOWN_SCHEMA
         seller COUNTER conditions schemas=box           -> INVITED
         buyer ACCEPT                                    -> INTRODUCED
         buyer PROPOSE goods in crate 3                  -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE goods in box 3                    -> CONVERSING",
    );
    check(
        "seller.example SCHEMA box upto 9
         buyer PROPOSE with seller carrier schemas=box
         seller ACCEPT speaking=box
         carrier COUNTER conditions rounds=9             -> INVITED
         seller ACCEPT
         buyer ACCEPT                                    -> INTRODUCED
         buyer PROPOSE goods in box 3                    -> CONVERSING",
    );
}

#[test]
fn without_schemas_any_terms_will_do_and_none_is_named() {
    // ASP-TRM-006
    check(
        "seller.example SCHEMA box upto 9
         buyer PROPOSE with seller
         seller ACCEPT speaking=box                      -> ! SCHEMA_NOT_SHARED
         seller ACCEPT
         buyer PROPOSE goods in box 3                    -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE goods                             -> CONVERSING",
    );
}

#[test]
fn a_newcomer_speaks_all_schemas_of_the_session() {
    // ASP-TRM-005
    check(
        "seller.example SCHEMA box upto 9
         buyer PROPOSE with seller schemas=box
         seller ACCEPT
         buyer PROPOSE admission of carrier
         seller ACCEPT admission
         carrier ACCEPT introduction speaking=crate      -> ! SCHEMA_NOT_SHARED
         carrier ACCEPT introduction                     -> CONVERSING",
    );
}

#[test]
fn an_alias_has_one_schema_per_version() {
    // ASP-TRM-003
    check(
        "seller.example SCHEMA box upto 9
         seller.example SCHEMA box upto 10               -> ! SCHEMA_VERSION_TAKEN ASP-TRM-003 /body/version
         seller.example SCHEMA crate upto 9              -> ! SCHEMA_VERSION_TAKEN ASP-TRM-003 /body/schema
         buyer.example SCHEMA box upto 9",
    );
    let mut ledger = check("");
    for number in 0..asp_core::limits::SCHEMAS_MAX {
        ledger.check(&format!("seller.example SCHEMA box{number} upto {}", number + 1));
    }
    ledger.check("seller.example SCHEMA more upto 1000 -> ! TOO_MANY_SCHEMAS ASP-TRM-003 /type");
}
