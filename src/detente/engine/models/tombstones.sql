-- Records that are deleted at their source as of the run: the latest word on them is that they are gone. They are there
-- again if the source says so, tells a new attribute value of the record, or a new fact of the deal.
-- Reads landed_links, loads, facts (known by as_of).
WITH words AS (
    SELECT links.source, links.record, links.other_record AS subject, links.known_at, links.relation = 'deleted' AS gone
    FROM landed_links AS links
    JOIN loads ON loads.load_id = links.load_id
    WHERE links.relation IN ('deleted', 'restored') AND links.known_at <= $as_of
),
deleted AS (
    SELECT DISTINCT source, record, subject FROM words
),
seen AS (
    SELECT
        source, CASE subject WHEN 'deal' THEN deal ELSE record END AS record, subject, max(known_at) AS known_at,
        false AS gone
    FROM facts
    WHERE subject = 'deal' OR kind = 'enrich'
    GROUP BY ALL
),
latest AS (
    SELECT * FROM words
    UNION ALL
    SELECT seen.* FROM seen JOIN deleted USING (source, record, subject)
)
SELECT source, record, subject, known_at
FROM (
    SELECT *, row_number() OVER (PARTITION BY source, record, subject ORDER BY known_at DESC, gone DESC) AS nth
    FROM latest
)
WHERE nth = 1 AND gone
ORDER BY source, record, subject
