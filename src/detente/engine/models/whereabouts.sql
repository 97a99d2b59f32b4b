-- The stage in which a lead stood at the horizon after each entry. Reads: entries_settled, run.
SELECT person, seq, stage
FROM (
    SELECT e.person, e.seq, l.stage, row_number() OVER (PARTITION BY e.person, e.seq ORDER BY l.seq DESC) AS place
    FROM entries_settled e
    CROSS JOIN run p
    JOIN entries_settled l ON l.person = e.person AND l.seq >= e.seq AND l.occurred_at <= e.occurred_at + p.horizon
) stood
WHERE place = 1
