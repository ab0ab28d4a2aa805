-- What agents say of one another, by whom it is about; what was said stands in the entry.
CREATE TABLE praise (
  position INTEGER PRIMARY KEY,
  subject  INTEGER NOT NULL
) STRICT;
CREATE INDEX praise_by_subject ON praise (subject, position);
