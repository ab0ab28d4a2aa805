-- Names that could be mistaken: the skeletons (UTS #39) of each organisation's domain and display name. Of those who share
-- one the first is whose domain is proved, then who registered first. The rows of older organisations are made after this
-- (views/likeness.rs).
CREATE TABLE likenesses (
  skeleton     TEXT NOT NULL,
  unproved     INTEGER NOT NULL,
  registered   INTEGER NOT NULL,
  organisation INTEGER NOT NULL,
  PRIMARY KEY (skeleton, unproved, registered)
) STRICT, WITHOUT ROWID;
CREATE INDEX likenesses_by_organisation ON likenesses (organisation);
-- The position from which an agent has been called as it is; 0 once it has retired.
ALTER TABLE agents ADD COLUMN named_at INTEGER NOT NULL DEFAULT 0;
UPDATE agents SET named_at = (
  SELECT min(position) FROM entries WHERE stream = agent
    AND json_extract(CAST(statement AS TEXT), '$.type') IN ('agent.register', 'agent.card.set')
    AND position > coalesce((
      SELECT max(position) FROM entries WHERE stream = agent
        AND json_extract(CAST(statement AS TEXT), '$.type') IN ('agent.register', 'agent.card.set')
        AND json_extract(CAST(statement AS TEXT), '$.body.card.name') IS NOT json_extract(card, '$.name')), -1))
  WHERE card IS NOT NULL;
