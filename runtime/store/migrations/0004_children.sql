-- Executions that another one's tasks have begun.

ALTER TABLE executions ADD COLUMN parent_id TEXT;

CREATE INDEX executions_by_parent ON executions (parent_id, id) WHERE parent_id IS NOT NULL;
