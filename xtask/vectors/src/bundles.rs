//! A deal in one file with all that it rests on, and the same file changed, with the rules that the change refutes.
//!
//! The statements, receipts, proofs and the checkpoint are put together by hand, as another node would.

use std::collections::BTreeMap;

use asp_core::bundle::{Anchors, Bundle, Rule, Verdict};
use asp_core::key::SecretKey;
use asp_core::position::{Hash, LogTime};
use asp_core::statement::Verified;
use asp_core::statement::draft::canonical;
use serde_json::{Value, json};

use super::case::{self, Case, set};
use super::log::{Said, batch, checkpoint};
use super::people::{ACME, AUDIENCE, BUYER, GLOBEX, ISSUED_AT, NODE, SELLER, after, key, key_id};
use super::tree;

/// What the good bundle is of.
const NAME: &str = "a fulfilment that waits for its acknowledgement";

/// Statements that share one signature of receipts.
const BATCH: usize = 4;

/// A log that grows by one statement after the other.
#[derive(Default)]
struct Log {
    heads: BTreeMap<String, (u64, Hash)>,
    entries: Vec<Entry>,
}

/// A statement in the log.
struct Entry {
    statement: Value,
    signatures: Vec<Value>,
    time: LogTime,
    leaf: Hash,
    said: Said,
}

impl Log {
    /// Takes a statement in where its stream ends; gives its hash.
    fn say(&mut self, case: Case) -> Result<Hash, String> {
        let stream = case.statement.get("stream").and_then(Value::as_str).unwrap_or_default().to_owned();
        let case = match self.heads.get(&stream) {
            None => case,
            Some((sequence, head)) => {
                case.with("sequence", json!(sequence + 1)).with("previousHash", json!(head))
            }
        };
        let text = case.text();
        let envelope = case.resigned(&text);
        let verified =
            Verified::from_envelope(&envelope).map_err(|rejection| format!("{}: {rejection}", case.name))?;
        let hash = Hash::of(&[b"asp/1.0/", case.kind.as_bytes(), b"\n", &text]);
        let index = self.entries.len();
        let time = LogTime::from_millis(ISSUED_AT.millis() + 100 * u64::try_from(index).unwrap_or_default());
        let name = match stream.strip_suffix(':') {
            None => stream,
            Some(kind) => format!("{kind}:{}", hash.to_hex()),
        };
        let sequence = self.heads.get(&name).map_or(0, |(sequence, _)| sequence + 1);
        self.heads.insert(name.clone(), (sequence, hash));
        let leaf = tree::leaf(&tree::entry(&hash, &verified.signatures_hash(), time.millis()));
        let said = Said { index, time, sequence, statement: hash, stream: name };
        let signatures = case::signatures(case.kind, &text, &case.keys());
        self.entries.push(Entry { statement: case.statement.into(), signatures, time, leaf, said });
        Ok(hash)
    }

    /// A participant of the log: its organisation with one agent. Gives the hash of what set the agent's card.
    fn member(&mut self, organisation: &'static str, agent: &'static str) -> Result<Hash, String> {
        let register = json!({"key": key_id(organisation), "name": organisation});
        self.say(case::opening(
            "org.register",
            "bundle",
            &format!("org:{organisation}"),
            organisation,
            register,
        ))?;
        let card = json!({"capabilities": ["procure"], "description": "", "name": agent});
        let register = json!({"card": card, "key": key_id(agent)});
        let stream = format!("agent:{agent}");
        self.say(case::opening("agent.register", "bundle", &stream, agent, register).and(organisation))
    }

