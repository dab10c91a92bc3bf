-- Lists of others that one reads apart, filters of what one reads, hashtags one follows.

CREATE TABLE list (
  id INTEGER NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  replies TEXT NOT NULL,
  exclusive INTEGER NOT NULL
);
CREATE INDEX list_by_actor ON list (actor_id, id);

CREATE TABLE list_member (
  list_id INTEGER NOT NULL,
  member_id INTEGER NOT NULL,
  PRIMARY KEY (list_id, member_id)
) WITHOUT ROWID;
CREATE INDEX list_member_by_member ON list_member (member_id, list_id);

CREATE TABLE filter (
  id INTEGER NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  title TEXT NOT NULL,
  context TEXT NOT NULL,
  action TEXT NOT NULL,
  expires INTEGER
);
CREATE INDEX filter_by_actor ON filter (actor_id, id);

CREATE TABLE filter_keyword (
  id INTEGER NOT NULL PRIMARY KEY,
  filter_id INTEGER NOT NULL,
  keyword TEXT NOT NULL,
  whole_word INTEGER NOT NULL
);
CREATE INDEX filter_keyword_by_filter ON filter_keyword (filter_id, id);

CREATE TABLE filter_status (
  id INTEGER NOT NULL PRIMARY KEY,
  filter_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  UNIQUE (filter_id, post_id)
);

CREATE TABLE filter_version (actor_id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL);

CREATE TABLE followed_tag (
  id INTEGER NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  shown TEXT NOT NULL,
  UNIQUE (actor_id, name)
);
CREATE INDEX followed_tag_by_actor ON followed_tag (actor_id, id);
CREATE INDEX followed_tag_by_name ON followed_tag (name, actor_id);
