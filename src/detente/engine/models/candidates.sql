-- For each account with deal facts that name no contact: the history of everybody there, then those facts (without a
-- person). Reads contactless, accounts, history.
WITH people AS (
    SELECT account, person FROM accounts
    WHERE account IN (SELECT account FROM contactless)
)
SELECT people.account, history.* EXCLUDE (account)
FROM history
JOIN people ON people.person = history.person
UNION ALL
SELECT account, NULL, * EXCLUDE (account)
FROM contactless
WHERE account IS NOT NULL
ORDER BY
    account, person NULLS LAST, occurred_at, CASE kind WHEN 'enrich' THEN 0 ELSE 1 END, source, coalesce(source_id, ''),
    fact_id
