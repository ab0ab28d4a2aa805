//! `assent people`: invite, list, let in, remove; and the operators of a node by its folder.

use asp_client::OrganisationParty;
use asp_client::api::{NewInvitation, PeopleView, PersonRole};
use asp_core::key::KeyId;
use asp_core::name::Domain;
use asp_core::position::LogTime;
use asp_node::IdentityError;
use asp_node::acting::ActingKeys;
use asp_node::operator::{OperatorError, operator_link, remove_operator};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::{Console, KeyKind, PeopleCommand, PeopleInvite, PeopleKey, PeopleOperator};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::standard_data;
use crate::page::{Page, Paint, Text};
use crate::words;

/// Digits of an id that are enough to show.
const DIGITS: usize = 8;
/// Digits that name a person, at least.
const DIGITS_MIN: usize = 4;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: PeopleCommand) -> Outcome {
    match command {
        PeopleCommand::Operator(args) => operator(context, args),
        PeopleCommand::Key(args) => key(context, args),
        PeopleCommand::Invite(args) => invite(context, &context.organisation().await?, args).await,
        PeopleCommand::List => {
            let view = context.organisation().await?.people().await?;
            context.printer.show(&view, |page| show(page, &view));
            Ok(())
        }
        PeopleCommand::Remove { id } => {
            let party = context.organisation().await?;
            let id = find(&party, &id).await?;
            party.remove_person(&id).await?;
            context.printer.show(&Removed { event: "removed", id: &id }, |page| {
                page.line(Text::of(Paint::Strong, digits(&id)).plain(" is removed and signed out"));
            });
            Ok(())
        }
        PeopleCommand::Link { id } => {
            let party = context.organisation().await?;
            let id = match id {
                Some(id) => Some(find(&party, &id).await?),
                None => None,
            };
            let link = party.sign_in_link(id).await?;
            context.printer.show(&link, |page| {
                let who = Text::of(Paint::Strong, words::line(&link.person.name, 40));
                let who = who.dim(format_args!("  {}", digits(&link.person.id)));
                one_link(page, who, &link.url, link.until);
            });
            Ok(())
        }
    }
}

/// Prints a link that opens the console: for a person of the organisation, or for an operator.
///
/// # Errors
/// As [`run`].
pub(super) async fn console(context: &Context, args: Console) -> Outcome {
    let Console { person, operator: runs, data, name } = args;
    if runs {
        return operator(context, PeopleOperator { data, name, remove: false });
    }
    run(context, PeopleCommand::Link { id: person }).await
}

/// What a removal prints.
#[derive(Serialize)]
struct Removed<'a> {
    event: &'static str,
    id: &'a str,
}

/// What a link for an operator prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Operator {
    id: String,
    name: String,
    until: LogTime,
    url: String,
}

async fn invite(context: &Context, party: &OrganisationParty, args: PeopleInvite) -> Outcome {
    let PeopleInvite { role, name, email } = args;
    let made = party.invite_person(&NewInvitation { name, email, roles: role.into_iter().collect() }).await?;
    context.printer.show(&made, |page| {
        let name = made.invitation.name.as_deref().unwrap_or("whoever has the link");
        let who = Text::of(Paint::Strong, words::line(name, 40));
        let who = who.plain(" is invited as ").plain(roles(made.invitation.roles.iter()));
        one_link(
            page,
            who.dim(format_args!("  {}", digits(&made.invitation.id))),
            &made.url,
            made.invitation.until,
        );
    });
    Ok(())
}

fn operator(context: &Context, args: PeopleOperator) -> Outcome {
    let folder = args.data.map_or_else(standard_data, Ok)?;
    let failure = |error: OperatorError| match &error {
        OperatorError::NoNode { .. } => {
            Failure::usage(&error).hint("Say where the node keeps its data: --data DIR.")
        }
        OperatorError::Full | OperatorError::Store(_) | OperatorError::NoRandomness => Failure::fault(&error),
    };
    let name = args.name.as_str();
    if args.remove {
        if !remove_operator(&folder, name).map_err(failure)? {
            return Err(Failure::no(format_args!("no operator is called {name}")));
        }
        context.printer.show(&Removed { event: "removed", id: name }, |page| {
            page.line(Text::of(Paint::Strong, words::line(name, 40)).plain(" is removed and signed out"));
        });
        return Ok(());
    }
    let made = operator_link(&folder, name).map_err(failure)?;
    let node = context.node(&context.home()?);
    let url = format!("{}{}", node.trim_end_matches('/'), made.path);
    let printed = Operator { id: made.id.to_string(), name: name.to_owned(), until: made.until, url };
    context.printer.show(&printed, |page| {
        one_link(page, Text::of(Paint::Strong, words::line(name, 40)), &printed.url, printed.until);
    });
    Ok(())
}

