//! What is sealed, opened: bodies in full with their outlines, what binds the two, and changed ones with what is wrong.
//!
//! Outlines are written down here, and what is hashed and padded is put together by hand; the core has to agree.

use asp_core::position::Hash;
use asp_core::rejection::Rejection;
use asp_core::seal::{self, Opened};
use asp_core::statement::Statement;
use asp_core::statement::body::Package;
use asp_core::statement::draft::canonical;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::bodies::{self, Said};
use super::case::{continuing, set};
use super::log::{Vectors, read};
use super::people::{hash, opaque, opened};

/// The sizes to which a text is padded.
const SIZES: [usize; 9] = [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 45_056];

/// The files of what is sealed.
///
/// # Errors
/// A vector that the core judges otherwise than is stated.
pub(super) fn files() -> Result<Vec<(&'static str, Value)>, String> {
    Ok(vec![
        ("seals/openings.json", openings()?),
        ("seals/packages.json", packages()?),
        ("seals/terms.json", terms()?),
    ])
}

/// A text with its length before it and zeros behind it, up to a size.
fn padded(text: &[u8], size: usize) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or_default();
    let mut padded = [&length.to_be_bytes(), text].concat();
    padded.resize(size, 0);
    padded
}

/// The least size for a text.
fn size(text: &[u8]) -> Result<usize, String> {
    SIZES.into_iter().find(|size| text.len() + 4 <= *size).ok_or_else(|| "a text too long".to_owned())
}

/// What a seal commits to.
fn commitment(tag: &str, salt: &[u8], body: &Value) -> Hash {
    Hash::of(&[tag.as_bytes(), salt, &canonical(body)])
}

/// What hides the body with this name: the SHA-256 of its name.
fn salt(name: &str) -> Hash {
    Hash::of(&[b"a salt of ", name.as_bytes()])
}

const TAG: &str = "asp/1.0/sealed-body\n";

/// Everything that a vector is made of, each part to be changed by itself.
struct Parts {
    kind: &'static str,
    name: String,
    mode: &'static str,
    /// The body in full.
    body: Value,
    /// The body that everybody sees.
    outline: Value,
    /// What stands in the content.
    text: Vec<u8>,
    commitment: Hash,
}

impl Parts {
    fn of(said: &Said, mode: &'static str) -> Self {
        let outline = if mode == "hybrid" { &said.hybrid } else { &said.sealed };
        let salt = salt(&said.name);
        let opened = json!({"body": said.body, "salt": salt.to_hex()});
        Self {
            kind: said.kind,
            name: format!("{}, {mode}", said.name),
            mode,
            body: said.body.clone(),
            outline: outline.clone(),
            text: canonical(&opened),
            commitment: commitment(TAG, salt.as_bytes(), &said.body),
        }
    }

    /// The same with another body in full, for which everything else is made anew but the outline.
    fn saying(self, body: Value) -> Self {
        let salt = salt(&self.name);
        let text = canonical(&json!({"body": body, "salt": salt.to_hex()}));
        Self { commitment: commitment(TAG, salt.as_bytes(), &body), text, body, ..self }
    }

    /// The vector: the statement as it is signed, and what a member finds in its content.
    fn vector(&self, padded: &[u8]) -> Value {
        let stream = opened("session", "a session");
        let seal = json!({
            "commitment": self.commitment, "content": opaque(&self.name, 64), "epoch": 3,
        });
        let issuer = bodies::issuer(self.kind);
        let said = continuing(self.kind, &self.name, &stream, issuer, self.outline.clone());
        let text = said.with("seal", seal).text();
        let place = format!(
            "asp/1.0/seal\n{}\n3\n{}",
            stream.replace("session:", "sha256:"),
            hash("the statement before")
        );
        json!({
            "mode": self.mode,
            "paddedBase64": STANDARD.encode(padded),
            "placeBase64": STANDARD.encode(place),
            "statement": String::from_utf8_lossy(&text),
        })
    }

    /// The vector of what is in order.
    fn whole(&self) -> Result<Value, String> {
        let mut vector = self.vector(&padded(&self.text, size(&self.text)?));
        let opened: Value = serde_json::from_slice(&self.text).map_err(|error| error.to_string())?;
        set(&mut vector, "/opened", Some(opened)).ok_or("a vector is an object")?;
        Ok(vector)
    }

