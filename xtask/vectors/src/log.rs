//! What a log says of itself: leaves, receipts, checkpoints, proofs. Good ones, and changed ones with what is wrong.

use asp_core::key::{KeyId, SecretKey};
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::leaf::Leaf;
use asp_core::log::proof::{verify_consistency, verify_inclusion};
use asp_core::log::receipt::Receipt;
use asp_core::position::{Hash, LogTime};
use asp_core::statement::draft::canonical;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::case::set;
use super::people::{AUDIENCE, ISSUED_AT, NODE, key, key_id, opened};
use super::tree;

/// Entries of the log that is proved.
const ENTRIES: usize = 7;

/// The files with their contents.
///
/// # Errors
/// A vector that the core judges otherwise than is stated.
pub(super) fn files() -> Result<Vec<(&'static str, Value)>, String> {
    Ok(vec![
        ("log/leaves.json", leaves()?),
        ("log/receipts.json", receipts()?),
        ("log/fraud.json", super::fraud::fraud()?),
        ("log/checkpoints.json", checkpoints()?),
        ("log/inclusion.json", inclusion()?),
        ("log/consistency.json", consistency()?),
    ])
}

/// The entry with this number: statement, signatures, time.
fn entry(number: usize) -> (Hash, Hash, LogTime) {
    let of = |what: &str| Hash::of(&[format!("{what} {number}").as_bytes()]);
    let time = LogTime::from_millis(ISSUED_AT.millis() + u64::try_from(number).unwrap_or_default());
    (of("statement"), of("signatures"), time)
}

fn leaf_of(number: usize) -> Hash {
    let (statement, signatures, time) = entry(number);
    tree::leaf(&tree::entry(&statement, &signatures, time.millis()))
}

fn all_leaves(size: usize) -> Vec<Hash> {
    (0..size).map(leaf_of).collect()
}

