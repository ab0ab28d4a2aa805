//! What is said in a session that is sealed, and by hand beside each body what the node sees of it in either mode.

use asp_core::attestation::Claim;
use asp_core::position::Hash;
use asp_core::statement::draft::canonical;
use serde_json::{Value, json};

use super::people::{ACME, AUDIENCE, BUYER, CARRIER, GLOBEX, MEDIATOR, SELLER, after, hash, key, opaque};

/// A body, and its outlines.
pub(super) struct Said {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) body: Value,
    pub(super) hybrid: Value,
    pub(super) sealed: Value,
}

/// Every kind of body that a participant says after the invitation.
pub(super) fn all() -> Vec<Said> {
    [words(), offers(), answers(), fulfilments(), others()].into_iter().flatten().collect()
}

/// Who says what is of this type here.
pub(super) fn issuer(kind: &str) -> &'static str {
    match kind {
        "PROPOSE" | "COMMIT" | "ESCALATE" | "QUERY" | "CLOSE" => BUYER,
        "OBSERVE" => CARRIER,
        _ => SELLER,
    }
}

/// Of which everybody sees the same in both modes.
fn said(kind: &'static str, name: &str, body: Value, outline: Value) -> Said {
    Said { kind, name: name.to_owned(), body, hybrid: outline.clone(), sealed: outline }
}

/// Which hides nothing.
fn clear(kind: &'static str, name: &str, body: Value) -> Said {
    said(kind, name, body.clone(), body)
}

fn words() -> Vec<Said> {
    let data = json!({"sites": ["a", "b"], "tonnes": 10});
    let asked =
        json!({"awaits": SELLER, "data": {"sample": true}, "respondBy": after(30), "text": "Which grade?"});
    let seen = json!({"awaits": SELLER, "respondBy": after(30), "text": ""});
    let file = json!({
        "file": {
            "chunks": [hash("a chunk"), hash("another chunk")], "digest": hash("a file"),
            "key": opaque("the key of a file", 32), "mediaType": "application/pdf", "name": "offer.pdf", "size": 1_048_577,
        },
        "kind": "file", "text": "As agreed.",
    });
    let (long, longer) = ("x".repeat(4_096), json!({"a": "y".repeat(40_000)}));
    vec![
        said(
            "INFORM",
            "a note",
            json!({"kind": "note", "text": "On its way."}),
            json!({"kind": "note", "text": ""}),
        ),
        said(
            "INFORM",
            "a note with data",
            json!({"data": data, "kind": "note", "text": "é \"quoted\" \u{1f4e6}\n"}),
            json!({"kind": "note", "text": ""}),
        ),
        said(
            "INFORM",
            "a note in the last size",
            json!({"data": longer, "kind": "note", "text": long}),
            json!({"kind": "note", "text": ""}),
        ),
        said("INFORM", "a file", file, json!({"kind": "note", "text": ""})),
        said("QUERY", "a question", json!({"text": "Which grade?"}), json!({"text": ""})),
        said("QUERY", "a question with all that it can say", asked, seen),
        said("CLARIFY", "an answer", json!({"data": {}, "text": "S235."}), json!({"text": ""})),
        said("OBSERVE", "a remark", json!({"data": {"n": -7}, "text": "Noted."}), json!({"text": ""})),
        clear("INFORM", "a cost", json!({"kind": "usage", "tokens": 1_200})),
    ]
}

/// The seller owes steel.
pub(super) fn steel() -> Value {
    json!({
        "creditor": BUYER, "debtor": SELLER, "due": {"at": after(3_600)}, "id": "steel",
        "shownBy": {"method": "schema", "schema": hash("a schema")}, "value": money("5000"),
        "quantity": {"amount": "10", "unit": "tonne"}, "what": "Ten tonnes of steel",
    })
}

fn steel_hybrid() -> Value {
    json!({
        "creditor": BUYER, "debtor": SELLER, "due": {"at": after(3_600)}, "id": "steel",
        "shownBy": {"method": "acknowledgement"}, "value": money("5000"), "what": "",
    })
}

/// What the node sees of that in a sealed session.
pub(super) fn steel_sealed() -> Value {
    withheld("steel", SELLER, BUYER)
}

fn money(amount: &str) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn withheld(id: &str, debtor: &str, creditor: &str) -> Value {
    json!({
        "creditor": creditor, "debtor": debtor, "due": {"withheld": true}, "id": id,
        "shownBy": {"method": "acknowledgement"}, "value": {"amount": "0", "currency": "XXX"}, "what": "",
    })
}

