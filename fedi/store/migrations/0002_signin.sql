-- Signing in: apps and what they hold, browsers' sessions, and by what a person is known again.
-- Every secret that another side holds is kept as its SHA-256 alone (`hash`); passwords as
-- Argon2id. `person_id` is NULL where an app acts for itself.

CREATE TABLE app (
  id INTEGER NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE,
  secret_hash BLOB NOT NULL,
  name TEXT NOT NULL,
  website TEXT NOT NULL,
  redirect_uris TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created INTEGER NOT NULL
);
CREATE INDEX app_by_age ON app (created);

-- Tokens get an id of their own, for lists and streams. Ids are given by the app's code; the
-- numbering is for an older release, which names none.
DROP INDEX token_by_person;
ALTER TABLE token RENAME TO token_before;
CREATE TABLE token (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  person_id INTEGER,
  actor_id INTEGER,
  app_id INTEGER,
  scopes TEXT NOT NULL,
  label TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL,
  last_used INTEGER,
  revoked INTEGER
);
INSERT INTO token (id, hash, person_id, actor_id, app_id, scopes, created, revoked)
  SELECT created * 65536 + row_number() OVER (ORDER BY created, hash),
    hash, person_id, actor_id, app_id, scopes, created, revoked FROM token_before;
DROP TABLE token_before;
CREATE INDEX token_by_person ON token (person_id, actor_id);
CREATE INDEX token_by_app ON token (app_id) WHERE app_id IS NOT NULL;
CREATE INDEX token_revoked ON token (revoked) WHERE revoked IS NOT NULL;

-- Used once; kept a while after that, so that a second use is seen and takes the token back.
CREATE TABLE authorization_code (
  hash BLOB NOT NULL PRIMARY KEY,
  app_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  redirect_uri TEXT NOT NULL,
  scopes TEXT NOT NULL,
  challenge TEXT NOT NULL,
  expires INTEGER NOT NULL,
  used INTEGER,
  token_id INTEGER
);
CREATE INDEX authorization_code_by_end ON authorization_code (expires);

-- `proven` is when the person last showed more than the cookie.
CREATE TABLE session (
  id INTEGER NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  person_id INTEGER NOT NULL,
  way TEXT NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER NOT NULL,
  proven INTEGER NOT NULL,
  expires INTEGER NOT NULL
);
CREATE INDEX session_by_person ON session (person_id);
CREATE INDEX session_by_end ON session (expires);

-- What goes on between two pages of one browser: half signed in, a passkey's challenge.
CREATE TABLE sign_in_step (
  hash BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  person_id INTEGER,
  data TEXT NOT NULL,
  tries INTEGER NOT NULL,
  expires INTEGER NOT NULL
);
CREATE INDEX sign_in_step_by_end ON sign_in_step (expires);

CREATE TABLE credential (
  person_id INTEGER NOT NULL PRIMARY KEY,
  phc TEXT NOT NULL,
  changed INTEGER NOT NULL
);

-- `last_step` is the newest 30 seconds whose code was used: none is taken twice.
CREATE TABLE totp (
  person_id INTEGER NOT NULL PRIMARY KEY,
  secret TEXT NOT NULL,
  confirmed INTEGER,
  last_step INTEGER NOT NULL
);

CREATE TABLE recovery_code (
  person_id INTEGER NOT NULL,
  hash BLOB NOT NULL,
  used INTEGER,
  PRIMARY KEY (person_id, hash)
) WITHOUT ROWID;

CREATE TABLE passkey (
  id INTEGER NOT NULL PRIMARY KEY,
  person_id INTEGER NOT NULL,
  credential_id BLOB NOT NULL UNIQUE,
  public_key BLOB NOT NULL,
  sign_count INTEGER NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER
);
CREATE INDEX passkey_by_person ON passkey (person_id);

CREATE TABLE one_time_link (
  hash BLOB NOT NULL PRIMARY KEY,
  person_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  used INTEGER
);
CREATE INDEX one_time_link_by_person ON one_time_link (person_id);
CREATE INDEX one_time_link_by_end ON one_time_link (expires);

-- A browser in which a person has signed in before: strangers' wrong guesses don't hold it up.
CREATE TABLE known_device (
  hash BLOB NOT NULL PRIMARY KEY,
  person_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER NOT NULL
);
CREATE INDEX known_device_by_person ON known_device (person_id);
CREATE INDEX known_device_by_use ON known_device (last_used);

-- How many more tries there are, by whom or from where; refilled as time goes by.
CREATE TABLE throttle (
  subject TEXT NOT NULL PRIMARY KEY,
  tokens REAL NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX throttle_by_age ON throttle (at);

-- Whoever signs in may give their e-mail as well as their name.
CREATE INDEX person_by_email ON person (lower(email)) WHERE email <> '';
