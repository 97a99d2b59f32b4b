-- Facts that are in nobody's timeline, whose they would be, and why. Reads unused, facts, persons, companies, accounts.
SELECT
    unused.why, unused.sign, persons.person, unused.fact_id, unused.subject, unused.source, unused.record,
    unused.source_id, unused.kind, unused.occurred_at, unused.known_at, unused.load_id
FROM unused
LEFT JOIN persons
    ON unused.subject = 'person' AND persons.source = unused.source AND persons.record = unused.record
UNION ALL
SELECT
    'no-person-at-account' AS why, NULL AS sign, NULL AS person, fact_id, subject, source, record,
    source_id, kind, occurred_at, known_at, load_id
FROM facts
WHERE subject = 'account' AND NOT EXISTS (
    SELECT 1 FROM companies
    JOIN accounts ON accounts.account = companies.account
    WHERE companies.source = facts.source AND companies.record = facts.record
)
ORDER BY ALL
