//! The accounts of people beside the log: who may look, invited by whom, signed in until when.
//!
//! People are no parties: nothing here is signed, logged, folded or audited, and what is removed is gone. Secrets come
//! as hashes and are found by them. What a role may do is not known here, nor HTTP; the time is told.

mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::name::Domain;
use asp_core::position::{Hash, LogTime, Millis};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::beside;
use crate::fault::{Fault, Step};
use rows::{INVITATION, PERSON, invitation, person, words};

/// The name of the file in the node's folder.
pub const PEOPLE_FILE_NAME: &str = "people.sqlite";
/// The file: "ASPp".
const FILE: beside::Kind =
    beside::Kind { application_id: 0x4153_5070, tables: include_str!("../people.sql") };
/// People of one organisation, or of the node.
const PEOPLE_MAX: u64 = 1_000;
/// Open invitations of one organisation.
const INVITATIONS_MAX: u64 = 100;
/// People and open invitations of all together; bounds the file.
const ALL_MAX: u64 = 100_000;
/// Links of one person; the oldest gives way.
const LINKS_MAX: u64 = 5;
/// Sessions of one person; the oldest gives way.
const SESSIONS_MAX: u64 = 10;
/// Bytes of the longest address of mail (RFC 5321 §4.5.3.1).
const EMAIL_BYTES_MAX: usize = 254;

/// How long an invitation can be accepted.
pub const INVITATION_LASTS: Millis = Millis(7 * 24 * 3_600_000);
/// How long a link can be used.
pub const LINK_LASTS: Millis = Millis(10 * 60_000);
/// How long a session lasts at most.
pub const SESSION_LASTS: Millis = Millis(7 * 24 * 3_600_000);
/// How long a session lasts while nobody uses it.
pub const SESSION_IDLES: Millis = Millis(12 * 3_600_000);
/// How exactly it is remembered when a session was used: a write for each request would be a sync for each.
const USED_WITHIN: Millis = Millis(60_000);

/// What a person is here for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Decides on disputes that are put before it.
    Arbiter,
    /// Reads what is its organisation's, and changes nothing.
    Auditor,
    /// Keeps the node running; reads no organisation's contents.
    Operator,
    /// Reads what is its organisation's, and says which people do.
    Owner,
}

impl Role {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Arbiter, Self::Auditor, Self::Operator, Self::Owner];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arbiter => "arbiter",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }
}

impl FromStr for Role {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

/// Names a person or an invitation: 32 hexadecimal digits, by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonId(pub [u8; 16]);

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        beside::write_id(&self.0, f)
    }
}

impl FromStr for PersonId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        beside::read_id(text).map(Self)
    }
}

/// An address of mail in lower case; whether anybody reads it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Email {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (local, domain) = text.split_once('@').ok_or(())?;
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"'(),:;\\".contains(&byte));
        let whole = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
        (plain && whole && text.len() <= EMAIL_BYTES_MAX).then(|| Self(text.to_ascii_lowercase())).ok_or(())
    }
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// Whose person it is; none for one of the node's own.
    pub organisation: Option<Domain>,
    /// What others call it.
    pub name: String,
    /// Where mail reaches it, if it was said.
    pub email: Option<Email>,
    /// Who it is elsewhere: issuer, space, subject.
    pub subject: Option<String>,
    /// What it is here for.
    pub roles: BTreeSet<Role>,
    /// Since when there is the account.
    pub created: LogTime,
    /// When it was here last, to the minute.
    pub seen: Option<LogTime>,
}

/// An invitation that nobody has accepted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id; the secret is another.
    pub id: PersonId,
    /// Who invites.
    pub organisation: Domain,
    /// What the person is called, if that was said.
    pub name: Option<String>,
    /// The address of mail that a provider of identities has to vouch for, if it is accepted that way.
    pub email: Option<Email>,
    /// What the person is to be here for.
    pub roles: BTreeSet<Role>,
    /// When it ends.
    pub until: LogTime,
}

/// A person who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// When the session ends if it is not used again.
    pub until: LogTime,
}

/// Why something was not kept. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotKept {
    /// There are as many as may be.
    Full,
    /// The storage failed.
    Fault(Fault),
}

