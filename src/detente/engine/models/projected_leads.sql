-- Where each person stands, under the name they are known by: their own, else an address, else their first record.
-- An owner is listed by the first 200 signs. Reads state, names, emails, persons, running.
WITH addresses AS (
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
    coalesce(names.name, records.record, state.person) AS name,
    CASE WHEN names.named THEN 'name' WHEN names.name IS NOT NULL THEN 'email' ELSE 'record' END AS known_as,
    names.title, names.company, names.email,
    state.stage, state.entered_at, state.furthest, state.score, state.grade, state.persona,
    left(state.owner, 200) AS owner, state.arm, state.hinges, state.crm_stage,
    state.first_at, state.last_event_at, state.next_instant, due.due_at,
    coalesce(addresses.addresses, '') AS addresses
FROM state
LEFT JOIN names ON names.person = state.person
LEFT JOIN addresses ON addresses.person = state.person
LEFT JOIN records ON records.person = state.person
LEFT JOIN due ON due.person = state.person
ORDER BY state.person
