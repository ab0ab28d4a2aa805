//! Accounts of people: who they are, who is invited, links to sign in. By the organisation's token, or by a person's
//! session as far as its role goes.

use std::collections::BTreeSet;
use std::sync::Arc;

use asp_client::api::{
    AcceptInvitation, InvitationLink, InvitationView, Me, NewInvitation, NewLink, NodeStanding, PeopleView,
    PersonRole, PersonView, SettingView, SignInLink,
};
use asp_core::name::Domain;
use asp_core::rejection::Code;
use asp_core::statement::body::Name;
use asp_store::people::{
    Email, INVITATION_LASTS, Invitation, Person, PersonId, Role, SESSION_LASTS, SignedIn, Use,
};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};

use super::App;
use super::extract::{Acting, Base, PersonName, Small};
use super::problem::Denial;
use crate::auth::cookie::Cookie;
use crate::auth::people::{Kind, Secret, person_id};
use crate::auth::rights::Right;
use crate::auth::{Caller, Credentials};

/// What the first owner is called until somebody says otherwise.
const FIRST_OWNER: &str = "Owner";

/// List people.
///
/// Those of the caller's organisation with its open invitations; an operator sees the node's own.
#[utoipa::path(get, path = "/v1/people", tag = "people",
    responses((status = 200, description = "The people and who is invited", body = PeopleView)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    credentials: Credentials,
) -> Result<Json<PeopleView>, Denial> {
    let now = app.clock.now();
    let read = move |app: &App, caller: &Caller| {
        let organisation = caller.may(Right::SeePeople)?;
        let people = app.auth.people.list(organisation.as_ref())?.iter().map(view).collect();
        let open = organisation.map(|domain| app.auth.people.invitations(&domain, now)).transpose()?;
        let invitations = open.unwrap_or_default().iter().map(invitation_view).collect();
        Ok(Json(PeopleView { people, invitations }))
    };
    app.as_caller(credentials, read).await
}

/// See a person.
#[utoipa::path(get, path = "/v1/people/{id}", tag = "people",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "The person", body = PersonView)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn show(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    PersonName(id): PersonName,
) -> Result<Json<PersonView>, Denial> {
    let read = move |app: &App, caller: &Caller| {
        let organisation = caller.may(Right::SeePeople)?;
        let found = app.auth.people.find(organisation.as_ref(), id)?.ok_or(Code::NotFound)?;
        Ok(Json(view(&found)))
    };
    app.as_caller(credentials, read).await
}

/// Remove a person, or take an invitation back.
///
/// Its sessions and links end at once, and what they opened with them.
#[utoipa::path(delete, path = "/v1/people/{id}", tag = "people",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 204, description = "It is gone")),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    PersonName(id): PersonName,
) -> Result<StatusCode, Denial> {
    let remove = move |app: &App, caller: &Caller| {
        let organisation = caller.may(Right::ManagePeople)?;
        let gone = app.auth.people.remove(organisation.as_ref(), id)?;
        if gone { Ok(()) } else { Err(Code::NotFound.into()) }
    };
    app.as_caller(credentials, remove).await?;
    // Whoever reads by a session of this person looks again, and finds that it may not.
    app.hub.wake_all();
    Ok(StatusCode::NO_CONTENT)
}

/// Invite a person.
///
/// Gives a link that makes one person an account, within a week. It is shown this once: hand it on as you would a key.
#[utoipa::path(post, path = "/v1/people/invitations", tag = "people", request_body = NewInvitation,
    responses((status = 201, description = "The invitation and its link", body = InvitationLink)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn invite(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    Base(base): Base,
    Small(asked): Small<NewInvitation>,
) -> Result<(StatusCode, Json<InvitationLink>), Denial> {
    let email = asked.email.map(|text| text.parse::<Email>()).transpose().map_err(|()| Code::InvalidBody)?;
    let roles: BTreeSet<Role> = asked.roles.into_iter().map(role).collect();
    // Who runs the node is not for an organisation to say.
    if roles.is_empty() || roles.contains(&Role::Operator) {
        return Err(Code::InvalidBody.into());
    }
    let name = asked.name.map(|name| name.as_str().to_owned());
    let (secret, id, now) = (Secret::random()?, person_id()?, app.clock.now());
    let hash = secret.hash(Kind::Invitation);
    let invite = move |app: &App, caller: &Caller| {
        let organisation = caller.may(Right::ManagePeople)?.ok_or(Code::NotPermitted)?;
        let invitation =
            Invitation { id, organisation, name, email, roles, until: now.plus(INVITATION_LASTS) };
        app.auth.people.invite(&hash, &invitation, now)?;
        Ok(invitation_view(&invitation))
    };
    let invitation = app.as_caller(credentials, invite).await?;
    let url = format!("{base}/join/{}", secret.text());
    Ok((StatusCode::CREATED, Json(InvitationLink { invitation, url })))
}

/// Accept an invitation.
///
/// Makes the account and signs it in: the answer sets the cookie of a session. The page at the end of the link does the
/// same.
#[utoipa::path(post, path = "/v1/people/invitations:accept", tag = "people", request_body = AcceptInvitation,
    responses((status = 201, description = "The person", body = PersonView)))]