impl From<Fault> for NotKept {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<rusqlite::Error> for NotKept {
    fn from(error: rusqlite::Error) -> Self {
        Self::Fault(Fault::from(error).during(Step::People))
    }
}

/// All accounts of a node. Each call blocks its thread, and what it says is durable when it returns.
#[derive(Debug)]
pub struct People {
    connection: Mutex<Connection>,
}

impl People {
    /// Opens the accounts in a node's folder; makes the file if there is none. The node may run beside.
    ///
    /// # Errors
    /// [`Fault::Foreign`], [`Fault::Newer`], or that the file cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let connection = beside::open(&folder.join(PEOPLE_FILE_NAME), FILE)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic left is rolled back when it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads and writes in one durable transaction; what gives an error leaves nothing.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, NotKept>) -> Result<T, NotKept> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Keeps an invitation under the hash of its secret.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn invite(&self, secret: &Hash, invitation: &Invitation, now: LogTime) -> Result<(), NotKept> {
        self.write(|transaction| {
            purge(transaction, now)?;
            let Invitation { id, organisation, name, email, roles, until } = invitation;
            let open: u64 = transaction.query_row(
                "SELECT count(*) FROM invitations WHERE organisation = ?1",
                [organisation.as_str()],
                |row| row.get(0),
            )?;
            if open >= INVITATIONS_MAX || all(transaction)? >= ALL_MAX {
                return Err(NotKept::Full);
            }
            transaction.execute(
                "INSERT INTO invitations (id, secret, organisation, name, email, roles, ends)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    id.0,
                    secret.as_bytes(),
                    organisation.as_str(),
                    name,
                    email.as_ref().map(Email::as_str),
                    words(roles),
                    until.millis()
                ],
            )?;
            Ok(())
        })
    }

    /// Makes a person of an invitation, which is then used up; none if there is no such invitation (any more).
    ///
    /// `name` is what the person wants to be called, if the invitation does not say.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn accept(
        &self,
        secret: &Hash,
        id: PersonId,
        name: Option<&str>,
        now: LogTime,
    ) -> Result<Option<Person>, NotKept> {
        // Looked up before anything is written: who guesses costs no sync.
        let found: bool = self
            .connection()
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM invitations WHERE secret = ?1)")?
            .query_row([secret.as_bytes()], |row| row.get(0))?;
        if !found {
            return Ok(None);
        }
        self.write(|transaction| {
            let found = transaction
                .query_row(
                    &format!(
                        "DELETE FROM invitations WHERE secret = ?1 AND ends > ?2 RETURNING {INVITATION}"
                    ),
                    params![secret.as_bytes(), now.millis()],
                    |row| Ok(invitation(row)),
                )
                .optional()?
                .transpose()?;
            let Some(found) = found else { return Ok(None) };
            let person = person_of(found, id, name, None, now);
            insert(transaction, &person)?;
            Ok(Some(person))
        })
    }

    /// Makes a person of whom an organisation's provider of identities vouches for, by the organisation's open
    /// invitation for this address of mail; none if there is none.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn accept_by_email(
        &self,
        (organisation, email): (&Domain, &Email),
        id: PersonId,
        (subject, name): (&str, Option<&str>),
        now: LogTime,
    ) -> Result<Option<Person>, NotKept> {
        self.write(|transaction| {
            let found = transaction
                .query_row(
                    &format!(
                        "DELETE FROM invitations WHERE id = (
                           SELECT id FROM invitations WHERE organisation = ?3 AND email = ?1 AND ends > ?2
                           ORDER BY ends DESC LIMIT 1)
                         RETURNING {INVITATION}"
                    ),
                    params![email.as_str(), now.millis(), organisation.as_str()],
                    |row| Ok(invitation(row)),
                )
                .optional()?
                .transpose()?;
            let Some(found) = found else { return Ok(None) };
            let person = person_of(found, id, name, Some(subject), now);
            insert(transaction, &person)?;
            Ok(Some(person))
        })
    }

    /// Keeps a new person.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn add(&self, person: &Person) -> Result<(), NotKept> {
        self.write(|transaction| insert(transaction, person))
    }

    /// Replaces what a person is here for.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn set_roles(&self, id: PersonId, roles: &BTreeSet<Role>) -> Result<(), NotKept> {
        self.connection()
            .execute("UPDATE people SET roles = ?2 WHERE id = ?1", params![id.0, words(roles)])?;
        Ok(())
    }

    /// The person who has this subject at a provider of identities.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn of_subject(&self, subject: &str) -> Result<Option<Person>, NotKept> {
        let connection = self.connection();
        let found = connection
            .prepare_cached(&format!("SELECT {PERSON} FROM people WHERE subject = ?1"))?
            .query_row([subject], |row| Ok(person(row)))
            .optional()?;
        Ok(found.transpose()?)
    }

    /// The people of an organisation, or of the node, the longest there first.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn list(&self, organisation: Option<&Domain>) -> Result<Vec<Person>, NotKept> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(&format!(
            "SELECT {PERSON} FROM people WHERE organisation IS ?1 ORDER BY created, id LIMIT {PEOPLE_MAX}"
        ))?;
        let rows = query.query_and_then([organisation.map(Domain::as_str)], person)?;
        Ok(rows.collect::<Result<_, Fault>>()?)
    }

    /// The open invitations of an organisation, those that end first before others.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn invitations(&self, organisation: &Domain, now: LogTime) -> Result<Vec<Invitation>, NotKept> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(&format!(
            "SELECT {INVITATION} FROM invitations WHERE organisation = ?1 AND ends > ?2
             ORDER BY ends, id LIMIT {INVITATIONS_MAX}"
        ))?;
        let rows = query.query_and_then(params![organisation.as_str(), now.millis()], invitation)?;
        Ok(rows.collect::<Result<_, Fault>>()?)
    }

    /// A person of this organisation, or of the node.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn find(&self, organisation: Option<&Domain>, id: PersonId) -> Result<Option<Person>, NotKept> {
        let connection = self.connection();
        let found = connection
            .prepare_cached(&format!("SELECT {PERSON} FROM people WHERE id = ?1 AND organisation IS ?2"))?
            .query_row(params![id.0, organisation.map(Domain::as_str)], |row| Ok(person(row)))
            .optional()?;
        Ok(found.transpose()?)
    }

    /// Removes a person of this organisation with its links and sessions, or an invitation; whether there was one.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn remove(&self, organisation: Option<&Domain>, id: PersonId) -> Result<bool, NotKept> {
        let domain = organisation.map(Domain::as_str);
        self.write(|transaction| {
            let mut gone = 0;
            for table in ["people", "invitations"] {
                let delete = format!("DELETE FROM {table} WHERE id = ?1 AND organisation IS ?2");
                gone += transaction.execute(&delete, params![id.0, domain])?;
            }
            Ok(gone > 0)
        })
    }

    /// Keeps a link by which a person can sign in once, under the hash of its secret; the oldest may give way.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn link(&self, secret: &Hash, id: PersonId, now: LogTime) -> Result<LogTime, NotKept> {
        self.write(|transaction| {
            purge(transaction, now)?;
            transaction.execute(
                "DELETE FROM links WHERE secret IN (
                   SELECT secret FROM links WHERE person = ?1 ORDER BY ends DESC, secret LIMIT -1 OFFSET ?2)",
                params![id.0, LINKS_MAX - 1],
            )?;
            let until = now.plus(LINK_LASTS);
            transaction.execute(
                "INSERT INTO links (secret, person, ends) VALUES (?1, ?2, ?3)",
                params![secret.as_bytes(), id.0, until.millis()],
            )?;
            Ok(until)
        })
    }

    /// Uses a link up; none if there is no such link (any more).
    ///
    /// # Errors
    /// That the storage failed.
    pub fn use_link(&self, secret: &Hash, now: LogTime) -> Result<Option<PersonId>, NotKept> {
        // Looked up before anything is written: who guesses costs no sync.
        let connection = self.connection();
        let found: bool = connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM links WHERE secret = ?1)")?
            .query_row([secret.as_bytes()], |row| row.get(0))?;
        if !found {
            return Ok(None);
        }
        let used = connection
            .query_row(
                "DELETE FROM links WHERE secret = ?1 RETURNING person, ends",
                [secret.as_bytes()],
                |row| Ok((PersonId(row.get(0)?), row.get::<_, u64>(1)?)),
            )
            .optional()?;
        Ok(used.filter(|(_, until)| *until > now.millis()).map(|(id, _)| id))
    }

    /// Begins a session under the hash of its secret; the person's oldest may give way.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn begin(&self, secret: &Hash, id: PersonId, now: LogTime) -> Result<(), NotKept> {
        self.write(|transaction| {
            purge(transaction, now)?;
            transaction.execute(
                "DELETE FROM sessions WHERE secret IN (
                   SELECT secret FROM sessions WHERE person = ?1 ORDER BY begun DESC, secret LIMIT -1 OFFSET ?2)",
                params![id.0, SESSIONS_MAX - 1],
            )?;
            transaction.execute(
                "INSERT INTO sessions (secret, person, begun, used) VALUES (?1, ?2, ?3, ?3)",
                params![secret.as_bytes(), id.0, now.millis()],
            )?;
            transaction
                .execute("UPDATE people SET seen = ?2 WHERE id = ?1", params![id.0, now.millis()])?;
            Ok(())
        })
    }

    /// Who has signed in with this secret, if the session has not ended; `uses` says whether this counts as a use.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn signed_in(&self, secret: &Hash, uses: Use, now: LogTime) -> Result<Option<SignedIn>, NotKept> {
        let connection = self.connection();
        let found = connection
            .prepare_cached(&format!(
                "SELECT {PERSON}, begun, used FROM sessions JOIN people ON people.id = person WHERE secret = ?1"
            ))?
            .query_row([secret.as_bytes()], |row| {
                Ok((person(row), LogTime::from_millis(row.get(8)?), LogTime::from_millis(row.get(9)?)))
            })
            .optional()?;
        let Some((person, begun, used)) = found else { return Ok(None) };
        let person = person?;
        let end = begun.plus(SESSION_LASTS);
        if now >= end || now >= used.plus(SESSION_IDLES) {
            connection.execute("DELETE FROM sessions WHERE secret = ?1", [secret.as_bytes()])?;
            return Ok(None);
        }
        let used = match uses {
            Use::Counts => now,
            Use::Looks => used,
        };
        if uses == Use::Counts && now >= person.seen.unwrap_or(begun).plus(USED_WITHIN) {
            connection
                .execute("UPDATE people SET seen = ?2 WHERE id = ?1", params![person.id.0, now.millis()])?;
        }
        if uses == Use::Counts {
            // A minute's difference decides nothing; less often is less to sync.
            let write = "UPDATE sessions SET used = ?2 WHERE secret = ?1 AND used <= ?3";
            let before = now.millis().saturating_sub(USED_WITHIN.0);
            connection.prepare_cached(write)?.execute(params![secret.as_bytes(), now.millis(), before])?;
        }
        Ok(Some(SignedIn { person, until: end.min(used.plus(SESSION_IDLES)) }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn end(&self, secret: &Hash) -> Result<(), NotKept> {
        self.connection().execute("DELETE FROM sessions WHERE secret = ?1", [secret.as_bytes()])?;
        Ok(())
    }
}

/// Whether looking at a session keeps it alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Its person did something.
    Counts,
    /// Something that was begun asks whether it may go on.
    Looks,
}

