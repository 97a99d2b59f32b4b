-- What is known of deals: one row a fact and contact; `account` is the one of the deal. Reads: timeline, run.
SELECT t.*
FROM timeline t
CROSS JOIN run p
WHERE t.kind IN ('deal_open', 'deal_stage', 'deal_won', 'deal_lost')
    AND t.deal IS NOT NULL
    AND t.occurred_at <= p.as_of
    AND t.known_at <= p.as_of
ORDER BY t.source, t.deal, t.occurred_at, t.fact_id
