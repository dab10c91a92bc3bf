-- What an actor shows of itself beyond its row, and how a report was meant.

-- Hashtags that an actor features; `name` folded for finding, `shown` as written.
CREATE TABLE featured_tag (
  id INTEGER NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  shown TEXT NOT NULL,
  created INTEGER NOT NULL,
  UNIQUE (actor_id, name)
);

ALTER TABLE report ADD COLUMN category TEXT NOT NULL DEFAULT 'other';
ALTER TABLE report ADD COLUMN forwarded INTEGER NOT NULL DEFAULT 0;