/// Forgets what has ended.
fn purge(transaction: &Transaction<'_>, now: LogTime) -> Result<(), NotKept> {
    transaction.execute("DELETE FROM invitations WHERE ends <= ?1", [now.millis()])?;
    transaction.execute("DELETE FROM links WHERE ends <= ?1", [now.millis()])?;
    transaction.execute(
        "DELETE FROM sessions WHERE begun + ?2 <= ?1 OR used + ?3 <= ?1",
        params![now.millis(), SESSION_LASTS.0, SESSION_IDLES.0],
    )?;
    Ok(())
}

fn all(transaction: &Transaction<'_>) -> Result<u64, NotKept> {
    let count = "SELECT (SELECT count(*) FROM people) + (SELECT count(*) FROM invitations)";
    Ok(transaction.query_row(count, [], |row| row.get(0))?)
}

fn person_of(
    invitation: Invitation,
    id: PersonId,
    name: Option<&str>,
    subject: Option<&str>,
    now: LogTime,
) -> Person {
    let Invitation { id: _, organisation, name: called, email, roles, until: _ } = invitation;
    let name = called.or_else(|| name.map(str::to_owned)).unwrap_or_else(|| organisation.to_string());
    let subject = subject.map(str::to_owned);
    Person { id, organisation: Some(organisation), name, email, subject, roles, created: now, seen: None }
}

fn insert(transaction: &Transaction<'_>, person: &Person) -> Result<(), NotKept> {
    let Person { id, organisation, name, email, subject, roles, created, seen } = person;
    let organisation = organisation.as_ref().map(Domain::as_str);
    let there: u64 = transaction.query_row(
        "SELECT count(*) FROM people WHERE organisation IS ?1",
        [organisation],
        |row| row.get(0),
    )?;
    if there >= PEOPLE_MAX || all(transaction)? >= ALL_MAX {
        return Err(NotKept::Full);
    }
    transaction.execute(
        "INSERT INTO people (id, organisation, name, email, subject, roles, created, seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            id.0,
            organisation,
            name,
            email.as_ref().map(Email::as_str),
            subject,
            words(roles),
            created.millis(),
            seen.map(LogTime::millis)
        ],
    )?;
    Ok(())
}
