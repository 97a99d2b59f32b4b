-- Of every attribute that the agreement reads: for how many leads it is known, and how old its latest value is. `stale`:
-- values past the age that its owner's are agreed to keep. Reads timeline, state, reads, run.
WITH told AS (
    SELECT timeline.person, timeline.occurred_at, attribute.key AS attribute
    FROM timeline, json_each(timeline.extra) AS attribute
    WHERE timeline.kind = 'enrich' AND timeline.person IS NOT NULL AND trim(attribute.value ->> '$') <> ''
),
latest AS (
    SELECT told.person, told.attribute, max(told.occurred_at) AS since
    FROM told
    JOIN reads ON reads.attribute = told.attribute
    GROUP BY told.person, told.attribute
),
aged AS (
    SELECT latest.attribute, run.as_of - latest.since AS age_us
    FROM latest
    JOIN state ON state.person = latest.person
    CROSS JOIN run
),
leads AS (
    SELECT count(*) AS leads FROM state
)
SELECT
    reads.attribute, reads.clauses, leads.leads, count(aged.age_us) AS known,
    CASE WHEN leads.leads > 0 THEN count(aged.age_us) / leads.leads END AS share,
    quantile_disc(aged.age_us, 0.5) AS median_age_us, quantile_disc(aged.age_us, 0.9) AS p90_age_us,
    CASE WHEN reads.max_age IS NOT NULL THEN count(*) FILTER (WHERE aged.age_us > reads.max_age) END AS stale, run.as_of
FROM reads
CROSS JOIN leads
CROSS JOIN run
LEFT JOIN aged ON aged.attribute = reads.attribute
GROUP BY reads.attribute, reads.clauses, reads.max_age, leads.leads, run.as_of
ORDER BY reads.attribute
