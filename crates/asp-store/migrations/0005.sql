-- The signatures that evidence rests on, and the keys that were distrusted in hindsight: a piece counts as long as all of
-- its signatures do. The rows of older evidence are made from its sessions after this (views/evidence.rs).
CREATE TABLE evidence_grounds (
  position INTEGER NOT NULL,
  signed   INTEGER NOT NULL,
  agent    INTEGER NOT NULL,
  key      TEXT NOT NULL,
  PRIMARY KEY (position, signed, agent, key)
) STRICT, WITHOUT ROWID;
-- By the position of the revocation: whose key, and the first position at which its signatures do not count.
CREATE TABLE distrusts (
  position INTEGER PRIMARY KEY,
  agent    INTEGER NOT NULL,
  key      TEXT NOT NULL,
  since    INTEGER NOT NULL
) STRICT;
INSERT INTO distrusts (position, agent, key, since)
  SELECT position, stream, json_extract(CAST(statement AS TEXT), '$.body.key'),
    json_extract(CAST(statement AS TEXT), '$.body.fromIndex')
  FROM entries JOIN names ON names.id = stream
  WHERE names.name GLOB 'agent:*'
    AND json_extract(CAST(statement AS TEXT), '$.type') = 'agent.key.revoke'
    AND json_extract(CAST(statement AS TEXT), '$.body.fromIndex') < position;
