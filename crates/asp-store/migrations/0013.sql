-- Agents that offer to sit on panels, each with the position from which on its card says what it says.
CREATE TABLE arbiters (
  agent INTEGER PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT;
-- Who sits on a panel changes: `side` is also panel.
CREATE INDEX dispute_parties_by_dispute ON dispute_parties (dispute);
