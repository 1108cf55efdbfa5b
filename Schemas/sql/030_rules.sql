-- Rule sets, lists they look things up in, and what rules in shadow matched.
CREATE TABLE vigil.rule_sets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL DEFAULT 'default',
    yaml text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT session_user,
    note text,
    status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'in_force', 'refused')),
    rules_hash text,
    diagnostics text,
    decided_at timestamptz
);
CREATE INDEX rule_sets_newest ON vigil.rule_sets (name, id DESC);

COMMENT ON TABLE vigil.rule_sets IS
    'Rule sets. Processors that follow a name take the newest row that is sound: insert a row to change the rules.';
COMMENT ON COLUMN vigil.rule_sets.name IS 'Which set; rules.table in the configuration names it.';
COMMENT ON COLUMN vigil.rule_sets.yaml IS 'The rule file''s text.';
COMMENT ON COLUMN vigil.rule_sets.created_by IS 'Who added it.';
COMMENT ON COLUMN vigil.rule_sets.note IS 'Free text.';
COMMENT ON COLUMN vigil.rule_sets.status IS
    'new: no processor has looked at it. in_force: one has taken it. refused: see diagnostics; the one before stays.';
COMMENT ON COLUMN vigil.rule_sets.rules_hash IS 'The hash that decisions under it carry.';
COMMENT ON COLUMN vigil.rule_sets.diagnostics IS 'Why it was refused: faults with their lines, or tests that failed.';
COMMENT ON COLUMN vigil.rule_sets.decided_at IS 'When a processor first decided about it.';

CREATE TABLE vigil.rule_lists (
    list text NOT NULL,
    value text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    added_by text NOT NULL DEFAULT session_user,
    note text,
    PRIMARY KEY (list, value)
);

COMMENT ON TABLE vigil.rule_lists IS 'Elements of the lists that rule files refer to by { table: NAME }.';
COMMENT ON COLUMN vigil.rule_lists.list IS 'The list''s name.';
COMMENT ON COLUMN vigil.rule_lists.value IS 'What is on it.';

CREATE TABLE vigil.shadow_hits (
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    transaction_id text NOT NULL,
    user_pseudonym text NOT NULL,
    event_time timestamptz NOT NULL,
    rule text NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('allow', 'review', 'decline')),
    rules_hash text NOT NULL,
    PRIMARY KEY (topic, partition, record_offset, rule)
);
CREATE INDEX shadow_hits_by_rule ON vigil.shadow_hits (rule, event_time);
CREATE INDEX shadow_hits_by_user ON vigil.shadow_hits (user_pseudonym);

COMMENT ON TABLE vigil.shadow_hits IS 'Matches of rules in shadow: what they would have asked for. Never acted on.';
COMMENT ON COLUMN vigil.shadow_hits.action IS 'What the rule would have asked for.';
COMMENT ON COLUMN vigil.shadow_hits.decision IS 'What was decided without it.';

ALTER TABLE vigil.stream_progress ADD COLUMN breaker_day jsonb;
COMMENT ON COLUMN vigil.stream_progress.breaker_day IS
    'How the day has gone up to next_offset, for circuit breakers: events, decisions by rules, what is held.';

-- A restart asks what was decided on the events it takes in again.
CREATE INDEX alerts_by_source ON vigil.alerts (topic, partition, record_offset);

GRANT SELECT ON vigil.rule_sets, vigil.rule_lists TO vigil_writer, vigil_reader, vigil_analyst;
GRANT UPDATE (status, rules_hash, diagnostics, decided_at) ON vigil.rule_sets TO vigil_writer;
GRANT INSERT ON vigil.rule_sets TO vigil_analyst;
GRANT INSERT, DELETE ON vigil.rule_lists TO vigil_analyst;
GRANT SELECT, INSERT ON vigil.shadow_hits TO vigil_writer;
GRANT SELECT ON vigil.shadow_hits TO vigil_reader, vigil_analyst;
