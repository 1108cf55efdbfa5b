-- Since when events count in the aggregates of the rules in force.
CREATE TABLE vigil.aggregate_starts (
    topic text NOT NULL,
    partition integer NOT NULL,
    starts jsonb NOT NULL,
    PRIMARY KEY (topic, partition)
);

COMMENT ON TABLE vigil.aggregate_starts IS
    'What a restart must know to take events in again as they were taken in: an aggregate that came with a reload counts none '
    'before. Moves with the partition''s next_offset.';
COMMENT ON COLUMN vigil.aggregate_starts.starts IS 'The first offset that counts, by the aggregate''s id.';

GRANT SELECT, INSERT, UPDATE ON vigil.aggregate_starts TO vigil_writer;
GRANT SELECT ON vigil.aggregate_starts TO vigil_reader, vigil_analyst;
