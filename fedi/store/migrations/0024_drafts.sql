-- What several people write together, and what waits for a second pair of eyes.
-- `wish` is what is to be said and empties with the end of a draft; who wrote and who approved stay.

CREATE TABLE draft (
  id INTEGER NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  author_id INTEGER,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  wish TEXT NOT NULL,
  html TEXT NOT NULL,
  named TEXT NOT NULL,
  wished INTEGER,
  edits_id INTEGER,
  app_id INTEGER,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  changed_by INTEGER,
  comment TEXT NOT NULL,
  comment_by INTEGER,
  approved INTEGER,
  approved_by INTEGER,
  post_id INTEGER
);
CREATE INDEX draft_by_actor ON draft (actor_id, id);
CREATE INDEX draft_by_time ON draft (actor_id, wished) WHERE wished IS NOT NULL;
CREATE INDEX draft_by_post ON draft (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX draft_ended ON draft (changed) WHERE state IN ('rejected', 'withdrawn');

-- What was done with a draft, in order, and what it said before it was changed.
CREATE TABLE draft_step (
  draft_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  step TEXT NOT NULL,
  person_id INTEGER,
  at INTEGER NOT NULL,
  comment TEXT NOT NULL,
  wish TEXT NOT NULL,
  PRIMARY KEY (draft_id, number)
) WITHOUT ROWID;

-- Departments whose every post is looked at by two.
CREATE TABLE four_eyes (
  actor_id INTEGER NOT NULL PRIMARY KEY,
  since INTEGER NOT NULL,
  person_id INTEGER
);

-- Who was told of a draft, as which person: so that it goes with the draft.
CREATE TABLE draft_notice (
  notification_id INTEGER NOT NULL PRIMARY KEY,
  draft_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL
);
CREATE INDEX draft_notice_by_draft ON draft_notice (draft_id, actor_id);
