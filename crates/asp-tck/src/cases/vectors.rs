//! The vectors of statements, which every language reads: each is judged from its bytes alone, as the file says.

use asp_core::rejection::Code;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use serde::Deserialize;

use super::{Case, code};
use crate::finding::Finding;
use crate::stage::Stage;

pub(super) const CASES: &[Case] = &[code!(
    [
        "ASP-STM-001",
        "ASP-STM-002",
        "ASP-STM-003",
        "ASP-STM-004",
        "ASP-STM-005",
        "ASP-STM-006",
        "ASP-STM-007",
        "ASP-STM-008",
        "ASP-STM-009",
        "ASP-STM-012",
        "ASP-STM-015"
    ],
    "every vector of every type of statement is judged as its file says",
    vectors
)];

/// The files, as the build has found them.
const FILES: &[&str] = &include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

/// Vectors that are on their way at once.
const AT_ONCE: usize = 4;
/// Deviations that are told one by one; a node that gets one kind wrong gets it wrong often.
const TOLD_MAX: usize = 20;

#[derive(Deserialize)]
struct File {
    #[serde(rename = "type")]
    kind: String,
    accept: Vec<Accept>,
    reject: Vec<Reject>,
}

#[derive(Deserialize)]
struct Accept {
    name: String,
    envelope: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reject {
    name: String,
    of: String,
    change: String,
    #[serde(default)]
    envelope: Option<String>,
    /// Where the bytes are no UTF-8.
    #[serde(default)]
    envelope_base64: Option<String>,
    code: Code,
    rule: String,
    pointer: String,
}

/// One envelope with the refusal that is due.
struct Vector {
    place: String,
    envelope: Vec<u8>,
    code: Code,
    rule: &'static str,
    pointer: String,
}

fn read(text: &str) -> Result<Vec<Vector>, Finding> {
    let unsound = |error: &dyn std::fmt::Display| Finding::new("a file of vectors that can be read", error);
    let File { kind, accept, reject } = serde_json::from_str(text).map_err(|error| unsound(&error))?;
    // All are for another log: whoever finds nothing else wrong has read everything before.
    let accepted = accept.into_iter().map(|Accept { name, envelope }| {
        Ok(Vector {
            place: format!("{kind}: {name}"),
            envelope: envelope.into_bytes(),
            code: Code::WrongAudience,
            rule: "ASP-STM-012",
            pointer: "/audience".to_owned(),
        })
    });
    let rejected = reject.into_iter().map(|reject| {
        let Reject { name, of, change, envelope, envelope_base64, code, rule, pointer } = reject;
        let decoded = envelope_base64.map(|bytes| STANDARD.decode(bytes)).transpose();
        let bytes = decoded.map_err(|error| unsound(&error))?.or_else(|| envelope.map(String::into_bytes));
        let rule = crate::rules::find(&rule).ok_or_else(|| unsound(&rule))?.id;
        Ok(Vector {
            place: format!("{kind}: {name}, {of} with {change}"),
            envelope: bytes.ok_or_else(|| unsound(&name))?,
            code,
            rule,
            pointer,
        })
    });
    accepted.chain(rejected).collect()
}

async fn vectors(stage: &mut Stage) -> Result<(), Finding> {
    let read: Vec<Vec<Vector>> = FILES.iter().map(|text| read(text)).collect::<Result<_, _>>()?;
    let wire = std::sync::Arc::clone(&stage.wire);
    let send = |vector: Vector| {
        let wire = &wire;
        async move {
            let sent = wire.post("/v1/statements", "application/json", vector.envelope.clone()).await;
            (vector, sent)
        }
    };
    // Judged as they come: what a node answers may be large.
    let mut all = futures::stream::iter(read.into_iter().flatten()).map(send).buffered(AT_ONCE);
    while let Some((vector, answer)) = all.next().await {
        let place = Some((vector.rule, vector.pointer.as_str()));
        let judged = stage.refuses(&answer?, vector.code, place);
        if let Err(finding) = judged {
            let told = finding.of(&[vector.rule]).at(&vector.place);
            stage.remarks.push(told);
        }
        if stage.remarks.len() > TOLD_MAX {
            break;
        }
    }
    Ok(())
}
