CREATE TABLE examination (
    id       TEXT PRIMARY KEY,  -- sorts by time
    taken_at TEXT NOT NULL,     -- ISO 8601 with time zone
    triage   TEXT NOT NULL,
    document TEXT NOT NULL      -- the examination as JSON
) STRICT;
