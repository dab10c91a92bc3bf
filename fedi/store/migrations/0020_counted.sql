-- How many posts an account shows is counted from here alone, without a look at any post.
-- `deleted` is in it once more, or SQLite would not take it for all that the count asks for.

CREATE INDEX post_counted ON post (author_id, visibility, deleted, id) WHERE deleted IS NULL;
