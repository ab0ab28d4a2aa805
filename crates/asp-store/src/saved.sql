-- Searches that parties have saved. Nothing here is in the log or follows from it: what is deleted is gone.
-- Queries are JSON that the registry understands. Instants are milliseconds; size is that of the log.

CREATE TABLE searches (
  id           BLOB PRIMARY KEY,
  organisation TEXT NOT NULL,
  saved_by     TEXT NOT NULL,
  name         TEXT NOT NULL,
  query        TEXT NOT NULL,
  size         INTEGER NOT NULL,
  saved        INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX searches_by_name ON searches (organisation, saved_by, name);
