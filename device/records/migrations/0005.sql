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
-- Follow-up: when a lesion is to be looked at again after an examination.
CREATE TABLE follow_up (
  examination TEXT PRIMARY KEY REFERENCES examination (id) ON DELETE CASCADE,
  due_on      TEXT NOT NULL,              -- ISO 8601 date; empty: none is wanted
  set_by      TEXT NOT NULL,              -- who said so; empty: the setting for its triage
  sha256      BLOB
) STRICT;
CREATE INDEX follow_up_by_day ON follow_up (due_on);

-- Consent: what a person agreed to.
CREATE TABLE consent (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  person       TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  scopes       TEXT NOT NULL,             -- words of device/records/consents.py with a space between
  text         TEXT NOT NULL,             -- what was read and signed
  given_at     TEXT NOT NULL,             -- ISO 8601 with time zone
  given_by     TEXT NOT NULL,             -- the person, or who may sign for them
  noted_by     TEXT NOT NULL,             -- who was logged in
  signature    TEXT NOT NULL,             -- an SVG path; empty: signed on paper
  withdrawn_at TEXT NOT NULL,             -- empty: it stands
  withdrawn_by TEXT NOT NULL,
  sha256       BLOB
) STRICT;
CREATE INDEX consent_of_person ON consent (person);
