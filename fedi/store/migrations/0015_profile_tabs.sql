-- What an actor wants shown on its profile, and which sites may name it as an author (JSON).

ALTER TABLE actor ADD COLUMN shows_media INTEGER NOT NULL DEFAULT 1;
ALTER TABLE actor ADD COLUMN shows_media_replies INTEGER NOT NULL DEFAULT 1;
ALTER TABLE actor ADD COLUMN shows_featured INTEGER NOT NULL DEFAULT 1;
ALTER TABLE actor ADD COLUMN attribution_domains TEXT NOT NULL DEFAULT '[]';
