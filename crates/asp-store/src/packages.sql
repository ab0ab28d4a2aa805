-- Key packages of agents: which there are, and to whom each was handed out. What they are stands in the log; without this file
-- they are handed out a second time. Instants are milliseconds, places those of the agent's stream.

-- How far the stream of an agent was looked through.
CREATE TABLE streams (
  agent TEXT PRIMARY KEY,
  seen  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE packages (
  agent       TEXT NOT NULL,
  hash        BLOB NOT NULL,
  -- The statement that published it, and which of its packages it is.
  place       INTEGER NOT NULL,
  item        INTEGER NOT NULL,
  -- The key that signed that statement.
  key         TEXT NOT NULL,
  last_resort INTEGER NOT NULL,
  -- When it was handed out, and to which organisation. A last resort never is for good.
  given       INTEGER,
  given_to    TEXT,
  PRIMARY KEY (agent, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX packages_left ON packages (agent, last_resort, place, item) WHERE given IS NULL;
CREATE INDEX packages_given ON packages (agent, given_to, given) WHERE given IS NOT NULL;
