-- Webhooks of organisations. No part of the log and of no view; what is delivered is read from the log, so a place in it is
-- all that is kept of what was delivered. Instants are milliseconds, positions those of the log.

CREATE TABLE webhooks (
  id           BLOB PRIMARY KEY,
  organisation TEXT NOT NULL,
  url          TEXT NOT NULL,
  -- Words between spaces; none for all there are.
  streams      TEXT NOT NULL,
  types        TEXT NOT NULL,
  -- The seed of the key that signs, and what is shared with the receiver.
  seed         BLOB NOT NULL,
  shared       BLOB NOT NULL,
  created      INTEGER NOT NULL,
  -- What stands in the log from here on is to be delivered.
  place        INTEGER NOT NULL,
  -- How often the event at the place was refused, and how often in a row nothing could be delivered, whichever it was.
  attempts     INTEGER NOT NULL DEFAULT 0,
  failures     INTEGER NOT NULL DEFAULT 0,
  silent_from  INTEGER,
  due          INTEGER,
  delivered    INTEGER,
  reason       TEXT,
  stopped      TEXT
) STRICT;
CREATE INDEX webhooks_by_organisation ON webhooks (organisation, created);

-- Events that a receiver refused until they were put aside.
CREATE TABLE dead (
  webhook  BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  aside    INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  -- 1 if it is to be delivered once more.
  again    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (webhook, position)
) STRICT, WITHOUT ROWID;
