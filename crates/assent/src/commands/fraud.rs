//! `assent verify-fraud`: whether a node contradicted itself, offline. Judges nothing itself: the core does.

use std::path::Path;

use asp_core::key::KeyId;
use asp_core::log::checkpoint::Note;
use asp_core::log::fraud::{FRAUD_BYTES_MAX, FraudError, FraudProof};
use asp_core::log::receipt::Receipt;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{read_input, write_output};
use crate::cli::VerifyFraud;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};

/// Reads one proof, or two things to make one of; says whether the node lied.
///
/// # Errors
/// [`crate::failure::Exit::No`] if that is not shown, [`crate::failure::Exit::Usage`] if a file cannot be read.
pub(super) fn run(context: &Context, args: &VerifyFraud) -> Outcome {
    let proof = match args.files.as_slice() {
        [one, other] => made(one, other, args.node_key)?,
        files => files.iter().map(|file| read(file)).next().ok_or_else(|| Failure::usage("no file"))??,
    };
    let proved = proof.and_then(|proof| proof.verify(args.node_key.as_ref()).map(|found| (proof, found)));
    let (proof, found) = match proved {
        Ok(proved) => proved,
        Err(why) => {
            let value = json!({ "verdict": "not-proved", "why": why.to_string() });
            context.printer.show(&value, |page| {
                page.field("verdict", Text::of(Paint::Warn, "not proved")).field("why", why.to_string());
            });
            return Err(Failure::no("this does not prove that a node lied"));
        }
    };
    if let Some(output) = &args.output {
        write_output(output, format!("{}\n", proof.to_json()).as_bytes())?;
    }
    let (origin, key) = (proof.origin(), proof.node_key);
    let value =
        json!({ "verdict": "proved", "origin": origin, "nodeKey": key, "contradiction": found.to_string() });
    context.printer.show(&value, |page| {
        page.field("verdict", Text::of(Paint::Bad, "the node lied"))
            .field("log", origin.to_string())
            .field("signed by", key.to_string())
            .field("what", found.to_string());
    });
    if args.node_key.is_none() {
        context.printer.say("Whether that is the key of a node that you know, --node-key tells.");
    }
    Ok(())
}

/// What has been judged of two files, or is still to be judged of one.
type Judged = Result<FraudProof, FraudError>;

fn read(file: &Path) -> Outcome<Judged> {
    let bytes = bytes(file)?;
    let proof = FraudProof::from_json(without_line_break(&bytes));
    // What is no proof at all was not read; what is one is judged.
    proof.map(Ok).map_err(|error| Failure::usage(format_args!("{}: {error}", file.display())))
}

fn bytes(file: &Path) -> Outcome<Vec<u8>> {
    read_input(file, FRAUD_BYTES_MAX as u64 + 1)
}

/// Files end in a line break, proofs and receipts do not.
fn without_line_break(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").unwrap_or(bytes)
}

/// Something that a node signed.
enum Signed {
    Receipt(Box<Receipt>),
    /// With the key that its file names.
    Checkpoint(Box<Note>, Option<KeyId>),
}

fn made(one: &Path, other: &Path, known: Option<KeyId>) -> Outcome<Judged> {
    match (signed(one)?, signed(other)?) {
        (Signed::Receipt(one), Signed::Receipt(other)) => {
            let key = known.unwrap_or(one.signature.key_id);
            Ok(FraudProof::of_receipts(*one, *other, key))
        }
        (Signed::Checkpoint(one, named), Signed::Checkpoint(other, _)) => {
            let key = known.or(named).ok_or_else(|| {
                Failure::usage("a signed note does not say which key signed it").hint("Give it: --node-key.")
            })?;
            Ok(FraudProof::of_checkpoints(*one, *other, key))
        }
        (Signed::Receipt(_), Signed::Checkpoint(..)) | (Signed::Checkpoint(..), Signed::Receipt(_)) => {
            Err(Failure::usage("a receipt and a checkpoint cannot contradict each other"))
        }
    }
}

/// What `assent log checkpoint --json` prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
    note: String,
    node_key: Option<KeyId>,
}

fn signed(file: &Path) -> Outcome<Signed> {
    let bytes = bytes(file)?;
    if let Ok(receipt) = Receipt::from_json(without_line_break(&bytes)) {
        return Ok(Signed::Receipt(Box::new(receipt)));
    }
    let unknown =
        || Failure::usage(format_args!("{}: neither a receipt nor a signed checkpoint", file.display()));
    let text = std::str::from_utf8(&bytes).map_err(|_| unknown())?;
    if let Ok(note) = text.parse() {
        return Ok(Signed::Checkpoint(Box::new(note), None));
    }
    let value: Value = serde_json::from_str(text).map_err(|_| unknown())?;
    // Words in a session are answered with the receipt among other things.
    if let Some(receipt) = value.get("receipt").and_then(|inner| Receipt::deserialize(inner).ok()) {
        return Ok(Signed::Receipt(Box::new(receipt)));
    }
    let printed = Printed::deserialize(&value).map_err(|_| unknown())?;
    let note = printed.note.parse().map_err(|_| unknown())?;
    Ok(Signed::Checkpoint(Box::new(note), printed.node_key))
}
