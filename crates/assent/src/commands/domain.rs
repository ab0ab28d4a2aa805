//! `assent org verify` and `publish`: what an organisation puts under its domain, and what the node finds there.

use std::path::Path;
use std::time::Duration;

use asp_client::Client;
use asp_client::api::{DomainDocument, DomainView, OrganisationView, PublishedKeys};
use asp_core::key::KeyId;
use asp_core::name::{Domain, Issuer, StreamId};
use asp_core::position::{LogTime, Millis};
use asp_core::rejection::Code;
use asp_core::statement::body::{Body, OrgVerify, VerifyMethod};
use serde::Serialize;

use super::sign::{Saying, hand_in};
use crate::cli::OrgVerifying;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::words;

/// How often it is asked whether the node has looked.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// What an organisation puts under its domain: one of the two is enough.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Publication {
    /// Where the document has to be found.
    url: String,
    /// The document.
    document: DomainDocument,
    /// The name whose texts are read.
    name: String,
    /// The texts, one for each key.
    texts: Vec<String>,
}

impl Publication {
    fn of(domain: &Domain, keys: Vec<KeyId>) -> Self {
        Self {
            url: format!("https://{domain}/.well-known/asp-configuration"),
            name: format!("_asp.{domain}"),
            texts: keys.iter().map(record).collect(),
            document: DomainDocument { organisation: PublishedKeys { domain: domain.clone(), keys } },
        }
    }

    fn document(&self) -> Outcome<String> {
        let text = serde_json::to_string_pretty(&self.document);
        text.map(|text| text + "\n").map_err(|error| Failure::fault(format_args!("the document: {error}")))
    }
}

fn record(key: &KeyId) -> String {
    format!("asp1 key={key}")
}

/// Shows what has to stand under the domain, and writes the document to a file.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn publish(context: &Context, domain: Option<Domain>, output: Option<&Path>) -> Outcome {
    let domain = domain.map_or_else(|| context.organisation_name(), Ok)?;
    let publication = Publication::of(&domain, keys(context, &domain).await?);
    let document = publication.document()?;
    if let Some(path) = output {
        let failed = |error| Failure::usage(format_args!("{} cannot be written: {error}", path.display()));
        std::fs::write(path, &document).map_err(failed)?;
        context.printer.say(format!("wrote the document to {}", path.display()));
    }
    context.printer.show(&publication, |page| {
        page.line(Text::from("Either serve this as JSON, without a redirect, at ").strong(&publication.url));
        page.gap();
        document.lines().for_each(|line| {
            page.line(line);
        });
        page.gap();
        page.line(Text::from("or put into DNS as TXT of ").strong(&publication.name));
        page.gap();
        publication.texts.iter().for_each(|text| {
            page.line(text.as_str());
        });
        page.gap();
        page.line(Text::from("then ").and(Paint::Accent, format_args!("assent org verify {domain}")));
    });
    Ok(())
}

/// The keys that can sign for an organisation; before it is registered, the one of the home.
async fn keys(context: &Context, domain: &Domain) -> Outcome<Vec<KeyId>> {
    match context.client().await?.organisation(domain).await {
        Ok(view) => {
            let current = view.keys.iter().filter(|key| key.until.is_none());
            Ok(current.map(|key| key.key).collect())
        }
        Err(error) if error.code() == Some(Code::NotFound) => {
            Ok(vec![context.key(&Issuer::Organisation(domain.clone()))?.id()])
        }
        Err(error) => Err(error.into()),
    }
}

/// Says where the key is published, and waits for the node to look there.
///
/// # Errors
/// Why it did not do what it was asked; that the node did not find the key.
pub(super) async fn verify(context: &Context, args: OrgVerifying) -> Outcome {
    let OrgVerifying { domain, method, key, wait, preparing } = args;
    let method = VerifyMethod::from(method);
    let domain = domain.map_or_else(|| context.organisation_name(), Ok)?;
    let issuer = Issuer::Organisation(domain.clone());
    let named = key.map_or_else(|| context.key(&issuer).map(|key| key.id()), Ok)?;
    let evidence = OrgVerify { key: named, method };
    if preparing.prepare.is_some() {
        let (body, stream) = (Body::OrgVerify(evidence), StreamId::Org(domain));
        let saying = Saying { issuer, stream, opens: false, body, keys: Vec::new(), what: String::new() };
        return hand_in(context, saying, Some(preparing)).await;
    }
    context.printer.say(match method {
        VerifyMethod::WellKnown => format!(
            "the node looks for {named} in https://{domain}/.well-known/asp-configuration; `assent org publish` prints it"
        ),
        VerifyMethod::Dns => format!("the node looks for a TXT record of _asp.{domain}: {}", record(&named)),
    });
    let client = context.client().await?;
    let own = context.key(&issuer)?;
    let receipt = client.organisation_with(domain.clone(), own).verify_domain(evidence).await?;
    if wait == Millis(0) {
        super::receipt(context, &receipt, Text::of(Paint::Strong, &domain).plain(" asks the node to look"));
        return Ok(());
    }
    let asked = receipt.receipt.log_time;
    let looked = tokio::time::timeout(Duration::from_millis(wait.0), looked(&client, &domain, asked)).await;
    let view = match looked {
        Ok(view) => view?,
        Err(_) => {
            return Err(Failure::no(format_args!("the node has not looked within {}", words::span(wait)))
                .hint(format_args!(
                    "It may be busy, or told to look at nobody: `assent org show {domain}` later."
                )));
        }
    };
    context.printer.show(&view, |page| {
        page.line(Text::of(Paint::Strong, &view.domain));
        fields(page, view.proof.as_ref());
    });
    match &view.proof {
        Some(proof) if proof.proved => Ok(()),
        Some(_) | None => Err(Failure::no("the node did not find the key").hint(
            "It looks again by itself, after pauses that grow; the same command asks it to look at once.",
        )),
    }
}

/// The organisation once the node has looked since it was asked to.
async fn looked(client: &Client, domain: &Domain, asked: LogTime) -> Outcome<OrganisationView> {
    loop {
        let view = client.organisation(domain).await?;
        if view.proof.as_ref().and_then(|proof| proof.looked_at).is_some_and(|at| at >= asked) {
            return Ok(view);
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// Whether the domain is the organisation's, in lines.
pub(super) fn fields(page: &mut Page, proof: Option<&DomainView>) {
    let Some(proof) = proof else {
        page.field("domain", Text::of(Paint::Warn, "not proved").dim("  nobody was asked to look"));
        return;
    };
    let standing = match (proof.proved, proof.checked_in) {
        (true, _) => Text::of(Paint::Good, "proved"),
        (false, Some(_)) => Text::of(Paint::Bad, "not proved"),
        (false, None) => Text::of(Paint::Warn, "not proved"),
    };
    let said = match (proof.checked_in, proof.checked_at) {
        (Some(index), Some(at)) => format!("  the node says so at log index {index}, {}", words::instant(at)),
        _ => "  the node has not looked".to_owned(),
    };
    page.field("domain", standing.dim(said));
    let place = match proof.method {
        VerifyMethod::WellKnown => "/.well-known/asp-configuration",
        VerifyMethod::Dns => "DNS",
    };
    page.field("published", Text::from(place).dim(format_args!("  {}", proof.key)));
    if let (Some(saw), Some(at)) = (&proof.saw, proof.looked_at) {
        page.field(
            "last look",
            Text::from(words::line(saw, 80)).dim(format_args!("  {}", words::instant(at))),
        );
    }
}
