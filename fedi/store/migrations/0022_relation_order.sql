-- Relations, newest first; and who is told of reports, and whether one about the same account waits.

CREATE INDEX person_keeping_order ON person (actor_id) WHERE admin = 1;
CREATE INDEX report_about ON report (target_id) WHERE closed IS NULL;
