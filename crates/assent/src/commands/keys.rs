//! `assent key`, `assent org key`, `assent agent key`: files of keys, and the statements about them.

use std::io::Write as _;
use std::path::Path;

use asp_core::key::{Algorithm, SecretKey};
use asp_core::keyfile;
use asp_core::name::{AgentUri, Issuer, StreamId};
use asp_core::position::Position;
use asp_core::statement::body::{Body, KeyAdd, KeyRevoke, KeyRotate};
use serde_json::json;

use super::read_input;
use super::sign::{Saying, hand_in};
use crate::cli::{
    AgentKeyCommand, KeyAddition, KeyCommand, KeyKind, KeyRevocation, KeyRotation, OrgKeyCommand,
};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::words;

/// Bytes of the largest key file that is read.
const KEY_BYTES_MAX: u64 = 8192;

/// Runs one of the commands about files; talks to no node.
///
/// # Errors
/// When a file cannot be read or written, or is no key.
pub(super) fn run(context: &Context, command: KeyCommand) -> Outcome {
    match command {
        KeyCommand::New { file, kind } => {
            let key = made(kind)?;
            write(&file, &key)?;
            show(context, &key);
        }
        KeyCommand::Show(place) => {
            let key = match (&place.file, &place.of) {
                (Some(file), _) => read(file, KeyKind::Ed25519)?,
                (None, Some(of)) => context.key(of)?,
                (None, None) => return Err(Failure::usage("which key?")),
            };
            show(context, &key);
        }
        KeyCommand::Import { file, of, kind } => {
            let key = read(&file, kind)?;
            context.keyring()?.import(&of, &key)?;
            context.printer.say(format!("{} signs with it from this home", words::issuer(&of)));
            show(context, &key);
        }
        KeyCommand::Export { of, output } => {
            let key = context.key(&of)?;
            write(&output, &key)?;
            show(context, &key);
        }
    }
    Ok(())
}

fn show(context: &Context, key: &SecretKey) {
    let (id, algorithm) = (key.id(), key.id().algorithm());
    context.printer.show(&json!({ "key": id, "algorithm": algorithm }), |page| {
        page.line(id.to_string());
        page.field("signs with", algorithm.to_string());
    });
}

/// A fresh key.
///
/// # Errors
/// When there is no randomness.
pub(super) fn made(kind: KeyKind) -> Outcome<SecretKey> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|_| Failure::fault("the operating system has no random bytes"))?;
    match kind {
        KeyKind::Ed25519 => Ok(SecretKey::from_seed(&seed)),
        KeyKind::P256 => SecretKey::from_scalar(&seed).map_err(Failure::fault),
    }
}

/// Reads a key file of any form.
///
/// # Errors
/// When it cannot be read, or is no key of Ed25519 or P-256.
pub(super) fn read(path: &Path, kind: KeyKind) -> Outcome<SecretKey> {
    let bare = match kind {
        KeyKind::Ed25519 => Algorithm::Ed25519,
        KeyKind::P256 => Algorithm::Es256,
    };
    let bytes = read_input(path, KEY_BYTES_MAX)?;
    keyfile::read(&bytes, bare).ok_or_else(|| {
        Failure::usage(format_args!("{}: no private key of Ed25519 or P-256", path.display()))
            .hint("PKCS#8 or SEC 1 in PEM or DER without a passphrase, 32 bytes, or 64 hexadecimal digits.")
    })
}

/// Writes a new file that only its owner can read.
fn write(path: &Path, key: &SecretKey) -> Outcome {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let named = |error: &dyn std::fmt::Display| Failure::usage(format_args!("{}: {error}", path.display()));
    let mut file = options.open(path).map_err(|error| named(&error))?;
    let pem = keyfile::to_pem(key);
    file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| named(&error))
}

