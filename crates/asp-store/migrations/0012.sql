-- Disputes: which session each is about, how it ended, and when time alone changes it. `closed` is the position of the
-- statement that ended it.
CREATE TABLE disputes (
  dispute  INTEGER PRIMARY KEY,
  filed    INTEGER NOT NULL,
  session  INTEGER NOT NULL,
  moved    INTEGER NOT NULL,
  closed   INTEGER,
  outcome  TEXT,
  deadline INTEGER
) STRICT;
CREATE INDEX disputes_by_session ON disputes (session);
CREATE INDEX disputes_by_deadline ON disputes (deadline) WHERE deadline IS NOT NULL;
-- Who may read a dispute, agents and organisations; `side` is filer, against or arbiter.
CREATE TABLE dispute_parties (
  party   INTEGER NOT NULL,
  filed   INTEGER NOT NULL,
  dispute INTEGER NOT NULL,
  side    TEXT NOT NULL,
  PRIMARY KEY (party, filed)
) STRICT, WITHOUT ROWID;
-- Outcomes that an award overruled: `position` is that of the award, `settled` that of the outcome before.
CREATE TABLE overruled (
  position INTEGER NOT NULL,
  settled  INTEGER NOT NULL,
  PRIMARY KEY (position, settled)
) STRICT, WITHOUT ROWID;
