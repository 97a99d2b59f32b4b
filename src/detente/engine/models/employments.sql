-- Which person's record belongs to which company's record, and when that was last told. Reads facts, links.
SELECT source, record, other_source, other_record, max(known_at) AS known_at
FROM (
    SELECT source, record, other_source, other_record, known_at FROM links WHERE relation = 'account'
    UNION ALL
    SELECT source, record, source, company, known_at FROM facts WHERE subject = 'person' AND company IS NOT NULL
) AS told
GROUP BY source, record, other_source, other_record
