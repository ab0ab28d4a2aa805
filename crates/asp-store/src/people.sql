-- The accounts of people. Nothing here is in the log or follows from it: what is deleted is gone.
-- Secrets are kept as SHA-256. Roles are words between spaces. Instants are milliseconds.

CREATE TABLE people (
  id           BLOB PRIMARY KEY,
  organisation TEXT,
  name         TEXT NOT NULL,
  email        TEXT,
  subject      TEXT UNIQUE,
  roles        TEXT NOT NULL,
  created      INTEGER NOT NULL,
  seen         INTEGER
) STRICT;
CREATE INDEX people_by_organisation ON people (organisation, created);

CREATE TABLE invitations (
  id           BLOB PRIMARY KEY,
  secret       BLOB NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  name         TEXT,
  email        TEXT,
  roles        TEXT NOT NULL,
  ends         INTEGER NOT NULL
) STRICT;
CREATE INDEX invitations_by_organisation ON invitations (organisation, ends);

CREATE TABLE links (
  secret BLOB PRIMARY KEY,
  person BLOB NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  ends   INTEGER NOT NULL
) STRICT;
CREATE INDEX links_by_person ON links (person, ends);

CREATE TABLE sessions (
  secret BLOB PRIMARY KEY,
  person BLOB NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  begun  INTEGER NOT NULL,
  used   INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_person ON sessions (person, begun);
