-- A marker is its actor's own: without that in the key, a neighbour on the same host could stand
-- where the author's would, and undo or delete nothing with it.

DROP INDEX marker_by_end;
ALTER TABLE marker RENAME TO marker_before;
CREATE TABLE marker (
  uri TEXT NOT NULL,
  kind TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (uri, kind, actor_uri)
) WITHOUT ROWID;
INSERT INTO marker (uri, kind, actor_uri, until)
  SELECT uri, kind, actor_uri, until FROM marker_before;
DROP TABLE marker_before;
CREATE INDEX marker_by_end ON marker (until);

-- How many reports of one reporter wait.
CREATE INDEX report_open ON report (by_id) WHERE closed IS NULL;

-- The millisecond up to which a slot's ids may have been given: a clock that has gone back between
-- two runs gives none of them again.
ALTER TABLE slot ADD COLUMN reached INTEGER NOT NULL DEFAULT 0;
