//! Accounts: what organisations ask for, and what the node says became of it. Money that packages ask to hold.

use serde_json::json;

use super::money;
use crate::case::{Case, continuing, opening};
use crate::people::{ACME, BUYER, NODE, SELLER, after, hash, opened};

const ACCOUNT: &str = "account:acme.example";

pub(super) fn cases() -> Vec<Case> {
    [accounts(), holds()].concat()
}

fn accounts() -> Vec<Case> {
    let deposit = hash("a deposit");
    let withdrawal = hash("a withdrawal");
    let credit = json!({"amount": money("100", "USD"), "deposit": deposit, "evidence": "pay_1"});
    vec![
        opening("account.open", "the first currency", ACCOUNT, ACME, json!({"currency": "USD"}))
            .but_of_type("org.register"),
        continuing("account.open", "a further currency", ACCOUNT, ACME, json!({"currency": "JPY"})),
        continuing(
            "account.deposit",
            "a deposit",
            ACCOUNT,
            ACME,
            json!({"amount": money("100.5", "USD"), "reference": "INV-7"}),
        ),
        continuing("account.credit", "it came", ACCOUNT, NODE, credit),
        continuing(
            "account.credit",
            "it came, by hand",
            ACCOUNT,
            NODE,
            json!({"amount": money("100", "USD"), "deposit": deposit}),
        ),
        continuing(
            "account.refuse",
            "it did not come",
            ACCOUNT,
            NODE,
            json!({"deposit": deposit, "reason": "declined"}),
        ),
        continuing(
            "account.withdraw",
            "a withdrawal",
            ACCOUNT,
            ACME,
            json!({"amount": money("7", "JPY"), "destination": "iban:DE02120300000000202051"}),
        ),
        continuing("account.paid", "it went out", ACCOUNT, NODE, json!({"withdrawal": withdrawal})),
        continuing(
            "account.paid",
            "it went out, with evidence",
            ACCOUNT,
            NODE,
            json!({"evidence": "po_1", "withdrawal": withdrawal}),
        ),
        continuing(
            "account.returned",
            "it did not go out",
            ACCOUNT,
            NODE,
            json!({"reason": "no such account", "withdrawal": withdrawal}),
        ),
    ]
}

fn holds() -> Vec<Case> {
    let stream = opened("session", "a session");
    let steel = json!({
        "creditor": BUYER, "debtor": SELLER, "due": {"at": after(3_600)}, "id": "steel",
        "shownBy": {"method": "acknowledgement"}, "value": money("5000", "USD"), "what": "Ten tonnes of steel",
    });
    let price = json!({
        "amount": money("5000", "USD"), "id": "price", "obligation": "steel", "onFulfilled": "pay",
        "payee": SELLER, "payer": BUYER, "settles": "payment",
    });
    let bond = json!({
        "amount": money("500", "USD"), "id": "bond", "obligation": "steel", "onFulfilled": "return",
        "payee": BUYER, "payer": SELLER,
    });
    let package = json!({"holds": [price, bond], "obligations": [steel], "terms": {}});
    let offer = json!({"binding": true, "kind": "proposal", "packages": [package]});
    let end = json!({
        "commitment": hash("a commitment"), "kind": "termination", "reason": "half done",
        "shares": [{"hold": "price", "payee": money("2500", "USD")}],
    });
    vec![
        continuing("PROPOSE", "proposal, that asks to hold money", &stream, BUYER, offer).but(
            "held-for-nothing",
            "a list of holds that holds nothing",
            "/packages/0/holds",
            json!([]),
        ),
        continuing("PROPOSE", "termination, that divides what is held", &stream, BUYER, end),
    ]
}
