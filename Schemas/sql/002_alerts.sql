-- Alerts, one partition a month of event time, and the analysts' labels.
CREATE TABLE vigil.alerts (
    alert_id uuid NOT NULL,
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
    decision text NOT NULL CHECK (decision IN ('review', 'decline')),
    decided_by text,
    rule_hits jsonb NOT NULL DEFAULT '[]',
    reasons jsonb NOT NULL DEFAULT '[]',
    entities jsonb NOT NULL DEFAULT '{}',
    model_hash text NOT NULL,
    rules_hash text NOT NULL,
    published_at timestamptz,
    PRIMARY KEY (event_time, alert_id)
) PARTITION BY RANGE (event_time);

-- Takes months that have no partition of their own, impossible dates included.
CREATE TABLE vigil.alerts_default PARTITION OF vigil.alerts DEFAULT;

-- Ranges of event_time are served by the primary key.
CREATE INDEX alerts_by_id ON vigil.alerts (alert_id);
CREATE INDEX alerts_by_user ON vigil.alerts (user_pseudonym, event_time DESC);
CREATE INDEX alerts_by_score ON vigil.alerts (score DESC);
CREATE INDEX alerts_by_decision ON vigil.alerts (decision, event_time);
CREATE INDEX alerts_unpublished ON vigil.alerts (topic, partition, record_offset) WHERE published_at IS NULL;

COMMENT ON TABLE vigil.alerts IS 'Transactions decided review or decline. Partitioned by month of event_time.';
COMMENT ON COLUMN vigil.alerts.alert_id IS 'A function of (topic, partition, record_offset); the review topic carries it too.';
COMMENT ON COLUMN vigil.alerts.topic IS 'Kafka topic the transaction came from.';
COMMENT ON COLUMN vigil.alerts.partition IS 'Partition of the topic.';
COMMENT ON COLUMN vigil.alerts.record_offset IS 'Offset in the partition.';
COMMENT ON COLUMN vigil.alerts.transaction_id IS 'The producer''s identifier of the transaction.';
COMMENT ON COLUMN vigil.alerts.user_pseudonym IS 'Stands for the user; the same user always has the same one.';
COMMENT ON COLUMN vigil.alerts.amount IS
    'In the currency''s major unit, negative for a refund; a double as scored, so cast to numeric for bookkeeping.';
COMMENT ON COLUMN vigil.alerts.event_time IS 'When the transaction took place, as its producer says.';
COMMENT ON COLUMN vigil.alerts.scored_at IS 'When vigil stored the alert.';
COMMENT ON COLUMN vigil.alerts.model_score IS 'Calibrated probability of fraud from the model, before any rule.';
COMMENT ON COLUMN vigil.alerts.score IS 'model_score after the rules that move it.';
COMMENT ON COLUMN vigil.alerts.decision IS 'review: a person decides. decline: refused.';
COMMENT ON COLUMN vigil.alerts.decided_by IS 'Rule that decided; NULL where the score alone did.';
COMMENT ON COLUMN vigil.alerts.rule_hits IS 'Every rule that matched: [{"rule", "action", "reason"}].';
COMMENT ON COLUMN vigil.alerts.reasons IS
    'What raised the model''s score: [{"feature", "value", "contribution"}], contributions in log-odds.';
COMMENT ON COLUMN vigil.alerts.entities IS 'Entity keys by name, such as {"terminal": "1234"}.';
COMMENT ON COLUMN vigil.alerts.model_hash IS 'Which model scored.';
COMMENT ON COLUMN vigil.alerts.rules_hash IS 'Which rule set decided.';
COMMENT ON COLUMN vigil.alerts.published_at IS 'When the review topic acknowledged the alert; NULL until then.';

CREATE FUNCTION vigil.ensure_alert_partition(month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first_day date := date_trunc('month', month::timestamp)::date;
    lower_bound timestamptz;
    upper_bound timestamptz;
    child text;
BEGIN
    -- A false date in an event must not make a table of its own: the default partition takes it.
    IF first_day IS NULL OR first_day < date '1970-01-01' OR first_day > current_date + 366 THEN
        RETURN false;
    END IF;
    child := 'alerts_' || to_char(first_day, 'YYYY_MM');
    IF to_regclass('vigil.' || child) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- One maker at a time; it does not hold up writers. (An advisory lock would not show us what another has made.)
    LOCK TABLE ONLY vigil.alerts IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass('vigil.' || child) IS NOT NULL THEN
        RETURN false;
    END IF;
    lower_bound := first_day::timestamp AT TIME ZONE 'UTC';
    upper_bound := (first_day + interval '1 month') AT TIME ZONE 'UTC';
    EXECUTE format('CREATE TABLE vigil.%I (LIKE vigil.alerts INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child);
    -- No row of this month may be in the default partition when its own is attached.
    LOCK TABLE vigil.alerts_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format(
        'WITH moved AS (DELETE FROM vigil.alerts_default WHERE event_time >= $1 AND event_time < $2 RETURNING *)'
        ' INSERT INTO vigil.%I SELECT * FROM moved', child) USING lower_bound, upper_bound;
    EXECUTE format(
        'ALTER TABLE vigil.alerts ATTACH PARTITION vigil.%I FOR VALUES FROM (%L) TO (%L)',
        child, lower_bound, upper_bound);
    RETURN true;
END
$$;
COMMENT ON FUNCTION vigil.ensure_alert_partition(date) IS
    'Makes the partition of alerts for the month of this day (UTC); true if it was missing. Call it outside a transaction '
    'that writes alerts. Months before 1970 or more than a year ahead stay in alerts_default.';

CREATE TABLE vigil.alert_labels (
    alert_id uuid PRIMARY KEY,
    label text NOT NULL CHECK (label IN ('fraud', 'legitimate')),
    labelled_by text NOT NULL DEFAULT session_user,
    labelled_at timestamptz NOT NULL DEFAULT now(),
    note text
);
CREATE INDEX alert_labels_by_time ON vigil.alert_labels (labelled_at);

COMMENT ON TABLE vigil.alert_labels IS 'What analysts found each alert to be; the newest verdict only.';
COMMENT ON COLUMN vigil.alert_labels.alert_id IS 'The alert; not a foreign key, so that old months can be dropped.';
COMMENT ON COLUMN vigil.alert_labels.label IS 'fraud or legitimate.';
COMMENT ON COLUMN vigil.alert_labels.labelled_by IS 'Who said so.';
COMMENT ON COLUMN vigil.alert_labels.labelled_at IS 'When; the label counts from here on.';
COMMENT ON COLUMN vigil.alert_labels.note IS 'Free text.';

REVOKE ALL ON FUNCTION vigil.ensure_alert_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vigil.ensure_alert_partition(date) TO vigil_writer;
GRANT SELECT, INSERT ON vigil.alerts TO vigil_writer;
GRANT UPDATE (published_at) ON vigil.alerts TO vigil_writer;
GRANT SELECT ON vigil.alert_labels TO vigil_writer;
GRANT SELECT ON vigil.alerts, vigil.alert_labels TO vigil_reader, vigil_analyst;
GRANT INSERT, UPDATE ON vigil.alert_labels TO vigil_analyst;
