-- When the first of a deal's contacts became a lead: entered the first declared stage. Reads: deal_facts, entries_seen,
-- stage_ranks.
SELECT d.source, d.deal, min(e.occurred_at) AS created_at
FROM (SELECT DISTINCT source, deal, person FROM deal_facts) d
JOIN entries_seen e ON e."view" = 0 AND e.person = d.person
JOIN stage_ranks r ON r.stage = e.stage AND r."rank" = 0
GROUP BY d.source, d.deal