    /// The vector of a text in place of what is sealed.
    fn with_text(&self, text: &str) -> Result<Value, String> {
        Ok(self.vector(&padded(text.as_bytes(), size(text.as_bytes())?)))
    }
}

/// As a member of the group judges what it has opened.
fn judge(vector: &Value) -> Result<(), String> {
    let told = |rejection: Rejection| rejection.code.as_str().to_owned();
    let (text, base64): (String, String) = (read(vector, "statement")?, read(vector, "paddedBase64")?);
    let statement =
        Statement::from_bytes(text.as_bytes()).map_err(|fault| format!("the statement: {fault}"))?;
    let padded = STANDARD.decode(base64).map_err(|error| error.to_string())?;
    let opened = Opened::from_padded(statement.kind, &padded).map_err(told)?;
    let mode = read(vector, "mode")?;
    opened.fits(&statement, mode).map_err(told)?;
    let same = vector.get("opened").is_none_or(|stated| canonical(stated) == opened.to_text());
    let again = seal::outline(&statement.body, mode) == statement.body;
    if same && again { Ok(()) } else { Err("another body".to_owned()) }
}

fn openings() -> Result<Value, String> {
    let mut vectors = Vectors::new();
    for said in bodies::all() {
        for mode in ["hybrid", "sealed"] {
            let parts = Parts::of(&said, mode);
            let vector = parts.whole()?;
            vectors.good(&parts.name, vector.clone(), judge(&vector))?;
        }
    }
    content(&mut vectors)?;
    bindings(&mut vectors)?;
    Ok(vectors.json())
}

/// The body with this name, in the mode in which it is told.
fn parts(name: &str, mode: &'static str) -> Result<Parts, String> {
    let said = bodies::all().into_iter().find(|said| said.name == name);
    said.map(|said| Parts::of(&said, mode)).ok_or_else(|| format!("there is no {name}"))
}

/// What is no padded body with its salt.
fn content(vectors: &mut Vectors) -> Result<(), String> {
    let note = parts("a note", "sealed")?;
    let (text, of) = (String::from_utf8_lossy(&note.text).into_owned(), note.name.clone());
    let size = size(&note.text)?;
    let good = padded(&note.text, size);
    let changed = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes.splice(at..=at, [byte]);
        bytes
    };
    let last_of_length = good.get(3).copied().unwrap_or_default();
    for (change, bytes) in [
        ("a byte of padding that is not zero", changed(size - 1, 1)),
        ("a length beyond the end", changed(0, 255)),
        ("a length of one byte less", changed(3, last_of_length - 1)),
        ("a length of one byte more", changed(3, last_of_length + 1)),
        ("padding one byte short", good.iter().copied().take(size - 1).collect()),
        ("padding one byte long", padded(&note.text, size + 1)),
        ("padding to the size after the least", padded(&note.text, 2 * size)),
        ("no padding at all", padded(&note.text, note.text.len() + 4)),
        ("a length alone", good.iter().copied().take(4).collect()),
        ("nothing", Vec::new()),
    ] {
        let vector = note.vector(&bytes);
        vectors.bad((&of, change, "CONTENT_INVALID"), vector.clone(), judge(&vector))?;
    }
    let salt = salt("a note").to_hex();
    let without_salt = text.replace(&format!(",\"salt\":\"{salt}\""), "");
    let (body, _) = text.split_once(",\"salt\"").ok_or("a text has a salt")?;
    for (change, text, fault) in [
        ("a space between members", text.replacen(",\"salt\"", ", \"salt\"", 1), "CONTENT_INVALID"),
        (
            "the salt first",
            format!("{{\"salt\":\"{salt}\",{}}}", body.trim_start_matches('{')),
            "CONTENT_INVALID",
        ),
        ("no salt", without_salt, "CONTENT_INVALID"),
        ("the salt twice", text.replacen('}', &format!("}},\"salt\":\"{salt}\""), 2), "CONTENT_INVALID"),
        ("no body", format!("{{\"salt\":\"{salt}\"}}"), "CONTENT_INVALID"),
        ("a member more", text.replacen("{\"body\"", "{\"app\":1,\"body\"", 1), "CONTENT_INVALID"),
        ("a salt in capitals", text.replace(&salt, &salt.to_uppercase()), "CONTENT_INVALID"),
        ("a salt of 31 bytes", text.replace(&salt, salt.get(2..).unwrap_or_default()), "CONTENT_INVALID"),
        ("a list for the two", format!("[{text}]"), "CONTENT_INVALID"),
        ("a line feed at the end", format!("{text}\n"), "CONTENT_INVALID"),
        ("a body of another type", text.replace("\"note\"", "\"proposal\""), "INVALID_BODY"),
        ("a body with a member more", text.replace("},\"salt\"", ",\"zone\":1},\"salt\""), "INVALID_BODY"),
    ] {
        let vector = note.with_text(&text)?;
        vectors.bad((&of, change, fault), vector.clone(), judge(&vector))?;
    }
    Ok(())
}

