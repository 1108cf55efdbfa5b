-- How many users a restart must find in the sequences topic: a missing record says nothing by itself.
ALTER TABLE vigil.stream_progress
    ADD COLUMN restore_users bigint,
    ADD COLUMN restored_at timestamptz;

COMMENT ON COLUMN vigil.stream_progress.restore_users IS
    'Users who had a checkpoint when restore_offset was set; NULL before the first and for labels.';
COMMENT ON COLUMN vigil.stream_progress.restored_at IS 'When restore_offset was set.';
