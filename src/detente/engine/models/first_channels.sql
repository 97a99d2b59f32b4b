-- The channel of each lead's first marketing fact that has one. Reads: timeline, marketing_kinds, run.
SELECT person, channel
FROM (
    SELECT
        t.person,
        t.channel,
        row_number() OVER (PARTITION BY t.person ORDER BY t.occurred_at, t.source, t.fact_id) AS place
    FROM timeline t
    JOIN marketing_kinds k ON k.kind = t.kind
    CROSS JOIN run p
    WHERE t.channel IS NOT NULL AND t.occurred_at <= p.as_of AND t.known_at <= p.as_of
) marketing
WHERE place = 1
