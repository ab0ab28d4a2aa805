-- What parties have not confirmed yet. Nothing here is in the log; what waits follows from the log and from `next`.
-- Positions are places of the log, instants milliseconds. A row waits, or is leased until an instant, or is a dead letter with a
-- reason; what was confirmed has none.

CREATE TABLE groups (
  party TEXT NOT NULL,
  name  TEXT NOT NULL,
  -- From here on nothing has been looked at.
  next  INTEGER NOT NULL,
  made  INTEGER NOT NULL,
  PRIMARY KEY (party, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE items (
  party    TEXT NOT NULL,
  name     TEXT NOT NULL,
  position INTEGER NOT NULL,
  stream   TEXT NOT NULL,
  lease    BLOB,
  until    INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  dead     TEXT,
  PRIMARY KEY (party, name, position),
  FOREIGN KEY (party, name) REFERENCES groups (party, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
-- How a stream fares in the inboxes of an organisation.
CREATE INDEX items_of_stream ON items (stream, party);
