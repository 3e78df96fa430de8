CREATE TABLE person (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT NOT NULL UNIQUE,
  pseudonym  TEXT NOT NULL UNIQUE CHECK (pseudonym <> ''),
  name       TEXT NOT NULL,
  birth_year INTEGER,
  sex        TEXT NOT NULL,
  skin_type  INTEGER CHECK (skin_type BETWEEN 1 AND 6),
  notes      TEXT NOT NULL,
  words      TEXT NOT NULL                -- what a search looks through, folded
) STRICT;

CREATE TABLE lesion (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  person       TEXT NOT NULL REFERENCES person (id),
  label        TEXT NOT NULL,
  region       TEXT NOT NULL,             -- on the body map; empty: not said
  notes        TEXT NOT NULL,
  diagnosis    TEXT NOT NULL,             -- a class or 'other'; empty: not confirmed
  confirmed_by TEXT NOT NULL CHECK ((diagnosis = '') = (confirmed_by = '')),
  confirmed_on TEXT NOT NULL,             -- ISO 8601 date
  in_words     TEXT NOT NULL,             -- the diagnosis as the report says it
  words        TEXT NOT NULL
) STRICT;
CREATE INDEX lesion_of_person ON lesion (person);

ALTER TABLE examination RENAME TO examination_1;

-- Narrow, so that a search reads little; what a page needs in full lies in `document`.
CREATE TABLE examination (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of the presses: a clock may jump
  id         TEXT NOT NULL UNIQUE,
  taken_at   INTEGER NOT NULL,                   -- seconds since 1970, by the device's clock
  triage     TEXT NOT NULL,
  likeliest  TEXT NOT NULL,                      -- the likeliest class; empty: looks foreign
  malignancy REAL NOT NULL,
  lesion     TEXT REFERENCES lesion (id),        -- NULL: not assigned yet
  protected  INTEGER NOT NULL DEFAULT 0,         -- 1: retention leaves it alone
  due_at     INTEGER,                            -- when retention may delete it; NULL: not warned of
  notes      TEXT NOT NULL DEFAULT '',
  words      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX examination_of_lesion ON examination (lesion, number);
CREATE INDEX examination_by_triage ON examination (triage, number);
CREATE INDEX examination_by_class ON examination (likeliest, number);
CREATE INDEX examination_by_time ON examination (taken_at);

CREATE TABLE document (
  examination TEXT PRIMARY KEY REFERENCES examination (id) ON DELETE CASCADE,
  document    TEXT NOT NULL               -- the examination as JSON
) STRICT;

CREATE TABLE picture (
  examination TEXT NOT NULL REFERENCES examination (id) ON DELETE CASCADE,
  frame       INTEGER NOT NULL,           -- -1: the thumbnail
  sha256      BLOB,                       -- NULL: kept before hashes were
  bytes       INTEGER NOT NULL,
  PRIMARY KEY (examination, frame)
) STRICT, WITHOUT ROWID;

-- Ids whose files are to be removed: of drafts under way, and of deletions not yet done.
CREATE TABLE unsettled (
  id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The rowid is the order in which they were saved.
INSERT INTO examination (id, taken_at, triage, likeliest, malignancy)
SELECT
  examination_1.id,
  CAST(strftime('%s', taken_at) AS INTEGER),
  triage,
  CASE WHEN document ->> '$.finding.foreign' = 1 THEN '' ELSE (
    SELECT key FROM json_each(document, '$.finding.probabilities') ORDER BY value DESC LIMIT 1
  ) END,
  document ->> '$.finding.malignancy'
FROM examination_1 ORDER BY rowid;

INSERT INTO document SELECT id, document FROM examination_1 ORDER BY rowid;

INSERT INTO picture (examination, frame, sha256, bytes)
SELECT id, -1, NULL, 0 FROM examination_1
UNION ALL SELECT id, 0, NULL, 0 FROM examination_1
UNION ALL SELECT examination_1.id, frame.key, NULL, 0
FROM examination_1, json_each(examination_1.document, '$.frames') AS frame WHERE frame.key > 0;

DROP TABLE examination_1;
