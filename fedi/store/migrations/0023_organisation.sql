-- What a department has besides its actor: its number in the register of organisations, since when
-- we vouch for it, how to reach it, and its colour.

CREATE TABLE department (
  actor_id INTEGER NOT NULL PRIMARY KEY,
  number TEXT NOT NULL,
  verified INTEGER,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  website TEXT NOT NULL,
  address TEXT NOT NULL,
  color TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
);
CREATE UNIQUE INDEX department_by_number ON department (number) WHERE number <> '';

CREATE INDEX actor_by_parent ON actor (parent_id) WHERE parent_id IS NOT NULL;
