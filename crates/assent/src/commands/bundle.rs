//! `assent bundle disclose`: messages of a session, shut to one key in the file of a proof.

use std::collections::BTreeSet;

use asp_core::bundle::Bundle;
use asp_core::key::KeyId;
use asp_core::position::{Hash, Sequence};
use asp_seal::disclosure::{self, Place};
use serde_json::json;

use super::verify::read_bundle;
use crate::cli::Disclose;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::read::Receiver;
use crate::terms;

/// Opens messages with the vault of the agent that speaks, shuts them to the receiver, and writes the bundle with them.
///
/// # Errors
/// When a message cannot be opened here or is not in the bundle, or the receiver has no key that it can be shut to.
pub(super) async fn disclose(context: &Context, args: &Disclose) -> Outcome {
    let bundle = read_bundle(&args.file)?;
    let id = session_of(&bundle, args)?;
    let party = context.agent().await?;
    let to = match &args.to {
        Receiver::Key(key) => vec![*key],
        Receiver::Named(whom) => party.disclosure_keys(whom).await.map_err(keyless)?,
    };
    let keys: BTreeSet<KeyId> = to.into_iter().collect();
    let session = party.session(&id);
    let mut shown = Vec::new();
    let messages: BTreeSet<u64> = args.message.iter().copied().collect();
    for message in &messages {
        let (statement, opened) = session.opened(Sequence(*message)).await.map_err(|error| {
            let failure = Failure::from(error);
            Failure { what: format!("message {message}: {}", failure.what), ..failure }.hint(
                "`assent session show ID --messages` shows which were sealed and can be opened in this home.",
            )
        })?;
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

fn unsuited(to: &KeyId, fault: disclosure::Fault) -> Failure {
    Failure::usage(format_args!("{to}: {fault} ({})", fault.code()))
        .hint("It takes a key of Ed25519: `assent key new judge.pem` makes one.")
}

fn keyless(error: asp_client::Error) -> Failure {
    let missing = matches!(error, asp_client::Error::Missing { .. });
    let failure = Failure::from(error);
    if missing { failure.hint("Ask for one and name it: --to did:key:…") } else { failure }
}
