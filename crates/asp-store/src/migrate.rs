//! The version of the storage: older files are brought up to date in one transaction, newer ones are refused.
//! Knows no identity and no content.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::fault::{Fault, Step};
use crate::views::{evidence, likeness, owing, panel, session};

/// Tells a store from any other SQLite file: "ASPs".
const APPLICATION_ID: i64 = 0x4153_5073;

/// After this one rows follow that no SQL can make.
pub(crate) const GROUNDS: &str = include_str!("../migrations/0005.sql");

/// After this one too: which sessions rested on which consents.
pub(crate) const CONSENT_SESSIONS: &str = include_str!("../migrations/0007.sql");

/// And after this one: who reads sessions by mandates.
pub(crate) const READERS: &str = include_str!("../migrations/0008.sql");

/// And after this one: whose names look alike.
pub(crate) const LIKENESSES: &str = include_str!("../migrations/0009.sql");

/// And after this one: who offers to sit on panels.
pub(crate) const ARBITERS: &str = include_str!("../migrations/0013.sql");

/// And after this one: what is owed and not covered.
pub(crate) const OWING: &str = include_str!("../migrations/0014.sql");

/// What brings a store from each version to the next; their number is the newest version.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001.sql"),
    include_str!("../migrations/0002.sql"),
    include_str!("../migrations/0003.sql"),
    include_str!("../migrations/0004.sql"),
    GROUNDS,
    include_str!("../migrations/0006.sql"),
    CONSENT_SESSIONS,
    READERS,
    LIKENESSES,
    include_str!("../migrations/0010.sql"),
    include_str!("../migrations/0011.sql"),
    include_str!("../migrations/0012.sql"),
    ARBITERS,
    OWING,
];

/// Brings the file to the newest version. Each migration is one transaction with its number.
///
/// # Errors
/// [`Fault::Newer`], [`Fault::Foreign`], or that the storage failed; then the version before stands.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Fault> {
    run(connection, path, MIGRATIONS)
}

/// Refuses what this program must not write to, without changing it.
///
/// # Errors
/// [`Fault::Newer`] or [`Fault::Foreign`].
pub(crate) fn guard(connection: &Connection, path: &Path) -> Result<(), Fault> {
    version(connection, path).map(drop)
}

/// Refuses what this program cannot read as it is.
///
/// # Errors
/// [`Fault::Newer`] or [`Fault::Foreign`]; an older version too, for it is not brought up to date here.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<(), Fault> {
    let found = version(connection, path)?;
    if found == i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX) {
        Ok(())
    } else {
        Err(Fault::corrupt(None, format!("its version is {found}; open it once to bring it up to date")))
    }
}

fn version(connection: &Connection, path: &Path) -> Result<i64, Fault> {
    let read = |pragma: &str| -> Result<i64, Fault> {
        Ok(connection.pragma_query_value(None, pragma, |row| row.get(0))?)
    };
    // What SQLite cannot read at all is foreign too: the first read of a file shows it.
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Fault::Foreign { path: path.to_owned() },
            Some(_) | None => Fault::from(error).during(Step::Open),
        })?;
    let found = read("user_version")?;
    if read("application_id")? != APPLICATION_ID && (found != 0 || tables != 0) {
        return Err(Fault::Foreign { path: path.to_owned() });
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known { Err(Fault::Newer { found, known }) } else { Ok(found) }
}

