//! What is sealed, and what keeps the channel: key packages, groups, what nobody could read, seals of statements.

use asp_core::limits;
use asp_core::rejection::Code;
use serde_json::{Value, json};

use super::money;
use crate::case::{Case, continuing, opening};
use crate::people::{ACME, BUYER, CARRIER, GLOBEX, SELLER, after, hash, key_id, opaque, opened};

const AGENT: &str = "agent:agent://acme.example/procurement/buyer";
/// Random bits of the invitations here.
const NONCE: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

pub(super) fn cases() -> Vec<Case> {
    [packages(), modes(), groups(), files(), seals()].concat()
}

fn packages() -> Vec<Case> {
    let publish = |name: &str, packages: Value| {
        continuing("agent.keypackage.publish", name, AGENT, BUYER, json!({"packages": packages}))
    };
    let content = |name: &str| json!({"content": opaque(name, 320)});
    let last = json!({"content": opaque("the last package", 320), "lastResort": true});
    let large = |bytes: usize| json!([{"content": opaque("a large package", bytes)}]);
    vec![
        publish("one", json!([content("a package")])).but(
            "the same twice",
            "the same key package twice, once as the last resort",
            "/packages",
            json!([content("a package"), {"content": opaque("a package", 320), "lastResort": true}]),
        ),
        publish("two, of which one is the last resort", json!([content("a package"), last])),
        publish("one as large as may be", large(limits::KEY_PACKAGE_BYTES_MAX)).but(
            "one byte more",
            "a key package of 4,097 bytes",
            "/packages",
            large(limits::KEY_PACKAGE_BYTES_MAX + 1),
        ),
    ]
}

/// Invitations to sessions that the node does not read, and what has no seal.
fn modes() -> Vec<Case> {
    let invitation = |mode: &str| {
        json!({
            "capability": "procure.metal", "consents": [], "kind": "session-invitation", "limits": {},
            "mode": mode, "nonce": NONCE,
            "participants": [{"agent": BUYER, "role": "initiator"}, {"agent": SELLER, "role": "party"}],
            "purpose": "Metal",
        })
    };
    let unsealed = |case: Case, words: &str| {
        case.changed("sealed", words, "/seal", Some(seal(1)), Code::InvalidField, Some("ASP-SEA-001"))
    };
    let open = |name: &str, mode: &str| opening("PROPOSE", name, "session:", BUYER, invitation(mode));
    vec![
        unsealed(
            open("invitation, to a hybrid session", "hybrid"),
            "a seal in what opens a session, when there is no group",
        ),
        open("invitation, to a sealed session", "sealed"),
        unsealed(
            continuing("org.verify", "without a seal", "org:acme.example", ACME, {
                json!({"key": key_id(ACME), "method": "dns"})
            }),
            "a seal in the stream of an organisation, which is no group",
        ),
        unsealed(
            continuing("consent.grant", "without a seal", &opened("consent", "a consent"), GLOBEX, json!({}))
                .replying(),
            "a seal in the stream of a consent, which is no group",
        ),
    ]
}

fn groups() -> Vec<Case> {
    let inform =
        |name: &str, by, body: Value| continuing("INFORM", name, &opened("session", "a session"), by, body);
    let member = |agent: &str| json!({"agent": agent, "key": key_id(agent)});
    let taken_in = |agent: &str| json!({"agent": agent, "key": key_id(agent), "package": hash(&format!("a package of {agent}"))});
    let founded = json!({
        "epoch": 1, "kind": "group", "members": [member(BUYER), taken_in(SELLER)],
        "welcome": opaque("a welcome", 700),
    });
    let moved = json!({
        "commit": opaque("a commit", 500), "epoch": 9_007_199_254_740_991_u64, "kind": "group",
        "members": [member(BUYER), member(SELLER), taken_in(CARRIER)], "welcome": opaque("a welcome", 900),
    });
    let alone = json!({"epoch": 2, "kind": "group", "members": [member(BUYER)]});
    vec![
        inform("group, founded", BUYER, founded)
            .but(
                "members out of order",
                "the later name first",
                "/members",
                json!([taken_in(SELLER), member(BUYER)]),
            )
            .but(
                "a member twice",
                "the same agent twice",
                "/members",
                json!([member(BUYER), taken_in(BUYER)]),
            )
            .but("a commit of nothing", "a commit of no bytes", "/commit", json!("")),
        inform("group, with all that it can say", SELLER, moved),
        inform("group, of one who is left", BUYER, alone),
        inform("unreadable", SELLER, json!({"code": "CONTENT_UNOPENED", "kind": "unreadable"})).replying(),
    ]
}

