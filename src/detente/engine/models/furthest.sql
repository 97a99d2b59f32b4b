-- The furthest stage, none of them an exit, that a lead reached within the horizon after each entry.
-- Reads: entries_settled, stage_ranks, run.
SELECT e.person, e.seq, max(r."rank") AS "rank"
FROM entries_settled e
CROSS JOIN run p
JOIN stage_ranks s ON s.stage = e.stage
JOIN entries_settled l ON l.person = e.person AND l.seq > e.seq AND l.occurred_at <= e.occurred_at + p.horizon
JOIN stage_ranks r ON r.stage = l.stage AND r.is_exit = 0 AND r."rank" > s."rank"
GROUP BY e.person, e.seq
