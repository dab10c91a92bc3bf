-- Whose notifications one wants to be asked about first, and whom one has let in for good.

CREATE TABLE notification_policy (
  actor_id INTEGER NOT NULL PRIMARY KEY,
  for_not_following TEXT NOT NULL,
  for_not_followers TEXT NOT NULL,
  for_new_accounts TEXT NOT NULL,
  for_private_mentions TEXT NOT NULL,
  for_limited_accounts TEXT NOT NULL
);

-- What became of somebody's request to be heard: `state` is accepted or dismissed.
CREATE TABLE notification_request (
  actor_id INTEGER NOT NULL,
  by_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (actor_id, by_id)
) WITHOUT ROWID;

CREATE INDEX notification_by_sender ON notification (recipient_id, by_id, id);