/// The price, with all that an obligation can have.
fn price() -> Value {
    json!({
        "acknowledgeMs": 60_000, "creditor": SELLER, "debtor": BUYER,
        "due": {"after": "steel", "withinMs": 86_400_000}, "id": "price",
        "quantity": {"amount": "0.5", "unit": "transfer"},
        "remedy": {"cap": money("100"), "cureMs": 86_400_000, "penalty": money("50")},
        "shownBy": {"digest": hash("the bank's statement"), "method": "digest"},
        "stages": [
            {
                "due": {"at": after(3_600)}, "id": "half", "shownBy": {"method": "schema", "schema": hash("a schema")},
                "value": money("2500"), "what": "Half of it",
            },
            {"id": "rest", "shownBy": {"by": CARRIER, "method": "attestation"}, "value": money("2500"), "what": "The rest"},
        ],
        "value": money("5000"), "what": "The price",
    })
}

fn price_hybrid() -> Value {
    json!({
        "acknowledgeMs": 60_000, "creditor": SELLER, "debtor": BUYER,
        "due": {"after": "steel", "withinMs": 86_400_000}, "id": "price",
        "remedy": {"cap": money("100"), "cureMs": 86_400_000, "penalty": money("50")},
        "shownBy": {"digest": hash("the bank's statement"), "method": "digest"},
        "stages": [
            {
                "due": {"at": after(3_600)}, "id": "half", "shownBy": {"method": "acknowledgement"},
                "value": money("2500"), "what": "",
            },
            {"id": "rest", "shownBy": {"by": CARRIER, "method": "attestation"}, "value": money("2500"), "what": ""},
        ],
        "value": money("5000"), "what": "",
    })
}

fn price_sealed() -> Value {
    let mut outline = withheld("price", BUYER, SELLER);
    if let Value::Object(members) = &mut outline {
        members.insert("acknowledgeMs".to_owned(), json!(60_000));
    }
    outline
}

/// A package in full, in hybrid and in sealed.
fn packages() -> [[Value; 2]; 3] {
    let disputes = json!({"arbiter": MEDIATOR, "deposit": money("5"), "rungs": [0, 1, 2]});
    let holds = json!([{
        "amount": money("5000"), "id": "deposit", "obligation": "steel", "onFulfilled": "pay", "payee": SELLER,
        "payer": BUYER, "settles": "price",
    }]);
    let whole = json!({
        "disputes": disputes, "holds": holds, "obligations": [steel(), price()],
        "salt": "00112233445566778899aabbccddeeff", "schema": hash("a schema"),
        "terms": {"grade": "S235", "tonnes": 10},
    });
    let plain = json!({"obligations": [steel()], "salt": "ffeeddccbbaa99887766554433221100", "terms": {}});
    let [whole_hash, plain_hash] =
        [&whole, &plain].map(|package| Hash::of(&[b"asp/1.0/terms\n", &canonical(package)]));
    let hybrid = json!({
        "disputes": disputes, "hidden": whole_hash, "holds": holds, "obligations": [steel_hybrid(), price_hybrid()],
        "terms": {},
    });
    let sealed = json!({
        "disputes": disputes, "hidden": whole_hash, "obligations": [steel_sealed(), price_sealed()], "terms": {},
    });
    let plainly = |obligation: Value| json!({"hidden": plain_hash, "obligations": [obligation], "terms": {}});
    [[whole, plain], [hybrid, plainly(steel_hybrid())], [sealed, plainly(steel_sealed())]]
}

fn offers() -> Vec<Said> {
    let [full, hybrid, sealed] = packages();
    let least = |kind: &str, [_, package]: &[Value; 2]| json!({"binding": false, "kind": kind, "packages": [package]});
    let whole = |kind: &str, packages: &[Value; 2], reasoning: Option<&str>| {
        let mut offer = json!({
            "answers": ["COUNTER", "ACCEPT", "REJECT"], "awaits": [SELLER, CARRIER], "binding": true, "kind": kind,
            "packages": packages, "quorum": 2, "respondBy": after(120),
        });
        if let (Value::Object(members), Some(reasoning)) = (&mut offer, reasoning) {
            members.insert("reasoning".to_owned(), json!(reasoning));
        }
        offer
    };
    let amendment = |[package, _]: &[Value; 2]| json!({"commitment": hash("a commitment"), "kind": "amendment", "package": package, "respondBy": after(60)});
    let made = |kind, name: &str, make: &dyn Fn(&[Value; 2]) -> Value| Said {
        kind,
        name: name.to_owned(),
        body: make(&full),
        hybrid: make(&hybrid),
        sealed: make(&sealed),
    };
    let reasoned = |name: &str, kind: &'static str, offer: &str| Said {
        kind,
        name: name.to_owned(),
        body: whole(offer, &full, Some("Steel is cheap this month.")),
        hybrid: whole(offer, &hybrid, None),
        sealed: whole(offer, &sealed, None),
    };
    let ended = |reason: &str| json!({"commitment": hash("a commitment"), "kind": "termination", "reason": reason, "respondBy": after(60)});
    vec![
        made("PROPOSE", "an offer, no more than it must say", &|packages| least("proposal", packages)),
        reasoned("an offer with all that it can say", "PROPOSE", "proposal"),
        made("PROPOSE", "an amendment", &amendment),
        said("PROPOSE", "a termination", ended("No need."), ended("")),
        clear("PROPOSE", "an admission", {
            json!({"agent": CARRIER, "consents": [hash("a consent")], "kind": "admission", "role": "observer"})
        }),
        made("COUNTER", "a counter-offer", &|packages| least("counter-offer", packages)),
        reasoned("a counter-offer with all that it can say", "COUNTER", "counter-offer"),
    ]
}

