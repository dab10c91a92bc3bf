-- Departments: what they are beside the actor, and who stands in for whom while they are away.

CREATE TABLE delegation (
  actor_id INTEGER NOT NULL,
  absent_id INTEGER NOT NULL,
  stand_in_id INTEGER NOT NULL,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  given_by INTEGER,
  created INTEGER NOT NULL,
  PRIMARY KEY (actor_id, absent_id, stand_in_id)
) WITHOUT ROWID;
CREATE INDEX delegation_by_stand_in ON delegation (stand_in_id, actor_id);

-- What an author was stopped at before it left the house, for a few minutes: a keyed hash of who
-- and what, so that saying the same once more counts as meant. Never the text.
CREATE TABLE stopped (
  digest BLOB NOT NULL PRIMARY KEY,
  until INTEGER NOT NULL
);
CREATE INDEX stopped_by_end ON stopped (until);
