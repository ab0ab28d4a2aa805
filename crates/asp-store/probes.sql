-- What this node saw when it asked agents whether they are there. No part of the log and of no view: nobody can make it
-- again from the log, and whoever loses it asks everybody once more.
CREATE TABLE probes (
  agent       TEXT PRIMARY KEY,
  endpoint    TEXT NOT NULL,
  -- The host of the endpoint: those at one host are asked one after the other.
  host        TEXT NOT NULL,
  -- Log time in milliseconds: when it is to be asked next, was asked last, answered last, and since when it has not.
  due         INTEGER NOT NULL,
  attempted   INTEGER,
  answered    INTEGER,
  silent_from INTEGER,
  -- How often in a row it did not answer.
  failures    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX probes_due ON probes (host, due);
-- Up to where the log has been looked through for cards.
CREATE TABLE seen (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL) STRICT;
