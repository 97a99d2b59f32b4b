-- Where the leads of a cohort were at its horizon: moved on to a later stage, in an exit, or still there. Adds up to n.
-- Reads: cohorts, reaches, entries_seen, stage_ranks, run.
SELECT
    kind,
    period,
    stage,
    CASE WHEN moved = 1 THEN 'moved on' WHEN is_exit = 1 THEN at_stage ELSE 'still there' END AS outcome,
    count(*) AS leads
FROM (
    SELECT
        c.kind,
        c.period,
        c.stage,
        e.stage AS at_stage,
        coalesce(r.is_exit, 0) AS is_exit,
        CASE WHEN x.reached_at <= c.occurred_at + p.horizon THEN 1 ELSE 0 END AS moved,
        row_number() OVER (PARTITION BY c.kind, c.period, c.stage, c.person ORDER BY e.seq DESC) AS place
    FROM cohorts c
    CROSS JOIN run p
    JOIN stage_ranks s ON s.stage = c.stage
    JOIN entries_seen e
        ON e."view" = 0 AND e.person = c.person AND e.seq >= c.seq AND e.occurred_at <= c.occurred_at + p.horizon
    LEFT JOIN stage_ranks r ON r.stage = e.stage
    LEFT JOIN reaches x
        ON x.kind = c.kind AND x.period = c.period AND x.person = c.person AND x.stage = c.stage
        AND x.target = s.next_stage
    WHERE p.as_of - c.occurred_at >= p.horizon
) standing
WHERE place = 1
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
