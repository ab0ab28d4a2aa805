//! `assent org policy`: see what an organisation lets others do with its agents, and change it.

use asp_core::amount::{Currency, Money};
use asp_core::limits;
use asp_core::name::{Domain, Issuer, StreamId};
use asp_core::statement::body::{
    AdmissionFloor, AdmissionPolicy, Body, ConsentRule, ExposureCap, InvitationRate, Mode, PolicySet, Rate,
    Rates, TrustFloor,
};

use super::agent::list;
use super::sign::{Saying, hand_in};
use crate::cli::{PolicyCommand, PolicyPart, PolicySetting, Preparing};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::{terms, words};

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: PolicyCommand) -> Outcome {
    match command {
        PolicyCommand::Show { domain } => {
            let domain = domain.map_or_else(|| context.organisation_name(), Ok)?;
            print(context, &domain, &current(context, &domain).await?);
            Ok(())
        }
        PolicyCommand::Set { setting, preparing } => set(context, *setting, preparing).await,
    }
}

/// The policy that holds; one that says nothing where none was set.
async fn current(context: &Context, domain: &Domain) -> Outcome<PolicySet> {
    let view = context.client().await?.organisation(domain).await?;
    Ok(view.policy.unwrap_or_else(|| PolicySet::of(Vec::new())))
}

async fn set(context: &Context, args: PolicySetting, preparing: Preparing) -> Outcome {
    let domain = context.organisation_name()?;
    let base = match &args.file {
        Some(path) => {
            let bytes = super::read_input(path, limits::STATEMENT_BYTES_MAX as u64)?;
            serde_json::from_slice(&bytes)
                .map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))?
        }
        None => current(context, &domain).await?,
    };
    let policy = changed(base, args)?;
    if preparing.prepare.is_some() {
        let (issuer, stream) = (Issuer::Organisation(domain.clone()), StreamId::Org(domain));
        let body = Body::OrgPolicySet(policy);
        let saying = Saying { issuer, stream, opens: false, body, keys: Vec::new(), what: String::new() };
        return hand_in(context, saying, Some(preparing)).await;
    }
    let party = context.organisation().await?;
    party.set_policy(policy.clone()).await?;
    print(context, &domain, &policy);
    Ok(())
}

/// The policy with what the command names in place of what it had, and without what it is told to leave out.
fn changed(mut policy: PolicySet, args: PolicySetting) -> Outcome<PolicySet> {
    let PolicySetting {
        file: _,
        ceiling,
        contact,
        from,
        floor,
        invitations_per_hour,
        mode,
        rate,
        seed,
        without,
        exposure_floor,
        exposure_share,
    } = args;
    for part in without {
        match part {
            PolicyPart::Admission => policy.admission = None,
            PolicyPart::Ceiling => policy.ceiling = None,
            PolicyPart::ConsentRules => policy.consent_rules = None,
            PolicyPart::Contacts => policy.human_contacts.clear(),
            PolicyPart::Exposure => policy.exposure_cap = None,
            PolicyPart::Invitations => policy.invitations = None,
            PolicyPart::Mode => policy.mode = None,
            PolicyPart::Rates => policy.rates = None,
            PolicyPart::Seeds => policy.seeds = None,
        }
    }
    policy.ceiling = ceiling.or(policy.ceiling);
    policy.mode = mode.or(policy.mode);
    if !contact.is_empty() {
        policy.human_contacts = contact;
    }
    if !floor.is_empty() || !from.is_empty() {
        let mut admission =
            policy.admission.take().unwrap_or(AdmissionPolicy { floors: Vec::new(), from: None });
        if !floor.is_empty() {
            admission.floors = floor;
        }
        if !from.is_empty() {
            admission.from = Some(from.into_iter().collect());
        }
        policy.admission = Some(admission);
    }
    policy.invitations =
        invitations_per_hour.map(|per_hour| InvitationRate { per_hour }).or(policy.invitations);
    policy.rates = rates(rate)?.or(policy.rates);
    let cap = exposure_floor.map(|floor| ExposureCap { floor, share: exposure_share });
    policy.exposure_cap = cap.or(policy.exposure_cap);
    if !seed.is_empty() {
        policy.seeds = Some(seed);
    }
    Ok(policy)
}

/// Rates as a policy has them; none where none is named.
fn rates(named: Vec<(Currency, Money)>) -> Outcome<Option<Rates>> {
    let Some(base) = named.first().map(|(_, worth)| worth.currency.clone()) else { return Ok(None) };
    if named.iter().any(|(_, worth)| worth.currency != base) {
        return Err(Failure::usage("the rates are in several currencies").hint("Give all of them in one."));
    }
    let rate = |(currency, worth): (Currency, Money)| Rate { currency, worth: worth.amount };
    Ok(Some(Rates { base, worth: named.into_iter().map(rate).collect() }))
}

fn print(context: &Context, domain: &Domain, policy: &PolicySet) {
    context.printer.show(policy, |page| {
        page.line(Text::of(Paint::Strong, domain).plain("  policy"));
        fields(page, policy);
    });
}

