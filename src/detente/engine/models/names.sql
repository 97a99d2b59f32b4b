-- What each person and their company are called: the latest name told of; without a name, the e-mail address.
-- Reads: timeline.
WITH told AS (
    SELECT person, 1 AS what, json_extract_string(extra, '$."person.name"') AS called, occurred_at, source, source_id, fact_id
    FROM timeline
    WHERE kind = 'enrich' AND person IS NOT NULL
    UNION ALL
    SELECT person, 2, json_extract_string(extra, '$."person.email"'), occurred_at, source, source_id, fact_id
    FROM timeline
    WHERE kind = 'enrich' AND person IS NOT NULL
    UNION ALL
    SELECT person, 3, json_extract_string(extra, '$."company.name"'), occurred_at, source, source_id, fact_id
    FROM timeline
    WHERE kind = 'enrich' AND person IS NOT NULL
),
latest AS (
    SELECT
        person,
        what,
        called,
        row_number() OVER (
            PARTITION BY person, what ORDER BY occurred_at DESC, source DESC, coalesce(source_id, '') DESC, fact_id DESC
        ) AS place
    FROM told
    WHERE called IS NOT NULL
)
SELECT
    person,
    coalesce(max(CASE WHEN what = 1 THEN called END), max(CASE WHEN what = 2 THEN called END)) AS name,
    max(CASE WHEN what = 3 THEN called END) AS company
FROM latest
WHERE place = 1
GROUP BY person
