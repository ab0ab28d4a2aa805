-- The sessions that ever rested on each consent, by the position at which they were opened; `session_consents` has the open
-- ones alone. The rows of older sessions are made from their statements after this (views/session.rs).
CREATE TABLE consent_sessions (
  consent INTEGER NOT NULL,
  opened  INTEGER NOT NULL,
  session INTEGER NOT NULL,
  PRIMARY KEY (consent, opened)
) STRICT, WITHOUT ROWID;
