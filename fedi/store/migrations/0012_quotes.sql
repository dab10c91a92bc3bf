-- Quotes (FEP-044f): who may quote a post, and how each quote stands with the one who is quoted.

-- JSON of whom the author lets quote it, as stated; NULL where nothing is said.
ALTER TABLE post ADD COLUMN can_quote TEXT;

-- By the URI of the quoting post, which may be unknown here yet, as may be the one it quotes.
-- `author_id` wrote the quoted one; `request` and `stamp` are URIs, "" where there is none.
CREATE TABLE quote (
  uri TEXT NOT NULL PRIMARY KEY,
  quoted_uri TEXT NOT NULL,
  post_id INTEGER,
  quoted_id INTEGER,
  author_id INTEGER,
  state TEXT NOT NULL,
  request TEXT NOT NULL,
  stamp TEXT NOT NULL,
  created INTEGER NOT NULL
);
CREATE INDEX quote_by_post ON quote (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX quote_by_quoted ON quote (quoted_id, post_id) WHERE quoted_id IS NOT NULL;
CREATE INDEX quote_waiting ON quote (quoted_uri) WHERE quoted_id IS NULL;
CREATE INDEX quote_by_request ON quote (request) WHERE request <> '';
CREATE INDEX quote_by_stamp ON quote (stamp) WHERE stamp <> '';
