//! `assent attest`: the word of somebody named in advance, as a file that others hand in.

use asp_core::attestation::Claim;
use asp_core::name::Issuer;
use asp_core::position::Hash;

use super::{read_input, write_output};
use crate::cli::Attest;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::words;

/// Bytes of the largest artefact whose digest is made here.
const ARTEFACT_BYTES_MAX: u64 = 1 << 30;

/// Signs the claim with the agent's key; asks the node for the log's name alone, and only if it is not given.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, args: &Attest) -> Outcome {
    let attester = context.agent_name()?;
    let key = context.key(&Issuer::Agent(attester.clone()))?;
    let digest = match &args.artefact {
        Some(path) => Some(Hash::of(&[&read_input(path, ARTEFACT_BYTES_MAX)?])),
        None => args.digest,
    };
    let audience = match &args.log {
        Some(log) => log.clone(),
        None => context.client().await?.origin().clone(),
    };
    let claim = Claim {
        attester,
        audience,
        commitment: args.commitment,
        digest,
        fulfilled: !args.not,
        obligation: args.obligation.clone(),
        stage: args.stage.clone(),
    };
    let signed = claim.sign(&key);
    if args.output.as_os_str() == "-" {
        return context.printer.raw(&signed.bytes()).map_err(Failure::fault);
    }
    write_output(&args.output, &signed.bytes())?;
    let claim = &signed.claim;
    context.printer.show(&signed, |page| {
        let verdict = if claim.fulfilled { "is fulfilled" } else { "is not fulfilled" };
        let stage = claim.stage.as_ref().map(|stage| format!(", stage {stage},")).unwrap_or_default();
        page.line(
            Text::of(Paint::Strong, words::agent(&claim.attester))
                .plain(format!(" attests that {}{stage} {verdict}", claim.obligation)),
        );
        page.field("commitment", claim.commitment.to_hex());
        page.field("in the log", claim.audience.to_string());
        if let Some(digest) = &claim.digest {
            page.field("looked at", digest.to_string());
        }
        page.field("key", signed.key_id.to_string());
        page.field("file", args.output.display().to_string());
    });
    context.printer.say(
        "Give the file to the debtor: `assent session say SESSION inform --fulfil … --attestation FILE`",
    );
    Ok(())
}
