-- Unique leads that entered a stage in a period: of each lead its first entry there. Reads: entries_seen, owed, late.
SELECT o, "view", subject, seq, occurred_at, version, grade
FROM (
    SELECT
        o.o,
        e."view",
        e.person AS subject,
        e.seq,
        e.occurred_at,
        e.version,
        e.grade,
        row_number() OVER (PARTITION BY o.o, e.person ORDER BY e.seq) AS place
    FROM owed o
    JOIN entries_seen e ON e.stage = o.stage AND e.occurred_at >= o.start_at AND e.occurred_at < o.end_at
    LEFT JOIN late l ON l.cut = o.cut AND l.person = e.person
    WHERE (e."view" = 0 AND l.person IS NULL AND e.occurred_at <= o.cut_at)
        OR (e."view" > 0 AND e."view" = o.cut)
) firsts
WHERE place = 1