/// What does not fit what was signed.
fn bindings(vectors: &mut Vectors) -> Result<(), String> {
    let fault = "COMMITMENT_MISMATCH";
    let (note, other) = (parts("a note", "sealed")?, parts("a note with data", "sealed")?);
    let salt = salt("a note");
    let of = note.name.clone();
    for (change, commitment) in [
        ("a commitment to another body", commitment(TAG, salt.as_bytes(), &other.body)),
        ("a commitment with another salt", commitment(TAG, other.commitment.as_bytes(), &note.body)),
        ("a commitment without the line feed", commitment(TAG.trim_end(), salt.as_bytes(), &note.body)),
        ("a commitment without the salt", commitment(TAG, b"", &note.body)),
        ("a commitment with the digits of the salt", commitment(TAG, salt.to_hex().as_bytes(), &note.body)),
        ("a commitment to all that is sealed", Hash::of(&[TAG.as_bytes(), &note.text])),
    ] {
        let vector = Parts { commitment, ..parts("a note", "sealed")? }.whole()?;
        vectors.bad((&of, change, fault), vector.clone(), judge(&vector))?;
    }
    let fault = "OUTLINE_MISMATCH";
    let offer = |mode| parts("an offer with all that it can say", mode);
    let changed = |mut value: Value, at: &str, to: Option<Value>| {
        set(&mut value, at, to).map(|()| value).ok_or_else(|| format!("there is no {at}"))
    };
    let hidden = json!(hash("other terms"));
    for (change, mode, at, to) in [
        ("a word in the clear", "sealed", "/packages/0/obligations/0/what", Some(json!("Steel"))),
        ("an amount in the clear", "sealed", "/packages/0/obligations/0/value/amount", Some(json!("5000"))),
        ("reasoning in the clear", "hybrid", "/reasoning", Some(json!("Steel is cheap."))),
        ("another amount", "hybrid", "/packages/0/obligations/0/value/amount", Some(json!("5"))),
        ("another debtor", "sealed", "/packages/0/obligations/0/debtor", Some(json!(super::people::CARRIER))),
        ("other terms", "hybrid", "/packages/0/hidden", Some(hidden)),
        ("one obligation less", "sealed", "/packages/0/obligations/1", None),
        ("one package less", "sealed", "/packages/1", None),
        ("another quorum", "sealed", "/quorum", Some(json!(1))),
    ] {
        let whole = offer(mode)?;
        let name = whole.name.clone();
        let vector = Parts { outline: changed(whole.outline.clone(), at, to)?, ..whole }.whole()?;
        vectors.bad((&name, change, fault), vector.clone(), judge(&vector))?;
    }
    for (change, at, list) in [
        ("answers in another order", "/answers", json!(["ACCEPT", "COUNTER", "REJECT"])),
        (
            "who is awaited in another order",
            "/awaits",
            json!([super::people::CARRIER, super::people::SELLER]),
        ),
    ] {
        let whole = offer("sealed")?;
        let (name, body) = (whole.name.clone(), changed(whole.body.clone(), at, Some(list))?);
        let vector = whole.saying(body).whole()?;
        vectors.bad((&name, change, "CONTENT_INVALID"), vector.clone(), judge(&vector))?;
    }
    let whole = offer("sealed")?;
    let name = whole.name.clone();
    let vector = Parts { mode: "hybrid", ..whole }.whole()?;
    vectors.bad((&name, "the outline of another mode", fault), vector.clone(), judge(&vector))?;
    unsalted(vectors)
}

