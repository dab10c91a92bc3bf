-- Which followers are ours: a post goes to their timelines, whoever follows from elsewhere.

ALTER TABLE relation ADD COLUMN inside INTEGER NOT NULL DEFAULT 0;
UPDATE relation SET inside = 1
  WHERE source_id IN (SELECT id FROM actor WHERE local = 1);
-- `inside` is in it once more, or SQLite would not take it for all that a query asks for.
CREATE INDEX relation_inside ON relation (target_id, state, source_id, inside)
  WHERE kind = 'follow' AND inside = 1;
