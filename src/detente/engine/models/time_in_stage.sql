-- How long each lead stayed in a stage it entered in a period; `running`: it is still there. Reads: stays, bounds, run.
SELECT
    b.kind,
    b.period,
    s.stage,
    coalesce(s.left_at, p.as_of) - s.entered_at AS lasted,
    CASE WHEN s.left_at IS NULL THEN 1 ELSE 0 END AS running
FROM stays s
CROSS JOIN run p
JOIN bounds b ON s.entered_at >= b.start_at AND s.entered_at < b.end_at
ORDER BY b.kind, b.period, s.stage