/// Packages that could be guessed, or that nobody could read.
fn unsalted(vectors: &mut Vectors) -> Result<(), String> {
    let (whole, fault) = (parts("an offer with all that it can say", "sealed")?, "OUTLINE_MISMATCH");
    let name = whole.name.clone();
    let first = |value: &Value| value.pointer("/packages/0").cloned().ok_or("an offer has packages");
    let (mut body, mut outline) = (whole.body.clone(), whole.outline.clone());
    set(&mut body, "/packages/0/salt", None).ok_or("a package has a salt")?;
    let terms = Hash::of(&[b"asp/1.0/terms\n", &canonical(&first(&body)?)]);
    set(&mut outline, "/packages/0/hidden", Some(json!(terms))).ok_or("a package is there")?;
    let vector = Parts { outline, ..whole }.saying(body).whole()?;
    vectors.bad((&name, "a package without a salt", fault), vector.clone(), judge(&vector))?;
    let whole = parts("an offer with all that it can say", "sealed")?;
    let hides = whole.outline.pointer("/packages/0/hidden").cloned();
    let mut body = whole.body.clone();
    set(&mut body, "/packages/0/hidden", hides).ok_or("a package is there")?;
    set(&mut body, "/packages/0/terms", Some(json!({}))).ok_or("a package is there")?;
    let vector = whole.saying(body).whole()?;
    vectors.bad(
        (&name, "a package that hides its terms from the group too", fault),
        vector.clone(),
        judge(&vector),
    )
}

/// The hashes of key packages.
fn packages() -> Result<Value, String> {
    let mut vectors = Vectors::new();
    for (name, bytes) in [("one byte", 1), ("a key package", 320), ("as large as may be", 4_096)] {
        let bytes: Vec<u8> =
            (0..bytes).map(|number: usize| u8::try_from(number % 251).unwrap_or_default()).collect();
        let own = Hash::of(&[b"asp/1.0/key-package\n", &bytes]);
        let judged = if seal::package_hash(&bytes) == own { Ok(()) } else { Err("another hash".to_owned()) };
        vectors.good(name, json!({"hash": own, "packageBase64": STANDARD.encode(bytes)}), judged)?;
    }
    Ok(vectors.json())
}

/// The hashes of terms: shown, salted, and hidden, when what stands for them is the hash.
fn terms() -> Result<Value, String> {
    let mut vectors = Vectors::new();
    let package = |salt: Option<&str>| {
        let mut package = json!({"obligations": [bodies::steel()], "terms": {"grade": "S235"}});
        salt.map_or(Some(()), |salt| set(&mut package, "/salt", Some(json!(salt)))).map(|()| package)
    };
    let named = |package: &Value| Hash::of(&[b"asp/1.0/terms\n", &canonical(package)]);
    let shown = package(None).ok_or("a package is an object")?;
    let salted = package(Some("00112233445566778899aabbccddeeff")).ok_or("a package is an object")?;
    let other = package(Some("00112233445566778899aabbccddeefe")).ok_or("a package is an object")?;
    let hidden = json!({"hidden": named(&salted), "obligations": [bodies::steel_sealed()], "terms": {}});
    for (name, package, hash) in [
        ("shown", &shown, named(&shown)),
        ("with a salt", &salted, named(&salted)),
        ("with another salt", &other, named(&other)),
        ("hidden, as those with a salt", &hidden, named(&salted)),
    ] {
        let read: Package = serde_json::from_value(package.clone()).map_err(|error| error.to_string())?;
        let judged = if read.terms_hash() == hash { Ok(()) } else { Err("another hash".to_owned()) };
        vectors.good(name, json!({"package": package, "termsHash": hash}), judged)?;
    }
    Ok(vectors.json())
}