    /// The bundle of a commitment over all that the log has, by a node with this key.
    fn bundle(&self, commitment: &Hash, node: &SecretKey) -> Value {
        let leaves: Vec<Hash> = self.entries.iter().map(|entry| entry.leaf).collect();
        let mut receipts = Vec::new();
        for entries in self.entries.chunks(BATCH) {
            let said: Vec<&Said> = entries.iter().map(|entry| &entry.said).collect();
            receipts.extend(batch(&said, node));
        }
        let entry = |(index, (entry, receipt)): (usize, (&Entry, Value))| {
            json!({
                "index": index, "logTime": entry.time, "proof": tree::path(index, &leaves), "receipt": receipt,
                "signatures": entry.signatures, "statement": entry.statement,
            })
        };
        let entries: Vec<Value> = self.entries.iter().zip(receipts).enumerate().map(entry).collect();
        json!({
            "asp": "1.0", "checkpoint": checkpoint(AUDIENCE, leaves.len(), &tree::root(&leaves), node),
            "commitment": commitment, "entries": entries, "kind": "commitment-bundle", "nodeKey": node.id(),
            "origin": AUDIENCE,
        })
    }
}

/// What is sold.
fn package() -> Value {
    json!({
        "obligations": [{
            "creditor": BUYER, "debtor": SELLER, "due": {"at": after(3_600)}, "id": "steel",
            "shownBy": {"method": "digest"}, "value": {"amount": "5000", "currency": "USD"},
            "what": "Ten tonnes of steel",
        }],
        "terms": {"grade": "S235", "tonnes": 10},
    })
}

/// A deal from the first key to the fulfilment, and its commitment.
fn deal() -> Result<(Log, Hash), String> {
    let mut log = Log::default();
    log.member(ACME, BUYER)?;
    let card = log.member(GLOBEX, SELLER)?;
    let request = json!({
        "capabilities": ["procure"], "expiresAt": after(86_400), "nonce": "00112233445566778899aabbccddeeff",
        "purpose": "metal", "with": GLOBEX,
    });
    let consent = log.say(case::opening("consent.request", "bundle", "consent:", ACME, request))?;
    let stream = format!("consent:{}", consent.to_hex());
    log.say(case::continuing("consent.grant", "bundle", &stream, GLOBEX, json!({})))?;
    let invitation = json!({
        "capability": "procure.metal", "consents": [consent], "kind": "session-invitation", "limits": {},
        "mode": "open", "nonce": "ffeeddccbbaa99887766554433221100",
        "participants": [{"agent": BUYER, "role": "initiator"}, {"agent": SELLER, "role": "party"}],
        "purpose": "Ten tonnes of steel",
    });
    let session = log.say(case::opening("PROPOSE", "bundle, invitation", "session:", BUYER, invitation))?;
    let stream = format!("session:{}", session.to_hex());
    let introduction = json!({"card": card, "kind": "introduction"});
    let say = |kind, name: &str, by, body, reply: &Hash| {
        case::continuing(kind, &format!("bundle, {name}"), &stream, by, body).with("inReplyTo", json!(reply))
    };
    log.say(say("ACCEPT", "introduction", SELLER, introduction, &session))?;
    let offer = json!({"binding": true, "kind": "proposal", "packages": [package()]});
    let offered = log.say(case::continuing("PROPOSE", "bundle, offer", &stream, BUYER, offer))?;
    let terms = Hash::of(&[b"asp/1.0/terms\n", &canonical(&package())]);
    let acceptance = json!({"kind": "acceptance", "termsHash": terms});
    let commitment = log.say(say("ACCEPT", "acceptance", SELLER, acceptance, &offered))?;
    let evidence = json!({"digest": Hash::of(&[b"a delivery note"]), "method": "digest"});
    let fulfilment =
        json!({"commitment": commitment, "evidence": evidence, "kind": "fulfilment", "obligation": "steel"});
    log.say(case::continuing("INFORM", "bundle, fulfilment", &stream, SELLER, fulfilment))?;
    Ok((log, commitment))
}

