-- What A2A clients are known by and what they ask to be told. The tasks themselves are sessions of the log, and follow from it.
-- Sessions and statements are named by their hashes, instants are milliseconds.

-- Clients without a key of their own, each with the key of the agent that it speaks as: secret.
CREATE TABLE clients (
  id      BLOB PRIMARY KEY,
  -- The SHA-256 of the token that the client shows.
  token   BLOB NOT NULL UNIQUE,
  agent   TEXT NOT NULL,
  p256    INTEGER NOT NULL,
  seed    BLOB NOT NULL,
  name    TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX clients_by_agent ON clients (agent);

-- What a client calls the conversation that a session belongs to, where it gave it a name.
CREATE TABLE contexts (
  session BLOB PRIMARY KEY,
  context TEXT NOT NULL
) STRICT;

-- The message that a statement was made of, as it came; without one if another statement stands for the same message.
CREATE TABLE said (
  statement BLOB PRIMARY KEY,
  session   BLOB NOT NULL,
  message   TEXT,
  -- 1 if what else the message says is to be said once the agent has come in.
  waits     INTEGER NOT NULL DEFAULT 0,
  -- Why that could not be said.
  refused   TEXT
) STRICT;
CREATE INDEX said_by_session ON said (session);
CREATE INDEX said_that_wait ON said (waits) WHERE waits = 1;

-- Where a client is told of a task, and up to which statement of it that was done.
CREATE TABLE pushes (
  session  BLOB NOT NULL,
  id       TEXT NOT NULL,
  agent    TEXT NOT NULL,
  config   TEXT NOT NULL,
  place    INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due      INTEGER,
  PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pushes_by_agent ON pushes (agent);
