//! What is put on the table: invitations, offers, changes, and what is offered in their place.

use serde_json::{Value, json};

use super::{disputes, money};
use crate::case::{Case, continuing, opening};
use crate::people::{BUYER, CARRIER, GLOBEX, MEDIATOR, SELLER, after, hash, opened};

const NONCE: &str = "ffeeddccbbaa99887766554433221100";

pub(super) fn cases() -> Vec<Case> {
    [invitations(), offers(), changes(), counters()].concat()
}

fn invitations() -> Vec<Case> {
    let least = json!({
        "capability": "procure.metal", "consents": [], "kind": "session-invitation", "limits": {},
        "mode": "open", "nonce": NONCE,
        "participants": [{"agent": BUYER, "role": "initiator"}, {"agent": SELLER, "role": "party"}],
        "purpose": "Ten tonnes of steel",
    });
    let whole = json!({
        "capability": "procure.metal", "consents": [hash("a consent"), hash("another consent")],
        "kind": "session-invitation", "limits": all_limits(), "mode": "open", "nonce": NONCE,
        "participants": [
            {"agent": BUYER, "role": "initiator"},
            {"agent": SELLER, "required": true, "role": "party"},
            {"agent": MEDIATOR, "role": "mediator"},
            {"agent": CARRIER, "required": false, "role": "observer"},
        ],
        "purpose": "Ten tonnes of steel",
        "schemas": [{"hash": hash("a starter")}, {"by": GLOBEX, "hash": hash("a schema")}],
    });
    vec![
        opening("PROPOSE", "invitation, no more than it must say", "session:", BUYER, least)
            .but_of_type("consent.request")
            .but_numbered("opens in the middle", "sequence 1 of a stream that has no name yet", 1),
        opening("PROPOSE", "invitation, with all that it can say", "session:", BUYER, whole)
            .but("budget-of-nothing", "a budget of neither cost nor tokens", "/limits/budget", json!({}))
            .but(
                "schema-twice",
                "the same schema offered twice, by two organisations",
                "/schemas/1/hash",
                json!(hash("a starter")),
            ),
    ]
}

/// Each limit at a bound of its own.
fn all_limits() -> Value {
    json!({
        "budget": {"cost": money("3.5", "USD"), "tokens": 200_000},
        "ceiling": money("999999999999999999.999999999", "USD"),
        "escalationMs": 31_622_400_000_u64, "invitationMs": 1, "messages": 10_000, "responseMs": 60_000,
        "rounds": 1, "sessionMs": 3_600_000, "trustFloor": {"score": 100, "value": money("5000", "USD")},
    })
}

/// The seller owes steel, shown by its creditor's word alone.
fn steel() -> Value {
    json!({
        "creditor": BUYER, "debtor": SELLER, "due": {"at": after(3_600)}, "id": "steel",
        "shownBy": {"method": "acknowledgement"}, "value": money("5000", "USD"), "what": "Ten tonnes of steel",
    })
}

/// The buyer pays once the steel has come, with all that an obligation can have.
fn payment() -> Value {
    json!({
        "acknowledgeMs": 60_000, "creditor": SELLER, "debtor": BUYER,
        "due": {"after": "steel", "withinMs": 86_400_000}, "id": "payment",
        "quantity": {"amount": "0.5", "unit": "transfer"},
        "remedy": {
            "cap": money("100", "USD"), "cureMs": 86_400_000, "penalty": money("50", "USD"),
            "penaltyPerDay": money("2.5", "USD"),
        },
        "shownBy": {"digest": hash("the bank's statement"), "method": "digest"},
        "value": money("5000", "USD"), "what": "The price",
    })
}

/// A report in three stages, shown in three ways.
fn report() -> Value {
    json!({
        "creditor": BUYER, "debtor": SELLER, "due": {"at": after(7_200)}, "id": "report",
        "shownBy": {"method": "schema", "schema": hash("a schema")},
        "stages": [
            {
                "due": {"at": after(3_600)}, "id": "draft",
                "shownBy": {"by": GLOBEX, "method": "schema", "schema": hash("another schema")},
                "value": money("20", "USD"), "what": "A draft",
            },
            {
                "id": "figures", "shownBy": {"by": CARRIER, "method": "attestation"},
                "value": money("30", "USD"), "what": "The figures",
            },
            {"id": "final", "value": money("50", "USD"), "what": "The report"},
        ],
        "value": money("100", "USD"), "what": "A report on the steel",
    })
}

fn package(obligations: &[Value]) -> Value {
    json!({"obligations": obligations, "terms": {}})
}

