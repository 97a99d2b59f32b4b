-- What each record of a person or company says of itself now: of each attribute the latest value, in replay order, and
-- the fact that first told it of all that have told the same since; a blank is no value. Most records are told of once,
-- and need no order. Reads facts.
WITH profiled AS (
    SELECT
        subject, source, record, occurred_at, coalesce(source_id, '') AS source_id, fact_id, known_at, load_id, extra,
        count(*) OVER (PARTITION BY subject, source, record) AS times
    FROM facts
    WHERE kind = 'enrich' AND subject <> 'deal' AND record IS NOT NULL
),
told AS (
    SELECT profiled.* EXCLUDE (extra), attribute.key AS attribute, attribute.value ->> '$' AS value
    FROM profiled, json_each(profiled.extra) AS attribute
    WHERE trim(attribute.value ->> '$') <> ''
),
changes AS (
    SELECT
        *,
        lag(value) OVER (
            PARTITION BY subject, source, record, attribute ORDER BY occurred_at, source_id, fact_id
        ) AS before
    FROM told
    WHERE times > 1
),
latest AS (
    SELECT subject, source, record, attribute, value, occurred_at, known_at, fact_id, load_id
    FROM changes
    WHERE before IS DISTINCT FROM value
    QUALIFY row_number() OVER (
        PARTITION BY subject, source, record, attribute ORDER BY occurred_at DESC, source_id DESC, fact_id DESC
    ) = 1
    UNION ALL
    SELECT subject, source, record, attribute, value, occurred_at, known_at, fact_id, load_id
    FROM told
    WHERE times = 1
)
SELECT subject AS unit, source, record, attribute, value, occurred_at AS since, known_at, fact_id, load_id
FROM latest
ORDER BY unit, source, record, attribute
