-- The stage in which each delivered lead stood when it was judged and had not got there. Reads: quality_judged,
-- deliveries, entries_seen.
SELECT o, subject, stage
FROM (
    SELECT q.o, q.subject, e.stage, row_number() OVER (PARTITION BY q.o, q.subject ORDER BY e.seq DESC) AS place
    FROM quality_judged q
    JOIN deliveries d ON d.o = q.o AND d.subject = q.subject
    JOIN entries_seen e
        ON e."view" = d."view" AND e.person = d.subject AND e.seq >= d.seq AND e.occurred_at <= q.judged_at
    WHERE q.status = 'broken'
) stood
WHERE place = 1
