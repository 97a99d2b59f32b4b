-- The rows behind every figure that is counted in leads or instances: what is frozen at a closing and compared after.
-- Reads: instances, quality_judged, standings, deliveries, owed, worth. `counts_at`: the instant by which a row belongs to
-- its period; `cents`: what a delivered lead is worth by its grade; `stage`: where a lead stood that did not get there.
SELECT o, subject, item, counts_at, version, status, CAST(NULL AS BIGINT) AS cents, CAST(NULL AS VARCHAR) AS stage
FROM instances
UNION ALL
SELECT q.o, q.subject, 0, q.counts_at, q.version, q.status, CAST(NULL AS BIGINT), s.stage
FROM quality_judged q
LEFT JOIN standings s ON s.o = q.o AND s.subject = q.subject
UNION ALL
SELECT d.o, d.subject, 0, d.occurred_at, d.version, coalesce(d.grade, ''), w.cents, CAST(NULL AS VARCHAR)
FROM deliveries d
JOIN owed o ON o.o = d.o AND o.part IN ('count', 'stage')
LEFT JOIN worth w ON w.o = d.o AND w.grade = d.grade
