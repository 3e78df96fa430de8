-- Which database this is: its copies and those of another are told apart by it.
CREATE TABLE store (
  id TEXT NOT NULL
) STRICT;
INSERT INTO store VALUES (lower(hex(randomblob(8))));

-- SHA-256 of each row, as device/records/hashes.py makes it; NULL: written before rows had one.
ALTER TABLE person ADD COLUMN sha256 BLOB;
ALTER TABLE lesion ADD COLUMN sha256 BLOB;
ALTER TABLE examination ADD COLUMN sha256 BLOB;
ALTER TABLE document ADD COLUMN sha256 BLOB;

-- Whether the clock was set when the picture was taken; NULL: not known.
ALTER TABLE examination ADD COLUMN clock_set INTEGER;

-- Pseudonyms that look the same have the same key.
ALTER TABLE person ADD COLUMN pseudonym_key TEXT NOT NULL DEFAULT '';
UPDATE person SET pseudonym_key = pseudonym_key(pseudonym);
CREATE INDEX person_by_key ON person (pseudonym_key);
