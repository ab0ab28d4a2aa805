//! What stands in the clear where it has to be sealed: body by body, and member by member.

use asp_core::rejection::Code;
use asp_core::statement::Verified;
use asp_core::statement::body::Body;
use serde_json::{Value, json};

use crate::support::ledger::Ledger;
use crate::{CLOSED, play};

/// Four in a group.
const ALL: &str = "buyer PROPOSE with seller carrier mediator! mode=MODE
                   seller ACCEPT
                   carrier ACCEPT
                   mediator ACCEPT
                   buyer INFORM group
                   box = seller owes buyer goods 100 within 1h
                   buyer QUERY
                   ";

const OFFERED: &str = "buyer PROPOSE firm awaits seller\n";
const BOUND: &str = "buyer PROPOSE firm awaits seller\nseller ACCEPT\n";
const ASKED: &str = "buyer ESCALATE to mediator\n";

/// Where a member is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Secret {
    /// In both modes.
    Always,
    /// Where the node is to find no breach.
    Sealed,
}
use Secret::{Always, Sealed};

type Row = (&'static str, &'static str, &'static [(&'static str, &'static str, Secret)]);

const HASH: &str = r#""sha256:00000000000000000000000000000000000000000000000000000000000000aa""#;

/// What leads to a line, the line, and each member that its outline has not: where, and what is put there.
const SAID: [Row; 18] = [
    (
        "",
        "buyer PROPOSE",
        &[
            ("/reasoning", r#""because""#, Always),
            ("/packages/0/terms", r#"{"size":1}"#, Always),
            ("/packages/0/schema", HASH, Always),
            ("/packages/0/salt", r#""00000000000000000000000000000001""#, Always),
            ("/packages/0/hidden", "null", Always),
            ("/packages/0/obligations/0/what", r#""horses""#, Always),
            ("/packages/0/obligations/0/quantity", r#"{"amount":"5","unit":"horses"}"#, Always),
            ("/packages/0/obligations/0/shownBy", r#"{"method":"schema","schema":HASH}"#, Always),
            ("/packages/0/obligations/0/shownBy", r#"{"method":"digest"}"#, Sealed),
            (
                "/packages/0/obligations/0/shownBy",
                r#"{"by":"agent://carrier.example/a","method":"attestation"}"#,
                Sealed,
            ),
            ("/packages/0/obligations/0/due", r#"{"at":"2027-11-23T13:00:00.000Z"}"#, Sealed),
            ("/packages/0/obligations/0/value", r#"{"amount":"5","currency":"USD"}"#, Sealed),
            ("/packages/0/obligations/0/remedy", r#"{"cureMs":5}"#, Sealed),
            (
                "/packages/0/obligations/0/stages",
                r#"[{"id":"one","value":{"amount":"100","currency":"USD"},"what":""}]"#,
                Sealed,
            ),
            (
                "/packages/0/holds",
                r#"[{"amount":{"amount":"5","currency":"USD"},"id":"h","obligation":"goods","onFulfilled":"pay","payee":"agent://seller.example/a","payer":"agent://buyer.example/a"}]"#,
                Sealed,
            ),
        ],
    ),
    (
        OFFERED,
        "seller COUNTER cheap",
        &[
            ("/reasoning", r#""because""#, Always),
            ("/packages/0/terms", r#"{"size":1}"#, Always),
            ("/packages/0/obligations/0/what", r#""horses""#, Always),
            ("/packages/0/obligations/0/value", r#"{"amount":"5","currency":"USD"}"#, Sealed),
        ],
    ),
    (
        BOUND,
        "seller PROPOSE amendment to cheap",
        &[
            ("/package/terms", r#"{"size":1}"#, Always),
            ("/package/obligations/0/what", r#""horses""#, Always),
            ("/package/hidden", "null", Always),
            ("/package/obligations/0/value", r#"{"amount":"5","currency":"USD"}"#, Sealed),
        ],
    ),
    (BOUND, "seller PROPOSE termination", &[("/reason", r#""tired""#, Always)]),
    (OFFERED, "seller REJECT", &[("/reason", r#""no""#, Always)]),
    (OFFERED, "buyer WITHDRAW", &[("/reason", r#""no""#, Always)]),
    ("", "carrier WITHDRAW departure", &[("/reason", r#""no""#, Always)]),
    ("", "buyer QUERY", &[("/text", r#""why""#, Always), ("/data", r#"{"size":1}"#, Always)]),
    ("", "buyer QUERY to seller", &[("/text", r#""why""#, Always)]),
    ("", "buyer CLARIFY", &[("/text", r#""so""#, Always), ("/data", "{}", Always)]),
    ("", "buyer OBSERVE", &[("/text", r#""so""#, Always), ("/data", "{}", Always)]),
    ("", "buyer INFORM", &[("/text", r#""so""#, Always), ("/data", r#"{"size":1}"#, Always)]),
    (BOUND, "seller INFORM progress goods", &[("/text", r#""so""#, Always)]),
    (
        BOUND,
        "seller INFORM fulfilment goods",
        &[
            ("/evidence/text", r#""so""#, Always),
            ("/evidence", r#"{"method":"schema","result":{},"schema":HASH}"#, Always),
            ("/evidence", r#"{"digest":HASH,"method":"digest"}"#, Sealed),
        ],
    ),
    (
        "buyer PROPOSE firm awaits seller\nseller ACCEPT\nseller INFORM fulfilment goods\n",
        "buyer INFORM contest goods",
        &[("/text", r#""so""#, Always)],
    ),
    ("", "buyer ESCALATE to seller.example", &[("/question", r#""what""#, Always)]),
    (ASKED, "mediator ACCEPT", &[("/instructions", r#""go on""#, Always)]),
    ("", "buyer CLOSE", &[("/reason", r#""done""#, Always)]),
];

/// Puts a value at a place, or takes away what is there.
fn put(body: &mut Value, pointer: &str, value: &str) {
    let value: Value = serde_json::from_str(&value.replace("HASH", HASH)).unwrap();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => drop(parent.remove(name).unwrap()),
        value => drop(parent.insert(name.to_owned(), value)),
    }
}

/// The statement that a line makes after these.
fn said(before: &Ledger, line: &str) -> Verified {
    let mut ledger = before.clone();
    ledger.check(line);
    ledger.tried.unwrap().1
}

#[test]
fn every_body_with_a_secret_is_refused_in_the_clear() {
    // ASP-SEA-003, THR-SEAL-CLEAR
    let refused = "! CONTENT_IN_CLEAR ASP-SEA-003 /body";
    for mode in CLOSED {
        for (before, line, _) in SAID {
            let mut ledger = play(mode, ALL, before);
            if line.contains("CLOSE") || line.ends_with("mediator ACCEPT") {
                // Their usual words have nothing to hide.
                ledger.check(&format!("{line} clear"));
                continue;
            }
            // Neither by itself nor beside what is sealed.
            ledger.check(&format!("{line} clear -> {refused}\n{line} sealed:clear -> {refused}\n{line}"));
        }
    }
}

#[test]
fn every_secret_member_is_refused_in_the_clear() {
    // ASP-SEA-003, THR-SEAL-CLEAR
    let mut asked = 0;
    for mode in CLOSED {
        for (before, line, members) in SAID {
            let before = play(mode, ALL, before);
            let statement = said(&before, line).statement().clone();
            let who = line.split(' ').next().unwrap();
            for (pointer, value, secret) in members {
                let mut body = serde_json::to_value(&statement.body).unwrap();
                put(&mut body, pointer, value);
                let read = Body::from_json(statement.kind, &body.to_string());
                let body = read.unwrap_or_else(|refusal| panic!("{line} {pointer}: {refusal}"));
                assert_ne!(body, statement.body, "{line} {pointer}");
                let (reply, seal) = (statement.in_reply_to, statement.seal.clone());
                let came = before.clone().say(who, body, reply, seal);
                let refused = came == Err(Code::ContentInClear);
                assert_eq!(
                    refused,
                    *secret == Always || mode == "sealed",
                    "{mode}: {line} {pointer}: {came:?}"
                );
                asked += 1;
            }
        }
    }
    assert_eq!(asked, 2 * SAID.iter().map(|(_, _, members)| members.len()).sum::<usize>());
}

#[test]
fn in_an_open_session_nothing_is_hidden_salted_or_withheld() {
    // ASP-SEA-003
    let before = play("open", "buyer PROPOSE with seller\nseller ACCEPT\nbuyer QUERY\n", "");
    let statement = said(&before, "buyer PROPOSE").statement().clone();
    let withheld = r#"{"withheld":true}"#;
    let cases = [
        ("/packages/0/hidden", HASH, "ASP-SEA-003"),
        ("/packages/0/salt", r#""00000000000000000000000000000001""#, "ASP-SEA-003"),
        ("/packages/0/obligations/0/due", withheld, "ASP-SES-031"),
    ];
    for (pointer, value, rule) in cases {
        let mut body = serde_json::to_value(&statement.body).unwrap();
        put(&mut body, pointer, value);
        let body = Body::from_json(statement.kind, &body.to_string()).unwrap();
        let mut ledger = before.clone();
        assert_eq!(ledger.say("buyer", body, None, None), Err(Code::InvalidTerms), "{pointer}");
        assert_eq!(ledger.stage.refusal.unwrap().rule, Some(rule), "{pointer}");
    }
    // Nor is anything withheld where the node finds breaches.
    let before = play("hybrid", ALL, "");
    let statement = said(&before, "buyer PROPOSE").statement().clone();
    let mut body = serde_json::to_value(&statement.body).unwrap();
    put(&mut body, "/packages/0/obligations/0/due", withheld);
    let body = Body::from_json(statement.kind, &body.to_string()).unwrap();
    assert_eq!(before.clone().say("buyer", body, None, None), Err(Code::InvalidTerms));
    // And nothing but true is the word for it.
    let mut body = serde_json::to_value(&statement.body).unwrap();
    body["packages"][0]["obligations"][0]["due"] = json!({"withheld": false});
    assert!(Body::from_json(statement.kind, &body.to_string()).is_err());
}