fn answers() -> Vec<Said> {
    let resumed = json!({"decidedBy": "Ada", "instructions": "Split the cost.", "kind": "resumption"});
    let because = |kind: Option<&str>, reason: &str| match kind {
        Some(kind) => json!({"kind": kind, "reason": reason}),
        None => json!({"reason": reason}),
    };
    vec![
        clear("ACCEPT", "an acceptance", json!({"kind": "acceptance", "termsHash": hash("terms")})),
        clear("ACCEPT", "an admission taken", json!({"kind": "admission"})),
        said("ACCEPT", "a resumption", resumed, json!({"decidedBy": "Ada", "kind": "resumption"})),
        said("REJECT", "a refusal", because(None, "too dear"), because(None, "")),
        clear("COMMIT", "a commit", json!({"termsHash": hash("terms")})),
        said(
            "WITHDRAW",
            "a withdrawal",
            because(Some("withdrawal"), "sold out"),
            because(Some("withdrawal"), ""),
        ),
        said(
            "WITHDRAW",
            "a departure",
            because(Some("departure"), "no interest"),
            because(Some("departure"), ""),
        ),
    ]
}

fn fulfilments() -> Vec<Said> {
    let about = |kind: &str, text: &str| json!({"commitment": hash("a commitment"), "kind": kind, "obligation": "steel", "text": text});
    let shown = |evidence: &Value| json!({"commitment": hash("a commitment"), "evidence": evidence, "kind": "fulfilment", "obligation": "steel", "stage": "half"});
    let blank = json!({"method": "acknowledgement", "text": ""});
    let claim = json!({
        "attester": CARRIER, "audience": AUDIENCE, "commitment": hash("a commitment"), "fulfilled": true,
        "obligation": "steel",
    });
    // What cannot be read is left for the reader of the vectors to refuse.
    let signed = serde_json::from_value(claim).map(|claim: Claim| claim.sign(&key("carrier"))).ok();
    let attested = json!({"attestation": signed, "method": "attestation"});
    let digest = json!({"digest": hash("an artefact"), "method": "digest"});
    let result = json!({"method": "schema", "result": {"tonnes": 10}, "schema": hash("a schema")});
    let by_word = json!({"method": "acknowledgement", "text": "Done."});
    let shows = |name: &str, evidence: &Value, hybrid: &Value| Said {
        kind: "INFORM",
        name: name.to_owned(),
        body: shown(evidence),
        hybrid: shown(hybrid),
        sealed: shown(&blank),
    };
    vec![
        said("INFORM", "progress", about("progress", "Loaded."), about("progress", "")),
        said("INFORM", "a contest", about("contest", "It is rusty."), about("contest", "")),
        clear("INFORM", "an acknowledgement", {
            json!({"commitment": hash("a commitment"), "kind": "acknowledgement", "obligation": "steel"})
        }),
        shows("a fulfilment by word", &by_word, &blank),
        shows("a fulfilment by digest", &digest, &digest),
        shows("a fulfilment by a result", &result, &blank),
        shows("a fulfilment by attestation", &attested, &attested),
    ]
}

fn others() -> Vec<Said> {
    let asked = |question: &str| json!({"authority": ACME, "contact": "Ada", "question": question});
    let closed = |reason: &str| {
        let receipt =
            json!({"commitments": [], "count": 12, "head": hash("the statement before"), "outcome": "none"});
        json!({"kind": "receipt", "reason": reason, "receipt": receipt})
    };
    let mandate = json!({
        "ceiling": money("100"), "expiresAt": after(3_600), "performatives": ["ACCEPT"], "to": CARRIER,
    });
    vec![
        clear("DELEGATE", "a mandate", mandate),
        said("ESCALATE", "an escalation", asked("Who pays for the delay?"), asked("")),
        said("CLOSE", "a receipt", closed("All is done."), closed("")),
        clear(
            "COUNTER",
            "conditions",
            json!({"kind": "conditions", "limits": {}, "schemas": [{"by": GLOBEX, "hash": hash("a schema")}]}),
        ),
    ]
}
