-- The rows behind every figure that is counted in leads or instances: what is frozen at a closing and compared after.
-- Reads: instances, quality_judged, deliveries, owed, worth. `cents`: what a delivered lead is worth by its grade.
SELECT o, subject, item, version, status, CAST(NULL AS BIGINT) AS cents
FROM instances
UNION ALL
SELECT o, subject, 0, version, status, CAST(NULL AS BIGINT)
FROM quality_judged
UNION ALL
SELECT d.o, d.subject, 0, d.version, coalesce(d.grade, ''), w.cents
FROM deliveries d
JOIN owed o ON o.o = d.o AND o.part IN ('count', 'stage')
LEFT JOIN worth w ON w.o = d.o AND w.grade = d.grade