/// The file with its contents.
///
/// # Errors
/// A bundle that the core judges otherwise than is stated.
pub(super) fn file() -> Result<Value, String> {
    let (log, commitment) = deal()?;
    let good = log.bundle(&commitment, &key(NODE));
    let text = written(&good);
    let refuted = judge(&text).map_err(|fault| format!("the bundle: {fault}"))?;
    if !refuted.is_empty() {
        return Err(format!("the bundle: {refuted:?} are refuted"));
    }
    let mut changed = Vec::new();
    for Change { words, make, refuted } in changes() {
        let mut bundle = good.clone();
        make(&mut bundle, &log).ok_or_else(|| format!("{words}: there is nothing to change"))?;
        changed.push(reject(words, &written(&bundle), &text, refuted)?);
    }
    let listed = text.replacen(r#""batch":{"index":0,"path":"#, r#""batch":[0,"#, 1).replacen(
        r#","size":4}"#,
        ",4]",
        1,
    );
    let unspelled: [(&str, String); 5] = [
        ("a list of the values of a part of a receipt", listed),
        ("a space behind a comma", text.replacen(',', ", ", 1)),
        ("a member that bundles have not", text.replacen("\"nodeKey\"", "\"more\":1,\"nodeKey\"", 1)),
        ("another kind", text.replacen("commitment-bundle", "session-bundle", 1)),
        ("another version", text.replacen("{\"asp\":\"1.0\"", "{\"asp\":\"1.1\"", 1)),
    ];
    for (words, bundle) in unspelled {
        changed.push(reject(words, &bundle, &text, &["ASP-BUN-001"])?);
    }
    Ok(json!({
        "nodeKey": key_id(NODE), "commitment": commitment,
        "accept": [{"name": NAME, "bundle": text}],
        "reject": changed,
    }))
}

fn written(bundle: &Value) -> String {
    String::from_utf8(canonical(bundle)).unwrap_or_default()
}

/// The numbers of the rules that the core finds broken; that of the form alone if it reads no bundle at all.
fn judge(text: &str) -> Result<Vec<String>, String> {
    let Ok(bundle) = Bundle::parse(text.as_bytes()) else { return Ok(vec!["ASP-BUN-001".to_owned()]) };
    if bundle.to_bytes() != text.as_bytes() {
        return Err("the core writes other bytes than it read".to_owned());
    }
    let anchors = Anchors { node_key: Some(key(NODE).id()) };
    let report = bundle.verify(&anchors);
    let number = |text: &str| Rule::ALL.iter().position(|rule| rule.as_str() == text).map(|place| place + 1);
    let refuted = report.checks.iter().filter(|check| check.verdict == Verdict::Refuted);
    Ok(refuted.filter_map(|check| number(check.rule)).map(|number| format!("ASP-BUN-{number:03}")).collect())
}

fn reject(words: &str, bundle: &str, good: &str, refuted: &[&str]) -> Result<Value, String> {
    if bundle == good {
        return Err(format!("{words}: nothing is changed"));
    }
    let found = judge(bundle).map_err(|fault| format!("{words}: {fault}"))?;
    if found != refuted {
        return Err(format!("{words}: the core refutes {found:?}, not {refuted:?}"));
    }
    Ok(json!({"of": NAME, "change": words, "bundle": bundle, "refuted": refuted}))
}

/// A change of the bundle, and the rules that it refutes.
#[derive(Clone, Copy)]
struct Change {
    words: &'static str,
    make: fn(&mut Value, &Log) -> Option<()>,
    refuted: &'static [&'static str],
}

/// The entries: the organisations and agents of buyer and seller (0 to 3), their consent (4, 5), the invitation (6),
/// the introduction (7), the offer (8), the acceptance (9), the fulfilment (10).
fn entries(bundle: &mut Value) -> Option<&mut Vec<Value>> {
    bundle.get_mut("entries")?.as_array_mut()
}

fn put(bundle: &mut Value, at: &str, value: Value) -> Option<()> {
    set(bundle, at, Some(value))
}

fn changes() -> Vec<Change> {
    [missing(), said(), proved(), named()].concat()
}

fn change(
    words: &'static str,
    refuted: &'static [&'static str],
    make: fn(&mut Value, &Log) -> Option<()>,
) -> Change {
    Change { words, make, refuted }
}