/// What is said of the entry with this number in every proof of it.
fn named(number: usize) -> Map<String, Value> {
    let (statement, signatures, time) = entry(number);
    let members =
        [("statement", json!(statement)), ("signatures", json!(signatures)), ("logTime", json!(time))];
    members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

fn leaves() -> Result<Value, String> {
    let mut accept = Vec::new();
    for number in 0..3 {
        let (statement, signatures, log_time) = entry(number);
        let bytes = tree::entry(&statement, &signatures, log_time.millis());
        let own = Leaf { statement, signatures, log_time };
        if own.encode() != bytes || own.hash() != tree::leaf(&bytes) {
            return Err(format!("leaf {number}: the core has other bytes"));
        }
        let mut vector = named(number);
        vector.insert("name".to_owned(), json!(format!("entry {number}")));
        vector.insert("bytesBase64".to_owned(), json!(STANDARD.encode(&bytes)));
        vector.insert("leaf".to_owned(), json!(tree::leaf(&bytes)));
        accept.push(Value::Object(vector));
    }
    Ok(json!({"accept": accept}))
}

/// A good vector with changed ones: each change is of one member.
pub(super) struct Vectors {
    accept: Vec<Value>,
    reject: Vec<Value>,
}

impl Vectors {
    pub(super) const fn new() -> Self {
        Self { accept: Vec::new(), reject: Vec::new() }
    }

    pub(super) fn good(
        &mut self,
        name: &str,
        mut vector: Value,
        judged: Result<(), String>,
    ) -> Result<(), String> {
        judged.map_err(|fault| format!("{name}: the core says {fault}"))?;
        set(&mut vector, "/name", Some(json!(name))).ok_or("a vector is an object")?;
        self.accept.push(vector);
        Ok(())
    }

    pub(super) fn bad(
        &mut self,
        (of, change, fault): (&str, &str, &str),
        mut vector: Value,
        judged: Result<(), String>,
    ) -> Result<(), String> {
        let found = judged.err().unwrap_or_else(|| "nothing".to_owned());
        if found != fault {
            return Err(format!("{of}, {change}: the core finds {found}, not {fault}"));
        }
        for (member, value) in [("of", of), ("change", change), ("fault", fault)] {
            set(&mut vector, &format!("/{member}"), Some(json!(value))).ok_or("a vector is an object")?;
        }
        self.reject.push(vector);
        Ok(())
    }

    pub(super) fn json(self) -> Value {
        json!({"accept": self.accept, "reject": self.reject})
    }
}

/// A fault of the core by its stable name: `WrongLength` is `wrong-length`.
pub(super) fn fault(error: &impl std::fmt::Debug) -> String {
    let mut name = String::new();
    for letter in format!("{error:?}").chars().filter(|letter| letter.is_ascii_alphabetic() || *letter == '(')
    {
        if letter.is_ascii_uppercase() && !name.is_empty() && !name.ends_with('(') {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name.replace('(', "-")
}

pub(super) fn read<T: serde::de::DeserializeOwned>(vector: &Value, member: &str) -> Result<T, String> {
    let value = vector.get(member).cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|error| format!("{member}: {error}"))
}

fn judge_inclusion(vector: &Value) -> Result<(), String> {
    let leaf = Leaf {
        statement: read(vector, "statement")?,
        signatures: read(vector, "signatures")?,
        log_time: read(vector, "logTime")?,
    };
    let proof: Vec<Hash> = read(vector, "proof")?;
    let (index, size) = (read(vector, "index")?, read(vector, "size")?);
    verify_inclusion(&leaf.hash(), index, size, &proof, &read(vector, "root")?).map_err(|error| fault(&error))
}

fn inclusion() -> Result<Value, String> {
    let mut vectors = Vectors::new();
    for (index, size) in
        [(0, 1), (0, 2), (1, 2), (2, 3), (0, ENTRIES), (3, ENTRIES), (5, ENTRIES), (6, ENTRIES)]
    {
        let leaves = all_leaves(size);
        let mut vector = named(index);
        vector.extend(
            [
                ("index", json!(index)),
                ("size", json!(size)),
                ("root", json!(tree::root(&leaves))),
                ("proof", json!(tree::path(index, &leaves))),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        let (name, vector) = (format!("entry {index} of {size}"), Value::Object(vector));
        vectors.good(&name, vector.clone(), judge_inclusion(&vector))?;
        let other = Hash::of(&[b"another"]);
        let later = LogTime::from_millis(ISSUED_AT.millis() + 60_000);
        for (change, at, value, fault) in [
            ("another statement", "/statement", Some(json!(other)), "root-mismatch"),
            ("other signatures", "/signatures", Some(json!(other)), "root-mismatch"),
            ("another log time", "/logTime", Some(json!(later)), "root-mismatch"),
            ("another root", "/root", Some(json!(other)), "root-mismatch"),
            (
                "a hash more",
                &format!("/proof/{}", tree::path(index, &leaves).len()),
                Some(json!(other)),
                "wrong-length",
            ),
            ("an index beyond the tree", "/index", Some(json!(size)), "out-of-range"),
            ("a tree without leaves", "/size", Some(json!(0)), "out-of-range"),
        ] {
            vectors.change(&name, &vector, (change, at, value, fault), judge_inclusion)?;
        }
        if size > 1 {
            vectors.change(
                &name,
                &vector,
                ("a hash less", "/proof/0", None, "wrong-length"),
                judge_inclusion,
            )?;
            let change = ("another hash on the path", "/proof/0", Some(json!(other)), "root-mismatch");
            vectors.change(&name, &vector, change, judge_inclusion)?;
        }
    }
    Ok(vectors.json())
}

impl Vectors {
    /// A changed one: what is changed, where, what stands there then, and what is found.
    fn change(
        &mut self,
        of: &str,
        vector: &Value,
        (change, at, value, fault): (&str, &str, Option<Value>, &str),
        judge: impl Fn(&Value) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut changed = vector.clone();
        set(&mut changed, at, value).ok_or_else(|| format!("{of}, {change}: no place {at}"))?;
        let judged = judge(&changed);
        self.bad((of, change, fault), changed, judged)
    }
}

fn judge_consistency(vector: &Value) -> Result<(), String> {
    let proof: Vec<Hash> = read(vector, "proof")?;
    let (from, to) = (read(vector, "from")?, read(vector, "to")?);
    verify_consistency(from, to, &read(vector, "fromRoot")?, &read(vector, "toRoot")?, &proof)
        .map_err(|error| fault(&error))
}

fn consistency() -> Result<Value, String> {
    let mut vectors = Vectors::new();
    let roots = |size: usize| tree::root(&all_leaves(size));
    for (from, to) in [(1, 2), (1, ENTRIES), (2, ENTRIES), (3, ENTRIES), (4, ENTRIES), (6, ENTRIES), (4, 4)] {
        let proof = tree::growth(from, &all_leaves(to));
        let more = format!("/proof/{}", proof.len());
        let vector =
            json!({"from": from, "to": to, "fromRoot": roots(from), "toRoot": roots(to), "proof": proof});
        let name = format!("{from} to {to}");
        vectors.good(&name, vector.clone(), judge_consistency(&vector))?;
        let other = json!(Hash::of(&[b"another"]));
        for change in [
            ("another root before", "/fromRoot", Some(other.clone()), "root-mismatch"),
            ("another root after", "/toRoot", Some(other.clone()), "root-mismatch"),
            ("a hash more", more.as_str(), Some(other.clone()), "wrong-length"),
            ("an empty tree before", "/from", Some(json!(0)), "out-of-range"),
            ("a tree before that is larger", "/from", Some(json!(to + 1)), "out-of-range"),
        ] {
            vectors.change(&name, &vector, change, judge_consistency)?;
        }
        if from < to {
            vectors.change(
                &name,
                &vector,
                ("a hash less", "/proof/0", None, "wrong-length"),
                judge_consistency,
            )?;
            let change = ("another hash on the path", "/proof/0", Some(other), "root-mismatch");
            vectors.change(&name, &vector, change, judge_consistency)?;
        }
    }
    Ok(vectors.json())
}

/// The signed note over a tree, in the name of a log, by a key.
pub(super) fn checkpoint(origin: &str, size: usize, root: &Hash, signer: &SecretKey) -> String {
    let text = format!("{origin}\n{size}\n{}\n", STANDARD.encode(root.as_bytes()));
    let line = note_line(origin, &signer.id(), signer.sign(text.as_bytes()).as_bytes());
    format!("{text}\n{line}")
}

/// A line of signature (C2SP signed-note): the name, and the key's hash with the signature.
fn note_line(name: &str, id: &KeyId, signature: &[u8]) -> String {
    let hash = Hash::of(&[name.as_bytes(), b"\n\x01", id.as_bytes()]);
    let (short, _) = hash.as_bytes().split_at(4);
    format!("\u{2014} {name} {}\n", STANDARD.encode([short, signature].concat()))
}

fn judge_checkpoint(vector: &Value) -> Result<(), String> {
    let text: String = read(vector, "checkpoint")?;
    let log = NoteKey { name: read(vector, "origin")?, key: read(vector, "nodeKey")? };
    let note = Note::open(&text, &log).map_err(|error| fault(&error))?;
    let said = (json!(note.checkpoint.size), json!(note.checkpoint.root));
    if vector.get("size").is_some_and(|size| *size != said.0)
        || vector.get("root").is_some_and(|root| *root != said.1)
    {
        return Err("another size or root".to_owned());
    }
    Ok(())
}

fn checkpoints() -> Result<Value, String> {
    let mut vectors = Vectors::new();
    let (node, stranger) = (key(NODE), key("a stranger"));
    let root = tree::root(&all_leaves(ENTRIES));
    let text = checkpoint(AUDIENCE, ENTRIES, &root, &node);
    let of = |text: String| json!({"origin": AUDIENCE, "nodeKey": key_id(NODE), "checkpoint": text});
    let good = |text: String, size: usize, root: Hash| {
        let mut vector = of(text);
        set(&mut vector, "/size", Some(json!(size)))?;
        set(&mut vector, "/root", Some(json!(root)))?;
        Some(vector)
    };
    let witness = note_line("witness.example", &stranger.id(), &[7; 64]);
    for (name, text, size, root) in [
        ("a checkpoint", text.clone(), ENTRIES, root),
        ("an empty log", checkpoint(AUDIENCE, 0, &tree::root(&[]), &node), 0, tree::root(&[])),
        ("with a line of a witness", format!("{text}{witness}"), ENTRIES, root),
        ("with the witness first", text.replacen("\n\n", &format!("\n\n{witness}"), 1), ENTRIES, root),
    ] {
        let vector = good(text, size, root).ok_or("a vector is an object")?;
        vectors.good(name, vector.clone(), judge_checkpoint(&vector))?;
    }
    let own_line = text.split_once("\n\n").map(|(_, line)| line.to_owned()).unwrap_or_default();
    let unsigned = text.replacen(&own_line, "", 1);
    for (change, changed, fault) in [
        ("another size", text.replacen("\n7\n", "\n8\n", 1), "invalid-signature"),
        ("a size with a leading zero", text.replacen("\n7\n", "\n07\n", 1), "malformed"),
        ("a size with a plus", text.replacen("\n7\n", "\n+7\n", 1), "malformed"),
        ("another log's name", text.replacen("vectors.example\n", "other.example\n", 1), "other-origin"),
        ("by another key", checkpoint(AUDIENCE, ENTRIES, &root, &stranger), "not-signed"),
        ("a witness's line alone", format!("{unsigned}{witness}"), "not-signed"),
        ("no line of signature", unsigned.clone(), "malformed"),
        ("the line of signature twice", format!("{text}{own_line}"), "duplicate-signature"),
        ("no line break at its end", text.trim_end().to_owned(), "malformed"),
        ("carriage returns", text.replace('\n', "\r\n"), "malformed"),
        ("a hyphen for the dash", text.replace('\u{2014}', "-"), "malformed"),
        ("no empty line", text.replacen("\n\n", "\n", 1), "malformed"),
        ("a fourth line", text.replacen("\n\n", "\nmore\n\n", 1), "malformed"),
        ("a root of 31 bytes", checkpoint_with_root(&text, &root), "malformed"),
        ("one bit of the signature flipped", flipped(&own_line, &text)?, "invalid-signature"),
        ("nothing", String::new(), "malformed"),
    ] {
        let vector = of(changed);
        vectors.bad(("a checkpoint", change, fault), vector.clone(), judge_checkpoint(&vector))?;
    }
    Ok(vectors.json())
}

fn checkpoint_with_root(text: &str, root: &Hash) -> String {
    let short = root.as_bytes().get(..31).unwrap_or_default();
    text.replacen(&STANDARD.encode(root.as_bytes()), &STANDARD.encode(short), 1)
}

fn flipped(line: &str, text: &str) -> Result<String, String> {
    let digits = line.trim_end().rsplit(' ').next().unwrap_or_default();
    let mut bytes = STANDARD.decode(digits).map_err(|error| error.to_string())?;
    if let Some(byte) = bytes.get_mut(40) {
        *byte ^= 1;
    }
    Ok(text.replacen(digits, &STANDARD.encode(bytes), 1))
}

/// A receipt's body as it is hashed.
pub(super) struct Said {
    pub(super) index: usize,
    pub(super) time: LogTime,
    pub(super) sequence: u64,
    pub(super) statement: Hash,
    pub(super) stream: String,
}

/// The receipts of one batch, with one signature over the root of their tree.
pub(super) fn batch(said: &[&Said], node: &SecretKey) -> Vec<Value> {
    let body = |said: &&Said| {
        json!({
            "logIndex": said.index, "logTime": said.time, "origin": AUDIENCE, "sequence": said.sequence,
            "statement": said.statement, "stream": said.stream,
        })
    };
    let bodies: Vec<Value> = said.iter().map(body).collect();
    let leaves: Vec<Hash> = bodies.iter().map(|body| tree::leaf(&canonical(body))).collect();
    let signed = canonical(&json!({"origin": AUDIENCE, "root": tree::root(&leaves), "size": leaves.len()}));
    let value = node.sign(&[b"asp/1.0/receipts\n", signed.as_slice()].concat());
    let signature = json!({"alg": "Ed25519", "keyId": node.id(), "value": value});
    let receipt = |(index, body): (usize, &Value)| {
        json!({
            "batch": {"index": index, "path": tree::path(index, &leaves), "size": leaves.len()},
            "receipt": body, "signature": signature,
        })
    };
    bodies.iter().enumerate().map(receipt).collect()
}

fn judge_receipt(vector: &Value) -> Result<(), String> {
    let text: String = read(vector, "receipt")?;
    let receipt = Receipt::from_json(text.as_bytes()).map_err(|error| fault(&error))?;
    receipt.verify(&read(vector, "nodeKey")?).map_err(|error| fault(&error))
}

pub(super) fn written(receipt: &Value) -> String {
    String::from_utf8(canonical(receipt)).unwrap_or_default()
}

/// The vector of a receipt's text.
fn receipt_vector(text: &str) -> Value {
    json!({"nodeKey": key_id(NODE), "receipt": text})
}

/// The receipts of the first entries of the log, by the node with this key.
fn batch_by(count: usize, node: &SecretKey) -> Vec<Value> {
    let said = |number: usize| {
        let (statement, _, time) = entry(number);
        let stream = if number == 0 { "org:acme.example".to_owned() } else { opened("session", "a session") };
        Said { index: number, time, sequence: 3, statement, stream }
    };
    let all: Vec<Said> = (0..count).map(said).collect();
    batch(&all.iter().collect::<Vec<_>>(), node)
}

fn receipts() -> Result<Value, String> {
    let mut vectors = Vectors::new();
    for (place, count) in [(0, 1), (0, 2), (1, 2), (0, 5), (1, 5), (4, 5)] {
        let receipt = batch_by(count, &key(NODE)).into_iter().nth(place).ok_or("a batch has its receipts")?;
        let (name, vector) = (format!("{place} in a batch of {count}"), receipt_vector(&written(&receipt)));
        vectors.good(&name, vector.clone(), judge_receipt(&vector))?;
    }
    let receipt = batch_by(5, &key(NODE)).into_iter().nth(1).ok_or("a batch has its receipts")?;
    let name = "1 in a batch of 5";
    for (change, at, value, fault) in receipt_changes() {
        let mut changed = receipt.clone();
        set(&mut changed, at, value).ok_or_else(|| format!("{change}: no place"))?;
        let vector = receipt_vector(&written(&changed));
        vectors.bad((name, change, fault), vector.clone(), judge_receipt(&vector))?;
    }
    let text = written(&receipt);
    let listed = text.replacen(r#""batch":{"index":1,"path":"#, r#""batch":[1,"#, 1);
    for (change, changed) in [
        ("a space behind a comma", text.replacen(',', ", ", 1)),
        ("a line break at the end", format!("{text}\n")),
        ("a list of the values of a part", listed.replacen(r#","size":5}"#, ",5]", 1)),
    ] {
        let vector = receipt_vector(&changed);
        vectors.bad((name, change, "not-canonical"), vector.clone(), judge_receipt(&vector))?;
    }
    let strange = batch_by(1, &key("a stranger"));
    let vector = receipt_vector(&strange.first().map(written).unwrap_or_default());
    let judged = judge_receipt(&vector);
    vectors.bad(("0 in a batch of 1", "signed by another key", "other-key"), vector, judged)?;
    Ok(vectors.json())
}

/// Changes of a receipt that stands second in a batch of five: what, where, what stands there then, what is found.
fn receipt_changes() -> Vec<(&'static str, &'static str, Option<Value>, &'static str)> {
    let other = json!(Hash::of(&[b"another"]));
    vec![
        ("another index", "/receipt/logIndex", Some(json!(2)), "invalid-signature"),
        (
            "another log time",
            "/receipt/logTime",
            Some(json!("2026-11-23T15:55:13.000Z")),
            "invalid-signature",
        ),
        ("another log", "/receipt/origin", Some(json!("other.example")), "invalid-signature"),
        ("another sequence", "/receipt/sequence", Some(json!(4)), "invalid-signature"),
        ("another statement", "/receipt/statement", Some(other.clone()), "invalid-signature"),
        ("another stream", "/receipt/stream", Some(json!("org:globex.example")), "invalid-signature"),
        ("another place in the batch", "/batch/index", Some(json!(0)), "invalid-signature"),
        ("a place beyond the batch", "/batch/index", Some(json!(5)), "path-out-of-range"),
        ("a larger batch", "/batch/size", Some(json!(6)), "invalid-signature"),
        ("a smaller batch", "/batch/size", Some(json!(2)), "path-wrong-length"),
        ("a batch of none", "/batch/size", Some(json!(0)), "path-out-of-range"),
        ("a batch larger than one can be", "/batch/size", Some(json!(65_537)), "out-of-range"),
        ("another hash on the path", "/batch/path/0", Some(other.clone()), "invalid-signature"),
        ("a hash less on the path", "/batch/path/0", None, "path-wrong-length"),
        ("a hash more on the path", "/batch/path/3", Some(other), "path-wrong-length"),
        ("another key's name", "/signature/keyId", Some(json!(key_id("a stranger"))), "other-key"),
        ("another algorithm", "/signature/alg", Some(json!("ES256")), "not-canonical"),
        ("a member more", "/receipt/note", Some(json!("")), "not-canonical"),
        ("a member less", "/receipt/sequence", None, "not-canonical"),
    ]
}
