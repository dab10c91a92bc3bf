-- Relations, newest first; and who is told of reports, and whether one about the same account waits.

ALTER TABLE relation ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
-- Those that are there come before all that are to come, whose numbers are ids.
UPDATE relation SET number = o.place FROM (
  SELECT kind AS k, source_id AS s, target_id AS t,
    row_number() OVER (ORDER BY created, source_id, target_id, kind) AS place FROM relation
) o WHERE kind = o.k AND source_id = o.s AND target_id = o.t;
CREATE INDEX relation_newest ON relation (kind, source_id, state, number, target_id);
CREATE INDEX relation_newest_toward ON relation (kind, target_id, state, number, source_id);

CREATE INDEX person_keeping_order ON person (actor_id) WHERE admin = 1;
CREATE INDEX report_about ON report (target_id) WHERE closed IS NULL;