/// An offer with all that it can have.
fn whole_offer(kind: &str) -> Value {
    let mut free = payment();
    if let Value::Object(members) = &mut free {
        // Any digest will do, and nothing follows from being late.
        members.insert("shownBy".to_owned(), json!({"method": "digest"}));
        members.insert("remedy".to_owned(), json!({}));
    }
    json!({
        "answers": ["REJECT", "ACCEPT", "COUNTER"], "awaits": [SELLER, CARRIER], "binding": true, "kind": kind,
        "packages": [
            {"disputes": disputes::terms(), "obligations": [steel(), payment()], "schema": hash("a schema"), "terms": {"grade": "S235", "tonnes": 10}},
            package(&[steel(), free]),
            package(&[report()]),
        ],
        "quorum": 32, "reasoning": "Steel is cheap this month.", "respondBy": after(120),
    })
}

fn offers() -> Vec<Case> {
    let stream = opened("session", "a session");
    let least = json!({"binding": false, "kind": "proposal", "packages": [package(&[steel()])]});
    let of_wrong = |words: &str| json!({"method": words});
    vec![
        continuing("PROPOSE", "proposal, no more than it must say", &stream, BUYER, least)
            .but_numbered("opens by name", "sequence 0 of a stream that has a name", 0)
            .but("kind-of-another-performative", "a kind that COUNTER has", "/kind", json!("counter-offer"))
            .but(
                "showing-with-more",
                "an acknowledgement that names a digest",
                "/packages/0/obligations/0/shownBy",
                json!({"digest": hash("an artefact"), "method": "acknowledgement"}),
            )
            .but(
                "showing-unknown",
                "a way to show fulfilment that there is not",
                "/packages/0/obligations/0/shownBy",
                of_wrong("oath"),
            ),
        continuing("PROPOSE", "proposal, with all that it can say", &stream, BUYER, whole_offer("proposal"))
            .but("answer-that-is-none", "an answer that no offer has", "/answers/0", json!("COMMIT"))
            .but(
                "stages-none",
                "an obligation with an empty list of stages",
                "/packages/2/obligations/0/stages",
                json!([]),
            )
            .but(
                "attested-by-nobody",
                "an attestation by nobody in particular",
                "/packages/2/obligations/0/stages/1/shownBy",
                of_wrong("attestation"),
            )
            .but(
                "due-twice",
                "a due time and another obligation to wait for",
                "/packages/0/obligations/1/due",
                json!({"after": "steel", "at": after(60), "withinMs": 1}),
            ),
    ]
}

fn changes() -> Vec<Case> {
    let stream = opened("session", "a session");
    let commitment = hash("a commitment");
    let amendment = json!({"commitment": commitment, "kind": "amendment", "package": package(&[steel()])});
    let amendment_until = json!({
        "commitment": commitment, "kind": "amendment", "package": package(&[steel(), payment()]),
        "respondBy": after(60),
    });
    let termination = json!({"commitment": commitment, "kind": "termination", "reason": "no need"});
    let termination_until =
        json!({"commitment": commitment, "kind": "termination", "reason": "", "respondBy": after(60)});
    let admission = json!({"agent": CARRIER, "consents": [], "kind": "admission", "role": "party"});
    let admission_until = json!({
        "agent": CARRIER, "consents": [hash("a consent")], "kind": "admission", "respondBy": after(60),
        "role": "observer",
    });
    vec![
        continuing("PROPOSE", "amendment", &stream, BUYER, amendment),
        continuing("PROPOSE", "amendment, open until an instant", &stream, BUYER, amendment_until),
        continuing("PROPOSE", "termination", &stream, BUYER, termination),
        continuing("PROPOSE", "termination, open until an instant", &stream, BUYER, termination_until),
        continuing("PROPOSE", "admission", &stream, BUYER, admission).but(
            "second-initiator",
            "a newcomer that is to be the initiator",
            "/role",
            json!("initiator"),
        ),
        continuing("PROPOSE", "admission, open until an instant", &stream, BUYER, admission_until),
    ]
}

fn counters() -> Vec<Case> {
    let stream = opened("session", "a session");
    let least = json!({"binding": false, "kind": "counter-offer", "packages": [package(&[steel()])]});
    let conditions = json!({"kind": "conditions", "limits": {}});
    let conditions_whole =
        json!({"kind": "conditions", "limits": all_limits(), "schemas": [{"hash": hash("a starter")}]});
    vec![
        continuing("COUNTER", "conditions, no more than they must say", &stream, SELLER, conditions)
            .replying(),
        continuing("COUNTER", "conditions, with all that they can say", &stream, SELLER, conditions_whole)
            .replying()
            .but("budget-of-nothing", "a budget of neither cost nor tokens", "/limits/budget", json!({})),
        continuing("COUNTER", "counter-offer, no more than it must say", &stream, SELLER, least)
            .replying()
            .but("kind-of-another-performative", "a kind that PROPOSE has", "/kind", json!("proposal")),
        continuing(
            "COUNTER",
            "counter-offer, with all that it can say",
            &stream,
            SELLER,
            whole_offer("counter-offer"),
        )
        .replying(),
    ]
}
