-- How long each clock ran, in its own time and in all time; `waiting`: neither stopped nor voided. Reads: clocks, bounds.
SELECT
    b.kind,
    b.period,
    c.duty,
    c.used_us,
    c.elapsed_us,
    c.status,
    CASE WHEN c.stopped_at IS NOT NULL THEN 1 ELSE 0 END AS answered,
    CASE WHEN c.calendar IS NULL THEN 0 ELSE 1 END AS business
FROM clocks c
JOIN bounds b ON c.due_at >= b.start_at AND c.due_at < b.end_at
ORDER BY b.kind, b.period, c.duty
