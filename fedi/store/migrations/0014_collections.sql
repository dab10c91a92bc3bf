-- Collections: accounts that an actor recommends to others, gathered under a name.

-- `tag` is a hashtag as written, "" for none; `language` likewise.
CREATE TABLE collection (
  id INTEGER NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  language TEXT NOT NULL,
  sensitive INTEGER NOT NULL,
  discoverable INTEGER NOT NULL,
  tag TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
);
CREATE INDEX collection_by_actor ON collection (actor_id, id);

-- `state` is pending, accepted, rejected or revoked; a revoked one stays, so that whoever took
-- themselves off isn't put back. Notifications name a collection where others name a post.
CREATE TABLE collection_item (
  id INTEGER NOT NULL PRIMARY KEY,
  collection_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  state TEXT NOT NULL,
  created INTEGER NOT NULL,
  UNIQUE (collection_id, account_id)
);
CREATE INDEX collection_item_by_account ON collection_item (account_id, collection_id);
