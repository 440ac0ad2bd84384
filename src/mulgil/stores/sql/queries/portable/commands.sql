-- Commands and their answers. `number` is the order of submission.

-- name: submit_command
INSERT INTO command (command_id, kind, payload, submitted_at, submitted_by)
VALUES (:command_id, :kind, :payload, :submitted_at, :submitted_by)
ON CONFLICT (command_id) DO NOTHING;

-- name: pending_commands
SELECT command_id, payload, submitted_at, submitted_by FROM command WHERE answer IS NULL ORDER BY number;

-- name: answer
SELECT answer FROM command WHERE command_id = :command_id;