pub(super) async fn accept(
    State(app): State<Arc<App>>,
    Small(asked): Small<AcceptInvitation>,
) -> Result<Response, Denial> {
    let (person, secret) = accepted(&app, Secret::parse(&asked.secret), asked.name).await?;
    let cookie = app.cookies.set(Cookie::Session, &secret.text(), SESSION_LASTS.0 / 1000)?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, cookie)], Json(view(&person))).into_response())
}

/// Makes a person of an invitation and signs it in (ASP-AUT-010).
///
/// # Errors
/// [`Code::InvalidLink`] whatever is wrong with it, or a failure of ours.
pub(super) async fn accepted(
    app: &Arc<App>,
    secret: Option<Secret>,
    name: Option<Name>,
) -> Result<(Person, Secret), Denial> {
    let id = person_id()?;
    let accept = move |app: &App| {
        let now = app.clock.now();
        let name = name.as_ref().map(Name::as_str);
        let hash = secret.map(|secret| secret.hash(Kind::Invitation));
        let made = hash.map(|hash| app.auth.people.accept(&hash, id, name, now)).transpose()?.flatten();
        let Some(person) = made else {
            app.auth.guesses.wrong(now)?;
            return Err(Code::InvalidLink.into());
        };
        let secret = app.auth.begin(person.id)?;
        Ok((person, secret))
    };
    app.blocking(accept).await
}

/// Make a link to sign in.
///
/// It signs its person in once, within ten minutes, and is shown this once. Without a person it is for the owner of the
/// caller's organisation that is there longest, who is made if there is none.
#[utoipa::path(post, path = "/v1/people/links", tag = "people", request_body = NewLink,
    responses((status = 201, description = "The link", body = SignInLink)),
    security(("dpop" = []), ("session" = [])))]
pub(super) async fn link(
    State(app): State<Arc<App>>,
    Acting(credentials): Acting,
    Base(base): Base,
    Small(asked): Small<NewLink>,
) -> Result<(StatusCode, Json<SignInLink>), Denial> {
    let named = asked.person.map(|text| text.parse::<PersonId>()).transpose();
    let link = move |app: &App, caller: &Caller| {
        let organisation = caller.may(Right::ManagePeople)?.ok_or(Code::NotPermitted)?;
        let person = match named.map_err(|()| Code::NotFound)? {
            Some(id) => app.auth.people.find(Some(&organisation), id)?.ok_or(Code::NotFound)?,
            None => owner(app, organisation)?,
        };
        let secret = Secret::random()?;
        let until = app.auth.people.link(&secret.hash(Kind::Link), person.id, app.clock.now())?;
        Ok(SignInLink { person: view(&person), until, url: format!("{base}/signin/{}", secret.text()) })
    };
    Ok((StatusCode::CREATED, Json(app.as_caller(credentials, link).await?)))
}

/// The owner that is there longest, made if there is none.
fn owner(app: &App, organisation: Domain) -> Result<Person, Denial> {
    let people = app.auth.people.list(Some(&organisation))?;
    if let Some(owner) = people.into_iter().find(|person| person.roles.contains(&Role::Owner)) {
        return Ok(owner);
    }
    let person = Person {
        id: person_id()?,
        organisation: Some(organisation),
        name: FIRST_OWNER.to_owned(),
        email: None,
        subject: None,
        roles: [Role::Owner].into(),
        created: app.clock.now(),
        seen: None,
    };
    app.auth.people.add(&person)?;
    Ok(person)
}

