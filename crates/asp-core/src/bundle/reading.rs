//! From a file's bytes to a bundle: canonical as a whole, within bounds, each part of its type.
//! Nothing is verified here.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Bundle, Entry, KIND, Unreadable};
use crate::key::KeyId;
use crate::limits;
use crate::log::proof::PATH_MAX;
use crate::log::receipt::Receipt;
use crate::name::Origin;
use crate::position::{Hash, LogPoint, LogTime, Position};
use crate::statement::body::Disclosure;
use crate::statement::scan::{Bounds, scan};
use crate::statement::{Received, Signature, VERSION, body};

/// What a whole file may have. Statements stand three levels deep; a value takes two bytes at least.
const BOUNDS: Bounds = Bounds {
    bytes: limits::BUNDLE_BYTES_MAX,
    depth: limits::STATEMENT_DEPTH_MAX + 3,
    nodes: limits::BUNDLE_BYTES_MAX / 2,
    string_bytes: limits::STRING_BYTES_MAX,
};

/// The file as it stands.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    asp: Cow<'a, str>,
    checkpoint: String,
    commitment: Hash,
    /// None is a member that is absent: an empty list has another spelling.
    #[serde(default)]
    disclosures: Vec<Disclosure>,
    #[serde(borrow)]
    entries: Vec<WireEntry<'a>>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    node_key: KeyId,
    origin: Origin,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireEntry<'a> {
    index: Position,
    log_time: LogTime,
    proof: Vec<Hash>,
    receipt: Receipt,
    signatures: Vec<Signature>,
    #[serde(borrow)]
    statement: &'a RawValue,
}

impl Bundle {
    /// Reads a file. Whatever is not the one spelling of a bundle is refused, so that no byte is without meaning.
    ///
    /// # Errors
    /// Why it cannot be read, and where.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > limits::BUNDLE_BYTES_MAX {
            return Err(Unreadable::TooLarge);
        }
        scan(bytes, &BOUNDS).map_err(Unreadable::NotCanonical)?; // ASP-BUN-001
        let wire: Wire<'_> = serde_json::from_slice(bytes).map_err(|_| pointed(bytes))?;
        let member = |pointer: &str| Unreadable::Member { pointer: pointer.to_owned() };
        if wire.asp != VERSION {
            return Err(member("/asp"));
        }
        if wire.kind != KIND {
            return Err(member("/kind"));
        }
        if wire.entries.len().max(wire.disclosures.len()) > limits::BUNDLE_ENTRIES_MAX {
            return Err(Unreadable::TooLarge);
        }
        let entries = wire.entries.into_iter().enumerate().map(|(place, entry)| entry.read(place));
        let bundle = Self {
            origin: wire.origin,
            node_key: wire.node_key,
            commitment: wire.commitment,
            checkpoint: wire.checkpoint,
            // One order and nothing twice: what is written has both.
            disclosures: wire
                .disclosures
                .into_iter()
                .map(|shown| ((shown.statement, shown.to), shown))
                .collect(),
            entries: entries.collect::<Result<_, _>>()?,
        };
        // The reader of types takes a list of values for an object; what is written has the objects.
        if bundle.to_bytes() == bytes { Ok(bundle) } else { Err(member("")) } // ASP-BUN-001
    }
}

impl WireEntry<'_> {
    fn read(self, entry: usize) -> Result<Entry, Unreadable> {
        if self.proof.len() > PATH_MAX {
            return Err(Unreadable::Member { pointer: format!("/entries/{entry}/proof") });
        }
        let signed = Received::from_parts(self.statement.get().as_bytes(), self.signatures)
            .and_then(Received::read)
            .map_err(|rejection| Unreadable::Statement { entry, rejection })?;
        let at = LogPoint { index: self.index, time: self.log_time };
        Ok(Entry { at, proof: self.proof, receipt: self.receipt, signed })
    }
}

/// Reads again, slowly, to say where it fails; an error path only.
fn pointed(bytes: &[u8]) -> Unreadable {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let pointer = match serde_path_to_error::deserialize::<_, Wire<'_>>(&mut reader) {
        Ok(_) => String::new(),
        Err(error) => body::pointer("", error.path()),
    };
    Unreadable::Member { pointer }
}
