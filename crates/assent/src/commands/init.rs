//! `assent init`: the home, its keys and its configuration. Talks to no node.

use asp_core::key::KeyId;
use asp_core::name::Issuer;
use serde::Serialize;

use crate::cli::Init;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::Config;
use crate::page::{Paint, Text};
use crate::words;

/// What stands after the command.
#[derive(Debug, Serialize)]
struct Ready {
    home: String,
    node: String,
    keys: Vec<Key>,
}

/// A key of the home.
#[derive(Debug, Serialize)]
struct Key {
    issuer: Issuer,
    key: KeyId,
    /// Whether this command made it.
    made: bool,
}

/// Makes what is missing and says what to do next.
///
/// # Errors
/// When the folder or a key file cannot be written, or an agent is of another organisation.
pub(super) fn run(context: &Context, args: &Init) -> Outcome {
    let organisation = match (&args.org, &args.agent) {
        (Some(domain), Some(agent)) if agent.organisation() != *domain => {
            return Err(Failure::usage(format_args!("{} is no agent of {domain}", words::agent(agent))));
        }
        (Some(domain), _) => Some(domain.clone()),
        (None, agent) => agent.as_ref().map(asp_core::name::AgentUri::organisation),
    };
    let mut home = context.home()?;
    let identities: Vec<Issuer> = organisation
        .into_iter()
        .map(Issuer::Organisation)
        .chain(args.agent.clone().map(Issuer::Agent))
        .collect();
    let config = Config {
        node: context.options().node.clone().or_else(|| home.config().node.clone()),
        // The agent speaks most; the organisation's key is found through it.
        identity: home.config().identity.clone().or_else(|| identities.last().cloned()),
    };
    home.write(config)?;
    let mut keys = Vec::new();
    for issuer in identities {
        let (key, made) = context.key_or_made(&issuer)?;
        keys.push(Key { issuer, key: key.id(), made });
    }
    let ready = Ready { home: home.folder().display().to_string(), node: context.node(&home), keys };
    context.printer.show(&ready, |page| {
        page.field("home", ready.home.as_str()).field("node", ready.node.as_str());
        for key in &ready.keys {
            let word = if key.made { "" } else { "  (was there)" };
            page.field(
                "key",
                Text::from(words::issuer(&key.issuer)).dim(format_args!("  {}{word}", key.key)),
            );
        }
    });
    next_steps(context, &ready);
    Ok(())
}

fn next_steps(context: &Context, ready: &Ready) {
    let printer = &context.printer;
    if ready.keys.is_empty() {
        return printer.say(
            Text::from("Next: ")
                .and(Paint::Accent, "assent init --org acme.example --agent acme.example/buyer"),
        );
    }
    printer.say("Next:");
    for key in &ready.keys {
        let name = words::issuer(&key.issuer);
        let command = match key.issuer {
            Issuer::Agent(_) => format!("  assent agent register {name} --capability procure.compute"),
            Issuer::Organisation(_) | Issuer::Node(_) => format!("  assent org register {name} --name \"…\""),
        };
        printer.say(Text::of(Paint::Accent, command));
    }
}
