-- Every statement of the store, by name; the methods carry the same names.

-- name: append_event
INSERT INTO events (execution_id, seq, at, event) VALUES (?, ?, ?, ?);

-- name: put_execution
INSERT INTO executions (id, namespace, flow_id, state, created, ended, finished, trigger_id, parent_id, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended = excluded.ended, finished = excluded.finished, record = excluded.record;

-- name: put_task_run
INSERT INTO task_runs (execution_id, number, task_id, state, seconds, record) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (execution_id, number) DO UPDATE SET state = excluded.state, seconds = excluded.seconds, record = excluded.record;

-- name: remove_task_run
DELETE FROM task_runs WHERE execution_id = ? AND number = ?;

-- name: events
SELECT seq, event FROM events WHERE execution_id = ? ORDER BY seq;

-- name: unfinished
SELECT id FROM executions WHERE finished = 0 ORDER BY id;

-- name: get_execution
SELECT record FROM executions WHERE id = ?;

-- name: task_runs
SELECT record FROM task_runs WHERE execution_id = ? ORDER BY number;

-- name: like_execution
SELECT id FROM executions WHERE id LIKE ? ESCAPE '\' LIMIT 2;

-- name: children
SELECT record FROM executions WHERE parent_id = ? ORDER BY id;

-- name: latest_execution
SELECT record FROM executions WHERE namespace = ? AND flow_id = ? ORDER BY id DESC LIMIT 1;

-- name: counts
SELECT state, COUNT(*) FROM executions GROUP BY state;

-- name: durations
SELECT task_id, seconds FROM task_runs
WHERE seconds IS NOT NULL AND state IN ('SUCCESS', 'WARNING') AND execution_id IN (
    SELECT id FROM executions WHERE namespace = ? AND flow_id = ? ORDER BY id DESC LIMIT ?
);

-- name: delete_execution
DELETE FROM executions WHERE id = ?;

-- name: delete_events
DELETE FROM events WHERE execution_id = ?;

-- name: delete_task_runs
DELETE FROM task_runs WHERE execution_id = ?;

-- name: delete_nodes
DELETE FROM nodes WHERE execution_id = ?;

-- name: put_node
INSERT INTO nodes (execution_id, task_run_id, unique_id, position, record) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (execution_id, task_run_id, unique_id) DO UPDATE SET record = excluded.record;

-- name: next_node
SELECT COALESCE(MAX(position), -1) + 1 FROM nodes WHERE execution_id = ?;

-- name: nodes
SELECT record FROM nodes WHERE execution_id = ? ORDER BY position;

-- name: latest_flow
SELECT revision, source, record FROM flows WHERE namespace = ? AND id = ? ORDER BY revision DESC LIMIT 1;

-- name: get_flow
SELECT record FROM flows WHERE namespace = ? AND id = ? AND revision = ?;

-- name: add_flow
INSERT INTO flows (namespace, id, revision, created, file, source, record) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: activate_flow
INSERT INTO active_flows (namespace, id, revision, file) VALUES (?, ?, ?, ?)
ON CONFLICT (namespace, id) DO UPDATE SET revision = excluded.revision, file = excluded.file;

-- name: deactivate_flow
DELETE FROM active_flows WHERE namespace = ? AND id = ?;

-- name: active_flows
SELECT flows.record, active_flows.file FROM active_flows
JOIN flows USING (namespace, id, revision) ORDER BY namespace, id;

-- name: revisions
SELECT revision, created, source FROM flows WHERE namespace = ? AND id = ? ORDER BY revision DESC;

-- name: flow_names
SELECT DISTINCT namespace, id FROM flows;

-- name: get_trigger
SELECT namespace, flow_id, trigger_id, paused, dealt, last_fired, next_fire, execution_id, updated FROM triggers
WHERE namespace = ? AND flow_id = ? AND trigger_id = ?;

-- name: list_triggers
SELECT namespace, flow_id, trigger_id, paused, dealt, last_fired, next_fire, execution_id, updated FROM triggers
ORDER BY namespace, flow_id, trigger_id;

-- name: put_trigger
INSERT INTO triggers (namespace, flow_id, trigger_id, paused, dealt, last_fired, next_fire, execution_id, updated)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (namespace, flow_id, trigger_id) DO UPDATE SET paused = excluded.paused, dealt = excluded.dealt, last_fired = excluded.last_fired,
    next_fire = excluded.next_fire, execution_id = excluded.execution_id, updated = excluded.updated;

-- name: delete_trigger
DELETE FROM triggers WHERE namespace = ? AND flow_id = ? AND trigger_id = ?;

-- name: add_audit
INSERT INTO audit (at, who, action, target, details) VALUES (?, ?, ?, ?, ?);

-- name: page_audit
SELECT number, at, who, action, target, details FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?;

-- name: add_state_change
INSERT INTO state_changes (execution_id, state, at) VALUES (?, ?, ?);

-- name: state_changes
SELECT number, execution_id, state, at FROM state_changes ORDER BY number LIMIT ?;

-- name: remove_state_change
DELETE FROM state_changes WHERE number = ?;

-- name: get_window
SELECT record FROM trigger_windows WHERE namespace = ? AND flow_id = ? AND trigger_id = ? AND window_id = ?;

-- name: put_window
INSERT INTO trigger_windows (namespace, flow_id, trigger_id, window_id, record) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (namespace, flow_id, trigger_id, window_id) DO UPDATE SET record = excluded.record;

-- name: delete_window
DELETE FROM trigger_windows WHERE namespace = ? AND flow_id = ? AND trigger_id = ? AND window_id = ?;

-- name: get_key_value
SELECT type, value, description, created, updated, expires, version FROM key_values
WHERE namespace = ? AND key = ? AND (expires IS NULL OR expires > ?);

-- name: put_key_value
INSERT INTO key_values (namespace, key, type, value, description, created, updated, expires, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
ON CONFLICT (namespace, key) DO UPDATE SET type = excluded.type, value = excluded.value, description = excluded.description,
    updated = excluded.updated, expires = excluded.expires, version = version + 1;

-- name: list_key_values
SELECT namespace, key, type, value, description, created, updated, expires, version FROM key_values
WHERE ? = '' OR namespace = ? OR (namespace >= ? AND namespace < ?)
ORDER BY namespace, key;

-- name: delete_key_value
DELETE FROM key_values WHERE namespace = ? AND key = ?;

-- name: delete_expired_key_values
DELETE FROM key_values WHERE expires <= ?;

-- name: get_cached
SELECT created, outputs FROM task_cache WHERE key = ? AND (expires IS NULL OR expires > ?);

-- name: put_cached
INSERT INTO task_cache (key, created, expires, outputs) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET created = excluded.created, expires = excluded.expires, outputs = excluded.outputs;

-- name: delete_cached
DELETE FROM task_cache WHERE key = ?;

-- name: delete_expired_cached
DELETE FROM task_cache WHERE expires <= ?;
