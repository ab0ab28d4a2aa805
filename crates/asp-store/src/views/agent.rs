//! Finding agents: by capability and its prefixes, by words, by organisation. Trust is another number, not mixed in.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use asp_core::agent::Agent;
use asp_core::name::{AgentUri, Capability, Domain, StreamId};
use asp_core::position::InvalidText;
use rusqlite::{Connection, Row, ToSql, params};

use crate::fault::Fault;
use crate::names::Names;

/// Words of one agent that are kept; a description has at most 4 KiB.
const WORDS_MAX: usize = 512;

/// Words of one query that are looked at; those after them are left out.
const QUERY_WORDS_MAX: usize = 8;

/// Which agents to find. Agents that have retired are never found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentQuery {
    /// Only those that offer this capability or one below it.
    pub capability: Option<Capability>,
    /// Only those with each of these words, or a word that begins with it, in name, description, URI or capabilities.
    pub text: Option<String>,
    /// Only those of this organisation.
    pub organisation: Option<Domain>,
    /// How many at most.
    pub limit: usize,
    /// Only those after the last one of the page before.
    pub after: Option<AgentCursor>,
}

/// How well an agent fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It offers the very capability, or none was asked for.
    Exact,
    /// It offers one below the capability.
    Within,
}

impl Fit {
    const fn number(self) -> u8 {
        match self {
            Self::Exact => 0,
            Self::Within => 1,
        }
    }
}

/// The place of an agent in a ranking: what the next page begins after. Its text form is opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentCursor {
    fit: u8,
    agent: AgentUri,
}

impl fmt::Display for AgentCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.fit, self.agent)
    }
}

impl FromStr for AgentCursor {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("the place of an agent in a list");
        let (fit, agent) = text.split_once('.').ok_or(invalid)?;
        let fit = [Fit::Exact, Fit::Within]
            .map(Fit::number)
            .into_iter()
            .find(|number| number.to_string() == fit)
            .ok_or(invalid)?;
        Ok(Self { fit, agent: agent.parse().map_err(|_| invalid)? })
    }
}

/// An agent that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAgent {
    /// Its URI.
    pub agent: AgentUri,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What it can do.
    pub capabilities: BTreeSet<Capability>,
    /// Why it stands where it stands, as a sentence without its full stop.
    pub reason: String,
}

/// A page of agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentsFound {
    /// Those with the very capability first, then those below it, each by URI.
    pub agents: Vec<FoundAgent>,
    /// Asks for the page after this one; none when this was the last.
    pub next: Option<AgentCursor>,
}

/// Writes what is shown of an agent, or that it has retired.
pub(crate) fn put(connection: &Connection, names: &mut Names, agent: &Agent) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Agent(agent.uri().clone()))?;
    for sql in [
        "DELETE FROM agent_capabilities WHERE agent = ?1",
        "DELETE FROM agent_words WHERE agent = ?1",
        "DELETE FROM agents WHERE agent = ?1",
    ] {
        connection.prepare_cached(sql)?.execute(params![id])?;
    }
    if agent.retired() {
        return Ok(());
    }
    let organisation = names.intern(connection, &StreamId::Org(agent.uri().organisation()))?;
    let card = agent.card();
    connection
        .prepare_cached(
            "INSERT INTO agents (agent, organisation, name, description) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id, organisation, card.name.as_str(), card.description.as_str()])?;
    for capability in &card.capabilities {
        connection
            .prepare_cached("INSERT INTO agent_capabilities (capability, agent) VALUES (?1, ?2)")?
            .execute(params![capability.as_str(), id])?;
    }
    let mut all = words(card.name.as_str());
    all.extend(words(agent.uri().as_str().trim_start_matches("agent://")));
    all.extend(card.capabilities.iter().flat_map(|capability| words(capability.as_str())));
    all.extend(words(card.description.as_str()));
    let all: BTreeSet<String> = all.into_iter().take(WORDS_MAX).collect();
    for word in all {
        connection
            .prepare_cached("INSERT INTO agent_words (word, agent) VALUES (?1, ?2)")?
            .execute(params![word, id])?;
    }
    Ok(())
}

/// The words of a text in lower case, in order; a word is a run of letters and digits.
fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Finds agents. Public: nothing here is hidden from anybody.
pub(crate) fn find(connection: &Connection, query: &AgentQuery) -> Result<AgentsFound, Fault> {
    let words: Vec<String> = query.text.as_deref().map(words).unwrap_or_default();
    let words: Vec<String> = words.into_iter().take(QUERY_WORDS_MAX).collect();
    let fits: &[Fit] = if query.capability.is_some() { &[Fit::Exact, Fit::Within] } else { &[Fit::Exact] };
    let mut agents = Vec::new();
    let mut last = None;
    for fit in fits {
        let after = match &query.after {
            Some(cursor) if cursor.fit > fit.number() => continue,
            Some(cursor) if cursor.fit == fit.number() => cursor.agent.as_str(),
            Some(_) | None => "",
        };
        let room = query.limit.saturating_add(1).saturating_sub(agents.len());
        for found in find_fitting(connection, query, *fit, &words, after, room)? {
            if agents.len() == query.limit {
                return Ok(AgentsFound { agents, next: last });
            }
            last = Some(AgentCursor { fit: fit.number(), agent: found.agent.clone() });
            agents.push(found);
        }
    }
    Ok(AgentsFound { agents, next: None })
}

