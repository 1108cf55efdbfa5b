-- Roles, the schema's privileges and the offsets every partition has been decided up to.
-- Group roles only: give a login the right to act with  GRANT vigil_writer TO some_login;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['vigil_writer', 'vigil_reader', 'vigil_analyst'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- roles belong to the cluster: another database's migration was faster
            END;
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA vigil FROM PUBLIC;
GRANT USAGE ON SCHEMA vigil TO vigil_writer, vigil_reader, vigil_analyst;
GRANT SELECT ON vigil.schema_migrations TO vigil_writer, vigil_reader, vigil_analyst;
COMMENT ON SCHEMA vigil IS 'Fraud alerts and stream positions written by vigil.';

CREATE TABLE vigil.stream_progress (
    topic text NOT NULL,
    partition integer NOT NULL CHECK (partition >= 0),
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    restore_offset bigint NOT NULL CHECK (restore_offset >= 0),
    first_offset bigint NOT NULL CHECK (first_offset >= 0),
    epoch bigint NOT NULL DEFAULT 0,
    owner text NOT NULL DEFAULT '',
    scored bigint NOT NULL DEFAULT 0,
    duplicates bigint NOT NULL DEFAULT 0,
    dead_lettered bigint NOT NULL DEFAULT 0,
    gaps bigint NOT NULL DEFAULT 0,
    late bigint NOT NULL DEFAULT 0,
    unaccounted bigint NOT NULL
        GENERATED ALWAYS AS (next_offset - first_offset - scored - duplicates - dead_lettered - gaps) STORED,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition),
    CHECK (first_offset <= next_offset AND restore_offset <= next_offset)
);

COMMENT ON TABLE vigil.stream_progress IS
    'How far each input partition has been decided. Moves in the same transaction as its alerts are inserted.';
COMMENT ON COLUMN vigil.stream_progress.topic IS 'Kafka input topic.';
COMMENT ON COLUMN vigil.stream_progress.partition IS 'Partition of the topic.';
COMMENT ON COLUMN vigil.stream_progress.next_offset IS 'First offset not yet decided; every smaller one is.';
COMMENT ON COLUMN vigil.stream_progress.restore_offset IS
    'Where re-reading must begin so that every user''s sequence is whole again after a restart.';
COMMENT ON COLUMN vigil.stream_progress.first_offset IS 'Offset the processor started from; the counts begin here.';
COMMENT ON COLUMN vigil.stream_progress.epoch IS
    'Goes up with each new owner; a commit under an older epoch changes nothing.';
COMMENT ON COLUMN vigil.stream_progress.owner IS 'Instance that holds the partition.';
COMMENT ON COLUMN vigil.stream_progress.scored IS 'Events scored.';
COMMENT ON COLUMN vigil.stream_progress.duplicates IS 'Events whose transaction id was seen before for that user.';
COMMENT ON COLUMN vigil.stream_progress.dead_lettered IS 'Events sent to the dead-letter topic.';
COMMENT ON COLUMN vigil.stream_progress.gaps IS 'Offsets that hold no event: compacted away, or transaction markers.';
COMMENT ON COLUMN vigil.stream_progress.late IS 'Scored events older than their user''s newest (part of scored).';
COMMENT ON COLUMN vigil.stream_progress.unaccounted IS 'Offsets no count explains; anything but 0 is a fault.';
COMMENT ON COLUMN vigil.stream_progress.updated_at IS 'When the row last moved.';

GRANT SELECT, INSERT, UPDATE ON vigil.stream_progress TO vigil_writer;
GRANT SELECT ON vigil.stream_progress TO vigil_reader, vigil_analyst;
