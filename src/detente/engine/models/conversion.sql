-- Of a cohort: all leads; those observed for the whole horizon (n); and of these, those that reached the later stage
-- within it. Never entries of one month over entries of another. Reads: cohorts, reaches, stage_ranks, run.
SELECT
    c.kind,
    c.period,
    c.stage,
    t.stage AS target,
    count(*) AS entered,
    count(CASE WHEN p.as_of - c.occurred_at >= p.horizon THEN 1 END) AS n,
    count(
        CASE WHEN p.as_of - c.occurred_at >= p.horizon AND x.reached_at <= c.occurred_at + p.horizon THEN 1 END
    ) AS converted
FROM cohorts c
CROSS JOIN run p
JOIN stage_ranks t ON t.is_exit = 0 AND t."rank" > c."rank"
LEFT JOIN reaches x
    ON x.kind = c.kind AND x.period = c.period AND x.person = c.person AND x.stage = c.stage AND x.target = t.stage
GROUP BY c.kind, c.period, c.stage, c."rank", t.stage, t."rank"
ORDER BY c.kind, c.period, c."rank", t."rank"