fn run(connection: &mut Connection, path: &Path, migrations: &[&str]) -> Result<(), Fault> {
    let found = version(connection, path)?;
    for (number, migration) in (1i64..).zip(migrations).skip_while(|(number, _)| *number <= found) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        transaction.execute_batch(migration)?;
        if *migration == GROUNDS {
            evidence::make_grounds(&transaction)?;
        }
        if *migration == CONSENT_SESSIONS {
            session::make_consents(&transaction)?;
        }
        if *migration == READERS {
            session::make_readers(&transaction)?;
        }
        if *migration == LIKENESSES {
            likeness::make(&transaction)?;
        }
        if *migration == ARBITERS {
            panel::make(&transaction)?;
        }
        if *migration == OWING {
            owing::make(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
        tracing::info!(version = number, "storage migrated");
    }
    Ok(())
}

/// The tables of the newest version in memory: what an audit folds into.
///
/// # Errors
/// That there is no memory.
pub(crate) fn in_memory() -> Result<Connection, Fault> {
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection, Path::new(":memory:"))?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_is_reached_from_each_older_one() {
        let path = Path::new("assent.sqlite");
        let newest = i64::try_from(MIGRATIONS.len()).unwrap();
        let further = [MIGRATIONS, &["CREATE TABLE more (a INTEGER) STRICT", "DROP TABLE more"]].concat();
        let mut connection = in_memory().unwrap();
        connection.execute("INSERT INTO names (name) VALUES ('kept')", []).unwrap();
        run(&mut connection, path, &further).unwrap();
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        let kept: i64 = connection.query_row("SELECT count(*) FROM names", [], |row| row.get(0)).unwrap();
        assert_eq!((version, kept), (newest + 2, 1));
        let refused = Err(Fault::Newer { found: newest + 2, known: newest });
        assert_eq!(migrate(&mut connection, path), refused);
    }

    #[test]
    fn agents_of_an_older_store_are_listed_with_the_cards_that_they_set_last() {
        let path = Path::new("assent.sqlite");
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, path, &MIGRATIONS[..3]).unwrap();
        let streams = ["org:a.example", "agent:agent://a.example/x", "agent:agent://a.example/y"];
        for name in streams {
            connection.execute("INSERT INTO names (name) VALUES (?1)", [name]).unwrap();
        }
        for (stream, kind, body) in [
            (1, "org.register", "{}"),
            (2, "agent.register", r#"{"card":{"name":"first"},"key":"k"}"#),
            (3, "agent.register", r#"{"card":{"name":"y"},"key":"k"}"#),
            (2, "agent.card.set", r#"{"card":{"capabilities":["a.b"],"name":"\u00fc \"x\""}}"#),
            (2, "agent.key.rotate", r#"{"newKey":"k","oldKey":"k"}"#),
            (3, "agent.retire", r#"{"reason":""}"#),
        ] {
            let statement = format!(r#"{{"body":{body},"type":"{kind}"}}"#);
            connection
                .execute(
                    "INSERT INTO entries SELECT coalesce(max(position) + 1, 0), 0, ?1, coalesce(max(position), 0),
                       x'00', x'00', x'00', ?2 FROM entries",
                    rusqlite::params![stream, statement.as_bytes()],
                )
                .unwrap();
        }
        migrate(&mut connection, path).unwrap();
        let mut query = connection.prepare("SELECT set_at, agent, card FROM agents ORDER BY set_at").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let rows: Vec<(i64, i64, Option<String>)> = rows.map(Result::unwrap).collect();
        let card = r#"{"capabilities":["a.b"],"name":"\u00fc \"x\""}"#;
        assert_eq!(rows, [(3, 2, Some(card.to_owned())), (5, 3, None)]);
        let named: Vec<i64> = connection
            .prepare("SELECT named_at FROM agents ORDER BY set_at")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(named, [3, 0]);
        let mut query = connection.prepare("SELECT skeleton, unproved, registered FROM likenesses").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let rows: Vec<(String, bool, i64)> = rows.map(Result::unwrap).collect();
        assert_eq!(rows, [("a".to_owned(), true, 0), ("aexarnple".to_owned(), true, 0)]);
    }

    #[test]
    fn an_older_store_knows_which_sessions_rested_on_which_consents() {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = crate::support::Stage::new(folder.path());
        stage.business();
        stage.store.stop();
        let connection = Connection::open(folder.path().join(crate::FILE_NAME)).unwrap();
        let rows = || -> Vec<(i64, i64, i64)> {
            let mut query =
                connection.prepare("SELECT consent, opened, session FROM consent_sessions").unwrap();
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let before = rows();
        assert_eq!(before.len(), 1);
        connection.execute_batch("DROP TABLE consent_sessions").unwrap();
        connection.execute_batch(CONSENT_SESSIONS).unwrap();
        assert_eq!(rows(), []);
        session::make_consents(&connection).unwrap();
        assert_eq!(rows(), before);
    }

    #[test]
    fn what_was_said_in_an_older_store_is_found_by_who_said_it() {
        let path = Path::new("assent.sqlite");
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, path, &MIGRATIONS[..5]).unwrap();
        for name in ["org:a.example", "agent:agent://a.example/x", "session:00"] {
            connection.execute("INSERT INTO names (name) VALUES (?1)", [name]).unwrap();
        }
        let issuers = [
            (1, "a.example"),
            (2, "agent://a.example/x"),
            (3, "agent://a.example/x"),
            (3, "node:n.example/l"),
        ];
        for (position, (stream, issuer)) in (0..).zip(issuers) {
            let statement = format!(r#"{{"body":{{}},"issuer":"{issuer}","type":"none"}}"#);
            connection
                .execute(
                    "INSERT INTO entries VALUES (?1, 0, ?2, ?1, x'00', x'00', x'00', ?3)",
                    rusqlite::params![position, stream, statement.as_bytes()],
                )
                .unwrap();
        }
        run(&mut connection, path, &MIGRATIONS[..6]).unwrap();
        let mut query = connection.prepare("SELECT issuer, position FROM acts ORDER BY position").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let rows: Vec<(i64, i64)> = rows.map(Result::unwrap).collect();
        assert_eq!(rows, [(1, 0), (2, 1), (2, 2)]);
    }

    #[test]
    fn an_older_store_forgets_the_readers_whose_mandates_had_ended() {
        use asp_core::statement::Body;
        use asp_core::statement::body::Mandate;

        let folder = tempfile::tempdir().unwrap();
        let mut stage = crate::support::Stage::new(folder.path());
        let (_, session) = stage.introduced();
        stage.agent("globex/deputy");
        let mandate = Mandate {
            ceiling: None,
            consent: None,
            hops: None,
            expires_at: stage.author.now().plus(asp_core::position::Millis(60_000)),
            performatives: [asp_core::session::table::Performative::Inform].into(),
            to: crate::support::agent_uri("globex/deputy"),
        };
        stage.say(session, "globex/seller", Body::Delegate(mandate), None);
        let connection = Connection::open(folder.path().join(crate::FILE_NAME)).unwrap();
        let rows = || -> Vec<(i64, i64, i64)> {
            let mut query = connection
                .prepare("SELECT party, moved, session FROM session_members ORDER BY party")
                .unwrap();
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
            rows.map(Result::unwrap).collect()
        };
        session::make_readers(&connection).unwrap();
        let with_deputy = rows();
        stage.author.pass(60_000);
        stage.remark(session, "globex/seller", "without it");
        stage.store.stop();
        let right = rows();
        assert_eq!((with_deputy.len(), right.len()), (5, 4));
        let gone =
            with_deputy.iter().find(|(party, ..)| right.iter().all(|(other, ..)| other != party)).unwrap();
        connection
            .execute("INSERT INTO session_members VALUES (?1, ?2, ?3)", (gone.0, right[0].1, right[0].2))
            .unwrap();
        session::make_readers(&connection).unwrap();
        assert_eq!(rows(), right);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_version_before() {
        let mut connection = in_memory().unwrap();
        let newest = i64::try_from(MIGRATIONS.len()).unwrap();
        let twice = "CREATE TABLE more (a INTEGER) STRICT; CREATE TABLE more (a INTEGER) STRICT";
        let broken = [MIGRATIONS, &[twice]].concat();
        assert!(run(&mut connection, Path::new("x"), &broken).is_err());
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'more'", [], |row| row.get(0))
            .unwrap();
        assert_eq!((version, tables), (newest, 0));
    }
}
