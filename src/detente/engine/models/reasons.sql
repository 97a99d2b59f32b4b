-- The reasons given with decisions, by what they point at and by channel. Reads: decisions, bounds.
SELECT
    b.kind,
    b.period,
    d.decision,
    d.reason,
    d.points_at,
    d.listed,
    d.channel,
    count(*) AS decisions,
    count(DISTINCT d.person) AS leads
FROM decisions d
JOIN bounds b ON d."at" >= b.start_at AND d."at" < b.end_at
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
