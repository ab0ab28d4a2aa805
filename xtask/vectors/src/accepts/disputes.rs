//! What is said in disputes, what a package agrees on them, and the award that ends one.

use serde_json::{Value, json};

use super::money;
use crate::case::{Case, continuing, opening};
use crate::people::{ACME, BUYER, MEDIATOR, NODE, SELLER, hash, key_id, opaque, opened};

const NONCE: &str = "00112233445566778899aabbccddeeff";

pub(super) fn cases() -> Vec<Case> {
    [filings(), answers(), panels(), rulings(), awards()].concat()
}

/// All that a package can say of disputes.
pub(super) fn terms() -> Value {
    json!({
        "arbiter": MEDIATOR, "deposit": money("5", "USD"), "effect": "presumptive", "panel": {"level": 4, "size": 5}, "rungs": [0, 1, 2, 3],
        "windows": {"appealMs": 1, "ruleMs": 7_776_000_000_u64, "settleMs": 3_600_000, "voteMs": 60_000},
    })
}

fn exhibits() -> Value {
    json!([
        {"kind": "statement", "note": "It says so.", "statement": hash("a statement")},
        {"digest": hash("a photograph"), "kind": "digest", "note": ""},
    ])
}

/// What was sealed in two statements, shut to the keys of two.
fn disclosures() -> Value {
    let of = |statement: &str, to: &str| {
        json!({
            "content": opaque(&format!("{statement} for {to}"), 200), "enc": opaque("a point", 32), "statement": hash(statement),
            "to": key_id(to),
        })
    };
    json!([
        of("a sealed statement", MEDIATOR),
        of("a sealed statement", ACME),
        of("another sealed statement", ACME)
    ])
}

fn said(kind: &'static str, name: &str, by: &'static str, body: Value) -> Case {
    continuing(kind, name, &opened("dispute", "a dispute"), by, body)
}

fn filings() -> Vec<Case> {
    let least = json!({
        "against": SELLER, "claim": "Nothing came.", "commitment": hash("a commitment"), "evidence": [],
        "nonce": NONCE, "party": BUYER, "reason": "non-delivery", "session": hash("a session"), "severity": 1,
    });
    let whole = json!({
        "against": SELLER, "amount": money("100", "USD"), "claim": "", "commitment": hash("a commitment"),
        "disclosures": disclosures(), "evidence": exhibits(), "nonce": NONCE, "obligation": "steel", "party": BUYER, "reason": "not-as-agreed",
        "rules": terms(), "session": hash("a session"), "severity": 5,
    });
    vec![
        opening("dispute.file", "no more than it must say", "dispute:", BUYER, least)
            .but_of_type("consent.request")
            .but_numbered("opens in the middle", "sequence 1 of a stream that has no name yet", 1),
        opening("dispute.file", "with all that it can say", "dispute:", ACME, whole)
            .but("harmless", "a severity of 0", "/severity", json!(0))
            .but("rung-4", "a rung that there is not", "/rules/rungs", json!([0, 4]))
            .but("even-panel", "a panel of an even number", "/rules/panel/size", json!(4))
            .but("high-level", "a level that there is not", "/rules/panel/level", json!(5))
            .but("no-vote", "a window to vote of no time", "/rules/windows/voteMs", json!(0))
            .but("no-rungs", "no rung at all", "/rules/rungs", json!([]))
            .but("node-rules", "the node as arbiter", "/rules/arbiter", json!(NODE))
            .but("no-time", "a window of no time", "/rules/windows/ruleMs", json!(0)),
    ]
}

