-- Full text over the words as they are. to_tsvector would part and fold them again, by rules that
-- depend on the database's locale: a vector is made of the words and their places instead.

CREATE FUNCTION searched_vector(words TEXT) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(string_agg('''' || word || ''':' || least(place, 16383), ' '), '')::tsvector
  FROM unnest(string_to_array(words, ' ')) WITH ORDINALITY AS listed (word, place)
  WHERE word <> ''
$$;

ALTER TABLE searched ADD COLUMN vector tsvector
  GENERATED ALWAYS AS (searched_vector(words)) STORED;

CREATE INDEX searched_index ON searched USING gin (vector);
