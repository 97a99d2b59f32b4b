-- Cohorts: of each lead its first entry to a stage within a period. Reads: entries_seen, stage_ranks, bounds.
SELECT kind, period, person, stage, seq, occurred_at, "rank"
FROM (
    SELECT
        b.kind,
        b.period,
        e.person,
        e.stage,
        e.seq,
        e.occurred_at,
        r."rank",
        row_number() OVER (PARTITION BY b.kind, b.period, e.person, e.stage ORDER BY e.seq) AS place
    FROM entries_seen e
    JOIN stage_ranks r ON r.stage = e.stage AND r.is_exit = 0
    JOIN bounds b ON e.occurred_at >= b.start_at AND e.occurred_at < b.end_at
    WHERE e."view" = 0
) entered
WHERE place = 1
