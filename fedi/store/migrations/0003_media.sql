-- Attachments: what the media endpoints give apps to hold, and what a post shows.
--
-- `name`, `preview` and `original` are files, each with a row in `media` that says when it was last
-- of use. `original` is the upload itself, until it is processed. `spent`: the post that showed it
-- is deleted, so its names are dead and it gets new ones before it can be shown again. `taken`: a
-- post is being made with it. Durations in ms, sizes in bytes.
CREATE TABLE attachment (
  id INTEGER NOT NULL PRIMARY KEY,
  actor_id INTEGER NOT NULL,
  person_id INTEGER,
  post_id INTEGER,
  state TEXT NOT NULL,
  problem TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  preview TEXT NOT NULL,
  original TEXT NOT NULL,
  file_name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  preview_width INTEGER NOT NULL,
  preview_height INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  bitrate INTEGER NOT NULL,
  frame_rate TEXT NOT NULL,
  description TEXT NOT NULL,
  focus TEXT,
  blurhash TEXT NOT NULL,
  created INTEGER NOT NULL,
  spent INTEGER NOT NULL,
  taken INTEGER,
  lease_until INTEGER NOT NULL,
  tries INTEGER NOT NULL
);
CREATE INDEX attachment_by_name ON attachment (name);
CREATE INDEX attachment_by_preview ON attachment (preview) WHERE preview <> '';
CREATE INDEX attachment_by_post ON attachment (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX attachment_waiting ON attachment (lease_until) WHERE state = 'processing';
CREATE INDEX attachment_unfinished ON attachment (created) WHERE state <> 'ready';
