-- Money. An account follows from its own stream and from the sessions whose commitments hold some: so its state is kept, and
-- written with each movement. `open` counts the deposits and withdrawals that wait.
CREATE TABLE accounts (
  account INTEGER PRIMARY KEY,
  moved   INTEGER NOT NULL,
  open    INTEGER NOT NULL,
  state   TEXT NOT NULL
) STRICT;
CREATE INDEX accounts_open ON accounts (account) WHERE open > 0;
-- Every movement, in the order of the log: from a place to a place, in minor units.
CREATE TABLE postings (
  position INTEGER NOT NULL,
  part     INTEGER NOT NULL,
  source   TEXT NOT NULL,
  target   TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount   INTEGER NOT NULL CHECK (amount > 0),
  why      TEXT NOT NULL,
  PRIMARY KEY (position, part)
) STRICT, WITHOUT ROWID;
-- The accounts that a movement is of: one, or two.
CREATE TABLE posting_accounts (
  account  INTEGER NOT NULL,
  position INTEGER NOT NULL,
  part     INTEGER NOT NULL,
  PRIMARY KEY (account, position, part)
) STRICT, WITHOUT ROWID;
-- What commitments hold, or held: by the position at which each was formed.
CREATE TABLE holds (
  formed     INTEGER NOT NULL,
  hold       TEXT NOT NULL,
  payer      INTEGER NOT NULL,
  payee      INTEGER NOT NULL,
  currency   TEXT NOT NULL,
  amount     INTEGER NOT NULL,
  state      TEXT NOT NULL,
  PRIMARY KEY (formed, hold)
) STRICT, WITHOUT ROWID;
