//! `assent bundle disclose`, and how what was disclosed is opened: shut to a key here, opened by one there.
//! Whether it is what was signed is judged by the core.

use std::collections::BTreeSet;

use asp_core::bundle::{Bundle, Tried};
use asp_core::key::{Algorithm, KeyId, SecretKey};
use asp_core::name::Issuer;
use asp_core::position::{Hash, Sequence};
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, Opened};
use asp_core::statement::body::Disclosure;
use asp_seal::disclosure::{Place, Shut, open, shut};
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
    let keys = keys_of(context, &args.to).await?;
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
        for to in &keys {
            shown.push(shut_to(&bundle, id, statement, &opened, *to)?);
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

fn shut_to(
    bundle: &Bundle,
    session: Hash,
    statement: Hash,
    opened: &Opened,
    to: KeyId,
) -> Outcome<Disclosure> {
    let place = Place { origin: bundle.origin(), session, statement };
    let Shut { enc, content } = shut(&to, &place, &opened.to_text())
        .map_err(|fault| Failure::usage(format_args!("{to}: {fault} ({})", fault.code())))?;
    let opaque = |bytes| Opaque::new(bytes).map_err(|code| Failure::fault(code.sentence()));
    Ok(Disclosure { content: opaque(content)?, enc: opaque(enc)?, statement, to })
}

/// The keys of the receiver that something can be shut to, which count at present.
async fn keys_of(context: &Context, to: &Receiver) -> Outcome<BTreeSet<KeyId>> {
    let suits = |key: &KeyId| key.algorithm() == Algorithm::Ed25519;
    let (views, whose) = match to {
        Receiver::Key(key) if suits(key) => return Ok(BTreeSet::from([*key])),
        Receiver::Key(key) => {
            return Err(Failure::usage(format_args!(
                "{key} signs with {}; nothing can be shut to it",
                key.algorithm()
            ))
            .hint("It takes a key of Ed25519: `assent key new judge.pem` makes one."));
        }
        Receiver::Named(issuer @ Issuer::Agent(agent)) => {
            (context.client().await?.agent(agent).await?.keys, issuer)
        }
        Receiver::Named(issuer @ Issuer::Organisation(domain)) => {
            (context.client().await?.organisation(domain).await?.keys, issuer)
        }
        Receiver::Named(Issuer::Node(_)) => return Err(Failure::usage("nothing is shut to a node")),
    };
    let current = views.iter().filter(|view| view.until.is_none()).map(|view| view.key);
    let keys: BTreeSet<KeyId> = current.filter(suits).collect();
    if keys.is_empty() {
        return Err(Failure::no(format_args!("{} has no key of Ed25519 that counts", words::issuer(whose)))
            .hint("Ask for one and name it: --to did:key:…"));
    }
    Ok(keys)
}

/// What a disclosure comes to with these keys.
pub(super) fn tried(bundle: &Bundle, keys: &[SecretKey], shown: &Disclosure) -> Tried {
    let key = keys.iter().find(|key| key.id() == shown.to)?;
    // Without a session it has no place in which it could open.
    let session = bundle.session().unwrap_or(bundle.commitment());
    let place = Place { origin: bundle.origin(), session, statement: shown.statement };
    let (enc, content) = (shown.enc.bytes().to_vec(), shown.content.bytes().to_vec());
    let text = open(key, &place, &Shut { enc, content });
    Some(text.map(|text| text.to_vec()).map_err(|_| Code::ContentUnopened))
}
