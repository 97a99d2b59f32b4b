-- The furthest stage that each delivered lead has reached by now, after that entry. Reads: deliveries, channel_owed,
-- entries_seen, stage_ranks.
SELECT o, subject, stage
FROM (
    SELECT d.o, d.subject, r.stage, row_number() OVER (PARTITION BY d.o, d.subject ORDER BY r."rank" DESC) AS place
    FROM channel_owed q
    JOIN deliveries d ON d.o = q.o
    JOIN stage_ranks s ON s.stage = q.stage
    JOIN entries_seen e ON e."view" = 0 AND e.person = d.subject AND e.seq > d.seq
    JOIN stage_ranks r ON r.stage = e.stage AND r.is_exit = 0 AND r."rank" > s."rank"
) reached
WHERE place = 1
