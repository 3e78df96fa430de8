-- What was deleted here, so that an import doesn't bring it back unasked: a hash, and nothing of what it was.
CREATE TABLE deleted (
  digest BLOB PRIMARY KEY                 -- SHA-256 of the examination's id
) STRICT, WITHOUT ROWID;
