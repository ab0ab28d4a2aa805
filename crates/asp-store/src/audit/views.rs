//! Views side by side: those that are stored and those that the entries give. Numbers of names may differ, so rows
//! are compared by the names themselves.

use std::fmt::Write as _;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Rows};

use super::{Finding, unreadable};
use crate::fault::Fault;

/// How a view is read: what it shows, in an order in which two of them can be walked side by side.
struct View {
    name: &'static str,
    /// Whether the first column is the position of the entry that the row is about.
    by_position: bool,
    sql: &'static str,
}

const VIEWS: &[View] = &[
    View {
        name: "evidence",
        by_position: true,
        sql: "SELECT position, debtor.name, creditor.name, amount, currency, capability, outcome
              FROM evidence JOIN names AS debtor ON debtor.id = debtor
              JOIN names AS creditor ON creditor.id = creditor ORDER BY position",
    },
    View {
        name: "evidence_grounds",
        by_position: true,
        sql: "SELECT position, signed, name, key FROM evidence_grounds JOIN names ON id = agent
              ORDER BY position, signed, name, key",
    },
    View {
        name: "distrusts",
        by_position: true,
        sql: "SELECT position, name, key, since FROM distrusts JOIN names ON id = agent ORDER BY position",
    },
    View {
        name: "overruled",
        by_position: true,
        sql: "SELECT position, settled FROM overruled ORDER BY position, settled",
    },
    View {
        name: "disputes",
        by_position: true,
        sql: "SELECT moved, dispute.name, filed, session.name, closed, outcome, deadline, abusive
              FROM disputes JOIN names AS dispute ON dispute.id = dispute
              JOIN names AS session ON session.id = session ORDER BY moved",
    },
    View {
        name: "dispute_parties",
        by_position: true,
        sql: "SELECT filed, party.name, dispute.name, side FROM dispute_parties
              JOIN names AS party ON party.id = party JOIN names AS dispute ON dispute.id = dispute
              ORDER BY filed, party.name",
    },
    View {
        name: "sessions",
        by_position: true,
        sql: "SELECT moved, session.name, state, capability, initiator.name, opened, updated, owes, deadline
              FROM sessions JOIN names AS session ON session.id = session
              JOIN names AS initiator ON initiator.id = initiator ORDER BY moved",
    },
    View {
        name: "session_members",
        by_position: true,
        sql: "SELECT moved, party.name, session.name FROM session_members
              JOIN names AS party ON party.id = party JOIN names AS session ON session.id = session
              ORDER BY moved, party.name",
    },
    View {
        name: "session_consents",
        by_position: false,
        sql: "SELECT consent.name, session.name FROM session_consents
              JOIN names AS consent ON consent.id = consent JOIN names AS session ON session.id = session
              ORDER BY consent.name, session.name",
    },
    View {
        name: "consent_sessions",
        by_position: false,
        sql: "SELECT consent.name, opened, session.name FROM consent_sessions
              JOIN names AS consent ON consent.id = consent JOIN names AS session ON session.id = session
              ORDER BY consent.name, opened",
    },
    View {
        name: "owing",
        by_position: false,
        sql: "SELECT debtor.name, session.name, creditor.name, currency, amount FROM owing
              JOIN names AS debtor ON debtor.id = debtor JOIN names AS session ON session.id = session
              JOIN names AS creditor ON creditor.id = creditor
              ORDER BY debtor.name, session.name, creditor.name, currency",
    },
    View {
        name: "commitments",
        by_position: true,
        sql: "SELECT formed, name, state FROM commitments JOIN names ON id = session ORDER BY formed",
    },
    View {
        name: "commitment_parties",
        by_position: true,
        sql: "SELECT formed, name FROM commitment_parties JOIN names ON id = party ORDER BY formed, name",
    },
    View {
        name: "consent_parties",
        by_position: true,
        sql: "SELECT requested, party.name, consent.name FROM consent_parties
              JOIN names AS party ON party.id = party JOIN names AS consent ON consent.id = consent
              ORDER BY requested, party.name",
    },
    View {
        name: "terms_schemas",
        by_position: true,
        sql: "SELECT position, name, alias, version, hash, description FROM terms_schemas
              JOIN names ON id = organisation ORDER BY position",
    },
    View {
        name: "acts",
        by_position: true,
        sql: "SELECT position, name FROM acts JOIN names ON id = issuer ORDER BY position",
    },
    View {
        name: "domains",
        by_position: true,
        sql: "SELECT asked, name, checked, found FROM domains JOIN names ON id = organisation ORDER BY asked",
    },
    View {
        name: "agents",
        by_position: true,
        sql: "SELECT set_at, name, card, named_at FROM agents JOIN names ON id = agent ORDER BY set_at",
    },
    View {
        name: "arbiters",
        by_position: true,
        sql: "SELECT since, name FROM arbiters JOIN names ON id = agent ORDER BY since, name",
    },
    View {
        name: "praise",
        by_position: true,
        sql: "SELECT position, name FROM praise JOIN names ON id = subject ORDER BY position",
    },
    View {
        name: "accounts",
        by_position: true,
        sql: "SELECT moved, name, open, state FROM accounts JOIN names ON id = account ORDER BY moved, name",
    },
    View {
        name: "postings",
        by_position: true,
        sql: "SELECT position, part, source, target, currency, amount, why FROM postings ORDER BY position, part",
    },
    View {
        name: "posting_accounts",
        by_position: true,
        sql: "SELECT position, part, name FROM posting_accounts JOIN names ON id = account
              ORDER BY position, part, name",
    },
    View {
        name: "holds",
        by_position: true,
        sql: "SELECT formed, hold, payer.name, payee.name, currency, amount, state
              FROM holds JOIN names AS payer ON payer.id = payer JOIN names AS payee ON payee.id = payee
              ORDER BY formed, hold",
    },
    View {
        name: "likenesses",
        by_position: true,
        sql: "SELECT registered, name, skeleton, unproved FROM likenesses JOIN names ON id = organisation
              ORDER BY registered, skeleton",
    },
];

