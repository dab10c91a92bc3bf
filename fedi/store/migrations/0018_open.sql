-- What everybody may read, apart from all that is internal: a house is full of that.

CREATE INDEX post_open ON post (local, id) WHERE visibility = 'public';
