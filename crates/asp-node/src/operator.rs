//! The node's own people, by its folder: whoever has the folder runs the node and needs nobody's leave.
//! The node may run beside; it sees what is done here at its next look.

use std::fmt;
use std::path::{Path, PathBuf};

use asp_core::key::SecretKey;
use asp_core::position::LogTime;
use asp_store::Fault;
use asp_store::people::{NotKept, People, Person, PersonId, Role};

use crate::auth::people::{Kind, Secret, person_id};
use crate::clock::Clock;
use crate::identity::{self, IdentityError};

/// A link by which an operator signs in, once.
#[derive(Debug, Clone)]
pub struct OperatorLink {
    /// The operator's id.
    pub id: PersonId,
    /// Where it leads, below the node's address.
    pub path: String,
    /// When it ends.
    pub until: LogTime,
}

/// The key of the node in a folder: with it its operator says what became of money outside.
///
/// # Errors
/// That there is none that can be read.
pub fn node_key(folder: &Path) -> Result<SecretKey, IdentityError> {
    identity::key_of(folder)
}

/// Makes a link for the operator of this name, who is made if there is none.
///
/// # Errors
/// See [`OperatorError`].
pub fn operator_link(folder: &Path, name: &str) -> Result<OperatorLink, OperatorError> {
    let people = open(folder)?;
    let now = Clock::system().now();
    let id = match named(&people, name)? {
        Some(person) => person.id,
        None => {
            let id = person_id().map_err(|_| OperatorError::NoRandomness)?;
            let person = Person {
                id,
                organisation: None,
                name: name.to_owned(),
                email: None,
                subject: None,
                roles: [Role::Operator].into(),
                created: now,
                seen: None,
            };
            people.add(&person)?;
            id
        }
    };
    let secret = Secret::random().map_err(|_| OperatorError::NoRandomness)?;
    let until = people.link(&secret.hash(Kind::Link), id, now)?;
    Ok(OperatorLink { id, path: format!("/signin/{}", secret.text()), until })
}

/// Removes the operator of this name with its sessions and links; whether there was one.
///
/// # Errors
/// See [`OperatorError`].
pub fn remove_operator(folder: &Path, name: &str) -> Result<bool, OperatorError> {
    let people = open(folder)?;
    let Some(person) = named(&people, name)? else { return Ok(false) };
    Ok(people.remove(None, person.id)?)
}

fn open(folder: &Path) -> Result<People, OperatorError> {
    // An empty folder would get accounts that no node ever reads.
    if identity::is_in(folder) {
        Ok(People::open(folder).map_err(OperatorError::Store)?)
    } else {
        Err(OperatorError::NoNode { folder: folder.to_owned() })
    }
}

fn named(people: &People, name: &str) -> Result<Option<Person>, OperatorError> {
    Ok(people.list(None)?.into_iter().find(|person| person.name == name))
}

/// Why nothing was done in a node's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorError {
    /// No node has this folder.
    NoNode {
        /// Which.
        folder: PathBuf,
    },
    /// There are as many operators as may be.
    Full,
    /// The accounts cannot be used.
    Store(Fault),
    /// The operating system has no random bytes.
    NoRandomness,
}

impl From<NotKept> for OperatorError {
    fn from(not_kept: NotKept) -> Self {
        match not_kept {
            NotKept::Full => Self::Full,
            NotKept::Fault(fault) => Self::Store(fault),
        }
    }
}

impl fmt::Display for OperatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNode { folder } => write!(f, "no node has the folder {}", folder.display()),
            Self::Full => f.write_str("there are as many operators as may be"),
            Self::Store(fault) => fault.fmt(f),
            Self::NoRandomness => f.write_str("the operating system has no random bytes"),
        }
    }
}

impl std::error::Error for OperatorError {}
