-- Leads about which something was known only after a closing although it had happened before. Reads: timeline, cuts.
SELECT DISTINCT c.cut, c.cut_at, t.person
FROM timeline t
JOIN cuts c ON t.occurred_at <= c.cut_at AND t.known_at > c.cut_at
WHERE t.known_at > t.occurred_at AND t.person IS NOT NULL
ORDER BY c.cut, t.person
