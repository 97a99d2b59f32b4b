-- Deal facts that no contact can be found for. Reads facts, companies.
SELECT companies.account, facts.*
FROM facts
LEFT JOIN companies ON companies.source = facts.source AND companies.record = facts.company
WHERE facts.subject = 'deal' AND facts.record IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM facts AS told
        WHERE told.subject = 'deal' AND told.record IS NOT NULL AND told.source = facts.source AND told.deal = facts.deal
    )
ORDER BY occurred_at, source, coalesce(source_id, ''), fact_id
