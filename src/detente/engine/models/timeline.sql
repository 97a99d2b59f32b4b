-- The history of every person with the deal facts assumed to be theirs, in replay order; last, without a person, the
-- deal facts that nobody could be found for: their money counts, and they move no lead.
-- Reads history, contactless, assumed.
WITH completed AS (
    SELECT *, false AS assumed FROM history
    UNION ALL
    SELECT assumed.person, contactless.*, assumed.person IS NOT NULL
    FROM contactless
    LEFT JOIN assumed ON assumed.fact_id = contactless.fact_id
)
SELECT
    person, account, assumed, fact_id, subject, source, record, company, source_id, kind, occurred_at, known_at,
    channel, campaign, content, form, page, url, direction, automated, outcome, reason, deal, amount, extra, load_id
FROM completed
ORDER BY
    person NULLS LAST, occurred_at, CASE kind WHEN 'enrich' THEN 0 ELSE 1 END, source, coalesce(source_id, ''), fact_id
