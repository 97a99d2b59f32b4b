-- When each delivered lead reached the second stage, or one that counts as having reached it, after that entry.
-- Reads: deliveries, quality_owed, entries_seen, reached.
SELECT d.o, d.subject, d.occurred_at, d.version, min(r.occurred_at) AS reached_at
FROM deliveries d
JOIN quality_owed q ON q.o = d.o
LEFT JOIN (
    SELECT e."view", e.person, e.seq, e.occurred_at, s.o
    FROM entries_seen e
    JOIN reached s ON s.stage = e.stage
) r ON r.o = d.o AND r."view" = d."view" AND r.person = d.subject AND r.seq > d.seq
GROUP BY d.o, d.subject, d.occurred_at, d.version
