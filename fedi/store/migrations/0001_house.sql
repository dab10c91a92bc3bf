-- The house: who, what they wrote, what holds between them, what arrives and what leaves.
-- Neutral SQL, rewritten for each engine by fedi/store/migrate.py. Times are Unix milliseconds,
-- truth values 0 and 1, JSON is TEXT. A record of the rooms and its table share their names.

CREATE TABLE slot (
  slot INTEGER NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  until INTEGER NOT NULL
);

CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE actor (
  id INTEGER NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  uri TEXT NOT NULL UNIQUE,
  local INTEGER NOT NULL,
  username TEXT NOT NULL,
  domain TEXT NOT NULL,
  host TEXT NOT NULL,
  name TEXT NOT NULL,
  names TEXT NOT NULL,
  summary TEXT NOT NULL,
  summaries TEXT NOT NULL,
  url TEXT NOT NULL,
  inbox TEXT NOT NULL,
  shared_inbox TEXT NOT NULL,
  outbox TEXT NOT NULL,
  followers TEXT NOT NULL,
  following TEXT NOT NULL,
  featured TEXT NOT NULL,
  icon TEXT,
  image TEXT,
  fields TEXT NOT NULL,
  locked INTEGER NOT NULL,
  discoverable INTEGER NOT NULL,
  indexable INTEGER NOT NULL,
  bot INTEGER NOT NULL,
  hides_totals INTEGER NOT NULL,
  exposure TEXT NOT NULL,
  default_audience TEXT NOT NULL,
  parent_id INTEGER,
  language TEXT NOT NULL,
  also_known_as TEXT NOT NULL,
  moved_to TEXT NOT NULL,
  moved_at INTEGER,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  fetched INTEGER NOT NULL,
  suspended INTEGER,
  deleted INTEGER
);
CREATE INDEX actor_by_handle ON actor (username, domain);
CREATE INDEX actor_by_host ON actor (host);
CREATE INDEX actor_local ON actor (kind) WHERE local = 1;
CREATE INDEX actor_by_featured ON actor (featured) WHERE local = 0 AND featured <> '';

CREATE TABLE handle (
  username TEXT NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  current INTEGER NOT NULL,
  since INTEGER NOT NULL
);
CREATE INDEX handle_by_actor ON handle (actor_id);

CREATE TABLE actor_key (
  uri TEXT NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  public TEXT NOT NULL,
  private BLOB,
  created INTEGER NOT NULL,
  active_from INTEGER NOT NULL,
  retired INTEGER
);
CREATE INDEX actor_key_by_actor ON actor_key (actor_id);

CREATE TABLE person (
  id INTEGER NOT NULL PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  actor_id INTEGER NOT NULL,
  email TEXT NOT NULL,
  language TEXT NOT NULL,
  admin INTEGER NOT NULL,
  created INTEGER NOT NULL,
  departed INTEGER
);

CREATE TABLE membership (
  person_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  starts INTEGER NOT NULL,
  ends INTEGER,
  PRIMARY KEY (person_id, actor_id)
);
CREATE INDEX membership_by_actor ON membership (actor_id);

CREATE TABLE token (
  hash BLOB NOT NULL PRIMARY KEY,
  person_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  app_id INTEGER,
  scopes TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER
);
CREATE INDEX token_by_person ON token (person_id, actor_id);

CREATE TABLE post (
  id INTEGER NOT NULL PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  author_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  visibility TEXT NOT NULL,
  local INTEGER NOT NULL,
  content TEXT NOT NULL,
  content_map TEXT NOT NULL,
  source TEXT NOT NULL,
  language TEXT NOT NULL,
  summary TEXT NOT NULL,
  sensitive INTEGER NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  published INTEGER NOT NULL,
  edited INTEGER,
  deleted INTEGER,
  in_reply_to INTEGER,
  in_reply_to_uri TEXT NOT NULL,
  context TEXT NOT NULL,
  boost_of INTEGER,
  acting_person INTEGER,
  emojis TEXT NOT NULL,
  media TEXT NOT NULL,
  quote TEXT NOT NULL,
  edit_number INTEGER NOT NULL
);
CREATE INDEX post_by_author ON post (author_id, id);
CREATE INDEX post_by_parent ON post (in_reply_to, id) WHERE in_reply_to IS NOT NULL;
CREATE INDEX post_waiting ON post (in_reply_to_uri)
  WHERE in_reply_to IS NULL AND in_reply_to_uri <> '';
