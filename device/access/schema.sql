CREATE TABLE IF NOT EXISTS account (
  name TEXT PRIMARY KEY,
  role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
  salt BLOB NOT NULL,
  pin_hash BLOB NOT NULL
) STRICT;

-- A session is a browser's, a token a program's; of both only a hash is kept.
CREATE TABLE IF NOT EXISTS session (
  secret_hash BLOB PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  begun_at REAL NOT NULL,
  used_at REAL NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS token (
  name TEXT PRIMARY KEY,
  role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
  secret_hash BLOB NOT NULL UNIQUE
) STRICT;

-- The hash of all accounts and tokens: one that was damaged must not open, nor shut.
CREATE TABLE IF NOT EXISTS vouched (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  digest BLOB NOT NULL
) STRICT;

-- Wrong PINs, by address or account; `open_at` is of the clock that runs since the boot `boot`.
CREATE TABLE IF NOT EXISTS tries (
  name TEXT PRIMARY KEY,
  count INTEGER NOT NULL,
  open_at REAL NOT NULL,
  boot TEXT NOT NULL
) STRICT;
DROP TABLE IF EXISTS failure;

CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY,
  written_at TEXT NOT NULL,
  who TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;

CREATE TRIGGER IF NOT EXISTS audit_is_not_shortened BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never shortened'); END;
