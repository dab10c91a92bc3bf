-- Finding things: posts and actors by their words, what is talked about, previews of links.

-- The words of a post as fedi/search/words.py makes them, separated by spaces. Each engine keeps
-- its own index over them: `searched_index`, in the file of its name.
CREATE TABLE searched (post_id INTEGER NOT NULL PRIMARY KEY, words TEXT NOT NULL);

-- The folded words of an actor's handle and names, for finding it by how they begin.
CREATE TABLE actor_word (
  word TEXT NOT NULL,
  actor_id INTEGER NOT NULL,
  PRIMARY KEY (word, actor_id)
) WITHOUT ROWID;
CREATE INDEX actor_word_by_actor ON actor_word (actor_id);

-- How far the index has come: in the events, and backwards through what was here before it.
CREATE TABLE search_place (
  name TEXT NOT NULL PRIMARY KEY,
  tx INTEGER NOT NULL,
  position INTEGER NOT NULL
);

-- What is talked about. `kind` is tag, post or link, `subject` the tag's name, the post's id or
-- the link. `score` counts what everyone inside may see, `open_score` only what is public.
CREATE TABLE trend (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  score REAL NOT NULL,
  open_score REAL NOT NULL,
  PRIMARY KEY (kind, subject)
) WITHOUT ROWID;
CREATE INDEX trend_by_score ON trend (kind, score);

-- What a moderator has said of it: 1 approved, 0 rejected. Without a row nobody has looked yet.
CREATE TABLE trend_review (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  approved INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (kind, subject)
) WITHOUT ROWID;

-- A page that a post links to, as it described itself when it was fetched. `state` is 0 while it
-- is to be fetched at `due`, 1 once it has a preview, 2 where there is none to be had.
CREATE TABLE card (
  url TEXT NOT NULL PRIMARY KEY,
  state INTEGER NOT NULL,
  due INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  fetched INTEGER NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  language TEXT NOT NULL,
  author TEXT NOT NULL,
  author_url TEXT NOT NULL,
  provider TEXT NOT NULL,
  image TEXT NOT NULL,
  image_description TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  published INTEGER
);
CREATE INDEX card_due ON card (due) WHERE state = 0;

-- The first link of a post.
CREATE TABLE card_use (post_id INTEGER NOT NULL PRIMARY KEY, url TEXT NOT NULL);
CREATE INDEX card_use_by_url ON card_use (url, post_id);

-- Whom an actor does not want to be suggested any more.
CREATE TABLE unsuggested (
  actor_id INTEGER NOT NULL,
  other_id INTEGER NOT NULL,
  PRIMARY KEY (actor_id, other_id)
) WITHOUT ROWID;
