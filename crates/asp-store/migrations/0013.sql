-- Agents that offer to sit on panels, each with the position from which on its card says what it says.
CREATE TABLE arbiters (
  agent INTEGER PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT;
-- Whether a ruling that stands found that a dispute should not have been filed.
ALTER TABLE disputes ADD COLUMN abusive INTEGER NOT NULL DEFAULT 0;
UPDATE disputes SET abusive = 1 WHERE outcome = 'abusive';
-- Who sits on a panel changes: `side` is also panel.
CREATE INDEX dispute_parties_by_dispute ON dispute_parties (dispute);
