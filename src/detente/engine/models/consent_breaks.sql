-- Outgoing touches that a consent rule did not allow. Reads: consents, bounds.
SELECT b.kind, b.period, c.rule, c.channel, count(*) AS touches, count(DISTINCT c.person) AS leads
FROM consents c
JOIN bounds b ON c."at" >= b.start_at AND c."at" < b.end_at
GROUP BY b.kind, b.period, c.rule, c.channel
ORDER BY b.kind, b.period, c.rule, c.channel