/// What stands in seals alone; whether it does is for the session to say.
fn files() -> Vec<Case> {
    let note = |name: &str, size: u64, chunks: usize| {
        let chunks: Vec<String> = (0..chunks).map(|number| hash(&format!("chunk {number}"))).collect();
        let file = json!({
            "chunks": chunks, "digest": hash("a file"), "key": opaque("the key of a file", 32), "name": name, "size": size,
        });
        json!({"file": file, "kind": "file", "text": ""})
    };
    let (most, chunk) = (limits::FILE_BYTES_MAX as u64, limits::FILE_CHUNK_BYTES as u64);
    let mut whole = note("Jahresabschluß 2026.v2.pdf", most, 64);
    if let Some(Value::Object(file)) = whole.get_mut("file") {
        file.insert("mediaType".to_owned(), json!("application/vnd.example+pdf"));
    }
    let file =
        |name: &str, body: Value| continuing("INFORM", name, &opened("session", "a session"), SELLER, body);
    vec![
        file("file, of one byte", note("a", 1, 1))
            .but("chunks none", "no chunk of one byte", "/file/chunks", json!([]))
            .but("size for two chunks", "one chunk of a MiB and one byte", "/file/size", json!(chunk + 1)),
        file("file, as large as may be, with its kind", whole).but(
            "size for one chunk less",
            "64 chunks of 63 MiB",
            "/file/size",
            json!(most - chunk),
        ),
    ]
}

/// A seal of so many bytes of content.
fn seal(bytes: usize) -> Value {
    json!({"commitment": hash("a body and its salt"), "content": opaque("content", bytes), "epoch": 1})
}

/// What the node sees of an offer in a sealed session: who is to owe whom, and the hash of the terms.
fn outlined() -> Value {
    json!({
        "awaits": [SELLER], "binding": true, "kind": "proposal",
        "packages": [{
            "hidden": hash("terms"),
            "obligations": [{
                "acknowledgeMs": 60_000, "creditor": BUYER, "debtor": SELLER, "due": {"withheld": true}, "id": "steel",
                "shownBy": {"method": "acknowledgement"}, "value": money("0", "XXX"), "what": "",
            }],
            "terms": {},
        }],
        "respondBy": after(120),
    })
}

fn seals() -> Vec<Case> {
    let stream = opened("session", "a session");
    let salted = json!({
        "binding": false, "kind": "proposal",
        "packages": [{
            "obligations": [{
                "creditor": BUYER, "debtor": SELLER, "due": {"at": after(3_600)}, "id": "steel",
                "shownBy": {"method": "acknowledgement"}, "value": money("5000", "USD"), "what": "Ten tonnes of steel",
            }],
            "salt": NONCE, "terms": {"grade": "S235"},
        }],
    });
    let note = json!({"kind": "note", "text": ""});
    let large = limits::OPAQUE_BYTES_MAX;
    vec![
        continuing("PROPOSE", "proposal, sealed", &stream, BUYER, outlined()).with("seal", seal(800)).but(
            "due-and-withheld",
            "a due time that is shown and withheld",
            "/packages/0/obligations/0/due",
            json!({"at": after(60), "withheld": true}),
        ),
        continuing("PROPOSE", "proposal, with a salt that is shown", &stream, BUYER, salted),
        continuing("INFORM", "note, sealed", &stream, SELLER, note.clone()).with("seal", seal(416)),
        continuing("INFORM", "note, sealed, as large as may be", &stream, SELLER, note)
            .with("seal", seal(large))
            .changed(
                "one byte more",
                "49,153 bytes of content, whose digits are a text too long",
                "/seal/content",
                Some(json!(opaque("content", large + 1))),
                Code::StringTooLong,
                None,
            ),
    ]
}
