//! The checks of a bundle. The rules of the streams are not here: [`World`] judges, as it does at the node.

use std::collections::BTreeMap;

use super::report::{Check, ObligationLine, Report, Summary, Verdict};
use super::{Anchors, Bundle, Entry};
use crate::key::KeyId;
use crate::log::checkpoint::{Note, NoteKey};
use crate::log::leaf::Leaf;
use crate::log::proof::verify_inclusion;
use crate::name::{Issuer, StreamId};
use crate::position::{Hash, Head, LogPoint, Position};
use crate::session::{Commitment, Session};
use crate::statement::{Received, Verified};
use crate::stream::check_place;
use crate::world::World;

/// What a check found out: nothing wrong, or what.
type Finding = Result<String, String>;

/// Runs all checks.
pub(super) fn verify(bundle: &Bundle, anchors: &Anchors) -> Report {
    let note_key = NoteKey { name: bundle.origin.clone(), key: bundle.node_key };
    let note = open_note(bundle, &note_key);
    let read: Result<Vec<Verified>, String> = bundle.entries.iter().map(read_entry).collect();
    let statements = read.as_deref().unwrap_or_default();
    let replayed = read.clone().map(|_| ()).and_then(|()| replay(bundle, statements));
    let world = replayed.as_ref().ok();
    let found = world.and_then(|world| find(bundle, world));
    let size = note.as_ref().map_or(0, |note| note.checkpoint.size);

    let mut checks = vec![
        settled(
            "signatures",
            read.as_ref()
                .map(|all| format!("{} statements, each strictly verified", all.len()))
                .map_err(Clone::clone),
        ),
        settled("chains", chains(statements)),
        settled(
            "keys-when-logged",
            replayed
                .as_ref()
                .map(|_| "every key was valid where the log has what it signed".to_owned())
                .map_err(Clone::clone),
        ),
        keys_now(bundle, statements, world),
        settled("replay", replayed_to(found, replayed.as_ref().err())),
        settled(
            "signed-by-all",
            found.map_or_else(
                || Err("there is no commitment".to_owned()),
                |(_, commitment)| signed_by_all(commitment),
            ),
        ),
        settled(
            "checkpoint",
            note.as_ref()
                .map(|note| format!("signed by the log for {} entries", note.checkpoint.size))
                .map_err(Clone::clone),
        ),
        settled(
            "inclusion",
            note.as_ref().map_err(Clone::clone).and_then(|note| inclusion(bundle, statements, note)),
        ),
        settled("receipts", receipts(bundle, statements)),
    ];
    checks.extend(found.map(|(_, commitment)| outcomes(commitment)));
    checks.push(log_key(bundle.node_key, anchors));
    checks.extend(not_shown(size));
    let summary = found.map(|(session, commitment)| summary(bundle, session, commitment, size));
    Report { checks, summary }
}

fn settled(rule: &'static str, finding: Finding) -> Check {
    match finding {
        Ok(detail) => Check { rule, verdict: Verdict::Proved, detail },
        Err(detail) => Check { rule, verdict: Verdict::Refuted, detail },
    }
}

fn read_entry(entry: &Entry) -> Result<Verified, String> {
    let read = Received::from_parts(entry.statement.get().as_bytes(), entry.signatures.clone());
    let verified = read.and_then(Received::read).and_then(crate::statement::Signed::verify);
    verified.map_err(|rejection| format!("entry {}: {rejection}", entry.index))
}

/// Each stream from its opening statement on, without a gap or a fork.
fn chains(statements: &[Verified]) -> Finding {
    let mut heads: BTreeMap<&StreamId, Head> = BTreeMap::new();
    for verified in statements {
        let statement = verified.statement();
        let head = heads.get(&statement.stream).copied();
        check_place(statement, head, statement.stream.kind())
            .map_err(|rejection| format!("{} at {}: {rejection}", statement.stream, statement.sequence))?;
        heads.insert(&statement.stream, Head { sequence: statement.sequence, hash: statement.hash });
    }
    if heads.is_empty() {
        Err("there are no statements".to_owned())
    } else {
        Ok(format!("{} streams without a gap", heads.len()))
    }
}

