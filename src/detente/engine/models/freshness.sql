-- How fresh each source is, measured by its own habit: `usual_us` is the longest silence of a usual week, the median over
-- the latest eight weeks in which it told anything; a source that has been silent for twice as long is late. Less than
-- four such weeks are no habit. Reads facts, run.
WITH instants AS (
    SELECT DISTINCT source, known_at FROM facts
),
gaps AS (
    SELECT
        source, known_at, known_at - lag(known_at) OVER (PARTITION BY source ORDER BY known_at) AS gap
    FROM instants
),
weeks AS (
    SELECT source, (run.as_of - known_at) // 604800000000 AS week, max(gap) AS longest
    FROM gaps
    CROSS JOIN run
    WHERE gap IS NOT NULL
    GROUP BY source, week
),
latest AS (
    SELECT source, longest
    FROM weeks
    QUALIFY row_number() OVER (PARTITION BY source ORDER BY week) <= 8
),
habits AS (
    SELECT source, quantile_disc(longest, 0.5) AS usual_us, count(*) AS weeks FROM latest GROUP BY source
),
told AS (
    SELECT source, count(DISTINCT fact_id) AS facts, max(occurred_at) AS latest_at, max(known_at) AS known_at
    FROM facts
    GROUP BY source
)
SELECT
    told.source, told.facts, told.latest_at, told.known_at, run.as_of - told.known_at AS silent_us,
    CASE WHEN habits.weeks >= 4 THEN habits.usual_us END AS usual_us, coalesce(habits.weeks, 0) AS weeks,
    CASE WHEN habits.weeks >= 4 THEN run.as_of - told.known_at > 2 * habits.usual_us END AS late, run.as_of
FROM told
CROSS JOIN run
LEFT JOIN habits ON habits.source = told.source
ORDER BY told.source
