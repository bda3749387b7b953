-- Outputs of tasks with a `taskCache`, by what they were given.
CREATE TABLE task_cache (
    key     TEXT PRIMARY KEY,
    created INTEGER NOT NULL,
    expires INTEGER,
    outputs TEXT NOT NULL
) STRICT, WITHOUT ROWID;
