-- Which collections of whoever is reported a report names, as JSON like post_ids.
ALTER TABLE report ADD COLUMN collection_ids TEXT NOT NULL DEFAULT '[]';