/// What is printed of a key that a node keeps.
#[derive(Serialize)]
struct Kept<'a> {
    event: &'static str,
    organisation: &'a Domain,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<KeyId>,
}

fn key(context: &Context, args: PeopleKey) -> Outcome {
    let keys = ActingKeys::of(&args.data.map_or_else(standard_data, Ok)?);
    let failure = |error: IdentityError| {
        if matches!(error, IdentityError::NoNode { .. }) {
            Failure::usage(&error).hint("Say where the node keeps its data: --data DIR.")
        } else {
            Failure::fault(&error)
        }
    };
    let Some(organisation) = args.organisation else {
        let kept = keys.list().map_err(failure)?;
        let view =
            |(organisation, key): &'_ (Domain, KeyId)| json!({ "organisation": organisation, "key": key });
        let views: Vec<Value> = kept.iter().map(view).collect();
        context.printer.show_all(views.iter(), |page| {
            let rows =
                kept.iter().map(|(domain, key)| vec![domain.to_string().into(), key.to_string().into()]);
            page.table(vec!["ORGANISATION", "KEY"], rows.collect(), "no keys are kept");
        });
        return Ok(());
    };
    if args.remove {
        if !keys.remove(&organisation).map_err(failure)? {
            return Err(Failure::no(format_args!("no key of {organisation} is kept")));
        }
        context.printer.show(&Kept { event: "removed", organisation: &organisation, key: None }, |page| {
            page.line(Text::of(Paint::Strong, &organisation).plain("'s people sign nothing any more"));
        });
        return Ok(());
    }
    let Some(file) = args.from else {
        return Err(Failure::usage(format_args!(
            "say which key of {organisation}: --from FILE, or --remove"
        )));
    };
    let key = super::keys::read(&file, KeyKind::Ed25519)?;
    keys.keep(&organisation, &key).map_err(failure)?;
    let printed = Kept { event: "kept", organisation: &organisation, key: Some(key.id()) };
    context.printer.show(&printed, |page| {
        page.line(Text::of(Paint::Strong, &organisation).plain("'s people can rule with this key"));
        page.field("key", key.id().to_string());
    });
    Ok(())
}

/// A link with whom it is for and when it ends.
fn one_link(page: &mut Page, who: Text, url: &str, until: LogTime) {
    page.line(who);
    page.field("link", Text::of(Paint::Accent, url));
    page.field("until", Text::from(words::instant(until)).dim("  once"));
}

/// The whole id that the first digits mean.
async fn find(party: &OrganisationParty, id: &str) -> Outcome<String> {
    if id.len() < DIGITS_MIN {
        return Err(Failure::usage(format_args!("{id} is too short: {DIGITS_MIN} digits at least")));
    }
    let view = party.people().await?;
    let people = view.people.into_iter().map(|person| person.id);
    let mut meant = people
        .chain(view.invitations.into_iter().map(|invitation| invitation.id))
        .filter(|known| known.starts_with(id));
    match (meant.next(), meant.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Failure::no(format_args!("no person and no invitation {id}"))),
        (Some(_), Some(_)) => {
            Err(Failure::usage(format_args!("{id} is the beginning of several")).hint("Give more digits."))
        }
    }
}

fn digits(id: &str) -> &str {
    id.get(..DIGITS).unwrap_or(id)
}

fn roles<'a>(roles: impl Iterator<Item = &'a PersonRole>) -> String {
    let words: Vec<&str> = roles.map(|role| role.as_str()).collect();
    words.join(", ")
}

fn show(page: &mut Page, view: &PeopleView) {
    let rows = view.people.iter().map(|person| {
        let seen = person.seen_at.map_or_else(|| "never".to_owned(), words::instant);
        vec![
            Text::of(Paint::Accent, digits(&person.id)),
            Text::of(Paint::Strong, words::line(&person.name, 40)),
            roles(person.roles.iter()).into(),
            Text::of(Paint::Dim, seen),
        ]
    });
    page.table(vec!["ID", "NAME", "ROLES", "SEEN"], rows.collect(), "no people");
    if view.invitations.is_empty() {
        return;
    }
    page.heading("Invited");
    let rows = view.invitations.iter().map(|invitation| {
        vec![
            Text::of(Paint::Accent, digits(&invitation.id)),
            words::line(invitation.name.as_deref().unwrap_or_default(), 40).into(),
            roles(invitation.roles.iter()).into(),
            Text::of(Paint::Dim, words::instant(invitation.until)),
        ]
    });
    page.table(vec!["ID", "NAME", "ROLES", "UNTIL"], rows.collect(), "nobody");
}
