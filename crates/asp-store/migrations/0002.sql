-- Terms schemas that organisations registered; `position` is that of the registration. Their text is read from the stream.
CREATE TABLE terms_schemas (
  position     INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL,
  alias        TEXT NOT NULL,
  version      INTEGER NOT NULL,
  hash         BLOB NOT NULL,
  description  TEXT NOT NULL
) STRICT;
CREATE INDEX terms_schemas_by_hash ON terms_schemas (substr(hash, 1, 8));
