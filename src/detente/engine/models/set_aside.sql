-- Facts that are in nobody's timeline, and why. Reads invalid, facts, companies, accounts.
SELECT why, fact_id, subject, source, record, source_id, kind, occurred_at, known_at, load_id
FROM invalid
UNION ALL
SELECT 'no-person-at-account' AS why, fact_id, subject, source, record, source_id, kind, occurred_at, known_at, load_id
FROM facts
WHERE subject = 'account' AND NOT EXISTS (
    SELECT 1 FROM companies
    JOIN accounts ON accounts.account = companies.account
    WHERE companies.source = facts.source AND companies.record = facts.record
)
ORDER BY ALL
