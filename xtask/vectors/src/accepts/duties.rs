//! What is told of obligations and what a session comes to: INFORM and CLOSE.

use asp_core::attestation::Claim;
use serde_json::{Value, json};

use super::money;
use crate::case::{Case, continuing};
use crate::people::{AUDIENCE, BUYER, CARRIER, NODE, SELLER, hash, key, opened};

pub(super) fn cases() -> Vec<Case> {
    [informs(), obligations(), closings()].concat()
}

fn inform(name: &str, by: &'static str, body: Value) -> Case {
    continuing("INFORM", name, &opened("session", "a session"), by, body)
}

fn informs() -> Vec<Case> {
    let data = json!({"kind": "note", "data": {"tonnes": 10, "sites": ["a", "b"]}, "text": "On its way."});
    let both = json!({"cost": money("1.25", "USD"), "kind": "usage", "tokens": 9_007_199_254_740_991_u64});
    vec![
        inform("note", SELLER, json!({"kind": "note", "text": "On its way."})),
        inform("note with data", SELLER, data),
        inform("usage in tokens", SELLER, json!({"kind": "usage", "tokens": 0})),
        inform("usage in money", SELLER, json!({"cost": money("0", "USD"), "kind": "usage"})).but(
            "of-nothing",
            "neither cost nor tokens",
            "",
            json!({"kind": "usage"}),
        ),
        inform("usage in both", SELLER, both),
    ]
}

fn obligations() -> Vec<Case> {
    let (commitment, obligation) = (hash("a commitment"), "steel");
    let about = |kind: &str| json!({"commitment": commitment, "kind": kind, "obligation": obligation});
    let with_words = |kind: &str| json!({"commitment": commitment, "kind": kind, "obligation": obligation, "text": "Look at it."});
    let of_stage = |kind: &str| json!({"commitment": commitment, "kind": kind, "obligation": obligation, "stage": "first"});
    let claim = json!({
        "attester": CARRIER, "audience": AUDIENCE, "commitment": commitment, "fulfilled": true,
        "obligation": obligation,
    });
    let whole_claim = json!({
        "attester": CARRIER, "audience": AUDIENCE, "commitment": commitment,
        "digest": hash("a sample"), "fulfilled": false, "obligation": obligation, "stage": "first",
    });
    let attested = |claim: &Value| {
        // What cannot be read is left for the reader of the vectors to refuse.
        let signed = serde_json::from_value(claim.clone()).map(|claim: Claim| claim.sign(&key("carrier")));
        json!({"attestation": signed.ok(), "method": "attestation"})
    };
    let result = json!({"method": "schema", "result": {"tonnes": 10}, "schema": hash("a schema")});
    let staged = json!({
        "commitment": commitment, "evidence": {"method": "acknowledgement", "text": "Done."}, "kind": "fulfilment",
        "obligation": obligation, "stage": "first",
    });
    let owed = json!({
        "commitment": commitment, "kind": "breach", "obligation": obligation, "owed": money("52.5", "USD"),
        "stage": "first",
    });
    let fulfilment = |evidence: &Value| json!({"commitment": commitment, "evidence": evidence, "kind": "fulfilment", "obligation": obligation});
    vec![
        inform("progress", SELLER, with_words("progress")),
        inform(
            "fulfilment by word",
            SELLER,
            fulfilment(&json!({"method": "acknowledgement", "text": "Done."})),
        ),
        inform(
            "fulfilment by digest",
            SELLER,
            fulfilment(&json!({"digest": hash("an artefact"), "method": "digest"})),
        )
        .but("digest-with-words", "a digest with words", "/evidence/text", json!("Done.")),
        inform("fulfilment by a result", SELLER, fulfilment(&result)).but(
            "result-that-is-none",
            "a result that is a list",
            "/evidence/result",
            json!([10]),
        ),
        inform("fulfilment by attestation", SELLER, fulfilment(&attested(&claim))).but(
            "attestation-without-log",
            "an attestation for no log",
            "/evidence/attestation/claim",
            json!({"attester": CARRIER, "commitment": commitment, "fulfilled": true, "obligation": obligation}),
        ),
        inform("fulfilment by an attestation with all that it can say", SELLER, fulfilment(&attested(&whole_claim))),
        inform("fulfilment of a stage", SELLER, staged),
        inform("acknowledgement of a stage", BUYER, of_stage("acknowledgement")),
        inform("silence about a stage", NODE, of_stage("silence")),
        inform("breach of a stage, with what is owed", NODE, owed),
        inform("acknowledgement", BUYER, about("acknowledgement")),
        inform("contest", BUYER, with_words("contest")),
        inform("breach", NODE, about("breach")),
        inform("silence", NODE, about("silence")),
    ]
}

fn closings() -> Vec<Case> {
    let stream = opened("session", "a session");
    let close = |name: &str, by: &'static str, body: Value| continuing("CLOSE", name, &stream, by, body);
    let receipt = |commitments: &Value, outcome: &str| {
        json!({
            "commitments": commitments, "count": 12, "head": hash("the statement before"), "outcome": outcome,
        })
    };
    let lines = json!([
        {"id": hash("a"), "state": "ACTIVE"},
        {"id": hash("b"), "state": "FULFILLED"},
        {"id": hash("c"), "state": "BREACHED"},
        {"id": hash("d"), "state": "TERMINATED"},
        {"id": hash("e"), "state": "AMENDED"},
    ]);
    let none = json!({"kind": "receipt", "reason": "", "receipt": receipt(&json!([]), "none")});
    let many = json!({"kind": "receipt", "reason": "All is done.", "receipt": receipt(&lines, "breached")});
    let timeout = json!({"kind": "timeout", "reason": "ABANDONED"});
    let timeout_receipt =
        json!({"kind": "timeout", "reason": "COMPLETED", "receipt": receipt(&lines, "contested")});
    vec![
        close("receipt without commitments", BUYER, none),
        close("receipt with commitments", BUYER, many),
        close("timeout", NODE, timeout),
        close("timeout with a receipt", NODE, timeout_receipt),
    ]
}
