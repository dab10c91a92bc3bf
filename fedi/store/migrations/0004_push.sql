-- Web push: where a token's app is told of notifications, and what waits to be told there.
-- `alerts` are words separated by spaces. `bearer` is the token itself, which the app finds its
-- account by: sealed under a secret that is a file, never in here. `failing` is since when nothing
-- has got through.

CREATE TABLE push_subscription (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  token_id INTEGER NOT NULL UNIQUE,
  actor_id INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  p256dh BLOB NOT NULL,
  auth BLOB NOT NULL,
  standard INTEGER NOT NULL,
  alerts TEXT NOT NULL,
  policy TEXT NOT NULL,
  bearer BLOB NOT NULL,
  created INTEGER NOT NULL,
  failing INTEGER
);
CREATE INDEX push_subscription_by_actor ON push_subscription (actor_id);

CREATE TABLE push_message (
  subscription_id INTEGER NOT NULL,
  notification_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  due INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  PRIMARY KEY (subscription_id, notification_id)
) WITHOUT ROWID;
CREATE INDEX push_message_due ON push_message (due);
