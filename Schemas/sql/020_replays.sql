-- What replays found: theirs alone, so that a replay never touches what the processor lives on.
CREATE TABLE vigil.replay_runs (
    run_id uuid PRIMARY KEY,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'partial', 'failed')),
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    started_by text NOT NULL DEFAULT session_user,
    source text NOT NULL,
    span_from timestamptz,
    span_to timestamptz,
    label_delay_seconds double precision NOT NULL,
    contenders jsonb NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    events bigint,
    duplicates bigint,
    immature bigint,
    seconds double precision,
    report jsonb,
    fault text
);
CREATE INDEX replay_runs_by_time ON vigil.replay_runs (started_at DESC);

COMMENT ON TABLE vigil.replay_runs IS 'One row a replay. Deleting it deletes its decisions and metrics.';
COMMENT ON COLUMN vigil.replay_runs.status IS
    'running; done; partial: stopped by somebody, whole up to its last row; failed: see fault.';
COMMENT ON COLUMN vigil.replay_runs.source IS 'Topics, files or query that the events came from.';
COMMENT ON COLUMN vigil.replay_runs.span_from IS 'First event time decided.';
COMMENT ON COLUMN vigil.replay_runs.span_to IS 'End of the event times decided, itself outside.';
COMMENT ON COLUMN vigil.replay_runs.label_delay_seconds IS 'How old a transaction must be for its label to count.';
COMMENT ON COLUMN vigil.replay_runs.contenders IS 'Name, model hash, rules hash and thresholds of each, the champion first.';
COMMENT ON COLUMN vigil.replay_runs.settings IS 'What else the replay was asked for.';
COMMENT ON COLUMN vigil.replay_runs.events IS 'Transactions of the span.';
COMMENT ON COLUMN vigil.replay_runs.immature IS 'Of them, too young for their labels to have arrived.';
COMMENT ON COLUMN vigil.replay_runs.report IS 'What vigil replay --json printed.';

CREATE TABLE vigil.replay_decisions (
    run_id uuid NOT NULL REFERENCES vigil.replay_runs ON DELETE CASCADE,
    contender text NOT NULL,
    source text NOT NULL,
    partition integer,
    record_offset bigint NOT NULL,
    alert_id uuid,
    user_pseudonym text NOT NULL,
    amount double precision NOT NULL,
    event_time timestamptz NOT NULL,
    model_score real NOT NULL,
    score real NOT NULL,
    decision text NOT NULL CHECK (decision IN ('allow', 'review', 'decline')),
    decided_by text,
    rules text[] NOT NULL DEFAULT '{}',
    fraud boolean,
    maturity text NOT NULL CHECK (maturity IN ('mature', 'immature', 'unlabelled'))
);
CREATE INDEX replay_decisions_by_run ON vigil.replay_decisions (run_id, contender, score DESC);
CREATE INDEX replay_decisions_by_alert ON vigil.replay_decisions (alert_id) WHERE alert_id IS NOT NULL;

COMMENT ON TABLE vigil.replay_decisions IS
    'What each contender of a replay decided: all it flagged and all frauds, or everything where that was asked for.';
COMMENT ON COLUMN vigil.replay_decisions.source IS 'Topic, file or query.';
COMMENT ON COLUMN vigil.replay_decisions.record_offset IS 'Offset in the partition, or line of the file.';
COMMENT ON COLUMN vigil.replay_decisions.alert_id IS 'The id that run gives an alert on this record; NULL where no topic is behind it.';
COMMENT ON COLUMN vigil.replay_decisions.rules IS 'Every rule that matched.';
COMMENT ON COLUMN vigil.replay_decisions.fraud IS 'The truth; NULL where nobody said.';
COMMENT ON COLUMN vigil.replay_decisions.maturity IS 'mature rows count in metrics; immature ones are younger than the label delay.';

CREATE TABLE vigil.replay_metrics (
    run_id uuid NOT NULL REFERENCES vigil.replay_runs ON DELETE CASCADE,
    metric text NOT NULL,
    value double precision,
    PRIMARY KEY (run_id, metric)
);
COMMENT ON TABLE vigil.replay_metrics IS 'Every number of a replay''s report, by its path: metrics.value_recall.';

GRANT SELECT, INSERT, UPDATE, DELETE ON vigil.replay_runs, vigil.replay_decisions, vigil.replay_metrics
    TO vigil_writer, vigil_analyst;
GRANT SELECT ON vigil.replay_runs, vigil.replay_decisions, vigil.replay_metrics TO vigil_reader;
