-- Organisations that said where their key is published, by the position at which they last did. `checked` is the position at
-- which the node last said what it found there, and `found` whether it was the key.
CREATE TABLE domains (
  asked        INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL UNIQUE,
  checked      INTEGER,
  found        INTEGER
) STRICT;
INSERT INTO domains (asked, organisation)
  SELECT max(position), stream FROM entries JOIN names ON names.id = stream
  WHERE names.name GLOB 'org:*' AND json_extract(CAST(statement AS TEXT), '$.type') = 'org.verify'
  GROUP BY stream;
-- What organisations and their agents said, by who said it.
CREATE TABLE acts (
  issuer   INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (issuer, position)
) STRICT, WITHOUT ROWID;
INSERT INTO acts (issuer, position)
  SELECT names.id, position
  FROM (SELECT position, json_extract(CAST(statement AS TEXT), '$.issuer') AS issuer FROM entries)
  JOIN names ON names.name = CASE WHEN issuer GLOB 'agent://*' THEN 'agent:' ELSE 'org:' END || issuer;
