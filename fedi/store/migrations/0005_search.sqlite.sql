-- Full text over the words as they are: the tokeniser parts them at spaces and changes nothing.
-- The text itself stays in `searched`; sizes of columns are for ranking, which goes by time here.
-- Words of the beginning of a word are found without an index of their own: from three letters on
-- that takes about a millisecond among 100,000 posts, and the index would be as large again.

CREATE VIRTUAL TABLE searched_index USING fts5(
  words,
  content = 'searched',
  content_rowid = 'post_id',
  columnsize = 0,
  tokenize = "ascii tokenchars '_'"
);

CREATE TRIGGER searched_added AFTER INSERT ON searched BEGIN
  INSERT INTO searched_index (rowid, words) VALUES (new.post_id, new.words);
END;

CREATE TRIGGER searched_removed AFTER DELETE ON searched BEGIN
  INSERT INTO searched_index (searched_index, rowid, words)
    VALUES ('delete', old.post_id, old.words);
END;

CREATE TRIGGER searched_changed AFTER UPDATE ON searched BEGIN
  INSERT INTO searched_index (searched_index, rowid, words)
    VALUES ('delete', old.post_id, old.words);
  INSERT INTO searched_index (rowid, words) VALUES (new.post_id, new.words);
END;
