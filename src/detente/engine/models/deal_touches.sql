-- The touches of everybody at a deal's account until the deal was won, or opened if it was not: marketing facts with a
-- channel, and outgoing sales touches by people. Reads: deal_people, deal_ends, timeline, marketing_kinds, run.
SELECT
    d.source,
    d.deal,
    t.fact_id,
    min(t.person) AS person,
    CASE WHEN k.kind IS NULL THEN 'sales' ELSE 'marketing' END AS team,
    t.kind,
    t.channel,
    t.campaign,
    t.content,
    t.occurred_at,
    t.known_at
FROM deal_people d
JOIN deal_ends e ON e.source = d.source AND e.deal = d.deal
JOIN timeline t ON t.person = d.person
CROSS JOIN run p
LEFT JOIN marketing_kinds k ON k.kind = t.kind
WHERE t.occurred_at <= e.end_at
    AND t.known_at <= p.as_of
    AND (
        (k.kind IS NOT NULL AND t.channel IS NOT NULL)
        OR (t.kind = 'touch' AND t.direction = 'out' AND coalesce(t.automated, false) = false)
    )
GROUP BY d.source, d.deal, t.fact_id, k.kind, t.kind, t.channel, t.campaign, t.content, t.occurred_at, t.known_at
ORDER BY d.source, d.deal, t.occurred_at, t.fact_id
