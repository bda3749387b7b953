-- Times are integer microseconds since 1970 (UTC): they sort, compare and subtract without being parsed.

CREATE TABLE executions (
    id          TEXT PRIMARY KEY,
    namespace   TEXT NOT NULL,
    flow_id     TEXT NOT NULL,
    state       TEXT NOT NULL,
    created     INTEGER NOT NULL,
    ended       INTEGER,
    finished    INTEGER NOT NULL DEFAULT 0,
    trigger_id  TEXT,
    record      TEXT NOT NULL
) STRICT;

CREATE INDEX executions_by_flow ON executions (namespace, flow_id, id DESC);
CREATE INDEX executions_by_state ON executions (state, id DESC);
CREATE INDEX executions_unfinished ON executions (id) WHERE finished = 0;

CREATE TABLE events (
    execution_id TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    event        TEXT NOT NULL,
    PRIMARY KEY (execution_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_runs (
    execution_id TEXT NOT NULL,
    number       INTEGER NOT NULL,
    task_id      TEXT NOT NULL,
    state        TEXT NOT NULL,
    seconds      REAL,
    record       TEXT NOT NULL,
    PRIMARY KEY (execution_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE nodes (
    execution_id TEXT NOT NULL,
    task_run_id  TEXT NOT NULL,
    unique_id    TEXT NOT NULL,
    position     INTEGER NOT NULL,
    record       TEXT NOT NULL,
    PRIMARY KEY (execution_id, task_run_id, unique_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE flows (
    namespace TEXT NOT NULL,
    id        TEXT NOT NULL,
    revision  INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    file      TEXT NOT NULL,
    source    TEXT NOT NULL,
    record    TEXT NOT NULL,
    PRIMARY KEY (namespace, id, revision)
) STRICT;

CREATE TABLE active_flows (
    namespace TEXT NOT NULL,
    id        TEXT NOT NULL,
    revision  INTEGER NOT NULL,
    file      TEXT NOT NULL,
    PRIMARY KEY (namespace, id)
) STRICT;

CREATE TABLE triggers (
    namespace    TEXT NOT NULL,
    flow_id      TEXT NOT NULL,
    trigger_id   TEXT NOT NULL,
    paused       INTEGER NOT NULL DEFAULT 0,
    dealt        INTEGER,
    last_fired   INTEGER,
    next_fire    INTEGER,
    execution_id TEXT,
    updated      INTEGER NOT NULL,
    PRIMARY KEY (namespace, flow_id, trigger_id)
) STRICT;

CREATE TABLE audit (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    action  TEXT NOT NULL,
    target  TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT;
