-- What agents owe that no held money covers: by session, who is owed and currency. It is what caps on exposure are held
-- against, and loaded with the agent who owes.
CREATE TABLE owing (
  debtor   INTEGER NOT NULL,
  session  INTEGER NOT NULL,
  creditor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  amount   TEXT NOT NULL,
  PRIMARY KEY (debtor, session, creditor, currency)
) STRICT, WITHOUT ROWID;