CREATE INDEX post_boosts ON post (boost_of, author_id) WHERE boost_of IS NOT NULL;
CREATE INDEX post_local ON post (id) WHERE local = 1;
CREATE INDEX post_by_context ON post (context, id) WHERE context <> '';

CREATE TABLE addressee (
  post_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  silent INTEGER NOT NULL,
  PRIMARY KEY (post_id, actor_id)
) WITHOUT ROWID;
CREATE INDEX addressee_by_actor ON addressee (actor_id, post_id);

CREATE TABLE hashtag (
  post_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  shown TEXT NOT NULL,
  PRIMARY KEY (post_id, name)
) WITHOUT ROWID;
CREATE INDEX hashtag_by_name ON hashtag (name, post_id);

CREATE TABLE poll (
  post_id INTEGER NOT NULL PRIMARY KEY,
  options TEXT NOT NULL,
  multiple INTEGER NOT NULL,
  ends INTEGER,
  closed INTEGER,
  voters INTEGER
);
CREATE INDEX poll_by_end ON poll (ends) WHERE closed IS NULL;

CREATE TABLE vote (
  post_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  choice INTEGER NOT NULL,
  uri TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (post_id, actor_id, choice)
) WITHOUT ROWID;

CREATE TABLE revision (
  post_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  content TEXT NOT NULL,
  summary TEXT NOT NULL,
  sensitive INTEGER NOT NULL,
  media TEXT NOT NULL,
  question TEXT,
  created INTEGER NOT NULL,
  person_id INTEGER,
  PRIMARY KEY (post_id, number)
) WITHOUT ROWID;

CREATE TABLE pin (
  actor_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (actor_id, post_id)
) WITHOUT ROWID;

CREATE TABLE relation (
  kind TEXT NOT NULL,
  source_id INTEGER NOT NULL,
  target_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  uri TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (kind, source_id, target_id)
) WITHOUT ROWID;
CREATE INDEX relation_by_target ON relation (kind, target_id, state, source_id);
CREATE INDEX relation_by_uri ON relation (uri) WHERE uri <> '';

CREATE TABLE reaction (
  post_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  content TEXT NOT NULL,
  uri TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (post_id, actor_id, content)
) WITHOUT ROWID;
CREATE INDEX reaction_by_actor ON reaction (actor_id, created);
CREATE INDEX reaction_by_uri ON reaction (uri) WHERE uri <> '';

CREATE TABLE marker (
  uri TEXT NOT NULL,
  kind TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (uri, kind)
) WITHOUT ROWID;
CREATE INDEX marker_by_end ON marker (until);

CREATE TABLE notification (
  id INTEGER NOT NULL PRIMARY KEY,
  recipient_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  by_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  UNIQUE (recipient_id, kind, by_id, post_id)
);
CREATE INDEX notification_by_recipient ON notification (recipient_id, id);

CREATE TABLE report (
  id INTEGER NOT NULL PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  by_id INTEGER NOT NULL,
  target_id INTEGER NOT NULL,
  post_ids TEXT NOT NULL,
  comment TEXT NOT NULL,
  created INTEGER NOT NULL,
  closed INTEGER
);

CREATE TABLE home (
  reader_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  PRIMARY KEY (reader_id, post_id)
) WITHOUT ROWID;

CREATE TABLE event (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  actor_id INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  recipient_id INTEGER,
  person_id INTEGER,
  at INTEGER NOT NULL,
  tx INTEGER NOT NULL
);
CREATE INDEX event_by_recipient ON event (recipient_id, position) WHERE recipient_id IS NOT NULL;
-- Readers' order on PostgreSQL; on SQLite `tx` is 0, and the position is the order.
CREATE INDEX event_in_order ON event (tx, position) WHERE tx > 0;

-- What arrives. `seen` outlives the arrival: the same id at the same inbox has one effect.

CREATE TABLE arrival (
  id INTEGER NOT NULL PRIMARY KEY,
  activity_uri TEXT NOT NULL,
  inbox_owner INTEGER NOT NULL,
  signer TEXT NOT NULL,
  body BLOB NOT NULL,
  received INTEGER NOT NULL,
  due INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  problem TEXT NOT NULL
);
CREATE INDEX arrival_due ON arrival (due, id);