/// What a policy says, in words.
pub(super) fn fields(page: &mut Page, policy: &PolicySet) {
    let nothing = || "nothing".to_owned();
    let people = list(policy.human_contacts.iter().map(|contact| words::line(contact.as_str(), 80)));
    page.field("people", if people.is_empty() { "nobody".to_owned() } else { people });
    page.field("mode", policy.mode.map_or("any", Mode::as_str));
    page.field("ceiling", policy.ceiling.as_ref().map_or_else(|| "none".to_owned(), terms::money));
    let admission = policy.admission.as_ref();
    let from = admission.and_then(|admission| admission.from.as_ref());
    page.field(
        "may invite",
        match from {
            None => "whoever has a consent".to_owned(),
            Some(from) if from.is_empty() => "nobody".to_owned(),
            Some(from) => list(from.iter()),
        },
    );
    let floors = admission.map_or(&[][..], |admission| &admission.floors);
    page.field("having earned", if floors.is_empty() { nothing() } else { list(floors.iter().map(floor)) });
    let rate = policy.invitations.as_ref();
    page.field(
        "an hour",
        rate.map_or_else(
            || "any number".to_owned(),
            |rate| format!("{} invitations of one organisation", rate.per_hour),
        ),
    );
    if let Some(rates) = &policy.rates {
        let worth =
            rates.worth.iter().map(|rate| format!("1 {} = {} {}", rate.currency, rate.worth, rates.base));
        page.field("rates", list(worth));
    }
    if let Some(cap) = &policy.exposure_cap {
        let share = cap.share.unwrap_or(50);
        let what = format!("{} uncovered, or {share} % of what it kept for those you trust", cap.floor);
        page.field("may owe you", what);
    }
    if let Some(seeds) = &policy.seeds {
        let seeds = seeds.iter().map(|seed| format!("{} for {}", seed.organisation, seed.worth));
        page.field("believes", list(seeds));
    }
    for rule in policy.consent_rules.iter().flatten() {
        page.field("grants", grant(rule));
    }
}

fn floor(floor: &AdmissionFloor) -> String {
    let about = floor.capability.as_ref().map(|capability| format!(" for {capability}")).unwrap_or_default();
    earned(&TrustFloor { score: floor.score, value: floor.value.clone() }) + &about
}

fn earned(floor: &TrustFloor) -> String {
    format!("{} points at {}", floor.score, terms::money(&floor.value))
}

/// A rule of consent in a line.
fn grant(rule: &ConsentRule) -> String {
    let mut text = format!("{} for at most {}", list(rule.capabilities.iter()), words::span(rule.lasts_ms));
    if let Some(ceiling) = &rule.ceiling {
        text.push_str(&format!(", up to {}", terms::money(ceiling)));
    }
    if let Some(classes) = &rule.data_classes {
        let named = list(classes.iter().map(|class| class.as_str()));
        text.push_str(&format!(", data: {}", if named.is_empty() { "none" } else { &named }));
    }
    if let Some(floor) = &rule.floor {
        text.push_str(&format!(", to whom has {}", earned(floor)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(of: &[&str]) -> PolicySetting {
        use clap::Parser;
        let words = [&["assent", "org", "policy", "set"], of].concat();
        let crate::cli::Command::Org(crate::cli::OrgCommand::Policy(PolicyCommand::Set {
            setting: args,
            ..
        })) = crate::cli::Cli::try_parse_from(words).unwrap().command
        else {
            panic!("another command")
        };
        *args
    }

    #[test]
    fn what_is_named_replaces_what_was_and_the_rest_stays() {
        let first = changed(
            PolicySet::of(vec!["Ada".parse().unwrap()]),
            args(&["--ceiling", "10 USD", "--floor", "a=20@5 USD", "--from", "b.example"]),
        )
        .unwrap();
        let second =
            changed(first.clone(), args(&["--floor", "30@5 USD", "--invitations-per-hour", "4"])).unwrap();
        let admission = second.admission.as_ref().unwrap();
        assert_eq!((admission.floors.len(), admission.floors[0].score), (1, 30));
        assert_eq!(admission.from, first.admission.unwrap().from);
        assert_eq!((second.ceiling.clone(), &second.human_contacts), (first.ceiling, &first.human_contacts));
        let third = changed(second, args(&["--without", "admission", "--without", "ceiling"])).unwrap();
        assert_eq!((third.admission, third.ceiling), (None, None));
        assert_eq!(third.invitations, Some(InvitationRate { per_hour: 4 }));
    }

    #[test]
    fn rates_are_all_in_one_currency() {
        let told = |of: &[&str]| changed(PolicySet::of(vec![]), args(of)).map(|policy| policy.rates);
        let rates = told(&["--rate", "EUR=1.08 USD", "--rate", "JPY=0.0065 USD"]).unwrap().unwrap();
        assert_eq!((rates.base.as_str(), rates.worth.len()), ("USD", 2));
        assert!(told(&["--rate", "EUR=1.08 USD", "--rate", "JPY=0.0065 EUR"]).is_err());
        let kept =
            changed(PolicySet { rates: Some(rates), ..PolicySet::of(vec![]) }, args(&["--contact", "Ada"]));
        assert!(kept.unwrap().rates.is_some());
    }
}
