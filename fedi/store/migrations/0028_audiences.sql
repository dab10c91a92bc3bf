-- Lists of servers: why there is a rule, in words that all may read; `comment` is for administrators.

ALTER TABLE domain_rule ADD COLUMN public_comment TEXT NOT NULL DEFAULT '';

-- Who is counted out where all who work here are counted: guests, and those who are gone.
CREATE INDEX actor_guests ON actor (id) WHERE guest = 1;
CREATE INDEX actor_gone_here ON actor (id)
  WHERE local = 1 AND (suspended IS NOT NULL OR deleted IS NOT NULL);
