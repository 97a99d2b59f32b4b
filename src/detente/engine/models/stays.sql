-- How long each lead stayed in a stage it entered in a period; `running`: it is still there. Reads: entries_seen, bounds,
-- run.
SELECT
    b.kind,
    b.period,
    e.stage,
    coalesce(e.left_at, p.as_of) - e.occurred_at AS lasted,
    CASE WHEN e.left_at IS NULL THEN 1 ELSE 0 END AS running
FROM entries_seen e
CROSS JOIN run p
JOIN bounds b ON e.occurred_at >= b.start_at AND e.occurred_at < b.end_at
WHERE e."view" = 0
ORDER BY b.kind, b.period, e.stage
