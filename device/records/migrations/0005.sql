-- Opinions of examiners, beside what the device says.
CREATE TABLE opinion (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE,
  examination TEXT NOT NULL REFERENCES examination (id) ON DELETE CASCADE,
  reader      TEXT NOT NULL,              -- who said it; empty: left out of an export
  said_at     INTEGER NOT NULL,           -- seconds since 1970
  triage      TEXT NOT NULL,
  label       TEXT NOT NULL,              -- a class or 'other'; empty: not said
  blind       INTEGER NOT NULL,           -- 1: said before the device's finding was shown
  checklist   TEXT,                       -- criteria that are present, with commas; NULL: not filled in
  sha256      BLOB
) STRICT;
CREATE INDEX opinion_of_examination ON opinion (examination, number);

-- Examinations whose finding isn't shown before an examiner has said their own opinion.
CREATE TABLE withheld (
  examination TEXT PRIMARY KEY REFERENCES examination (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Where the pictures of an examination come from: the device's own camera, or a file that was uploaded.
ALTER TABLE examination ADD COLUMN source TEXT NOT NULL DEFAULT 'camera';
