//! `assent bundle disclose`: messages of a session, shut to one key in the file of a proof.

use std::collections::BTreeSet;

use asp_client::{AgentParty, Session};
use asp_core::bundle::Bundle;
use asp_core::key::KeyId;
use asp_core::position::{Hash, Sequence};
use asp_core::seal::Opened;
use asp_seal::disclosure::{self, Place};
use serde_json::json;

use super::verify::read_bundle;
use crate::cli::Disclose;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::read::Receiver;
use crate::{terms, words};

/// Opens messages with the vault of the agent that speaks, shuts them to the receiver, and writes the bundle with them.
///
/// # Errors
/// When a message cannot be opened here or is not in the bundle, or the receiver has no key that it can be shut to.
pub(super) async fn disclose(context: &Context, args: &Disclose) -> Outcome {
    let bundle = read_bundle(&args.file)?;
    let id = session_of(&bundle, args)?;
    let party = context.agent().await?;
    let keys: BTreeSet<KeyId> = keys_of(&party, &args.to, "--to").await?.into_iter().collect();
    let session = party.session(&id);
    let mut shown = Vec::new();
    let messages: BTreeSet<u64> = args.message.iter().copied().collect();
    for message in &messages {
        let (statement, opened) = opened(&session, Sequence(*message)).await?;
        if bundle.statement(&statement).is_none() {
            return Err(Failure::no(format_args!(
                "message {message} is not in {}: it was said later",
                args.file.display()
            ))
            .hint("Make the proof anew: assent commitment bundle COMMITMENT -o FILE"));
        }
        let place = Place { origin: bundle.origin(), session: id, statement };
        for to in &keys {
            let disclosed = disclosure::disclose(to, &place, &opened);
            shown.push(disclosed.map_err(|fault| unsuited(to, fault))?);
        }
    }
    let too_large = || Failure::usage("the file would be larger than anybody reads");
    let bytes = bundle.disclosing(shown).ok_or_else(too_large)?.to_bytes();
    if args.output.as_os_str() == "-" {
        return context.printer.raw(&bytes).map_err(Failure::fault);
    }
    super::write_output(&args.output, &bytes)?;
    let path = args.output.display().to_string();
    let value = json!({ "bytes": bytes.len(), "file": path, "messages": messages, "to": keys });
    context.printer.show(&value, |page| {
        page.line(format!("{path}  {} bytes", terms::grouped(bytes.len())));
        let numbers = messages.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        page.field("disclosed", format!("message {numbers}"));
        for key in &keys {
            page.field("to", key.to_string());
        }
    });
    let command = format!("assent verify {path} --key KEYFILE");
    context.printer.say(Text::from("Whoever has that key: ").and(Paint::Accent, command));
    Ok(())
}

fn session_of(bundle: &Bundle, args: &Disclose) -> Outcome<Hash> {
    bundle.session().ok_or_else(|| {
        Failure::usage(format_args!(
            "{}: it does not have the statement that it is about",
            args.file.display()
        ))
    })
}

/// What was sealed in a message, and the statement that it is.
///
/// # Errors
/// Which message cannot be opened here, and why.
pub(super) async fn opened(session: &Session, message: Sequence) -> Outcome<(Hash, Opened)> {
    session.opened(message).await.map_err(|error| {
        let missing = matches!(error, asp_client::Error::Missing { .. });
        let failure = Failure::from(error);
        let failure = Failure { what: format!("message {message}: {}", failure.what), ..failure };
        if !missing {
            return failure;
        }
        failure.hint(
            "`assent session show ID --messages` shows which were sealed and can be opened in this home.",
        )
    })
}

/// The keys of a receiver to which something can be disclosed; `option` names the receiver.
///
/// # Errors
/// When the receiver has none.
pub(super) async fn keys_of(party: &AgentParty, to: &Receiver, option: &str) -> Outcome<Vec<KeyId>> {
    let whom = match to {
        Receiver::Key(key) => return Ok(vec![*key]),
        Receiver::Named(whom) => whom,
    };
    party.disclosure_keys(whom).await.map_err(|error| {
        let missing = matches!(error, asp_client::Error::Missing { .. });
        let failure = Failure::from(error);
        if !missing {
            return failure;
        }
        let what = format!("{}: {}", words::issuer(whom), failure.what);
        let hint = format!("Ask for one and name it: {option} did:key:…");
        Failure { what, ..failure }.hint(hint)
    })
}

/// Why something cannot be shut to a key.
pub(super) fn unsuited(to: &KeyId, fault: disclosure::Fault) -> Failure {
    let failure = Failure::usage(format_args!("{to}: {fault} ({})", fault.code()));
    if matches!(fault, disclosure::Fault::KeyUnsuited) {
        return failure.hint("It takes a key of Ed25519: `assent key new judge.pem` makes one.");
    }
    failure
}
