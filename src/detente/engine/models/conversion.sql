-- Of a cohort: all leads; those observed for the whole horizon (n); and of these, those that reached the later stage
-- within it. Never entries of one month over entries of another. Reads: cohorts, stays, stage_ranks.
SELECT
    c.kind,
    c.period,
    c.stage,
    t.stage AS target,
    count(*) AS entered,
    count(CASE WHEN s.old_enough THEN 1 END) AS n,
    count(CASE WHEN s.old_enough AND r."rank" >= t."rank" THEN 1 END) AS converted
FROM cohorts c
JOIN stays s ON s.person = c.person AND s.seq = c.seq
JOIN stage_ranks t ON t.is_exit = 0 AND t."rank" > c."rank"
LEFT JOIN stage_ranks r ON r.stage = s.reached
GROUP BY c.kind, c.period, c.stage, c."rank", t.stage, t."rank"
ORDER BY c.kind, c.period, c."rank", t."rank"