fn answers() -> Vec<Case> {
    let deny =
        json!({"accepts": false, "disclosures": disclosures(), "evidence": exhibits(), "text": "It came."});
    let admit = json!({"accepts": true, "evidence": [], "text": ""});
    let offer = json!({"amount": money("5", "USD"), "outcome": "partly", "text": "Let us share it."});
    let taken = json!({"outcome": "dismissed", "text": ""});
    let shown = json!({"disclosures": disclosures(), "evidence": exhibits()});
    let twice = disclosures().get(0).cloned().unwrap_or_default();
    vec![
        said("dispute.evidence", "more, with what was sealed", BUYER, shown)
            .but("disclosed-twice", "the same to the same key twice", "/disclosures", json!([twice, twice]))
            .but("nothing-disclosed", "no disclosure", "/disclosures", json!([]))
            .but(
                "large-point",
                "an encapsulated key of 65 bytes",
                "/disclosures/0/enc",
                json!(opaque("a point", 65)),
            ),
        said("dispute.respond", "a denial", SELLER, deny),
        said("dispute.respond", "an admission", SELLER, admit),
        said("dispute.evidence", "more", BUYER, json!({"evidence": exhibits()})).but(
            "of-nothing",
            "no exhibit",
            "/evidence",
            json!([]),
        ),
        said("dispute.settle", "an offer", BUYER, offer).but(
            "abusive",
            "an outcome that no side can offer",
            "/outcome",
            json!("abusive"),
        ),
        said("dispute.settle", "an offer that is taken", SELLER, taken).replying(),
        said("dispute.appeal", "an appeal", SELLER, json!({"reason": "It did come."})),
    ]
}

fn panels() -> Vec<Case> {
    let draw = json!({"candidates": 2, "ranked": [MEDIATOR, BUYER], "root": hash("a root")});
    let least = json!({"outcome": "dismissed", "reasons": "", "salt": NONCE});
    let whole = json!({
        "amount": money("5", "USD"), "outcome": "partly", "reasons": "Half of it came.", "salt": NONCE,
    });
    let ruled = json!({
        "amount": money("5", "USD"), "effect": "presumptive", "outcome": "partly", "reasons": "Most say so.", "rung": 2,
    });
    vec![
        said("dispute.convene", "the panel", NODE, json!({})),
        said("dispute.draw", "nobody", NODE, json!({"candidates": 0, "ranked": [], "root": hash("a root")})),
        said("dispute.draw", "some", NODE, draw).but(
            "twice",
            "somebody called twice",
            "/ranked",
            json!([MEDIATOR, MEDIATOR]),
        ),
        said("dispute.seat", "who sits", NODE, json!({"members": [MEDIATOR]})).but(
            "nobody",
            "nobody who sits",
            "/members",
            json!([]),
        ),
        said("dispute.commit", "a hidden vote", MEDIATOR, json!({"commitment": hash("a vote")})),
        said("dispute.vote", "no more than it must say", MEDIATOR, least).but(
            "undecided",
            "an outcome for which nobody votes",
            "/outcome",
            json!("undecided"),
        ),
        said("dispute.vote", "with all that it can say", MEDIATOR, whole),
        said("dispute.rule", "by the panel", NODE, ruled),
    ]
}

fn rulings() -> Vec<Case> {
    let replayed =
        json!({"effect": "binding", "outcome": "undecided", "reasons": "It is not in the log.", "rung": 0});
    let ruled = json!({
        "amount": money("100", "USD"), "effect": "advisory", "outcome": "abusive", "reasons": "", "rung": 3,
    });
    let whole = json!({"amount": money("100", "USD"), "effect": "binding", "outcome": "upheld", "rung": 1});
    vec![
        said("dispute.rule", "by the node", NODE, replayed).but(
            "rung-4",
            "a rung that there is not",
            "/rung",
            json!(4),
        ),
        said("dispute.rule", "by the arbiter", MEDIATOR, ruled),
        said("dispute.close", "undecided", NODE, json!({"outcome": "undecided"})),
        said("dispute.close", "with all that it can say", NODE, whole),
    ]
}

fn awards() -> Vec<Case> {
    let award = |becomes: &str, outcome: &str| {
        json!({
            "becomes": becomes, "commitment": hash("a commitment"), "dispute": hash("a dispute"), "kind": "award",
            "obligation": "steel", "outcome": outcome,
        })
    };
    let mut paid = award("breached", "upheld");
    if let Some(members) = paid.as_object_mut() {
        let pays = json!({"amount": money("100", "USD"), "from": SELLER, "to": BUYER});
        members.insert("pays".to_owned(), pays);
    }
    let inform =
        |name: &str, body: Value| continuing("INFORM", name, &opened("session", "a session"), NODE, body);
    vec![
        inform("award without payment", award("unchanged", "dismissed")),
        inform("award with payment", paid),
        inform("award that ends it", award("lapsed", "partly")),
    ]
}
