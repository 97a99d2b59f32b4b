-- When a cohort's lead first reached a later stage, or one declared after it that is no exit, after that entry.
-- Reads: cohorts, entries_seen, stage_ranks.
SELECT c.kind, c.period, c.person, c.stage, t.stage AS target, min(e.occurred_at) AS reached_at
FROM cohorts c
JOIN entries_seen e ON e."view" = 0 AND e.person = c.person AND e.seq > c.seq
JOIN stage_ranks r ON r.stage = e.stage AND r.is_exit = 0
JOIN stage_ranks t ON t.is_exit = 0 AND t."rank" > c."rank" AND t."rank" <= r."rank"
GROUP BY c.kind, c.period, c.person, c.stage, t.stage
