-- Groups across servers.

-- Whose server keeps the posts of a closed group from all but its members (FEP-844e `implements`).
ALTER TABLE actor ADD COLUMN shares_groups INTEGER NOT NULL DEFAULT 0;
UPDATE actor SET shares_groups = 1 WHERE local = 1;

-- On which servers a closed group of another server has members, as that server says: what members
-- here write in it is shown to them.
CREATE TABLE group_host (
  group_id INTEGER NOT NULL,
  host TEXT NOT NULL,
  PRIMARY KEY (group_id, host)
) WITHOUT ROWID;

-- Who was told that a group is read on servers of another kind as well, and wrote in it all the
-- same: in whose name, as which person.
CREATE TABLE group_consent (
  group_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (group_id, actor_id, person_id)
) WITHOUT ROWID;

-- What stands for a post in a closed group on servers that know no such groups: the group's own
-- Note of it (ours), or what a member there wrote, which the group has said inside.
CREATE TABLE group_note (
  uri TEXT NOT NULL PRIMARY KEY,
  group_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  ours INTEGER NOT NULL,
  edited INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX group_note_by_post ON group_note (post_id, group_id, ours);
