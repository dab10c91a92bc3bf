-- What a department was asked, and what became of it. A row belongs to its post and goes with it;
-- `latest` is the asker's newest post in it, `answer` the department's newest answer, and
-- `first_answered` what the time to first answer is measured by. Persons stay inside.
CREATE TABLE question (
  id INTEGER NOT NULL PRIMARY KEY,
  department_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL,
  asker_id INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  state TEXT NOT NULL,
  latest_id INTEGER NOT NULL,
  latest INTEGER NOT NULL,
  assigned_to INTEGER,
  assigned_by INTEGER,
  assigned INTEGER,
  answer_id INTEGER,
  answered INTEGER,
  answered_by INTEGER,
  first_answered INTEGER,
  closed INTEGER,
  closed_by INTEGER,
  best_id INTEGER,
  best INTEGER,
  best_by INTEGER
);
CREATE UNIQUE INDEX question_once ON question (post_id, department_id);
CREATE INDEX question_by_department ON question (department_id, state, id);
CREATE INDEX question_in_department ON question (department_id, id);
CREATE INDEX question_by_age ON question (department_id, asked);
CREATE INDEX question_by_latest ON question (latest_id);
CREATE INDEX question_by_answer ON question (answer_id) WHERE answer_id IS NOT NULL;
CREATE INDEX question_by_best ON question (best_id) WHERE best_id IS NOT NULL;
CREATE INDEX question_common ON question (id) WHERE best_id IS NOT NULL;
CREATE INDEX question_common_in_department ON question (department_id, id)
  WHERE best_id IS NOT NULL;
CREATE INDEX question_by_assigned ON question (assigned_to, id) WHERE assigned_to IS NOT NULL;

-- What those who speak for the department say of it to one another. Never leaves the house.
CREATE TABLE question_note (
  id INTEGER NOT NULL PRIMARY KEY,
  question_id INTEGER NOT NULL,
  person_id INTEGER,
  text TEXT NOT NULL,
  created INTEGER NOT NULL
);
CREATE INDEX question_note_by_question ON question_note (question_id, id);

-- Who was told that a colleague has it in hand, for some minutes: saying it once more is meant.
CREATE TABLE question_told (
  question_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  mark INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (question_id, person_id, mark)
) WITHOUT ROWID;
CREATE INDEX question_told_by_end ON question_told (until);

-- Who leaves or has left: when, how they were before (to bring them back), and what is done of it.
CREATE TABLE leaver (
  person_id INTEGER NOT NULL PRIMARY KEY,
  leaves INTEGER NOT NULL,
  asked_by INTEGER,
  left_at INTEGER,
  before TEXT NOT NULL DEFAULT '',
  hidden INTEGER,
  name TEXT NOT NULL DEFAULT '',
  erased_to INTEGER NOT NULL DEFAULT 0,
  erased INTEGER
);
CREATE INDEX leaver_by_day ON leaver (leaves) WHERE left_at IS NULL;
CREATE INDEX leaver_unhidden ON leaver (left_at) WHERE hidden IS NULL;
CREATE INDEX leaver_unerased ON leaver (left_at) WHERE erased IS NULL;
