//! `assent sign` and `assent submit`, and the one road by which commands hand statements in or prepare them.
//! Signing needs no network: everything that is shown comes from the file.

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use asp_core::key::{SecretKey, SignatureBytes};
use asp_core::limits;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::Head;
use asp_core::statement::body::Body;
use asp_core::statement::draft::Draft;
use asp_core::statement::{Signature, Statement, signing_input};

use super::{keys, read_input, write_output};
use crate::cli::{KeyKind, Preparing, Sign};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::prepared::{self, Prepared};
use crate::words;

/// Bytes of the largest file with a signature.
const SIGNATURE_BYTES_MAX: u64 = 256;

/// What a command says in the name of somebody.
pub(super) struct Saying {
    pub(super) issuer: Issuer,
    pub(super) stream: StreamId,
    /// Whether it begins the stream.
    pub(super) opens: bool,
    pub(super) body: Body,
    /// Who signs besides the issuer's key in the home.
    pub(super) keys: Vec<SecretKey>,
    /// What is so then, after the issuer's name.
    pub(super) what: String,
}

/// Signs with the keys that are here and hands it in; or prepares a file, signed by those keys of `saying` alone.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn hand_in(context: &Context, saying: Saying, preparing: Option<Preparing>) -> Outcome {
    let Saying { issuer, stream, opens, body, keys, what } = saying;
    let client = context.client().await?;
    let head: Option<Head> = match &stream {
        _ if opens => None,
        StreamId::Org(domain) => Some(client.organisation(domain).await?.head),
        StreamId::Agent(agent) => Some(client.agent(agent).await?.head),
        StreamId::Consent(_) | StreamId::Session(_) | StreamId::Account(_) | StreamId::Dispute(_) => None,
    };
    let mut draft = Draft::new(StreamName::Of(stream), client.origin().clone(), issuer.clone(), body);
    draft.trace.clone_from(&context.options().traceparent);
    if let Some(Preparing { prepare: Some(file), lasts }) = preparing {
        draft.expires_at = Some(client.after(lasts.min(limits::OFFLINE_MS)));
        let mut prepared = Prepared::of(client.unsigned(&draft, head)?)?;
        for key in &keys {
            sign(&mut prepared, key)?;
        }
        prepared.write(&file)?;
        show(context, &prepared);
        context
            .printer
            .say(format!("`assent sign {0}` signs it, `assent submit {0}` hands it in", file.display()));
        return Ok(());
    }
    let own = context.key(&issuer)?;
    let keys: Vec<&SecretKey> = [&own].into_iter().chain(&keys).collect();
    let receipt = client.say(&draft, head, &keys).await?;
    super::receipt(context, &receipt, Text::of(Paint::Strong, words::issuer(&issuer)).plain(what));
    Ok(())
}

fn sign(prepared: &mut Prepared, key: &SecretKey) -> Outcome {
    let bytes = prepared.bytes();
    let statement = Statement::from_bytes(bytes).map_err(Failure::usage)?;
    let value = key.sign(&signing_input(statement.kind, bytes));
    prepared.add(Signature { key_id: key.id(), value })
}

fn show(context: &Context, prepared: &Prepared) {
    context.printer.show(prepared, |page| {
        page.line(Text::of(Paint::Strong, prepared.what()));
        for signer in prepared.signers() {
            page.field("has to sign", signer.as_str());
        }
        for signature in &prepared.signatures {
            page.field("has signed", signature.key_id.to_string());
        }
    });
}

/// `assent sign`
///
/// # Errors
/// When the file is not what it says, no key fits, or whoever is asked says no.
pub(super) fn run(context: &Context, args: &Sign) -> Outcome {
    let (mut prepared, statement) = Prepared::read(&args.file)?;
    if let Some(file) = &args.input {
        write_output(file, &signing_input(statement.kind, statement.bytes()))?;
        show(context, &prepared);
        return Ok(());
    }
    if let (Some(file), Some(by)) = (&args.signature, args.by) {
        let value = foreign(file)?.in_order(&by);
        prepared.add(Signature { key_id: by, value })?;
    } else {
        let keys = fitting(context, args, &statement)?;
        if !args.yes {
            context.printer.say(prepared.what());
            for key in &keys {
                context.printer.say(format!("signs: {}", key.id()));
            }
            ask(context)?;
        }
        for key in &keys {
            sign(&mut prepared, key)?;
        }
    }
    prepared.write(&args.file)?;
    show(context, &prepared);
    Ok(())
}

/// The keys to sign with: those of the files, or those of the home whose owner speaks or admits.
fn fitting(context: &Context, args: &Sign, statement: &Statement) -> Outcome<Vec<SecretKey>> {
    if !args.key.is_empty() {
        return args.key.iter().map(|file| keys::read(file, KeyKind::Ed25519)).collect();
    }
    let keyring = context.keyring()?;
    let mut owners = vec![statement.issuer.clone()];
    if let (StreamId::Agent(agent), Body::AgentRegister(_)) = (&statement.stream, &statement.body) {
        owners.push(Issuer::Organisation(agent.organisation()));
    }
    let mut held = Vec::new();
    for owner in owners.iter().filter(|owner| keyring.has(owner)) {
        held.push(keyring.load(owner)?);
    }
    if held.is_empty() {
        let named = prepared::keys(statement).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format_args!(
            "no key of {} is in this home{}{named}",
            words::issuer(&statement.issuer),
            if named.is_empty() { "" } else { "; it names " }
        ))
        .hint("Name a key file: --key root.pem."));
    }
    Ok(held)
}

/// Asks whoever sits there.
fn ask(context: &Context) -> Outcome {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Err(
            Failure::usage("nobody is there to be asked").hint("Say --yes to sign without being asked.")
        );
    }
    context.printer.say("Sign this? Write yes:");
    let mut answer = String::new();
    let most = 16;
    io::Read::take(stdin.lock(), most).read_line(&mut answer).map_err(Failure::usage)?;
    if answer.trim() == "yes" { Ok(()) } else { Err(Failure::no("not signed")) }
}

/// A signature that another program or hardware made.
fn foreign(path: &Path) -> Outcome<SignatureBytes> {
    let bytes = read_input(path, SIGNATURE_BYTES_MAX)?;
    let plain = <[u8; 64]>::try_from(bytes.as_slice()).ok().map(SignatureBytes::from_bytes);
    let text = || std::str::from_utf8(&bytes).ok()?.trim().parse().ok();
    plain.or_else(|| SignatureBytes::from_der(&bytes)).or_else(text).ok_or_else(|| {
        Failure::usage(format_args!("{}: no signature of 64 bytes, nor DER of ES256", path.display()))
    })
}

/// `assent submit`
///
/// # Errors
/// When nobody has signed, it is for another log, or the node refuses it.
pub(super) async fn submit(context: &Context, file: &Path) -> Outcome {
    let (prepared, statement) = Prepared::read(file)?;
    let verified = prepared.verified()?;
    let client = context.client().await?;
    if statement.audience != *client.origin() {
        return Err(Failure::usage(format_args!(
            "it is for the log {}, and this node's is {}",
            statement.audience,
            client.origin()
        )));
    }
    let receipt = client.submit(&verified).await?;
    super::receipt(context, &receipt, Text::of(Paint::Strong, prepared.what()));
    Ok(())
}
