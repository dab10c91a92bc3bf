-- What comes later: scheduled posts, conversations as an inbox of direct posts, announcements.

CREATE TABLE scheduled (
  id INTEGER NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  app_id INTEGER,
  due INTEGER NOT NULL,
  params TEXT NOT NULL,
  media TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  problem TEXT NOT NULL
);
CREATE INDEX scheduled_by_actor ON scheduled (actor_id, id);
CREATE INDEX scheduled_due ON scheduled (due);

-- How far a conversation of direct posts is read, and whether it was put away.
CREATE TABLE conversation_place (
  actor_id INTEGER NOT NULL,
  root TEXT NOT NULL,
  read_to INTEGER NOT NULL,
  hidden_to INTEGER NOT NULL,
  PRIMARY KEY (actor_id, root)
) WITHOUT ROWID;

CREATE TABLE announcement (
  id INTEGER NOT NULL PRIMARY KEY,
  content TEXT NOT NULL,
  text TEXT NOT NULL,
  starts INTEGER,
  ends INTEGER,
  all_day INTEGER NOT NULL,
  published INTEGER NOT NULL,
  updated INTEGER NOT NULL
);

CREATE TABLE announcement_read (
  announcement_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  PRIMARY KEY (announcement_id, actor_id)
) WITHOUT ROWID;

CREATE TABLE announcement_reaction (
  announcement_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  actor_id INTEGER NOT NULL,
  PRIMARY KEY (announcement_id, name, actor_id)
) WITHOUT ROWID;
