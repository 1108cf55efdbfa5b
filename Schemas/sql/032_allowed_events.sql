-- Events that were let through though rules matched: alerts hold only what was not.
CREATE TABLE vigil.allowed_events (
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    transaction_id text NOT NULL,
    user_pseudonym text NOT NULL,
    amount double precision NOT NULL,
    event_time timestamptz NOT NULL,
    scored_at timestamptz NOT NULL DEFAULT now(),
    model_score real NOT NULL,
    score real NOT NULL,
    decided_by text,
    rule_hits jsonb NOT NULL,
    model_hash text NOT NULL,
    rules_hash text NOT NULL,
    PRIMARY KEY (topic, partition, record_offset)
);
CREATE INDEX allowed_events_by_time ON vigil.allowed_events (event_time);
CREATE INDEX allowed_events_by_rule ON vigil.allowed_events (decided_by, event_time) WHERE decided_by IS NOT NULL;
CREATE INDEX allowed_events_by_user ON vigil.allowed_events (user_pseudonym);

COMMENT ON TABLE vigil.allowed_events IS
    'Transactions let through that a rule matched: all hits, the winner and the model''s score. Delete old rows as you like.';
COMMENT ON COLUMN vigil.allowed_events.model_score IS 'Calibrated probability of fraud from the model, before any rule.';
COMMENT ON COLUMN vigil.allowed_events.score IS 'model_score after the rules that move it.';
COMMENT ON COLUMN vigil.allowed_events.decided_by IS 'Rule that let it through; NULL where the score did.';
COMMENT ON COLUMN vigil.allowed_events.rule_hits IS 'Every rule that matched: [{"rule", "action", "reason", "state"}].';

GRANT SELECT, INSERT ON vigil.allowed_events TO vigil_writer;
GRANT SELECT ON vigil.allowed_events TO vigil_reader, vigil_analyst;
