CREATE TABLE key_values (
    namespace   TEXT NOT NULL,
    key         TEXT NOT NULL,
    type        TEXT NOT NULL,
    value       TEXT NOT NULL,
    description TEXT NOT NULL,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    expires     INTEGER,
    version     INTEGER NOT NULL,
    PRIMARY KEY (namespace, key)
) STRICT;
