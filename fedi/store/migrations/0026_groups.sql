-- Groups: the rules of each, who is invited, who of another server manages one; whom only members
-- may know of, and guests, who see nothing but their groups.

ALTER TABLE actor ADD COLUMN secret INTEGER NOT NULL DEFAULT 0;
ALTER TABLE actor ADD COLUMN guest INTEGER NOT NULL DEFAULT 0;
CREATE INDEX actor_secret ON actor (id) WHERE secret = 1;

CREATE TABLE grouping (
  actor_id INTEGER NOT NULL PRIMARY KEY,
  access TEXT NOT NULL,
  posting TEXT NOT NULL,
  created INTEGER NOT NULL,
  created_by INTEGER
);

CREATE TABLE invitation (
  group_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (group_id, actor_id)
) WITHOUT ROWID;
CREATE INDEX invitation_by_actor ON invitation (actor_id, group_id);

-- Actors of other servers that manage a group. Who of ours does has a role for it (membership).
CREATE TABLE group_manager (
  group_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (group_id, actor_id)
) WITHOUT ROWID;