/// See who has signed in.
#[utoipa::path(get, path = "/v1/me", tag = "people",
    responses((status = 200, description = "The person of the session", body = Me)),
    security(("session" = [])))]
pub(super) async fn me(State(app): State<Arc<App>>, credentials: Credentials) -> Result<Json<Me>, Denial> {
    let read = move |_: &App, caller: &Caller| match caller {
        Caller::Person(SignedIn { person, until }) => Ok(Json(Me { person: view(person), until: *until })),
        Caller::Party(_) => Err(Code::NotFound.into()),
    };
    app.as_caller(credentials, read).await
}

/// See how the node is set and how it stands.
///
/// For its operators. Secrets are no settings: they stand in files of their own.
#[utoipa::path(get, path = "/v1/node", tag = "people",
    responses((status = 200, description = "The node", body = NodeStanding)),
    security(("session" = [])))]
pub(super) async fn node(
    State(app): State<Arc<App>>,
    credentials: Credentials,
) -> Result<Json<NodeStanding>, Denial> {
    let read = move |app: &App, caller: &Caller| {
        caller.may(Right::SeeNode)?;
        let settings = app.settings.iter().map(|(setting, value)| SettingView {
            name: setting.name.to_owned(),
            unit: setting.unit.to_owned(),
            value: Some(value.clone()).filter(|value| !value.is_null()),
        });
        Ok(Json(NodeStanding {
            writable: app.store.is_writable() && !app.is_stopping(),
            size: *app.store.watch().borrow(),
            queued: app.store.statistics().queued,
            tokens: app.auth.count(),
            subscribers: app.hub.count(),
            settings: settings.collect(),
        }))
    };
    app.as_caller(credentials, read).await
}

impl App {
    /// Does something in the name of who sent the credentials, where it may block.
    ///
    /// # Errors
    /// That it is nobody, or what `act` says.
    pub(super) async fn as_caller<T: Send + 'static>(
        self: &Arc<Self>,
        credentials: Credentials,
        act: impl FnOnce(&Self, &Caller) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let app = Arc::clone(self);
        let whole = move |reader: &asp_store::Reader<'_>| {
            let caller = app.auth.caller(reader, &credentials)?;
            act(&app, &caller)
        };
        self.reads.run(whole).await
    }

    /// Does something where it may block.
    ///
    /// # Errors
    /// What `act` says, or that too many wait.
    pub(super) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        act: impl FnOnce(&Self) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let app = Arc::clone(self);
        self.reads.run(move |_| act(&app)).await
    }

    /// The person of a session, for pages that are there for everybody; none if nobody has signed in.
    pub(super) async fn person(self: &Arc<Self>, headers: &axum::http::HeaderMap) -> Option<SignedIn> {
        let secret = self.cookies.session(headers)?.hash(Kind::Session);
        self.blocking(move |app| app.auth.signed_in(&secret, Use::Counts)).await.ok()
    }
}

const fn role(role: PersonRole) -> Role {
    match role {
        PersonRole::Arbiter => Role::Arbiter,
        PersonRole::Auditor => Role::Auditor,
        PersonRole::Operator => Role::Operator,
        PersonRole::Owner => Role::Owner,
    }
}

fn roles(roles: &BTreeSet<Role>) -> BTreeSet<PersonRole> {
    let role = |role: &Role| match role {
        Role::Arbiter => PersonRole::Arbiter,
        Role::Auditor => PersonRole::Auditor,
        Role::Operator => PersonRole::Operator,
        Role::Owner => PersonRole::Owner,
    };
    roles.iter().map(role).collect()
}

/// A person as others see it: who it is at a provider is nobody's.
fn view(person: &Person) -> PersonView {
    PersonView {
        id: person.id.to_string(),
        organisation: person.organisation.clone(),
        name: person.name.clone(),
        email: person.email.as_ref().map(|email| email.as_str().to_owned()),
        roles: roles(&person.roles),
        created_at: person.created,
        seen_at: person.seen,
    }
}

fn invitation_view(invitation: &Invitation) -> InvitationView {
    InvitationView {
        id: invitation.id.to_string(),
        organisation: invitation.organisation.clone(),
        name: invitation.name.clone(),
        email: invitation.email.as_ref().map(|email| email.as_str().to_owned()),
        roles: roles(&invitation.roles),
        until: invitation.until,
    }
}
