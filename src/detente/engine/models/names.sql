-- What each person and their company are called: of each attribute the latest value, in the order of the replay; a blank
-- is none. Without a name the e-mail address stands for it, without a company's name its domain. Reads: timeline.
WITH told AS (
    SELECT
        person,
        row_number() OVER (PARTITION BY person ORDER BY occurred_at, source, coalesce(source_id, ''), fact_id) AS place,
        json_extract_string(extra, [
            '$."person.name"', '$."person.title"', '$."person.email"', '$."company.name"', '$."company.domain"'
        ]) AS told
    FROM timeline
    WHERE kind = 'enrich' AND person IS NOT NULL
),
latest AS (
    SELECT
        person,
        max_by(trim(told[1]), place) FILTER (WHERE trim(told[1]) <> '') AS name,
        max_by(trim(told[2]), place) FILTER (WHERE trim(told[2]) <> '') AS title,
        max_by(trim(told[3]), place) FILTER (WHERE trim(told[3]) <> '') AS email,
        max_by(trim(told[4]), place) FILTER (WHERE trim(told[4]) <> '') AS company,
        max_by(trim(told[5]), place) FILTER (WHERE trim(told[5]) <> '') AS domain
    FROM told
    GROUP BY person
)
SELECT
    person, coalesce(name, email) AS name, name IS NOT NULL AS named, title, email, coalesce(company, domain) AS company
FROM latest
WHERE coalesce(name, title, email, company, domain) IS NOT NULL
