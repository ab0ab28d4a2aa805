-- Agents, by the position at which the log has their card: what the search index in memory is made from and what is shown
-- of those it finds. The words and capabilities of a card are in the index alone.
DROP TABLE agent_words;
DROP TABLE agent_capabilities;
DROP TABLE agents;
-- `set_at` is the position of the statement that set the card, or of the retirement; the card is JSON as it was signed, and
-- none once the agent has retired.
CREATE TABLE agents (
  set_at INTEGER PRIMARY KEY,
  agent  INTEGER NOT NULL UNIQUE,
  card   TEXT
) STRICT;
INSERT INTO agents (set_at, agent, card)
  SELECT position, stream, json_extract(CAST(statement AS TEXT), '$.body.card') FROM entries
  WHERE position IN (
    SELECT max(position) FROM entries JOIN names ON names.id = stream
    WHERE names.name GLOB 'agent:*'
      AND json_extract(CAST(statement AS TEXT), '$.type') IN ('agent.register', 'agent.card.set', 'agent.retire')
    GROUP BY stream);