/// The state after all entries, by the same code as the node's.
fn replay(bundle: &Bundle, statements: &[Verified]) -> Result<World, String> {
    let mut world = World::new(bundle.origin.clone(), bundle.node_key);
    let mut before: Option<&Entry> = None;
    for (entry, verified) in bundle.entries.iter().zip(statements) {
        if before.is_some_and(|before| before.index >= entry.index || before.log_time > entry.log_time) {
            return Err(format!("entry {} is not in the order of the log", entry.index));
        }
        before = Some(entry);
        let at = LogPoint { index: entry.index, time: entry.log_time };
        let accepted =
            world.judge(verified, at).map_err(|rejection| format!("entry {}: {rejection}", entry.index))?;
        world.apply(&accepted);
    }
    Ok(world)
}

fn find<'a>(bundle: &Bundle, world: &'a World) -> Option<(&'a Session, &'a Commitment)> {
    world.sessions().find_map(|session| Some((session, session.commitments().get(&bundle.commitment)?)))
}

fn replayed_to(found: Option<(&Session, &Commitment)>, error: Option<&String>) -> Finding {
    match (found, error) {
        (Some((_, commitment)), _) => {
            Ok(format!("the statements form the commitment and leave it {}", word(&commitment.state())))
        }
        (None, Some(error)) => Err(error.clone()),
        (None, None) => Err("the statements form no such commitment".to_owned()),
    }
}

fn signed_by_all(commitment: &Commitment) -> Finding {
    let bound =
        commitment.duties().iter().flat_map(|duty| [&duty.obligation.debtor, &duty.obligation.creditor]);
    let mut bound = bound.filter(|agent| !commitment.signers.contains(*agent));
    match bound.next() {
        Some(agent) => Err(format!("{agent} is bound and has not signed")),
        None => Ok(format!("{} parties signed {}", commitment.signers.len(), commitment.terms_hash)),
    }
}

/// Whether keys that signed have been revoked in hindsight, as far as the bundle shows their streams.
fn keys_now(bundle: &Bundle, statements: &[Verified], world: Option<&World>) -> Check {
    let rule = "keys-now";
    let Some(world) = world else {
        return Check {
            rule,
            verdict: Verdict::NotShown,
            detail: "the keys' streams do not replay".to_owned(),
        };
    };
    for (entry, verified) in bundle.entries.iter().zip(statements) {
        for signature in verified.signatures() {
            if distrusted(world, &verified.statement().issuer, &signature.key_id, entry.index) {
                let detail = format!(
                    "{} was revoked from before entry {} on, which it signed",
                    signature.key_id, entry.index
                );
                return Check { rule, verdict: Verdict::Refuted, detail };
            }
        }
    }
    let detail = "no key was revoked in hindsight, up to the last entry shown".to_owned();
    Check { rule, verdict: Verdict::Proved, detail }
}

fn distrusted(world: &World, issuer: &Issuer, key: &KeyId, at: Position) -> bool {
    let lapsed =
        |history: &crate::stream::KeyHistory| history.valid_at(key, at) && !history.trusted_at(key, at);
    let agent = issuer.agent().and_then(|agent| world.agent(agent)).is_some_and(|agent| lapsed(agent.keys()));
    let organisation =
        issuer.organisation().and_then(|domain| world.organisation(&domain).map(|org| lapsed(org.keys())));
    agent || organisation.unwrap_or(false)
}

fn open_note(bundle: &Bundle, key: &NoteKey) -> Result<Note, String> {
    let note = Note::open(&bundle.checkpoint, key).map_err(|error| error.to_string())?;
    // Lines that nobody checks could be changed unnoticed.
    if note.signatures.len() == 1 {
        Ok(note)
    } else {
        Err("it has lines that nothing here can check".to_owned())
    }
}