CREATE TABLE seen (
  activity_hash INTEGER NOT NULL,
  inbox_owner INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (activity_hash, inbox_owner)
) WITHOUT ROWID;
CREATE INDEX seen_by_time ON seen (at);

CREATE TABLE refused (
  id INTEGER NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  host TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  activity_uri TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  sentence TEXT NOT NULL
);
CREATE INDEX refused_by_host ON refused (host, id);

CREATE TABLE wanted (
  uri TEXT NOT NULL,
  why TEXT NOT NULL,
  depth INTEGER NOT NULL,
  due INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  PRIMARY KEY (uri, why)
) WITHOUT ROWID;
CREATE INDEX wanted_due ON wanted (due);

CREATE TABLE domain_rule (
  domain TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  comment TEXT NOT NULL,
  created INTEGER NOT NULL
);

-- What leaves. The body once, one fan-out row, one narrow row per inbox, one state per host.

CREATE TABLE activity (
  id INTEGER NOT NULL PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  actor_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  about TEXT NOT NULL,
  post_id INTEGER,
  visible TEXT NOT NULL,
  body BLOB NOT NULL,
  created INTEGER NOT NULL,
  total INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  failed INTEGER NOT NULL
);
CREATE INDEX activity_by_actor ON activity (actor_id, id);
CREATE INDEX activity_by_post ON activity (post_id, id) WHERE post_id IS NOT NULL;

-- `position` is the last (host, inbox) that has its delivery; `fence` tells workers apart.
CREATE TABLE fanout (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL,
  recipients TEXT NOT NULL,
  position TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  created INTEGER NOT NULL
);
CREATE INDEX fanout_by_actor ON fanout (actor_id, id);

-- Where a post was sent, so that its Delete reaches them. `actor_id` is 0 at a shared inbox.
CREATE TABLE reach (
  post_id INTEGER NOT NULL,
  inbox TEXT NOT NULL,
  actor_id INTEGER NOT NULL,
  PRIMARY KEY (post_id, inbox)
) WITHOUT ROWID;

-- `about` is a fingerprint of actor and object: rows with the same one, at the same host, go in
-- order. `state` is 0 while it waits and 1 once given up; what was delivered has no row.
CREATE TABLE delivery (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL,
  host TEXT NOT NULL,
  inbox TEXT NOT NULL,
  shared INTEGER NOT NULL,
  about INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  state INTEGER NOT NULL,
  due INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  uncertain INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  problem TEXT NOT NULL,
  UNIQUE (activity_id, inbox)
);
CREATE INDEX delivery_by_host ON delivery (host, turn, id) WHERE state = 0;
CREATE INDEX delivery_by_about ON delivery (about, host, id) WHERE state = 0;
CREATE INDEX delivery_by_end ON delivery (expires);

-- One worker at a time sends to a host: `owner`, until `lease_until`, under the number `fence`;
-- it may have begun the deliveries up to the id `taken`. `due` is when to look at the host,
-- `opens` when its back-off ends.
CREATE TABLE host (
  name TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  memory TEXT NOT NULL,
  due INTEGER NOT NULL,
  opens INTEGER NOT NULL,
  held INTEGER NOT NULL,
  owner TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  taken INTEGER NOT NULL,
  changed INTEGER NOT NULL
);
CREATE INDEX host_due ON host (state, due);

-- While keys change: the newest Update of an actor of ours that a host has accepted (`at`).
CREATE TABLE key_told (
  host TEXT NOT NULL,
  actor_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (host, actor_id)
) WITHOUT ROWID;

CREATE TABLE spread (
  id INTEGER NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  actor_id INTEGER NOT NULL,
  target_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  lease_until INTEGER NOT NULL
);

CREATE TABLE media (
  name TEXT NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  created INTEGER NOT NULL,
  unused INTEGER
);
CREATE INDEX media_unused ON media (unused) WHERE unused IS NOT NULL;

-- Which posts show a picture: it is sent to whom one of them may be sent, and goes with the last.
CREATE TABLE media_use (
  post_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (post_id, name)
) WITHOUT ROWID;
CREATE INDEX media_use_by_name ON media_use (name);
