-- Where each person stands, under the name they are known by. An attribute's latest value counts, in the order of the
-- replay. Without a name the latest address stands for it, without one the first record. Reads state, timeline, emails,
-- persons, running.
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
),
addresses AS (
    SELECT person, string_agg(email, chr(10) ORDER BY email) AS addresses FROM emails GROUP BY person
),
records AS (
    SELECT person, min(source || ':' || record) AS record FROM persons GROUP BY person
),
due AS (
    SELECT person, min(due_at) AS due_at FROM running GROUP BY person
)
SELECT
    state.person, state.account,
    coalesce(latest.name, latest.email, records.record, state.person) AS name,
    CASE WHEN latest.name IS NOT NULL THEN 'name' WHEN latest.email IS NOT NULL THEN 'email' ELSE 'record' END AS known_as,
    latest.title, coalesce(latest.company, latest.domain) AS company, latest.email,
    state.stage, state.entered_at, state.furthest, state.score, state.grade, state.persona,
    left(state.owner, 200) AS owner, state.arm,
    state.hinges, state.crm_stage, state.first_at, state.last_event_at, state.next_instant, due.due_at,
    coalesce(addresses.addresses, '') AS addresses
FROM state
LEFT JOIN latest ON latest.person = state.person
LEFT JOIN addresses ON addresses.person = state.person
LEFT JOIN records ON records.person = state.person
LEFT JOIN due ON due.person = state.person
ORDER BY state.person