fn leaf(entry: &Entry, verified: &Verified) -> Hash {
    let statement = verified.statement().hash;
    Leaf { statement, signatures: verified.signatures_hash(), log_time: entry.log_time }.hash()
}

fn inclusion(bundle: &Bundle, statements: &[Verified], note: &Note) -> Finding {
    if statements.is_empty() {
        return Err("there are no statements that could be included".to_owned());
    }
    let (size, root) = (note.checkpoint.size, note.checkpoint.root);
    for (entry, verified) in bundle.entries.iter().zip(statements) {
        verify_inclusion(&leaf(entry, verified), entry.index.0, size, &entry.proof, &root)
            .map_err(|error| format!("entry {}: {error}", entry.index))?;
    }
    Ok(format!("the log of {size} entries has each of them"))
}

fn receipts(bundle: &Bundle, statements: &[Verified]) -> Finding {
    if statements.is_empty() {
        return Err("there are no statements that receipts could be for".to_owned());
    }
    for (entry, verified) in bundle.entries.iter().zip(statements) {
        let told = |why: &dyn std::fmt::Display| format!("entry {}: {why}", entry.index);
        entry.receipt.verify(&bundle.node_key).map_err(|error| told(&error))?;
        let (body, statement) = (&entry.receipt.receipt, verified.statement());
        let fits = body.log_index == entry.index
            && body.log_time == entry.log_time
            && body.origin == bundle.origin
            && body.sequence == statement.sequence
            && body.statement == statement.hash
            && body.stream == statement.stream;
        if !fits {
            return Err(told(&"the receipt is of something else"));
        }
    }
    Ok("the node signed for each of them".to_owned())
}

/// A state in the words of the protocol.
fn word(state: &impl serde::Serialize) -> String {
    serde_json::to_value(state).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn outcomes(commitment: &Commitment) -> Check {
    let lines: Vec<String> = commitment
        .duties()
        .iter()
        .map(|duty| format!("{} {}", duty.obligation.id, duty.progress.as_str()))
        .collect();
    Check { rule: "obligations", verdict: Verdict::Proved, detail: lines.join(", ") }
}

fn log_key(key: KeyId, anchors: &Anchors) -> Check {
    let (verdict, detail) = match anchors.node_key {
        Some(trusted) if trusted == key => (Verdict::Proved, "the log's key is the one you trust".to_owned()),
        Some(_) => (Verdict::Refuted, format!("the log's key is {key}, not the one you trust")),
        None => {
            (Verdict::NotShown, format!("whether {key} is the key of a log you trust is for you to know"))
        }
    };
    Check { rule: "log-key", verdict, detail }
}

/// What no bundle of this version can show.
fn not_shown(size: u64) -> [Check; 3] {
    let check = |rule, detail: String| Check { rule, verdict: Verdict::NotShown, detail };
    [
        check(
            "domain-control",
            "whether the organisations control their domains is not in the log".to_owned(),
        ),
        check("witnesses", "no witness has cosigned the checkpoint".to_owned()),
        check("later", format!("what was said after entry {size} of the log is not in the file")),
    ]
}

fn summary(bundle: &Bundle, session: &Session, commitment: &Commitment, size: u64) -> Summary {
    let obligations = commitment
        .duties()
        .iter()
        .map(|duty| ObligationLine {
            id: duty.obligation.id.to_string(),
            what: duty.obligation.what.to_string(),
            debtor: duty.obligation.debtor.clone(),
            creditor: duty.obligation.creditor.clone(),
            value: duty.obligation.value.clone(),
            state: duty.progress.as_str().to_owned(),
        })
        .collect();
    Summary {
        commitment: commitment.id,
        session: session.id(),
        session_state: session.state(),
        state: commitment.state(),
        signers: commitment.signers.iter().cloned().collect(),
        formed_at: commitment.formed.time,
        obligations,
        origin: bundle.origin.clone(),
        size,
    }
}
