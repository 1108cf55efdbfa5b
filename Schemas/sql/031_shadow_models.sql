-- What models in shadow say of the events that the model in use decides.
CREATE TABLE vigil.shadow_scores (
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    model_hash text NOT NULL,
    model text NOT NULL,
    transaction_id text NOT NULL,
    user_pseudonym text NOT NULL,
    event_time timestamptz NOT NULL,
    model_score real NOT NULL,
    score real NOT NULL,
    decision text NOT NULL CHECK (decision IN ('allow', 'review', 'decline')),
    decided_by text,
    active_model_hash text NOT NULL,
    active_model_score real NOT NULL,
    active_decision text NOT NULL CHECK (active_decision IN ('allow', 'review', 'decline')),
    rules_hash text NOT NULL,
    PRIMARY KEY (topic, partition, record_offset, model_hash)
);
CREATE INDEX shadow_scores_newest ON vigil.shadow_scores (model_hash, event_time DESC);
CREATE INDEX shadow_scores_by_user ON vigil.shadow_scores (user_pseudonym);

COMMENT ON TABLE vigil.shadow_scores IS
    'Scores of models in shadow for events that they or the model in use would not let through. Never acted on.';
COMMENT ON COLUMN vigil.shadow_scores.model IS 'The directory''s name.';
COMMENT ON COLUMN vigil.shadow_scores.model_score IS 'The shadow''s calibrated probability of fraud.';
COMMENT ON COLUMN vigil.shadow_scores.score IS 'The same after rules that move the score.';
COMMENT ON COLUMN vigil.shadow_scores.decision IS 'What would have been decided with this model, under the same rules.';
COMMENT ON COLUMN vigil.shadow_scores.decided_by IS 'The rule that would have decided; NULL where the score would.';
COMMENT ON COLUMN vigil.shadow_scores.active_decision IS 'What was decided.';

CREATE TABLE vigil.shadow_models (
    topic text NOT NULL,
    partition integer NOT NULL,
    model_hash text NOT NULL,
    model text NOT NULL,
    events bigint NOT NULL,
    both_flagged bigint NOT NULL,
    only_shadow bigint NOT NULL,
    only_active bigint NOT NULL,
    not_stored bigint NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, model_hash)
);

COMMENT ON TABLE vigil.shadow_models IS 'How many events each model in shadow has scored, and how it agreed.';
COMMENT ON COLUMN vigil.shadow_models.both_flagged IS 'Events that neither would have let through.';
COMMENT ON COLUMN vigil.shadow_models.only_shadow IS 'Events that were allowed and would not have been.';
COMMENT ON COLUMN vigil.shadow_models.only_active IS 'Events that were flagged and would have been allowed.';
COMMENT ON COLUMN vigil.shadow_models.not_stored IS
    'Of only_shadow, those without a row in shadow_scores: a commit holds a bounded number of a model''s.';

GRANT SELECT, INSERT ON vigil.shadow_scores TO vigil_writer;
GRANT SELECT, INSERT, UPDATE ON vigil.shadow_models TO vigil_writer;
GRANT SELECT ON vigil.shadow_scores, vigil.shadow_models TO vigil_reader, vigil_analyst;
