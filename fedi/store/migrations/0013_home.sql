-- Authors with many local followers: their posts get no rows in `home` and are merged on reading.
CREATE TABLE widely_followed (actor_id INTEGER NOT NULL PRIMARY KEY);
-- Who hasn't been here of late is found by this.
CREATE INDEX reader_by_seen ON reader (seen);
-- Rows are kept for readers alone; others' are made when they come.
DELETE FROM home WHERE reader_id NOT IN (SELECT actor_id FROM reader);
-- Who shares and who likes a post, page by page.
CREATE INDEX post_boosts_in_order ON post (boost_of, id) WHERE boost_of IS NOT NULL;
CREATE INDEX reaction_by_post ON reaction (post_id, created);
