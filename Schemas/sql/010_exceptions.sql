-- Events that no model could score, and users that have been forgotten.
CREATE TABLE vigil.poisoned (
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, record_offset)
);
COMMENT ON TABLE vigil.poisoned IS
    'Transactions whose scoring failed: dead-lettered, and left out of their user''s history also after a restart.';
COMMENT ON COLUMN vigil.poisoned.topic IS 'Kafka input topic.';
COMMENT ON COLUMN vigil.poisoned.partition IS 'Partition of the topic.';
COMMENT ON COLUMN vigil.poisoned.record_offset IS 'Offset in the partition.';
COMMENT ON COLUMN vigil.poisoned.failed_at IS 'When its scoring failed.';

CREATE TABLE vigil.forgotten_users (
    user_pseudonym text PRIMARY KEY,
    forgotten_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX forgotten_users_by_time ON vigil.forgotten_users (forgotten_at);
COMMENT ON TABLE vigil.forgotten_users IS
    'Users erased by "vigil forget"; running processors drop their state when they see a new row.';
COMMENT ON COLUMN vigil.forgotten_users.user_pseudonym IS 'Whose history is gone; without the key nobody can go back to the user.';
COMMENT ON COLUMN vigil.forgotten_users.forgotten_at IS 'When; what the user does afterwards starts a new history.';

GRANT SELECT, INSERT ON vigil.poisoned TO vigil_writer;
GRANT SELECT ON vigil.forgotten_users TO vigil_writer;
GRANT SELECT ON vigil.poisoned, vigil.forgotten_users TO vigil_reader, vigil_analyst;