fn missing() -> Vec<Change> {
    vec![
        change("without the offer", &["ASP-BUN-003", "ASP-BUN-006"], |bundle, _| {
            entries(bundle).map(|entries| drop(entries.remove(8)))
        }),
        change("without the acceptance", &["ASP-BUN-001", "ASP-BUN-003", "ASP-BUN-006"], |bundle, _| {
            entries(bundle).map(|entries| drop(entries.remove(9)))
        }),
        change("without the consent", &["ASP-BUN-003", "ASP-BUN-006"], |bundle, _| {
            entries(bundle).map(|entries| drop(entries.drain(4..6)))
        }),
        change(
            "offer and acceptance exchanged",
            &["ASP-BUN-001", "ASP-BUN-003", "ASP-BUN-006"],
            |bundle, _| entries(bundle).map(|entries| entries.swap(8, 9)),
        ),
    ]
}

fn said() -> Vec<Change> {
    const AMOUNT: &str = "/entries/8/statement/body/packages/0/obligations/0/value/amount";
    vec![
        change(
            "another price in the offer",
            &["ASP-BUN-002", "ASP-BUN-003", "ASP-BUN-009", "ASP-BUN-010"],
            |bundle, _| put(bundle, AMOUNT, json!("1")),
        ),
        change("the signature of another statement", &["ASP-BUN-002", "ASP-BUN-009"], |bundle, _| {
            let other = bundle.pointer("/entries/9/signatures/0/value")?.clone();
            put(bundle, "/entries/8/signatures/0/value", other)
        }),
        change(
            "an agent without its organisation's signature",
            &["ASP-BUN-004", "ASP-BUN-006", "ASP-BUN-009"],
            |bundle, _| {
                let own = json!(key_id(BUYER));
                let signatures = bundle.pointer_mut("/entries/1/signatures")?.as_array_mut()?;
                signatures.retain(|signature| signature.get("keyId") == Some(&own));
                Some(())
            },
        ),
    ]
}

fn proved() -> Vec<Change> {
    vec![
        change("another log time", &["ASP-BUN-009", "ASP-BUN-010"], |bundle, _| {
            put(bundle, "/entries/10/logTime", json!(after(2)))
        }),
        change("another hash in a proof", &["ASP-BUN-009"], |bundle, _| {
            put(bundle, "/entries/10/proof/0", json!(Hash::of(&[b"another"])))
        }),
        change("the receipts of two entries exchanged", &["ASP-BUN-010"], |bundle, _| {
            let other = bundle.pointer("/entries/9/receipt")?.clone();
            let own = std::mem::replace(bundle.pointer_mut("/entries/8/receipt")?, other);
            put(bundle, "/entries/9/receipt", own)
        }),
        change("a checkpoint of fewer entries", &["ASP-BUN-009"], |bundle, log| {
            let leaves: Vec<Hash> = log.entries.iter().take(6).map(|entry| entry.leaf).collect();
            let note = checkpoint(AUDIENCE, leaves.len(), &tree::root(&leaves), &key(NODE));
            put(bundle, "/checkpoint", json!(note))
        }),
        change("no checkpoint", &["ASP-BUN-008"], |bundle, _| put(bundle, "/checkpoint", json!(""))),
    ]
}

fn named() -> Vec<Change> {
    vec![
        change("another log", &["ASP-BUN-006", "ASP-BUN-008", "ASP-BUN-010"], |bundle, _| {
            put(bundle, "/origin", json!("other.example"))
        }),
        change("all by the key of another node", &["ASP-BUN-012"], |bundle, log| {
            let commitment: Hash = bundle.get("commitment")?.as_str()?.parse().ok()?;
            *bundle = log.bundle(&commitment, &key("a stranger"));
            Some(())
        }),
        change("for an offer that nobody accepted", &["ASP-BUN-006"], |bundle, _| {
            let offer = bundle.pointer("/entries/8/receipt/receipt/statement")?.clone();
            put(bundle, "/commitment", offer)
        }),
        change(
            "for a commitment that there is not",
            &["ASP-BUN-001", "ASP-BUN-003", "ASP-BUN-006"],
            |bundle, _| put(bundle, "/commitment", json!(Hash::of(&[b"another"]))),
        ),
    ]
}
