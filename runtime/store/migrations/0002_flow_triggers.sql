-- What Flow triggers are told: each state that an execution came into, until it was dealt with.
CREATE TABLE state_changes (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_id TEXT NOT NULL,
    state        TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT;

-- What held so far of a Flow trigger that waits for several executions.
CREATE TABLE trigger_windows (
    namespace  TEXT NOT NULL,
    flow_id    TEXT NOT NULL,
    trigger_id TEXT NOT NULL,
    window_id  TEXT NOT NULL,
    record     TEXT NOT NULL,
    PRIMARY KEY (namespace, flow_id, trigger_id, window_id)
) STRICT, WITHOUT ROWID;
