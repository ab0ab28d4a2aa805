-- The log: what everything else follows from.

CREATE TABLE identity (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  origin   TEXT NOT NULL,
  node_key BLOB NOT NULL
) STRICT;

-- Every stream and every party that was ever named, so that rows carry a small number.
CREATE TABLE names (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- `request` is the statement's id and eight bytes that tell its issuer: the idempotency key. Ids begin with a time,
-- so its index grows at the end. `signatures` are as in entries.rs, `statement` is as it was received.
CREATE TABLE entries (
  position   INTEGER PRIMARY KEY,
  time       INTEGER NOT NULL,
  stream     INTEGER NOT NULL,
  sequence   INTEGER NOT NULL,
  request    BLOB NOT NULL,
  hash       BLOB NOT NULL,
  signatures BLOB NOT NULL,
  statement  BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entries_by_stream ON entries (stream, sequence);
CREATE INDEX entries_by_request ON entries (request);
-- Eight bytes find it, the row decides: hashes are random, so a small index dirties fewer pages.
CREATE INDEX entries_by_hash ON entries (substr(hash, 1, 8));

-- The entries that were taken in together; `leaves` are 32 bytes each, the hashes of the bodies of their receipts.
CREATE TABLE batches (
  first     INTEGER PRIMARY KEY,
  signature BLOB NOT NULL,
  leaves    BLOB NOT NULL
) STRICT;

-- `place` is the level times 2^56 and the index. The last tile of a level is replaced until it is full.
CREATE TABLE tiles (
  place  INTEGER PRIMARY KEY,
  hashes BLOB NOT NULL
) STRICT;

-- The signed note over the whole log.
CREATE TABLE checkpoint (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;

-- The views: a fold of the entries, and nothing that is not in them. Parties and streams are ids of `names`.

-- Agents that have not retired.
CREATE TABLE agents (
  agent        INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL,
  name         TEXT NOT NULL,
  description  TEXT NOT NULL
) STRICT;
CREATE TABLE agent_capabilities (
  capability TEXT NOT NULL,
  agent      INTEGER NOT NULL,
  PRIMARY KEY (capability, agent)
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_capabilities_by_agent ON agent_capabilities (agent);
CREATE TABLE agent_words (
  word  TEXT NOT NULL,
  agent INTEGER NOT NULL,
  PRIMARY KEY (word, agent)
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_words_by_agent ON agent_words (agent);

-- `requested` is the position of the statement that opened the consent.
CREATE TABLE consent_parties (
  party     INTEGER NOT NULL,
  requested INTEGER NOT NULL,
  consent   INTEGER NOT NULL,
  PRIMARY KEY (party, requested)
) STRICT, WITHOUT ROWID;

-- `moved` is the position of the last statement; `deadline` the log time at which time alone changes the session.
CREATE TABLE sessions (
  session    INTEGER PRIMARY KEY,
  state      TEXT NOT NULL,
  capability TEXT NOT NULL,
  initiator  INTEGER NOT NULL,
  opened     INTEGER NOT NULL,
  updated    INTEGER NOT NULL,
  moved      INTEGER NOT NULL,
  owes       INTEGER NOT NULL,
  deadline   INTEGER
) STRICT;
CREATE INDEX sessions_by_deadline ON sessions (deadline) WHERE deadline IS NOT NULL;
-- Who may read a session, agents and organisations, those moved last at the end.
CREATE TABLE session_members (
  party   INTEGER NOT NULL,
  moved   INTEGER NOT NULL,
  session INTEGER NOT NULL,
  PRIMARY KEY (party, moved)
) STRICT, WITHOUT ROWID;
-- The consents that open sessions rest on.
CREATE TABLE session_consents (
  consent INTEGER NOT NULL,
  session INTEGER NOT NULL,
  PRIMARY KEY (consent, session)
) STRICT, WITHOUT ROWID;

-- `formed` is the position of the statement that completed the commitment.
CREATE TABLE commitments (
  formed  INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  state   TEXT NOT NULL
) STRICT;
CREATE TABLE commitment_parties (
  party  INTEGER NOT NULL,
  formed INTEGER NOT NULL,
  PRIMARY KEY (party, formed)
) STRICT, WITHOUT ROWID;

-- Obligations with an outcome; `position` is that of the statement that settled them.
CREATE TABLE evidence (
  position   INTEGER PRIMARY KEY,
  debtor     INTEGER NOT NULL,
  creditor   INTEGER NOT NULL,
  amount     TEXT NOT NULL,
  currency   TEXT NOT NULL,
  capability TEXT,
  outcome    TEXT NOT NULL
) STRICT;