fn find_fitting(
    connection: &Connection,
    query: &AgentQuery,
    fit: Fit,
    words: &[String],
    after: &str,
    limit: usize,
) -> Result<Vec<FoundAgent>, Fault> {
    let mut sql = String::from(
        "SELECT uri.name, agents.name, description,
                (SELECT group_concat(capability, ' ') FROM agent_capabilities AS offered
                 WHERE offered.agent = agents.agent)
         FROM agents JOIN names AS uri ON uri.id = agents.agent WHERE uri.name > ?",
    );
    // Names of agents are those of their streams.
    let after = if after.is_empty() { "agent:".to_owned() } else { format!("agent:{after}") };
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(after)];
    if let Some(domain) = &query.organisation {
        sql.push_str(" AND organisation = (SELECT id FROM names WHERE name = ?)");
        values.push(Box::new(StreamId::Org(domain.clone()).to_string()));
    }
    if let Some(capability) = &query.capability {
        let exact = "agents.agent IN (SELECT agent FROM agent_capabilities WHERE capability = ?)";
        match fit {
            Fit::Exact => {
                sql.push_str(&format!(" AND {exact}"));
                values.push(Box::new(capability.to_string()));
            }
            Fit::Within => {
                // What lies below a name follows it with a dot; the character after the dot is the slash.
                sql.push_str(&format!(
                    " AND NOT {exact} AND agents.agent IN (
                       SELECT agent FROM agent_capabilities WHERE capability >= ? AND capability < ?)"
                ));
                values.push(Box::new(capability.to_string()));
                values.push(Box::new(format!("{capability}.")));
                values.push(Box::new(format!("{capability}/")));
            }
        }
    }
    for word in words {
        sql.push_str(" AND agents.agent IN (SELECT agent FROM agent_words WHERE word >= ? AND word < ?)");
        values.push(Box::new(word.clone()));
        values.push(Box::new(format!("{word}\u{10ffff}")));
    }
    sql.push_str(" ORDER BY uri.name LIMIT ?");
    values.push(Box::new(i64::try_from(limit).unwrap_or(i64::MAX)));
    let mut statement = connection.prepare_cached(&sql)?;
    let values = rusqlite::params_from_iter(values.iter());
    let rows = statement.query_and_then(values, |row| read(row, query.capability.as_ref(), words))?;
    rows.collect()
}

fn read(row: &Row<'_>, asked: Option<&Capability>, words: &[String]) -> Result<FoundAgent, Fault> {
    let StreamId::Agent(agent) = crate::names::parse(row, 0)? else {
        return Err(Fault::corrupt(None, "a row of an agent names none"));
    };
    let capabilities: Option<String> = row.get(3)?;
    let capabilities: Result<BTreeSet<Capability>, _> =
        capabilities.unwrap_or_default().split_whitespace().map(str::parse).collect();
    let capabilities = capabilities.map_err(|error| Fault::corrupt(None, format!("{agent}: {error}")))?;
    let reason = reason(asked, &capabilities, words);
    Ok(FoundAgent { agent, name: row.get(1)?, description: row.get(2)?, capabilities, reason })
}

fn reason(asked: Option<&Capability>, offered: &BTreeSet<Capability>, words: &[String]) -> String {
    let mut reasons = Vec::new();
    if let Some(asked) = asked {
        match offered.get(asked).or_else(|| offered.iter().find(|offer| offer.is_within(asked))) {
            Some(offer) if offer == asked => reasons.push(format!("offers {asked}")),
            Some(offer) => reasons.push(format!("offers {offer}, which lies within {asked}")),
            None => {}
        }
    }
    if !words.is_empty() {
        reasons.push(format!("has the words {}", words.join(", ")));
    }
    if reasons.is_empty() { "is registered here".to_owned() } else { reasons.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_run_of_letters_and_digits() {
        assert_eq!(words("GPU-Zeit, in  Zürich (h100)"), ["gpu", "zeit", "in", "zürich", "h100"]);
        assert_eq!(words("…"), Vec::<String>::new());
    }

    #[test]
    fn a_cursor_has_one_spelling() {
        let text = "1.agent://acme.example/buyer";
        assert_eq!(text.parse::<AgentCursor>().unwrap().to_string(), text);
        for wrong in ["", "1", "2.agent://acme.example/buyer", "01.agent://acme.example/buyer", "1.buyer"] {
            assert!(wrong.parse::<AgentCursor>().is_err(), "{wrong}");
        }
    }
}
