-- Who wants to be told of each post of an author's.

CREATE INDEX acquaintance_notifies ON acquaintance (other_id) WHERE notifies = 1;