/// Runs one of the commands about an organisation's keys.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn org(context: &Context, command: OrgKeyCommand) -> Outcome {
    let named = |domain: Option<_>| domain.map_or_else(|| context.organisation_name(), Ok);
    if let OrgKeyCommand::List { domain } = command {
        let view = context.client().await?.organisation(&named(domain)?).await?;
        context.printer.show(&view.keys, |page| super::org::keys(page, &view.keys));
        return Ok(());
    }
    let domain = named(None)?;
    let whose = Whose { issuer: Issuer::Organisation(domain.clone()), stream: StreamId::Org(domain) };
    match command {
        OrgKeyCommand::List { .. } => Ok(()),
        OrgKeyCommand::Add(addition) => add(context, whose, Body::OrgKeyAdd, addition).await,
        OrgKeyCommand::Rotate(rotation) => rotate(context, whose, Body::OrgKeyRotate, rotation).await,
        OrgKeyCommand::Revoke(revocation) => revoke(context, whose, Body::OrgKeyRevoke, revocation).await,
    }
}

/// Runs one of the commands about an agent's keys.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn agent(context: &Context, command: AgentKeyCommand) -> Outcome {
    let named = |agent: Option<_>| agent.map_or_else(|| context.agent_name(), Ok);
    match command {
        AgentKeyCommand::List { agent } => {
            let view = context.client().await?.agent(&named(agent)?).await?;
            context.printer.show(&view.keys, |page| super::org::keys(page, &view.keys));
            Ok(())
        }
        AgentKeyCommand::Add { agent, addition, by_organisation } => {
            let whose = Whose::agent(named(agent)?, by_organisation);
            add(context, whose, Body::AgentKeyAdd, addition).await
        }
        AgentKeyCommand::Rotate { agent, rotation } => {
            rotate(context, Whose::agent(named(agent)?, false), Body::AgentKeyRotate, rotation).await
        }
        AgentKeyCommand::Revoke { agent, revocation, by_organisation } => {
            let whose = Whose::agent(agent, by_organisation);
            revoke(context, whose, Body::AgentKeyRevoke, revocation).await
        }
    }
}

/// Whose keys, and who says it.
struct Whose {
    issuer: Issuer,
    stream: StreamId,
}

impl Whose {
    fn agent(agent: AgentUri, by_organisation: bool) -> Self {
        let issuer = if by_organisation {
            Issuer::Organisation(agent.organisation())
        } else {
            Issuer::Agent(agent.clone())
        };
        Self { issuer, stream: StreamId::Agent(agent) }
    }

    fn saying(self, body: Body, keys: Vec<SecretKey>, what: String) -> Saying {
        Saying { issuer: self.issuer, stream: self.stream, opens: false, body, keys, what }
    }
}

async fn add(context: &Context, whose: Whose, body: fn(KeyAdd) -> Body, addition: KeyAddition) -> Outcome {
    let KeyAddition { key, id, preparing } = addition;
    let key = key.map(|file| read(&file, KeyKind::Ed25519)).transpose()?;
    let id = id.or(key.as_ref().map(SecretKey::id)).ok_or_else(|| Failure::usage("which key?"))?;
    let what = format!(" has the key {id}");
    let saying = whose.saying(body(KeyAdd { key: id }), key.into_iter().collect(), what);
    hand_in(context, saying, Some(preparing)).await
}

async fn rotate(
    context: &Context,
    whose: Whose,
    body: fn(KeyRotate) -> Body,
    rotation: KeyRotation,
) -> Outcome {
    let issuer = whose.issuer.clone();
    let old = context.key(&issuer)?.id();
    let keyring = context.keyring()?;
    // The new key is on disk before the node knows it: whatever happens in between, no key is lost.
    let next = match rotation.key {
        Some(file) => keyring.prepare_with(&issuer, &read(&file, KeyKind::Ed25519)?)?,
        None => keyring.prepare(&issuer)?,
    };
    let id = next.key().id();
    let body = body(KeyRotate { new_key: id, old_key: old });
    let saying = whose.saying(body, vec![next.key().clone()], format!(" signs with {id}"));
    hand_in(context, saying, None).await?;
    Ok(next.commit()?)
}

async fn revoke(
    context: &Context,
    whose: Whose,
    body: fn(KeyRevoke) -> Body,
    revocation: KeyRevocation,
) -> Outcome {
    let KeyRevocation { id, from_index, reason, preparing } = revocation;
    let revoke = KeyRevoke { from_index: from_index.map(Position), key: id, reason };
    let saying = whose.saying(body(revoke), Vec::new(), format!(" has revoked {id}"));
    hand_in(context, saying, Some(preparing)).await
}