/// Compares all views.
///
/// # Errors
/// The first row that differs.
pub(super) fn compare(stored: &Connection, derived: &Connection) -> Result<(), Finding> {
    for view in VIEWS {
        let difference = first_difference(stored, derived, view).map_err(|fault| unreadable(None, &fault))?;
        if let Some(finding) = difference {
            return Err(finding);
        }
        let count = |connection: &Connection| -> Result<u64, Fault> {
            Ok(connection.query_row(&format!("SELECT count(*) FROM {}", view.name), [], |row| row.get(0))?)
        };
        let counts = count(stored).and_then(|stored| Ok((stored, count(derived)?)));
        let (has, gives) = counts.map_err(|fault| unreadable(None, &fault))?;
        // A row that names nothing falls out of the comparison above, not out of the count.
        if has != gives {
            let what = format!("the view {} has {has} rows where the entries give {gives}", view.name);
            return Err(Finding::whole(what));
        }
    }
    Ok(())
}

fn first_difference(
    stored: &Connection,
    derived: &Connection,
    view: &View,
) -> Result<Option<Finding>, Fault> {
    let (mut stored, mut derived) = (stored.prepare(view.sql)?, derived.prepare(view.sql)?);
    let columns = stored.column_count();
    let (mut stored, mut derived) = (stored.query([])?, derived.query([])?);
    loop {
        let (has, gives) = (next(&mut stored, columns)?, next(&mut derived, columns)?);
        if has == gives {
            if has.is_none() {
                return Ok(None);
            }
            continue;
        }
        let index = [&has, &gives].into_iter().flatten().filter_map(|row| row.position).min();
        let text = |row: &Option<Line>| row.as_ref().map_or("nothing".to_owned(), |row| row.text.clone());
        return Ok(Some(Finding {
            index: index.filter(|_| view.by_position),
            code: None,
            what: format!(
                "the view {} has {} where the entries give {}",
                view.name,
                text(&has),
                text(&gives)
            ),
        }));
    }
}

/// A row as text, and its first column if that is a number.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    position: Option<u64>,
    text: String,
}

fn next(rows: &mut Rows<'_>, columns: usize) -> Result<Option<Line>, Fault> {
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut line = Line { position: None, text: String::from("(") };
    for column in 0..columns {
        if column > 0 {
            line.text.push_str(", ");
        }
        // Writing to a string cannot fail.
        let _ = match row.get_ref(column)? {
            ValueRef::Null => write!(line.text, "none"),
            ValueRef::Integer(number) => {
                if column == 0 {
                    line.position = u64::try_from(number).ok();
                }
                write!(line.text, "{number}")
            }
            ValueRef::Real(number) => write!(line.text, "{number}"),
            ValueRef::Text(text) => write!(line.text, "{:?}", String::from_utf8_lossy(text)),
            ValueRef::Blob(bytes) => write!(line.text, "{bytes:02x?}"),
        };
    }
    line.text.push(')');
    Ok(Some(line))
}
