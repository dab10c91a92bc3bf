-- Newcomers: who has been received, which cards they have put away, and who was invited when.

CREATE TABLE welcome (
  person_id INTEGER NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  skipped TEXT NOT NULL
);

CREATE TABLE invited (
  person_id INTEGER NOT NULL PRIMARY KEY,
  wave TEXT NOT NULL,
  at INTEGER NOT NULL,
  sent INTEGER
);
CREATE INDEX invited_by_wave ON invited (wave);
