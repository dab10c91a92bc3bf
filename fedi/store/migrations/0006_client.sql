-- What people keep for themselves through the client API: seen by nobody else, sent to nobody.

CREATE TABLE bookmark (
  id INTEGER NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  UNIQUE (actor_id, post_id)
);
CREATE INDEX bookmark_by_actor ON bookmark (actor_id, id);

-- A conversation one hears no more of, by the id of any post in it (`root` names them all).
CREATE TABLE thread_mute (
  actor_id INTEGER NOT NULL,
  root TEXT NOT NULL,
  PRIMARY KEY (actor_id, root)
) WITHOUT ROWID;

-- What an actor holds privately about another: how it follows and mutes, a note.
CREATE TABLE acquaintance (
  owner_id INTEGER NOT NULL,
  other_id INTEGER NOT NULL,
  hides_boosts INTEGER NOT NULL,
  notifies INTEGER NOT NULL,
  languages TEXT NOT NULL,
  mutes_notifications INTEGER NOT NULL,
  muted_until INTEGER,
  endorsed INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (owner_id, other_id)
) WITHOUT ROWID;
CREATE INDEX acquaintance_mutes ON acquaintance (muted_until) WHERE muted_until IS NOT NULL;
CREATE INDEX acquaintance_endorsed ON acquaintance (owner_id, other_id) WHERE endorsed = 1;

-- A domain that one actor wants nothing from.
CREATE TABLE domain_mute (
  actor_id INTEGER NOT NULL,
  domain TEXT NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (actor_id, domain)
) WITHOUT ROWID;

-- Who reads a home timeline: it is kept ready for those seen of late, and built for the others.
CREATE TABLE reader (
  actor_id INTEGER NOT NULL PRIMARY KEY,
  seen INTEGER NOT NULL,
  built INTEGER NOT NULL
);

-- Where one has read to, by timeline.
CREATE TABLE place (
  actor_id INTEGER NOT NULL,
  timeline TEXT NOT NULL,
  last_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  PRIMARY KEY (actor_id, timeline)
) WITHOUT ROWID;

-- An answer given before under an Idempotency-Key: `post_id` (or a scheduled one's id).
CREATE TABLE idempotency (
  token_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (token_id, name)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency (at);

-- Through which app a post was written.
CREATE TABLE post_app (post_id INTEGER NOT NULL PRIMARY KEY, app_id INTEGER NOT NULL);

-- Settings of an actor that only its apps read (Preferences, CredentialAccount.source).
CREATE TABLE preference (
  actor_id INTEGER NOT NULL PRIMARY KEY,
  visibility TEXT NOT NULL,
  sensitive INTEGER NOT NULL,
  language TEXT NOT NULL,
  quote_policy TEXT NOT NULL,
  expand_media TEXT NOT NULL,
  expand_warnings INTEGER NOT NULL,
  autoplay INTEGER NOT NULL
);
