-- What an analyst opens first.
CREATE VIEW vigil.alert_queue AS
SELECT
    alerts.alert_id,
    alerts.score,
    now() - alerts.scored_at AS age,
    alerts.event_time,
    alerts.user_pseudonym,
    alerts.amount,
    alerts.transaction_id,
    alerts.decided_by,
    alerts.reasons,
    alerts.rule_hits,
    alerts.entities,
    alerts.model_score,
    alerts.topic,
    alerts.partition,
    alerts.record_offset
FROM vigil.alerts
WHERE alerts.decision = 'review'
    AND NOT EXISTS (SELECT FROM vigil.alert_labels WHERE alert_labels.alert_id = alerts.alert_id)
ORDER BY alerts.score DESC, alerts.event_time, alerts.alert_id;

COMMENT ON VIEW vigil.alert_queue IS 'Alerts waiting for a person: decision review, no label yet, highest score first.';
COMMENT ON COLUMN vigil.alert_queue.age IS 'How long the alert has been waiting.';

CREATE VIEW vigil.alerts_daily AS
SELECT
    (alerts.event_time AT TIME ZONE 'UTC')::date AS day,
    alerts.decision,
    count(*) AS alerts,
    sum(alerts.amount) AS amount,
    avg(alerts.score) AS mean_score,
    count(alert_labels.label) AS labelled,
    count(*) FILTER (WHERE alert_labels.label = 'fraud') AS fraud,
    count(*) FILTER (WHERE alert_labels.label = 'fraud')::double precision
        / nullif(count(alert_labels.label), 0) AS precision
FROM vigil.alerts
LEFT JOIN vigil.alert_labels ON alert_labels.alert_id = alerts.alert_id
GROUP BY 1, 2;

COMMENT ON VIEW vigil.alerts_daily IS 'Alerts by day of event time (UTC) and decision.';
COMMENT ON COLUMN vigil.alerts_daily.amount IS 'Sum of the amounts.';
COMMENT ON COLUMN vigil.alerts_daily.labelled IS 'How many of them an analyst has labelled.';
COMMENT ON COLUMN vigil.alerts_daily.fraud IS 'How many of those were fraud.';
COMMENT ON COLUMN vigil.alerts_daily.precision IS 'fraud ÷ labelled; NULL while none is labelled.';

GRANT SELECT ON vigil.alert_queue, vigil.alerts_daily TO vigil_reader, vigil_analyst;

-- So that `SELECT * FROM alert_queue` works in psql; names of the schema public keep their precedence.
DO $$
BEGIN
    EXECUTE pg_catalog.format(
        'ALTER DATABASE %I SET search_path = "$user", public, vigil', pg_catalog.current_database());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'not the owner of the database: analysts write vigil.alert_queue, or set their search_path';
END
$$;
