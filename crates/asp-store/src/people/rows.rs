//! Rows of people and invitations as they are read. What is not what was written is a fault.

use std::collections::BTreeSet;

use asp_core::name::Domain;
use asp_core::position::LogTime;
use rusqlite::Row;

use super::{Email, Invitation, Person, PersonId, Role};
use crate::fault::Fault;

/// The columns that [`person`] reads, in its order.
pub(super) const PERSON: &str =
    "people.id, people.organisation, people.name, people.email, subject, people.roles, created, seen";
/// The columns that [`invitation`] reads, in its order.
pub(super) const INVITATION: &str = "id, organisation, name, email, roles, ends";

fn corrupt() -> Fault {
    Fault::corrupt(None, "an account of a person is not what was written")
}

/// Roles as words between spaces, in their order.
pub(super) fn words(roles: &BTreeSet<Role>) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    words.join(" ")
}

fn roles(text: &str) -> Result<BTreeSet<Role>, Fault> {
    text.split_whitespace().map(|word| word.parse().map_err(|()| corrupt())).collect()
}

fn email(text: Option<String>) -> Result<Option<Email>, Fault> {
    text.map(|text| text.parse().map_err(|()| corrupt())).transpose()
}

/// A row of [`PERSON`].
pub(super) fn person(row: &Row<'_>) -> Result<Person, Fault> {
    let organisation: Option<String> = row.get(1)?;
    let organisation: Option<Domain> =
        organisation.map(|domain| domain.parse().map_err(|_| corrupt())).transpose()?;
    Ok(Person {
        id: PersonId(row.get(0)?),
        organisation,
        name: row.get(2)?,
        email: email(row.get(3)?)?,
        subject: row.get(4)?,
        roles: roles(&row.get::<_, String>(5)?)?,
        created: LogTime::from_millis(row.get(6)?),
        seen: row.get::<_, Option<u64>>(7)?.map(LogTime::from_millis),
    })
}

/// A row of [`INVITATION`].
pub(super) fn invitation(row: &Row<'_>) -> Result<Invitation, Fault> {
    Ok(Invitation {
        id: PersonId(row.get(0)?),
        organisation: row.get::<_, String>(1)?.parse().map_err(|_| corrupt())?,
        name: row.get(2)?,
        email: email(row.get(3)?)?,
        roles: roles(&row.get::<_, String>(4)?)?,
        until: LogTime::from_millis(row.get(5)?),
    })
}
