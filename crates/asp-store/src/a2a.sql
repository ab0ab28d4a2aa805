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
  -- The client whose message it is, if it has shown a token.
  client    BLOB,
  -- What the message is called, as in `requests`.
  request   BLOB NOT NULL,
  message   TEXT,
  -- 1 if what else the message says is to be said once the agent has come in.
  waits     INTEGER NOT NULL DEFAULT 0,
  -- Why that could not be said.
  refused   TEXT
) STRICT;
CREATE INDEX said_by_session ON said (session);
CREATE INDEX said_that_wait ON said (waits) WHERE waits = 1;

-- The messages that a client had said last, so that one that comes again is not said twice.
CREATE TABLE requests (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  client  BLOB NOT NULL,
  -- The hash of the agent that was addressed and of the id that the client gave the message.
  request BLOB NOT NULL,
  -- The hash of all of it.
  digest  BLOB NOT NULL,
  session BLOB NOT NULL,
  UNIQUE (client, request)
) STRICT;
CREATE INDEX requests_by_client ON requests (client, number);

-- Where a client is told of a task, and up to which statement of it that was done.
CREATE TABLE pushes (
  session  BLOB NOT NULL,
  id       TEXT NOT NULL,
  agent    TEXT NOT NULL,
  -- The client that asked for it, if it has shown a token.
  client   BLOB,
  config   TEXT NOT NULL,
  place    INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due      INTEGER,
  PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pushes_by_agent ON pushes (agent);
CREATE INDEX pushes_by_client ON pushes (client);
-- Which sessions anybody is told of, and when, without what the configurations say.
CREATE INDEX pushes_by_session ON pushes (session, agent);
CREATE INDEX pushes_by_due ON pushes (due, session, agent) WHERE due IS NOT NULL;
